//! What is said about a record and a revision: outcomes and evidence, as plain values.
//!
//! Invariant: an approval always names who gave it and by which kind of evidence, and what is not
//! good always has a reason.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Serialize};

use super::cover::Gap;
use super::lineage::Digest;
use super::older::Older;
use super::reason::Reason;
use super::rejections::Rejections;
use super::wrote::Wrote;
use crate::changes;
use crate::git::ObjectId;
use crate::policy::Evidence;
use crate::source::Record;

/// All that happened to a record on the mainline, and what follows from it. A cache keeps
/// neither the texts nor what is only asked where a change of it is judged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Trail {
    pub(crate) id: String,
    /// Oldest first.
    pub(crate) revisions: Vec<Revision>,
    pub(crate) verdict: Verdict,
    /// Why the verdict is not better.
    pub(crate) why: Vec<Reason>,
    /// The text that stands on the mainline; none where the record was deleted or cannot be read.
    #[serde(skip)]
    pub(crate) text: Option<Arc<Record>>,
    /// The text that was approved or needed no approval last.
    #[serde(skip)]
    pub(crate) settled: Option<Arc<Record>>,
    /// Those who wrote the texts since.
    pub(super) wrote: Wrote,
    /// Those who wrote the texts that stood there before.
    #[serde(skip)]
    pub(super) older: Older,
    /// The rejections of texts that stood there.
    #[serde(skip)]
    pub(super) rejections: Rejections,
    /// What the next approval is given on top of.
    pub(crate) lineage: Digest,
    /// Times that it was allowed for longer, filed again, or opened again, as it landed.
    pub(crate) renewals: usize,
    /// The last valid day that it stated when it first landed.
    pub(crate) first_promised: Option<NaiveDate>,
    /// Days from the first landing, or `opened` where that is earlier, to the last valid day.
    pub(crate) days_granted: Option<i64>,
    /// When it was expired until something let it go on or ended it, oldest first.
    pub(crate) gaps: Vec<Gap>,
    /// The last day that is covered; none where it is not open.
    pub(super) covered_through: Option<NaiveDate>,
}

/// What a record is on the mainline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Revision {
    pub(crate) commit: ObjectId,
    /// What the commit claims, in seconds since 1970.
    pub(crate) landed: i64,
    /// Whether it counts as a renewal.
    pub(super) is_renewal: bool,
    /// Whether what the commit claims contradicts its neighbours.
    pub(crate) is_landing_odd: bool,
    /// The day on which it landed at the earliest, which a backdated commit does not move.
    pub(super) arrived: Option<NaiveDate>,
    pub(crate) kind: RevisionKind,
    pub(crate) state: State,
    pub(crate) evidence: Vec<Counted>,
    pub(crate) why: Vec<Reason>,
    /// What is worth knowing about an approval that counts.
    pub(crate) notes: Vec<Reason>,
    /// From the root of the repository; none where the record was deleted.
    pub(crate) path: Option<String>,
    #[serde(skip)]
    pub(crate) text: Option<Arc<Record>>,
    /// The file that holds the text.
    pub(super) blob: Option<ObjectId>,
    /// The place of its commit on the mainline.
    pub(super) position: usize,
    /// The lineage on top of which it was approved.
    pub(super) after: Option<Digest>,
}

/// What a revision is, compared with the last settled text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Leaves what a cache keeps, and the texts.
    pub(super) fn forget_what_proposals_ask(&mut self) {
        self.older = Older::default();
        self.rejections = Rejections::default();
    }

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
            older: Older::default(),
            rejections: Rejections::default(),
            lineage: Digest::beginning(&policy.register, &text.exception.id),
            renewals: 0,
            first_promised: None,
            days_granted: None,
            gaps: Vec::new(),
            covered_through: None,
        }
    }
}
