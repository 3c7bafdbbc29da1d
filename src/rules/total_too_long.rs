//! EXC205: an exception whose grants together run longer than the policy allows.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::window::{days_after, days_between};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::OpenRecord(check) };

const CODE: Code = Code::error("EXC205", "total-too-long");

const DOCS: &str = r#"## What it checks

That an open exception, with all its renewals, runs no longer than the policy allows (`durations.max_total_days`), counted from `opened` to `expires`.

## Why it matters

Each renewal may be short and well founded, and the sum of them still a permanent exception. The total puts an end to that.

## Example

```yaml
# exceptions/policy.yaml
durations: {max_total_days: 180}
```

```yaml
opened: 2026-07-20
expires: 2027-01-31
renewals:
  - date: 2026-10-15
    until: 2027-01-10
    reason: The vendor moved the private link preview from October to December (ticket 48213).
    evidence: https://example.com/vendor/status/48213
  - date: 2026-11-16
    until: 2027-01-31
    reason: The December preview starts in the last week of January in our region (ticket 49020).
    evidence: https://example.com/vendor/status/49020
reviews:
  - {date: 2026-10-15, by: ai-risk-board, note: Vendor date checked; traffic still internal only.}
```

## Instead

```yaml
# exceptions/policy.yaml
durations: {max_total_days: 180}
```

```yaml
opened: 2026-07-20
expires: 2027-01-10
renewals:
  - date: 2026-10-15
    until: 2027-01-10
    reason: The vendor moved the private link preview from October to December (ticket 48213).
    evidence: https://example.com/vendor/status/48213
remediation:
  plan: Migrate to private link in the vendor's 2027-02 release.
  milestones:
    - {due: 2026-12-21, what: Private endpoint created in staging}
reviews:
  - {date: 2026-10-15, by: ai-risk-board, note: Vendor date checked; traffic still internal only.}
```
"#;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    let (Some(opened), Some(expires)) = (exception.opened, exception.expires) else { return };
    let (days, max) = (days_between(opened, expires), context.policy.durations.max_total_days);
    if days <= max.into() {
        return;
    }
    let message = format!("the exception runs for {days} days in total; the policy allows {max}");
    let help = format!(
        "it can end on {} at the latest; file a new record for what is needed after that",
        days_after(opened, max)
    );
    let finding = CODE.finding(record.at("/expires"), message).help(help);
    let finding = finding.label(record.at("/opened"), "counted from here");
    findings.push(context.because(finding, "/durations/max_total_days", "the longest total"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{check_rule, check_rule_with, report_of};

    #[test]
    fn the_longest_total_is_still_allowed() {
        check_rule(&RULE, "opened: 2026-01-01\nexpires: 2027-06-25\n");
    }

    #[test]
    fn a_day_more_is_not() {
        check_rule(
            &RULE,
            "
opened: 2026-01-01
#       ---------- counted from here
expires: 2027-06-26
#        ^^^^^^^^^^ error[EXC205]: the exception runs for 541 days in total; the policy allows 540
",
        );
    }

    #[test]
    fn the_policys_line_and_the_latest_day_are_named() {
        let policy = "durations: {max_total_days: 80}\n";
        insta::assert_snapshot!(report_of(&RULE, &[("EXC-2026-K7QD.yaml", "")], policy), @r"
        EXC-2026-K7QD.yaml:28:10 error[EXC205]: the exception runs for 87 days in total; the policy allows 80
          EXC-2026-K7QD.yaml:27:9 counted from here
          policy.yaml:9:29 the longest total
          help: it can end on 2027-01-24 at the latest; file a new record for what is needed after that
        ");
    }

    #[test]
    fn a_closed_exception_runs_no_more() {
        check_rule_with(
            &RULE,
            "closed: {date: 2026-11-12, outcome: remediated, note: The endpoint is private.}\n",
            "durations: {max_total_days: 80}\n",
        );
    }
}
