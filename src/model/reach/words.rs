//! Reaches in the words of people.

use std::collections::BTreeSet;
use std::fmt;

use super::{Dimension, Reach, Values};
use crate::model::Tool;

impl Dimension {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Place => "scope",
            Self::Policy => "policy",
            Self::PolicyKind => "kind of policy",
            Self::Id => "ids",
            Self::Path => "paths",
            Self::Package => "packages",
            Self::Kind => "kinds",
            Self::Namespace => "namespaces",
            Self::Name => "names",
            Self::Location => "locations",
            Self::ResourceType => "resource types",
            Self::WithoutLocation => "resources without location",
            Self::User => "users",
            Self::Group => "groups",
        }
    }
}

impl Reach {
    /// What of a reach within this one limits it in another way than this one.
    pub(crate) fn narrowing(&self, inner: &Self) -> Self {
        let mut narrowing = inner.clone();
        let is_other = |dimension: &Dimension, values: &Values| {
            self.limits.get(dimension).is_none_or(|own| !own.keys().eq(values.keys()))
        };
        narrowing.limits.retain(|dimension, values| is_other(dimension, values));
        narrowing
            .exclusions
            .retain(|dimension, values| self.exclusions.get(dimension) != Some(values));
        narrowing.conditions.retain(|condition| !self.conditions.contains(condition));
        narrowing
    }
}

impl fmt::Display for Reach {
    /// All limits on one line: `assignment …; scope …`; `all` where there is none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = |(dimension, values): (&Dimension, &Values)| {
            let kind = match dimension {
                Dimension::Place => self.tool.place(),
                _ => None,
            };
            let bare = |value: &String| match kind {
                Some(kind) => value[kind.len() + 1..].to_owned(),
                None => value.clone(),
            };
            let values: Vec<String> = values.values().map(bare).collect();
            let word = match (self.tool, dimension) {
                (Tool::AzurePolicy, Dimension::Policy) => "assignment",
                (Tool::AzurePolicy, Dimension::Id) => "definition references",
                _ => dimension.as_str(),
            };
            format!("{word} {}", values.join(", "))
        };
        let without = |(dimension, values): (&Dimension, &BTreeSet<String>)| {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            format!("{dimension} not {}", values.join(", "))
        };
        let limits = self.limits.iter().map(limit).chain(self.exclusions.iter().map(without));
        let all: Vec<String> = limits.chain(self.conditions.iter().cloned()).collect();
        f.write_str(if all.is_empty() { "all" } else { "" })?;
        f.write_str(&all.join("; "))
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
