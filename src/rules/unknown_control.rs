//! EXC115: a control that the catalogue does not have.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::source::Record;
use crate::source::schema::nearest;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::OpenRecord(check) };

const CODE: Code = Code::error("EXC115", "unknown-control");

const DOCS: &str = r##"## What it checks

That every control of an open record is in the catalogue, `controls` in the policy. A policy without a catalogue leaves the question open, and nothing is reported.

## Why it matters

The control says which rule is not met, how long an exception from it may run, and whether there may be one at all. Reports count by control; a typing error is a control of its own that nobody looks at.

## Example

```yaml
controls:
  - AZ-NET-04
```

## Instead

```yaml
controls:
  - AZ-NET-004
```
"##;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let policy = context.policy;
    if policy.controls.is_empty() {
        return;
    }
    for (index, id) in record.exception.controls.iter().enumerate() {
        if id.is_empty() || policy.control(id).is_some() {
            continue;
        }
        let catalogue = || policy.controls.iter().map(|control| control.id.as_str());
        let same = catalogue().find(|known| known.eq_ignore_ascii_case(id));
        let help = match same.or_else(|| nearest(id, catalogue())) {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("use a control of `{}`, or add it there first", policy.file().path()),
        };
        let place = record.at(&format!("/controls/{index}"));
        let message = format!("the catalogue has no control `{id}`");
        let finding = CODE.finding(place, message).help(help);
        findings.push(context.because(finding, "/controls", "the catalogue"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_rule, check_rule_with};
    use super::RULE;

    #[test]
    fn a_control_outside_the_catalogue_is_found() {
        check_rule(
            &RULE,
            "
controls:
  - AZ-NET-004
  - AZ-NET-04
#   ^^^^^^^^^ error[EXC115]: the catalogue has no control `AZ-NET-04`
  - az-kv-001
#   ^^^^^^^^^ error[EXC115]: the catalogue has no control `az-kv-001`
",
        );
    }

    #[test]
    fn without_a_catalogue_every_control_may_exist() {
        check_rule_with(&RULE, "controls: [ANY-1]", "controls: []");
    }

    #[test]
    fn a_closed_record_keeps_the_name_that_the_control_had() {
        check_rule(
            &RULE,
            "
controls: [OLD-1]
closed: {date: 2026-11-18, outcome: policy-changed, note: OLD-1 left the catalogue.}
",
        );
    }
}
