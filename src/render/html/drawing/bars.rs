//! Horizontal bars, one for each label, with its name before it and the sum behind it.

use maud::html;

use super::scale::Scale;
use super::{Picture, Segment, brief, extent, legend, legend_extent, stack};
use crate::render::Safe;
use crate::report::document::Grid;

const ROW: usize = 30;
const THICK: usize = 17;
/// Units for the longest bar where there is a line for it.
const LENGTH: usize = 440;
/// Units for the sum behind a bar.
const SUM: usize = 44;
/// Units below which the longest bar would say nothing.
const SHORTEST: usize = 200;
/// Columns of a name.
const LONGEST: usize = 30;

pub(super) fn draw(grid: &Grid) -> Picture {
    let names: Vec<String> = grid.labels.iter().map(|label| brief(label, LONGEST)).collect();
    let left = names.iter().map(|name| extent(name)).max().unwrap_or(0) + 12;
    let head = if grid.series.len() > 1 { 34 } else { 6 };
    let half = Picture::HALF.saturating_sub(left + SUM);
    let length = if half >= SHORTEST { half } else { LENGTH };
    let scale = Scale::whole(grid.peak(), length);
    let width = (left + length + SUM).max(legend_extent(&grid.series)).max(340);
    let height = head + names.len() * ROW + 4;
    let content = html! {
        (legend(&grid.series, 0, 14))
        @for (at, name) in names.iter().enumerate() {
            @let y = head + at * ROW;
            text.name x=(left - 12) y=(y + 18) text-anchor="end" { (Safe(name)) }
            @for Segment { look, value, from, to } in stack(grid, at, scale) {
                rect.fill.(look) x=(left + from) y=(y + 5) width=(to - from) height=(THICK) {}
                @if grid.series.len() > 1 && to - from >= extent(&value.to_string()) + 14 {
                    text.inside.(look) x=(left + (from + to) / 2) y=(y + 18) text-anchor="middle" {
                        (value)
                    }
                }
            }
            text.sum x=(left + scale.of(grid.total(at)) + 7) y=(y + 18) { (grid.total(at)) }
        }
        path.axis d={ "M" (left) " " (head) "V" (height - 4) } {}
    };
    Picture { width, height, content }
}
