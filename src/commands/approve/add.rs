//! `exc approve --add`: puts a printed approval where it belongs, if it counts there.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;

use super::{read, refuse, show_errors, write};
use crate::commands::proposed::{Proposed, Texts};
use crate::commands::{Globals, Workspace};
use crate::env::{Env, Outcome};
use crate::history::MAX_APPROVAL_SIZE;

pub(super) fn run(
    file: &Path,
    texts: &Texts,
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Outcome> {
    let text = pasted(file, globals, env)?;
    let approval = read(&text)?;
    let id = approval.statement.record.clone();
    let ids = std::slice::from_ref(&id);
    let proposed = Proposed::read(workspace, texts, ids, globals, env)?;
    proposed.demand_history()?;
    let matter = proposed.matter(&id)?;
    let Some(proposal) = &matter.proposal else {
        show_errors(&proposed.errors(&matter, env)?, workspace, globals, env)?;
        return refuse(env, &id, "the text has errors", "have them fixed first");
    };
    if let Some(needless) = proposal.needless {
        globals.note(env, &format!("`{id}` needs no approval: {needless}; nothing was written"));
        return Ok(Outcome::Success);
    }
    let path = format!("{}/{}", workspace.name, approval.statement.path());
    let vote = proposal.vote(&path, text.as_bytes(), env.today);
    match vote.refusal {
        None => write(&approval, &text, &proposed, globals, env),
        Some(reason) => {
            let hint = "nothing was written; have the text as it is now approved";
            refuse(env, &id, &reason.to_string(), hint)
        }
    }
}

/// What was pasted, with the line breaks that were signed: a form on a page may have changed them,
/// and put empty lines around it.
fn pasted(file: &Path, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<String> {
    // An approval with CRLF and what may stand around it; what is longer is none.
    let limit = 2 * MAX_APPROVAL_SIZE as u64;
    let mut bytes = Vec::new();
    match file.as_os_str() == "-" {
        true => env.input.take(limit).read_to_end(&mut bytes).context("cannot read the input")?,
        false => File::open(globals.cwd(env).join(file))
            .and_then(|opened| opened.take(limit).read_to_end(&mut bytes))
            .with_context(|| format!("cannot read `{}`", file.display()))?,
    };
    let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
    Ok(format!("{}\n", text.trim_matches(|c| c == '\n' || c == ' ')))
}
