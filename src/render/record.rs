//! Records as JSON: frozen views, one for all commands that print records.

use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value};

use super::json::{self, PersonView, SCHEMA_VERSION, TOOL_VERSION};
use crate::history::Verdict;
use crate::model::window::{self, Status};
use crate::model::{
    Binding, CompensatingControl, Exception, Milestone, Renewal, Resources, Review, Selector, Tool,
};

/// A record as it is listed: its content, where it stands, and what it is on the day of the run.
#[derive(Debug)]
pub(crate) struct Listed<'a> {
    pub(crate) exception: &'a Exception,
    pub(crate) path: &'a str,
    pub(crate) status: Status,
    /// What the history of the mainline says about it; none where that is not known.
    pub(crate) verdict: Option<Verdict>,
    /// Whether it is active and approved; none where git cannot tell.
    pub(crate) in_force: Option<bool>,
    /// The fields that the register adds.
    pub(crate) fields: Map<String, Value>,
}

#[derive(Serialize)]
struct ListView<'a> {
    schema_version: u32,
    tool_version: &'static str,
    today: String,
    summary: SummaryView,
    records: Vec<RecordView<'a>>,
}

#[derive(Serialize)]
struct SummaryView {
    records: usize,
    unreadable: usize,
}

/// A record on a line of its own, with flat columns for engines that load tables: what the nested
/// keys say, without them.
#[derive(Serialize)]
struct LineView<'a> {
    #[serde(flatten)]
    record: RecordView<'a>,
    /// The `register` of the policy, which no other register has.
    register: &'a str,
    risk_level: Option<&'static str>,
    owner_name: &'a str,
    owner_email: &'a str,
    owner_team: Option<&'a str>,
    requester_email: &'a str,
    blocker: &'a str,
    n_controls: usize,
    n_targets: usize,
    n_renewals: usize,
    n_compensating_controls: usize,
    last_reviewed: Option<String>,
    closed_date: Option<String>,
    closed_outcome: Option<&'static str>,
    is_emergency: bool,
}

/// One record in a document or on a line of its own.
#[derive(Serialize)]
struct OneView<R> {
    schema_version: u32,
    tool_version: &'static str,
    today: String,
    #[serde(flatten)]
    record: R,
}

#[derive(Serialize)]
struct Nested<'a> {
    record: RecordView<'a>,
}

#[derive(Serialize)]
struct RecordView<'a> {
    id: &'a str,
    status: &'static str,
    in_force: Option<bool>,
    verdict: Option<&'static str>,
    days_left: Option<i64>,
    path: &'a str,
    title: &'a str,
    controls: &'a [String],
    scope: &'a [String],
    bindings: Vec<BindingView<'a>>,
    risk: RiskView<'a>,
    owner: PersonView<'a>,
    requester: PersonView<'a>,
    justification: JustificationView<'a>,
    compensating_controls: Vec<CompensatingView<'a>>,
    remediation: RemediationView<'a>,
    opened: Option<String>,
    expires: Option<String>,
    renewals: Vec<RenewalView<'a>>,
    reviews: Vec<ReviewView<'a>>,
    closed: Option<ClosedView<'a>>,
    emergency: Option<EmergencyView<'a>>,
    data_classification: Option<&'a str>,
    tags: &'a [String],
    links: &'a [String],
    fields: &'a Map<String, Value>,
}

/// A binding with the keys that say something.
#[derive(Serialize)]
struct BindingView<'a> {
    tool: Option<&'static str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    assignment: &'a str,
    #[serde(skip_serializing_if = "is_empty")]
    definition_references: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    selectors: Vec<SelectorView<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    policy: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    policy_kind: &'a str,
    #[serde(skip_serializing_if = "is_empty")]
    rules: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    resources: Option<ResourcesView<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    producer: &'a str,
    #[serde(skip_serializing_if = "is_empty")]
    ids: &'a [String],
    #[serde(skip_serializing_if = "is_empty")]
    paths: &'a [String],
    #[serde(skip_serializing_if = "is_empty")]
    packages: &'a [String],
}

#[derive(Serialize)]
struct SelectorView<'a> {
    kind: &'a str,
    #[serde(rename = "in", skip_serializing_if = "is_empty")]
    within: &'a [String],
    #[serde(skip_serializing_if = "is_empty")]
    not_in: &'a [String],
}

#[derive(Serialize)]
struct ResourcesView<'a> {
    #[serde(skip_serializing_if = "is_empty")]
    kinds: &'a [String],
    #[serde(skip_serializing_if = "is_empty")]
    namespaces: &'a [String],
    #[serde(skip_serializing_if = "is_empty")]
    names: &'a [String],
}

#[derive(Serialize)]
struct RiskView<'a> {
    level: Option<&'static str>,
    statement: &'a str,
}

#[derive(Serialize)]
struct JustificationView<'a> {
    blocker: &'a str,
    end_state: &'a str,
}

#[derive(Serialize)]
struct CompensatingView<'a> {
    description: &'a str,
    reduces: Option<&'a str>,
    owner: &'a str,
    evidence: &'a str,
    verified: Option<String>,
    verify_every: Option<&'a str>,
}

#[derive(Serialize)]
struct RemediationView<'a> {
    plan: &'a str,
    ticket: Option<&'a str>,
    milestones: Vec<MilestoneView<'a>>,
}

#[derive(Serialize)]
struct MilestoneView<'a> {
    due: Option<String>,
    what: &'a str,
    done: Option<String>,
}

#[derive(Serialize)]
struct RenewalView<'a> {
    date: Option<String>,
    until: Option<String>,
    reason: &'a str,
    evidence: &'a str,
}

#[derive(Serialize)]
struct ReviewView<'a> {
    date: Option<String>,
    by: &'a str,
    note: &'a str,
}

#[derive(Serialize)]
struct ClosedView<'a> {
    date: Option<String>,
    outcome: Option<&'static str>,
    note: &'a str,
}

#[derive(Serialize)]
struct EmergencyView<'a> {
    declared: &'a str,
    reason: &'a str,
}

/// Writes a list as one document.
pub(crate) fn json(
    records: &[Listed<'_>],
    n_unreadable: usize,
    today: NaiveDate,
    out: &mut dyn Write,
) -> io::Result<()> {
    let view = ListView {
        schema_version: SCHEMA_VERSION,
        tool_version: TOOL_VERSION,
        today: today.to_string(),
        summary: SummaryView { records: records.len(), unreadable: n_unreadable },
        records: records.iter().map(|record| view(record, today)).collect(),
    };
    json::write(&view, out)
}

/// Writes a list as one document a line.
pub(crate) fn jsonl(
    records: &[Listed<'_>],
    register: &str,
    today: NaiveDate,
    out: &mut dyn Write,
) -> io::Result<()> {
    records
        .iter()
        .try_for_each(|record| json::write_line(&one(line(record, register, today), today), out))
}

fn line<'a>(record: &'a Listed<'a>, register: &'a str, today: NaiveDate) -> LineView<'a> {
    let exception = record.exception;
    let closed = exception.closed.as_ref();
    LineView {
        record: view(record, today),
        register,
        risk_level: exception.risk.level.map(|level| level.as_str()),
        owner_name: &exception.owner.name,
        owner_email: &exception.owner.email,
        owner_team: filled(&exception.owner.team),
        requester_email: &exception.requester.email,
        blocker: &exception.justification.blocker,
        n_controls: exception.controls.len(),
        n_targets: exception.scope.len(),
        n_renewals: exception.renewals.len(),
        n_compensating_controls: exception.compensating_controls.len(),
        last_reviewed: written(exception.reviews.iter().filter_map(|it| it.date).max()),
        closed_date: written(closed.and_then(|it| it.date)),
        closed_outcome: closed.and_then(|it| it.outcome).map(|it| it.as_str()),
        is_emergency: exception.emergency.is_some(),
    }
}

/// Writes one record as a document.
pub(crate) fn json_one(
    record: &Listed<'_>,
    today: NaiveDate,
    out: &mut dyn Write,
) -> io::Result<()> {
    json::write(&one(Nested { record: view(record, today) }, today), out)
}

fn one<R>(record: R, today: NaiveDate) -> OneView<R> {
    OneView {
        schema_version: SCHEMA_VERSION,
        tool_version: TOOL_VERSION,
        today: today.to_string(),
        record,
    }
}

fn view<'a>(record: &'a Listed<'a>, today: NaiveDate) -> RecordView<'a> {
    let exception = record.exception;
    RecordView {
        id: &exception.id,
        status: record.status.as_str(),
        in_force: record.in_force,
        verdict: record.verdict.map(Verdict::as_str),
        days_left: exception.expires.map(|expires| window::days_left(expires, today)),
        path: record.path,
        title: &exception.title,
        controls: &exception.controls,
        scope: &exception.scope,
        bindings: exception.bindings.iter().map(binding).collect(),
        risk: RiskView {
            level: exception.risk.level.map(|level| level.as_str()),
            statement: &exception.risk.statement,
        },
        owner: (&exception.owner).into(),
        requester: (&exception.requester).into(),
        justification: JustificationView {
            blocker: &exception.justification.blocker,
            end_state: &exception.justification.end_state,
        },
        compensating_controls: exception.compensating_controls.iter().map(compensating).collect(),
        remediation: RemediationView {
            plan: &exception.remediation.plan,
            ticket: filled(&exception.remediation.ticket),
            milestones: exception.remediation.milestones.iter().map(milestone).collect(),
        },
        opened: written(exception.opened),
        expires: written(exception.expires),
        renewals: exception.renewals.iter().map(renewal).collect(),
        reviews: exception.reviews.iter().map(review).collect(),
        closed: exception.closed.as_ref().map(|closed| ClosedView {
            date: written(closed.date),
            outcome: closed.outcome.map(|outcome| outcome.as_str()),
            note: &closed.note,
        }),
        emergency: exception.emergency.as_ref().map(|emergency| EmergencyView {
            declared: &emergency.declared,
            reason: &emergency.reason,
        }),
        data_classification: filled(&exception.data_classification),
        tags: &exception.tags,
        links: &exception.links,
        fields: &record.fields,
    }
}

fn is_empty(list: &&[String]) -> bool {
    list.is_empty()
}

fn selector(Selector { kind, within, not_in }: &Selector) -> SelectorView<'_> {
    SelectorView { kind, within, not_in }
}

fn binding(binding: &Binding) -> BindingView<'_> {
    let Resources { kinds, namespaces, names } = &binding.resources;
    let resources = ResourcesView { kinds, namespaces, names };
    BindingView {
        tool: binding.tool.map(Tool::as_str),
        assignment: &binding.assignment,
        definition_references: &binding.definition_references,
        selectors: binding.selectors.iter().map(selector).collect(),
        policy: &binding.policy,
        policy_kind: &binding.policy_kind,
        rules: &binding.rules,
        resources: binding.has("resources").then_some(resources),
        producer: &binding.producer,
        ids: &binding.ids,
        paths: &binding.paths,
        packages: &binding.packages,
    }
}

fn compensating(control: &CompensatingControl) -> CompensatingView<'_> {
    CompensatingView {
        description: &control.description,
        reduces: filled(&control.reduces),
        owner: &control.owner,
        evidence: &control.evidence,
        verified: written(control.verified),
        verify_every: filled(&control.verify_every),
    }
}

fn milestone(milestone: &Milestone) -> MilestoneView<'_> {
    MilestoneView {
        due: written(milestone.due),
        what: &milestone.what,
        done: written(milestone.done),
    }
}

fn renewal(renewal: &Renewal) -> RenewalView<'_> {
    RenewalView {
        date: written(renewal.date),
        until: written(renewal.until),
        reason: &renewal.reason,
        evidence: &renewal.evidence,
    }
}

fn review(review: &Review) -> ReviewView<'_> {
    ReviewView { date: written(review.date), by: &review.by, note: &review.note }
}

fn written(date: Option<NaiveDate>) -> Option<String> {
    date.map(|date| date.to_string())
}

fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
