//! EXC124: a target that another target of the same record covers already.

use std::collections::HashMap;

use super::scope_fault::sound_targets;
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::enclosing;
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::error("EXC124", "scope-repeats");

const DOCS: &str = r##"## What it checks

That no target of a record equals another one of it, written differently, or lies within it. Paths are compared by whole parts and without regard to case. Only open records are judged.

## Why it matters

A list of targets is read as the extent of the exception. An entry that adds nothing makes it look precise where a broader entry beside it covers everything already, and whoever strikes the narrow one believes that it is no longer excepted.

## Example

```yaml
scope:
  - github:/example-org/model-gateway
  - github:/example-org/model-gateway/.github/workflows
```

## Instead

```yaml
scope:
  - github:/example-org/model-gateway/.github/workflows
```
"##;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.exception.scope.len() < 2 {
        return;
    }
    let targets = sound_targets(record, context);
    let keys: Vec<String> = targets.iter().map(|(_, target)| target.key()).collect();
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (at, key) in keys.iter().enumerate() {
        first.entry(key).or_insert(at);
    }
    for (at, key) in keys.iter().enumerate() {
        let is_other = |cover: &usize| *cover != at;
        let Some(cover) = enclosing(key).find_map(|key| first.get(key).copied().filter(is_other))
        else {
            continue;
        };
        let ((index, target), (cover_index, cover_target)) = (&targets[at], &targets[cover]);
        if target == cover_target {
            // The schema says so.
            continue;
        }
        let is_same = keys[cover] == *key;
        let (message, label) = match is_same {
            true => (
                format!("`{target}` is `{cover_target}` again, written differently"),
                "the same target",
            ),
            false => {
                (format!("`{target}` is covered by `{cover_target}` already"), "this contains it")
            }
        };
        let help = match is_same {
            true => "remove one of the two".to_owned(),
            false => {
                format!("remove `{cover_target}` if this is all that needs it, else remove this")
            }
        };
        let place = record.at(&format!("/scope/{index}"));
        let label_place = record.at(&format!("/scope/{cover_index}"));
        findings.push(CODE.finding(place, message).label(label_place, label).help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_rule, report_of};
    use super::RULE;

    #[test]
    fn a_target_within_another_of_its_record_is_found() {
        check_rule(
            &RULE,
            "
scope:
  - azure:/subscriptions/s/resourceGroups/g/providers/p/t/n
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[EXC124]: `azure:/subscriptions/s/resourceGroups/g/providers/p/t/n` is covered by `azure:/subscriptions/s/ResourceGroups/G` already
  - azure:/subscriptions/s/ResourceGroups/G
#   --------------------------------------- this contains it
  - azure:/subscriptions/s/resourceGroups/g-next
",
        );
    }

    #[test]
    fn a_target_in_another_case_is_the_same_target() {
        check_rule(
            &RULE,
            "
scope:
  - github:/example-org/gateway
#   --------------------------- the same target
  - github:/Example-Org/Gateway
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[EXC124]: `github:/Example-Org/Gateway` is `github:/example-org/gateway` again, written differently
",
        );
    }

    #[test]
    fn the_edit_is_named() {
        let scope = "scope: [service:/a, service:/a/b, service:/A]";
        insta::assert_snapshot!(report_of(&RULE, &[("a.yaml", scope)], ""), @r"
        a.yaml:5:21 error[EXC124]: `service:/a/b` is covered by `service:/a` already
          a.yaml:5:9 this contains it
          help: remove `service:/a` if this is all that needs it, else remove this
        a.yaml:5:35 error[EXC124]: `service:/A` is `service:/a` again, written differently
          a.yaml:5:9 the same target
          help: remove one of the two
        ");
    }

    #[test]
    fn the_same_text_twice_a_faulty_target_and_a_closed_record_are_left_alone() {
        for changes in [
            "scope: [service:/a, service:/a]",
            "scope: [github:/example-org, github:/example-org/gateway]",
            "scope: [service:/a, service:/a/b]\nclosed: {date: 2026-11-18, outcome: withdrawn, note: n}",
        ] {
            assert_eq!(report_of(&RULE, &[("a.yaml", changes)], ""), "", "{changes}");
        }
    }
}
