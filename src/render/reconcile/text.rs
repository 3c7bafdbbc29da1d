//! A reconciliation for people: what is not covered, and what to do about each kind of it.

use std::io::{self, Write};

use super::{help, is_shown, meaning, summary};
use crate::bridge::matching::Verdict;
use crate::bridge::{Reconciliation, Row};
use crate::render::sheet::line;
use crate::render::{Style, allowed, count, fitted};

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
        let plain = format!("{}: {}", verdict.as_str(), meaning(verdict));
        for (at, line) in fitted(&plain, style.width).iter().enumerate() {
            match line.strip_prefix(verdict.as_str()).filter(|_| at == 0) {
                Some(rest) => writeln!(out, "{}{rest}", heading(verdict, style))?,
                None => writeln!(out, "{line}")?,
            }
        }
        for row in rows {
            self::row(row, style, out)?;
        }
        if let Some(help) = help(verdict) {
            line(&format!("  help: {help}"), style, out)?;
        }
        writeln!(out)?;
    }
    if !result.unused.is_empty() {
        let n = count(result.unused.len(), "binding");
        line(&format!("not live: {n} for which the files hold nothing"), style, out)?;
        for bound in &result.unused {
            line(&format!("  {}  {}", bound.record, bound.shown), style, out)?;
        }
        writeln!(out)?;
    }
    let allowed = allowed::lines(&result.allowed);
    allowed.iter().try_for_each(|text| line(text, style, out))?;
    if !allowed.is_empty() {
        writeln!(out)?;
    }
    line(&summary(result), style, out)
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

fn row(row: &Row, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let place = &row.place;
    let record = row.judged.record.as_ref().map(|id| format!("  {id}"));
    let allowed = if row.is_allowed { "  (allowed)" } else { "" };
    let (path, at) = (&place.path, place.position.line);
    let record = record.unwrap_or_default();
    line(&format!("  {}  {path}:{at}{record}{allowed}", row.name), style, out)?;
    // What a record is compared with, its own lines say.
    let reach: &[String] = if row.judged.record.is_none() { &row.reach } else { &[] };
    reach.iter().try_for_each(|part| line(&format!("      {part}"), style, out))?;
    let told = row.judged.why.iter().chain(&row.notes).chain(&row.made);
    told.into_iter().try_for_each(|text| line(&format!("      {text}"), style, out))
}
