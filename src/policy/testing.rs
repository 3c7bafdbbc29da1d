//! The smallest policy with lines added, and what is said about it.

use std::sync::Arc;

use super::{Policy, load};
use crate::finding::Finding;
use crate::text::SourceFile;

/// All that a policy needs.
pub(super) const MINIMAL: &str = "version: 1\nregister: 6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11\n";

pub(super) fn policy(more: &str) -> Result<Policy, Vec<Finding>> {
    let text = format!("{MINIMAL}{more}");
    load(&Arc::new(SourceFile::new("exceptions/policy.yaml", text))).map(|(policy, _)| policy)
}

#[track_caller]
pub(super) fn problem(more: &str) -> String {
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

/// So many custom fields, each a text with `more` about it.
pub(super) fn fields(n: usize, more: &str) -> String {
    let fields = (0..n).map(|n| format!("  f{n}: {{type: string{more}}}\n"));
    format!("fields:\n{}", fields.collect::<String>())
}
