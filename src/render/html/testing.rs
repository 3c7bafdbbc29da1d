//! A report as a director may get it, with every drawing and of any size.

use chrono::{Days, Months, NaiveDate};

use crate::report::document::{
    Block, Cell, Chart, Column, Document, Drawing, Figure, Grid, History, Life, Origin, Quantity,
    Row, Section, Series, Span, Stamp, Table, Text, Timeline, Tone,
};

const TEAMS: [&str; 6] =
    ["payments", "data-platform", "identity", "site reliability", "mobile", "billing"];
const PEOPLE: [&str; 6] =
    ["Dana Ruiz", "Sam Okafor", "Mei Lin", "Jonas Berg", "Priya Nair", "Alex Romero"];
const CONTROLS: [&str; 7] = [
    "net.public-endpoint",
    "iam.mfa-required",
    "enc.customer-managed-keys",
    "log.retention-365",
    "img.approved-base-images",
    "vuln.patch-in-30-days",
    "backup.restore-test",
];
const TITLES: [&str; 6] = [
    "Model proxy stays public until the private link is ready",
    "Legacy batch host cannot enroll in MFA",
    "Vendor appliance ships its own base image",
    "Logs of the card switch are kept 90 days",
    "Kernel of the trading gateway waits for the certified build",
    "Restore test of the ledger needs a second region",
];

pub(super) fn today() -> NaiveDate {
    "2026-11-20".parse().expect("a date")
}

/// Records as a portfolio has them: most run, some end soon, some have ended.
pub(super) struct Sample {
    id: String,
    title: &'static str,
    owner: &'static str,
    team: &'static str,
    control: &'static str,
    opened: NaiveDate,
    promised: NaiveDate,
    expires: NaiveDate,
    n_renewals: i64,
    tone: Tone,
}

pub(super) fn samples(n: usize) -> Vec<Sample> {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut seed: u64 = 42;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut samples: Vec<Sample> = (0..n)
        .map(|_| {
            let mut letter = || char::from(LETTERS[random(32) as usize]);
            let id = format!("EXC-2026-{}{}{}{}", letter(), letter(), letter(), letter());
            let team = (random(6) * random(6) / 5) as usize;
            let opened = today() - Days::new(20 + random(560));
            let n_renewals = (random(5) * random(3) / 3) as i64;
            let promised = opened + Days::new(60 + random(120));
            let expires = promised + Days::new(n_renewals as u64 * 90);
            let expires = match expires < today() - Days::new(21) {
                true => today() - Days::new(20) + Days::new(random(200)),
                false => expires,
            };
            let tone = match (expires - today()).num_days() {
                ..0 => Tone::Bad,
                0..30 => Tone::Warn,
                _ => Tone::Good,
            };
            Sample {
                id,
                title: TITLES[random(6) as usize],
                owner: PEOPLE[team],
                team: TEAMS[team],
                control: CONTROLS[(random(7) * random(7) / 6) as usize],
                opened,
                promised,
                expires,
                n_renewals: i64::from(expires > promised).max(n_renewals),
                tone,
            }
        })
        .collect();
    samples.sort_by(|one, other| (one.expires, &one.id).cmp(&(other.expires, &other.id)));
    samples
}

fn ids(samples: &[Sample], fits: impl Fn(&Sample) -> bool) -> Vec<String> {
    samples.iter().filter(|it| fits(it)).map(|it| it.id.clone()).collect()
}

pub(super) fn figure(key: &'static str, label: &str, tone: Tone, ids: Vec<String>) -> Figure {
    let definition = "Records in force on the day of the report, proposals left out.";
    let quantity = Quantity::Count(ids.len());
    Figure { key, label: label.to_owned(), quantity, tone, definition, ids }
}

fn words(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => "expired",
        Tone::Warn => "expiring",
        Tone::Quiet => "closed",
        _ => "active",
    }
}

/// A portfolio of so many records, as a director may get it.
pub(super) fn portfolio(n: usize) -> Document {
    let samples = samples(n);
    let n_bad = samples.iter().filter(|it| it.tone == Tone::Bad).count();
    let n_warn = samples.iter().filter(|it| it.tone == Tone::Warn).count();
    Document {
        report: "portfolio",
        title: "Exceptions across the portfolio".to_owned(),
        lead: Text(vec![
            Span::Plain(format!("{n} exceptions are open. ")),
            Span::Strong(format!("{n_bad} have lapsed and nobody closed them")),
            Span::Plain(format!(", {n_warn} more end within 30 days, and the first to go is ")),
            Span::Id(samples[n_bad.min(n - 1)].id.clone()),
            Span::Plain(". One control accounts for a third of all deviations.".to_owned()),
        ]),
        stamp: stamp(n),
        notes: vec![Text::of(
            "1 file could not be read and is missing below; `exc check` says why.",
        )],
        sections: vec![
            at_a_glance(&samples),
            over_time(&samples),
            friction(&samples),
            records(&samples),
        ],
        principal: "records",
    }
}

fn stamp(n: usize) -> Stamp {
    Stamp {
        today: today(),
        registers: vec![Origin {
            name: "exceptions".to_owned(),
            n_records: n + 14,
            unreadable: vec!["exceptions/EXC-2026-0B4D.yaml".to_owned()],
            history: Some(History {
                mainline: "main".to_owned(),
                tip: "1f0c9a7be2d4f6a8901b2c3d4e5f60718293a4b5".to_owned(),
                is_complete: true,
            }),
        }],
        options: vec![format!("--today {}", today())],
        filters: vec!["--since 2025-01-01".to_owned()],
    }
}

fn at_a_glance(samples: &[Sample]) -> Section {
    let open = ids(samples, |_| true);
    let late = ids(samples, |it| it.expires > it.promised);
    let past = Quantity::Share { part: late.len(), whole: open.len() };
    let figures = vec![
        figure("open", "open exceptions", Tone::Plain, open),
        figure(
            "expired",
            "expired and still open",
            Tone::Bad,
            ids(samples, |it| it.tone == Tone::Bad),
        ),
        figure(
            "due_30",
            "end within 30 days",
            Tone::Warn,
            ids(samples, |it| it.tone == Tone::Warn),
        ),
        Figure {
            key: "past_promise",
            label: "outlived their first promise".to_owned(),
            quantity: past,
            tone: Tone::Plain,
            definition: "Share of open exceptions whose last valid day is later than the one that was first approved.",
            ids: late,
        },
        Figure {
            key: "age",
            label: "median age".to_owned(),
            quantity: Quantity::Days(241),
            tone: Tone::Plain,
            definition: "Days since the first approval, renewals included.",
            ids: vec![],
        },
        Figure {
            key: "time_to_approve",
            label: "median time to approval".to_owned(),
            quantity: Quantity::NeedsHistory,
            tone: Tone::Plain,
            definition: "From the commit that proposed it to the one that landed it.",
            ids: vec![],
        },
    ];
    Section {
        key: "glance",
        title: "At a glance".to_owned(),
        lead: Text::of("What runs, what has run out, and how long temporary has lasted."),
        blocks: vec![Block::Figures(figures)],
    }
}

fn months(n: u32) -> Vec<String> {
    let first = NaiveDate::from_ymd_opt(2026, 11, 1).expect("a date");
    (0..n).rev().map(|back| (first - Months::new(back)).format("%Y-%m").to_string()).collect()
}

fn series(key: &str, tone: Tone, values: impl IntoIterator<Item = usize>) -> Series {
    let values = values.into_iter().map(|value| (value, vec![])).collect();
    Series { key: key.to_owned(), name: key.to_owned(), tone, values }
}

pub(super) fn chart(key: &'static str, title: &str, insight: &str, drawing: Drawing) -> Block {
    Block::Chart(Chart {
        key,
        title: title.to_owned(),
        insight: insight.to_owned(),
        definition: "Counted at the end of each period, by the mainline's first parents.",
        drawing,
    })
}

fn over_time(samples: &[Sample]) -> Section {
    let n = samples.len();
    let grow = |at: usize| n * (30 + at * 3 + (at * 7) % 5) / 110;
    let open = Grid {
        axis: "month",
        labels: months(25),
        series: vec![
            series("active", Tone::Good, (0..25).map(grow)),
            series("expiring", Tone::Warn, (0..25).map(|at| n * (4 + (at * 5) % 7) / 110)),
            series("expired", Tone::Bad, (0..25).map(|at| n * (1 + at / 4) / 110)),
        ],
        marks: vec![(9, "policy 2.0: at most 180 days".to_owned())],
    };
    let monday: NaiveDate = "2026-11-16".parse().expect("a date");
    let weeks = (0..26).map(|week| monday + Days::new(7 * week));
    let ends = |from: NaiveDate| {
        let n = samples.iter().filter(|it| from <= it.expires && it.expires < from + Days::new(7));
        n.count()
    };
    let forecast = Grid {
        axis: "week",
        labels: weeks.clone().map(|day| day.to_string()).collect(),
        series: vec![series("end", Tone::Plain, weeks.map(ends))],
        marks: vec![(0, "today".to_owned()), (11, "cliff: three times the usual".to_owned())],
    };
    let ages = Grid {
        axis: "age in days",
        labels: ["0–30", "31–90", "91–180", "181–365", "over 365"].map(str::to_owned).to_vec(),
        series: vec![series("open", Tone::Plain, [2, 5, 9, 17, 8].map(|it| it * n / 41))],
        marks: vec![],
    };
    let renewals = Grid {
        axis: "renewals",
        labels: ["none", "once", "twice", "3 times", "4 or more"].map(str::to_owned).to_vec(),
        series: vec![
            series("within the promise", Tone::Good, [18, 6, 2, 0, 0].map(|it| it * n / 41)),
            series("past the promise", Tone::Warn, [0, 5, 4, 3, 3].map(|it| it * n / 41)),
        ],
        marks: vec![],
    };
    let rows = samples.iter().map(|it| Life {
        id: it.id.clone(),
        label: it.owner.to_owned(),
        start: it.opened,
        promised: (it.expires > it.promised).then_some(it.promised),
        end: it.expires,
        tone: it.tone,
    });
    let timeline = Timeline { today: today(), rows: rows.collect() };
    Section {
        key: "time",
        title: "Is it growing, and does it end?".to_owned(),
        lead: Text::of(
            "The number of open exceptions has doubled in two years. The age is measured from the first approval.",
        ),
        blocks: vec![
            chart(
                "open_over_time",
                "Open exceptions",
                "Open exceptions rose from 31 to 107 percent of where they were, most of them active.",
                Drawing::Area(open),
            ),
            chart(
                "forecast",
                "When they end",
                "The week of 1 February holds three times the usual number of last days.",
                Drawing::Columns(forecast),
            ),
            chart(
                "ages",
                "How old they are",
                "More than half are older than half a year.",
                Drawing::Columns(ages),
            ),
            chart(
                "renewals",
                "How often they were renewed",
                "One in three was renewed, and most of those past the first promise.",
                Drawing::Bars(renewals),
            ),
            chart(
                "lives",
                "Each exception from approval to its last day",
                "Those at the top are over; the hollow part was not promised at first.",
                Drawing::Timeline(timeline),
            ),
        ],
    }
}

fn friction(samples: &[Sample]) -> Section {
    let count = |control: &str, team: &str| {
        let ids = ids(samples, |it| it.control == control && it.team == team);
        (ids.len(), ids)
    };
    let matrix = Grid {
        axis: "control",
        labels: CONTROLS.map(str::to_owned).to_vec(),
        series: TEAMS
            .iter()
            .map(|team| Series {
                key: (*team).to_owned(),
                name: (*team).to_owned(),
                tone: Tone::Plain,
                values: CONTROLS.iter().map(|control| count(control, team)).collect(),
            })
            .collect(),
        marks: vec![],
    };
    let of = |control: &str, tone: Tone| {
        samples.iter().filter(|it| it.control == control && it.tone == tone).count()
    };
    let states = [(Tone::Good, "active"), (Tone::Warn, "expiring"), (Tone::Bad, "expired")];
    let bars = Grid {
        axis: "control",
        labels: CONTROLS.map(str::to_owned).to_vec(),
        series: states
            .iter()
            .map(|(tone, name)| series(name, *tone, CONTROLS.iter().map(|it| of(it, *tone))))
            .collect(),
        marks: vec![],
    };
    let columns = vec![
        Column::fixed("control", "Control"),
        Column::fixed("open", "Open"),
        Column::fixed("past_promise", "Past promise"),
        Column::fixed("teams", "Teams"),
        Column::elastic("verdict", "Verdict"),
    ];
    let rows = CONTROLS.iter().map(|control| {
        let open = ids(samples, |it| it.control == *control);
        let late = ids(samples, |it| it.control == *control && it.expires > it.promised);
        let share = Quantity::Share { part: late.len(), whole: open.len() };
        Row {
            group: None,
            tone: Tone::Plain,
            cells: vec![
                Cell::Code((*control).to_owned()),
                Cell::records(open),
                Cell::Quantity(share, late),
                Cell::Number(4, vec![]),
                Cell::text("improve the policy: five teams deviate for the same reason"),
            ],
        }
    });
    Section {
        key: "friction",
        title: "Which rules hurt".to_owned(),
        lead: Text::of("Where many teams deviate from one control, the control is the problem."),
        blocks: vec![
            chart(
                "controls",
                "Open exceptions by control",
                "net.public-endpoint leads with twice the next.",
                Drawing::Bars(bars),
            ),
            chart(
                "matrix",
                "Control by team",
                "payments and data-platform carry most of it.",
                Drawing::Matrix(matrix),
            ),
            Block::Table(Table {
                key: "friction",
                caption: "Friction points".to_owned(),
                definition: "Controls with at least three open exceptions of at least two teams.",
                columns,
                rows: rows.collect(),
                empty: "No control stands out.",
            }),
            Block::Table(Table {
                key: "nothing",
                caption: "Evidence that went stale".to_owned(),
                definition: "",
                columns: vec![Column::fixed("id", "Record")],
                rows: vec![],
                empty: "All evidence is fresh.",
            }),
        ],
    }
}

fn records(samples: &[Sample]) -> Section {
    let columns = vec![
        Column::fixed("id", "Record"),
        Column::elastic("title", "What"),
        Column::fixed("state", "State"),
        Column::fixed("expires", "Last valid day"),
        Column::fixed("days_left", "Days left"),
        Column::extra("renewals", "Renewals"),
        Column::extra("control", "Control"),
        Column::extra("related", "Related"),
    ];
    let mut rows: Vec<Row> = samples
        .iter()
        .map(|it| Row {
            group: Some(format!("{}, {}", it.owner, it.team)),
            tone: it.tone,
            cells: vec![
                Cell::Id(it.id.clone()),
                Cell::Text(it.title.to_owned()),
                Cell::State(words(it.tone).to_owned(), it.tone),
                Cell::Date(it.expires),
                Cell::Number((it.expires - today()).num_days(), vec![]),
                Cell::Number(it.n_renewals, vec![]),
                Cell::Code(it.control.to_owned()),
                Cell::Ids(vec![samples[0].id.clone()]),
            ],
        })
        .collect();
    rows.sort_by_key(|row| row.group.clone());
    Section {
        key: "records",
        title: "Every open exception".to_owned(),
        lead: Text(vec![
            Span::Plain("By owner, most urgent first. Renew with ".to_owned()),
            Span::Code("exc renew ID --until DAY".to_owned()),
            Span::Plain(".".to_owned()),
        ]),
        blocks: vec![
            Block::List(vec![
                Text::of("Close what is no longer needed."),
                Text::of("Renew what is, with a reason that is new."),
            ]),
            Block::Table(Table {
                key: "records",
                caption: "Open exceptions by owner".to_owned(),
                definition: "A row is a record that is on the mainline and not closed.",
                columns,
                rows,
                empty: "Nothing is open.",
            }),
        ],
    }
}
