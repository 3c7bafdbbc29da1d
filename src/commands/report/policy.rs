//! `exc report policy`: the process in words.

use crate::commands::{Globals, open_or_explain};
use crate::env::{Env, Outcome};
use crate::render::document::ReportFormat;
use crate::report::process;

/// Put the process into words, as the policy sets it
///
/// Workflow, justification, durations and renewals, approvals by risk, emergencies, reviews, the gate, and the catalogue of controls with the frameworks that they answer to: for the binder of whoever has to show that there is a process.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc report policy --format markdown -o process.md
  exc report policy --format html -o process.html")]
pub(crate) struct Args {
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,
    /// With `--format csv`, put nothing in front of cells that a spreadsheet computes
    #[arg(long)]
    csv_raw: bool,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    globals.check_one_register()?;
    let workspace = open_or_explain(globals, env)?;
    let document = process::document(&workspace.policy, &workspace.name, env.today);
    super::print(&document, args.format, args.csv_raw, globals, env)?;
    Ok(Outcome::Success)
}
