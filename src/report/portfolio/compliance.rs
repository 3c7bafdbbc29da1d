//! What exceptions do to compliance, where the catalogue says how many targets a control covers.

use std::collections::BTreeSet;

use crate::report::document::{Block, Cell, Column, Quantity, Row, Section, Table, Text};
use crate::report::ledger::{Entry, Ledger, ids};

pub(super) fn section(ledger: &Ledger<'_>) -> Section {
    let mut rows = Vec::new();
    // Of a part of the exceptions nothing follows about the targets of the others.
    let holdings = ledger.holdings.iter().filter(|_| ledger.filters.is_empty());
    for (at, holding) in holdings.enumerate() {
        for control in &holding.policy.controls {
            let Some(n_covered) = control.targets else { continue };
            let open: Vec<&Entry<'_>> = ledger
                .open()
                .filter(|it| it.holding == at && it.controls.contains(&control.id))
                .collect();
            if open.is_empty() {
                continue;
            }
            let is_unknown = holding.lives.is_none();
            let is_in_force = |it: &&Entry<'_>| it.in_force == Some(true);
            let targets = |entries: &mut dyn Iterator<Item = &Entry<'_>>| {
                let targets: BTreeSet<String> =
                    entries.flat_map(|it| it.targets().map(|target| target.key())).collect();
                targets.len().min(n_covered)
            };
            let n_excepted = targets(&mut open.iter().copied());
            let n_in_force = targets(&mut open.iter().copied().filter(|it| is_in_force(it)));
            let share = |n_met: usize| {
                Cell::Quantity(Quantity::Share { part: n_met, whole: n_covered }, Vec::new())
            };
            let name = match ledger.holdings.len() {
                1 => control.id.clone(),
                _ => format!("{}/{}", holding.origin.name, control.id),
            };
            rows.push(Row::of(vec![
                Cell::Code(name),
                Cell::Number(n_covered.try_into().unwrap_or(i64::MAX), Vec::new()),
                Cell::Number(n_excepted.try_into().unwrap_or(i64::MAX), Vec::new()),
                share(n_covered - n_excepted),
                match is_unknown {
                    true => Cell::Quantity(Quantity::NeedsHistory, Vec::new()),
                    false => share(n_covered - (n_excepted - n_in_force)),
                },
                Cell::records(ids(open.iter().copied())),
                Cell::text(&control.title),
            ]));
        }
    }
    Section {
        key: "compliance",
        title: "What do they do to compliance?".to_owned(),
        lead: Text::of(
            "As if every target that no exception names met its control: whether it does, the enforcement tools know.",
        ),
        blocks: vec![Block::Table(Table {
            key: "compliance",
            caption: "Controls whose targets the catalogue counts".to_owned(),
            definition: "Excepted counts the different targets that open exceptions name, at most all. Met: the share of targets that no open exception names. Met or in force: the same with those that an exception in force names. A broad target counts once, however much it takes in.",
            columns: vec![
                Column::fixed("control", "control"),
                Column::fixed("targets", "targets"),
                Column::fixed("excepted", "excepted"),
                Column::fixed("without", "met"),
                Column::fixed("with", "met or in force"),
                Column::fixed("open", "open"),
                Column::elastic("title", "title").under("control"),
            ],
            rows,
            empty: if ledger.filters.is_empty() {
                "No control with an open exception says how many targets it covers (`targets` in the catalogue of the policy)."
            } else {
                "Told without filters only: of a part of the exceptions nothing follows about all targets."
            },
        })],
    }
}
