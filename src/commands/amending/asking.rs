//! What a flag does not say is asked for at a terminal, and named elsewhere.

use clap::ValueEnum;

use crate::commands::{Failure, Globals, read_answer};
use crate::env::Env;
use crate::model::Exception;
use crate::render::Safe;
use crate::text::shell_word;

/// Names the flags that are missing where nobody can be asked, and the records that are asked about
/// where somebody can.
pub(in crate::commands) fn begin<const N: usize>(
    flags: [(&str, bool); N],
    exceptions: &[&Exception],
    globals: &Globals,
    env: &mut Env<'_>,
) -> Result<(), Failure> {
    let is_terminal = env.terminal.input && env.terminal.output && !globals.no_input;
    let missing = flags.iter().filter(|(_, is_given)| !is_given);
    let missing: Vec<String> = missing.map(|(flag, _)| format!("`{flag}`")).collect();
    match (missing.len(), is_terminal) {
        (0, _) => {}
        (_, true) => exceptions.iter().for_each(|it| {
            say(env, &format!("{}: {}", shell_word(&it.id), it.title));
        }),
        (n, false) => {
            let are = if n == 1 { "is" } else { "are" };
            return Err(Failure::new(format!("{} {are} missing", missing.join(" and ")))
                .hint("add what is missing, or run the command on a terminal to be asked"));
        }
    }
    Ok(())
}

/// The text of a flag, or what somebody answers.
pub(in crate::commands) fn text(
    given: Option<&str>,
    question: &str,
    env: &mut Env<'_>,
) -> anyhow::Result<String> {
    if let Some(given) = given {
        return Ok(given.trim().to_owned());
    }
    loop {
        let answer = read_answer(env, &format!("{question} > "))?;
        if !answer.is_empty() {
            return Ok(answer);
        }
        say(env, "an answer is needed");
    }
}

/// The same for a word of a set, or as much of it as tells it from the others.
pub(in crate::commands) fn word<T: ValueEnum + Copy>(
    given: Option<T>,
    question: &str,
    env: &mut Env<'_>,
) -> anyhow::Result<T> {
    if let Some(given) = given {
        return Ok(given);
    }
    let name = |it: &T| it.to_possible_value().map(|it| it.get_name().to_owned());
    let names: Vec<String> = T::value_variants().iter().filter_map(name).collect();
    loop {
        let answer = read_answer(env, &format!("{question} ({}) > ", names.join(", ")))?;
        let wanted = answer.to_lowercase();
        let is_meant =
            |it: &&T| name(it).is_some_and(|name| !wanted.is_empty() && name.starts_with(&wanted));
        let meant: Vec<&T> = T::value_variants().iter().filter(is_meant).collect();
        if let [one] = meant.as_slice() {
            return Ok(**one);
        }
        say(env, "write one of them, or as much as tells it from the others");
    }
}

fn say(env: &mut Env<'_>, text: &str) {
    // A question that cannot be shown is not answered either, which ends the conversation.
    let _ = writeln!(env.err, "{}", Safe(text));
}
