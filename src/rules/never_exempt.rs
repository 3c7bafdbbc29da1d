//! EXC116: a control from which no exception is possible.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::OpenRecord(check) };

const CODE: Code = Code::error("EXC116", "never-exempt");

const DOCS: &str = r##"## What it checks

That no open record deviates from a control with `never_exempt: true` in the policy. Closed records stay as they are.

## Why it matters

Some rules hold without exception, because what they prevent cannot be undone: data that is deleted for good, an action that nobody can trace. The policy says so once, for every request.

## Example

```yaml
controls:
  - AZ-KV-001
```

## Instead

Meet the control, or propose a change of the policy, which has an approval of its own. Only controls that allow an exception belong in a record:

```yaml
controls:
  - AZ-NET-004
```
"##;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (index, id) in record.exception.controls.iter().enumerate() {
        let Some((known, control)) = context.policy.control(id) else { continue };
        if !control.never_exempt {
            continue;
        }
        let place = record.at(&format!("/controls/{index}"));
        let message = format!("`{id}` ({}) allows no exception", control.title);
        let finding = CODE
            .finding(place, message)
            .help("meet the control, or propose a change of the policy");
        let reason = format!("/controls/{known}/never_exempt");
        findings.push(context.because(finding, &reason, "the policy says so"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_rule, policy_labels};
    use super::RULE;

    #[test]
    fn a_control_without_exceptions_is_found() {
        check_rule(
            &RULE,
            "
controls: [AZ-NET-004, AZ-KV-001]
#                      ^^^^^^^^^ error[EXC116]: `AZ-KV-001` (Soft delete on key vaults) allows no exception
",
        );
    }

    #[test]
    fn the_line_of_the_policy_is_named() {
        assert_eq!(policy_labels(&RULE, "controls: [AZ-KV-001]", ""), ["true"]);
    }

    #[test]
    fn a_closed_record_stays_as_it_is() {
        check_rule(
            &RULE,
            "
controls: [AZ-KV-001]
closed: {date: 2026-11-18, outcome: rejected, note: Soft delete has no exceptions since 2026-11.}
",
        );
    }
}
