//! The git commands that a person is told to type next.

use std::path::Path;

use super::settled::Found;
use super::{Failure, Workspace, normal, shown_path};
use crate::env::Env;
use crate::git::Repo;
use crate::text::shell_word;

/// How git is called on a register, from where the person is.
pub(super) struct GitWords<'a> {
    /// `git`; outside of the repository, with where that is.
    pub(super) git: String,
    is_inside: bool,
    root: &'a Path,
}

impl<'a> GitWords<'a> {
    pub(super) fn of(workspace: &'a Workspace, env: &Env<'_>) -> Self {
        Self::at(&workspace.root, env)
    }

    /// The same for the root of a repository.
    pub(super) fn at(root: &'a Path, env: &Env<'_>) -> Self {
        let is_inside = normal(&env.cwd).starts_with(root);
        let shown = shell_word(&root.to_string_lossy());
        let git = if is_inside { "git".to_owned() } else { format!("git -C {shown}") };
        Self { git, is_inside, root }
    }

    /// A path as that command takes it.
    pub(super) fn path(&self, path: &Path, env: &Env<'_>) -> String {
        match (self.is_inside, path.strip_prefix(self.root)) {
            (false, Ok(relative)) => shell_word(&relative.to_string_lossy()),
            _ => shell_word(&shown_path(path, env)),
        }
    }
}

/// The branch that is checked out, if a change can be proposed from it: any but the mainline.
pub(super) fn own_branch(repo: &Repo, found: &Found) -> Result<Option<String>, Failure> {
    let has_mainline = found.mainline.is_some();
    Ok(repo.head_branch()?.filter(|own| !has_mainline || *own != found.branch))
}

/// How a branch is proposed, in two lines: the command that publishes it, and what follows.
pub(super) fn proposal(
    repo: &Repo,
    found: &Found,
    git: &str,
    branch: &str,
    follows: &str,
) -> Result<Vec<String>, Failure> {
    // Nothing can be merged into a branch that is not there.
    if found.mainline.is_none() {
        return Ok(Vec::new());
    }
    Ok(match repo.push_remote()? {
        Some(remote) => vec![
            format!("  {git} push -u {} {branch}", shell_word(&remote)),
            format!("and open a pull request{follows}"),
        ],
        None => {
            let mainline = shell_word(&found.branch);
            vec![format!(
                "and have it merged into {mainline} (there is no remote to push it to){follows}"
            )]
        }
    })
}
