//! The canonical layout of a record's text: keys in their order, two spaces a level, lists indented
//! below their key, one empty line at most, comments where they belong.
//!
//! A text is taken apart ([`gathered`]), each entry with its comments, and written down again
//! ([`written`]). Neither has to be right about every form that YAML has: the result is read back,
//! and refused unless it says what the old text said, word for word and comment for comment.
//!
//! Invariants: what is given back means the same, and is its own canonical layout.

mod comments;
mod gathered;
mod order;
#[cfg(test)]
mod properties;
mod reordered;
#[cfg(test)]
mod tests;
mod written;

use std::sync::Arc;

use super::schema::to_json;
use super::tree::Tree;
use super::whole_tree as read;
use crate::finding::Finding;
use crate::text::SourceFile;

/// Columns that a collection in brackets or braces may reach.
const MAX_WIDTH: usize = 100;
/// Spaces before a comment that stands behind something, at least.
const MIN_GAP: usize = 2;
/// How often a text is laid out, until nothing changes any more.
const MAX_ROUNDS: usize = 4;

/// Why a text has no canonical layout.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It has to be mended first: parts of it are not read, or are read differently.
    Unreadable(Vec<Finding>),
    /// It has a form that only somebody who reads it can lay out.
    Form,
}

/// The canonical layout of a text; none where it has that already.
pub(crate) fn canonical(file: &Arc<SourceFile>) -> Result<Option<Arc<SourceFile>>, Refused> {
    let tree = read(file).map_err(Refused::Unreadable)?;
    let mut text = laid_out(&tree);
    if text == file.text() {
        return Ok(None);
    }
    let meaning = (to_json(tree.root()), said(&tree));
    for _ in 0..MAX_ROUNDS {
        let after = Arc::new(SourceFile::new(file.path(), text));
        let tree = read(&after).map_err(|_| Refused::Form)?;
        if (to_json(tree.root()), said(&tree)) != meaning {
            return Err(Refused::Form);
        }
        text = laid_out(&tree);
        if text == after.text() {
            return Ok(Some(after));
        }
    }
    Err(Refused::Form)
}

/// The text with its top keys in their order and no other line changed; none where they are in
/// order, or where that cannot be done.
pub(crate) fn in_order(file: &Arc<SourceFile>) -> Option<Arc<SourceFile>> {
    let before = read(file).ok()?;
    let after = Arc::new(SourceFile::new(file.path(), reordered::reordered(&before)?));
    let tree = read(&after).ok()?;
    let is_same = to_json(tree.root()) == to_json(before.root()) && said(&tree) == said(&before);
    (is_same && after.text() != file.text()).then_some(after)
}

fn laid_out(tree: &Tree) -> String {
    let text = written::write(&gathered::gather(tree));
    match tree.file().newline() {
        "\n" => text,
        newline => text.replace('\n', newline),
    }
}

/// What the comments say, in an order of their own.
fn said(tree: &Tree) -> Vec<String> {
    let mut said: Vec<String> =
        comments::comments(tree).into_iter().map(|it| it.text.to_owned()).collect();
    said.sort();
    said
}
