//! EXC119: a compensating control at high risk that nobody has verified.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::RiskLevel;
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::OpenRecord(check) };

const CODE: Code = Code::error("EXC119", "unverified-compensating-control");

const DOCS: &str = r#"## What it checks

That every compensating control of an open exception at `high` or `critical` risk says on which day it was last `verified`. At `low` and `medium` risk the day may be left out.

## Why it matters

At these levels the risk is accepted only because something else lowers it. Evidence without a day shows that it once worked, and not whether it worked when the exception was asked for.

## Example

```yaml
risk: {level: high, statement: A leaked key could be used from anywhere.}
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    reduces: use of a leaked key from outside
    owner: net.ops@example.com
    evidence: https://example.com/runs/8841
```

## Instead

```yaml
risk: {level: high, statement: A leaked key could be used from anywhere.}
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    reduces: use of a leaked key from outside
    owner: net.ops@example.com
    evidence: https://example.com/runs/8841
    verified: 2026-11-02
    verify_every: 30d
```
"#;

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    let Some(level) = exception.risk.level.filter(|&level| level >= RiskLevel::High) else {
        return;
    };
    for (index, control) in exception.compensating_controls.iter().enumerate() {
        let pointer = format!("/compensating_controls/{index}");
        let written = |key: &str| record.has(&format!("{pointer}/{key}"));
        // A day that cannot be read, and a period without a day, have findings of their own.
        if control.verified.is_some() || written("verified") || written("verify_every") {
            continue;
        }
        let message = format!("at {level} risk this compensating control needs `verified`");
        findings.push(
            CODE.finding(record.at(&pointer), message)
                .label(record.at("/risk/level"), "the day may be left out at low and medium risk")
                .help("add `verified:` with the day on which it was last shown to work, and `verify_every:` with how long that holds"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{check_rule, report_of};

    const UNVERIFIED: &str =
        "compensating_controls: [{description: d, owner: a@example.com, evidence: e}]\n";

    fn found(level: &str, more: &str) -> String {
        let record = format!("risk: {{level: {level}, statement: It leaks.}}\n{UNVERIFIED}{more}");
        report_of(&RULE, &[("EXC-2026-K7QD.yaml", &record)], "")
    }

    #[test]
    fn the_day_is_needed_at_high_and_critical_risk() {
        for level in ["low", "medium", "huge"] {
            assert_eq!(found(level, ""), "", "{level}");
        }
        for level in ["high", "critical"] {
            let message = format!("at {level} risk this compensating control needs `verified`");
            assert!(found(level, "").contains(&message), "{level}");
        }
    }

    #[test]
    fn the_finding_stands_at_the_control_and_points_to_the_level() {
        check_rule(
            &RULE,
            "
risk:
  level: critical
#        -------- the day may be left out at low and medium risk
  statement: It leaks.
compensating_controls:
  - {description: d, owner: a@example.com, evidence: e, verified: 2026-11-01}
  - {description: d, owner: a@example.com, evidence: e}
#    ^^^^^^^^^^^ error[EXC119]: at critical risk this compensating control needs `verified`
",
        );
    }

    #[test]
    fn what_has_a_finding_already_gets_no_second_one() {
        for keys in ["verified: soon", "verify_every: 30d"] {
            check_rule(
                &RULE,
                &format!(
                    "compensating_controls:\n  - {{description: d, owner: a@example.com, evidence: e, {keys}}}\n"
                ),
            );
        }
    }

    #[test]
    fn a_closed_exception_needs_no_verification() {
        let closed =
            "closed: {date: 2026-11-12, outcome: remediated, note: The endpoint is private.}\n";
        assert_eq!(found("high", closed), "");
    }
}
