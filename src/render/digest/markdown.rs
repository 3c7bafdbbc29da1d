//! The digest as Markdown for an issue: records as a list, and under each what there is to do.

use std::fmt::Write as _;

use super::{NO_HISTORY, address, by_record, heading, shortened};
use crate::render::count;
use crate::render::markdown::escaped;
use crate::report::digest::{Digest, Party, Task};

/// Characters of one text of a record.
const MAX_TEXT: usize = 300;
/// Characters of an issue; GitHub refuses more than 65,536.
const MAX_PAGE: usize = 60_000;

pub(super) fn page(digest: &Digest) -> String {
    let mut page = format!("## {}\n\n", escaped(&heading(digest)));
    for path in &digest.unreadable {
        line(&mut page, format_args!("> {} could not be read\n\n", code(path)));
    }
    if !digest.has_history {
        line(&mut page, format_args!("> {}\n\n", escaped(NO_HISTORY)));
    }
    for party in &digest.parties {
        page.push_str(&section(party));
    }
    page
}

/// A page for an issue of one party alone, in at most [`MAX_PAGE`] characters; whole records that
/// find no room are counted.
pub(super) fn issue(party: &Party, digest: &Digest) -> String {
    let mut page = header(party);
    if !digest.has_history {
        line(&mut page, format_args!("> {}\n\n", escaped(NO_HISTORY)));
    }
    let mut n_chars = page.chars().count();
    let mut left_out = 0;
    for tasks in by_record(&party.tasks) {
        let record = record(&tasks);
        n_chars += record.chars().count();
        match n_chars <= MAX_PAGE {
            true => page.push_str(&record),
            false => left_out += 1,
        }
    }
    if left_out > 0 {
        let records = count(left_out, "record");
        line(&mut page, format_args!("\n**And {records} more**: `exc digest` shows all.\n"));
    }
    page
}

pub(super) fn section(party: &Party) -> String {
    let records = by_record(&party.tasks).into_iter().map(|tasks| record(&tasks));
    header(party) + &records.collect::<String>() + "\n"
}

fn header(party: &Party) -> String {
    let email = address(party).map(|email| format!(" ({})", escaped(email))).unwrap_or_default();
    format!("### {}{email}\n\n", escaped(&party.name))
}

/// A record, and what there is to do about it.
fn record(tasks: &[&Task]) -> String {
    let cut = |text: &str| escaped(&shortened(text, MAX_TEXT));
    let first = tasks[0];
    let owner = first.owner.as_ref().map(|it| format!(" ({})", escaped(it))).unwrap_or_default();
    let mut record = format!("- {} {}{owner}\n", code(&first.id), cut(&first.title));
    for task in tasks {
        line(
            &mut record,
            format_args!(
                "  - **{}** {}; {}\n",
                task.urgency.as_str(),
                cut(&task.what),
                code(&task.act)
            ),
        );
    }
    record
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

fn line(page: &mut String, arguments: std::fmt::Arguments<'_>) {
    page.write_fmt(arguments).expect("a string takes everything");
}
