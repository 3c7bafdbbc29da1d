//! The command line: global options and the list of commands. Types only, no logic.

use clap::{Parser, Subcommand};

use crate::commands::{self, Globals};

/// Keep exceptions from policy in git: file, review, gate and audit them.
///
/// Each exception is one YAML file in the register (`exceptions/`): which control is not met, where, why, who answers for it, what lowers the risk meanwhile, and the last day it holds.
#[derive(Debug, Parser)]
#[command(name = "exc", version, max_term_width = 100, propagate_version = true)]
#[command(
    after_help = "Exit codes: 0 all judged and fine, 1 findings at or above `--fail-on`, 2 could not judge, 101 a bug."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(commands::init::Args),
    New(Box<commands::new::Args>),
    Check(commands::check::Args),
    Review(commands::review::Args),
    Diff(commands::diff::Args),
    List(commands::list::Args),
    Show(commands::show::Args),
    Renew(commands::renew::Args),
    Close(commands::close::Args),
    Amend(Box<commands::amend::Args>),
    VerifyControl(commands::verify_control::Args),
    RecordReview(commands::record_review::Args),
    Fmt(commands::fmt::Args),
    Approve(commands::approve::Args),
    Verify(commands::verify::Args),
    History(commands::history::Args),
    Audit(commands::audit::Args),
    Report(commands::report::Args),
    Digest(commands::digest::Args),
    Reconcile(commands::reconcile::Args),
    Export(commands::export::Args),
    Import(commands::import::Args),
    Explain(commands::explain::Args),
    Rules(commands::rules::Args),
    Schema(commands::schema::Args),
    Doctor(commands::doctor::Args),
    Completions(commands::completions::Args),
    Man(commands::man::Args),
}
