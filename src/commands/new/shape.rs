//! `--from`: the shape of another record, without what has to be true of the new one alone.
//!
//! Invariant: no reason, no day and no evidence is copied.

use super::Args;
use super::draft::Draft;
use super::flags;
use crate::commands::{Failure, Globals, Workspace, naming, show};
use crate::env::Env;
use crate::model::{CompensatingControl, Exception};
use crate::register::Register;
use crate::source::Record;

/// The record whose shape is copied.
pub(super) fn model<'a>(
    args: &Args,
    register: &'a Register,
) -> Result<Option<&'a Record>, Failure> {
    let Some(wanted) = &args.from else { return Ok(None) };
    let ids: Vec<&str> = register.exceptions().map(|it| it.id.as_str()).collect();
    let id = naming::whole(&ids, wanted)?.ok_or_else(|| show::unknown(register, wanted))?;
    Ok(register.records.iter().find(|record| record.exception.id == id))
}

/// The compensating controls of a model, each to be shown to work anew.
pub(super) fn compensating(model: &Exception) -> Vec<CompensatingControl> {
    let controls = model.compensating_controls.iter().map(|control| CompensatingControl {
        evidence: String::new(),
        verified: None,
        ..control.clone()
    });
    controls.collect()
}

/// Fills in what no flag gives.
pub(super) fn fill(
    draft: &mut Draft,
    model: &Record,
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> Result<(), Failure> {
    let from = &model.exception;
    let own = &mut draft.exception;
    let mut copied = Vec::new();
    copy(&mut own.controls, &from.controls, "controls", &mut copied);
    // Two open exceptions from one control at one place are one too many.
    if !from.is_open() {
        copy(&mut own.scope, &from.scope, "scope", &mut copied);
    }
    if own.risk.level.is_none() {
        own.risk.level = from.risk.level;
        copied.push("risk");
    }
    copy(&mut own.risk.statement, &from.risk.statement, "risk statement", &mut copied);
    if own.owner.name.is_empty() && own.owner.email.is_empty() {
        let team = std::mem::take(&mut own.owner.team);
        own.owner = from.owner.clone();
        if !team.is_empty() {
            own.owner.team = team;
        }
        copied.push("owner");
    }
    copy(&mut own.remediation.plan, &from.remediation.plan, "plan", &mut copied);
    copy(&mut own.remediation.ticket, &from.remediation.ticket, "ticket", &mut copied);
    let classification = "data classification";
    copy(&mut own.data_classification, &from.data_classification, classification, &mut copied);
    copy(&mut own.tags, &from.tags, "tags", &mut copied);
    copy(&mut own.links, &from.links, "links", &mut copied);
    for (name, _) in &workspace.policy.fields {
        let is_given = draft.fields.iter().any(|(known, _)| known == name);
        let text = model.tree().root().get(name).and_then(|node| node.text());
        if let (false, Some(text)) = (is_given, text) {
            flags::set_field(draft, &workspace.policy, name, text)?;
            copied.push(name);
        }
    }
    draft.settle_compensating();
    let what = copied.join(", ");
    globals.note(env, &format!("copied from {}: {what}", from.id));
    globals.note(env, "title, reason, dates and evidence are those of the new one alone");
    if from.is_open() {
        globals.note(env, &format!("its scope is not copied, since {} is still open", from.id));
    }
    Ok(())
}

/// What can be left out of a record.
trait Part: Clone {
    fn is_missing(&self) -> bool;
}

impl Part for String {
    fn is_missing(&self) -> bool {
        self.is_empty()
    }
}

impl Part for Vec<String> {
    fn is_missing(&self) -> bool {
        self.is_empty()
    }
}

fn copy<'a, T: Part>(own: &mut T, from: &T, name: &'a str, copied: &mut Vec<&'a str>) {
    if own.is_missing() && !from.is_missing() {
        own.clone_from(from);
        copied.push(name);
    }
}
