//! `exc fmt`: lays records out in one way.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::rewriting::{self, Rewrite, Signed};
use super::selection::{holds_no_record, select};
use super::{Globals, Workspace, findings, mainline};
use crate::env::{Env, Outcome};
use crate::finding::Finding;
use crate::register;
use crate::render::{Safe, count};
use crate::source::layout::{self, Refused};

/// Lay out records in one way, with their comments
///
/// Puts the keys of a record in their order, indents by two spaces and lists below their key, keeps one empty line where there are several, and puts comments behind a value two spaces away, or as many as there were. Texts stay as they are written, quotes and line breaks included; so does what stands in braces, while it fits into 100 columns. What a record says never changes: the result is read back and compared before it is written.
///
/// Prints the paths of the files that it writes, or would write; with `--diff`, a patch. Another layout is no change that has to be approved again, but a signature is for one exact text: lay a record out before it is signed.
///
/// Exit codes: 0 all is laid out; 1 with `--check` or `--diff`, something is not; 2 a file could not be read, laid out or written.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc fmt                                  every record of the register
  exc fmt exceptions/EXC-2026-K7QD.yaml    this one
  exc fmt --check                          in CI: fail where it would change something
  exc fmt --diff                           show what it would change")]
pub(crate) struct Args {
    /// Only these files or directories of the register
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; fail if a record is laid out in another way
    #[arg(long)]
    check: bool,
    /// The same, and show what would be changed, as a patch
    #[arg(long)]
    diff: bool,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let workspace = super::open_or_explain(globals, env)?;
    // What only a commit holds cannot be written.
    workspace.directory()?;
    let selected = select(&args.paths, globals, env, &workspace)?;
    let is_wanted = |path: &str| selected.as_ref().is_none_or(|selected| selected.has(path));
    let (texts, mut unread) =
        register::each_text(&workspace.store, &workspace.name, is_wanted, layout::canonical);
    if let Some(selected) = &selected {
        let read = texts.iter().map(|(file, _)| file.path());
        let known: BTreeSet<&str> =
            read.chain(unread.iter().map(|finding| finding.place.file.path())).collect();
        if let Some(name) = selected.missing_from(&known) {
            return Err(holds_no_record(name).into());
        }
    }
    let n_texts = texts.len();
    let mut rewrites = Vec::new();
    let mut odd = Vec::new();
    for (before, laid_out) in texts {
        match laid_out {
            Ok(None) => {}
            Ok(Some(after)) => rewrites.push(Rewrite { before, after }),
            Err(Refused::Unreadable(found)) => unread.extend(found),
            Err(Refused::Form) => odd.push(before.path().to_owned()),
        }
    }
    let refused: BTreeSet<&str> = unread.iter().map(|it| it.place.file.path()).collect();
    let n_files = n_texts.saturating_sub(refused.len() + odd.len());
    let only_looks = args.check || args.diff;
    tell_unread(&unread, &odd, &workspace, globals, env)?;
    match only_looks {
        true => show(&rewrites, args.diff, globals, env)?,
        false => write(&rewrites, &workspace, globals, env)?,
    }
    let n = count(n_files, "record");
    let sentence = match (rewrites.len(), only_looks) {
        (0, _) if n_files == 1 => format!("{n} is laid out as it should be"),
        (0, _) => format!("{n} are laid out as they should be"),
        (n_changed, true) => {
            format!("{n_changed} of {n} would be laid out anew: `exc fmt` does it")
        }
        (n_changed, false) => format!("{n_changed} of {n} laid out anew"),
    };
    globals.note(env, &sentence);
    Ok(match (unread.is_empty() && odd.is_empty(), rewrites.is_empty() || !only_looks) {
        (false, _) => Outcome::Error,
        (true, false) => Outcome::Findings,
        (true, true) => Outcome::Success,
    })
}

/// Says which files stay as they are, and why.
fn tell_unread(
    unread: &[Finding],
    odd: &[String],
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<()> {
    if !unread.is_empty() {
        let files: BTreeSet<&str> = unread.iter().map(|it| it.place.file.path()).collect();
        findings::tell(unread, files.len(), workspace, globals, env)?;
        let files = count(files.len(), "file");
        globals.note(env, &format!("{files} left as found: mend what is wrong there first"));
    }
    for path in odd {
        let path = Safe(path);
        globals
            .note(env, &format!("`{path}` is left as found: nobody but its author can lay it out"));
    }
    Ok(())
}

fn show(
    rewrites: &[Rewrite],
    as_patch: bool,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<()> {
    globals.print(env, |out| {
        rewrites.iter().try_for_each(|it| match as_patch {
            true => out.write_all(it.patch().as_bytes()),
            false => writeln!(out, "{}", Safe(it.after.path())),
        })
    })
}

fn write(
    rewrites: &[Rewrite],
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<()> {
    let signed = Signed::read(workspace);
    for it in rewrites {
        if let Some(note) = it.spent(mainline::stem(it.before.path()), &signed) {
            globals.note(env, &note);
        }
    }
    let all: Vec<&Rewrite> = rewrites.iter().collect();
    rewriting::put(&all, workspace, globals, env).map(|_| ())
}
