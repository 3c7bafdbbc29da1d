//! EXC209: a compensating control whose verification holds no more.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::Lifetime;
use crate::model::window::{days_left, is_past, n_days};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::error("EXC209", "verification-stale").calendar();

const DOCS: &str = r#"## What it checks

That every compensating control of an open exception has been verified within its own `verify_every`, counted from `verified`. A month that lacks the day ends on its last one. Without `verify_every` a verification holds as long as the exception.

## Why it matters

The risk was accepted because something else lowers it. A control that nobody has looked at since then may be gone.

## Example

```yaml
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    reduces: use of a leaked key from outside
    owner: net.ops@example.com
    evidence: https://example.com/runs/8841
    verified: 2026-10-02
    verify_every: 30d
```

## Instead

Verify it again, then write the day and the new evidence.

```yaml
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    reduces: use of a leaked key from outside
    owner: net.ops@example.com
    evidence: https://example.com/runs/9127
    verified: 2026-11-19
    verify_every: 30d
```
"#;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    if !exception.is_open() {
        return;
    }
    for (index, control) in exception.compensating_controls.iter().enumerate() {
        let lifetime = Lifetime::parse(&control.verify_every);
        let (Some(verified), Some(lifetime)) = (control.verified, lifetime) else { continue };
        let Some(last_day) = lifetime.after(verified) else { continue };
        if !is_past(last_day, context.today) {
            continue;
        }
        let ago = n_days(-days_left(last_day, context.today));
        let pointer = |key: &str| format!("/compensating_controls/{index}/{key}");
        let message = format!("the verification held until {last_day}, {ago} ago");
        findings.push(
            CODE.finding(record.at(&pointer("verified")), message)
                .label(record.at(&pointer("verify_every")), "how long it holds")
                .owner(&exception.owner)
                .help("verify the control again, then write that day as `verified` and what shows it as `evidence`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{check_rule, report_of};

    fn control(verified: &str, verify_every: &str) -> String {
        format!(
            "compensating_controls:\n  - description: d\n    owner: a@example.com\n    evidence: e\n    verified: {verified}\n    verify_every: {verify_every}\n"
        )
    }

    fn found(verified: &str, verify_every: &str) -> String {
        report_of(&RULE, &[("EXC-2026-K7QD.yaml", &control(verified, verify_every))], "")
    }

    #[test]
    fn the_last_day_of_a_verification_still_holds() {
        assert_eq!(found("2026-10-21", "30d"), "");
        assert_eq!(found("2026-11-06", "2w"), "");
    }

    #[test]
    fn the_finding_stands_at_the_verification_and_names_the_owner() {
        insta::assert_snapshot!(found("2026-10-20", "30d"), @r"
        EXC-2026-K7QD.yaml:19:15 error[EXC209]: the verification held until 2026-11-19, 1 day ago
          EXC-2026-K7QD.yaml:20:19 how long it holds
          help: verify the control again, then write that day as `verified` and what shows it as `evidence`
          owner: dana.ruiz@example.com
        ");
    }

    #[test]
    fn each_control_is_counted_by_itself() {
        check_rule(
            &RULE,
            "
compensating_controls:
  - {description: d, owner: a@example.com, evidence: e, verified: 2026-11-01, verify_every: 21d}
  - {description: d, owner: a@example.com, evidence: e, verified: 2026-10-01, verify_every: 21d}
#                                                                 ^^^^^^^^^^ error[EXC209]: the verification held until 2026-10-22, 29 days ago
#                                                                                           --- how long it holds
",
        );
    }

    #[test]
    fn without_a_period_a_verification_does_not_age() {
        check_rule(
            &RULE,
            "
compensating_controls:
  - {description: d, owner: a@example.com, evidence: e, verified: 2020-01-01}
",
        );
    }

    #[test]
    fn a_closed_exception_needs_no_verification() {
        check_rule(
            &RULE,
            "
compensating_controls:
  - {description: d, owner: a@example.com, evidence: e, verified: 2020-01-01, verify_every: 1d}
closed: {date: 2026-11-12, outcome: remediated, note: The endpoint is private.}
",
        );
    }

    #[test]
    fn d6_three_months_from_30_november_end_with_february() {
        let found = found("2025-11-30", "3m");
        assert!(found.contains("held until 2026-02-28, 265 days ago"), "{found}");
    }

    #[test]
    fn d6_a_year_from_a_leap_day_ends_with_february() {
        let found = found("2024-02-29", "1y");
        assert!(found.contains("held until 2025-02-28"), "{found}");
    }

    #[test]
    fn d2_a_verification_near_the_end_of_the_calendar_overflows_nothing() {
        assert_eq!(found("9999-12-31", "9999y"), "");
    }
}
