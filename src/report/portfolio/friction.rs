//! Which rules hurt: the controls that teams keep deviating from, and whether that says something about
//! the policy or about the exceptions.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::Portfolio;
use crate::report::counted;
use crate::report::document::{
    Block, Cell, Chart, Column, Drawing, Grid, Quantity, Row, Section, Series, Table, Text, Tone,
};
use crate::report::ledger::{Entry, Ledger, ids};

/// Controls that are ranked.
const MAX_POINTS: usize = 20;

/// Controls and teams that a matrix has room for.
const MAX_ROWS: usize = 40;
const MAX_COLUMNS: usize = 20;

/// A control from which there are exceptions.
pub(super) struct Point {
    pub(super) control: String,
    title: String,
    pub(super) open: Vec<String>,
    closed: Vec<String>,
    pub(super) teams: BTreeSet<String>,
    /// Renewals of its open exceptions.
    renewals: usize,
    /// Open ones that are expired, old, or renewed again and again.
    stuck: Vec<String>,
    pub(super) verdict: Advice,
}

/// What helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Advice {
    ImprovePolicy,
    RetireException,
    None,
}

impl Advice {
    fn words(self) -> &'static str {
        match self {
            Self::ImprovePolicy => "improve the policy",
            Self::RetireException => "retire exceptions",
            Self::None => "keep an eye on it",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::ImprovePolicy => Tone::Bad,
            Self::RetireException => Tone::Warn,
            Self::None => Tone::Quiet,
        }
    }
}

/// The controls with an open exception, those that hurt most first.
pub(super) fn points(ledger: &Ledger<'_>) -> Vec<Point> {
    let mut by_control: BTreeMap<&str, Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in &ledger.entries {
        for control in &entry.controls {
            by_control.entry(control.as_str()).or_default().push(entry);
        }
    }
    let points = by_control.into_iter().filter_map(|(control, entries)| {
        let open: Vec<&Entry<'_>> = entries.iter().copied().filter(|it| it.is_open()).collect();
        let closed = entries.iter().copied().filter(|it| !it.is_open());
        // Of several registers, whichever asks for attention first.
        let limits = open.iter().map(|it| &it.policy.portfolio);
        let limit = |of: fn(&Portfolio) -> usize| limits.clone().map(of).min();
        let records = limit(|it| it.friction.records)?;
        let n_teams = limit(|it| it.friction.teams)?;
        let teams: BTreeSet<String> = open.iter().map(|it| it.team().to_owned()).collect();
        let is_stuck = |it: &&&Entry<'_>| {
            it.is_expired(ledger.today)
                || it.renewals() >= it.policy.portfolio.serial_renewals
                || it
                    .age(ledger.today)
                    .is_some_and(|days| days > it.policy.portfolio.old_days.into())
        };
        let stuck: Vec<&Entry<'_>> = open.iter().filter(is_stuck).copied().collect();
        let is_shared = open.len() >= records && teams.len() >= n_teams;
        let is_habit = open.len() >= records;
        let verdict = match (is_shared, is_habit || !stuck.is_empty()) {
            (true, _) => Advice::ImprovePolicy,
            (false, true) => Advice::RetireException,
            (false, false) => Advice::None,
        };
        Some(Point {
            control: control.to_owned(),
            title: ledger.control_title(control),
            renewals: open.iter().map(|it| it.renewals()).sum(),
            closed: ids(closed),
            stuck: ids(stuck),
            open: ids(open),
            teams,
            verdict,
        })
    });
    let mut points: Vec<Point> = points.collect();
    points.sort_by_key(|it| {
        (it.verdict, std::cmp::Reverse(it.open.len() + it.renewals), it.control.clone())
    });
    points
}

pub(super) fn section(ledger: &Ledger<'_>, points: &[Point]) -> Section {
    let n = |advice| points.iter().filter(|it| it.verdict == advice).count();
    let lead = match (n(Advice::ImprovePolicy), n(Advice::RetireException)) {
        (0, 0) => "No control stands out: none has many exceptions of several teams, and none has an exception that stays.".to_owned(),
        (improve, retire) => format!(
            "Where several teams keep needing the same exception, the policy is what to change ({}); where exceptions stay, or one team keeps needing them, it is the exceptions ({}).",
            controls(improve),
            controls(retire)
        ),
    };
    Section {
        key: "friction",
        title: "Which rules hurt?".to_owned(),
        lead: Text::of(&lead),
        blocks: vec![
            Block::Chart(chart(points)),
            Block::Table(table(points, ledger.has_history())),
            Block::Chart(matrix(ledger)),
        ],
    }
}

fn controls(n: usize) -> String {
    counted(n, "control", "controls")
}

fn chart(points: &[Point]) -> Chart {
    let mut by_count: Vec<&Point> = points.iter().collect();
    by_count.sort_by_key(|it| (std::cmp::Reverse(it.open.len()), &it.control));
    let insight = match by_count.first() {
        Some(first) => {
            let n_alike = by_count.iter().filter(|it| it.open.len() == first.open.len()).count();
            let n = counted(first.open.len(), "open exception deviates", "open exceptions deviate");
            match n_alike {
                1 if points.len() == 1 => format!("{n} from {}, and from no other.", first.control),
                1 => format!("{n} from {}, the most of {} controls.", first.control, points.len()),
                alike => {
                    format!("{n} from each of {alike} controls, the most of {}.", points.len())
                }
            }
        }
        None => "No exception is open.".to_owned(),
    };
    by_count.truncate(MAX_POINTS);
    let values = |of: fn(&Point) -> &Vec<String>| {
        by_count.iter().map(|it| (of(it).len(), of(it).clone())).collect()
    };
    Chart {
        key: "friction",
        title: "Exceptions by control".to_owned(),
        insight,
        definition: "A record counts for each control that it deviates from.",
        drawing: Drawing::Bars(Grid {
            axis: "control",
            labels: by_count.iter().map(|it| it.control.clone()).collect(),
            series: vec![
                Series {
                    key: "open".to_owned(),
                    name: "open".to_owned(),
                    tone: Tone::Good,
                    values: values(|it| &it.open),
                },
                Series {
                    key: "closed".to_owned(),
                    name: "closed".to_owned(),
                    tone: Tone::Quiet,
                    values: values(|it| &it.closed),
                },
            ],
            marks: Vec::new(),
        }),
    }
}

fn table(points: &[Point], has_history: bool) -> Table {
    let rows = points.iter().map(|it| {
        let teams = it.teams.iter().cloned().collect::<Vec<_>>().join(", ");
        let unknown = || Cell::Quantity(Quantity::NeedsHistory, Vec::new());
        let number = |n: usize| Cell::Number(n.try_into().unwrap_or(i64::MAX), Vec::new());
        Row::of(vec![
            Cell::Code(it.control.clone()),
            Cell::State(it.verdict.words().to_owned(), it.verdict.tone()),
            Cell::records(it.open.clone()),
            number(it.teams.len()),
            if has_history { number(it.renewals) } else { unknown() },
            if has_history { Cell::records(it.stuck.clone()) } else { unknown() },
            Cell::records(it.closed.clone()),
            Cell::Text(teams),
            Cell::text(&it.title),
        ])
    });
    Table {
        key: "friction",
        caption: "Controls by what to do about them".to_owned(),
        definition: "Improve the policy: at least `portfolio.friction.records` open exceptions of at least `portfolio.friction.teams` teams. Retire exceptions: else, where there are as many of fewer teams, or where an open one stays, which is expired, older than `portfolio.old_days`, or renewed `portfolio.serial_renewals` times or more. Ranked by open exceptions and their renewals.",
        columns: vec![
            Column::fixed("control", "control"),
            Column::fixed("advice", "what helps"),
            Column::fixed("open", "open"),
            Column::fixed("n_teams", "teams"),
            Column::fixed("renewals", "renewals"),
            Column::fixed("staying", "staying"),
            Column::fixed("closed", "closed"),
            Column::extra("teams", "which teams"),
            Column::elastic("title", "title").under("control"),
        ],
        rows: rows.collect(),
        empty: "No exception is open.",
    }
}

fn matrix(ledger: &Ledger<'_>) -> Chart {
    let mut cells: BTreeMap<(&str, &str), Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in ledger.open() {
        for control in &entry.controls {
            cells.entry((control.as_str(), entry.team())).or_default().push(entry);
        }
    }
    let (controls, n_controls) =
        most(cells.iter().map(|((it, _), all)| (*it, all.len())), MAX_ROWS);
    let (teams, n_teams) = most(cells.iter().map(|((_, it), all)| (*it, all.len())), MAX_COLUMNS);
    let series = teams.iter().map(|team| Series {
        key: (*team).to_owned(),
        name: (*team).to_owned(),
        tone: Tone::Plain,
        values: controls
            .iter()
            .map(|control| {
                let inside = cells.get(&(*control, *team)).into_iter().flatten().copied();
                let ids = ids(inside);
                (ids.len(), ids)
            })
            .collect(),
    });
    let most = cells.iter().max_by_key(|(at, entries)| (entries.len(), std::cmp::Reverse(*at)));
    let insight = match most {
        Some(((control, team), entries)) => {
            let n_alike = cells.values().filter(|it| it.len() == entries.len()).count();
            let size = format!(
                "{}, {}",
                counted(n_controls, "control", "controls"),
                counted(n_teams, "team", "teams")
            );
            match n_alike {
                1 => format!(
                    "{size}; most stand in one place: {} of {team} from {control}.",
                    entries.len()
                ),
                _ => format!("{size}; {} in one place at most.", entries.len()),
            }
        }
        None => "No exception is open.".to_owned(),
    };
    Chart {
        key: "control_team",
        title: "Open exceptions by control and team".to_owned(),
        insight,
        definition: "A record counts for each control that it deviates from, in the team of its owner. Of many, the forty controls and the twenty teams with most are drawn.",
        drawing: Drawing::Matrix(Grid {
            axis: "control",
            labels: controls.iter().map(|it| (*it).to_owned()).collect(),
            series: series.collect(),
            marks: Vec::new(),
        }),
    }
}

/// The names with most, in their order, and how many there are.
fn most<'a>(
    named: impl Iterator<Item = (&'a str, usize)>,
    max: usize,
) -> (BTreeSet<&'a str>, usize) {
    let mut totals: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, n) in named {
        *totals.entry(name).or_default() += n;
    }
    let n_names = totals.len();
    let mut totals: Vec<(&str, usize)> = totals.into_iter().collect();
    totals.sort_by_key(|(name, n)| (std::cmp::Reverse(*n), *name));
    (totals.into_iter().take(max).map(|(name, _)| name).collect(), n_names)
}
