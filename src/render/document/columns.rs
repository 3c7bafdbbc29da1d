//! A table of any columns that fits the screen: what may give way does.

use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::style::{HorizontalLine, Style as Lines};
use tabled::settings::{Alignment, Modify, Padding};
use unicode_width::UnicodeWidthStr;

use crate::render::table::cut;
use crate::report::document::Weight;

/// What stands between two columns.
const GAP: usize = 2;
/// The narrowest that a column is cut to.
const LEAST: usize = 12;

/// A column of a table.
pub(super) struct Heading {
    pub(super) title: String,
    pub(super) weight: Weight,
    pub(super) is_numeric: bool,
}

/// A laid out table.
pub(super) struct Laid {
    /// The heading, a rule where one is drawn, and one line for each row.
    pub(super) lines: Vec<String>,
    /// Lines before the first row.
    pub(super) n_before: usize,
    /// The columns for which there was no room.
    pub(super) left_out: Vec<usize>,
    /// Whether some text is not there whole.
    pub(super) is_cut: bool,
}

/// Lays out rows; without a width nothing is cut.
pub(super) fn laid(
    headings: &[Heading],
    rows: &[Vec<String>],
    width: Option<usize>,
    has_rule: bool,
) -> Laid {
    let natural = (0..headings.len()).map(|at| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width());
        cells.chain([headings[at].title.width()]).max().unwrap_or(0)
    });
    let natural: Vec<usize> = natural.collect();
    // A column in which nothing stands says nothing.
    let is_empty = |at: usize| rows.iter().all(|row| row.get(at).is_none_or(String::is_empty));
    let shown: Vec<usize> = (0..headings.len()).filter(|&at| !is_empty(at)).collect();
    let widths = fitted(headings, &natural, shown, width);
    let mut builder = Builder::default();
    builder.push_record(widths.iter().map(|&(at, width)| cut(&headings[at].title, width)));
    for row in rows {
        let cells = widths
            .iter()
            .map(|&(at, width)| row.get(at).map(|cell| cut(cell, width)).unwrap_or_default());
        builder.push_record(cells);
    }
    let mut table = builder.build();
    table.with(Lines::empty());
    if has_rule {
        table.with(Lines::empty().horizontals([(1, HorizontalLine::new('─'))]));
    }
    table.with(Padding::new(0, GAP, 0, 0));
    table.with(Modify::new(Columns::last()).with(Padding::zero()));
    for (column, &(at, _)) in widths.iter().enumerate() {
        if headings[at].is_numeric {
            table.with(Modify::new(Columns::one(column)).with(Alignment::right()));
        }
    }
    let lines: Vec<String> =
        table.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
    let n_before = lines.len() - rows.len();
    let is_left_out = |at: &usize| !is_empty(*at) && widths.iter().all(|(it, _)| it != at);
    let left_out = (0..headings.len()).filter(is_left_out);
    let is_cut = widths.iter().any(|&(at, width)| width < natural[at]);
    Laid { n_before, is_cut, left_out: left_out.collect(), lines }
}

/// The columns that are shown, each with its width.
fn fitted(
    headings: &[Heading],
    natural: &[usize],
    mut shown: Vec<usize>,
    width: Option<usize>,
) -> Vec<(usize, usize)> {
    let Some(room) = width else { return shown.into_iter().map(|at| (at, natural[at])).collect() };
    loop {
        let mut widths: Vec<(usize, usize)> = shown.iter().map(|&at| (at, natural[at])).collect();
        let total = |widths: &[(usize, usize)]| {
            widths.iter().map(|(_, width)| width + GAP).sum::<usize>().saturating_sub(GAP)
        };
        // The widest gives way first, so that short columns stay whole.
        while total(&widths) > room {
            let elastic = widths
                .iter_mut()
                .filter(|(at, width)| headings[*at].weight != Weight::Fixed && *width > LEAST);
            let Some((_, widest)) = elastic.max_by_key(|(_, width)| *width) else { break };
            *widest -= 1;
        }
        let extra = shown.iter().rposition(|&at| headings[at].weight == Weight::Extra);
        let elastic = || shown.iter().rposition(|&at| headings[at].weight == Weight::Elastic);
        match (total(&widths) <= room, extra.or_else(elastic)) {
            (true, _) | (false, None) => return widths,
            (false, Some(last)) => shown.remove(last),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(title: &str, weight: Weight) -> Heading {
        Heading { title: title.to_owned(), weight, is_numeric: false }
    }

    fn table(width: Option<usize>) -> String {
        let headings = [
            heading("id", Weight::Fixed),
            heading("controls", Weight::Extra),
            heading("title", Weight::Elastic),
        ];
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [
            row(["EXC-2026-K7QD", "AZ-NET-004", "Model proxy keeps a public endpoint"]),
            row(["EXC-2026-9T4B", "", "Pinned"]),
        ];
        laid(&headings, &rows, width, false).lines.join("\n")
    }

    #[test]
    fn what_may_give_way_is_cut_and_then_left_out() {
        insta::assert_snapshot!(table(None), @"
id             controls    title
EXC-2026-K7QD  AZ-NET-004  Model proxy keeps a public endpoint
EXC-2026-9T4B              Pinned
");
        insta::assert_snapshot!(table(Some(50)), @"
id             controls    title
EXC-2026-K7QD  AZ-NET-004  Model proxy keeps a pu…
EXC-2026-9T4B              Pinned
");
        insta::assert_snapshot!(table(Some(30)), @"
id             title
EXC-2026-K7QD  Model proxy ke…
EXC-2026-9T4B  Pinned
");
    }

    #[test]
    fn a_column_without_a_value_is_not_shown() {
        let headings = [heading("id", Weight::Fixed), heading("team", Weight::Fixed)];
        let rows = [vec!["EXC-2026-K7QD".to_owned(), String::new()]];
        assert_eq!(laid(&headings, &rows, None, false).lines, ["id", "EXC-2026-K7QD"]);
    }
}
