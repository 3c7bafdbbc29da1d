//! What holds where the policy says nothing.

use std::collections::BTreeMap;

use super::file::{DaysPerRisk, Ids, PolicyFile};
use super::{Budgets, Cliff, Durations, Layout, PerRisk, ScopeKind};
use crate::model::{AZURE, AZURE_LEVELS};

/// The form of ids.
pub(super) const ID_PATTERN: &str = "EXC-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{4}";
/// Days of one grant, from low to critical risk.
pub(super) const MAX_DAYS: [u32; 4] = [365, 180, 90, 30];
/// Days between two reviews, from low to critical risk.
pub(super) const REVIEW_EVERY_DAYS: [u32; 4] = [180, 90, 60, 30];

impl Default for PolicyFile {
    fn default() -> Self {
        Self {
            mainline: "main".to_owned(),
            layout: Layout::Flat,
            ids: Ids::default(),
            durations: Durations::default(),
            warn_within_days: 30,
            review_every_days: DaysPerRisk::default(),
            groups: Vec::new(),
            vague: Vec::new(),
            placeholders: Vec::new(),
            controls: Vec::new(),
            scope: BTreeMap::new(),
            budgets: Budgets::default(),
            cliff: Cliff::default(),
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
    use super::super::testing::policy;
    use crate::model::RiskLevel;

    #[test]
    fn version_and_register_alone_are_a_policy_with_the_defaults() {
        let policy = policy("").expect("usable");
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
    fn a_risk_that_is_left_out_keeps_its_default() {
        let policy = policy("durations: {max_days: {high: 45}}\n").expect("usable");
        assert_eq!(
            RiskLevel::ALL.map(|risk| policy.durations.max_days.get(risk)),
            [365, 180, 45, 30]
        );
        assert_eq!(policy.durations.max_renewals, 2);
    }
}
