//! The bridge to enforcement tools, on a register whose every record is approved and bound to one
//! exemption of Azure: what is live against it, and the file that is made of it, beside a check.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Options, exc_command, generate, git, ratio, row, side_by_side, verdict};

/// Reconciling may take so many times as long as a check, with half as many suppressions as records.
const MAX_RECONCILE: f64 = 3.0;
/// The same of an export.
const MAX_EXPORT: f64 = 2.0;

pub(crate) fn measure(out: &mut impl Write, options: &Options, directory: &Path) -> Result<()> {
    let root = directory.join("bridge");
    let n_live = options.records / 2;
    writeln!(out, "\n{} records with bindings, {n_live} live suppressions", options.records)?;
    register(&root, options.records)?;
    let live: Vec<Value> = (0..n_live).map(exemption).collect();
    fs::write(root.join("live.json"), serde_json::to_string_pretty(&live)?)?;
    let exc = |words: &[&str]| {
        let mut command = Command::new(super::EXC);
        command.args(["--today", generate::TODAY, "-C"]).arg(&root).args(words);
        command
    };
    let mut check = exc_command(&root);
    check.arg("--no-base");
    // What is not covered, or not written, would be another measure: both end with 0 alone.
    let reconcile = exc(&["reconcile", "azure-policy", "live.json", "--format", "json"]);
    let commands = [check, reconcile, exc(&["export", "epac"])];
    let [check, reconcile, export] = side_by_side(options.rounds, commands)?;
    row(out, "exc check", check, check, "")?;
    row(out, "exc reconcile", reconcile, check, "")?;
    row(out, "exc export", export, check, "")?;
    verdict(out, "exc reconcile / exc check", ratio(reconcile, check), "at most", MAX_RECONCILE)?;
    verdict(out, "exc export / exc check", ratio(export, check), "at most", MAX_EXPORT)
}

/// A register that one person filed and another merged.
fn register(root: &Path, n: usize) -> Result<()> {
    generate::write(root, n, 0)?;
    let register = root.join("exceptions");
    let people =
        "people: [{id: ada, name: Ada Ruiz, emails: [ada@example.com], roles: [approver]}]\n";
    fs::write(register.join("policy.yaml"), format!("{}{people}", generate::POLICY))?;
    git(root, &["init", "--quiet", "--initial-branch=main"])?;
    git(root, &["add", "exceptions/policy.yaml"])?;
    git(root, &["commit", "--quiet", "--message=policy"])?;
    git(root, &["checkout", "--quiet", "-b", "records"])?;
    for number in 0..n {
        let folder = register.join(format!("{:04}", number / generate::PER_FOLDER));
        let binding = format!(
            "bindings:\n  - tool: azure-policy\n    assignment: {}\nrisk:\n",
            assignment(number)
        );
        let text = generate::record(number).replacen("risk:\n", &binding, 1);
        fs::write(folder.join(format!("{}.yaml", generate::id(number))), text)?;
    }
    git(root, &["add", "--all"])?;
    git(root, &["commit", "--quiet", "--message=records"])?;
    git(root, &["checkout", "--quiet", "main"])?;
    let merge = ["merge", "--quiet", "--no-ff", "--message=Merge records", "records"];
    let ada = ["-c", "user.name=Ada Ruiz", "-c", "user.email=ada@example.com"];
    git(root, &[&ada[..], &merge].concat())?;
    git(root, &["repack", "-adfq", "--depth=50", "--window=10"])
}

fn assignment(number: usize) -> String {
    let name = number % 50;
    format!(
        "/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/providers/Microsoft.Authorization/policyAssignments/deny-{name}"
    )
}

/// What a record allows, as `az policy exemption list` prints it.
fn exemption(number: usize) -> Value {
    let scope = format!(
        "/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-service-{number}"
    );
    json!({
        "id": format!("{scope}/providers/Microsoft.Authorization/policyExemptions/service-{number}"),
        "name": format!("service-{number}"),
        "policyAssignmentId": assignment(number),
        "exemptionCategory": "Mitigated",
        "expiresOn": format!("2027-02-{:02}T00:00:00Z", 1 + number % 28),
        "displayName": format!("{}: service {number}", generate::id(number)),
    })
}
