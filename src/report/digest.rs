//! What each owner, or each team, has to do about exceptions, most urgent first.
//!
//! Invariant: whoever has nothing to do is not named.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::expiry::{Duty, dues};
use super::ledger::{Entry, Ledger};
use crate::history::Verdict;
use crate::model::window::{Status, days_after, days_left, n_days};
use crate::text::shell_word;

/// Whom a part of the digest is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    Owner,
    Team,
}

/// What there is to do, for everybody who has something to do.
pub(crate) struct Digest {
    pub(crate) today: NaiveDate,
    /// Those with the most urgent task first.
    pub(crate) parties: Vec<Party>,
    pub(crate) unreadable: Vec<String>,
    /// Whether it is known what nobody has approved.
    pub(crate) has_history: bool,
}

/// Somebody who has to act.
pub(crate) struct Party {
    pub(crate) name: String,
    /// The address of an owner; a team has none.
    pub(crate) email: Option<String>,
    /// Most urgent first.
    pub(crate) tasks: Vec<Task>,
}

/// Something to do about a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Task {
    pub(crate) urgency: Urgency,
    /// The day that makes it urgent.
    pub(crate) day: Option<NaiveDate>,
    pub(crate) id: String,
    /// What stands at the record, in a sentence without a full stop.
    pub(crate) what: String,
    pub(crate) act: String,
    pub(crate) title: String,
    /// The owner, where the digest is for teams.
    pub(crate) owner: Option<String>,
}

/// How soon somebody has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Urgency {
    /// The exception has ended, and nobody has closed it.
    Expired,
    /// It has no approval.
    Unapproved,
    /// What had to be done about it is late.
    Overdue,
    Soon,
}

impl Urgency {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Unapproved => "not approved",
            Self::Overdue => "overdue",
            Self::Soon => "soon",
        }
    }
}

impl Digest {
    /// `within` is how far ahead it looks, in days; as far as each policy warns, if it is none.
    pub(crate) fn of(ledger: &Ledger<'_>, by: For, within: Option<u32>) -> Self {
        let mut parties: BTreeMap<String, Party> = BTreeMap::new();
        for entry in ledger.open() {
            let tasks = tasks(entry, ledger.today, within);
            if tasks.is_empty() {
                continue;
            }
            let owner = &entry.exception.owner;
            let (key, name, email) = match by {
                For::Owner if owner.email.is_empty() => {
                    (entry.owner().to_lowercase(), entry.owner(), None)
                }
                For::Owner => {
                    (owner.email.to_lowercase(), entry.owner(), Some(owner.email.clone()))
                }
                For::Team => (entry.team().to_lowercase(), entry.team(), None),
            };
            let party = parties.entry(key).or_insert_with(|| Party {
                name: name.to_owned(),
                email,
                tasks: Vec::new(),
            });
            let owner = (by == For::Team).then(|| entry.owner().to_owned());
            party.tasks.extend(tasks.into_iter().map(|task| Task { owner: owner.clone(), ..task }));
        }
        let mut parties: Vec<Party> = parties.into_values().collect();
        for party in &mut parties {
            party.tasks.sort();
        }
        parties.sort_by(|a, b| {
            let rank = |it: &Party| it.tasks.first().map(|task| (task.urgency, task.day));
            (rank(a), &a.name, &a.email).cmp(&(rank(b), &b.name, &b.email))
        });
        let unreadable =
            ledger.holdings.iter().flat_map(|it| it.origin.unreadable.iter().cloned()).collect();
        let has_history = ledger.has_history();
        Self { today: ledger.today, parties, unreadable, has_history }
    }
}

fn tasks(entry: &Entry<'_>, today: NaiveDate, within: Option<u32>) -> Vec<Task> {
    let within = within.unwrap_or(entry.policy.warn_within_days);
    let id = shell_word(&entry.exception.id);
    let task = |urgency, day, what: String, act: String| Task {
        urgency,
        day,
        id: entry.id.clone(),
        what,
        act,
        title: entry.exception.title.clone(),
        owner: None,
    };
    let mut tasks = Vec::new();
    if entry.status == Status::Proposed {
        let what = "is only proposed: have it approved and merged".to_owned();
        tasks.push(task(
            Urgency::Unapproved,
            entry.exception.opened,
            what,
            format!("exc review {id}"),
        ));
        return tasks;
    }
    let renew = match entry.renewals_left() {
        0 => "close it, as it has no renewal left",
        _ => "close it, or renew it",
    };
    match (entry.expires(), entry.days_left(today)) {
        (Some(day), Some(days @ ..0)) => tasks.push(task(
            Urgency::Expired,
            Some(day),
            format!("its last valid day was {day}, {} ago: {renew}", n_days(-days)),
            format!("exc show {id}"),
        )),
        (Some(day), Some(days)) if days <= within.into() => {
            let when = if days == 0 { "today".to_owned() } else { format!("in {}", n_days(days)) };
            tasks.push(task(
                Urgency::Soon,
                Some(day),
                format!("ends on {day}, {when}: {renew}"),
                format!("exc show {id}"),
            ));
        }
        (None, _) => tasks.push(task(
            Urgency::Expired,
            None,
            "names no last valid day".to_owned(),
            format!("exc show {id}"),
        )),
        _ => {}
    }
    if let Some(verdict @ (Verdict::Lapsed | Verdict::Unapproved)) = entry.verdict {
        let since = entry.life.and_then(|life| life.waiting);
        let ago = since.map(|day| format!(" since {day}, {}", n_days(-days_left(day, today))));
        let ago = ago.unwrap_or_default();
        let what = match verdict {
            Verdict::Lapsed => format!("it was changed, and is not approved any more{ago}"),
            _ => format!("nobody has approved it{ago}"),
        };
        let act = format!("exc approve {id}");
        let what = format!("{what}: {}", way_out(entry));
        tasks.push(task(Urgency::Unapproved, since, what, act));
    }
    for due in dues(entry, days_after(today, within)) {
        let days = days_left(due.day, today);
        let when = match days {
            ..0 => format!("was due on {}, {} ago", due.day, n_days(-days)),
            0 => "is due today".to_owned(),
            _ => format!("is due on {}, in {}", due.day, n_days(days)),
        };
        let what = match due.duty {
            Duty::Verification => format!(
                "a compensating control has to be verified again, which {when}: {}",
                due.what
            ),
            Duty::Review => format!("its periodic review {when}"),
            Duty::Milestone => format!("a milestone {when}: {}", due.what),
        };
        let urgency = if days < 0 { Urgency::Overdue } else { Urgency::Soon };
        tasks.push(task(urgency, Some(due.day), what, due.act()));
    }
    tasks
}

/// How a text that waits may get its approval, in a few words.
fn way_out(entry: &Entry<'_>) -> String {
    let way = entry.life.and_then(|life| life.way.as_ref());
    let Some(way) = way else { return "have it approved".to_owned() };
    match (way.rejected.as_slice(), way.approvers.as_slice()) {
        ([], []) => "nobody who may approve is left: `exc audit` says why".to_owned(),
        ([], approvers) => {
            let n = match way.n_missing {
                0 | 1 => String::new(),
                n => format!("{n} of "),
            };
            format!("have it approved by {n}{}", either(approvers))
        }
        (rejected, _) => format!(
            "{} rejected it, so change what it says or ask for that to be taken back",
            either(rejected)
        ),
    }
}

/// `alice, bob or carol`; more than a few are counted.
fn either(names: &[String]) -> String {
    const MAX_NAMED: usize = 5;
    match names {
        [one] => one.clone(),
        _ if names.len() > MAX_NAMED => {
            format!("{} or {} others", names[..MAX_NAMED].join(", "), names.len() - MAX_NAMED)
        }
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
        [] => String::new(),
    }
}
