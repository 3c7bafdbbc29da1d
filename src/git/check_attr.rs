//! `git check-attr` and [`super::attributes`] agree on which lines are about which files.
//!
//! Where the program is missing the test says so and passes, except where `CI` is set.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use super::attributes::lines;

const FOLDER: &str = "a/exceptions";
const ENDINGS: [&str; 2] = [".yaml", ".yml"];
const PATHS: [&str; 5] = [
    "a/exceptions/policy.yaml",
    "a/exceptions/EXC-2026-K7QD.yaml",
    "a/exceptions/2026/EXC-2026-K7QE.yml",
    "a/exceptions/2026/11/b [c].yaml",
    "a/exceptions/2026/\\x.yaml",
];

#[test]
fn what_git_matches_may_match_and_what_covers_is_matched_by_git() {
    let parts = [
        "*",
        "**",
        "a",
        "exceptions",
        "Exceptions",
        "exc*",
        "e\\xceptions",
        "exception[s/x]",
        "2026",
        "*.yaml",
        "*.y*l",
        "*.rs",
        "policy.yaml",
        "[!a]*",
        "?*",
        "\\[c\\].yaml",
        "b*",
        "**.yml",
        "",
    ];
    let mut patterns: Vec<String> = Vec::new();
    for first in parts {
        patterns.push(first.to_owned());
        for second in parts {
            patterns.push(format!("{first}/{second}"));
            patterns.extend(["a", "**", "a/exceptions"].map(|it| format!("{it}/{first}/{second}")));
        }
    }
    patterns.retain(|pattern| !pattern.is_empty() && !pattern.starts_with('!'));
    for base in ["", "a", "a/exceptions"] {
        let root = tempfile::tempdir().expect("a directory");
        git2::Repository::init(root.path()).expect("a repository");
        fs::create_dir_all(root.path().join(FOLDER)).expect("a folder");
        // One attribute for each pattern tells all of them apart in one run.
        let each = patterns.iter().enumerate();
        let text: String = each.map(|(n, pattern)| format!("{pattern} p{n}\n")).collect();
        fs::write(root.path().join(base).join(".gitattributes"), &text).expect("written");
        let Some(matched) = matched(root.path()) else { return };
        assert!(matched.len() > 100, "{base}: {}", matched.len());
        let lines = lines(&text);
        assert_eq!(lines.len(), patterns.len());
        for (n, line) in lines.iter().enumerate() {
            let by_git = |path: &&str| matched.contains(&format!("{path}: p{n}: set"));
            let n_matched = PATHS.iter().filter(|path| by_git(path)).count();
            let pattern = &patterns[n];
            let may = line.may_match(base, FOLDER, &ENDINGS);
            assert!(may || n_matched == 0, "`{pattern}` in `{base}` matches for git");
            let covers = line.covers(base, FOLDER, &ENDINGS);
            assert!(!covers || n_matched == PATHS.len(), "`{pattern}` in `{base}` leaves some out");
        }
    }
}

/// What git says of all paths; none where the program is missing.
#[expect(clippy::print_stderr, reason = "what did not run is said in the output of the tests")]
fn matched(root: &Path) -> Option<Vec<String>> {
    let mut command = Command::new("git");
    command.current_dir(root).env("HOME", root).env("GIT_CONFIG_NOSYSTEM", "1");
    command.args(["-c", "core.quotePath=false", "check-attr", "--all", "-z", "--"]).args(PATHS);
    match command.stderr(Stdio::null()).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            #[expect(
                clippy::disallowed_methods,
                reason = "a runner says that it has every program"
            )]
            let is_ci = std::env::var_os("CI").is_some();
            assert!(!is_ci, "git is missing, and CI is set");
            eprintln!("not run: git is not installed");
            None
        }
        said => {
            let said = said.expect("git runs");
            assert!(said.status.success());
            let text = String::from_utf8(said.stdout).expect("text");
            let fields: Vec<&str> = text.split_terminator('\0').collect();
            Some(fields.chunks(3).map(|it| format!("{}: {}: {}", it[0], it[1], it[2])).collect())
        }
    }
}
