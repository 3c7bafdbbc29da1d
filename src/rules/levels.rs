//! The level that the policy gives a rule, and what is wrong with such a line of the policy.

use super::{RULES, find};
use crate::finding::{Finding, Level};
use crate::policy::{Policy, RuleLevel, UNUSABLE_POLICY};
use crate::source::schema::{UNKNOWN_KEY, nearest};

/// Gives findings the levels of the policy and drops those of rules that are off.
pub(super) fn apply_levels(findings: &mut Vec<Finding>, policy: &Policy) {
    findings.retain_mut(|finding| match policy.rules.get(finding.code.id) {
        Some(RuleLevel::Off) => false,
        Some(RuleLevel::Warning) => {
            finding.level = Level::Warning;
            true
        }
        Some(RuleLevel::Error) => {
            finding.level = Level::Error;
            true
        }
        None => true,
    });
}

/// What is wrong with the levels that a policy sets.
pub(crate) fn check_levels(policy: &Policy) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, level, place) in policy.rule_places() {
        match RULES.iter().find(|rule| rule.code.id == id) {
            None => {
                let finding = UNUSABLE_POLICY.finding(place, format!("there is no rule `{id}`"));
                let known = nearest(id, RULES.iter().map(|rule| rule.code.id));
                findings.push(finding.help(known.map_or("see `exc rules`".to_owned(), |known| {
                    format!("did you mean `{known}`? `exc rules` lists them all")
                })));
            }
            Some(rule) if !rule.code.adjustable && level != RuleLevel::Error => {
                let message = format!("`{id}` ({}) cannot be set below `error`", rule.code.name);
                let finding = UNUSABLE_POLICY.finding(place, message);
                findings.push(
                    finding.help(
                        "remove the line; completeness, expiry and approval are not negotiable",
                    ),
                );
            }
            Some(_) => {}
        }
    }
    findings
}

/// Adds to the findings about a policy the code of a rule that it names in another way.
pub(crate) fn name_codes(findings: &mut [Finding]) {
    for finding in findings {
        let named = finding.place.pointer.strip_prefix("/rules/").and_then(find);
        if let Some(rule) = named.filter(|_| *finding.code == UNKNOWN_KEY) {
            finding.help = Some(format!("use `{}`", rule.code.id));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rules::testing;
    use crate::text::SourceFile;

    #[test]
    fn a_policy_that_calls_a_rule_by_its_name_is_told_the_code() {
        let text = format!(
            "{}rules: {{vague-justification: warning, exc111: warning, x: off}}\n",
            testing::POLICY
        );
        let file = Arc::new(SourceFile::new("exceptions/policy.yaml", text));
        let mut findings = crate::policy::load(&file).expect_err("names are no codes");
        name_codes(&mut findings);
        let helps: Vec<&str> = findings.iter().filter_map(|f| f.help.as_deref()).collect();
        assert_eq!(
            helps,
            [
                "use `EXC111`",
                "use `EXC111`",
                "rules are named by their code; `exc rules` lists them"
            ]
        );
    }
}
