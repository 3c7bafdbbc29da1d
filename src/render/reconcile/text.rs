//! A reconciliation for people: what is not covered, and what to do about each kind of it.

use std::io::{self, Write};

use crate::bridge::matching::Verdict;
use crate::bridge::{Reconciliation, Row};
use crate::render::{Safe, Style, count};

/// Writes what is not covered; with `all` the rest as well.
pub(crate) fn write(
    result: &Reconciliation,
    all: bool,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (verdict, _) in result.counts() {
        if !all && matches!(verdict, Verdict::Ended | Verdict::Covered | Verdict::Narrower) {
            continue;
        }
        let rows = result.rows.iter().filter(|row| row.judged.verdict == verdict);
        writeln!(out, "{}: {}", heading(verdict, style), meaning(verdict))?;
        for row in rows {
            self::row(row, out)?;
        }
        if let Some(help) = help(verdict, result) {
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
    let counts: Vec<String> =
        result.counts().iter().map(|(verdict, n)| format!("{n} {}", verdict.as_str())).collect();
    let n = count(result.rows.len(), "suppression");
    match counts.is_empty() {
        true => writeln!(out, "{n} of {}", result.tool),
        false => writeln!(out, "{n} of {}: {}", result.tool, counts.join(", ")),
    }
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

fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ended => "the tool no longer honours these",
        Verdict::Covered => "an exception in force allows exactly this",
        Verdict::Narrower => "an exception in force allows more than this",
        Verdict::Unknown => "what these leave alone cannot be told",
        Verdict::Outlives => "these last longer than their record",
        Verdict::RecordUnapproved => "nobody approved the record",
        Verdict::RecordExpired => "the record has ended, and these have not",
        Verdict::Wider => "these leave more alone than their record allows",
        Verdict::Orphan => "nobody filed these",
    }
}

fn row(row: &Row, out: &mut dyn Write) -> io::Result<()> {
    let place = &row.place;
    let record = row.judged.record.as_ref().map(|id| format!("  {}", Safe(id)));
    let allowed = if row.is_allowed { "  (allowed)" } else { "" };
    let (path, line) = (Safe(&place.path), place.position.line);
    let record = record.unwrap_or_default();
    writeln!(out, "  {}  {path}:{line}{record}{allowed}", Safe(&row.name))?;
    let told = row.judged.why.iter().chain(&row.notes).chain(&row.made);
    told.into_iter().try_for_each(|text| writeln!(out, "      {}", Safe(text)))
}

fn help(verdict: Verdict, result: &Reconciliation) -> Option<String> {
    let tool = result.format;
    Some(match verdict {
        Verdict::Ended | Verdict::Covered | Verdict::Narrower => return None,
        Verdict::Unknown => {
            "allow one by its name, `--allow-unknown NAME`, once somebody has looked at it".into()
        }
        Verdict::Outlives => "end it in the tool with the record".to_owned(),
        Verdict::RecordUnapproved => {
            "have the record approved, see `exc history ID`, or remove these from the tool".into()
        }
        Verdict::RecordExpired => {
            "renew the record with `exc renew ID`, or remove these from the tool".into()
        }
        Verdict::Wider => {
            "narrow these in the tool, or widen the record's `scope` and `bindings` and have it \
             approved"
                .into()
        }
        Verdict::Orphan => format!("remove these from {tool}, or file them with `exc new`"),
    })
}
