//! What differs in a record, in words. Text of records stands in them as it is: whoever writes them
//! makes it harmless.

use chrono::NaiveDate;

use super::words::MAX_LISTED;
use crate::changes::{FieldChange, Kind};
use crate::history::{Decision, Stated, Vote, short};
use crate::model::RiskLevel;
use crate::model::window::{days_between, n_days};
use crate::render::count;
use crate::render::diff::words::{Sentence, sentences};
use crate::report::review::Reviewed;
use crate::report::review::differences::{Difference, EVIDENCE, End, Place, Scope, Until};
use crate::report::review::questions::nth;

/// Characters of a place's name in a sentence; the whole target stands below.
const MAX_NAME: usize = 24;

/// A line, and what stands below it, each with a sign or a label.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) text: String,
    pub(super) below: Vec<(&'static str, String)>,
}

/// Everything that differs.
pub(super) fn changes(it: &Reviewed<'_>) -> Vec<Told> {
    let mut changes: Vec<Told> = it.differences.iter().flat_map(told).collect();
    if let (true, Some(before), Some(after)) =
        (it.change.is_moved(), it.change.before, it.change.after)
    {
        let text = format!("file {} → {}", before.file().path(), after.file().path());
        changes.push(Told { text, below: Vec::new() });
    }
    changes.extend(it.given.iter().map(|vote| given(vote, it)));
    changes
}

/// An approval or a rejection that comes with the change, and what it counts for.
fn given(vote: &Vote, it: &Reviewed<'_>) -> Told {
    let decided = match &vote.stated {
        Some(Stated { approver, decision: Decision::Approve, .. }) => {
            format!("approved by {approver}")
        }
        Some(Stated { approver, decision: Decision::Reject, .. }) => {
            format!("rejected by {approver}")
        }
        None => "a file among its approvals".to_owned(),
    };
    let is_rejected =
        vote.stated.as_ref().is_some_and(|stated| stated.decision == Decision::Reject);
    let counts = match (&vote.refusal, &it.needs) {
        (Some(reason), _) => format!("which does not count: {reason}"),
        (None, _) if is_rejected => "and no approval outvotes that".to_owned(),
        (None, Some(needs)) => format!("{} of {} approvals", needs.have.len(), needs.quorum),
        (None, None) => "where no approval is needed".to_owned(),
    };
    Told { text: format!("{decided}, {counts}"), below: Vec::new() }
}

/// All that an approval grants, under a line that says since when.
pub(super) fn granted(it: &Reviewed<'_>) -> Option<(String, Vec<Told>)> {
    let granted = it.granted.as_ref()?;
    let since = match granted.settled {
        Some((day, commit)) => {
            let day = day.map_or_else(String::new, |day| format!("{day}, "));
            format!("the settled text ({day}{})", short(commit))
        }
        None => {
            let whole = "nobody has ever approved this record: an approval grants all that it says";
            return Some((whole.to_owned(), Vec::new()));
        }
    };
    let why = match granted.is_open {
        true => "also what landed since without an approval",
        false => "which landed after this change was begun",
    };
    let line = format!("an approval grants all that differs from {since}, {why}:");
    Some((line, granted.differences.iter().flat_map(told).collect()))
}

fn told(difference: &Difference<'_>) -> Vec<Told> {
    let line = |text: String| vec![Told { text, below: Vec::new() }];
    match difference {
        Difference::Scope(scope) => vec![self::scope(scope)],
        Difference::Until(until) => vec![self::until(until)],
        Difference::Gone(what) => line(format!("compensating control removed: {what}")),
        Difference::Came(control) => {
            let mut below = vec![(EVIDENCE, control.evidence.clone())];
            below.retain(|(_, text)| !text.is_empty());
            let text = format!("compensating control added: {}", control.description);
            vec![Told { text, below }]
        }
        Difference::Deleted { was_open: true } => line(
            "deleted while it was open: close it instead, so that it stays on record".to_owned(),
        ),
        Difference::Deleted { was_open: false } => {
            line("deleted: closed records stay in the register".to_owned())
        }
        Difference::Closed(end) => line(format!("closed {}", self::end(end))),
        Difference::Reopened(end) => {
            line(format!("opened again, after it was closed {}", self::end(end)))
        }
        Difference::Field(field) if field.pointer == "/risk/level" => vec![risk(field)],
        Difference::Field(field) => sentences(field).into_iter().map(Told::from).collect(),
    }
}

impl From<Sentence> for Told {
    fn from(sentence: Sentence) -> Self {
        let sign = |sign: char| if sign == '+' { "+" } else { "-" };
        let below = sentence.below.into_iter().map(|(it, text)| (sign(it), text)).collect();
        Self { text: sentence.text, below }
    }
}

fn end(end: &End<'_>) -> String {
    let date = end.date.map_or(String::new(), |date| format!(" on {date}"));
    let note = if end.note.is_empty() { String::new() } else { format!(": {}", end.note) };
    format!("as {}{date}{note}", end.outcome.unwrap_or("?"))
}

/// Lowering the level is how caps and approvals are got around, so it is not said in passing.
fn risk(field: &FieldChange) -> Told {
    let rank = |text: &Option<String>| {
        RiskLevel::ALL.iter().position(|level| text.as_deref() == Some(level.as_str()))
    };
    let verb = match (rank(&field.before), rank(&field.after)) {
        (Some(before), Some(after)) if after < before => "lowered",
        (Some(before), Some(after)) if after > before => "raised",
        _ => "changed",
    };
    let level = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    let text = format!("risk {verb}: {} → {}", level(&field.before), level(&field.after));
    Told { text, below: Vec::new() }
}

fn scope(scope: &Scope) -> Told {
    let verb = match scope.kind {
        Kind::Widening => "widened",
        Kind::Tightening => "narrowed",
        _ => "changed",
    };
    let text = match (scope.removed.as_slice(), scope.added.as_slice()) {
        ([before], [after]) => format!("scope {verb}: {} → {}", name(before), name(after)),
        _ => format!("scope {verb}: {} → {}", scope.n_before, count(scope.n_after, "target")),
    };
    let listed = |sign, places: &[Place], within: &str| {
        let place = |place: &Place| {
            let is_one = scope.added.len() + scope.removed.len() == 2;
            let around = place.within.as_ref().map(|it| match is_one {
                true => format!("{within} the other"),
                false => format!("{within} {it}"),
            });
            let notes: Vec<String> = place.breadth.iter().cloned().chain(around).collect();
            let notes =
                if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
            (sign, format!("{}{notes}", place.target))
        };
        let mut listed: Vec<_> = places.iter().take(MAX_LISTED).map(place).collect();
        if places.len() > MAX_LISTED {
            listed.push((sign, format!("and {} more", places.len() - MAX_LISTED)));
        }
        listed
    };
    let mut below = listed("+", &scope.added, "within");
    below.extend(listed("-", &scope.removed, "now within"));
    Told { text, below }
}

/// `resource group rg-proxy`.
fn name(place: &Place) -> String {
    let last = place.target.rsplit('/').next().unwrap_or(&place.target);
    let last = match last.char_indices().nth(MAX_NAME) {
        Some(_) => format!("{}…", last.chars().take(8).collect::<String>()),
        None => last.to_owned(),
    };
    match &place.breadth {
        Some(breadth) => format!("{breadth} {last}"),
        None => last,
    }
}

fn until(until: &Until<'_>) -> Told {
    let day = |day: Option<NaiveDate>| {
        day.map_or_else(|| "no day that can be read".to_owned(), |day| day.to_string())
    };
    let mut text = format!("valid through {} → {}", day(until.before), day(until.after));
    if let (Some(before), Some(after)) = (until.before, until.after) {
        let days = days_between(before, after);
        let distance = match days {
            0.. => format!(", +{}", n_days(days)),
            _ => format!(", {} less", n_days(-days)),
        };
        text.push_str(&distance);
    }
    let mut below = Vec::new();
    if let Some(renewals) = until.renewals {
        let allowed = match renewals.n > renewals.limit {
            true => format!(", where {} are allowed", renewals.limit),
            false => format!(" of {}", renewals.limit),
        };
        text.push_str(&format!(", {} renewal{allowed}", nth(renewals.n)));
        if let Some(first) = renewals.first_promised {
            text.push_str(&format!(", first promised {first}"));
        }
    }
    if let Some((from, through)) = until.uncovered {
        let days = n_days(days_between(from, through) + 1);
        let span = if from == through { from.to_string() } else { format!("{from} to {through}") };
        text.push_str(&format!(", leaves {days} uncovered, {span}"));
    }
    if let Some(entry) = until.entry {
        below.push(("reason", entry.reason.clone()));
        below.push(("evidence", entry.evidence.clone()));
    }
    below.retain(|(_, text)| !text.is_empty());
    Told { text, below }
}
