//! EXC303: a team with more open exceptions than the policy deems healthy.

use super::over_budget::{Budget, Share};
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::register::Register;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Register(check) };

const CODE: Code = Code::warning("EXC303", "team-over-budget");

const DOCS: &str = r#"## What it checks

That no team owns more open exceptions than the policy's `budgets.per_team`. The finding stands in the record opened last; without a budget there is none.

## Why it matters

Many exceptions of one team have a common cause more often than not: a missing platform feature, a control that does not fit its work, too few hands. That is worth one conversation rather than ten records.

## Example

```yaml
# exceptions/policy.yaml
budgets: {per_team: 1}
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
budgets: {per_team: 1}
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
    let Some(limit) = context.policy.budgets.per_team else { return };
    let budget = Budget {
        code: &CODE,
        pointer: "/budgets/per_team",
        limit,
        help: "close what is no longer needed, and ask what the team's exceptions have in common",
    };
    let describe = |team: &str| format!("are owned by the team `{team}`");
    budget.check(
        register,
        context,
        |record| {
            let name = record.exception.owner.team.as_str();
            vec![Share { name, pointer: "/owner/team".to_owned() }]
        },
        describe,
        findings,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::report_of;

    const RECORDS: &[(&str, &str)] = &[
        ("a.yaml", "id: A\nopened: 2026-11-08\n"),
        ("b.yaml", "id: B\nopened: 2026-11-07\n"),
        (
            "c.yaml",
            "id: C\nopened: 2026-11-09\nowner: {name: n, email: n@example.com, team: other}\n",
        ),
        ("d.yaml", "id: D\nclosed: {date: 2026-11-10, outcome: withdrawn, note: n}\n"),
    ];

    #[test]
    fn the_exception_opened_last_is_the_one_too_many() {
        insta::assert_snapshot!(report_of(&RULE, RECORDS, "budgets: {per_team: 1}\n"), @r"
        a.yaml:10:62 warning[EXC303]: 2 open exceptions are owned by the team `ai-platform`; the budget is 1
          policy.yaml:9:21 the budget
          help: close what is no longer needed, and ask what the team's exceptions have in common
        ");
    }

    #[test]
    fn a_full_budget_is_no_overrun_and_no_budget_no_limit() {
        assert_eq!(report_of(&RULE, RECORDS, "budgets: {per_team: 2}\n"), "");
        assert_eq!(report_of(&RULE, RECORDS, ""), "");
    }
}
