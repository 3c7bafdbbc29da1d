//! Revisions as people name them: `main`, `HEAD~2`, a tag, the start of a commit's name.

use git2::ErrorCode;

use super::{Error, ObjectId, Repo};

/// Why a name is no commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoRevision {
    /// It would be an option to every program that it is given to.
    Option,
    Unknown,
    /// The start of several names.
    Ambiguous,
    /// A file or a folder.
    NotACommit,
    Unreadable(Error),
}

impl Repo {
    /// The commit that a name stands for.
    pub(crate) fn resolve(&self, revision: &str) -> Result<ObjectId, NoRevision> {
        if revision.starts_with('-') {
            return Err(NoRevision::Option);
        }
        if revision.is_empty() {
            return Err(NoRevision::Unknown);
        }
        // A tag can be called like a branch, and git would take the tag.
        let names = ["refs/tags/", "refs/heads/", "refs/remotes/"];
        let known = names.map(|prefix| self.inner.find_reference(&format!("{prefix}{revision}")));
        if known.iter().filter(|reference| reference.is_ok()).count() > 1 {
            return Err(NoRevision::Ambiguous);
        }
        // A branch names a commit, which is read here: libgit2 never comes back from a damaged one.
        let reference = self.inner.resolve_reference_from_short_name(revision);
        if let Ok(reference) = reference.and_then(|reference| reference.resolve())
            && (reference.is_branch() || reference.is_remote())
            && let Some(tip) = reference.target().map(ObjectId)
        {
            return self.header(tip).map(|_| tip).map_err(NoRevision::Unreadable);
        }
        let object = self.inner.revparse_single(revision).map_err(|error| match error.code() {
            ErrorCode::NotFound | ErrorCode::UnbornBranch | ErrorCode::InvalidSpec => {
                NoRevision::Unknown
            }
            ErrorCode::Ambiguous => NoRevision::Ambiguous,
            _ => NoRevision::Unreadable(self.error(&error)),
        })?;
        let commit = object.peel_to_commit().map_err(|_| NoRevision::NotACommit)?;
        Ok(ObjectId(commit.id()))
    }

    /// Whether older commits were left out when the repository was cloned.
    pub(crate) fn is_shallow(&self) -> bool {
        self.inner.is_shallow()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::commit_at;

    #[test]
    fn a_name_stands_for_a_commit_or_is_refused_with_a_reason() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        commit_at(directory.path(), 0, "+0000");
        let repo = Repo::discover(directory.path()).expect("git works").expect("a repository");
        let tip = repo.resolve("main").expect("a commit");
        assert_eq!(repo.resolve("HEAD"), Ok(tip));
        assert_eq!(repo.resolve(&tip.to_string()[..10]), Ok(tip));
        assert_eq!(repo.resolve("HEAD^{tree}"), Err(NoRevision::NotACommit));
        assert_eq!(repo.resolve("-n"), Err(NoRevision::Option));
        for name in ["gone", "HEAD~1", "", "a b", "HEAD^{"] {
            assert_eq!(repo.resolve(name), Err(NoRevision::Unknown), "{name}");
        }
        assert_eq!(repo.merge_base(tip, tip), Ok(Some(tip)));
    }
}
