//! Why something does not count, or is to be taken with care, in words for people.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::approval::NotCounted;
use crate::git::ObjectId;
use crate::model::RiskLevel;
use crate::policy::Evidence;

/// Why something does not count, or is to be taken with care.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reason {
    /// The text landed before there was a policy.
    BeforePolicy,
    /// Nothing in git names anybody who may have approved it.
    NotRecorded,
    TooFew {
        have: Vec<String>,
        need: u32,
        risk: Option<RiskLevel>,
    },
    /// The approver wrote the text too.
    OwnWork {
        person: String,
        commit: Option<ObjectId>,
    },
    OwnRequest {
        person: String,
    },
    NotEligible {
        person: String,
        risk: Option<RiskLevel>,
    },
    /// The same before it has landed.
    NoRole {
        person: String,
        risk: Option<RiskLevel>,
    },
    /// Somebody approved, and is not in the policy.
    UnknownApprover {
        address: String,
    },
    /// Somebody wrote the text, and is not in the policy.
    UnknownContributor {
        address: String,
    },
    /// The same where the policy takes them for another person.
    TakenForAnother {
        address: String,
    },
    NotAccepted {
        kind: Evidence,
        person: String,
        risk: Option<RiskLevel>,
    },
    Rejected {
        person: String,
    },
    /// Somebody rejected the text, and approves it since.
    TakenBack {
        person: String,
        day: Option<NaiveDate>,
    },
    /// An approval that is in the register and does not count.
    NotCounted {
        path: String,
        reason: Box<NotCounted>,
    },
    /// Lines of the message that name approvers, and why they do not count.
    Message {
        reason: String,
    },
    /// Unsigned evidence names one person for each landing.
    OneOfALanding {
        person: String,
    },
    ContributorsInPart,
    Missing {
        object: ObjectId,
    },
    /// What a commit says can be read in two ways.
    Malformed {
        commit: ObjectId,
        reason: String,
    },
    /// What happened before is not in this clone.
    HistoryMissing {
        object: ObjectId,
    },
    SeveralFiles {
        paths: Vec<String>,
    },
    Unreadable {
        path: String,
        reason: String,
    },
    ClosedUnapproved,
    /// The same of what was filed again after its deletion.
    UnapprovedSinceDeleted,
    DeletedWhileOpen,
    Compromised {
        person: String,
        key: String,
        date: NaiveDate,
    },
    OddDate {
        commit: ObjectId,
    },
    AnchorOffMainline {
        anchor: String,
    },
    RiskBefore {
        risk: RiskLevel,
    },
    PolicyUnusable,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeforePolicy => f.write_str("it landed before the register had a policy"),
            Self::NotRecorded => f.write_str("approver not recorded in git"),
            Self::TooFew { have, need, risk } => {
                write!(f, "{} of {need} approvals", have.len())?;
                if let Some(risk) = risk {
                    write!(f, " (risk: {})", risk.as_str())?;
                }
                if !have.is_empty() {
                    write!(f, ": {}", have.join(", "))?;
                }
                Ok(())
            }
            Self::OwnWork { person, commit: Some(commit) } => write!(
                f,
                "`{person}` also wrote it in {}; a different person must approve",
                short(*commit)
            ),
            Self::OwnWork { person, commit: None } => {
                write!(f, "`{person}` also wrote it; a different person must approve")
            }
            Self::OwnRequest { person } => {
                write!(f, "`{person}` requested it; a different person must approve")
            }
            Self::NotEligible { person, risk } => write!(
                f,
                "`{person}` had no role that may approve{} when it landed",
                at_risk(*risk)
            ),
            Self::NoRole { person, risk } => {
                write!(f, "`{person}` has no role that may approve{}", at_risk(*risk))
            }
            Self::UnknownApprover { address } => {
                write!(f, "`{address}` is not in `people` of the policy")
            }
            Self::UnknownContributor { address } => write!(
                f,
                "contributor `{address}` is not in `people` of the policy, so git cannot show that the approver is somebody else"
            ),
            Self::TakenForAnother { address } => write!(
                f,
                "contributor `{address}` is not in `people` of the policy, and counts as another person"
            ),
            Self::NotAccepted { kind, person, risk } => write!(
                f,
                "`{person}` approved by `{}`, which the policy does not accept{}",
                kind.as_str(),
                at_risk(*risk)
            ),
            Self::Rejected { person } => write!(f, "`{person}` rejected this text"),
            Self::TakenBack { person, day } => {
                let day = day.map_or(String::new(), |day| format!(" {day}"));
                write!(f, "rejected by `{person}`; taken back{day}")
            }
            Self::NotCounted { path, reason } => write!(f, "`{path}`: {reason}"),
            Self::Message { reason } => f.write_str(reason),
            Self::OneOfALanding { person } => write!(
                f,
                "`{person}` is not counted: unsigned evidence names one person for each landing"
            ),
            Self::ContributorsInPart => {
                f.write_str("contributors are known only in part: it landed as one commit")
            }
            Self::Missing { object } => {
                write!(f, "this clone lacks the object {}", short(*object))
            }
            Self::Malformed { commit, reason } => {
                write!(f, "the commit {} cannot be judged: {reason}", short(*commit))
            }
            Self::HistoryMissing { object } => write!(
                f,
                "this clone stops before {}: what happened until then is not known",
                short(*object)
            ),
            Self::SeveralFiles { paths } => {
                write!(f, "{} files carry this id: `{}`", paths.len(), paths.join("`, `"))
            }
            Self::Unreadable { path, reason } => write!(f, "`{path}` cannot be read: {reason}"),
            Self::ClosedUnapproved => f.write_str("it was never approved while it was open"),
            Self::UnapprovedSinceDeleted => f.write_str("nothing is approved since it was deleted"),
            Self::DeletedWhileOpen => f.write_str("it was deleted while it was open"),
            Self::Compromised { person, key, date } => write!(
                f,
                "the key `{key}` of `{person}` was compromised on {date}, and no anchor shows that the approval is older"
            ),
            Self::OddDate { commit } => write!(
                f,
                "the date of {} contradicts its neighbours, and the key that signed has days on which it counts",
                short(*commit)
            ),
            Self::AnchorOffMainline { anchor } => write!(
                f,
                "the anchor {anchor} is not on the mainline: it was rewritten, or a branch that had merged it was fast-forwarded onto it"
            ),
            Self::RiskBefore { risk } => write!(
                f,
                "it takes the approvals of risk `{}`, which the text before it had",
                risk.as_str()
            ),
            Self::PolicyUnusable => f.write_str("this policy cannot be used"),
        }
    }
}

impl Reason {
    /// Whether nobody can know better, rather than that something is known to be wrong.
    pub(super) fn is_gap(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::Malformed { .. })
    }
}

fn at_risk(risk: Option<RiskLevel>) -> String {
    risk.map_or(String::new(), |risk| format!(" at risk `{}`", risk.as_str()))
}

/// As people name a commit.
pub(crate) fn short(id: ObjectId) -> String {
    id.to_string().chars().take(7).collect()
}
