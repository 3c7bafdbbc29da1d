//! Pages as Markdown, to post as a comment on GitHub and GitLab.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::Page;
use super::changes::{self, Told};
use super::words::{self, MAX_LISTED};
use crate::history::POLICY_ID;
use crate::render::markdown::{escaped, prose};
use crate::render::trail::emergency;
use crate::render::{count, policies};
use crate::report::policies::PolicyChange;
use crate::report::review::Reviewed;
use crate::report::review::differences::{EVIDENCE, LINK, TICKET};

/// Characters of a comment; GitHub refuses more than 65,536.
const MAX_PAGE: usize = 60_000;
/// Characters that stay free for what is said at the end.
const RESERVED: usize = 1_000;
/// Differences of a policy, or of all that an approval grants: each may be the one that matters.
const MAX_DECIDING: usize = 60;
/// Characters of one text that people read; `exc show` has it whole.
const MAX_SHOWN: usize = 600;

pub(super) fn write(page: &Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(fitted(page, MAX_PAGE - RESERVED).as_bytes())
}

/// The comment, from which whole records are left out where it would be too long.
fn fitted(page: &Page<'_>, room: usize) -> String {
    let mut comment = format!("### exc review\n\n{}\n", prose(&words::summary(page)));
    let cautions = page.cautions.iter().map(|text| ("caution", text));
    let lost = page.unreadable.iter().map(|text| ("error", text));
    let notes = page.notes.iter().map(|text| ("note", text));
    for (at, (what, text)) in cautions.chain(lost).chain(notes).enumerate() {
        if at == MAX_LISTED {
            comment.push_str("\n> and more: see the output of `exc review`\n");
            break;
        }
        let gap = if at == 0 { "\n" } else { ">\n" };
        push(&mut comment, format_args!("{gap}> **{what}**: {}\n", prose(text)));
    }
    if let Some(policy) = page.policy {
        comment.push_str(&self::policy(policy, page.rev));
    }
    let mut n_chars = comment.chars().count();
    let mut left_out = 0;
    for it in page.records {
        let whole = record(it, page, true);
        let block = match n_chars + whole.chars().count() <= room {
            true => whole,
            false => record(it, page, false),
        };
        let n = block.chars().count();
        if n_chars + n > room {
            left_out += 1;
            continue;
        }
        n_chars += n;
        comment.push_str(&block);
    }
    if left_out > 0 {
        let records = count(left_out, "record");
        push(
            &mut comment,
            format_args!(
                "\n**Left out: {records}, for which there is no room here.** `exc review` shows all.\n"
            ),
        );
    }
    comment
}

/// What changes in the policy. However long it is, its weaker keys come first.
fn policy(change: &PolicyChange<'_>, rev: Option<&str>) -> String {
    let mut block = format!("\n#### {}: {}\n\n", POLICY_ID, policies::headline(change));
    let all: Vec<Told> = policies::differences(change).into_iter().map(Told::from).collect();
    listed(&all, MAX_DECIDING, &mut block);
    push(&mut block, format_args!("{}\n", prose(&policies::approval(change, rev))));
    block
}

fn record(it: &Reviewed<'_>, page: &Page<'_>, with_details: bool) -> String {
    let exception = it.exception();
    let (id, title) = (plain(&exception.id), plain(&exception.title));
    let (kind, more) = words::headline(it, page.today);
    let mut block = format!(
        "\n#### {id}: {title}\n\n**{kind}**: {}<br>\n{}\n\n",
        plain(&more),
        words::glance(it)
    );
    if let Some(stated) = &it.emergency {
        push(&mut block, format_args!("**{}**\n\n", plain(&emergency(stated, page.today))));
    }
    push(
        &mut block,
        format_args!(
            "Asked by {}, owned by {}, in {}\n\n",
            plain(&words::person(&exception.requester)),
            plain(&words::person(&exception.owner)),
            plain(it.record.file().path())
        ),
    );
    changes(it, &mut block);
    if !it.findings.is_empty() {
        block.push_str("**Findings**\n\n");
        for finding in it.findings.iter().take(MAX_LISTED) {
            let (level, text) = (finding.level.as_str(), prose(&words::finding(finding, it)));
            push(&mut block, format_args!("- **{level}** {text}\n"));
        }
        more_than(MAX_LISTED, it.findings.len(), &mut block);
        block.push('\n');
    }
    if !it.questions.is_empty() {
        block.push_str("| Question | Answer | Fact |\n| --- | --- | --- |\n");
        for question in words::questions(it) {
            let (asks, answer) = (question.topic.asks(), question.answer.said());
            let fact = prose(&question.fact);
            push(&mut block, format_args!("| {asks} | **{answer}** | {fact} |\n"));
        }
        block.push('\n');
    }
    block.push_str("**Approval**\n\n");
    for (label, text) in words::approval(it, page.rev) {
        push(&mut block, format_args!("- {label}: {}\n", prose(&text)));
    }
    let (sum, lines) = words::trail(it);
    if !with_details {
        push(
            &mut block,
            format_args!("\n**Trail**: {} (portfolio and trail: no room here)\n", prose(&sum)),
        );
        return block;
    }
    details("Besides in the register", &words::others(it), &mut block);
    match lines.is_empty() {
        true => push(&mut block, format_args!("\n**Trail**: {}\n", prose(&sum))),
        false => details(&format!("Trail: {}", plain(&sum)), &lines, &mut block),
    }
    block
}

fn changes(it: &Reviewed<'_>, block: &mut String) {
    let mut changes = changes::changes(it);
    let misstatement = words::misstatement(it);
    changes.extend(misstatement.map(|text| Told { text, below: Vec::new() }));
    listed(&changes, MAX_LISTED, block);
    if let Some((line, granted)) = changes::granted(it) {
        push(block, format_args!("**{}**\n\n", plain(&line)));
        listed(&granted, MAX_DECIDING, block);
    }
    if it.stated.is_empty() {
        return;
    }
    block.push_str(if it.is_whole() { "**What**\n\n" } else { "**Unchanged**\n\n" });
    for stated in it.stated.iter().take(2 * MAX_LISTED) {
        let text = labelled(stated.label, &stated.text);
        push(block, format_args!("- {}: {text}\n", stated.label));
    }
    more_than(2 * MAX_LISTED, it.stated.len(), block);
    block.push('\n');
}

fn listed(changes: &[Told], max: usize, block: &mut String) {
    for Told { text, below } in changes.iter().take(max) {
        push(block, format_args!("- {}", plain(text)));
        for (label, raw) in below {
            let text = plain(raw);
            match *label {
                "+" => push(block, format_args!("<br><ins>{text}</ins>")),
                "-" => push(block, format_args!("<br><del>{text}</del>")),
                label => push(block, format_args!("<br>{label}: {}", labelled(label, raw))),
            }
        }
        block.push('\n');
    }
    more_than(max, changes.len(), block);
    if !changes.is_empty() {
        block.push('\n');
    }
}

fn more_than(max: usize, n: usize, block: &mut String) {
    if n > max {
        push(block, format_args!("- and {} more\n", n - max));
    }
}

/// Lines that are folded away until somebody asks for them.
fn details(summary: &str, lines: &[String], block: &mut String) {
    if lines.is_empty() {
        return;
    }
    push(block, format_args!("\n<details><summary>{summary}</summary>\n\n"));
    for line in lines {
        push(block, format_args!("- {}\n", plain(line)));
    }
    block.push_str("\n</details>\n");
}

/// Text without any meaning to Markdown, cut where nobody would read on.
fn plain(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", escaped(&text[..end])),
        None => escaped(text),
    }
}

/// What can be looked up stands as code, which no viewer turns into a link: what is read is where it
/// leads.
fn labelled(label: &str, text: &str) -> String {
    match label {
        EVIDENCE | TICKET | LINK => format!("<code>{}</code>", plain(text)),
        _ => plain(text),
    }
}

fn push(block: &mut String, text: std::fmt::Arguments<'_>) {
    block.write_fmt(text).expect("a string takes everything");
}
