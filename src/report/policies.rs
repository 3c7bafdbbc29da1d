//! What a change of the policy means: what it loosens, what it tightens, and what else differs.
//!
//! Invariant: no difference is left out. What is neither known to loosen nor to tighten is listed
//! with both texts.

use crate::changes::{self, FieldChange};
use crate::history::Needs;
use crate::policy::{Evidence, Loosened, Person, Policy, loosened};
use crate::rules::usual_level;

/// A change of the policy.
#[derive(Debug)]
pub(crate) struct PolicyChange<'a> {
    /// What allows more than before.
    pub(crate) weaker: Vec<Said>,
    /// What allows less.
    pub(crate) stricter: Vec<Said>,
    /// Whatever else differs.
    pub(crate) further: Vec<FieldChange>,
    /// Different persons who have to approve it, by the policy before.
    pub(crate) quorum: u32,
    /// Weakest first.
    pub(crate) accepted: Vec<Evidence>,
    /// Those who may, whoever wrote it.
    pub(crate) approvers: Vec<&'a Person>,
    /// The same as far as it is known who wrote it; none where that was not asked.
    pub(crate) needs: Option<Needs<'a>>,
}

/// A key of the policy, and what happened to it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// `approvals.quorum.high`; entries of a list by their id.
    pub(crate) key: String,
    pub(crate) how: String,
}

impl<'a> PolicyChange<'a> {
    /// None where both say the same.
    pub(crate) fn between(before: &'a Policy, after: &Policy) -> Option<Self> {
        let mut further = changes::policy_changes(before, after);
        if further.is_empty() {
            return None;
        }
        let weaker = loosened(before, after, &usual_level);
        let stricter = loosened(after, before, &usual_level);
        let stricter = stricter.into_iter().filter(|it| it.undone.is_some());
        let weaker: Vec<(String, Said)> =
            weaker.iter().map(|it| said(it, &it.how, after)).collect();
        let stricter: Vec<(String, Said)> = stricter
            .map(|it| said(&it, it.undone.as_deref().unwrap_or_default(), before))
            .collect();
        let is_said = |field: &FieldChange| {
            weaker.iter().chain(&stricter).any(|(pointer, _)| *pointer == field.pointer)
        };
        further.retain(|field| !is_said(field));
        let said = |all: Vec<(String, Said)>| all.into_iter().map(|(_, said)| said).collect();
        let demand = &before.approvals.policy_change;
        let kinds = [Evidence::Trailer, Evidence::Landing, Evidence::Signed];
        let may =
            |person: &&Person| before.approvals.is_approver(person, crate::model::RiskLevel::High);
        Some(Self {
            weaker: said(weaker),
            stricter: said(stricter),
            further,
            quorum: demand.quorum.0,
            accepted: kinds.into_iter().filter(|kind| demand.accept.contains(*kind)).collect(),
            approvers: before.people.iter().filter(may).collect(),
            needs: None,
        })
    }
}

/// A key that changed, as [`changes::policy_changes`] points to it, and in words. `policy` is the
/// one that its pointer leads into.
fn said(loosened: &Loosened, how: &str, policy: &Policy) -> (String, Said) {
    let mut parts: Vec<&str> = loosened.pointer.split('/').skip(1).collect();
    let index = |at: usize| parts.get(at).and_then(|part| part.parse::<usize>().ok());
    let mut more = String::new();
    match parts.first().copied() {
        Some("people") => {
            if let Some(person) = index(1).and_then(|at| policy.people.get(at)) {
                let key = index(3).filter(|_| parts.get(2) == Some(&"keys"));
                if let Some(key) = key.and_then(|at| person.keys.get(at)) {
                    more = format!(": `{}`", key.fingerprint());
                } else if parts.len() == 2 {
                    more = format!(": {}", described(person));
                }
                parts[1] = &person.id;
            }
        }
        Some("controls") => {
            if let Some(control) = index(1).and_then(|at| policy.controls.get(at)) {
                parts[1] = &control.id;
            }
        }
        _ => {}
    }
    let pointer = format!("/{}", parts.join("/"));
    // A person's keys have no ids, so that their number would say nothing.
    parts.truncate(if parts.first() == Some(&"people") { 3 } else { parts.len() });
    (pointer, Said { key: parts.join("."), how: format!("{how}{more}") })
}

/// What a person may do, and who that is.
fn described(person: &Person) -> String {
    let roles = match person.roles.is_empty() {
        true => "no role".to_owned(),
        false => format!("roles {}", person.roles.join(", ")),
    };
    let keys: Vec<String> =
        person.keys.iter().map(|key| format!("`{}`", key.fingerprint())).collect();
    let keys = match keys.is_empty() {
        true => "no key".to_owned(),
        false => format!("keys {}", keys.join(", ")),
    };
    format!("{} <{}>, {roles}, {keys}", person.name, person.emails.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::policy;

    /// Each difference on a line.
    fn told(before: &str, after: &str) -> String {
        let head = "version: 1\nregister: 6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11\n";
        let (before, after) =
            (policy(&format!("{head}{before}")), policy(&format!("{head}{after}")));
        let Some(change) = PolicyChange::between(&before, &after) else { return String::new() };
        let line = |sign: char| move |it: &Said| format!("{sign} {}: {}", it.key, it.how);
        let further = change.further.iter().map(|it| format!("= {}", it.pointer));
        let lines =
            change.weaker.iter().map(line('<')).chain(change.stricter.iter().map(line('>')));
        lines.chain(further).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_looser_stricter_and_otherwise_different_is_told_apart() {
        let before = "durations: {max_renewals: 2, max_total_days: 500}\nlayout: flat\ncontrols: [{id: A-1, title: A, max_days: 9}]\n";
        let after = "durations: {max_renewals: 5, max_total_days: 400}\nlayout: year\ncontrols: [{id: A-1, title: B, max_days: 10}]\n";
        insta::assert_snapshot!(told(before, after), @"
< durations.max_renewals: raised from 2 to 5
< controls.A-1.max_days: raised from 9 to 10
> durations.max_total_days: lowered from 500 to 400
= /layout
= /controls/A-1/title
");
        insta::assert_snapshot!(told(after, before), @"
< durations.max_total_days: raised from 400 to 500
> durations.max_renewals: lowered from 5 to 2
> controls.A-1.max_days: lowered from 10 to 9
= /layout
= /controls/A-1/title
");
        assert_eq!(told(before, before), "");
        assert_eq!(told(before, &format!("# a comment\n{before}")), "");
    }

    #[test]
    fn people_are_named_with_all_that_makes_them_approvers() {
        let people = |more: &str| {
            format!(
                "people:\n  - {{id: a, name: A, emails: [a@example.com], roles: [approver]}}\n{more}"
            )
        };
        let eve =
            "  - {id: eve, name: Eve, emails: [eve@example.com], roles: [approver, risk-owner]}\n";
        insta::assert_snapshot!(told(&people(""), &people(eve)), @"< people.eve: `eve` is added: Eve <eve@example.com>, roles approver, risk-owner, no key");
        insta::assert_snapshot!(told(&people(eve), &people("")), @"
< people: `eve@example.com` is removed
> people.eve: `eve` is removed: Eve <eve@example.com>, roles approver, risk-owner, no key
");
    }
}
