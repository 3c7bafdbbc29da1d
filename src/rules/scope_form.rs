//! EXC121: an entry of the scope that is no target.

use super::scope_fault::{Fault, faults};
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::TargetError;
use crate::source::Record;

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
        findings.push(CODE.finding(place, message).help(help(text, error)));
    }
}

fn help(text: &str, error: TargetError) -> String {
    match error {
        TargetError::NoKind if text.starts_with('/') => {
            format!("write its kind before it, as in `azure:{text}`")
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

#[cfg(test)]
mod tests {
    use super::super::testing::check_rule;
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
    fn the_edit_is_named_where_it_is_plain() {
        assert_eq!(
            help("/subscriptions/s", TargetError::NoKind),
            "write its kind before it, as in `azure:/subscriptions/s`"
        );
        assert_eq!(help("github:org/repo", TargetError::RelativePath), "write `github:/org/repo`");
        assert_eq!(help("github:/org/", TargetError::EmptySegment), "write `github:/org`");
        assert_eq!(
            help("azure:/subscriptions", TargetError::OddSegments),
            "name it: `azure:/subscriptions/NAME`"
        );
    }
}
