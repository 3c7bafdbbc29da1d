//! Data → bytes: one format per file.
//!
//! Invariant: never reads a clock, a file or a rule. All text of a record passes [`Safe`] or the
//! escaping of its format, so that nothing in a register can speak to the terminal, the runner or
//! the viewer.

pub(crate) mod csv;
pub(crate) mod json;
pub(crate) mod page;
pub(crate) mod record;
mod safe;
pub(crate) mod table;
pub(crate) mod text;

use std::io::{self, Write};

use chrono::NaiveDate;
use clap::ValueEnum;

use crate::finding::{Finding, Level};

pub(crate) use record::Listed;
pub(crate) use safe::Safe;

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
}

impl<'a> Judgement<'a> {
    /// What is said where the policy cannot be used and no record was judged.
    pub(crate) fn unusable(register: &'a str, findings: &'a [Finding], today: NaiveDate) -> Self {
        Self { register, today, n_records: 0, unreadable: &[], findings }
    }

    pub(crate) fn n_errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.level == Level::Error).count()
    }

    pub(crate) fn n_warnings(&self) -> usize {
        self.findings.len() - self.n_errors()
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
    }
}

/// `1 error`, `2 errors`.
pub(crate) fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
