//! How far a suppression of a tool reaches, and whether one reaches no further than another.
//!
//! A reach is the product of its dimensions: it takes in what lies within its limits in each of them,
//! and a dimension without a limit takes in all. The comparison says *unknown* where texts alone do
//! not decide; nothing that is unknown ever counts as covered.

mod binding;
mod containment;
mod glob;
mod packages;
mod paths;
mod places;
#[cfg(test)]
mod properties;
mod stem;
mod words;

use std::collections::btree_map::{BTreeMap, Entry};
use std::collections::{BTreeSet, HashMap, HashSet};

use self::containment::Answer;
pub(crate) use self::packages::{package_family, package_letters, package_url};
pub(crate) use self::places::lowest;
pub(crate) use self::stem::Stem;
use super::{Selector, Target, Tool};

/// A way in which a suppression can be limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Dimension {
    /// Targets of a record, or where a suppression hangs.
    Place,
    /// An assignment, a policy, the producer of a report.
    Policy,
    /// The kind of the policy, where two of one name may differ in it.
    PolicyKind,
    /// What is not judged: findings, rules, definition references.
    Id,
    Path,
    Package,
    Kind,
    Namespace,
    Name,
    Location,
    ResourceType,
    WithoutLocation,
    User,
    Group,
}

/// The values of one dimension, in the form in which they are compared, with how they were written.
type Values = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) tool: Tool,
    limits: BTreeMap<Dimension, Values>,
    /// Values of a dimension that are left out.
    exclusions: BTreeMap<Dimension, BTreeSet<String>>,
    /// Further conditions that can only narrow, as the tool writes them.
    conditions: BTreeSet<String>,
}

/// Whether one reach lies within another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cover {
    /// They are the same.
    Same,
    Within,
    /// It goes further, in these ways.
    Beyond(Vec<Excess>),
    /// Texts alone do not say.
    Unknown(String),
}

/// What goes further than it may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excess {
    pub(crate) dimension: Dimension,
    /// The first value that is beyond; none where there is no limit at all.
    pub(crate) value: Option<String>,
    /// What it may be at most.
    pub(crate) limit: Vec<String>,
}

/// Levels of management groups that are looked at. Azure has six.
pub(crate) const MAX_LEVELS: usize = 64;

/// Which management group holds which subscription or group, by their keys ([`Target::key`]).
#[derive(Clone, Debug, Default)]
pub(crate) struct Hierarchy {
    parents: HashMap<String, String>,
    /// Every group and subscription that the hierarchy names.
    known: HashSet<String>,
}

impl Hierarchy {
    /// Adds that `parent` holds `child`.
    pub(crate) fn add(&mut self, child: &Target<'_>, parent: &Target<'_>) {
        self.known.extend([child.key(), parent.key()]);
        self.parents.insert(child.key(), parent.key());
    }

    /// Whether the hierarchy says where a subscription or group stands.
    fn knows(&self, key: &str) -> bool {
        self.known.contains(key)
    }

    /// The management groups around a subscription or group, nearest first.
    pub(crate) fn around<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let up = |key: &&'a str| self.parents.get(*key).map(String::as_str);
        std::iter::successors(up(&key), up).take(MAX_LEVELS)
    }
}

impl Reach {
    /// All that a tool judges.
    pub(crate) fn of(tool: Tool) -> Self {
        let (limits, exclusions) = (BTreeMap::new(), BTreeMap::new());
        Self { tool, limits, exclusions, conditions: BTreeSet::new() }
    }

    /// Limits a dimension to these values; none of them is no limit. Limited twice, it holds what both
    /// name; where that is nothing, or patterns stand among them, the second is a condition.
    pub(crate) fn limit(&mut self, dimension: Dimension, values: impl IntoIterator<Item = String>) {
        let values = values.into_iter();
        let values: Values =
            values.map(|written| (self.tool.compared(dimension, &written), written)).collect();
        if values.is_empty() {
            return;
        }
        match self.limits.entry(dimension) {
            Entry::Vacant(entry) => {
                entry.insert(values);
            }
            Entry::Occupied(mut entry) => {
                // Equal texts are all that two have in common only where values are compared so.
                let is_exact = !matches!(
                    dimension,
                    Dimension::Place
                        | Dimension::Path
                        | Dimension::Package
                        | Dimension::Kind
                        | Dimension::Namespace
                        | Dimension::Name
                );
                let common = values.keys().filter_map(|value| entry.get().get_key_value(value));
                let both: Values = common.map(|(key, it)| (key.clone(), it.clone())).collect();
                let has_patterns = || {
                    let mut all = values.keys().chain(entry.get().keys());
                    all.any(|value| value.contains(['*', '?', '[']))
                };
                if both.is_empty() || !is_exact || has_patterns() {
                    let values: Vec<&String> = values.keys().collect();
                    self.conditions.insert(format!("{dimension} in {values:?}"));
                } else {
                    entry.insert(both);
                }
            }
        }
    }

    /// The same, for a builder.
    pub(crate) fn limited(
        mut self,
        dimension: Dimension,
        values: impl IntoIterator<Item = String>,
    ) -> Self {
        self.limit(dimension, values);
        self
    }

    /// Adds a condition that only narrows and is not understood further.
    pub(crate) fn condition(&mut self, text: String) {
        self.conditions.insert(text);
    }

    /// Adds a resource selector of Azure.
    pub(crate) fn select(&mut self, selector: &Selector) {
        let dimension = match selector.kind.to_ascii_lowercase().as_str() {
            "resourcelocation" => Some(Dimension::Location),
            "resourcetype" => Some(Dimension::ResourceType),
            "resourcewithoutlocation" => Some(Dimension::WithoutLocation),
            "policydefinitionreferenceid" => Some(Dimension::Id),
            "userprincipalid" => Some(Dimension::User),
            "groupprincipalid" => Some(Dimension::Group),
            _ => None,
        };
        let Some(dimension) =
            dimension.filter(|_| selector.within.len() + selector.not_in.len() > 0)
        else {
            let sorted = |values: &[String]| -> BTreeSet<String> {
                values.iter().map(|value| value.to_ascii_lowercase()).collect()
            };
            let (within, not_in) = (sorted(&selector.within), sorted(&selector.not_in));
            let kind = selector.kind.to_ascii_lowercase();
            self.condition(format!("{kind} in {within:?}, not in {not_in:?}"));
            return;
        };
        self.limit(dimension, selector.within.iter().cloned());
        let not_in: Vec<String> =
            selector.not_in.iter().map(|value| self.tool.compared(dimension, value)).collect();
        if !not_in.is_empty() {
            self.exclusions.entry(dimension).or_default().extend(not_in);
        }
    }

    /// The limit of a dimension, in the form in which it is compared; none where it has none.
    pub(crate) fn values(&self, dimension: Dimension) -> Option<impl Iterator<Item = &str> + '_> {
        self.limits.get(&dimension).map(|values| values.keys().map(String::as_str))
    }

    /// The limit of a dimension as it was written; nothing where it has none.
    pub(crate) fn written(&self, dimension: Dimension) -> impl Iterator<Item = &str> + '_ {
        self.limits
            .get(&dimension)
            .into_iter()
            .flat_map(|values| values.values().map(String::as_str))
    }

    pub(crate) fn conditions(&self) -> impl Iterator<Item = &str> + '_ {
        self.conditions.iter().map(String::as_str)
    }

    /// How many values limit it.
    pub(crate) fn n_values(&self) -> usize {
        self.limits.values().map(Values::len).sum()
    }

    /// What two reaches have in common that take in the same ([`Cover::Same`]), and no others.
    pub(crate) fn key(&self) -> String {
        let limits = self.limits.iter().map(|(dimension, values)| (dimension, values.keys()));
        let limits: Vec<(&Dimension, Vec<&String>)> =
            limits.map(|(dimension, values)| (dimension, values.collect())).collect();
        format!("{} {limits:?} {:?} {:?}", self.tool, self.exclusions, self.conditions)
    }

    /// Whether nothing can lie in both, by their names alone: another tool, policy, id, resource, file or
    /// package. Where patterns or what else there is would have to be understood, this is `false`.
    pub(crate) fn is_apart_from(&self, other: &Self) -> bool {
        let named = [
            Dimension::Policy,
            Dimension::PolicyKind,
            Dimension::Id,
            Dimension::Kind,
            Dimension::Namespace,
            Dimension::Name,
        ];
        let is_pattern = |value: &&String| value.contains(['*', '?', '[']);
        let is_apart = |dimension| match (self.limits.get(dimension), other.limits.get(dimension)) {
            (Some(own), Some(others)) => {
                !own.keys().chain(others.keys()).any(|value| is_pattern(&value))
                    && own.keys().all(|value| !others.contains_key(value))
            }
            _ => false,
        };
        let stem = |path: &str| Stem::of(self.tool, Dimension::Path, path);
        self.tool != other.tool
            || named.iter().any(is_apart)
            || self.is_elsewhere(other, Dimension::Path, stem, Stem::is_apart_from)
            || self.is_elsewhere(other, Dimension::Package, package_family, |a, b| a != b)
    }

    /// Whether both limit a dimension, and no value of one has anything in common with one of the other.
    fn is_elsewhere<T>(
        &self,
        other: &Self,
        dimension: Dimension,
        read: impl Fn(&str) -> Option<T>,
        are_apart: impl Fn(&T, &T) -> bool,
    ) -> bool {
        let all =
            |reach: &Self| -> Option<Vec<T>> { reach.values(dimension)?.map(&read).collect() };
        match (all(self), all(other)) {
            (Some(own), Some(others)) => {
                own.iter().all(|own| others.iter().all(|other| are_apart(own, other)))
            }
            _ => false,
        }
    }

    /// The reach as the union of those of its single values; none where these are more than `limit`.
    pub(crate) fn parts(&self, limit: usize) -> Option<Vec<Self>> {
        let n_parts = self.limits.values().try_fold(1_usize, |n, it| n.checked_mul(it.len()))?;
        if n_parts <= 1 || n_parts > limit {
            return None;
        }
        let mut parts = vec![Self { limits: BTreeMap::new(), ..self.clone() }];
        for (dimension, values) in &self.limits {
            let of_one = |(value, written): (&String, &String), part: &Self| {
                let mut part = part.clone();
                part.limits.insert(*dimension, Values::from([(value.clone(), written.clone())]));
                part
            };
            parts = parts
                .iter()
                .flat_map(|part| values.iter().map(move |value| of_one(value, part)))
                .collect();
        }
        Some(parts)
    }

    /// Whether `other` reaches no further than `self`.
    pub(crate) fn covers(&self, other: &Self, hierarchy: &Hierarchy) -> Cover {
        if self.tool != other.tool {
            return Cover::Unknown(format!("it is of {}, not of {}", other.tool, self.tool));
        }
        let mut beyond = Vec::new();
        let mut unknown = None;
        let mut is_same =
            self.conditions == other.conditions && self.exclusions == other.exclusions;
        // A condition that is not understood may limit what looks unlimited.
        let is_opaque = !other.conditions.is_subset(&self.conditions);
        for (&dimension, limit) in &self.limits {
            let values = other.limits.get(&dimension);
            is_same &= values.is_some_and(|values| values.keys().eq(limit.keys()));
            let excess = |value: Option<&String>| Excess {
                dimension,
                value: value.cloned(),
                limit: limit.values().cloned().collect(),
            };
            let is_opaque = is_opaque || other.exclusions.contains_key(&dimension);
            let Some(values) = values else {
                match is_opaque && dimension.can_be_implied() {
                    true => unknown = unknown.or(Some(implied(dimension, other))),
                    false => beyond.push(excess(None)),
                }
                continue;
            };
            for (value, written) in values.iter().filter(|(value, _)| !limit.contains_key(*value)) {
                let of_value =
                    |limit: &String| self.tool.within(dimension, limit, value, hierarchy);
                let mut answers: Vec<Answer> = limit.keys().map(of_value).collect();
                answers.sort();
                match answers.into_iter().next() {
                    Some(Answer::Yes) => {}
                    Some(Answer::Unknown(reason)) => unknown = unknown.or(Some(reason)),
                    _ if is_opaque && dimension.can_be_implied() => {
                        unknown = unknown.or(Some(implied(dimension, other)));
                    }
                    _ => {
                        beyond.push(excess(Some(written)));
                        break;
                    }
                }
            }
        }
        for (&dimension, excluded) in &self.exclusions {
            match other.is_without(dimension, excluded) {
                Some(true) => {}
                _ if is_opaque => unknown = unknown.or(Some(implied(dimension, other))),
                _ => {
                    let limit = excluded.iter().map(|value| format!("not {value}")).collect();
                    beyond.push(Excess { dimension, value: None, limit });
                }
            }
        }
        is_same &= self.limits.len() == other.limits.len();
        if let Some(missing) = self.conditions.difference(&other.conditions).next() {
            unknown = unknown.or(Some(format!("it is not limited by `{missing}` in these words")));
        }
        match (beyond.is_empty(), unknown) {
            (false, _) => Cover::Beyond(beyond),
            (true, Some(reason)) => Cover::Unknown(reason),
            (true, None) if is_same => Cover::Same,
            (true, None) => Cover::Within,
        }
    }
}

impl Reach {
    /// Whether none of these values is taken in; none where nothing says so.
    fn is_without(&self, dimension: Dimension, values: &BTreeSet<String>) -> Option<bool> {
        let own = self.exclusions.get(&dimension);
        let is_out = |value: &String| {
            let is_excluded = own.is_some_and(|own| own.contains(value));
            let limit = self.limits.get(&dimension);
            is_excluded || limit.is_some_and(|limit| !limit.contains_key(value))
        };
        (own.is_some() || self.limits.contains_key(&dimension)).then(|| values.iter().all(is_out))
    }
}

fn implied(dimension: Dimension, reach: &Reach) -> String {
    let excluded = reach.exclusions.get(&dimension);
    let excluded = excluded.map(|values| format!("not {values:?}"));
    let conditions: Vec<String> = reach.conditions().map(str::to_owned).chain(excluded).collect();
    format!("whether `{}` limits the {dimension} is not computable", conditions.join("` and `"))
}

impl Dimension {
    /// Whether a condition of the tool could limit it, too.
    fn can_be_implied(self) -> bool {
        !matches!(self, Self::Place | Self::Policy | Self::PolicyKind | Self::Id)
    }
}
