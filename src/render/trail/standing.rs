//! Whether a record is in force, in one sentence: who approved it, or what stands against it.

use super::text::{by, said};
use crate::history::{Trail, Verdict};
use crate::model::window::Status;
use crate::render::Listed;

/// `yes: approved by alice (landing, claimed)`, or why not. `may_approve` says whether the policy
/// names anybody who could.
pub(crate) fn in_force(record: &Listed<'_>, trail: Option<&Trail>, may_approve: bool) -> String {
    let answer = match record.in_force {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    };
    let because = match (record.status, trail) {
        (Status::Proposed, None) => "it has not landed".to_owned(),
        (Status::Active, None) => "the history that this clone has does not say".to_owned(),
        (Status::Active | Status::Proposed, Some(trail)) => {
            let is_changed = record.in_force == Some(false) && is_settled(trail.verdict);
            match is_changed {
                true => "the text here is not the one that was approved; see `exc diff`".to_owned(),
                false => words(trail, may_approve),
            }
        }
        (status, Some(trail)) => format!("{}; {}", status.as_str(), words(trail, may_approve)),
        (status, None) => status.as_str().to_owned(),
    };
    format!("{answer}: {because}")
}

/// Whether nothing of the mainline's text waits for an approval.
fn is_settled(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Approved | Verdict::ApprovedLate | Verdict::Closed)
}

/// The verdict with who approved it, or with its reasons.
fn words(trail: &Trail, may_approve: bool) -> String {
    let evidence = trail.deciding().map(|it| by(&it.evidence)).unwrap_or_default();
    let why: Vec<String> = trail.why.iter().map(ToString::to_string).collect();
    let word = said(trail.verdict);
    match trail.verdict {
        Verdict::Approved | Verdict::ApprovedLate => format!("{word} by {evidence}"),
        Verdict::Closed if !evidence.is_empty() => {
            format!("while it was open, approved by {evidence}")
        }
        Verdict::Unapproved if !may_approve => {
            "nobody may approve yet: `people` in the policy names nobody with a role for it"
                .to_owned()
        }
        _ if why.is_empty() => word.to_owned(),
        _ => format!("{word} ({})", why.join("; ")),
    }
}
