//! Who carries them: how much of the portfolio hangs on a few owners, teams and controls.

use std::collections::BTreeMap;

use crate::report::document::{
    Block, Cell, Column, Figure, Quantity, Row, Section, Table, Text, Tone,
};
use crate::report::ledger::{Entry, Ledger, ids};

/// How many make the top.
const TOP: usize = 3;
/// Owners and teams that are listed.
const MAX_LISTED: usize = 20;

pub(super) fn section(ledger: &Ledger<'_>) -> Section {
    let n_open = ledger.open().count();
    let owners = ranked(ledger, |it| vec![it.owner()]);
    let teams = ranked(ledger, |it| vec![it.team()]);
    let controls = ranked(ledger, |it| it.exception.controls.iter().map(String::as_str).collect());
    // Where there are no more than that, they have all of them.
    let is_told = |ranked: &[(&str, Vec<String>)]| ranked.len() > TOP;
    let share = |key, label: &str, definition, ranked: &[(&str, Vec<String>)]| {
        let mut top: Vec<String> =
            ranked.iter().take(TOP).flat_map(|(_, ids)| ids.iter().cloned()).collect();
        top.sort();
        top.dedup();
        Figure {
            key,
            label: label.to_owned(),
            quantity: match is_told(ranked) {
                true => Quantity::Share { part: top.len(), whole: n_open },
                false => Quantity::None,
            },
            tone: Tone::Plain,
            definition,
            ids: top,
        }
    };
    let figures = vec![
        share(
            "top_owners",
            "are with the three owners who have most",
            "The share of the open exceptions that the three owners with most of them answer for.",
            &owners,
        ),
        share(
            "top_teams",
            "are with the three teams that have most",
            "The share of the open exceptions of the three teams with most of them.",
            &teams,
        ),
        share(
            "top_controls",
            "deviate from one of the three controls that have most",
            "The share of the open exceptions from at least one of the three controls with most of them.",
            &controls,
        ),
    ];
    Section {
        key: "concentration",
        title: "Who carries them?".to_owned(),
        lead: Text::default(),
        blocks: vec![
            Block::Figures(figures),
            Block::Table(table("owners", "Owners with the most", "owner", &owners, ledger)),
            Block::Table(table("teams", "Teams with the most", "team", &teams, ledger)),
        ],
    }
}

/// Names with the ids of their open records, most first.
fn ranked<'a>(
    ledger: &'a Ledger<'a>,
    names: impl Fn(&'a Entry<'a>) -> Vec<&'a str>,
) -> Vec<(&'a str, Vec<String>)> {
    let mut by_name: BTreeMap<&str, Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in ledger.open() {
        for name in names(entry) {
            by_name.entry(name).or_default().push(entry);
        }
    }
    let mut ranked: Vec<(&str, Vec<String>)> =
        by_name.into_iter().map(|(name, entries)| (name, ids(entries))).collect();
    ranked.sort_by_key(|(name, ids)| (std::cmp::Reverse(ids.len()), *name));
    ranked
}

fn table(
    key: &'static str,
    caption: &str,
    title: &'static str,
    ranked: &[(&str, Vec<String>)],
    ledger: &Ledger<'_>,
) -> Table {
    let expired: std::collections::BTreeSet<&str> =
        ledger.open().filter(|it| it.is_expired(ledger.today)).map(|it| it.id.as_str()).collect();
    let budget = |name: &str| {
        let policies = ledger.holdings.iter().map(|it| it.policy);
        let has_team = |entry: &&Entry<'_>| entry.team() == name;
        let mut budgets = policies.filter_map(|policy| policy.budgets.per_team);
        budgets.next().filter(|_| key == "teams" && ledger.open().any(|it| has_team(&it)))
    };
    let rows = ranked.iter().take(MAX_LISTED).map(|(name, ids)| {
        let late: Vec<String> =
            ids.iter().filter(|id| expired.contains(id.as_str())).cloned().collect();
        let budget = budget(name);
        let is_over = budget.is_some_and(|budget| ids.len() > budget);
        Row {
            group: None,
            tone: if is_over { Tone::Warn } else { Tone::Plain },
            cells: vec![
                Cell::text(name),
                Cell::records(ids.clone()),
                Cell::records(late),
                match budget {
                    Some(budget) if is_over => Cell::State(format!("over {budget}"), Tone::Warn),
                    Some(budget) => Cell::Text(format!("within {budget}")),
                    None => Cell::Empty,
                },
            ],
        }
    });
    Table {
        key,
        caption: caption.to_owned(),
        definition: if key == "teams" {
            "The budget is `budgets.per_team` of the policy: how many open exceptions of a team are still healthy."
        } else {
            ""
        },
        columns: vec![
            Column { title, ..Column::elastic("name", "") },
            Column::fixed("open", "open"),
            Column::fixed("expired", "expired"),
            Column::fixed("budget", "budget"),
        ],
        rows: rows.collect(),
        empty: "No exception is open.",
    }
}
