//! The digest as Markdown for an issue: records as a list, and under each what there is to do.

use std::fmt::Write as _;

use super::{NO_HISTORY, address, by_record, heading, shortened};
use crate::render::markdown::escaped;
use crate::report::digest::{Digest, Party};

/// Characters of one text of a record.
const MAX_TEXT: usize = 300;

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

pub(super) fn section(party: &Party) -> String {
    let cut = |text: &str| escaped(&shortened(text, MAX_TEXT));
    let mut section = String::new();
    let email = address(party).map(|email| format!(" ({})", escaped(email))).unwrap_or_default();
    line(&mut section, format_args!("### {}{email}\n\n", escaped(&party.name)));
    for tasks in by_record(&party.tasks) {
        let first = tasks[0];
        let owner = first.owner.as_ref().map(|it| format!(" ({})", escaped(it)));
        line(
            &mut section,
            format_args!(
                "- {} {}{}\n",
                code(&first.id),
                cut(&first.title),
                owner.unwrap_or_default()
            ),
        );
        for task in tasks {
            line(
                &mut section,
                format_args!(
                    "  - **{}** {}; {}\n",
                    task.urgency.as_str(),
                    cut(&task.what),
                    code(&task.act)
                ),
            );
        }
    }
    section.push('\n');
    section
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

fn line(page: &mut String, arguments: std::fmt::Arguments<'_>) {
    page.write_fmt(arguments).expect("a string takes everything");
}
