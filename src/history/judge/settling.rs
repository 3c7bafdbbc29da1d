//! How a text is settled: what there is for the one that waits, and what follows once it suffices.

use std::sync::Arc;

use super::Walk;
use crate::git::ObjectId;
use crate::history::binding::Subject;
use crate::history::demand::{Demand, risk_of};
use crate::history::filed::{Looking, hear_rejected_drafts, look_at_approvals};
use crate::history::landed::Landing;
use crate::history::lineage::Digest;
use crate::history::reason::Reason;
use crate::history::renewals::approved;
use crate::history::verdict::RevisionKind;
use crate::history::wrote::Wrote;
use crate::policy::Policy;
use crate::source::Record;

impl Walk<'_> {
    /// Looks at the approvals that there are for the open text, and settles it if they suffice.
    pub(super) fn approve(&mut self, landing: &Landing, judge: &Policy) {
        let Some(mut open) = self.open.take() else { return };
        let Some(text) = self.revisions[open.revision].text.clone() else { return };
        let demand = self.demand(judge, &text);
        let lineage = self.lineage(judge);
        let content = Digest::of(text.file().text().as_bytes());
        for person in self.rejections.of(self.id, content, Some(&text), &demand, &self.wrote) {
            open.collected.reject(person);
        }
        if let Some(expires) = text.exception.expires {
            let subject = Subject {
                register: &judge.register,
                record: self.id,
                content,
                lineage,
                expires,
                risk: risk_of(&text),
            };
            let looking =
                Looking { landed: self.landed, landing, demand: &demand, subject: &subject };
            let (seen, collected) = (&mut open.seen, &mut open.collected);
            hear_rejected_drafts(&looking, &text, &self.wrote, seen, collected);
            look_at_approvals(
                &looking,
                &self.approvals,
                &self.wrote,
                &mut open.seen,
                &mut open.collected,
            );
        }
        self.rejections.keep(open.collected.rejected(), content, Some(&text));
        let decision = open.collected.decide(&demand, &self.wrote);
        let revision = &mut self.revisions[open.revision];
        let day = self.landed.clock.day(landing.position);
        let taken_back = revision.why.iter().filter_map(|reason| match reason {
            Reason::Rejected { person } if !open.collected.rejected().contains(person) => {
                Some(Reason::TakenBack { person: person.clone(), day })
            }
            _ => None,
        });
        revision.notes.extend(taken_back);
        match decision {
            Ok((evidence, notes)) => {
                revision.state = approved(self.landed, revision.position, landing);
                revision.evidence = evidence;
                revision.notes.extend(notes);
                revision.after = Some(lineage);
                revision.why.clear();
                if demand.risk > risk_of(&text) {
                    revision.notes.push(Reason::RiskBefore { risk: demand.risk });
                }
                let kind = revision.kind;
                self.was_approved = true;
                self.settle(kind, open.blob, text);
            }
            Err(why) => {
                revision.evidence = open.collected.counted();
                let is_early = revision.why.contains(&Reason::BeforePolicy);
                revision.why = is_early.then_some(Reason::BeforePolicy).into_iter().collect();
                revision.why.extend(why);
                self.open = Some(open);
            }
        }
    }

    pub(super) fn demand<'p>(&self, judge: &'p Policy, text: &Record) -> Demand<'p> {
        let settled = self.settled.as_ref().map(|(_, settled)| &**settled);
        Demand::of_change(judge, settled, text)
    }

    pub(super) fn settle(&mut self, kind: RevisionKind, blob: ObjectId, text: Arc<Record>) {
        if kind.advances() || (self.settled.is_none() && kind.needs_approval()) {
            self.advance(Digest::of(text.file().text().as_bytes()));
        }
        self.settled = Some((blob, text));
        self.wrote = Wrote::default();
    }

    pub(super) fn advance(&mut self, content: Digest) {
        let register = self.policies.in_force().first().map_or("", |it| &it.register);
        let lineage = self.lineage.unwrap_or_else(|| Digest::beginning(register, self.id));
        self.lineage = Some(lineage.advance(content));
    }

    pub(super) fn lineage(&self, judge: &Policy) -> Digest {
        self.lineage.unwrap_or_else(|| Digest::beginning(&judge.register, self.id))
    }
}
