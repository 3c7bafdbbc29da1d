//! The digest as Markdown for an issue or a mail, as a message of Slack, and as JSON for the program
//! that posts it.
//!
//! Nobody is mentioned: names of people stand here as text, so that no list of addresses is alerted
//! by a record that somebody wrote. Slack: <https://docs.slack.dev/reference/block-kit/blocks>.

use std::fmt::Write as _;
use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::{Value, json};

use super::json::{SCHEMA_VERSION, TOOL_VERSION};
use super::markdown::escaped;
use super::{Safe, count};
use crate::report::digest::{Digest, Party, Task};

/// Characters of one block of Slack; it refuses more than 3,000.
const MAX_SECTION: usize = 2_900;
/// Blocks of one message; Slack refuses more than 50.
const MAX_BLOCKS: usize = 48;
/// Characters of a message, from where Slack has been seen to refuse one as a whole.
const MAX_MESSAGE: usize = 12_000;
/// Characters of one text of a record.
const MAX_TEXT: usize = 300;
/// The same in a message: escapes may make three of each.
const MAX_SHORT: usize = 120;
/// Characters of a header; Slack refuses more than 150.
const MAX_HEADER: usize = 150;

/// What is said where the history is not all there.
const NO_HISTORY: &str = "What nobody has approved is not known here: it needs full history.";

/// A format of the digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DigestFormat {
    /// For an issue or a mail
    Markdown,
    /// A message of Slack, as its block kit reads it
    Slack,
    /// Everything, for programs; a promise
    Json,
}

/// Writes what there is to do; nothing where there is nothing, but for JSON, which says so.
pub(crate) fn write(format: DigestFormat, digest: &Digest, out: &mut dyn Write) -> io::Result<()> {
    match format {
        DigestFormat::Json => json(digest, out),
        _ if digest.parties.is_empty() => Ok(()),
        DigestFormat::Markdown => out.write_all(markdown(digest).as_bytes()),
        DigestFormat::Slack => super::json::write(&slack(digest), out),
    }
}

fn heading(digest: &Digest) -> String {
    let n: usize = digest.parties.iter().map(|party| party.tasks.len()).sum();
    format!("Exceptions on {}: {} for {}", digest.today, count(n, "task"), parties(digest))
}

fn parties(digest: &Digest) -> String {
    match digest.parties.as_slice() {
        [one] => one.name.clone(),
        all => all.len().to_string(),
    }
}

fn markdown(digest: &Digest) -> String {
    let mut page = format!("## {}\n\n", escaped(&heading(digest)));
    for path in &digest.unreadable {
        line(
            &mut page,
            format_args!("> `{}` could not be read\n\n", Safe(path).to_string().replace('`', "'")),
        );
    }
    if !digest.has_history {
        line(&mut page, format_args!("> {}\n\n", escaped(NO_HISTORY)));
    }
    for party in &digest.parties {
        page.push_str(&section(party));
    }
    page
}

fn section(party: &Party) -> String {
    let mut section = String::new();
    let email = party.email.as_deref().filter(|email| *email != party.name);
    let email = email.map(|email| format!(" ({})", escaped(email))).unwrap_or_default();
    line(&mut section, format_args!("### {}{email}\n\n", escaped(&party.name)));
    for task in &party.tasks {
        let owner = task.owner.as_ref().map(|it| format!(" ({})", escaped(it))).unwrap_or_default();
        line(
            &mut section,
            format_args!(
                "- **{}** <code>{}</code> {}{owner}  \n  {}; <code>{}</code>\n",
                task.urgency.as_str(),
                escaped(&task.id),
                escaped(&cut(&task.title)),
                escaped(&cut(&task.what)),
                escaped(&task.act)
            ),
        );
    }
    section.push('\n');
    section
}

fn line(page: &mut String, arguments: std::fmt::Arguments<'_>) {
    page.write_fmt(arguments).expect("a string takes everything");
}

fn cut(text: &str) -> String {
    shortened(text, MAX_TEXT)
}

/// The same for a message, of which a single record must not take all.
fn short(text: &str) -> String {
    shortened(text, MAX_SHORT)
}

fn shortened(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A message; what does not fit is counted.
fn slack(digest: &Digest) -> Value {
    let title = heading(digest);
    // Also what is plain is looked through for names by whoever shows a notification.
    let title: String = mrkdwn(&title).chars().take(MAX_HEADER).collect();
    let mut blocks = vec![json!({
        "type": "header",
        "text": {"type": "plain_text", "text": title, "emoji": false},
    })];
    if !digest.has_history {
        blocks.push(json!({
            "type": "context",
            "elements": [{"type": "mrkdwn", "text": NO_HISTORY, "verbatim": true}],
        }));
    }
    let mut n_chars = 0;
    let mut n_left = 0;
    for party in &digest.parties {
        let mut text = format!("*{}*", mrkdwn(&short(&party.name)));
        let mut n_of_party = 0;
        for task in &party.tasks {
            let line = format!("\n• {}", slack_line(task));
            if text.chars().count() + line.chars().count() > MAX_SECTION {
                continue;
            }
            text.push_str(&line);
            n_of_party += 1;
        }
        let n_chars_of_party = text.chars().count();
        if blocks.len() >= MAX_BLOCKS || n_chars + n_chars_of_party > MAX_MESSAGE {
            n_left += party.tasks.len();
            continue;
        }
        n_chars += n_chars_of_party;
        n_left += party.tasks.len() - n_of_party;
        blocks.push(
            json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}}),
        );
    }
    if n_left > 0 {
        let text = format!("and {} more: `exc digest --format markdown`", count(n_left, "task"));
        blocks.push(json!({
            "type": "context",
            "elements": [{"type": "mrkdwn", "text": text, "verbatim": true}],
        }));
    }
    json!({"text": title, "blocks": blocks, "unfurl_links": false, "unfurl_media": false})
}

fn slack_line(task: &Task) -> String {
    let owner = task.owner.as_ref();
    let owner = owner.map(|it| format!(" ({})", mrkdwn(&short(it)))).unwrap_or_default();
    format!(
        "{}: {} {}{owner}, {}; {}",
        task.urgency.as_str(),
        mrkdwn(&short(&task.id)),
        mrkdwn(&short(&task.title)),
        mrkdwn(&short(&task.what)),
        mrkdwn(&short(&task.act))
    )
}

/// Text that means nothing to Slack: no mention (`<!channel>`, `<@U…>`), no link, no emphasis.
fn mrkdwn(text: &str) -> String {
    let mut escaped = String::new();
    for c in Safe(text).to_string().chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // A joiner without a width keeps a sign from opening emphasis, code or a name.
            '*' | '_' | '~' | '`' | '@' | '#' => escaped.extend(['\u{2060}', c, '\u{2060}']),
            c => escaped.push(c),
        }
    }
    escaped
}

fn json(digest: &Digest, out: &mut dyn Write) -> io::Result<()> {
    let parties = digest.parties.iter().map(|party| {
        let tasks = party.tasks.iter().map(|task| {
            json!({
                "urgency": task.urgency.as_str(),
                "day": task.day.map(|day| day.to_string()),
                "id": task.id,
                "title": task.title,
                "owner": task.owner,
                "what": task.what,
                "act": task.act,
            })
        });
        json!({
            "name": party.name,
            "email": party.email,
            "tasks": tasks.collect::<Vec<_>>(),
            "markdown": section(party),
        })
    });
    let view = json!({
        "schema_version": SCHEMA_VERSION,
        "tool_version": TOOL_VERSION,
        "today": digest.today.to_string(),
        "unreadable": digest.unreadable,
        "approvals_known": digest.has_history,
        "parties": parties.collect::<Vec<_>>(),
    });
    super::json::write(&view, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::digest::Urgency;

    fn digest(n_parties: usize, n_tasks: usize, text: &str) -> Digest {
        let task = |n: usize| Task {
            urgency: Urgency::Overdue,
            day: None,
            id: format!("EXC-2026-{n:04}"),
            what: text.to_owned(),
            act: "exc show EXC-2026-K7QD".to_owned(),
            title: text.to_owned(),
            owner: None,
        };
        let party = |n: usize| Party {
            name: format!("{text} {n}"),
            email: None,
            tasks: (0..n_tasks).map(task).collect(),
        };
        Digest {
            today: "2026-11-20".parse().expect("a day"),
            parties: (0..n_parties).map(party).collect(),
            unreadable: Vec::new(),
            has_history: true,
        }
    }

    #[test]
    fn o7_no_text_of_a_record_is_a_mention_or_a_link_to_slack() {
        let message =
            slack(&digest(1, 1, "<!channel> <@U1> <https://example.com|x> *b* `c` @here"));
        let text = message["blocks"][1]["text"]["text"].as_str().expect("a text");
        assert!(!text.contains(['<', '>']), "{text}");
        assert!(!text.contains("@here") && !text.contains("*b*"), "{text}");
    }

    #[test]
    fn a_message_stays_within_what_slack_takes_and_counts_what_does_not_fit() {
        let message = slack(&digest(100, 40, &"x".repeat(400)));
        let blocks = message["blocks"].as_array().expect("blocks");
        assert!(blocks.len() <= 50);
        let texts = blocks.iter().filter_map(|it| it["text"]["text"].as_str());
        let lengths: Vec<usize> = texts.map(|text| text.chars().count()).collect();
        assert!(lengths.iter().all(|length| *length <= 3_000));
        assert!(lengths.iter().sum::<usize>() <= 13_000);
        let last = blocks.last().expect("a block")["elements"][0]["text"].as_str();
        assert!(last.is_some_and(|it| it.starts_with("and 39")), "{last:?}");
    }

    #[test]
    fn neither_a_name_nor_a_record_takes_all_of_a_message() {
        let mut digest = digest(1, 2, &"_".repeat(4_000));
        digest.parties[0].tasks[0].id = "N".repeat(4_000);
        let message = slack(&digest);
        let header = message["blocks"][0]["text"]["text"].as_str().expect("a text");
        assert!(header.chars().count() <= 150);
        let section = message["blocks"][1]["text"]["text"].as_str().expect("a text");
        assert!(section.chars().count() <= 3_000);
        assert_eq!(section.lines().count(), 3);
    }

    #[test]
    fn o2_markdown_mentions_nobody() {
        let page = markdown(&digest(1, 1, "@alice #12 ![x](https://example.com/p.png)"));
        assert!(
            !page.contains("@alice") && !page.contains("#12") && !page.contains("!["),
            "{page}"
        );
    }

    #[test]
    fn where_there_is_nothing_to_do_nothing_is_written() {
        for format in [DigestFormat::Markdown, DigestFormat::Slack] {
            let mut out = Vec::new();
            write(format, &digest(0, 0, ""), &mut out).expect("written");
            assert!(out.is_empty());
        }
    }
}
