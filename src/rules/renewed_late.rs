//! EXC214: a renewal granted after the exception had expired.
//!
//! A warning, since an honest late renewal is how an expired exception is put in order again; the
//! gap stays visible. Where the first renewal came late, only the history can tell: the record no
//! longer names the first end.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::window::{days_between, is_past, n_days};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::OpenRecord(check) };

const CODE: Code = Code::warning("EXC214", "renewed-late");

const DOCS: &str = r#"## What it checks

That an open exception was renewed while the grant before still ran: no renewal is dated after the `until` of the one before it.

## Why it matters

In between, the control was not met and nothing allowed that. Nobody can undo the gap, and the date of the renewal must not be moved back to hide it; whoever reviews the exception should know.

## Example

```yaml
opened: 2026-07-20
expires: 2027-01-31
renewals:
  - date: 2026-10-01
    until: 2026-11-11
    reason: The vendor moved the private link preview from October to November (ticket 48213).
    evidence: https://example.com/vendor/status/48213
  - date: 2026-11-16
    until: 2027-01-31
    reason: The November preview lacks our region; the vendor names January (ticket 49020).
    evidence: https://example.com/vendor/status/49020
reviews:
  - {date: 2026-10-15, by: ai-risk-board, note: Vendor date checked; traffic still internal only.}
```

## Instead

```yaml
opened: 2026-07-20
expires: 2027-01-31
renewals:
  - date: 2026-10-01
    until: 2026-11-11
    reason: The vendor moved the private link preview from October to November (ticket 48213).
    evidence: https://example.com/vendor/status/48213
  - date: 2026-11-09
    until: 2027-01-31
    reason: The November preview lacks our region; the vendor names January (ticket 49020).
    evidence: https://example.com/vendor/status/49020
reviews:
  - {date: 2026-10-15, by: ai-risk-board, note: Vendor date checked; traffic still internal only.}
```
"#;

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (index, pair) in record.exception.renewals.windows(2).enumerate() {
        let (Some(until), Some(date)) = (pair[0].until, pair[1].date) else { continue };
        if !is_past(until, date) {
            continue;
        }
        let days = n_days(days_between(until, date));
        let message = format!("renewed {days} after the exception had expired");
        findings.push(
            CODE.finding(record.at(&format!("/renewals/{}/date", index + 1)), message)
                .label(record.at(&format!("/renewals/{index}/until")), "expired after this day")
                .help("leave the dates as they are; renew before the last valid day next time"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::check_rule;

    #[test]
    fn the_last_valid_day_is_soon_enough() {
        check_rule(
            &RULE,
            "
renewals:
  - {date: 2026-11-06, until: 2026-11-10, reason: r, evidence: e}
  - {date: 2026-11-10, until: 2027-01-31, reason: r, evidence: e}
",
        );
    }

    #[test]
    fn the_day_after_is_late() {
        check_rule(
            &RULE,
            "
renewals:
  - {date: 2026-11-06, until: 2026-11-10, reason: r, evidence: e}
#                             ---------- expired after this day
  - {date: 2026-11-11, until: 2027-01-31, reason: r, evidence: e}
#          ^^^^^^^^^^ warning[EXC214]: renewed 1 day after the exception had expired
",
        );
    }

    #[test]
    fn the_past_of_a_closed_exception_is_left_alone() {
        check_rule(
            &RULE,
            "
renewals:
  - {date: 2026-11-06, until: 2026-11-10, reason: r, evidence: e}
  - {date: 2026-11-11, until: 2027-01-31, reason: r, evidence: e}
closed: {date: 2026-11-12, outcome: remediated, note: The endpoint is private.}
",
        );
    }
}
