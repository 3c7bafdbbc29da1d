//! `exc record-review`: writes down that somebody has looked at exceptions again.

use chrono::NaiveDate;

use super::amending::asking::{self, Question};
use super::amending::{Desk, Planned, WriteArgs, whoever};
use super::{Failure, Globals, parse_date};
use crate::env::{Env, Outcome};
use crate::model::Exception;
use crate::source::splice::{Change, Value};
use crate::text::shell_word;

/// Record that active exceptions were reviewed
///
/// Adds an entry to `reviews`, and changes nothing else in the file. How often somebody has to look, the policy says (`review_every_days`); an entry needs no approval. A review by the owner or the requester is recorded, and does not count for that.
///
/// Prints the path of each file. Exit codes: 0 written; 1 refused by a rule, and nothing was written; 2 something is missing, or a record cannot be read or written.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc record-review EXC-2026-K7QD --note 'Vendor date checked; still needed.'
  exc record-review K7QD 9T4B --by alice.kim@example.com \\
    --note 'Board of 2026-11-20: still needed.'")]
pub(crate) struct Args {
    /// The record's id, or any part of it that no other id has; may be several
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// What was looked at, and what came of it
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Who looked, by e-mail address [default: as git knows you]
    #[arg(long, value_name = "ADDRESS")]
    by: Option<String>,
    /// The day of the review (UTC) [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    date: Option<NaiveDate>,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let desk = Desk::open(globals, env)?;
    let places = desk.find_all(&args.ids)?;
    let exceptions = places.iter().map(|&at| desk.open_exception(at));
    let exceptions = exceptions.collect::<Result<Vec<_>, _>>()?;
    asking::begin([("--note TEXT", args.note.is_some())], &exceptions, globals, env)?;
    let by = match &args.by {
        Some(by) => by.trim().to_owned(),
        None => whoever(&desk.workspace, "--by", env)?,
    };
    let question = Question::new("note", "what was looked at, and what came of it");
    let change = |note: &str, today| {
        let review = Value::map([
            ("date", Some(Value::plain(args.date.unwrap_or(today)))),
            ("by", Some(Value::text(by.as_str()))),
            ("note", Some(Value::text(note))),
        ]);
        vec![Change::append("/reviews", review)]
    };
    let (given, is_forced) = (args.note.as_deref(), args.write.force);
    let note = asking::text(given, &question, is_forced, globals, env, |note, today| {
        // What one record refuses as a note, the others do too.
        let first = places.first().map(|&at| {
            let place = format!("/reviews/{}/note", desk.exception(at).reviews.len());
            desk.refusals(at, &change(note, today), &place, today)
        });
        first.unwrap_or_default()
    })?;
    let own: Vec<Exception> = exceptions.into_iter().filter(|it| it.is_of(&by)).cloned().collect();
    let mut planned = Vec::new();
    for at in places {
        let exception = desk.open_exception(at)?;
        let day = args.date.unwrap_or(env.today);
        if let Some(opened) = exception.opened.filter(|opened| day < *opened) {
            let message = format!("`{}` was opened on {opened}, after {day}", exception.id);
            return Err(Failure::new(message)
                .hint("name the day of the review with `--date`")
                .into());
        }
        planned.push(Planned::new(at, change(&note, env.today)));
    }
    for exception in own {
        let id = shell_word(&exception.id);
        globals.note(env, &format!("note: `{by}` owns or requests `{id}`, so this does not count as its periodic review: have somebody else look, and record that with `--by ADDRESS`"));
    }
    desk.write(planned, "review", args.write, globals, env)
}
