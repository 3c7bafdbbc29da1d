//! A report before it has a format: figures, tables and charts in the order in which a reader wants
//! them. Each report makes one, and each format walks it.
//!
//! What a program reads is named by keys (`open`, `days_left`), which are a promise; titles and
//! sentences are not. A number stands here once, so that no two formats can disagree about it.
//!
//! Invariant: no markup and no escapes. Texts of records stand here as they are.

mod chart;
mod table;

use chrono::NaiveDate;

pub(crate) use self::chart::{Chart, Drawing, Grid, Life, Series, Timeline};
pub(crate) use self::table::{Cell, Column, Row, Table, Weight};

/// A report, ready to be written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Document {
    /// Its name on the command line, such as `expiry`.
    pub(crate) report: &'static str,
    pub(crate) title: String,
    /// What a reader takes home who reads nothing else.
    pub(crate) lead: Text,
    pub(crate) stamp: Stamp,
    /// What limits everything below: files that could not be read, history that is missing.
    pub(crate) notes: Vec<Text>,
    pub(crate) sections: Vec<Section>,
    /// The key of the table which is the report where only one table can be.
    pub(crate) principal: &'static str,
}

/// What the figures stand on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stamp {
    /// The day on which everything was judged (UTC).
    pub(crate) today: NaiveDate,
    pub(crate) registers: Vec<Origin>,
    /// The filters that were given, as options of the command.
    pub(crate) filters: Vec<String>,
    /// The other options that make it what it is, its day among them.
    pub(crate) options: Vec<String>,
}

/// A register that the report is about.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Origin {
    /// What qualifies its ids where there are several.
    pub(crate) name: String,
    /// Records that could be read, before any filter.
    pub(crate) n_records: usize,
    /// Files that could not be read, of which nothing below knows.
    pub(crate) unreadable: Vec<String>,
    /// None where there is no history to ask.
    pub(crate) history: Option<History>,
}

/// The mainline from which the history was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct History {
    pub(crate) mainline: String,
    /// The full name of its newest commit.
    pub(crate) tip: String,
    pub(crate) is_complete: bool,
}

/// A part of a report with a heading.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Section {
    /// Its name in links, such as `expired`.
    pub(crate) key: &'static str,
    pub(crate) title: String,
    pub(crate) lead: Text,
    pub(crate) blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Block {
    List(Vec<Text>),
    Figures(Vec<Figure>),
    Table(Table),
    Chart(Chart),
}

/// A sentence or a few.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) Vec<Span>);

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    Plain(String),
    Strong(String),
    /// A command, a key, a name.
    Code(String),
    /// The id of a record, which a format may link to where the record is listed.
    Id(String),
}

/// A number that matters, with what it means and the records behind it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) key: &'static str,
    /// What stands beside the number, such as `open exceptions`.
    pub(crate) label: String,
    pub(crate) quantity: Quantity,
    pub(crate) tone: Tone,
    pub(crate) definition: &'static str,
    /// Ids, in order; those that make a share, not the whole.
    pub(crate) ids: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    Count(usize),
    Days(i64),
    /// Printed as a percentage, rounded half up; nothing of nothing is none.
    Share {
        part: usize,
        whole: usize,
    },
    /// There is nothing to measure.
    None,
    /// This clone does not hold the history that it takes.
    NeedsHistory,
}

/// How something stands, never told by color alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tone {
    #[default]
    Plain,
    /// In order: active, fresh.
    Good,
    /// Somebody has to act soon: expiring, stale.
    Warn,
    /// Somebody has to act now: expired, lapsed.
    Bad,
    /// Over: closed, later.
    Quiet,
}

impl Text {
    /// A sentence in which values stand in backticks. The values are ours: for texts of records there
    /// is [`Span`].
    pub(crate) fn of(sentence: &str) -> Self {
        let parts = sentence.split('`').enumerate();
        let parts = parts.filter(|(_, part)| !part.is_empty()).map(|(at, part)| match at % 2 {
            0 => Span::Plain(part.to_owned()),
            _ => Span::Code(part.to_owned()),
        });
        Self(parts.collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Span {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Strong(text) | Self::Code(text) | Self::Id(text) => text,
        }
    }
}

impl Quantity {
    /// The share in percent, rounded half up; none of nothing.
    pub(crate) fn percent(part: usize, whole: usize) -> Option<usize> {
        (whole > 0).then(|| (200 * part + whole) / (2 * whole))
    }

    /// As people read it: `14`, `72 days`, `43 % (6 of 14)`.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Count(n) => n.to_string(),
            Self::Days(days) => crate::model::window::n_days(days),
            Self::Share { part, whole } => match Self::percent(part, whole) {
                Some(percent) => format!("{percent} % ({part} of {whole})"),
                None => "none".to_owned(),
            },
            Self::None => "none".to_owned(),
            Self::NeedsHistory => "needs full history".to_owned(),
        }
    }
}

impl Tone {
    /// Its name in what programs read.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Quiet => "quiet",
        }
    }
}

impl Figure {
    /// The label with its verb as the number asks for it: `1 has lapsed`, `2 have lapsed`.
    pub(crate) fn label(&self) -> String {
        const VERBS: [(&str, &str); 5] = [
            ("are ", "is "),
            ("have ", "has "),
            ("were ", "was "),
            ("wait ", "waits "),
            ("end ", "ends "),
        ];
        let is_one = match self.quantity {
            Quantity::Count(n) => n == 1,
            Quantity::Share { part, .. } => part == 1,
            Quantity::Days(_) | Quantity::None | Quantity::NeedsHistory => false,
        };
        let verb = VERBS.iter().find(|(many, _)| is_one && self.label.starts_with(many));
        match verb {
            Some((many, one)) => format!("{one}{}", &self.label[many.len()..]),
            None => self.label.clone(),
        }
    }
}

impl Document {
    /// Whether there is nothing yet of which it could tell.
    fn is_blank(&self) -> bool {
        let is_something = |figure: &Figure| match figure.quantity {
            Quantity::Count(n) => n > 0,
            Quantity::Days(_) => true,
            Quantity::Share { whole, .. } => whole > 0,
            Quantity::None | Quantity::NeedsHistory => false,
        };
        let mut registers = self.stamp.registers.iter();
        let counts = self.figures().next().is_some();
        counts && registers.all(|it| it.n_records == 0) && !self.figures().any(is_something)
    }

    /// The sections that people get to read: where there is nothing yet, only the first.
    pub(crate) fn shown(&self) -> &[Section] {
        let n = if self.is_blank() { 1 } else { self.sections.len() };
        &self.sections[..n.min(self.sections.len())]
    }

    pub(crate) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.sections.iter().flat_map(|section| &section.blocks)
    }

    pub(crate) fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.blocks().flat_map(|block| match block {
            Block::Figures(figures) => figures.as_slice(),
            _ => &[],
        })
    }

    pub(crate) fn tables(&self) -> impl Iterator<Item = &Table> {
        self.blocks().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
    }

    pub(crate) fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.blocks().filter_map(|block| match block {
            Block::Chart(chart) => Some(chart),
            _ => None,
        })
    }

    /// The files that could not be read, qualified where there are several registers.
    pub(crate) fn unreadable(&self) -> Vec<String> {
        let registers = &self.stamp.registers;
        let mut unreadable = Vec::new();
        for origin in registers {
            for path in &origin.unreadable {
                unreadable.push(match registers.len() {
                    1 => path.clone(),
                    _ => format!("{}/{path}", origin.name),
                });
            }
        }
        unreadable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_half_up_and_nothing_of_nothing_is_none() {
        let share = |part, whole| Quantity::Share { part, whole }.words();
        assert_eq!(share(1, 8), "13 % (1 of 8)");
        assert_eq!(share(1, 3), "33 % (1 of 3)");
        assert_eq!(share(8, 8), "100 % (8 of 8)");
        assert_eq!(share(0, 0), "none");
    }

    #[test]
    fn what_stands_in_backticks_is_code() {
        let text = Text::of("run `exc check` first");
        let expected = [
            Span::Plain("run ".to_owned()),
            Span::Code("exc check".to_owned()),
            Span::Plain(" first".to_owned()),
        ];
        assert_eq!(text.0, expected);
        assert!(Text::of("").is_empty());
    }
}
