//! Stacked columns, one for each label, with the sum above it.

use maud::html;

use super::area::lines;
use super::marks::Marks;
use super::scale::Scale;
use super::{Picture, Segment, axis, extent, legend, legend_extent, stack};
use crate::report::document::Grid;

/// Room for numbers of four digits in a wide font.
const LEFT: usize = 44;
const HEIGHT: usize = 180;
/// Units for a column of a small picture.
const PITCH: usize = 66;
/// What the columns share where they fill the line.
const ROOM: usize = Picture::WHOLE - LEFT - 12;

pub(super) fn draw(grid: &Grid) -> Picture {
    let n = grid.labels.len();
    // Few columns make a small picture, many fill the line.
    let is_small = LEFT + n * PITCH <= Picture::HALF;
    let pitch = if is_small { PITCH } else { (ROOM / n).clamp(8, 110) };
    let thick = (pitch * 7 / 10).min(52);
    let right = LEFT + n * pitch;
    let width = (right + 12).max(LEFT + legend_extent(&grid.series)).max(340);
    let width = if is_small { width } else { width.max(Picture::WHOLE) };
    let middle = |at: usize| LEFT + at * pitch + pitch / 2;
    let marks = Marks::place(&grid.marks, width, middle);
    let head = if grid.series.len() > 1 { 30 } else { 8 };
    let top = head + marks.height() + 22;
    let base = top + HEIGHT;
    let scale = Scale::fitting(grid.peak(), HEIGHT);
    let content = html! {
        (legend(&grid.series, LEFT, 14))
        (lines(scale, LEFT, right, base))
        (marks.draw(head, |at| base - scale.of(grid.total(at)) - 22))
        @for at in 0..n {
            @let total = grid.total(at);
            @for Segment { look, from, to, .. } in stack(grid, at, scale) {
                rect.fill.(look) x=(middle(at) - thick / 2) y=(base - to)
                    width=(thick) height=(to - from) {}
            }
            @if total > 0 && extent(&total.to_string()) <= pitch {
                text.sum x=(middle(at)) y=(base - scale.of(total) - 6) text-anchor="middle" {
                    (total)
                }
            }
        }
        path.axis d={ "M" (LEFT) " " (base) "H" (right) } {}
        (axis::draw(&axis::ticks(&grid.labels, pitch), base, middle))
    };
    Picture { width, height: base + 42, content }
}
