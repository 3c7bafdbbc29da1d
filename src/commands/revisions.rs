//! Revisions that people name on the command line, and what to do about those that are none.

use super::Failure;
use crate::git::{NoRevision, ObjectId, Repo};

/// The commit that somebody names; `option` says what to do about a name that starts with `-`.
pub(super) fn resolve(repo: &Repo, name: &str, option: &str) -> Result<ObjectId, Failure> {
    let list = "`git log --oneline --all` shows commits, `git branch --all` branches";
    repo.resolve(name).map_err(|reason| match reason {
        NoRevision::Option => {
            Failure::new(format!("`{name}` is no revision: it starts with `-`")).hint(option)
        }
        NoRevision::Unknown => {
            let hint = match repo.is_shallow() {
                true => "older commits are missing here: run `git fetch --unshallow`".to_owned(),
                false => format!("{list}; `git fetch` gets those of the remote"),
            };
            Failure::new(format!("there is no revision `{name}`")).hint(hint)
        }
        NoRevision::Ambiguous => {
            Failure::new(format!("`{name}` stands for several objects")).hint("write more of it")
        }
        NoRevision::NotACommit => Failure::new(format!("`{name}` is no commit")).hint(list),
        NoRevision::Unreadable(error) => error.into(),
    })
}

/// The start of a commit's name, as people read it.
pub(super) fn short(commit: ObjectId) -> String {
    commit.to_string().chars().take(7).collect()
}
