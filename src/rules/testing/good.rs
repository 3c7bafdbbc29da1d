//! A record and a policy without a fault, and the day on which all fixtures are judged.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::policy::{self, Policy};
use crate::text::SourceFile;

/// The day on which all fixtures are judged.
const TODAY: &str = "2026-11-20";

pub(super) const RECORD_PATH: &str = "exceptions/EXC-2026-K7QD.yaml";
pub(super) const POLICY_PATH: &str = "exceptions/policy.yaml";

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
