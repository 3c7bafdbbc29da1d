//! The policy file → a validated policy: durations, approvals, people, catalogue of controls,
//! scope levels, rule levels.
//!
//! A policy is read whole or not at all: whoever judges by half a policy judges wrongly. Here stands
//! what rules use of it; [`file`](mod@file) reads it, [`defaults`] fills in what it leaves out, and
//! [`faults`], [`people`] and [`patterns`] refuse what has the form of a policy and cannot be one.

mod approvals;
mod defaults;
mod faults;
mod file;
mod patterns;
mod people;
#[cfg(test)]
mod testing;
mod weakening;

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::HashSet;
use regex::Regex;
use serde::Deserialize;

pub(crate) use self::approvals::{
    Accepted, Approvals, Evidence, PolicyChange, Quorum, Roles, UnknownContributor,
};
pub(crate) use self::file::load;
pub(crate) use self::people::{Key, Person, Revocation, is_verifiable};
pub(crate) use self::weakening::{Loosened, loosened};
use crate::finding::{Code, Place};
use crate::model::{Field, RiskLevel};
use crate::source::RecordSchema;
use crate::source::schema;
use crate::source::tree::{NodeRef, Tree};
use crate::text::SourceFile;

pub(crate) const UNUSABLE_POLICY: Code = Code::unjudged("EXC030", "unusable-policy");

/// What a register's policy demands.
#[derive(Debug)]
pub(crate) struct Policy {
    /// Names the register; part of every approval.
    pub(crate) register: String,
    pub(crate) mainline: String,
    pub(crate) layout: Layout,
    pub(crate) durations: Durations,
    pub(crate) warn_within_days: u32,
    pub(crate) review_every_days: PerRisk<u32>,
    pub(crate) gate: Gate,
    pub(crate) approvals: Approvals,
    pub(crate) people: Vec<Person>,
    pub(crate) groups: Vec<String>,
    pub(crate) vague: Vec<String>,
    /// The words of those phrases, in lower case.
    pub(crate) vague_words: HashSet<String>,
    pub(crate) placeholders: Vec<String>,
    pub(crate) controls: Vec<Control>,
    pub(crate) scope: BTreeMap<String, ScopeKind>,
    pub(crate) budgets: Budgets,
    pub(crate) cliff: Cliff,
    pub(crate) portfolio: Portfolio,
    pub(crate) fields: Vec<(String, Field)>,
    pub(crate) rules: BTreeMap<String, RuleLevel>,
    pub(crate) id_pattern: Regex,
    pub(crate) record_schema: RecordSchema,
    tree: Tree,
}

/// Where `exc new` writes.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Layout {
    #[default]
    Flat,
    Year,
    YearMonth,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Durations {
    /// Days of one grant, from `opened` or the renewal's `date`.
    pub(crate) max_days: PerRisk<u32>,
    /// Days from `opened` to `expires`.
    pub(crate) max_total_days: u32,
    pub(crate) max_renewals: usize,
}

/// What a check does about errors that the change at hand did not make.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Gate {
    pub(crate) elsewhere: Elsewhere,
    /// Days after its last valid one on which an expired record fails nobody else's change.
    pub(crate) grace_days: u32,
}

/// What an error in a record that a change does not touch is to the change.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Elsewhere {
    Warning,
    #[default]
    Error,
}

/// One value for each level of risk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PerRisk<T>([T; 4]);

#[derive(Debug, Deserialize)]
pub(crate) struct Control {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Days of one grant, whatever the risk.
    #[serde(default)]
    pub(crate) max_days: Option<u32>,
    #[serde(default)]
    pub(crate) never_exempt: bool,
    /// The team that keeps the control.
    #[serde(default)]
    pub(crate) owner: String,
    /// What it answers to elsewhere, such as `ISO-42001:A.2.3`.
    #[serde(default)]
    pub(crate) frameworks: Vec<String>,
    /// How many targets it applies to, if somebody counts them.
    #[serde(default)]
    pub(crate) targets: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ScopeKind {
    /// Broadest first.
    pub(crate) levels: Vec<String>,
    /// The broadest level that a record may cover; any, where there is none.
    #[serde(default)]
    pub(crate) broadest: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Budgets {
    pub(crate) per_team: Option<usize>,
    pub(crate) per_control: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Cliff {
    /// Open records that end on one day and make an expiry cliff.
    pub(crate) records: usize,
}

/// From when on a report calls something by its name.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Portfolio {
    pub(crate) friction: Friction,
    /// Renewals that make an exception a serial one.
    pub(crate) serial_renewals: usize,
    /// Days after which an open exception is old, from its first approval.
    pub(crate) old_days: u32,
}

/// When the policy is to be improved rather than the next exception granted: a control from which so
/// many open exceptions of so many teams deviate.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Friction {
    pub(crate) records: usize,
    pub(crate) teams: usize,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RuleLevel {
    Off,
    Warning,
    Error,
}

impl RuleLevel {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl<T: Copy> PerRisk<T> {
    pub(crate) fn get(&self, risk: RiskLevel) -> T {
        self.0[risk as usize]
    }
}

impl Policy {
    pub(crate) fn file(&self) -> &Arc<SourceFile> {
        self.tree.file()
    }

    pub(crate) fn control(&self, id: &str) -> Option<(usize, &Control)> {
        self.controls.iter().enumerate().find(|(_, control)| control.id == id)
    }

    /// The person to whom an address belongs.
    pub(crate) fn person_at(&self, address: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.has_address(address))
    }

    /// Whether anybody may approve anything.
    pub(crate) fn names_approvers(&self) -> bool {
        let is_approver = |person: &Person| {
            RiskLevel::ALL.iter().any(|&it| self.approvals.is_approver(person, it))
        };
        self.people.iter().any(is_approver)
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The line of the policy that is the reason for a finding, where it is written down.
    pub(crate) fn at(&self, pointer: &str) -> Option<Place> {
        self.tree.find(pointer).map(|node| schema::place(node, pointer))
    }

    /// The e-mail addresses of the policy's people, with their places.
    pub(crate) fn addresses(&self) -> Vec<(&str, Place)> {
        let people = self.tree.find("/people").into_iter().flat_map(NodeRef::items);
        let emails = people.enumerate().flat_map(|(person, node)| {
            let emails = node.get("emails").into_iter().flat_map(NodeRef::items);
            emails.enumerate().filter_map(move |(index, email)| {
                let pointer = format!("/people/{person}/emails/{index}");
                Some((email.text()?, schema::place(email, &pointer)))
            })
        });
        emails.collect()
    }

    /// The codes whose level the policy sets, with the place of each.
    pub(crate) fn rule_places(&self) -> Vec<(&str, RuleLevel, Place)> {
        let node = self.tree.find("/rules");
        let entries = node.into_iter().flat_map(NodeRef::entries);
        entries
            .filter_map(|(code, node)| {
                let level = *self.rules.get(code)?;
                let place = schema::place(node, &format!("/rules/{code}"));
                Some((code, level, Place { span: node.key_span()?, ..place }))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::testing::policy;

    #[test]
    fn the_addresses_of_people_are_known_with_their_places() {
        let people = "people:\n  - {id: a, name: A, emails: [a@example.com, b@example.com]}\n  - {id: c, name: C, emails: [c@example.com]}\n";
        let policy = policy(people).expect("usable");
        let addresses: Vec<String> = policy
            .addresses()
            .iter()
            .map(|(text, place)| format!("{text} {} {}", place.pointer, place.start().line))
            .collect();
        assert_eq!(
            addresses,
            [
                "a@example.com /people/0/emails/0 4",
                "b@example.com /people/0/emails/1 4",
                "c@example.com /people/1/emails/0 5"
            ]
        );
    }
}
