//! Months of the calendar, in UTC.

use chrono::{Datelike, Months, NaiveDate};

use crate::model::window::day_before;

/// A month, by its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month(NaiveDate);

impl Month {
    pub(super) fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    fn next(self) -> Self {
        Self(self.0.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX))
    }

    pub(super) fn last(self) -> NaiveDate {
        day_before(self.next().0)
    }

    pub(super) fn contains(self, day: NaiveDate) -> bool {
        Self::of(day) == self
    }

    /// `2026-11`.
    pub(super) fn name(self) -> String {
        self.0.format("%Y-%m").to_string()
    }
}

/// The months from one day's to another's, at most `max` of them, of which the latest are kept.
pub(super) fn between(from: NaiveDate, to: NaiveDate, max: usize) -> Vec<Month> {
    let mut months = Vec::new();
    let (mut month, last) = (Month::of(from), Month::of(to));
    while month <= last && month.0 != NaiveDate::MAX {
        months.push(month);
        month = month.next();
    }
    months.split_off(months.len().saturating_sub(max))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn the_months_between_two_days_include_both() {
        let names = |max| -> Vec<String> {
            let months = between(day("2026-11-20"), day("2027-02-01"), max);
            months.into_iter().map(Month::name).collect()
        };
        assert_eq!(names(12), ["2026-11", "2026-12", "2027-01", "2027-02"]);
        assert_eq!(names(2), ["2027-01", "2027-02"]);
    }

    #[test]
    fn a_month_ends_on_its_last_day() {
        assert_eq!(Month::of(day("2028-02-10")).last(), day("2028-02-29"));
        assert!(Month::of(day("2028-02-10")).contains(day("2028-02-29")));
    }
}
