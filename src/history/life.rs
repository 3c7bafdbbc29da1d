//! The life of a record in days, as reports count it: what it was allowed from when until when, when
//! somebody approved it, and who.
//!
//! Invariant: nothing here depends on today, so that it can be kept. Days are those on which commits
//! landed (UTC), which a backdated commit does not move; what a record claims is not asked, but for
//! its last valid day, and for the `opened` and `closed` of the text that landed first: a register
//! that is begun with what there was before tells of it too.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::cover::Gap;
use super::standing::Standing;
use super::verdict::{Revision, State, Trail, Verdict};
use super::way_out::WayOut;
use crate::git::ObjectId;
use crate::model::window::days_after;
use crate::policy::{Evidence, Policy};

/// What reports count in the history of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Life {
    pub(crate) id: String,
    pub(crate) verdict: Verdict,
    /// The file that holds the text which stands on the mainline; none where the record was deleted,
    /// or cannot be read.
    pub(crate) text: Option<ObjectId>,
    /// The `opened` of the text that landed first.
    pub(crate) opened: Option<NaiveDate>,
    /// The day on which it was first approved.
    pub(crate) approved: Option<NaiveDate>,
    /// The last valid day that it stated when it first landed.
    pub(crate) promised: Option<NaiveDate>,
    /// The day since which the mainline holds a text that nobody has approved.
    pub(crate) waiting: Option<NaiveDate>,
    /// The last day through which the approval of an emergency may follow that has not.
    pub(crate) awaited: Option<NaiveDate>,
    /// Times that it was allowed for longer, filed again, or opened again.
    pub(crate) renewals: usize,
    /// What became of it, in the order in which it landed.
    pub(crate) turns: Vec<Turn>,
    /// Each person once for each revision that counts.
    pub(crate) approvals: Vec<Given>,
    /// When it was expired until something let it go on or ended it.
    pub(crate) gaps: Vec<Gap>,
    /// How the text that waits may get its approval.
    pub(crate) way: Option<WayOut>,
}

/// A day on which what a record allows changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Turn {
    pub(crate) day: NaiveDate,
    pub(crate) kind: TurnKind,
    /// The last valid day from then on.
    pub(crate) expires: Option<NaiveDate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TurnKind {
    Filed,
    /// Allowed for longer, filed again or opened again.
    Renewed,
    /// Still open, with another last valid day.
    Moved,
    Closed,
    Deleted,
}

/// An approval that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Given {
    pub(crate) person: String,
    pub(crate) kind: Evidence,
    pub(crate) day: NaiveDate,
}

/// What a record was on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It had not landed.
    Ahead,
    Open,
    /// Open, and past its last valid day.
    Expired,
    Ended,
}

impl Trail {
    /// Its life, as far as this clone holds it. `policy` is the settled one.
    pub(crate) fn life(&self, policy: Option<&Policy>) -> Life {
        let first = self.revisions.iter().find_map(|it| it.text.as_ref());
        let approved = self.revisions.iter().find(|it| it.state.is_approved());
        Life {
            id: self.id.clone(),
            verdict: self.verdict,
            text: self.standing().text,
            opened: first.and_then(|text| text.exception.opened),
            approved: approved.and_then(Revision::approved_on),
            promised: self.first_promised,
            waiting: self.waiting_since(),
            awaited: policy.and_then(|it| self.awaited_through(it.approvals.late_days)),
            renewals: self.renewals,
            turns: self.turns(),
            approvals: self.revisions.iter().flat_map(Revision::given).collect(),
            gaps: self.gaps.clone(),
            way: policy.and_then(|policy| self.way_out(policy)),
        }
    }

    /// The day on which the oldest text since the settled one landed.
    fn waiting_since(&self) -> Option<NaiveDate> {
        if !matches!(self.verdict, Verdict::Lapsed | Verdict::Unapproved) {
            return None;
        }
        let is_settled = |it: &Revision| it.state.is_approved() || it.state == State::Deleted;
        let since = self.revisions.iter().rposition(is_settled).map_or(0, |at| at + 1);
        let open = self.revisions.get(since..)?.iter().find(|it| it.state == State::Open);
        open.and_then(Revision::arrived_on)
    }

    fn turns(&self) -> Vec<Turn> {
        let mut turns: Vec<Turn> = Vec::new();
        for revision in &self.revisions {
            let Some(day) = revision.arrived_on() else { continue };
            let last = turns.last().copied();
            let was_open = last.is_some_and(|it| !it.kind.is_end());
            let Some(text) = &revision.text else {
                // What cannot be read changes nothing.
                if revision.state == State::Deleted && was_open {
                    let expires = last.and_then(|it| it.expires);
                    turns.push(Turn { day, kind: TurnKind::Deleted, expires });
                }
                continue;
            };
            let (exception, expires) = (&text.exception, text.exception.expires);
            let kind = match (exception.is_open(), last) {
                (_, None) => {
                    // It began when it says so, if that was before it landed.
                    let begun = exception.opened.map_or(day, |opened| opened.min(day));
                    turns.push(Turn { day: begun, kind: TurnKind::Filed, expires });
                    if let Some(closed) = &exception.closed {
                        let day = closed.date.map_or(day, |date| date.clamp(begun, day));
                        turns.push(Turn { day, kind: TurnKind::Closed, expires });
                    }
                    continue;
                }
                (true, Some(_)) if revision.is_renewal || !was_open => TurnKind::Renewed,
                (true, Some(last)) if last.expires == expires => continue,
                (true, Some(_)) => TurnKind::Moved,
                (false, Some(_)) if was_open => TurnKind::Closed,
                (false, Some(_)) => continue,
            };
            turns.push(Turn { day, kind, expires });
        }
        turns
    }
}

impl Revision {
    /// The day on which it landed, as far as its commit can be believed.
    fn arrived_on(&self) -> Option<NaiveDate> {
        self.arrived.or_else(|| self.day())
    }

    /// The day on which its text was approved, if it was.
    pub(crate) fn approved_on(&self) -> Option<NaiveDate> {
        let arrived = self.arrived_on()?;
        match self.state {
            State::Approved => Some(arrived),
            State::ApprovedLate { days } => {
                Some(days_after(arrived, days.try_into().unwrap_or_default()))
            }
            State::NotNeeded | State::Open | State::Deleted | State::Unknown => None,
        }
    }

    fn given(&self) -> Vec<Given> {
        let Some(day) = self.approved_on() else { return Vec::new() };
        let given = self.evidence.iter();
        given.map(|it| Given { person: it.person.clone(), kind: it.kind, day }).collect()
    }
}

impl TurnKind {
    /// Whether nothing is open from then on.
    pub(crate) fn is_end(self) -> bool {
        matches!(self, Self::Closed | Self::Deleted)
    }
}

impl Life {
    pub(crate) fn standing(&self) -> Standing {
        Standing { verdict: self.verdict, text: self.text }
    }

    /// The day on which it began: the earlier of its first landing and the `opened` that it landed
    /// with.
    pub(crate) fn begun(&self) -> Option<NaiveDate> {
        self.turns.first().map(|turn| turn.day)
    }

    /// What it was at the end of a day.
    pub(crate) fn on(&self, day: NaiveDate) -> Phase {
        let n_before = self.turns.partition_point(|turn| turn.day <= day);
        let Some(last) = n_before.checked_sub(1).and_then(|at| self.turns.get(at)) else {
            return Phase::Ahead;
        };
        match last.expires {
            _ if last.kind.is_end() => Phase::Ended,
            Some(expires) if !crate::model::window::is_past(expires, day) => Phase::Open,
            _ => Phase::Expired,
        }
    }

    /// The days on which it expired while open: nothing had renewed or ended it by the next one.
    pub(crate) fn expiries(&self) -> impl Iterator<Item = NaiveDate> {
        let next = self.turns.iter().skip(1).map(|turn| Some(turn.day)).chain([None]);
        self.turns.iter().zip(next).filter_map(|(turn, next)| {
            let expires = turn.expires.filter(|_| !turn.kind.is_end())?;
            // What lands on the first day after the last valid one has left no day without cover.
            let first = days_after(expires, 1).max(turn.day);
            next.is_none_or(|next| first < next).then_some(first)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn life(turns: &[(&str, TurnKind, &str)]) -> Life {
        let turns = turns.iter().map(|&(at, kind, expires)| Turn {
            day: day(at),
            kind,
            expires: Some(day(expires)),
        });
        Life {
            id: "EXC-2026-K7QD".to_owned(),
            verdict: Verdict::Approved,
            text: None,
            opened: None,
            approved: None,
            promised: None,
            waiting: None,
            awaited: None,
            renewals: 0,
            turns: turns.collect(),
            approvals: Vec::new(),
            gaps: Vec::new(),
            way: None,
        }
    }

    #[test]
    fn the_last_valid_day_is_open_and_the_next_is_expired() {
        let life = life(&[("2026-01-10", TurnKind::Filed, "2026-03-31")]);
        assert_eq!(life.on(day("2026-01-09")), Phase::Ahead);
        assert_eq!(life.on(day("2026-01-10")), Phase::Open);
        assert_eq!(life.on(day("2026-03-31")), Phase::Open);
        assert_eq!(life.on(day("2026-04-01")), Phase::Expired);
        assert_eq!(life.expiries().collect::<Vec<_>>(), [day("2026-04-01")]);
    }

    #[test]
    fn what_was_renewed_or_closed_in_time_never_expired() {
        let life = life(&[
            ("2026-01-10", TurnKind::Filed, "2026-03-31"),
            ("2026-03-31", TurnKind::Renewed, "2026-06-30"),
            ("2026-06-01", TurnKind::Closed, "2026-06-30"),
        ]);
        assert_eq!(life.on(day("2026-04-15")), Phase::Open);
        assert_eq!(life.on(day("2026-06-01")), Phase::Ended);
        assert_eq!(life.expiries().count(), 0);
    }

    #[test]
    fn a_renewal_after_the_expiry_leaves_the_expiry_counted() {
        let life = life(&[
            ("2026-01-10", TurnKind::Filed, "2026-03-31"),
            ("2026-04-10", TurnKind::Renewed, "2026-06-30"),
        ]);
        assert_eq!(life.on(day("2026-04-05")), Phase::Expired);
        assert_eq!(life.on(day("2026-04-10")), Phase::Open);
        let expected = [day("2026-04-01"), day("2026-07-01")];
        assert_eq!(life.expiries().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_was_expired_when_it_landed_expired_on_that_day() {
        let life = life(&[("2026-04-10", TurnKind::Filed, "2026-03-31")]);
        assert_eq!(life.expiries().collect::<Vec<_>>(), [day("2026-04-10")]);
    }
}
