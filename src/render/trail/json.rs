//! Trails and verdicts as JSON: frozen views.

use std::io::{self, Write};

use chrono::{DateTime, NaiveDate};
use serde::Serialize;

use super::{AuditPage, Judged, Page};
use crate::history::{
    Counted, Emergency, Gap, PolicyRevision, Reason, Revision, Stage, Trail, Trusted,
};
use crate::model::window::Status;
use crate::policy::Evidence;
use crate::render::json::{self, SCHEMA_VERSION, TOOL_VERSION};

#[derive(Serialize)]
struct AuditView<'a> {
    schema_version: u32,
    tool_version: &'static str,
    today: String,
    coverage: CoverageView<'a>,
    problems: &'a [String],
    policy: Vec<PolicyView>,
    records: Vec<TrailView<'a>>,
}

#[derive(Serialize)]
struct HistoryView<'a> {
    schema_version: u32,
    tool_version: &'static str,
    today: String,
    coverage: CoverageView<'a>,
    record: TrailView<'a>,
}

#[derive(Serialize)]
struct CoverageView<'a> {
    complete: bool,
    mainline: &'a str,
    tip: String,
    notes: &'a [String],
}

#[derive(Serialize)]
pub(in crate::render) struct TrailView<'a> {
    id: &'a str,
    verdict: &'static str,
    /// `null` where the record was deleted.
    status: Option<&'static str>,
    path: Option<&'a str>,
    expires: Option<String>,
    first_promised: Option<String>,
    renewals: usize,
    days_granted: Option<i64>,
    /// Days on which it was expired until something let it go on or ended it.
    uncovered: Vec<GapView>,
    /// The first day that nothing covers any more; `null` where it is not open, or not expired.
    uncovered_since: Option<String>,
    /// `null` where it states none.
    emergency: Option<EmergencyView>,
    evidence: Vec<EvidenceView<'a>>,
    why: Vec<String>,
    notes: Vec<String>,
    revisions: Vec<RevisionView<'a>>,
}

#[derive(Serialize)]
pub(in crate::render) struct EmergencyView {
    declared: String,
    reason: String,
    late_days: u32,
    /// What has become of its approval; `null` where nothing is awaited.
    approval: Option<&'static str>,
    /// The last day on which the approval may follow, or might have.
    through: Option<String>,
    /// Days from its landing to the approval that followed.
    days: Option<i64>,
}

#[derive(Serialize)]
struct GapView {
    from: String,
    through: String,
    days: i64,
    /// What ended it.
    until: String,
    /// `went-on`, `closed` or `deleted`.
    end: &'static str,
}

#[derive(Serialize)]
struct RevisionView<'a> {
    commit: String,
    /// `null` outside of the calendar.
    landed: Option<String>,
    kind: &'static str,
    verdict: &'static str,
    path: Option<&'a str>,
    expires: Option<String>,
    evidence: Vec<EvidenceView<'a>>,
    why: Vec<String>,
    notes: Vec<String>,
}

#[derive(Serialize)]
pub(in crate::render) struct EvidenceView<'a> {
    kind: &'static str,
    person: &'a str,
    commit: String,
    /// Whether nothing but git's word stands behind it.
    claimed: bool,
}

#[derive(Serialize)]
struct PolicyView {
    commit: String,
    landed: Option<String>,
    verdict: &'static str,
    /// Why it is in force without an approval.
    trusted: Option<&'static str>,
    evidence: Vec<PolicyEvidenceView>,
    why: Vec<String>,
}

#[derive(Serialize)]
struct PolicyEvidenceView {
    kind: &'static str,
    person: String,
    commit: String,
    claimed: bool,
}

pub(super) fn write(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let status = page.trail.status(page.today);
    let view = HistoryView {
        schema_version: SCHEMA_VERSION,
        tool_version: TOOL_VERSION,
        today: page.today.to_string(),
        coverage: CoverageView {
            complete: page.is_complete,
            mainline: page.mainline,
            tip: page.tip.to_string(),
            notes: page.notes,
        },
        record: trail_view(
            page.trail,
            status.map(Status::as_str),
            page.emergency.as_ref(),
            page.today,
        ),
    };
    json::write(&view, out)
}

pub(super) fn write_audit(page: &AuditPage<'_>, out: &mut dyn Write) -> io::Result<()> {
    let view = AuditView {
        schema_version: SCHEMA_VERSION,
        tool_version: TOOL_VERSION,
        today: page.today.to_string(),
        coverage: CoverageView {
            complete: page.is_complete,
            mainline: page.mainline,
            tip: page.tip.to_string(),
            notes: page.notes,
        },
        problems: page.problems,
        policy: page.policies.iter().map(PolicyView::from).collect(),
        records: page
            .records
            .iter()
            .map(|Judged { trail, status, emergency, .. }| {
                trail_view(trail, status.map(Status::as_str), emergency.as_ref(), page.today)
            })
            .collect(),
    };
    json::write(&view, out)
}

pub(in crate::render) fn trail_view<'a>(
    trail: &'a Trail,
    status: Option<&'static str>,
    emergency: Option<&Emergency>,
    today: NaiveDate,
) -> TrailView<'a> {
    let deciding = trail.deciding();
    let exception = trail.text.as_ref().map(|text| &text.exception);
    TrailView {
        id: &trail.id,
        verdict: trail.verdict.as_str(),
        status,
        path: trail.revisions.last().and_then(|it| it.path.as_deref()),
        expires: exception.and_then(|it| it.expires).map(|day| day.to_string()),
        first_promised: trail.first_promised.map(|day| day.to_string()),
        renewals: trail.renewals,
        days_granted: trail.days_granted,
        uncovered: trail.gaps.iter().map(GapView::from).collect(),
        uncovered_since: trail.uncovered_since(today).map(|day| day.to_string()),
        emergency: emergency.map(EmergencyView::from),
        evidence: deciding.map(|it| evidence_views(&it.evidence)).unwrap_or_default(),
        why: texts(&trail.why),
        notes: deciding.map(|it| texts(&it.notes)).unwrap_or_default(),
        revisions: trail.revisions.iter().map(RevisionView::from).collect(),
    }
}

pub(in crate::render) fn evidence_views(evidence: &[Counted]) -> Vec<EvidenceView<'_>> {
    let view = |it: &'_ Counted| (it.kind.as_str(), it.commit.to_string(), is_claimed(it));
    evidence
        .iter()
        .map(|it| {
            let (kind, commit, claimed) = view(it);
            EvidenceView { kind, person: &it.person, commit, claimed }
        })
        .collect()
}

fn is_claimed(counted: &Counted) -> bool {
    counted.kind != Evidence::Signed
}

fn texts(reasons: &[Reason]) -> Vec<String> {
    reasons.iter().map(ToString::to_string).collect()
}

pub(super) fn landed(seconds: i64) -> Option<String> {
    let moment = DateTime::from_timestamp(seconds, 0)?;
    Some(moment.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

impl From<&Emergency> for EmergencyView {
    fn from(emergency: &Emergency) -> Self {
        let through = match emergency.stage {
            Some(Stage::Awaited { through } | Stage::Overdue { through }) => Some(through),
            _ => None,
        };
        let days = match emergency.stage {
            Some(Stage::Followed { days, .. }) => Some(days),
            _ => None,
        };
        Self {
            declared: emergency.declared.clone(),
            reason: emergency.reason.clone(),
            late_days: emergency.late_days,
            approval: emergency.stage.map(Stage::as_str),
            through: through.map(|day| day.to_string()),
            days,
        }
    }
}

impl From<&Gap> for GapView {
    fn from(gap: &Gap) -> Self {
        Self {
            from: gap.from.to_string(),
            through: gap.through.to_string(),
            days: gap.n_days(),
            until: gap.until.to_string(),
            end: gap.end.as_str(),
        }
    }
}

impl<'a> From<&'a Revision> for RevisionView<'a> {
    fn from(revision: &'a Revision) -> Self {
        let expires = revision.text.as_ref().and_then(|text| text.exception.expires);
        Self {
            commit: revision.commit.to_string(),
            landed: landed(revision.landed),
            kind: revision.kind.as_str(),
            verdict: revision.state.as_str(),
            path: revision.path.as_deref(),
            expires: expires.map(|day| day.to_string()),
            evidence: evidence_views(&revision.evidence),
            why: texts(&revision.why),
            notes: texts(&revision.notes),
        }
    }
}

impl From<&PolicyRevision> for PolicyView {
    fn from(revision: &PolicyRevision) -> Self {
        let evidence = revision.evidence.iter().map(|it| PolicyEvidenceView {
            kind: it.kind.as_str(),
            person: it.person.clone(),
            commit: it.commit.to_string(),
            claimed: is_claimed(it),
        });
        Self {
            commit: revision.commit.to_string(),
            landed: landed(revision.landed),
            verdict: revision.state.as_str(),
            trusted: revision.trusted.map(|trusted| match trusted {
                Trusted::First => "first",
                Trusted::NobodyCould => "nobody-could-approve",
            }),
            evidence: evidence.collect(),
            why: texts(&revision.why),
        }
    }
}
