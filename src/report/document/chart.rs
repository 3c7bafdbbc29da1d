//! Charts as the numbers that they draw, before anybody draws them.

use chrono::NaiveDate;

use super::Tone;

/// A picture. Its data are also a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chart {
    pub(crate) key: &'static str,
    pub(crate) title: String,
    /// What the picture shows, in a sentence with its numbers.
    pub(crate) insight: String,
    pub(crate) definition: &'static str,
    pub(crate) drawing: Drawing,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Drawing {
    /// Stacked areas over time.
    Area(Grid),
    /// Stacked columns, one for each label.
    Columns(Grid),
    /// Horizontal stacked bars, one for each label, most first.
    Bars(Grid),
    /// A cell for each label and series, darker for more.
    Matrix(Grid),
    Timeline(Timeline),
}

/// Values of several series at the same labels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grid {
    /// What the labels are, such as `month`.
    pub(crate) axis: &'static str,
    pub(crate) labels: Vec<String>,
    pub(crate) series: Vec<Series>,
    /// Labels that stand out, with the reason: a cliff, today.
    pub(crate) marks: Vec<(usize, String)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) tone: Tone,
    /// One for each label; the ids behind it where they are records.
    pub(crate) values: Vec<(usize, Vec<String>)>,
}

/// Spans of days below each other.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Timeline {
    pub(crate) today: NaiveDate,
    pub(crate) rows: Vec<Life>,
}

/// A record from its beginning to its last valid day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Life {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) start: NaiveDate,
    /// The last valid day that was first promised, where it is an earlier one.
    pub(crate) promised: Option<NaiveDate>,
    /// The last valid day.
    pub(crate) end: NaiveDate,
    pub(crate) tone: Tone,
}

impl Grid {
    /// The value of all series at a label.
    pub(crate) fn total(&self, label: usize) -> usize {
        self.series.iter().filter_map(|it| it.values.get(label)).map(|(value, _)| value).sum()
    }

    /// The largest total.
    pub(crate) fn peak(&self) -> usize {
        (0..self.labels.len()).map(|label| self.total(label)).max().unwrap_or(0)
    }

    /// The largest single value.
    pub(crate) fn largest(&self) -> usize {
        let values = self.series.iter().flat_map(|it| &it.values);
        values.map(|(value, _)| *value).max().unwrap_or(0)
    }
}
