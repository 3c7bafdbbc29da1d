//! A register in a temporary directory, and `exc` run in it without a process of its own.

pub(crate) mod process;
#[path = "../../../src/render/viewers.rs"]
pub(crate) mod viewers;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use exc::{Env, Outcome, Terminal};

/// A policy without a fault.
pub(crate) const POLICY: &str = "\
version: 1
register: 6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11
controls:
  - {id: AZ-NET-004, title: No public network access, max_days: 120}
";

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
opened: 2026-11-05
expires: 2027-01-31
";

/// Where [`RECORD`] stands.
pub(crate) const RECORD_PATH: &str = "exceptions/EXC-2026-K7QD.yaml";

/// A directory in which `exc` is run.
pub(crate) struct Workspace {
    directory: tempfile::TempDir,
    vars: BTreeMap<String, String>,
}

/// What one run gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: u8,
}

impl Workspace {
    /// An empty directory.
    pub(crate) fn empty() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self { directory, vars: BTreeMap::new() }
    }

    /// A register with a policy and no record.
    pub(crate) fn without_records() -> Self {
        let workspace = Self::empty();
        workspace.write("exceptions/policy.yaml", POLICY);
        workspace
    }

    /// A register with one record, without a fault.
    pub(crate) fn new() -> Self {
        let workspace = Self::without_records();
        workspace.write(RECORD_PATH, RECORD);
        workspace
    }

    /// The same with one error (`EXC101`) in the record.
    pub(crate) fn with_error() -> Self {
        let workspace = Self::new();
        workspace.write(RECORD_PATH, format!("{RECORD}expiry: 2027-01-31\n"));
        workspace
    }

    pub(crate) fn var(mut self, name: &str, value: impl Into<String>) -> Self {
        self.vars.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(path)
    }

    #[track_caller]
    pub(crate) fn write(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file stands in a directory"))
            .expect("the directory is made");
        fs::write(path, text).expect("the file is written");
    }

    #[track_caller]
    pub(crate) fn read(&self, path: impl AsRef<Path>) -> String {
        fs::read_to_string(self.path(path)).expect("the file is text")
    }

    /// Another record without a fault, with this id.
    pub(crate) fn add(&self, id: &str) {
        let text = RECORD.replace("EXC-2026-K7QD", id);
        self.write(format!("exceptions/{id}.yaml"), text);
    }

    /// Runs a command line and shows everything that came of it.
    pub(crate) fn exc(&self, args: &[&str]) -> String {
        let run = self.run(args);
        let err = match run.err.is_empty() {
            true => String::new(),
            false => format!("------- stderr -------\n{}", run.err),
        };
        format!("{}{err}[exit status: {}]", run.out, run.code)
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let mut out = Vec::new();
        let (err, code) = self.run_into(args, &mut out);
        let out = String::from_utf8(out).expect("the output is UTF-8");
        Run { out: self.redacted(&out), err, code }
    }

    /// Runs a command line with a standard output of one's own.
    pub(crate) fn run_into(&self, args: &[&str], out: &mut dyn Write) -> (String, u8) {
        let mut err = Vec::new();
        let mut env = Env {
            today: "2026-11-20".parse().expect("a date"),
            cwd: self.directory.path().to_owned(),
            vars: self.vars.clone(),
            terminal: Terminal::default(),
            input: &mut io::empty(),
            out,
            err: &mut err,
        };
        let arguments = std::iter::once("exc").chain(args.iter().copied()).map(OsString::from);
        let outcome: Outcome = exc::run(arguments, &mut env);
        let err = String::from_utf8(err).expect("the output is UTF-8");
        (self.redacted(&err), outcome.code())
    }

    /// The codes that a check finds, worst first.
    #[track_caller]
    pub(crate) fn codes(&self) -> Vec<String> {
        self.findings().iter().map(|it| it["code"].as_str().expect("text").to_owned()).collect()
    }

    /// The findings of a check.
    #[track_caller]
    pub(crate) fn findings(&self) -> Vec<serde_json::Value> {
        let run = self.run(&["check", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
        report["findings"].as_array().expect("a list").clone()
    }

    fn redacted(&self, text: &str) -> String {
        text.replace(&self.directory.path().display().to_string(), "[ROOT]")
    }
}
