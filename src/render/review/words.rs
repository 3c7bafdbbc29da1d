//! A reviewer's page in words. Text of records stands in them as it is: whoever writes them makes it
//! harmless.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Page;
use crate::changes::Kind;
use crate::finding::Finding;
use crate::history::Needs;
use crate::model::Person;
use crate::model::window::describe;
use crate::render::diff::described;
use crate::render::trail::{line_of, said};
use crate::render::{count, way_out};
use crate::report::review::Reviewed;
use crate::report::review::portfolio::{Other, Share};
use crate::report::review::questions::{Answer, Question, Topic};

/// Entries of a list that people read.
pub(super) const MAX_LISTED: usize = 12;

/// How many records are reviewed, by kind, on one line.
pub(super) fn summary(page: &Page<'_>) -> String {
    let mut kinds: BTreeMap<(Reverse<Kind>, &str), usize> = BTreeMap::new();
    for it in page.records {
        let kind = it.change.kind;
        let said = if it.is_of_approvals() { DECIDED } else { kind_of(kind) };
        *kinds.entry((Reverse(kind), said)).or_default() += 1;
    }
    let kinds: Vec<String> =
        kinds.into_iter().map(|((_, said), n)| format!("{n} {said}")).collect();
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

/// A record of which nothing but its approvals changes.
const DECIDED: &str = "approved or rejected";

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
    let kind = match it.is_of_approvals() {
        true => format!("{}, {DECIDED}", kind_of(Kind::Identical)),
        false => kind_of(it.change.kind).to_owned(),
    };
    let kind = kind.to_uppercase();
    let kind = match &it.granted {
        Some(granted) => {
            format!(
                "{kind}, where an approval grants: {}",
                kind_of(granted.change.kind).to_uppercase()
            )
        }
        None => kind,
    };
    (kind, format!("{risk}, {until}"))
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

/// The questions with their answers, those that speak against it first.
pub(super) fn questions<'a>(it: &'a Reviewed<'_>) -> Vec<&'a Question> {
    let mut questions: Vec<&Question> = it.questions.iter().collect();
    questions.sort_by_key(|question| question.answer);
    questions
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
pub(super) fn approval(it: &Reviewed<'_>, rev: Option<&str>) -> Vec<(&'static str, String)> {
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
        lines.push(("next", way_out::fix(&it.exception().id, rev, &needs.way)));
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
