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
    let controls = ranked(ledger, |it| it.controls.iter().map(String::as_str).collect());
    let share = |key, label: &str, definition, ranked: &[(&str, Vec<String>)]| {
        let mut top: Vec<String> =
            ranked.iter().take(TOP).flat_map(|(_, ids)| ids.iter().cloned()).collect();
        top.sort();
        top.dedup();
        Figure {
            key,
            label: label.to_owned(),
            quantity: Quantity::Share { part: top.len(), whole: n_open },
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
    let expired = ranked_expired(ledger, key);
    let rows = ranked.iter().take(MAX_LISTED).map(|(name, ids)| {
        let budget = if key == "teams" { budget(name, ledger) } else { Cell::Empty };
        let is_over = matches!(budget, Cell::State(..));
        Row {
            group: None,
            tone: if is_over { Tone::Warn } else { Tone::Plain },
            cells: vec![
                Cell::text(name),
                Cell::records(ids.clone()),
                Cell::records(expired.get(*name).cloned().unwrap_or_default()),
                budget,
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

/// The expired records of each owner or team.
fn ranked_expired(ledger: &Ledger<'_>, key: &str) -> BTreeMap<String, Vec<String>> {
    let mut expired: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in ledger.open().filter(|it| it.is_expired(ledger.today)) {
        let name = if key == "teams" { entry.team() } else { entry.owner() };
        expired.entry(name.to_owned()).or_default().push(entry.id.clone());
    }
    expired
}

/// Whether a team keeps to the budget of each register that gives it one. Of a part of the records
/// nothing follows.
fn budget(team: &str, ledger: &Ledger<'_>) -> Cell {
    if !ledger.filters.is_empty() {
        return Cell::Empty;
    }
    let mut within = Vec::new();
    for (at, holding) in ledger.holdings.iter().enumerate() {
        let n = ledger.open().filter(|it| it.holding == at && it.team() == team).count();
        let Some(budget) = holding.policy.budgets.per_team.filter(|_| n > 0) else { continue };
        let place = match ledger.holdings.len() {
            1 => String::new(),
            _ => format!(" in {}", holding.origin.name),
        };
        if n > budget {
            return Cell::State(format!("over {budget}{place}"), Tone::Warn);
        }
        within.push(format!("within {budget}{place}"));
    }
    Cell::text(&within.join(", "))
}
