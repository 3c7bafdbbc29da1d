//! EXC202: dates in an order in which nothing can have happened.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::error("EXC202", "dates-reversed");

const DOCS: &str = r#"## What it checks

That no day lies before the one it follows: `expires` before `opened`, the `date` of `closed` before `opened`, the `until` of a renewal before the renewal's own `date`. And that no milestone of an open exception which is still to be reached is `due` after `expires`.

## Why it matters

A mistyped year is the usual cause. Until it is corrected, nobody can say for how long the exception was granted, and every rule about its duration counts from the wrong day. A milestone past the end is a promise that nothing holds anybody to: the exception is over before it is due.

## Example

```yaml
expires: 2027-01-31
remediation:
  plan: Migrate to private link in the vendor's 2027-02 release.
  milestones:
    - {due: 2028-01-15, what: Private endpoint created in staging}
```

## Instead

The steps until the last valid day; what takes longer gets its day when the exception is renewed.

```yaml
expires: 2027-01-31
remediation:
  plan: Migrate to private link in the vendor's 2027-02 release.
  milestones:
    - {due: 2027-01-15, what: Private endpoint created in staging}
```
"#;

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    if let (Some(opened), Some(expires)) = (exception.opened, exception.expires)
        && expires < opened
    {
        let message = format!("`expires` is {expires}, before the exception was opened");
        findings.push(
            CODE.finding(record.at("/expires"), message)
                .label(record.at("/opened"), "opened here")
                .help(format!("correct the wrong one; `expires` is {opened} or later")),
        );
    }
    if let (Some(opened), Some(closed)) =
        (exception.opened, exception.closed.as_ref().and_then(|closed| closed.date))
        && closed < opened
    {
        findings.push(
            CODE.finding(record.at("/closed/date"), "closed before the exception was opened")
                .label(record.at("/opened"), "opened here")
                .help("write the day on which the exception ended"),
        );
    }
    for (index, renewal) in exception.renewals.iter().enumerate() {
        if let (Some(date), Some(until)) = (renewal.date, renewal.until)
            && until < date
        {
            let pointer = |key: &str| format!("/renewals/{index}/{key}");
            findings.push(
                CODE.finding(record.at(&pointer("until")), "the renewal ends before it begins")
                    .label(record.at(&pointer("date")), "renewed here")
                    .help(format!("correct the wrong one; `until` is {date} or later")),
            );
        }
    }
    milestones(record, findings);
}

/// What is still to be reached is due while the exception holds.
fn milestones(record: &Record, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    let Some(expires) = exception.expires.filter(|_| exception.is_open()) else { return };
    for (index, milestone) in exception.remediation.milestones.iter().enumerate() {
        let pointer = |key: &str| format!("/remediation/milestones/{index}/{key}");
        // A `done` that cannot be read has its own finding.
        if milestone.due.is_none_or(|due| due <= expires) || record.has(&pointer("done")) {
            continue;
        }
        let message = "the milestone is due after the exception ends";
        findings.push(
            CODE.finding(record.at(&pointer("due")), message)
                .label(record.at("/expires"), "ends here")
                .help(format!("set `due: {expires}` or earlier; a later step is promised when the exception is renewed")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::check_rule;

    #[test]
    fn d7_an_exception_does_not_end_before_it_is_opened() {
        check_rule(
            &RULE,
            "
opened: 2027-11-05
#       ---------- opened here
expires: 2027-01-31
#        ^^^^^^^^^^ error[EXC202]: `expires` is 2027-01-31, before the exception was opened
",
        );
    }

    #[test]
    fn an_exception_of_one_day_is_in_order() {
        check_rule(
            &RULE,
            "
opened: 2026-11-05
expires: 2026-11-05
closed: {date: 2026-11-05, outcome: withdrawn, note: The test was cancelled.}
",
        );
    }

    #[test]
    fn closing_follows_opening() {
        check_rule(
            &RULE,
            "
opened: 2026-11-05
#       ---------- opened here
closed: {date: 2026-11-04, outcome: withdrawn, note: The test was cancelled.}
#              ^^^^^^^^^^ error[EXC202]: closed before the exception was opened
",
        );
    }

    #[test]
    fn what_is_still_to_be_reached_is_due_by_the_last_day() {
        check_rule(
            &RULE,
            "
remediation:
  plan: p
  milestones:
    - {due: 2027-01-31, what: w}
    - {due: 2027-02-01, what: w, done: 2026-11-12}
    - {due: 2027-02-01, what: w}
#           ^^^^^^^^^^ error[EXC202]: the milestone is due after the exception ends
expires: 2027-01-31
#        ---------- ends here
",
        );
    }

    #[test]
    fn a_closed_exception_promises_nothing_more() {
        check_rule(
            &RULE,
            "
remediation: {plan: p, milestones: [{due: 2027-02-01, what: w}]}
closed: {date: 2026-11-12, outcome: withdrawn, note: The test was cancelled.}
",
        );
    }

    #[test]
    fn every_renewal_ends_after_it_begins() {
        check_rule(
            &RULE,
            "
renewals:
  - {date: 2026-11-10, until: 2026-11-10, reason: r, evidence: e}
  - {date: 2027-11-20, until: 2027-01-31, reason: r, evidence: e}
#          ---------- renewed here
#                             ^^^^^^^^^^ error[EXC202]: the renewal ends before it begins
",
        );
    }
}
