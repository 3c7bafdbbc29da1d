//! The last valid day: the latest that a policy allows, and the one that is proposed.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::model::{Exception, window};
use crate::policy::Policy;
use crate::source::Record;

/// Weeks by which a proposal moves to pass by the days on which others end.
const MAX_WEEKS: u32 = 8;

/// The latest last day that the policy allows what is granted from a day on, and which of its limits
/// that is.
pub(super) fn latest(
    exception: &Exception,
    policy: &Policy,
    begins: NaiveDate,
) -> (NaiveDate, String) {
    let limit = |days: u32, first: NaiveDate, what: &str, counted: &str| {
        let reason =
            format!("{what} gets at most {}{counted} {first}", window::n_days(days.into()));
        (window::days_after(first, days), reason)
    };
    let durations = &policy.durations;
    let total = durations.max_total_days;
    let mut limits = vec![match exception.opened.filter(|opened| *opened != begins) {
        Some(opened) => limit(total, opened, "an exception", " in all, from"),
        None => limit(total, begins, "an exception", " from"),
    }];
    if let Some(level) = exception.risk.level {
        let days = durations.max_days.get(level);
        limits.push(limit(days, begins, &format!("{level} risk"), " from"));
    }
    for id in &exception.controls {
        let days = policy.control(id).and_then(|(_, control)| control.max_days);
        limits.extend(days.map(|days| limit(days, begins, &format!("`{id}`"), " from")));
    }
    limits.into_iter().min().expect("one was pushed")
}

/// The latest working day that is no cliff and makes none, in no week that holds one; and why it is
/// not the latest day of all. It is no earlier than `first`; `ends` are the days on which others end.
pub(super) fn proposed(
    latest: NaiveDate,
    first: NaiveDate,
    ends: &BTreeMap<NaiveDate, Vec<&Record>>,
    policy: &Policy,
) -> (NaiveDate, Option<String>) {
    let n_on = |day: NaiveDate| ends.get(&day).map_or(0, Vec::len);
    let limit = policy.cliff.records;
    let cliff_near = |day: NaiveDate| {
        let monday = window::monday(day);
        let mut week = (0..7).map(|after| window::days_after(monday, after));
        let is_full = |other: &NaiveDate| n_on(*other) + usize::from(*other == day) >= limit;
        week.find(is_full)
    };
    let last = window::working_day_before(latest, 0);
    let days = (0..=MAX_WEEKS).map(|weeks| window::working_day_before(last, 7 * weeks));
    let mut days = days.take_while(|&day| day >= first);
    let free = days.find(|&day| cliff_near(day).is_none());
    let Some(day) = free else { return (latest, None) };
    let why = match cliff_near(last) {
        Some(cliff) => {
            let end = match n_on(cliff) {
                1 => "1 other ends".to_owned(),
                n => format!("{n} others end"),
            };
            Some(format!("proposed is {day}: {end} on {cliff}"))
        }
        None if day < latest => {
            let name = if latest.weekday() == Weekday::Sat { "Saturday" } else { "Sunday" };
            Some(format!("proposed is {day}: {latest} is a {name}"))
        }
        None => None,
    };
    (day, why)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{Risk, RiskLevel};
    use crate::register;
    use crate::rules::testing::{POLICY, RECORD, overlaid, policy};
    use crate::text::SourceFile;

    fn proposed_beside(ends: &[&str], latest: &str) -> (String, Option<String>) {
        let policy = policy(&format!("{POLICY}cliff: {{records: 3}}\n"));
        let file = |(n, end): (usize, &&str)| {
            let changes = format!("id: R{n}\nexpires: {end}\n");
            Arc::new(SourceFile::new(format!("exceptions/{n}.yaml"), overlaid(RECORD, &changes)))
        };
        let files = ends.iter().enumerate().map(file).collect();
        let register = register::from_files("exceptions", files, &policy.record_schema);
        let day = |text: &str| text.parse().expect("a day");
        let ends = register.ends();
        let (day, why) = proposed(day(latest), day("2026-11-20"), &ends, &policy);
        (day.to_string(), why)
    }

    #[test]
    fn the_limit_that_ends_first_is_the_reason_and_is_counted_from_its_own_day() {
        let policy = policy(&format!("{POLICY}durations: {{max_total_days: 100}}\n"));
        let day = |text: &str| text.parse().expect("a day");
        let exception = |opened: &str| Exception {
            opened: Some(day(opened)),
            risk: Risk { level: Some(RiskLevel::High), ..Risk::default() },
            ..Exception::default()
        };
        let latest = |opened: &str, begins: &str| {
            let (day, reason) = latest(&exception(opened), &policy, day(begins));
            format!("{day}: {reason}")
        };
        assert_eq!(
            latest("2026-11-20", "2026-11-20"),
            "2027-02-18: high risk gets at most 90 days from 2026-11-20"
        );
        assert_eq!(
            latest("2026-11-01", "2026-11-20"),
            "2027-02-09: an exception gets at most 100 days in all, from 2026-11-01"
        );
    }

    fn is(day: &str, why: &str) -> (String, Option<String>) {
        (day.to_owned(), Some(why.to_owned()).filter(|why| !why.is_empty()))
    }

    #[test]
    fn the_latest_day_is_proposed_if_it_is_a_working_day() {
        assert_eq!(proposed_beside(&[], "2027-02-18"), is("2027-02-18", ""));
        let why = "proposed is 2027-01-29: 2027-01-31 is a Sunday";
        assert_eq!(proposed_beside(&[], "2027-01-31"), is("2027-01-29", why));
    }

    #[test]
    fn a_week_with_a_cliff_is_passed_by_and_no_day_becomes_one() {
        let two = ["2027-02-18"; 2];
        let why = "proposed is 2027-02-11: 2 others end on 2027-02-18";
        assert_eq!(proposed_beside(&two, "2027-02-18"), is("2027-02-11", why));
        assert_eq!(proposed_beside(&two, "2027-02-19"), is("2027-02-19", ""));
        let why = "proposed is 2027-02-12: 3 others end on 2027-02-18";
        assert_eq!(proposed_beside(&["2027-02-18"; 3], "2027-02-19"), is("2027-02-12", why));
    }

    #[test]
    fn where_every_week_is_full_the_latest_day_stays() {
        let days = ["2026-11-20", "2026-11-23"].map(|day| [day; 3]).concat();
        assert_eq!(proposed_beside(&days, "2026-11-24"), is("2026-11-24", ""));
    }
}
