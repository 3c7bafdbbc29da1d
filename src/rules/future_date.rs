//! EXC213: something that is said to have happened on a day that has not come.
//!
//! Structural although it looks at the clock: a date that is written too far ahead comes from a
//! change, and time only heals it.

use std::fmt;

use chrono::NaiveDate;

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::Exception;
use crate::model::window::{days_after, days_between, is_ahead, n_days, parse_day};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::error("EXC213", "future-date");

const DOCS: &str = r#"## What it checks

That no day on which something has happened lies in the future: `verified`, the `date` of a review, a renewal or of `closed`, `done` of a milestone, and `declared` of an emergency. One day ahead is accepted, since some time zones reach the next day before UTC does. An exception may be filed a little ahead of its first day: `opened` of an open record lies at most 30 days ahead.

## Why it matters

A verification or a review dated ahead would stay fresh until long after it has gone stale, and every duration counts from `opened`: an exception that is opened in the year 9999 would never end. Mostly the year is mistyped.

## Example

```yaml
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    reduces: use of a leaked key from outside
    owner: net.ops@example.com
    evidence: https://example.com/runs/8841
    verified: 2027-11-02
    verify_every: 30d
```

## Instead

```yaml
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    reduces: use of a leaked key from outside
    owner: net.ops@example.com
    evidence: https://example.com/runs/8841
    verified: 2026-11-02
    verify_every: 30d
```
"#;

/// Days before its first one that an exception may be filed.
const PLANNED_DAYS: u32 = 30;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let today = context.today;
    let exception = &record.exception;
    let latest = days_after(today, PLANNED_DAYS);
    if let Some(opened) = exception.opened.filter(|&it| it > latest && exception.is_open()) {
        let ahead = n_days(days_between(today, opened));
        let message = format!("{opened} lies {ahead} ahead, and {PLANNED_DAYS} are allowed");
        findings.push(CODE.finding(record.at("/opened"), message).help(format!(
            "write the first day of the exception, {latest} or earlier, or file it later"
        )));
    }
    for_past_days(&record.exception, |date, pointer| {
        if is_ahead(date, today) {
            let ahead = n_days(days_between(today, date));
            let place = record.at(&pointer.to_string());
            findings.push(
                CODE.finding(place, format!("{date} lies {ahead} ahead"))
                    .help(format!("write the day on which it happened; today is {today} (UTC)")),
            );
        }
    });
}

/// Visits the days on which a record says that something has happened, with their pointers.
fn for_past_days(exception: &Exception, mut visit: impl FnMut(NaiveDate, fmt::Arguments<'_>)) {
    let mut visit = |date: Option<NaiveDate>, pointer: fmt::Arguments<'_>| {
        date.into_iter().for_each(|date| visit(date, pointer));
    };
    for (index, control) in exception.compensating_controls.iter().enumerate() {
        visit(control.verified, format_args!("/compensating_controls/{index}/verified"));
    }
    for (index, milestone) in exception.remediation.milestones.iter().enumerate() {
        visit(milestone.done, format_args!("/remediation/milestones/{index}/done"));
    }
    for (index, renewal) in exception.renewals.iter().enumerate() {
        visit(renewal.date, format_args!("/renewals/{index}/date"));
    }
    for (index, review) in exception.reviews.iter().enumerate() {
        visit(review.date, format_args!("/reviews/{index}/date"));
    }
    let declared = exception.emergency.as_ref().and_then(|it| it.declared.split_once('T'));
    visit(declared.and_then(|(day, _)| parse_day(day)), format_args!("/emergency/declared"));
    visit(exception.closed.as_ref().and_then(|it| it.date), format_args!("/closed/date"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{check_rule, report_of};

    #[test]
    fn every_day_of_the_past_is_looked_at() {
        check_rule(
            &RULE,
            "
compensating_controls:
  - {description: d, owner: a@example.com, evidence: e, verified: 2026-11-22}
#                                                                 ^^^^^^^^^^ error[EXC213]: 2026-11-22 lies 2 days ahead
remediation:
  plan: p
  milestones:
    - {due: 2027-01-15, what: w, done: 2027-01-10}
#                                      ^^^^^^^^^^ error[EXC213]: 2027-01-10 lies 51 days ahead
renewals:
  - {date: 2026-12-01, until: 2027-01-31, reason: r, evidence: e}
#          ^^^^^^^^^^ error[EXC213]: 2026-12-01 lies 11 days ahead
reviews:
  - {date: 2027-11-10, by: b, note: n}
#          ^^^^^^^^^^ error[EXC213]: 2027-11-10 lies 355 days ahead
closed: {date: 2026-11-30, outcome: remediated, note: The endpoint is private.}
#              ^^^^^^^^^^ error[EXC213]: 2026-11-30 lies 10 days ahead
",
        );
    }

    #[test]
    fn days_that_are_planned_may_lie_ahead() {
        check_rule(
            &RULE,
            "
opened: 2026-12-01
remediation:
  plan: p
  milestones:
    - {due: 2027-01-15, what: w}
",
        );
    }

    #[test]
    fn an_exception_is_filed_at_most_thirty_days_ahead() {
        let found = |record: &str| report_of(&RULE, &[("EXC-2026-K7QD.yaml", record)], "");
        assert_eq!(found("opened: 2026-12-20\nexpires: 2027-01-31\n"), "");
        insta::assert_snapshot!(found("opened: 2026-12-21\nexpires: 2027-01-31\n"), @r"
        EXC-2026-K7QD.yaml:27:9 error[EXC213]: 2026-12-21 lies 31 days ahead, and 30 are allowed
          help: write the first day of the exception, 2026-12-20 or earlier, or file it later
        ");
        let closed =
            "closed: {date: 2026-11-12, outcome: withdrawn, note: The test was cancelled.}\n";
        assert_eq!(found(&format!("opened: 2027-12-21\n{closed}")), "");
    }

    #[test]
    fn an_emergency_has_been_declared_already() {
        check_rule(
            &RULE,
            "
emergency: {declared: 2026-11-22T00:10:00Z, reason: The primary region was down.}
#                     ^^^^^^^^^^^^^^^^^^^^ error[EXC213]: 2026-11-22 lies 2 days ahead
",
        );
        check_rule(&RULE, "emergency: {declared: 2026-11-21T00:10:00Z, reason: It was down.}");
    }

    #[test]
    fn d3_a_zone_ahead_of_utc_may_write_its_own_day() {
        let record = "reviews:\n  - {date: 2026-11-21, by: b, note: n}\n";
        assert_eq!(report_of(&RULE, &[("EXC-2026-K7QD.yaml", record)], ""), "");
    }

    #[test]
    fn the_help_says_what_today_is() {
        let record = "reviews:\n  - {date: 2027-11-10, by: b, note: n}\n";
        insta::assert_snapshot!(report_of(&RULE, &[("EXC-2026-K7QD.yaml", record)], ""), @r"
        EXC-2026-K7QD.yaml:31:12 error[EXC213]: 2027-11-10 lies 355 days ahead
          help: write the day on which it happened; today is 2026-11-20 (UTC)
        ");
    }
}
