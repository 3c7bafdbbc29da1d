//! `exc schema`: the JSON Schemas that editors and other tools use.

use clap::ValueEnum;

use super::Globals;
use super::workspace::is_inside;
use crate::env::{Env, Outcome};
use crate::policy::Policy;
use crate::source::schema::{EXCEPTION_SCHEMA, POLICY_SCHEMA};
use crate::source::{self};

/// Print the JSON Schema of a record or of the policy
///
/// An editor with a YAML language server completes and checks a file by it. Inside a register whose policy adds `fields`, the schema of a record has them too.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: exc schema -o schemas/exception.schema.json")]
pub(crate) struct Args {
    /// What to describe
    #[arg(value_name = "WHAT", default_value = "exception")]
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// A record, `exceptions/EXC-2026-K7QD.yaml`
    #[value(alias = "record")]
    Exception,
    /// The policy, `exceptions/policy.yaml`
    Policy,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let text = match args.what {
        What::Policy => POLICY_SCHEMA.to_owned(),
        What::Exception => exception(globals, env)?,
    };
    globals.print(env, |out| out.write_all(text.as_bytes()))?;
    Ok(Outcome::Success)
}

/// The built-in schema as it is written, or the register's own where that differs.
fn exception(globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<String> {
    if !is_inside(globals, env) {
        return Ok(EXCEPTION_SCHEMA.to_owned());
    }
    let workspace = super::open_or_explain(globals, env)?;
    of_records(&workspace.policy)
}

/// The schema of the records of a register with this policy.
pub(super) fn of_records(policy: &Policy) -> anyhow::Result<String> {
    if policy.fields.is_empty() {
        return Ok(EXCEPTION_SCHEMA.to_owned());
    }
    let schema = source::record_schema(&policy.fields);
    Ok(format!("{}\n", serde_json::to_string_pretty(&schema)?))
}
