//! A table of exemptions: a row is what the same entry would be in JSON.

use super::{ASSIGNMENTS, KEYS, is_blank};
use crate::bridge::input::{Entry, Fault, Input, Node, Value};
use crate::text::Span;

/// The columns of a table besides the keys of JSON.
const COLUMNS: [&str; 2] = ["assignmentReferenceId", "metadata"];

/// Refuses a column with a blank at its end, which is a part of the name to PowerShell: EPAC does not find
/// it. Blanks before a name are none of it, unless in quotes.
pub(super) fn exact(row: &Node) -> Result<(), Fault> {
    let is_known =
        |key: &str| KEYS.iter().chain(&COLUMNS).any(|known| known.eq_ignore_ascii_case(key.trim()));
    let is_odd = |entry: &&Entry| entry.key.trim() != entry.key && is_known(&entry.key);
    match row.entries().iter().find(is_odd) {
        None => Ok(()),
        Some(odd) => {
            let (key, known) = (&odd.key, odd.key.trim());
            let message = format!("EPAC does not take `{key}` for `{known}`: write that");
            Err(Fault::at(Span::default(), message))
        }
    }
}

/// A row of a table as the mapping that the same entry would be in JSON.
pub(super) fn of_row(row: &Node) -> Result<Node, Fault> {
    let mut entries = Vec::new();
    for entry in row.entries().iter().filter(|entry| !is_blank(&entry.value)) {
        let cell = entry.value.text().unwrap_or_default().trim();
        let is = |key: &str| entry.key.eq_ignore_ascii_case(key);
        if is("resourceSelectors") && !cell.starts_with('[') {
            let message = "`resourceSelectors`: EPAC takes a cell that does not begin with `[` for \
                           none: begin with it";
            return Err(Fault::at(row.span, message));
        }
        let (key, value) = if is("scopes") || is("policyDefinitionReferenceIds") {
            (entry.key.clone(), Value::List(texts(cell, row.span)))
        } else if is("metadata") || is("resourceSelectors") {
            (entry.key.clone(), json(&entry.key, cell, row.span)?)
        } else if is("assignmentReferenceId") {
            (referred(cell).to_owned(), Value::Text(cell.to_owned()))
        } else {
            (entry.key.clone(), Value::Text(cell.to_owned()))
        };
        entries.push(Entry { key, span: row.span, value: Node { span: row.span, value } });
    }
    Ok(Node { span: row.span, value: Value::Map(entries) })
}

fn texts(cell: &str, span: Span) -> Vec<Node> {
    let texts = cell.split('&').map(str::trim).filter(|text| !text.is_empty());
    texts.map(|text| Node { span, value: Value::Text(text.to_owned()) }).collect()
}

/// The key of JSON for what a table names in one column.
fn referred(cell: &str) -> &'static str {
    let lower = cell.to_ascii_lowercase();
    match () {
        () if lower.contains(ASSIGNMENTS) => "policyAssignmentId",
        () if lower.contains("policysetdefinitions/") => "policySetDefinitionId",
        () => "policyDefinitionId",
    }
}

/// JSON in a cell, with the place of the row.
fn json(key: &str, cell: &str, span: Span) -> Result<Value, Fault> {
    let input = Input::new(key, cell.as_bytes()).map_err(|(_, fault)| fault);
    let root = input.and_then(|input| input.jsonc());
    let root = root.map_err(|fault| Fault::at(span, format!("`{key}`: {}", fault.message)))?;
    Ok(placed(root, span).value)
}

fn placed(node: Node, span: Span) -> Node {
    let value = match node.value {
        Value::List(items) => Value::List(items.into_iter().map(|it| placed(it, span)).collect()),
        Value::Map(entries) => {
            let of = |it: Entry| Entry { key: it.key, span, value: placed(it.value, span) };
            Value::Map(entries.into_iter().map(of).collect())
        }
        value => value,
    };
    Node { span, value }
}
