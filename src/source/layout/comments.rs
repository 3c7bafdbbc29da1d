//! The comments of a text, and the empty lines above a place.

use crate::source::tree::{NodeRef, Tree};

/// A comment, from its `#` to the end of its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'a> {
    /// Its first byte in the text.
    pub(super) at: usize,
    pub(super) text: &'a str,
    /// Whether it has a line of its own.
    pub(super) is_alone: bool,
}

/// All comments, in their order. A `#` outside of every scalar begins one: nothing else that may
/// stand there has that sign.
pub(super) fn comments(tree: &Tree) -> Vec<Comment<'_>> {
    let text = tree.file().text();
    let mut scalars = Vec::new();
    tree.root().walk(&mut |_, node| {
        scalars.extend(node.key_span().map(|span| span.range()));
        if is_scalar(node) {
            scalars.push(node.span().range());
        }
        true
    });
    let mut found = Vec::new();
    let mut at = 0;
    for scalar in scalars.into_iter().chain(std::iter::once(text.len()..text.len())) {
        while let Some(hash) = text.get(at..scalar.start).and_then(|gap| gap.find('#')) {
            let start = at + hash;
            let end = line_end(text, start);
            let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
            let before = text[line..start].trim_start_matches('\u{feff}');
            found.push(Comment {
                at: start,
                text: text[start..end].trim_end(),
                // The end of a document says nothing that would stay.
                is_alone: matches!(before.trim(), "" | "..."),
            });
            at = end;
        }
        at = at.max(scalar.end);
    }
    found
}

pub(super) fn is_scalar(node: NodeRef<'_>) -> bool {
    !node.is_map() && !node.is_list()
}

/// Where the line of a byte ends, without its break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end)
}

/// How far a byte is from the start of its line.
pub(super) fn column(text: &str, at: usize) -> usize {
    at - text[..at].rfind('\n').map_or(0, |at| at + 1)
}

/// Whether the line above that of a byte is empty.
pub(super) fn has_blank_above(text: &str, at: usize) -> bool {
    let line = at - column(text, at);
    let above = text[..line].strip_suffix('\n').unwrap_or_default();
    let start = above.rfind('\n').map_or(0, |at| at + 1);
    line > 0 && above[start..].trim().is_empty()
}
