//! A reconciliation as Markdown, for the comment of a bot or the summary of a job.

use std::io::{self, Write};

use super::{help, is_shown, meaning, summary};
use crate::bridge::{Reconciliation, Row};
use crate::render::allowed;
use crate::render::markdown::{escaped, prose};

/// Rows that a page shows of one verdict; the counts are of all.
const MAX_ROWS: usize = 200;

/// Writes what is not covered; with `all` the rest as well.
pub(crate) fn write(result: &Reconciliation, all: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n", prose(&summary(result)))?;
    for (verdict, _) in result.counts() {
        let rows = result.rows.iter().filter(|row| row.judged.verdict == verdict);
        let rows: Vec<&Row> = rows.filter(|row| is_shown(row, all)).collect();
        if rows.is_empty() {
            continue;
        }
        writeln!(out, "### {}: {}\n", verdict.as_str(), meaning(verdict))?;
        writeln!(out, "| suppression | record | why |\n| --- | --- | --- |")?;
        rows.iter().take(MAX_ROWS).try_for_each(|row| self::row(row, out))?;
        if rows.len() > MAX_ROWS {
            writeln!(out, "\n{} more are not shown.", rows.len() - MAX_ROWS)?;
        }
        if let Some(help) = help(verdict) {
            writeln!(out, "\nhelp: {}", prose(help))?;
        }
        writeln!(out)?;
    }
    if !result.unused.is_empty() {
        writeln!(out, "### not live: bindings for which the files hold nothing\n")?;
        for bound in result.unused.iter().take(MAX_ROWS) {
            writeln!(out, "- {}: {}", escaped(&bound.record), escaped(&bound.shown))?;
        }
        if result.unused.len() > MAX_ROWS {
            writeln!(out, "\n{} more are not shown.", result.unused.len() - MAX_ROWS)?;
        }
        writeln!(out)?;
    }
    for line in allowed::lines(&result.allowed) {
        writeln!(out, "{}\n", prose(&line))?;
    }
    for unread in &result.unread {
        let (path, position) = (&unread.place.path, unread.place.position);
        let place = format!("{path}:{}:{}", position.line, position.column);
        writeln!(out, "{} could not be read: {}\n", escaped(&place), prose(&unread.message))?;
    }
    Ok(())
}

fn row(row: &Row, out: &mut dyn Write) -> io::Result<()> {
    let why = row.judged.why.iter().chain(&row.notes).chain(&row.made);
    let why: Vec<String> = why.map(|text| prose(text)).collect();
    let place = format!("{}:{}", row.place.path, row.place.position.line);
    let record = row.judged.record.as_deref().unwrap_or_default();
    let allowed = if row.is_allowed { "<br>(allowed)" } else { "" };
    writeln!(
        out,
        "| {}<br>{} | {}{allowed} | {} |",
        escaped(&row.name),
        escaped(&place),
        escaped(record),
        why.join("<br>")
    )
}
