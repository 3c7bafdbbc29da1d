//! The only user of git2, as owned values: identity, mainline, revisions, the files of a commit, and
//! what the audit trail stands on: whole commits, the chain of first parents and what it changed.
//!
//! Invariant: nothing in a repository's configuration runs a program, replace refs are not
//! followed, and a repository that cannot be read is an error, never an absence.

pub(crate) mod attributes;
mod branch;
mod chain;
#[cfg(test)]
mod check_attr;
mod commit;
mod contributors;
mod delta;
mod error;
mod facts;
mod identity;
mod ignored;
mod landings;
mod loose;
mod merge_base;
mod objects;
mod packs;
mod recent;
mod revisions;
#[cfg(test)]
pub(crate) mod testing;
mod trailers;

use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use git2::{ErrorCode, ObjectType, Oid, Repository};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use loose::LooseObjects;
use packs::Packs;
use recent::Recent;

pub(crate) use chain::Chain;
pub(crate) use commit::{Address, Commit};
pub(crate) use contributors::{Authorship, Completeness, Contributors, Role};
pub(crate) use delta::{FileChange, Side, Touch};
pub(crate) use error::Error;
pub(crate) use facts::{Facts, Format};
pub(crate) use identity::Identity;
pub(crate) use objects::{Mode, TreeEntry};
pub(crate) use revisions::NoRevision;
pub(crate) use trailers::trailers;

/// Folders below each other that a register may have.
const MAX_DEPTH: usize = 16;
/// Bytes of trees that are kept. The current trees of a hundred thousand files fit in.
const MAX_TREES: usize = 16 * 1024 * 1024;

/// A repository that has been opened.
pub(crate) struct Repo {
    inner: Repository,
    loose: LooseObjects,
    packs: Box<RefCell<Packs>>,
    trees: RefCell<Trees>,
    path: PathBuf,
}

/// The trees that were read last: one often stands on both sides of several comparisons.
type Trees = Recent<ObjectId, Arc<Vec<u8>>>;

/// The name of an object, which is its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectId(Oid);

/// The tip of the protected branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mainline {
    /// The reference as people know it, such as `origin/main`.
    pub(crate) name: String,
    pub(crate) tip: ObjectId,
}

/// A file of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TreeFile {
    /// Relative to the root of the repository, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) blob: ObjectId,
}

impl Repo {
    /// Opens the repository in which `path` lies; `None` where there is none.
    pub(crate) fn discover(path: &Path) -> Result<Option<Self>, Error> {
        match Repository::discover(path) {
            Ok(inner) => Ok(Some(Self::from(inner))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(Error::new(path, &error)),
        }
    }

    /// Opens the repository whose own directory, as [`Repo::directory`] gives it, is `path`.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let inner = Repository::open(path).map_err(|error| Error::new(path, &error))?;
        Ok(Self::from(inner))
    }

    /// The same repository, opened again: lets go of all that was read of it, and of the packs that
    /// were mapped to do so.
    pub(crate) fn anew(self) -> Result<Self, Error> {
        let path = self.directory().to_owned();
        drop(self);
        Self::open(&path)
    }

    /// The repository's own directory, such as `.git`.
    pub(crate) fn directory(&self) -> &Path {
        self.inner.path()
    }

    /// The root of the work tree; `None` in a bare repository.
    pub(crate) fn root(&self) -> Option<&Path> {
        self.inner.workdir()
    }

    /// The branch `name` of `origin`, else the local one; `None` where neither exists.
    pub(crate) fn mainline(&self, name: &str) -> Result<Option<Mainline>, Error> {
        let candidates = [
            (format!("refs/remotes/origin/{name}"), format!("origin/{name}")),
            (format!("refs/heads/{name}"), name.to_owned()),
        ];
        for (reference, name) in candidates {
            let found = self.inner.find_reference(&reference);
            match found.and_then(|reference| reference.resolve()) {
                Ok(reference) => {
                    let tip = reference.target().map(ObjectId);
                    return Ok(tip.map(|tip| Mainline { name, tip }));
                }
                Err(error) if error.code() == ErrorCode::NotFound => {}
                Err(error) => return Err(self.error(&error)),
            }
        }
        Ok(None)
    }

    /// The branch that is checked out, born or not; `None` where none is.
    pub(crate) fn head_branch(&self) -> Result<Option<String>, Error> {
        let head = self.inner.find_reference("HEAD").map_err(|error| self.error(&error))?;
        let target = head.symbolic_target_bytes().map(String::from_utf8_lossy);
        Ok(target.and_then(|target| target.strip_prefix("refs/heads/").map(str::to_owned)))
    }

    /// How many files below a folder differ from the commit that is checked out, or are new. Runs no
    /// program, whatever filters the repository names.
    pub(crate) fn n_uncommitted(&self, folder: &str) -> Result<usize, Error> {
        let count = || -> Result<usize, git2::Error> {
            let head = self.inner.head()?.peel_to_tree()?;
            let mut options = git2::DiffOptions::new();
            options.pathspec(folder).disable_pathspec_match(true).update_index(false);
            options.include_untracked(true).recurse_untracked_dirs(true).ignore_submodules(true);
            let diff = self.inner.diff_tree_to_workdir(Some(&head), Some(&mut options))?;
            Ok(diff.deltas().len())
        };
        count().map_err(|error| self.error(&error))
    }

    /// The day (UTC) on which the commit that is checked out was made, as its committer says; `None`
    /// where there is no commit, or its moment is outside of the calendar.
    pub(crate) fn head_day(&self) -> Result<Option<NaiveDate>, Error> {
        let head = match self.inner.head() {
            Ok(head) => head,
            Err(error) if error.code() == ErrorCode::UnbornBranch => return Ok(None),
            Err(error) => return Err(self.error(&error)),
        };
        let Some(tip) = head.target() else { return Ok(None) };
        let commit = self.commit(ObjectId(tip))?;
        let moment = DateTime::from_timestamp(commit.committer.seconds, 0);
        Ok(moment.map(|moment| moment.date_naive()))
    }

    /// The address of the remote `origin`, if there is one.
    pub(crate) fn origin(&self) -> Result<Option<String>, Error> {
        match self.inner.find_remote("origin") {
            Ok(remote) => Ok(Some(String::from_utf8_lossy(remote.url_bytes()).into_owned())),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(self.error(&error)),
        }
    }

    /// The remote that a branch is pushed to: `origin`, else the only one; none where nobody has said.
    pub(crate) fn push_remote(&self) -> Result<Option<String>, Error> {
        let names = self.inner.remotes().map_err(|error| self.error(&error))?;
        let mut names: Vec<String> =
            names.iter_bytes().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        Ok(match names.iter().position(|name| name == "origin") {
            Some(at) => Some(names.swap_remove(at)),
            None if names.len() == 1 => names.pop(),
            None => None,
        })
    }

    /// Whether this clone knows of any branch of `origin`.
    pub(crate) fn knows_origin(&self) -> Result<bool, Error> {
        let known = self.inner.references_glob("refs/remotes/origin/*");
        Ok(known.map_err(|error| self.error(&error))?.next().is_some())
    }

    /// All files of a commit below a folder, by path; none where the folder does not exist. Links
    /// and submodules hold no records of this register.
    pub(crate) fn files_at(&self, commit: ObjectId, folder: &str) -> Result<Vec<TreeFile>, Error> {
        let top = match self.entry_at(commit, folder)? {
            Some(TreeEntry { mode: Mode::Folder, id, .. }) => id,
            _ => return Ok(Vec::new()),
        };
        let mut files = Vec::new();
        let mut pending = vec![(top, folder.to_owned(), 0)];
        while let Some((tree, folder, depth)) = pending.pop() {
            for entry in self.tree(tree)? {
                let path = format!("{folder}/{}", String::from_utf8_lossy(&entry.name));
                match entry.mode {
                    Mode::Folder if depth < MAX_DEPTH => pending.push((entry.id, path, depth + 1)),
                    Mode::Folder => {
                        let reason = format!("`{path}` is nested more than {MAX_DEPTH} deep");
                        return Err(Error::Unreadable { path: self.path.clone(), reason });
                    }
                    Mode::File | Mode::Executable => files.push(TreeFile { path, blob: entry.id }),
                    Mode::Symlink | Mode::Submodule | Mode::Unknown => {}
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    fn error(&self, error: &git2::Error) -> Error {
        Error::new(&self.path, error)
    }
}

impl From<Repository> for Repo {
    fn from(inner: Repository) -> Self {
        let path = inner.workdir().unwrap_or_else(|| inner.path()).to_owned();
        let objects = inner.commondir().join("objects");
        let packs = Box::new(RefCell::new(Packs::open(&objects)));
        let loose = LooseObjects::new(objects);
        let trees = RefCell::new(Recent::new(MAX_TREES));
        // What is worth keeping is kept here; libgit2 would keep every commit as well.
        git2::opts::enable_caching(false);
        Self { inner, loose, packs, trees, path }
    }
}

impl ObjectId {
    /// The name that these bytes have as a file; `None` where git refuses to say.
    pub(crate) fn of_file(bytes: &[u8]) -> Option<Self> {
        // Hashing fails only where the hash is switched off; then nothing is known to be equal.
        Oid::hash_object(ObjectType::Blob, bytes).ok().map(Self)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for ObjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ObjectId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        objects::parse_id(text.as_bytes()).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(repo: &Repository, reference: &str, files: &[(&str, &str)]) -> Oid {
        let root = repo.workdir().expect("a work tree");
        let mut index = repo.index().unwrap();
        for (path, text) in files {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), text).unwrap();
            index.add_path(Path::new(path)).unwrap();
        }
        let tree = repo.find_tree(index.write_tree().unwrap()).unwrap();
        let who = git2::Signature::new("Dana", "dana@example.com", &git2::Time::new(0, 0)).unwrap();
        repo.commit(Some(reference), &who, &who, "change", &tree, &[]).unwrap()
    }

    fn open(directory: &Path) -> Repo {
        Repo::discover(directory).unwrap().expect("a repository")
    }

    #[test]
    fn no_repository_is_none_and_a_broken_one_an_error() {
        let directory = tempfile::tempdir().unwrap();
        assert!(Repo::discover(directory.path()).unwrap().is_none());

        Repository::init(directory.path()).unwrap();
        let config = "[core]\n\trepositoryformatversion = 99\n";
        std::fs::write(directory.path().join(".git/config"), config).unwrap();
        let error = Repo::discover(directory.path()).err().expect("no such version");
        assert!(matches!(error, Error::Unreadable { .. }), "{error}");
    }

    #[test]
    fn the_day_of_a_commit_is_its_committers_in_utc() {
        let day = |seconds, zone| {
            let directory = tempfile::tempdir().unwrap();
            Repository::init(directory.path()).unwrap();
            assert_eq!(open(directory.path()).head_day().unwrap(), None);
            testing::commit_at(directory.path(), seconds, zone);
            open(directory.path()).head_day().unwrap().map(|day| day.to_string())
        };
        // Half past midnight in Berlin is still the day before in UTC.
        assert_eq!(day(1_795_217_400, "+0100").as_deref(), Some("2026-11-20"));
        assert_eq!(day(4_102_444_799, "+0000").as_deref(), Some("2099-12-31"));
        assert_eq!(day(9_000_000_000_000_000, "+0000"), None);
    }

    #[test]
    fn the_branch_of_origin_wins_over_the_local_one() {
        let directory = tempfile::tempdir().unwrap();
        let repo = Repository::init(directory.path()).unwrap();
        assert_eq!(open(directory.path()).mainline("main").unwrap(), None);

        commit(&repo, "refs/heads/main", &[("a", "local")]);
        let mainline = open(directory.path()).mainline("main").unwrap().expect("a branch");
        assert_eq!(mainline.name, "main");

        let remote = commit(&repo, "refs/remotes/origin/main", &[("a", "remote")]);
        let mainline = open(directory.path()).mainline("main").unwrap().expect("a branch");
        assert_eq!((mainline.name.as_str(), mainline.tip.0), ("origin/main", remote));
    }

    #[test]
    fn files_below_a_folder_come_with_their_content() {
        let directory = tempfile::tempdir().unwrap();
        let repo = Repository::init(directory.path()).unwrap();
        let files = [("r/2026/b.yaml", "b"), ("r/a.yaml", "a"), ("rest.txt", "no")];
        let tip = ObjectId(commit(&repo, "refs/heads/main", &files));
        let repo = open(directory.path());
        let found = repo.files_at(tip, "r").unwrap();
        let paths: Vec<&str> = found.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["r/2026/b.yaml", "r/a.yaml"]);
        assert_eq!(repo.blob(found[1].blob, 10).unwrap().as_deref(), Some(&b"a"[..]));
        assert_eq!(repo.blob(found[1].blob, 0).unwrap(), None);
        assert_eq!(ObjectId::of_file(b"a"), Some(found[1].blob));
        assert_eq!(repo.files_at(tip, "nowhere").unwrap(), []);
    }
}
