//! Data → bytes: one format per file.
//!
//! Invariant: never reads a clock, a file or a rule. All text of a record passes [`Safe`] or the
//! escaping of its format, so that nothing in a register can speak to the terminal, the runner or
//! the viewer.

#[cfg(test)]
mod agreement;
pub(crate) mod allowed;
pub(crate) mod catalogue;
pub(crate) mod csv;
pub(crate) mod diff;
pub(crate) mod digest;
pub(crate) mod doctor;
pub(crate) mod document;
pub(crate) mod explained;
mod fingerprint;
mod github;
mod gitlab;
#[cfg(test)]
mod hostile;
pub(crate) mod html;
pub(crate) mod ics;
pub(crate) mod import;
pub(crate) mod json;
mod junit;
pub(crate) mod markdown;
pub(crate) mod page;
mod policies;
pub(crate) mod proposal;
pub(crate) mod reconcile;
pub(crate) mod record;
pub(crate) mod review;
mod safe;
mod sarif;
mod sheet;
#[cfg(test)]
mod snapshots;
pub(crate) mod table;
#[cfg(test)]
mod testing;
pub(crate) mod text;
pub(crate) mod trail;
#[cfg(test)]
mod viewers;
pub(crate) mod way_out;

use std::io::{self, Write};

use chrono::NaiveDate;
use clap::ValueEnum;

use crate::finding::{Code, Finding, Level};
use crate::model::PLACEHOLDER;

pub(crate) use record::Listed;
pub(crate) use safe::Safe;
pub(crate) use sheet::{fitted, hung};

/// What a check found, on which day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judgement<'a> {
    /// The register as people know it.
    pub(crate) register: &'a str,
    pub(crate) today: NaiveDate,
    /// Records that were judged.
    pub(crate) n_records: usize,
    /// Files that could not be.
    pub(crate) unreadable: &'a [String],
    /// Worst first.
    pub(crate) findings: &'a [Finding],
    /// All rules that there are, found or not.
    pub(crate) pages: &'a [Page],
    /// Whether a step summary holds what annotations leave out.
    pub(crate) has_summary: bool,
    /// The change that was judged; without one, the register as it stands.
    pub(crate) gate: Option<&'a Gate>,
}

/// A change on its way into a branch, and what is said of it beside the findings.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) base: Revision,
    /// Where the change and the branch last were one.
    pub(crate) merge_base: String,
    pub(crate) head: Revision,
    /// What there is to know about how it was judged.
    pub(crate) notes: Vec<String>,
    /// The errors that the change removes, where it may pass although others remain.
    pub(crate) n_removed: Option<usize>,
}

/// A commit, as people and as git name it.
#[derive(Clone, Debug)]
pub(crate) struct Revision {
    pub(crate) name: String,
    pub(crate) commit: String,
}

/// A rule as readers know it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) code: &'static Code,
    /// Markdown, whose first section says what the rule checks.
    pub(crate) docs: &'static str,
}

/// How text for people looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) color: bool,
    /// Columns to fit into; `None` where nothing has to fit.
    pub(crate) width: Option<usize>,
}

/// A format of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Source excerpts for people
    Text,
    /// Everything, for programs; a promise
    Json,
    /// Annotations of GitHub Actions
    Github,
    /// Code quality report of GitLab
    Gitlab,
    /// SARIF 2.1.0, as code scanning reads it
    Sarif,
    /// JUnit XML
    Junit,
}

impl<'a> Judgement<'a> {
    /// What is said where the policy cannot be used and no record was judged.
    pub(crate) fn unusable(register: &'a str, findings: &'a [Finding], today: NaiveDate) -> Self {
        Self {
            register,
            today,
            n_records: 0,
            unreadable: &[],
            findings,
            pages: &[],
            has_summary: false,
            gate: None,
        }
    }

    pub(crate) fn n_errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.level == Level::Error).count()
    }

    pub(crate) fn n_warnings(&self) -> usize {
        self.findings.len() - self.n_errors()
    }

    /// What was judged, on which day, and what came of it, on one line.
    pub(crate) fn summary(&self) -> String {
        let judged = format!("{} in `{}`", count(self.n_records, "record"), Safe(self.register));
        let mut parts = Vec::new();
        if self.n_errors() > 0 {
            parts.push(count(self.n_errors(), "error"));
        }
        if self.n_warnings() > 0 {
            parts.push(count(self.n_warnings(), "warning"));
        }
        if !self.unreadable.is_empty() {
            parts.push(format!("{} not judged", count(self.unreadable.len(), "file")));
        }
        let found = if parts.is_empty() { "all fine".to_owned() } else { parts.join(", ") };
        let (change, verdict) = self.gate.map_or_else(Default::default, Gate::summary);
        format!("{judged} judged on {} (UTC){change}: {found}{verdict}", self.today)
    }
}

impl Gate {
    /// Which change is judged, and why it passes where errors remain.
    fn summary(&self) -> (String, String) {
        let change = format!(", {} into {}", self.head.describe(), self.base.describe());
        let verdict = self.n_removed.map(|n_removed| {
            format!(
                "; passes, since the change removes {}, adds none, and leaves alone the records with those that remain",
                count(n_removed, "error")
            )
        });
        (change, verdict.unwrap_or_default())
    }
}

impl Revision {
    /// Letters of a commit's name that people read.
    const SHORT: usize = 7;

    /// As a sentence names it; somebody else may have chosen the name.
    pub(crate) fn describe(&self) -> String {
        let short = &self.commit[..Self::SHORT.min(self.commit.len())];
        match self.commit.starts_with(&self.name) {
            true => format!("`{short}`"),
            false => format!("`{}` ({short})", Safe(&self.name)),
        }
    }
}

/// Writes findings in a format.
pub(crate) fn findings(
    format: Format,
    judgement: &Judgement<'_>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text => text::write(judgement, style, out),
        Format::Json => json::findings(judgement, out),
        Format::Github => github::write(judgement, out),
        Format::Gitlab => gitlab::write(judgement, out),
        Format::Sarif => sarif::write(judgement, out),
        Format::Junit => junit::write(judgement, out),
    }
}

/// Who has to act about a finding, where that is not whoever makes the change at hand.
fn who_acts(finding: &Finding) -> Option<String> {
    // A draft does not say yet whose it is.
    let owner =
        finding.owner.as_ref().filter(|it| it.name != PLACEHOLDER && it.email != PLACEHOLDER);
    let owner = owner.map(|it| format!("{} <{}> has to act", short(&it.name), short(&it.email)));
    match (finding.is_elsewhere, owner) {
        (false, owner) => owner,
        (true, Some(owner)) => Some(format!("not changed here; {owner}")),
        (true, None) => Some("not changed here".to_owned()),
    }
}

/// The same for programs that have no place for an owner: only what stands elsewhere.
fn elsewhere(finding: &Finding) -> Option<String> {
    who_acts(finding).filter(|_| finding.is_elsewhere)
}

/// Characters of a message that people get to read; files for programs hold all of it.
const MAX_SHOWN: usize = 600;

/// A message as [`Safe`] shows it, cut where nobody would read on.
fn short(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", Safe(&text[..end])),
        None => Safe(text).to_string(),
    }
}

/// `1 error`, `2 errors`.
pub(crate) fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Person;

    #[test]
    fn nobody_has_to_act_where_a_draft_names_nobody_yet() {
        let named = |name: &str| {
            let file = testing::file("exceptions/a.yaml", "a: 1\n");
            let place = testing::place(&file, "1", "/a");
            let person =
                Person { name: name.to_owned(), email: name.to_owned(), team: String::new() };
            let mut finding = testing::TOO_LONG.finding(place, "too long").owner(&person);
            finding.is_elsewhere = true;
            who_acts(&finding)
        };
        assert_eq!(named("kim").as_deref(), Some("not changed here; kim <kim> has to act"));
        assert_eq!(named("TODO").as_deref(), Some("not changed here"));
    }
}
