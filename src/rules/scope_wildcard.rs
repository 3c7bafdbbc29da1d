//! EXC123: a target with a wildcard.

use super::scope_fault::{Fault, FaultyTarget};
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Target(check) };

const CODE: Code = Code::error("EXC123", "scope-wildcard");

const DOCS: &str = r##"## What it checks

That no target contains `*` or `?`. Only open records are judged.

## Why it matters

A wildcard covers what nobody has looked at: what is there now under other names, and all that will be. The smallest set of targets can be listed; if the list is too long to write, the exception is too broad.

## Example

```yaml
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/*
```

## Instead

A target covers all that is below it, so nothing is needed after the last part:

```yaml
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-model-proxy
```
"##;

fn check(target: &FaultyTarget<'_>, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let &FaultyTarget { text, ref place, fault: Fault::Wildcard } = target else { return };
    let message = format!("`{text}` is a wildcard, not a target");
    let help = match text.trim_end_matches("/*").trim_end_matches("/**") {
        above if above != text && above.contains(":/") && !above.contains('*') => {
            format!("a target covers all that is below it: name what needs it below `{above}`")
        }
        _ => "list the targets that need it, one entry for each".to_owned(),
    };
    findings.push(CODE.finding(place.clone(), message).help(help));
}

#[cfg(test)]
mod tests {
    use super::super::testing::check_rule;
    use super::RULE;

    #[test]
    fn wildcards_are_found_in_whatever_form() {
        check_rule(
            &RULE,
            "
scope:
  - azure:/subscriptions/s/resourceGroups/rg-*
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[EXC123]: `azure:/subscriptions/s/resourceGroups/rg-*` is a wildcard, not a target
  - github:/example-org/gateway-?
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[EXC123]: `github:/example-org/gateway-?` is a wildcard, not a target
  - '*'
#   ^^^ error[EXC123]: `*` is a wildcard, not a target
  - azure:*
#   ^^^^^^^ error[EXC123]: `azure:*` is a wildcard, not a target
",
        );
    }

    #[test]
    fn a_closed_record_is_history() {
        check_rule(
            &RULE,
            "
scope: [github:/example-org/*]
closed: {date: 2026-11-18, outcome: withdrawn, note: The prototype was given up.}
",
        );
    }
}
