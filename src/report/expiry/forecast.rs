//! What the next weeks bring: how many exceptions end in each, the days on which too many do, and how
//! to spread them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::window::{days_after, is_past, monday, working_day_before};
use crate::report::document::{
    Block, Cell, Chart, Column, Drawing, Grid, Row, Section, Series, Table, Text, Tone,
};
use crate::report::ledger::{Entry, Ledger, ids};

/// Weeks that the forecast looks ahead.
const WEEKS: u32 = 26;

pub(super) fn section(open: &[&Entry<'_>], ledger: &Ledger<'_>) -> Section {
    let today = ledger.today;
    let cliffs = cliffs(open, today);
    let lead = match cliffs.len() {
        // What the filters leave out may end on the same day.
        0 if !ledger.filters.is_empty() => format!(
            "Exceptions that end in each of the next {WEEKS} weeks; cliffs are told without filters."
        ),
        0 => format!("Exceptions that end in each of the next {WEEKS} weeks; no day is a cliff."),
        1 => "On one day so many end that the work of renewing or closing them comes at once."
            .to_owned(),
        n => format!(
            "On {n} days so many end that the work of renewing or closing them comes at once."
        ),
    };
    let empty = match ledger.filters.is_empty() {
        true => "No day is a cliff.",
        false => "No day is a cliff of these alone; cliffs are told without filters.",
    };
    Section {
        key: "forecast",
        title: "The weeks ahead".to_owned(),
        lead: Text::of(&lead),
        blocks: vec![
            Block::Chart(chart(open, &cliffs, today)),
            Block::Table(Table { empty, ..staggered(&cliffs, today) }),
        ],
    }
}

/// A day on which as many exceptions end as the policy calls a cliff.
struct Cliff<'a> {
    day: NaiveDate,
    limit: usize,
    entries: Vec<&'a Entry<'a>>,
}

fn cliffs<'a>(open: &[&'a Entry<'a>], today: NaiveDate) -> Vec<Cliff<'a>> {
    let mut days: BTreeMap<(NaiveDate, usize), Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in open {
        if let Some(day) = entry.expires().filter(|day| !is_past(*day, today)) {
            days.entry((day, entry.holding)).or_default().push(entry);
        }
    }
    let cliffs = days.into_iter().filter_map(|((day, _), entries)| {
        let limit = entries.first()?.policy.cliff.records;
        (entries.len() >= limit).then_some(Cliff { day, limit, entries })
    });
    cliffs.collect()
}

fn chart(open: &[&Entry<'_>], cliffs: &[Cliff<'_>], today: NaiveDate) -> Chart {
    let start = monday(today);
    let weeks: Vec<NaiveDate> = (0..WEEKS).map(|week| days_after(start, 7 * week)).collect();
    let inside = |week: NaiveDate, day: NaiveDate| {
        !is_past(day, week.max(today)) && is_past(day, days_after(week, 7))
    };
    let values = weeks.iter().map(|&week| {
        let ending = open.iter().copied();
        let ending = ending.filter(|it| it.expires().is_some_and(|day| inside(week, day)));
        let ids = ids(ending);
        (ids.len(), ids)
    });
    let values: Vec<(usize, Vec<String>)> = values.collect();
    let marks = weeks.iter().enumerate().filter_map(|(at, &week)| {
        let cliff = cliffs.iter().find(|cliff| inside(week, cliff.day))?;
        Some((at, format!("cliff: {} on {}", cliff.entries.len(), cliff.day)))
    });
    let marks: Vec<(usize, String)> = marks.collect();
    let n: usize = values.iter().map(|(n, _)| n).sum();
    let peak = values.iter().enumerate().max_by_key(|(at, (n, _))| (*n, std::cmp::Reverse(*at)));
    let insight = match peak {
        Some((at, (peak, _))) if *peak > 0 => format!(
            "{n} of {} open exceptions end within {WEEKS} weeks; the most in one week are {peak}, in that of {}.",
            open.len(),
            weeks[at]
        ),
        _ => format!("No open exception ends within {WEEKS} weeks."),
    };
    Chart {
        key: "forecast",
        title: "Exceptions that end, by week".to_owned(),
        insight,
        definition: "Weeks begin on Monday, and are named by it; what has expired is left out. A cliff is a day on which as many exceptions of a register end as its policy says (`cliff.records`).",
        drawing: Drawing::Columns(Grid {
            axis: "week",
            labels: weeks.iter().map(ToString::to_string).collect(),
            series: vec![Series {
                key: "ending".to_owned(),
                name: "end".to_owned(),
                tone: Tone::Warn,
                values,
            }],
            marks,
        }),
    }
}

/// Other days for what makes a cliff: each a working day before it, a week apart, so that no record is
/// allowed for longer than somebody approved.
fn staggered(cliffs: &[Cliff<'_>], today: NaiveDate) -> Table {
    let mut rows = Vec::new();
    for cliff in cliffs {
        // One less than a cliff may stay; the least risky move, since they are the easiest to end.
        let n_moved = cliff.entries.len() + 1 - cliff.limit;
        let mut entries = cliff.entries.clone();
        entries.sort_by_key(|it| (it.exception.risk.level, it.id.clone()));
        for (at, entry) in entries.iter().take(n_moved).enumerate() {
            let weeks = u32::try_from(at % 8).unwrap_or_default() + 1;
            let suggested = working_day_before(cliff.day, 7 * weeks);
            let suggested = Some(suggested).filter(|day| !is_past(*day, today));
            rows.push(Row {
                group: Some(format!("{}: {} end", cliff.day, cliff.entries.len())),
                tone: Tone::Plain,
                cells: vec![
                    Cell::Id(entry.id.clone()),
                    Cell::Date(cliff.day),
                    Cell::day(suggested),
                    Cell::Text(entry.risk().to_owned()),
                    Cell::text(entry.owner()),
                ],
            });
        }
    }
    Table {
        key: "staggered",
        caption: "Cliffs, and earlier days that would spread them".to_owned(),
        definition: "Enough records of a cliff, least risk first, so that what stays is none. A suggested day is a working day one to eight weeks earlier: an earlier last valid day needs no approval. None is suggested where it would have passed.",
        columns: vec![
            Column::fixed("id", "id"),
            Column::fixed("expires", "last valid day"),
            Column::fixed("suggested", "suggested"),
            Column::fixed("risk", "risk"),
            Column::elastic("owner", "owner"),
        ],
        rows,
        empty: "No day is a cliff.",
    }
}
