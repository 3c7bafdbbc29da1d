//! What the two budgets share: counting, and the finding at the exception opened last.

use std::collections::BTreeMap;

use super::Context;
use crate::finding::{Code, Finding};
use crate::register::Register;
use crate::source::Record;

/// What a budget counts.
pub(super) struct Budget {
    pub(super) code: &'static Code,
    /// The line of the policy.
    pub(super) pointer: &'static str,
    pub(super) limit: usize,
    pub(super) help: &'static str,
}

/// A name to count by, and where a record says it.
pub(super) struct Share<'a> {
    pub(super) name: &'a str,
    pub(super) pointer: String,
}

impl Budget {
    /// One finding for each name that has more open records than the budget allows.
    pub(super) fn check<'a>(
        &self,
        register: &'a Register,
        context: &Context<'_>,
        shares: impl Fn(&'a Record) -> Vec<Share<'a>>,
        describe: impl Fn(&str) -> String,
        findings: &mut Vec<Finding>,
    ) {
        let mut by_name: BTreeMap<String, Vec<(&Record, Share<'_>)>> = BTreeMap::new();
        for record in register.open() {
            for share in shares(record).into_iter().filter(|share| !share.name.is_empty()) {
                by_name.entry(share.name.to_lowercase()).or_default().push((record, share));
            }
        }
        for members in by_name.values().filter(|members| members.len() > self.limit) {
            let opened = |(record, _): &&(&Record, Share<'_>)| {
                (record.exception.opened, record.file().path().to_owned())
            };
            let Some((record, share)) = members.iter().max_by_key(opened) else { continue };
            let message = format!(
                "{} open exceptions {}; the budget is {}",
                members.len(),
                describe(share.name),
                self.limit
            );
            let finding = self.code.finding(record.at(&share.pointer), message).help(self.help);
            let finding = finding.record(&record.exception.id);
            findings.push(context.because(finding, self.pointer, "the budget"));
        }
    }
}
