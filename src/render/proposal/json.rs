//! Texts that want an approval, as JSON: frozen views.

use std::io::{self, Write};

use serde::Serialize;

use super::{LookedAt, Verification, Verified, accepted};
use crate::history::Vote;
use crate::render::json::{self, SCHEMA_VERSION, TOOL_VERSION};

#[derive(Serialize)]
struct VerificationView<'a> {
    schema_version: u32,
    tool_version: &'static str,
    today: String,
    coverage: CoverageView<'a>,
    records: Vec<RecordView<'a>>,
}

#[derive(Serialize)]
struct CoverageView<'a> {
    complete: bool,
    /// `null` where the clone does not have it.
    mainline: Option<&'a str>,
    tip: Option<String>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct RecordView<'a> {
    id: &'a str,
    path: &'a str,
    verdict: &'static str,
    /// What the text is, compared with the settled one.
    kind: Option<&'static str>,
    expires: Option<String>,
    risk: Option<&'static str>,
    /// Persons that have to approve.
    needed: Option<u32>,
    accepted: Vec<&'static str>,
    evidence: Vec<EvidenceView<'a>>,
    approvals: Vec<ApprovalView<'a>>,
    rejected_by: Vec<&'a str>,
    why: Vec<String>,
    notes: Vec<String>,
    not_evaluated: &'static [&'static str],
}

#[derive(Serialize)]
struct EvidenceView<'a> {
    kind: &'static str,
    person: &'a str,
}

#[derive(Serialize)]
struct ApprovalView<'a> {
    path: &'a str,
    /// `null` where the file cannot be read as an approval, and so below.
    person: Option<&'a str>,
    decision: Option<&'static str>,
    key: Option<&'a str>,
    /// Whether it is about the text as it is now.
    current: bool,
    counts: bool,
    why: Option<String>,
}

pub(super) fn write(verification: &Verification<'_>, out: &mut dyn Write) -> io::Result<()> {
    let view = VerificationView {
        schema_version: SCHEMA_VERSION,
        tool_version: TOOL_VERSION,
        today: verification.today.to_string(),
        coverage: CoverageView {
            complete: verification.is_complete,
            mainline: verification.mainline.map(|(name, _)| name),
            tip: verification.mainline.map(|(_, tip)| tip.to_string()),
            notes: verification.notes,
        },
        records: verification.verified.iter().map(RecordView::from).collect(),
    };
    json::write(&view, out)
}

impl<'a> From<&'a Verified<'a>> for RecordView<'a> {
    fn from(verified: &'a Verified<'a>) -> Self {
        let Verified { id, path, looked_at, standing, .. } = verified;
        let mut view = Self {
            id,
            path,
            verdict: standing.as_str(),
            kind: None,
            expires: None,
            risk: None,
            needed: None,
            accepted: Vec::new(),
            evidence: Vec::new(),
            approvals: Vec::new(),
            rejected_by: Vec::new(),
            why: Vec::new(),
            notes: Vec::new(),
            not_evaluated: &[],
        };
        let Some(LookedAt { proposal, votes, tally }) = looked_at else {
            view.why.push("it states no last valid day".to_owned());
            return view;
        };
        let is_complete = proposal.not_evaluated().is_empty();
        view.kind = Some(proposal.kind);
        view.expires = Some(proposal.expires().to_string());
        view.risk = Some(proposal.demand.risk.as_str());
        view.needed = Some(if proposal.needless.is_some() { 0 } else { proposal.demand.quorum });
        view.accepted = accepted(proposal);
        if is_complete {
            let evidence = tally.have.iter();
            view.evidence = evidence
                .map(|(person, kind)| EvidenceView { kind: kind.as_str(), person })
                .collect();
        }
        view.approvals = votes.iter().map(|vote| ApprovalView::new(vote, is_complete)).collect();
        view.rejected_by = tally.rejected.iter().map(String::as_str).collect();
        let why = tally.blocked.iter().chain(&proposal.doubts);
        view.why = why.map(ToString::to_string).collect();
        view.notes = proposal.needless.iter().map(ToString::to_string).collect();
        view.notes.extend(tally.notes.iter().map(ToString::to_string));
        view.not_evaluated = proposal.not_evaluated();
        view
    }
}

impl<'a> ApprovalView<'a> {
    /// Nothing counts of which something has not been evaluated.
    fn new(vote: &'a Vote, is_complete: bool) -> Self {
        let stated = vote.stated.as_ref();
        Self {
            path: &vote.path,
            person: stated.map(|stated| stated.approver.as_str()),
            decision: stated.map(|stated| stated.decision.as_str()),
            key: stated.map(|stated| stated.key.as_str()),
            current: stated.is_some_and(|stated| stated.is_of_this_text),
            counts: vote.refusal.is_none() && is_complete,
            why: vote.refusal.as_ref().map(ToString::to_string),
        }
    }
}
