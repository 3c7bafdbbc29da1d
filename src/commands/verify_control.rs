//! `exc verify-control`: writes down that a compensating control was shown to work.

use chrono::NaiveDate;

use super::amending::{Desk, Planned, WriteArgs, parse_nth};
use super::{Failure, Globals, parse_date};
use crate::env::{Env, Outcome};
use crate::model::Exception;
use crate::render::count;
use crate::source::splice::{Change, Value};
use crate::text::shell_word;

/// Record that a compensating control was shown to work
///
/// Moves `verified` of the control, and its evidence where that is given, and changes nothing else in the file. A later `verified` needs no approval, nor does new evidence beside it or of the same day.
///
/// Prints the path of the file. Exit codes: 0 written; 1 refused by a rule, and nothing was written; 2 something is missing, or the record cannot be read or written.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc verify-control EXC-2026-K7QD
  exc verify-control K7QD --nth 2 --evidence https://example.com/runs/9002")]
pub(crate) struct Args {
    /// The record's id, or any part of it that no other id has
    #[arg(value_name = "ID")]
    id: String,
    /// Which of its compensating controls, counted from 1 [default: the only one]
    #[arg(long, value_name = "N", value_parser = parse_nth)]
    nth: Option<usize>,
    /// Where to see that it works, if not where it was
    #[arg(long, value_name = "TEXT")]
    evidence: Option<String>,
    /// The day on which it was shown to work (UTC) [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    date: Option<NaiveDate>,
    #[command(flatten)]
    write: WriteArgs,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let desk = Desk::open(globals, env)?;
    let at = desk.find(&args.id)?;
    let exception = desk.open_exception(at)?;
    let nth = nth(exception, args.nth)?;
    let day = args.date.unwrap_or(env.today);
    if let Some(before) = exception.compensating_controls[nth].verified.filter(|it| *it > day) {
        let message = format!("it was verified on {before}, which is later than {day}");
        return Err(Failure::new(message).hint("name a later day with `--date`").into());
    }
    let place = |key: &str| format!("/compensating_controls/{nth}/{key}");
    let mut changes = vec![Change::set(place("verified"), Value::plain(day))];
    if let Some(evidence) = &args.evidence {
        changes.push(Change::set(place("evidence"), Value::text(evidence.trim())));
    } else {
        let before = &exception.compensating_controls[nth].evidence;
        let text = format!(
            "note: no `--evidence` is given, so it stays `{before}`: does that show that it works on {day}?"
        );
        globals.note(env, &text);
    }
    desk.write(vec![Planned::new(at, changes)], "verify", args.write, globals, env)
}

/// The place of the compensating control that is meant.
fn nth(exception: &Exception, wanted: Option<usize>) -> Result<usize, Failure> {
    let controls = &exception.compensating_controls;
    let id = &exception.id;
    match (controls.len(), wanted) {
        (0, _) => Err(Failure::new(format!("`{id}` has no compensating control"))
            .hint(format!("`exc amend {} --compensating TEXT` adds one", shell_word(id)))),
        (1, None) => Ok(0),
        (n, Some(nth)) if (1..=n).contains(&nth) => Ok(nth - 1),
        (n, _) => {
            let named = controls.iter().enumerate();
            let named: Vec<String> =
                named.map(|(at, it)| format!("{}: {}", at + 1, it.description)).collect();
            let n = count(n, "compensating control");
            Err(Failure::new(format!("`{id}` has {n}; `--nth N` says which one was verified"))
                .hint(format!("it has {}", named.join("; "))))
        }
    }
}
