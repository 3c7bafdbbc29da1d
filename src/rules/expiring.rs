//! EXC208: an open exception that ends soon.

use super::{Check, Context, Rule, way_on};
use crate::finding::{Code, Finding};
use crate::model::window::{Status, days_left, describe, status};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::warning("EXC208", "expiring").calendar();

const DOCS: &str = r#"## What it checks

That an open exception does not end within the policy's `warn_within_days`, 30 by default. The finding goes away when the record is closed or renewed.

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
    let window = context.policy.warn_within_days;
    if !is_active || days_left(expires, context.today) > window.into() {
        return;
    }
    let finding = CODE
        .finding(record.at("/expires"), describe(expires, context.today))
        .owner(&exception.owner)
        .help(way_on("once", context.today));
    findings.push(context.because(finding, "/warn_within_days", "the window"));
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
          help: add `closed: {date: 2026-11-20, outcome: remediated, note: …}` once the control is met; otherwise add `{date: 2026-11-20, until: …, reason: …, evidence: …}` to `renewals`, and set `expires` to its `until`
          owner: dana.ruiz@example.com
        ");
    }
}
