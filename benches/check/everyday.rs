//! The commands that somebody waits for, on a register in git, beside a bare read of it.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{EXC, Options, generate, git, ratio, run, side_by_side, verdict};

/// Records of the register.
const RECORDS: usize = 2_000;
/// Milliseconds that a command may take.
const MAX: f64 = 100.0;

/// What each command is called with. Those that change a record only show it, so that each round
/// finds the same register.
const COMMANDS: [&[&str]; 17] = [
    &["list"],
    &["show", "@ID"],
    &["check", "@PATH"],
    &["review", "@ID"],
    &["diff"],
    &["verify", "@ID"],
    &["doctor"],
    // Signed, and printed instead of written.
    &["approve", "@ID", "--as", "ada", "--key", "@KEY", "--yes", "--print"],
    &[
        "renew",
        "@ID",
        "--for",
        "110d",
        "--reason",
        "The vendor moved it to March",
        "--evidence",
        "case 9",
        "--dry-run",
    ],
    &[
        "close",
        "@ID",
        "--outcome",
        "remediated",
        "--note",
        "Switched to the private endpoint",
        "--dry-run",
    ],
    &["amend", "@ID", "--tag", "network", "--dry-run"],
    &["verify-control", "@ID", "--dry-run"],
    &[
        "record-review",
        "@ID",
        "--by",
        "ada@example.com",
        "--note",
        "The vendor confirmed March",
        "--dry-run",
    ],
    // Judged whole, and refused for its reason, so that nothing is written.
    &[
        "new",
        "--no-input",
        "--title",
        "Another exception of another service until June",
        "--control",
        "LOG-001",
        "--scope",
        "service:/another/part",
        "--risk",
        "low",
        "--risk-statement",
        "Logs of one service could be lost.",
        "--owner-name",
        "Ada Ruiz",
        "--owner-email",
        "ada@example.com",
        "--team",
        "search",
        "--requester-name",
        "Lee Park",
        "--requester-email",
        "lee@example.com",
        "--blocker",
        "We needed this to work.",
        "--end-state",
        "Logs reach the store.",
        "--plan",
        "Switch with the June release.",
        "--for",
        "30d",
    ],
    &["fmt", "--check", "@PATH"],
    &["explain", "EXC203"],
    &["completions", "bash"],
];

pub(crate) fn measure(out: &mut impl Write, options: &Options, directory: &Path) -> Result<()> {
    let root = directory.join("everyday");
    generate::write(&root, RECORDS, 0)?;
    let key = directory.join("ada");
    approver(&root, &key)?;
    git(&root, &["init", "--quiet", "--initial-branch=main"])?;
    git(&root, &["add", "--all"])?;
    git(&root, &["commit", "--quiet", "--message=start"])?;
    // As a clone has it.
    git(&root, &["gc", "--quiet"])?;
    // The first look at a history is kept.
    run(exc(&root).arg("list"), &[0])?;
    writeln!(out, "\n{RECORDS} records in git, what somebody waits for")?;
    let number = RECORDS / 2;
    let id = generate::id(number);
    let path = format!("exceptions/{:04}/{id}.yaml", number / generate::PER_FOLDER);
    let mut floor = Command::new(std::env::current_exe()?);
    floor.args(["--floor", "read"]).arg(&root);
    let key = key.to_string_lossy();
    let mut slowest = 0.0_f64;
    for words in COMMANDS {
        let mut command = exc(&root);
        command.args(words.iter().map(|word| match *word {
            "@ID" => id.as_str(),
            "@PATH" => path.as_str(),
            "@KEY" => &key,
            word => word,
        }));
        // A refusal for anything else would be quick, and no measure.
        let code = match words[0] {
            // Nobody has signed anything, and one of them names no code owners.
            "new" | "doctor" | "verify" => 1,
            _ => 0,
        };
        let mut best = f64::MAX;
        let mut read = f64::MAX;
        for _ in 0..options.rounds {
            best = best.min(run(&mut command, &[code])?.as_secs_f64() * 1e3);
            read = read.min(run(&mut floor, &[0])?.as_secs_f64() * 1e3);
        }
        slowest = slowest.max(best);
        let name = words[..words.len().min(2)].join(" ");
        writeln!(out, "  exc {name:<24} {best:>7.1} ms  {:>6.2} × reading the files", best / read)?;
    }
    verdict(out, "the slowest, milliseconds", slowest, "at most", MAX)
}

/// Names somebody in the policy who may approve, with a key of their own.
fn approver(root: &Path, key: &Path) -> Result<()> {
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f"]).arg(key);
    run(&mut keygen, &[0])?;
    let public = std::fs::read_to_string(key.with_extension("pub"))?;
    let public = public.trim_end().trim_end_matches(" ada");
    let people = format!(
        "people:\n  - {{id: ada, name: Ada Ruiz, emails: [ada@example.com], roles: [approver], keys: [{{key: \"{public}\", from: 2026-01-01}}]}}\n"
    );
    let path = root.join("exceptions/policy.yaml");
    Ok(std::fs::write(&path, std::fs::read_to_string(&path)? + &people)?)
}

/// `exc fmt --check` beside `exc check`, of records that are laid out already and of some that are
/// not.
pub(crate) fn layout(out: &mut impl Write, options: &Options, root: &Path) -> Result<()> {
    writeln!(out, "\nlayout of {} records", options.records)?;
    let check = || {
        let mut command = exc(root);
        command.args(["check", "--no-base"]);
        command
    };
    let fmt = || {
        let mut command = exc(root);
        command.args(["fmt", "--check"]);
        command
    };
    run(exc(root).arg("fmt"), &[0])?;
    let [judged, same] = side_by_side(options.rounds, [check(), fmt()])?;
    verdict(out, "exc fmt --check / exc check", ratio(same, judged), "at most", 2.0)?;
    for folder in std::fs::read_dir(root.join("exceptions"))? {
        let folder = folder?.path();
        let Ok(files) = std::fs::read_dir(&folder) else { continue };
        for file in files {
            let path = file?.path();
            let text = std::fs::read_to_string(&path)?;
            std::fs::write(
                &path,
                text.replace("  level:", "    level:").replace("  statement:", "    statement:"),
            )?;
        }
    }
    let mut best = [std::time::Duration::MAX; 2];
    for _ in 0..options.rounds {
        best[0] = run(&mut check(), &[0])?.min(best[0]);
        best[1] = run(&mut fmt(), &[1])?.min(best[1]);
    }
    verdict(out, "the same, all to be laid out anew", ratio(best[1], best[0]), "at most", 2.0)
}

fn exc(root: &Path) -> Command {
    let mut command = Command::new(EXC);
    command.args(["--today", generate::TODAY, "-C"]).arg(root);
    command
}
