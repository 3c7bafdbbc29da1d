//! Where on the page each record is listed.

use std::collections::HashMap;
use std::fmt::Write;

use crate::report::document::{Cell, Document, Row, Table};

/// The row at which a link to a record ends: its first one, of the principal table if it has any.
pub(super) struct Anchors<'a>(HashMap<&'a str, &'a Row>);

impl<'a> Anchors<'a> {
    pub(super) fn of(document: &'a Document) -> Self {
        let is_principal = |table: &&Table| table.key == document.principal;
        let principal = document.tables().filter(is_principal);
        let others = document.tables().filter(|table| !is_principal(table));
        let mut rows = HashMap::new();
        for row in principal.chain(others).flat_map(|table| &table.rows) {
            if let Some(id) = subject(row) {
                rows.entry(id).or_insert(row);
            }
        }
        Self(rows)
    }

    pub(super) fn holds(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    /// The name of a row, if links end at it.
    pub(super) fn name(&self, row: &Row) -> Option<String> {
        let id = subject(row)?;
        self.0.get(id).filter(|first| std::ptr::eq(**first, row)).map(|_| fragment(id))
    }
}

/// The record that a row is about.
fn subject(row: &Row) -> Option<&str> {
    row.cells.iter().find_map(|cell| match cell {
        Cell::Id(id) => Some(id.as_str()),
        _ => None,
    })
}

/// The name of an element for a record. Letters, digits and `-` stay; all else is spelled in
/// bytes, so that two ids never share a name and no id ends the attribute or the link.
pub(super) fn fragment(id: &str) -> String {
    let mut name = String::from("r-");
    for byte in id.bytes() {
        match byte {
            b'-' => name.push('-'),
            byte if byte.is_ascii_alphanumeric() => name.push(char::from(byte)),
            byte => write!(name, "_{byte:02x}").expect("a string takes everything"),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_name_that_needs_no_quotes_and_no_other_id_has() {
        assert_eq!(fragment("EXC-2026-K7QD"), "r-EXC-2026-K7QD");
        assert_eq!(fragment("billing/EXC 1"), "r-billing_2fEXC_201");
        assert_eq!(fragment("a\"><b"), "r-a_22_3e_3cb");
        assert_ne!(fragment("a_2f"), fragment("a/"));
    }
}
