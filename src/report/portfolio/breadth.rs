//! How broad they are: at which level of its kind each target stands, and which records take in most.

use std::collections::BTreeMap;

use crate::model::Target;
use crate::report::document::{
    Block, Cell, Chart, Column, Drawing, Grid, Row, Section, Series, Table, Text, Tone,
};
use crate::report::ledger::{Entry, Ledger, ids};

/// Records that are listed.
const MAX_WIDEST: usize = 10;

pub(super) fn section(ledger: &Ledger<'_>) -> Section {
    let mut by_level: BTreeMap<(String, usize, String), Vec<&Entry<'_>>> = BTreeMap::new();
    let mut widest: Vec<(usize, &Entry<'_>, String)> = Vec::new();
    for entry in ledger.open() {
        let levels: Vec<(usize, String, Target<'_>)> =
            entry.targets().filter_map(|target| level(entry, target)).collect();
        for (at, name, target) in &levels {
            let key = (target.kind().to_owned(), *at, name.clone());
            let inside = by_level.entry(key).or_default();
            if inside.last().is_none_or(|last| last.id != entry.id) {
                inside.push(entry);
            }
        }
        if let Some((at, name, target)) = levels.into_iter().min_by_key(|(at, ..)| *at) {
            widest.push((at, entry, named(target.kind(), &name)));
        }
    }
    widest.sort_by_key(|(at, entry, _)| {
        (*at, std::cmp::Reverse(entry.exception.scope.len()), entry.id.clone())
    });
    let labels: Vec<String> = by_level.keys().map(|(kind, _, name)| named(kind, name)).collect();
    let values = by_level.values().map(|entries| {
        let ids = ids(entries.iter().copied());
        (ids.len(), ids)
    });
    let series = Series {
        key: "records".to_owned(),
        name: "open exceptions".to_owned(),
        tone: Tone::Good,
        values: values.collect(),
    };
    let n_targets: usize = ledger.open().map(|it| it.exception.scope.len()).sum();
    let n_open = ledger.open().count();
    let insight = match n_open {
        0 => "No exception is open.".to_owned(),
        _ => format!(
            "{n_open} open exceptions name {n_targets} targets; the broadest levels stand first."
        ),
    };
    let rows = widest.iter().take(MAX_WIDEST).map(|(_, entry, level)| {
        Row::of(vec![
            Cell::Id(entry.id.clone()),
            Cell::Text(level.clone()),
            Cell::Number(entry.exception.scope.len().try_into().unwrap_or(i64::MAX), Vec::new()),
            Cell::Text(entry.risk().to_owned()),
            Cell::text(entry.owner()),
            Cell::text(&entry.exception.scope.join(" ")),
        ])
    });
    Section {
        key: "breadth",
        title: "How broad are they?".to_owned(),
        lead: Text::of("The smallest set of targets that solves the problem is enough."),
        blocks: vec![
            Block::Chart(Chart {
                key: "breadth",
                title: "Open exceptions by the level of their targets".to_owned(),
                insight,
                definition: "A record counts once at each level at which it has a target, by the levels that the policy names for the kind (`scope`), broadest first.",
                drawing: Drawing::Bars(Grid {
                    axis: "level",
                    labels,
                    series: vec![series],
                    marks: Vec::new(),
                }),
            }),
            Block::Table(Table {
                key: "widest",
                caption: "The broadest".to_owned(),
                definition: "Ten at most, by the broadest level at which a record has a target, then by its number of targets.",
                columns: vec![
                    Column::fixed("id", "id"),
                    Column::fixed("level", "broadest level"),
                    Column::fixed("targets", "targets"),
                    Column::fixed("risk", "risk"),
                    Column::elastic("owner", "owner"),
                    Column::elastic("scope", "scope"),
                ],
                rows: rows.collect(),
                empty: "No exception is open.",
            }),
        ],
    }
}

/// A level with its kind, said once where they are called the same.
fn named(kind: &str, level: &str) -> String {
    match kind.eq_ignore_ascii_case(level) {
        true => level.to_owned(),
        false => format!("{kind}: {level}"),
    }
}

/// Where a target stands among the levels of its kind, with the level's name.
fn level<'a>(entry: &Entry<'_>, target: Target<'a>) -> Option<(usize, String, Target<'a>)> {
    let levels = &entry.policy.scope.get(target.kind())?.levels;
    let at = target.breadth(levels).ok()?.0;
    Some((at, levels.get(at)?.clone(), target))
}
