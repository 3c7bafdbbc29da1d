//! Answers that a rule refuses once all of them are there: each is forgotten, and its question asked
//! again.

use super::draft::Draft;
use super::prompt::Conversation;
use crate::model::{CompensatingControl, Person};

/// Forgets what stands at these places; whether there is a question for any of them.
pub(super) fn forget(draft: &mut Draft, pointers: &[&str]) -> bool {
    // Each, also behind one that is asked about.
    pointers.iter().filter(|pointer| forget_one(draft, &parts(pointer))).count() > 0
}

fn parts(pointer: &str) -> Vec<&str> {
    pointer.split('/').skip(1).collect()
}

fn forget_one(draft: &mut Draft, parts: &[&str]) -> bool {
    let exception = &mut draft.exception;
    let forget_address = |person: &mut Person| {
        person.name.clear();
        person.email.clear();
    };
    match parts {
        ["title"] => exception.title.clear(),
        ["controls", ..] => exception.controls.clear(),
        ["scope", ..] => exception.scope.clear(),
        ["risk", "statement"] => exception.risk.statement.clear(),
        ["risk", ..] => exception.risk.level = None,
        ["owner", "team"] => exception.owner.team.clear(),
        ["owner", ..] => forget_address(&mut exception.owner),
        ["requester", ..] => forget_address(&mut exception.requester),
        ["justification", "end_state"] => exception.justification.end_state.clear(),
        ["justification", ..] => exception.justification.blocker.clear(),
        ["compensating_controls"] => {
            exception.compensating_controls.clear();
            draft.has_compensating = false;
        }
        ["compensating_controls", at, key @ ..] => {
            let control =
                at.parse().ok().and_then(|at: usize| exception.compensating_controls.get_mut(at));
            return control.is_some_and(|control| forget_part(control, key));
        }
        ["remediation", "ticket"] => exception.remediation.ticket.clear(),
        ["remediation", "milestones", ..] => exception.remediation.milestones.clear(),
        ["remediation", ..] => exception.remediation.plan.clear(),
        ["expires"] => exception.expires = None,
        [name] => {
            let n_known = draft.fields.len();
            draft.fields.retain(|(known, _)| known != name);
            return draft.fields.len() < n_known;
        }
        _ => return false,
    }
    true
}

fn forget_part(control: &mut CompensatingControl, key: &[&str]) -> bool {
    match key {
        ["owner"] => control.owner.clear(),
        ["evidence"] => control.evidence.clear(),
        ["verified"] => control.verified = None,
        // The one question leads to the other.
        ["verify_every"] => {
            control.verified = None;
            control.verify_every.clear();
        }
        [] | ["description"] => control.description.clear(),
        _ => return false,
    }
    true
}

impl Conversation<'_, '_> {
    /// Asks what was forgotten at a place, unless it is there again.
    pub(super) fn again(&mut self, pointer: &str) -> anyhow::Result<()> {
        match parts(pointer).as_slice() {
            ["title"] => self.title(),
            ["controls", ..] => self.controls(),
            ["scope", ..] => self.scope(),
            ["risk", "statement"] => self.risk_statement(),
            ["risk", ..] => self.risk(),
            ["owner", ..] => self.owner(),
            ["requester", ..] => self.requester(),
            ["justification", "end_state"] => self.end_state(),
            ["justification", ..] => self.blocker(),
            ["compensating_controls"] => self.compensating(),
            ["compensating_controls", at, ..] => match at.parse() {
                Ok(at) => self.compensating_parts(at, false),
                Err(_) => Ok(()),
            },
            ["remediation", "ticket"] => self.ticket(),
            ["remediation", "milestones", ..] => self.milestones(),
            ["remediation", ..] => self.plan(),
            ["expires"] => self.end(),
            [_] => self.fields(),
            _ => Ok(()),
        }
    }
}
