//! A cell for each label and series, darker for more, with its number and the sums.

use maud::html;

use super::{Picture, brief, extent};
use crate::render::Safe;
use crate::report::document::{Grid, Series};

const CELL: usize = 74;
const ROW: usize = 30;
/// Columns of a name before the rows.
const LONGEST: usize = 30;
/// Columns of a line above the cells.
const NARROW: usize = 11;
/// Shades of a cell that is not empty.
const SHADES: usize = 5;

pub(super) fn draw(grid: &Grid) -> Picture {
    let names: Vec<String> = grid.labels.iter().map(|label| brief(label, LONGEST)).collect();
    let left = names.iter().map(|name| extent(name)).max().unwrap_or(0) + 12;
    let heads: Vec<[String; 2]> = grid.series.iter().map(|it| two_lines(&it.name)).collect();
    let is_high = heads.iter().any(|[_, second]| !second.is_empty());
    let head = if is_high { 38 } else { 22 };
    let largest = grid.largest().max(1);
    let sums = left + grid.series.len() * CELL;
    let content = html! {
        @for (at, [first, second]) in heads.iter().enumerate() {
            @let x = left + at * CELL + CELL / 2;
            @if second.is_empty() {
                text.head x=(x) y=(head - 10) text-anchor="middle" { (Safe(first)) }
            } @else {
                text.head x=(x) y=(head - 25) text-anchor="middle" { (Safe(first)) }
                text.head x=(x) y=(head - 10) text-anchor="middle" { (Safe(second)) }
            }
        }
        text.head x=(sums + 34) y=(head - 10) text-anchor="end" { "all" }
        @for (row, name) in names.iter().enumerate() {
            @let y = head + row * ROW;
            text.name x=(left - 12) y=(y + 19) text-anchor="end" { (Safe(name)) }
            @for (at, series) in grid.series.iter().enumerate() {
                @let value = series.values.get(row).map_or(0, |it| it.0);
                @let shade = (value * SHADES).div_ceil(largest);
                @let x = left + at * CELL;
                rect.{ "shade" (shade) } x=(x + 1) y=(y + 1) width=(CELL - 2) height=(ROW - 2) {}
                text.{ "on" (shade) } x=(x + CELL / 2) y=(y + 19) text-anchor="middle" { (value) }
            }
            text.sum x=(sums + 34) y=(y + 19) text-anchor="end" { (grid.total(row)) }
        }
        @let foot = head + names.len() * ROW;
        text.name x=(left - 12) y=(foot + 20) text-anchor="end" { "all" }
        @for (at, series) in grid.series.iter().enumerate() {
            text.sum x=(left + at * CELL + CELL / 2) y=(foot + 20) text-anchor="middle" { (sum(series)) }
        }
        text.sum x=(sums + 34) y=(foot + 20) text-anchor="end" {
            (grid.series.iter().map(sum).sum::<usize>())
        }
    };
    Picture { width: (sums + 40).max(340), height: head + (names.len() + 1) * ROW + 4, content }
}

fn sum(series: &Series) -> usize {
    series.values.iter().map(|(value, _)| value).sum()
}

/// A name on one line or two, parted where it has a seam.
fn two_lines(name: &str) -> [String; 2] {
    let name = Safe(name).to_string();
    let is_seam = |c: char| matches!(c, ' ' | '-' | '/' | '_' | '.');
    let ends = name.char_indices().filter(|(_, c)| is_seam(*c)).map(|(at, c)| at + c.len_utf8());
    let seam = ends.take_while(|at| *at <= NARROW).last();
    match seam {
        Some(at) if name.len() > NARROW => {
            [name[..at].trim_end().to_owned(), brief(&name[at..], NARROW)]
        }
        _ => [brief(&name, NARROW), String::new()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_breaks_at_its_seam_or_is_cut() {
        assert_eq!(two_lines("payments"), ["payments", ""]);
        assert_eq!(two_lines("customer-support-ai"), ["customer-", "support-ai"]);
        assert_eq!(two_lines("data-platform"), ["data-", "platform"]);
        assert_eq!(two_lines("site reliability"), ["site", "reliability"]);
        assert_eq!(two_lines("infrastructure"), ["infrastruc…", ""]);
    }
}
