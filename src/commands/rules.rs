//! `exc rules`: all rules.

use super::Globals;
use crate::env::{Env, Outcome};
use crate::rules::RULES;

/// List all rules with their levels
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    globals.print(env, |out| {
        for rule in RULES {
            let code = rule.code;
            writeln!(
                out,
                "{}  {:<32}  {:<7}  {}",
                code.id,
                code.name,
                code.level.as_str(),
                code.kind.as_str()
            )?;
        }
        Ok(())
    })?;
    Ok(Outcome::Success)
}
