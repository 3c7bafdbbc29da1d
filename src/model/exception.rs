//! An exception and its parts, as a record states them.
//!
//! What a record leaves out, or says in a form that is not understood, is empty or `None` here: a
//! broken record is judged as far as it goes, and the findings say what is missing.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};

use super::window::parse_day;
use super::{Binding, Lifetime};

/// The keys of a record, in the order in which people read them.
pub(crate) const KEYS: [&str; 20] = [
    "id",
    "title",
    "controls",
    "scope",
    "bindings",
    "risk",
    "owner",
    "requester",
    "justification",
    "compensating_controls",
    "remediation",
    "opened",
    "expires",
    "renewals",
    "reviews",
    "closed",
    "emergency",
    "data_classification",
    "tags",
    "links",
];

/// The keys of what stands under a key, and of each entry of its list, in the order in which people
/// read them; the empty name is the record itself. None where the key holds no mapping.
pub(crate) fn keys_below(name: &str) -> &'static [&'static str] {
    match name {
        "" => &KEYS,
        "bindings" => &[
            "tool",
            "assignment",
            "definition_references",
            "selectors",
            "policy",
            "policy_kind",
            "rules",
            "resources",
            "producer",
            "ids",
            "paths",
            "packages",
        ],
        "selectors" => &["kind", "in", "not_in"],
        "resources" => &["kinds", "namespaces", "names"],
        "risk" => &["level", "statement"],
        "owner" | "requester" => &["name", "email", "team"],
        "justification" => &["blocker", "end_state"],
        "compensating_controls" => {
            &["description", "reduces", "owner", "evidence", "verified", "verify_every"]
        }
        "remediation" => &["plan", "ticket", "milestones"],
        "milestones" => &["due", "what", "done"],
        "renewals" => &["date", "until", "reason", "evidence"],
        "reviews" => &["date", "by", "note"],
        "closed" => &["date", "outcome", "note"],
        "emergency" => &["declared", "reason"],
        _ => &[],
    }
}

/// A deviation from policy: which control, where, why, who answers for it, until when.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Exception {
    #[serde(deserialize_with = "lenient")]
    pub(crate) id: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) title: String,
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) controls: Vec<String>,
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) scope: Vec<String>,
    /// What enforces the controls there, and what it is told to leave alone.
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) bindings: Vec<Binding>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) risk: Risk,
    #[serde(deserialize_with = "lenient")]
    pub(crate) owner: Person,
    #[serde(deserialize_with = "lenient")]
    pub(crate) requester: Person,
    #[serde(deserialize_with = "lenient")]
    pub(crate) justification: Justification,
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) compensating_controls: Vec<CompensatingControl>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) remediation: Remediation,
    #[serde(deserialize_with = "lenient_day")]
    pub(crate) opened: Option<NaiveDate>,
    /// The last valid day, UTC.
    #[serde(deserialize_with = "lenient_day")]
    pub(crate) expires: Option<NaiveDate>,
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) renewals: Vec<Renewal>,
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) reviews: Vec<Review>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) closed: Option<Closed>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) emergency: Option<Emergency>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) data_classification: String,
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) tags: Vec<String>,
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) links: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Risk {
    #[serde(deserialize_with = "lenient")]
    pub(crate) level: Option<RiskLevel>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) statement: String,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RiskLevel {
    Low,
    Medium,
    High,
    Critical,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Person {
    #[serde(deserialize_with = "lenient")]
    pub(crate) name: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) email: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) team: String,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Justification {
    #[serde(deserialize_with = "lenient")]
    pub(crate) blocker: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) end_state: String,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct CompensatingControl {
    #[serde(deserialize_with = "lenient")]
    pub(crate) description: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) reduces: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) owner: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) evidence: String,
    #[serde(deserialize_with = "lenient_day")]
    pub(crate) verified: Option<NaiveDate>,
    /// How long a verification holds, as written (`30d`); see [`super::Lifetime`].
    #[serde(deserialize_with = "lenient")]
    pub(crate) verify_every: String,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Remediation {
    #[serde(deserialize_with = "lenient")]
    pub(crate) plan: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) ticket: String,
    #[serde(deserialize_with = "each_lenient")]
    pub(crate) milestones: Vec<Milestone>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Milestone {
    #[serde(deserialize_with = "lenient_day")]
    pub(crate) due: Option<NaiveDate>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) what: String,
    #[serde(deserialize_with = "lenient_day")]
    pub(crate) done: Option<NaiveDate>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Renewal {
    #[serde(deserialize_with = "lenient_day")]
    pub(crate) date: Option<NaiveDate>,
    #[serde(deserialize_with = "lenient_day")]
    pub(crate) until: Option<NaiveDate>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) reason: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) evidence: String,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Review {
    #[serde(deserialize_with = "lenient_day")]
    pub(crate) date: Option<NaiveDate>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) by: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) note: String,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Closed {
    #[serde(deserialize_with = "lenient_day")]
    pub(crate) date: Option<NaiveDate>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) outcome: Option<Outcome>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) note: String,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    Remediated,
    PolicyChanged,
    Superseded,
    Withdrawn,
    Rejected,
    Revoked,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Emergency {
    /// RFC 3339, as written.
    #[serde(deserialize_with = "lenient")]
    pub(crate) declared: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) reason: String,
}

impl Exception {
    /// What it gives as its reasons, ways and references: texts that may name another record.
    pub(crate) fn references(&self) -> impl Iterator<Item = &str> {
        let Self { title, justification, remediation, links, .. } = self;
        let first = [title, &justification.blocker, &justification.end_state];
        let way = [&remediation.plan, &remediation.ticket];
        let steps = remediation.milestones.iter().map(|it| &it.what);
        let measures = self.compensating_controls.iter();
        let measures = measures.flat_map(|it| [&it.description, &it.reduces, &it.evidence]);
        let renewals = self.renewals.iter().flat_map(|it| [&it.reason, &it.evidence]);
        let all = first.into_iter().chain(way).chain(steps).chain(measures).chain(renewals);
        all.chain(links).map(String::as_str)
    }

    /// The exception without the texts that only rules about a single record look at.
    pub(crate) fn without_texts(self) -> Self {
        Self {
            id: self.id,
            controls: self.controls,
            scope: self.scope,
            bindings: self.bindings,
            risk: Risk { level: self.risk.level, ..Risk::default() },
            owner: self.owner,
            requester: Person { email: self.requester.email, ..Person::default() },
            opened: self.opened,
            expires: self.expires,
            closed: self.closed,
            ..Self::default()
        }
    }

    /// What a history asks of one of its many texts: who requested it, at which risk, for how long,
    /// and whether it has ended.
    pub(crate) fn outline(self) -> Self {
        Self {
            id: self.id,
            title: self.title,
            risk: Risk { level: self.risk.level, ..Risk::default() },
            requester: Person { email: self.requester.email, ..Person::default() },
            opened: self.opened,
            expires: self.expires,
            closed: self.closed,
            emergency: self.emergency,
            ..Self::default()
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.closed.is_none()
    }
}

impl CompensatingControl {
    /// The last day on which the verification holds: as long as `verify_every` says, and a year
    /// where that is missing, longer, or not understood. No verification holds for ever.
    pub(crate) fn holds_until(&self) -> Option<NaiveDate> {
        let verified = self.verified?;
        let period = Lifetime::parse(&self.verify_every).filter(|it| !it.is_longer_than_a_year());
        // Past the end of the calendar there is no day on which it could hold.
        Some(period.unwrap_or(Lifetime::Months(12)).after(verified).unwrap_or(verified))
    }
}

impl RiskLevel {
    pub(crate) const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl Outcome {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Remediated => "remediated",
            Self::PolicyChanged => "policy-changed",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
        }
    }
}

impl fmt::Display for RiskLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads a part, or its empty form where it cannot be understood.
pub(super) fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(T::deserialize(deserializer).unwrap_or_default())
}

/// Reads a day that is written as `YYYY-MM-DD`; any other form is none, also where it could be
/// understood, so that no two readers understand it differently.
fn lenient_day<'de, D>(deserializer: D) -> Result<Option<NaiveDate>, D::Error>
where
    D: Deserializer<'de>,
{
    Ok(String::deserialize(deserializer).ok().and_then(|text| parse_day(&text)))
}

/// Reads a list whose elements may be broken one by one, so that indices stay those of the file.
pub(super) fn each_lenient<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    struct Element<T>(T);

    impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Element<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            lenient(deserializer).map(Self)
        }
    }

    let elements = Vec::<Element<T>>::deserialize(deserializer).unwrap_or_default();
    Ok(elements.into_iter().map(|element| element.0).collect())
}
