//! Changes of single values in a record's text, which leave every other byte as it is: comments,
//! order, quotes, line breaks.
//!
//! [`place`] finds where something goes, [`written`] how it is spelled there. Neither has to be
//! right about every form that YAML has: each change is read back, and the text is refused unless it
//! says exactly what the old one said with this one change ([`Refused`]).
//!
//! Invariant: a text that is given back holds the intended change, and no other.

mod place;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
mod written;

use std::sync::Arc;

use serde_json::Value as Json;

use self::place::Edit;
use super::schema::to_json;
use super::tree::Tree;
use super::whole_tree;
use crate::text::SourceFile;

pub(crate) use self::written::Value;

/// A change of one place of a record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    /// Gives the key at a pointer a value. The mapping in which it stands is there.
    Set { pointer: String, value: Value },
    /// Adds an entry to the list at a pointer, which begins where there is none.
    Append { pointer: String, value: Value },
    /// Takes away what stands at a pointer: a key, or an entry of a list.
    Remove { pointer: String },
    /// Gives the key at a pointer another name, which no key beside it has.
    Rename { pointer: String, key: String },
}

/// Why a text cannot be changed without touching something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) pointer: String,
    pub(crate) reason: &'static str,
}

/// The text with changes made one after the other. It has been read as a record before.
pub(crate) fn edited(
    file: &Arc<SourceFile>,
    changes: &[Change],
) -> Result<Arc<SourceFile>, Refused> {
    let mut file = Arc::clone(file);
    for change in changes {
        file = changed(&file, change)?;
    }
    Ok(file)
}

fn changed(file: &Arc<SourceFile>, change: &Change) -> Result<Arc<SourceFile>, Refused> {
    let pointer = change.pointer();
    let refused = |reason| Refused { pointer: pointer.to_owned(), reason };
    let tree = read(file).ok_or_else(|| refused("the record cannot be read"))?;
    let wanted = intended(to_json(tree.root()), change)
        .ok_or_else(|| refused("there is no such place in the record"))?;
    // Where one way to write it says something else, another may not.
    for edit in place::edits(&tree, change) {
        let text = edit.apply(file.text());
        let after = Arc::new(SourceFile::new(file.path(), text));
        if read(&after).is_some_and(|tree| to_json(tree.root()) == wanted) {
            return Ok(after);
        }
    }
    Err(refused("it is written in a form that has to be changed by hand"))
}

/// The tree of a text that is read whole.
fn read(file: &Arc<SourceFile>) -> Option<Tree> {
    whole_tree(file).ok()
}

/// What a record has to say after a change; none where that has no place in it.
fn intended(mut record: Json, change: &Change) -> Option<Json> {
    let pointer = change.pointer();
    let (parent, key) = pointer.rsplit_once('/')?;
    let key = key.replace("~1", "/").replace("~0", "~");
    let parent = record.pointer_mut(parent)?;
    match (change, parent) {
        (Change::Set { value, .. }, Json::Object(map)) => {
            map.insert(key, value.json());
        }
        (Change::Set { value, .. }, Json::Array(items)) => {
            *items.get_mut(key.parse::<usize>().ok()?)? = value.json();
        }
        (Change::Append { value, .. }, Json::Object(map)) => {
            let list = map.entry(key).or_insert(Json::Null);
            match list {
                Json::Null => *list = Json::Array(vec![value.json()]),
                Json::Array(items) => items.push(value.json()),
                _ => return None,
            }
        }
        (Change::Remove { .. }, Json::Object(map)) => {
            map.remove(&key)?;
        }
        (Change::Remove { .. }, Json::Array(items)) => {
            let at = key.parse::<usize>().ok().filter(|at| *at < items.len())?;
            items.remove(at);
        }
        (Change::Rename { key: name, .. }, Json::Object(map)) if !map.contains_key(name) => {
            let value = map.remove(&key)?;
            map.insert(name.clone(), value);
        }
        _ => return None,
    }
    Some(record)
}

impl Change {
    pub(crate) fn set(pointer: impl Into<String>, value: Value) -> Self {
        Self::Set { pointer: pointer.into(), value }
    }

    pub(crate) fn append(pointer: impl Into<String>, value: Value) -> Self {
        Self::Append { pointer: pointer.into(), value }
    }

    pub(crate) fn remove(pointer: impl Into<String>) -> Self {
        Self::Remove { pointer: pointer.into() }
    }

    pub(crate) fn rename(pointer: impl Into<String>, key: impl Into<String>) -> Self {
        Self::Rename { pointer: pointer.into(), key: key.into() }
    }

    /// Where it changes something: a value, or the list that gets an entry.
    pub(crate) fn pointer(&self) -> &str {
        match self {
            Self::Set { pointer, .. }
            | Self::Append { pointer, .. }
            | Self::Remove { pointer }
            | Self::Rename { pointer, .. } => pointer,
        }
    }
}

impl Edit {
    fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        text.replace_range(self.range.clone(), &self.text);
        text
    }
}
