//! What became of the suppressions of a tool, for people and for programs.

use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;

use super::json::{self, SCHEMA_VERSION, TOOL_VERSION};
use super::sheet::line;
use super::{Safe, Style, allowed, count};
use crate::bridge::import::{Adopted, Fate, Import, Left, Row};

/// What to do about suppressions that go further than their record, and about those that cannot be
/// adopted.
const WIDER: &str = "narrow these in the tool, widen the record and have it approved, or begin one \
                     of its own with `--only NAME`";
const REFUSED: &str = "do what the reason says, or file these with `exc new`, add a binding to the record that one names, or \
                       leave one out by its name, `--allow-unknown NAME`";

/// Writes the paths, each with what is missing, then what was left out, and a line with all counts.
pub(crate) fn text(result: &Import, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut is_first = true;
    for row in &result.rows {
        let Fate::Adopted(Adopted { path, missing, .. }) = &row.fate else { continue };
        is_first = false;
        writeln!(out, "{}", Safe(path))?;
        line(&format!("  {}", of(row)), style, out)?;
        if !missing.is_empty() {
            line(&format!("  to do: {}", missing.join(", ")), style, out)?;
        }
    }
    let wider = "these leave more alone than their record allows";
    for (heading, help, fate) in
        [(wider, WIDER, "wider"), ("no draft can be made of these", REFUSED, "refused")]
    {
        let rows: Vec<&Row> = result.rows.iter().filter(|row| word(&row.fate) == fate).collect();
        if !rows.is_empty() {
            if !std::mem::take(&mut is_first) {
                writeln!(out)?;
            }
            line(&format!("not adopted: {heading}"), style, out)?;
            rows.iter().try_for_each(|row| left(row, style, out))?;
            line(&format!("  help: {help}"), style, out)?;
        }
    }
    if !is_first {
        writeln!(out)?;
    }
    let allowed = allowed::lines(&result.allowed);
    allowed.iter().try_for_each(|text| line(text, style, out))?;
    if !allowed.is_empty() {
        writeln!(out)?;
    }
    line(&summary(result), style, out)
}

/// `stray  live.json:47`.
fn of(row: &Row) -> String {
    format!("{}  {}:{}", row.name, row.place.path, row.place.position.line)
}

fn left(row: &Row, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (Fate::Wider(left) | Fate::Refused(left)) = &row.fate else { return Ok(()) };
    let record = left.record.iter().map(|id| format!("  {id}")).collect::<String>();
    let allowed = if row.is_allowed { "  (allowed)" } else { "" };
    line(&format!("  {}{record}{allowed}", of(row)), style, out)?;
    left.why.iter().try_for_each(|why| line(&format!("      {why}"), style, out))
}

/// `4 suppressions of azure-policy: 1 adopted, 2 known already, 1 ended`.
fn summary(result: &Import) -> String {
    let adopted = if result.is_trial { "would be adopted" } else { "adopted" };
    let counts = [
        (result.count(|fate| matches!(fate, Fate::Adopted(_))), adopted),
        (result.count(|fate| matches!(fate, Fate::Known(_))), "known already"),
        (result.count(|fate| matches!(fate, Fate::Wider(_))), "wider than their record"),
        (result.count(|fate| matches!(fate, Fate::Refused(_))), "cannot be adopted"),
        (result.count(|fate| matches!(fate, Fate::Ended)), "ended"),
    ];
    let always = [adopted, "known already"];
    let counts = counts.iter().filter(|(n, what)| *n > 0 || always.contains(what));
    let counts: Vec<String> = counts.map(|(n, what)| format!("{n} {what}")).collect();
    let all = count(result.rows.len(), "suppression");
    format!("{all} of {}: {}", result.tool, counts.join(", "))
}

#[derive(Serialize)]
struct View<'a> {
    schema_version: u32,
    tool_version: &'static str,
    today: String,
    format: &'static str,
    tool: &'static str,
    dry_run: bool,
    summary: SummaryView,
    suppressions: Vec<RowView<'a>>,
    /// What each `--allow-unknown` lets pass.
    allowed: Vec<allowed::View<'a>>,
    unread: Vec<UnreadView<'a>>,
}

#[derive(Serialize)]
struct SummaryView {
    suppressions: usize,
    adopted: usize,
    known: usize,
    wider: usize,
    refused: usize,
    ended: usize,
}

#[derive(Serialize)]
struct RowView<'a> {
    name: &'a str,
    /// `adopted`, `known`, `wider`, `refused` or `ended`.
    fate: &'static str,
    /// The draft, or the record that is bound to it.
    record: Option<&'a str>,
    /// The file of the draft.
    file: Option<&'a str>,
    missing: &'a [String],
    why: &'a [String],
    allowed: bool,
    path: &'a str,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct UnreadView<'a> {
    path: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
}

pub(crate) fn json(result: &Import, today: NaiveDate, out: &mut dyn Write) -> io::Result<()> {
    let n = |word| result.count(|fate| self::word(fate) == word);
    let view = View {
        schema_version: SCHEMA_VERSION,
        tool_version: TOOL_VERSION,
        today: today.to_string(),
        format: result.format,
        tool: result.tool.as_str(),
        dry_run: result.is_trial,
        summary: SummaryView {
            suppressions: result.rows.len(),
            adopted: n("adopted"),
            known: n("known"),
            wider: n("wider"),
            refused: n("refused"),
            ended: n("ended"),
        },
        suppressions: result.rows.iter().map(row).collect(),
        allowed: allowed::views(&result.allowed),
        unread: result
            .unread
            .iter()
            .map(|unread| UnreadView {
                path: &unread.place.path,
                line: unread.place.position.line,
                column: unread.place.position.column,
                message: &unread.message,
            })
            .collect(),
    };
    json::write(&view, out)
}

fn word(fate: &Fate) -> &'static str {
    match fate {
        Fate::Adopted(_) => "adopted",
        Fate::Known(_) => "known",
        Fate::Wider(_) => "wider",
        Fate::Refused(_) => "refused",
        Fate::Ended => "ended",
    }
}

fn row(row: &Row) -> RowView<'_> {
    let (record, file, missing, why): (Option<&str>, Option<&str>, &[String], &[String]) =
        match &row.fate {
            Fate::Adopted(Adopted { id, path, missing }) => (Some(id), Some(path), missing, &[]),
            Fate::Known(record) => (record.as_deref(), None, &[], &[]),
            Fate::Wider(Left { record, why }) | Fate::Refused(Left { record, why }) => {
                (record.as_deref(), None, &[], why)
            }
            Fate::Ended => (None, None, &[], &[]),
        };
    RowView {
        name: &row.name,
        fate: word(&row.fate),
        record,
        file,
        missing,
        why,
        allowed: row.is_allowed,
        path: &row.place.path,
        line: row.place.position.line,
        column: row.place.position.column,
    }
}
