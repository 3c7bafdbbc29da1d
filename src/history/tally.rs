//! Files that say to be approvals of a text, and what all of them come to.

use std::collections::BTreeMap;

use super::approval::NotCounted;
use super::reason::Reason;
use super::statement::{Decision, at_file};
use crate::policy::Evidence;

/// A file that says to be an approval, and what it is worth.
#[derive(Clone, Debug)]
pub(crate) struct Vote {
    /// From the root of the repository.
    pub(crate) path: String,
    /// What it says, where it can be read.
    pub(crate) stated: Option<Stated>,
    /// Why it does not count.
    pub(crate) refusal: Option<Reason>,
}

/// Whose approval a file says to be.
#[derive(Clone, Debug)]
pub(crate) struct Stated {
    pub(crate) approver: String,
    pub(crate) decision: Decision,
    /// The fingerprint of the key that signed it.
    pub(crate) key: String,
    /// Whether it is about the text at hand.
    pub(crate) is_of_this_text: bool,
}

/// What all approvals of a text come to.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    /// Each person once, with the strongest evidence.
    pub(crate) have: BTreeMap<String, Evidence>,
    pub(crate) rejected: Vec<String>,
    /// What keeps the text from being approved, however many approve.
    pub(crate) blocked: Vec<Reason>,
    pub(crate) notes: Vec<Reason>,
}

impl Vote {
    /// A file that cannot be read at all.
    pub(crate) fn unreadable(path: &str, reason: &str) -> Self {
        let malformed = at_file(reason, "put the approval itself there, as a regular file");
        let reason = Box::new(NotCounted::Malformed(malformed));
        let refusal = Some(Reason::NotCounted { path: path.to_owned(), reason });
        Self { path: path.to_owned(), stated: None, refusal }
    }

    /// Whether it is an approval of another text, which is none of this one's business.
    pub(crate) fn is_of_another_text(&self) -> bool {
        self.stated.as_ref().is_some_and(|stated| !stated.is_of_this_text)
    }
}

impl Tally {
    pub(crate) fn is_blocked(&self) -> bool {
        !self.rejected.is_empty() || !self.blocked.is_empty()
    }
}
