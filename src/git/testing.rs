//! Repositories for tests, made without the `git` program.

use std::path::Path;

use git2::{ObjectType, Repository};

/// Makes a repository of a directory, with one empty commit of a moment: seconds since 1970, and
/// the zone of the clock, such as `+0000`. They are written as they are, as git itself never would.
pub(crate) fn commit_at(directory: &Path, seconds: i64, zone: &str) {
    let repo = Repository::init(directory).expect("a repository");
    let tree = repo.treebuilder(None).and_then(|tree| tree.write()).expect("an empty tree");
    let commit = format!(
        "tree {tree}\nauthor Dana <dana@example.com> 0 +0000\ncommitter Lee <lee@example.com> {seconds} {zone}\n\nchange\n"
    );
    let objects = repo.odb().expect("a store of objects");
    let commit = objects.write(ObjectType::Commit, commit.as_bytes()).expect("a commit");
    repo.reference("refs/heads/main", commit, true, "change").expect("a branch");
    repo.set_head("refs/heads/main").expect("the branch is checked out");
}
