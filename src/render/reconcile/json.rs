//! A reconciliation as JSON: frozen views.

use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;

use crate::bridge::matching::{Bound, Verdict};
use crate::bridge::{Reconciliation, Row, Unread};
use crate::render::allowed;
use crate::render::json::{self, SCHEMA_VERSION, TOOL_VERSION};

#[derive(Serialize)]
struct View<'a> {
    schema_version: u32,
    tool_version: &'static str,
    today: String,
    format: &'static str,
    tool: &'static str,
    summary: SummaryView,
    suppressions: Vec<RowView<'a>>,
    not_live: Vec<BoundView<'a>>,
    /// What each `--allow-unknown` lets pass.
    allowed: Vec<allowed::View<'a>>,
    unread: Vec<UnreadView<'a>>,
}

/// How many suppressions have each verdict.
#[derive(Serialize)]
struct SummaryView {
    suppressions: usize,
    covered: usize,
    narrower: usize,
    wider: usize,
    outlives: usize,
    orphan: usize,
    record_expired: usize,
    record_unapproved: usize,
    unknown: usize,
    ended: usize,
}

#[derive(Serialize)]
struct RowView<'a> {
    name: &'a str,
    verdict: &'static str,
    /// Whether it leaves something alone that no approved exception allows.
    shadow: bool,
    allowed: bool,
    record: Option<&'a str>,
    /// What it leaves alone, part by part, for people.
    reach: &'a [String],
    why: &'a [String],
    notes: &'a [String],
    /// The moment at which the tool no longer honours it.
    ends: Option<String>,
    made: Option<&'a str>,
    path: &'a str,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct BoundView<'a> {
    record: &'a str,
    path: &'a str,
    pointer: String,
    binding: &'a str,
}

#[derive(Serialize)]
struct UnreadView<'a> {
    path: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
}

pub(crate) fn write(
    result: &Reconciliation,
    today: NaiveDate,
    out: &mut dyn Write,
) -> io::Result<()> {
    let n = |verdict| result.rows.iter().filter(|row| row.judged.verdict == verdict).count();
    let view = View {
        schema_version: SCHEMA_VERSION,
        tool_version: TOOL_VERSION,
        today: today.to_string(),
        format: result.format,
        tool: result.tool.as_str(),
        summary: SummaryView {
            suppressions: result.rows.len(),
            covered: n(Verdict::Covered),
            narrower: n(Verdict::Narrower),
            wider: n(Verdict::Wider),
            outlives: n(Verdict::Outlives),
            orphan: n(Verdict::Orphan),
            record_expired: n(Verdict::RecordExpired),
            record_unapproved: n(Verdict::RecordUnapproved),
            unknown: n(Verdict::Unknown),
            ended: n(Verdict::Ended),
        },
        suppressions: result.rows.iter().map(row).collect(),
        not_live: result.unused.iter().map(bound).collect(),
        allowed: allowed::views(&result.allowed),
        unread: result.unread.iter().map(unread).collect(),
    };
    json::write(&view, out)
}

fn row(row: &Row) -> RowView<'_> {
    RowView {
        name: &row.name,
        verdict: row.judged.verdict.as_str(),
        shadow: row.judged.verdict.is_shadow(),
        allowed: row.is_allowed,
        record: row.judged.record.as_deref(),
        reach: &row.reach,
        why: &row.judged.why,
        notes: &row.notes,
        ends: row.end.written(),
        made: row.made.as_deref(),
        path: &row.place.path,
        line: row.place.position.line,
        column: row.place.position.column,
    }
}

fn bound(bound: &Bound) -> BoundView<'_> {
    BoundView {
        record: &bound.record,
        path: &bound.path,
        pointer: format!("/bindings/{}", bound.index),
        binding: &bound.shown,
    }
}

fn unread(unread: &Unread) -> UnreadView<'_> {
    let position = unread.place.position;
    UnreadView {
        path: &unread.place.path,
        line: position.line,
        column: position.column,
        message: &unread.message,
    }
}
