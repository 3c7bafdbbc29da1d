//! A report in a format: each walks the same [`Document`], and says the same numbers.
//!
//! HTML is a page of its own, see [`super::html`].

mod columns;
mod csv;
mod drawings;
mod json;
mod markdown;
mod text;

use std::io::{self, Write};

use clap::ValueEnum;

use super::{Safe, Style};
use crate::report::document::{Cell, Document, Quantity, Span, Text};

pub(crate) use text::Strokes;

/// A format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people, at a terminal or in a log
    Text,
    /// For a comment, an issue or a mail
    Markdown,
    /// One page in one file, which needs nothing else
    Html,
    /// The report's principal table, for spreadsheets
    Csv,
    /// Everything, for programs; a promise
    Json,
}

/// How a report is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) style: Style,
    /// What pictures in text are made of.
    pub(crate) strokes: Strokes,
    /// With CSV, whether cells that a spreadsheet computes stay as they are.
    pub(crate) csv_raw: bool,
}

pub(crate) fn write(
    format: ReportFormat,
    document: &Document,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        ReportFormat::Text => text::write(document, look, out),
        ReportFormat::Markdown => markdown::write(document, out),
        ReportFormat::Html => super::html::write(document, out),
        ReportFormat::Csv => csv::write(document, look.csv_raw, out),
        ReportFormat::Json => json::write(document, out),
    }
}

/// Letters of a commit's name that people read.
const SHORT: usize = 7;

/// Which mainline the history is from, as people read it.
fn origins(document: &Document) -> Vec<String> {
    let registers = &document.stamp.registers;
    let lines = registers.iter().map(|origin| {
        let n = super::count(origin.n_records, "record");
        match &origin.history {
            Some(history) => {
                let tip = &history.tip[..SHORT.min(history.tip.len())];
                let whole = if history.is_complete { "complete" } else { "incomplete" };
                let mainline = &history.mainline;
                format!("{}: {n}, {mainline} at {tip}, history {whole}", origin.name)
            }
            None => format!("{}: {n}, no history", origin.name),
        }
    });
    lines.collect()
}

/// The words of a text, without anything that tells its parts apart.
fn plain(text: &Text) -> String {
    text.0.iter().map(Span::text).collect()
}

/// A cell as people read it; its text is not yet harmless.
fn words(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Id(text) | Cell::Code(text) | Cell::State(text, _) => text.clone(),
        Cell::Number(number, _) => number.to_string(),
        Cell::Quantity(quantity, _) => quantity.words(),
        Cell::Date(day) => day.to_string(),
        Cell::Ids(ids) => listed(ids, MAX_IDS),
    }
}

/// Ids in one cell that people get to read; programs get all.
const MAX_IDS: usize = 6;

/// Ids on one line, of which the first `max` are named.
fn listed(ids: &[String], max: usize) -> String {
    let named = ids.iter().take(max).map(String::as_str).collect::<Vec<_>>().join(", ");
    match ids.len().saturating_sub(max) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// Whether a number can be told from a word.
fn is_unknown(quantity: Quantity) -> bool {
    matches!(quantity, Quantity::None | Quantity::NeedsHistory)
}

/// The same text, made harmless.
fn harmless(text: &str) -> String {
    Safe(text).to_string()
}
