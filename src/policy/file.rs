//! The policy file → types, with the defaults filled in.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::faults::Problems;
use super::people::{self, WrittenPerson};
use super::{
    Approvals, Budgets, Cliff, Control, Durations, Gate, Layout, PerRisk, Policy, Portfolio,
    RuleLevel, ScopeKind, UNUSABLE_POLICY, defaults,
};
use crate::finding::{Finding, Level, Place};
use crate::model::Field;
use crate::source::schema::{POLICY_SCHEMA, Schema};
use crate::source::tree::Tree;
use crate::source::yaml::NOT_A_MAPPING;
use crate::source::{self, RecordSchema};
use crate::text::SourceFile;

/// The file as it is written; the schema has checked it before.
#[derive(Deserialize)]
#[serde(default)]
pub(super) struct PolicyFile {
    pub(super) register: String,
    pub(super) mainline: String,
    pub(super) layout: Layout,
    pub(super) ids: Ids,
    pub(super) durations: Durations,
    pub(super) warn_within_days: u32,
    pub(super) review_every_days: PerRiskWritten<u32>,
    pub(super) gate: Gate,
    pub(super) approvals: Approvals,
    pub(super) people: Vec<WrittenPerson>,
    pub(super) groups: Vec<String>,
    pub(super) vague: Vec<String>,
    pub(super) placeholders: Vec<String>,
    pub(super) controls: Vec<Control>,
    pub(super) scope: BTreeMap<String, ScopeKind>,
    pub(super) budgets: Budgets,
    pub(super) cliff: Cliff,
    pub(super) portfolio: Portfolio,
    pub(super) fields: BTreeMap<String, Field>,
    pub(super) rules: BTreeMap<String, RuleLevel>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Ids {
    pattern: Option<String>,
}

/// One value for each level of risk that the file names.
#[derive(Deserialize)]
#[serde(default, bound = "T: Deserialize<'de>")]
pub(super) struct PerRiskWritten<T> {
    low: Option<T>,
    medium: Option<T>,
    high: Option<T>,
    critical: Option<T>,
}

/// Reads a policy; the findings of a policy that cannot be used are the error. Warnings that do
/// not stand in the way (a byte order mark) come with the policy.
pub(crate) fn load(file: &Arc<SourceFile>) -> Result<(Policy, Vec<Finding>), Vec<Finding>> {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
        let document = serde_json::from_str(POLICY_SCHEMA).expect("the schema is JSON");
        let schema = Schema::compile(document).expect("the schema of the policy is a schema");
        schema.described_by("exc schema policy")
    });

    let (tree, mut findings) = source::read_policy(file, &SCHEMA);
    // Rules are not mended without asking.
    findings.iter_mut().for_each(|finding| finding.fix = None);
    let is_error = |finding: &Finding| finding.level == Level::Error;
    let Some(tree) = tree else {
        for finding in findings.iter_mut().filter(|it| *it.code == NOT_A_MAPPING) {
            finding.help = Some("see `exc schema policy` for its keys".to_owned());
        }
        return Err(findings);
    };
    if findings.iter().any(is_error) {
        return Err(findings);
    }
    let written = match PolicyFile::deserialize(tree.root()) {
        Ok(written) => written,
        Err(error) => {
            let message = format!("the policy cannot be used: {error}");
            findings.push(UNUSABLE_POLICY.finding(Place::file(file), message));
            return Err(findings);
        }
    };
    let (policy, problems) = assemble(written, tree);
    findings.extend(problems);
    match policy {
        Some(policy) if !findings.iter().any(is_error) => Ok((policy, findings)),
        _ => Err(findings),
    }
}

fn assemble(mut written: PolicyFile, tree: Tree) -> (Option<Policy>, Vec<Finding>) {
    let mut problems = Problems::new(&tree);
    problems.catalogue(&written.controls);
    problems.scope(&written.scope);
    problems.fields(&written.fields);
    let people = people::read(written.people, &written.approvals, &mut problems);
    let pattern = written.ids.pattern.as_deref().unwrap_or(defaults::ID_PATTERN);
    let id_pattern = problems.pattern("/ids/pattern", pattern);
    for (kind, levels) in defaults::scope() {
        written.scope.entry(kind.to_owned()).or_insert(levels);
    }
    let fields: Vec<(String, Field)> = written.fields.into_iter().collect();
    let mut record_schema = None;
    if problems.is_empty() {
        match RecordSchema::new(&fields) {
            Ok(schema) => record_schema = Some(schema),
            Err(error) => problems.push(
                "/fields",
                format!("the custom fields make no schema: {error}"),
                "see `exc schema policy`",
            ),
        }
    }
    let findings = problems.finish();
    let (Some(id_pattern), Some(record_schema)) = (id_pattern, record_schema) else {
        return (None, findings);
    };
    let vague = written.vague.iter();
    let vague_words = vague.flat_map(|phrase| phrase.split(|c: char| !c.is_alphanumeric()));
    let policy = Policy {
        vague_words: vague_words.map(str::to_lowercase).collect(),
        register: written.register,
        mainline: written.mainline,
        layout: written.layout,
        durations: written.durations,
        warn_within_days: written.warn_within_days,
        review_every_days: written.review_every_days.or(defaults::REVIEW_EVERY_DAYS),
        gate: written.gate,
        approvals: written.approvals,
        people,
        groups: written.groups,
        vague: written.vague,
        placeholders: written.placeholders,
        controls: written.controls,
        scope: written.scope,
        budgets: written.budgets,
        cliff: written.cliff,
        portfolio: written.portfolio,
        fields,
        rules: written.rules,
        id_pattern,
        record_schema,
        tree,
    };
    (Some(policy), findings)
}

impl<T> Default for PerRiskWritten<T> {
    fn default() -> Self {
        Self { low: None, medium: None, high: None, critical: None }
    }
}

impl<T: Copy> PerRiskWritten<T> {
    pub(super) fn or(&self, defaults: [T; 4]) -> PerRisk<T> {
        let given = [self.low, self.medium, self.high, self.critical];
        PerRisk(std::array::from_fn(|level| given[level].unwrap_or(defaults[level])))
    }
}

impl<'de> Deserialize<'de> for PerRisk<u32> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PerRiskWritten::deserialize(deserializer).map(|days| days.or(defaults::MAX_DAYS))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{MINIMAL, policy, problem};
    use super::*;

    #[test]
    fn every_problem_of_the_schema_has_a_help_that_fits_the_policy() {
        let empty = load(&Arc::new(SourceFile::new("policy.yaml", ""))).expect_err("unusable");
        assert_eq!(empty[0].help.as_deref(), Some("see `exc schema policy` for its keys"));
        let help = |more: &str| {
            let findings = policy(more).expect_err("unusable");
            findings.into_iter().map(|f| f.help.unwrap_or_default()).collect::<Vec<_>>()
        };
        assert_eq!(help("durations: {max_renewals: -1}\n"), ["write a number from 0 to 10000000"]);
        assert_eq!(help("cliff: {records: 1}\n"), ["write a number from 2 to 10000000"]);
        assert_eq!(
            help("warn_within_days: soon\n"),
            ["write a whole number, such as `30`; see `exc schema policy`"]
        );
        assert_eq!(
            help("rules: {vague-justification: warning}\n"),
            ["rules are named by their code; `exc rules` lists them"]
        );
        assert_eq!(
            help("controls: [{id: A-1}]\n"),
            ["add `title`; `exc schema policy` describes it"]
        );
        let file = SourceFile::new("policy.yaml", MINIMAL.replace("version: 1", "version: 2"));
        let findings = load(&Arc::new(file)).expect_err("unusable");
        assert_eq!(findings[0].help.as_deref(), Some("write `version: 1`"));
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        assert_eq!(problem("a: 1\nb: 2\n").lines().count(), 2);
    }

    #[test]
    fn numbers_that_readers_disagree_on_are_refused_in_a_policy() {
        for number in ["1e3", "0x1F", "0o17", "017", "+1", ".inf", "1_000", "1.", ".5"] {
            let text = problem(&format!("mainline: {number}\n"));
            assert!(text.starts_with("3:11 EXC016 "), "{number}: {text}");
            let days = problem(&format!("warn_within_days: {number}\n"));
            assert!(days.starts_with("3:19 EXC103 "), "{number}: {days}");
        }
        assert_eq!(
            problem("warn_within_days: 1.0\n"),
            "3:19 EXC103 `warn_within_days` is a number, not a whole number"
        );
        assert_eq!(policy("warn_within_days: 12\n").expect("usable").warn_within_days, 12);
    }
}
