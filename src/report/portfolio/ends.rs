//! When they end: a line for each open exception.

use crate::model::window::Status;
use crate::report::counted;
use crate::report::document::{Block, Chart, Drawing, Life, Section, Text, Timeline, Tone};
use crate::report::ledger::{Entry, Ledger};

pub(super) fn section(ledger: &Ledger<'_>) -> Section {
    let today = ledger.today;
    let mut open: Vec<&Entry<'_>> = ledger.open().collect();
    open.sort_by_key(|it| (it.expires(), &it.id));
    let rows: Vec<Life> = open.iter().filter_map(|it| row(it, today)).collect();
    let within = |days: i64| {
        open.iter()
            .filter(|it| it.days_left(today).is_some_and(|it| (0..=days).contains(&it)))
            .count()
    };
    let insight = format!(
        "{} expired, {} within 30 days, {} within 90.",
        counted(open.iter().filter(|it| it.is_expired(today)).count(), "has", "have"),
        counted(within(30), "ends", "end"),
        within(90)
    );
    Section {
        key: "ends",
        title: "When do they end?".to_owned(),
        lead: Text::of("`exc report expiry` says who has to do what about it."),
        blocks: vec![Block::Chart(Chart {
            key: "timeline",
            title: "From the beginning to the last valid day".to_owned(),
            insight,
            definition: "A line begins on the day on which the exception began (the earlier of its first landing and its `opened`) and ends on its last valid day; a tick marks the last valid day that was first promised, where it is an earlier one. Gray is not in force: only proposed, or not approved.",
            drawing: Drawing::Timeline(Timeline { today, rows }),
        })],
    }
}

fn row(entry: &Entry<'_>, today: chrono::NaiveDate) -> Option<Life> {
    let end = entry.expires()?;
    let begun = entry.life.and_then(|life| life.begun());
    let start = begun.or(entry.exception.opened)?.min(end);
    let promised = entry.life.and_then(|life| life.promised).filter(|day| *day < end);
    let days = entry.days_left(today)?;
    let tone = match (entry.status, days) {
        (_, ..0) => Tone::Bad,
        // Not in force: only proposed, or not approved.
        (Status::Proposed, _) => Tone::Quiet,
        _ if entry.in_force == Some(false) => Tone::Quiet,
        (_, 0..=30) => Tone::Warn,
        _ => Tone::Good,
    };
    let (id, label) = (entry.id.clone(), entry.exception.title.clone());
    Some(Life { id, label, start, promised: promised.filter(|day| *day >= start), end, tone })
}
