//! Files of the register that get another text: told as a patch, or written whole.
//!
//! Invariant: a file that somebody else has changed meanwhile is left as it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use similar::TextDiff;

use super::writing::{obstacle, replace_file};
use super::{Failure, Globals, Workspace, first_failure, refuse_links, shown_path};
use crate::env::Env;
use crate::history::{self, Approval, MAX_APPROVAL_SIZE};
use crate::register::{self, ApprovalFile};
use crate::render::Safe;
use crate::text::{SourceFile, shell_word};

/// The approvals that stand in the register, by record.
pub(super) struct Signed(BTreeMap<String, Vec<ApprovalFile>>);

impl Signed {
    pub(super) fn read(workspace: &Workspace) -> Self {
        let max = MAX_APPROVAL_SIZE as u64;
        // They are read for a note, which is no reason to write nothing.
        Self(register::approvals(&workspace.store, &workspace.name, max).unwrap_or_default())
    }
}

/// A file's text, and the one that takes its place.
pub(super) struct Rewrite {
    pub(super) before: Arc<SourceFile>,
    pub(super) after: Arc<SourceFile>,
}

impl Rewrite {
    /// The change as `git apply` reads it.
    pub(super) fn patch(&self) -> String {
        let path = self.after.path();
        let (old, new) = (format!("a/{path}"), format!("b/{path}"));
        let diff = TextDiff::from_lines(self.before.text(), self.after.text());
        format!("diff --git {old} {new}\n{}", diff.unified_diff().header(&old, &new))
    }

    /// What to say where somebody has signed the text as it was: that approval is about no text any
    /// more, unless it has landed.
    pub(super) fn spent(&self, id: &str, signed: &Signed) -> Option<String> {
        let own = history::digest(self.before.text().as_bytes());
        let files = &signed.0;
        let bytes = files.get(id)?.iter().filter_map(|file| file.bytes.as_ref().ok());
        let approvals = bytes.filter_map(|bytes| Approval::parse(bytes).ok());
        let mut signed = approvals.filter(|it| it.statement.content.to_string() == own);
        let who = signed.next()?.statement.approver;
        let id = shell_word(id);
        Some(format!(
            "note: {who} has approved the text as it was; if that has not landed yet, this one takes an approval of its own: `exc approve {id}`"
        ))
    }

    /// What keeps it from being written, as far as that can be told before.
    fn check(&self, path: &Path, workspace: &Workspace) -> anyhow::Result<()> {
        refuse_links(&workspace.root, path)?;
        let obstacle = obstacle(path, self.before.text());
        self.unless(obstacle.with_context(|| format!("cannot read `{}`", path.display()))?)
    }

    fn write(&self, path: &Path, workspace: &Workspace) -> anyhow::Result<()> {
        refuse_links(&workspace.root, path)?;
        self.unless(replace_file(path, self.before.text(), self.after.text())?)
    }

    fn unless(&self, obstacle: Option<&str>) -> anyhow::Result<()> {
        let Some(obstacle) = obstacle else { return Ok(()) };
        let message = format!("`{}` {obstacle}, so it is not written", self.after.path());
        Err(Failure::new(message)
            .hint("look at it (`ls -l`, `git diff`), and run the command again")
            .into())
    }
}

/// Writes the files, if nothing stands in the way of any, and prints their paths; where that fails
/// on the way, of those that are written. That they could not be printed hides nothing.
pub(super) fn put(
    rewrites: &[&Rewrite],
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Vec<PathBuf>> {
    let (paths, written) = write(rewrites, workspace);
    let shown: Vec<String> = paths.iter().map(|path| shown_path(path, env)).collect();
    let printed =
        globals.print(env, |out| shown.iter().try_for_each(|path| writeln!(out, "{}", Safe(path))));
    if printed.is_err() {
        shown.iter().for_each(|path| globals.note(env, &format!("`{path}` is written")));
    }
    let written = written.map_err(|error| match paths.len() {
        0 => error,
        n => told_in_part(error, n, &rewrites[n..]),
    });
    first_failure([written, printed], env).map(|()| paths)
}

/// The same error where some files are written: what was to be done to them is done, and must not
/// be done again.
fn told_in_part(error: anyhow::Error, n_written: usize, rest: &[&Rewrite]) -> anyhow::Error {
    let left: Vec<String> = rest.iter().map(|it| format!("`{}`", it.after.path())).collect();
    let n = n_written + left.len();
    let hint = format!(
        "{n_written} of {n} files are written, as printed; run the command again for the rest alone: {}",
        left.join(", ")
    );
    let known = error.downcast_ref::<Failure>().and_then(|failure| failure.hint.clone());
    let hint = known.map_or(hint.clone(), |known| format!("{known}; {hint}"));
    Failure::new(format!("{error:#}")).hint(hint).into()
}

/// The same in silence: the paths that are written, and what kept the rest from it.
pub(super) fn write(
    rewrites: &[&Rewrite],
    workspace: &Workspace,
) -> (Vec<PathBuf>, anyhow::Result<()>) {
    let path = |it: &Rewrite| workspace.root.join(it.after.path());
    let mut paths: Vec<PathBuf> = Vec::new();
    let result = rewrites.iter().try_for_each(|it| it.check(&path(it), workspace)).and_then(|()| {
        rewrites.iter().try_for_each(|it| {
            it.write(&path(it), workspace)?;
            paths.push(path(it));
            Ok(())
        })
    });
    (paths, result)
}
