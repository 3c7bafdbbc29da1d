//! `exc approve --add`: puts a printed approval where it belongs, if it counts there.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;

use super::refusal::refuse;
use super::{Way, read, write};
use crate::commands::proposed::{Proposed, Texts};
use crate::commands::{Failure, Globals, Workspace, findings};
use crate::env::{Env, Outcome};
use crate::history::{END, FORM, MAX_APPROVAL_SIZE};

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
        findings::tell(&proposed.errors(&matter, env)?, 1, workspace, globals, env)?;
        return refuse(env, &id, "the text has errors", "have them fixed first");
    };
    if let Some(needless) = proposal.needless {
        globals.note(env, &format!("`{id}` needs no approval: {needless}; nothing was written"));
        return Ok(Outcome::Success);
    }
    let path = format!("{}/{}", workspace.name, approval.statement.path());
    let vote = proposal.vote(&path, text.as_bytes(), env.today);
    match vote.refusal {
        None => write(&approval, Way::Added, &text, &proposed, globals, env),
        Some(reason) => {
            let hint = "nothing was written; have the text as it is now approved";
            refuse(env, &id, &reason.to_string(), hint)
        }
    }
}

/// What was pasted, with the line breaks that were signed: a form on a page may have changed them.
fn pasted(file: &Path, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<String> {
    // An approval with CRLF and what may stand around it; what is longer is none.
    let limit = 2 * MAX_APPROVAL_SIZE as u64;
    let mut bytes = Vec::new();
    match file.as_os_str() == "-" {
        true => env.input.take(limit).read_to_end(&mut bytes).context("cannot read the input")?,
        false => {
            let path = globals.cwd(env).join(file);
            // A pipe into which nobody writes would keep whoever reads it waiting.
            if fs::metadata(&path).is_ok_and(|it| !it.is_file() && !it.is_dir()) {
                let message = format!("`{}` is no regular file", file.display());
                let hint = "pipe what was pasted into `exc approve --add -`";
                return Err(Failure::new(message).hint(hint).into());
            }
            File::open(path)
                .and_then(|opened| opened.take(limit).read_to_end(&mut bytes))
                .with_context(|| format!("cannot read `{}`", file.display()))?
        }
    };
    Ok(unwrapped(&String::from_utf8_lossy(&bytes).replace("\r\n", "\n")))
}

/// The approval without what a page puts around it: empty lines, the fences of Markdown, and the
/// marks of a quote before each line. With anything else around it, the text as it is, so that it is
/// refused.
fn unwrapped(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let quote = lines.iter().find_map(|line| line.strip_suffix(FORM)).filter(|it| is_quote(it));
    let quote = quote.unwrap_or_default();
    let plain: Vec<&str> =
        lines.iter().map(|line| line.strip_prefix(quote).unwrap_or(line)).collect();
    let first = plain.iter().position(|line| *line == FORM);
    let last = plain.iter().position(|line| *line == END);
    let (Some(first), Some(last)) = (first, last) else { return text.to_owned() };
    if first > last || !plain[..first].iter().chain(&plain[last + 1..]).all(|it| is_around(it)) {
        return text.to_owned();
    }
    plain[first..=last].iter().map(|line| format!("{line}\n")).collect()
}

/// Whether nothing but the marks of a quote stands there, as before a line that is quoted.
fn is_quote(text: &str) -> bool {
    text.chars().all(|c| c == '>' || c == ' ')
}

/// Whether a line around an approval says nothing: an empty one, quoted or not, or a fence.
fn is_around(line: &str) -> bool {
    let line = line.trim_start_matches(['>', ' ']).trim_end();
    let fence = line.trim_start_matches(['`', '~']);
    let is_word = fence.bytes().all(|byte| byte.is_ascii_alphanumeric());
    line.is_empty() || (line.len() - fence.len() >= 3 && is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "exc-approval/v1\nrisk: high\n-----END SSH SIGNATURE-----\n";

    #[test]
    fn what_a_page_puts_around_an_approval_is_left_out() {
        let quoted = |mark: &str| -> String {
            BLOCK.lines().map(|line| format!("{mark}{line}\n")).collect()
        };
        for pasted in [
            BLOCK.to_owned(),
            format!("\n\n{BLOCK}\n  \n"),
            format!("```\n{BLOCK}```\n"),
            format!("\n~~~~text\n{BLOCK}~~~~"),
            quoted("> "),
            quoted(">"),
            quoted("> > "),
            format!("> ```\n{}> ```\n>\n", quoted("> ")),
            BLOCK.trim_end().to_owned(),
        ] {
            assert_eq!(unwrapped(&pasted), BLOCK, "{pasted}");
        }
    }

    #[test]
    fn with_anything_else_around_it_an_approval_stays_as_it_was_pasted() {
        for pasted in [
            format!("Here it is:\n{BLOCK}"),
            format!("{BLOCK}{BLOCK}"),
            format!("{BLOCK}``\n"),
            format!("```\n{BLOCK}``` and more\n"),
            "> exc-approval/v1\n".to_owned(),
        ] {
            assert_eq!(unwrapped(&pasted), pasted);
        }
    }

    #[test]
    fn what_lies_between_stays_byte_for_byte() {
        let odd = BLOCK.replace("risk: high", "\n  > risk:  high \n```");
        assert_eq!(unwrapped(&format!("```\n{odd}```\n")), odd);
    }
}
