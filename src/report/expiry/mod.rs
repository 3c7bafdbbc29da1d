//! What ends when, and what its owner has to do: the report for a Monday.
//!
//! [`upkeep`] tells what lapses besides the exceptions themselves, [`forecast`] what the next weeks
//! bring and how to spread it.

mod calendar;
mod covers;
mod forecast;
mod mentions;
mod todo;
mod upkeep;

use std::collections::HashMap;

use chrono::NaiveDate;

pub(crate) use self::calendar::{Occasion, occasions};
use self::covers::Covers;
use self::mentions::Mentions;
use self::todo::Todo;
pub(in crate::report) use self::upkeep::{Duty, dues};
use super::document::{
    Block, Cell, Column, Document, Figure, Quantity, Row, Section, Span, Table, Text, Tone,
};
use super::ledger::{Entry, Ledger, ids};
use super::{counted, notes};
use crate::model::RiskLevel;
use crate::model::window::{is_past, n_days};

/// What the records are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum By {
    /// How soon they end.
    #[default]
    Date,
    Owner,
    Team,
    Control,
    Risk,
}

/// How soon a record ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bucket {
    Expired,
    Days14,
    Days30,
    Days90,
    Later,
}

impl Bucket {
    const ALL: [Self; 5] = [Self::Expired, Self::Days14, Self::Days30, Self::Days90, Self::Later];

    fn of(entry: &Entry<'_>, today: NaiveDate) -> Self {
        match entry.days_left(today) {
            None => Self::Expired,
            Some(days) if days < 0 => Self::Expired,
            Some(0..=14) => Self::Days14,
            Some(15..=30) => Self::Days30,
            Some(31..=90) => Self::Days90,
            Some(_) => Self::Later,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Days14 => "within 14 days",
            Self::Days30 => "in 15 to 30 days",
            Self::Days90 => "in 31 to 90 days",
            Self::Later => "later",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Days14 => "due_14_days",
            Self::Days30 => "due_30_days",
            Self::Days90 => "due_90_days",
            Self::Later => "due_later",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Expired => "expired and still open",
            Self::Days14 => "end within 14 days",
            Self::Days30 => "end in 15 to 30 days",
            Self::Days90 => "end in 31 to 90 days",
            Self::Later => "end later",
        }
    }

    fn definition(self) -> &'static str {
        match self {
            Self::Expired => {
                "Open exceptions whose last valid day (UTC) has passed, or that name none."
            }
            Self::Days14 => "Open exceptions whose last valid day is today or one of the next 14.",
            Self::Days30 => "Open exceptions whose last valid day is 15 to 30 days from today.",
            Self::Days90 => "Open exceptions whose last valid day is 31 to 90 days from today.",
            Self::Later => "Open exceptions whose last valid day is more than 90 days from today.",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::Expired => Tone::Bad,
            Self::Days14 | Self::Days30 => Tone::Warn,
            Self::Days90 => Tone::Good,
            Self::Later => Tone::Quiet,
        }
    }
}

/// Makes the report of what is open. `within` are the days that its lists look ahead.
pub(crate) fn document(ledger: &Ledger<'_>, within: u32, by: By) -> Document {
    let today = ledger.today;
    let mut open: Vec<&Entry<'_>> = ledger.open().collect();
    open.sort_by_key(|entry| (entry.expires(), &entry.id));
    let sections = vec![
        Section {
            key: "summary",
            title: "At a glance".to_owned(),
            lead: next(&open, today),
            blocks: vec![Block::Figures(figures(&open, ledger, within))],
        },
        Section {
            key: "records",
            title: "What ends, and what to do".to_owned(),
            lead: Text::of(
                "An exception holds through its last valid day (UTC). Close it once the control is met; renew it with a new reason and new evidence where it is not.",
            ),
            blocks: vec![Block::Table(records(&open, ledger, within, by))],
        },
        upkeep::section(&open, today, within),
        forecast::section(&open, ledger),
    ];
    Document {
        report: "expiry",
        title: "Exceptions by expiry".to_owned(),
        lead: lead(&open, today),
        stamp: ledger.stamp(),
        notes: notes(ledger),
        sections,
        principal: "records",
    }
}

fn lead(open: &[&Entry<'_>], today: NaiveDate) -> Text {
    let n = |bucket| open.iter().filter(|it| Bucket::of(it, today) == bucket).count();
    let (expired, soon) = (n(Bucket::Expired), n(Bucket::Days14));
    let sentence = match (open.len(), expired, soon) {
        (0, ..) => "No exception is open.".to_owned(),
        (_, 0, 0) => {
            format!(
                "Nothing has expired, and nothing ends within 14 days; {} open.",
                are(open.len())
            )
        }
        (_, 0, soon) => format!("Nothing has expired; {} within 14 days.", end(soon)),
        (_, expired, 0) => format!("{}.", have(expired)),
        (_, expired, soon) => format!("{}, and {} within 14 days.", have(expired), end(soon)),
    };
    Text(vec![Span::Plain(sentence)])
}

fn are(n: usize) -> String {
    counted(n, "exception is", "exceptions are")
}

fn have(n: usize) -> String {
    counted(
        n,
        "exception has expired and is not closed",
        "exceptions have expired and are not closed",
    )
}

fn end(n: usize) -> String {
    counted(n, "ends", "end")
}

/// The record that ends next.
fn next(open: &[&Entry<'_>], today: NaiveDate) -> Text {
    let next = open.iter().find(|it| it.expires().is_some_and(|day| !is_past(day, today)));
    let Some((next, day)) = next.and_then(|it| Some((it, it.expires()?))) else {
        return Text::default();
    };
    let when = match next.days_left(today) {
        Some(0) => "today".to_owned(),
        Some(days) => format!("in {}", n_days(days)),
        None => String::new(),
    };
    Text(vec![
        Span::Plain("Next: ".to_owned()),
        Span::Id(next.id.clone()),
        Span::Plain(format!(", last valid on {day}, {when} ({}).", next.owner())),
    ])
}

fn figures(open: &[&Entry<'_>], ledger: &Ledger<'_>, within: u32) -> Vec<Figure> {
    let today = ledger.today;
    let figure = |key, label: &str, tone, definition, ids: Vec<String>| Figure {
        key,
        label: label.to_owned(),
        quantity: Quantity::Count(ids.len()),
        tone: if ids.is_empty() { Tone::Plain } else { tone },
        definition,
        ids,
    };
    let mut figures: Vec<Figure> = Bucket::ALL
        .into_iter()
        .map(|bucket| {
            let inside = open.iter().copied().filter(|it| Bucket::of(it, today) == bucket);
            figure(bucket.key(), bucket.label(), bucket.tone(), bucket.definition(), ids(inside))
        })
        .collect();
    let last = open.iter().copied().filter(|it| it.renewals_left() == 0);
    let last = figure(
        "no_renewal_left",
        "have no renewal left",
        Tone::Warn,
        "Open exceptions that were renewed as often as `durations.max_renewals` of the policy allows, as the history counts. They end on their last valid day, or the policy changes.",
        ids(last),
    );
    figures.push(Figure { quantity: ledger.if_known(|| last.quantity), ..last });
    let waiting =
        open.iter().copied().filter(|it| it.waits_for_approval() && !it.is_expired(today));
    let waiting = figure(
        "not_approved",
        "not approved",
        Tone::Bad,
        "Open exceptions on the mainline, not expired, whose text nobody has approved: it never was, or it was changed since.",
        ids(waiting),
    );
    figures.push(Figure { quantity: ledger.if_known(|| waiting.quantity), ..waiting });
    figures.extend(upkeep::figures(open, today, within));
    figures
}

fn records(open: &[&Entry<'_>], ledger: &Ledger<'_>, within: u32, by: By) -> Table {
    let today = ledger.today;
    let columns = vec![
        Column::fixed("id", "id"),
        Column::fixed("expires", "last valid day"),
        Column::fixed("days_left", "days left").under("expires"),
        Column::fixed("risk", "risk"),
        Column::fixed("todo", "to do"),
        Column::elastic("owner", "owner"),
        Column::elastic("title", "title").under("id"),
        Column::elastic("covered_by", "covered by"),
        Column::extra("named_by", "named by").under("covered_by"),
        Column::extra("renewals_left", "renewals left").under("todo"),
        Column::extra("controls", "controls").under("risk"),
        Column::extra("team", "team").under("owner"),
        Column::extra("act", "command").under("todo"),
    ];
    // What is not approved cannot wait until it ends.
    let is_near = |it: &&&Entry<'_>| {
        it.days_left(today).is_none_or(|days| days <= within.into()) || it.waits_for_approval()
    };
    let mut wanted: Vec<&Entry<'_>> = open.iter().filter(is_near).copied().collect();
    sort(&mut wanted, by, today);
    let covers = Covers::of(&wanted, open, today);
    let mentions = Mentions::of(&wanted, open, today);
    let knows = ledger.has_history();
    let rows = wanted.into_iter().map(|entry| {
        let (bucket, todo) = (Bucket::of(entry, today), Todo::of(entry, today));
        let left = ledger.if_known(|| Quantity::Count(entry.renewals_left()));
        Row {
            group: Some(group(entry, by, today)),
            tone: bucket.tone(),
            cells: vec![
                Cell::Id(entry.id.clone()),
                Cell::day(entry.expires()),
                entry.days_left(today).map_or(Cell::Empty, |days| Cell::Number(days, Vec::new())),
                Cell::Text(entry.risk().to_owned()),
                Cell::Text(todo.words().to_owned()),
                Cell::Text(entry.owner().to_owned()),
                Cell::text(&entry.exception.title),
                match covers.cell(entry, today) {
                    // Whether another one is in force, only the history tells.
                    Cell::State(..) if !knows => Cell::Quantity(Quantity::NeedsHistory, Vec::new()),
                    cell => cell,
                },
                mentions.cell(entry),
                Cell::Quantity(left, Vec::new()),
                Cell::Text(entry.controls.join(" ")),
                Cell::Text(entry.team().to_owned()),
                Cell::Code(todo.command(entry)),
            ],
        }
    });
    Table {
        key: "records",
        caption: format!(
            "Open exceptions that have expired, are not approved, or end within {}",
            n_days(within.into())
        ),
        definition: "The last valid day is the last one on which the exception holds. Covered by: another exception that is in force for the same control and takes in all of its scope; nothing where the deviation, if it is still there, is not excepted. Named by: open exceptions whose reasons, plans or links name this one, and so may lean on it. Renewals are counted from the history, and left are those that the policy allows beyond. The command shows what it takes, or does it.",
        columns,
        rows: rows.collect(),
        empty: "Nothing has expired, and nothing ends in these days.",
    }
}

fn sort(entries: &mut [&Entry<'_>], by: By, today: NaiveDate) {
    // Those who have waited longest come first, and their groups too.
    let mut first: HashMap<String, usize> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        first.entry(group(entry, by, today)).or_insert(at);
    }
    entries.sort_by_key(|entry| match by {
        By::Risk => usize::from(RiskLevel::Critical as u8)
            .saturating_sub(entry.exception.risk.level.map_or(0, |risk| risk as usize)),
        _ => first.get(&group(entry, by, today)).copied().unwrap_or_default(),
    });
}

fn group(entry: &Entry<'_>, by: By, today: NaiveDate) -> String {
    match by {
        By::Date => Bucket::of(entry, today).name().to_owned(),
        By::Owner => entry.owner().to_owned(),
        By::Team => entry.team().to_owned(),
        By::Control => entry.controls.first().cloned().unwrap_or_default(),
        By::Risk => format!("{} risk", entry.risk()),
    }
}
