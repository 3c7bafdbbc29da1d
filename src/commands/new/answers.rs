//! Filing what flags and answers say: asking for what is missing, judging it, and writing it.

use std::path::Path;

use chrono::{Datelike, NaiveDate};

use super::consent::Next;
use super::draft::{self, Draft};
use super::filing::Filing;
use super::ids::Ids;
use super::kept::Kept;
use super::{again, ask, consent, end, flags, say, similar};
use crate::commands::{Failure, shown_path};
use crate::env::{Env, Outcome};
use crate::finding::{Finding, Level};
use crate::model::{self, Exception};
use crate::render;

pub(super) fn run(
    filing: &mut Filing<'_>,
    mut draft: Draft,
    ids: &mut Ids,
    kept: &mut Kept,
    env: &mut Env<'_>,
) -> anyhow::Result<Outcome> {
    let args = filing.args;
    let missing = lacking(&draft, filing);
    let asks = is_conversation(filing, env)
        && (!missing.is_empty() || args.resume.is_some())
        && !args.draft;
    if !asks && !missing.is_empty() && !args.draft {
        let found = faults(filing, draft, env.today)?;
        return Err(incomplete(&missing, &found, filing, env)?.into());
    }
    draft.exception.id = ids.next()?;
    ids.again(&draft.exception.id);
    if asks {
        ask::fill(&mut draft, filing, kept, env)?;
    } else if draft.is_requester_from_git {
        say::requester(&draft, filing.globals, env);
    }
    if draft.exception.emergency.is_some() {
        end::of_emergency(&mut draft, filing, env);
    }
    settle(filing, draft, asks, (ids, kept), env)
}

/// Judges what is known until it can be written, and writes it.
fn settle(
    filing: &mut Filing<'_>,
    mut draft: Draft,
    asks: bool,
    (ids, kept): (&mut Ids, &mut Kept),
    env: &mut Env<'_>,
) -> anyhow::Result<Outcome> {
    let mut accepts_errors = filing.args.draft;
    let (mut is_settled, mut is_told) = (!asks, false);
    loop {
        draft.exception.id = ids.next()?;
        let (place, file) = filing.file(&draft)?;
        let findings = filing.judge(&file, env.today);
        let refused = refused(&findings, &draft);
        if !refused.is_empty() && !accepts_errors {
            filing.tell(&say::unwritten(&refused, &file, (!asks).then_some(filing.args)), env)?;
            match after_refusal(filing, &mut draft, &refused, asks, kept, env)? {
                Next::Edit => {}
                Next::Write => (accepts_errors, is_settled) = (true, true),
                Next::Stop => {
                    say::refused(kept, filing.globals, env);
                    return Ok(Outcome::Findings);
                }
            }
            ids.again(&draft.exception.id);
            continue;
        }
        if !is_told {
            similar::tell(&draft.exception, &filing.register, filing.globals, env);
            is_told = true;
        }
        if !is_settled && !consent::confirms(&draft, env)? {
            let error = Failure::new("nothing was written, as you said");
            return Err(match kept.shown(env) {
                Some(_) => {
                    let command = kept.command(env);
                    error.hint(format!(
                        "`{command} --title …` changes an answer, as each flag does, and `{command} --edit` all of them in an editor"
                    ))
                }
                None => error,
            }
            .into());
        }
        is_settled = true;
        if !filing.write(&place, file.text(), kept, env)? {
            ids.taken(&draft.exception.id)?;
            continue;
        }
        conclude(filing, &draft, &findings, &place.path, env)?;
        return Ok(Outcome::Success);
    }
}

/// Whether there is somebody to ask.
fn is_conversation(filing: &Filing<'_>, env: &Env<'_>) -> bool {
    filing.globals.can_ask(env)
}

/// The flags without which nothing can be filed.
fn lacking(draft: &Draft, filing: &Filing<'_>) -> Vec<String> {
    let missing = flags::missing(draft, &filing.workspace.policy);
    match draft.exception.emergency {
        Some(_) => flags::essential(&missing),
        None => missing,
    }
}

/// The findings for which a record is not written.
fn refused(findings: &[Finding], draft: &Draft) -> Vec<Finding> {
    let is_emergency = draft.exception.emergency.is_some();
    // What is not known yet is no reason to refuse an emergency.
    let refuses =
        |it: &&Finding| it.level == Level::Error && (!is_emergency || draft::is_given(it));
    findings.iter().filter(refuses).cloned().collect()
}

/// What becomes of answers that rules refuse: where somebody was asked, they can be given again.
fn after_refusal(
    filing: &Filing<'_>,
    draft: &mut Draft,
    refused: &[Finding],
    asks: bool,
    kept: &mut Kept,
    env: &mut Env<'_>,
) -> anyhow::Result<Next> {
    if !is_conversation(filing, env) {
        return Ok(Next::Stop);
    }
    let pointers: Vec<&str> = refused.iter().map(|it| it.place.pointer.as_str()).collect();
    let mut trial = draft.clone();
    if !asks || !again::forget(&mut trial, &pointers) {
        return Ok(if consent::wants_draft(env)? { Next::Write } else { Next::Stop });
    }
    let next = consent::what_now(env)?;
    if next == Next::Edit {
        ask::again(&mut trial, &pointers, filing, kept, env)?;
        *draft = trial;
    }
    Ok(next)
}

/// Says what is left to do of a record that is written.
fn conclude(
    filing: &Filing<'_>,
    draft: &Draft,
    findings: &[Finding],
    path: &Path,
    env: &mut Env<'_>,
) -> anyhow::Result<()> {
    let Exception { id, emergency, .. } = &draft.exception;
    let has_errors = findings.iter().any(|it| it.level == Level::Error);
    let missing = flags::missing(draft, &filing.workspace.policy);
    if has_errors && emergency.is_some() && !missing.is_empty() {
        say::gaps(id, &missing, filing.globals, env);
    } else if has_errors {
        say::draft(findings, &shown_path(path, env), filing.globals, env);
    } else if !findings.is_empty() {
        filing.tell(findings, env)?;
    }
    say::next_steps(id, path, &filing.workspace, filing.globals, env)?;
    Ok(())
}

/// What is wrong with what was given, where more is missing: all of it is said in one round.
fn faults(
    filing: &mut Filing<'_>,
    mut draft: Draft,
    today: NaiveDate,
) -> anyhow::Result<Vec<Finding>> {
    let year = draft.exception.opened.map_or(0, |opened| opened.year());
    draft.exception.id = filing.args.id.clone().unwrap_or_else(|| model::draw(year, 0));
    let (_, file) = filing.file(&draft)?;
    let mut findings = filing.judge(&file, today);
    findings.retain(|finding| finding.level == Level::Error && draft::is_given(finding));
    Ok(say::unwritten(&findings, &file, Some(filing.args)))
}

fn incomplete(
    missing: &[String],
    found: &[Finding],
    filing: &Filing<'_>,
    env: &mut Env<'_>,
) -> anyhow::Result<Failure> {
    if !found.is_empty() {
        filing.tell(found, env)?;
    }
    let message =
        format!("{} missing: {}", render::count(missing.len(), "flag"), missing.join(", "));
    Ok(Failure::new(message)
        .hint("run `exc new` on a terminal to be asked, or add `--draft` to fill in a file"))
}
