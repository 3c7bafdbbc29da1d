//! One line per record from its beginning to its last valid day, with what renewals added apart.

use chrono::{Datelike, NaiveDate};
use maud::{Markup, html};

use super::{Picture, brief};
use crate::render::{Safe, count};
use crate::report::document::{Life, Timeline, Tone};

/// Rows that are drawn; the table of numbers lists all.
const MOST: usize = 60;
const ROW: usize = 22;
const THICK: usize = 8;
/// Columns of an id and of what is said beside it.
const ID: usize = 16;
const LABEL: usize = 25;
const LEFT: usize = 284;
const RIGHT: usize = WIDTH - 84;
const WIDTH: usize = 960;
/// What the colors mean.
const TONES: [(Tone, &str); 4] = [
    (Tone::Bad, "expired"),
    (Tone::Warn, "ends within 30 days"),
    (Tone::Good, "in force"),
    (Tone::Quiet, "not in force"),
];

pub(super) fn draw(timeline: &Timeline) -> Picture {
    let mut rows: Vec<&Life> = timeline.rows.iter().collect();
    rows.sort_by_key(|life| (life.end, life.id.as_str()));
    let n_left_out = rows.len().saturating_sub(MOST);
    rows.truncate(MOST);
    let span = Span::of(&rows, timeline.today);
    let head = 58;
    let base = head + rows.len() * ROW;
    let today = span.x(timeline.today);
    let content = html! {
        (key_to_signs())
        (span.grid(head, base))
        path.today d={ "M" (today) " " (head - 14) "V" (base + 4) } {}
        @for (at, life) in rows.iter().enumerate() {
            (row(life, head + at * ROW, span))
        }
        text.reason x=(today) y=(base + 18) text-anchor="middle" { "today" }
        @if n_left_out > 0 {
            text.tick x="0" y=(base + 18) {
                (count(n_left_out, "record")) " that end later: see the numbers"
            }
        }
    };
    Picture { width: WIDTH, height: base + 28, content }
}

fn row(life: &Life, y: usize, span: Span) -> Markup {
    let (from, to) = (span.x(life.start), span.x(life.end).max(span.x(life.start) + 2));
    let promised = life.promised.map(|day| span.x(day).clamp(from, to));
    let middle = y + ROW / 2;
    let top = middle - THICK / 2;
    let look = life.tone.as_str();
    html! {
        path.grid d={ "M0 " (y + ROW) "H" (WIDTH) } {}
        text.id x="0" y=(middle + 4) { (Safe(&brief(&life.id, ID))) }
        text.tick x="116" y=(middle + 4) { (Safe(&brief(&life.label, LABEL))) }
        rect.flat.(look) x=(from) y=(top) width=(promised.unwrap_or(to) - from) height=(THICK) {}
        @if let Some(promised) = promised {
            rect.added.(look) x=(promised) y=(top) width=(to - promised) height=(THICK) {}
            path.promise d={ "M" (promised) " " (top - 3) "V" (top + THICK + 3) } {}
        }
        text.end.(look) x=(to + 6) y=(middle + 4) { (life.end.to_string()) }
    }
}

/// What the signs mean, above them.
fn key_to_signs() -> Markup {
    html! {
        rect.flat.plain x="0" y="7" width="26" height=(THICK) {}
        text.legend x="33" y="15" { "as first promised" }
        rect.added.plain x="176" y="7" width="26" height=(THICK) {}
        path.promise d="M176 4V18" {}
        text.legend x="209" y="15" { "added by renewals" }
        @for (at, (tone, what)) in TONES.iter().enumerate() {
            @let x = 340 + at * 150;
            rect.flat.(tone.as_str()) x=(x) y="7" width="14" height=(THICK) {}
            text.legend x=(x + 20) y="15" { (what) }
        }
    }
}

/// The days that the picture shows.
#[derive(Clone, Copy)]
struct Span {
    first: i32,
    last: i32,
}

impl Span {
    fn of(rows: &[&Life], today: NaiveDate) -> Self {
        let starts = rows.iter().map(|life| life.start);
        let ends = rows.iter().map(|life| life.end);
        Self {
            first: starts.fold(today, NaiveDate::min).num_days_from_ce(),
            last: ends.fold(today, NaiveDate::max).num_days_from_ce(),
        }
    }

    fn x(self, day: NaiveDate) -> usize {
        let length = (self.last - self.first).max(1) as usize;
        let passed = (day.num_days_from_ce() - self.first).max(0) as usize;
        LEFT + passed.min(length) * (RIGHT - LEFT) / length
    }

    /// Lines where months, quarters or years begin.
    fn grid(self, head: usize, base: usize) -> Markup {
        let n_months = (self.last - self.first) / 30;
        let stride = match n_months {
            0..=9 => 1,
            10..=30 => 3,
            31..=66 => 6,
            _ => 12 * (n_months / 144 + 1),
        };
        let mut begins = Vec::new();
        let first = NaiveDate::from_num_days_from_ce_opt(self.first);
        let (mut year, mut month) =
            first.map_or((1970, 0), |day| (day.year(), day.month0() as i32));
        loop {
            let number = year * 12 + month;
            let day = NaiveDate::from_ymd_opt(year, month as u32 + 1, 1);
            let Some(day) = day.filter(|day| day.num_days_from_ce() <= self.last) else { break };
            if day.num_days_from_ce() >= self.first && number % stride == 0 {
                begins.push(day);
            }
            (year, month) = ((number + 1) / 12, (number + 1) % 12);
        }
        html! {
            @for (at, day) in begins.iter().enumerate() {
                @let x = self.x(*day);
                path.grid d={ "M" (x) " " (head - 6) "V" (base) } {}
                text.tick x=(x) y=(head - 12) text-anchor="middle" {
                    @if stride >= 12 {
                        (day.year())
                    } @else {
                        (day.format("%b").to_string())
                        @if at == 0 || day.month() == 1 { " " (day.year()) }
                    }
                }
            }
        }
    }
}
