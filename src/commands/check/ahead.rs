//! What the register is like by the policy that a change proposes, and by which nothing is judged
//! until it has landed.
//!
//! Invariant: what fails by the policy of the branch fails; here it gets other words. The one
//! exception is a policy that takes errors away from records which the change leaves alone
//! ([`ratchet`](super::ratchet)): otherwise nobody could take back a policy that no record meets.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::base::Side;
use super::incoming::Incoming;
use super::policies::Policies;
use super::ratchet::Errors;
use crate::finding::{Finding, Level};
use crate::policy::{Elsewhere, Policy};
use crate::register::Store;
use crate::render::count;
use crate::rules::{self, Context};
use crate::source::schema;

/// Records of a code that people get to read.
const MAX_NAMED: usize = 5;

/// A register as it will be judged.
pub(super) struct Ahead<'a> {
    before: &'a Policy,
    policy: &'a Policy,
    errors: Vec<Finding>,
}

impl<'a> Ahead<'a> {
    /// None where the change leaves the policy alone.
    pub(super) fn judge(
        incoming: &Incoming<'_>,
        policies: &'a Policies,
        today: NaiveDate,
    ) -> Option<Self> {
        let (before, policy) = policies.change()?;
        let store = Store::Merged(incoming.merge.clone());
        let context = Context { policy, today };
        let mut errors = rules::judge(&store, incoming.name, &context).1;
        errors.retain(|finding| finding.level == Level::Error);
        Some(Self { before, policy, errors })
    }

    pub(super) fn errors(&self) -> Errors {
        Errors::of(&self.errors)
    }

    /// Has the errors of changed records that it takes away say so. `findings` are those of the
    /// register by the policy of the branch.
    pub(super) fn explain(&self, incoming: &Incoming<'_>, into: &Side, findings: &mut [Finding]) {
        let known: BTreeSet<_> = self.errors.iter().map(key).collect();
        for finding in findings.iter_mut() {
            let is_error = finding.level == Level::Error;
            if !is_error || known.contains(&key(finding)) || !incoming.touches(finding) {
                continue;
            }
            let first = "land the policy first, in a pull request of its own";
            let help = match (self.declared(finding), finding.help.take()) {
                (Some(name), _) => format!(
                    "the policy of this change declares `{name}`, and a change is judged by that on `{}`: {first}",
                    into.name
                ),
                (None, Some(help)) => {
                    format!("{help}; the policy of this change allows it: {first}")
                }
                (None, None) => format!("the policy of this change allows it: {first}"),
            };
            (finding.help, finding.fix) = (Some(help), None);
        }
    }

    /// The field that an unknown key is by this policy.
    fn declared(&self, finding: &Finding) -> Option<&str> {
        let key = finding.place.pointer.strip_prefix('/')?;
        let mut fields = self.policy.fields.iter().map(|(name, _)| name.as_str());
        fields.find(|name| *finding.code == schema::UNKNOWN_KEY && *name == key)
    }

    /// What people are told about the errors that it adds.
    pub(super) fn note(&self, into: &Side, findings: &[Finding]) -> Option<String> {
        let errors = findings.iter().filter(|finding| finding.level == Level::Error);
        let known: BTreeSet<_> = errors.map(key).collect();
        let mut by_code: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for finding in self.errors.iter().filter(|it| !known.contains(&key(it))) {
            let path = finding.place.file.path();
            let record = finding.record.as_deref().unwrap_or(path);
            by_code.entry(finding.code.id).or_default().insert(record);
        }
        let records: BTreeSet<&str> = by_code.values().flatten().copied().collect();
        let n = records.len();
        let (have, they) = if n == 1 { ("has", "it does") } else { ("have", "they do") };
        let told: Vec<String> =
            by_code.iter().map(|(code, records)| format!("{code} in {}", named(records))).collect();
        let consequence = match self.policy.gate.elsewhere {
            Elsewhere::Error => ", and fails every other change until it is mended",
            Elsewhere::Warning => "",
        };
        let consequence = match n {
            1 => consequence.to_owned(),
            _ => consequence.replace("fails", "fail").replace("it is", "they are"),
        };
        let way = match self.demands_a_field() && by_code.contains_key(schema::MISSING_FIELD.id) {
            true => "; a field that is declared without `required` first can be filled in before",
            false => "",
        };
        (n > 0).then(|| {
            format!(
                "once this policy is on `{}`, {} {have} errors that {they} not have now{consequence}: {}{way}",
                into.name,
                count(n, "record"),
                told.join(", ")
            )
        })
    }

    /// Whether it requires a field that was not required.
    fn demands_a_field(&self) -> bool {
        let is_required = |policy: &Policy, wanted: &str| {
            policy.fields.iter().any(|(name, field)| name == wanted && field.required)
        };
        let mut names = self.policy.fields.iter().map(|(name, _)| name.as_str());
        names.any(|name| is_required(self.policy, name) && !is_required(self.before, name))
    }
}

/// What makes two errors the same, by whichever policy.
fn key(finding: &Finding) -> (&'static str, String, String) {
    let place = &finding.place;
    (finding.code.id, place.file.path().to_owned(), place.pointer.clone())
}

fn named(records: &BTreeSet<&str>) -> String {
    let quoted = records.iter().take(MAX_NAMED).map(|record| format!("`{record}`"));
    let quoted = quoted.collect::<Vec<_>>().join(", ");
    match records.len().saturating_sub(MAX_NAMED) {
        0 => quoted,
        n => format!("{quoted} and {n} more"),
    }
}
