//! How often a record was renewed, and how late a text was approved, counted from what landed and
//! not from what it claims.

use super::landed::{Landed, Landing};
use super::verdict::{Revision, RevisionKind, State};
use crate::model::window::days_between;

/// Seconds between the commits of one rebase, as they claim.
const RUN_SECONDS: i64 = 60;

/// Whether a landing is of the same run as the commit at an older position: commits of one parent
/// that one committer put on the mainline one after the other, as a rebase merge does.
pub(super) fn is_one_run(landed: &Landed, from: usize, landing: &Landing) -> bool {
    // The landings stand in the order of their places.
    let start = landed.landings.partition_point(|it| it.position < from);
    let end = landed.landings.partition_point(|it| it.position <= landing.position);
    let run = landed.landings.get(start..end).unwrap_or_default();
    let n_between = landing.position.saturating_sub(from) + 1;
    run.len() == n_between
        && run.iter().all(|it| it.commit.parents.len() < 2 && it.malformed.is_none())
        && run.windows(2).all(|pair| {
            let [older, newer] = pair else { return false };
            let gap = newer.commit.committer.seconds - older.commit.committer.seconds;
            older.commit.committer.who.email == newer.commit.committer.who.email
                && (0..=RUN_SECONDS).contains(&gap)
        })
}

/// Whether an approval came with the text that landed at an older position, or how long after it.
pub(super) fn approved(landed: &Landed, from: usize, landing: &Landing) -> State {
    if landing.position == from || is_one_run(landed, from, landing) {
        return State::Approved;
    }
    let day = |position| landed.clock.day(position);
    let days = match (day(from), day(landing.position)) {
        (Some(from), Some(to)) => days_between(from, to),
        _ => 0,
    };
    State::ApprovedLate { days }
}

/// Tells which revisions allow a record for longer, file it again or open it again, and counts them.
/// The commits of one rebase count once.
pub(super) fn mark_renewals(landed: &Landed, revisions: &mut [Revision]) -> usize {
    let mut n_renewals = 0;
    let mut last_renewal: Option<usize> = None;
    for at in 1..revisions.len() {
        let (older, newer) = (&revisions[at - 1], &revisions[at]);
        if !is_renewal(older, newer) {
            continue;
        }
        let position = newer.position;
        let is_same_run = last_renewal.is_some_and(|from| {
            let at = landed.landings.partition_point(|it| it.position < position);
            let landing = landed.landings.get(at);
            landing.is_some_and(|landing| is_one_run(landed, from, landing))
        });
        revisions[at].is_renewal = !is_same_run;
        n_renewals += usize::from(!is_same_run);
        last_renewal = Some(position);
    }
    n_renewals
}

fn is_renewal(older: &Revision, newer: &Revision) -> bool {
    let Some(text) = &newer.text else { return false };
    let Some(before) = &older.text else {
        return newer.kind == RevisionKind::ReAdded && text.exception.is_open();
    };
    let is_later = match (before.exception.expires, text.exception.expires) {
        (Some(before), Some(after)) => before < after,
        (before, after) => before.is_some() && after.is_none(),
    };
    is_later || (!before.exception.is_open() && text.exception.is_open())
}
