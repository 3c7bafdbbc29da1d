//! What is wrong with a policy that has the form of one.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::patterns::{Budget, Refusal};
use super::{Control, ScopeKind, UNUSABLE_POLICY};
use crate::finding::{Finding, Place};
use crate::model::{AZURE, AZURE_LEVELS, Field, FieldKind};
use crate::source;
use crate::source::flood::{Flood, MAX_PER_CODE};
use crate::source::schema;
use crate::source::tree::Tree;

/// Custom fields that a policy may have.
const MAX_FIELDS: usize = 200;

/// What has been found, and what is left of the budget.
pub(super) struct Problems<'a> {
    tree: &'a Tree,
    findings: Flood,
    budget: Budget,
}

impl<'a> Problems<'a> {
    pub(super) fn new(tree: &'a Tree) -> Self {
        Self { tree, findings: Flood::new(MAX_PER_CODE), budget: Budget::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    pub(super) fn finish(self) -> Vec<Finding> {
        self.findings.finish()
    }

    pub(super) fn push(&mut self, pointer: &str, message: impl Into<String>, help: &str) {
        let place = place(self.tree, pointer);
        self.findings.push(UNUSABLE_POLICY.finding(place, message).help(help));
    }

    /// What stands at two places and may stand at one.
    pub(super) fn push_twice(&mut self, pointer: &str, message: String, first: &str, help: &str) {
        let finding = UNUSABLE_POLICY.finding(place(self.tree, pointer), message).help(help);
        self.findings.push(finding.label(place(self.tree, first), "first here"));
    }

    pub(super) fn catalogue(&mut self, controls: &[Control]) {
        let mut seen = BTreeMap::new();
        for (index, control) in controls.iter().enumerate() {
            if let Some(first) = seen.insert(control.id.as_str(), index) {
                let pointer = |index: usize| format!("/controls/{index}/id");
                let message = format!("the control `{}` stands twice in the catalogue", control.id);
                self.push_twice(&pointer(index), message, &pointer(first), "keep one of the two");
            }
        }
    }

    pub(super) fn scope(&mut self, scope: &BTreeMap<String, ScopeKind>) {
        for (kind, ScopeKind { levels, broadest }) in scope {
            if kind == AZURE {
                self.azure_levels(levels);
            }
            let Some(broadest) = broadest else { continue };
            if !levels.contains(broadest) {
                let pointer = format!("/scope/{kind}/broadest");
                let help = format!("use {}", schema::list(levels));
                self.push(&pointer, format!("`{broadest}` is not a level of `{kind}`"), &help);
            }
        }
    }

    /// The levels of `azure` are Microsoft's; a policy may leave some out.
    fn azure_levels(&mut self, levels: &[String]) {
        let mut next = 0;
        for (index, level) in levels.iter().enumerate() {
            let known = AZURE_LEVELS.iter().position(|it| it.eq_ignore_ascii_case(level));
            let message = match known {
                Some(known) if known >= next => {
                    next = known + 1;
                    continue;
                }
                Some(_) => format!("`{level}` is broader than the level before it"),
                None => format!("`{level}` is not a level of `azure`"),
            };
            let order = AZURE_LEVELS.map(|level| format!("`{level}`")).join(", ");
            let help = format!("use {order}, in this order, or give the kind another name");
            self.push(&format!("/scope/azure/levels/{index}"), message, &help);
        }
    }

    pub(super) fn fields(&mut self, fields: &BTreeMap<String, Field>) {
        static BUILT_IN: LazyLock<serde_json::Value> = LazyLock::new(|| source::record_schema(&[]));
        if fields.len() > MAX_FIELDS {
            let message = format!(
                "{} custom fields are more than the {MAX_FIELDS} that a record may have",
                fields.len()
            );
            return self.push("/fields", message, "remove the fields that nobody fills in");
        }
        for (name, field) in fields {
            let pointer = format!("/fields/{name}");
            if BUILT_IN["properties"].get(name).is_some() {
                self.push(
                    &pointer,
                    format!("`{name}` is a field of every record already"),
                    "choose another name",
                );
            }
            if let Some(pattern) = &field.pattern {
                let _ = self.pattern(&format!("{pointer}/pattern"), pattern);
            }
            if field.kind != FieldKind::String
                && (field.pattern.is_some() || !field.values.is_empty())
            {
                self.push(
                    &pointer,
                    format!("`{name}` is not text, and has a pattern or an enum"),
                    "remove them, or use `type: string`",
                );
            }
        }
    }

    pub(super) fn pattern(&mut self, pointer: &str, pattern: &str) -> Option<Regex> {
        match self.budget.compile(pattern) {
            Ok(compiled) => Some(compiled),
            Err(refusal) => {
                if let Some(Refusal { message, help }) = refusal {
                    self.push(pointer, message, help);
                }
                None
            }
        }
    }
}

fn place(tree: &Tree, pointer: &str) -> Place {
    tree.find(pointer).map_or_else(|| Place::file(tree.file()), |node| schema::place(node, pointer))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fields, policy, problem};
    use super::*;

    #[test]
    fn a_number_that_is_far_too_large_is_told_at_its_place() {
        for policy in [
            "warn_within_days: 10000001\n",
            "durations: {max_renewals: 99999999999}\n",
            "cliff: {records: 18446744073709551615}\n",
            "controls: [{id: A, title: a, max_days: 4294967296}]\n",
        ] {
            let problem = problem(policy);
            assert!(!problem.starts_with("1:1 "), "{policy}: {problem}");
            assert!(problem.contains("is out of the range of"), "{policy}: {problem}");
        }
    }

    #[test]
    fn what_is_wrong_stands_at_its_place() {
        assert_eq!(problem("durration: 3\n"), "3:1 EXC101 unknown key `durration`");
        assert_eq!(
            problem("warn_within_days: soon\n"),
            "3:19 EXC103 `warn_within_days` is text, not a whole number"
        );
        assert_eq!(
            problem("ids: {pattern: \"(?=x)\"}\n"),
            "3:16 EXC030 the pattern cannot be used: look-around, including look-ahead and look-behind, is not supported"
        );
        assert_eq!(
            problem("scope: {cloud: {levels: [a, b], broadest: c}}\n"),
            "3:43 EXC030 `c` is not a level of `cloud`"
        );
        assert_eq!(
            problem("scope: {azure: {levels: [tenants, subscriptions]}}\n"),
            "3:26 EXC030 `tenants` is not a level of `azure`"
        );
        assert_eq!(
            problem("scope: {azure: {levels: [resourceGroups, subscriptions]}}\n"),
            "3:42 EXC030 `subscriptions` is broader than the level before it"
        );
        assert_eq!(
            problem("controls: [{id: A-1, title: x}, {id: A-1, title: y}]\n"),
            "3:38 EXC030 the control `A-1` stands twice in the catalogue"
        );
        assert_eq!(
            problem("fields: {owner: {type: string}}\n"),
            "3:10 EXC030 `owner` is a field of every record already"
        );
    }

    #[test]
    fn a_policy_has_at_most_so_many_fields() {
        assert!(policy(&fields(MAX_FIELDS, ", pattern: '[a-z]+'")).is_ok());
        assert_eq!(
            problem(&fields(MAX_FIELDS + 1, "")),
            "3:1 EXC030 201 custom fields are more than the 200 that a record may have"
        );
    }

    #[test]
    fn a_flood_of_problems_is_counted() {
        let controls = "- {id: A-1, title: x}\n".repeat(1_000);
        let problem = problem(&format!("controls:\n{controls}"));
        let lines: Vec<&str> = problem.lines().collect();
        assert_eq!(lines.len(), 100);
        assert!(
            lines[99].ends_with("in the catalogue, and 899 more places in this file"),
            "{}",
            lines[99]
        );
    }
}
