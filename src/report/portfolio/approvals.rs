//! Whether the process works: how long an approval takes, what waits for one, and who gives them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{counted, days, median};
use crate::history::Verdict;
use crate::model::window::{Status, days_between};
use crate::report::document::{
    Block, Cell, Column, Figure, Quantity, Row, Section, Table, Text, Tone,
};
use crate::report::ledger::{Entry, Ledger, ids};

pub(super) fn section(ledger: &Ledger<'_>, since: NaiveDate) -> Section {
    let waiting = waiting(ledger);
    let longest = waiting.iter().map(|it| it.days).max();
    let lapsed = ledger.open().filter(|it| it.verdict == Some(Verdict::Lapsed));
    let lives = ledger.lives();
    let taken = lives
        .iter()
        .filter_map(|(_, life)| Some(days_between(life.begun()?, life.approved?).max(0)));
    let figures = vec![
        Figure {
            key: "median_days_to_approval",
            label: "is the median time to the first approval".to_owned(),
            quantity: ledger.if_known(|| days(median(taken.collect()))),
            tone: Tone::Plain,
            definition: "Days from the beginning of an exception (the earlier of its first landing and its `opened`) to its first approval, over all that were ever approved; the lower of two middle ones. What happened before a proposal landed is not in the history.",
            ids: Vec::new(),
        },
        Figure {
            quantity: ledger.if_known(|| Quantity::Count(waiting.len())),
            ..counted(
                "waiting",
                "wait for an approval",
                Tone::Warn,
                "Open exceptions that are proposed, or whose text on the mainline nobody has approved.",
                waiting.iter().map(|it| it.entry.id.clone()).collect(),
            )
        },
        Figure {
            key: "longest_waiting",
            label: "is the longest that one waits".to_owned(),
            quantity: ledger.if_known(|| days(longest)),
            tone: Tone::Plain,
            definition: "Days since the oldest text that waits landed; of a proposal that has not landed, since its `opened`.",
            ids: ids(waiting.iter().filter(|it| Some(it.days) == longest).map(|it| it.entry)),
        },
        Figure {
            quantity: ledger.if_known(|| Quantity::Count(lapsed.clone().count())),
            ..counted(
                "lapsed",
                "have lapsed",
                Tone::Bad,
                "Open exceptions that were approved once, and changed since in a way that nobody approved.",
                ids(lapsed.clone()),
            )
        },
    ];
    Section {
        key: "approvals",
        title: "Does the process work?".to_owned(),
        lead: Text::default(),
        blocks: match ledger.has_history() {
            true => vec![
                Block::Figures(figures),
                Block::Table(table(&waiting)),
                Block::Table(approvers(ledger, since)),
            ],
            false => vec![Block::Figures(figures)],
        },
    }
}

/// A record that waits for its approval.
struct Waiting<'a> {
    entry: &'a Entry<'a>,
    since: NaiveDate,
    days: i64,
}

fn waiting<'a>(ledger: &'a Ledger<'a>) -> Vec<Waiting<'a>> {
    let waiting = ledger.open().filter_map(|entry| {
        let since = match (entry.status, entry.life) {
            (Status::Proposed, None) => entry.exception.opened,
            (_, Some(life)) => life.waiting,
            (_, None) => None,
        }?;
        let days = days_between(since, ledger.today).max(0);
        Some(Waiting { entry, since, days })
    });
    let mut waiting: Vec<Waiting<'_>> = waiting.collect();
    waiting.sort_by_key(|it| (std::cmp::Reverse(it.days), &it.entry.id));
    waiting
}

fn table(waiting: &[Waiting<'_>]) -> Table {
    let rows = waiting.iter().map(|it| {
        Row::of(vec![
            Cell::Id(it.entry.id.clone()),
            Cell::Text(match it.entry.verdict {
                Some(verdict) => verdict.as_str().to_owned(),
                None => it.entry.status.as_str().to_owned(),
            }),
            Cell::Date(it.since),
            Cell::Number(it.days, Vec::new()),
            Cell::Text(it.entry.risk().to_owned()),
            Cell::text(it.entry.owner()),
            Cell::Code(it.entry.command("approve")),
            Cell::text(&who_may(it.entry)),
        ])
    });
    Table {
        key: "waiting",
        caption: "What waits for an approval, longest first".to_owned(),
        definition: "",
        columns: vec![
            Column::fixed("id", "id"),
            Column::fixed("verdict", "verdict"),
            Column::fixed("since", "since"),
            Column::fixed("days", "days"),
            Column::fixed("risk", "risk"),
            Column::elastic("owner", "owner"),
            Column::fixed("act", "to do"),
            Column::extra("approvers", "who may").under("act"),
        ],
        rows: rows.collect(),
        empty: "Nothing waits.",
    }
}

/// `alice, bob`, or `2 of alice, bob, carol`.
fn who_may(entry: &Entry<'_>) -> String {
    let approvers = entry.approvers();
    match entry.n_missing() {
        _ if approvers.is_empty() => String::new(),
        0 | 1 => approvers.join(", "),
        n => format!("{n} of {}", approvers.join(", ")),
    }
}

fn approvers(ledger: &Ledger<'_>, since: NaiveDate) -> Table {
    let lives = ledger.lives();
    let mut by_person: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    let mut n_given = 0;
    for (id, life) in &lives {
        // One id may be another person in another register.
        let register = id.strip_suffix(life.id.as_str()).unwrap_or_default();
        for given in life.approvals.iter().filter(|it| since <= it.day && it.day <= ledger.today) {
            let (n, ids) = by_person.entry(format!("{register}{}", given.person)).or_default();
            (*n, n_given) = (*n + 1, n_given + 1);
            ids.push(id.clone());
        }
    }
    let mut by_person: Vec<(String, (usize, Vec<String>))> = by_person.into_iter().collect();
    by_person.sort_by_key(|(person, (n, _))| (std::cmp::Reverse(*n), person.clone()));
    let rows = by_person.into_iter().map(|(person, (n, mut ids))| {
        ids.dedup();
        Row::of(vec![
            Cell::text(&person),
            Cell::Number(n.try_into().unwrap_or(i64::MAX), ids),
            Cell::Quantity(Quantity::Share { part: n, whole: n_given }, Vec::new()),
        ])
    });
    Table {
        key: "approvers",
        caption: format!("Who approved, since {since}"),
        definition: "Each person once for each revision whose approval they were part of, by their id in `people` of the policy.",
        columns: vec![
            Column::fixed("person", "person"),
            Column::fixed("approvals", "approvals"),
            Column::fixed("share", "share"),
        ],
        rows: rows.collect(),
        empty: "History shows no approval in this time.",
    }
}
