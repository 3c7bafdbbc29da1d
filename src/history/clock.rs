//! When the commits of a mainline landed, as far as their own claims can be believed.
//!
//! A commit's date is what its committer wrote. Its place on the mainline is a fact: it landed after
//! what stands before it and before what stands after it. The claims of most commits agree with
//! that; those of the others are named, and bracketed by their neighbours.
//!
//! Invariant: the order comes from the mainline, never from a date. Moments are seconds since 1970,
//! UTC.

use chrono::{DateTime, NaiveDate, NaiveTime};

/// How far two honest clocks may differ.
const SKEW_SECONDS: i64 = 600;

/// The claimed moments of a mainline's commits, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    claimed: Vec<i64>,
    /// The latest moment that a commit or one before it claims.
    latest: Vec<i64>,
    /// The moments between which each commit landed, by those that agree with each other: for
    /// these the two are the same.
    brackets: Vec<(i64, i64)>,
}

/// Where the mainline stood at a moment, as a place on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// Everything landed later.
    BeforeAll,
    At(usize),
    /// Claims contradict each other: it stood somewhere from the first, which may be before all,
    /// to the second.
    Between(Option<usize>, usize),
}

impl Clock {
    /// `claimed` are the moments of all commits, oldest first.
    pub(crate) fn new(claimed: impl IntoIterator<Item = i64>) -> Self {
        let claimed: Vec<i64> = claimed.into_iter().collect();
        let mut running = i64::MIN;
        let latest = claimed.iter().map(|&moment| {
            running = running.max(moment);
            running
        });
        let latest = latest.collect();
        let brackets = brackets(&claimed);
        Self { claimed, latest, brackets }
    }

    /// The same, where it is known that nothing was made after `now`: what claims to be says nothing
    /// of when it, or what stands after it, landed.
    pub(crate) fn until(mut self, now: i64) -> Self {
        let mut running = i64::MIN;
        for (latest, &claimed) in self.latest.iter_mut().zip(&self.claimed) {
            running = running.max(if claimed <= now { claimed } else { i64::MIN });
            *latest = running;
        }
        self
    }

    /// What the committer claims.
    pub(crate) fn claimed(&self, position: usize) -> i64 {
        self.claimed.get(position).copied().unwrap_or_default()
    }

    /// The latest moment that any of them claims.
    pub(crate) fn latest(&self) -> i64 {
        self.claimed.iter().copied().max().unwrap_or(i64::MIN)
    }

    /// The day (UTC) on which it landed at the earliest, if no commit before it claims too late a
    /// moment; none outside of the calendar. Backdating a commit does not move it.
    pub(crate) fn day(&self, position: usize) -> Option<NaiveDate> {
        let landed = self.latest.get(position).copied()?;
        DateTime::from_timestamp(landed, 0).map(|moment| moment.date_naive())
    }

    /// Whether a claim contradicts most of its neighbours by more than clocks differ.
    pub(crate) fn is_odd(&self, position: usize) -> bool {
        self.brackets.get(position).is_some_and(|&(from, to)| {
            let claimed = self.claimed(position);
            claimed < from.saturating_sub(SKEW_SECONDS) || claimed > to.saturating_add(SKEW_SECONDS)
        })
    }

    /// The places of odd claims, and of those that are later than `now`.
    pub(crate) fn odd(&self, now: Option<i64>) -> Vec<usize> {
        let is_ahead = |position: usize| {
            now.is_some_and(|now| self.claimed(position) > now.saturating_add(SKEW_SECONDS))
        };
        (0..self.claimed.len()).filter(|&at| self.is_odd(at) || is_ahead(at)).collect()
    }

    /// Where the mainline stood at a moment.
    pub(crate) fn as_of(&self, moment: i64) -> Position {
        // Both sides of the brackets rise along the mainline, so that each splits it in one place.
        let certain = self.brackets.partition_point(|&(_, to)| to <= moment);
        let possible = self.brackets.partition_point(|&(from, _)| from <= moment);
        let certain = certain.checked_sub(1);
        match possible.checked_sub(1) {
            None => Position::BeforeAll,
            Some(possible) if certain == Some(possible) => Position::At(possible),
            Some(possible) => Position::Between(certain, possible),
        }
    }
}

/// For each claim the neighbours, among those that rise, between which it lies.
fn brackets(claimed: &[i64]) -> Vec<(i64, i64)> {
    let is_rising = rising(claimed);
    let mut brackets = vec![(i64::MIN, i64::MAX); claimed.len()];
    let mut from = i64::MIN;
    for (at, bracket) in brackets.iter_mut().enumerate() {
        from = if is_rising[at] { claimed[at] } else { from };
        bracket.0 = from;
    }
    let mut to = i64::MAX;
    for (at, bracket) in brackets.iter_mut().enumerate().rev() {
        to = if is_rising[at] { claimed[at] } else { to };
        bracket.1 = to;
    }
    brackets
}

/// Which claims are among the most that rise together: a longest subsequence that never falls.
fn rising(claimed: &[i64]) -> Vec<bool> {
    // For each length, the end of the subsequence that ends earliest.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(claimed.len());
    for (at, &moment) in claimed.iter().enumerate() {
        let length = ends.partition_point(|&end| claimed[end] <= moment);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut is_rising = vec![false; claimed.len()];
    let mut next = ends.last().copied();
    while let Some(at) = next {
        is_rising[at] = true;
        next = before[at];
    }
    is_rising
}

/// The first second of a day in UTC.
pub(crate) fn start_of(day: NaiveDate) -> i64 {
    day.and_time(NaiveTime::MIN).and_utc().timestamp()
}

/// The last second of a day in UTC.
pub(crate) fn end_of(day: NaiveDate) -> i64 {
    const SECONDS: i64 = 24 * 60 * 60;
    start_of(day) + SECONDS - 1
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_mainline_whose_dates_rise_is_read_as_it_claims() {
        let clock = Clock::new([100, 200, 300]);
        assert_eq!(clock.as_of(99), Position::BeforeAll);
        assert_eq!(clock.as_of(100), Position::At(0));
        assert_eq!(clock.as_of(299), Position::At(1));
        assert_eq!(clock.as_of(10_000), Position::At(2));
        assert_eq!(clock.odd(Some(300)), [0; 0]);
    }

    #[test]
    fn a_backdated_commit_landed_no_earlier_than_the_one_before_it() {
        let day = 86_400;
        let clock = Clock::new([10 * day, 20 * day, 5, 21 * day]);
        assert_eq!(clock.claimed(2), 5);
        assert_eq!(clock.day(2), NaiveDate::from_ymd_opt(1970, 1, 21));
        assert_eq!(clock.odd(None), [2]);
    }

    #[test]
    fn one_forged_date_moves_no_other_commit() {
        let clock = Clock::new([1_000, 2_000, 99_000, 3_000, 4_000, 5_000]);
        assert_eq!(clock.odd(None), [2]);
        assert_eq!(clock.as_of(4_500), Position::At(4));
        let clock = Clock::new([1_000, 2_000, 3_000, 4_000, 1, 5_000]);
        assert_eq!(clock.odd(None), [4]);
        assert_eq!(clock.as_of(2_500), Position::At(1));
    }

    #[test]
    fn where_a_forged_commit_stood_at_a_moment_is_not_picked() {
        let clock = Clock::new([1_000, 2_000, 99_000, 3_000]);
        assert_eq!(clock.as_of(2_500), Position::Between(Some(1), 2));
        assert_eq!(clock.as_of(1_999), Position::At(0));
        assert_eq!(clock.as_of(3_000), Position::At(3));
        assert_eq!(Clock::new([99_000, 2_000, 3_000]).as_of(500), Position::Between(None, 0));
    }

    #[test]
    fn a_date_that_has_not_come_keeps_no_later_landing_from_its_day() {
        let day = 86_400;
        let clock = Clock::new([10 * day, 4_100_000_000, 11 * day]);
        assert_eq!(clock.day(2), NaiveDate::from_ymd_opt(2099, 12, 3));
        let clock = clock.until(12 * day);
        assert_eq!(clock.day(2), NaiveDate::from_ymd_opt(1970, 1, 12));
        assert_eq!(clock.odd(Some(12 * day)), [1]);
    }

    #[test]
    fn clocks_may_differ_by_ten_minutes() {
        assert_eq!(Clock::new([100, 1_000, 400, 2_000]).odd(None), [0; 0]);
        assert_eq!(Clock::new([100, 1_000, 399, 2_000, 3_000]).odd(None), [1]);
        assert_eq!(Clock::new([1_000]).odd(Some(400)), [0; 0]);
        assert_eq!(Clock::new([1_000]).odd(Some(399)), [0]);
    }

    proptest! {
        /// What is kept of a mainline stays true while its dates go on.
        #[test]
        fn claims_that_go_on_make_no_other_odd(
            claimed in vec(0_i64..100_000, 0..40),
            steps in vec(0_i64..50_000, 1..10),
        ) {
            let before = Clock::new(claimed.iter().copied());
            let mut latest = before.latest().max(0);
            let later = steps.iter().map(|step| {
                latest += step;
                latest
            });
            let after = Clock::new(claimed.iter().copied().chain(later));
            prop_assert_eq!(before.odd(None), after.odd(None));
            for position in 0..claimed.len() {
                prop_assert_eq!(before.day(position), after.day(position));
            }
        }
    }

    #[test]
    fn the_end_of_a_day_is_its_last_second() {
        let day = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day");
        assert_eq!(end_of(day), 86_399);
    }
}
