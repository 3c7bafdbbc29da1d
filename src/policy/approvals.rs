//! Who may approve, how many it takes, and which evidence counts.

use serde::{Deserialize, Serialize};

use super::file::PerRiskWritten;
use super::{PerRisk, Person, defaults};
use crate::model::RiskLevel;

/// The committer of what is merged on GitHub.
const GITHUB: &str = "noreply@github.com";

/// What a policy demands of approvals.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Approvals {
    pub(crate) roles: Roles,
    /// Different persons that have to approve.
    pub(crate) quorum: PerRisk<Quorum>,
    pub(crate) accept: PerRisk<Accepted>,
    pub(crate) policy_change: PolicyChange,
    pub(crate) unknown_contributor: PerRisk<UnknownContributor>,
    /// Days from the landing within which the approval of an emergency may follow.
    pub(crate) late_days: u32,
    /// Committers that only carry a merge, beside the built-in one.
    pub(crate) forge_committers: Vec<String>,
}

/// The roles that may approve.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Roles {
    pub(crate) approve: Vec<String>,
    pub(crate) critical: Vec<String>,
}

/// A number of different persons.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub(crate) struct Quorum(pub(crate) u32);

/// What a change of the policy itself needs.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct PolicyChange {
    pub(crate) quorum: Quorum,
    pub(crate) accept: Accepted,
}

/// Kinds of evidence that git can hold, weakest first.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Evidence {
    Trailer,
    Landing,
    Signed,
}

/// The kinds of evidence that count.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(from = "Vec<Evidence>")]
pub(crate) struct Accepted([bool; 3]);

/// What holds when a contributor of a change is not in `people`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UnknownContributor {
    Distinct,
    Unapproved,
}

impl Approvals {
    /// Whether an address belongs to a forge, which commits what somebody else merges.
    pub(crate) fn is_forge(&self, address: &str) -> bool {
        let all = self.forge_committers.iter().map(String::as_str).chain([GITHUB]);
        all.into_iter().any(|known| known.eq_ignore_ascii_case(address))
    }

    /// Whether a person has a role that may approve at a level of risk.
    pub(crate) fn is_approver(&self, person: &Person, risk: RiskLevel) -> bool {
        let roles = match risk {
            RiskLevel::Critical => &self.roles.critical,
            RiskLevel::Low | RiskLevel::Medium | RiskLevel::High => &self.roles.approve,
        };
        person.roles.iter().any(|role| roles.contains(role))
    }
}

impl Evidence {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Trailer => "trailer",
            Self::Landing => "landing",
            Self::Signed => "signed",
        }
    }
}

impl Accepted {
    pub(crate) fn contains(self, evidence: Evidence) -> bool {
        self.0[evidence as usize]
    }
}

impl From<Vec<Evidence>> for Accepted {
    fn from(written: Vec<Evidence>) -> Self {
        let kinds = [Evidence::Trailer, Evidence::Landing, Evidence::Signed];
        Self(kinds.map(|kind| written.contains(&kind)))
    }
}

impl<'de> Deserialize<'de> for PerRisk<Quorum> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PerRiskWritten::deserialize(deserializer).map(|it| it.or(defaults::QUORUM))
    }
}

impl<'de> Deserialize<'de> for PerRisk<Accepted> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PerRiskWritten::deserialize(deserializer).map(|it| it.or(defaults::accept()))
    }
}

impl<'de> Deserialize<'de> for PerRisk<UnknownContributor> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PerRiskWritten::deserialize(deserializer).map(|it| it.or(defaults::UNKNOWN_CONTRIBUTOR))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{policy, problem};
    use super::*;

    fn quorum(approvals: &Approvals) -> [u32; 4] {
        RiskLevel::ALL.map(|risk| approvals.quorum.get(risk).0)
    }

    fn accepted(accepted: Accepted) -> Vec<Evidence> {
        let mut kinds = vec![Evidence::Trailer, Evidence::Landing, Evidence::Signed];
        kinds.retain(|&kind| accepted.contains(kind));
        kinds
    }

    #[test]
    fn a_policy_that_says_nothing_of_approvals_has_the_defaults() {
        use Evidence::{Landing, Signed, Trailer};
        use UnknownContributor::{Distinct, Unapproved};
        let approvals = policy("").expect("usable").approvals;
        assert_eq!(quorum(&approvals), [1, 1, 2, 2]);
        assert_eq!(
            RiskLevel::ALL.map(|risk| accepted(approvals.accept.get(risk))),
            [
                vec![Trailer, Landing, Signed],
                vec![Landing, Signed],
                vec![Landing, Signed],
                vec![Signed]
            ]
        );
        assert_eq!(
            RiskLevel::ALL.map(|risk| approvals.unknown_contributor.get(risk)),
            [Distinct, Distinct, Unapproved, Unapproved]
        );
        assert_eq!(approvals.policy_change.quorum, Quorum(1));
        assert_eq!(accepted(approvals.policy_change.accept), [Landing, Signed]);
        assert_eq!(approvals.roles.approve, ["approver"]);
        assert_eq!(approvals.roles.critical, ["risk-owner"]);
        assert_eq!((approvals.late_days, approvals.forge_committers.len()), (3, 0));
    }

    #[test]
    fn a_level_of_risk_that_is_left_out_keeps_its_default() {
        let text = "approvals: {quorum: {high: 3}, accept: {low: [signed]}, unknown_contributor: {high: distinct}, policy_change: {quorum: 2}}\n";
        let approvals = policy(text).expect("usable").approvals;
        assert_eq!(quorum(&approvals), [1, 1, 3, 2]);
        assert_eq!(accepted(approvals.accept.get(RiskLevel::Low)), [Evidence::Signed]);
        assert_eq!(accepted(approvals.accept.get(RiskLevel::Medium)).len(), 2);
        assert_eq!(
            approvals.unknown_contributor.get(RiskLevel::High),
            UnknownContributor::Distinct
        );
        assert_eq!(
            approvals.unknown_contributor.get(RiskLevel::Critical),
            UnknownContributor::Unapproved
        );
        assert_eq!(approvals.policy_change.quorum, Quorum(2));
        assert_eq!(accepted(approvals.policy_change.accept).len(), 2);
    }

    #[test]
    fn what_is_no_evidence_and_no_number_of_persons_is_refused_at_its_place() {
        insta::assert_snapshot!(
            problem("approvals: {accept: {high: [landing, signd]}}\n"),
            @"3:38 EXC104 `signd` is not a value of `high`"
        );
        insta::assert_snapshot!(problem("approvals: {quorum: {high: 0}}\n"), @"3:28 EXC104 `0` is out of the range of `high`");
        insta::assert_snapshot!(
            problem("approvals: {unknown_contributor: {low: fine}}\n"),
            @"3:40 EXC104 `fine` is not a value of `low`"
        );
    }

    #[test]
    fn only_the_roles_of_critical_risk_approve_there() {
        let people = "people:\n  - {id: a, name: A, emails: [a@example.com], roles: [approver]}\n  - {id: b, name: B, emails: [b@example.com], roles: [risk-owner]}\n  - {id: c, name: C, emails: [c@example.com]}\n";
        let policy = policy(people).expect("usable");
        let approvers = |risk| {
            let people = policy.people.iter();
            let approvers = people.filter(|person| policy.approvals.is_approver(person, risk));
            approvers.map(|person| person.id.as_str()).collect::<String>()
        };
        assert_eq!(RiskLevel::ALL.map(approvers), ["a", "a", "a", "b"]);
    }
}
