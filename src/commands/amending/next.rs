//! How a change that was written gets to where it is approved.

use std::path::PathBuf;

use crate::commands::git_words::{GitWords, own_branch, proposal};
use crate::commands::settled::Found;
use crate::commands::{Failure, Globals, Workspace, mainline};
use crate::env::Env;
use crate::text::shell_word;

/// Records that a branch is named after.
const MAX_NAMED: usize = 3;

pub(super) fn steps(
    verb: &str,
    needs_approval: bool,
    ids: &[&str],
    paths: &[PathBuf],
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> Result<(), Failure> {
    let Some(repo) = mainline::repository(workspace)? else { return Ok(()) };
    let words = GitWords::of(workspace, env);
    let git = &words.git;
    let paths: Vec<String> = paths.iter().map(|path| words.path(path, env)).collect();
    let what = match ids.len() {
        1..=MAX_NAMED => ids.join(" "),
        n => format!("{n} exceptions"),
    };
    let branch = match ids {
        [id] => format!("exception/{id}-{verb}"),
        _ => format!("exceptions/{verb}-{}", env.today),
    };
    let mut lines = vec!["next:".to_owned()];
    let found = Found::read(&repo, workspace)?;
    let own = own_branch(&repo, &found)?;
    let is_new = own.is_none();
    let branch = shell_word(&own.unwrap_or(branch));
    if is_new {
        lines.push(format!("  {git} switch -c {branch}"));
    }
    lines.push(format!("  {git} add {}", paths.join(" ")));
    lines.push(format!("  {git} commit -m {}", shell_word(&format!("exceptions: {verb} {what}"))));
    let follows = "; `exc review` shows what a reviewer sees";
    lines.extend(proposal(&repo, &found, git, &branch, follows)?);
    if needs_approval {
        let ids: Vec<String> = ids.iter().map(|id| shell_word(id)).collect();
        lines.push(format!(
            "somebody who may approves it: `exc approve {}`, or the merge",
            ids.join(" ")
        ));
    }
    lines.iter().for_each(|line| globals.note(env, line));
    Ok(())
}
