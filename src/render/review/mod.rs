//! The reviewer's pages: for a terminal, for a comment on a pull request, and for programs.

mod changes;
mod json;
mod markdown;
mod text;
mod words;

use std::io::{self, Write};

use chrono::NaiveDate;
use clap::ValueEnum;

use super::Style;
use super::diff::Side;
use crate::report::policies::PolicyChange;
use crate::report::review::Reviewed;

/// All records that are reviewed, and what they have in common.
pub(crate) struct Page<'a> {
    pub(crate) today: NaiveDate,
    /// Days within which the approval of an emergency may follow.
    pub(crate) late_days: u32,
    pub(crate) from: &'a Side,
    pub(crate) to: &'a Side,
    /// How the texts are called, where the work tree need not hold them.
    pub(crate) rev: Option<&'a str>,
    /// Most serious change first.
    pub(crate) records: &'a [Reviewed<'a>],
    /// What changes in the policy, compared with the settled one.
    pub(crate) policy: Option<&'a PolicyChange<'a>>,
    /// Files that decide about records and change too.
    pub(crate) cautions: &'a [String],
    /// What to know about the answers.
    pub(crate) notes: &'a [String],
    /// What could not be read, and why.
    pub(crate) unreadable: &'a [String],
    /// Errors and warnings in other places.
    pub(crate) elsewhere: (usize, usize),
    /// Whether the records were asked for by their ids.
    pub(crate) is_of_named: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReviewFormat {
    /// Pages for people at a terminal
    Text,
    /// A comment on a pull request
    Markdown,
    /// Everything, for programs; a promise
    Json,
}

/// Writes the pages in a format.
pub(crate) fn write(
    format: ReviewFormat,
    page: &Page<'_>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        ReviewFormat::Text => text::write(page, style, out),
        ReviewFormat::Markdown => markdown::write(page, out),
        ReviewFormat::Json => json::write(page, out),
    }
}
