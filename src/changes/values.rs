//! Values of a record as they are compared and as they are shown.

use crate::source::tree::{NodeRef, Shape};

/// Which differences of spelling count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A field that `exc` reads as text, a day or a list: a number is its text, and what is left
    /// out is the same as nothing.
    Known,
    /// A field of which nothing is known: `1` and `"1"` differ, and so do nothing and no entry.
    Exact,
}

impl Reading {
    /// The value, if it says anything.
    pub(super) fn of(self, node: Option<NodeRef<'_>>) -> Option<NodeRef<'_>> {
        let is_empty = |node: NodeRef<'_>| node.is_list() && node.items().len() == 0;
        node.filter(|&node| self == Self::Exact || !(node.is_null() || is_empty(node)))
    }

    /// A text that two values share if and only if they mean the same.
    pub(super) fn canonical(self, node: Option<NodeRef<'_>>) -> String {
        let Some(node) = self.of(node) else { return String::new() };
        match (node.shape(), node.text()) {
            // Nothing is the same as what is not known, not even itself.
            (Shape::Unknown, _) => format!("*{}", node.address()),
            (Shape::Null, _) => "null".to_owned(),
            (Shape::Bool(_) | Shape::Number(_), Some(text)) if self == Self::Exact => {
                format!("plain {text:?}")
            }
            (_, Some(text)) => format!("{text:?}"),
            (Shape::List, None) => {
                let items = node.items().map(|item| self.canonical(Some(item)));
                format!("[{}]", items.collect::<Vec<_>>().join(","))
            }
            (_, None) => {
                let mut entries: Vec<String> = node
                    .entries()
                    .filter(|(_, value)| self.of(Some(*value)).is_some())
                    .map(|(key, value)| format!("{key:?}:{}", self.canonical(Some(value))))
                    .collect();
                entries.sort_unstable();
                format!("{{{}}}", entries.join(","))
            }
        }
    }

    pub(super) fn is_same(self, a: Option<NodeRef<'_>>, b: Option<NodeRef<'_>>) -> bool {
        self.canonical(a) == self.canonical(b)
    }
}

/// A value for people: a text as it is, a collection on one line.
pub(super) fn shown(node: NodeRef<'_>) -> String {
    if let Some(text) = node.text() {
        return if node.is_null() { "null".to_owned() } else { text.to_owned() };
    }
    match node.shape() {
        Shape::List => {
            let items = node.items().map(shown);
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        Shape::Map => {
            let entries = node.entries().map(|(key, value)| format!("{key}: {}", shown(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        _ => node.file().slice(node.span()).to_owned(),
    }
}
