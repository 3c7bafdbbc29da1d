//! The revisions of the policy in words.

use super::text::by;
use crate::history::{PolicyRevision, State, Trusted, short};
use crate::model::window::n_days;
use crate::render::count;

/// What of the policy still matters: the text that waits for an approval, and the one in force. What
/// has been replaced since is counted.
pub(super) fn policies(all: &[PolicyRevision]) -> Vec<String> {
    let is_in_force = |it: &PolicyRevision| !matches!(it.state, State::Open | State::Deleted);
    let newest = all.len().checked_sub(1);
    let in_force = all.iter().rposition(is_in_force);
    let open = newest.filter(|_| in_force != newest);
    let shown: Vec<usize> = open.into_iter().chain(in_force).collect();
    let mut lines: Vec<String> = shown.iter().map(|&at| policy(&all[at])).collect();
    let mut replaced: Vec<(&str, usize)> = vec![
        ("not approved", 0),
        ("approved", 0),
        ("trusted", 0),
        ("said the same", 0),
        ("deleted", 0),
        ("not known", 0),
    ];
    let older = all.iter().enumerate().filter(|(at, _)| !shown.contains(at));
    for (_, revision) in older {
        let place = match (revision.state, revision.trusted) {
            (_, Some(_)) => 2,
            (State::Open, _) => 0,
            (State::Approved | State::ApprovedLate { .. }, _) => 1,
            (State::NotNeeded, _) => 3,
            (State::Deleted, _) => 4,
            (State::Unknown, _) => 5,
        };
        replaced[place].1 += 1;
    }
    replaced.retain(|(_, n)| *n > 0);
    let n = replaced.iter().map(|(_, n)| n).sum();
    if n > 0 {
        let parts: Vec<String> = replaced.iter().map(|(what, n)| format!("{n} {what}")).collect();
        lines.push(format!(
            "policy: {} replaced since: {} (`--format json` has all)",
            count(n, "older text"),
            parts.join(", ")
        ));
    }
    lines
}

pub(super) fn policy(revision: &PolicyRevision) -> String {
    let landed = revision.day().map_or(String::new(), |day| format!("landed {day}, "));
    let outcome = match (revision.trusted, revision.state) {
        (Some(Trusted::First), _) => "the first one, which is trusted".to_owned(),
        (Some(Trusted::NobodyCould), _) => {
            "trusted, since the one before it names nobody who may approve".to_owned()
        }
        (None, State::NotNeeded) => "says the same".to_owned(),
        (None, State::Approved) => format!("{landed}approved by {}", by(&revision.evidence)),
        (None, State::ApprovedLate { days }) => {
            let when = match days {
                0 => "later on that day".to_owned(),
                days => format!("{} later", n_days(days)),
            };
            format!("{landed}approved {when} by {}", by(&revision.evidence))
        }
        (None, State::Deleted) => "deleted; the one before it stays in force".to_owned(),
        (None, State::Unknown) => "the oldest that this clone has".to_owned(),
        (None, State::Open) => {
            let why: Vec<String> = revision.why.iter().map(ToString::to_string).collect();
            format!("not approved, so the one before it stays in force: {}", why.join("; "))
        }
    };
    format!("policy: {} {outcome}", short(revision.commit))
}
