//! EXC215: a compensating control that is verified less than once a year.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::Lifetime;
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::OpenRecord(check) };

const CODE: Code = Code::error("EXC215", "verification-too-rare");

const DOCS: &str = r#"## What it checks

That `verify_every` of every compensating control of an open exception is a year or less: `1y`, `12m`, `52w` or `366d` at most.

## Why it matters

The longer nobody looks, the more likely the control is gone. A verification that holds for longer than any exception may run is one that is never made again.

## Example

```yaml
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    reduces: use of a leaked key from outside
    owner: net.ops@example.com
    evidence: https://example.com/runs/8841
    verified: 2026-11-02
    verify_every: 99y
```

## Instead

```yaml
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    reduces: use of a leaked key from outside
    owner: net.ops@example.com
    evidence: https://example.com/runs/8841
    verified: 2026-11-02
    verify_every: 90d
```
"#;

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    for (index, control) in exception.compensating_controls.iter().enumerate() {
        if Lifetime::parse(&control.verify_every).is_none_or(|it| !it.is_longer_than_a_year()) {
            continue;
        }
        let pointer = format!("/compensating_controls/{index}/verify_every");
        let message = format!("`{}` is longer than a year", control.verify_every);
        findings.push(CODE.finding(record.at(&pointer), message).help(
            "write how long a verification holds: `1y` or less, and rather days than months",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{check_rule, report_of};

    fn found(verify_every: &str) -> String {
        let control = format!(
            "compensating_controls:\n  - {{description: d, owner: a@example.com, evidence: e, verified: 2026-11-02, verify_every: {verify_every}}}\n"
        );
        report_of(&RULE, &[("EXC-2026-K7QD.yaml", &control)], "")
    }

    #[test]
    fn a_year_in_every_unit_is_the_longest() {
        for verify_every in ["1d", "366d", "52w", "12m", "1y"] {
            assert_eq!(found(verify_every), "", "{verify_every}");
        }
        for verify_every in ["367d", "53w", "13m", "2y", "9999y"] {
            assert!(found(verify_every).contains("is longer than a year"), "{verify_every}");
        }
    }

    #[test]
    fn the_finding_stands_at_the_period() {
        check_rule(
            &RULE,
            "
compensating_controls:
  - {description: d, owner: a@example.com, evidence: e, verified: 2026-11-01, verify_every: 21d}
  - {description: d, owner: a@example.com, evidence: e, verified: 2026-11-01, verify_every: 9999y}
#                                                                                           ^^^^^ error[EXC215]: `9999y` is longer than a year
",
        );
    }

    #[test]
    fn a_closed_exception_is_verified_no_more_and_another_form_is_no_period() {
        assert_eq!(found("soon"), "");
        check_rule(
            &RULE,
            "
compensating_controls:
  - {description: d, owner: a@example.com, evidence: e, verified: 2026-11-01, verify_every: 2y}
closed: {date: 2026-11-12, outcome: remediated, note: The endpoint is private.}
",
        );
    }
}
