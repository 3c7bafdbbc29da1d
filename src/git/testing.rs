//! Repositories for tests, made without the `git` program.

use std::path::Path;

use git2::{ObjectType, Repository};

use super::{ObjectId, Repo};

pub(crate) const DANA: &str = "Dana <dana@example.com>";

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

/// A repository that a test makes commit by commit, an hour apart.
pub(crate) struct History {
    directory: tempfile::TempDir,
    inner: Repository,
    n_commits: std::cell::Cell<i64>,
    seconds_more: std::cell::Cell<i64>,
}

impl History {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let inner = Repository::init(directory.path()).expect("a repository");
        Self { directory, inner, n_commits: 0.into(), seconds_more: 0.into() }
    }

    /// Moves the clock of the next commits, which are an hour apart.
    pub(crate) fn travel(&self, hours: i64) {
        self.n_commits.set(self.n_commits.get() + hours);
    }

    /// Makes the next commit in the same minute as the last.
    pub(crate) fn linger(&self) {
        self.n_commits.set(self.n_commits.get() - 1);
        self.seconds_more.set(self.seconds_more.get() + 5);
    }

    /// The repository as the code under test sees it.
    pub(crate) fn repo(&self) -> Repo {
        Repo::open(self.inner.path()).expect("the repository")
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A commit by Dana that holds these files and no others.
    pub(crate) fn commit(&self, parents: &[ObjectId], files: &[(&str, &str)]) -> ObjectId {
        self.commit_by(DANA, DANA, "change\n", parents, files)
    }

    /// The same by an author and a committer, each as `Name <address>`.
    pub(crate) fn commit_by(
        &self,
        author: &str,
        committer: &str,
        message: &str,
        parents: &[ObjectId],
        files: &[(&str, &str)],
    ) -> ObjectId {
        let files: Vec<(&str, &str, i32)> =
            files.iter().map(|&(path, text)| (path, text, 0o100_644)).collect();
        let tree = self.tree(&files);
        self.commit_tree(author, committer, message, parents, tree)
    }

    /// A commit of a tree that is there.
    pub(crate) fn commit_tree(
        &self,
        author: &str,
        committer: &str,
        message: &str,
        parents: &[ObjectId],
        tree: ObjectId,
    ) -> ObjectId {
        let hours = self.n_commits.replace(self.n_commits.get() + 1);
        let seconds = 1_700_000_000 + 3_600 * hours + self.seconds_more.get();
        let parents: String = parents.iter().map(|id| format!("parent {id}\n")).collect();
        self.raw(
            format!(
                "tree {tree}\n{parents}author {author} {seconds} +0000\ncommitter {committer} {seconds} +0000\n\n{message}"
            )
            .as_bytes(),
        )
    }

    /// A tree of files with their modes.
    pub(crate) fn tree(&self, files: &[(&str, &str, i32)]) -> ObjectId {
        let empty = self.inner.treebuilder(None).and_then(|tree| tree.write()).expect("a tree");
        let empty = self.inner.find_tree(empty).expect("the tree");
        let mut update = git2::build::TreeUpdateBuilder::new();
        for (path, text, mode) in files {
            let mode = match mode {
                0o100_755 => git2::FileMode::BlobExecutable,
                0o120_000 => git2::FileMode::Link,
                _ => git2::FileMode::Blob,
            };
            update.upsert(*path, self.inner.blob(text.as_bytes()).expect("a blob"), mode);
        }
        ObjectId(update.create_updated(&self.inner, &empty).expect("a tree"))
    }

    /// A commit of these bytes, whatever they are.
    pub(crate) fn raw(&self, bytes: &[u8]) -> ObjectId {
        self.object(ObjectType::Commit, bytes)
    }

    /// An object of these bytes, whatever they are.
    pub(crate) fn object(&self, kind: ObjectType, bytes: &[u8]) -> ObjectId {
        ObjectId(self.inner.odb().and_then(|odb| odb.write(kind, bytes)).expect("an object"))
    }

    pub(crate) fn point(&self, reference: &str, id: ObjectId) {
        self.inner.reference(reference, id.0, true, "test").expect("a reference");
    }

    /// Removes an object, as a shallow or partial clone does not have it.
    pub(crate) fn forget(&self, id: ObjectId) {
        let hex = id.to_string();
        let path = self.inner.path().join("objects").join(&hex[..2]).join(&hex[2..]);
        std::fs::remove_file(path).expect("a loose object");
    }

    /// Writes a file below the root of the work tree.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.directory.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// Adds to a file below the root of the work tree.
    pub(crate) fn append(&self, path: &str, text: &str) {
        let old = std::fs::read_to_string(self.directory.path().join(path)).unwrap_or_default();
        self.write(path, &(old + text));
    }
}
