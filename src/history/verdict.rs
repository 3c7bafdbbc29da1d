//! What is said about a record, a revision and a policy: outcomes, evidence, and the reasons for
//! both, as plain values that people can read.
//!
//! Invariant: an approval always names who gave it and by which kind of evidence, and what is not
//! good always has a reason.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate};

use super::approval::NotCounted;
use super::evidence::Wrote;
use super::lineage::Digest;
use crate::changes;
use crate::git::ObjectId;
use crate::model::RiskLevel;
use crate::policy::Evidence;
use crate::source::Record;

/// All that happened to a record on the mainline, and what follows from it.
#[derive(Clone, Debug)]
pub(crate) struct Trail {
    pub(crate) id: String,
    /// Oldest first.
    pub(crate) revisions: Vec<Revision>,
    pub(crate) verdict: Verdict,
    /// Why the verdict is not better.
    pub(crate) why: Vec<Reason>,
    /// The text that stands on the mainline; none where the record was deleted or cannot be read.
    pub(crate) text: Option<Arc<Record>>,
    /// The text that was approved or needed no approval last.
    pub(crate) settled: Option<Arc<Record>>,
    /// Those who wrote the texts since.
    pub(super) wrote: Wrote,
    /// What the next approval is given on top of.
    pub(crate) lineage: Digest,
    /// Times that it was allowed for longer, filed again, or opened again, as it landed.
    pub(crate) renewals: usize,
    /// The last valid day that it stated when it first landed.
    pub(crate) first_promised: Option<NaiveDate>,
    /// Days from the first landing, or `opened` where that is earlier, to the last valid day.
    pub(crate) days_granted: Option<i64>,
}

/// What a record is on the mainline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Approved,
    ApprovedLate,
    /// Approved once, and changed since in a way that nobody approved.
    Lapsed,
    Unapproved,
    Closed,
    Deleted,
    /// Git does not hold, or this clone does not, what it takes to know.
    Indeterminate,
    /// It would be good, if the mainline could be believed.
    Suspect,
}

/// A change of a record as it landed on the mainline.
#[derive(Clone, Debug)]
pub(crate) struct Revision {
    pub(crate) commit: ObjectId,
    /// What the commit claims, in seconds since 1970.
    pub(crate) landed: i64,
    /// Whether what the commit claims contradicts its neighbours.
    pub(crate) is_landing_odd: bool,
    pub(crate) kind: RevisionKind,
    pub(crate) state: State,
    pub(crate) evidence: Vec<Counted>,
    pub(crate) why: Vec<Reason>,
    /// What is worth knowing about an approval that counts.
    pub(crate) notes: Vec<Reason>,
    /// From the root of the repository; none where the record was deleted.
    pub(crate) path: Option<String>,
    pub(crate) text: Option<Arc<Record>>,
    /// The place of its commit on the mainline.
    pub(super) position: usize,
    /// The lineage on top of which it was approved.
    pub(super) after: Option<Digest>,
}

/// What a revision is, compared with the last settled text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RevisionKind {
    Change(changes::Kind),
    /// The settled text again, byte for byte.
    Restored,
    /// Filed again after it was deleted.
    ReAdded,
    /// Part of the oldest commit that this clone has.
    Boundary,
    /// The file cannot be read as a record.
    Unreadable,
    /// Several files have this id.
    Ambiguous,
}

/// What became of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    NotNeeded,
    Approved,
    /// By a later commit than that of the text, this many days after it.
    ApprovedLate {
        days: i64,
    },
    /// Nobody approved it, or too few did.
    Open,
    Deleted,
    /// What it takes to know is missing.
    Unknown,
}

/// One person's approval that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) person: String,
    pub(crate) kind: Evidence,
    /// The commit of the mainline that holds it.
    pub(crate) commit: ObjectId,
    /// The fingerprint of the key that signed it.
    pub(super) key: Option<String>,
    /// Whether the key has days on which it counts.
    pub(super) depends_on_day: bool,
    pub(super) position: usize,
}

/// Why something does not count, or is to be taken with care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The text landed before there was a policy.
    BeforePolicy,
    /// Nothing in git names anybody who may have approved it.
    NotRecorded,
    TooFew {
        have: Vec<String>,
        need: u32,
        risk: RiskLevel,
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
        risk: RiskLevel,
    },
    /// The same before it has landed.
    NoRole {
        person: String,
        risk: RiskLevel,
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
        risk: RiskLevel,
    },
    Rejected {
        person: String,
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

impl Verdict {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::ApprovedLate => "approved-late",
            Self::Lapsed => "lapsed",
            Self::Unapproved => "unapproved",
            Self::Closed => "closed",
            Self::Deleted => "deleted",
            Self::Indeterminate => "indeterminate",
            Self::Suspect => "suspect",
        }
    }
}

impl RevisionKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Change(kind) => kind.as_str(),
            Self::Restored => "restored",
            Self::ReAdded => "re-added",
            Self::Boundary => "boundary",
            Self::Unreadable => "unreadable",
            Self::Ambiguous => "ambiguous",
        }
    }

    /// Whether it takes an approval to be settled.
    pub(super) fn needs_approval(self) -> bool {
        match self {
            Self::Change(kind) => kind.needs_approval(),
            Self::ReAdded => true,
            Self::Restored | Self::Boundary | Self::Unreadable | Self::Ambiguous => false,
        }
    }

    /// Whether the lineage takes it in once it is settled.
    pub(super) fn advances(self) -> bool {
        match self {
            Self::Change(kind) => kind >= changes::Kind::Tightening,
            Self::ReAdded => true,
            Self::Restored | Self::Boundary | Self::Unreadable | Self::Ambiguous => false,
        }
    }
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NotNeeded => "not-needed",
            Self::Approved => "approved",
            Self::ApprovedLate { .. } => "approved-late",
            Self::Open => "unapproved",
            Self::Deleted => "deleted",
            Self::Unknown => "indeterminate",
        }
    }

    pub(crate) fn is_approved(self) -> bool {
        matches!(self, Self::Approved | Self::ApprovedLate { .. })
    }
}

impl Revision {
    /// The day (UTC) on which it landed, as its commit claims; none outside of the calendar.
    pub(crate) fn day(&self) -> Option<NaiveDate> {
        DateTime::from_timestamp(self.landed, 0).map(|moment| moment.date_naive())
    }
}

impl Trail {
    /// The newest revision that needed an approval, or brought the record to its end.
    pub(crate) fn deciding(&self) -> Option<&Revision> {
        let decides = |it: &&Revision| it.state != State::NotNeeded;
        self.revisions.iter().rev().find(decides).or(self.revisions.last())
    }
}

#[cfg(test)]
impl Trail {
    /// That of a record whose text somebody approved.
    pub(crate) fn settled_at(text: &Record, policy: &crate::policy::Policy) -> Self {
        Self {
            id: text.exception.id.clone(),
            revisions: Vec::new(),
            verdict: Verdict::Approved,
            why: Vec::new(),
            text: None,
            settled: crate::source::load_unchecked(text.file()).map(Arc::new),
            wrote: Wrote::default(),
            lineage: Digest::beginning(&policy.register, &text.exception.id),
            renewals: 0,
            first_promised: None,
            days_granted: None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeforePolicy => f.write_str("it landed before the register had a policy"),
            Self::NotRecorded => f.write_str("approver not recorded in git"),
            Self::TooFew { have, need, risk } => {
                write!(f, "{} of {need} approvals (risk: {})", have.len(), risk.as_str())?;
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
                "`{person}` had no role that may approve at risk `{}` when it landed",
                risk.as_str()
            ),
            Self::NoRole { person, risk } => {
                write!(f, "`{person}` has no role that may approve at risk `{}`", risk.as_str())
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
                "`{person}` approved by `{}`, which the policy does not accept at risk `{}`",
                kind.as_str(),
                risk.as_str()
            ),
            Self::Rejected { person } => write!(f, "`{person}` rejected this text"),
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

/// As people name a commit.
pub(crate) fn short(id: ObjectId) -> String {
    id.to_string().chars().take(7).collect()
}
