//! Differences as JSON: frozen views.

use std::io::{self, Write};

use serde::Serialize;

use super::{Diff, Side};
use crate::changes::{Change, FieldChange};
use crate::render::json::{self, SCHEMA_VERSION, TOOL_VERSION};
use crate::render::policies::PolicyView;
use crate::source::Record;

#[derive(Serialize)]
struct DiffView<'a> {
    schema_version: u32,
    tool_version: &'static str,
    today: String,
    from: SideView<'a>,
    to: SideView<'a>,
    summary: SummaryView,
    /// `null` where the policy says the same.
    policy: Option<PolicyView<'a>>,
    records: Vec<ChangeView<'a>>,
}

/// Both are `null` for the work tree.
#[derive(Serialize)]
pub(in crate::render) struct SideView<'a> {
    revision: Option<&'a str>,
    commit: Option<&'a str>,
}

#[derive(Serialize)]
struct SummaryView {
    records: usize,
    unreadable: usize,
}

#[derive(Serialize)]
struct ChangeView<'a> {
    id: &'a str,
    kind: &'static str,
    path: Option<&'a str>,
    path_before: Option<&'a str>,
    changes: Vec<FieldView<'a>>,
}

#[derive(Serialize)]
pub(in crate::render) struct FieldView<'a> {
    pointer: &'a str,
    kind: &'static str,
    before: Option<&'a str>,
    after: Option<&'a str>,
    added: &'a [String],
    removed: &'a [String],
}

pub(super) fn write(diff: &Diff<'_>, out: &mut dyn Write) -> io::Result<()> {
    let view = DiffView {
        schema_version: SCHEMA_VERSION,
        tool_version: TOOL_VERSION,
        today: diff.today.to_string(),
        from: (&diff.from).into(),
        to: (&diff.to).into(),
        summary: SummaryView { records: diff.changes.len(), unreadable: diff.n_unreadable },
        policy: diff.policy.as_ref().map(PolicyView::from),
        records: diff.changes.iter().map(ChangeView::from).collect(),
    };
    json::write(&view, out)
}

impl<'a> From<&'a Side> for SideView<'a> {
    fn from(side: &'a Side) -> Self {
        match side {
            Side::Commit { name, id } => Self { revision: Some(name), commit: Some(id) },
            Side::WorkTree => Self { revision: None, commit: None },
        }
    }
}

impl<'a> From<&'a Change<'a>> for ChangeView<'a> {
    fn from(change: &'a Change<'a>) -> Self {
        let path = |record: &'a Record| record.file().path();
        Self {
            id: change.record().map_or("", |record| &record.exception.id),
            kind: change.kind.as_str(),
            path: change.after.map(path),
            path_before: change.before.map(path),
            changes: change.fields.iter().map(FieldView::from).collect(),
        }
    }
}

impl<'a> From<&'a FieldChange> for FieldView<'a> {
    fn from(field: &'a FieldChange) -> Self {
        Self {
            pointer: &field.pointer,
            kind: field.kind.as_str(),
            before: field.before.as_deref(),
            after: field.after.as_deref(),
            added: &field.added,
            removed: &field.removed,
        }
    }
}
