//! What the history says about a record in two words, and whether the record is in force.
//!
//! Invariant: the one place that decides "in force"; [`window`](crate::model::window) alone decides
//! the status.

use super::judge;
use super::verdict::{Trail, Verdict};
use crate::git::ObjectId;
use crate::model::window::Status;
use crate::source::Record;

/// What a record is on the mainline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) verdict: Verdict,
    /// The file that holds the text which stands there; none where the record was deleted, or
    /// cannot be read.
    pub(crate) text: Option<ObjectId>,
}

impl Trail {
    pub(crate) fn standing(&self) -> Standing {
        let text = self.revisions.last().and_then(|it| it.blob);
        Standing { verdict: self.verdict, text }
    }
}

/// Whether a record is in force: active, and approved. `is_covered` says whether the approval covers
/// the text at hand too. None where git cannot tell.
pub(crate) fn is_in_force(
    status: Status,
    verdict: Option<Verdict>,
    is_covered: impl FnOnce() -> Option<bool>,
) -> Option<bool> {
    if status != Status::Active {
        return Some(false);
    }
    match verdict? {
        Verdict::Approved | Verdict::ApprovedLate => is_covered(),
        Verdict::Indeterminate => None,
        Verdict::Lapsed
        | Verdict::Unapproved
        | Verdict::Closed
        | Verdict::Deleted
        | Verdict::Suspect => Some(false),
    }
}

/// Whether the approval of a text covers another: it differs by nothing that takes one.
pub(crate) fn is_covered(approved: &Record, text: &Record) -> bool {
    !judge::kind(Some(approved), text).needs_approval()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERDICTS: [Verdict; 8] = [
        Verdict::Approved,
        Verdict::ApprovedLate,
        Verdict::Lapsed,
        Verdict::Unapproved,
        Verdict::Closed,
        Verdict::Deleted,
        Verdict::Indeterminate,
        Verdict::Suspect,
    ];

    #[test]
    fn only_what_is_active_and_approved_is_in_force() {
        for verdict in VERDICTS {
            let is_good = matches!(verdict, Verdict::Approved | Verdict::ApprovedLate);
            let expected = (verdict != Verdict::Indeterminate).then_some(is_good);
            let told = is_in_force(Status::Active, Some(verdict), || Some(true));
            assert_eq!(told, expected, "{verdict:?}");
            for status in [Status::Proposed, Status::Expired, Status::Closed] {
                let told = is_in_force(status, Some(verdict), || Some(true));
                assert_eq!(told, Some(false), "{status:?} {verdict:?}");
            }
        }
    }

    #[test]
    fn an_approval_of_another_text_is_none_of_this() {
        let with = |is_covered| is_in_force(Status::Active, Some(Verdict::Approved), || is_covered);
        assert_eq!(with(Some(false)), Some(false));
        assert_eq!(with(None), None);
    }

    #[test]
    fn what_git_cannot_tell_is_not_guessed() {
        assert_eq!(is_in_force(Status::Active, None, || Some(true)), None);
        // Whatever git says, it is over.
        assert_eq!(is_in_force(Status::Expired, None, || Some(true)), Some(false));
    }
}
