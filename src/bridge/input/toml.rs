//! TOML 1.0.

use toml_edit::{Document, Item, TableLike};

use super::{Entry, Fault, MAX_DEPTH, Node, Value};
use crate::text::Span;

pub(super) fn read(text: &str) -> Result<Node, Fault> {
    let document = Document::parse(text.to_owned()).map_err(|error| {
        let range = error.span().unwrap_or_default();
        let message = error.message().lines().next().unwrap_or_default().to_lowercase();
        Fault::at(Span::new(range.start, range.end), message)
    })?;
    table(document.as_table(), Span::new(0, text.len()), 0)
}

fn table(table: &dyn TableLike, span: Span, depth: usize) -> Result<Node, Fault> {
    if depth > MAX_DEPTH {
        let message = format!("the file is nested more than {MAX_DEPTH} levels deep");
        return Err(Fault::at(span, message));
    }
    let mut entries = Vec::new();
    for (key, item) in table.iter() {
        let of_key = table.key(key).and_then(toml_edit::Key::span).map(spanned);
        let of_item = item.span().map(spanned).or(of_key).unwrap_or(span);
        let value = node(item, of_item, depth + 1)?;
        entries.push(Entry { key: key.to_owned(), span: of_key.unwrap_or(of_item), value });
    }
    Ok(Node { span, value: Value::Map(entries) })
}

fn spanned(range: std::ops::Range<usize>) -> Span {
    Span::new(range.start, range.end)
}

fn node(item: &Item, span: Span, depth: usize) -> Result<Node, Fault> {
    match item {
        Item::None => Ok(Node { span, value: Value::Null }),
        Item::Table(it) => table(it, span, depth),
        Item::ArrayOfTables(it) => {
            let items = it.iter().map(|it| table(it, it.span().map_or(span, spanned), depth));
            Ok(Node { span, value: Value::List(items.collect::<Result<_, _>>()?) })
        }
        Item::Value(it) => value(it, span, depth),
    }
}

fn value(value: &toml_edit::Value, span: Span, depth: usize) -> Result<Node, Fault> {
    let value = match value {
        toml_edit::Value::String(it) => Value::Text(it.value().clone()),
        toml_edit::Value::Integer(it) => Value::Number(it.value().to_string()),
        toml_edit::Value::Float(it) => Value::Number(it.value().to_string()),
        toml_edit::Value::Boolean(it) => Value::Bool(*it.value()),
        toml_edit::Value::Datetime(it) => Value::Date(it.value().to_string()),
        toml_edit::Value::InlineTable(it) => return table(it, span, depth),
        toml_edit::Value::Array(it) => {
            if depth > MAX_DEPTH {
                let message = format!("the file is nested more than {MAX_DEPTH} levels deep");
                return Err(Fault::at(span, message));
            }
            let items = it
                .iter()
                .map(|item| self::value(item, item.span().map_or(span, spanned), depth + 1));
            Value::List(items.collect::<Result<_, _>>()?)
        }
    };
    Ok(Node { span, value })
}
