//! `--from`: the shape of another record, without what has to be true of the new one alone.
//!
//! Invariant: no reason, no day and no evidence is copied.

use super::Args;
use super::draft::Draft;
use crate::commands::{Failure, Globals, naming, show};
use crate::env::Env;
use crate::model::{CompensatingControl, Exception, Remediation};
use crate::policy::Policy;
use crate::register::Register;
use crate::source::Record;

/// The record whose shape is copied.
pub(super) fn model<'a>(wanted: &str, register: &'a Register) -> Result<&'a Record, Failure> {
    let ids: Vec<&str> = register.exceptions().map(|it| it.id.as_str()).collect();
    let id = naming::whole(&ids, wanted)?.ok_or_else(|| show::unknown(register, wanted))?;
    let named = register.records.iter().find(|record| record.exception.id == id);
    named.ok_or_else(|| show::unknown(register, wanted))
}

pub(super) fn of(model: &Record, policy: &Policy) -> Result<Draft, Failure> {
    let Draft { exception: from, fields, .. } = Draft::of(model, policy)?;
    let shown_anew = |control: CompensatingControl| CompensatingControl {
        evidence: String::new(),
        verified: None,
        ..control
    };
    let exception = Exception {
        // Two open exceptions from one control at one place are one too many.
        scope: if model.exception.is_open() { Vec::new() } else { from.scope },
        controls: from.controls,
        risk: from.risk,
        owner: from.owner,
        compensating_controls: from.compensating_controls.into_iter().map(shown_anew).collect(),
        remediation: Remediation { milestones: Vec::new(), ..from.remediation },
        data_classification: from.data_classification,
        tags: from.tags,
        links: from.links,
        ..Exception::default()
    };
    Ok(Draft { exception, fields, ..Draft::default() })
}

pub(super) fn tell(model: &Exception, args: &Args, globals: &Globals, env: &mut Env<'_>) {
    let id = &model.id;
    globals.note(env, &format!("the shape of {id} is copied; title, reason, dates and evidence are those of the new one alone"));
    if model.is_open() && args.scope.is_empty() {
        globals.note(env, &format!("its scope is not copied, since {id} is still open"));
    }
}
