//! What rules about a change say about a register before and after.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::good::{POLICY, RECORD, RECORD_PATH, overlaid, policy, today};
use super::lines_of;
use crate::changes;
use crate::finding::Finding;
use crate::history::{self, Ground, Needs, Trail};
use crate::policy::Policy;
use crate::register::{self, Register};
use crate::rules::{Context, GitFile, LostApproval, Proposal, Rule, check_proposal};
use crate::source::Record;
use crate::text::SourceFile;

/// Paths, each with its text.
type Files<'a> = &'a [(&'a str, &'a str)];

/// A register before or after a change.
pub(super) struct Moment<'a> {
    pub(super) register: &'a Register,
    pub(super) policy: &'a Policy,
}

/// What all rules say about a change.
pub(super) fn findings_of_change(
    before: &Moment<'_>,
    after: &Moment<'_>,
    retired: &BTreeMap<String, String>,
    git_files: &[GitFile],
    lost_approvals: &[LostApproval],
) -> Vec<Finding> {
    let records = changes::registers(before.register, after.register);
    let ids = after.register.exceptions().map(|exception| exception.id.clone()).collect();
    let is_same = before.policy.file().text() == after.policy.file().text();
    let branch = history::Branch::default();
    let ground = Ground { policy: before.policy, branch: &branch, is_complete: true };
    let needs: Vec<(&Record, Needs<'_>)> = records
        .iter()
        .filter_map(|change| {
            // The register before the change is taken for settled.
            let settled = change.before.map(|text| Trail::settled_at(text, before.policy));
            let proposal = history::Proposal::of_record(ground, settled.as_ref(), change.after?)?;
            Some((change.after?, Needs::of(&proposal, &[], |_| false)?))
        })
        .collect();
    let proposal = Proposal {
        register: "exceptions",
        records: &records,
        ids: &ids,
        retired,
        policies: (!is_same).then_some((before.policy, after.policy)),
        git_files,
        lost_approvals,
        needs: &needs,
    };
    check_proposal(&proposal, &Context { policy: before.policy, today: today() })
}

/// What a rule says about records that become others, in lines.
pub(crate) fn change_report(rule: &Rule, before: Files<'_>, after: Files<'_>) -> String {
    report(rule, (POLICY, before), (POLICY, after), &[])
}

/// What a rule says about the good record with parts replaced, before and after.
pub(crate) fn record_change_report(rule: &Rule, before: &str, after: &str) -> String {
    let (before, after) = (overlaid(RECORD, before), overlaid(RECORD, after));
    change_report(rule, &[(RECORD_PATH, &before)], &[(RECORD_PATH, &after)])
}

/// What a rule says about the good policy with parts replaced, changed together with a record.
pub(crate) fn policy_change_report(rule: &Rule, before: &str, after: &str) -> String {
    let (before, after) = (overlaid(POLICY, before), overlaid(POLICY, after));
    let record = overlaid(RECORD, "tags: [changed]\n");
    let (old, new) = ([(RECORD_PATH, RECORD)], [(RECORD_PATH, record.as_str())]);
    report(rule, (&before, &old), (&after, &new), &[])
}

/// What is said about a file of git that changes beside the good record, in lines. The policy knows
/// Alice by two addresses.
pub(crate) fn git_file_report(path: &str, before: &str, after: &str) -> String {
    let file = |text: &str| Arc::new(SourceFile::new(path, text));
    let people = "people:\n  - {id: alice, name: Alice Kim, emails: [alice@example.com, alice.kim@example.com]}\n";
    let policy = format!("{POLICY}{people}");
    let files: Files<'_> = &[(RECORD_PATH, RECORD)];
    let git_file = GitFile { before: file(before), after: file(after) };
    let rule = crate::rules::find("EXC407").expect("a rule");
    report(rule, (&policy, files), (&policy, files), &[git_file])
}

fn report(
    rule: &Rule,
    before: (&str, Files<'_>),
    after: (&str, Files<'_>),
    git_files: &[GitFile],
) -> String {
    let load = |(policy_text, files): (&str, Files<'_>)| {
        let policy = policy(policy_text);
        let file = |&(path, text): &(&str, &str)| Arc::new(SourceFile::new(path, text));
        let files = files.iter().map(file).collect();
        (register::from_files("exceptions", files, &policy.record_schema), policy)
    };
    let (before, after) = (load(before), load(after));
    let before = Moment { register: &before.0, policy: &before.1 };
    let after = Moment { register: &after.0, policy: &after.1 };
    let mut findings = findings_of_change(&before, &after, &BTreeMap::new(), git_files, &[]);
    findings.retain(|finding| finding.code == rule.code);
    lines_of(&findings)
}
