//! Records as a table that fits the screen.

use std::io::{self, Write};

use chrono::NaiveDate;
use rayon::prelude::*;
use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::style::{HorizontalLine, Style as Lines};
use tabled::settings::{Alignment, Modify, Padding};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Listed, Safe, Style, count};
use crate::history::Verdict;
use crate::model::RiskLevel;
use crate::model::window::{self, Status};

const HEADER: [&str; 8] = ["id", "status", "risk", "expires", "days", "controls", "owner", "title"];
const DAYS: usize = 4;
/// The columns that give way on a narrow screen, with the least that they shrink to.
const ELASTIC: [(usize, usize); 3] = [(7, 20), (6, 12), (5, 12)];
/// The columns that a screen too narrow for all of them loses, first to last.
const EXPENDABLE: [usize; 2] = [5, 6];
/// Why nothing is known, and what to do.
const CUT: &str = "in force or not is unknown: this clone stops before the history does, fetch the rest with `git fetch --unshallow`";
/// What stands between two columns.
const GAP: usize = 2;

/// What a table says of approvals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Approvals {
    /// What the history says of each record.
    Told,
    /// That there can be none, once for all records.
    NobodyMayApprove,
    /// That nothing is known of any record, and why: this clone lacks the beginning of the history.
    Cut,
    /// Nothing: there is no history to ask.
    Silent,
}

/// A table for people.
#[derive(Debug)]
pub(crate) struct Table {
    text: String,
    /// The names of the columns for which there was no room.
    pub(crate) left_out: Vec<&'static str>,
}

/// Lays out a list; without a width nothing is cut, and without a screen nothing is drawn. Colors
/// repeat what the words of a cell say.
pub(crate) fn records(
    records: &[Listed<'_>],
    today: NaiveDate,
    approvals: Approvals,
    style: Style,
    is_screen: bool,
) -> Table {
    let rows = |is_short: bool| {
        let cells = |record| cells(record, today, &status_words(record, approvals, is_short));
        let mut rows = vec![HEADER.map(str::to_owned)];
        rows.par_extend(records.par_iter().map(cells));
        rows
    };
    let has_room = |rows: &Vec<_>| style.width.is_none_or(|width| least(widest(rows)) <= width);
    let rows = Some(rows(false)).filter(has_room).unwrap_or_else(|| rows(true));
    let natural = widest(&rows);
    let widths = fitted(natural, style.width);

    let mut builder = Builder::default();
    for row in &rows {
        let shown = row.iter().zip(widths).filter_map(|(cell, width)| Some(cut(cell, width?)));
        builder.push_record(shown);
    }
    let mut table = builder.build();
    table.with(Lines::empty());
    if is_screen {
        table.with(Lines::empty().horizontals([(1, HorizontalLine::new('─'))]));
    }
    table.with(Padding::new(0, GAP, 0, 0));
    table.with(Modify::new(Columns::last()).with(Padding::zero()));
    table.with(Modify::new(Columns::one(DAYS)).with(Alignment::right()));
    let lines = table.to_string();
    let n_before = lines.lines().count() - records.len();
    let text = lines.lines().map(|line| line.trim_end()).enumerate().map(|(at, line)| {
        match at.checked_sub(n_before).filter(|_| style.color) {
            Some(at) => format!("{}\n", colored(line, &records[at], &rows[at + 1][1], &natural)),
            None => format!("{line}\n"),
        }
    });
    let text = text.collect();
    let left_out = HEADER.into_iter().zip(widths).filter(|(_, width)| width.is_none());
    Table { text, left_out: left_out.map(|(name, _)| name).collect() }
}

impl Table {
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.text.as_bytes())
    }
}

/// `16 exceptions on 2026-11-20 (UTC): 1 proposed, 14 active (12 in force), 1 expired`.
pub(crate) fn summary(records: &[Listed<'_>], today: NaiveDate, approvals: Approvals) -> String {
    let parts = Status::ALL.iter().filter_map(|&status| {
        let of_status: Vec<_> = records.iter().filter(|record| record.status == status).collect();
        let n = of_status.len();
        let more = match status {
            Status::Active => in_force(&of_status, approvals),
            Status::Proposed | Status::Expired | Status::Closed => String::new(),
        };
        (n > 0).then(|| format!("{n} {}{more}", status.as_str()))
    });
    let parts = parts.collect::<Vec<_>>().join(", ");
    format!("{} on {today} (UTC): {parts}", count(records.len(), "exception"))
}

/// How many of the active records are in force.
fn in_force(active: &[&Listed<'_>], approvals: Approvals) -> String {
    match approvals {
        Approvals::Told => {}
        Approvals::NobodyMayApprove => return " (nobody may approve yet)".to_owned(),
        Approvals::Cut => return format!(" ({CUT})"),
        Approvals::Silent => return String::new(),
    }
    let n_told = |told| active.iter().filter(|record| record.in_force == told).count();
    let unknown = match n_told(None) {
        0 => String::new(),
        n => format!(", {n} unknown"),
    };
    match (n_told(Some(true)), active.len()) {
        (1, 1) => " (in force)".to_owned(),
        (0, 1) if unknown.is_empty() => " (not in force)".to_owned(),
        (0, _) => format!(" (none in force{unknown})"),
        (n, n_active) if n == n_active => " (all in force)".to_owned(),
        (n, _) => format!(" ({n} in force{unknown})"),
    }
}

/// The status, and why a record that is active is not in force; that alone where room is short.
fn status_words(record: &Listed<'_>, approvals: Approvals, is_short: bool) -> String {
    let status = record.status.as_str();
    let is_told = matches!(approvals, Approvals::Told | Approvals::Cut);
    let is_emergency = record.exception.emergency.is_some() && !is_short;
    if record.status == Status::Proposed && is_emergency {
        return format!("{status} emergency");
    }
    if record.status != Status::Active || !is_told {
        return status.to_owned();
    }
    let why = match (record.in_force, record.verdict) {
        (Some(true), _) => return status.to_owned(),
        (None, _) | (_, None) => "unknown",
        // The mainline has another text, and that of this one nobody has approved.
        (_, Some(Verdict::Approved | Verdict::ApprovedLate | Verdict::Closed)) => "changed",
        (_, Some(Verdict::Unapproved)) if is_emergency => "unapproved emergency",
        (_, Some(verdict)) => verdict.as_str(),
    };
    if is_short { why.to_owned() } else { format!("{status}, {why}") }
}

fn cells(record: &Listed<'_>, today: NaiveDate, status: &str) -> [String; 8] {
    let exception = record.exception;
    let owner = match exception.owner.name.is_empty() {
        true => &exception.owner.email,
        false => &exception.owner.name,
    };
    let expires = exception.expires.map(|expires| expires.to_string());
    let left = match exception.is_open() {
        true => exception.expires.map(|it| window::days_left(it, today).to_string()),
        // What has ended has no days left.
        false => Some(String::new()),
    };
    [
        harmless(&exception.id),
        status.to_owned(),
        exception.risk.level.map_or("?", |level| level.as_str()).to_owned(),
        expires.unwrap_or_else(|| "?".to_owned()),
        left.unwrap_or_else(|| "?".to_owned()),
        harmless(&exception.controls.join(" ")),
        harmless(owner),
        harmless(&exception.title),
    ]
}

/// A line with the words for status and risk in color. They stand behind the id, which like them is
/// never cut.
fn colored(line: &str, record: &Listed<'_>, status: &str, natural: &[usize; 8]) -> String {
    let id = harmless(&record.exception.id);
    let status_at = id.len() + natural[0] - id.width() + GAP;
    let risk_at = status_at + natural[1] + GAP;
    let risk = record.exception.risk.level;
    let is_plain = status == record.status.as_str();
    let color = if is_plain { status_color(record.status) } else { Some("33") };
    let words = [
        (risk_at, risk.map_or("?", |level| level.as_str()), risk.and_then(risk_color)),
        (status_at, status, color),
    ];
    let mut line = line.to_owned();
    for (at, word, color) in words {
        if let Some(color) = color {
            let end = at + word.len();
            line.replace_range(at..end, &format!("\u{1b}[{color}m{word}\u{1b}[0m"));
        }
    }
    line
}

fn status_color(status: Status) -> Option<&'static str> {
    match status {
        Status::Proposed => Some("36"),
        Status::Active => Some("32"),
        Status::Expired => Some("1;31"),
        Status::Closed => Some("2"),
    }
}

fn risk_color(level: RiskLevel) -> Option<&'static str> {
    match level {
        RiskLevel::Low => None,
        RiskLevel::Medium => Some("33"),
        RiskLevel::High => Some("31"),
        RiskLevel::Critical => Some("1;31"),
    }
}

fn harmless(text: &str) -> String {
    Safe(text).to_string()
}

/// The width that each column would like.
fn widest(rows: &[[String; 8]]) -> [usize; 8] {
    std::array::from_fn(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0))
}

/// The width that it takes to show what matters: the columns that are never cut, and some title.
fn least(natural: [usize; 8]) -> usize {
    let (title, title_least) = (natural[7], ELASTIC[0].1);
    natural[..=DAYS].iter().map(|width| width + GAP).sum::<usize>() + title.min(title_least)
}

/// The width of each column, `None` for those without room.
fn fitted(natural: [usize; 8], width: Option<usize>) -> [Option<usize>; 8] {
    let mut widths = natural.map(Some);
    let Some(width) = width else { return widths };
    let total = |widths: &[Option<usize>; 8]| {
        let shown = widths.iter().flatten();
        shown.clone().sum::<usize>() + GAP * shown.count().saturating_sub(1)
    };
    let shrink = |widths: &mut [Option<usize>; 8]| {
        for (column, least) in ELASTIC {
            let excess = total(widths).saturating_sub(width);
            if let Some(cell) = &mut widths[column] {
                *cell = cell.saturating_sub(excess).max(least.min(*cell));
            }
        }
    };
    shrink(&mut widths);
    for column in EXPENDABLE {
        if total(&widths) <= width {
            return widths;
        }
        // What was cut gets its room back before the next column goes.
        let lost: Vec<usize> = (0..8).filter(|&at| widths[at].is_none()).collect();
        widths = natural.map(Some);
        lost.into_iter().chain([column]).for_each(|at| widths[at] = None);
        shrink(&mut widths);
    }
    let excess = total(&widths).saturating_sub(width);
    if let Some(title) = &mut widths[7] {
        *title = title.saturating_sub(excess).max(1);
    }
    widths
}

/// A text in so many columns, with `…` where something is left out.
pub(super) fn cut(text: &str, width: usize) -> String {
    // Marks without a width could pile up behind one letter without end.
    let is_piled = text.chars().count() > 4 * width.max(1);
    if text.width() <= width && !is_piled {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let mut used = 0;
    let mut kept = String::new();
    for c in text.chars().take(4 * width) {
        used += c.width().unwrap_or(0);
        if used > room {
            break;
        }
        kept.push(c);
    }
    let mut kept = kept.trim_end().to_owned();
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_columns_not_by_characters() {
        assert_eq!(cut("private link", 12), "private link");
        assert_eq!(cut("private link", 9), "private…");
        assert_eq!(cut("你好世界", 5), "你好…");
        assert_eq!(cut("你好世界", 4), "你…");
    }

    #[test]
    fn marks_do_not_pile_up() {
        let piled = format!("a{}", "\u{301}".repeat(1000));
        assert!(cut(&piled, 10).chars().count() <= 41);
    }

    #[test]
    fn a_wide_screen_shows_everything_and_a_narrow_one_what_matters() {
        let natural = [13, 8, 6, 10, 4, 20, 18, 60];
        assert_eq!(fitted(natural, None), natural.map(Some));
        let total = |widths: [Option<usize>; 8]| {
            let shown = widths.iter().flatten();
            shown.clone().sum::<usize>() + 2 * (shown.count() - 1)
        };
        for width in [80, 100, 120, 160] {
            let widths = fitted(natural, Some(width));
            assert!(total(widths) <= width, "{width}: {widths:?}");
            assert!(widths[7] >= Some(20), "{width}: {widths:?}");
        }
        assert_eq!(fitted(natural, Some(80))[5], None);
        assert!(fitted(natural, Some(160)).iter().all(Option::is_some));
    }
}
