//! The digest as a message of Slack, within what it takes.
//!
//! Source: <https://docs.slack.dev/reference/block-kit/blocks>.

use serde_json::{Value, json};

use super::{NO_HISTORY, by_record, heading, shortened};
use crate::render::{Safe, count};
use crate::report::digest::{Digest, Task};

/// Characters of one block; Slack refuses more than 3,000.
const MAX_SECTION: usize = 2_900;
/// Blocks of one message; Slack refuses more than 50.
const MAX_BLOCKS: usize = 47;
/// Characters of a message, from where Slack has been seen to refuse one as a whole.
const MAX_MESSAGE: usize = 12_000;
/// Characters of one text of a record: escapes may make three of each.
const MAX_TEXT: usize = 120;
/// Characters of a header; Slack refuses more than 150.
const MAX_HEADER: usize = 150;

/// A message; what does not fit is counted.
pub(super) fn message(digest: &Digest) -> Value {
    let title = heading(digest);
    // Also what is plain is looked through for names by whoever shows a notification.
    let title: String = mrkdwn(&title).chars().take(MAX_HEADER).collect();
    let mut blocks = vec![json!({
        "type": "header",
        "text": {"type": "plain_text", "text": title, "emoji": false},
    })];
    if !digest.unreadable.is_empty() {
        let n = count(digest.unreadable.len(), "file");
        blocks.push(context(&format!("{n} could not be read: `exc check` says where and why")));
    }
    if !digest.has_history {
        blocks.push(context(NO_HISTORY));
    }
    let mut n_chars = 0;
    let mut n_left = 0;
    for party in &digest.parties {
        let mut text = format!("*{}*", mrkdwn(&short(&party.name)));
        let mut n_of_party = 0;
        for tasks in by_record(&party.tasks) {
            let mut is_named = false;
            for task in tasks {
                let name = if is_named { String::new() } else { name_of(task) };
                let line = format!("{name}\n    • {}", line(task));
                if text.chars().count() + line.chars().count() > MAX_SECTION {
                    continue;
                }
                text.push_str(&line);
                is_named = true;
                n_of_party += 1;
            }
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
        blocks.push(context(&text));
    }
    json!({"text": title, "blocks": blocks, "unfurl_links": false, "unfurl_media": false})
}

/// The record of a task, on a line of its own.
fn name_of(task: &Task) -> String {
    let owner = task.owner.as_ref();
    let owner = owner.map(|it| format!(" ({})", mrkdwn(&short(it)))).unwrap_or_default();
    format!("\n{} {}{owner}", mrkdwn(&short(&task.id)), mrkdwn(&short(&task.title)))
}

fn line(task: &Task) -> String {
    format!(
        "{}: {}; {}",
        task.urgency.as_str(),
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

/// A line in small letters.
fn context(text: &str) -> Value {
    json!({
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": text, "verbatim": true}],
    })
}

/// A text of which a single record must not take all.
fn short(text: &str) -> String {
    shortened(text, MAX_TEXT)
}
