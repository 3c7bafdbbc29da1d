//! What a flag does not say is asked for at a terminal, and named elsewhere.

use clap::ValueEnum;

use crate::commands::{Failure, Globals, read_answer};
use crate::env::Env;
use crate::model::Exception;
use crate::render::Safe;
use crate::text::shell_word;

/// The text of a flag, or what somebody answers.
pub(in crate::commands) fn text(
    given: Option<&str>,
    question: &str,
    exception: &Exception,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<String> {
    if let Some(given) = given {
        return Ok(given.trim().to_owned());
    }
    begin(exception, globals, env);
    loop {
        let answer = read_answer(env, &format!("{question} > "))?;
        if !answer.is_empty() {
            return Ok(answer);
        }
    }
}

/// The same for a word of a set.
pub(in crate::commands) fn word<T: ValueEnum + Copy>(
    given: Option<T>,
    question: &str,
    exception: &Exception,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<T> {
    if let Some(given) = given {
        return Ok(given);
    }
    begin(exception, globals, env);
    let name = |it: &T| it.to_possible_value().map(|it| it.get_name().to_owned());
    let names: Vec<String> = T::value_variants().iter().filter_map(name).collect();
    loop {
        let answer = read_answer(env, &format!("{question} ({}) > ", names.join(", ")))?;
        let found = T::value_variants().iter().find(|it| {
            name(it)
                .is_some_and(|name| !answer.is_empty() && name.starts_with(&answer.to_lowercase()))
        });
        if let Some(found) = found {
            return Ok(*found);
        }
    }
}

/// Names all flags that are missing, where nobody can be asked.
pub(in crate::commands) fn demand<const N: usize>(
    flags: [(&str, bool); N],
    globals: &Globals,
    env: &Env<'_>,
) -> Result<(), Failure> {
    let is_terminal = env.terminal.input && env.terminal.output && !globals.no_input;
    let missing = flags.iter().filter(|(_, is_given)| !is_given);
    let missing: Vec<String> = missing.map(|(flag, _)| format!("`{flag}`")).collect();
    match (is_terminal, missing.len()) {
        (true, _) | (_, 0) => Ok(()),
        (_, n) => {
            let are = if n == 1 { "is" } else { "are" };
            let message = format!("{} {are} missing", missing.join(" and "));
            Err(Failure::new(message).hint("say it, or run the command on a terminal to be asked"))
        }
    }
}

/// Says which record a question is about.
fn begin(exception: &Exception, globals: &Globals, env: &mut Env<'_>) {
    let (id, title) = (shell_word(&exception.id), Safe(&exception.title));
    globals.note(env, &format!("{id}: {title}"));
}
