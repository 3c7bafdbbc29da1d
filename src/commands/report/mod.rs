//! `exc report`: what the register as a whole has to say.

mod expiry;
mod policy;
mod portfolio;

use chrono::NaiveDate;
use clap::Subcommand;

use super::cache::CacheArgs;
use super::filter::FilterArgs;
use super::ledger::Registers;
use super::{Globals, parse_date};
use crate::env::{Env, Outcome};
use crate::render::document::{Look, ReportFormat, Strokes, write};
use crate::report::document::Document;
use crate::text::shell_word;

/// Show what ends when, the portfolio, or the process in words
///
/// Exit codes: 0 the report is complete, 2 a file or history that it takes could not be read; the report is still written, and says so.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    Expiry(expiry::Args),
    Portfolio(portfolio::Args),
    Policy(policy::Args),
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    match &args.kind {
        Kind::Expiry(args) => expiry::run(args, globals, env),
        Kind::Portfolio(args) => portfolio::run(args, globals, env),
        Kind::Policy(args) => policy::run(args, globals, env),
    }
}

/// What a report is about.
#[derive(Debug, clap::Args)]
struct Subject {
    #[command(flatten)]
    filter: FilterArgs,
    /// The register as the mainline held it at the end of DATE (UTC), judged on that day
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<NaiveDate>,
    #[command(flatten)]
    cache: CacheArgs,
}

impl Subject {
    fn open(&self, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Registers> {
        Registers::open(self.as_of, self.cache, globals, env)
    }
}

impl Subject {
    /// The options that make a report what it is, besides the filters.
    fn options(&self, globals: &Globals, env: &Env<'_>) -> Vec<String> {
        let day = match self.as_of {
            Some(day) => format!("--as-of {day}"),
            None => format!("--today {}", env.today),
        };
        let registers = globals.registers.iter();
        let registers =
            registers.map(|it| format!("--register {}", shell_word(&it.to_string_lossy())));
        std::iter::once(day).chain(registers).collect()
    }
}

/// Writes a report where it was asked for.
fn print(
    document: &Document,
    format: ReportFormat,
    csv_raw: bool,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<()> {
    let look = Look { style: globals.style(env), strokes: strokes(globals, env), csv_raw };
    globals.print(env, |out| write(format, document, look, out))
}

/// What pictures are made of where the output goes: nothing where nobody looks at a screen.
fn strokes(globals: &Globals, env: &Env<'_>) -> Strokes {
    if !env.terminal.output || globals.output.is_some() {
        return Strokes::None;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| env.var(name));
    let is_utf8 = locale.is_some_and(|it| {
        let it = it.to_ascii_lowercase();
        it.contains("utf-8") || it.contains("utf8")
    });
    match is_utf8 && env.var("TERM") != Some("dumb") {
        true => Strokes::Blocks,
        false => Strokes::Ascii,
    }
}
