//! EXC114: nothing lowers a risk above `low`.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::RiskLevel;
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::OpenRecord(check) };

const CODE: Code = Code::error("EXC114", "no-compensating-control");

const DOCS: &str = r##"## What it checks

That an open record with a risk above `low` has at least one compensating control.

## Why it matters

An exception without one says that the risk is there and that nothing is done about it until the last day. Writing the deviation down lowers no risk.

## Example

```yaml
compensating_controls: []
```

## Instead

Something that is in place today, with whoever keeps it working and where that can be seen. If the risk is low in truth, say so in `risk.level` and why in `risk.statement`.

```yaml
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    reduces: use of a leaked key from outside
    owner: net.ops@example.com
    evidence: https://example.com/runs/8841
    verified: 2026-11-02
```
"##;

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    let Some(level) = exception.risk.level else { return };
    let list = record.tree().find("/compensating_controls");
    let is_empty = list.is_some_and(|list| list.is_list() && list.items().len() == 0);
    if level == RiskLevel::Low || !is_empty {
        return;
    }
    let message = format!("no compensating control at {level} risk");
    let finding = CODE.finding(record.at("/compensating_controls"), message);
    findings.push(
        finding
            .label(record.at("/risk/level"), "the list may be empty at low risk only")
            .help("say what lowers the risk meanwhile, who keeps it working, and where to see that it does"),
    );
}

#[cfg(test)]
mod tests {
    use super::super::testing::check_rule;
    use super::RULE;

    #[test]
    fn a_risk_above_low_needs_something_that_lowers_it() {
        check_rule(
            &RULE,
            "
risk:
  level: medium
#        ------ the list may be empty at low risk only
  statement: Prompt traffic is reachable from the internet.
compensating_controls: []
#^^^^^^^^^^^^^^^^^^^^ error[EXC114]: no compensating control at medium risk
",
        );
    }

    #[test]
    fn a_low_risk_a_closed_record_and_an_unknown_risk_need_none() {
        check_rule(
            &RULE,
            "
risk: {level: low, statement: The page could show yesterday's numbers.}
compensating_controls: []
",
        );
        check_rule(
            &RULE,
            "
compensating_controls: []
closed: {date: 2026-11-18, outcome: withdrawn, note: The prototype was given up.}
",
        );
        check_rule(
            &RULE,
            "
risk: {level: hgih, statement: The page could show yesterday's numbers.}
compensating_controls: []
",
        );
    }

    #[test]
    fn a_missing_list_is_a_missing_field_and_not_an_empty_one() {
        check_rule(&RULE, "compensating_controls:");
    }
}
