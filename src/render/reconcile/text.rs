//! A reconciliation for people: what is not covered, and what to do about each kind of it.

use std::io::{self, Write};

use super::{help, is_shown, meaning, summary};
use crate::bridge::matching::Verdict;
use crate::bridge::{Reconciliation, Row};
use crate::render::{Safe, Style, allowed, count};

/// Writes what is not covered; with `all` the rest as well.
pub(crate) fn write(
    result: &Reconciliation,
    all: bool,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (verdict, _) in result.counts() {
        let rows = result.rows.iter().filter(|row| row.judged.verdict == verdict);
        let rows: Vec<&Row> = rows.filter(|row| is_shown(row, all)).collect();
        if rows.is_empty() {
            continue;
        }
        writeln!(out, "{}: {}", heading(verdict, style), meaning(verdict))?;
        for row in rows {
            self::row(row, out)?;
        }
        if let Some(help) = help(verdict) {
            writeln!(out, "  help: {help}")?;
        }
        writeln!(out)?;
    }
    if !result.unused.is_empty() {
        let n = count(result.unused.len(), "binding");
        writeln!(out, "not live: {n} for which the files hold nothing")?;
        for bound in &result.unused {
            writeln!(out, "  {}  {}", Safe(&bound.record), Safe(&bound.shown))?;
        }
        writeln!(out)?;
    }
    let allowed = allowed::lines(&result.allowed);
    allowed.iter().try_for_each(|line| writeln!(out, "{}", Safe(line)))?;
    if !allowed.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "{}", summary(result))
}

fn heading(verdict: Verdict, style: Style) -> String {
    let color = match (style.color, verdict) {
        (false, _) => return verdict.as_str().to_owned(),
        (true, Verdict::Ended | Verdict::Covered | Verdict::Narrower) => "32",
        (true, Verdict::Unknown) => "33",
        (true, _) => "31",
    };
    format!("\u{1b}[1;{color}m{}\u{1b}[0m", verdict.as_str())
}

fn row(row: &Row, out: &mut dyn Write) -> io::Result<()> {
    let place = &row.place;
    let record = row.judged.record.as_ref().map(|id| format!("  {}", Safe(id)));
    let allowed = if row.is_allowed { "  (allowed)" } else { "" };
    let (path, line) = (Safe(&place.path), place.position.line);
    let record = record.unwrap_or_default();
    writeln!(out, "  {}  {path}:{line}{record}{allowed}", Safe(&row.name))?;
    // What a record is compared with, its own lines say.
    let reach: &[String] = if row.judged.record.is_none() { &row.reach } else { &[] };
    reach.iter().try_for_each(|part| writeln!(out, "      {}", Safe(part)))?;
    let told = row.judged.why.iter().chain(&row.notes).chain(&row.made);
    told.into_iter().try_for_each(|text| writeln!(out, "      {}", Safe(text)))
}
