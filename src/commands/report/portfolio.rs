//! `exc report portfolio`: the register as a whole.

use chrono::NaiveDate;

use super::ledger::Registers;
use crate::commands::cache::CacheArgs;
use crate::commands::filter::FilterArgs;
use crate::commands::{Failure, Globals, parse_date};
use crate::env::{Env, Outcome};
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
  exc report portfolio --as-of 2026-06-30               as it was on that day
  exc report portfolio --register ../shop/exceptions --register ../search/exceptions")]
pub(crate) struct Args {
    /// Tell what happened from DATE (UTC) on [default: 365 days ago]
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    since: Option<NaiveDate>,
    #[command(flatten)]
    filter: FilterArgs,
    /// The register as the mainline held it at the end of DATE (UTC), judged on that day
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<NaiveDate>,
    #[command(flatten)]
    cache: CacheArgs,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,
    /// With `--format csv`, put nothing in front of cells that a spreadsheet computes
    #[arg(long)]
    csv_raw: bool,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let today = args.as_of.unwrap_or(env.today);
    let since = args.since.unwrap_or_else(|| days_before(today, DEFAULT_DAYS));
    if since > today {
        let message =
            format!("`--since {since}` is after {today}, the day up to which the report tells");
        return Err(Failure::new(message).hint("name an earlier day").into());
    }
    let registers = Registers::open(args.as_of, args.cache, globals, env)?;
    let document = portfolio::document(&registers.ledger(&args.filter), since);
    super::print(&document, args.format, args.csv_raw, globals, env)?;
    Ok(registers.close(&args.filter, globals, env))
}
