//! Verdicts as lines of JSON, flat, for engines that load tables: one line for each record, followed by
//! one for each of its revisions.
//!
//! A promise: columns are only ever added. Every line has all columns of its kind, `null` where there
//! is nothing; `row` tells the kinds apart, `register` and `id` join them, and with those of `exc list`.

use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;

use super::{AuditPage, Judged};
use crate::history::{Counted, Revision, Trail};
use crate::model::window::{Status, days_between};
use crate::render::json::{SCHEMA_VERSION, TOOL_VERSION, write_line};

#[derive(Serialize)]
struct RecordLine<'a> {
    schema_version: u32,
    tool_version: &'static str,
    today: String,
    row: &'static str,
    register: &'a str,
    mainline: &'a str,
    tip: String,
    complete: bool,
    id: &'a str,
    title: Option<&'a str>,
    verdict: &'static str,
    status: Option<&'static str>,
    path: Option<&'a str>,
    expires: Option<String>,
    first_promised: Option<String>,
    begun: Option<String>,
    first_approved: Option<String>,
    waiting_since: Option<String>,
    renewals: usize,
    days_granted: Option<i64>,
    uncovered_days: i64,
    approved_by: String,
    evidence: Option<&'static str>,
    failing: bool,
    why: String,
}

#[derive(Serialize)]
struct RevisionLine<'a> {
    schema_version: u32,
    tool_version: &'static str,
    today: String,
    row: &'static str,
    register: &'a str,
    id: &'a str,
    number: usize,
    commit: String,
    landed: Option<String>,
    kind: &'static str,
    verdict: &'static str,
    path: Option<&'a str>,
    expires: Option<String>,
    approved_by: String,
    evidence: Option<&'static str>,
    why: String,
}

pub(super) fn write(page: &AuditPage<'_>, out: &mut dyn Write) -> io::Result<()> {
    for judged in page.records {
        write_line(&record(judged, page), out)?;
        for (at, revision) in judged.trail.revisions.iter().enumerate() {
            write_line(&self::revision(&judged.trail.id, at + 1, revision, page), out)?;
        }
    }
    Ok(())
}

fn record<'a>(judged: &'a Judged<'_>, page: &'a AuditPage<'_>) -> RecordLine<'a> {
    let trail = judged.trail;
    let life = trail.life(None);
    let deciding = trail.deciding().map_or(&[][..], |it| &it.evidence);
    let expires = trail.text.as_ref().and_then(|text| text.exception.expires);
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
    RecordLine {
        schema_version: SCHEMA_VERSION,
        tool_version: TOOL_VERSION,
        today: page.today.to_string(),
        row: "record",
        register: page.register,
        mainline: page.mainline,
        tip: page.tip.to_string(),
        complete: page.is_complete,
        id: &trail.id,
        title: trail.title(),
        verdict: trail.verdict.as_str(),
        status: judged.status.map(Status::as_str),
        path: trail.revisions.last().and_then(|it| it.path.as_deref()),
        expires: day(expires),
        first_promised: day(trail.first_promised),
        begun: day(life.begun()),
        first_approved: day(life.approved),
        waiting_since: day(life.waiting),
        renewals: trail.renewals,
        days_granted: trail.days_granted,
        uncovered_days: uncovered(trail, page.today),
        approved_by: persons(deciding),
        evidence: strongest(deciding),
        failing: judged.is_failing,
        why: trail.why.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    }
}

fn revision<'a>(
    id: &'a str,
    number: usize,
    revision: &'a Revision,
    page: &'a AuditPage<'_>,
) -> RevisionLine<'a> {
    let expires = revision.text.as_ref().and_then(|text| text.exception.expires);
    RevisionLine {
        schema_version: SCHEMA_VERSION,
        tool_version: TOOL_VERSION,
        today: page.today.to_string(),
        row: "revision",
        register: page.register,
        id,
        number,
        commit: revision.commit.to_string(),
        landed: super::json::landed(revision.landed),
        kind: revision.kind.as_str(),
        verdict: revision.state.as_str(),
        path: revision.path.as_deref(),
        expires: expires.map(|day| day.to_string()),
        approved_by: persons(&revision.evidence),
        evidence: strongest(&revision.evidence),
        why: revision.why.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    }
}

/// The days on which it was open and past its last valid day: those of closed gaps, and those since
/// it expired.
fn uncovered(trail: &Trail, today: NaiveDate) -> i64 {
    let gaps: i64 = trail.gaps.iter().map(crate::history::Gap::n_days).sum();
    let since = trail.uncovered_since(today);
    gaps + since.map_or(0, |since| days_between(since, today) + 1)
}

/// The ids of those who approved, separated by a space; no id holds one.
fn persons(evidence: &[Counted]) -> String {
    evidence.iter().map(|it| it.person.as_str()).collect::<Vec<_>>().join(" ")
}

fn strongest(evidence: &[Counted]) -> Option<&'static str> {
    evidence.iter().map(|it| it.kind).max().map(crate::policy::Evidence::as_str)
}
