//! Branches of a register, made commit by commit without the `git` program.

use git2::{IndexAddOption, Oid, Repository, Signature, Time};

use super::{RECORD_PATH, Workspace};

/// A register with one record on `main`.
pub(crate) fn landed() -> (Workspace, Repository) {
    let w = Workspace::with_record();
    let repo = w.git();
    w.commit(&repo, "main");
    (w, repo)
}

/// Commits all files as they stand, with what is gone, on top of some commits.
pub(crate) fn commit(repo: &Repository, branch: &str, parents: &[Oid]) -> Oid {
    let mut index = repo.index().expect("an index");
    index.add_all(["*"], IndexAddOption::DEFAULT, None).expect("files are added");
    index.update_all(["*"], None).expect("files are removed");
    let tree = repo.find_tree(index.write_tree().expect("a tree")).expect("a tree");
    let who = Signature::new("Lee", "lee@example.com", &Time::new(1_790_000_000, 0));
    let who = who.expect("a name");
    let parents: Vec<_> =
        parents.iter().map(|id| repo.find_commit(*id).expect("a commit")).collect();
    let parents: Vec<_> = parents.iter().collect();
    let id = repo.commit(None, &who, &who, branch, &tree, &parents).expect("a commit");
    repo.reference(&format!("refs/heads/{branch}"), id, true, "test").expect("a branch");
    id
}

pub(crate) fn tip(repo: &Repository, branch: &str) -> Oid {
    repo.refname_to_id(&format!("refs/heads/{branch}")).expect("a branch")
}

/// Replaces a part of the record that must be there.
#[track_caller]
pub(crate) fn edit(w: &Workspace, from: &str, to: &str) {
    let text = w.read(RECORD_PATH);
    assert!(text.contains(from), "{from}");
    w.write(RECORD_PATH, text.replace(from, to));
}

/// Removes a commit, as a shallow clone does not have it.
pub(crate) fn forget(w: &Workspace, commit: Oid) {
    let id = commit.to_string();
    let path = w.path(format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    std::fs::remove_file(path).expect("a loose object");
}
