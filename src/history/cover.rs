//! The days on which nothing covered what an exception allows: it had expired, and what lets it go
//! on, or ends it, landed later.
//!
//! Invariant: counted from what stood on the mainline and from when it landed, whatever a record
//! says of its renewals. Who approved what does not matter here.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::verdict::{Revision, State, Trail};
use crate::git::ObjectId;
use crate::model::window::{day_before, days_after, days_between, is_past};

/// Days in a row on which a record was expired before something let it go on or ended it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gap {
    pub(crate) from: NaiveDate,
    /// The last day.
    pub(crate) through: NaiveDate,
    /// The commit that ended it.
    pub(crate) until: ObjectId,
    pub(crate) end: End,
}

/// What became of a record that had expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum End {
    WentOn,
    Closed,
    Deleted,
}

/// What was covered, and what was not.
pub(super) struct Cover {
    /// Oldest first.
    pub(super) gaps: Vec<Gap>,
    /// The last day that is covered; none where nothing is open.
    pub(super) through: Option<NaiveDate>,
}

impl Gap {
    pub(crate) fn n_days(&self) -> i64 {
        days_between(self.from, self.through) + 1
    }
}

impl End {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::WentOn => "went-on",
            Self::Closed => "closed",
            Self::Deleted => "deleted",
        }
    }
}

impl Trail {
    /// The first day that nothing covers any more, of a record that has expired and is still open.
    pub(crate) fn uncovered_since(&self, today: NaiveDate) -> Option<NaiveDate> {
        let through = self.covered_through.filter(|through| is_past(*through, today));
        through.map(|through| days_after(through, 1))
    }
}

/// The gaps between the revisions of a record. An expiry that nothing has followed yet is none: the
/// record is expired.
pub(super) fn cover(revisions: &[Revision], clock: &Clock) -> Cover {
    let mut gaps = Vec::new();
    // The last day that the text on the mainline allows, while it is open.
    let mut allowed: Option<NaiveDate> = None;
    for revision in revisions {
        let (expires, end) = match &revision.text {
            Some(text) if text.exception.is_open() => (text.exception.expires, End::WentOn),
            Some(_) => (None, End::Closed),
            None if revision.state == State::Deleted => (None, End::Deleted),
            // What cannot be read covers nothing and ends nothing.
            None => continue,
        };
        let landed = clock.day(revision.position);
        allowed = match (allowed, landed) {
            // What has expired as well by the time that it lands covers no day.
            (Some(before), Some(landed))
                if is_past(before, landed) && expires.is_some_and(|it| is_past(it, landed)) =>
            {
                Some(before)
            }
            (Some(before), Some(landed)) if is_past(before, landed) => {
                let (from, through) = (days_after(before, 1), day_before(landed));
                let until = revision.commit;
                gaps.extend((!is_past(through, from)).then_some(Gap { from, through, until, end }));
                expires
            }
            _ => expires,
        };
    }
    Cover { gaps, through: allowed }
}
