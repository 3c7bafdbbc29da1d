//! Whether temporary has become permanent: renewals, and what was first promised.

use std::collections::BTreeMap;

use super::{counted, days, days_words};
use crate::model::window::{days_between, is_past};
use crate::report::document::{
    Block, Cell, Chart, Column, Drawing, Figure, Grid, Quantity, Row, Section, Series, Table, Text,
    Tone,
};
use crate::report::ledger::{Entry, Ledger, ids};

pub(super) fn section(ledger: &Ledger<'_>) -> Section {
    let today = ledger.today;
    let open: Vec<&Entry<'_>> = ledger.open().collect();
    let is_serial = |it: &&Entry<'_>| it.renewals() >= it.policy.portfolio.serial_renewals;
    let serial: Vec<&Entry<'_>> = open.iter().copied().filter(is_serial).collect();
    let is_past_promise = |it: &&Entry<'_>| {
        it.life.and_then(|life| life.promised).is_some_and(|day| is_past(day, today))
    };
    let past: Vec<&Entry<'_>> = open.iter().copied().filter(is_past_promise).collect();
    let with_promise = open.iter().filter(|it| it.life.is_some_and(|it| it.promised.is_some()));
    let n_promised = with_promise.count();
    let overdue: Vec<i64> = ledger
        .lives()
        .iter()
        .flat_map(|(_, life)| life.gaps.iter().map(|gap| gap.n_days()))
        .collect();
    let n_gaps = i64::try_from(overdue.len()).unwrap_or(i64::MAX);
    let mean = (n_gaps > 0).then(|| (overdue.iter().sum::<i64>() + n_gaps / 2) / n_gaps);
    let figures = vec![
        Figure {
            key: "past_first_promise",
            label: "are past what was first promised".to_owned(),
            quantity: ledger.if_known(|| Quantity::Share { part: past.len(), whole: n_promised }),
            tone: if past.is_empty() { Tone::Plain } else { Tone::Warn },
            definition: "The share of open exceptions on the mainline whose first last valid day, as it first landed, has passed.",
            ids: ids(past),
        },
        Figure {
            quantity: ledger.if_known(|| Quantity::Count(serial.len())),
            ..counted(
                "serial",
                &serial_label(ledger),
                Tone::Warn,
                "Open exceptions with at least `portfolio.serial_renewals` renewals, counted from history.",
                ids(serial.iter().copied()),
            )
        },
        Figure {
            key: "mean_days_overdue",
            label: "without cover, on average, before a late renewal or closing".to_owned(),
            quantity: ledger.if_known(|| days(mean)),
            tone: Tone::Plain,
            definition: "The mean of the days on which an exception had expired before what let it go on, or ended it, landed; over all such gaps in the history.",
            ids: Vec::new(),
        },
    ];
    Section {
        key: "permanence",
        title: "Has temporary become permanent?".to_owned(),
        lead: Text::default(),
        blocks: match ledger.has_history() {
            true => vec![
                Block::Figures(figures),
                Block::Chart(chart(&open)),
                Block::Table(table(serial)),
            ],
            false => vec![Block::Figures(figures)],
        },
    }
}

/// What again and again means here, where all registers agree.
fn serial_label(ledger: &Ledger<'_>) -> String {
    let mut times = ledger.holdings.iter().map(|it| it.policy.portfolio.serial_renewals);
    let first = times.next().unwrap_or_default();
    match times.all(|it| it == first) {
        true => format!("were renewed {first} times or more"),
        false => "are renewed again and again".to_owned(),
    }
}

fn chart(open: &[&Entry<'_>]) -> Chart {
    let mut by_count: BTreeMap<usize, Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in open {
        by_count.entry(entry.renewals()).or_default().push(entry);
    }
    let most = by_count.keys().next_back().copied().unwrap_or(0);
    let n_renewed = open.iter().filter(|it| it.renewals() > 0).count();
    let counts: Vec<usize> = (0..=most.min(20)).collect();
    let values = counts.iter().map(|&n| {
        // The last class takes in all that are beyond.
        let inside = by_count.range(n..=if n == 20 { usize::MAX } else { n });
        let ids = ids(inside.flat_map(|(_, entries)| entries.iter().copied()));
        (ids.len(), ids)
    });
    let values = values.collect();
    let label = |n: &usize| match n {
        0 => "never renewed".to_owned(),
        1 => "renewed once".to_owned(),
        20 => "20 times or more".to_owned(),
        n => format!("{n} times"),
    };
    Chart {
        key: "renewals",
        title: "Open exceptions by renewals".to_owned(),
        insight: format!(
            "Renewed: {n_renewed} of {}, at most {}.",
            crate::report::counted(open.len(), "open exception", "open exceptions"),
            crate::report::counted(most, "time", "times")
        ),
        definition: "Renewals are counted from history: times that an exception was allowed for longer, filed again or opened again.",
        drawing: Drawing::Bars(Grid {
            axis: "renewals",
            labels: counts.iter().map(label).collect(),
            series: vec![Series {
                key: "records".to_owned(),
                name: "open exceptions".to_owned(),
                tone: Tone::Good,
                values,
            }],
            marks: Vec::new(),
        }),
    }
}

fn table(mut serial: Vec<&Entry<'_>>) -> Table {
    serial.sort_by_key(|it| (std::cmp::Reverse(it.renewals()), it.id.clone()));
    let rows = serial.into_iter().map(|it| {
        let promised = it.life.and_then(|life| life.promised);
        let beyond = promised.and_then(|day| Some(days_between(day, it.expires()?)));
        let reason = it.exception.renewals.last().map_or("", |renewal| renewal.reason.as_str());
        Row::of(vec![
            Cell::Id(it.id.clone()),
            Cell::Number(it.renewals().try_into().unwrap_or(i64::MAX), Vec::new()),
            Cell::day(promised),
            Cell::day(it.expires()),
            Cell::Text(days_words(beyond)),
            Cell::text(it.owner()),
            Cell::text(reason),
        ])
    });
    Table {
        key: "serial",
        caption: "Renewed again and again".to_owned(),
        definition: "Beyond: days from the last valid day that was first promised to the present one.",
        columns: vec![
            Column::fixed("id", "id"),
            Column::fixed("renewals", "renewals"),
            Column::fixed("first_promised", "first promised"),
            Column::fixed("expires", "last valid day"),
            Column::fixed("beyond", "beyond"),
            Column::elastic("owner", "owner"),
            Column::elastic("reason", "last reason"),
        ],
        rows: rows.collect(),
        empty: "No open exception was renewed that often.",
    }
}
