//! Stacked areas over time, each with its name and its last value at its end.

use maud::{Markup, html};

use super::marks::Marks;
use super::scale::Scale;
use super::{Picture, axis, brief, extent, looks};
use crate::render::Safe;
use crate::report::document::Grid;

/// Room for numbers of four digits in a wide font.
const LEFT: usize = 44;
const HEIGHT: usize = 240;
/// Units between the names at the end, so that none touches the next.
const LINE: usize = 17;

pub(super) fn draw(grid: &Grid) -> Picture {
    let names: Vec<String> = grid.series.iter().map(|it| brief(&it.name, 20)).collect();
    let last = grid.labels.len() - 1;
    let value = |series: usize, at: usize| grid.series[series].values.get(at).map_or(0, |it| it.0);
    let name_of = |series: usize| format!("{} {}", value(series, last), names[series]);
    let widest = (0..names.len()).map(|at| extent(&name_of(at))).max().unwrap_or(0);
    let right = (Picture::WHOLE - 14).saturating_sub(widest).max(LEFT + 200);
    let x = |at: usize| match last {
        0 if at == 0 => LEFT,
        0 => right,
        _ => LEFT + at * (right - LEFT) / last,
    };
    let marks = Marks::place(&grid.marks, right, x);
    let top = 10 + marks.height();
    let base = top + HEIGHT;
    let scale = Scale::fitting(grid.peak(), HEIGHT);
    let ends = spread((0..names.len()).map(|series| {
        let below: usize = (0..series).map(|it| value(it, last)).sum();
        base - scale.of(below) - scale.of(value(series, last)) / 2
    }));
    let content = html! {
        (lines(scale, LEFT, right, base))
        @for (series, look) in looks(&grid.series).into_iter().enumerate().rev() {
            path.fill.area.(look) d=(outline(grid, series, scale, base, x)) {}
        }
        path.axis d={ "M" (LEFT) " " (base) "H" (right) } {}
        (axis::draw(&axis::ticks(&grid.labels, (right - LEFT) / last.max(1)), base, x))
        (marks.draw(4, |at| base - scale.of(grid.total(at))))
        @for (series, y) in ends.into_iter().enumerate() {
            text.end x=(right + 10) y=(y + 4) {
                tspan.strong { (value(series, last)) } " " (Safe(&names[series]))
            }
        }
    };
    Picture { width: Picture::WHOLE, height: base + 42, content }
}

/// The light lines behind a picture, with their round numbers.
pub(super) fn lines(scale: Scale, left: usize, right: usize, base: usize) -> Markup {
    html! {
        @for value in scale.ticks().skip(1) {
            path.grid d={ "M" (left) " " (base - scale.of(value)) "H" (right) } {}
            text.tick x=(left - 8) y=(base - scale.of(value) + 4) text-anchor="end" { (value) }
        }
    }
}

/// The outline of a series with all below it, so that its upper edge is what is seen.
fn outline(
    grid: &Grid,
    series: usize,
    scale: Scale,
    base: usize,
    x: impl Fn(usize) -> usize,
) -> String {
    let upper = |at: usize| {
        let stacked = grid.series[..=series].iter().filter_map(|it| it.values.get(at));
        base - scale.of(stacked.map(|it| it.0).sum())
    };
    let mut outline = format!("M{} {base}", x(0));
    for at in 0..grid.labels.len() {
        outline.push_str(&format!("L{} {}", x(at), upper(at)));
    }
    // A single label has a width, too.
    let last = grid.labels.len() - 1;
    if last == 0 {
        outline.push_str(&format!("H{}", x(1)));
    }
    outline.push_str(&format!("V{base}Z"));
    outline
}

/// Moves what is too near to what stands below it up.
fn spread(ends: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut free = usize::MAX;
    let moved = ends.map(|y| {
        let y = y.min(free);
        free = y.saturating_sub(LINE);
        y
    });
    moved.collect()
}
