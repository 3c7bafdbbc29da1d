//! Running the rules: over records, a register, a change, approvals and the clock.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::levels::apply_levels;
use super::{
    Check, Context, Proposal, RULES, binding_form, clock_behind, scope_fault, stray_approval,
};
use crate::finding::{self, Finding};
use crate::register::{self, ApprovalFile, Register, Store};
use crate::source::Record;

/// Reads a register and judges it: the register, and everything wrong with it, worst
/// first.
pub(crate) fn judge(store: &Store, name: &str, context: &Context<'_>) -> (Register, Vec<Finding>) {
    let schema = &context.policy.record_schema;
    let inspect = |record: &Record| check_record(record, context);
    let (register, inspected) = register::load_and_inspect(store, name, schema, &inspect);
    let findings = complete(&register, inspected, context);
    (register, findings)
}

/// The same, with the texts of the records.
pub(crate) fn judge_whole(
    store: &Store,
    name: &str,
    context: &Context<'_>,
) -> (Register, Vec<Finding>) {
    let schema = &context.policy.record_schema;
    let inspect = |record: &Record| check_record(record, context);
    let (register, inspected) = register::load_whole_and_inspect(store, name, schema, &inspect);
    let findings = complete(&register, inspected, context);
    (register, findings)
}

/// Everything that is wrong with a register that has been read, worst first.
pub(crate) fn check(register: &Register, context: &Context<'_>) -> Vec<Finding> {
    let inspect = |record| check_record(record, context);
    let inspected = register.records.par_iter().flat_map_iter(inspect).collect();
    complete(register, inspected, context)
}

/// What is wrong with some records of a register, by their places, and with the register as a
/// whole; worst first.
pub(crate) fn check_some(
    register: &Register,
    places: &[usize],
    context: &Context<'_>,
) -> Vec<Finding> {
    let records = places.iter().filter_map(|&at| register.records.get(at));
    let inspected = records.flat_map(|record| check_record(record, context)).collect();
    complete(register, inspected, context)
}

/// What is wrong with the bindings of a record.
pub(crate) fn check_bindings(record: &Record, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    binding_form::check(record, context, &mut findings);
    findings
}

/// What is wrong with a change, whatever the register is like that it makes; worst first.
pub(crate) fn check_proposal(proposal: &Proposal<'_>, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in RULES {
        match rule.check {
            Check::Proposal(check) => check(proposal, context, &mut findings),
            Check::Change(check) => {
                for change in proposal.records {
                    let n_known = findings.len();
                    check(change, context, &mut findings);
                    for finding in &mut findings[n_known..] {
                        finding.record = change.record().map(|it| it.exception.id.clone());
                    }
                }
            }
            _ => {}
        }
    }
    apply_levels(&mut findings, context.policy);
    finding::sort(&mut findings);
    findings
}

/// What is wrong with the files among the approvals of a register, by the id whose folder they
/// stand in.
pub(crate) fn check_approvals(
    files: &BTreeMap<String, Vec<ApprovalFile>>,
    register: &Register,
    context: &Context<'_>,
) -> Vec<Finding> {
    let mut findings = stray_approval::check(files, register, context);
    apply_levels(&mut findings, context.policy);
    findings
}

/// What the day of the newest commit says about the clock of this machine.
pub(crate) fn check_clock(newest: NaiveDate, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    clock_behind::check(newest, context, &mut findings);
    apply_levels(&mut findings, context.policy);
    findings
}

/// Adds to the findings about single records those about files and about the register as a whole.
fn complete(register: &Register, inspected: Vec<Finding>, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = inspected;
    findings.extend(register.findings.iter().cloned());
    findings.par_extend(RULES.par_iter().flat_map_iter(|rule| {
        let mut found = Vec::new();
        if let Check::Register(check) = rule.check {
            check(register, context, &mut found);
        }
        found
    }));
    apply_levels(&mut findings, context.policy);
    finding::sort(&mut findings);
    findings
}

pub(super) fn check_record(record: &Record, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in RULES {
        rule.check.look_at(record, context, &mut findings);
    }
    for target in scope_fault::faults(record, context) {
        for rule in RULES {
            if let Check::Target(check) = rule.check {
                check(&target, context, &mut findings);
            }
        }
    }
    for finding in &mut findings {
        if finding.record.is_none() && !record.exception.id.is_empty() {
            finding.record = Some(record.exception.id.clone());
        }
    }
    findings
}
