//! What lapses besides the exceptions themselves: verifications of compensating controls, reviews,
//! milestones.

use chrono::NaiveDate;

use crate::model::window::{days_left, is_past, n_days};
use crate::report::document::{
    Block, Cell, Column, Figure, Quantity, Row, Section, Table, Text, Tone,
};
use crate::report::ledger::Entry;

/// What has a day by which somebody has to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::report) enum Duty {
    Verification,
    Review,
    Milestone,
}

/// A duty of a record.
pub(in crate::report) struct Due<'a> {
    pub(in crate::report) duty: Duty,
    /// The last day on which it is in time.
    pub(in crate::report) day: NaiveDate,
    pub(in crate::report) what: String,
    /// Which of its kind in the record, from 1; none where there is but one to name.
    nth: Option<usize>,
    pub(in crate::report) entry: &'a Entry<'a>,
}

impl Duty {
    const ALL: [Self; 3] = [Self::Verification, Self::Review, Self::Milestone];

    pub(in crate::report) fn name(self) -> &'static str {
        match self {
            Self::Verification => "verification",
            Self::Review => "review",
            Self::Milestone => "milestone",
        }
    }
}

impl Due<'_> {
    /// The command that says that it is done.
    pub(in crate::report) fn act(&self) -> String {
        let command = |verb| self.entry.command(verb);
        match (self.duty, self.nth) {
            (Duty::Review, _) => format!("{} --note …", command("record-review")),
            (Duty::Verification, nth) => {
                let nth = nth.map(|nth| format!(" --nth {nth}")).unwrap_or_default();
                format!("{}{nth} --evidence …", command("verify-control"))
            }
            (Duty::Milestone, nth) => format!("{} --done {}", command("amend"), nth.unwrap_or(1)),
        }
    }
}

/// What falls due through a day, of a record that is open: the earliest first.
pub(in crate::report) fn dues<'a>(entry: &'a Entry<'a>, through: NaiveDate) -> Vec<Due<'a>> {
    let exception = entry.exception;
    let controls = &exception.compensating_controls;
    let verifications = controls.iter().enumerate().filter_map(|(at, control)| {
        let what = control.description.clone();
        let nth = (controls.len() > 1).then_some(at + 1);
        Some(Due { duty: Duty::Verification, day: control.holds_until()?, what, nth, entry })
    });
    let what = || "somebody other than the owner looks at it".to_owned();
    let review = entry.review_due();
    let review = review.map(|day| Due { duty: Duty::Review, day, what: what(), nth: None, entry });
    let milestones = exception.remediation.milestones.iter().enumerate();
    let milestones = milestones.filter_map(|(at, milestone)| {
        let day = milestone.due.filter(|_| milestone.done.is_none())?;
        let (what, nth) = (milestone.what.clone(), Some(at + 1));
        Some(Due { duty: Duty::Milestone, day, what, nth, entry })
    });
    // What would be due after the last valid day is not: the exception has ended by then.
    let lasts = |due: &Due<'_>| exception.expires.is_none_or(|last| !is_past(last, due.day));
    let upkeep = verifications.chain(review).filter(lasts);
    let mut dues: Vec<Due<'_>> = upkeep.chain(milestones).collect();
    dues.retain(|due| !is_past(through, due.day));
    dues.sort_by_key(|due| (due.day, due.duty));
    dues
}

fn through(today: NaiveDate, within: u32) -> NaiveDate {
    crate::model::window::days_after(today, within)
}

pub(super) fn figures(open: &[&Entry<'_>], today: NaiveDate, within: u32) -> Vec<Figure> {
    let dues: Vec<Due<'_>> = open.iter().flat_map(|it| dues(it, through(today, within))).collect();
    let figure = |duty: Duty| {
        let (key, label, definition) = match duty {
            Duty::Verification => (
                "verifications_overdue",
                "with a stale compensating control",
                "Open exceptions with a compensating control whose verification (`verified`, and `verify_every` or a year) no longer holds.",
            ),
            Duty::Review => (
                "reviews_overdue",
                "overdue for review",
                "Active exceptions that nobody has reviewed for longer than `review_every_days` of the policy allows at their risk.",
            ),
            Duty::Milestone => (
                "milestones_overdue",
                "with a late milestone",
                "Open exceptions with a milestone of the remediation that is past its day and not done.",
            ),
        };
        let late = dues.iter().filter(|due| due.duty == duty && is_past(due.day, today));
        let mut ids: Vec<String> = late.map(|due| due.entry.id.clone()).collect();
        ids.dedup();
        Figure {
            key,
            label: label.to_owned(),
            quantity: Quantity::Count(ids.len()),
            tone: if ids.is_empty() { Tone::Plain } else { Tone::Warn },
            definition,
            ids,
        }
    };
    Duty::ALL.into_iter().map(figure).collect()
}

pub(super) fn section(open: &[&Entry<'_>], today: NaiveDate, within: u32) -> Section {
    let through = through(today, within);
    let mut dues: Vec<Due<'_>> = open.iter().flat_map(|it| dues(it, through)).collect();
    dues.sort_by(|a, b| (a.day, a.duty, &a.entry.id).cmp(&(b.day, b.duty, &b.entry.id)));
    let rows = dues.iter().map(|due| {
        let days = days_left(due.day, today);
        let tone = match days {
            ..0 => Tone::Bad,
            0..=14 => Tone::Warn,
            _ => Tone::Plain,
        };
        Row {
            group: None,
            tone,
            cells: vec![
                Cell::Text(due.duty.name().to_owned()),
                Cell::Id(due.entry.id.clone()),
                Cell::Date(due.day),
                Cell::Number(days, Vec::new()),
                Cell::text(due.entry.owner()),
                Cell::text(&due.what),
                Cell::Code(due.act()),
            ],
        }
    });
    Section {
        key: "upkeep",
        title: "What keeps them sound".to_owned(),
        lead: Text::of(
            "Verifications of compensating controls, periodic reviews and milestones, each with the last day on which it is in time.",
        ),
        blocks: vec![Block::Table(Table {
            key: "upkeep",
            caption: format!("Overdue, or due within {}", n_days(within.into())),
            definition: "A verification holds for `verify_every`, a year at most. A review is due `review_every_days` of the policy after the last one by somebody other than owner and requester, or after `opened`. Neither is due where the exception ends before that day.",
            columns: vec![
                Column::fixed("duty", "what"),
                Column::fixed("id", "id"),
                Column::fixed("due", "due"),
                Column::fixed("days_left", "days left"),
                Column::elastic("owner", "owner"),
                Column::elastic("text", "of what"),
                Column::extra("act", "command").under("text"),
            ],
            rows: rows.collect(),
            empty: "Nothing is overdue, and nothing falls due in these days.",
        })],
    }
}
