//! The value tree of a document: every key and value with its span, and ways through it.
//!
//! Invariant: knows no parser; [`super::yaml`] makes the tree.

use std::sync::Arc;

use crate::text::{SourceFile, Span};

/// The value tree of one document.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(super) file: Arc<SourceFile>,
    pub(super) root: Node,
}

/// A value and where it stands. Text that stands in the file as it reads is kept as its span.
#[derive(Debug)]
pub(crate) struct Node {
    pub(super) span: Span,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Scalar {
        text: Text,
        plain: bool,
    },
    List(Box<[Node]>),
    Map {
        entries: Box<[Entry]>,
        /// The entries in the order of their keys, where there are many.
        by_key: Box<[u32]>,
    },
    /// An alias, whose value is not known; it has its finding already.
    Unknown,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key_span: Span,
    pub(super) key: Text,
    pub(super) value: Node,
}

#[derive(Debug)]
pub(super) enum Text {
    Source(Span),
    Owned(Box<str>),
}

/// A node with the file it stands in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeRef<'a> {
    file: &'a Arc<SourceFile>,
    node: &'a Node,
    /// The span of the key under which the node stands.
    key: Option<Span>,
}

/// What a node is, with plain scalars read by the core schema of YAML 1.2.
#[derive(Clone, Debug)]
pub(crate) enum Shape<'a> {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    String(&'a str),
    List,
    Map,
    Unknown,
}

/// The way from the root of a tree to a node, for a pointer that is only spelled out when needed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path<'a> {
    up: Option<&'a Self>,
    step: Option<(&'a str, usize)>,
}

impl Path<'_> {
    const ROOT: Self = Path { up: None, step: None };

    /// The JSON pointer of the node.
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = self.up.map(Path::pointer).unwrap_or_default();
        match self.step {
            None => {}
            Some(("", index)) => push_key(&mut pointer, &index.to_string()),
            Some((key, _)) => push_key(&mut pointer, key),
        }
        pointer
    }

    /// The key of the node, or the empty text for the root and for an entry of a list.
    pub(crate) fn key(&self) -> &str {
        self.step.map_or("", |(key, _)| key)
    }

    /// The nearest key upwards: for an entry of a list, the list's.
    pub(crate) fn nearest_key(&self) -> &str {
        match (self.key(), self.up) {
            ("", Some(up)) => up.nearest_key(),
            (key, _) => key,
        }
    }

    /// The key of the document's mapping under which the node lies.
    pub(crate) fn top_key(&self) -> &str {
        match self.up {
            Some(up) if !self.is_top_level() => up.top_key(),
            _ => self.key(),
        }
    }

    pub(crate) fn is_top_level(&self) -> bool {
        self.up.is_some_and(|up| up.up.is_none())
    }
}

/// Appends a reference token to a JSON pointer (RFC 6901).
pub(crate) fn push_key(pointer: &mut String, key: &str) {
    pointer.push('/');
    for c in key.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

impl Text {
    pub(super) fn resolve<'a>(&'a self, file: &'a SourceFile) -> &'a str {
        match self {
            Self::Source(span) => file.slice(*span),
            Self::Owned(text) => text,
        }
    }
}

impl Tree {
    pub(crate) fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    pub(crate) fn root(&self) -> NodeRef<'_> {
        NodeRef { file: &self.file, node: &self.root, key: None }
    }

    /// The node at a JSON pointer.
    pub(crate) fn find(&self, pointer: &str) -> Option<NodeRef<'_>> {
        pointer.split('/').skip(1).try_fold(self.root(), |node, token| {
            node.get(&token.replace("~1", "/").replace("~0", "~"))
                .or_else(|| node.items().nth(token.parse().ok()?))
        })
    }
}

impl<'a> NodeRef<'a> {
    pub(crate) fn file(self) -> &'a Arc<SourceFile> {
        self.file
    }

    /// The value's text.
    pub(crate) fn span(self) -> Span {
        self.node.span
    }

    /// Where to point a reader: a scalar's text; for a collection or a value left out, its key.
    pub(crate) fn place_span(self) -> Span {
        match (&self.node.value, self.key) {
            (Value::Scalar { .. } | Value::Unknown, _) if !self.node.span.is_empty() => {
                self.node.span
            }
            (_, Some(key)) => key,
            (Value::Map { entries, .. }, None) => {
                entries.first().map_or(self.node.span, |entry| entry.key_span)
            }
            (Value::List(items), None) => items.first().map_or(self.node.span, |item| item.span),
            (_, None) => self.node.span,
        }
    }

    /// The span of the key under which the node stands.
    pub(crate) fn key_span(self) -> Option<Span> {
        self.key
    }

    /// A scalar's text, whatever its type.
    pub(crate) fn text(self) -> Option<&'a str> {
        match &self.node.value {
            Value::Scalar { text, .. } => Some(text.resolve(self.file)),
            _ => None,
        }
    }

    /// Whether the node is a scalar without quotes, whose type depends on who reads it.
    pub(crate) fn is_plain(self) -> bool {
        matches!(self.node.value, Value::Scalar { plain: true, .. })
    }

    /// Whether the text differs from the bytes of the file: escapes, or folded lines.
    pub(crate) fn is_rewritten(self) -> bool {
        matches!(self.node.value, Value::Scalar { text: Text::Owned(_), .. })
    }

    pub(crate) fn shape(self) -> Shape<'a> {
        match &self.node.value {
            Value::Scalar { text, plain: true } => core_schema(text.resolve(self.file)),
            Value::Scalar { text, plain: false } => Shape::String(text.resolve(self.file)),
            Value::List(_) => Shape::List,
            Value::Map { .. } => Shape::Map,
            Value::Unknown => Shape::Unknown,
        }
    }

    pub(crate) fn is_map(self) -> bool {
        matches!(self.node.value, Value::Map { .. })
    }

    pub(crate) fn is_list(self) -> bool {
        matches!(self.node.value, Value::List(_))
    }

    /// Whether a collection is written in brackets or braces.
    pub(crate) fn is_flow(self) -> bool {
        let own = self.file.text().get(self.node.span.range()).unwrap_or_default();
        // The span of a block list at the column of its key begins with its first entry.
        let first = self.items().next().map(|item| item.node.span.start);
        let is_collection = self.is_map() || self.is_list();
        is_collection && own.starts_with(['[', '{']) && first != Some(self.node.span.start)
    }

    /// Whether the node is a plain scalar that says nothing, in one of its spellings.
    pub(crate) fn is_null(self) -> bool {
        self.is_plain() && self.text().is_some_and(is_null)
    }

    pub(crate) fn get(self, key: &str) -> Option<Self> {
        let Value::Map { entries, by_key } = &self.node.value else { return None };
        if by_key.is_empty() {
            return self.entries().find_map(|(name, node)| (name == key).then_some(node));
        }
        let entry = |&index: &u32| &entries[index as usize];
        let at = by_key.binary_search_by(|index| entry(index).key.resolve(self.file).cmp(key));
        at.ok().map(|at| {
            let Entry { key_span, value, .. } = entry(&by_key[at]);
            Self { file: self.file, node: value, key: Some(*key_span) }
        })
    }

    pub(crate) fn entries(self) -> Entries<'a> {
        let entries: &'a [Entry] = match &self.node.value {
            Value::Map { entries, .. } => entries,
            _ => &[],
        };
        Entries { file: self.file, entries: entries.iter() }
    }

    pub(crate) fn items(self) -> Items<'a> {
        let items: &'a [Node] = match &self.node.value {
            Value::List(items) => items,
            _ => &[],
        };
        Items { file: self.file, items: items.iter() }
    }

    /// An address that no other node of the tree shares while it lives.
    pub(crate) fn address(self) -> usize {
        std::ptr::from_ref(self.node) as usize
    }

    /// Calls `visit` with every node below and including this one, and the way to it. What lies
    /// below a node is left out where `visit` says `false`.
    pub(crate) fn walk(self, visit: &mut impl FnMut(&Path<'_>, Self) -> bool) {
        self.walk_from(&Path::ROOT, visit);
    }

    fn walk_from(self, path: &Path<'_>, visit: &mut impl FnMut(&Path<'_>, Self) -> bool) {
        if !visit(path, self) {
            return;
        }
        match &self.node.value {
            Value::Map { .. } => self.entries().for_each(|(key, value)| {
                value.walk_from(&Path { up: Some(path), step: Some((key, 0)) }, visit);
            }),
            Value::List(_) => self.items().enumerate().for_each(|(index, item)| {
                item.walk_from(&Path { up: Some(path), step: Some(("", index)) }, visit);
            }),
            Value::Scalar { .. } | Value::Unknown => {}
        }
    }
}

/// The keys of a mapping and what stands under them.
#[derive(Clone)]
pub(crate) struct Entries<'a> {
    file: &'a Arc<SourceFile>,
    entries: std::slice::Iter<'a, Entry>,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a str, NodeRef<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let Entry { key_span, key, value } = self.entries.next()?;
        let node = NodeRef { file: self.file, node: value, key: Some(*key_span) };
        Some((key.resolve(self.file), node))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl ExactSizeIterator for Entries<'_> {}

/// The items of a list.
#[derive(Clone)]
pub(crate) struct Items<'a> {
    file: &'a Arc<SourceFile>,
    items: std::slice::Iter<'a, Node>,
}

impl<'a> Iterator for Items<'a> {
    type Item = NodeRef<'a>;

    fn next(&mut self) -> Option<NodeRef<'a>> {
        let node = self.items.next()?;
        Some(NodeRef { file: self.file, node, key: None })
    }

    fn nth(&mut self, n: usize) -> Option<NodeRef<'a>> {
        let node = self.items.nth(n)?;
        Some(NodeRef { file: self.file, node, key: None })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

impl ExactSizeIterator for Items<'_> {}

/// `-?(0|[1-9][0-9]*)` that a machine word holds, or the same with a point and digits after it.
fn number(text: &str) -> Option<serde_json::Number> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let are_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = |text: &str| are_digits(text) && (text == "0" || !text.starts_with('0'));
    match unsigned.split_once('.') {
        None if text == "-0" => None,
        None if is_whole(unsigned) => {
            let integer = text.parse::<i64>().map(Into::into);
            integer.or_else(|_| text.parse::<u64>().map(Into::into)).ok()
        }
        Some((whole, fraction)) if is_whole(whole) && are_digits(fraction) => {
            serde_json::Number::from_f64(text.parse().ok()?)
        }
        _ => None,
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Reads a plain scalar by the core schema (YAML 1.2.2, section 10.3.2), of whose numbers only those
/// count that every reader takes for the same number: no other bases, exponents, signs or infinities.
pub(crate) fn core_schema(text: &str) -> Shape<'_> {
    match text {
        text if is_null(text) => return Shape::Null,
        "true" | "True" | "TRUE" => return Shape::Bool(true),
        "false" | "False" | "FALSE" => return Shape::Bool(false),
        _ => {}
    }
    if !text.as_bytes().first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-') {
        return Shape::String(text);
    }
    number(text).map_or(Shape::String(text), Shape::Number)
}
