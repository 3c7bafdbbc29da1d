//! `exc report expiry`: what ends when, and what its owner has to do.

use chrono::NaiveDate;
use clap::ValueEnum;

use super::Subject;
use crate::commands::Globals;
use crate::commands::list::parse_lifetime;
use crate::env::{Env, Outcome};
use crate::model::Lifetime;
use crate::model::window::days_between;
use crate::render::document::ReportFormat;
use crate::render::ics;
use crate::report::expiry::{self, By};

/// Show what has expired, what ends when, and what to do about it
///
/// Besides the last valid days: verifications of compensating controls, reviews and milestones that lapse, records without a renewal left, and the weeks ahead, with the days on which too many end and how to spread them.
///
/// Exit codes: 0 also where something has expired, 2 where a file could not be read, or the clone stops before its history does (the report says which, and what needs full history).
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc report expiry --team ai-platform            what my team has to renew or close
  exc report expiry --by owner --format markdown  for the weekly issue
  exc report expiry --format html -o expiry.html  a page to send
  exc report expiry --format ics -o exc.ics       a calendar to subscribe to")]
pub(crate) struct Args {
    /// Look this far ahead, such as 30d, 4w or 3m
    #[arg(long, value_name = "LIFETIME", value_parser = parse_lifetime, default_value = "90d")]
    within: Lifetime,
    /// What the records are grouped by
    #[arg(long, value_name = "KEY", default_value = "date")]
    by: Key,
    #[command(flatten)]
    subject: Subject,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// With `--format csv`, put nothing in front of cells that a spreadsheet computes
    #[arg(long)]
    csv_raw: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Key {
    Date,
    Owner,
    Team,
    Control,
    Risk,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, at a terminal or in a log
    Text,
    /// For a comment, an issue or a mail
    Markdown,
    /// One page in one file, which needs nothing else
    Html,
    /// The table of records, for spreadsheets
    Csv,
    /// Everything, for programs; a promise
    Json,
    /// A calendar of the days (RFC 5545), the same between runs
    Ics,
}

impl From<Key> for By {
    fn from(key: Key) -> Self {
        match key {
            Key::Date => Self::Date,
            Key::Owner => Self::Owner,
            Key::Team => Self::Team,
            Key::Control => Self::Control,
            Key::Risk => Self::Risk,
        }
    }
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let registers = args.subject.open(globals, env)?;
    let ledger = registers.ledger(&args.subject.filter);
    let last = args.within.after(ledger.today).unwrap_or(NaiveDate::MAX);
    let within = days_between(ledger.today, last).try_into().unwrap_or(u32::MAX);
    let format = match args.format {
        Format::Ics => {
            let occasions = expiry::occasions(&ledger, within);
            globals.print(env, |out| ics::write(&occasions, out))?;
            return Ok(registers.close(&args.subject.filter, globals, env));
        }
        Format::Text => ReportFormat::Text,
        Format::Markdown => ReportFormat::Markdown,
        Format::Html => ReportFormat::Html,
        Format::Csv => ReportFormat::Csv,
        Format::Json => ReportFormat::Json,
    };
    let mut document = expiry::document(&ledger, within, args.by.into());
    document.stamp.options = args.subject.options(globals, env);
    document.stamp.options.push(format!("--within {within}d"));
    if let Some(key) = args.by.to_possible_value().filter(|_| args.by != Key::Date) {
        document.stamp.options.push(format!("--by {}", key.get_name()));
    }
    super::print(&document, format, args.csv_raw, globals, env)?;
    Ok(registers.close(&args.subject.filter, globals, env))
}
