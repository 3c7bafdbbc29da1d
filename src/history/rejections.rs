//! Rejections that landed, whatever became of their files: one holds for the text, and for every later
//! text of the record that says the same, until the person takes it back.
//!
//! Invariant: nobody but the person who signed a rejection can take it back, by a signed approval.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::demand::Demand;
use super::evidence::may_sign;
use super::filed::{approved_id, read_approval};
use super::landed::{Landed, Landing};
use super::lineage::Digest;
use super::signature;
use super::statement::{Decision, Statement};
use super::wrote::Wrote;
use crate::changes::{self, Kind};
use crate::policy::Policy;
use crate::source::Record;

/// The rejections of one record, or of the policy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rejections {
    /// Who rejected a text that waited for its approval.
    held: Vec<(String, Arc<Record>)>,
    /// Rejections of whatever text whose files are gone, by path.
    removed: BTreeMap<String, Statement>,
}

impl Rejections {
    /// Keeps the rejections of an id that a landing removes or replaces.
    pub(super) fn track(&mut self, landed: &Landed, landing: &Landing, id: &str, judge: &Policy) {
        let own = landing.approvals.iter().filter(|it| approved_id(&it.path) == Some(id));
        for changed in own {
            let Some(bytes) = changed.before.and_then(|blob| landed.texts.bytes(blob)) else {
                continue;
            };
            let Ok(approval) = read_approval(&changed.path, bytes) else { continue };
            let Some(day) = landed.clock.day(landing.position) else { continue };
            if signature::verify(&approval, &judge.people, day).is_err() {
                continue;
            }
            match approval.statement.decision {
                Decision::Approve => self.removed.remove(&changed.path),
                Decision::Reject => self.removed.insert(changed.path.clone(), approval.statement),
            };
        }
    }

    /// Those who rejected a text, and whose word counts for it.
    pub(super) fn of(
        &self,
        id: &str,
        content: Digest,
        text: Option<&Record>,
        demand: &Demand<'_>,
        wrote: &Wrote,
    ) -> Vec<String> {
        let policy = demand.policy;
        let is_of_it = |it: &&Statement| {
            it.register == policy.register && it.record == id && it.content == content
        };
        let removed = self.removed.values().filter(is_of_it).map(|it| &it.approver);
        let held = self.held.iter().filter(|(_, rejected)| is_same(rejected, text));
        let counts = |id: &&String| {
            let person = policy.people.iter().find(|person| person.id == **id);
            person.is_some_and(|person| may_sign(person, Decision::Reject, demand, wrote).is_ok())
        };
        let mut people: Vec<String> =
            removed.filter(counts).chain(held.map(|(person, _)| person)).cloned().collect();
        people.sort_unstable();
        people.dedup();
        people
    }

    /// Remembers who rejects a text now, and forgets who did so no longer.
    pub(super) fn keep(
        &mut self,
        rejected: &[String],
        content: Digest,
        text: Option<&Arc<Record>>,
    ) {
        self.removed.retain(|_, it| it.content != content || rejected.contains(&it.approver));
        self.held.retain(|(person, old)| {
            rejected.contains(person) || !is_same(old, text.map(|text| &**text))
        });
        for (person, text) in rejected.iter().filter_map(|person| Some((person, text?))) {
            let is_known = |(known, old): &(String, Arc<Record>)| {
                known == person && old.file().text() == text.file().text()
            };
            if !self.held.iter().any(is_known) {
                self.held.push((person.clone(), Arc::clone(text)));
            }
        }
    }
}

/// Whether a text says what the rejected one says: a title, a comment or a review make it no other.
pub(super) fn is_same(rejected: &Record, text: Option<&Record>) -> bool {
    text.is_some_and(|text| changes::compare(Some(rejected), Some(text)).kind <= Kind::Upkeep)
}
