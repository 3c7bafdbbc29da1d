//! Who approved a text, and by which evidence.
//!
//! Three kinds of evidence, weakest first: a line of the landing commit's message, the author of
//! a landing merge, a signed statement. None counts of somebody who wrote or requested the text.
//!
//! Invariant: what cannot be shown does not count. Unsigned evidence supplies at most one person
//! for each landing, since one person writes it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::approval::{Approval, NotCounted};
use super::binding::{Misfit, Subject};
use super::demand::Demand;
use super::landed::Landing;
use super::reason::Reason;
use super::signature;
use super::statement::Decision;
use super::verdict::Counted;
use super::wrote::Wrote;
use crate::git::{ObjectId, trailers};
use crate::policy::{Evidence, Person, UnknownContributor};

/// Approvals of one text, collected landing by landing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collected {
    counted: BTreeMap<String, Counted>,
    rejected: Vec<String>,
    why: Vec<Reason>,
}

impl Collected {
    /// What the landing commit itself says: who merged it, and whom its message names.
    pub(crate) fn unsigned(&mut self, landing: &Landing, demand: &Demand<'_>, wrote: &Wrote) {
        if landing.malformed.is_some() {
            return;
        }
        let mut taken = false;
        if landing.commit.parents.len() == 2 {
            let author = &landing.commit.author.who;
            match self.judge(&author.email, Evidence::Landing, landing, demand, wrote) {
                Ok(counted) => taken = self.count(counted),
                Err(reason) => self.why.extend(reason),
            }
        }
        for address in self.named(landing, demand, wrote) {
            match self.judge(&address, Evidence::Trailer, landing, demand, wrote) {
                Ok(counted) if taken && !self.counted.contains_key(&counted.person) => {
                    self.why.push(Reason::OneOfALanding { person: counted.person });
                }
                Ok(counted) => taken |= self.count(counted),
                Err(reason) => self.why.extend(reason),
            }
        }
    }

    /// The addresses that the message names as approvers.
    fn named(&mut self, landing: &Landing, demand: &Demand<'_>, wrote: &Wrote) -> Vec<String> {
        let commit = &landing.commit;
        let is_approval = |key: &str| {
            ["approved-by", "reviewed-by"].iter().any(|known| key.eq_ignore_ascii_case(known))
        };
        let found = match trailers(&commit.message) {
            Ok(found) => found,
            Err(reason) => {
                let text = String::from_utf8_lossy(&commit.message).to_lowercase();
                if text.contains("approved-by") || text.contains("reviewed-by") {
                    let reason = format!("approvers named in the message do not count: {reason}");
                    self.why.push(Reason::Message { reason });
                }
                return Vec::new();
            }
        };
        let named: Vec<String> = found
            .into_iter()
            .filter(|trailer| is_approval(&trailer.key))
            .map(|trailer| trailer.who.email)
            .collect();
        if !named.is_empty()
            && let Some(address) = interested_writer(landing, demand, wrote)
        {
            let reason = format!(
                "approvers named in the message do not count: it is by `{address}`, who also wrote the change"
            );
            self.why.push(Reason::Message { reason });
            return Vec::new();
        }
        named
    }

    /// Whether unsigned evidence of an address counts; none where the address says nothing at all.
    fn judge(
        &self,
        address: &str,
        kind: Evidence,
        landing: &Landing,
        demand: &Demand<'_>,
        wrote: &Wrote,
    ) -> Result<Counted, Option<Reason>> {
        let Some(person) = demand.person(address) else {
            // Whoever merges need not be an approver; whoever is named as one should be known.
            let is_named = kind == Evidence::Trailer;
            let address = address.to_owned();
            return Err(is_named.then_some(Reason::UnknownApprover { address }));
        };
        let id = person.id.clone();
        let is_accepted = demand.accepted.contains(kind);
        match wrote.objection(person) {
            // Somebody has to merge; where that is no evidence, it takes no excuse.
            objection
                if kind == Evidence::Landing
                    && !is_accepted
                    && (objection.is_some() || !demand.may_approve(person)) =>
            {
                return Err(None);
            }
            Some(objection) => return Err(Some(objection)),
            None if !demand.may_approve(person) => {
                return Err(Some(Reason::NotEligible { person: id, risk: demand.stated_risk }));
            }
            None if !is_accepted => {
                return Err(Some(Reason::NotAccepted {
                    kind,
                    person: id,
                    risk: demand.stated_risk,
                }));
            }
            None => {}
        }
        Ok(Counted {
            person: id,
            kind,
            commit: landing.commit.id,
            key: None,
            depends_on_day: false,
            position: landing.position,
        })
    }

    /// A signed statement about the text, seen at a landing on a day.
    pub(crate) fn signed(
        &mut self,
        approval: &Approval,
        subject: &Subject<'_>,
        seen: Seen<'_>,
        demand: &Demand<'_>,
        wrote: &Wrote,
    ) {
        let subject = subject.for_decision(&approval.statement);
        match sign_of(approval, &subject, seen, demand, wrote) {
            // The last word of a person counts.
            Ok(counted) if approval.statement.decision == Decision::Reject => {
                self.reject(counted.person);
            }
            Ok(counted) => {
                self.rejected.retain(|person| *person != counted.person);
                self.count(counted);
            }
            Err(Some(reason)) => self.why.push(reason),
            Err(None) => {}
        }
    }

    /// Somebody rejects the text.
    pub(super) fn reject(&mut self, person: String) {
        self.counted.remove(&person);
        if !self.rejected.contains(&person) {
            self.rejected.push(person);
        }
    }

    pub(super) fn rejected(&self) -> &[String] {
        &self.rejected
    }

    pub(crate) fn add(&mut self, reason: Reason) {
        self.why.push(reason);
    }

    /// Keeps the strongest evidence of each person; says whether the person is new.
    pub(super) fn count(&mut self, counted: Counted) -> bool {
        match self.counted.get(&counted.person) {
            Some(known) if known.kind >= counted.kind => false,
            known => {
                let is_new = known.is_none();
                self.counted.insert(counted.person.clone(), counted);
                is_new
            }
        }
    }

    /// The evidence if it is enough, with what is worth knowing about it; else why it is not.
    pub(crate) fn decide(
        &self,
        demand: &Demand<'_>,
        wrote: &Wrote,
    ) -> Result<(Vec<Counted>, Vec<Reason>), Vec<Reason>> {
        let mut why = self.why.clone();
        let mut notes = Vec::new();
        let n_reasons = why.len();
        why.extend(self.rejected.iter().map(|it| Reason::Rejected { person: it.clone() }));
        for address in wrote.unknown(demand.policy) {
            match demand.unknown {
                UnknownContributor::Distinct => notes.push(Reason::TakenForAnother { address }),
                UnknownContributor::Unapproved => why.push(Reason::UnknownContributor { address }),
            }
        }
        why.extend(wrote.gaps());
        let is_blocked = why.len() > n_reasons;
        let n_counted = u32::try_from(self.counted.len()).unwrap_or(u32::MAX);
        if !is_blocked && n_counted >= demand.quorum {
            if wrote.is_in_part {
                notes.push(Reason::ContributorsInPart);
            }
            return Ok((self.counted.values().cloned().collect(), notes));
        }
        if n_counted < demand.quorum {
            let too_few = match self.counted.is_empty() && why.is_empty() {
                true => Reason::NotRecorded,
                false => Reason::TooFew {
                    have: self.counted.keys().cloned().collect(),
                    need: demand.quorum,
                    risk: demand.stated_risk,
                },
            };
            why.insert(0, too_few);
        }
        let mut known: Vec<Reason> = Vec::new();
        for reason in why {
            if !known.contains(&reason) {
                known.push(reason);
            }
        }
        Err(known)
    }

    pub(crate) fn counted(&self) -> Vec<Counted> {
        self.counted.values().cloned().collect()
    }
}

/// Where a signed statement was seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) path: &'a str,
    pub(crate) commit: ObjectId,
    pub(crate) position: usize,
    pub(crate) day: NaiveDate,
    /// Whether this landing brought it, so that one about another text is worth a word.
    pub(crate) is_new: bool,
}

fn sign_of(
    approval: &Approval,
    subject: &Subject<'_>,
    seen: Seen<'_>,
    demand: &Demand<'_>,
    wrote: &Wrote,
) -> Result<Counted, Option<Reason>> {
    // Approvals of older texts stay in the register.
    if !seen.is_new && matches!(subject.fits(&approval.statement), Err(Misfit::Text { .. })) {
        return Err(None);
    }
    let person = signer(approval, subject, seen.path, seen.day, demand, wrote).map_err(Some)?;
    let key = person.keys.iter().find(|key| key.public == *approval.key());
    Ok(Counted {
        person: person.id.clone(),
        kind: Evidence::Signed,
        commit: seen.commit,
        key: Some(approval.fingerprint()),
        depends_on_day: key
            .is_some_and(|key| key.from.is_some() || key.until.is_some() || key.revoked.is_some()),
        position: seen.position,
    })
}

/// Who signed a statement, if it counts for the text on a day.
pub(super) fn signer<'p>(
    approval: &Approval,
    subject: &Subject<'_>,
    path: &str,
    day: NaiveDate,
    demand: &Demand<'p>,
    wrote: &Wrote,
) -> Result<&'p Person, Reason> {
    let refused = |reason| Reason::NotCounted { path: path.to_owned(), reason: Box::new(reason) };
    subject.fits(&approval.statement).map_err(|misfit| refused(NotCounted::Misfit(misfit)))?;
    let person = signature::verify(approval, &demand.policy.people, day)
        .map_err(|refusal| refused(NotCounted::Refused(refusal)))?;
    may_sign(person, approval.statement.decision, demand, wrote)?;
    Ok(person)
}

/// Refuses a person whose signature would not count, whatever it says.
pub(super) fn may_sign(
    person: &Person,
    decision: Decision,
    demand: &Demand<'_>,
    wrote: &Wrote,
) -> Result<(), Reason> {
    // Whoever wrote a text may still say no to it: else naming somebody would silence them.
    let objection = wrote.objection(person).filter(|_| decision == Decision::Approve);
    if let Some(objection) = objection {
        return Err(objection);
    }
    let id = person.id.clone();
    if !demand.may_approve(person) {
        return Err(Reason::NotEligible { person: id, risk: demand.stated_risk });
    }
    let kind = Evidence::Signed;
    // Whoever may approve may refuse, whatever counts as an approval.
    match decision == Decision::Reject || demand.accepted.contains(kind) {
        true => Ok(()),
        false => Err(Reason::NotAccepted { kind, person: id, risk: demand.stated_risk }),
    }
}

/// Who wrote the message, where they wrote the change too: its lines may say anything then.
fn interested_writer<'a>(
    landing: &'a Landing,
    demand: &Demand<'_>,
    wrote: &Wrote,
) -> Option<&'a str> {
    let commit = &landing.commit;
    let is_one = |address: &str, other: &str| {
        address.eq_ignore_ascii_case(other)
            || demand.person(other).is_some_and(|person| person.has_address(address))
    };
    let (author, committer) = (&commit.author.who.email, &commit.committer.who.email);
    let is_merge = commit.parents.len() > 1;
    let is_forge = demand.policy.approvals.is_forge(committer);
    // A forge writes down what whoever merges says; who that is, a squash does not tell.
    let writer = match (is_forge, is_merge) {
        (true, true) => author,
        (true, false) => return None,
        (false, _) => committer,
    };
    let wrote_it = wrote.addresses().any(|address| is_one(address, writer))
        || (!is_merge && is_one(author, writer));
    wrote_it.then_some(writer.as_str())
}
