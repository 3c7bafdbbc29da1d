//! What holds where the policy says nothing.

use std::collections::BTreeMap;

use super::file::{Ids, PerRiskWritten, PolicyFile};
use super::{Accepted, Approvals, Evidence, PolicyChange, Quorum, Roles, UnknownContributor};
use super::{Budgets, Cliff, Durations, Friction, Gate, Layout, PerRisk, Portfolio, ScopeKind};
use crate::model::{AZURE, AZURE_LEVELS};

/// The form of ids.
pub(super) const ID_PATTERN: &str = "EXC-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{4}";
/// Days of one grant, from low to critical risk.
pub(super) const MAX_DAYS: [u32; 4] = [365, 180, 90, 30];
/// Days between two reviews, from low to critical risk.
pub(super) const REVIEW_EVERY_DAYS: [u32; 4] = [180, 90, 60, 30];

/// Persons that approve, from low to critical risk.
pub(super) const QUORUM: [Quorum; 4] = [Quorum(1), Quorum(1), Quorum(2), Quorum(2)];
/// What a contributor is who is not in `people`, from low to critical risk.
pub(super) const UNKNOWN_CONTRIBUTOR: [UnknownContributor; 4] = [
    UnknownContributor::Distinct,
    UnknownContributor::Distinct,
    UnknownContributor::Unapproved,
    UnknownContributor::Unapproved,
];

/// The evidence that counts, from low to critical risk.
pub(super) fn accept() -> [Accepted; 4] {
    use Evidence::{Landing, Signed, Trailer};
    [vec![Trailer, Landing, Signed], vec![Landing, Signed], vec![Landing, Signed], vec![Signed]]
        .map(Accepted::from)
}

impl Default for PolicyFile {
    fn default() -> Self {
        Self {
            register: String::new(),
            mainline: "main".to_owned(),
            layout: Layout::Flat,
            ids: Ids::default(),
            durations: Durations::default(),
            warn_within_days: 30,
            review_every_days: PerRiskWritten::default(),
            gate: Gate::default(),
            approvals: Approvals::default(),
            people: Vec::new(),
            groups: Vec::new(),
            vague: Vec::new(),
            placeholders: Vec::new(),
            controls: Vec::new(),
            scope: BTreeMap::new(),
            budgets: Budgets::default(),
            cliff: Cliff::default(),
            portfolio: Portfolio::default(),
            fields: BTreeMap::new(),
            rules: BTreeMap::new(),
        }
    }
}

impl Default for Durations {
    fn default() -> Self {
        Self { max_days: PerRisk(MAX_DAYS), max_total_days: 540, max_renewals: 2 }
    }
}

impl Default for Cliff {
    fn default() -> Self {
        Self { records: 5 }
    }
}

impl Default for Portfolio {
    fn default() -> Self {
        Self { friction: Friction::default(), serial_renewals: 2, old_days: 365 }
    }
}

impl Default for Friction {
    fn default() -> Self {
        Self { records: 3, teams: 2 }
    }
}

impl Default for Approvals {
    fn default() -> Self {
        Self {
            roles: Roles::default(),
            quorum: PerRisk(QUORUM),
            accept: PerRisk(accept()),
            policy_change: PolicyChange::default(),
            unknown_contributor: PerRisk(UNKNOWN_CONTRIBUTOR),
            late_days: 3,
            forge_committers: Vec::new(),
        }
    }
}

impl Default for Roles {
    fn default() -> Self {
        Self { approve: vec!["approver".to_owned()], critical: vec!["risk-owner".to_owned()] }
    }
}

impl Default for PolicyChange {
    fn default() -> Self {
        let accept = Accepted::from(vec![Evidence::Landing, Evidence::Signed]);
        Self { quorum: Quorum(1), accept }
    }
}

/// The kinds of targets that need no policy.
pub(super) fn scope() -> [(&'static str, ScopeKind); 3] {
    let kind = |levels: &[&str], broadest: &str| ScopeKind {
        levels: levels.iter().map(|&level| level.to_owned()).collect(),
        broadest: Some(broadest.to_owned()),
    };
    [
        (AZURE, kind(&AZURE_LEVELS, "resourceGroups")),
        ("github", kind(&["org", "repo", "path"], "repo")),
        ("service", kind(&["service", "component"], "service")),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::Elsewhere;
    use super::super::testing::{policy, problem};
    use crate::model::RiskLevel;

    #[test]
    fn version_and_register_alone_are_a_policy_with_the_defaults() {
        let policy = policy("").expect("usable");
        assert_eq!(policy.register, "6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11");
        assert_eq!(policy.mainline, "main");
        assert_eq!(
            RiskLevel::ALL.map(|risk| policy.durations.max_days.get(risk)),
            [365, 180, 90, 30]
        );
        assert_eq!(
            RiskLevel::ALL.map(|risk| policy.review_every_days.get(risk)),
            [180, 90, 60, 30]
        );
        assert_eq!((policy.durations.max_total_days, policy.durations.max_renewals), (540, 2));
        assert_eq!(policy.warn_within_days, 30);
        assert!(policy.id_pattern.is_match("EXC-2026-K7QD"));
        assert!(!policy.id_pattern.is_match("EXC-2026-K7QDX"));
    }

    #[test]
    fn what_stands_elsewhere_fails_a_change_unless_the_policy_says_otherwise() {
        let gate = policy("").expect("usable").gate;
        assert_eq!((gate.elsewhere, gate.grace_days), (Elsewhere::Error, 0));
        let gate = policy("gate: {elsewhere: warning, grace_days: 7}\n").expect("usable").gate;
        assert_eq!((gate.elsewhere, gate.grace_days), (Elsewhere::Warning, 7));
        insta::assert_snapshot!(problem("gate: {elsewhere: \"off\"}\n"), @"3:19 EXC104 `off` is not a value of `elsewhere`");
    }

    #[test]
    fn a_risk_that_is_left_out_keeps_its_default() {
        let policy = policy("durations: {max_days: {high: 45}}\n").expect("usable");
        assert_eq!(
            RiskLevel::ALL.map(|risk| policy.durations.max_days.get(risk)),
            [365, 180, 45, 30]
        );
        assert_eq!(policy.durations.max_renewals, 2);
    }
}
