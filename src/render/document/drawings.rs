//! Charts made of characters, for a terminal. Every number that is drawn is also written.

use unicode_width::UnicodeWidthStr;

use super::harmless;
use super::text::Strokes;
use crate::model::window::days_between;
use crate::render::table::cut;
use crate::report::document::{Drawing, Grid, Series, Timeline};

/// Columns of a bar, at most.
const BAR: usize = 30;
/// Columns of a label, at most.
const LABEL: usize = 34;
/// Labels that are few enough for a bar each.
const FEW: usize = 8;
/// Columns of a timeline.
const TIMELINE: usize = 48;
/// Rows of a timeline or of bars; what is beyond stands in other formats.
const MAX_ROWS: usize = 30;

const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
/// The same in ASCII, none of which reads as a number.
const DOTS: [char; 6] = ['.', ':', '-', '=', '#', '@'];
const SPARKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The lines of a chart, in so many columns if they are counted.
pub(super) fn drawn(drawing: &Drawing, strokes: Strokes, width: Option<usize>) -> Vec<String> {
    match drawing {
        Drawing::Area(grid) => over_time(grid, strokes, level),
        Drawing::Columns(grid) if grid.labels.len() > FEW => over_time(grid, strokes, sum),
        Drawing::Columns(grid) | Drawing::Bars(grid) => bars(grid, strokes),
        Drawing::Matrix(grid) => matrix(grid, strokes, width),
        Drawing::Timeline(timeline) => self::timeline(timeline, strokes),
    }
}

/// What values that follow each other come to, where each is what there is at that time.
fn level(values: &[usize]) -> String {
    let (from, to) = (values.first().copied().unwrap_or(0), values.last().copied().unwrap_or(0));
    format!("from {from} to {to}")
}

/// The same where each is what happened in that time.
fn sum(values: &[usize]) -> String {
    format!("{} in all", values.iter().sum::<usize>())
}

/// One spark for each label, and the labels that matter in words.
fn over_time(grid: &Grid, strokes: Strokes, told: fn(&[usize]) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    let (Some(first), Some(last)) = (grid.labels.first(), grid.labels.last()) else { return lines };
    let largest = grid.largest().max(1);
    let name = grid.series.iter().map(|series| series.name.width()).max().unwrap_or(0).min(LABEL);
    for series in &grid.series {
        let values: Vec<usize> = series.values.iter().map(|(value, _)| *value).collect();
        let most = values.iter().copied().max().unwrap_or(0);
        let sparks: String =
            values.iter().filter_map(|&value| spark(value, largest, strokes)).collect();
        let sparks = if sparks.is_empty() { sparks } else { format!("{sparks}  ") };
        let label = padded(&harmless(&series.name), name);
        lines.push(format!("{label}  {sparks}{}, at most {most}", told(&values)));
    }
    lines.push(format!("{:name$}  {} {} to {}", "", grid.axis, harmless(first), harmless(last)));
    for (at, why) in &grid.marks {
        let label = grid.labels.get(*at).map(String::as_str).unwrap_or_default();
        lines.push(format!("{:name$}  {}: {}", "", harmless(label), harmless(why)));
    }
    lines
}

fn spark(value: usize, largest: usize, strokes: Strokes) -> Option<char> {
    match strokes {
        Strokes::None => None,
        Strokes::Ascii if value == 0 => Some(' '),
        Strokes::Ascii => Some(DOTS[((value * 6).div_ceil(largest)).clamp(1, 6) - 1]),
        Strokes::Blocks if value == 0 => Some(' '),
        Strokes::Blocks => Some(SPARKS[((value * 8).div_ceil(largest)).clamp(1, 8) - 1]),
    }
}

/// One bar for each label, with the value of each series.
fn bars(grid: &Grid, strokes: Strokes) -> Vec<String> {
    let peak = grid.peak().max(1);
    let labels: Vec<String> =
        grid.labels.iter().take(MAX_ROWS).map(|label| cut(&harmless(label), LABEL)).collect();
    let width = labels.iter().map(|label| label.width()).max().unwrap_or(0);
    let mut lines: Vec<String> = labels
        .iter()
        .enumerate()
        .map(|(at, label)| {
            let total = grid.total(at);
            let bar = bar(total, peak, strokes);
            let parts = grid.series.iter().filter_map(|series| {
                let (value, _) = series.values.get(at)?;
                (*value > 0 && grid.series.len() > 1).then(|| format!("{value} {}", series.name))
            });
            let parts: Vec<String> = parts.collect();
            let parts =
                if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
            format!("{}  {bar}{total}{}", padded(label, width), harmless(&parts))
        })
        .collect();
    if grid.labels.len() > MAX_ROWS {
        lines.push(format!("and {} more", grid.labels.len() - MAX_ROWS));
    }
    lines
}

/// A bar and a space, or nothing where nothing is drawn.
fn bar(value: usize, peak: usize, strokes: Strokes) -> String {
    match strokes {
        Strokes::None => String::new(),
        Strokes::Ascii => format!("{} ", "#".repeat((value * BAR).div_ceil(peak))),
        Strokes::Blocks => {
            let eighths = (value * BAR * 8).div_ceil(peak);
            let rest = (eighths % 8).checked_sub(1).map(|at| EIGHTHS[at]);
            let whole = "█".repeat(eighths / 8);
            format!("{whole}{} ", rest.map(String::from).unwrap_or_default())
        }
    }
}

/// Labels down, series across, in as many pieces as there are screens beside each other; a point
/// where there is nothing.
fn matrix(grid: &Grid, strokes: Strokes, width: Option<usize>) -> Vec<String> {
    const GAP: usize = 2;
    let nothing = if strokes == Strokes::Ascii { "." } else { "·" };
    let label = grid.labels.iter().map(|it| harmless(it).width()).max().unwrap_or(0).min(LABEL);
    let heads = grid.series.iter().map(|series| (series, cut(&harmless(&series.name), 14)));
    let mut pieces: Vec<Vec<(&Series, String)>> = vec![Vec::new()];
    let mut room = width.map(|width| width.saturating_sub(label));
    for (series, head) in heads {
        let needed = GAP + head.width();
        let piece = pieces.last_mut().expect("there is always one");
        if room.is_some_and(|room| room < needed) && !piece.is_empty() {
            pieces.push(vec![(series, head)]);
            room = width.map(|width| width.saturating_sub(label + needed));
        } else {
            piece.push((series, head));
            room = room.map(|room| room.saturating_sub(needed));
        }
    }
    let mut lines = Vec::new();
    for piece in pieces {
        let heads: Vec<&str> = piece.iter().map(|(_, head)| head.as_str()).collect();
        lines.push(format!("{:label$}  {}", "", heads.join("  ")));
        for (at, name) in grid.labels.iter().enumerate() {
            let cells = piece.iter().map(|(series, head)| {
                let value = series.values.get(at).map_or(0, |(value, _)| *value);
                let value = if value == 0 { nothing.to_owned() } else { value.to_string() };
                let gap = head.width().saturating_sub(value.width());
                format!("{:gap$}{value}", "")
            });
            let cells: Vec<String> = cells.collect();
            let name = padded(&cut(&harmless(name), LABEL), label);
            lines.push(format!("{name}  {}", cells.join("  ")).trim_end().to_owned());
        }
    }
    lines
}

/// A line from the beginning to the last valid day of each record.
fn timeline(timeline: &Timeline, strokes: Strokes) -> Vec<String> {
    let shown = timeline.rows.iter().take(MAX_ROWS);
    let first = shown.clone().map(|row| row.start).min();
    let last = shown.clone().map(|row| row.end).max();
    let (Some(first), Some(last), false) = (first, last, strokes == Strokes::None) else {
        return Vec::new();
    };
    let (first, last) = (first.min(timeline.today), last.max(timeline.today));
    let days = days_between(first, last).max(1);
    let column = |day| {
        let at = days_between(first, day).clamp(0, days) * (TIMELINE as i64 - 1) / days;
        usize::try_from(at).unwrap_or(0)
    };
    let (full, promised, today) = match strokes {
        Strokes::Blocks => ('━', '┿', '▼'),
        Strokes::Ascii | Strokes::None => ('=', '+', 'v'),
    };
    let width = shown.clone().map(|row| harmless(&row.id).width()).max().unwrap_or(0);
    let before = width + 2 + column(timeline.today);
    let mut lines = vec![format!("{:before$}{today} today, {}", "", timeline.today)];
    lines.extend(shown.map(|row| {
        let mut track = vec![' '; TIMELINE];
        let (start, end) = (column(row.start), column(row.end));
        track[start.min(end)..=end].fill(full);
        if let Some(day) = row.promised {
            track[column(day)] = promised;
        }
        let track: String = track.into_iter().collect();
        format!("{}  {track}  {}", padded(&harmless(&row.id), width), row.end)
    }));
    if timeline.rows.len() > MAX_ROWS {
        lines.push(format!("and {} more", timeline.rows.len() - MAX_ROWS));
    }
    lines.push(format!("{:width$}  {first} to {last}", ""));
    if timeline.rows.iter().take(MAX_ROWS).any(|row| row.promised.is_some()) {
        lines.push(format!("{:width$}  {promised} the last valid day that was first promised", ""));
    }
    lines
}

fn padded(text: &str, width: usize) -> String {
    let gap = width.saturating_sub(text.width());
    format!("{text}{:gap$}", "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::Tone;

    fn grid() -> Grid {
        let series = ["ai-platform", "claims", "support"].map(|name| Series {
            key: name.to_owned(),
            name: name.to_owned(),
            tone: Tone::Plain,
            values: vec![(1, Vec::new()), (0, Vec::new())],
        });
        let labels = ["NET-004", "LOG-002"].map(str::to_owned).to_vec();
        Grid { axis: "control", labels, series: series.to_vec(), marks: Vec::new() }
    }

    #[test]
    fn a_matrix_that_is_too_wide_comes_in_pieces() {
        let wide = Drawing::Matrix(grid());
        insta::assert_snapshot!(drawn(&wide, Strokes::Blocks, Some(30)).join("\n"), @r"
         ai-platform  claims
NET-004            1       1
LOG-002            ·       ·
         support
NET-004        1
LOG-002        ·
");
        let whole = drawn(&wide, Strokes::Ascii, None);
        assert_eq!(whole.len(), 3);
        assert!(whole.iter().all(|line| line.is_ascii()), "{whole:?}");
    }

    #[test]
    fn today_stands_above_the_lives_whatever_covers_it() {
        let day = |text: &str| text.parse().expect("a day");
        let row = crate::report::document::Life {
            id: "EXC-2026-K7QD".to_owned(),
            label: String::new(),
            start: day("2026-01-01"),
            promised: Some(day("2026-06-30")),
            end: day("2026-12-31"),
            tone: Tone::Good,
        };
        let timeline = Timeline { today: day("2026-11-20"), rows: vec![row] };
        let lines = drawn(&Drawing::Timeline(timeline), Strokes::Blocks, None);
        insta::assert_snapshot!(lines.join("\n"), @r"
                                                        ▼ today, 2026-11-20
EXC-2026-K7QD  ━━━━━━━━━━━━━━━━━━━━━━━┿━━━━━━━━━━━━━━━━━━━━━━━━  2026-12-31
               2026-01-01 to 2026-12-31
               ┿ the last valid day that was first promised
");
    }
}
