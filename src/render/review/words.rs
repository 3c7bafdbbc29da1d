//! A reviewer's page in words. Text of records stands in them as it is: whoever writes them makes it
//! harmless.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Page;
use crate::changes::{FieldChange, Kind};
use crate::finding::Finding;
use crate::history::Needs;
use crate::model::window::{days_between, describe, n_days};
use crate::model::{Person, RiskLevel};
use crate::render::count;
use crate::render::diff::described;
use crate::render::diff::words::{Sentence, sentences};
use crate::render::trail::{line_of, said};
use crate::report::review::Reviewed;
use crate::report::review::differences::{Difference, End, Place, Scope, Until};
use crate::report::review::portfolio::{Other, Share};
use crate::report::review::questions::{Answer, Question, Topic, nth};
use crate::text::shell_word;

/// Entries of a list that people read.
pub(super) const MAX_LISTED: usize = 12;
/// Characters of a place's name in a sentence; the whole target stands below.
const MAX_NAME: usize = 24;

/// A line, and what stands below it, each with a sign or a label.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) text: String,
    pub(super) below: Vec<(&'static str, String)>,
}

/// How many records are reviewed, by kind, on one line.
pub(super) fn summary(page: &Page<'_>) -> String {
    let mut kinds: BTreeMap<Reverse<Kind>, usize> = BTreeMap::new();
    for it in page.records {
        *kinds.entry(Reverse(it.change.kind)).or_default() += 1;
    }
    let kinds: Vec<String> =
        kinds.into_iter().map(|(Reverse(kind), n)| format!("{n} {}", kind_of(kind))).collect();
    let sides = format!("between {} and {}", page.from.describe(), page.to.describe());
    let mut line = match (page.records.len(), page.is_of_named) {
        (0, _) => format!("no record differs {sides} on {} (UTC)", page.today),
        (n, _) => {
            let records = count(n, "record");
            format!("{records} reviewed {sides} on {} (UTC): {}", page.today, kinds.join(", "))
        }
    };
    let mut elsewhere = Vec::new();
    if page.elsewhere.0 > 0 {
        elsewhere.push(count(page.elsewhere.0, "error"));
    }
    if page.elsewhere.1 > 0 {
        elsewhere.push(count(page.elsewhere.1, "warning"));
    }
    if !elsewhere.is_empty() {
        line.push_str(&format!("; elsewhere {}, see `exc check`", elsewhere.join(" and ")));
    }
    line
}

pub(super) fn kind_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Identical => "unchanged",
        kind => described(kind),
    }
}

/// What it is, how risky, and until when.
pub(super) fn headline(it: &Reviewed<'_>, today: NaiveDate) -> (String, String) {
    let exception = it.exception();
    let risk = match exception.risk.level {
        Some(level) => {
            let before = it.change.before.and_then(|record| record.exception.risk.level);
            let before = before.filter(|before| *before != level);
            format!("{level} risk{}", before.map_or(String::new(), |it| format!(" (was {it})")))
        }
        None => "no level of risk".to_owned(),
    };
    let until = match (&exception.closed, exception.expires) {
        (Some(closed), _) => {
            let outcome = closed.outcome.map_or("?", |outcome| outcome.as_str());
            closed.date.map_or(outcome.to_owned(), |date| format!("{outcome}, closed {date}"))
        }
        (None, Some(expires)) => describe(expires, today),
        (None, None) => "no last valid day".to_owned(),
    };
    (kind_of(it.change.kind).to_uppercase(), format!("{risk}, {until}"))
}

/// All of the page in one line.
pub(super) fn glance(it: &Reviewed<'_>) -> String {
    let n_errors = it.n_errors();
    let findings = [(n_errors, "error"), (it.findings.len() - n_errors, "warning")];
    let findings = findings.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| count(n, what));
    let findings = findings.collect::<Vec<_>>().join(", ");
    let answers = [Answer::No, Answer::ForYou, Answer::Yes].into_iter().filter_map(|answer| {
        let n = it.questions.iter().filter(|question| question.answer == answer).count();
        (n > 0).then(|| format!("{n} {}", answer.said()))
    });
    let answers = answers.collect::<Vec<_>>().join(", ");
    let approvals = match &it.needs {
        Some(needs) => format!("{} of {} approvals", needs.have.len(), needs.quorum),
        None if it.change.kind == Kind::Deleted => "cannot be approved".to_owned(),
        None => "waits for no approval".to_owned(),
    };
    let findings = if findings.is_empty() { "no findings".to_owned() } else { findings };
    let parts = [findings, answers, approvals];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

pub(super) fn person(person: &Person) -> String {
    let address = format!("{} <{}>", person.name, person.email);
    if person.team.is_empty() { address } else { format!("{address}, {}", person.team) }
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
    changes
}

/// The questions with their answers, those that speak against it first.
pub(super) fn questions<'a>(it: &'a Reviewed<'_>) -> Vec<&'a Question> {
    let mut questions: Vec<&Question> = it.questions.iter().collect();
    questions.sort_by_key(|question| question.answer);
    questions
}

fn told(difference: &Difference<'_>) -> Vec<Told> {
    let line = |text: String| vec![Told { text, below: Vec::new() }];
    match difference {
        Difference::Scope(scope) => vec![self::scope(scope)],
        Difference::Until(until) => vec![self::until(until)],
        Difference::Gone(what) => line(format!("compensating control removed: {what}")),
        Difference::Came(what) => line(format!("compensating control added: {what}")),
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
    if let Some(entry) = until.entry {
        below.push(("reason", entry.reason.clone()));
        below.push(("evidence", entry.evidence.clone()));
    }
    below.retain(|(_, text)| !text.is_empty());
    Told { text, below }
}

/// What the record says about its renewals, where history says otherwise.
pub(super) fn misstatement(it: &Reviewed<'_>) -> Option<String> {
    let renewals = it.renewals;
    let is_known = it.trail.is_none_or(|trail| !trail.is_cut());
    (renewals.is_misstated() && is_known && it.change.after.is_some()).then(|| {
        let shown = count(renewals.n, "renewal");
        format!("the record states {}, and its history shows {shown}", renewals.claimed)
    })
}

/// What a finding says, and where, if that is in another file.
pub(super) fn finding(finding: &Finding, it: &Reviewed<'_>) -> String {
    let (path, line) = (finding.place.file.path(), finding.place.start().line);
    let place = match path == it.record.file().path() {
        true => format!("line {line}"),
        false => format!("`{path}` line {line}"),
    };
    format!("{}, {place}: {}", finding.code.id, finding.message)
}

/// What is asked, in few words.
pub(super) fn short(topic: Topic) -> &'static str {
    match topic {
        Topic::Reason => "reason given?",
        Topic::Scope => "smallest scope?",
        Topic::Accountable => "owner and end?",
        Topic::Meanwhile => "risk reduced?",
        Topic::WayBack => "way back?",
        Topic::Renewal => "renewal earned?",
        Topic::First => "first of its kind?",
    }
}

/// What the register has besides.
pub(super) fn others(it: &Reviewed<'_>) -> Vec<String> {
    let portfolio = &it.portfolio;
    let mut lines = Vec::new();
    lines.extend(portfolio.team.as_ref().map(|team| share("team", team)));
    lines.extend(portfolio.controls.iter().take(MAX_LISTED).map(|it| share("control", it)));
    let others = |what: &str, others: &[Other<'_>]| {
        let ids = others.iter().map(ToString::to_string).collect::<Vec<_>>();
        (!ids.is_empty()).then(|| format!("{what}: {}", listed(&ids)))
    };
    lines.extend(others("overlapping scope, same control", &portfolio.overlapping));
    lines.extend(others("closed within a year, same team and control", &portfolio.closed));
    lines
}

fn share(what: &str, share: &Share<'_>) -> String {
    let n = share.n_open;
    let budget = match share.budget {
        Some(budget) if n > budget => format!(", over its budget of {budget}"),
        Some(budget) => format!(" of {budget} budgeted"),
        None => String::new(),
    };
    let ids: Vec<String> = share.others.iter().map(|id| (*id).to_owned()).collect();
    let ids = match (ids.is_empty(), n) {
        (true, 0) => String::new(),
        (true, _) => ", this one alone".to_owned(),
        (false, _) => format!(": {}", listed(&ids)),
    };
    format!("{what} {}: {n} open{budget}{ids}", share.name)
}

fn listed(items: &[String]) -> String {
    let mut listed = items.iter().take(MAX_LISTED).cloned().collect::<Vec<_>>().join(", ");
    if items.len() > MAX_LISTED {
        listed.push_str(&format!(" and {} more", items.len() - MAX_LISTED));
    }
    listed
}

/// Who has to approve it, who may, who has, and what to do, each with its label.
pub(super) fn approval(it: &Reviewed<'_>) -> Vec<(&'static str, String)> {
    let Some(needs) = &it.needs else {
        let text = match it.change.kind {
            Kind::Deleted => "a deletion cannot be approved; close the record instead",
            Kind::Identical => "nothing waits for one: the text is approved, or never needed it",
            _ => "a change of this kind needs none",
        };
        return vec![("needs", text.to_owned())];
    };
    let kinds: Vec<&str> = needs.accepted.iter().map(|kind| kind.as_str()).collect();
    let kinds = match kinds.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        kinds => kinds.join(", "),
    };
    let quorum = count(needs.quorum as usize, "person");
    let mut lines = vec![
        ("needs", format!("{quorum} at {} risk, by evidence {kinds}", needs.risk)),
        ("may", approvers(needs)),
    ];
    lines.extend(needs.barred.iter().map(|reason| ("may not", reason.to_string())));
    let have = needs.have.iter().map(|(person, kind)| format!("{person} ({})", kind.as_str()));
    let have: Vec<String> = have.collect();
    let has = match have.is_empty() {
        true => format!("0 of {}", needs.quorum),
        false => format!("{} of {}: {}", have.len(), needs.quorum, have.join(", ")),
    };
    lines.push(("has", has));
    let what = if needs.is_met { "note" } else { "but" };
    lines.extend(needs.why.iter().map(|reason| (what, reason.to_string())));
    if !needs.is_met {
        lines.push(("next", format!("`exc approve {}`", shell_word(&it.exception().id))));
    }
    lines
}

fn approvers(needs: &Needs<'_>) -> String {
    let names: Vec<String> =
        needs.approvers.iter().map(|person| format!("{} ({})", person.name, person.id)).collect();
    match names.len() {
        0 => "nobody: nobody else in `people` of the policy has the role".to_owned(),
        n if n < needs.quorum as usize => format!("{}, too few", listed(&names)),
        _ => listed(&names),
    }
}

/// All that has landed, oldest first, under a line that sums it up.
pub(super) fn trail(it: &Reviewed<'_>) -> (String, Vec<String>) {
    let Some(trail) = it.trail else { return ("it has never landed".to_owned(), Vec::new()) };
    let revisions = &trail.revisions;
    let mut lines = Vec::new();
    if revisions.len() > MAX_LISTED {
        lines.push(format!("{} older, see `exc history`", revisions.len() - MAX_LISTED));
    }
    let shown = revisions.iter().skip(revisions.len().saturating_sub(MAX_LISTED));
    lines.extend(shown.map(line_of));
    let mut sum = format!("{} so far, {}", said(trail.verdict), count(revisions.len(), "revision"));
    if trail.renewals > 0 {
        sum.push_str(&format!(", {}", count(trail.renewals, "renewal")));
    }
    (sum, lines)
}
