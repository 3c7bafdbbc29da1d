//! The files of other tools as one value tree with places, whatever they are written in.
//!
//! Each reader knows one syntax, accepts what the tool that owns the file accepts, and answers with
//! a tree or with a [`Fault`], which has a place. No expression is evaluated, nothing is fetched.

pub(crate) mod comments;
pub(crate) mod csv;
mod json;
mod timestamp;
mod toml;
mod yaml;

use std::sync::Arc;

use crate::text::{SourceFile, Span};
pub(crate) use timestamp::Timestamp;

/// How deep a file of another tool may be nested.
const MAX_DEPTH: usize = 64;
/// Values that a file may hold, aliases counted as often as they are used.
const MAX_VALUES: usize = 2_000_000;

/// A file of another tool.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) file: Arc<SourceFile>,
}

/// Why a file, or a part of it, cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What is wrong, as `the list is not closed`.
    pub(crate) message: String,
    pub(crate) span: Span,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    /// A date, or a date and a time, that the syntax knows as such; as written.
    Date(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) span: Span,
    pub(crate) value: Node,
}

impl Fault {
    pub(crate) fn at(span: Span, message: impl Into<String>) -> Self {
        Self { message: message.into(), span }
    }
}

impl Input {
    /// A file by its path and bytes. UTF-8, with or without a byte order mark.
    ///
    /// # Errors
    ///
    /// Bytes in another encoding, which the fault names where it can.
    pub(crate) fn new(path: &str, bytes: &[u8]) -> Result<Self, (Self, Fault)> {
        let as_path = |text: String| Self { file: Arc::new(SourceFile::new(path, text)) };
        let encoding = match bytes {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("UTF-16"),
            _ => None,
        };
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        match (encoding, std::str::from_utf8(bytes)) {
            (None, Ok(text)) => Ok(as_path(text.to_owned())),
            (encoding, text) => {
                let at = text.err().map_or(0, |error| error.valid_up_to());
                let name =
                    encoding.map_or("not UTF-8".to_owned(), |name| format!("{name}, not UTF-8"));
                let message = format!("the file is {name}: write it as UTF-8");
                let shown = String::from_utf8_lossy(&bytes[..at]).into_owned();
                Err((as_path(shown), Fault::at(Span::new(at, at), message)))
            }
        }
    }

    pub(crate) fn text(&self) -> &str {
        self.file.text()
    }

    /// The file's name without the folders.
    pub(crate) fn name(&self) -> &str {
        self.file.path().rsplit(['/', '\\']).next().unwrap_or_default()
    }

    /// Whether the name ends like this, in any case.
    pub(crate) fn ends_with(&self, ending: &str) -> bool {
        self.name().to_ascii_lowercase().ends_with(ending)
    }

    /// JSON, as strict as RFC 8259. A key that stands twice is a fault: readers disagree about it.
    pub(crate) fn json(&self) -> Result<Node, Fault> {
        json::read(self.text(), json::Dialect::Strict)
    }

    /// JSON with comments and trailing commas.
    pub(crate) fn jsonc(&self) -> Result<Node, Fault> {
        self.refuse_breaks()?;
        json::read(self.text(), json::Dialect::WithComments)
    }

    /// JSON5: JSON as JavaScript writes it, <https://spec.json5.org>.
    pub(crate) fn json5(&self) -> Result<Node, Fault> {
        self.refuse_breaks()?;
        json::read(self.text(), json::Dialect::Json5)
    }

    /// CSV: a list with a mapping per row, by the names of the header. Values are texts, an empty cell
    /// without quotes is null; a row and its cells have the place of the row. A row of another length than
    /// the header is a fault.
    pub(crate) fn csv(&self, dialect: csv::Dialect) -> Result<Node, Fault> {
        csv::read(self.text(), dialect)
    }

    /// All documents of a YAML 1.2 stream, with aliases in their places.
    pub(crate) fn yaml(&self) -> Result<Vec<Node>, Fault> {
        self.refuse_breaks()?;
        yaml::read(self.text())
    }

    /// Refuses characters that break a line to some readers and to others do not (YAML 1.1 and
    /// JavaScript know them, YAML 1.2 does not): what is a comment to one is an entry to another.
    fn refuse_breaks(&self) -> Result<(), Fault> {
        let is_break = |&(_, c): &(usize, char)| matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}');
        match self.text().char_indices().find(is_break) {
            None => Ok(()),
            Some((at, c)) => {
                let message = format!(
                    "U+{:04X} breaks the line to some tools and not to others: take it out",
                    u32::from(c)
                );
                Err(Fault::at(Span::new(at, at + c.len_utf8()), message))
            }
        }
    }

    /// The first document of a YAML stream, which is all that most tools read; none where it is empty.
    pub(crate) fn first_yaml(&self) -> Result<Option<Node>, Fault> {
        Ok(self.yaml()?.into_iter().next().filter(|node| !node.is_null()))
    }

    /// A TOML 1.0 document.
    pub(crate) fn toml(&self) -> Result<Node, Fault> {
        toml::read(self.text())
    }
}

/// What is wrong with a key that [`Node::clash`] finds.
pub(crate) fn clashes(entry: &Entry) -> String {
    format!("`{}` stands here twice, in another case", entry.key)
}

impl Value {
    pub(crate) fn is_map(&self) -> bool {
        matches!(self, Self::Map(_))
    }
}

impl Node {
    /// What stands under a key; none in what is no mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Refuses keys that are one to a tool which does not heed their case: which of them counts differs.
    pub(crate) fn refuse_clashes(&self) -> Result<(), Fault> {
        match self.clash_below() {
            None => Ok(()),
            Some(entry) => Err(Fault::at(entry.span, clashes(entry))),
        }
    }

    /// The first key of a mapping that differs from one above it in case alone.
    pub(crate) fn clash(&self) -> Option<&Entry> {
        let mut known = std::collections::HashSet::new();
        self.entries().iter().find(|entry| !known.insert(entry.key.to_lowercase()))
    }

    /// The same, in whatever stands below, too.
    pub(crate) fn clash_below(&self) -> Option<&Entry> {
        let below = || self.entries().iter().find_map(|entry| entry.value.clash_below());
        let within = || self.items().unwrap_or_default().iter().find_map(Self::clash_below);
        self.clash().or_else(below).or_else(within)
    }

    /// The same, whatever the case of the key.
    pub(crate) fn get_folded(&self, key: &str) -> Option<&Self> {
        let is_it = |entry: &&Entry| entry.key.eq_ignore_ascii_case(key);
        self.entries().iter().find(is_it).map(|entry| &entry.value)
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn items(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// A text or a date, as written.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Date(text) => Some(text),
            _ => None,
        }
    }

    /// What is written, for tools that take any scalar for a text.
    pub(crate) fn written(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) | Value::Date(text) | Value::Number(text) => Some(text.clone()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// Where the last of what it holds ends. The span of a block of YAML is its beginning alone.
    pub(crate) fn end(&self) -> u32 {
        let below = match &self.value {
            Value::List(items) => items.iter().map(Self::end).max(),
            Value::Map(entries) => entries.iter().map(|entry| entry.value.end()).max(),
            _ => None,
        };
        below.unwrap_or_default().max(self.span.end)
    }

    /// What kind of value it is, as a message says it.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a truth value",
            Value::Number(_) => "a number",
            Value::Date(_) => "a date",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The value as `want` reads it.
    ///
    /// # Errors
    ///
    /// `` `KEY` is a list, not WHAT ``, at the value.
    pub(crate) fn expect<'a, T>(
        &'a self,
        key: &str,
        what: &str,
        want: impl FnOnce(&'a Self) -> Option<T>,
    ) -> Result<T, Fault> {
        let fault = || Fault::at(self.span, format!("`{key}` is {}, not {what}", self.kind()));
        want(self).ok_or_else(fault)
    }

    /// The text under a key; none where it is missing or null.
    pub(crate) fn text_at(&self, key: &str) -> Result<Option<&str>, Fault> {
        match self.get(key).filter(|node| !node.is_null()) {
            None => Ok(None),
            Some(node) => node.expect(key, "a text", Self::text).map(Some),
        }
    }

    /// The scalar under a key as it is written; none where it is missing or null.
    pub(crate) fn written_at(&self, key: &str) -> Result<Option<String>, Fault> {
        match self.get(key).filter(|node| !node.is_null()) {
            None => Ok(None),
            Some(node) => node.expect(key, "a text", Self::written).map(Some),
        }
    }

    /// The texts of a list under a key; none of them where it is missing or null.
    pub(crate) fn texts_at(&self, key: &str) -> Result<Vec<String>, Fault> {
        let Some(node) = self.get(key).filter(|node| !node.is_null()) else {
            return Ok(Vec::new());
        };
        let items = node.expect(key, "a list", Self::items)?;
        let text = |item: &Self| item.expect(key, "a list of texts", Self::text).map(str::to_owned);
        items.iter().map(text).collect()
    }
}
