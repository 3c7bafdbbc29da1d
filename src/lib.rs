//! `exc`, an exception register for policy-governed engineering teams: the map of the code.
//!
//! A register is a directory of YAML files in a git repository. Text becomes records with
//! positions ([`source`]), all records of a directory or of a commit are a [`register`], rules look at them under
//! a [`policy`] and say what is wrong as [`finding`]s, and [`render`] turns those into bytes.
//!
//! In the order of dependency; a module uses what stands above it and never what stands below,
//! which a test checks:
//!
//! - [`text`]: source files, spans, lines and columns.
//! - [`model`]: the domain as plain values. [`model::window`] alone decides "expired".
//! - [`git`]: the only user of git2, as owned values.
//! - [`finding`]: the only way to say that something is wrong.
//! - [`source`]: text → record. [`source::yaml`] alone reads the YAML of a register and makes
//!   the tree of [`source::tree`]; [`source::schema`] alone names a validator and says what it
//!   refuses; [`source::splice`] changes single values of a text and no other byte, and
//!   [`source::layout`] lays a whole text out without changing what it says.
//! - [`register`]: all records of a directory or of a commit, and what could not be read.
//! - [`policy`]: the policy file → a validated policy.
//! - [`changes`]: what differs between two texts of a record or two registers, and what it means.
//! - [`history`]: who approved which exact text; signed statements, and what they are bound to.
//! - [`rules`]: one rule per file. Start here to add a check.
//! - [`report`](mod@report): what there is to say to a reader, as typed data. Start here to add a
//!   figure: each report makes one document, and each format walks it.
//! - [`bridge`]: suppressions of enforcement tools against the bindings of records. One adapter per
//!   format; start in [`bridge::formats`] to add one.
//! - [`render`]: findings, lists and reports → text, HTML, JSON, SARIF and so on.
//! - [`env`](mod@env): the world around one run; all that is read from outside.
//! - [`commands`]: one verb per file.
//! - [`cli`]: global options and the list of commands.
//! - [`floor`]: what the benchmark compares with.
//!
//! Invariants:
//!
//! - What is wrong with a record is a [`finding::Finding`], never an error; an error means that
//!   `exc` could not do its work.
//! - Only `main.rs` reads the clock, the environment, the working directory and the standard
//!   streams, and listens to signals. Everything else gets an [`Env`].
//! - A file that is replaced is whole, the old one or the new one, however the run ends
//!   ([`commands::writing`]).
//! - The verdicts that an earlier run kept ([`commands::cache`]) are read by those who only look, and decide
//!   nothing.
//! - Text that stands in a record reaches a sink through [`render`], which makes it harmless there;
//!   but for a patch, whose bytes `git apply` needs.
//! - No network, no unsafe code. Two places start programs: `exc approve` has `ssh-keygen` sign, and
//!   asks `ssh-add` which keys there are ([`commands::approve`]), both looked up in the user's `PATH`;
//!   `exc new --edit` runs the editor that the user's `VISUAL` or `EDITOR` names ([`commands::new`]).
//!   No repository names or configures any of them.
#![forbid(unsafe_code)]

mod bridge;
mod changes;
mod cli;
mod commands;
mod env;
mod finding;
#[doc(hidden)]
pub mod floor;
mod git;
mod history;
mod model;
mod policy;
mod register;
mod render;
mod report;
mod rules;
mod source;
mod text;

use std::ffi::OsString;
use std::io;

use clap::{CommandFactory as _, Parser};

use crate::cli::{Cli, Command};
use crate::commands::Failure;
pub use crate::commands::interrupts::{are_left as are_interrupts_left, last_word};
pub use crate::commands::writing::abandon_writes;
pub use crate::env::{Env, Outcome, Terminal};

/// Runs one command line, whose first element is the program's name.
///
/// Results go to `env.out`, everything else to `env.err`. A closed `env.out` is no error: the
/// verdict stands. Any other failure to write is [`Outcome::Error`].
pub fn run(arguments: impl IntoIterator<Item = OsString>, env: &mut Env<'_>) -> Outcome {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return explain_usage(&error, env),
    };
    let outcome = match dispatch(cli, env) {
        Ok(outcome) => outcome,
        // What could not be written is said once.
        Err(error) => return report(&error, env),
    };
    match env.out.flush() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            report(&anyhow::Error::new(error).context("cannot write the result"), env)
        }
        _ => outcome,
    }
}

fn dispatch(cli: Cli, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let globals = &cli.globals;
    if let Some(today) = globals.today {
        env.today = today;
    }
    globals.check_directory(env)?;
    if !matches!(cli.command, Command::Report(_) | Command::Digest(_)) {
        globals.check_one_register()?;
    }
    globals.check_output(env)?;
    match cli.command {
        Command::Init(args) => commands::init::run(&args, globals, env),
        Command::New(args) => commands::new::run(&args, globals, env),
        Command::Check(args) => commands::check::run(&args, globals, env),
        Command::Review(args) => commands::review::run(&args, globals, env),
        Command::Diff(args) => commands::diff::run(&args, globals, env),
        Command::List(args) => commands::list::run(&args, globals, env),
        Command::Show(args) => commands::show::run(&args, globals, env),
        Command::Renew(args) => commands::renew::run(&args, globals, env),
        Command::Close(args) => commands::close::run(&args, globals, env),
        Command::Amend(args) => commands::amend::run(&args, globals, env),
        Command::VerifyControl(args) => commands::verify_control::run(&args, globals, env),
        Command::Reconcile(args) => commands::reconcile::run(&args, globals, env),
        Command::Export(args) => commands::export::run(&args, globals, env),
        Command::Import(args) => commands::import::run(&args, globals, env),
        Command::RecordReview(args) => commands::record_review::run(&args, globals, env),
        Command::Fmt(args) => commands::fmt::run(&args, globals, env),
        Command::Approve(args) => commands::approve::run(&args, globals, env),
        Command::Verify(args) => commands::verify::run(&args, globals, env),
        Command::History(args) => commands::history::run(&args, globals, env),
        Command::Audit(args) => commands::audit::run(&args, globals, env),
        Command::Report(args) => commands::report::run(&args, globals, env),
        Command::Digest(args) => commands::digest::run(&args, globals, env),
        Command::Explain(args) => commands::explain::run(&args, globals, env),
        Command::Rules(args) => commands::rules::run(&args, globals, env),
        Command::Schema(args) => commands::schema::run(&args, globals, env),
        Command::Doctor(args) => commands::doctor::run(&args, globals, env),
        Command::Completions(args) => {
            commands::completions::run(&args, Cli::command(), globals, env)
        }
        Command::Man(args) => commands::man::run(&args, Cli::command(), globals, env),
    }
}

fn explain_usage(error: &clap::Error, env: &mut Env<'_>) -> Outcome {
    let is_error = error.use_stderr();
    let text = error.render().to_string();
    let written = match is_error {
        // An argument may be a file's name, which somebody else chose.
        true => text.lines().try_for_each(|line| writeln!(env.err, "{}", render::Safe(line))),
        false => write!(env.out, "{text}").and_then(|()| env.out.flush()),
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Outcome::Error,
        _ if is_error => Outcome::Error,
        _ => Outcome::Success,
    }
}

/// Prints an error with its causes and its hint. Where that cannot be written either, the exit
/// code is all that is left to say it.
fn report(error: &anyhow::Error, env: &mut Env<'_>) -> Outcome {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    commands::tell(env, &format!("error: {}", causes.join(": ")));
    if let Some(hint) = error.downcast_ref::<Failure>().and_then(|failure| failure.hint.as_deref())
    {
        commands::tell(env, &format!("hint: {hint}"));
    }
    Outcome::Error
}
