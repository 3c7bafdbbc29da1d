//! EXC120: a target of a kind that the policy does not know.

use super::scope_fault::{Fault, FaultyTarget};
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::source::schema::{list, nearest};

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Target(check) };

const CODE: Code = Code::error("EXC120", "scope-kind");

const DOCS: &str = r##"## What it checks

That the kind of every target, the word before the `:`, is one of those under `scope` in the policy, or one of the built-in `azure`, `github` and `service`. Only open records are judged.

## Why it matters

The policy says for each kind how broad a target may be. Of a kind that it does not know, nobody can tell whether a target is one resource or the whole estate.

## Example

```yaml
scope:
  - azur:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-model-proxy
```

## Instead

```yaml
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-model-proxy
```
"##;

fn check(target: &FaultyTarget<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Fault::UnknownKind(kind) = &target.fault else { return };
    let kinds = &context.policy.scope;
    let help = match nearest(kind, kinds.keys().map(String::as_str)) {
        Some(known) => format!("did you mean `{known}:`?"),
        None => {
            let known: Vec<String> = kinds.keys().cloned().collect();
            format!("use {}, or add the kind under `scope` in the policy", list(&known))
        }
    };
    let message = format!("the policy knows no targets of the kind `{kind}`");
    findings.push(CODE.finding(target.place.clone(), message).help(help));
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_rule, check_rule_with};
    use super::RULE;

    #[test]
    fn an_unknown_kind_is_found() {
        check_rule(
            &RULE,
            "
scope:
  - azure:/subscriptions/s/resourceGroups/g
  - aws:/123456789012/bucket
#   ^^^^^^^^^^^^^^^^^^^^^^^^ error[EXC120]: the policy knows no targets of the kind `aws`
",
        );
    }

    #[test]
    fn kinds_of_the_policy_and_the_built_in_ones_are_known() {
        let aws = "scope: {aws: {levels: [account, resource]}}";
        check_rule_with(&RULE, "scope: [aws:/123456789012/bucket, service:/search]", aws);
    }

    #[test]
    fn a_closed_record_is_history() {
        check_rule(
            &RULE,
            "
scope: [aws:/123456789012/bucket]
closed: {date: 2026-11-18, outcome: withdrawn, note: The prototype was given up.}
",
        );
    }
}
