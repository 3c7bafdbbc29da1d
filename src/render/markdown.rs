//! Markdown as GitHub and GitLab read it: a page of findings, and the escaping of all text in it.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Judgement, Safe, short};
use crate::finding::Finding;

/// Bytes of a step summary; GitHub refuses more than 1 MiB whole.
pub(crate) const MAX_SUMMARY: usize = 900 * 1024;

/// Text that somebody else wrote, without any meaning to Markdown.
///
/// Besides the signs of Markdown itself, that is what viewers find in the finished page: mentions
/// (`@name`), references (`#1`, `!1`, `GH-1`), addresses and `www.` names. Those are looked for
/// after escapes are undone, so a zero-width space parts them.
pub(crate) fn escaped(text: &str) -> String {
    let text = Safe(text).to_string();
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let after = || text[at + c.len_utf8()..].chars().next();
        let is_start = || text[..at].trim_start().is_empty();
        let in_number = || text[..at].trim_start().bytes().all(|byte| byte.is_ascii_digit());
        match c {
            '@' | '#' | '!' | '$' | '%' | '&' | '~' => {
                write!(escaped, "&#{};", u32::from(c)).expect("a string takes everything");
                if after().is_some_and(|next| next.is_alphanumeric() || "_\"-{".contains(next)) {
                    escaped.push_str("&#8203;");
                }
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '"' | '\'' | ':' | '^' | '{' => {
                write!(escaped, "&#{};", u32::from(c)).expect("a string takes everything");
            }
            // `www.` names become links; so does what looks like `GH-1`.
            '.' if ends_with_word(&text[..at], "www") => escaped.push_str("&#46;"),
            '-' if ends_with_word(&text[..at], "gh") => escaped.push_str("-&#8203;"),
            '-' | '+' | '=' if is_start() => {
                write!(escaped, "&#{};", u32::from(c)).expect("a string takes everything");
            }
            '.' | ')' if at <= 12 && in_number() => {
                write!(escaped, "&#{};", u32::from(c)).expect("a string takes everything");
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// A message, in which values stand in backticks, with the values as code.
pub(super) fn prose(message: &str) -> String {
    let message = short(message);
    if message.matches('`').count() % 2 == 1 {
        // Somebody's value holds a backtick; which one belongs to whom cannot be told.
        return escaped(&message);
    }
    let mut parts = message.split('`');
    let mut prose = escaped(parts.next().unwrap_or_default());
    while let (Some(value), Some(text)) = (parts.next(), parts.next()) {
        prose.push_str(&format!("<code>{}</code>{}", escaped(value), escaped(text)));
    }
    prose
}

fn ends_with_word(text: &str, word: &str) -> bool {
    let start = text.len().checked_sub(word.len());
    start.and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
}

/// Writes findings as a table, worst first, in at most `limit` bytes. What does not fit is counted.
pub(crate) fn summary(
    judgement: &Judgement<'_>,
    limit: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = format!("### exc check\n\n{}\n", prose(&judgement.summary()));
    for note in judgement.gate.iter().flat_map(|gate| &gate.notes) {
        page.push_str(&format!("\nnote&#58; {}\n", prose(note)));
    }
    if !judgement.findings.is_empty() {
        page.push_str("\n| Level | Rule | Where | What |\n| --- | --- | --- | --- |\n");
    }
    // The closing note has to fit as well.
    let limit = limit.saturating_sub(200);
    for (index, finding) in judgement.findings.iter().enumerate() {
        let row = row(finding);
        if page.len() + row.len() > limit {
            let n_left = judgement.findings.len() - index;
            page.push_str(&format!(
                "\n**Cut here: {n_left} of {} findings do not fit into a step summary.**\n",
                judgement.findings.len()
            ));
            break;
        }
        page.push_str(&row);
    }
    out.write_all(page.as_bytes())
}

fn row(finding: &Finding) -> String {
    let start = finding.place.start();
    let path = escaped(finding.place.file.path());
    let mut what = prose(&finding.message);
    if finding.is_elsewhere {
        what.push_str("<br>not changed here");
    }
    if let Some(owner) = &finding.owner {
        what.push_str(&format!("<br>{} has to act", escaped(&owner.name)));
    }
    if let Some(help) = &finding.help {
        what.push_str(&format!("<br>help: {}", prose(help)));
    }
    format!(
        "| {} | {} {} | {path}:{}:{} | {what} |\n",
        finding.level.as_str(),
        finding.code.id,
        finding.code.name,
        start.line,
        start.column,
    )
}
