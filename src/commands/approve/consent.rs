//! Whether the person at the terminal wants to sign.

use super::Args;
use crate::commands::{Failure, Globals, read_answer};
use crate::env::Env;
use crate::history::Decision;

/// Asks, unless that was answered on the command line.
pub(super) fn given(
    args: &Args,
    globals: &Globals,
    id: &str,
    person: &str,
    decision: Decision,
    env: &mut Env<'_>,
) -> anyhow::Result<bool> {
    if args.yes {
        return Ok(true);
    }
    // Standard output may go elsewhere: `--print` writes the statement there.
    if !(env.terminal.input && env.terminal.error) || globals.no_input {
        let message = format!("whether `{person}` signs `{id}` cannot be asked here");
        return Err(Failure::new(message)
            .hint("run it on a terminal, or answer with `--yes` once you have read the text")
            .into());
    }
    let verb = match decision {
        Decision::Approve => "Approve",
        Decision::Reject => "Reject",
    };
    loop {
        let answer = read_answer(env, &format!("{verb} this text as {person}? [y/N] "))?;
        match answer.to_ascii_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "" | "n" | "no" => return Ok(false),
            _ => {}
        }
    }
}
