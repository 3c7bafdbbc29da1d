//! `exc export`: what is in force, as the files of enforcement tools have it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::{PossibleValue, PossibleValuesParser};

use super::holdings::Judged;
use super::rewriting::Rewrite;
use super::{Failure, Globals};
use crate::bridge::exports::{self, EXPORTS, Export};
use crate::bridge::grant::{Grant, Granted, Left};
use crate::bridge::matching::{Holding, State};
use crate::env::{Env, Outcome};
use crate::model::Exception;
use crate::render::Safe;
use crate::text::{SourceFile, shell_word};

/// Write the exceptions in force as a file of an enforcement tool
///
/// Makes an entry of each binding to the tool, of each record that is active and approved today: it leaves alone what the binding says and no more, ends after the record's last valid day as the tool counts days, and names the record first in its reason. A binding that the tool's file cannot say is left out, and named on standard error.
///
/// The same register on the same day makes the same bytes. Where a file of a tool has no end of its own, the next export is what ends an entry: let a job write it each day.
///
/// Exit codes: 0 everything in force is in the file; 1 with `--check`, the file is not what would be written; 2 something in force is not in it, for the reason that is given, or what is in force cannot be told, and nothing is written.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc export trivy -o .trivyignore.yaml
  exc export trivy --check .trivyignore.yaml   in CI: fail where the register says something else")]
pub(crate) struct Args {
    /// What to write
    #[arg(value_name = "TOOL", value_parser = PossibleValuesParser::new(EXPORTS.iter().map(named)))]
    tool: String,
    /// Write nothing; fail if FILE is not what would be written
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    check: Option<PathBuf>,
}

/// An export as the help lists it.
fn named(export: &&Export) -> PossibleValue {
    PossibleValue::new(export.name).help(export.about)
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let workspace = super::open_or_explain(globals, env)?;
    let export = exports::named(&args.tool).expect("clap knows the same names");
    let judged = Judged::read(&workspace, globals, env)?;
    let holdings = judged.holdings(env.today);
    undecided(&holdings, export)?;
    let mut left = Vec::new();
    let granted = granted(&workspace.policy.register, &judged, &holdings, export, &mut left);
    let text = (export.write)(&granted, &mut left);
    let is_same = match &args.check {
        Some(path) => is_same(path, &text, export, globals, env)?,
        None => {
            globals.print(env, |out| out.write_all(text.as_bytes()))?;
            true
        }
    };
    for Left { record, path, pointer, why } in &left {
        let text = format!("error: `{record}` is not in the file: {why}");
        super::tell(env, &text);
        super::tell(env, &format!("  --> {path} {pointer}"));
    }
    let is_whole = left.is_empty();
    tell_unapproved(&holdings, export, globals, env);
    if granted.grants.is_empty() && is_whole {
        tell_empty(export, globals, env);
    }
    tell_name(args, export, globals, env);
    drop((granted, holdings));
    let outcome = super::list::name_unreadable(&judged.forget(), globals, env);
    Ok(match (is_whole, is_same) {
        (false, _) => Outcome::Error,
        (true, false) => outcome.max(Outcome::Findings),
        (true, true) => outcome,
    })
}

/// Whether a file has something to say of an exception.
fn is_of(export: &Export, exception: &Exception) -> bool {
    let is_bound = |tool| exception.bindings.iter().any(|it| it.tool == Some(tool));
    export.tool.is_none_or(is_bound)
}

/// Refuses to write where it cannot be told what is in force: a tool that is given a file with less
/// takes away what was approved.
fn undecided(holdings: &[Holding<'_>], export: &Export) -> Result<(), Failure> {
    let all = holdings.iter().filter(|holding| is_of(export, holding.exception));
    let mut undecided = all.filter_map(|holding| match &holding.state {
        State::Unknown(why) => Some((&holding.exception.id, why)),
        _ => None,
    });
    let Some((id, why)) = undecided.next() else { return Ok(()) };
    let more = match undecided.count() {
        0 => String::new(),
        n => format!(", and of {n} more"),
    };
    let message =
        format!("whether `{id}` is in force is not known{more}, so nothing is written: {why}");
    Err(Failure::new(message).hint(
        "in a clone without the whole history, fetch it: `git fetch --unshallow`; `exc doctor` says what is missing",
    ))
}

/// Says which records are bound to the tool and not in the file for want of an approval: they are not
/// in force, and whoever filed them may wait for it.
fn tell_unapproved(
    holdings: &[Holding<'_>],
    export: &Export,
    globals: &Globals,
    env: &mut Env<'_>,
) {
    for Holding { exception, state, .. } in holdings {
        if let State::Unapproved(why) = state
            && is_of(export, exception)
        {
            globals.note(env, &format!("note: `{}` is not in force: {why}", exception.id));
        }
    }
}

/// Says that there is nothing to leave alone: a file without entries does not tell it from a mistake.
fn tell_empty(export: &Export, globals: &Globals, env: &mut Env<'_>) {
    let what = match export.tool {
        Some(tool) => format!("nothing in force is bound to `{}`", tool.as_str()),
        None => "nothing is in force".to_owned(),
    };
    globals.note(env, &format!("note: {what}, so there is no entry to write"));
}

/// Says that the tool would read a file of this name in another form.
fn tell_name(args: &Args, export: &Export, globals: &Globals, env: &mut Env<'_>) {
    let Some(path) = args.check.as_ref().or(globals.output.as_ref()) else { return };
    let has_ending = |ending: &&str| path.extension().is_some_and(|it| it == *ending);
    if export.endings.is_empty() || export.endings.iter().any(has_ending) {
        return;
    }
    let text = format!(
        "note: the tool reads `{}` in another form, by its name: `exc export {}` writes {}",
        path.display(),
        export.name,
        export.about
    );
    globals.note(env, &text);
}

/// What is in force. A record whose bindings cannot be relied on is left out, and told.
fn granted<'a>(
    register: &'a str,
    judged: &Judged,
    holdings: &[Holding<'a>],
    export: &Export,
    left: &mut Vec<Left>,
) -> Granted<'a> {
    let mut grants = Vec::new();
    for Holding { exception, path, state, fault } in holdings {
        if !is_of(export, exception) {
            continue;
        }
        let mut leave = |why: &str| {
            left.push(Left {
                record: exception.id.clone(),
                path: (*path).to_owned(),
                pointer: String::new(),
                why: why.to_owned(),
            });
        };
        match (state, fault) {
            (State::InForce(last), None) => grants.push(Grant {
                exception,
                path,
                last: *last,
                approval: judged.approval(&exception.id),
            }),
            (State::InForce(_), Some(fault)) => leave(fault),
            _ => {}
        }
    }
    grants.sort_by(|a, b| a.exception.id.cmp(&b.exception.id));
    Granted { register, grants }
}

/// Whether a file is what would be written; says how it differs where it does.
fn is_same(
    path: &Path,
    text: &str,
    export: &Export,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<bool> {
    let shown = path.display().to_string();
    let old = match std::fs::read(globals.cwd(env).join(path)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(Failure::new(format!("cannot read `{shown}`: {error}")).into()),
    };
    if old == text.as_bytes() {
        return Ok(true);
    }
    let old = String::from_utf8_lossy(&old).into_owned();
    let file = |text: &str| Arc::new(SourceFile::new(&*shown, text));
    let patch = Rewrite { before: file(&old), after: file(text) }.patch();
    globals.print(env, |out| patch.lines().try_for_each(|line| writeln!(out, "{}", Safe(line))))?;
    let command = format!("{} export {} -o {}", globals.words(), export.name, shell_word(&shown));
    globals.note(env, &format!("`{shown}` is not what the register says: `{command}` writes it"));
    Ok(false)
}
