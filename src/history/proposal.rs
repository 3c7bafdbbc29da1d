//! What a text that has not landed yet takes to be approved, and what of that is there.
//!
//! Invariant: says what the trail would say if the text landed today, as far as anybody can know
//! before it does. The evidence that only a landing makes is not there yet.

use chrono::NaiveDate;

use super::binding::Subject;
use super::evidence::{Collected, Demand, Seen, Wrote};
use super::judge::risk_of;
use super::lineage::Digest;
use super::policies::read_approval as read;
use super::verdict::{Counted, Reason, Trail};
use crate::changes::{self, Kind};
use crate::git::{Contributors, ObjectId};
use crate::model::RiskLevel;
use crate::policy::{Evidence, Person, Policy};
use crate::source::Record;

/// A text that somebody wants to land.
pub(crate) struct Proposal<'p, 'a> {
    /// The policy in force on the mainline.
    pub(crate) policy: &'p Policy,
    /// None where the record has never been on the mainline.
    pub(crate) trail: Option<&'a Trail>,
    pub(crate) text: &'a Record,
    /// Those who wrote it on its branch.
    pub(crate) wrote: Vec<&'a Contributors>,
    pub(crate) approvals: &'a [ApprovalFile],
    /// The mainline's newest commit.
    pub(crate) tip: ObjectId,
    pub(crate) today: NaiveDate,
}

/// A signed approval that lies beside a text.
#[derive(Debug)]
pub(crate) struct ApprovalFile {
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
    /// Whether the mainline does not have it.
    pub(crate) is_new: bool,
}

/// What a text takes to be approved.
#[derive(Debug)]
pub(crate) struct Needs<'p> {
    /// The higher one of before and after.
    pub(crate) risk: RiskLevel,
    /// Different persons.
    pub(crate) quorum: u32,
    /// Weakest first.
    pub(crate) accepted: Vec<Evidence>,
    pub(crate) approvers: Vec<&'p Person>,
    /// Why others with the role cannot.
    pub(crate) barred: Vec<Reason>,
    pub(crate) counted: Vec<Counted>,
    /// Why what is there does not count, or would not.
    pub(crate) why: Vec<Reason>,
    pub(crate) is_met: bool,
}

impl<'p, 'a> Proposal<'p, 'a> {
    /// What it takes; none where nobody has to approve the text.
    pub(crate) fn needs(&self) -> Option<Needs<'p>> {
        let settled = self.trail.and_then(|trail| trail.settled.as_deref());
        let is_closed = !self.text.exception.is_open();
        let kind = changes::compare(settled, Some(self.text)).kind;
        // What was closed before anybody approved it allows nothing.
        if !kind.needs_approval() || (is_closed && kind == Kind::New) {
            return None;
        }
        let own = risk_of(self.text);
        let risk = settled.map_or(own, |settled| own.max(risk_of(settled)));
        let demand = Demand::of_record(self.policy, risk);
        let mut wrote = self.trail.map(|trail| trail.wrote.clone()).unwrap_or_default();
        self.wrote.iter().for_each(|found| wrote.add_all(found));
        wrote.requested_by(&self.text.exception.requester.email);
        let mut collected = Collected::default();
        for counted in self.landed_already() {
            collected.count(counted.clone());
        }
        self.look_at_approvals(&demand, &wrote, &mut collected);

        let (approvers, barred): (Vec<_>, Vec<_>) = self
            .policy
            .people
            .iter()
            .filter(|person| demand.may_approve(person))
            .map(|person| (person, wrote.objection(person)))
            .partition(|(_, objection)| objection.is_none());
        let decided = collected.decide(&demand, &wrote);
        let is_met = decided.is_ok();
        let (Ok((_, mut why)) | Err(mut why)) = decided;
        why.retain(|it| !matches!(it, Reason::TooFew { .. } | Reason::NotRecorded));
        let kinds = [Evidence::Trailer, Evidence::Landing, Evidence::Signed];
        Some(Needs {
            risk,
            quorum: demand.quorum,
            accepted: kinds.into_iter().filter(|it| demand.accepted.contains(*it)).collect(),
            approvers: approvers.into_iter().map(|(person, _)| person).collect(),
            barred: barred.into_iter().filter_map(|(_, objection)| objection).collect(),
            counted: collected.counted(),
            why,
            is_met,
        })
    }

    /// What counts for the same text on the mainline, where it waits for more.
    fn landed_already(&self) -> &'a [Counted] {
        let is_same = |trail: &&Trail| {
            let text = trail.text.as_ref().map(|text| text.file().text());
            text == Some(self.text.file().text())
        };
        let last = self.trail.filter(is_same).and_then(|trail| trail.revisions.last());
        last.map_or(&[], |revision| &revision.evidence)
    }

    fn look_at_approvals(&self, demand: &Demand<'_>, wrote: &Wrote, collected: &mut Collected) {
        let exception = &self.text.exception;
        let Some(expires) = exception.expires else { return };
        let register = &self.policy.register;
        let beginning = || Digest::beginning(register, &exception.id);
        let subject = Subject {
            register,
            record: &exception.id,
            content: Digest::of(self.text.file().text().as_bytes()),
            lineage: self.trail.map_or_else(beginning, |trail| trail.lineage),
            expires,
            risk: risk_of(self.text),
        };
        for ApprovalFile { path, bytes, is_new } in self.approvals {
            let seen =
                Seen { path, commit: self.tip, position: 0, day: self.today, is_new: *is_new };
            match read(path, bytes) {
                Ok(approval) => collected.signed(&approval, &subject, seen, demand, wrote),
                Err(reason) => collected.add(reason),
            }
        }
    }
}
