//! A directory with a register, in which commands run on a fixed day.

use std::collections::BTreeMap;
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

pub(crate) struct Workspace {
    directory: tempfile::TempDir,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) outcome: Outcome,
}

impl Workspace {
    /// An empty directory, below one more so that nothing above it counts.
    pub(crate) fn empty() -> Self {
        Self { directory: tempfile::tempdir().expect("a temporary directory") }
    }

    /// A register with a policy and no records.
    pub(crate) fn new() -> Self {
        let workspace = Self::empty();
        workspace.write("exceptions/policy.yaml", POLICY);
        workspace
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        std::fs::write(path, text).expect("a file is written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
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

    /// Runs a command on a terminal of 100 columns, at which somebody types.
    pub(crate) fn on_terminal(&self, arguments: &[&str], typed: &str) -> Said {
        self.run_with(arguments, typed, Terminal { input: true, output: true, width: Some(100) })
    }

    pub(crate) fn run_with(&self, arguments: &[&str], typed: &str, terminal: Terminal) -> Said {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let no_color = ("NO_COLOR".to_owned(), "1".to_owned());
        let mut env = Env {
            today: "2026-11-20".parse().expect("a date"),
            cwd: self.root().to_owned(),
            vars: BTreeMap::from([no_color]),
            terminal,
            input: &mut typed.as_bytes(),
            out: &mut out,
            err: &mut err,
        };
        let arguments = ["exc"].iter().chain(arguments).map(Into::into);
        let outcome = exc::run(arguments, &mut env);
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        Said { out: text(out), err: text(err), outcome }
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
        let mut index = repo.index().expect("an index");
        index
            .add_all(["exceptions"], git2::IndexAddOption::DEFAULT, None)
            .expect("files are added");
        let tree = repo.find_tree(index.write_tree().expect("a tree")).expect("a tree");
        let time = git2::Time::new(1_790_000_000, 0);
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
