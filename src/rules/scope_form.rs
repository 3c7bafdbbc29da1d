//! EXC121: an entry of the scope that is no target.

use super::scope_fault::{Fault, FaultyTarget};
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::{AZURE, AZURE_LEVELS, TargetError};
use crate::policy::{Policy, ScopeKind};
use crate::source::schema::list;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Target(check) };

const CODE: Code = Code::error("EXC121", "scope-form");

const DOCS: &str = r##"## What it checks

That every entry of `scope` is a target: a kind, a `:`, and a path that starts with `/`, without empty parts and parts of nothing but dots. A target has at most 64 parts and 2048 bytes, and an entry holds one: a `,` before another path or another target is refused. Only open records are judged.

- A path is plain ASCII. Blanks and `` % \ # ; { } [ ] + ^ $ | < > " ' ` `` do not stand in it: a name is written as it is, never encoded.
- An `azure` path is Microsoft's resource ID. It starts with `/subscriptions/ID` or `/managementGroups/NAME`, and a resource group stands directly below its subscription.
- A path of any other kind has one part for each level, the name of a thing and not the name of the level: `service:/search`, not `service:/service/search`.
- A `github` path starts with the name of an owner, not with a word of GitHub's addresses such as `orgs` or `repos`.

## Why it matters

A path of parts can be compared: which exceptions overlap, whether a change widens one, whether a resource is covered. Free text cannot, and "the proxy in production" covers what each reader takes it to cover. The same holds for a path that one reader decodes and the next one does not, and for a path in which a whole organization looks like a part of one.

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

fn check(target: &FaultyTarget<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let FaultyTarget { text, place, fault: Fault::Form(error) } = target else { return };
    let message = match error {
        TargetError::TooLong => format!("an entry of the scope is no target: {error}"),
        _ => format!("`{text}` is no target: {error}"),
    };
    let help = help(text, *error, context.policy);
    findings.push(CODE.finding(place.clone(), message).help(help));
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
        TargetError::TooLong | TargetError::TooManySegments => {
            "name the place above, which covers all that is below it".to_owned()
        }
        TargetError::Several => {
            "write each as an entry of its own; `--scope` is repeated for each".to_owned()
        }
        TargetError::BadCharacter('%') => "write the character itself, not its code".to_owned(),
        TargetError::NoLevel => format!(
            "write it as `azure:/subscriptions/ID/resourceGroups/NAME`; the levels are {}",
            AZURE_LEVELS.map(|level| format!("`{level}`")).join(" > ")
        ),
        TargetError::NoSubscription => {
            format!("write `azure:/subscriptions/ID{}`", from(text, "/resourceGroups"))
        }
        TargetError::BelowManagementGroup => {
            format!("write `azure:{}`", from(text, "/subscriptions"))
        }
        TargetError::AboveLevels => "name what needs it below".to_owned(),
        TargetError::LevelName | TargetError::ReservedWord | TargetError::NoOwner => {
            let (kind, path) = text.split_once(":/").unwrap_or(("kind", text));
            let (_, rest) = path.split_once('/').unwrap_or(("", "NAME"));
            format!("write the name of one first, as in `{kind}:/{rest}`")
        }
        TargetError::OddSegments => format!("name it: `{text}/NAME`"),
        _ => "write it as `kind:/path`, with the kinds under `scope` in the policy".to_owned(),
    }
}

/// The kinds whose shapes a help shows.
const SHOWN: usize = 4;

/// A target of a kind, down to a level: `azure:/subscriptions/…/resourceGroups/…`.
fn shape(kind: &str, levels: &[String], least: usize) -> String {
    // Azure spells its levels out; the topmost one groups the others and may be left out.
    let path: String = match kind == AZURE {
        true => levels[least.min(1)..=least].iter().map(|level| format!("/{level}/…")).collect(),
        false => {
            levels[..=least].iter().map(|level| format!("/{}", level.to_uppercase())).collect()
        }
    };
    format!("{kind}:{path}")
}

/// A path from a word on.
fn from<'a>(text: &'a str, word: &str) -> &'a str {
    let at = text.to_ascii_lowercase().find(&word.to_ascii_lowercase());
    &text[at.unwrap_or_default()..]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{POLICY, check_rule, policy, report_of};
    use super::*;

    /// What the rule says about one target, without the place.
    fn found(target: &str) -> String {
        let quoted = serde_json::to_string(target).expect("text");
        let found = report_of(&RULE, &[("EXC-2026-K7QD.yaml", &format!("scope: [{quoted}]"))], "");
        found.split_once("]: ").map(|(_, found)| found.trim_end().to_owned()).unwrap_or_default()
    }

    #[track_caller]
    fn is_faulty(target: &str, reason: &str) {
        let found = found(target);
        assert!(found.contains(&format!("`{target}` is no target: {reason}")), "{target}: {found}");
    }

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
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[EXC121]: `github:/example-org/gateway/../other` is no target: its path has a segment of nothing but dots
",
        );
    }

    #[test]
    fn an_azure_path_starts_where_a_resource_id_starts() {
        for target in [
            "azure:/a/b/c",
            "azure:/tenants/x/all",
            "azure:/resource/x",
            "azure:/providers/Microsoft.Subscription/subscriptions/X",
            "azure:/providers/Microsoft.Billing/billingAccounts/X",
            "azure:/providers/Microsoft.Management",
        ] {
            is_faulty(target, "its path does not start with a level");
        }
    }

    #[test]
    fn the_levels_of_azure_stand_in_order_without_gaps() {
        is_faulty("azure:/resourceGroups/rg", "its resource group stands below no subscription");
        let below = "azure:/managementGroups/m/resourceGroups/rg";
        is_faulty(below, "its resource group stands below no subscription");
        let below = "azure:/managementGroups/m/subscriptions/s/resourceGroups/rg";
        is_faulty(below, "its subscription stands below a management group");
        assert!(found(below).contains("write `azure:/subscriptions/s/resourceGroups/rg`"));
    }

    #[test]
    fn what_only_some_reader_would_decode_is_refused() {
        for bad in "%\\#;{}[]+^$|<>\"'".chars() {
            let target = format!("github:/example-org/gate{bad}way");
            is_faulty(&target, &format!("its path contains `{bad}`"));
        }
        is_faulty("github:/example-org/gate`way", "its path contains a backtick");
        is_faulty("azure:/%73ubscriptions/s/y", "its path contains `%`");
        is_faulty("azure:/subscriptions/s/resourceGroups/%2A", "its path contains `%`");
        is_faulty(
            "azure:/subscriptions/s/resourceGroups/rg%2Dmodel-proxy",
            "its path contains `%`",
        );
        is_faulty("github:/example-org/%2e%2e", "its path contains `%`");
        for dots in ["github:/example-org/...", "github:/./gateway", "github:/..../gateway"] {
            is_faulty(dots, "its path has a segment of nothing but dots");
        }
        assert_eq!(found("github:/example-org/.github/..hidden/a.b(c)~d,e@f:g=h!i&j"), "");
    }

    #[test]
    fn a_github_path_starts_with_the_name_of_an_owner() {
        for word in ["orgs", "enterprises", "organizations", "repos", "Orgs", "users"] {
            let target = format!("github:/{word}/acme");
            is_faulty(&target, "its path starts with a word of GitHub's own");
        }
        is_faulty(
            "github:/github.com/acme",
            "its path starts with what no owner on GitHub is called",
        );
        assert_eq!(found("github:/acme/orgs"), "");
        assert_eq!(found("github:/some-user_corp/gateway"), "");
    }

    #[test]
    fn a_path_of_another_kind_does_not_spell_its_levels() {
        is_faulty("service:/component/x", "its path starts with the name of a level");
        is_faulty("github:/repo/acme", "its path starts with the name of a level");
        assert_eq!(found("service:/search/component"), "");
    }

    #[test]
    fn a_target_of_a_hundred_thousand_parts_is_refused_and_not_printed() {
        let long = format!("service:{}", "/a".repeat(100_000));
        assert!(
            found(&long)
                .starts_with("an entry of the scope is no target: it has more than 2048 bytes")
        );
        is_faulty(&format!("service:{}", "/a".repeat(65)), "its path has more than 64 parts");
        assert_eq!(found(&format!("service:{}", "/a".repeat(64))), "");
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
