//! Whether one value of a dimension lies within another, as the tool compares them.

use super::{Dimension, Hierarchy, packages, paths, places};
use crate::model::{Target, TargetError, Tool, wildcard};

/// Whether a value lies within another one; the best answer comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answer {
    Yes,
    Unknown(String),
    No,
}

impl From<bool> for Answer {
    fn from(is_within: bool) -> Self {
        if is_within { Self::Yes } else { Self::No }
    }
}

impl Tool {
    /// The form in which two values that the tool takes for the same are equal.
    pub(super) fn compared(self, dimension: Dimension, value: &str) -> String {
        match (dimension, self) {
            (Dimension::Place, _) => {
                match Target::parse(value) {
                    Ok(target) => target.key(),
                    // Azure allows names that a record does not: the parts are compared all the same.
                    Err(TargetError::BadCharacter(_)) if !has_odd_part(value) => {
                        value.to_ascii_lowercase()
                    }
                    Err(_) => format!("?{value}"),
                }
            }
            (Dimension::Path, _) => {
                let path = value.trim_start_matches("./").trim_start_matches('/');
                path.trim_end_matches('/').to_owned()
            }
            (Dimension::Package, _) => packages::canonical(value),
            // `East US` is what people call `eastus`.
            (Dimension::Location, Self::AzurePolicy) => value.replace(' ', "").to_ascii_lowercase(),
            (_, Self::AzurePolicy) => value.to_ascii_lowercase(),
            (Dimension::Id, Self::Snyk) => value.to_ascii_lowercase(),
            _ => value.to_owned(),
        }
    }

    /// Whether `value` lies within `limit`, both as they are compared.
    pub(super) fn within(
        self,
        dimension: Dimension,
        limit: &str,
        value: &str,
        hierarchy: &Hierarchy,
    ) -> Answer {
        if limit == value {
            return Answer::Yes;
        }
        match (dimension, self) {
            (Dimension::Place, _) => places::within(limit, value, hierarchy),
            (Dimension::Path, Self::Snyk) => chains(limit, value),
            (Dimension::Path | Dimension::Id, Self::AuditCi) => patterns(limit, value),
            (Dimension::Path, _) => paths::within(limit, value),
            (Dimension::Package, _) => packages::within(limit, value),
            (Dimension::Kind, _) => {
                // `Pod` is that of every group and version.
                let last = value.rsplit_once('/').map_or(value, |(_, kind)| kind);
                let is_of_any = !limit.contains('/') && !wildcard::is_pattern(limit);
                match is_of_any && !wildcard::is_pattern(value) {
                    true => (limit == last).into(),
                    false => patterns(limit, value),
                }
            }
            (Dimension::Namespace | Dimension::Name, _)
            | (Dimension::Policy | Dimension::Id, Self::Kyverno) => patterns(limit, value),
            // Checkov has sets of characters, too.
            (Dimension::Id, Self::Checkov) if limit.contains('[') || value.contains('[') => {
                undecided(limit, value)
            }
            (Dimension::Id, Self::Checkov) => patterns(limit, value),
            _ => Answer::No,
        }
    }
}

/// Whether a part of a path says nothing or leads elsewhere.
fn has_odd_part(path: &str) -> bool {
    path.split('/').skip(1).any(|part| part.trim().chars().all(|c| c == '.'))
}

/// Paths of dependencies as Snyk writes them, `a@1.x > b`: which of them lie within one takes the tree
/// of dependencies, but for those that begin with another package.
fn chains(limit: &str, value: &str) -> Answer {
    let first = |path: &str| {
        let part = path.split(" > ").next().unwrap_or_default().to_owned();
        let at = part.rfind('@').filter(|at| *at > 0);
        at.map_or(part.clone(), |at| part[..at].to_owned())
    };
    match (limit, value) {
        ("*", _) => Answer::Yes,
        (_, "*") => Answer::No,
        _ if first(limit) != first(value) && first(limit) != "*" => Answer::No,
        _ => undecided(limit, value),
    }
}

fn patterns(limit: &str, value: &str) -> Answer {
    wildcard::covers(limit, value).map_or_else(|| undecided(limit, value), Answer::from)
}

pub(super) fn undecided(limit: &str, value: &str) -> Answer {
    Answer::Unknown(format!("whether `{value}` lies within `{limit}` is not computable"))
}
