//! Records as CSV (RFC 4180) that no spreadsheet takes for a formula.

use std::borrow::Cow;
use std::io::{self, Write};

use chrono::NaiveDate;
use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::{Listed, Safe};
use crate::model::window;

const HEADER: [&str; 17] = [
    "id",
    "status",
    "risk",
    "opened",
    "expires",
    "days_left",
    "controls",
    "scope",
    "owner_name",
    "owner_email",
    "team",
    "title",
    "tags",
    "path",
    "today",
    "in_force",
    "verdict",
];

/// Writes a list. A cell that a spreadsheet would compute gets a `'` in front, unless `raw`.
/// Several values in one cell are separated by a space: none of them can contain one, but for tags,
/// which are separated by a comma.
pub(crate) fn records(
    records: &[Listed<'_>],
    today: NaiveDate,
    raw: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut sheet = Sheet::new(raw, out);
    sheet.row(HEADER.map(str::to_owned))?;
    for record in records {
        sheet.row(cells(record, today))?;
    }
    sheet.finish()
}

/// Rows of cells, each made harmless on its way.
pub(super) struct Sheet<'a> {
    writer: csv::Writer<&'a mut dyn Write>,
    raw: bool,
}

impl<'a> Sheet<'a> {
    /// A cell that a spreadsheet would compute gets a `'` in front, unless `raw`.
    pub(super) fn new(raw: bool, out: &'a mut dyn Write) -> Self {
        let writer = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .quote_style(QuoteStyle::Necessary)
            .from_writer(out);
        Self { writer, raw }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) -> io::Result<()> {
        for cell in cells {
            let cell = Safe(&cell).to_string();
            let cell = if self.raw { Cow::Borrowed(cell.as_str()) } else { guarded(&cell) };
            self.writer.write_field(cell.as_bytes()).map_err(io_error)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(io_error)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

fn cells(record: &Listed<'_>, today: NaiveDate) -> [String; 17] {
    let exception = record.exception;
    let written = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    let left = exception.expires.map(|expires| window::days_left(expires, today).to_string());
    [
        exception.id.clone(),
        record.status.as_str().to_owned(),
        exception.risk.level.map(|level| level.as_str().to_owned()).unwrap_or_default(),
        written(exception.opened),
        written(exception.expires),
        left.unwrap_or_default(),
        exception.controls.join(" "),
        exception.scope.join(" "),
        exception.owner.name.clone(),
        exception.owner.email.clone(),
        exception.owner.team.clone(),
        exception.title.clone(),
        exception.tags.join(","),
        record.path.to_owned(),
        today.to_string(),
        record.in_force.map(|it| it.to_string()).unwrap_or_default(),
        record.verdict.map(|it| it.as_str().to_owned()).unwrap_or_default(),
    ]
}

/// A cell that is shown and never computed. Numbers, also negative ones, stay numbers.
fn guarded(cell: &str) -> Cow<'_, str> {
    let is_number = cell.strip_prefix('-').unwrap_or(cell).bytes().all(|b| b.is_ascii_digit());
    let is_trigger = |c: char| {
        matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠')
    };
    match cell.starts_with(is_trigger) && !(is_number && cell.len() > 1) {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_compute_is_defused() {
        for cell in
            ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", "-"]
        {
            assert_eq!(guarded(cell), format!("'{cell}"), "{cell:?}");
        }
    }

    #[test]
    fn numbers_and_plain_text_stay_as_they_are() {
        for cell in ["", "-72", "72", "2026-11-20", "a=b", "Dana Ruiz"] {
            assert_eq!(guarded(cell), cell);
        }
    }
}
