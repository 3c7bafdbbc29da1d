//! EXC211: a step of the remediation whose day has passed.

use super::{Check, Context, Rule, command_id};
use crate::finding::{Code, Finding};
use crate::model::window::{days_left, is_past, n_days};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::OpenRecord(check) };

const CODE: Code = Code::warning("EXC211", "milestone-past-due").calendar();

const DOCS: &str = r#"## What it checks

That every milestone of an open exception is `done`, or not yet `due`.

## Why it matters

A missed milestone is the earliest sign that the exception will not end on its day, while there is still time to act on it.

## Example

```yaml
remediation:
  plan: Migrate to private link in the vendor's 2027-02 release.
  milestones:
    - {due: 2026-11-12, what: Private endpoint created in staging}
```

## Instead

```yaml
remediation:
  plan: Migrate to private link in the vendor's 2027-02 release.
  milestones:
    - {due: 2026-11-12, what: Private endpoint created in staging, done: 2026-11-11}
```
"#;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    for (index, milestone) in exception.remediation.milestones.iter().enumerate() {
        let Some(due) = milestone.due.filter(|&due| is_past(due, context.today)) else { continue };
        let pointer = format!("/remediation/milestones/{index}");
        // A `done` that is no date has its own finding.
        if record.has(&format!("{pointer}/done")) {
            continue;
        }
        let ago = n_days(-days_left(due, context.today));
        let message = format!("the milestone was due on {due}, {ago} ago, and is not done");
        findings.push(
            CODE.finding(record.at(&format!("{pointer}/due")), message)
                .owner(&exception.owner)
                .help(format!(
                    "if it was reached, run `exc amend {} --done {}`; if it was not, write a new `due` and what changed in `plan`",
                    command_id(exception),
                    index + 1
                )),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{check_rule, report_of};

    #[test]
    fn a_milestone_may_be_reached_on_its_day() {
        check_rule(
            &RULE,
            "
remediation:
  plan: p
  milestones:
    - {due: 2026-11-20, what: w}
",
        );
    }

    #[test]
    fn the_day_after_it_is_late_unless_done() {
        check_rule(
            &RULE,
            "
remediation:
  plan: p
  milestones:
    - {due: 2026-11-19, what: w, done: 2026-11-20}
    - {due: 2026-11-19, what: w}
#           ^^^^^^^^^^ warning[EXC211]: the milestone was due on 2026-11-19, 1 day ago, and is not done
",
        );
    }

    #[test]
    fn the_plan_of_a_closed_exception_is_left_alone() {
        check_rule(
            &RULE,
            "
remediation:
  plan: p
  milestones:
    - {due: 2026-11-10, what: w}
closed: {date: 2026-11-12, outcome: policy-changed, note: The control allows it now.}
",
        );
    }

    #[test]
    fn the_owner_has_to_act() {
        let record = "remediation: {plan: p, milestones: [{due: 2026-11-01, what: w}]}\n";
        let found = report_of(&RULE, &[("EXC-2026-K7QD.yaml", record)], "");
        assert!(found.ends_with("owner: dana.ruiz@example.com\n"), "{found}");
    }
}
