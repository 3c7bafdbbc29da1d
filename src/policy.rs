//! The policy file → a validated policy: durations, catalogue of controls, scope levels, rule levels.
//!
//! A policy is read whole or not at all: whoever judges by half a policy judges wrongly.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use foldhash::HashSet;
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::finding::{Code, Finding, Level, Place};
use crate::model::{AZURE, AZURE_LEVELS, Field, FieldKind, RiskLevel};
use crate::source::flood::{Flood, MAX_PER_CODE};
use crate::source::schema::{self, POLICY_SCHEMA, Schema};
use crate::source::tree::{NodeRef, Tree};
use crate::source::{self, RecordSchema};
use crate::text::SourceFile;

pub(crate) const UNUSABLE_POLICY: Code = Code::unjudged("EXC030", "unusable-policy");

/// The form of ids where the policy names none.
const ID_PATTERN: &str = "EXC-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{4}";
/// Characters that a pattern of the policy may have.
const MAX_PATTERN: usize = 1_000;
/// Bytes that a compiled pattern of the policy may take; it is charged with the first that suffice.
const PATTERN_SIZES: [usize; 4] = [1 << 14, 1 << 16, 1 << 18, 1 << 20];
/// Bytes that all of them may be charged with.
const PATTERN_BUDGET: usize = 8 << 20;
/// Custom fields that a policy may have.
const MAX_FIELDS: usize = 200;

/// What a register's policy demands.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) mainline: String,
    pub(crate) layout: Layout,
    pub(crate) durations: Durations,
    pub(crate) warn_within_days: u32,
    pub(crate) review_every_days: PerRisk<u32>,
    pub(crate) groups: Vec<String>,
    pub(crate) vague: Vec<String>,
    /// The words of those phrases, in lower case.
    pub(crate) vague_words: HashSet<String>,
    pub(crate) placeholders: Vec<String>,
    pub(crate) controls: Vec<Control>,
    pub(crate) scope: BTreeMap<String, ScopeKind>,
    pub(crate) budgets: Budgets,
    pub(crate) cliff: Cliff,
    pub(crate) fields: Vec<(String, Field)>,
    pub(crate) rules: BTreeMap<String, RuleLevel>,
    pub(crate) id_pattern: Regex,
    pub(crate) record_schema: RecordSchema,
    tree: Tree,
}

/// Where `exc new` writes.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Layout {
    #[default]
    Flat,
    Year,
    YearMonth,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Durations {
    /// Days of one grant, from `opened` or the renewal's `date`.
    pub(crate) max_days: PerRisk<u32>,
    /// Days from `opened` to `expires`.
    pub(crate) max_total_days: u32,
    pub(crate) max_renewals: usize,
}

/// One value for each level of risk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PerRisk<T>([T; 4]);

#[derive(Debug, Deserialize)]
pub(crate) struct Control {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Days of one grant, whatever the risk.
    #[serde(default)]
    pub(crate) max_days: Option<u32>,
    #[serde(default)]
    pub(crate) never_exempt: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ScopeKind {
    /// Broadest first.
    pub(crate) levels: Vec<String>,
    /// The broadest level that a record may cover; any, where there is none.
    #[serde(default)]
    pub(crate) broadest: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Budgets {
    pub(crate) per_team: Option<usize>,
    pub(crate) per_control: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Cliff {
    /// Open records that end on one day and make an expiry cliff.
    pub(crate) records: usize,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RuleLevel {
    Off,
    Warning,
    Error,
}

/// The file as it is written; the schema has checked it before.
#[derive(Deserialize)]
#[serde(default)]
struct PolicyFile {
    mainline: String,
    layout: Layout,
    ids: Ids,
    durations: Durations,
    warn_within_days: u32,
    review_every_days: DaysPerRisk,
    groups: Vec<String>,
    vague: Vec<String>,
    placeholders: Vec<String>,
    controls: Vec<Control>,
    scope: BTreeMap<String, ScopeKind>,
    budgets: Budgets,
    cliff: Cliff,
    fields: BTreeMap<String, Field>,
    rules: BTreeMap<String, RuleLevel>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Ids {
    pattern: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DaysPerRisk {
    low: Option<u32>,
    medium: Option<u32>,
    high: Option<u32>,
    critical: Option<u32>,
}

impl Default for PolicyFile {
    fn default() -> Self {
        Self {
            mainline: "main".to_owned(),
            layout: Layout::Flat,
            ids: Ids::default(),
            durations: Durations::default(),
            warn_within_days: 30,
            review_every_days: DaysPerRisk::default(),
            groups: Vec::new(),
            vague: Vec::new(),
            placeholders: Vec::new(),
            controls: Vec::new(),
            scope: BTreeMap::new(),
            budgets: Budgets::default(),
            cliff: Cliff::default(),
            fields: BTreeMap::new(),
            rules: BTreeMap::new(),
        }
    }
}

impl Default for Durations {
    fn default() -> Self {
        Self { max_days: PerRisk([365, 180, 90, 30]), max_total_days: 540, max_renewals: 2 }
    }
}

impl Default for Cliff {
    fn default() -> Self {
        Self { records: 5 }
    }
}

impl<T: Copy> PerRisk<T> {
    pub(crate) fn get(&self, risk: RiskLevel) -> T {
        self.0[risk as usize]
    }
}

impl DaysPerRisk {
    fn or(&self, defaults: [u32; 4]) -> PerRisk<u32> {
        let given = [self.low, self.medium, self.high, self.critical];
        PerRisk(std::array::from_fn(|level| given[level].unwrap_or(defaults[level])))
    }
}

impl<'de> Deserialize<'de> for PerRisk<u32> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        DaysPerRisk::deserialize(deserializer).map(|days| days.or([365, 180, 90, 30]))
    }
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
    let is_error = |finding: &Finding| finding.level == Level::Error;
    let Some(tree) = tree else { return Err(findings) };
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
    let mut problems = Problems {
        tree: &tree,
        findings: Flood::new(MAX_PER_CODE),
        pattern_budget: Some(PATTERN_BUDGET),
    };
    problems.catalogue(&written.controls);
    problems.scope(&written.scope);
    problems.fields(&written.fields);
    let pattern = written.ids.pattern.as_deref().unwrap_or(ID_PATTERN);
    let id_pattern = problems.pattern("/ids/pattern", pattern);
    for (kind, levels) in default_scope() {
        written.scope.entry(kind.to_owned()).or_insert(levels);
    }
    let fields: Vec<(String, Field)> = written.fields.into_iter().collect();
    let mut record_schema = None;
    if problems.findings.is_empty() {
        match RecordSchema::new(&fields) {
            Ok(schema) => record_schema = Some(schema),
            Err(error) => problems.push(
                "/fields",
                format!("the custom fields make no schema: {error}"),
                "see `exc schema policy`",
            ),
        }
    }
    let findings = problems.findings.finish();
    let (Some(id_pattern), Some(record_schema)) = (id_pattern, record_schema) else {
        return (None, findings);
    };
    let vague = written.vague.iter();
    let vague_words = vague.flat_map(|phrase| phrase.split(|c: char| !c.is_alphanumeric()));
    let policy = Policy {
        vague_words: vague_words.map(str::to_lowercase).collect(),
        mainline: written.mainline,
        layout: written.layout,
        durations: written.durations,
        warn_within_days: written.warn_within_days,
        review_every_days: written.review_every_days.or([180, 90, 60, 30]),
        groups: written.groups,
        vague: written.vague,
        placeholders: written.placeholders,
        controls: written.controls,
        scope: written.scope,
        budgets: written.budgets,
        cliff: written.cliff,
        fields,
        rules: written.rules,
        id_pattern,
        record_schema,
        tree,
    };
    (Some(policy), findings)
}

struct Problems<'a> {
    tree: &'a Tree,
    findings: Flood,
    /// Bytes that are left for compiled patterns; `None` once they did not suffice.
    pattern_budget: Option<usize>,
}

impl Problems<'_> {
    fn push(&mut self, pointer: &str, message: impl Into<String>, help: &str) {
        let place = place(self.tree, pointer);
        self.findings.push(UNUSABLE_POLICY.finding(place, message).help(help));
    }

    fn catalogue(&mut self, controls: &[Control]) {
        let mut seen = BTreeMap::new();
        for (index, control) in controls.iter().enumerate() {
            if let Some(first) = seen.insert(control.id.as_str(), index) {
                let place = |index: usize| place(self.tree, &format!("/controls/{index}/id"));
                let message = format!("the control `{}` stands twice in the catalogue", control.id);
                let finding = UNUSABLE_POLICY.finding(place(index), message);
                let finding = finding.help("keep one of the two");
                self.findings.push(finding.label(place(first), "first here"));
            }
        }
    }

    fn scope(&mut self, scope: &BTreeMap<String, ScopeKind>) {
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

    fn fields(&mut self, fields: &BTreeMap<String, Field>) {
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

    fn pattern(&mut self, pointer: &str, pattern: &str) -> Option<Regex> {
        let n_characters = pattern.chars().count();
        if n_characters > MAX_PATTERN {
            let message =
                format!("the pattern has {n_characters} characters, more than {MAX_PATTERN}");
            self.push(pointer, message, "write a shorter pattern");
            return None;
        }
        // Without a budget it has been said already that the patterns are too large.
        let budget = self.pattern_budget?;
        match compile(pattern, budget) {
            Ok((compiled, size)) => {
                self.pattern_budget = Some(budget - size);
                Some(compiled)
            }
            Err(regex::Error::CompiledTooBig(limit)) if limit < PATTERN_SIZES[3] => {
                self.push(
                    pointer,
                    "the patterns of this policy are too large together",
                    "write smaller counts in `{…}`, or fewer patterns",
                );
                self.pattern_budget = None;
                None
            }
            Err(error) => {
                // What is too large has cost as much as the largest that is not.
                if matches!(error, regex::Error::CompiledTooBig(_)) {
                    self.pattern_budget = budget.checked_sub(PATTERN_SIZES[3]);
                }
                let reason = error.to_string();
                let reason =
                    reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
                self.push(pointer, format!("the pattern cannot be used: {reason}"), "look-around and back-references are not available; see https://docs.rs/regex/#syntax");
                None
            }
        }
    }
}

/// Compiles a pattern for whole texts, and says with how many bytes of the budget it is charged.
fn compile(pattern: &str, budget: usize) -> Result<(Regex, usize), regex::Error> {
    let mut result = Err(regex::Error::CompiledTooBig(0));
    for size in PATTERN_SIZES.into_iter().take_while(|&size| size <= budget) {
        let build = |pattern: &str| RegexBuilder::new(pattern).size_limit(size).build();
        // By itself first: what is no pattern could close the group that is put around it.
        result = build(pattern).and_then(|_| build(&source::whole(pattern))).map(|it| (it, size));
        if !matches!(result, Err(regex::Error::CompiledTooBig(_))) {
            break;
        }
    }
    result
}

/// The kinds of targets that need no policy.
fn default_scope() -> [(&'static str, ScopeKind); 3] {
    let kind = |levels: &[&str], broadest: &str| ScopeKind {
        levels: levels.iter().map(|&level| level.to_owned()).collect(),
        broadest: Some(broadest.to_owned()),
    };
    [
        (AZURE, kind(&AZURE_LEVELS, "resourceGroups")),
        ("github", kind(&["org", "repo", "path"], "repo")),
        ("service", kind(&["service", "component"], "service")),
    ]
}

fn place(tree: &Tree, pointer: &str) -> Place {
    tree.find(pointer).map_or_else(|| Place::file(tree.file()), |node| schema::place(node, pointer))
}

impl Policy {
    pub(crate) fn file(&self) -> &Arc<SourceFile> {
        self.tree.file()
    }

    pub(crate) fn control(&self, id: &str) -> Option<(usize, &Control)> {
        self.controls.iter().enumerate().find(|(_, control)| control.id == id)
    }

    /// The line of the policy that is the reason for a finding, where it is written down.
    pub(crate) fn at(&self, pointer: &str) -> Option<Place> {
        self.tree.find(pointer).map(|node| schema::place(node, pointer))
    }

    /// The e-mail addresses of the policy's people, with their places.
    pub(crate) fn addresses(&self) -> Vec<(&str, Place)> {
        let people = self.tree.find("/people").into_iter().flat_map(NodeRef::items);
        let emails = people.enumerate().flat_map(|(person, node)| {
            let emails = node.get("emails").into_iter().flat_map(NodeRef::items);
            emails.enumerate().filter_map(move |(index, email)| {
                let pointer = format!("/people/{person}/emails/{index}");
                Some((email.text()?, schema::place(email, &pointer)))
            })
        });
        emails.collect()
    }

    /// The codes whose level the policy sets, with the place of each.
    pub(crate) fn rule_places(&self) -> Vec<(&str, RuleLevel, Place)> {
        let node = self.tree.find("/rules");
        let entries = node.into_iter().flat_map(NodeRef::entries);
        entries
            .filter_map(|(code, node)| {
                let level = *self.rules.get(code)?;
                let place = schema::place(node, &format!("/rules/{code}"));
                Some((code, level, Place { span: node.key_span()?, ..place }))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = "version: 1\nregister: 6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11\n";

    fn policy(more: &str) -> Result<Policy, Vec<Finding>> {
        let text = format!("{MINIMAL}{more}");
        load(&Arc::new(SourceFile::new("exceptions/policy.yaml", text))).map(|(policy, _)| policy)
    }

    #[track_caller]
    fn problem(more: &str) -> String {
        let findings = policy(more).expect_err("unusable");
        let lines: Vec<String> = findings
            .iter()
            .map(|finding| {
                let start = finding.place.start();
                format!("{}:{} {} {}", start.line, start.column, finding.code.id, finding.message)
            })
            .collect();
        lines.join("\n")
    }

    #[test]
    fn version_and_register_alone_are_a_policy_with_the_defaults() {
        let policy = policy("").expect("usable");
        assert_eq!(policy.mainline, "main");
        assert_eq!(
            RiskLevel::ALL.map(|risk| policy.durations.max_days.get(risk)),
            [365, 180, 90, 30]
        );
        assert_eq!(
            RiskLevel::ALL.map(|risk| policy.review_every_days.get(risk)),
            [180, 90, 60, 30]
        );
        assert_eq!((policy.durations.max_total_days, policy.durations.max_renewals), (540, 2));
        assert_eq!(policy.warn_within_days, 30);
        assert!(policy.id_pattern.is_match("EXC-2026-K7QD"));
        assert!(!policy.id_pattern.is_match("EXC-2026-K7QDX"));
    }

    #[test]
    fn a_risk_that_is_left_out_keeps_its_default() {
        let policy = policy("durations: {max_days: {high: 45}}\n").expect("usable");
        assert_eq!(
            RiskLevel::ALL.map(|risk| policy.durations.max_days.get(risk)),
            [365, 180, 45, 30]
        );
        assert_eq!(policy.durations.max_renewals, 2);
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
    fn the_addresses_of_people_are_known_with_their_places() {
        let people = "people:\n  - {id: a, name: A, emails: [a@example.com, b@example.com]}\n  - {id: c, name: C, emails: [c@example.com]}\n";
        let policy = policy(people).expect("usable");
        let addresses: Vec<String> = policy
            .addresses()
            .iter()
            .map(|(text, place)| format!("{text} {} {}", place.pointer, place.start().line))
            .collect();
        assert_eq!(
            addresses,
            [
                "a@example.com /people/0/emails/0 4",
                "b@example.com /people/0/emails/1 4",
                "c@example.com /people/1/emails/0 5"
            ]
        );
    }

    #[test]
    fn every_problem_of_the_schema_has_a_help_that_fits_the_policy() {
        let help = |more: &str| {
            let findings = policy(more).expect_err("unusable");
            findings.into_iter().map(|f| f.help.unwrap_or_default()).collect::<Vec<_>>()
        };
        assert_eq!(help("durations: {max_renewals: -1}\n"), ["write 0 or more"]);
        assert_eq!(help("cliff: {records: 1}\n"), ["write 2 or more"]);
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
    fn a_pattern_cannot_break_out_of_the_whole_text() {
        let unopened = "EXC030 the pattern cannot be used: unopened group";
        for pattern in ["ok)|(?:.*", "ok)|(?:"] {
            assert_eq!(
                problem(&format!("ids: {{pattern: '{pattern}'}}\n")),
                format!("3:16 {unopened}")
            );
            let field = format!("fields: {{a: {{type: string, pattern: '{pattern}'}}}}\n");
            assert_eq!(problem(&field), format!("3:37 {unopened}"), "{pattern}");
        }
        let policy = policy("ids: {pattern: 'a|b'}\n").expect("usable");
        assert!(policy.id_pattern.is_match("b") && !policy.id_pattern.is_match("bx"));
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

    fn fields(n: usize, more: &str) -> String {
        let fields = (0..n).map(|n| format!("  f{n}: {{type: string{more}}}\n"));
        format!("fields:\n{}", fields.collect::<String>())
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
    fn patterns_that_are_too_large_together_are_refused_once() {
        let text = fields(40, ", pattern: '(a{90}){90}'");
        assert!(policy(&fields(2, ", pattern: '(a{90}){90}'")).is_ok());
        let problem = problem(&text);
        assert!(
            problem.ends_with("EXC030 the patterns of this policy are too large together"),
            "{problem}"
        );
        assert_eq!(problem.lines().count(), 1, "{problem}");
    }

    #[test]
    fn patterns_that_are_too_large_by_themselves_use_up_the_budget() {
        let problem = problem(&fields(150, r", pattern: '(\w{90}){90}'"));
        let lines: Vec<&str> = problem.lines().collect();
        assert_eq!(lines.len(), 9, "{problem}");
        assert!(lines[0].contains("exceeds size limit"), "{problem}");
        assert!(lines[8].contains("too large together"), "{problem}");
    }

    #[test]
    fn a_pattern_of_any_length_is_not_compiled() {
        let problem = problem(&format!("ids: {{pattern: '{}x'}}\n", r"\w|".repeat(100_000)));
        assert_eq!(problem, "3:16 EXC030 the pattern has 300001 characters, more than 1000");
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

    #[test]
    fn a_pattern_bomb_is_refused() {
        let problem = problem("ids: {pattern: '(((a{1,1000}){1,1000}){1,1000})'}\n");
        assert!(problem.starts_with("3:16 EXC030 the pattern cannot be used"), "{problem}");
    }
}
