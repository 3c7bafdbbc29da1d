//! How old they are really: from the first approval, whatever was renewed since.

use super::{counted, days, median};
use crate::report::document::{
    Block, Chart, Drawing, Figure, Grid, Quantity, Section, Series, Text, Tone,
};
use crate::report::ledger::{Entry, Ledger, ids};

/// Classes of age: from days on, up to the next one.
const CLASSES: [(i64, &str); 6] = [
    (0, "under 30 days"),
    (30, "30 to 89"),
    (90, "90 to 179"),
    (180, "180 to 364"),
    (365, "365 to 729"),
    (730, "730 and more"),
];

pub(super) fn section(ledger: &Ledger<'_>) -> Section {
    let today = ledger.today;
    let open: Vec<&Entry<'_>> = ledger.open().collect();
    let age = |it: &Entry<'_>| it.age(today);
    let ages: Vec<i64> = open.iter().filter_map(|it| age(it)).collect();
    let oldest = open
        .iter()
        .filter_map(|it| Some((age(it)?, *it)))
        .max_by(|a, b| (a.0, &b.1.id).cmp(&(b.0, &a.1.id)));
    let old = open
        .iter()
        .copied()
        .filter(|it| age(it).is_some_and(|days| days > it.policy.portfolio.old_days.into()));
    let never = open.iter().copied().filter(|it| it.life.is_some() && !it.was_approved());
    let middle = median(ages);
    let figures = vec![
        Figure {
            key: "median_age",
            label: "is the median age".to_owned(),
            quantity: ledger.if_known(|| days(middle)),
            tone: Tone::Plain,
            definition: "The middle one of the ages of the open exceptions, the lower of two. An age counts days from the first approval, or from the beginning where nobody has approved it.",
            ids: Vec::new(),
        },
        Figure {
            key: "oldest_age",
            label: "is the oldest".to_owned(),
            quantity: ledger.if_known(|| days(oldest.as_ref().map(|(days, _)| *days))),
            tone: Tone::Plain,
            definition: "The greatest age of an open exception.",
            ids: ids(oldest.as_ref().map(|(_, entry)| *entry)),
        },
        Figure {
            quantity: ledger.if_known(|| Quantity::Count(old.clone().count())),
            ..counted(
                "old",
                &old_label(ledger),
                Tone::Warn,
                "Open exceptions whose age is more than `portfolio.old_days` of the policy.",
                ids(old.clone()),
            )
        },
        Figure {
            quantity: ledger.if_known(|| Quantity::Count(never.clone().count())),
            ..counted(
                "never_approved",
                "were never approved",
                Tone::Bad,
                "Open exceptions on the mainline for which history shows no approval.",
                ids(never.clone()),
            )
        },
    ];
    let insight = match middle {
        Some(middle) => {
            let n_old = open.iter().filter(|it| age(it).is_some_and(|days| days > 365)).count();
            let of = match open.len() {
                1 => "The open exception is".to_owned(),
                n => format!("Half of the {n} open exceptions are"),
            };
            let younger = if open.len() == 1 { "" } else { " or younger" };
            let old = crate::report::counted(n_old, "is", "are");
            format!("{of} {} old{younger}; {old} older than a year.", super::n_days(middle))
        }
        None => "No exception is open.".to_owned(),
    };
    Section {
        key: "ages",
        title: "How old are they really?".to_owned(),
        lead: Text::of("A renewal does not make an exception younger."),
        blocks: std::iter::once(Block::Figures(figures))
            .chain(ledger.has_history().then(|| Block::Chart(Chart {
                key: "ages",
                title: "Open exceptions by age".to_owned(),
                insight,
                definition: "Days from the first approval; of those that nobody has approved, from the beginning.",
                drawing: Drawing::Columns(Grid {
                    axis: "age",
                    labels: CLASSES.iter().map(|(_, name)| (*name).to_owned()).collect(),
                    series: vec![
                        series("approved", "approved once", Tone::Good, &open, today, true),
                        series("never_approved", "never approved", Tone::Warn, &open, today, false),
                    ],
                    marks: Vec::new(),
                }),
            })))
            .collect(),
    }
}

/// What old means here, where all registers agree.
fn old_label(ledger: &Ledger<'_>) -> String {
    let mut days = ledger.holdings.iter().map(|it| it.policy.portfolio.old_days);
    let first = days.next().unwrap_or_default();
    match days.all(|it| it == first) {
        true => format!("are older than {first} days"),
        false => "are old".to_owned(),
    }
}

fn series(
    key: &str,
    name: &str,
    tone: Tone,
    open: &[&Entry<'_>],
    today: chrono::NaiveDate,
    is_approved: bool,
) -> Series {
    let ends = CLASSES.iter().skip(1).map(|(from, _)| *from).chain([i64::MAX]);
    let values = CLASSES.iter().zip(ends).map(|((from, _), end)| {
        let inside = open.iter().copied().filter(|it| {
            it.was_approved() == is_approved
                && it.age(today).is_some_and(|days| (*from..end).contains(&days))
        });
        let ids = ids(inside);
        (ids.len(), ids)
    });
    Series { key: key.to_owned(), name: name.to_owned(), tone, values: values.collect() }
}
