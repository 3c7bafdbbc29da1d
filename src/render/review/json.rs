//! Pages as JSON: frozen views.

use std::io::{self, Write};

use serde::Serialize;

use super::{Page, changes};
use crate::finding::Finding;
use crate::history::{Needs, Vote};
use crate::model::window::{self, days_left};
use crate::render::diff::{FieldView, SideView};
use crate::render::json::{self, PersonView, SCHEMA_VERSION, TOOL_VERSION};
use crate::render::policies::PolicyView;
use crate::render::trail::{EmergencyView, TrailView, trail_view};
use crate::report::review::Reviewed;
use crate::report::review::portfolio::{Other, Portfolio, Share, State};
use crate::report::review::questions::Question;

#[derive(Serialize)]
struct ReviewView<'a> {
    schema_version: u32,
    tool_version: &'static str,
    today: String,
    from: SideView<'a>,
    to: SideView<'a>,
    cautions: &'a [String],
    notes: &'a [String],
    unreadable: &'a [String],
    summary: SummaryView,
    /// `null` where it says the same as the settled one.
    policy: Option<PolicyView<'a>>,
    records: Vec<PageView<'a>>,
}

#[derive(Serialize)]
struct SummaryView {
    records: usize,
    errors_elsewhere: usize,
    warnings_elsewhere: usize,
}

#[derive(Serialize)]
struct PageView<'a> {
    id: &'a str,
    kind: &'static str,
    title: &'a str,
    path: Option<&'a str>,
    path_before: Option<&'a str>,
    risk: Option<&'static str>,
    expires: Option<String>,
    days_left: Option<i64>,
    requester: PersonView<'a>,
    owner: PersonView<'a>,
    changes: Vec<FieldView<'a>>,
    /// The changes in sentences.
    told: Vec<String>,
    /// What an approval grants beyond the changes; `null` where that is nothing.
    granted: Option<GrantedView<'a>>,
    renewals: RenewalsView,
    /// `null` where it states none.
    emergency: Option<EmergencyView>,
    findings: Vec<FoundView<'a>>,
    questions: Vec<QuestionView<'a>>,
    portfolio: PortfolioView<'a>,
    /// `null` where nobody has to approve it.
    approval: Option<NeedsView<'a>>,
    /// The approvals and rejections that come with the change.
    given: Vec<GivenView<'a>>,
    /// `null` where it has never landed.
    trail: Option<TrailView<'a>>,
}

/// All that differs from the settled text.
#[derive(Serialize)]
struct GrantedView<'a> {
    kind: &'static str,
    /// The commit of the settled text; `null` where nobody has ever approved the record.
    since: Option<String>,
    changes: Vec<FieldView<'a>>,
    told: Vec<String>,
}

#[derive(Serialize)]
struct RenewalsView {
    /// With the one that is asked for.
    n: usize,
    limit: usize,
    claimed: usize,
    asked_for: bool,
    first_promised: Option<String>,
}

#[derive(Serialize)]
struct FoundView<'a> {
    code: &'static str,
    rule: &'static str,
    level: &'static str,
    path: &'a str,
    pointer: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct QuestionView<'a> {
    topic: &'static str,
    question: &'static str,
    answer: &'static str,
    fact: &'a str,
}

#[derive(Serialize)]
struct PortfolioView<'a> {
    team: Option<ShareView<'a>>,
    controls: Vec<ShareView<'a>>,
    overlapping: Vec<OtherView<'a>>,
    recently_closed: Vec<OtherView<'a>>,
}

#[derive(Serialize)]
struct ShareView<'a> {
    name: &'a str,
    open: usize,
    budget: Option<usize>,
    others: &'a [&'a str],
}

#[derive(Serialize)]
struct OtherView<'a> {
    id: &'a str,
    status: &'static str,
    closed: Option<String>,
}

#[derive(Serialize)]
struct NeedsView<'a> {
    risk: &'static str,
    quorum: u32,
    accepted: Vec<&'static str>,
    approvers: Vec<ApproverView<'a>>,
    may_not: Vec<String>,
    counted: Vec<HeldView<'a>>,
    why: Vec<String>,
    met: bool,
}

/// An approval that is there before the text has landed.
#[derive(Serialize)]
struct HeldView<'a> {
    kind: &'static str,
    person: &'a str,
}

/// `null` stands for what cannot be read, and for what is not wrong.
#[derive(Serialize)]
struct GivenView<'a> {
    path: &'a str,
    person: Option<&'a str>,
    decision: Option<&'static str>,
    counts: bool,
    why: Option<String>,
}

#[derive(Serialize)]
struct ApproverView<'a> {
    id: &'a str,
    name: &'a str,
}

pub(super) fn write(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let view = ReviewView {
        schema_version: SCHEMA_VERSION,
        tool_version: TOOL_VERSION,
        today: page.today.to_string(),
        from: page.from.into(),
        to: page.to.into(),
        cautions: page.cautions,
        notes: page.notes,
        unreadable: page.unreadable,
        summary: SummaryView {
            records: page.records.len(),
            errors_elsewhere: page.elsewhere.0,
            warnings_elsewhere: page.elsewhere.1,
        },
        policy: page.policy.map(PolicyView::from),
        records: page.records.iter().map(|it| record(it, page)).collect(),
    };
    json::write(&view, out)
}

fn record<'a>(it: &'a Reviewed<'a>, page: &Page<'_>) -> PageView<'a> {
    let exception = it.exception();
    let change = it.change;
    let path = |record: &'a crate::source::Record| record.file().path();
    let status = |trail: &crate::history::Trail| trail.status(page.today);
    PageView {
        id: &exception.id,
        kind: change.kind.as_str(),
        title: &exception.title,
        path: change.after.map(path),
        path_before: change.before.map(path),
        risk: exception.risk.level.map(|level| level.as_str()),
        expires: exception.expires.map(|day| day.to_string()),
        days_left: exception.expires.map(|day| days_left(day, page.today)),
        requester: (&exception.requester).into(),
        owner: (&exception.owner).into(),
        changes: change.fields.iter().map(FieldView::from).collect(),
        told: changes::changes(it).into_iter().map(|told| told.text).collect(),
        granted: it.granted.as_ref().map(|granted| GrantedView {
            kind: granted.change.kind.as_str(),
            since: granted.settled.map(|(_, commit)| commit.to_string()),
            changes: granted.change.fields.iter().map(FieldView::from).collect(),
            told: changes::granted(it)
                .map(|(_, told)| told.into_iter().map(|told| told.text).collect())
                .unwrap_or_default(),
        }),
        renewals: RenewalsView {
            n: it.renewals.n,
            limit: it.renewals.limit,
            claimed: it.renewals.claimed,
            asked_for: it.renewals.is_asked_for,
            first_promised: it.renewals.first_promised.map(|day| day.to_string()),
        },
        emergency: it.emergency.as_ref().map(EmergencyView::from),
        findings: it.findings.iter().map(|finding| FoundView::from(*finding)).collect(),
        questions: it.questions.iter().map(QuestionView::from).collect(),
        portfolio: (&it.portfolio).into(),
        approval: it.needs.as_ref().map(NeedsView::from),
        given: it.given.iter().map(GivenView::from).collect(),
        trail: it.trail.map(|trail| {
            let landed = trail.emergency(page.late_days, page.today);
            trail_view(
                trail,
                status(trail).map(window::Status::as_str),
                landed.as_ref(),
                page.today,
            )
        }),
    }
}

impl<'a> From<&'a Vote> for GivenView<'a> {
    fn from(vote: &'a Vote) -> Self {
        Self {
            path: &vote.path,
            person: vote.stated.as_ref().map(|it| it.approver.as_str()),
            decision: vote.stated.as_ref().map(|it| it.decision.as_str()),
            counts: vote.refusal.is_none(),
            why: vote.refusal.as_ref().map(ToString::to_string),
        }
    }
}

impl<'a> From<&'a Finding> for FoundView<'a> {
    fn from(finding: &'a Finding) -> Self {
        let start = finding.place.start();
        Self {
            code: finding.code.id,
            rule: finding.code.name,
            level: finding.level.as_str(),
            path: finding.place.file.path(),
            pointer: &finding.place.pointer,
            line: start.line,
            column: start.column,
            message: &finding.message,
            help: finding.help.as_deref(),
        }
    }
}

impl<'a> From<&'a Question> for QuestionView<'a> {
    fn from(question: &'a Question) -> Self {
        Self {
            topic: question.topic.as_str(),
            question: question.topic.asks(),
            answer: question.answer.as_str(),
            fact: &question.fact,
        }
    }
}

impl<'a> From<&'a Portfolio<'a>> for PortfolioView<'a> {
    fn from(portfolio: &'a Portfolio<'a>) -> Self {
        Self {
            team: portfolio.team.as_ref().map(ShareView::from),
            controls: portfolio.controls.iter().map(ShareView::from).collect(),
            overlapping: portfolio.overlapping.iter().map(OtherView::from).collect(),
            recently_closed: portfolio.closed.iter().map(OtherView::from).collect(),
        }
    }
}

impl<'a> From<&'a Share<'a>> for ShareView<'a> {
    fn from(share: &'a Share<'a>) -> Self {
        Self { name: share.name, open: share.n_open, budget: share.budget, others: &share.others }
    }
}

impl<'a> From<&Other<'a>> for OtherView<'a> {
    fn from(other: &Other<'a>) -> Self {
        let (status, closed) = match other.state {
            State::Open => ("open", None),
            State::Expired(_) => ("expired", None),
            State::Closed(day) => ("closed", day),
        };
        Self { id: other.id, status, closed: closed.map(|day| day.to_string()) }
    }
}

impl<'a> From<&'a Needs<'a>> for NeedsView<'a> {
    fn from(needs: &'a Needs<'a>) -> Self {
        let texts =
            |reasons: &[crate::history::Reason]| reasons.iter().map(ToString::to_string).collect();
        Self {
            risk: needs.risk.as_str(),
            quorum: needs.quorum,
            accepted: needs.accepted.iter().map(|kind| kind.as_str()).collect(),
            approvers: needs
                .approvers
                .iter()
                .map(|person| ApproverView { id: &person.id, name: &person.name })
                .collect(),
            may_not: texts(&needs.barred),
            counted: needs
                .have
                .iter()
                .map(|(person, kind)| HeldView { kind: kind.as_str(), person })
                .collect(),
            why: texts(&needs.why),
            met: needs.is_met,
        }
    }
}
