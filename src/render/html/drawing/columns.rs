//! Stacked columns, one for each label, with the sum above it.

use maud::html;

use super::area::lines;
use super::marks::Marks;
use super::scale::Scale;
use super::{Picture, axis, extent, legend, legend_extent, looks};
use crate::report::document::Grid;

const LEFT: usize = 36;
const HEIGHT: usize = 180;
/// What the columns share where they fill the line.
const ROOM: usize = Picture::WIDE - LEFT - 12;

pub(super) fn draw(grid: &Grid) -> Picture {
    let n = grid.labels.len();
    let pitch = (ROOM / n).clamp(8, 76);
    let thick = (pitch * 7 / 10).min(44);
    let right = LEFT + n * pitch;
    let width = (right + 12).max(LEFT + legend_extent(&grid.series)).max(340);
    // A picture that nearly fills the line is drawn as one that does.
    let width =
        if width + pitch.max(40) > Picture::WIDE { width.max(Picture::WIDE) } else { width };
    let middle = |at: usize| LEFT + at * pitch + pitch / 2;
    let marks = Marks::place(&grid.marks, width, middle);
    let head = if grid.series.len() > 1 { 30 } else { 8 };
    let top = head + marks.height() + 14;
    let base = top + HEIGHT;
    let scale = Scale::fitting(grid.peak(), HEIGHT);
    let content = html! {
        (legend(&grid.series, LEFT, 14))
        (lines(scale, LEFT, right, base))
        (marks.draw(head, base))
        @for at in 0..n {
            @let x = middle(at) - thick / 2;
            @let mut below = 0;
            @for (series, look) in grid.series.iter().zip(looks(&grid.series)) {
                @let value = series.values.get(at).map_or(0, |it| it.0);
                @let lower = scale.of(below);
                @let upper = scale.of(below + value);
                @let _ = below += value;
                @if upper > lower {
                    rect.fill.(look) x=(x) y=(base - upper) width=(thick) height=(upper - lower) {}
                }
            }
            @if below > 0 && extent(&below.to_string()) <= pitch {
                text.sum x=(middle(at)) y=(base - scale.of(below) - 6) text-anchor="middle" { (below) }
            }
        }
        path.axis d={ "M" (LEFT) " " (base) "H" (right) } {}
        (axis::draw(&axis::ticks(&grid.labels, pitch), base, middle))
    };
    Picture { width, height: base + 42, content }
}
