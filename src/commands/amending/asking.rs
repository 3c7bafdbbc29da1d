//! What a flag does not say is asked for at a terminal, in the form of `exc new`, and named elsewhere.

use chrono::NaiveDate;
use clap::ValueEnum;

use crate::commands::{Failure, Globals, read_answer, tell, told};
use crate::env::Env;
use crate::finding::Finding;
use crate::model::Exception;
use crate::render::Safe;
use crate::text::shell_word;

/// Something that is asked for.
pub(in crate::commands) struct Question<'a> {
    /// The key of the record that the answer fills.
    pub(in crate::commands) label: &'a str,
    /// What is meant, and lines that help to answer.
    pub(in crate::commands) lines: Vec<String>,
    /// What no answer stands for.
    pub(in crate::commands) default: Option<String>,
}

impl<'a> Question<'a> {
    pub(in crate::commands) fn new(label: &'a str, about: &str) -> Self {
        Self { label, lines: vec![about.to_owned()], default: None }
    }

    /// Asks until an answer is accepted. `accept` gives what it means, or says why it cannot be.
    pub(in crate::commands) fn ask<T>(
        &self,
        globals: &Globals,
        env: &mut Env<'_>,
        accept: impl Fn(&str, &mut Env<'_>) -> Option<T>,
    ) -> anyhow::Result<T> {
        let is_bold = globals.style(env).color;
        let about = self.lines.join("\n");
        let mut about = about.lines();
        let first = about.next().unwrap_or_default();
        told::question(env, self.label, first, is_bold);
        about.for_each(|line| tell(env, line));
        let default = self.default.as_deref();
        let prompt = default.map_or_else(|| "> ".to_owned(), |it| format!("[{}] > ", Safe(it)));
        loop {
            let typed = read_answer(env, &prompt)?;
            match (typed.as_str(), default) {
                ("", None) => tell(env, "an answer is needed"),
                (typed, default) => {
                    let answer = if typed.is_empty() { default.unwrap_or_default() } else { typed };
                    if let Some(meant) = accept(answer, env) {
                        return Ok(meant);
                    }
                }
            }
        }
    }
}

/// Names the flags that are missing where nobody can be asked, and the records that are asked about
/// where somebody can.
pub(in crate::commands) fn begin<const N: usize>(
    flags: [(&str, bool); N],
    exceptions: &[&Exception],
    globals: &Globals,
    env: &mut Env<'_>,
) -> Result<(), Failure> {
    let missing = flags.iter().filter(|(_, is_given)| !is_given);
    let missing: Vec<String> = missing.map(|(flag, _)| format!("`{flag}`")).collect();
    match (missing.len(), globals.can_ask(env)) {
        (0, _) => {}
        (_, true) => exceptions.iter().for_each(|it| {
            tell(env, &format!("{}: {}", shell_word(&it.id), it.title));
        }),
        (n, false) => {
            let are = if n == 1 { "is" } else { "are" };
            return Err(Failure::new(format!("{} {are} missing", missing.join(" and ")))
                .hint("add what is missing, or run the command on a terminal to be asked"));
        }
    }
    Ok(())
}

/// The text of a flag, or what somebody answers against which nothing stands, or which is forced.
pub(in crate::commands) fn text(
    given: Option<&str>,
    question: &Question<'_>,
    is_forced: bool,
    globals: &Globals,
    env: &mut Env<'_>,
    refusals: impl Fn(&str, NaiveDate) -> Vec<Finding>,
) -> anyhow::Result<String> {
    if let Some(given) = given {
        return Ok(given.trim().to_owned());
    }
    question.ask(globals, env, |answer, env| {
        let refusals = refusals(answer, env.today);
        refuse(&refusals, env);
        (refusals.is_empty() || is_forced).then(|| answer.to_owned())
    })
}

/// The same for a word of a set, or as much of it as tells it from the others.
pub(in crate::commands) fn word<T: ValueEnum + Copy>(
    given: Option<T>,
    mut question: Question<'_>,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<T> {
    if let Some(given) = given {
        return Ok(given);
    }
    let name = |it: &T| it.to_possible_value().map(|it| it.get_name().to_owned());
    let names: Vec<String> = T::value_variants().iter().filter_map(name).collect();
    question.lines.push(names.join(", "));
    question.ask(globals, env, |answer, env| {
        let wanted = answer.to_lowercase();
        let is_meant = |it: &&T| name(it).is_some_and(|name| name.starts_with(&wanted));
        let meant: Vec<&T> = T::value_variants().iter().filter(is_meant).collect();
        match meant.as_slice() {
            [one] => Some(**one),
            _ => {
                tell(env, "write one of them, or as much as tells it from the others");
                None
            }
        }
    })
}

/// Says what stands against an answer.
fn refuse(findings: &[Finding], env: &mut Env<'_>) {
    for finding in findings {
        tell(env, &finding.message);
        if let Some(help) = &finding.help {
            tell(env, &format!("  {help}"));
        }
    }
}
