//! Pictures as inline SVG: one drawing per file.
//!
//! Invariant: whole numbers only, so that equal numbers give equal bytes on every machine. No color
//! stands here; a shape says what it is, and the page's style says how that looks by day, by night
//! and on paper.

mod area;
mod axis;
mod bars;
mod columns;
mod marks;
mod matrix;
mod scale;
mod timeline;

use maud::{Markup, html};
use scale::Scale;
use unicode_width::UnicodeWidthStr;

use crate::render::{Safe, table::cut};
use crate::report::document::{Drawing, Grid, Series};

/// What stands in an `svg` of this size.
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) content: Markup,
}

impl Picture {
    /// Half a line, in which a small picture stands beside another.
    const HALF: usize = 400;
    /// A line, which a picture over time fills.
    const WHOLE: usize = 760;
    /// More than a line on a small screen may shrink to.
    const LONG: usize = 900;

    pub(super) fn is_wide(&self) -> bool {
        self.width > Self::HALF
    }

    /// Whether it grows and shrinks with the line; others keep the size of their text.
    pub(super) fn is_fluid(&self) -> bool {
        self.width >= Self::WHOLE
    }

    pub(super) fn is_long(&self) -> bool {
        self.width >= Self::LONG
    }
}

/// The picture, if there is anything to see.
pub(super) fn draw(drawing: &Drawing) -> Option<Picture> {
    let is_empty = match drawing {
        Drawing::Area(grid)
        | Drawing::Columns(grid)
        | Drawing::Bars(grid)
        | Drawing::Matrix(grid) => grid.labels.is_empty() || grid.series.is_empty(),
        Drawing::Timeline(timeline) => timeline.rows.is_empty(),
    };
    if is_empty {
        return None;
    }
    Some(match drawing {
        Drawing::Area(grid) => area::draw(grid),
        Drawing::Columns(grid) => columns::draw(grid),
        Drawing::Bars(grid) => bars::draw(grid),
        Drawing::Matrix(grid) => matrix::draw(grid),
        Drawing::Timeline(timeline) => timeline::draw(timeline),
    })
}

/// The textures that the page's style fills shapes with: once for all pictures.
pub(super) fn patterns() -> Markup {
    html! {
        svg.patterns aria-hidden="true" focusable="false" width="0" height="0" {
            defs {
                @for (name, size, turn, lines) in TEXTURES {
                    pattern id={ "texture-" (name) } width=(size) height=(size)
                        patternUnits="userSpaceOnUse" patternTransform={ "rotate(" (turn) ")" } {
                        rect.{ "base-" (name) } width=(size) height=(size) {}
                        path.{ "lines-" (name) } d=(lines) {}
                    }
                }
            }
        }
    }
}

/// Name, size, turn, and lines of a texture.
const TEXTURES: [(&str, usize, usize, &str); 6] = [
    ("warn", 6, 45, "M0 1H6"),
    ("bad", 5, 135, "M0 1H5"),
    ("quiet", 5, 0, "M1 2H3"),
    ("second", 6, 0, "M0 1H6"),
    ("third", 6, 90, "M0 1H6"),
    ("fourth", 6, 0, "M0 1H6M1 0V6"),
];

/// How the series of a picture look: by their tone, and where two have the same, by a texture.
fn looks(series: &[Series]) -> Vec<&'static str> {
    let mut rest = ["second", "third", "fourth"].into_iter().cycle();
    let mut used = Vec::new();
    for one in series {
        let own = one.tone.as_str();
        let look = match used.contains(&own) {
            true => rest.next().unwrap_or(own),
            false => own,
        };
        used.push(look);
    }
    used
}

/// A part of a stack, between two lengths from its foot.
struct Segment {
    look: &'static str,
    value: usize,
    from: usize,
    to: usize,
}

/// What stands upon each other at a label; what is zero is left out.
fn stack(grid: &Grid, at: usize, scale: Scale) -> Vec<Segment> {
    let mut below = 0;
    let mut segments = Vec::new();
    for (series, look) in grid.series.iter().zip(looks(&grid.series)) {
        let value = series.values.get(at).map_or(0, |it| it.0);
        let from = scale.of(below);
        below += value;
        segments.push(Segment { look, value, from, to: scale.of(below) });
    }
    segments.retain(|segment| segment.from < segment.to);
    segments
}

/// Names the series of a picture where more than one stands in it.
fn legend(series: &[Series], x: usize, y: usize) -> Markup {
    let mut at = x;
    let mut entries = Vec::new();
    for (one, look) in series.iter().zip(looks(series)) {
        let name = brief(&one.name, 26);
        entries.push((at, look, name.clone()));
        at += 18 + extent(&name) + 18;
    }
    html! {
        @if series.len() > 1 {
            @for (at, look, name) in entries {
                rect.fill.(look) x=(at) y=(y - 9) width="11" height="11" {}
                text.legend x=(at + 17) y=(y) { (Safe(&name)) }
            }
        }
    }
}

/// How wide a legend is.
fn legend_extent(series: &[Series]) -> usize {
    match series.len() {
        0 | 1 => 0,
        _ => series.iter().map(|one| 36 + extent(&brief(&one.name, 26))).sum(),
    }
}

/// A text as it may stand in a picture, in so many columns.
fn brief(text: &str, columns: usize) -> String {
    cut(&Safe(text).to_string(), columns)
}

/// Units that a text takes at the size of labels, at most, in the fonts that are around.
fn extent(text: &str) -> usize {
    let wide = |c: char| c.is_uppercase() || matches!(c, 'm' | 'w' | '%' | '@');
    text.width() * 7 + 2 * text.chars().filter(|c| wide(*c)).count()
}
