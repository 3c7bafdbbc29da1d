//! The digest for people at a terminal or in a plain mail, as Markdown for an issue, as a message of
//! Slack, and as JSON for the program that posts it.
//!
//! Nobody is mentioned: names of people stand here as text, so that no list of addresses is alerted
//! by a record that somebody wrote.

mod markdown;
mod slack;
mod text;

use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::json::{SCHEMA_VERSION, TOOL_VERSION};
use super::{Style, count};
use crate::report::digest::{Digest, Party, Task};

/// What is said where the history is not all there.
const NO_HISTORY: &str = "What nobody has approved is not known here: it needs full history.";

/// Characters of an address in the name of an issue's page.
const MAX_NAME: usize = 60;

/// A format of the digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DigestFormat {
    /// For people, and for a plain mail
    Text,
    /// For an issue
    Markdown,
    /// A message of Slack, as its block kit reads it
    Slack,
    /// Everything, for programs; a promise
    Json,
}

/// A page for one party, to be kept as an issue of its own.
pub(crate) struct Issue {
    /// Letters, digits and `-`, the same for the same party on every day, and like that of no other.
    pub(crate) name: String,
    /// Markdown, whose first line is a comment that holds the name.
    pub(crate) text: String,
}

/// A page for each who has something to do.
pub(crate) fn issues(digest: &Digest) -> Vec<Issue> {
    let issue = |party: &Party| {
        let name = issue_name(party);
        let text = format!("<!-- exc-digest: {name} -->\n{}", markdown::issue(party, digest));
        Issue { name, text }
    };
    digest.parties.iter().map(issue).collect()
}

/// What is left of an address or a name in a file's name, and a hash of all of it.
fn issue_name(party: &Party) -> String {
    let known = party.email.as_ref().unwrap_or(&party.name).to_lowercase();
    let words = known.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut name: String = words.flat_map(|word| [word, "-"]).collect();
    name.truncate(MAX_NAME);
    let hash = Sha256::digest(known.as_bytes());
    let hash: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    match name.trim_end_matches('-') {
        "" => format!("somebody-{hash}"),
        name => format!("{name}-{hash}"),
    }
}

/// Writes what there is to do; nothing where there is nothing, but for JSON, which says so.
pub(crate) fn write(
    format: DigestFormat,
    digest: &Digest,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        DigestFormat::Json => json(digest, out),
        _ if digest.parties.is_empty() => Ok(()),
        DigestFormat::Text => text::write(digest, style, out),
        DigestFormat::Markdown => out.write_all(markdown::page(digest).as_bytes()),
        DigestFormat::Slack => super::json::write(&slack::message(digest), out),
    }
}

fn heading(digest: &Digest) -> String {
    let n: usize = digest.parties.iter().map(|party| party.tasks.len()).sum();
    let whom = match digest.parties.as_slice() {
        [one] => one.name.clone(),
        all => all.len().to_string(),
    };
    format!("Exceptions on {}: {} for {whom}", digest.today, count(n, "task"))
}

/// The address of a party, where it is not its name.
fn address(party: &Party) -> Option<&str> {
    party.email.as_deref().filter(|email| *email != party.name)
}

/// A text that must not take all of the page.
fn shortened(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The tasks by their record, the one with the most urgent task first.
fn by_record(tasks: &[Task]) -> Vec<Vec<&Task>> {
    let mut records: Vec<Vec<&Task>> = Vec::new();
    for task in tasks {
        match records.iter_mut().find(|record| record[0].id == task.id) {
            Some(record) => record.push(task),
            None => records.push(vec![task]),
        }
    }
    records
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
            "markdown": markdown::section(party),
        })
    });
    let view = json!({
        "schema_version": SCHEMA_VERSION,
        "tool_version": TOOL_VERSION,
        "today": digest.today.to_string(),
        "unreadable": digest.unreadable,
        "approvals_known": digest.is_known,
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
            is_known: true,
        }
    }

    #[test]
    fn o7_no_text_of_a_record_is_a_mention_or_a_link_to_slack() {
        let message =
            slack::message(&digest(1, 1, "<!channel> <@U1> <https://example.com|x> *b* `c` @here"));
        let text = message["blocks"][1]["text"]["text"].as_str().expect("a text");
        assert!(!text.contains(['<', '>']), "{text}");
        assert!(!text.contains("@here") && !text.contains("*b*"), "{text}");
    }

    #[test]
    fn a_message_stays_within_what_slack_takes_and_counts_what_does_not_fit() {
        let message = slack::message(&digest(100, 40, &"x".repeat(400)));
        let blocks = message["blocks"].as_array().expect("blocks");
        assert!(blocks.len() <= 50);
        let texts = blocks.iter().filter_map(|it| it["text"]["text"].as_str());
        let lengths: Vec<usize> = texts.map(|text| text.chars().count()).collect();
        assert!(lengths.iter().all(|length| *length <= 3_000));
        assert!(lengths.iter().sum::<usize>() <= 13_000);
        let last = blocks.last().expect("a block")["elements"][0]["text"].as_str();
        assert!(last.is_some_and(|it| it.starts_with("and 3")), "{last:?}");
    }

    #[test]
    fn neither_a_name_nor_a_record_takes_all_of_a_message() {
        let mut digest = digest(1, 2, &"_".repeat(4_000));
        digest.parties[0].tasks[0].id = "N".repeat(4_000);
        let message = slack::message(&digest);
        let header = message["blocks"][0]["text"]["text"].as_str().expect("a text");
        assert!(header.chars().count() <= 150);
        let section = message["blocks"][1]["text"]["text"].as_str().expect("a text");
        assert!(section.chars().count() <= 3_000);
        assert_eq!(section.lines().count(), 5);
    }

    #[test]
    fn o2_markdown_mentions_nobody() {
        let page = markdown::page(&digest(1, 1, "@alice #12 ![x](https://example.com/p.png)"));
        assert!(
            !page.contains("@alice") && !page.contains("#12") && !page.contains("!["),
            "{page}"
        );
    }

    #[test]
    fn a_page_for_an_issue_is_named_by_harmless_letters_and_marked_in_its_first_line() {
        for hostile in ["-->\n/close @here", "$(rm -rf ~)/../x", "李雷", "", "*.md"] {
            let mut digest = digest(1, 1, "x");
            digest.parties[0].name = hostile.to_owned();
            let issues = issues(&digest);
            let Issue { name, text } = &issues[0];
            let is_harmless = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(name.chars().all(is_harmless) && !name.starts_with('-'), "{name}");
            assert!(text.starts_with(&format!("<!-- exc-digest: {name} -->\n### ")), "{text}");
            assert!(!text.lines().any(|line| line.starts_with('/')), "{text}");
        }
    }

    #[test]
    fn two_addresses_of_the_same_letters_are_two_issues() {
        let mut digest = digest(3, 1, "x");
        let emails = ["a.b@example.com", "a-b@example.com", "A.B@example.com"];
        for (party, email) in digest.parties.iter_mut().zip(emails) {
            party.email = Some(email.to_owned());
        }
        let names: Vec<String> = issues(&digest).into_iter().map(|it| it.name).collect();
        assert!(names.iter().all(|name| name.starts_with("a-b-example-com-")), "{names:?}");
        assert_ne!(names[0], names[1]);
        assert_eq!(names[0], names[2]);
    }

    #[test]
    fn a_page_for_an_issue_fits_and_counts_what_does_not() {
        let issues = issues(&digest(1, 1_000, &"@".repeat(400)));
        assert!(issues[0].text.chars().count() < 65_536);
        assert!(issues[0].text.contains("**And 9"), "nothing is counted");
    }

    #[test]
    fn where_there_is_nothing_to_do_nothing_is_written() {
        for format in [DigestFormat::Text, DigestFormat::Markdown, DigestFormat::Slack] {
            let mut out = Vec::new();
            write(format, &digest(0, 0, ""), Style { color: false, width: None }, &mut out)
                .expect("written");
            assert!(out.is_empty());
        }
    }
}
