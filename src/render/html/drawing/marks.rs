//! What stands out in a picture, with the reason above it.

use maud::{Markup, html};

use super::{brief, extent};
use crate::render::Safe;

/// Columns of a reason.
const LONGEST: usize = 44;
/// Units between two lines of reasons.
const LINE: usize = 18;
/// Lines of reasons above a picture; what finds no room is said in the table of numbers.
const MOST: usize = 4;

/// Reasons on lines above a picture, none over another.
pub(super) struct Marks {
    placed: Vec<Placed>,
    n_lines: usize,
}

struct Placed {
    x: usize,
    line: usize,
    text: String,
    is_left: bool,
}

impl Marks {
    /// Finds a line for each reason; `x` is where the one for an index stands.
    pub(super) fn place(
        marks: &[(usize, String)],
        right: usize,
        x: impl Fn(usize) -> usize,
    ) -> Self {
        let mut placed: Vec<Placed> = Vec::new();
        let mut taken: Vec<Vec<(usize, usize)>> = vec![Vec::new(); MOST];
        for (at, reason) in marks {
            let x = x(*at);
            let text = brief(reason, LONGEST);
            let width = extent(&text) + 10;
            let is_left = x + width > right;
            let span = if is_left { (x.saturating_sub(width), x) } else { (x, x + width) };
            let is_free = |line: &Vec<(usize, usize)>| {
                line.iter().all(|other| other.1 <= span.0 || span.1 <= other.0)
            };
            if let Some(line) = taken.iter().position(is_free) {
                taken[line].push(span);
                placed.push(Placed { x, line, text, is_left });
            }
        }
        let n_lines = placed.iter().map(|it| it.line + 1).max().unwrap_or(0);
        Self { placed, n_lines }
    }

    /// Units that they take above the picture.
    pub(super) fn height(&self) -> usize {
        self.n_lines * LINE
    }

    /// Draws them from `top` on, each with a line down to `base`.
    pub(super) fn draw(&self, top: usize, base: usize) -> Markup {
        html! {
            @for Placed { x, line, text, is_left } in &self.placed {
                @let y = top + (self.n_lines - line) * LINE - 6;
                path.mark d={ "M" (x) " " (y - 10) "V" (base) } {}
                @if *is_left {
                    text.reason x=(x - 5) y=(y) text-anchor="end" { (Safe(text)) }
                } @else {
                    text.reason x=(x + 5) y=(y) { (Safe(text)) }
                }
            }
        }
    }
}
