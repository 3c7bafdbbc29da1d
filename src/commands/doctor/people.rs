//! Whether there is anybody who can approve, and with which keys.

use chrono::NaiveDate;

use crate::model::{RiskLevel, window};
use crate::policy::{Evidence, Key, Person, Policy, Revocation};
use crate::render::count;
use crate::render::doctor::Check;

/// Days before the end of a key in which it is told.
const SOON: i64 = 30;

pub(super) fn checks(policy: &Policy, path: &str, today: NaiveDate) -> Vec<Check> {
    if policy.people.is_empty() {
        let message = "nobody is in `people`, so nobody can approve";
        let help = format!(
            "add to `{path}`, with your own: \
             people: [{{id: alice, name: Alice Kim, emails: [alice@example.com], roles: [{}]}}]",
            policy.approvals.roles.approve.first().map_or("approver", String::as_str)
        );
        return vec![Check::problem("people", message, help)];
    }
    let mut checks = Vec::new();
    for risk in RiskLevel::ALL {
        checks.extend(approvers(policy, risk, path, today));
    }
    if checks.is_empty() {
        let n = count(policy.people.len(), "person").replace("persons", "people");
        checks.push(Check::ok("people", format!("{n}, enough to approve at every risk")));
    }
    let approvers = policy.people.iter().filter(|person| {
        RiskLevel::ALL.iter().any(|&risk| policy.approvals.is_approver(person, risk))
    });
    let n_before = checks.len();
    let (keyless, keyed): (Vec<&Person>, Vec<&Person>) =
        approvers.partition(|person| person.keys.is_empty());
    checks.extend(keyed.into_iter().filter_map(|person| keys(person, path, today)));
    checks.extend(without_keys(&keyless, policy, path));
    if checks.len() == n_before {
        checks.push(Check::ok("keys", format!("none ends within {SOON} days")));
    }
    checks
}

/// Those who can approve and cannot sign, but for risks at which nothing else counts: that has been
/// told.
fn without_keys(keyless: &[&Person], policy: &Policy, path: &str) -> Option<Check> {
    let approvals = &policy.approvals;
    let is_told = |person: &Person| {
        RiskLevel::ALL
            .iter()
            .any(|&risk| takes_signatures(policy, risk) && approvals.is_approver(person, risk))
    };
    let ids: Vec<String> =
        keyless.iter().filter(|it| !is_told(it)).map(|it| format!("`{}`", it.id)).collect();
    let ids = (!ids.is_empty()).then(|| ids.join(", "))?;
    let message = format!("no key is listed of {ids}, so nothing that they sign counts");
    Some(Check::note("keys", message, new_key(path)))
}

/// Whether nothing but signatures counts at a risk.
fn takes_signatures(policy: &Policy, risk: RiskLevel) -> bool {
    let accepted = policy.approvals.accept.get(risk);
    !accepted.contains(Evidence::Trailer) && !accepted.contains(Evidence::Landing)
}

fn new_key(path: &str) -> String {
    format!("`ssh-keygen -t ed25519` makes one; add its `.pub` line to `keys` in `{path}`")
}

/// Whether there are enough people for a risk, and enough of them with a key where it takes one.
fn approvers(policy: &Policy, risk: RiskLevel, path: &str, today: NaiveDate) -> Option<Check> {
    let approvals = &policy.approvals;
    let roles = match risk {
        RiskLevel::Critical => &approvals.roles.critical,
        RiskLevel::Low | RiskLevel::Medium | RiskLevel::High => &approvals.roles.approve,
    };
    let roles = roles.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(" or ");
    let people = policy.people.iter().filter(|person| approvals.is_approver(person, risk));
    let people: Vec<&Person> = people.collect();
    let quorum = approvals.quorum.get(risk).0 as usize;
    let level = risk.as_str();
    if people.is_empty() {
        let message = format!("nobody can approve at {level} risk");
        let help = format!("give somebody in `people` the role {roles} in `{path}`");
        return Some(Check::problem("people", message, help));
    }
    if people.len() < quorum {
        let message = format!(
            "{level} risk takes {quorum} approvals, and only {} can approve",
            count(people.len(), "person").replace("persons", "people")
        );
        let help = format!(
            "give more people the role {roles}, or lower `approvals.quorum.{level}`, in `{path}`"
        );
        return Some(Check::problem("people", message, help));
    }
    if !takes_signatures(policy, risk) {
        return None;
    }
    let keyless: Vec<&str> = people
        .iter()
        .filter(|person| !person.keys.iter().any(|key| last_day(key, today).is_valid()))
        .map(|person| person.id.as_str())
        .collect();
    if keyless.is_empty() {
        return None;
    }
    let message = format!(
        "{level} risk takes signed approvals, and {} has no valid key",
        keyless.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
    );
    let help = new_key(path);
    Some(match people.len() - keyless.len() < quorum {
        true => Check::problem("people", message, help),
        false => Check::note("people", message, help),
    })
}

/// How long a key is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Validity {
    Over,
    NotYet,
    Until(NaiveDate),
    Endless,
}

impl Validity {
    fn is_valid(self) -> bool {
        matches!(self, Self::Until(_) | Self::Endless)
    }
}

fn last_day(key: &Key, today: NaiveDate) -> Validity {
    let is_revoked = key
        .revoked
        .is_some_and(|revoked| revoked.reason == Revocation::Compromised || revoked.date <= today);
    let ends = [key.until, key.revoked.map(|revoked| revoked.date)].into_iter().flatten().min();
    match ends {
        _ if is_revoked => Validity::Over,
        Some(day) if window::is_past(day, today) => Validity::Over,
        _ if key.from.is_some_and(|from| from > today) => Validity::NotYet,
        Some(day) => Validity::Until(day),
        None => Validity::Endless,
    }
}

/// What to say of the keys of a person who can approve: only the one that lasts longest counts.
fn keys(person: &Person, path: &str, today: NaiveDate) -> Option<Check> {
    let longest = person.keys.iter().map(|key| last_day(key, today)).max()?;
    let help = format!("add a further key to `keys` of `{}` in `{path}`", person.id);
    match longest {
        Validity::Over => {
            let message = format!("no key of `{}` is valid any more", person.id);
            Some(Check::problem("keys", message, help))
        }
        Validity::Until(day) if window::days_left(day, today) <= SOON => {
            let left = window::days_left(day, today);
            let message = format!(
                "the last key of `{}` is valid through {day}, {} left",
                person.id,
                count(usize::try_from(left).unwrap_or_default(), "day")
            );
            Some(Check::note("keys", message, help))
        }
        Validity::NotYet | Validity::Until(_) | Validity::Endless => None,
    }
}
