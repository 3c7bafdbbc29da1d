//! Horizontal bars, one for each label, with its name before it and the sum behind it.

use maud::html;

use super::scale::Scale;
use super::{Picture, brief, extent, legend, legend_extent, looks};
use crate::render::Safe;
use crate::report::document::Grid;

const ROW: usize = 30;
const THICK: usize = 17;
const LENGTH: usize = 300;
/// Columns of a name.
const LONGEST: usize = 30;

pub(super) fn draw(grid: &Grid) -> Picture {
    let names: Vec<String> = grid.labels.iter().map(|label| brief(label, LONGEST)).collect();
    let left = names.iter().map(|name| extent(name)).max().unwrap_or(0) + 12;
    let head = if grid.series.len() > 1 { 34 } else { 6 };
    let scale = Scale::fitting(grid.peak(), LENGTH);
    let longest = scale.of(grid.peak());
    let width = (left + longest + 48).max(legend_extent(&grid.series)).max(340);
    let height = head + names.len() * ROW + 4;
    let content = html! {
        (legend(&grid.series, 0, 14))
        @for (at, name) in names.iter().enumerate() {
            @let y = head + at * ROW;
            @let mut below = 0;
            text.name x=(left - 12) y=(y + 18) text-anchor="end" { (Safe(name)) }
            @for (series, look) in grid.series.iter().zip(looks(&grid.series)) {
                @let value = series.values.get(at).map_or(0, |it| it.0);
                @let from = scale.of(below);
                @let to = scale.of(below + value);
                @let _ = below += value;
                @if to > from {
                    rect.fill.(look) x=(left + from) y=(y + 5) width=(to - from) height=(THICK) {}
                    @if grid.series.len() > 1 && to - from >= extent(&value.to_string()) + 10 {
                        text.inside.(look) x=(left + (from + to) / 2) y=(y + 18) text-anchor="middle" { (value) }
                    }
                }
            }
            text.sum x=(left + scale.of(below) + 7) y=(y + 18) { (below) }
        }
        path.axis d={ "M" (left) " " (head) "V" (height - 4) } {}
    };
    Picture { width, height, content }
}
