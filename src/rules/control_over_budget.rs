//! EXC304: a control with more open exceptions than the policy deems healthy.

use super::over_budget::{Budget, Share};
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::register::Register;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Register(check) };

const CODE: Code = Code::warning("EXC304", "control-over-budget");

const DOCS: &str = r#"## What it checks

That no control has more open exceptions than the policy's `budgets.per_control`. The finding stands in the record opened last; without a budget there is none.

## Why it matters

A control that many teams cannot meet says something about the control. Its owner may have to change it, or provide what is missing to meet it.

## Example

```yaml
# exceptions/policy.yaml
budgets: {per_control: 1}
```

```yaml
# exceptions/EXC-2026-9T4B.yaml
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-search
opened: 2026-11-12
```

## Instead

```yaml
# exceptions/policy.yaml
budgets: {per_control: 1}
```

```yaml
# exceptions/EXC-2026-9T4B.yaml
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-search
opened: 2026-11-12
closed:
  date: 2026-11-18
  outcome: remediated
  note: The search endpoint is private; change PLAT-2240 shows the scan.
```
"#;

fn check(register: &Register, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(limit) = context.policy.budgets.per_control else { return };
    let budget = Budget {
        code: &CODE,
        pointer: "/budgets/per_control",
        limit,
        help: "close what is no longer needed, and ask the control's owner whether it can be met",
    };
    budget.check(
        register,
        context,
        |record| {
            let controls = record.exception.controls.iter().enumerate();
            // A control that stands twice in a record is one exception from it.
            let is_first = |(index, name): &(usize, &String)| {
                !record.exception.controls[..*index].contains(name)
            };
            let share = |(index, name)| Share { name, pointer: format!("/controls/{index}") };
            controls.filter(is_first).map(|(index, name)| share((index, name.as_str()))).collect()
        },
        |control| format!("deviate from `{control}`"),
        findings,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::report_of;

    const RECORDS: &[(&str, &str)] = &[
        ("a.yaml", "id: A\nopened: 2026-11-08\ncontrols: [LOG-002, AZ-NET-004]\n"),
        ("b.yaml", "id: B\nopened: 2026-11-07\n"),
        ("c.yaml", "id: C\nclosed: {date: 2026-11-10, outcome: withdrawn, note: n}\n"),
    ];

    #[test]
    fn the_exception_opened_last_is_the_one_too_many() {
        insta::assert_snapshot!(report_of(&RULE, RECORDS, "budgets: {per_control: 1}\n"), @r"
        a.yaml:3:21 warning[EXC304]: 2 open exceptions deviate from `AZ-NET-004`; the budget is 1
          policy.yaml:9:24 the budget
          help: close what is no longer needed, and ask the control's owner whether it can be met
        ");
    }

    #[test]
    fn a_full_budget_is_no_overrun_and_no_budget_no_limit() {
        assert_eq!(report_of(&RULE, RECORDS, "budgets: {per_control: 2}\n"), "");
        assert_eq!(report_of(&RULE, RECORDS, ""), "");
    }

    #[test]
    fn a_control_named_twice_in_a_record_counts_once() {
        let records = [("a.yaml", "controls: [LOG-002, LOG-002]\n")];
        assert_eq!(report_of(&RULE, &records, "budgets: {per_control: 1}\n"), "");
    }
}
