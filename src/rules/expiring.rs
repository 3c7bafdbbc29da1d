//! EXC208: an open exception that ends soon.

use super::{Check, Context, Rule, way_on};
use crate::finding::{Code, Finding};
use crate::model::Exception;
use crate::model::window::{Status, current_grant, days_between, days_left, describe, status};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::warning("EXC208", "expiring").calendar();

const DOCS: &str = r#"## What it checks

That an open exception does not end within the policy's `warn_within_days`, 30 by default. One that is granted for no longer than that is warned of in the second half of its days. The finding goes away when the record is closed or renewed.

## Why it matters

The owner still has time: to finish the remediation, or to gather the evidence that a renewal needs.

## Example

```yaml
remediation: {plan: Migrate to private link in the vendor's 2026-12 release.}
expires: 2026-12-10
```

## Instead

```yaml
expires: 2027-01-31
```
"#;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    let Some(expires) = exception.expires else { return };
    let is_active = status(exception, true, context.today) == Status::Active;
    if !is_active || days_left(expires, context.today) > window(exception, context) {
        return;
    }
    let finding = CODE
        .finding(record.at("/expires"), describe(expires, context.today))
        .owner(&exception.owner)
        .help(way_on("once", exception));
    findings.push(context.because(finding, "/warn_within_days", "the window"));
}

/// The days before the end on which there is a warning. Whoever has just been granted less than the
/// policy's window has nothing to do yet.
fn window(exception: &Exception, context: &Context<'_>) -> i64 {
    let window = i64::from(context.policy.warn_within_days);
    let granted = current_grant(exception).map(|grant| days_between(grant.from, grant.until));
    match granted {
        Some(granted) if granted <= window => granted / 2,
        _ => window,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{check_rule, check_rule_with, report_of};

    #[test]
    fn a_day_before_the_window_is_quiet() {
        check_rule(&RULE, "expires: 2026-12-21\n");
    }

    #[test]
    fn the_window_starts_when_so_many_days_are_left() {
        check_rule(
            &RULE,
            "
expires: 2026-12-20
#        ^^^^^^^^^^ warning[EXC208]: valid through 2026-12-20 (UTC), 30 days left
",
        );
    }

    #[test]
    fn a_grant_that_is_shorter_than_the_window_is_warned_of_in_its_second_half() {
        check_rule(&RULE, "opened: 2026-11-20\nexpires: 2026-12-20\n");
        check_rule(&RULE, "opened: 2026-11-15\nexpires: 2026-11-26\n");
        check_rule(
            &RULE,
            "
opened: 2026-11-15
expires: 2026-11-25
#        ^^^^^^^^^^ warning[EXC208]: valid through 2026-11-25 (UTC), 5 days left
",
        );
        // A renewal is a grant of its own.
        check_rule(
            &RULE,
            "
opened: 2026-08-01
expires: 2026-12-10
renewals:
  - {date: 2026-11-19, until: 2026-12-10, reason: The vendor moved it., evidence: ticket 49020}
",
        );
    }

    #[test]
    fn the_last_day_is_in_the_window_even_if_that_has_no_days() {
        check_rule_with(
            &RULE,
            "
expires: 2026-11-20
#        ^^^^^^^^^^ warning[EXC208]: valid through 2026-11-20 (UTC), today is the last day
",
            "warn_within_days: 0\n",
        );
    }

    #[test]
    fn expired_and_closed_are_not_expiring() {
        check_rule(&RULE, "expires: 2026-11-19\n");
        check_rule(
            &RULE,
            "
expires: 2026-11-25
closed: {date: 2026-11-20, outcome: remediated, note: The endpoint is private.}
",
        );
    }

    #[test]
    fn the_owner_and_the_policys_line_are_named() {
        let record = "expires: 2026-11-25\n";
        let policy = "warn_within_days: 14\n";
        insta::assert_snapshot!(report_of(&RULE, &[("EXC-2026-K7QD.yaml", record)], policy), @r"
        EXC-2026-K7QD.yaml:28:10 warning[EXC208]: valid through 2026-11-25 (UTC), 5 days left
          policy.yaml:9:19 the window
          help: `exc close EXC-2026-K7QD` once the control is met; otherwise `exc renew EXC-2026-K7QD`, with a new reason and new evidence
          owner: dana.ruiz@example.com
        ");
    }
}
