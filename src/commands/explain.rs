//! `exc explain`: the page of a rule.

use super::{Failure, Globals};
use crate::env::{Env, Outcome};
use crate::render::explained;
use crate::rules::{self, RULES};
use crate::source::schema::nearest;

/// Explain a rule: what it checks, why it matters, an example, and what to do instead
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The code or the name of the rule, such as EXC203 or duration-too-long
    #[arg(value_name = "CODE")]
    code: String,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let Some(rule) = rules::find(&args.code) else {
        let known = RULES.iter().flat_map(|rule| [rule.code.id, rule.code.name]);
        let hint = nearest(&args.code, known).map(|known| format!("did you mean `{known}`? "));
        let message = format!("there is no rule `{}`", args.code);
        let hint = format!("{}`exc rules` lists them all", hint.unwrap_or_default());
        return Err(Failure::new(message).hint(hint).into());
    };
    let code = rule.code;
    let adjustable =
        if code.adjustable { "the policy may set another level" } else { "not negotiable" };
    let (level, kind) = (code.level.as_str(), code.kind.as_str());
    let page = format!(
        "# {}: {}\n\nLevel: {level} ({adjustable}). Kind: {kind}.\n\n{}\n",
        code.id,
        code.name,
        rule.docs.trim_end()
    );
    let style = globals.style(env);
    globals.print(env, |out| explained::write(&page, style, out))?;
    Ok(Outcome::Success)
}
