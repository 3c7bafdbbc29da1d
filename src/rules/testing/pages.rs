//! The pages of rules are true: what an example shows is what happens.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use super::good::{POLICY, POLICY_PATH, RECORD, RECORD_PATH, overlaid, today};
use crate::finding::Finding;
use crate::git;
use crate::policy;
use crate::register::{self, Store};
use crate::rules::{Context, RULES, Rule, check, check_clock, check_levels};
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
    let mut raised = run_blocks(code, example);
    raised.dedup();
    assert_eq!(raised, [code], "{code}: the example raises its code and no other");
    assert_eq!(run_blocks(code, instead), [""; 0], "{code}: the instead raises nothing");
}

/// Whether the file system of temporary directories keeps `a` and `A` in one place.
fn folds_case() -> bool {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("a"), "").expect("a file is written");
    directory.path().join("A").exists()
}

/// The codes that the register of a page's part raises, sorted.
fn run_blocks(code: &str, part: &str) -> Vec<&'static str> {
    let mut files: Vec<(String, String)> = vec![
        (POLICY_PATH.to_owned(), POLICY.to_owned()),
        (RECORD_PATH.to_owned(), RECORD.to_owned()),
    ];
    let mut commands = String::new();
    let mut newest = None;
    let mut n_blocks = 0;
    let mut rest = part;
    while let Some((_, block)) = rest.split_once("\n```") {
        let (block, after) =
            block.split_once("\n```").unwrap_or_else(|| panic!("{code}: a block ends"));
        let (language, block) = block.split_once('\n').unwrap_or((block, ""));
        rest = after;
        n_blocks += 1;
        match language {
            "console" => newest = Some(committed(code, block)),
            "sh" => commands.push_str(&format!("{block}\n")),
            "yaml" => {
                let (path, changes) = match block.strip_prefix("# exceptions/") {
                    Some(named) => {
                        let (path, changes) = named.split_once('\n').unwrap_or((named, ""));
                        (format!("exceptions/{path}"), changes)
                    }
                    None => (RECORD_PATH.to_owned(), block),
                };
                let base = if path == POLICY_PATH { POLICY } else { RECORD };
                let base =
                    files.iter().find(|(known, _)| *known == path).map_or(base, |(_, text)| text);
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
            other => panic!("{code}: a block is `yaml`, `sh` or `console`, not `{other}`"),
        }
    }
    assert!(n_blocks > 0, "{code}: a part of the page has a block");

    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::create_dir(directory.path().join("exceptions")).expect("a directory");
    for (path, text) in &files {
        fs::write(directory.path().join(path), text).expect("a file is written");
    }
    if !commands.is_empty() {
        let status = Command::new("sh")
            .args(["-eu", "-c", &commands])
            .current_dir(directory.path())
            .status();
        assert!(status.expect("a shell").success(), "{code}: `{commands}` fails");
    }
    if let Some(newest) = newest {
        git::testing::commit_at(directory.path(), newest, "+0000");
    }
    let mut codes: Vec<&'static str> =
        load_and_check(directory.path()).iter().map(|finding| finding.code.id).collect();
    codes.sort_unstable();
    codes
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
    let policy = match policy::load(&file) {
        Ok((policy, _)) => policy,
        Err(findings) => return findings,
    };
    let levels = check_levels(&policy);
    if !levels.is_empty() {
        return levels;
    }
    let register =
        register::load(&Store::Directory(directory), "exceptions", &policy.record_schema);
    let context = Context { policy: &policy, today: today() };
    let repo = git::Repo::discover(root).expect("a repository that can be read, or none");
    let newest = repo.and_then(|repo| repo.head_day().expect("a commit that can be read, or none"));
    let mut findings = check(&register, &context);
    findings.extend(newest.into_iter().flat_map(|newest| check_clock(newest, &context)));
    findings
}
