//! Tests of rules: good records with parts replaced, and fixtures whose comments are the
//! expectation.
//!
//! Every rule is also tested by its page ([`pages`]), and all of them by the sample records
//! ([`samples`]).

mod annotations;
mod changed;
mod good;
mod pages;
mod samples;

use std::sync::Arc;

use self::annotations::{annotate, without_annotations};
pub(crate) use self::changed::{
    change_report, git_file_report, policy_change_report, record_change_report,
};
pub(crate) use self::good::{POLICY, RECORD, overlaid, policy, today};
use self::good::{POLICY_PATH, RECORD_PATH};
use super::levels::apply_levels;
use super::{Check, Context, Rule, scope_fault};
use crate::finding::{Finding, Place};
use crate::register::{self, Register};
use crate::source::Record;
use crate::text::SourceFile;

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
    lines_of(&run(rule, register, &context))
}

/// Findings with their labels and helps.
fn lines_of(findings: &[Finding]) -> String {
    let place = |place: &Place| {
        let (file, start) = (place.file.path().trim_start_matches("exceptions/"), place.start());
        format!("{file}:{}:{}", start.line, start.column)
    };
    let mut lines = String::new();
    for finding in findings {
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

fn findings_of(rule: &Rule, text: &str, policy_changes: &str) -> Vec<Finding> {
    let policy = policy(&overlaid(POLICY, policy_changes));
    let context = Context { policy: &policy, today: today() };
    let file = Arc::new(SourceFile::new(RECORD_PATH, text));
    let register = register::from_files("exceptions", vec![file], &policy.record_schema);
    run(rule, register, &context)
}

/// What a rule alone says about a register, worst first. One about the register as a whole sees what
/// is kept of its records for that.
fn run(rule: &Rule, mut register: Register, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    match rule.check {
        Check::Load => findings
            .extend(register.findings.iter().filter(|finding| finding.code == rule.code).cloned()),
        Check::Record(_) | Check::OpenRecord(_) => {
            let look_at = |record| rule.check.look_at(record, context, &mut findings);
            register.records.iter().for_each(look_at);
        }
        Check::Target(check) => register
            .records
            .iter()
            .flat_map(|record| scope_fault::faults(record, context))
            .for_each(|target| check(&target, context, &mut findings)),
        Check::Register(check) => {
            register.records.iter_mut().for_each(Record::shed_texts);
            check(&register, context, &mut findings);
        }
        Check::Change(_) | Check::Proposal(_) => panic!("{} looks at a change", rule.code.id),
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
