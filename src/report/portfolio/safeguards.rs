//! What lowers the risk meanwhile: compensating controls, and whether somebody still verifies them.

use std::collections::BTreeMap;

use super::counted;
use crate::model::window::is_past;
use crate::report::document::{Block, Chart, Drawing, Figure, Grid, Section, Series, Text, Tone};
use crate::report::ledger::{Entry, Ledger, ids};

/// What the compensating controls of a record are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    /// Each was verified, and that still holds.
    Fresh,
    /// One was never verified, or too long ago.
    Stale,
    None,
}

impl Worth {
    fn of(entry: &Entry<'_>, today: chrono::NaiveDate) -> Self {
        let controls = &entry.exception.compensating_controls;
        let holds = |day: Option<chrono::NaiveDate>| day.is_some_and(|day| !is_past(day, today));
        match () {
            () if controls.is_empty() => Self::None,
            () if controls.iter().all(|it| holds(it.holds_until())) => Self::Fresh,
            () => Self::Stale,
        }
    }
}

pub(super) fn section(ledger: &Ledger<'_>) -> Section {
    let with = |worth| ids(ledger.open().filter(|it| Worth::of(it, ledger.today) == worth));
    let figures: Vec<Figure> = vec![
        counted(
            "safeguards_fresh",
            "have compensating controls that were verified in time",
            Tone::Good,
            "Open exceptions of which each compensating control was verified, and the verification holds today.",
            with(Worth::Fresh),
        ),
        counted(
            "safeguards_stale",
            "have one that is stale or was never verified",
            Tone::Warn,
            "Open exceptions with a compensating control that was never verified, or whose verification no longer holds.",
            with(Worth::Stale),
        ),
        counted(
            "safeguards_none",
            "have none",
            Tone::Warn,
            "Open exceptions without a compensating control.",
            with(Worth::None),
        ),
    ];
    let by_risk: BTreeMap<_, Vec<&Entry<'_>>> =
        ledger.open_by(|it| std::cmp::Reverse(it.exception.risk.level));
    let labels = by_risk.values().map(|entries| format!("{} risk", entries[0].risk()));
    let series = |key: &str, name: &str, tone, worth| {
        let values = by_risk.values().map(|entries| {
            let inside = entries.iter().copied();
            let ids = ids(inside.filter(|it| Worth::of(it, ledger.today) == worth));
            (ids.len(), ids)
        });
        Series { key: key.to_owned(), name: name.to_owned(), tone, values: values.collect() }
    };
    let n = |worth| ledger.open().filter(|it| Worth::of(it, ledger.today) == worth).count();
    let insight = format!(
        "{} fresh, {} stale or never verified, {} without any.",
        n(Worth::Fresh),
        n(Worth::Stale),
        n(Worth::None)
    );
    let drawing = Drawing::Bars(Grid {
        axis: "risk",
        labels: labels.collect(),
        series: vec![
            series("fresh", "fresh", Tone::Good, Worth::Fresh),
            series("stale", "stale or never verified", Tone::Warn, Worth::Stale),
            series("none", "none", Tone::Bad, Worth::None),
        ],
        marks: Vec::new(),
    });
    Section {
        key: "safeguards",
        title: "How well are they controlled?".to_owned(),
        lead: Text::default(),
        blocks: vec![
            Block::Figures(figures),
            Block::Chart(Chart {
                key: "safeguards",
                title: "Compensating controls by risk".to_owned(),
                insight,
                definition: "A record is fresh where each of its compensating controls is; a verification holds for `verify_every`, a year at most.",
                drawing,
            }),
        ],
    }
}
