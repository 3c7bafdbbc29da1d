//! Why a repository cannot be read, in words, and what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};

use git2::ErrorCode;

use super::ObjectId;
use crate::text::shell_word;

/// Why a repository cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Error {
    /// It belongs to somebody else, so git refuses it.
    NotOwned { path: PathBuf },
    /// It lacks an object that it names: it is a shallow or partial clone, or damaged.
    Missing { path: PathBuf, id: ObjectId },
    /// Two commits have several last common ancestors.
    Ambiguous { path: PathBuf, left: ObjectId, right: ObjectId },
    /// A commit says in two ways what git writes once, so that readers would differ.
    Malformed { path: PathBuf, id: ObjectId, reason: &'static str },
    /// It, or something in it, is broken or of an unknown kind.
    Unreadable { path: PathBuf, reason: String },
}

impl Error {
    pub(super) fn new(path: &Path, error: &git2::Error) -> Self {
        let path = path.to_owned();
        match error.code() {
            ErrorCode::Owner => {
                // Git names the directory that it refuses, which may lie above the one asked for.
                let named = error.message().split('\'').nth(1).map(PathBuf::from);
                Self::NotOwned { path: named.unwrap_or(path) }
            }
            _ => Self::Unreadable { path, reason: error.message().to_owned() },
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::NotOwned { path } => {
                let path = path.to_string_lossy();
                let path = path.trim_end_matches('/');
                format!(
                    "if you trust it, run `git config --global --add safe.directory {}`",
                    shell_word(path)
                )
            }
            Self::Missing { .. } => {
                "fetch what this clone left out: `git fetch --unshallow`, or `git fetch --refetch --no-filter` where it was made with `--filter`".to_owned()
            }
            Self::Ambiguous { .. } => {
                "rebase the change onto its base, or name two commits: `exc diff A..B`".to_owned()
            }
            Self::Malformed { id, .. } => {
                format!("no git writes such a commit: look at it with `git cat-file commit {id}`")
            }
            Self::Unreadable { .. } => {
                "run `git fsck` there; a clone made with `--filter` or of another object format cannot be read".to_owned()
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOwned { path } => {
                write!(f, "the repository `{}` belongs to somebody else", path.display())
            }
            Self::Missing { path, id } => {
                write!(f, "the repository of `{}` lacks the object {id}", path.display())
            }
            Self::Ambiguous { left, right, .. } => write!(
                f,
                "{left} and {right} were merged into each other, so where the change began cannot be told"
            ),
            Self::Malformed { path, id, reason } => write!(
                f,
                "the repository of `{}` cannot be read: the object {id} is damaged: {reason}",
                path.display()
            ),
            Self::Unreadable { path, reason } => {
                write!(f, "the repository of `{}` cannot be read: {reason}", path.display())
            }
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_repository_names_the_command_that_trusts_it() {
        let error = Error::NotOwned { path: "/srv/its repo/".into() };
        assert_eq!(
            error.hint(),
            "if you trust it, run `git config --global --add safe.directory '/srv/its repo'`"
        );
    }
}
