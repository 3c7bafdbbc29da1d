//! What somebody has to do about a record.

use chrono::NaiveDate;

use crate::model::window::Status;
use crate::report::ledger::Entry;

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Todo {
    Nothing,
    /// Bring it, or its change, to the mainline.
    Merge,
    Approve,
    /// See what the history says of it.
    FindOut,
    /// It cannot be renewed again.
    Close,
    CloseOrRenew,
}

impl Todo {
    pub(super) fn of(entry: &Entry<'_>, today: NaiveDate) -> Self {
        let is_last = entry.life.is_some() && entry.renewals_left() == 0;
        match entry.status {
            Status::Closed => Self::Nothing,
            Status::Proposed => Self::Merge,
            _ if entry.waits_for_approval() && !entry.is_expired(today) => Self::Approve,
            _ if entry.is_changed() && !entry.is_expired(today) => Self::Merge,
            _ if entry.is_doubtful() && !entry.is_expired(today) => Self::FindOut,
            _ if is_last => Self::Close,
            _ => Self::CloseOrRenew,
        }
    }

    /// The same in a few words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Merge => "get it merged",
            Self::Approve => "get it approved",
            Self::FindOut => "find out",
            Self::Close => "close",
            Self::CloseOrRenew => "close or renew",
        }
    }

    /// The command that shows what it takes, or that does it.
    pub(super) fn command(self, entry: &Entry<'_>) -> String {
        entry.command(match self {
            Self::Nothing => "show",
            Self::Merge => "review",
            Self::Approve => "approve",
            Self::FindOut => "history",
            Self::Close => "close",
            Self::CloseOrRenew => "renew",
        })
    }
}
