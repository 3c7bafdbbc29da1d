//! `exc report portfolio`: the register as a whole.

use chrono::{Datelike, NaiveDate};

use super::Subject;
use crate::commands::{Failure, Globals, parse_date};
use crate::env::{Env, Outcome};
use crate::model::Lifetime;
use crate::model::window::days_before;
use crate::render::document::ReportFormat;
use crate::report::portfolio;

/// Days that are told where nobody says since when.
const DEFAULT_DAYS: u32 = 365;

/// Show the portfolio: growth, age, friction, renewals, concentration, compliance
///
/// Says which rules hurt, and whether to improve the policy or to retire the exception (`portfolio` in the policy sets from when on); what was opened, renewed, closed and what expired each month, from history; how old the exceptions really are, counted from their first approval; and what belongs together. Each number comes with its definition, and the ids behind it in JSON and HTML.
///
/// Exit codes: 0 the report is complete, 2 a file could not be read, or the clone stops before its history does (the report says which, and what needs full history).
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc report portfolio --format html -o portfolio.html  a page to send
  exc report portfolio --since 2026-01-01               what happened this year
  exc report portfolio --since 3m                       what happened in three months
  exc report portfolio --as-of 2026-06-30               as it was on that day
  exc report portfolio --register ../shop/exceptions --register ../search/exceptions")]
pub(crate) struct Args {
    /// Tell what happened from a DATE (UTC) on, or for so long, such as 90d [default: 365d]
    #[arg(long, value_name = "SINCE", value_parser = parse_since)]
    since: Option<Since>,
    #[command(flatten)]
    subject: Subject,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,
    /// With `--format csv`, put nothing in front of cells that a spreadsheet computes
    #[arg(long)]
    csv_raw: bool,
}

/// From when on.
#[derive(Clone, Copy, Debug)]
enum Since {
    Day(NaiveDate),
    Ago(Lifetime),
}

fn parse_since(text: &str) -> Result<Since, String> {
    let day = parse_date(text).ok().map(Since::Day);
    let since = day.or_else(|| Lifetime::parse(text).map(Since::Ago));
    since.ok_or_else(|| {
        "neither a date of the form YYYY-MM-DD nor a length of time such as 90d, 4w, 3m or 1y"
            .to_owned()
    })
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let today = args.subject.as_of.unwrap_or(env.today);
    let since = match args.since {
        None => days_before(today, DEFAULT_DAYS),
        Some(Since::Day(day)) => day,
        Some(Since::Ago(ago)) => {
            ago.before(today).filter(|day| day.year() > 0).ok_or_else(|| {
                Failure::new("`--since` reaches back to before the calendar begins")
                    .hint("name a shorter time, such as 2y")
            })?
        }
    };
    if since > today {
        let message =
            format!("`--since {since}` is after {today}, the day up to which the report tells");
        return Err(Failure::new(message).hint("name an earlier day").into());
    }
    let registers = args.subject.open(globals, env)?;
    let mut document = portfolio::document(&registers.ledger(&args.subject.filter), since);
    document.stamp.options = args.subject.options(globals, env);
    document.stamp.options.push(format!("--since {since}"));
    super::print(&document, args.format, args.csv_raw, globals, env)?;
    Ok(registers.close(&args.subject.filter, globals, env))
}
