//! Findings about records that are being written, beside the result.

use anyhow::Context as _;

use super::{Globals, Workspace};
use crate::env::Env;
use crate::finding::Finding;
use crate::render::{self, Judgement, Style};

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
    let style = Style { width: env.terminal.width, ..globals.style(env) };
    render::text::write(&judgement, style, env.err).context("cannot write to standard error")
}
