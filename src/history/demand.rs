//! What it takes to approve a text: how many persons, of which role, by which evidence.
//!
//! Invariant: a change is judged at the higher one of the risks before and after it.

use crate::model::RiskLevel;
use crate::policy::{Accepted, Person, Policy, UnknownContributor};
use crate::source::Record;

/// What it takes to approve a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand<'p> {
    pub(crate) policy: &'p Policy,
    pub(crate) risk: RiskLevel,
    /// The risk as far as anything states it: a policy has none.
    pub(super) stated_risk: Option<RiskLevel>,
    pub(crate) quorum: u32,
    pub(crate) accepted: Accepted,
    pub(crate) unknown: UnknownContributor,
}

impl<'p> Demand<'p> {
    /// For a record at a level of risk.
    pub(crate) fn of_record(policy: &'p Policy, risk: RiskLevel) -> Self {
        let approvals = &policy.approvals;
        Self {
            policy,
            risk,
            stated_risk: Some(risk),
            quorum: approvals.quorum.get(risk).0,
            accepted: approvals.accept.get(risk),
            unknown: approvals.unknown_contributor.get(risk),
        }
    }

    /// For a change of a record, at the higher of the levels before and after, so that lowering one
    /// is no way around it.
    pub(super) fn of_change(policy: &'p Policy, settled: Option<&Record>, text: &Record) -> Self {
        let own = risk_of(text);
        Self::of_record(policy, settled.map_or(own, |settled| risk_of(settled).max(own)))
    }

    /// For a change of the policy itself, which is judged as strictly as high risk.
    pub(crate) fn of_policy(policy: &'p Policy) -> Self {
        let change = &policy.approvals.policy_change;
        Self {
            quorum: change.quorum.0,
            accepted: change.accept,
            stated_risk: None,
            ..Self::of_record(policy, RiskLevel::High)
        }
    }

    /// Whether there is anybody who could approve at all.
    pub(crate) fn has_approvers(&self) -> bool {
        self.policy.people.iter().any(|person| self.may_approve(person))
    }

    pub(crate) fn may_approve(&self, person: &Person) -> bool {
        self.policy.approvals.is_approver(person, self.risk)
    }

    pub(super) fn person(&self, address: &str) -> Option<&'p Person> {
        self.policy.person_at(address)
    }
}

/// The risk that a text states; one that states none is as risky as can be.
pub(super) fn risk_of(record: &Record) -> RiskLevel {
    record.exception.risk.level.unwrap_or(RiskLevel::Critical)
}
