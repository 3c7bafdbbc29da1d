//! How a text that is not approved may get its approval: who can give it, and what has to happen
//! first.

use serde::{Deserialize, Serialize};

use super::demand::Demand;
use super::proposal::Proposal;
use super::reason::Reason;
use super::tally::Tally;
use super::verdict::{State, Trail, Verdict};
use super::wrote::Wrote;
use crate::policy::{Evidence, Person, Policy, UnknownContributor};

/// How a text may get its approval.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WayOut {
    /// Those who may approve it, neither wrote nor requested it, and do not count for it already, by
    /// their ids.
    pub(crate) approvers: Vec<String>,
    /// Those of them who have a key in the policy, so that they can sign.
    pub(crate) signers: Vec<String>,
    /// How many it takes.
    pub(crate) quorum: u32,
    /// How many of these are not there yet.
    pub(crate) n_missing: u32,
    /// Those who rejected it: only they can take that back, whoever else approves.
    pub(crate) rejected: Vec<String>,
    /// The addresses of those who wrote it, have to be in the policy, and are not.
    pub(crate) unknown: Vec<String>,
    /// Whether a signature counts at all.
    pub(crate) takes_signatures: bool,
    /// Whether the merge that lands it may still be one.
    pub(crate) takes_merge: bool,
}

impl WayOut {
    fn new(
        demand: &Demand<'_>,
        wrote: &Wrote,
        has_landed: bool,
        have: &[&str],
        rejected: Vec<String>,
    ) -> Self {
        let people = demand.policy.people.iter();
        let may = people.filter(|it| demand.may_approve(it) && wrote.objection(it).is_none());
        let may: Vec<&Person> = may.filter(|it| !have.contains(&it.id.as_str())).collect();
        let has_key = |person: &&&Person| person.keys.iter().any(|key| key.revoked.is_none());
        let ids = |person: &&Person| person.id.clone();
        let unknown = match demand.unknown {
            UnknownContributor::Unapproved => wrote.unknown(demand.policy),
            UnknownContributor::Distinct => Vec::new(),
        };
        Self {
            approvers: may.iter().map(ids).collect(),
            signers: may.iter().filter(has_key).map(ids).collect(),
            quorum: demand.quorum,
            n_missing: demand.quorum.saturating_sub(u32::try_from(have.len()).unwrap_or(u32::MAX)),
            rejected,
            unknown,
            takes_signatures: demand.accepted.contains(Evidence::Signed),
            takes_merge: !has_landed && demand.accepted.contains(Evidence::Landing),
        }
    }

    /// How many it takes beside all who may approve it.
    pub(crate) fn n_lacking(&self) -> usize {
        (self.n_missing as usize).saturating_sub(self.approvers.len())
    }

    /// What to do where fewer may approve it than are missing, in words; none where there are enough.
    pub(crate) fn more_people(&self) -> Option<String> {
        more_people(self.n_lacking())
    }
}

/// That so many more persons have to be able to approve; none where it takes no more.
pub(crate) fn more_people(n: usize) -> Option<String> {
    let who = match n {
        0 => return None,
        1 => "somebody else".to_owned(),
        n => format!("{n} others"),
    };
    Some(format!("give {who} a role in `people` of the policy that may approve it"))
}

impl Trail {
    /// None where an approval would not help. `policy` is the settled one.
    pub(crate) fn way_out(&self, policy: &Policy) -> Option<WayOut> {
        let is_open = matches!(self.verdict, Verdict::Lapsed | Verdict::Unapproved);
        let text = self.text.as_deref().filter(|_| is_open)?;
        let demand = Demand::of_change(policy, self.settled.as_deref(), text);
        let open = self.revisions.last().filter(|it| it.state == State::Open);
        let have: Vec<&str> =
            open.iter().flat_map(|it| &it.evidence).map(|it| it.person.as_str()).collect();
        let rejected = open.iter().flat_map(|it| &it.why).filter_map(|reason| match reason {
            Reason::Rejected { person } => Some(person.clone()),
            _ => None,
        });
        Some(WayOut::new(&demand, &self.wrote, true, &have, rejected.collect()))
    }
}

impl Proposal<'_> {
    pub(crate) fn way_out(&self, tally: &Tally) -> WayOut {
        let have: Vec<&str> = tally.have.keys().map(String::as_str).collect();
        let rejected = tally.rejected.clone();
        WayOut::new(&self.demand, &self.wrote, self.is_on_mainline, &have, rejected)
    }
}
