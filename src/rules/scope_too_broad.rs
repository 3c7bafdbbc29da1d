//! EXC122: a target broader than the policy allows.

use super::scope_fault::{Fault, FaultyTarget};
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Target(check) };

const CODE: Code = Code::error("EXC122", "scope-too-broad");

const DOCS: &str = r##"## What it checks

That no target is broader than the level under `broadest` of its kind in the policy; for `azure` that is a resource group, for `github` a repository, unless the policy says otherwise. Only open records are judged.

## Why it matters

A target covers everything below it, also what is created there tomorrow. A pass for a whole subscription that was meant for one prototype is inherited by every workload that moves in later.

## Example

```yaml
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b
```

## Instead

```yaml
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-model-proxy
```
"##;

fn check(target: &FaultyTarget<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let FaultyTarget { text, place, fault: Fault::TooBroad { kind, level, broadest } } = target
    else {
        return;
    };
    let message = format!(
        "`{text}` covers everything in one of `{level}`; the broadest that `{kind}` allows is one of `{broadest}`"
    );
    let help = format!("list the `{broadest}` that need it, one target for each");
    let finding = CODE.finding(place.clone(), message).help(help);
    let reason = "the broadest level that the policy allows";
    findings.push(context.because(finding, &format!("/scope/{kind}/broadest"), reason));
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_rule, check_rule_with, policy_labels, report_of};
    use super::RULE;

    fn level_of(target: &str) -> Option<String> {
        let scope = format!("scope: ['{target}']");
        let found = report_of(&RULE, &[("EXC-2026-K7QD.yaml", &scope)], "");
        let (_, level) = found.split_once("covers everything in one of `")?;
        level.split_once('`').map(|(level, _)| level.to_owned())
    }

    #[test]
    fn a_target_above_the_broadest_level_is_found() {
        check_rule(
            &RULE,
            "
scope:
  - azure:/subscriptions/s
#   ^^^^^^^^^^^^^^^^^^^^^^ error[EXC122]: `azure:/subscriptions/s` covers everything in one of `subscriptions`; the broadest that `azure` allows is one of `resourceGroups`
  - azure:/subscriptions/s/resourceGroups/g
  - github:/example-org
#   ^^^^^^^^^^^^^^^^^^^ error[EXC122]: `github:/example-org` covers everything in one of `org`; the broadest that `github` allows is one of `repo`
",
        );
    }

    #[test]
    fn a_management_group_in_its_full_form_is_one() {
        check_rule(
            &RULE,
            "
scope:
  - azure:/providers/Microsoft.Management/managementGroups/root
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[EXC122]: `azure:/providers/Microsoft.Management/managementGroups/root` covers everything in one of `managementGroups`; the broadest that `azure` allows is one of `resourceGroups`
",
        );
    }

    #[test]
    fn what_stands_below_a_subscription_but_in_no_resource_group_is_as_broad_as_it() {
        for target in [
            "azure:/subscriptions/s/providers/Microsoft.Compute",
            "azure:/subscriptions/s/providers/Microsoft.Compute/locations/westeurope",
            "azure:/subscriptions/s/locations/westeurope",
            "azure:/subscriptions/s/tags/a",
            "azure:/subscriptions/s/tags/a/resourceGroups/g",
            "azure:/SUBSCRIPTIONS/s/resource/x",
        ] {
            assert_eq!(level_of(target).as_deref(), Some("subscriptions"), "{target}");
        }
    }

    #[test]
    fn what_stands_below_a_management_group_is_as_broad_as_it() {
        for target in [
            "azure:/managementGroups/m",
            "azure:/managementGroups/m/providers/x",
            "azure:/managementGroups/m/providers/x/resourceGroups/g",
            "azure:/providers/microsoft.management/managementGroups/m/providers/Microsoft.Authorization",
        ] {
            assert_eq!(level_of(target).as_deref(), Some("managementGroups"), "{target}");
        }
    }

    #[test]
    fn the_broadest_level_itself_and_a_kind_without_one_are_fine() {
        let levels = "
scope:
  azure: {levels: [managementGroups, subscriptions, resourceGroups], broadest: subscriptions}
  region: {levels: [region, zone]}";
        check_rule_with(&RULE, "scope: [azure:/subscriptions/s, region:/west-europe]", levels);
    }

    #[test]
    fn the_line_of_the_policy_is_named_where_it_is_written() {
        let levels = "scope: {github: {levels: [org, repo], broadest: repo}}";
        let changes = "scope: [github:/example-org]";
        assert_eq!(policy_labels(&RULE, changes, levels), ["repo"]);
        assert_eq!(policy_labels(&RULE, changes, ""), [""; 0]);
    }

    #[test]
    fn a_closed_record_is_history() {
        check_rule(
            &RULE,
            "
scope: [azure:/subscriptions/s]
closed: {date: 2026-11-18, outcome: withdrawn, note: The prototype was given up.}
",
        );
    }
}
