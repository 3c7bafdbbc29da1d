//! Exceptions that could not wait for their approval: until when it may follow, and whether it has.
//!
//! Invariant: the days count from the day on which the text landed, which no backdated commit moves,
//! as they do for the verdict.

use chrono::NaiveDate;

use super::verdict::{State, Trail};
use crate::model::window::{days_after, is_past};

/// An emergency that a record states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Emergency {
    /// As written.
    pub(crate) declared: String,
    pub(crate) reason: String,
    /// None where nothing is awaited: it is closed, or git cannot tell.
    pub(crate) stage: Option<Stage>,
    /// Days within which the approval may follow.
    pub(crate) late_days: u32,
}

/// What has become of the approval of an emergency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It has not landed.
    Ahead,
    /// The approval may follow through this day.
    Awaited {
        through: NaiveDate,
    },
    /// The last day on which it might have followed is over.
    Overdue {
        through: NaiveDate,
    },
    /// It came with the text.
    Approved,
    Followed {
        days: i64,
        is_in_time: bool,
    },
}

impl Stage {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ahead => "ahead",
            Self::Awaited { .. } => "awaited",
            Self::Overdue { .. } => "overdue",
            Self::Approved => "approved",
            Self::Followed { is_in_time: true, .. } => "approved-in-time",
            Self::Followed { is_in_time: false, .. } => "approved-too-late",
        }
    }
}

impl Trail {
    /// The emergency that the text on the mainline states, if it does.
    pub(crate) fn emergency(&self, late_days: u32, today: NaiveDate) -> Option<Emergency> {
        let exception = &self.text.as_ref()?.exception;
        let stated = exception.emergency.as_ref()?;
        let deciding = self.deciding().filter(|_| exception.is_open() && !self.is_cut());
        let stage = deciding.and_then(|revision| match revision.state {
            State::Open => {
                let through = days_after(revision.arrived?, late_days);
                Some(match is_past(through, today) {
                    true => Stage::Overdue { through },
                    false => Stage::Awaited { through },
                })
            }
            State::Approved => Some(Stage::Approved),
            State::ApprovedLate { days } => {
                Some(Stage::Followed { days, is_in_time: days <= i64::from(late_days) })
            }
            State::NotNeeded | State::Deleted | State::Unknown => None,
        });
        let (declared, reason) = (stated.declared.clone(), stated.reason.clone());
        Some(Emergency { declared, reason, stage, late_days })
    }
}
