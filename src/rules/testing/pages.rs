//! The pages of rules are true: what an example shows is what happens.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use super::changed::{Moment, findings_of_change};
use super::good::{POLICY, POLICY_PATH, RECORD, RECORD_PATH, overlaid, policy, today};
use crate::finding::Finding;
use crate::git;
use crate::history::approval_at;
use crate::history::testing::{ALICE_SIGNED, BOB_SIGNED, statement};
use crate::register::{self, Store};
use crate::rules::{
    Check, Context, GitFile, LostApproval, RULES, Rule, check, check_approvals, check_clock,
    check_levels,
};
use crate::text::SourceFile;

#[test]
fn every_page_has_its_four_parts_in_order() {
    for rule in RULES {
        let headings: Vec<&str> =
            rule.docs.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(
            headings,
            ["What it checks", "Why it matters", "Example", "Instead"],
            "{}",
            rule.code.id
        );
    }
}

#[test]
fn every_example_raises_its_code_alone_and_every_instead_nothing() {
    for rule in RULES {
        run_page(rule);
    }
}

/// Runs the *Example* and the *Instead* of a rule's page.
#[track_caller]
fn run_page(rule: &Rule) {
    let code = rule.code.id;
    let (_, example) = rule.docs.split_once("## Example\n").expect("a page has an example");
    let (example, instead) = example.split_once("## Instead\n").expect("a page has an instead");
    if code == "EXC009" && folds_case() {
        // The two files of its example are one file here.
        return;
    }
    let mut raised = run_blocks(rule, example);
    raised.dedup();
    assert_eq!(raised, [code], "{code}: the example raises its code and no other");
    assert_eq!(run_blocks(rule, instead), [""; 0], "{code}: the instead raises nothing");
}

/// Whether the file system of temporary directories keeps `a` and `A` in one place.
fn folds_case() -> bool {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("a"), "").expect("a file is written");
    directory.path().join("A").exists()
}

/// What the blocks of a page's part make of a good register.
#[derive(Default)]
struct Part {
    /// Paths, each with its text, before a change; the same as after where a rule is about none.
    before: Vec<(String, String)>,
    files: Vec<(String, String)>,
    commands: String,
    /// When the newest commit was made.
    newest: Option<i64>,
    /// The ids of records that the branch once had.
    retired: BTreeMap<String, String>,
}

/// The codes that the register of a page's part raises, sorted.
fn run_blocks(rule: &Rule, part: &str) -> Vec<&'static str> {
    let code = rule.code.id;
    let is_change = matches!(rule.check, Check::Change(_) | Check::Proposal(_));
    let part = read_blocks(code, part, is_change);
    let directory = tempfile::tempdir().expect("a temporary directory");
    for (path, text) in &part.files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a directory");
        fs::write(path, text).expect("a file is written");
    }
    if !part.commands.is_empty() {
        let status = Command::new("sh")
            .args(["-eu", "-c", &part.commands])
            .current_dir(directory.path())
            .status();
        assert!(status.expect("a shell").success(), "{code}: `{}` fails", part.commands);
    }
    if let Some(newest) = part.newest {
        git::testing::commit_at(directory.path(), newest, "+0000");
    }
    let mut findings = load_and_check(directory.path());
    if is_change {
        findings.extend(check_change(directory.path(), &part));
    }
    let mut codes: Vec<&'static str> = findings.iter().map(|finding| finding.code.id).collect();
    codes.sort_unstable();
    codes
}

fn read_blocks(code: &str, part: &str, is_change: bool) -> Part {
    let mut files: Vec<(String, String)> = vec![
        (POLICY_PATH.to_owned(), POLICY.to_owned()),
        (RECORD_PATH.to_owned(), RECORD.to_owned()),
    ];
    if is_change {
        // A register that loses one record is not empty.
        let scope = "service:/gateway/api";
        let other = overlaid(RECORD, &format!("id: EXC-2026-M8RF\nscope: [{scope}]\n"));
        files.push(("exceptions/EXC-2026-M8RF.yaml".to_owned(), other));
    }
    if ["EXC408", "EXC409"].contains(&code) {
        let rejected = statement("bob").replace("decision: approve", "decision: reject");
        for (person, text) in [
            ("alice", format!("{}{ALICE_SIGNED}", statement("alice"))),
            ("bob", format!("{rejected}{BOB_SIGNED}")),
        ] {
            let name = format!("f53a7121b781-0063be5e.{person}.approval");
            files.push((format!("exceptions/approvals/EXC-2026-K7QD/{name}"), text));
        }
    }
    let mut read = Part { before: files.clone(), files, ..Part::default() };
    let mut n_blocks = 0;
    let mut rest = part;
    while let Some((_, block)) = rest.split_once("\n```") {
        let (block, after) =
            block.split_once("\n```").unwrap_or_else(|| panic!("{code}: a block ends"));
        let (language, block) = block.split_once('\n').unwrap_or((block, ""));
        rest = after;
        n_blocks += 1;
        match language {
            "console" if is_change => read.retired.extend(deleted(block)),
            "console" => read.newest = Some(committed(code, block)),
            "sh" => read.commands.push_str(&format!("{block}\n")),
            "yaml" => overlay(&mut read.files, block),
            "diff" if is_change => {
                overlay(&mut read.before, &side(block, '-'));
                overlay(&mut read.files, &side(block, '+'));
            }
            other => panic!("{code}: no block is `{other}` here"),
        }
    }
    assert!(n_blocks > 0, "{code}: a part of the page has a block");
    read
}

/// The lines of a diff that stand on one side.
fn side(diff: &str, sign: char) -> String {
    let lines = diff.lines().filter_map(|line| line.strip_prefix([' ', sign]));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Replaces the keys of a file, which is the good record where a block names none.
fn overlay(files: &mut Vec<(String, String)>, block: &str) {
    let (path, changes) = match block.strip_prefix("# exceptions/") {
        Some(named) => {
            let (path, changes) = named.split_once('\n').unwrap_or((named, ""));
            (format!("exceptions/{path}"), changes)
        }
        None => (RECORD_PATH.to_owned(), block),
    };
    let base = if path == POLICY_PATH { POLICY } else { RECORD };
    let base = files.iter().find(|(known, _)| *known == path).map_or(base, |(_, text)| text);
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

/// The ids of records that a terminal shows as deleted, each with its commit.
fn deleted(shown: &str) -> BTreeMap<String, String> {
    let mut commit = "";
    let mut deleted = BTreeMap::new();
    for line in shown.lines() {
        match line.strip_prefix(" delete mode 100644 exceptions/") {
            Some(name) => {
                deleted.insert(name.trim_end_matches(".yaml").to_owned(), commit.to_owned());
            }
            None => commit = line.split(' ').next().unwrap_or_default(),
        }
    }
    deleted
}

/// What is wrong with the change of one register into another.
fn check_change(root: &Path, part: &Part) -> Vec<Finding> {
    let policy_of = |files: &[(String, String)]| {
        let text = files.iter().find(|(path, _)| path == POLICY_PATH).expect("a policy");
        policy(&text.1)
    };
    let (old, new) = (policy_of(&part.before), policy_of(&part.files));
    let is_record = |file: &&(String, String)| file.0 != POLICY_PATH && file.0.ends_with(".yaml");
    let files = part.before.iter().filter(is_record);
    let files = files.map(|(path, text)| Arc::new(SourceFile::new(path, text.as_str())));
    let before = register::from_files("exceptions", files.collect(), &old.record_schema);
    let store = Store::Directory(root.join("exceptions"));
    let after = register::load(&store, "exceptions", &old.record_schema);
    let git_file = |path: &str| {
        let text = fs::read_to_string(root.join(path)).ok()?;
        let file = |text: String| Arc::new(SourceFile::new(path, text));
        Some(GitFile { before: file(String::new()), after: file(text) })
    };
    let git_files: Vec<GitFile> =
        [".gitattributes", ".mailmap"].into_iter().filter_map(git_file).collect();
    let before = Moment { register: &before, policy: &old };
    let after = Moment { register: &after, policy: &new };
    let lost = lost_approvals(root, &part.before);
    findings_of_change(&before, &after, &part.retired, &git_files, &lost)
}

/// The approvals of the good record that are not there any more as they were.
fn lost_approvals(root: &Path, before: &[(String, String)]) -> Vec<LostApproval> {
    let approvals = before.iter().filter(|(path, _)| path.ends_with(".approval"));
    let lost = approvals.filter_map(|(path, text)| {
        let now = fs::read_to_string(root.join(path)).ok();
        let statement = approval_at(path, text.as_bytes()).expect("an approval").statement;
        (now.as_ref() != Some(text)).then(|| LostApproval {
            file: Arc::new(SourceFile::new(path.as_str(), text.as_str())),
            record: statement.record,
            person: statement.approver,
            decision: statement.decision,
            is_gone: now.is_none(),
        })
    });
    lost.collect()
}

/// The moment of the newest commit that a terminal shows, on the day of all fixtures.
fn committed(code: &str, shown: &str) -> i64 {
    let after = |command: &str| {
        let (_, rest) = shown.split_once(command).unwrap_or_else(|| panic!("{code}: `{command}`"));
        rest.lines().nth(1).unwrap_or_default()
    };
    assert_eq!(after("$ date -u +%F"), today().to_string(), "{code}");
    let moment = chrono::DateTime::parse_from_rfc3339(after("$ git log -1 --format=%cI"));
    moment.unwrap_or_else(|error| panic!("{code}: {error}")).timestamp()
}

fn load_and_check(root: &Path) -> Vec<Finding> {
    let directory = root.join("exceptions");
    let text = fs::read_to_string(directory.join("policy.yaml")).expect("the policy is text");
    let file = Arc::new(SourceFile::new(POLICY_PATH, text));
    let policy = match crate::policy::load(&file) {
        Ok((policy, _)) => policy,
        Err(findings) => return findings,
    };
    let levels = check_levels(&policy);
    if !levels.is_empty() {
        return levels;
    }
    let store = Store::Directory(directory);
    let register = register::load(&store, "exceptions", &policy.record_schema);
    let context = Context { policy: &policy, today: today() };
    let approvals = register::approvals(&store, "exceptions", 4096).expect("a folder");
    let repo = git::Repo::discover(root).expect("a repository that can be read, or none");
    let newest = repo.and_then(|repo| repo.head_day().expect("a commit that can be read, or none"));
    let mut findings = check(&register, &context);
    findings.extend(check_approvals(&approvals, &register, &context));
    findings.extend(newest.into_iter().flat_map(|newest| check_clock(newest, &context)));
    findings
}
