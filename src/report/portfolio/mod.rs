//! The register as a whole: how much is excepted and whether that grows, where temporary became
//! permanent, and which policy to improve rather than grant the next exception.
//!
//! Each file holds one question. [`growth`] and [`approvals`] need the whole history; the others say
//! what the records at hand say, and count what history knows better from there.

mod ages;
mod approvals;
mod breadth;
mod clusters;
mod compliance;
mod concentration;
mod ends;
mod friction;
mod growth;
mod months;
mod permanence;
mod quality;
mod safeguards;

use chrono::NaiveDate;

use super::document::{
    Block, Cell, Column, Document, Figure, Quantity, Row, Section, Span, Table, Text, Tone,
};
use super::ledger::{Entry, Ledger, ids};
use super::notes;
use crate::model::window::{Status, n_days};

/// Makes the report. What happened is told since a day.
pub(crate) fn document(ledger: &Ledger<'_>, since: NaiveDate) -> Document {
    let story = growth::Story::of(ledger, since);
    let points = friction::points(ledger);
    let sections = vec![
        summary(ledger, &story),
        friction::section(ledger, &points),
        story.section(),
        ends::section(ledger),
        ages::section(ledger),
        permanence::section(ledger),
        approvals::section(ledger, since),
        clusters::section(ledger),
        concentration::section(ledger),
        breadth::section(ledger),
        safeguards::section(ledger),
        compliance::section(ledger),
        quality::section(ledger),
        records(ledger),
    ];
    Document {
        report: "portfolio",
        title: "Exception portfolio".to_owned(),
        lead: lead(ledger, &story, &points),
        stamp: ledger.stamp(),
        notes: notes(ledger),
        sections,
        principal: "records",
    }
}

/// A count of records, which stands out in a tone if there are any.
fn counted(
    key: &'static str,
    label: &str,
    tone: Tone,
    definition: &'static str,
    ids: Vec<String>,
) -> Figure {
    Figure {
        key,
        label: label.to_owned(),
        quantity: Quantity::Count(ids.len()),
        tone: if ids.is_empty() { Tone::Plain } else { tone },
        definition,
        ids,
    }
}

/// What is the most important, in two or three sentences.
fn lead(ledger: &Ledger<'_>, story: &growth::Story, points: &[friction::Point]) -> Text {
    let n_open = ledger.open().count();
    let n = |test: &dyn Fn(&Entry<'_>) -> bool| ledger.open().filter(|it| test(it)).count();
    let n_expired = n(&|it| it.is_expired(ledger.today));
    let n_open_texts = n(&|it| it.waits_for_approval() && !it.is_expired(ledger.today));
    let n_proposed = n(&|it| it.status == Status::Proposed);
    let mut words = match n_open {
        0 => "No exception is open".to_owned(),
        n => format!("{} open", super::counted(n, "exception is", "exceptions are")),
    };
    let parts = [
        (n_expired, "has expired", "have expired"),
        (n_open_texts, "is not approved", "are not approved"),
        (n_proposed, "is only proposed", "are only proposed"),
    ];
    let parts = parts.iter().filter(|(n, ..)| *n > 0);
    let parts: Vec<String> = parts.map(|(n, one, many)| super::counted(*n, one, many)).collect();
    if !parts.is_empty() {
        words.push_str(&format!("; {}", parts.join(", ")));
    }
    words.push_str(". ");
    if let Some((before, now, day)) = story.open_before() {
        words.push_str(&match now.cmp(&before) {
            std::cmp::Ordering::Greater => {
                let n = now - before;
                let are = if n == 1 { "is" } else { "are" };
                format!("On the mainline there {are} {n} more than on {day}. ")
            }
            std::cmp::Ordering::Less => {
                let n = before - now;
                let are = if n == 1 { "is" } else { "are" };
                format!("On the mainline there {are} {n} fewer than on {day}. ")
            }
            std::cmp::Ordering::Equal => format!("On the mainline there are as many as on {day}. "),
        });
    }
    let mut lead = vec![Span::Plain(words)];
    let worst = points.iter().find(|it| it.verdict == friction::Advice::ImprovePolicy);
    if let Some(point) = worst {
        lead.push(Span::Code(point.control.clone()));
        lead.push(Span::Plain(format!(
            " is behind {} open ones of {} teams: ",
            point.open.len(),
            point.teams.len()
        )));
        lead.push(Span::Strong("improve that policy".to_owned()));
        lead.push(Span::Plain(" rather than grant the next exception.".to_owned()));
    }
    if let [Span::Plain(words)] = lead.as_mut_slice() {
        words.truncate(words.trim_end().len());
    }
    Text(lead)
}

fn summary(ledger: &Ledger<'_>, story: &growth::Story) -> Section {
    let today = ledger.today;
    let open: Vec<&Entry<'_>> = ledger.open().collect();
    let with =
        |test: &dyn Fn(&Entry<'_>) -> bool| ids(open.iter().copied().filter(|entry| test(entry)));
    let not_approved = with(&|it| it.waits_for_approval() && !it.is_expired(today));
    let mut figures = vec![
        counted(
            "open",
            "open exceptions",
            Tone::Plain,
            "Records without a `closed` entry: proposed, active and expired.",
            with(&|_| true),
        ),
        Figure {
            quantity: ledger.if_known(|| {
                Quantity::Count(open.iter().filter(|it| it.in_force == Some(true)).count())
            }),
            ..counted(
                "in_force",
                "in force",
                Tone::Good,
                "Active, and history shows that somebody who may has approved the text.",
                with(&|it| it.in_force == Some(true)),
            )
        },
        counted(
            "expired_open",
            "expired and still open",
            Tone::Bad,
            "Open exceptions whose last valid day (UTC) has passed.",
            with(&|it| it.is_expired(today)),
        ),
        Figure {
            quantity: ledger.if_known(|| Quantity::Count(not_approved.len())),
            ..counted(
                "not_approved",
                "not approved",
                Tone::Bad,
                "Open exceptions on the mainline, not expired, whose text nobody has approved: it never was, or it was changed since.",
                not_approved.clone(),
            )
        },
        counted(
            "unclear",
            "in doubt",
            Tone::Bad,
            "Open exceptions of which git cannot tell whether they are approved, or whose approval somebody has to look into: `exc audit` says why.",
            with(&|it| it.is_doubtful()),
        ),
        counted(
            "high_risk",
            "at high or critical risk",
            Tone::Warn,
            "Open exceptions whose `risk.level` is high or critical.",
            with(&|it| it.exception.risk.level >= Some(crate::model::RiskLevel::High)),
        ),
    ];
    figures.extend(story.figures());
    Section {
        key: "summary",
        title: "At a glance".to_owned(),
        lead: Text::default(),
        blocks: vec![Block::Figures(figures)],
    }
}

/// Every open record.
fn records(ledger: &Ledger<'_>) -> Section {
    let today = ledger.today;
    let mut open: Vec<&Entry<'_>> = ledger.open().collect();
    open.sort_by_key(|it| (it.expires(), &it.id));
    let knows = ledger.has_history();
    let unknown = || Cell::Quantity(Quantity::NeedsHistory, Vec::new());
    let rows = open.into_iter().map(|it| {
        let is_expired = it.is_expired(today);
        let state = match (it.status, it.in_force, it.verdict) {
            (Status::Active, Some(true), _) => "in force".to_owned(),
            _ if it.is_changed() => "changed".to_owned(),
            (Status::Active, Some(false) | None, Some(verdict)) => verdict.as_str().to_owned(),
            (status, ..) => status.as_str().to_owned(),
        };
        let tone = match (is_expired, it.in_force) {
            (true, _) => Tone::Bad,
            (false, Some(true)) => Tone::Good,
            (false, _) => Tone::Warn,
        };
        Row {
            group: None,
            tone: if is_expired { Tone::Bad } else { Tone::Plain },
            cells: vec![
                Cell::Id(it.id.clone()),
                Cell::State(state, tone),
                Cell::Text(it.risk().to_owned()),
                Cell::day(it.expires()),
                it.days_left(today).map_or(Cell::Empty, |days| Cell::Number(days, Vec::new())),
                if knows {
                    it.age(today).map_or(Cell::Empty, |days| Cell::Number(days, Vec::new()))
                } else {
                    unknown()
                },
                if knows {
                    Cell::Number(it.renewals().try_into().unwrap_or(i64::MAX), Vec::new())
                } else {
                    unknown()
                },
                Cell::text(&it.controls.join(" ")),
                Cell::text(it.owner()),
                Cell::text(it.team()),
                Cell::text(&it.exception.title),
            ],
        }
    });
    Section {
        key: "records",
        title: "Every open exception".to_owned(),
        lead: Text::default(),
        blocks: vec![Block::Table(Table {
            key: "records",
            caption: "Open exceptions, soonest to end first".to_owned(),
            definition: "Age counts days from the first approval, or from the beginning where nobody has approved it. Renewals are counted from history, whatever the record claims.",
            columns: vec![
                Column::fixed("id", "id"),
                Column::fixed("state", "state"),
                Column::fixed("risk", "risk"),
                Column::fixed("expires", "last valid day"),
                Column::fixed("days_left", "days left").under("expires"),
                Column::extra("age_days", "age"),
                Column::extra("renewals", "renewals"),
                Column::elastic("controls", "controls").under("risk"),
                Column::elastic("owner", "owner"),
                Column::elastic("team", "team").under("owner"),
                Column::elastic("title", "title").under("id"),
            ],
            rows: rows.collect(),
            empty: "No exception is open.",
        })],
    }
}

/// The middle one of some days, the lower of two; none of none.
fn median(mut days: Vec<i64>) -> Option<i64> {
    days.sort_unstable();
    let middle = days.len().checked_sub(1)? / 2;
    days.get(middle).copied()
}

/// A number of days, if there is one.
fn days(days: Option<i64>) -> Quantity {
    days.map_or(Quantity::None, Quantity::Days)
}

/// `1 day`, or `—` where there is none.
fn days_words(days: Option<i64>) -> String {
    days.map_or_else(|| "none".to_owned(), n_days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_the_lower_of_the_two() {
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        assert_eq!(median(vec![9, 1, 5, 3]), Some(3));
        assert_eq!(median(Vec::new()), None);
    }
}
