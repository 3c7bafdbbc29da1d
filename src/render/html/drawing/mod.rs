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
use unicode_width::UnicodeWidthStr;

use crate::render::{Safe, table::cut};
use crate::report::document::{Drawing, Series, Tone};

/// What stands in an `svg` of this size.
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) content: Markup,
}

impl Picture {
    /// The width that a picture over time is drawn for.
    const WIDE: usize = 760;

    /// Whether it fills the line; smaller ones stand beside each other.
    pub(super) fn is_wide(&self) -> bool {
        self.width >= Self::WIDE
    }
}

/// The picture, if there is anything to see.
pub(super) fn draw(drawing: &Drawing, key: &str) -> Option<Picture> {
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
        Drawing::Timeline(timeline) => timeline::draw(timeline, key),
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
    text.width() * 7
}

/// The word for a tone, for those who do not see its color.
fn look_of(tone: Tone) -> &'static str {
    tone.as_str()
}
