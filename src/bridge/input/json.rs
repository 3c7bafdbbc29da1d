//! JSON, strict or with comments.

use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{Entry, Fault, MAX_DEPTH, Node, Value};
use crate::text::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Strict,
    WithComments,
}

pub(super) fn read(text: &str, dialect: Dialect) -> Result<Node, Fault> {
    depth(text)?;
    let is_lenient = dialect == Dialect::WithComments;
    let options = ParseOptions {
        allow_comments: is_lenient,
        allow_trailing_commas: is_lenient,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
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

/// The parser calls itself for each bracket, so that how many are open is counted first.
fn depth(text: &str) -> Result<(), Fault> {
    let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            let message = format!("the file is nested more than {MAX_DEPTH} levels deep");
            return Err(Fault::at(Span::new(at, at + 1), message));
        }
    }
    Ok(())
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
