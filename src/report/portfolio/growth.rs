//! How many are open, whether that grows, and what happened in each month, from the history of the
//! mainline.

use chrono::NaiveDate;

use super::counted;
use super::months::{self, Month};
use crate::history::{Life, Phase, TurnKind};
use crate::model::window::day_before;
use crate::report::document::{
    Block, Cell, Chart, Column, Drawing, Figure, Grid, Quantity, Row, Section, Series, Table, Text,
    Tone,
};
use crate::report::ledger::Ledger;

/// Months that are drawn, at most.
const MAX_MONTHS: usize = 60;

/// What happened since a day.
pub(super) struct Story {
    since: NaiveDate,
    today: NaiveDate,
    is_known: bool,
    months: Vec<Happened>,
    total: Counts,
    open_before: Vec<String>,
    has_begun: bool,
    /// Whether filters leave out what was deleted.
    is_filtered: bool,
}

/// What happened in a month, and what there was at its end, or today.
struct Happened {
    month: Month,
    counts: Counts,
    open: Vec<String>,
    expired: Vec<String>,
}

/// The ids of what happened to them.
#[derive(Default)]
struct Counts {
    opened: Vec<String>,
    closed: Vec<String>,
    deleted: Vec<String>,
    renewed: Vec<String>,
    expired: Vec<String>,
}

impl Story {
    pub(super) fn of(ledger: &Ledger<'_>, since: NaiveDate) -> Self {
        let today = ledger.today;
        let lives = ledger.lives();
        let begun = lives.iter().filter_map(|(_, life)| life.begun()).min();
        let mut story = Self {
            since,
            today,
            is_known: ledger.has_history(),
            months: Vec::new(),
            total: Counts::default(),
            open_before: with_phase(&lives, day_before(since), |it| {
                matches!(it, Phase::Open | Phase::Expired)
            }),
            has_begun: begun.is_some_and(|begun| begun < since),
            is_filtered: !ledger.filters.is_empty(),
        };
        if !story.is_known {
            return story;
        }
        for (id, life) in &lives {
            story.total.add(id, life, |day| since <= day && day <= today);
        }
        // Before it began there is nothing to draw.
        let from = begun.map_or(since, |begun| begun.max(since)).min(today);
        for month in months::between(from, today, MAX_MONTHS) {
            let end = month.last().min(today);
            let mut counts = Counts::default();
            for (id, life) in &lives {
                counts.add(id, life, |day| month.contains(day) && since <= day && day <= today);
            }
            story.months.push(Happened {
                month,
                counts,
                open: with_phase(&lives, end, |it| it == Phase::Open),
                expired: with_phase(&lives, end, |it| it == Phase::Expired),
            });
        }
        story
    }

    /// How many were open on the mainline before the day, how many are, and the day before; none
    /// where the register is younger.
    pub(super) fn open_before(&self) -> Option<(usize, usize, NaiveDate)> {
        let is_told = self.is_known && self.has_begun && !self.is_filtered;
        let now = self.months.last()?;
        let now = now.open.len() + now.expired.len();
        is_told.then(|| (self.open_before.len(), now, day_before(self.since)))
    }

    pub(super) fn figures(&self) -> Vec<Figure> {
        let figure = |key, label: &str, definition, ids: &[String]| {
            let figure = counted(key, label, Tone::Plain, definition, ids.to_vec());
            let quantity = if self.is_known { figure.quantity } else { Quantity::NeedsHistory };
            Figure { quantity, label: format!("{label} since {}", self.since), ..figure }
        };
        let mut figures = vec![
            figure(
                "opened",
                "opened",
                "Exceptions that began in this time: the earlier of the day on which they first landed on the mainline and the `opened` that they landed with.",
                &self.total.opened,
            ),
            figure(
                "closed",
                "closed",
                "Exceptions whose closing landed in this time.",
                &self.total.closed,
            ),
            Figure {
                tone: if self.total.deleted.is_empty() { Tone::Plain } else { Tone::Bad },
                ..figure(
                    "deleted",
                    "deleted while open",
                    "Exceptions whose record was removed from the mainline in this time while it was open; it should have been closed.",
                    &self.total.deleted,
                )
            },
            figure(
                "renewed",
                "renewed",
                "Exceptions that were allowed for longer, filed again or opened again in this time, by what landed; each counts once.",
                &self.total.renewed,
            ),
            figure(
                "expired",
                "ran past their last valid day",
                "Exceptions that were open on the day after their last valid one, in this time; also those that were renewed or closed later.",
                &self.total.expired,
            ),
        ];
        // Of a record that is gone nobody knows here whether a filter would have passed it.
        figures.retain(|it| it.key != "deleted" || !self.is_filtered);
        figures
    }

    pub(super) fn section(&self) -> Section {
        let lead = match self.is_known {
            true => self.told(),
            false => "This needs full history, which this clone does not hold.".to_owned(),
        };
        let blocks = match self.is_known {
            true => vec![
                Block::Chart(self.open_over_time()),
                Block::Chart(self.flow()),
                Block::Table(self.table()),
            ],
            false => Vec::new(),
        };
        Section { key: "growth", title: "Is it growing?".to_owned(), lead: Text::of(&lead), blocks }
    }

    fn told(&self) -> String {
        let partial = self.partial().map(|month| format!(" ({month} from that day on)"));
        let without = if self.is_filtered { ", without what was deleted" } else { "" };
        format!(
            "What landed on the mainline since {}, month by month{}{without}. Days are those of the commits (UTC); what says that it was opened before it landed counts from then.",
            self.since,
            partial.unwrap_or_default()
        )
    }

    fn labels(&self) -> Vec<String> {
        self.months.iter().map(|it| it.month.name()).collect()
    }

    /// The first month of which only a part is told.
    fn partial(&self) -> Option<String> {
        let first = self.months.first()?.month;
        let is_partial = first.contains(self.since) && first.contains(day_before(self.since));
        is_partial.then(|| first.name())
    }

    /// The first day that is told, or the first month where what is older is left out.
    fn beginning(&self) -> String {
        match self.months.first() {
            Some(first) if !first.month.contains(self.since) => first.month.name(),
            _ => self.since.to_string(),
        }
    }

    fn series(
        &self,
        (key, name): (&str, &str),
        tone: Tone,
        of: impl Fn(&Happened) -> &Vec<String>,
    ) -> Series {
        let values = self.months.iter().map(|it| (of(it).len(), of(it).clone())).collect();
        Series { key: key.to_owned(), name: name.to_owned(), tone, values }
    }

    fn open_over_time(&self) -> Chart {
        let n = |it: &Happened| it.open.len() + it.expired.len();
        let insight = match (self.months.first(), self.months.last()) {
            (Some(first), Some(last)) => {
                let most = self.months.iter().max_by_key(|it| n(it)).map_or(0, n);
                format!(
                    "{} open at the end of {}, {} on {}; {most} at most.",
                    n(first),
                    first.month.name(),
                    n(last),
                    self.today
                )
            }
            _ => "Nothing has landed yet.".to_owned(),
        };
        Chart {
            key: "open_over_time",
            title: "Open exceptions over time".to_owned(),
            insight,
            definition: "Exceptions that had begun and were neither closed nor deleted at the end of each month, and today in the last one; expired are those past their last valid day. What is only proposed is not among them.",
            drawing: Drawing::Area(Grid {
                axis: "month",
                labels: self.labels(),
                series: vec![
                    self.series(("open", "not expired"), Tone::Good, |it| &it.open),
                    self.series(("expired", "expired"), Tone::Bad, |it| &it.expired),
                ],
                marks: Vec::new(),
            }),
        }
    }

    fn flow(&self) -> Chart {
        let n = |of: fn(&Counts) -> &Vec<String>| -> usize {
            self.months.iter().map(|it| of(&it.counts).len()).sum()
        };
        Chart {
            key: "flow",
            title: "Opened, renewed, expired and closed".to_owned(),
            insight: format!(
                "Added up from {} on: {} opened, {} renewed, {} expired, {} closed.",
                self.beginning(),
                n(|it| &it.opened),
                n(|it| &it.renewed),
                n(|it| &it.expired),
                n(|it| &it.closed)
            ),
            definition: "Each exception counts once in a month for each of these that happened to it.",
            drawing: Drawing::Columns(Grid {
                axis: "month",
                labels: self.labels(),
                series: vec![
                    self.series(("opened", "opened"), Tone::Good, |it| &it.counts.opened),
                    self.series(("renewed", "renewed"), Tone::Warn, |it| &it.counts.renewed),
                    self.series(("expired", "expired"), Tone::Bad, |it| &it.counts.expired),
                    self.series(("closed", "closed"), Tone::Quiet, |it| &it.counts.closed),
                ],
                marks: Vec::new(),
            }),
        }
    }

    fn table(&self) -> Table {
        let rows = self.months.iter().rev().map(|it| {
            let open = [it.open.as_slice(), &it.expired].concat();
            Row::of(vec![
                Cell::Text(it.month.name()),
                Cell::records(it.counts.opened.clone()),
                Cell::records(it.counts.renewed.clone()),
                Cell::records(it.counts.expired.clone()),
                Cell::records(it.counts.closed.clone()),
                Cell::records(open),
            ])
        });
        Table {
            key: "months",
            caption: "Month by month, newest first".to_owned(),
            definition: "Open counts those at the end of the month, and today in the newest one, expired ones with them.",
            columns: vec![
                Column::fixed("month", "month"),
                Column::fixed("opened", "opened"),
                Column::fixed("renewed", "renewed"),
                Column::fixed("expired", "expired"),
                Column::fixed("closed", "closed"),
                Column::fixed("open_at_end", "open at its end"),
            ],
            rows: rows.collect(),
            empty: "Nothing has landed yet.",
        }
    }
}

fn with_phase(
    lives: &[(String, &Life)],
    day: NaiveDate,
    is_wanted: impl Fn(Phase) -> bool,
) -> Vec<String> {
    let wanted = lives.iter().filter(|(_, life)| is_wanted(life.on(day)));
    wanted.map(|(id, _)| id.clone()).collect()
}

impl Counts {
    fn add(&mut self, id: &str, life: &Life, is_in: impl Fn(NaiveDate) -> bool) {
        let has = |is_kind: &dyn Fn(TurnKind) -> bool| {
            life.turns.iter().any(|turn| is_kind(turn.kind) && is_in(turn.day))
        };
        let mut push = |is_true: bool, ids: fn(&mut Self) -> &mut Vec<String>| {
            if is_true {
                ids(self).push(id.to_owned());
            }
        };
        push(has(&|kind| kind == TurnKind::Filed), |it| &mut it.opened);
        push(has(&|kind| kind == TurnKind::Renewed), |it| &mut it.renewed);
        push(has(&|kind| kind == TurnKind::Closed), |it| &mut it.closed);
        push(has(&|kind| kind == TurnKind::Deleted), |it| &mut it.deleted);
        push(life.expiries().any(is_in), |it| &mut it.expired);
    }
}
