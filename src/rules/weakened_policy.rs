//! EXC406: a policy that is loosened together with a record.

use super::{Check, Context, Proposal, RULES, Rule};
use crate::finding::{Code, Finding, Level, Place};
use crate::policy::{Policy, RuleLevel, loosened};
use crate::text::dotted;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Proposal(check) };

const CODE: Code = Code::error("EXC406", "weakened-policy");

const DOCS: &str = r#"## What it checks

That a change of a record does not loosen the policy as well: fewer approvals or weaker evidence, more people, roles, addresses or keys, longer durations, broader scope, a control that may be excepted now, rules at a lower level, fewer words that are refused. Tightening the policy is fine.

## Why it matters

The record is judged by the old policy, and lives under the new one. Who reads about an exception does not expect the rules for all others to change with it.

## Example

```diff
 # exceptions/policy.yaml
-durations: {max_renewals: 2}
+durations: {max_renewals: 5}
```

```diff
-tags: [ai]
+tags: [ai, vendor]
```

## Instead

Change the policy in a pull request of its own.

```diff
 # exceptions/policy.yaml
-durations: {max_renewals: 2}
+durations: {max_renewals: 5}
```
"#;

fn check(proposal: &Proposal<'_>, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some((before, after)) = proposal.policies else { return };
    if proposal.records.is_empty() {
        return;
    }
    for loosened in loosened(before, after, &usual) {
        let key = dotted(&loosened.pointer);
        let message =
            format!("the policy is loosened together with a record: `{key}`: {}", loosened.how);
        let help = "change the policy in a pull request of its own, before the one with the record";
        findings.push(CODE.finding(nearest(after, &loosened.pointer), message).help(help));
    }
}

/// The level of a rule of which a policy says nothing.
pub(crate) fn usual(code: &str) -> RuleLevel {
    match RULES.iter().find(|rule| rule.code.id == code).map(|rule| rule.code.level) {
        Some(Level::Warning) => RuleLevel::Warning,
        Some(Level::Error) | None => RuleLevel::Error,
    }
}

/// The line of a policy where a key stands, or the nearest one around it.
fn nearest(policy: &Policy, pointer: &str) -> Place {
    let mut known = pointer;
    while !known.is_empty() {
        if let Some(place) = policy.at(known) {
            return Place { pointer: pointer.to_owned(), ..place };
        }
        known = known.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    Place { pointer: pointer.to_owned(), ..Place::file(policy.file()) }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::policy_change_report;

    #[test]
    fn every_key_that_is_loosened_is_named_at_its_place() {
        let before = "approvals: {quorum: {high: 2}, late_days: 1}\nvague: [makes it work]\n";
        let after = "approvals: {quorum: {high: 1}}\nvague: []\n";
        insta::assert_snapshot!(policy_change_report(&super::RULE, before, after), @"
        policy.yaml:4:1 error[EXC406]: the policy is loosened together with a record: `vague`: `makes it work` is removed
          help: change the policy in a pull request of its own, before the one with the record
        policy.yaml:9:1 error[EXC406]: the policy is loosened together with a record: `approvals.late_days`: raised from 1 to 3
          help: change the policy in a pull request of its own, before the one with the record
        policy.yaml:9:28 error[EXC406]: the policy is loosened together with a record: `approvals.quorum.high`: lowered from 2 to 1
          help: change the policy in a pull request of its own, before the one with the record
        ");
    }

    #[test]
    fn a_policy_that_is_tightened_may_come_with_a_record() {
        let (loose, tight) = ("warn_within_days: 10\n", "warn_within_days: 30\n");
        assert_eq!(policy_change_report(&super::RULE, loose, tight), "");
    }
}
