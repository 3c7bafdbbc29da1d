//! Which keys of a policy a change of it loosens.
//!
//! Invariant: pure. What cannot be compared, such as two patterns, counts as loosened where it is
//! not the same: a reviewer can tell, and this cannot.

use std::collections::BTreeSet;
use std::fmt::Display;

use super::{Evidence, Key, Person, Policy, Revocation, RuleLevel, UnknownContributor};
use crate::model::RiskLevel;

/// A key of the policy that allows more than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loosened {
    /// Where it stands in the policy after, as a JSON pointer.
    pub(crate) pointer: String,
    /// Such as ``lowered from 2 to 1``.
    pub(crate) how: String,
    /// The same of the opposite change, such as ``raised from 1 to 2``; none where that loosens
    /// something too.
    pub(crate) undone: Option<String>,
}

/// The keys that a change of the policy loosens. `usual` is the level of a rule of which a policy
/// says nothing.
pub(crate) fn loosened(
    before: &Policy,
    after: &Policy,
    usual: &dyn Fn(&str) -> RuleLevel,
) -> Vec<Loosened> {
    let mut found = Found(Vec::new());
    identity(before, after, &mut found);
    durations(before, after, &mut found);
    approvals(before, after, &mut found);
    people(before, after, &mut found);
    controls(before, after, &mut found);
    scope(before, after, &mut found);
    records(before, after, &mut found);
    rules(before, after, usual, &mut found);
    found.0
}

struct Found(Vec<Loosened>);

impl Found {
    fn push(&mut self, pointer: impl Into<String>, how: impl Into<String>) {
        self.0.push(Loosened { pointer: pointer.into(), how: how.into(), undone: None });
    }

    /// What tightens the policy where it is done the other way round.
    fn turn(
        &mut self,
        pointer: impl Into<String>,
        how: impl Into<String>,
        undone: impl Into<String>,
    ) {
        let (pointer, how) = (pointer.into(), how.into());
        self.0.push(Loosened { pointer, how, undone: Some(undone.into()) });
    }

    /// A value of which more is looser.
    fn raised<T: PartialOrd + Display>(&mut self, pointer: impl Into<String>, before: T, after: T) {
        if before < after {
            let how = format!("raised from {before} to {after}");
            self.turn(pointer, how, format!("lowered from {after} to {before}"));
        }
    }

    /// A value of which less is looser.
    fn lowered<T: PartialOrd + Display>(
        &mut self,
        pointer: impl Into<String>,
        before: T,
        after: T,
    ) {
        if after < before {
            let how = format!("lowered from {before} to {after}");
            self.turn(pointer, how, format!("raised from {after} to {before}"));
        }
    }

    /// A limit without which there is none.
    fn limit<T: PartialOrd + Display>(
        &mut self,
        pointer: impl Into<String>,
        before: Option<T>,
        after: Option<T>,
    ) {
        match (before, after) {
            (Some(before), Some(after)) => self.raised(pointer, before, after),
            (Some(before), None) => {
                let how = format!("{before} before, and none now");
                self.turn(pointer, how, format!("none before, and {before} now"));
            }
            (None, _) => {}
        }
    }

    /// Words of which each more allows more.
    fn added(&mut self, pointer: &str, before: &[String], after: &[String]) {
        for word in missing(after, before) {
            self.turn(pointer, format!("`{word}` is added"), format!("`{word}` is removed"));
        }
    }

    /// Words of which each forbids something.
    fn removed(&mut self, pointer: &str, before: &[String], after: &[String]) {
        for word in missing(before, after) {
            self.turn(pointer, format!("`{word}` is removed"), format!("`{word}` is added"));
        }
    }

    fn changed<T: PartialEq + Display>(&mut self, pointer: &str, before: T, after: T) {
        if before != after {
            self.push(pointer, format!("changed from `{before}` to `{after}`"));
        }
    }
}

/// The words of one list that are not in another.
fn missing<'a>(words: &'a [String], from: &[String]) -> Vec<&'a str> {
    let from: BTreeSet<&String> = from.iter().collect();
    words.iter().filter(|word| !from.contains(word)).map(String::as_str).collect()
}

/// What every approval and the trail stand on.
fn identity(before: &Policy, after: &Policy, found: &mut Found) {
    found.changed("/register", &before.register, &after.register);
    found.changed("/mainline", &before.mainline, &after.mainline);
    found.changed("/ids/pattern", before.id_pattern.as_str(), after.id_pattern.as_str());
}

fn durations(before: &Policy, after: &Policy, found: &mut Found) {
    let (old, new) = (&before.durations, &after.durations);
    for risk in RiskLevel::ALL {
        let pointer = format!("/durations/max_days/{risk}");
        found.raised(pointer, old.max_days.get(risk), new.max_days.get(risk));
        let pointer = format!("/review_every_days/{risk}");
        let (old, new) = (&before.review_every_days, &after.review_every_days);
        found.raised(pointer, old.get(risk), new.get(risk));
    }
    found.raised("/durations/max_total_days", old.max_total_days, new.max_total_days);
    found.raised("/durations/max_renewals", old.max_renewals, new.max_renewals);
    found.lowered("/warn_within_days", before.warn_within_days, after.warn_within_days);
    if after.gate.elsewhere < before.gate.elsewhere {
        let how = "lowered from `error` to `warning`";
        found.turn("/gate/elsewhere", how, "raised from `warning` to `error`");
    }
    found.raised("/gate/grace_days", before.gate.grace_days, after.gate.grace_days);
    let (old, new) = (&before.budgets, &after.budgets);
    found.limit("/budgets/per_team", old.per_team, new.per_team);
    found.limit("/budgets/per_control", old.per_control, new.per_control);
    found.raised("/cliff/records", before.cliff.records, after.cliff.records);
}

fn approvals(before: &Policy, after: &Policy, found: &mut Found) {
    let (old, new) = (&before.approvals, &after.approvals);
    let kinds = [Evidence::Trailer, Evidence::Landing, Evidence::Signed];
    for risk in RiskLevel::ALL {
        let pointer = format!("/approvals/quorum/{risk}");
        found.lowered(pointer, old.quorum.get(risk).0, new.quorum.get(risk).0);
        for kind in kinds {
            if new.accept.get(risk).contains(kind) && !old.accept.get(risk).contains(kind) {
                let (how, undone) = acceptance(kind);
                found.turn(format!("/approvals/accept/{risk}"), how, undone);
            }
        }
        let unknown = [old, new].map(|it| it.unknown_contributor.get(risk));
        if unknown == [UnknownContributor::Unapproved, UnknownContributor::Distinct] {
            let pointer = format!("/approvals/unknown_contributor/{risk}");
            let how = "softened from `unapproved` to `distinct`";
            found.turn(pointer, how, "hardened from `distinct` to `unapproved`");
        }
    }
    found.added("/approvals/roles/approve", &old.roles.approve, &new.roles.approve);
    found.added("/approvals/roles/critical", &old.roles.critical, &new.roles.critical);
    let (old_change, new_change) = (&old.policy_change, &new.policy_change);
    let pointer = "/approvals/policy_change/quorum";
    found.lowered(pointer, old_change.quorum.0, new_change.quorum.0);
    for kind in kinds {
        if new_change.accept.contains(kind) && !old_change.accept.contains(kind) {
            let (how, undone) = acceptance(kind);
            found.turn("/approvals/policy_change/accept", how, undone);
        }
    }
    found.raised("/approvals/late_days", old.late_days, new.late_days);
    found.added("/approvals/forge_committers", &old.forge_committers, &new.forge_committers);
}

fn acceptance(evidence: Evidence) -> (String, String) {
    let name = evidence.as_str();
    (format!("`{name}` is accepted now"), format!("`{name}` is no longer accepted"))
}

/// Whoever is added may approve. An address that goes makes one person look like two.
fn people(before: &Policy, after: &Policy, found: &mut Found) {
    for (index, person) in after.people.iter().enumerate() {
        let pointer = format!("/people/{index}");
        let id = &person.id;
        let Some(old) = before.people.iter().find(|old| old.id == *id) else {
            found.turn(pointer, format!("`{id}` is added"), format!("`{id}` is removed"));
            continue;
        };
        for role in missing(&person.roles, &old.roles) {
            let how = format!("`{id}` gets the role `{role}`");
            found.turn(format!("{pointer}/roles"), how, format!("`{id}` loses the role `{role}`"));
        }
        for email in missing(&person.emails, &old.emails) {
            found.push(format!("{pointer}/emails"), format!("`{id}` gets the address `{email}`"));
        }
        keys(old, person, &pointer, found);
    }
    let addresses = |policy: &Policy| -> Vec<String> {
        policy.people.iter().flat_map(|person| person.emails.iter().cloned()).collect()
    };
    for address in missing(&addresses(before), &addresses(after)) {
        found.push("/people", format!("`{address}` is removed"));
    }
}

fn keys(old: &Person, new: &Person, pointer: &str, found: &mut Found) {
    for (index, key) in new.keys.iter().enumerate() {
        let pointer = format!("{pointer}/keys/{index}");
        let id = &new.id;
        match old.keys.iter().find(|old| old.public == key.public) {
            None => {
                found.turn(pointer, format!("`{id}` gets a key"), format!("`{id}` loses a key"));
            }
            Some(old) if counts_longer(old, key) => {
                let how = format!("a key of `{id}` counts on more days");
                // It may count on other days instead.
                match counts_longer(key, old) {
                    true => found.push(pointer, how),
                    false => {
                        let undone = format!("a key of `{id}` counts on fewer days");
                        found.turn(pointer, how, undone);
                    }
                }
            }
            Some(_) => {}
        }
    }
}

fn counts_longer(old: &Key, new: &Key) -> bool {
    let from = |key: &Key| key.from.unwrap_or(chrono::NaiveDate::MIN);
    let until = |key: &Key| key.until.unwrap_or(chrono::NaiveDate::MAX);
    let is_unrevoked = match (&old.revoked, &new.revoked) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(old), Some(new)) => match old.reason {
            Revocation::Compromised => new.reason != Revocation::Compromised,
            Revocation::Superseded => new.reason == Revocation::Superseded && new.date > old.date,
        },
    };
    from(new) < from(old) || until(new) > until(old) || is_unrevoked
}

/// A control that is added allows nothing yet, and one that goes allows nothing any more.
fn controls(before: &Policy, after: &Policy, found: &mut Found) {
    for (index, control) in after.controls.iter().enumerate() {
        let Some((_, old)) = before.control(&control.id) else { continue };
        let pointer = format!("/controls/{index}");
        let id = &control.id;
        if old.never_exempt && !control.never_exempt {
            let undone = format!("set for `{id}`");
            found.turn(format!("{pointer}/never_exempt"), format!("dropped for `{id}`"), undone);
        }
        found.limit(format!("{pointer}/max_days"), old.max_days, control.max_days);
    }
}

fn scope(before: &Policy, after: &Policy, found: &mut Found) {
    for (kind, new) in &after.scope {
        let Some(old) = before.scope.get(kind) else { continue };
        let pointer = format!("/scope/{kind}");
        if old.levels != new.levels {
            found.push(format!("{pointer}/levels"), "changed");
        }
        let depth = |level: &Option<String>| {
            level.as_ref().and_then(|level| new.levels.iter().position(|it| it == level))
        };
        if old.broadest.is_some() && depth(&new.broadest) < depth(&old.broadest) {
            let text = |level: &Option<String>| level.clone().unwrap_or("any".to_owned());
            let (old, new) = (text(&old.broadest), text(&new.broadest));
            let how = format!("widened from `{old}` to `{new}`");
            let undone = format!("narrowed from `{new}` to `{old}`");
            found.turn(format!("{pointer}/broadest"), how, undone);
        }
    }
}

/// What records have to say.
fn records(before: &Policy, after: &Policy, found: &mut Found) {
    found.removed("/groups", &before.groups, &after.groups);
    found.removed("/vague", &before.vague, &after.vague);
    found.removed("/placeholders", &before.placeholders, &after.placeholders);
    for (name, old) in &before.fields {
        let pointer = format!("/fields/{name}");
        let Some((_, new)) = after.fields.iter().find(|(other, _)| other == name) else {
            if old.required {
                let undone = format!("`{name}` is added, and required");
                found.turn("/fields", format!("`{name}` is removed"), undone);
            }
            continue;
        };
        if old.required && !new.required {
            found.turn(format!("{pointer}/required"), "dropped", "set");
        }
        if old.kind != new.kind {
            found.push(format!("{pointer}/type"), "changed");
        }
        if old.pattern.is_some() && old.pattern != new.pattern {
            found.push(format!("{pointer}/pattern"), "changed");
        }
        if !old.values.is_empty() && new.values.is_empty() {
            found.turn(format!("{pointer}/enum"), "dropped", "set");
        } else if !old.values.is_empty() {
            found.added(&format!("{pointer}/enum"), &old.values, &new.values);
        }
    }
}

fn rules(before: &Policy, after: &Policy, usual: &dyn Fn(&str) -> RuleLevel, found: &mut Found) {
    let codes: BTreeSet<&String> = before.rules.keys().chain(after.rules.keys()).collect();
    for code in codes {
        let level =
            |policy: &Policy| policy.rules.get(code).copied().unwrap_or_else(|| usual(code));
        let (old, new) = (level(before), level(after));
        if new < old {
            let how = format!("lowered from `{}` to `{}`", old.as_str(), new.as_str());
            let undone = format!("raised from `{}` to `{}`", new.as_str(), old.as_str());
            found.turn(format!("/rules/{code}"), how, undone);
        }
    }
}

#[cfg(test)]
mod tests;
