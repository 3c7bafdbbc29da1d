//! The days on which nothing covered what an exception allows: it had expired, and what lets it go
//! on landed later.
//!
//! Invariant: counted from what stood on the mainline and from when it landed, whatever a record
//! says of its renewals. Who approved what does not matter here.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::verdict::Revision;
use crate::git::ObjectId;
use crate::model::Exception;
use crate::model::window::{day_before, days_after, days_between, is_past};

/// Days in a row on which a record was expired before something let it go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gap {
    pub(crate) from: NaiveDate,
    /// The last day.
    pub(crate) through: NaiveDate,
    /// The commit that ended it.
    pub(crate) until: ObjectId,
}

impl Gap {
    pub(crate) fn n_days(&self) -> i64 {
        days_between(self.from, self.through) + 1
    }
}

/// The gaps between the revisions of a record, oldest first. An expiry that nothing has followed
/// yet is none: the record is expired.
pub(super) fn gaps(revisions: &[Revision], clock: &Clock) -> Vec<Gap> {
    let mut gaps = Vec::new();
    // The last day that the text on the mainline allows, while it is open.
    let mut allowed: Option<NaiveDate> = None;
    for revision in revisions {
        let open = revision.text.as_ref().map(|text| &*text.exception).filter(|it| it.is_open());
        let Some(expires) = open.and_then(|it: &Exception| it.expires) else {
            // What was closed or deleted allows nothing that had to be covered.
            allowed = None;
            continue;
        };
        let landed = clock.day(revision.position);
        allowed = match (allowed, landed) {
            (Some(before), Some(landed)) if is_past(before, landed) => {
                // What has expired as well by the time that it lands covers no day.
                if is_past(expires, landed) {
                    Some(before)
                } else {
                    let (from, through) = (days_after(before, 1), day_before(landed));
                    let until = revision.commit;
                    gaps.extend((!is_past(through, from)).then_some(Gap { from, through, until }));
                    Some(expires)
                }
            }
            _ => Some(expires),
        };
    }
    gaps
}
