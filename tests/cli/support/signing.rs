//! A register with people who have keys, which `ssh-keygen` makes and signs with.
//!
//! Where the program is missing a test says so and passes, except where `CI` is set.

use std::io::ErrorKind;
use std::process::{Command, Stdio};

use git2::{Oid, Repository, Signature, Time};

use super::{POLICY, RECORD_PATH, Said, Workspace, good_record};

pub(crate) const ID: &str = "EXC-2026-K7QD";
pub(crate) const FOLDER: &str = "exceptions/approvals/EXC-2026-K7QD";

/// A register whose policy, with keys, is on `main`, and a branch that proposes a record.
pub(crate) struct World {
    pub(crate) w: Workspace,
    pub(crate) repo: Repository,
}

/// What a person may be called to do.
pub(crate) fn person(name: &str, roles: &str, key: &str) -> String {
    format!(
        "  - {{id: {name}, name: {name}, emails: [{name}@example.com], roles: [{roles}], keys: [{{key: \"{key}\"}}]}}\n"
    )
}

impl World {
    /// The record is at high risk, which one signature approves; none where OpenSSH is missing.
    pub(crate) fn new() -> Option<Self> {
        Self::with_vars(&[])
    }

    pub(crate) fn with_vars(vars: &[(&str, &str)]) -> Option<Self> {
        let mut w = Workspace::empty();
        #[expect(clippy::disallowed_methods, reason = "the program is the one of this machine")]
        let path = std::env::var("PATH").unwrap_or_default();
        let home = w.root().display().to_string();
        let global = w.path("gitconfig").display().to_string();
        for (name, value) in [
            ("PATH", path.as_str()),
            ("HOME", &home),
            ("GIT_CONFIG_GLOBAL", &global),
            ("GIT_CONFIG_NOSYSTEM", "1"),
        ] {
            w = w.var(name, value);
        }
        for (name, value) in vars {
            w = w.var(name, value.replace("[HOME]", &home));
        }
        for name in ["alice", "bob", "mallory"] {
            make_key(&w, name)?;
        }
        let people = format!(
            "people:\n{}{}{}",
            person("alice", "approver", &public(&w, "alice")),
            person("bob", "approver", &public(&w, "bob")),
            "  - {id: lee, name: Lee Park, emails: [lee.park@example.com], roles: [approver]}\n",
        );
        let approvals = "approvals: {quorum: {high: 1}, accept: {high: [signed]}}\n";
        w.write("exceptions/policy.yaml", format!("{POLICY}{approvals}{people}"));
        let repo = w.git();
        let world = Self { w, repo };
        world.commit("main", "lee.park@example.com", &["main"]);
        world.switch("topic");
        world.w.write(RECORD_PATH, good_record());
        world.commit("topic", "lee.park@example.com", &["main"]);
        Some(world)
    }

    /// Commits what stands in the register to a branch, on top of the tips of others.
    pub(crate) fn commit(&self, branch: &str, author: &str, parents: &[&str]) -> Oid {
        let mut index = self.repo.index().expect("an index");
        index.clear().expect("an index");
        let all = git2::IndexAddOption::DEFAULT;
        index.add_all(["exceptions"], all, None).expect("files are added");
        let tree = self.repo.find_tree(index.write_tree().expect("a tree")).expect("a tree");
        let tips = parents.iter().filter_map(|name| self.tip(name));
        let parents: Vec<_> =
            tips.map(|tip| self.repo.find_commit(tip).expect("a commit")).collect();
        let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let time = Time::new(1_795_000_000 + 60 * parents.len() as i64, 0);
        let who = Signature::new(author, author, &time).expect("a name");
        let id = self.repo.commit(None, &who, &who, "change", &tree, &parents).expect("a commit");
        let name = format!("refs/heads/{branch}");
        self.repo.reference(&name, id, true, "test").expect("a branch");
        id
    }

    pub(crate) fn tip(&self, branch: &str) -> Option<Oid> {
        self.repo.find_reference(&format!("refs/heads/{branch}")).ok()?.target()
    }

    /// Makes a branch the one that is checked out; what stands on the disk stays.
    pub(crate) fn switch(&self, branch: &str) {
        self.repo.set_head(&format!("refs/heads/{branch}")).expect("a branch");
    }

    /// Merges what stands on the disk by a merge commit of the branch.
    pub(crate) fn merge(&self, author: &str) {
        self.commit("main", author, &["main", "topic"]);
        self.switch("main");
    }

    pub(crate) fn approve(&self, name: &str, more: &[&str]) -> Said {
        self.w.run(&[&["approve", ID, "--as", name, "--key", name, "--yes"], more].concat())
    }

    /// The only approval of the record, as path and text.
    #[track_caller]
    pub(crate) fn approval(&self) -> (String, String) {
        let names = self.w.names(FOLDER);
        let [name] = names.as_slice() else { panic!("one approval: {names:?}") };
        let path = format!("{FOLDER}/{name}");
        let text = self.w.read(&path);
        (path, text)
    }

    pub(crate) fn has_approvals(&self) -> bool {
        self.w.path(FOLDER).exists()
    }
}

pub(crate) fn make_key(w: &Workspace, name: &str) -> Option<()> {
    let made = openssh(w, "ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name])
        .status();
    match made {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            #[expect(clippy::disallowed_methods, reason = "a runner has every program")]
            let is_ci = std::env::var_os("CI").is_some();
            assert!(!is_ci, "ssh-keygen is missing, and CI is set");
            #[expect(clippy::print_stderr, reason = "what did not run is said")]
            {
                eprintln!("not run: ssh-keygen is not installed");
            }
            None
        }
        made => {
            assert!(made.expect("ssh-keygen runs").success());
            Some(())
        }
    }
}

/// A key without its comment.
pub(crate) fn public(w: &Workspace, name: &str) -> String {
    let line = w.read(format!("{name}.pub"));
    line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

pub(crate) fn openssh(w: &Workspace, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(w.root()).env("HOME", w.root()).env_remove("SSH_AUTH_SOCK");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The text without what differs from run to run.
pub(crate) fn steady(world: &World, text: &str) -> String {
    let mut text = world.w.redacted(text);
    for (pattern, name) in [
        ("SHA256:[A-Za-z0-9+/]{43}", "SHA256:[KEY]"),
        ("AAAA[A-Za-z0-9+/=]+", "[KEY]"),
        (r"[0-9a-f]{12}-[0-9a-f]{8}\.", "[TEXT]-[LINEAGE]."),
        (r"\b[0-9a-f]{40}\b", "[COMMIT]"),
        (r"(\s)[0-9a-f]{7}\b", "$1[COMMIT]"),
    ] {
        let pattern = regex::Regex::new(pattern).expect("a pattern");
        text = pattern.replace_all(&text, name).into_owned();
    }
    text
}
