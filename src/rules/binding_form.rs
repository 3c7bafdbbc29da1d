//! EXC125: a binding that cannot be compared with what a tool holds.

use std::str::FromStr as _;

use packageurl::PackageUrl;

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::{Binding, Exception, POLICY_KINDS, Target, Tool, keys_below};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::OpenRecord(check) };

const CODE: Code = Code::error("EXC125", "binding-form");

/// What Azure can select resources by.
const SELECTORS: [&str; 6] = [
    "resourceLocation",
    "resourceType",
    "resourceWithoutLocation",
    "policyDefinitionReferenceId",
    "userPrincipalId",
    "groupPrincipalId",
];

/// What stands in the ID of every policy assignment of Azure.
const ASSIGNMENTS: &str = "/providers/microsoft.authorization/policyassignments/";

const DOCS: &str = r##"## What it checks

That every entry of `bindings` in an open record says what its `tool` needs, and nothing that the tool does not know:

- `azure-policy`: an `assignment`, by its full ID, and a target of the kind `azure` in `scope`, which is where the exemption hangs. `definition_references` and `selectors` narrow it; a selector has `in` or `not_in`.
- `kyverno`: a `policy`. `policy_kind` says which kind it is of, if not a ClusterPolicy or, of a namespace, a Policy; `rules` and `resources` narrow it.
- Every other tool: `ids`. `paths` and `packages` narrow them, where the tool can; a package is written as a package URL. `ids: ["*"]` is whatever the tool finds, for a suppression that names a package or a path and no finding. The `paths` of `snyk` and `audit-ci` are paths of dependencies, as the tool writes them.

## Why it matters

A binding is what `exc reconcile` compares with the suppressions that a tool holds. One that names no assignment stands for nothing, and a key that the tool does not know looks like a limit and is none.

## Example

```yaml
bindings:
  - tool: trivy
    paths: [services/proxy/go.sum]
```

## Instead

```yaml
bindings:
  - tool: trivy
    ids: [CVE-2026-12345]
    paths: [services/proxy/go.sum]
```
"##;

pub(super) fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    for (index, binding) in exception.bindings.iter().enumerate() {
        // A tool that is missing or unknown has its finding already.
        let Some(tool) = binding.tool else { continue };
        let pointer = format!("/bindings/{index}");
        let mut push = |key: &str, message: String, help: String| {
            let place = record.at(&format!("{pointer}{key}"));
            findings.push(CODE.finding(place, message).help(help));
        };
        let keys = tool.keys();
        let needed = keys[0];
        if !record.has(&format!("{pointer}/{needed}")) {
            let message = format!("this binding to {tool} has no `{needed}`");
            push("", message, format!("add `{needed}: {}`", example(needed)));
        }
        for key in keys_below("bindings").iter().filter(|key| **key != "tool") {
            if binding.has(key) && !keys.contains(key) {
                let message = format!("`{key}` says nothing to {tool}");
                let known: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
                push(&format!("/{key}"), message, format!("{tool} knows {}", known.join(", ")));
            }
        }
        if let Some((key, message, help)) = fault(tool, binding, exception) {
            push(&key, message, help);
        }
    }
}

fn example(key: &str) -> &'static str {
    match key {
        "assignment" => {
            "/subscriptions/ID/providers/Microsoft.Authorization/policyAssignments/NAME"
        }
        "policy" => "disallow-host-namespaces",
        _ => "[CVE-2026-12345]",
    }
}

/// The key, what is wrong with its value, and what to write.
fn fault(tool: Tool, binding: &Binding, exception: &Exception) -> Option<(String, String, String)> {
    let assignment = &binding.assignment;
    if !assignment.is_empty() && tool == Tool::AzurePolicy {
        let lower = assignment.to_ascii_lowercase();
        let name = lower.split_once(ASSIGNMENTS).map(|(_, name)| name);
        if !lower.starts_with('/') || !name.is_some_and(|it| !it.is_empty() && !it.contains('/')) {
            let message = format!("`{assignment}` is not the ID of a policy assignment");
            let help = format!("write it as `{}`", example("assignment"));
            return Some(("/assignment".to_owned(), message, help));
        }
    }
    for (at, selector) in binding.selectors.iter().enumerate() {
        if !SELECTORS.iter().any(|kind| selector.kind.eq_ignore_ascii_case(kind)) {
            let message = format!("`{}` is no kind of selector", selector.kind);
            let help = format!("the kinds are `{}`", SELECTORS.join("`, `"));
            return Some((format!("/selectors/{at}/kind"), message, help));
        }
        if selector.within.is_empty() == selector.not_in.is_empty() {
            let message = "a selector has either `in` or `not_in`".to_owned();
            let help = "write `{kind: resourceLocation, in: [westeurope]}`".to_owned();
            return Some((format!("/selectors/{at}"), message, help));
        }
    }
    let kind = &binding.policy_kind;
    if !kind.is_empty() && tool == Tool::Kyverno && !POLICY_KINDS.contains(&kind.as_str()) {
        let message = format!("`{kind}` is no kind of policy");
        let help = format!("the kinds are `{}`", POLICY_KINDS.join("`, `"));
        return Some(("/policy_kind".to_owned(), message, help));
    }
    let is_package = |text: &String| text.is_empty() || PackageUrl::from_str(text).is_ok();
    if let Some(at) = binding.packages.iter().position(|text| !is_package(text)) {
        let message = format!("`{}` is no package URL", binding.packages[at]);
        let help =
            "write it as `pkg:npm/lodash@4.17.20`, see https://github.com/package-url".into();
        return Some((format!("/packages/{at}"), message, help));
    }
    let kind = tool.place()?;
    let is_there = |text: &String| Target::parse(text).is_ok_and(|target| target.kind() == kind);
    if exception.scope.iter().any(is_there) {
        return None;
    }
    let message = format!("a binding to {tool} hangs at a target of the kind `{kind}`");
    Some((String::new(), message, format!("name such a target in `scope`, as `{kind}:/…`")))
}

#[cfg(test)]
mod tests {
    use super::super::testing::check_rule;
    use super::*;

    const ASSIGNMENT: &str = "/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/providers/\
                              Microsoft.Authorization/policyAssignments/deny-public";

    #[test]
    fn a_whole_binding_of_each_tool_is_fine() {
        for tool in Tool::ALL {
            let needed = match tool.keys()[0] {
                "assignment" => format!("assignment: {ASSIGNMENT}"),
                "policy" => "policy: disallow-host-namespaces".to_owned(),
                key => format!("{key}: [CVE-2026-12345]"),
            };
            check_rule(&RULE, &format!("\nbindings:\n  - {{tool: {tool}, {needed}}}\n"));
        }
    }

    #[test]
    fn whatever_the_tool_finds_is_an_id_too() {
        let binding = "{tool: checkov, ids: ['*'], paths: ['modules/**']}";
        check_rule(&RULE, &format!("\nbindings:\n  - {binding}\n"));
    }

    #[test]
    fn what_the_tool_needs_has_to_be_there() {
        check_rule(
            &RULE,
            "
bindings:
  - tool: azure-policy
#   ^^^^ error[EXC125]: this binding to azure-policy has no `assignment`
  - tool: inspec
#   ^^^^ error[EXC125]: this binding to inspec has no `ids`
",
        );
    }

    #[test]
    fn a_key_of_another_tool_looks_like_a_limit_and_is_none() {
        check_rule(
            &RULE,
            "
bindings:
  - tool: cargo-deny
    ids: [RUSTSEC-2026-0001]
    paths: [Cargo.lock]
#   ^^^^^ error[EXC125]: `paths` says nothing to cargo-deny
",
        );
    }

    #[test]
    fn a_definition_is_no_assignment() {
        check_rule(
            &RULE,
            "
bindings:
  - tool: azure-policy
    assignment: /providers/Microsoft.Authorization/policyDefinitions/deny-public
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[EXC125]: `/providers/Microsoft.Authorization/policyDefinitions/deny-public` is not the ID of a policy assignment
",
        );
    }

    #[test]
    fn a_selector_is_for_some_or_against_some() {
        check_rule(
            &RULE,
            "
bindings:
  - tool: azure-policy
    assignment: /subscriptions/s/providers/Microsoft.Authorization/policyAssignments/deny-public
    selectors:
      - kind: resourceLocation
#       ^^^^ error[EXC125]: a selector has either `in` or `not_in`
",
        );
    }

    #[test]
    fn what_azure_cannot_select_by_is_no_kind() {
        check_rule(
            &RULE,
            "
bindings:
  - tool: azure-policy
    assignment: /subscriptions/s/providers/Microsoft.Authorization/policyAssignments/deny-public
    selectors:
      - {kind: resourceLocations, in: [eastus]}
#              ^^^^^^^^^^^^^^^^^ error[EXC125]: `resourceLocations` is no kind of selector
",
        );
    }

    #[test]
    fn a_kind_of_policy_is_one_that_kyverno_knows() {
        check_rule(
            &RULE,
            "
bindings:
  - tool: kyverno
    policy: check-images
    policy_kind: validatingpolicy
#                ^^^^^^^^^^^^^^^^ error[EXC125]: `validatingpolicy` is no kind of policy
",
        );
        let binding = "{tool: kyverno, policy: a, policy_kind: MutatingPolicy}";
        check_rule(&RULE, &format!("\nbindings:\n  - {binding}\n"));
    }

    #[test]
    fn a_package_is_written_as_its_url() {
        check_rule(
            &RULE,
            "
bindings:
  - tool: trivy
    ids: [CVE-2026-12345]
    packages: [pkg:npm/lodash@4.17.20, lodash]
#                                      ^^^^^^ error[EXC125]: `lodash` is no package URL
",
        );
    }

    #[test]
    fn an_exemption_hangs_somewhere_in_azure() {
        check_rule(
            &RULE,
            "
scope:
  - github:/example-org/gateway
bindings:
  - tool: azure-policy
#   ^^^^ error[EXC125]: a binding to azure-policy hangs at a target of the kind `azure`
    assignment: /subscriptions/s/providers/Microsoft.Authorization/policyAssignments/deny-public
",
        );
    }
}
