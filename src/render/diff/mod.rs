//! What differs between two moments of a register, for people, for pages and for programs.

mod json;
mod markdown;
mod text;
pub(super) mod words;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::NaiveDate;
use clap::ValueEnum;

use super::{Style, policies};
use crate::changes::{Change, Kind};
use crate::report::policies::PolicyChange;

pub(super) use json::{FieldView, SideView};

/// Letters of a commit's name that people read.
const SHORT: usize = 7;

/// Two moments of a register and the records that differ.
#[derive(Debug)]
pub(crate) struct Diff<'a> {
    pub(crate) today: NaiveDate,
    pub(crate) from: Side,
    pub(crate) to: Side,
    /// Files of either side that could not be read.
    pub(crate) n_unreadable: usize,
    /// Most serious first.
    pub(crate) changes: &'a [Change<'a>],
    /// None where the policy says the same, or one side has none that can be used.
    pub(crate) policy: Option<PolicyChange<'a>>,
}

/// A moment: a commit, or the work tree as it is now.
#[derive(Clone, Debug)]
pub(crate) enum Side {
    Commit { name: String, id: String },
    WorkTree,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// Each field that differs, for people
    Text,
    /// Everything, for programs; a promise
    Json,
    /// A page for a comment on a pull request
    Markdown,
}

/// Writes what differs in a format.
pub(crate) fn write(
    format: DiffFormat,
    diff: &Diff<'_>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        DiffFormat::Text => text::write(diff, style, out),
        DiffFormat::Json => json::write(diff, out),
        DiffFormat::Markdown => markdown::write(diff, out),
    }
}

/// Writes what differs in some records, for people, and nothing around it.
pub(crate) fn changes(changes: &[Change<'_>], style: Style, out: &mut dyn Write) -> io::Result<()> {
    text::changes(changes, style, out)
}

impl Side {
    /// As a sentence names it; text that somebody else chose.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::WorkTree => "the work tree".to_owned(),
            Self::Commit { name, id } if id.starts_with(name.as_str()) => format!("`{name}`"),
            Self::Commit { name, id } => format!("`{name}` ({})", &id[..SHORT.min(id.len())]),
        }
    }
}

impl Diff<'_> {
    /// How many records differ, by kind, on one line.
    fn summary(&self) -> String {
        let sides = format!(
            "between {} and {} on {} (UTC)",
            self.from.describe(),
            self.to.describe(),
            self.today
        );
        let mut kinds: BTreeMap<Reverse<Kind>, usize> = BTreeMap::new();
        for change in self.changes {
            *kinds.entry(Reverse(change.kind)).or_default() += 1;
        }
        let kinds: Vec<String> =
            kinds.into_iter().map(|(kind, n)| format!("{n} {}", described(kind.0))).collect();
        let mut summary = match self.changes.len() {
            0 => format!("no record differs {sides}"),
            1 => format!("1 record differs {sides}: {}", kinds.join(", ")),
            n => format!("{n} records differ {sides}: {}", kinds.join(", ")),
        };
        if let Some(policy) = &self.policy {
            summary.push_str(&format!("; the policy: {}", policies::headline(policy)));
        }
        if self.n_unreadable > 0 {
            let files = super::count(self.n_unreadable, "file");
            summary.push_str(&format!("; {files} could not be read"));
        }
        summary
    }
}

pub(super) fn described(kind: Kind) -> &'static str {
    match kind {
        Kind::Other => "other material change",
        kind => kind.as_str(),
    }
}

/// Where a record stands, and where it stood if that was elsewhere.
fn paths<'a>(change: &'a Change<'_>) -> (&'a str, Option<&'a str>) {
    let path = change.record().map_or("", |record| record.file().path());
    let before = change.before.filter(|_| change.is_moved());
    (path, before.map(|record| record.file().path()))
}
