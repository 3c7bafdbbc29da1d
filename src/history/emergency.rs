//! Exceptions that could not wait for their approval: until when it may follow, and whether it has.
//!
//! Invariant: the days count from the day on which the emergency first landed, which no backdated
//! commit moves, no edit of what is not approved yet, and no deletion.

use chrono::NaiveDate;

use super::verdict::{Revision, State, Trail, Verdict};
use crate::model::window::{days_after, days_between, is_past, n_days};

/// An emergency that a record states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Emergency {
    /// As written.
    pub(crate) declared: String,
    pub(crate) reason: String,
    /// None where git cannot tell, or it took no approval.
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
    /// It was closed before anybody approved it.
    Never,
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
            Self::Never => "never",
        }
    }

    /// What it means, in words; `late_days` are those within which the approval may follow.
    pub(crate) fn told(self, late_days: u32, today: NaiveDate) -> String {
        let allowed = n_days(late_days.into());
        match self {
            Self::Ahead => format!("the approval may follow within {allowed} of its landing"),
            Self::Awaited { through } | Self::Overdue { through } => awaited(through, today),
            Self::Approved => "approved as it landed".to_owned(),
            Self::Never => "never approved while it was open".to_owned(),
            Self::Followed { days, is_in_time } => {
                let within = if is_in_time { "within" } else { "which is after" };
                let when = match days {
                    0 => "on the same day".to_owned(),
                    days => format!("{} later", n_days(days)),
                };
                format!("the approval followed {when}, {within} the {allowed} allowed")
            }
        }
    }
}

/// Until when an approval may follow that has not, in words.
pub(crate) fn awaited(through: NaiveDate, today: NaiveDate) -> String {
    match days_between(today, through) {
        late @ ..0 => {
            format!(
                "an approval was awaited through {through} (UTC), overdue for {}",
                n_days(-late)
            )
        }
        0 => format!("an approval is awaited through {through} (UTC), today"),
        left => format!("an approval is awaited through {through} (UTC), {} left", n_days(left)),
    }
}

/// The emergency of a trail: where it was declared, and what approved it.
struct Declaration<'a> {
    declared: &'a str,
    /// The first landing that declared it.
    first: &'a Revision,
    approved: Option<&'a Revision>,
    /// Whether another declaration is another emergency.
    is_over: bool,
}

impl Declaration<'_> {
    /// Days from the first landing to the approval; none where there is no approval, or no day.
    fn days(&self) -> Option<i64> {
        let approved = self.approved?;
        let landed = days_between(self.first.arrived?, approved.arrived?);
        match approved.state {
            State::ApprovedLate { days } => Some(landed + days),
            _ => Some(landed),
        }
    }

    fn stage_of_approval(&self, late_days: u32) -> Option<Stage> {
        let approved = self.approved?;
        if approved.state == State::Approved && approved.position == self.first.position {
            return Some(Stage::Approved);
        }
        let days = self.days()?;
        Some(Stage::Followed { days, is_in_time: days <= i64::from(late_days) })
    }
}

impl Trail {
    /// The last day through which the approval of its emergency may follow that has not.
    pub(super) fn awaited_through(&self, late_days: u32) -> Option<NaiveDate> {
        match self.emergency(late_days, NaiveDate::MIN)?.stage? {
            Stage::Awaited { through } | Stage::Overdue { through } => Some(through),
            Stage::Ahead | Stage::Approved | Stage::Followed { .. } | Stage::Never => None,
        }
    }

    /// The emergency that the text on the mainline states, if it does.
    pub(crate) fn emergency(&self, late_days: u32, today: NaiveDate) -> Option<Emergency> {
        let exception = &self.text.as_ref()?.exception;
        let stated = exception.emergency.as_ref()?;
        let declaration = self.declaration().filter(|_| !self.is_cut());
        let stage = declaration.and_then(|it| match (it.approved, self.deciding()?.state) {
            (Some(_), _) => it.stage_of_approval(late_days),
            (None, _) if !exception.is_open() => Some(Stage::Never),
            (None, State::Open) => {
                let through = days_after(it.first.arrived?, late_days);
                Some(match is_past(through, today) {
                    true => Stage::Overdue { through },
                    false => Stage::Awaited { through },
                })
            }
            (None, _) => None,
        });
        let (declared, reason) = (stated.declared.clone(), stated.reason.clone());
        Some(Emergency { declared, reason, stage, late_days })
    }

    /// Whether the last approval is that of an emergency, and followed in time.
    pub(super) fn is_excused(&self, late_days: u32) -> bool {
        let last = self.revisions.iter().rev().find(|it| it.state.is_approved());
        last.is_some_and(|last| self.is_emergency_in_time(last, late_days))
    }

    /// The days by which approvals came late, which the verdict does not say; oldest first. That
    /// of an emergency in time is none.
    pub(crate) fn earlier_lateness(&self, late_days: u32) -> Vec<i64> {
        let told = self.revisions.iter().rposition(|it| it.state.is_approved());
        let told = told.filter(|_| self.verdict == Verdict::ApprovedLate);
        let others = self.revisions.iter().enumerate().filter(|(at, _)| Some(*at) != told);
        let late = others.filter_map(|(_, it)| match it.state {
            State::ApprovedLate { days } => {
                (!self.is_emergency_in_time(it, late_days)).then_some(days)
            }
            _ => None,
        });
        late.collect()
    }

    /// Whether a revision is the one by which an emergency was approved in time.
    fn is_emergency_in_time(&self, revision: &Revision, late_days: u32) -> bool {
        let end = self.revisions.partition_point(|it| it.position <= revision.position);
        let declaration = declaration(&self.revisions[..end]);
        declaration.is_some_and(|it| {
            it.approved.is_some_and(|approved| approved.position == revision.position)
                && it.days().is_some_and(|days| days <= i64::from(late_days))
        })
    }

    fn declaration(&self) -> Option<Declaration<'_>> {
        declaration(&self.revisions)
    }
}

/// The newest emergency. Neither a deletion nor another text of what nobody has approved yet makes
/// it another one.
fn declaration(revisions: &[Revision]) -> Option<Declaration<'_>> {
    let mut newest: Option<Declaration<'_>> = None;
    for revision in revisions {
        let Some(text) = &revision.text else { continue };
        let Some(stated) = &text.exception.emergency else {
            // A settled text that states none ends it.
            let is_settled = !matches!(revision.state, State::Open | State::Unknown);
            newest = newest.map(|it| Declaration { is_over: it.is_over || is_settled, ..it });
            continue;
        };
        let declared = stated.declared.as_str();
        let known = newest.take().filter(|it| !it.is_over || it.declared == declared);
        let known = known.unwrap_or(Declaration {
            declared,
            first: revision,
            approved: None,
            is_over: false,
        });
        let approved = known.approved.or(revision.state.is_approved().then_some(revision));
        let is_over = known.is_over || approved.is_some();
        newest = Some(Declaration { declared, approved, is_over, ..known });
    }
    newest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approval_of_the_same_day_follows_on_that_day() {
        let told = |days, is_in_time| Stage::Followed { days, is_in_time }.told(3, NaiveDate::MIN);
        let within = "within the 3 days allowed";
        assert_eq!(told(0, true), format!("the approval followed on the same day, {within}"));
        assert_eq!(told(2, true), format!("the approval followed 2 days later, {within}"));
        let after = "the approval followed 4 days later, which is after the 3 days allowed";
        assert_eq!(told(4, false), after);
    }
}
