//! Trails and verdicts for people, at a terminal or in a log.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::NaiveDate;

use super::policies::policies;
use super::{AuditPage, Judged, Open, Page, Told};
use crate::history::{
    Counted, Emergency, End, Gap, Reason, Revision, RevisionKind, State, Trail, Verdict, short,
};
use crate::model::window::{days_between, describe, n_days};
use crate::policy::Evidence;
use crate::render::diff::words::sentences;
use crate::render::sheet::Sheet;
use crate::render::{Safe, Style, count, way_out};

/// Differences of one revision that are shown.
const MAX_CHANGES: usize = 8;

pub(super) fn write(page: &Page<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet { out, style };
    let trail = page.trail;
    sheet.head(trail, page.is_failing)?;
    if let Some(line) = period(trail, page.today) {
        sheet.line(2, &line)?;
    }
    for mark in marks(trail, page.emergency.as_ref(), page.late_days, page.today) {
        sheet.line(2, &mark)?;
    }
    // What stands at a revision below is said there.
    let is_below = |reason: &&Reason| page.told.iter().any(|it| it.revision.why.contains(reason));
    for reason in trail.why.iter().filter(|reason| !is_below(reason)) {
        sheet.line(2, &reason.to_string())?;
    }
    writeln!(sheet.out)?;
    for told in page.told {
        sheet.revision(told)?;
    }
    writeln!(sheet.out)?;
    if let Some(fix) = fix(trail, page.open.as_ref()) {
        sheet.line(0, &format!("fix: {fix}"))?;
    }
    sheet.notes(page.notes)?;
    let whole = if page.is_complete { "complete" } else { "incomplete" };
    let line = format!(
        "{} at {}, history {whole}, judged on {} (UTC)",
        page.mainline,
        short(page.tip),
        page.today
    );
    sheet.line(0, &line)
}

pub(super) fn write_audit(
    page: &AuditPage<'_>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut sheet = Sheet { out, style };
    let is_bad = |it: &&Judged<'_>| it.is_failing || it.trail.verdict == Verdict::Indeterminate;
    for Judged { trail, is_failing, emergency, open, .. } in page.records.iter().filter(is_bad) {
        sheet.head(trail, *is_failing)?;
        if let Some(line) = period(trail, page.today) {
            sheet.line(2, &line)?;
        }
        for mark in marks(trail, emergency.as_ref(), page.late_days, page.today) {
            sheet.line(2, &mark)?;
        }
        sheet.reasons(&trail.why, 2)?;
        if let Some(fix) = fix(trail, open.as_ref()) {
            sheet.line(2, &format!("fix: {fix}"))?;
        }
        writeln!(sheet.out)?;
    }
    for it in page.records.iter().filter(|it| !is_bad(it)) {
        sheet.line(0, &good(it, page))?;
    }
    if page.records.iter().any(|it| !is_bad(&it)) {
        writeln!(sheet.out)?;
    }
    for problem in page.problems {
        sheet.line(0, &format!("problem: {problem}"))?;
    }
    for line in policies(page.policies) {
        sheet.line(0, &line)?;
    }
    sheet.notes(page.notes)?;
    sheet.line(0, &summary(page))
}

impl Sheet<'_> {
    fn head(&mut self, trail: &Trail, is_failing: bool) -> io::Result<()> {
        let (bold, plain) = if self.style.color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        let color = match (self.style.color, is_failing, trail.verdict) {
            (false, ..) => "",
            (true, false, Verdict::Indeterminate) => "\u{1b}[33m",
            (true, true, _) => "\u{1b}[31m",
            (true, false, _) => "\u{1b}[32m",
        };
        writeln!(
            self.out,
            "{bold}{}{plain}  {color}{}{plain}",
            Safe(&trail.id),
            said(trail.verdict).to_uppercase()
        )?;
        trail.title().map_or(Ok(()), |title| self.line(2, title))
    }

    fn revision(&mut self, told: &Told<'_>) -> io::Result<()> {
        let revision = told.revision;
        self.line(2, &line_of(revision))?;
        if revision.kind != RevisionKind::Restored {
            let all: Vec<_> = told.changes.iter().flat_map(sentences).collect();
            for sentence in all.iter().take(MAX_CHANGES) {
                self.line(14, &sentence.text)?;
                for (sign, text) in &sentence.below {
                    self.line(16, &format!("{sign} {text}"))?;
                }
            }
            if all.len() > MAX_CHANGES {
                self.line(14, &format!("and {} more", all.len() - MAX_CHANGES))?;
            }
        }
        self.reasons(&revision.why, 14)?;
        for note in &revision.notes {
            self.line(14, &format!("note: {note}"))?;
        }
        Ok(())
    }

    fn reasons(&mut self, reasons: &[Reason], indentation: usize) -> io::Result<()> {
        reasons.iter().try_for_each(|reason| self.line(indentation, &reason.to_string()))
    }

    fn notes(&mut self, notes: &[String]) -> io::Result<()> {
        notes.iter().try_for_each(|note| self.line(0, &format!("note: {note}")))
    }
}

/// A revision on one line: when it landed, what it is, and who approved it.
pub(in crate::render) fn line_of(revision: &Revision) -> String {
    let day = revision.day().map_or_else(|| "no date   ".to_owned(), |day| day.to_string());
    let odd = if revision.is_landing_odd { " (a date that cannot be)" } else { "" };
    let (commit, kind) = (short(revision.commit), revision.kind.as_str());
    format!("{day}{odd}  {commit}  {kind:<11} {}", outcome(revision))
}

/// A verdict as people say it.
pub(in crate::render) fn said(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::ApprovedLate => "approved late",
        verdict => verdict.as_str(),
    }
}

/// Until when it holds, and how that came.
fn period(trail: &Trail, today: NaiveDate) -> Option<String> {
    let expires = trail.text.as_ref()?.exception.expires?;
    let mut line = match (trail.verdict, &trail.settled) {
        // What nobody has approved is not valid.
        (Verdict::Lapsed | Verdict::Unapproved, settled) => {
            let settled = settled.as_ref().and_then(|text| text.exception.expires);
            let was_approved = trail.revisions.iter().any(|it| it.state.is_approved());
            let approved = match settled {
                Some(day) => format!("approved through {day}"),
                // Nothing but a deletion takes back what was settled.
                None if was_approved => Reason::UnapprovedSinceDeleted.to_string(),
                None => "never approved".to_owned(),
            };
            format!("asks for {expires} (UTC), {approved}")
        }
        (Verdict::Closed, _) => {
            let closed = trail.text.as_ref().and_then(|text| text.exception.closed.as_ref());
            let outcome = closed.and_then(|it| it.outcome).map_or("closed", |it| it.as_str());
            let day =
                closed.and_then(|it| it.date).map_or_else(String::new, |day| format!(" on {day}"));
            format!("{outcome}{day}, allowed through {expires} (UTC)")
        }
        _ => describe(expires, today),
    };
    if let Some(first) = trail.first_promised.filter(|first| *first != expires) {
        line.push_str(&format!(", first promised {first}"));
    }
    if trail.renewals > 0 {
        line.push_str(&format!(", {}", count(trail.renewals, "renewal")));
    }
    if let Some(days) = trail.days_granted {
        line.push_str(&format!(", {} in all", n_days(days)));
    }
    Some(line)
}

/// What is to be seen of a record at once, whatever its verdict is.
pub(super) fn marks(
    trail: &Trail,
    stated: Option<&Emergency>,
    late_days: u32,
    today: NaiveDate,
) -> Vec<String> {
    let mut marks: Vec<String> = stated.map(|it| emergency(it, today)).into_iter().collect();
    marks.extend(earlier(&trail.earlier_lateness(late_days)));
    marks.extend(trail.gaps.iter().map(uncovered));
    marks.extend(trail.uncovered_since(today).map(|since| {
        let days = n_days(days_between(since, today) + 1);
        format!("not covered since {since} (UTC), {days}: it has expired, and is still open")
    }));
    marks
}

/// Approvals that came late, of texts that are no longer the newest.
fn earlier(lateness: &[i64]) -> Option<String> {
    let most = *lateness.iter().max()?;
    let text = match (lateness.len(), most) {
        (1, _) => format!("earlier: approved {}", after_landing(most)),
        (n, 0) => format!("earlier: approved late {n} times, always on the day it landed"),
        (n, _) => format!("earlier: approved late {n} times, by {} at most", n_days(most)),
    };
    Some(text.trim_end_matches(',').to_owned())
}

/// An emergency, and what has become of its approval.
pub(in crate::render) fn emergency(it: &Emergency, today: NaiveDate) -> String {
    let told = it.stage.map(|stage| format!(": {}", stage.told(it.late_days, today)));
    format!("emergency, declared {}{}", it.declared, told.unwrap_or_default())
}

/// Days that nobody covered, and what ended them.
fn uncovered(gap: &Gap) -> String {
    let days = n_days(gap.n_days());
    let when = match gap.from == gap.through {
        true => format!("on {} (UTC)", gap.from),
        false => format!("from {} through {} (UTC)", gap.from, gap.through),
    };
    let end = match gap.end {
        End::WentOn => "went on with",
        End::Closed => "was closed with",
        End::Deleted => "was deleted with",
    };
    format!("not covered {when}, {days}: it had expired, and {end} {}", short(gap.until))
}

pub(super) fn outcome(revision: &Revision) -> String {
    let evidence = by(&revision.evidence);
    match revision.state {
        State::NotNeeded => "takes no approval".to_owned(),
        State::Approved => format!("approved by {evidence}"),
        State::ApprovedLate { days } => format!("approved {} by {evidence}", after_landing(days)),
        State::Open => "not approved".to_owned(),
        State::Deleted => "deleted".to_owned(),
        State::Unknown => "cannot be judged".to_owned(),
    }
}

/// When an approval came that did not come with the landing.
fn after_landing(days: i64) -> String {
    match days {
        0 => "on the day it landed, after it,".to_owned(),
        days => format!("{} after it landed", n_days(days)),
    }
}

pub(in crate::render) fn by(evidence: &[Counted]) -> String {
    let one = |it: &Counted| {
        let claimed = if it.kind == Evidence::Signed { "" } else { ", claimed" };
        format!("{} ({}{claimed})", it.person, it.kind.as_str())
    };
    evidence.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What to do about a verdict that is not good.
fn fix(trail: &Trail, open: Option<&Open>) -> Option<String> {
    match trail.verdict {
        Verdict::Lapsed | Verdict::Unapproved => {
            let open = open?;
            let fix = way_out::fix(&trail.id, open.rev.as_deref(), &open.way);
            Some(match open.is_incomplete {
                true => format!(
                    "complete it first, as `exc check` says, since nobody can sign it as it is; then {fix}"
                ),
                false => fix,
            })
        }
        Verdict::Deleted if !trail.why.is_empty() => {
            let fix = "put the file back and close the record: `git revert` the deletion; what is put back and stays open has to be approved again";
            Some(fix.to_owned())
        }
        Verdict::Indeterminate if trail.why.iter().any(is_history) => {
            Some("`git fetch --unshallow`".to_owned())
        }
        Verdict::Indeterminate => way_out::of_doubts(&trail.why),
        _ => None,
    }
}

fn is_history(reason: &Reason) -> bool {
    matches!(reason, Reason::HistoryMissing { .. })
}

fn good(judged: &Judged<'_>, page: &AuditPage<'_>) -> String {
    let trail = judged.trail;
    let evidence = trail.deciding().map(|it| by(&it.evidence)).filter(|it| !it.is_empty());
    let by = evidence.map_or(String::new(), |evidence| match trail.verdict {
        // Nobody has to approve the end of an exception.
        Verdict::Closed => format!("; while it was open, approved by {evidence}"),
        _ => format!(" by {evidence}"),
    });
    let status = judged.status.filter(|_| trail.verdict != Verdict::Closed);
    let status = status.map_or(String::new(), |status| format!(", {}", status.as_str()));
    let why: Vec<String> = trail.why.iter().map(|reason| format!("; {reason}")).collect();
    let marks = marks(trail, judged.emergency.as_ref(), page.late_days, page.today);
    let marks: Vec<String> = marks.iter().map(|mark| format!("; {mark}")).collect();
    let verdict = said(trail.verdict);
    format!("{}  {verdict}{by}{status}{}{}", trail.id, why.concat(), marks.concat())
}

/// How many records there are of each verdict, on one line.
fn summary(page: &AuditPage<'_>) -> String {
    let mut verdicts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for it in page.records {
        *verdicts.entry(it.trail.verdict).or_default() += 1;
    }
    let verdicts: Vec<String> =
        verdicts.into_iter().rev().map(|(verdict, n)| format!("{n} {}", said(verdict))).collect();
    let verdicts =
        if verdicts.is_empty() { "nothing to judge".to_owned() } else { verdicts.join(", ") };
    let whole = if page.is_complete { "" } else { ", history incomplete" };
    format!(
        "{} on {} at {}{whole}, judged on {} (UTC): {verdicts}",
        count(page.records.len(), "record"),
        page.mainline,
        short(page.tip),
        page.today,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approval_of_the_same_day_is_no_days_late() {
        assert_eq!(after_landing(0), "on the day it landed, after it,");
        assert_eq!(after_landing(1), "1 day after it landed");
        let said = |lateness: &[i64]| earlier(lateness).unwrap_or_default();
        assert_eq!(said(&[0]), "earlier: approved on the day it landed, after it");
        assert_eq!(said(&[2]), "earlier: approved 2 days after it landed");
        assert_eq!(said(&[0, 0]), "earlier: approved late 2 times, always on the day it landed");
        assert_eq!(said(&[0, 3]), "earlier: approved late 2 times, by 3 days at most");
    }
}
