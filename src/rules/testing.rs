//! Tests of rules: good records with parts replaced, and fixtures whose comments are the
//! expectation.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use chrono::NaiveDate;

use super::{Check, Context, Rule, apply_levels, check, check_clock, scope_fault};
use crate::finding::{Finding, Place};
use crate::git;
use crate::policy::{self, Policy};
use crate::register::{self, Register, Store};
use crate::text::SourceFile;

/// The day on which all fixtures are judged.
pub(crate) const TODAY: &str = "2026-11-20";

const RECORD_PATH: &str = "exceptions/EXC-2026-K7QD.yaml";
const POLICY_PATH: &str = "exceptions/policy.yaml";

/// A record without a fault.
pub(crate) const RECORD: &str = "\
id: EXC-2026-K7QD
title: Model proxy keeps a public endpoint until vendor private link ships
controls:
  - AZ-NET-004
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-model-proxy
risk:
  level: high
  statement: Prompt traffic is reachable from the internet; a leaked key could be used from anywhere.
owner: {name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}
requester: {name: Lee Park, email: lee.park@example.com}
justification:
  blocker: The vendor's region offers no private link before 2027-02 (vendor ticket 48213).
  end_state: Traffic enters through the private endpoint pe-model-proxy; the public one is disabled.
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    reduces: use of a leaked key from outside
    owner: net.ops@example.com
    evidence: https://example.com/runs/8841
    verified: 2026-11-02
    verify_every: 30d
remediation:
  plan: Migrate to private link in the vendor's 2027-02 release.
  ticket: https://example.com/tickets/PLAT-2231
  milestones:
    - {due: 2027-01-15, what: Private endpoint created in staging}
opened: 2026-11-05
expires: 2027-01-31
renewals: []
reviews: []
";

/// A policy without a fault.
pub(crate) const POLICY: &str = "\
version: 1
register: 6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11
groups: [\"*-team@*\", \"team-*@*\"]
vague: [makes it work]
controls:
  - {id: AZ-NET-004, title: No public network access, max_days: 120}
  - {id: AZ-KV-001, title: Soft delete on key vaults, never_exempt: true}
  - {id: LOG-002, title: Prompt logs reach the central store}
";

pub(crate) fn today() -> NaiveDate {
    TODAY.parse().expect("a date")
}

pub(crate) fn policy(text: &str) -> Policy {
    let file = Arc::new(SourceFile::new(POLICY_PATH, text));
    match policy::load(&file) {
        Ok((policy, _)) => policy,
        Err(findings) => panic!("the policy cannot be used: {findings:#?}\n{text}"),
    }
}

/// A text with its top-level blocks replaced by those of `changes` that start with the same key;
/// blocks with other keys are added at the end.
pub(crate) fn overlaid(text: &str, changes: &str) -> String {
    let mut blocks = blocks(text);
    for (key, block) in self::blocks(changes) {
        match blocks.iter_mut().find(|(known, _)| *known == key && !key.is_empty()) {
            Some((_, old)) => *old = block,
            None => blocks.push((key, block)),
        }
    }
    blocks.into_iter().map(|(_, block)| block).collect()
}

/// Lines by the top-level key under which they stand; neighbours with the same key are one block.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let starts = line.starts_with(|c: char| c.is_alphanumeric() || c == '"');
        let key = line.split(':').next().unwrap_or_default().trim_matches('"').to_owned();
        match blocks.last_mut() {
            Some((open, block)) if !starts || *open == key => block.push_str(&format!("{line}\n")),
            _ => blocks.push((if starts { key } else { String::new() }, format!("{line}\n"))),
        }
    }
    blocks
}

/// Checks a rule against a fixture: YAML that replaces parts of the good record, with comments that
/// mark what the rule says. `^` marks the finding, `-` a label:
///
/// ```yaml
/// expires: 2027-12-31
/// #        ^^^^^^^^^^ error[EXC203]: 421 days; ...
/// ```
#[track_caller]
pub(crate) fn check_rule(rule: &Rule, fixture: &str) {
    check_rule_with(rule, fixture, "");
}

/// The same, under the good policy with parts replaced.
#[track_caller]
pub(crate) fn check_rule_with(rule: &Rule, fixture: &str, policy_changes: &str) {
    let text = overlaid(RECORD, &without_annotations(fixture));
    let annotated = annotate(&text, &findings_of(rule, &text, policy_changes));
    // Only the part that the fixture replaced is compared.
    let expected: String =
        fixture.lines().filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect();
    let expected = overlaid(RECORD, &expected);
    similar(&expected, &annotated);
}

/// What the labels of a rule's findings point to in the policy, for a good record with parts
/// replaced.
pub(crate) fn policy_labels(rule: &Rule, changes: &str, policy_changes: &str) -> Vec<String> {
    let findings = findings_of(rule, &overlaid(RECORD, changes), policy_changes);
    let labels = findings.iter().flat_map(|finding| &finding.labels);
    labels
        .filter(|label| label.place.file.path() == POLICY_PATH)
        .map(|label| label.place.file.slice(label.place.span).to_owned())
        .collect()
}

fn findings_of(rule: &Rule, text: &str, policy_changes: &str) -> Vec<Finding> {
    let policy = policy(&overlaid(POLICY, policy_changes));
    let context = Context { policy: &policy, today: today() };
    let file = Arc::new(SourceFile::new(RECORD_PATH, text));
    let register = register::from_files("exceptions", vec![file], &policy.record_schema);
    run(rule, &register, &context)
}

/// What a rule alone says about a register, worst first.
fn run(rule: &Rule, register: &Register, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    match rule.check {
        Check::Load => findings
            .extend(register.findings.iter().filter(|finding| finding.code == rule.code).cloned()),
        Check::Record(check) => {
            register.records.iter().for_each(|record| check(record, context, &mut findings))
        }
        Check::Target(check) => register
            .records
            .iter()
            .flat_map(|record| scope_fault::faults(record, context))
            .for_each(|target| check(&target, context, &mut findings)),
        Check::Register(check) => check(register, context, &mut findings),
    }
    apply_levels(&mut findings, context.policy);
    crate::finding::sort(&mut findings);
    findings
}

#[track_caller]
fn similar(expected: &str, actual: &str) {
    let trim = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let (expected, actual) = (trim(expected), trim(actual));
    assert!(expected == actual, "expected:\n{expected}\n\nactual:\n{actual}");
}

fn is_annotation(line: &str) -> bool {
    line.trim_start().strip_prefix('#').is_some_and(|rest| {
        rest.trim_start().starts_with("^") || rest.trim_start().starts_with("---")
    })
}

fn without_annotations(fixture: &str) -> String {
    let kept = fixture.lines().filter(|line| !line.is_empty() && !is_annotation(line));
    kept.map(|line| format!("{line}\n")).collect()
}

fn annotate(text: &str, findings: &[Finding]) -> String {
    let mut marks: Vec<(usize, usize, String)> = Vec::new();
    for finding in findings {
        let message =
            format!("{}[{}]: {}", finding.level.as_str(), finding.code.id, finding.message);
        marks.push(mark(&finding.place, '^', &message));
        let here = |label: &&crate::finding::Label| label.place.file.path() == RECORD_PATH;
        marks.extend(
            finding.labels.iter().filter(here).map(|label| mark(&label.place, '-', &label.text)),
        );
    }
    marks.sort();
    let mut annotated = String::new();
    for (index, line) in text.lines().enumerate() {
        annotated.push_str(&format!("{line}\n"));
        for (_, _, mark) in marks.iter().filter(|(at, ..)| *at == index + 1) {
            annotated.push_str(&format!("{mark}\n"));
        }
    }
    annotated
}

fn mark(place: &Place, sign: char, text: &str) -> (usize, usize, String) {
    let (start, end) = (place.start(), place.end());
    let width = if end.line == start.line { end.column - start.column } else { 1 }.max(1);
    let (indent, width) = match start.column {
        // The `#` takes the first column.
        1 => (0, width.saturating_sub(1).max(1)),
        column => (column - 2, width),
    };
    let signs = sign.to_string().repeat(width);
    (start.line, start.column, format!("#{}{signs} {text}", " ".repeat(indent)))
}

/// What a rule says about a register, in lines: the finding, its labels, its help. Each record is
/// the good one with parts replaced, in a file of its own; `id` follows the file's name.
pub(crate) fn report_of(rule: &Rule, records: &[(&str, &str)], policy_changes: &str) -> String {
    let policy = policy(&overlaid(POLICY, policy_changes));
    let context = Context { policy: &policy, today: today() };
    let files = records.iter().map(|(name, changes)| {
        let stem = name.rsplit('/').next().unwrap_or_default().trim_end_matches(".yaml");
        let text = overlaid(&overlaid(RECORD, &format!("id: {stem}")), changes);
        Arc::new(SourceFile::new(format!("exceptions/{name}"), text))
    });
    let register = register::from_files("exceptions", files.collect(), &policy.record_schema);
    let findings = run(rule, &register, &context);
    let place = |place: &Place| {
        let (file, start) = (place.file.path().trim_start_matches("exceptions/"), place.start());
        format!("{file}:{}:{}", start.line, start.column)
    };
    let mut lines = String::new();
    for finding in &findings {
        let (at, level) = (place(&finding.place), finding.level.as_str());
        lines += &format!("{at} {level}[{}]: {}\n", finding.code.id, finding.message);
        for label in &finding.labels {
            lines += &format!("  {} {}\n", place(&label.place), label.text);
        }
        if let Some(help) = &finding.help {
            lines += &format!("  help: {help}\n");
        }
        if let Some(owner) = &finding.owner {
            lines += &format!("  owner: {}\n", owner.email);
        }
    }
    lines
}

/// Runs the *Example* and the *Instead* of a rule's page.
#[track_caller]
pub(crate) fn run_page(rule: &Rule) {
    let code = rule.code.id;
    let (_, example) = rule.docs.split_once("## Example\n").expect("a page has an example");
    let (example, instead) = example.split_once("## Instead\n").expect("a page has an instead");
    if code == "EXC009" && folds_case() {
        // The two files of its example are one file here.
        return;
    }
    let mut raised = run_blocks(code, example);
    raised.dedup();
    assert_eq!(raised, [code], "{code}: the example raises its code and no other");
    assert_eq!(run_blocks(code, instead), [""; 0], "{code}: the instead raises nothing");
}

/// Whether the file system of temporary directories keeps `a` and `A` in one place.
fn folds_case() -> bool {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("a"), "").expect("a file is written");
    directory.path().join("A").exists()
}

/// The codes that the register of a page's part raises, sorted.
fn run_blocks(code: &str, part: &str) -> Vec<&'static str> {
    let mut files: Vec<(String, String)> = vec![
        (POLICY_PATH.to_owned(), POLICY.to_owned()),
        (RECORD_PATH.to_owned(), RECORD.to_owned()),
    ];
    let mut commands = String::new();
    let mut newest = None;
    let mut n_blocks = 0;
    let mut rest = part;
    while let Some((_, block)) = rest.split_once("\n```") {
        let (block, after) =
            block.split_once("\n```").unwrap_or_else(|| panic!("{code}: a block ends"));
        let (language, block) = block.split_once('\n').unwrap_or((block, ""));
        rest = after;
        n_blocks += 1;
        match language {
            "console" => newest = Some(committed(code, block)),
            "sh" => commands.push_str(&format!("{block}\n")),
            "yaml" => {
                let (path, changes) = match block.strip_prefix("# exceptions/") {
                    Some(named) => {
                        let (path, changes) = named.split_once('\n').unwrap_or((named, ""));
                        (format!("exceptions/{path}"), changes)
                    }
                    None => (RECORD_PATH.to_owned(), block),
                };
                let base = if path == POLICY_PATH { POLICY } else { RECORD };
                let base =
                    files.iter().find(|(known, _)| *known == path).map_or(base, |(_, text)| text);
                let mut text = overlaid(base, changes);
                if path != POLICY_PATH && !files.iter().any(|(known, _)| *known == path) {
                    let id = path.trim_start_matches("exceptions/").trim_end_matches(".yaml");
                    if !changes.contains("\nid:") && !changes.starts_with("id:") {
                        text = overlaid(&text, &format!("id: {id}"));
                    }
                }
                files.retain(|(known, _)| *known != path);
                files.push((path, text));
            }
            other => panic!("{code}: a block is `yaml`, `sh` or `console`, not `{other}`"),
        }
    }
    assert!(n_blocks > 0, "{code}: a part of the page has a block");

    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::create_dir(directory.path().join("exceptions")).expect("a directory");
    for (path, text) in &files {
        fs::write(directory.path().join(path), text).expect("a file is written");
    }
    if !commands.is_empty() {
        let status = Command::new("sh")
            .args(["-eu", "-c", &commands])
            .current_dir(directory.path())
            .status();
        assert!(status.expect("a shell").success(), "{code}: `{commands}` fails");
    }
    if let Some(newest) = newest {
        git::testing::commit_at(directory.path(), newest, "+0000");
    }
    let mut codes: Vec<&'static str> =
        load_and_check(directory.path()).iter().map(|finding| finding.code.id).collect();
    codes.sort_unstable();
    codes
}

/// The moment of the newest commit that a terminal shows, on the day of all fixtures.
fn committed(code: &str, shown: &str) -> i64 {
    let after = |command: &str| {
        let (_, rest) = shown.split_once(command).unwrap_or_else(|| panic!("{code}: `{command}`"));
        rest.lines().nth(1).unwrap_or_default()
    };
    assert_eq!(after("$ date -u +%F"), TODAY, "{code}");
    let moment = chrono::DateTime::parse_from_rfc3339(after("$ git log -1 --format=%cI"));
    moment.unwrap_or_else(|error| panic!("{code}: {error}")).timestamp()
}

fn load_and_check(root: &Path) -> Vec<Finding> {
    let directory = root.join("exceptions");
    let text = fs::read_to_string(directory.join("policy.yaml")).expect("the policy is text");
    let file = Arc::new(SourceFile::new(POLICY_PATH, text));
    let policy = match policy::load(&file) {
        Ok((policy, _)) => policy,
        Err(findings) => return findings,
    };
    let levels = super::check_levels(&policy);
    if !levels.is_empty() {
        return levels;
    }
    let store = Store::Directory(directory);
    let register: Register = register::load(&store, "exceptions", &policy.record_schema);
    let context = Context { policy: &policy, today: today() };
    let repo = git::Repo::discover(root).expect("a repository that can be read, or none");
    let newest = repo.and_then(|repo| repo.head_day().expect("a commit that can be read, or none"));
    let mut findings = check(&register, &context);
    findings.extend(newest.into_iter().flat_map(|newest| check_clock(newest, &context)));
    findings
}

/// The sample records: each invalid one starts with the findings that it must raise, as pairs of
/// code and place. The file name tells a reader what is wrong, so that it is not the id.
#[test]
fn every_record_of_the_samples_does_what_its_name_says() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records");
    let mut failures = String::new();
    for (folder, n_at_least) in [("valid", 12), ("invalid", 45)] {
        let mut paths: Vec<_> = fs::read_dir(samples.join(folder))
            .expect("a folder of samples")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        assert!(paths.len() >= n_at_least, "{folder} holds {} samples", paths.len());
        for path in paths {
            let text = fs::read_to_string(&path).expect("a sample is text");
            let header = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
            let expected = header.strip_prefix("# expect: ").unwrap_or_default();
            assert_eq!(expected.is_empty(), folder == "valid", "{}", path.display());
            let actual = sample_findings(&text);
            if actual != expected {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                failures.push_str(&format!("{folder}/{name}: {expected} ≠ {actual}\n"));
            }
        }
    }
    assert!(failures.is_empty(), "expected ≠ actual:\n{failures}");
}

/// `EXC110 2:8 EXC102 4:1`, in the order of the places.
fn sample_findings(text: &str) -> String {
    let policy = policy(POLICY);
    let load = |path: &str| {
        let file = Arc::new(SourceFile::new(path, text));
        register::from_files("exceptions", vec![file], &policy.record_schema)
    };
    let register = load(RECORD_PATH);
    let register = match register.records.first().map(|record| record.exception.id.clone()) {
        Some(id) if !id.is_empty() => load(&format!("exceptions/{id}.yaml")),
        _ => register,
    };
    let findings = check(&register, &Context { policy: &policy, today: today() });
    let mut places: Vec<(usize, usize, &str)> = findings
        .iter()
        .map(|finding| {
            let start = finding.place.start();
            (start.line, start.column, finding.code.id)
        })
        .collect();
    places.sort_unstable();
    let shown: Vec<String> =
        places.iter().map(|(line, column, code)| format!("{code} {line}:{column}")).collect();
    shown.join(" ")
}
