//! `exc close`: ends exceptions.

use chrono::NaiveDate;
use clap::ValueEnum;

use super::amending::asking::{self, Question};
use super::amending::{Desk, Planned, WriteArgs};
use super::{Globals, parse_date, tell};
use crate::env::{Env, Outcome as Ended};
use crate::model::Outcome;
use crate::source::splice::{Change, Value};
use crate::text::shell_word;

/// Close exceptions: the control is met, or is not needed any more
///
/// Adds `closed` with the day, the outcome and what came of it, and changes nothing else in the file. Closed records stay in the register; closing needs no approval.
///
/// Prints the path of each file. Exit codes: 0 written; 1 refused by a rule, and nothing was written; 2 something is missing, or a record cannot be read or written.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc close EXC-2026-K7QD --outcome remediated \\
    --note 'The private endpoint is in use since 2027-01-20.'
  exc close K7QD --outcome withdrawn --note 'The test was cancelled.' --dry-run")]
pub(crate) struct Args {
    /// The record's id, or any part of it that no other id has; may be several
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// Why it ends
    #[arg(long, value_name = "OUTCOME")]
    outcome: Option<OutcomeName>,
    /// What came of it: where to see that the control is met, or what took its place
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// The day on which it ended (UTC) [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    date: Option<NaiveDate>,
    #[command(flatten)]
    write: WriteArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutcomeName {
    /// The control is met
    Remediated,
    /// The control was changed or dropped
    PolicyChanged,
    /// Another exception takes its place
    Superseded,
    /// It is not needed any more
    Withdrawn,
    /// It was not granted
    Rejected,
    /// It was taken back
    Revoked,
}

impl From<OutcomeName> for Outcome {
    fn from(name: OutcomeName) -> Self {
        match name {
            OutcomeName::Remediated => Self::Remediated,
            OutcomeName::PolicyChanged => Self::PolicyChanged,
            OutcomeName::Superseded => Self::Superseded,
            OutcomeName::Withdrawn => Self::Withdrawn,
            OutcomeName::Rejected => Self::Rejected,
            OutcomeName::Revoked => Self::Revoked,
        }
    }
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Ended> {
    let desk = Desk::open(globals, env)?;
    let places = desk.find_all(&args.ids)?;
    let exceptions = places.iter().map(|&at| desk.open_exception(at));
    let exceptions = exceptions.collect::<Result<Vec<_>, _>>()?;
    let flags =
        [("--outcome OUTCOME", args.outcome.is_some()), ("--note TEXT", args.note.is_some())];
    asking::begin(flags, &exceptions, globals, env)?;
    let question = Question::new("outcome", "why it ends");
    let outcome = Outcome::from(asking::word(args.outcome, question, globals, env)?);
    let question = Question::new("note", "what came of it, and where to see that");
    let changes = |note: &str, today| {
        let closed = Value::map([
            ("date", Some(Value::plain(args.date.unwrap_or(today)))),
            ("outcome", Some(Value::plain(outcome.as_str()))),
            ("note", Some(Value::text(note))),
        ]);
        vec![Change::set("/closed", closed)]
    };
    let (given, is_forced) = (args.note.as_deref(), args.write.force);
    let note = asking::text(given, &question, is_forced, globals, env, |note, today| {
        // What one record refuses as a note, the others do too.
        let first = places
            .first()
            .map(|&at| desk.refusals(at, &changes(note, today), "/closed/note", today));
        first.unwrap_or_default()
    });
    let note = note.inspect_err(|_| {
        if args.outcome.is_none() {
            let ids: Vec<_> = args.ids.iter().map(|id| shell_word(id)).collect();
            let (ids, outcome) = (ids.join(" "), outcome.as_str());
            tell(env, &format!("`exc close {ids} --outcome {outcome}` goes on with it"));
        }
    })?;
    let planned = places.iter().map(|&at| Planned::new(at, changes(&note, env.today))).collect();
    desk.write(planned, "close", args.write, globals, env)
}
