//! What each owner, or each team, has to do about exceptions, most urgent first.
//!
//! Invariant: whoever has nothing to do is not named.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::expiry::{Duty, dues};
use super::ledger::{Entry, Ledger};
use crate::history::{Stage, Verdict, awaited, more_people};
use crate::model::window::{Status, days_after, days_left, n_days};

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
    pub(crate) has_history: bool,
    /// Whether of every record it is known whether somebody has approved it.
    pub(crate) is_known: bool,
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
        let is_known = has_history && !ledger.open().any(Entry::is_unknown);
        Self { today: ledger.today, parties, unreadable, has_history, is_known }
    }
}

fn tasks(entry: &Entry<'_>, today: NaiveDate, within: Option<u32>) -> Vec<Task> {
    let within = within.unwrap_or(entry.policy.warn_within_days);
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
        let what = proposed(entry);
        let act = entry.command("review");
        tasks.push(task(Urgency::Unapproved, entry.exception.opened, what, act));
        return tasks;
    }
    // Without its history nobody knows how often it was renewed.
    let is_last = entry.life.is_some() && entry.renewals_left() == 0;
    let (renew, act) = match is_last {
        true => ("close it, as it has no renewal left", entry.command("close")),
        false => ("close it, or renew it", entry.command("renew")),
    };
    match (entry.expires(), entry.days_left(today)) {
        (Some(day), Some(days @ ..0)) => {
            let what = format!("its last valid day was {day}, {} ago: {renew}", n_days(-days));
            tasks.push(task(Urgency::Expired, Some(day), what, act));
        }
        (Some(day), Some(days)) if days <= within.into() => {
            let when = if days == 0 { "today".to_owned() } else { format!("in {}", n_days(days)) };
            let what = format!("ends on {day}, {when}: {renew}");
            tasks.push(task(Urgency::Soon, Some(day), what, act));
        }
        (None, _) => {
            let what = "names no last valid day".to_owned();
            tasks.push(task(Urgency::Expired, None, what, entry.command("show")));
        }
        _ => {}
    }
    tasks.extend(
        unapproved(entry, today)
            .map(|(since, what, act)| task(Urgency::Unapproved, since, what, act)),
    );
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
            Duty::Review => format!("its periodic review {when}: {}", due.what),
            Duty::Milestone => format!("a milestone {when}: {}", due.what),
        };
        let urgency = if days < 0 { Urgency::Overdue } else { Urgency::Soon };
        tasks.push(task(urgency, Some(due.day), what, due.act()));
    }
    tasks
}

/// What has to be done so that what has not landed holds.
fn proposed(entry: &Entry<'_>) -> String {
    if entry.exception.emergency.is_some() {
        let told = Stage::Ahead.told(entry.policy.approvals.late_days, NaiveDate::MIN);
        return format!("it is an emergency, and only proposed: have it merged, and {told}");
    }
    let way = way_out(entry);
    match entry.approvers().is_empty() {
        true => format!("it is only proposed: {way}"),
        false => format!("it is only proposed: {way}, and merged"),
    }
}

/// What has to be done so that it is approved: the day since when, what it is, and the command.
fn unapproved(entry: &Entry<'_>, today: NaiveDate) -> Option<(Option<NaiveDate>, String, String)> {
    let verdict = entry.verdict?;
    if entry.is_changed() {
        let what = "it says more here than what was approved on the mainline: have the change approved and merged, or take it back".to_owned();
        return Some((None, what, entry.command("review")));
    }
    if entry.is_doubtful() {
        let what = match verdict {
            Verdict::Suspect => "somebody has to look into its approval",
            _ => "whether it is approved cannot be told",
        };
        return Some((None, format!("{what}: its history says why"), entry.command("history")));
    }
    if !entry.waits_for_approval() {
        return None;
    }
    let since = entry.life.and_then(|life| life.waiting).filter(|day| *day <= today);
    let ago = since.map_or_else(String::new, |day| match -days_left(day, today) {
        0 => format!(" since {day}, today"),
        days => format!(" since {day}, {}", n_days(days)),
    });
    let through = entry.life.and_then(|life| life.awaited);
    let what = match (verdict, through) {
        (_, Some(through)) => format!("it is an emergency, and {}", awaited(through, today)),
        (Verdict::Lapsed, _) => format!("it was changed, and is not approved any more{ago}"),
        _ if entry.n_approvals() > 0 => {
            let quorum = entry.n_approvals() + entry.n_missing();
            format!("it has {} of {quorum} approvals{ago}", entry.n_approvals())
        }
        _ => format!("nobody has approved it{ago}"),
    };
    let act = match entry.exception.risk.level {
        None => format!("{} --risk LEVEL …", entry.command("amend")),
        Some(_) if entry.approvers().is_empty() => entry.command("history"),
        Some(_) => entry.command("approve"),
    };
    Some((since, format!("{what}: {}", way_out(entry)), act))
}

/// How a text that waits may get its approval, in a few words.
fn way_out(entry: &Entry<'_>) -> String {
    let way = entry.life.and_then(|life| life.way.as_ref());
    if let Some(way) = way.filter(|way| !way.rejected.is_empty()) {
        return format!(
            "{} rejected it, so change what it says or ask for that to be taken back",
            either(&way.rejected)
        );
    }
    let approvers = entry.approvers();
    match (approvers.as_slice(), entry.n_missing()) {
        _ if entry.exception.risk.level.is_none() => {
            "complete it first, since its risk says who may approve it".to_owned()
        }
        ([], _) => "nobody who may approve it is left in `people` of the policy".to_owned(),
        (approvers, n) if n > approvers.len() => {
            let more = more_people(n - approvers.len()).unwrap_or_default();
            format!("have it approved by {}, and {more}", approvers.join(" and "))
        }
        (approvers, 0 | 1) => format!("have it approved by {}", either(approvers)),
        (approvers, n) => format!("have it approved by {n} of {}", either(approvers)),
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
