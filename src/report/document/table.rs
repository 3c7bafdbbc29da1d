//! A table of a report: what its columns are called, which of them give way, and what a cell holds.

use chrono::NaiveDate;

use super::{Quantity, Tone};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) key: &'static str,
    pub(crate) caption: String,
    /// What a row is and how it is counted; empty where the caption says it.
    pub(crate) definition: &'static str,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// What is said where there are no rows.
    pub(crate) empty: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) key: &'static str,
    pub(crate) title: &'static str,
    pub(crate) weight: Weight,
    /// The key of the column with which it shares a cell where there is more height than width.
    pub(crate) under: Option<&'static str>,
}

/// Which columns give way on a narrow screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Left out first.
    Extra,
    /// Cut, but never left out.
    Elastic,
    /// Always whole.
    Fixed,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// The heading under which it stands, where the rows are grouped; equal ones follow each other.
    pub(crate) group: Option<String>,
    pub(crate) tone: Tone,
    /// One for each column.
    pub(crate) cells: Vec<Cell>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Nothing to say.
    Empty,
    Text(String),
    /// A number, with the records behind it where it counts some.
    Number(i64, Vec<String>),
    Quantity(Quantity, Vec<String>),
    Date(NaiveDate),
    Id(String),
    Ids(Vec<String>),
    Code(String),
    /// A word for how something stands.
    State(String, Tone),
}

impl Column {
    const fn of(key: &'static str, title: &'static str, weight: Weight) -> Self {
        Self { key, title, weight, under: None }
    }

    pub(crate) const fn fixed(key: &'static str, title: &'static str) -> Self {
        Self::of(key, title, Weight::Fixed)
    }

    pub(crate) const fn elastic(key: &'static str, title: &'static str) -> Self {
        Self::of(key, title, Weight::Elastic)
    }

    pub(crate) const fn extra(key: &'static str, title: &'static str) -> Self {
        Self::of(key, title, Weight::Extra)
    }

    /// The same below the value of another column where there is more height than width.
    pub(crate) const fn under(self, key: &'static str) -> Self {
        Self { under: Some(key), ..self }
    }
}

impl Table {
    /// Whether any row has something to say in a column.
    pub(crate) fn says_something(&self, column: usize) -> bool {
        self.rows.iter().any(|row| row.cells.get(column).is_some_and(|it| *it != Cell::Empty))
    }
}

impl Row {
    /// One under no heading that stands out in nothing.
    pub(crate) fn of(cells: Vec<Cell>) -> Self {
        Self { group: None, tone: Tone::Plain, cells }
    }
}

impl Cell {
    /// A day, if there is one.
    pub(crate) fn day(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::Empty, Self::Date)
    }

    /// A text, if it is none that says nothing.
    pub(crate) fn text(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }

    /// A count of records.
    pub(crate) fn records(ids: Vec<String>) -> Self {
        Self::Number(ids.len().try_into().unwrap_or(i64::MAX), ids)
    }

    pub(crate) fn is_numeric(&self) -> bool {
        matches!(self, Self::Number(..) | Self::Quantity(..))
    }
}
