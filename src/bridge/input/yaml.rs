//! YAML streams of other tools: anchors, aliases, tags and several documents included, which the
//! portable subset of records leaves out.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, StrInput};

use super::{Entry, Fault, MAX_DEPTH, MAX_VALUES, Node, Value};
use crate::source::tree::{Shape, core_schema};
use crate::text::Span;

/// Bytes for which the aliases of a file may stand.
const MAX_REPEATED: usize = 64 << 20;

pub(super) fn read(text: &str) -> Result<Vec<Node>, Fault> {
    let options = granit_parser::options! {
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader {
        parser,
        anchors: HashMap::new(),
        n_values: 0,
        n_repeated: 0,
        last: Span::default(),
    };
    let mut documents = Vec::new();
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Ok(documents),
            (Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd, _) => {}
            event => {
                documents.push(reader.node(event)?);
                reader.anchors.clear();
            }
        }
    }
}

struct Reader<'i> {
    parser: Parser<'i, StrInput<'i>>,
    anchors: HashMap<usize, Node>,
    n_values: usize,
    /// Bytes for which aliases stand.
    n_repeated: usize,
    last: Span,
}

type Spanned<'i> = (Event<'i>, Span);

impl<'i> Reader<'i> {
    fn next(&mut self) -> Result<Spanned<'i>, Fault> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                let range = span.byte_range().unwrap_or(0..0);
                self.last = Span::new(range.start, range.end);
                Ok((event, self.last))
            }
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(self.last.end as usize);
                Err(Fault::at(Span::new(at, at), error.kind().to_string().to_lowercase()))
            }
            None => Err(Fault::at(self.last, "the file ends too early")),
        }
    }

    fn node(&mut self, (event, span): Spanned<'i>) -> Result<Node, Fault> {
        self.count(span, 1)?;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = matches!(style, ScalarStyle::Plain) && tag.is_none();
                (scalar(&text, is_plain), anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        event => items.push(self.node(event)?),
                    }
                }
                (Value::List(items), anchor)
            }
            Event::MappingStart(_, anchor, _) => (Value::Map(self.entries()?), anchor),
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node =
                    node.ok_or_else(|| Fault::at(span, "an alias stands within its own value"))?;
                self.count(span, n_values(&node))?;
                self.n_repeated += n_bytes(&node);
                if self.n_repeated > MAX_REPEATED {
                    let message =
                        format!("the aliases stand for more than {} MiB", MAX_REPEATED >> 20);
                    return Err(Fault::at(span, message));
                }
                return Ok(Node { span, value: node.value });
            }
            _ => return Err(Fault::at(span, "a value was expected here")),
        };
        let node = Node { span, value };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn entries(&mut self) -> Result<Vec<Entry>, Fault> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut known = std::collections::HashSet::new();
        loop {
            let (key, span) = match self.next()? {
                (Event::MappingEnd, _) => return Ok(entries),
                (Event::Scalar(text, ..), span) => (text.into_owned(), span),
                (_, span) => return Err(Fault::at(span, "a key is no text")),
            };
            if !known.insert(key.clone()) {
                return Err(Fault::at(span, format!("the key `{key}` stands twice")));
            }
            let event = self.next()?;
            let value = self.node(event)?;
            if key == "<<" {
                return Err(Fault::at(span, "a merge key, which readers understand differently"));
            }
            entries.push(Entry { key, span, value });
        }
    }

    fn count(&mut self, span: Span, n: usize) -> Result<(), Fault> {
        self.n_values += n;
        match self.n_values > MAX_VALUES {
            true => Err(Fault::at(span, format!("the file has more than {MAX_VALUES} values"))),
            false => Ok(()),
        }
    }
}

fn n_bytes(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => items.iter().map(n_bytes).sum(),
        Value::Map(entries) => {
            entries.iter().map(|entry| entry.key.len() + n_bytes(&entry.value)).sum()
        }
        Value::Text(text) | Value::Date(text) | Value::Number(text) => text.len(),
        Value::Null | Value::Bool(_) => 0,
    }
}

fn n_values(node: &Node) -> usize {
    let below: usize = match &node.value {
        Value::List(items) => items.iter().map(n_values).sum(),
        Value::Map(entries) => entries.iter().map(|entry| n_values(&entry.value)).sum(),
        _ => 0,
    };
    below + 1
}

fn scalar(text: &str, is_plain: bool) -> Value {
    match core_schema(text) {
        _ if !is_plain => Value::Text(text.to_owned()),
        Shape::Null => Value::Null,
        Shape::Bool(value) => Value::Bool(value),
        Shape::Number(_) => Value::Number(text.to_owned()),
        _ if is_date(text) => Value::Date(text.to_owned()),
        _ => Value::Text(text.to_owned()),
    }
}

/// Whether a plain scalar begins like a timestamp of YAML 1.1, which most tools' readers know.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    [0, 1, 2, 3, 5, 6, 8, 9].into_iter().all(is_digit)
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && matches!(bytes.get(10), None | Some(b'T' | b't' | b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aliases_repeat_is_bounded_in_bytes_and_not_only_in_values() {
        let text = format!("a: &a {}\nb:\n{}", "x".repeat(1 << 20), "  - *a\n".repeat(65));
        let fault = read(&text).expect_err("a fault");
        assert_eq!(fault.message, "the aliases stand for more than 64 MiB");
        assert_eq!(&text[fault.span.range()], "*a");
        assert!(read(&text.replacen("  - *a\n", "", 1)).is_ok());
    }
}
