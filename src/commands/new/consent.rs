//! The last questions of `exc new`: whether to write what came of the answers.

use super::draft::Draft;
use crate::commands::{read_answer, told};
use crate::env::Env;
use crate::model::{RiskLevel, window};
use crate::render;

/// Whether a record that rules refuse shall be written all the same.
pub(super) fn wants_draft(env: &mut Env<'_>) -> anyhow::Result<bool> {
    let question = "write it as a draft, to be fixed in an editor? [y/N] ";
    loop {
        let answer = read_answer(env, question)?;
        match answer.to_ascii_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "" | "n" | "no" => return Ok(false),
            _ => {}
        }
    }
}

/// What to do with what rules refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Edit,
    Write,
    Stop,
}

pub(super) fn what_next(env: &mut Env<'_>) -> anyhow::Result<Next> {
    let question = "edit it again (e), write it as it is (w), or stop and keep the draft (s)? [e] ";
    loop {
        match read_answer(env, question)?.to_ascii_lowercase().as_str() {
            "" | "e" | "edit" | "y" => return Ok(Next::Edit),
            "w" | "write" => return Ok(Next::Write),
            "s" | "stop" | "n" => return Ok(Next::Stop),
            _ => {}
        }
    }
}

/// What to do with answers that rules refuse.
pub(super) fn what_now(env: &mut Env<'_>) -> anyhow::Result<Next> {
    let question = "answer that again (a), write it as a draft, to be fixed in an editor (w), or stop (s)? [a] ";
    loop {
        match read_answer(env, question)?.to_ascii_lowercase().as_str() {
            "" | "a" | "again" | "y" => return Ok(Next::Edit),
            "w" | "write" => return Ok(Next::Write),
            "s" | "stop" | "n" => return Ok(Next::Stop),
            _ => {}
        }
    }
}

/// Shows in short what the answers amount to, and asks whether to write it.
pub(super) fn confirms(draft: &Draft, env: &mut Env<'_>) -> anyhow::Result<bool> {
    let exception = &draft.exception;
    let until = exception.expires.map(|expires| window::describe(expires, env.today));
    let measures = render::count(exception.compensating_controls.len(), "compensating control");
    let lines = [
        ("record", format!("{}  {}", exception.id, exception.title)),
        ("controls", exception.controls.join(", ")),
        ("scope", exception.scope.join(", ")),
        ("risk", format!("{}, {measures}", exception.risk.level.map_or("?", RiskLevel::as_str))),
        ("owner", format!("{} <{}>", exception.owner.name, exception.owner.email)),
        ("requester", format!("{} <{}>", exception.requester.name, exception.requester.email)),
        ("expires", until.unwrap_or_default()),
    ];
    for (label, text) in lines {
        told::beside(env, &format!("  {label:<10} "), &text);
    }
    loop {
        match read_answer(env, "write it? [Y/n] ")?.to_ascii_lowercase().as_str() {
            "" | "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => {}
        }
    }
}
