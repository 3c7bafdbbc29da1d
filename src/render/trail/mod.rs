//! Who approved which text: the trail of a record and the verdicts of a register.

mod json;
mod lines;
mod pack;
mod policies;
mod standing;
mod text;

use std::io::{self, Write};

use chrono::NaiveDate;
use clap::ValueEnum;

use super::Style;
use crate::changes::FieldChange;
use crate::finding::Finding;
use crate::git::ObjectId;
use crate::history::{Emergency, PolicyRevision, Revision, Trail, WayOut};
use crate::model::window::Status;

pub(super) use json::{EmergencyView, TrailView, trail_view};
pub(crate) use pack::{index, page_of_record};
pub(crate) use standing::in_force;
pub(super) use text::{emergency, line_of, said};

/// What a pack holds about a record beside its trail.
pub(crate) struct Evidence<'a> {
    pub(crate) findings: &'a [&'a Finding],
    pub(crate) has_approved: bool,
    pub(crate) has_current: bool,
}

/// The trail of a record.
pub(crate) struct Page<'a> {
    pub(crate) today: NaiveDate,
    pub(crate) mainline: &'a str,
    pub(crate) tip: ObjectId,
    pub(crate) is_complete: bool,
    pub(crate) notes: &'a [String],
    pub(crate) trail: &'a Trail,
    pub(crate) told: &'a [Told<'a>],
    pub(crate) is_failing: bool,
    /// Days within which the approval of an emergency may follow.
    pub(crate) late_days: u32,
    pub(crate) emergency: Option<Emergency>,
    pub(crate) open: Option<Open>,
}

/// A text that waits for its approval.
pub(crate) struct Open {
    pub(crate) way: WayOut,
    /// The mainline, where the work tree does not hold that text.
    pub(crate) rev: Option<String>,
    /// Whether something is missing in the text, so that nobody can sign it as it is.
    pub(crate) is_incomplete: bool,
}

/// A revision, and what differs from the text before it.
pub(crate) struct Told<'a> {
    pub(crate) revision: &'a Revision,
    pub(crate) changes: Vec<FieldChange>,
}

/// The verdicts of a register.
pub(crate) struct AuditPage<'a> {
    /// The `register` of the policy, which no other register has.
    pub(crate) register: &'a str,
    pub(crate) today: NaiveDate,
    pub(crate) mainline: &'a str,
    pub(crate) tip: ObjectId,
    pub(crate) is_complete: bool,
    pub(crate) notes: &'a [String],
    /// Days within which the approval of an emergency may follow.
    pub(crate) late_days: u32,
    /// What is in the register and is no record.
    pub(crate) problems: &'a [String],
    /// By id.
    pub(crate) records: &'a [Judged<'a>],
    pub(crate) policies: &'a [PolicyRevision],
}

pub(crate) struct Judged<'a> {
    pub(crate) trail: &'a Trail,
    /// None where the record was deleted, or cannot be read.
    pub(crate) status: Option<Status>,
    pub(crate) is_failing: bool,
    pub(crate) emergency: Option<Emergency>,
    pub(crate) open: Option<Open>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TrailFormat {
    /// For people
    Text,
    /// Everything, for programs; a promise
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// For people
    Text,
    /// Everything, for programs; a promise
    Json,
    /// Flat lines, one for each record and each of its revisions, for engines that load tables; a promise
    Jsonl,
}

pub(crate) fn write(
    format: TrailFormat,
    page: &Page<'_>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        TrailFormat::Text => text::write(page, style, out),
        TrailFormat::Json => json::write(page, out),
    }
}

pub(crate) fn write_audit(
    format: AuditFormat,
    page: &AuditPage<'_>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        AuditFormat::Text => text::write_audit(page, style, out),
        AuditFormat::Json => json::write_audit(page, out),
        AuditFormat::Jsonl => lines::write(page, out),
    }
}
