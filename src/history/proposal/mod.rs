//! A text that is not on the mainline yet, or waits there for its approval: what it needs, who may
//! give it, and which signed statements count for it.
//!
//! Says of a text, of a [`record`] or of the [`policy`], what [`judge`](super::judge) would say of
//! it, were it to land now; what only the landing can tell, such as who merges it, is left out.
//!
//! Invariant: a statement that counts here counts once it has landed on the same day; what this
//! clone cannot tell is named, and nothing that stands on it is called good.

mod policy;
mod record;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use crate::changes;
use crate::history::approval::{Approval, NotCounted};
use crate::history::binding::{Misfit, Subject};
use crate::history::branch::Branch;
use crate::history::demand::Demand;
use crate::history::evidence::{may_sign, signer};
use crate::history::filed::read_approval;
use crate::history::policies::POLICY_ID;
use crate::history::reason::Reason;
use crate::history::signature;
use crate::history::statement::{Decision, Statement};
use crate::history::tally::{Stated, Tally, Vote};
use crate::history::texts::Draft;
use crate::history::verdict::Counted;
use crate::history::wrote::Wrote;
use crate::model::RiskLevel;
use crate::policy::{Evidence, Person, Policy, UnknownContributor};

/// What a text is where this clone cannot tell.
const UNKNOWN: &str = "unknown";

/// A text that wants an approval, or does not.
pub(crate) struct Proposal<'a> {
    pub(crate) demand: Demand<'a>,
    /// What it is, compared with the settled text.
    pub(crate) kind: &'static str,
    /// Why it takes no approval; none where it takes one.
    pub(crate) needless: Option<Needless>,
    /// Who approved this very text as it stands on the mainline.
    pub(crate) landed: Vec<OnMainline>,
    /// Why the approval of the settled text cannot be relied on: what the verdict says of it too.
    pub(crate) doubts: Vec<Reason>,
    /// Whether this very text stands on the mainline and waits there.
    pub(crate) is_on_mainline: bool,
    subject: Subject<'a>,
    pub(super) branch: &'a Branch,
    pub(super) wrote: Wrote,
    /// Who rejected it, or a text that says the same, on the mainline.
    rejected: Vec<String>,
    /// The texts of the branch that say the same.
    drafts: Vec<Draft>,
    is_complete: bool,
}

/// Why a text takes no approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needless {
    /// It is the settled text.
    Settled,
    /// It allows no more than the settled text.
    Harmless(changes::Kind),
    /// It was closed before anybody approved it.
    ClosedUnapproved,
    /// The policy says what the one in force says.
    SamePolicy,
    /// The policy in force names nobody who may approve.
    NobodyCould,
}

/// An approval that is on the mainline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OnMainline {
    pub(crate) person: String,
    pub(crate) kind: Evidence,
    /// The fingerprint of the key that signed it.
    key: Option<String>,
}

impl From<&Counted> for OnMainline {
    fn from(counted: &Counted) -> Self {
        let Counted { person, kind, key, .. } = counted;
        Self { person: person.clone(), kind: *kind, key: key.clone() }
    }
}

/// What a proposal is judged by.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    /// The settled policy of the mainline.
    pub(crate) policy: &'a Policy,
    /// What is not on the mainline.
    pub(crate) branch: &'a Branch,
    /// Whether this clone has the whole history; without it, neither lineage nor authors are known.
    pub(crate) is_complete: bool,
}

impl<'a> Proposal<'a> {
    /// The id of the record, or `policy.yaml`.
    pub(crate) fn id(&self) -> &str {
        self.subject.record
    }

    /// The last valid day that a statement names.
    pub(crate) fn expires(&self) -> NaiveDate {
        self.subject.expires
    }

    /// The risk that the text states; it may be judged at a higher one.
    pub(crate) fn risk(&self) -> RiskLevel {
        self.subject.risk
    }

    /// Whether nothing but signed statements can approve it.
    pub(crate) fn needs_signatures(&self) -> bool {
        let accepts = |kind| self.demand.accepted.contains(kind);
        self.needless.is_none() && !accepts(Evidence::Trailer) && !accepts(Evidence::Landing)
    }

    /// Refuses a person whose signature would not count.
    pub(crate) fn may_sign(&self, person: &Person, decision: Decision) -> Result<(), Reason> {
        may_sign(person, decision, &self.demand, &self.wrote).map_err(before_landing)
    }

    /// Those who may approve it, and why others who have the role may not.
    pub(crate) fn approvers(&self) -> (Vec<&'a Person>, Vec<Reason>) {
        let has_role = |person: &&Person| self.demand.may_approve(person);
        let mut barred = Vec::new();
        let mut approvers = Vec::new();
        for person in self.demand.policy.people.iter().filter(has_role) {
            match self.wrote.objection(person) {
                Some(objection) => barred.push(objection),
                None => approvers.push(person),
            }
        }
        (approvers, barred)
    }

    /// What a person is to sign.
    pub(crate) fn statement(
        &self,
        approver: &Person,
        decision: Decision,
        signed_at: DateTime<Utc>,
    ) -> Statement {
        let Subject { register, record, content, lineage, expires, risk } = self.subject.clone();
        Statement {
            register: register.to_owned(),
            record: record.to_owned(),
            decision,
            content,
            after: lineage,
            expires,
            risk,
            approver: approver.id.clone(),
            signed_at,
        }
    }

    /// What a file among the approvals is worth, if it lands on a day. Without the whole history,
    /// neither the lineage nor who wrote the text counts against it: see [`Self::not_evaluated`].
    pub(crate) fn vote(&self, path: &str, bytes: &[u8], day: NaiveDate) -> Vote {
        let approval = match read_approval(path, bytes) {
            Ok(approval) => approval,
            Err(reason) => {
                return Vote { path: path.to_owned(), stated: None, refusal: Some(reason) };
            }
        };
        let statement = &approval.statement;
        let key = approval.fingerprint();
        let is_same =
            |it: &OnMainline| it.person == statement.approver && it.key.as_ref() == Some(&key);
        let has_landed = self.landed.iter().any(is_same) && signature::is_intact(&approval);
        let mut subject = self.subject.for_decision(statement);
        subject = subject.of_draft(statement, &self.drafts).unwrap_or(subject);
        if !self.is_complete {
            subject.lineage = statement.after;
        }
        let fits = subject.fits(statement);
        let is_of_this_text = !matches!(fits, Err(Misfit::Text { .. }));
        let counted = match self.needless {
            // It was judged when it landed, on that day and by the policy of that time.
            Some(Needless::Settled) if has_landed && fits.is_ok() => Ok(()),
            _ => signer(&approval, &subject, path, day, &self.demand, &self.wrote).map(|_| ()),
        };
        let stated = Stated {
            approver: statement.approver.clone(),
            decision: statement.decision,
            key,
            is_of_this_text,
        };
        let refusal = counted.err().map(before_landing);
        Vote { path: path.to_owned(), stated: Some(stated), refusal }
    }

    /// The rejections of it that its branch wrote and left again, and that count if it lands on a
    /// day: nobody else takes one back by removing it.
    pub(crate) fn left_again(&self, day: NaiveDate) -> Vec<Vote> {
        let files = self.branch.rejections.iter();
        let votes = files.map(|(path, bytes)| self.vote(path, bytes, day));
        votes.filter(|vote| vote.refusal.is_none()).collect()
    }

    /// What this clone cannot tell about a vote.
    pub(crate) fn not_evaluated(&self) -> &'static [&'static str] {
        match self.is_complete {
            true => &[],
            false => &["lineage", "separation of duties"],
        }
    }

    /// What the votes come to, with what is on the mainline.
    pub(crate) fn tally(&self, votes: &[Vote]) -> Tally {
        let landed = self.landed.iter().map(|it| (it.person.clone(), it.kind));
        let mut have: BTreeMap<String, Evidence> = landed.collect();
        let mut rejected: BTreeSet<String> = self.rejected.iter().cloned().collect();
        let counted = votes.iter().filter(|vote| vote.refusal.is_none());
        let counted = counted.filter_map(|vote| vote.stated.as_ref());
        let (no, yes): (Vec<_>, Vec<_>) = counted.partition(|it| it.decision == Decision::Reject);
        rejected.extend(no.into_iter().map(|stated| stated.approver.clone()));
        for stated in yes {
            // Who approves it now takes back what was said before.
            rejected.remove(&stated.approver);
            have.insert(stated.approver.clone(), Evidence::Signed);
        }
        let (mut blocked, mut notes) = (Vec::new(), Vec::new());
        if self.needless.is_none() && self.is_complete {
            for address in self.wrote.unknown(self.demand.policy) {
                match self.demand.unknown {
                    UnknownContributor::Distinct => notes.push(Reason::TakenForAnother { address }),
                    UnknownContributor::Unapproved => {
                        blocked.push(Reason::UnknownContributor { address });
                    }
                }
            }
            blocked.extend(self.wrote.gaps());
            if self.demand.risk > self.subject.risk && self.subject.record != POLICY_ID {
                notes.push(Reason::RiskBefore { risk: self.demand.risk });
            }
        }
        Tally { have, rejected: rejected.into_iter().collect(), blocked, notes }
    }

    /// Whose key signed an approval that was made just now, or why it is none.
    pub(crate) fn check(&self, approval: &Approval, day: NaiveDate) -> Result<(), NotCounted> {
        self.subject.fits(&approval.statement).map_err(NotCounted::Misfit)?;
        let people = &self.demand.policy.people;
        signature::verify(approval, people, day).map(|_| ()).map_err(NotCounted::Refused)
    }
}

/// The words of a reason for a text that has not landed.
fn before_landing(reason: Reason) -> Reason {
    match reason {
        Reason::NotEligible { person, risk } => Reason::NoRole { person, risk },
        reason => reason,
    }
}

impl std::fmt::Display for Needless {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Settled => f.write_str("the mainline has settled this very text"),
            Self::Harmless(kind) => {
                write!(f, "compared with the settled text, it is `{}`", kind.as_str())
            }
            Self::ClosedUnapproved => f.write_str("it is closed, and was never approved"),
            Self::SamePolicy => f.write_str("it says what the policy in force says"),
            Self::NobodyCould => {
                f.write_str("the policy in force names nobody who may approve, so it is trusted")
            }
        }
    }
}
