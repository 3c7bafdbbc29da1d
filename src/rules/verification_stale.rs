//! EXC209: a compensating control whose verification holds no more.

use chrono::NaiveDate;

use super::{Check, Context, Rule, command_id};
use crate::finding::{Code, Finding};
use crate::model::Lifetime;
use crate::model::window::{days_left, is_past, n_days};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::OpenRecord(check) };

const CODE: Code = Code::error("EXC209", "verification-stale").calendar();

const DOCS: &str = r#"## What it checks

That every compensating control of an open exception has been verified within its own `verify_every`, counted from `verified`. A month that lacks the day ends on its last one. Without `verify_every`, or with one that is longer than that, a verification holds for a year, and it must still hold on the day on which the exception is opened.

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
    for (index, control) in exception.compensating_controls.iter().enumerate() {
        let Some(last_day) = control.holds_until() else { continue };
        let pointer = |key: &str| format!("/compensating_controls/{index}/{key}");
        let has_period = !control.verify_every.is_empty();
        let opened = exception.opened.filter(|&opened| !has_period && last_day < opened);
        let message = match (is_past(last_day, context.today), has_period, opened) {
            (true, true, _) => {
                format!("the verification held until {last_day}, {}", ago(last_day, context))
            }
            (true, false, _) => format!(
                "without `verify_every` the verification held for a year, until {last_day}, {}",
                ago(last_day, context)
            ),
            (false, _, Some(opened)) => format!(
                "without `verify_every` the verification holds for a year, until {last_day}, and the exception is opened on {opened}"
            ),
            (false, _, None) => continue,
        };
        let mut finding = CODE.finding(record.at(&pointer("verified")), message);
        if has_period {
            let text = match Lifetime::parse(&control.verify_every) {
                Some(period) if !period.is_longer_than_a_year() => "how long it holds",
                _ => "it holds for a year at most",
            };
            finding = finding.label(record.at(&pointer("verify_every")), text);
        }
        let nth = match exception.compensating_controls.len() {
            1 => String::new(),
            _ => format!(" --nth {}", index + 1),
        };
        findings.push(finding.owner(&exception.owner).help(format!(
            "verify the control again, then run `exc verify-control {}{nth} --evidence …`",
            command_id(exception)
        )));
    }
}

fn ago(last_day: NaiveDate, context: &Context<'_>) -> String {
    format!("{} ago", n_days(-days_left(last_day, context.today)))
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
          help: verify the control again, then run `exc verify-control EXC-2026-K7QD --evidence …`
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
    fn without_a_period_a_verification_holds_for_a_year() {
        check_rule(
            &RULE,
            "
compensating_controls:
  - {description: d, owner: a@example.com, evidence: e, verified: 2025-11-20}
  - {description: d, owner: a@example.com, evidence: e, verified: 2025-11-19}
#                                                                 ^^^^^^^^^^ error[EXC209]: without `verify_every` the verification held for a year, until 2026-11-19, 1 day ago
  - {description: d, owner: a@example.com, evidence: e, verified: 0001-01-01}
#                                                                 ^^^^^^^^^^ error[EXC209]: without `verify_every` the verification held for a year, until 0002-01-01, 739574 days ago
",
        );
    }

    #[test]
    fn a_verification_holds_when_the_exception_is_opened() {
        check_rule(
            &RULE,
            "
opened: 2026-12-01
compensating_controls:
  - {description: d, owner: a@example.com, evidence: e, verified: 2025-12-01}
  - {description: d, owner: a@example.com, evidence: e, verified: 2025-11-30}
#                                                                 ^^^^^^^^^^ error[EXC209]: without `verify_every` the verification holds for a year, until 2026-11-30, and the exception is opened on 2026-12-01
",
        );
    }

    #[test]
    fn no_period_makes_a_verification_hold_longer_than_a_year() {
        for period in ["9999y", "9999m", "367d", "for ever"] {
            let found = found("2025-11-19", period);
            assert!(found.contains("held until 2026-11-19, 1 day ago"), "{period}: {found}");
            assert!(found.contains("it holds for a year at most"), "{period}: {found}");
        }
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
