//! Findings about records that are being written, beside the result.

use std::sync::Arc;

use anyhow::Context as _;
use chrono::NaiveDate;

use super::{Globals, Workspace};
use crate::env::Env;
use crate::finding::Finding;
use crate::policy::Policy;
use crate::register::Register;
use crate::render::{self, Judgement, Style};
use crate::rules::{self, Context};
use crate::source;
use crate::text::SourceFile;

/// What is wrong with a record by itself, whatever else the register holds.
pub(super) fn alone(
    file: &Arc<SourceFile>,
    workspace: &Workspace,
    today: NaiveDate,
) -> Vec<Finding> {
    alone_under(&workspace.policy, file, &workspace.name, today)
}

/// The same under another policy; `register` is what people call the register.
pub(super) fn alone_under(
    policy: &Policy,
    file: &Arc<SourceFile>,
    register: &str,
    today: NaiveDate,
) -> Vec<Finding> {
    let (record, findings) = source::load(file, &policy.record_schema);
    let register = Register {
        name: register.to_owned(),
        records: record.into_iter().collect(),
        blobs: Vec::new(),
        findings,
        unreadable: Vec::new(),
    };
    rules::check(&register, &Context { policy, today })
}

pub(super) fn tell(
    findings: &[Finding],
    n_records: usize,
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<()> {
    let judgement = Judgement {
        register: &workspace.name,
        today: env.today,
        n_records,
        unreadable: &[],
        findings,
        pages: &[],
        has_summary: false,
        gate: None,
    };
    let style = Style { width: env.told_width(), ..globals.style(env) };
    render::text::write(&judgement, style, env.err).context("cannot write to standard error")
}
