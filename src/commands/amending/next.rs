//! How a change that was written gets to where it is approved.

use std::path::{Path, PathBuf};

use crate::commands::settled::Found;
use crate::commands::{Failure, Globals, Workspace, mainline, normal, shown_path};
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
    // Outside of the repository, git has to be told where it is.
    let is_inside = normal(&env.cwd).starts_with(&workspace.root);
    let root = shell_word(&workspace.root.to_string_lossy());
    let git = if is_inside { "git".to_owned() } else { format!("git -C {root}") };
    let path = |path: &PathBuf| match (is_inside, path.strip_prefix(&workspace.root)) {
        (false, Ok(relative)) => shell_word(&relative.to_string_lossy()),
        _ => shell_word(&shown_path(Path::new(path), env)),
    };
    let paths: Vec<String> = paths.iter().map(path).collect();
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
    // Nothing can be merged into a branch that is not there.
    let is_on_mainline = found.mainline.is_some()
        && repo.head_branch()?.is_some_and(|branch| branch == found.branch);
    let branch = shell_word(&branch);
    if is_on_mainline {
        lines.push(format!("  {git} switch -c {branch}"));
    }
    lines.push(format!("  {git} add {}", paths.join(" ")));
    lines.push(format!("  {git} commit -m {}", shell_word(&format!("exceptions: {verb} {what}"))));
    match is_on_mainline {
        true => lines.push(format!("  {git} push -u origin {branch}")),
        false if found.mainline.is_some() => lines.push(format!("  {git} push")),
        false => {}
    }
    if found.mainline.is_some() {
        lines.push("and open a pull request; `exc review` shows what a reviewer sees".to_owned());
    }
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
