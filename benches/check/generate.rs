//! A deterministic register of any size: the same number gives the same bytes.

use std::fs;
use std::io;
use std::path::Path;

/// The day on which every generated record without a fault is valid.
pub(crate) const TODAY: &str = "2026-11-20";

/// Records in one folder; git and people walk small folders best.
pub(crate) const PER_FOLDER: usize = 100;

pub(crate) const POLICY: &str = "\
version: 1
register: 3d0f6a52-0f5e-4b39-8f0c-5a1f3c0f7a11
groups: [\"*-team@*\", \"team-*@*\"]
cliff: {records: 1000000}
controls:
  - {id: AZ-NET-004, title: No public network access}
  - {id: AZ-KEY-002, title: Keys are rotated every ninety days}
  - {id: LOG-001, title: Prompt logs reach the central store}
  - {id: AGT-003, title: Agents use the narrowest tool scope}
";

const CONTROLS: [&str; 4] = ["AZ-NET-004", "AZ-KEY-002", "LOG-001", "AGT-003"];
const TEAMS: [&str; 5] = ["ai-platform", "search", "payments", "data-science", "assistants"];
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Writes `exceptions/` with `n` records below `root`; every `fault_every`th has a fault, and 0
/// stands for none.
pub(crate) fn write(root: &Path, n: usize, fault_every: usize) -> io::Result<()> {
    let register = root.join("exceptions");
    fs::create_dir_all(&register)?;
    fs::write(register.join("policy.yaml"), POLICY)?;
    for number in 0..n {
        let folder = register.join(format!("{:04}", number / PER_FOLDER));
        if number % PER_FOLDER == 0 {
            fs::create_dir_all(&folder)?;
        }
        let is_faulty = fault_every > 0 && number % fault_every == 0;
        let text = if is_faulty { faulty(number, number / fault_every) } else { record(number) };
        fs::write(folder.join(format!("{}.yaml", id(number))), text)?;
    }
    Ok(())
}

pub(crate) fn id(number: usize) -> String {
    let letters: String =
        (0..4).rev().map(|i| char::from(LETTERS[number >> (5 * i) & 31])).collect();
    format!("EXC-2026-{letters}")
}

/// A record of about 1.5 kB without a fault. Dates are quoted, since some readers of YAML take a
/// bare one for no text.
pub(crate) fn record(number: usize) -> String {
    let id = id(number);
    let control = CONTROLS[number % CONTROLS.len()];
    let team = TEAMS[number % TEAMS.len()];
    let person = number % 997;
    let expires = 1 + number % 28;
    format!(
        "# yaml-language-server: $schema=../../schemas/exception.schema.json
id: {id}
title: Service {number} of {team} keeps its own setting until the vendor ships the missing feature
controls:
  - {control}
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-service-{number}
risk:
  level: medium
  statement: Traffic of service {number} could be read by whoever holds a leaked key of the old kind.
owner:
  name: Owner Number {person}
  email: owner.{person}@example.com
  team: {team}
requester:
  name: Requester Number {person}
  email: requester.{person}@example.com
justification:
  blocker: The vendor's region offers no private link before next year (vendor ticket {number}).
  end_state: Service {number} is reached through its private endpoint; the public one is disabled.
compensating_controls:
  - description: Address list limited to the two egress addresses of the build network {number}
    reduces: use of a leaked key from outside
    owner: net.ops@example.com
    evidence: https://example.com/runs/{number}
    verified: \"2026-11-02\"
    verify_every: 30d
remediation:
  plan: Migrate service {number} to the private endpoint in the vendor's next release.
  ticket: https://example.com/tickets/PLAT-{number}
  milestones:
    - due: \"2027-01-15\"
      what: Private endpoint of service {number} created in staging
opened: \"2026-11-05\"
expires: \"2027-02-{expires:02}\"
renewals: []
reviews: []
data_classification: internal
tags: [ai, vendor]
"
    )
}

/// A record with one of eight faults, in turn.
fn faulty(number: usize, turn: usize) -> String {
    let text = record(number);
    match turn % 8 {
        0 => text.replace("expires: \"2027-02-", "expires: \"2026-10-"),
        1 => text.replace("title:", "titel:"),
        2 => text.replace("level: medium", "level: middling"),
        3 => text.replace("  blocker: The", "  blocker: TODO #"),
        4 => text.replace("owner.", "ai-team@example.com #"),
        5 => text.replace("azure:/subscriptions", "azure:subscriptions"),
        6 => text.replace("2027-01-15", "2026-02-30"),
        _ => text.replace("    evidence:", "    evidenc:"),
    }
}
