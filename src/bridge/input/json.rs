//! JSON: strict, with comments, or as JavaScript writes it.

use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{Entry, Fault, MAX_DEPTH, Node, Value};
use crate::text::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Strict,
    WithComments,
    Json5,
}

pub(super) fn read(text: &str, dialect: Dialect) -> Result<Node, Fault> {
    depth(text, dialect)?;
    let is_lenient = dialect != Dialect::Strict;
    let is_json5 = dialect == Dialect::Json5;
    let options = ParseOptions {
        allow_comments: is_lenient,
        allow_trailing_commas: is_lenient,
        allow_loose_object_property_names: is_json5,
        allow_missing_commas: false,
        allow_single_quoted_strings: is_json5,
        allow_hexadecimal_numbers: is_json5,
        allow_unary_plus_numbers: is_json5,
        allow_bare_decimal_point_numbers: is_json5,
        allow_non_finite_numbers: is_json5,
        allow_extended_string_escapes: is_json5,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|error| {
        let range = error.range();
        Fault::at(Span::new(range.start, range.end), error.kind().to_string().to_lowercase())
    })?;
    match parsed.value {
        Some(value) => node(value),
        None => Err(Fault::at(Span::default(), "the file is empty")),
    }
}

/// The parser calls itself for each bracket, so that how many are open is counted first; those in
/// texts and comments are none.
fn depth(text: &str, dialect: Dialect) -> Result<(), Fault> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(&byte) = bytes.get(at) {
        let is_quote = byte == b'"' || (byte == b'\'' && dialect == Dialect::Json5);
        at = match (byte, bytes.get(at + 1)) {
            _ if is_quote => past_quote(bytes, at),
            (b'/', Some(b'/')) if dialect != Dialect::Strict => {
                let length = bytes[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                length.map_or(bytes.len(), |length| at + length)
            }
            (b'/', Some(b'*')) if dialect != Dialect::Strict => {
                text[at + 2..].find("*/").map_or(bytes.len(), |length| at + 2 + length + 2)
            }
            _ => at + 1,
        };
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            let message = format!("the file is nested more than {MAX_DEPTH} levels deep");
            return Err(Fault::at(Span::new(at - 1, at), message));
        }
    }
    Ok(())
}

/// The place behind the text that begins with the quote at `start`.
fn past_quote(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            _ if byte == bytes[start] => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn node(value: ast::Value<'_>) -> Result<Node, Fault> {
    let range = value.range();
    let span = Span::new(range.start, range.end);
    let value = match value {
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::BooleanLit(it) => Value::Bool(it.value),
        ast::Value::NumberLit(it) => Value::Number(it.value.to_owned()),
        ast::Value::StringLit(it) => Value::Text(it.value.into_owned()),
        ast::Value::Array(it) => {
            Value::List(it.elements.into_iter().map(node).collect::<Result<_, _>>()?)
        }
        ast::Value::Object(it) => {
            let mut entries: Vec<Entry> = Vec::with_capacity(it.properties.len());
            let mut known = std::collections::HashSet::new();
            for property in it.properties {
                let range = property.name.range();
                let span = Span::new(range.start, range.end);
                let key = property.name.into_string();
                if !known.insert(key.clone()) {
                    return Err(Fault::at(span, format!("the key `{key}` stands twice")));
                }
                entries.push(Entry { key, span, value: node(property.value)? });
            }
            Value::Map(entries)
        }
    };
    Ok(Node { span, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json5_is_read_as_javascript_writes_it() {
        let text = "// why\n{a: 'it\\'s', \"b\": [+1, .5, 0xF,],}";
        let root = read(text, Dialect::Json5).expect("JSON5");
        assert_eq!(root.get("a").and_then(Node::text), Some("it's"));
        assert_eq!(root.get("b").and_then(Node::items).map(<[Node]>::len), Some(3));
        assert!(read(text, Dialect::WithComments).is_err());
    }

    /// A quote in a comment, or one of the other kind in a text, hides no brackets.
    #[test]
    fn brackets_are_counted_whatever_stands_in_comments_and_texts() {
        let deep = "[".repeat(100_000);
        for (before, dialect) in [
            ("", Dialect::Strict),
            ("// \"\n", Dialect::WithComments),
            ("/* \" */", Dialect::WithComments),
            ("['\"', ", Dialect::Json5),
            ("[\"'\", ", Dialect::Json5),
        ] {
            let fault = read(&format!("{before}{deep}"), dialect).expect_err("too deep");
            assert!(fault.message.starts_with("the file is nested"), "{before}{}", fault.message);
        }
        let fine = format!("[\"{deep}\"] // {deep}");
        assert!(read(&fine, Dialect::WithComments).is_ok());
    }
}
