//! How good the records are: what `exc check` finds in them, rule by rule.

use std::collections::{BTreeMap, BTreeSet};

use super::counted;
use crate::finding::Level;
use crate::report::document::{
    Block, Cell, Column, Figure, Quantity, Row, Section, Table, Text, Tone,
};
use crate::report::ledger::Ledger;

pub(super) fn section(ledger: &Ledger<'_>) -> Section {
    /// What a rule found.
    struct Found {
        level: Level,
        name: &'static str,
        n: usize,
        ids: BTreeSet<String>,
    }
    let shown: BTreeMap<(usize, &str), &str> = ledger
        .entries
        .iter()
        .map(|it| ((it.holding, it.exception.id.as_str()), it.id.as_str()))
        .collect();
    let mut by_rule: BTreeMap<&'static str, Found> = BTreeMap::new();
    let mut with_errors: BTreeSet<String> = BTreeSet::new();
    for (at, holding) in ledger.holdings.iter().enumerate() {
        for finding in holding.findings {
            let id = finding.record.as_deref().and_then(|id| shown.get(&(at, id)));
            // With filters, what is about no record of theirs is somebody else's.
            if id.is_none() && !ledger.filters.is_empty() {
                continue;
            }
            let found = by_rule.entry(finding.code.id).or_insert(Found {
                level: finding.level,
                name: finding.code.name,
                n: 0,
                ids: BTreeSet::new(),
            });
            found.n += 1;
            found.level = found.level.max(finding.level);
            if let Some(id) = id {
                found.ids.insert((*id).to_owned());
                if finding.level == Level::Error {
                    with_errors.insert((*id).to_owned());
                }
            }
        }
    }
    let unreadable: Vec<String> =
        ledger.holdings.iter().flat_map(|it| it.origin.unreadable.iter().cloned()).collect();
    let figures: Vec<Figure> = vec![
        counted(
            "with_errors",
            "have an error",
            Tone::Bad,
            "Records, also closed ones, in which `exc check` finds an error today.",
            with_errors.into_iter().collect(),
        ),
        Figure {
            key: "unreadable",
            label: "could not be read".to_owned(),
            quantity: Quantity::Count(unreadable.len()),
            tone: if unreadable.is_empty() { Tone::Plain } else { Tone::Bad },
            definition: "Files of the register that could not be read or understood, of which nothing on this page knows. This should be none.",
            ids: Vec::new(),
        },
    ];
    let mut found: Vec<(&'static str, Found)> = by_rule.into_iter().collect();
    found.sort_by_key(|(code, it)| (std::cmp::Reverse(it.level), std::cmp::Reverse(it.n), *code));
    let rows = found.into_iter().map(|(code, it)| {
        let tone = if it.level == Level::Error { Tone::Bad } else { Tone::Warn };
        Row::of(vec![
            Cell::Code(code.to_owned()),
            Cell::Text(it.name.to_owned()),
            Cell::State(it.level.as_str().to_owned(), tone),
            Cell::Number(it.n.try_into().unwrap_or(i64::MAX), it.ids.into_iter().collect()),
            Cell::Code(format!("exc explain {code}")),
        ])
    });
    Section {
        key: "quality",
        title: "How good are the records?".to_owned(),
        lead: Text::default(),
        blocks: vec![
            Block::Figures(figures),
            Block::Table(Table {
                key: "quality",
                caption: "What `exc check` finds, by rule".replace('`', ""),
                definition: "Findings in all records that pass the filters, closed ones too; without filters also those about files.",
                columns: vec![
                    Column::fixed("code", "code"),
                    Column::elastic("rule", "rule"),
                    Column::fixed("level", "level"),
                    Column::fixed("findings", "findings"),
                    Column::extra("explain", "what it means"),
                ],
                rows: rows.collect(),
                empty: "Nothing: every record is in order.",
            }),
        ],
    }
}
