//! Labels below a picture: as many as there is room for, and months and days as people say them.

use chrono::{Datelike, NaiveDate};
use maud::{Markup, html};

use super::{brief, extent};
use crate::render::Safe;

/// A label that is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) at: usize,
    pub(super) text: String,
    /// The year, where it begins.
    pub(super) year: Option<String>,
}

/// The labels that fit where each has `pitch` units.
pub(super) fn ticks(labels: &[String], pitch: usize) -> Vec<Tick> {
    let days: Option<Vec<NaiveDate>> = labels.iter().map(|label| day(label)).collect();
    let Some(days) = days else {
        let texts: Vec<String> = labels.iter().map(|label| brief(label, 14)).collect();
        let stride = stride(&texts, pitch);
        let shown = texts.into_iter().enumerate().step_by(stride);
        return shown.map(|(at, text)| Tick { at, text, year: None }).collect();
    };
    let is_monthly = labels.iter().all(|label| label.len() == "2026-11".len());
    let form = if is_monthly { "%b" } else { "%-d %b" };
    let texts: Vec<String> = days.iter().map(|day| day.format(form).to_string()).collect();
    let stride = stride(&texts, pitch);
    // Months are counted from January, so that a year begins with a label.
    let stride = match is_monthly {
        true => [1, 2, 3, 6, 12].into_iter().find(|round| *round >= stride).unwrap_or(stride),
        false => stride,
    };
    let is_shown = |at: usize| match is_monthly && 12 % stride == 0 {
        true => days[at].month0() as usize % stride == 0,
        false => at % stride == 0,
    };
    let mut year = None;
    let mut ticks = Vec::new();
    for (at, text) in texts.into_iter().enumerate().filter(|(at, _)| is_shown(*at)) {
        let own = days[at].year();
        let is_new = year.replace(own) != Some(own);
        ticks.push(Tick { at, text, year: is_new.then(|| own.to_string()) });
    }
    ticks
}

/// The first day of what a label names, if that is a month or a day.
fn day(label: &str) -> Option<NaiveDate> {
    match label.len() {
        7 => format!("{label}-01").parse().ok(),
        10 => label.parse().ok(),
        _ => None,
    }
}

/// Each how manieth label is shown, so that none touches the next.
fn stride(texts: &[String], pitch: usize) -> usize {
    let widest = texts.iter().map(|text| extent(text)).max().unwrap_or(0);
    (widest + 8).div_ceil(pitch.max(1)).max(1)
}

/// Draws labels below the line `y`; `x` is where the one for an index stands.
pub(super) fn draw(ticks: &[Tick], y: usize, x: impl Fn(usize) -> usize) -> Markup {
    html! {
        @for tick in ticks {
            text.tick x=(x(tick.at)) y=(y + 18) text-anchor="middle" { (Safe(&tick.text)) }
            @if let Some(year) = &tick.year {
                text.year x=(x(tick.at)) y=(y + 34) text-anchor="middle" { (year) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(labels: &[&str], pitch: usize, expected: &str) {
        let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
        let shown = ticks(&labels, pitch).into_iter().map(|tick| match tick.year {
            Some(year) => format!("{} {year}", tick.text),
            None => tick.text,
        });
        assert_eq!(shown.collect::<Vec<_>>().join(", "), expected);
    }

    #[test]
    fn months_are_named_and_years_where_they_begin() {
        check(&["2025-11", "2025-12", "2026-01"], 40, "Nov 2025, Dec, Jan 2026");
        check(
            &["2025-11", "2025-12", "2026-01", "2026-02", "2026-03"],
            20,
            "Nov 2025, Jan 2026, Mar",
        );
    }

    #[test]
    fn days_are_named_and_all_else_stays_as_it_is() {
        check(&["2026-11-23", "2026-11-30"], 60, "23 Nov 2026, 30 Nov");
        check(&["0 to 30", "31 to 90", "2026-13"], 70, "0 to 30, 31 to 90, 2026-13");
    }
}
