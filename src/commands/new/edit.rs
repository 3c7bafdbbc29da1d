//! `--edit`: a record is written in the editor of whoever files it, and judged when that ends.
//!
//! Invariant: which program that is comes from the user's environment alone, never from a repository
//! or its configuration; the file that is edited stays until the record is written.

use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::Arc;

use anyhow::Context as _;

use super::draft::Draft;
use super::filing::{Filing, Place};
use super::ids::Ids;
use super::kept::Kept;
use super::{consent, end, say, similar, template};
use crate::commands::{Failure, interrupts};
use crate::env::{Env, Outcome};
use crate::finding::{Finding, Level};
use crate::model::CompensatingControl;
use crate::source::{self, Record};
use crate::text::SourceFile;

/// The variables that name an editor, in the order in which they count.
const VARIABLES: [&str; 2] = ["VISUAL", "EDITOR"];

/// The number of the signal of Ctrl-C.
const INTERRUPT: i32 = 2;

/// What came of an editor.
struct Edited {
    /// With the lines of the template.
    file: Arc<SourceFile>,
    record: Option<Record>,
    findings: Vec<Finding>,
}

pub(super) fn run(
    filing: &mut Filing<'_>,
    draft: Draft,
    ids: &mut Ids,
    kept: &mut Kept,
    env: &mut Env<'_>,
) -> anyhow::Result<Outcome> {
    let editor = editor(filing, env)?;
    let begun = put_template(filing, draft, ids, kept, env)?;
    let path = kept.path("")?;
    loop {
        if let Some(shown) = kept.shown(env) {
            filing.globals.note(env, &format!("the draft is in {shown}, until it is written"));
        }
        let status = open(&editor, &path, env)?;
        if is_interrupted(status) {
            if let Some(word) = interrupts::last_word() {
                // A terminal that is gone hears nothing.
                let _ = writeln!(env.err, "\n{word}");
            }
            return Ok(Outcome::Interrupted);
        }
        if !status.success() {
            let message = format!("the editor `{editor}` has failed: {status}");
            return Err(Failure::new(message).hint("nothing was written").into());
        }
        let text = kept.text()?;
        if template::without_its_lines(&text).is_empty() {
            kept.discard();
            return Err(Failure::new("the draft is empty: nothing was written").into());
        }
        let edited = read(filing, &text, ids, env)?;
        let has_errors = edited.findings.iter().any(|finding| finding.level == Level::Error);
        // Whoever has closed the editor at once needs no list of all that a record takes.
        if has_errors && text == begun && !filing.args.draft {
            let command = kept.command(env);
            let note = format!("nothing was changed, and nothing written; `{command}` goes on");
            filing.globals.note(env, &note);
            return Ok(Outcome::Findings);
        }
        if has_errors && !filing.args.draft {
            let shown = kept.shown(env).unwrap_or_default();
            filing.tell(&say::renamed(&edited.findings, &edited.file, &shown), env)?;
            let next = match filing.globals.can_ask(env) {
                true => consent::what_next(env)?,
                false => consent::Next::Stop,
            };
            match next {
                consent::Next::Edit => continue,
                consent::Next::Write => {}
                consent::Next::Stop => {
                    let command = kept.command(env);
                    let note = format!("nothing was written; `{command}` goes on with {shown}");
                    filing.globals.note(env, &note);
                    return Ok(Outcome::Findings);
                }
            }
        }
        return write(filing, &edited, (ids, kept), has_errors, env);
    }
}

/// The editor that the user's environment names, as a command line of the shell.
fn editor(filing: &Filing<'_>, env: &Env<'_>) -> Result<String, Failure> {
    if filing.globals.no_input {
        return Err(Failure::new("`--edit` asks for input, and `--no-input` forbids it")
            .hint("leave one of them out"));
    }
    let named = VARIABLES.iter().find_map(|name| env.var(name));
    named.map(str::to_owned).ok_or_else(|| {
        Failure::new("neither `VISUAL` nor `EDITOR` names an editor")
            .hint("set one of them, as `EDITOR=vi exc new --edit`, or leave `--edit` out")
    })
}

/// Puts what is known into the file that is edited, below what there is to say of it.
fn put_template(
    filing: &Filing<'_>,
    mut draft: Draft,
    ids: &mut Ids,
    kept: &mut Kept,
    env: &Env<'_>,
) -> anyhow::Result<String> {
    draft.exception.id = ids.next()?;
    if !draft.has_compensating {
        draft.exception.compensating_controls.push(CompensatingControl::default());
    }
    let allowed = end::allowed(&draft, &filing.register, &filing.workspace.policy, env.today);
    let (_, file) = filing.file(&draft)?;
    let text = match draft.is_unread() {
        true => file.text().to_owned(),
        false => template::text(&file, &filing.workspace.policy, &filing.register, &allowed),
    };
    kept.put(&draft.exception.id, &text, env)?;
    Ok(text)
}

/// Runs the editor on a file, as git does, and waits for it.
fn open(editor: &str, path: &Path, env: &Env<'_>) -> anyhow::Result<ExitStatus> {
    let mut command = if cfg!(windows) {
        let mut words = editor.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words);
        command
    } else {
        // The variable may hold arguments, and quotes around a path with spaces.
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(format!("{editor} \"$@\"")).arg(editor);
        command
    };
    command.arg(path).env_clear().envs(&env.vars).current_dir(&env.cwd);
    interrupts::leaving(|| command.status())
        .with_context(|| format!("cannot start the editor `{editor}`"))
}

/// Whether Ctrl-C has ended a program, itself or the shell around it.
fn is_interrupted(status: ExitStatus) -> bool {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None;
    signal == Some(INTERRUPT) || status.code() == Some(128 + INTERRUPT)
}

/// Judges what was edited as the record that it says it is.
fn read(
    filing: &mut Filing<'_>,
    text: &str,
    ids: &mut Ids,
    env: &Env<'_>,
) -> anyhow::Result<Edited> {
    let schema = &filing.workspace.policy.record_schema;
    let (record, _) = source::load(&Arc::new(SourceFile::new("draft.yaml", text)), schema);
    let (id, opened) = match &record {
        Some(record) => (record.exception.id.clone(), record.exception.opened),
        None => (String::new(), None),
    };
    // An id decides on a path.
    let id = if ids.check(&id).is_ok() { id } else { ids.next()? };
    ids.again(&id);
    let place = Place::of(&id, opened.unwrap_or(env.today), &filing.workspace)?;
    let file = Arc::new(SourceFile::new(place.name, text));
    let findings = filing.judge(&file, env.today);
    Ok(Edited { file, record, findings })
}

/// Writes the record: what was edited, without the lines of the template.
fn write(
    filing: &mut Filing<'_>,
    edited: &Edited,
    (ids, kept): (&mut Ids, &Kept),
    has_errors: bool,
    env: &mut Env<'_>,
) -> anyhow::Result<Outcome> {
    let opened = edited.record.as_ref().and_then(|it| it.exception.opened).unwrap_or(env.today);
    let id = ids.next()?;
    let place = Place::of(&id, opened, &filing.workspace)?;
    if let Some(record) = &edited.record {
        similar::tell(&record.exception, &filing.register, filing.globals, env);
    }
    let text = template::without_its_lines(edited.file.text());
    if !filing.write(&place, &text, kept, env)? {
        ids.taken(&id)?;
        return Err(Failure::new(format!("`{}` exists by now: nothing was written", place.name))
            .hint("write another `id` into the draft")
            .into());
    }
    // What is said of a line is said of the file that holds it now.
    let findings = filing.judge(&Arc::new(SourceFile::new(place.name, text)), env.today);
    if has_errors {
        let shown = crate::commands::shown_path(&place.path, env);
        say::draft(&findings, &shown, filing.globals, env);
    } else if !findings.is_empty() {
        filing.tell(&findings, env)?;
    }
    say::next_steps(&id, &place.path, &filing.workspace, filing.globals, env)?;
    Ok(Outcome::Success)
}
