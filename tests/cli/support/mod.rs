//! A directory with a register, in which commands run on a fixed day without a process of their
//! own.

pub(crate) mod branches;
#[cfg(unix)]
pub(crate) mod forge;
pub(crate) mod history;
pub(crate) mod portfolio;
pub(crate) mod process;
#[cfg(unix)]
pub(crate) mod pty;
pub(crate) mod signing;
#[path = "../../../src/render/viewers.rs"]
pub(crate) mod viewers;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use exc::{Env, Outcome, Terminal};

pub(crate) const POLICY: &str = "\
version: 1
register: 6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11
controls:
  - {id: AZ-NET-004, title: No public network access, max_days: 120}
  - {id: AZ-KV-001, title: Soft delete on key vaults, never_exempt: true}
  - {id: LOG-002, title: Prompt logs reach the central store}
";

/// Where [`good_record`] stands.
pub(crate) const RECORD_PATH: &str = "exceptions/EXC-2026-K7QD.yaml";

pub(crate) struct Workspace {
    directory: tempfile::TempDir,
    vars: BTreeMap<String, String>,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) outcome: Outcome,
}

impl Said {
    pub(crate) fn code(&self) -> u8 {
        self.outcome.code()
    }
}

impl Workspace {
    /// An empty directory, below one more so that nothing above it counts.
    pub(crate) fn empty() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self { directory, vars: BTreeMap::new() }
    }

    /// A register with a policy and no records.
    pub(crate) fn new() -> Self {
        let workspace = Self::empty();
        workspace.write("exceptions/policy.yaml", POLICY);
        workspace
    }

    /// A register with one record, without a fault.
    pub(crate) fn with_record() -> Self {
        let workspace = Self::new();
        workspace.write(RECORD_PATH, good_record());
        workspace
    }

    /// The same with one error (`EXC101`) in the record.
    pub(crate) fn with_error() -> Self {
        let workspace = Self::new();
        workspace.write(RECORD_PATH, format!("{}expiry: 2027-01-31\n", good_record()));
        workspace
    }

    /// The same with an environment variable set.
    pub(crate) fn var(mut self, name: &str, value: impl Into<String>) -> Self {
        self.vars.insert(name.to_owned(), value.into());
        self
    }

    /// The environment variables that are set.
    pub(crate) fn vars(&self) -> &BTreeMap<String, String> {
        &self.vars
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    #[track_caller]
    pub(crate) fn write(&self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        std::fs::write(path, text).expect("a file is written");
    }

    #[track_caller]
    pub(crate) fn read(&self, name: impl AsRef<Path>) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file is read")
    }

    /// The names in a folder, in order.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).expect("a folder is read");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// What a command prints; it must succeed.
    #[track_caller]
    pub(crate) fn exc(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.outcome, Outcome::Success, "{said:?}");
        said.out
    }

    /// Runs a command without a terminal.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, "", Terminal::default())
    }

    /// Runs a command on a terminal that is wide enough for each sentence, at which somebody types.
    pub(crate) fn on_terminal(&self, arguments: &[&str], typed: &str) -> Said {
        self.run_with(
            arguments,
            typed,
            Terminal { input: true, output: true, error: true, width: Some(400) },
        )
    }

    pub(crate) fn run_with(&self, arguments: &[&str], typed: &str, terminal: Terminal) -> Said {
        let mut out = Vec::new();
        let (err, outcome) = self.run_into(arguments, typed, terminal, &mut out);
        Said { out: String::from_utf8(out).expect("output is UTF-8"), err, outcome }
    }

    /// Runs a command with a standard output of one's own.
    pub(crate) fn run_into(
        &self,
        arguments: &[&str],
        typed: &str,
        terminal: Terminal,
        out: &mut dyn Write,
    ) -> (String, Outcome) {
        self.run_reading(arguments, &mut typed.as_bytes(), terminal, out)
    }

    /// The same with a standard input of one's own.
    pub(crate) fn run_reading(
        &self,
        arguments: &[&str],
        input: &mut dyn BufRead,
        terminal: Terminal,
        out: &mut dyn Write,
    ) -> (String, Outcome) {
        let mut err = Vec::new();
        let mut vars = self.vars.clone();
        let temporary = self.root().display().to_string();
        vars.entry("TMPDIR".to_owned()).or_insert(temporary);
        if terminal.output {
            vars.entry("NO_COLOR".to_owned()).or_insert("1".to_owned());
        }
        let mut env = Env {
            today: "2026-11-20".parse().expect("a date"),
            time: "15:31:10".parse().expect("a time"),
            cwd: self.root().to_owned(),
            vars,
            terminal,
            input,
            out,
            err: &mut err,
        };
        let arguments = ["exc"].iter().chain(arguments).map(OsString::from);
        let outcome = exc::run(arguments, &mut env);
        (String::from_utf8(err).expect("output is UTF-8"), outcome)
    }

    /// Everything that came of a command, with its exit code and without the place of the
    /// directory.
    pub(crate) fn shown(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        let err = match said.err.is_empty() {
            true => String::new(),
            false => format!("------- stderr -------\n{}", said.err),
        };
        self.redacted(&format!("{}{err}[exit status: {}]", said.out, said.code()))
    }

    pub(crate) fn redacted(&self, text: &str) -> String {
        text.replace(&self.root().display().to_string(), "[ROOT]")
    }

    /// What a check finds, worst first.
    #[track_caller]
    pub(crate) fn findings(&self) -> Vec<serde_json::Value> {
        let said = self.run(&["check", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
        report["findings"].as_array().expect("a list").clone()
    }

    /// The codes of what a check finds, worst first.
    #[track_caller]
    pub(crate) fn codes(&self) -> Vec<String> {
        self.findings().iter().map(|it| it["code"].as_str().expect("text").to_owned()).collect()
    }

    /// Makes a git repository of the directory, whose identity is Lee Park.
    pub(crate) fn git(&self) -> git2::Repository {
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head("main");
        let repo = git2::Repository::init_opts(self.root(), &options).expect("a repository");
        let mut config = repo.config().expect("a configuration");
        config.set_str("user.name", "Lee Park").expect("a name");
        config.set_str("user.email", "lee.park@example.com").expect("an address");
        repo
    }

    /// Commits everything below a folder to a branch.
    pub(crate) fn commit(&self, repo: &git2::Repository, branch: &str) {
        self.commit_at(repo, branch, 1_790_000_000);
    }

    /// The same at a moment, in seconds since 1970.
    pub(crate) fn commit_at(&self, repo: &git2::Repository, branch: &str, seconds: i64) {
        let mut index = repo.index().expect("an index");
        index
            .add_all(["exceptions"], git2::IndexAddOption::DEFAULT, None)
            .expect("files are added");
        let tree = repo.find_tree(index.write_tree().expect("a tree")).expect("a tree");
        let time = git2::Time::new(seconds, 0);
        let who = git2::Signature::new("Lee Park", "lee.park@example.com", &time).expect("a name");
        let reference = format!("refs/heads/{branch}");
        let parent = repo.find_reference(&reference).and_then(|tip| tip.peel_to_commit()).ok();
        let parents: Vec<_> = parent.iter().collect();
        repo.commit(Some(&reference), &who, &who, "exceptions", &tree, &parents).expect("a commit");
    }
}

/// A record without a fault, with an id, a risk and a last valid day.
pub(crate) fn record(id: &str, risk: &str, expires: &str) -> String {
    format!(
        "\
id: {id}
title: Model proxy keeps a public endpoint until vendor private link ships
controls:
  - AZ-NET-004
scope:
  - service:/model-proxy/api
risk:
  level: {risk}
  statement: A leaked key could be used from anywhere.
owner: {{name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}}
requester: {{name: Lee Park, email: lee.park@example.com}}
justification:
  blocker: The vendor offers no private link before 2027-02 (ticket 48213).
  end_state: Traffic enters through the private endpoint pe-model-proxy.
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    reduces: use of a leaked key from outside
    owner: net.ops@example.com
    evidence: https://example.com/runs/8841
    verified: 2026-11-02
    verify_every: 30d
remediation:
  plan: Migrate to private link in the vendor's 2027-02 release.
opened: 2026-11-05
expires: {expires}
renewals: []
reviews: []
"
    )
}

/// The record of [`RECORD_PATH`], without a fault.
pub(crate) fn good_record() -> String {
    record("EXC-2026-K7QD", "high", "2027-01-31")
}
