//! How a text that is not approved may get its approval: who can give it, and what has to happen
//! first.

use super::evidence::Demand;
use super::proposal::Proposal;
use super::verdict::{Trail, Verdict};
use super::wrote::Wrote;
use crate::policy::{Evidence, Policy, UnknownContributor};

/// How a text may get its approval.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WayOut {
    /// Those who may approve it and neither wrote nor requested it, by their ids.
    pub(crate) approvers: Vec<String>,
    /// How many it takes.
    pub(crate) quorum: u32,
    /// The addresses of those who wrote it, have to be in the policy, and are not.
    pub(crate) unknown: Vec<String>,
    /// Whether a signature counts at all.
    pub(crate) takes_signatures: bool,
}

impl WayOut {
    fn new(demand: &Demand<'_>, wrote: &Wrote) -> Self {
        let people = demand.policy.people.iter();
        let may = people.filter(|it| demand.may_approve(it) && wrote.objection(it).is_none());
        let unknown = match demand.unknown {
            UnknownContributor::Unapproved => wrote.unknown(demand.policy),
            UnknownContributor::Distinct => Vec::new(),
        };
        Self {
            approvers: may.map(|person| person.id.clone()).collect(),
            quorum: demand.quorum,
            unknown,
            takes_signatures: demand.accepted.contains(Evidence::Signed),
        }
    }
}

impl Trail {
    /// None where an approval would not help. `policy` is the settled one.
    pub(crate) fn way_out(&self, policy: &Policy) -> Option<WayOut> {
        let is_open = matches!(self.verdict, Verdict::Lapsed | Verdict::Unapproved);
        let text = self.text.as_deref().filter(|_| is_open)?;
        let demand = Demand::of_change(policy, self.settled.as_deref(), text);
        Some(WayOut::new(&demand, &self.wrote))
    }
}

impl Proposal<'_> {
    pub(crate) fn way_out(&self) -> WayOut {
        WayOut::new(&self.demand, &self.wrote)
    }
}
