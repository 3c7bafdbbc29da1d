//! The principal table of a report as CSV (RFC 4180), which no spreadsheet takes for a formula.

use std::io::{self, Write};

use crate::render::csv::Sheet;
use crate::report::document::{Cell, Document, Quantity};

pub(super) fn write(document: &Document, raw: bool, out: &mut dyn Write) -> io::Result<()> {
    let Some(table) = document.tables().find(|it| it.key == document.principal) else {
        return Err(io::Error::other("the report has no principal table"));
    };
    let has_groups = table.rows.iter().any(|row| row.group.is_some());
    let mut sheet = Sheet::new(raw, out);
    let group = has_groups.then_some("group");
    let names = group.into_iter().chain(table.columns.iter().map(|column| column.key));
    sheet.row(names.chain(["today"]).map(str::to_owned))?;
    let today = document.stamp.today.to_string();
    for row in &table.rows {
        let group = has_groups.then(|| row.group.clone().unwrap_or_default());
        let cells = group.into_iter().chain(row.cells.iter().map(cell));
        sheet.row(cells.chain([today.clone()]))?;
    }
    sheet.finish()
}

/// What a program reads: no words beside a number, and nothing where there is none.
fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Quantity(Quantity::Share { part, whole }, _) => {
            Quantity::percent(*part, *whole).map(|it| it.to_string()).unwrap_or_default()
        }
        Cell::Quantity(Quantity::Count(n), _) => n.to_string(),
        Cell::Quantity(Quantity::Days(days), _) => days.to_string(),
        Cell::Quantity(Quantity::None | Quantity::NeedsHistory, _) => String::new(),
        Cell::Ids(ids) => ids.join(" "),
        cell => super::words(cell),
    }
}
