//! What ties an exception to the tools that enforce its controls: the `bindings` of a record.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::exception::{each_lenient, lenient};
use super::reach::{Dimension, Reach};
use super::{Exception, Target};

/// A tool that enforces controls and keeps suppressions of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Tool {
    AzurePolicy,
    Kyverno,
    Trivy,
    OsvScanner,
    Snyk,
    Grype,
    CargoDeny,
    CargoAudit,
    BetterNpmAudit,
    AuditCi,
    Inspec,
    Checkov,
    Sarif,
}

/// A suppression that the exception stands for, as the tool names what it takes out. A list that is
/// left out takes out all; which keys a tool knows says [`Tool::keys`].
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Binding {
    #[serde(deserialize_with = "lenient")]
    pub(crate) tool: Option<Tool>,
    /// Azure: the ID of one policy assignment.
    #[serde(deserialize_with = "lenient")]
    pub(crate) assignment: String,
    /// Azure: the policies of an initiative, by their definition reference IDs.
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) definition_references: Vec<String>,
    /// Azure: resource selectors that all have to hold.
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) selectors: Vec<Selector>,
    /// Kyverno: the name of one policy, `NAMESPACE/NAME` for one of a namespace.
    #[serde(deserialize_with = "lenient")]
    pub(crate) policy: String,
    /// Kyverno: the kind of the policy; left out, it is that of any kind.
    #[serde(deserialize_with = "lenient")]
    pub(crate) policy_kind: String,
    /// Kyverno: the rules of the policy.
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) rules: Vec<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) resources: Resources,
    /// SARIF: the name of the tool that made the report (`tool.driver.name`).
    #[serde(deserialize_with = "lenient")]
    pub(crate) producer: String,
    /// Scanners: what they find, by the ids that they print. A `*` alone is whatever they find.
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) ids: Vec<String>,
    /// Scanners: files, from the root of the repository; `*`, `?` and `**` are patterns. Snyk and
    /// audit-ci: paths of dependencies, as the tool writes them.
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) paths: Vec<String>,
    /// Scanners: package URLs.
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) packages: Vec<String>,
}

/// The kinds of the policies of Kyverno: first those of the old form, `kyverno.io`, then those of
/// `policies.kyverno.io`, each for the cluster and for a namespace.
pub(crate) const POLICY_KINDS: [&str; 12] = [
    "ClusterPolicy",
    "Policy",
    "ValidatingPolicy",
    "NamespacedValidatingPolicy",
    "ImageValidatingPolicy",
    "NamespacedImageValidatingPolicy",
    "MutatingPolicy",
    "NamespacedMutatingPolicy",
    "GeneratingPolicy",
    "NamespacedGeneratingPolicy",
    "DeletingPolicy",
    "NamespacedDeletingPolicy",
];

/// The kinds of the policies of the old form that a name stands for: a pattern for those of a
/// namespace and those of none.
pub(crate) fn kinds_by_name(policy: &str) -> impl Iterator<Item = &'static str> {
    let kinds: &[&str] = match policy {
        _ if policy.contains(['*', '?']) => &["ClusterPolicy", "Policy"],
        _ if policy.contains('/') => &["Policy"],
        _ => &["ClusterPolicy"],
    };
    kinds.iter().copied()
}

/// One condition of Azure on the resources of a scope: the value of `kind` is one of `in`, or none of
/// `not_in`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Selector {
    #[serde(deserialize_with = "lenient")]
    pub(crate) kind: String,
    #[serde(rename = "in", deserialize_with = "each_lenient")]
    pub(crate) within: Vec<String>,
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) not_in: Vec<String>,
}

/// Resources of a cluster; `*` and `?` are patterns.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Resources {
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) kinds: Vec<String>,
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) namespaces: Vec<String>,
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) names: Vec<String>,
}

impl Tool {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 13] = [
        Self::AzurePolicy,
        Self::Kyverno,
        Self::Trivy,
        Self::OsvScanner,
        Self::Snyk,
        Self::Grype,
        Self::CargoDeny,
        Self::CargoAudit,
        Self::BetterNpmAudit,
        Self::AuditCi,
        Self::Inspec,
        Self::Checkov,
        Self::Sarif,
    ];

    /// The name in a record and on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::AzurePolicy => "azure-policy",
            Self::Kyverno => "kyverno",
            Self::Trivy => "trivy",
            Self::OsvScanner => "osv-scanner",
            Self::Snyk => "snyk",
            Self::Grype => "grype",
            Self::CargoDeny => "cargo-deny",
            Self::CargoAudit => "cargo-audit",
            Self::BetterNpmAudit => "better-npm-audit",
            Self::AuditCi => "audit-ci",
            Self::Inspec => "inspec",
            Self::Checkov => "checkov",
            Self::Sarif => "sarif",
        }
    }

    /// The keys of a binding that say something to the tool: first the one that every binding needs,
    /// then those that narrow it.
    pub(crate) fn keys(self) -> &'static [&'static str] {
        match self {
            Self::AzurePolicy => &["assignment", "definition_references", "selectors"],
            Self::Kyverno => &["policy", "policy_kind", "rules", "resources"],
            Self::Trivy | Self::Grype => &["ids", "paths", "packages"],
            Self::OsvScanner => &["ids", "packages"],
            Self::Snyk | Self::AuditCi | Self::Checkov => &["ids", "paths"],
            Self::CargoDeny | Self::CargoAudit | Self::BetterNpmAudit | Self::Inspec => &["ids"],
            Self::Sarif => &["ids", "producer", "paths"],
        }
    }

    /// The kind of the targets that say where a suppression of the tool holds; none where it holds
    /// wherever its file is used.
    pub(crate) fn place(self) -> Option<&'static str> {
        match self {
            Self::AzurePolicy => Some(super::AZURE),
            _ => None,
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Binding {
    /// Whether a key says anything.
    pub(crate) fn has(&self, key: &str) -> bool {
        match key {
            "assignment" => !self.assignment.is_empty(),
            "definition_references" => !self.definition_references.is_empty(),
            "selectors" => !self.selectors.is_empty(),
            "policy" => !self.policy.is_empty(),
            "policy_kind" => !self.policy_kind.is_empty(),
            "rules" => !self.rules.is_empty(),
            "resources" => self.resources != Resources::default(),
            "producer" => !self.producer.is_empty(),
            "ids" => !self.ids.is_empty(),
            "paths" => !self.paths.is_empty(),
            "packages" => !self.packages.is_empty(),
            _ => false,
        }
    }

    /// What the binding takes out of its tool's judgement, within the targets of its record. None
    /// where it says no tool, or nothing that a suppression could be compared with.
    pub(crate) fn reach(&self, exception: &Exception) -> Option<Reach> {
        let tool = self.tool?;
        if !self.has(tool.keys()[0]) {
            return None;
        }
        let mut reach = Reach::of(tool);
        if let Some(kind) = tool.place() {
            let targets = exception
                .scope
                .iter()
                .filter(|text| Target::parse(text).is_ok_and(|target| target.kind() == kind));
            let targets: Vec<String> = targets.cloned().collect();
            if targets.is_empty() {
                return None;
            }
            reach.limit(Dimension::Place, targets);
        }
        for name in [&self.assignment, &self.policy, &self.producer] {
            reach.limit(Dimension::Policy, Some(name.clone()).filter(|name| !name.is_empty()));
        }
        let kinds: Vec<String> = match self.policy_kind.as_str() {
            "" if tool == Tool::Kyverno => kinds_by_name(&self.policy).map(str::to_owned).collect(),
            "" => Vec::new(),
            kind => vec![kind.to_owned()],
        };
        reach.limit(Dimension::PolicyKind, kinds);
        for ids in [&self.definition_references, &self.rules] {
            reach.limit(Dimension::Id, ids.clone());
        }
        if !self.ids.iter().any(|id| id == "*") {
            reach.limit(Dimension::Id, self.ids.clone());
        }
        reach.limit(Dimension::Path, self.paths.clone());
        reach.limit(Dimension::Package, self.packages.clone());
        reach.limit(Dimension::Kind, self.resources.kinds.clone());
        reach.limit(Dimension::Namespace, self.resources.namespaces.clone());
        reach.limit(Dimension::Name, self.resources.names.clone());
        self.selectors.iter().for_each(|selector| reach.select(selector));
        Some(reach)
    }
}

impl fmt::Display for Binding {
    /// On one line: `trivy: ids CVE-2026-1234; paths services/proxy/go.sum`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tool.map_or("?", Tool::as_str))?;
        let names = [
            ("assignment", &self.assignment),
            ("policy", &self.policy),
            ("kind of policy", &self.policy_kind),
            ("producer", &self.producer),
        ];
        let names = names.into_iter().filter(|(_, name)| !name.is_empty());
        let names = names.map(|(label, name)| format!("{label} {name}"));
        let lists = [
            ("definition references", &self.definition_references),
            ("rules", &self.rules),
            ("ids", &self.ids),
            ("paths", &self.paths),
            ("packages", &self.packages),
            ("kinds", &self.resources.kinds),
            ("namespaces", &self.resources.namespaces),
            ("names", &self.resources.names),
        ];
        let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
        let lists = lists.map(|(label, list)| format!("{label} {}", list.join(", ")));
        let selectors = self.selectors.iter().map(ToString::to_string);
        let parts: Vec<String> = names.chain(lists).chain(selectors).collect();
        write!(f, ": {}", parts.join("; "))
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        for (word, values) in [("in", &self.within), ("not in", &self.not_in)] {
            if !values.is_empty() {
                write!(f, " {word} {}", values.join(", "))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reach::{Cover, Hierarchy};

    #[test]
    fn a_star_alone_is_whatever_the_tool_finds() {
        let binding = |ids: &[&str]| Binding {
            tool: Some(Tool::Trivy),
            ids: ids.iter().map(|&id| id.to_owned()).collect(),
            paths: vec!["vendor/**".to_owned()],
            ..Binding::default()
        };
        let reach = |ids: &[&str]| binding(ids).reach(&Exception::default()).expect("a reach");
        let none = Hierarchy::default();
        assert_eq!(reach(&["*"]).covers(&reach(&["CVE-1"]), &none), Cover::Within);
        assert!(matches!(reach(&["CVE-1"]).covers(&reach(&["*"]), &none), Cover::Beyond(_)));
        // Only a star alone: the ids of Trivy have no patterns.
        let cover = reach(&["CVE-*"]).covers(&reach(&["CVE-1"]), &none);
        assert!(matches!(cover, Cover::Beyond(_)), "{cover:?}");
    }
}
