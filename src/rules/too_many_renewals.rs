//! EXC204: an exception that has been renewed more often than the policy allows.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::OpenRecord(check) };

const CODE: Code = Code::error("EXC204", "too-many-renewals");

const DOCS: &str = r#"## What it checks

That an open exception has no more `renewals` than the policy allows (`durations.max_renewals`).

## Why it matters

An exception that is renewed again and again is no exception any more: either the control does not fit, and the policy should change, or the plan does not work, and needs another decision than one more extension.

## Example

```yaml
# exceptions/policy.yaml
durations: {max_renewals: 1}
```

```yaml
opened: 2026-07-01
expires: 2027-01-15
renewals:
  - date: 2026-09-01
    until: 2026-10-31
    reason: The vendor moved the private link preview from August to October (ticket 48213).
    evidence: https://example.com/vendor/status/48213
  - date: 2026-10-20
    until: 2027-01-15
    reason: The October preview lacks our region; the vendor names January (ticket 49020).
    evidence: https://example.com/vendor/status/49020
reviews:
  - {date: 2026-10-20, by: ai-risk-board, note: Vendor date checked; traffic still internal only.}
```

## Instead

Close the record. What is still needed is a new record, and a new decision.

```yaml
# exceptions/policy.yaml
durations: {max_renewals: 1}
```

```yaml
opened: 2026-07-01
expires: 2026-10-31
renewals:
  - date: 2026-09-01
    until: 2026-10-31
    reason: The vendor moved the private link preview from August to October (ticket 48213).
    evidence: https://example.com/vendor/status/48213
closed: {date: 2026-10-30, outcome: superseded, note: EXC-2026-9T4B covers what is left after the move.}
```
"#;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (n, max) = (record.exception.renewals.len(), context.policy.durations.max_renewals);
    if n <= max {
        return;
    }
    let message = match max {
        0 => "the exception is renewed; the policy allows no renewal".to_owned(),
        max => format!("the exception is renewed {n} times; the policy allows {max}"),
    };
    let help = "close it; file a new record for what is still needed, or ask the control's owner to change the control";
    let finding = CODE.finding(record.at(&format!("/renewals/{max}")), message).help(help);
    findings.push(context.because(finding, "/durations/max_renewals", "the most renewals"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{check_rule, check_rule_with};

    #[test]
    fn the_last_allowed_renewal_is_allowed() {
        check_rule(
            &RULE,
            "
renewals:
  - {date: 2026-11-10, until: 2027-01-10, reason: r, evidence: e}
  - {date: 2026-11-11, until: 2027-01-31, reason: r, evidence: e}
",
        );
    }

    #[test]
    fn the_first_renewal_too_many_is_marked() {
        check_rule(
            &RULE,
            "
renewals:
  - {date: 2026-11-10, until: 2027-01-10, reason: r, evidence: e}
  - {date: 2026-11-11, until: 2027-01-21, reason: r, evidence: e}
  - {date: 2026-11-12, until: 2027-01-31, reason: r, evidence: e}
#    ^^^^ error[EXC204]: the exception is renewed 3 times; the policy allows 2
",
        );
    }

    #[test]
    fn a_policy_may_forbid_renewals() {
        check_rule_with(
            &RULE,
            "
renewals:
  - {date: 2026-11-10, until: 2027-01-31, reason: r, evidence: e}
#    ^^^^ error[EXC204]: the exception is renewed; the policy allows no renewal
",
            "durations: {max_renewals: 0}\n",
        );
    }

    #[test]
    fn a_closed_exception_is_left_alone() {
        check_rule_with(
            &RULE,
            "
renewals:
  - {date: 2026-11-10, until: 2027-01-31, reason: r, evidence: e}
closed: {date: 2026-11-12, outcome: remediated, note: The endpoint is private.}
",
            "durations: {max_renewals: 0}\n",
        );
    }
}
