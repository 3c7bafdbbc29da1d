//! Which places an exception may reach, and from which controls it may deviate.

use super::{number, section};
use crate::policy::Policy;
use crate::report::document::{Block, Cell, Column, Row, Section, Table, Tone};

pub(super) fn scope(policy: &Policy) -> Section {
    let rows = policy.scope.iter().map(|(kind, levels)| {
        Row::of(vec![
            Cell::Code(kind.clone()),
            Cell::Text(levels.levels.join(" → ")),
            Cell::text(levels.broadest.as_deref().unwrap_or("any")),
        ])
    });
    section(
        "scope",
        "Where it may reach",
        "A target is written `kind:/path`; one that takes in another is broader.",
        vec![Block::Table(Table {
            key: "scope",
            caption: "Kinds of targets".to_owned(),
            definition: "Levels stand broadest first. What is broader than the broadest level is refused.",
            columns: vec![
                Column::fixed("kind", "kind"),
                Column::elastic("levels", "levels"),
                Column::fixed("broadest", "broadest that is allowed"),
            ],
            rows: rows.collect(),
            empty: "None.",
        })],
    )
}

pub(super) fn catalogue(policy: &Policy) -> Section {
    let rows = policy.controls.iter().map(|control| {
        Row::of(vec![
            Cell::Code(control.id.clone()),
            Cell::text(&control.title),
            match (control.never_exempt, control.max_days) {
                (true, _) => Cell::State("never".to_owned(), Tone::Bad),
                (false, Some(days)) => Cell::Text(format!("{days} days of one grant")),
                (false, None) => Cell::Text("as the risk allows".to_owned()),
            },
            Cell::text(&control.owner),
            control.targets.map_or(Cell::Empty, number),
            Cell::text(&control.frameworks.join(", ")),
        ])
    });
    section(
        "catalogue",
        "The controls",
        "An exception names the controls from which it deviates; only these can be named.",
        vec![Block::Table(Table {
            key: "controls",
            caption: "Catalogue of controls".to_owned(),
            definition: "Frameworks are the outside requirements that a control answers to. Targets are those that it covers, where somebody counts them.",
            columns: vec![
                Column::fixed("control", "control"),
                Column::elastic("title", "title"),
                Column::fixed("exceptions", "exceptions"),
                Column::elastic("owner", "kept by"),
                Column::extra("targets", "targets"),
                Column::elastic("frameworks", "frameworks"),
            ],
            rows: rows.collect(),
            empty: "The policy names no control yet: add them to `controls`.",
        })],
    )
}
