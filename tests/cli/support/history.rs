//! A repository in which people file and change records, for tests: each commit is made by
//! somebody, on a day, without the `git` program.

use git2::{IndexAddOption, Oid, Repository, Signature, Time};

use super::{RECORD_PATH, Workspace, record};

/// Who may approve, in a policy that accepts merges.
pub(crate) const PEOPLE: &str = "\
version: 1
register: 6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11
approvals: {quorum: {high: 1}, accept: {high: [landing, signed]}}
controls:
  - {id: AZ-NET-004, title: No public network access}
people:
  - {id: alice, name: Alice Kim, emails: [alice@example.com], roles: [approver]}
  - {id: bob, name: Bob Roe, emails: [bob@example.com], roles: [approver]}
  - {id: carol, name: Carol Park, emails: [carol@example.com]}
  - {id: lee, name: Lee Park, emails: [lee.park@example.com]}
";

pub(crate) struct History {
    pub(crate) w: Workspace,
    pub(crate) repo: Repository,
    pub(crate) main: Oid,
}

impl History {
    /// A register with that policy, on 2026-11-01.
    pub(crate) fn new() -> Self {
        Self::started("2026-11-01")
    }

    /// The same on another day.
    pub(crate) fn started(day: &str) -> Self {
        Self::with_policy(PEOPLE, day)
    }

    /// A register with a policy, which Bob starts on a day.
    pub(crate) fn with_policy(policy: &str, day: &str) -> Self {
        let w = Workspace::empty();
        let repo = w.git();
        w.write("exceptions/policy.yaml", policy);
        let mut history = Self { w, repo, main: Oid::ZERO_SHA1 };
        history.push("bob", day, "start");
        history
    }

    /// One in which Carol filed a record and Alice merged it, on 2026-11-05.
    pub(crate) fn approved() -> Self {
        let mut history = Self::new();
        history.w.write(RECORD_PATH, record("EXC-2026-K7QD", "high", "2027-01-31"));
        history.merge("carol", "alice", "2026-11-05");
        history
    }

    /// Commits the work tree straight onto the mainline.
    pub(crate) fn push(&mut self, author: &str, day: &str, message: &str) {
        let parents: Vec<Oid> = Some(self.main).filter(|id| !id.is_zero()).into_iter().collect();
        self.main = self.commit(author, author, day, message, &parents);
        self.land();
    }

    /// Commits the work tree on a branch and merges it, as a forge does.
    pub(crate) fn merge(&mut self, author: &str, merger: &str, day: &str) {
        let side = self.commit(author, author, day, "change", &[self.main]);
        self.main = self.commit(merger, "noreply@github", day, "Merge #1", &[self.main, side]);
        self.land();
    }

    /// Commits the work tree as one commit of its author, as a forge squashes a branch.
    pub(crate) fn squash(&mut self, author: &str, day: &str, message: &str) {
        self.main = self.commit(author, "noreply@github", day, message, &[self.main]);
        self.land();
    }

    /// Commits the work tree on a branch, which does not land.
    pub(crate) fn branch(&self, author: &str, day: &str, message: &str) -> Oid {
        self.commit(author, author, day, message, &[self.main])
    }

    /// Removes the commit before the last one, as a shallow clone does not have it.
    pub(crate) fn make_shallow(&self) {
        let tip = self.repo.find_commit(self.main).expect("a commit");
        let id = tip.parent_id(0).expect("a parent").to_string();
        let path = self.repo.path().join("objects").join(&id[..2]).join(&id[2..]);
        std::fs::remove_file(path).expect("a loose object");
        std::fs::write(self.repo.path().join("shallow"), format!("{}\n", self.main))
            .expect("written");
    }

    /// Changes a part of the record that must be there.
    #[track_caller]
    pub(crate) fn edit(&self, from: &str, to: &str) {
        self.replace(RECORD_PATH, from, to);
    }

    /// The same for any file.
    #[track_caller]
    pub(crate) fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.w.read(path);
        assert!(text.contains(from), "{from}");
        self.w.write(path, text.replace(from, to));
    }

    /// What is printed, with the name of each commit replaced by its place, from 1.
    pub(crate) fn shown(&self, arguments: &[&str]) -> String {
        self.without_names(self.w.shown(arguments))
    }

    pub(crate) fn without_names(&self, mut text: String) -> String {
        let mut names = Vec::new();
        let mut next = Some(self.main);
        while let Some(id) = next {
            names.push(id);
            let commit = self.repo.find_commit(id).expect("a commit");
            next = commit.parent_ids().next();
        }
        for (place, id) in names.iter().rev().enumerate() {
            let name = format!("[C{}]", place + 1);
            text = text.replace(&id.to_string(), &name).replace(&id.to_string()[..7], &name);
        }
        text
    }

    fn land(&self) {
        self.repo.reference("refs/heads/main", self.main, true, "test").expect("a branch");
    }

    fn commit(
        &self,
        author: &str,
        committer: &str,
        day: &str,
        message: &str,
        parents: &[Oid],
    ) -> Oid {
        let mut index = self.repo.index().expect("an index");
        index.add_all(["*"], IndexAddOption::DEFAULT, None).expect("files are added");
        index.update_all(["*"], None).expect("files are removed");
        let tree = self.repo.find_tree(index.write_tree().expect("a tree")).expect("a tree");
        let parents: Vec<_> =
            parents.iter().map(|id| self.repo.find_commit(*id).expect("a commit")).collect();
        let parents: Vec<_> = parents.iter().collect();
        let (author, committer) = (stamp(author, day), stamp(committer, day));
        self.repo.commit(None, &author, &committer, message, &tree, &parents).expect("a commit")
    }
}

fn stamp(name: &str, day: &str) -> Signature<'static> {
    let day: chrono::NaiveDate = day.parse().expect("a day");
    let noon = day.and_hms_opt(12, 0, 0).expect("noon").and_utc().timestamp();
    let email = match name.contains('@') {
        true => format!("{name}.com"),
        false => format!("{name}@example.com"),
    };
    Signature::new(name, &email, &Time::new(noon, 0)).expect("a name")
}
