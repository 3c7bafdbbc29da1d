//! Files of a register that git ignores: no commit holds them, so nobody reviews or approves them.

use std::path::Path;

use super::git_words::GitWords;
use crate::env::Env;
use crate::git::{self, Repo};

/// The first of some files that git ignores, by its path from the root of the repository, with the
/// command that names the line which says so.
pub(super) fn first<'p>(
    repo: &Repo,
    root: &Path,
    names: impl IntoIterator<Item = &'p str>,
    env: &Env<'_>,
) -> Result<Option<(&'p str, String)>, git::Error> {
    for name in names {
        if repo.ignores(name)? {
            let words = GitWords::at(root, env);
            let path = words.path(&root.join(name), env);
            return Ok(Some((name, format!("{} check-ignore -v {path}", words.git))));
        }
    }
    Ok(None)
}

/// What a command that writes a file says of it, if git ignores it.
pub(super) fn note(
    repo: &Repo,
    root: &Path,
    name: &str,
    env: &Env<'_>,
) -> Result<Option<String>, git::Error> {
    let found = first(repo, root, [name], env)?;
    Ok(found.map(|(name, command)| {
        format!("note: git ignores `{name}`, so no commit will hold it: `{command}` names the line")
    }))
}
