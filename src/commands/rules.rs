//! `exc rules`: all rules.

use clap::ValueEnum;

use super::workspace::is_inside;
use super::{Globals, open};
use crate::env::{Env, Outcome};
use crate::policy::Policy;
use crate::register::POLICY_FILE;
use crate::render::catalogue::{self, Line};
use crate::rules::RULES;

/// List all rules with their levels
///
/// Inside a register, the levels are those of its policy, and a column says which of them it sets.
///
/// A `structural` rule finds what a change of the register brings about; a `calendar` rule finds what the passing of days does. What the policy may change is `adjustable`; `fixed` rules are always errors.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How to print the rules
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Columns for people
    Table,
    /// Everything, for programs; a promise
    Json,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let policy = policy(globals, env)?;
    let lines: Vec<Line> = RULES.iter().map(|rule| line(rule.code, policy.as_ref())).collect();
    let today = env.today;
    globals.print(env, |out| match args.format {
        Format::Table => catalogue::table(&lines, out),
        Format::Json => catalogue::json(&lines, today, out),
    })?;
    Ok(Outcome::Success)
}

/// The policy of the register, where there is one. Rules can be read about without any.
fn policy(globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Option<Policy>> {
    if !is_inside(globals, env) {
        return Ok(None);
    }
    match open(globals, env)? {
        Ok(workspace) => Ok(Some(workspace.policy)),
        Err(unusable) => {
            let text = format!(
                "note: `{}/{POLICY_FILE}` cannot be used, so these are the levels without it",
                unusable.name
            );
            globals.note(env, &text);
            Ok(None)
        }
    }
}

fn line(code: &'static crate::finding::Code, policy: Option<&Policy>) -> Line {
    let set = policy.and_then(|policy| policy.rules.get(code.id)).map(|level| level.as_str());
    Line { code, level: set.unwrap_or(code.level.as_str()), is_set_by_policy: set.is_some() }
}
