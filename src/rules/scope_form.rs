//! EXC121: an entry of the scope that is no target.

use super::scope_fault::{Fault, faults};
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::TargetError;
use crate::policy::{Policy, ScopeKind};
use crate::source::Record;
use crate::source::schema::list;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::error("EXC121", "scope-form");

const DOCS: &str = r##"## What it checks

That every entry of `scope` is a target: a kind, a `:`, and a path that starts with `/`, without empty parts, `.` and `..`. Only open records are judged.

## Why it matters

A path of parts can be compared: which exceptions overlap, whether a change widens one, whether a resource is covered. Free text cannot, and "the proxy in production" covers what each reader takes it to cover.

## Example

```yaml
scope:
  - the resource group of the model proxy
```

## Instead

```yaml
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-model-proxy
```
"##;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (text, place, fault) in faults(record, context) {
        let Fault::Form(error) = fault else { continue };
        let message = format!("`{text}` is no target: {error}");
        findings.push(CODE.finding(place, message).help(help(text, error, context.policy)));
    }
}

fn help(text: &str, error: TargetError, policy: &Policy) -> String {
    match error {
        TargetError::NoKind => {
            let kinds: Vec<String> = policy.scope.keys().map(|kind| format!("{kind}:")).collect();
            let shapes = policy.scope.iter().map(|(kind, ScopeKind { levels, broadest })| {
                let least =
                    broadest.as_ref().and_then(|name| levels.iter().position(|l| l == name));
                shape(kind, levels, least.unwrap_or(0))
            });
            // Few enough to read are shown whole.
            match policy.scope.len() {
                0..=SHOWN => format!("write a full path: {}", list(&shapes.collect::<Vec<_>>())),
                _ => format!("write it as `kind:/path`; the kinds are {}", list(&kinds)),
            }
        }
        TargetError::RelativePath => match text.split_once(':') {
            Some((kind, path)) => format!("write `{kind}:/{path}`"),
            None => "write it as `kind:/path`".to_owned(),
        },
        TargetError::EmptySegment if text.ends_with('/') && !text.ends_with("//") => {
            format!("write `{}`", text.trim_end_matches('/'))
        }
        TargetError::OddSegments => format!("name it: `{text}/NAME`"),
        _ => "write it as `kind:/path`, with the kinds under `scope` in the policy".to_owned(),
    }
}

/// The kinds whose shapes a help shows.
const SHOWN: usize = 4;

/// A target of a kind, down to a level: `azure:/subscriptions/…/resourceGroups/…`.
fn shape(kind: &str, levels: &[String], least: usize) -> String {
    // Levels in camel case are those of a cloud whose paths spell them out; its topmost level
    // groups the others and may be left out.
    let is_spelt_out = levels.iter().any(|level| level.contains(char::is_uppercase));
    let path: String = match is_spelt_out {
        true => levels[least.min(1)..=least].iter().map(|level| format!("/{level}/…")).collect(),
        false => {
            levels[..=least].iter().map(|level| format!("/{}", level.to_uppercase())).collect()
        }
    };
    format!("{kind}:{path}")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{POLICY, check_rule, policy};
    use super::*;

    #[test]
    fn what_is_no_target_says_why() {
        check_rule(
            &RULE,
            "
scope:
  - rg-model-proxy
#   ^^^^^^^^^^^^^^ error[EXC121]: `rg-model-proxy` is no target: it has no kind before a `:`
  - azure:/subscriptions/s/resourceGroups
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[EXC121]: `azure:/subscriptions/s/resourceGroups` is no target: its last level has no name
  - github:/example-org/gateway/../other
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[EXC121]: `github:/example-org/gateway/../other` is no target: its path has a `.` or `..` segment
",
        );
    }

    #[test]
    fn a_path_without_kind_is_told_the_kinds_and_what_a_full_path_is() {
        let with = |more: &str| {
            let policy = policy(&format!("{POLICY}{more}"));
            help("/prod", TargetError::NoKind, &policy)
        };
        assert_eq!(
            with("scope: {aws: {levels: [account, bucket]}}\n"),
            "write a full path: `aws:/ACCOUNT`, `azure:/subscriptions/…/resourceGroups/…`, `github:/ORG/REPO` or `service:/SERVICE`"
        );
        assert_eq!(
            with("scope: {a: {levels: [x]}, b: {levels: [x]}}\n"),
            "write it as `kind:/path`; the kinds are `a:`, `azure:`, `b:`, `github:` or `service:`"
        );
    }

    #[test]
    fn what_the_help_shows_is_no_fault_once_it_is_filled_in() {
        check_rule(
            &RULE,
            "scope: [azure:/subscriptions/s/resourceGroups/g, github:/o/r, service:/s]",
        );
    }

    #[test]
    fn the_edit_is_named_where_it_is_plain() {
        let policy = policy(POLICY);
        let help = |text: &str, error| help(text, error, &policy);
        assert_eq!(help("github:org/repo", TargetError::RelativePath), "write `github:/org/repo`");
        assert_eq!(help("github:/org/", TargetError::EmptySegment), "write `github:/org`");
        assert_eq!(
            help("azure:/subscriptions", TargetError::OddSegments),
            "name it: `azure:/subscriptions/NAME`"
        );
    }
}
