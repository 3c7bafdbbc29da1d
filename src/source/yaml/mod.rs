//! YAML text → a value tree in which every key and value has its span.
//!
//! The only module that names a YAML parser. It accepts the portable subset: one document, no
//! anchors, aliases, merge keys or explicit tags, no duplicate keys, no key that is not a string.
//! Each violation is a finding; reading goes on as far as the text allows, so that one run shows
//! them all.

mod refusals;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, StrInput, StructureStyle};

use super::flood::{Flood, MAX_PER_CODE};
use super::portable;
use super::tree::{Entry, Node, Shape, Text, Tree, Value, core_schema};
use super::{ambiguous, characters};
use crate::finding::{Code, Finding};
use crate::text::{SourceFile, Span};

pub(crate) const SYNTAX: Code = Code::unjudged("EXC001", "yaml-syntax");
pub(crate) const ANCHOR: Code = Code::unjudged("EXC011", "anchor-or-alias");
pub(crate) const TOO_DEEP: Code = Code::unjudged("EXC012", "nested-too-deep");
pub(crate) const DUPLICATE_KEY: Code = Code::error("EXC013", "duplicate-key");
pub(crate) const EXPLICIT_TAG: Code = Code::error("EXC014", "explicit-tag");
pub(crate) const MERGE_KEY: Code = Code::error("EXC015", "merge-key");
pub(crate) const AMBIGUOUS: Code = Code::error("EXC016", "ambiguous-scalar");
pub(crate) const SEVERAL_DOCUMENTS: Code = Code::error("EXC017", "several-documents");
pub(crate) const KEY_NOT_A_STRING: Code = Code::error("EXC018", "key-not-a-string");
pub(crate) const NOT_A_MAPPING: Code = Code::error("EXC019", "not-a-mapping");
pub(crate) const TAB: Code = Code::unjudged("EXC023", "tab-indentation");

/// How deep collections may be nested.
const MAX_DEPTH: usize = 16;
/// Bytes that a key may have: what YAML allows a key that is not marked as one by `?`.
const MAX_KEY: usize = 1024;
/// Entries from which a mapping is looked up by its sorted keys.
const MANY_ENTRIES: usize = 32;

/// What a file may hold at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) nodes: usize,
}

/// Reads a text. The tree is `None` where nothing can be judged; the findings then say why.
pub(crate) fn parse(file: &Arc<SourceFile>, limits: Limits) -> (Option<Tree>, Vec<Finding>) {
    let mut findings = Flood::new(MAX_PER_CODE);
    let tree = read(file, limits, &mut findings);
    (tree, findings.finish())
}

/// The same, with the findings added to those of a file.
pub(super) fn read(file: &Arc<SourceFile>, limits: Limits, findings: &mut Flood) -> Option<Tree> {
    let readable = characters::readable(file.text());
    let base = file.text().len() - readable.len();
    let options = granit_parser::options! { flow_nesting_limit: MAX_DEPTH, block_nesting_limit: MAX_DEPTH, strict_indentation: true,
    disallow_directives: true, emit_unresolved_aliases: true };
    let mut reader = Reader {
        file,
        base,
        input: &readable,
        parser: Parser::new_from_str_with_options(&readable, options),
        limits,
        n_nodes: 0,
        at_end: false,
        before: 0,
        last: 0,
        in_flow: false,
        tabs: file.has_byte(b'\t').then(Tabs::default),
        path: Vec::with_capacity(8),
        entries: Vec::with_capacity(32),
        items: Vec::with_capacity(8),
        findings,
    };
    let root = reader.document().unwrap_or_default();
    root.map(|root| Tree { file: Arc::clone(file), root })
}

/// Reading has stopped; a finding says why.
struct Stopped;

struct Reader<'a, 'i> {
    file: &'a Arc<SourceFile>,
    /// Bytes of the file before `input` (a byte order mark).
    base: usize,
    input: &'i str,
    parser: Parser<'i, StrInput<'i>>,
    limits: Limits,
    n_nodes: usize,
    /// Whether the latest event reaches to the end of the input.
    at_end: bool,
    /// Where the event before the latest ended, in bytes of the file.
    before: usize,
    /// Where the latest event ends.
    last: usize,
    /// Whether the latest event stands in `[…]` or `{…}`.
    in_flow: bool,
    /// Where tabs may stand, in a text that has any.
    tabs: Option<Tabs>,
    path: Vec<Step<'i>>,
    /// The entries of all mappings and the items of all lists that are open, the innermost last.
    entries: Vec<Entry>,
    items: Vec<Node>,
    findings: &'a mut Flood,
}

/// The scalars that may hold a tab or a `#` that starts no comment.
#[derive(Default)]
struct Tabs {
    quoted: Vec<Span>,
    blocks: Vec<Span>,
}

/// A step from a collection to a value in it.
#[derive(Clone, Debug)]
enum Step<'a> {
    Key(Cow<'a, str>),
    Index(usize),
}

type Spanned<'i> = (Event<'i>, Span);

impl<'i> Reader<'_, 'i> {
    fn document(&mut self) -> Result<Option<Node>, Stopped> {
        let mut root = None;
        let mut n_documents = 0;
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => break,
                (Event::DocumentStart(..), span) => {
                    n_documents += 1;
                    if n_documents == 2 {
                        let finding =
                            self.report(&SEVERAL_DOCUMENTS, span, "a second document starts here");
                        finding.help =
                            Some("keep one record per file: move it to a file of its own".into());
                    }
                }
                (Event::StreamStart | Event::DocumentEnd, _) => {}
                // Later documents are only walked, so that what is wrong in them shows too.
                event => {
                    let node = self.node(event)?;
                    root.get_or_insert(node);
                }
            }
        }
        self.check_tabs();
        let help = "start from `exc new`, or see `exc explain EXC019`";
        match &root {
            Some(Node { value: Value::Map { .. }, .. }) => return Ok(root),
            Some(Node { span, value: Value::Scalar { text, plain: true } })
                if text.resolve(self.file).is_empty() =>
            {
                let span = *span;
                self.report(&NOT_A_MAPPING, span, "the file is empty").help = Some(help.into());
            }
            Some(node) => {
                let message = "the file does not hold a mapping of keys to values";
                let span = node.span;
                self.report(&NOT_A_MAPPING, span, message).help = Some(help.into());
            }
            None => {
                self.report(&NOT_A_MAPPING, Span::default(), "the file is empty").help =
                    Some(help.into());
            }
        }
        Ok(None)
    }

    fn node(&mut self, (event, span): Spanned<'i>) -> Result<Node, Stopped> {
        self.n_nodes += 1;
        if self.n_nodes > self.limits.nodes {
            let message = format!("more than {} values in one file", self.limits.nodes);
            self.report(&TOO_DEEP, span, message);
            return Err(Stopped);
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.properties(span, anchor, tag.as_deref());
                let plain = matches!(style, ScalarStyle::Plain);
                self.check_portable(&text, style, span);
                self.check_last_break(&text, style, span);
                Ok(Node { span, value: Value::Scalar { text: self.text(text), plain } })
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.properties(span, anchor, tag.as_deref());
                self.within(style, |reader| reader.list(span))
            }
            Event::MappingStart(style, anchor, tag) => {
                self.properties(span, anchor, tag.as_deref());
                if matches!(style, StructureStyle::Flow) {
                    let source = self.file.text().get(span.start as usize..).unwrap_or_default();
                    self.dispute(portable::pair(source, span));
                }
                self.within(style, |reader| reader.map(span))
            }
            _ => {
                let finding = self.report(
                    &ANCHOR,
                    span,
                    "an alias repeats a value from elsewhere in the file",
                );
                finding.help =
                    Some("write the value out; a record says everything where it is read".into());
                Ok(Node { span, value: Value::Unknown })
            }
        }
    }

    /// Reads a collection; whatever stands in brackets is in flow, however deep.
    fn within<T>(&mut self, style: StructureStyle, read: impl FnOnce(&mut Self) -> T) -> T {
        let outside = self.in_flow;
        self.in_flow |= matches!(style, StructureStyle::Flow);
        let collection = read(self);
        self.in_flow = outside;
        collection
    }

    fn list(&mut self, start: Span) -> Result<Node, Stopped> {
        self.check_depth(start)?;
        let from = self.items.len();
        loop {
            match self.next()? {
                (Event::SequenceEnd, end) => {
                    let items: Box<[Node]> = self.items.drain(from..).collect();
                    let span = enclosing(start, items.last().map(|item| item.span), end);
                    return Ok(Node { span, value: Value::List(items) });
                }
                event => {
                    self.path.push(Step::Index(self.items.len() - from));
                    let item = self.node(event);
                    self.path.pop();
                    self.items.push(item?);
                }
            }
        }
    }

    fn map(&mut self, start: Span) -> Result<Node, Stopped> {
        self.check_depth(start)?;
        let from = self.entries.len();
        // The keys so far, where they are many.
        let mut seen: HashMap<Cow<'i, str>, Span> = HashMap::new();
        loop {
            let (event, key_span) = match self.next()? {
                (Event::MappingEnd, end) => {
                    let entries: Box<[Entry]> = self.entries.drain(from..).collect();
                    let last = entries.last().map(|entry| entry.value.span);
                    let span = enclosing(start, last, end);
                    return Ok(Node { span, value: self.mapping(entries) });
                }
                event => event,
            };
            let key = self.key(event, key_span)?;
            self.path.push(Step::Key(key.clone().unwrap_or_default()));
            let entries = &self.entries[from..];
            let first = key.as_ref().and_then(|key| match entries.len() {
                0..MANY_ENTRIES => {
                    let is_same = |entry: &&Entry| entry.key.resolve(self.file) == key;
                    entries.iter().find(is_same).map(|entry| entry.key_span)
                }
                _ => {
                    if seen.is_empty() {
                        let key = |entry: &Entry| entry.key.resolve(self.file).to_owned().into();
                        seen = entries.iter().map(|entry| (key(entry), entry.key_span)).collect();
                    }
                    seen.get(key).copied().or_else(|| seen.insert(key.clone(), key_span))
                }
            });
            if let (Some(key), Some(first)) = (&key, first) {
                self.duplicate(key, key_span, first);
            }
            let value = match self.next() {
                Ok(event) => self.node(event),
                Err(stopped) => Err(stopped),
            };
            self.path.pop();
            let value = value?;
            if let (Some(key), None) = (key, first) {
                let key = self.text(key);
                self.entries.push(Entry { key_span, key, value });
            }
        }
    }

    /// A key that is a string, or `None` after a finding.
    fn key(&mut self, event: Event<'i>, span: Span) -> Result<Option<Cow<'i, str>>, Stopped> {
        let (text, style) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.properties(span, anchor, tag.as_deref());
                (text, style)
            }
            other => {
                let finding =
                    self.report(&KEY_NOT_A_STRING, span, "a key is a list, a mapping or an alias");
                finding.help = Some("write the key as one word".into());
                self.path.push(Step::Key(Cow::Borrowed("")));
                let skipped = self.node((other, span));
                self.path.pop();
                return skipped.map(|_| None);
            }
        };
        self.check_portable(&text, style, span);
        if self.in_flow {
            let start = span.start as usize - self.base;
            let end = span.end as usize - self.base;
            self.dispute(portable::flow_key(self.input, start..end, span));
        }
        if text.len() > MAX_KEY {
            let message = format!("a key is longer than {MAX_KEY} bytes");
            self.report(&KEY_NOT_A_STRING, span, message).help =
                Some("write the key as one word".into());
            return Ok(None);
        }
        if matches!(style, ScalarStyle::Plain) {
            if text == "<<" {
                let finding = self.report(
                    &MERGE_KEY,
                    span,
                    "a merge key takes values from elsewhere in the file",
                );
                finding.help =
                    Some("write the keys out; a record says everything where it is read".into());
                return Ok(None);
            }
            if !matches!(core_schema(&text), Shape::String(_)) || ambiguous::is_number(&text) {
                let finding = self.report(
                    &KEY_NOT_A_STRING,
                    span,
                    format!("the key `{text}` is not a string"),
                );
                finding.help = Some("use one of the keys of `exc schema`".into());
                return Ok(None);
            }
        }
        Ok(Some(text))
    }

    fn next(&mut self) -> Result<Spanned<'i>, Stopped> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                let range = span.byte_range().unwrap_or(0..0);
                self.before = self.last;
                self.at_end = range.end == self.input.len();
                // Block scalars and collections end where the next token starts.
                let within = self.input.get(range.clone()).unwrap_or("");
                let end = match within.as_bytes().last() {
                    Some(b'!'..=b'~') => range.end,
                    _ => range.start + within.trim_end_matches([' ', '\t', '\r', '\n']).len(),
                };
                self.last = self.last.max(self.base + end);
                Ok((event, Span::new(self.base + range.start, self.base + end)))
            }
            Some(Err(error)) => {
                self.syntax_error(&error);
                Err(Stopped)
            }
            None => Err(Stopped),
        }
    }

    fn mapping(&self, entries: Box<[Entry]>) -> Value {
        let mut by_key: Vec<u32> = Vec::new();
        if entries.len() >= MANY_ENTRIES {
            by_key = (0..).take(entries.len()).collect();
            let key = |&index: &u32| entries[index as usize].key.resolve(self.file);
            by_key.sort_unstable_by(|a, b| key(a).cmp(key(b)));
        }
        Value::Map { entries, by_key: by_key.into() }
    }

    fn text(&self, text: Cow<'i, str>) -> Text {
        // A borrowed text is a piece of the input, unless it is an empty constant.
        let at = (text.as_ptr() as usize).checked_sub(self.input.as_ptr() as usize);
        match (&text, at) {
            (Cow::Borrowed(piece), Some(at)) if at + piece.len() <= self.input.len() => {
                Text::Source(Span::new(self.base + at, self.base + at + piece.len()))
            }
            _ => Text::Owned(text.into()),
        }
    }
}

fn enclosing(start: Span, last: Option<Span>, end: Span) -> Span {
    // The end token of a block collection stands where the next line starts.
    let end = if end.is_empty() { last.unwrap_or(start).end } else { end.end };
    Span { start: start.start, end: end.max(start.end) }
}
