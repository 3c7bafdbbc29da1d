//! Findings for people: what, where, and what to do, with the lines of the file.

use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Severity, Origin, Renderer, Snippet};
use unicode_width::UnicodeWidthChar;

use super::page::wrapped;
use super::safe::write_shown;
use super::sheet::line;
use super::{Judgement, Safe, Style, short, who_acts};
use crate::finding::{Finding, Level, Place};
use crate::text::SourceFile;

/// Columns where the output goes to no terminal.
const DEFAULT_WIDTH: usize = 140;
/// Columns that line numbers and signs of omission take.
const GUTTER: usize = 16;
/// Bytes of a line that are shown before or after what is marked.
const MAX_CONTEXT: usize = 100;
/// Labels this many lines and bytes away still share an excerpt with the finding.
const NEAR_LINES: usize = 6;
const NEAR_BYTES: u32 = 2_000;
/// Places that one finding shows besides its own.
const MAX_LABELS: usize = 10;

/// Writes findings with their excerpts, and closing lines that count and say where to read on.
pub(crate) fn write(
    judgement: &Judgement<'_>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let width = style.width.unwrap_or(DEFAULT_WIDTH).max(40);
    let renderer = renderer.term_width(width);
    for finding in judgement.findings {
        let room = style.width.map(|_| width - GUTTER - 2);
        writeln!(out, "{}\n", render(finding, width - GUTTER, room, &renderer))?;
    }
    for note in judgement.gate.iter().flat_map(|gate| &gate.notes) {
        line(&format!("note: {note}"), style, out)?;
    }
    line(&judgement.summary(), style, out)?;
    let n_fixable = judgement.findings.iter().filter(|it| it.fix.is_some()).count();
    if n_fixable > 0 && judgement.gate.is_none() && !judgement.pages.is_empty() {
        let text = format!("`exc check --fix` may mend {n_fixable} of that; `--diff` shows how");
        line(&text, style, out)?;
    }
    let has_page = |finding: &&Finding| {
        finding.level == Level::Error
            && judgement.pages.iter().any(|page| page.code == finding.code)
    };
    if let Some(finding) = judgement.findings.iter().find(has_page) {
        writeln!(out, "for more about a code, try `exc explain {}`", finding.code.id)?;
    }
    Ok(())
}

/// A sentence as it fits; the renderer puts its further lines below the first.
fn folded(text: &str, room: Option<usize>) -> String {
    wrapped(text, room).join("\n")
}

fn render(finding: &Finding, max_mark: usize, room: Option<usize>, renderer: &Renderer) -> String {
    let severity = match finding.level {
        Level::Error => Severity::ERROR,
        Level::Warning => Severity::WARNING,
    };
    let excerpts = excerpts(finding, max_mark);
    let title = severity.primary_title(folded(&short(&finding.message), room)).id(finding.code.id);
    let mut group = Group::with_title(title);
    for excerpt in &excerpts {
        group = match excerpt {
            Excerpt::Whole { path } => group.element(Origin::path(path)),
            Excerpt::Lines { path, first_line, text, marks } => {
                let snippet = Snippet::source(text).line_start(*first_line).path(path).fold(true);
                let annotations = marks.iter().map(|(span, label)| match label {
                    None => AnnotationKind::Primary.span(span.clone()),
                    Some(label) => AnnotationKind::Context.span(span.clone()).label(label),
                });
                group.element(snippet.annotations(annotations))
            }
        };
    }
    if let Some(who) = who_acts(finding) {
        group = group.element(Severity::NOTE.message(folded(&who, room)));
    }
    if let Some(help) = &finding.help {
        group = group.element(Severity::HELP.message(folded(&short(help), room)));
    }
    renderer.render(&[group])
}

/// Lines of one file, made harmless, with what to mark in them.
enum Excerpt {
    Whole {
        path: String,
    },
    Lines {
        path: String,
        first_line: usize,
        text: String,
        marks: Vec<(Range<usize>, Option<String>)>,
    },
}

fn excerpts(finding: &Finding, max_mark: usize) -> Vec<Excerpt> {
    let mut places: Vec<(&Place, Option<String>)> = vec![(&finding.place, None)];
    let labels = finding.labels.iter().take(MAX_LABELS);
    places.extend(labels.map(|label| (&label.place, Some(short(&label.text)))));

    let mut groups: Vec<Vec<(&Place, Option<String>)>> = Vec::new();
    for (place, label) in places {
        let line = place.start().line;
        let near = |group: &&mut Vec<(&Place, Option<String>)>| {
            let known = group[0].0;
            std::ptr::eq(&*known.file, &*place.file)
                && known.start().line.abs_diff(line) <= NEAR_LINES
                && known.span.start.abs_diff(place.span.start) <= NEAR_BYTES
        };
        match groups.iter_mut().find(near) {
            Some(group) => group.push((place, label)),
            None => groups.push(vec![(place, label)]),
        }
    }
    groups.into_iter().map(|group| excerpt(group, max_mark)).collect()
}

fn excerpt(places: Vec<(&Place, Option<String>)>, max_mark: usize) -> Excerpt {
    let file = &places[0].0.file;
    let path = Safe(file.path()).to_string();
    if file.text().is_empty() {
        return Excerpt::Whole { path };
    }
    let lines = places.iter().map(|(place, _)| place.start().line);
    let first_line = lines.clone().min().unwrap_or(1);
    let last_line = lines.max().unwrap_or(1);
    let mut text = String::new();
    let mut marks = Vec::new();
    for line in first_line..=last_line {
        let spans: Vec<Range<usize>> = places
            .iter()
            .filter(|(place, _)| place.start().line == line)
            .map(|(place, _)| within_line(file, line, place))
            .collect();
        let labels = places.iter().filter(|(place, _)| place.start().line == line);
        let (shown, moved) = harmless(file.line(line), &spans);
        for ((_, label), span) in labels.zip(moved) {
            let end = span.start + fitting(&shown[span.clone()], max_mark);
            marks.push((span.start + text.len()..end + text.len(), label.clone()));
        }
        text.push_str(&shown);
        text.push('\n');
    }
    Excerpt::Lines { path, first_line, text, marks }
}

/// The bytes of a line that a place marks; what goes on in further lines is left out.
fn within_line(file: &SourceFile, line: usize, place: &Place) -> Range<usize> {
    let start = file.line_span(line).start;
    let length = file.line(line).len();
    let offset = |at: u32| (at.saturating_sub(start) as usize).min(length);
    offset(place.span.start)..offset(place.span.end)
}

/// A line as [`Safe`] shows it, cut around what is marked, with the marks moved along. Looks only
/// at what is shown, however long the line is.
fn harmless(line: &str, spans: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let from = spans.iter().map(|span| span.start).min().unwrap_or(0);
    let to = spans.iter().map(|span| span.start).max().unwrap_or(0);
    let kept = cut(line, from, to);
    let mut shown = String::new();
    if kept.start > 0 {
        shown.push('…');
    }
    // Where each kept character starts in what is shown, and the end.
    let mut starts = Vec::with_capacity(kept.len() + 1);
    for (at, c) in line[kept.clone()].char_indices() {
        let at = kept.start + at;
        starts.push((at, shown.len()));
        match c {
            '\t' => shown.push_str("    "),
            c => write_shown(line, at, c, &mut shown).expect("a string takes everything"),
        }
    }
    starts.push((kept.end, shown.len()));
    let moved = |at: usize| {
        let index = starts.partition_point(|&(start, _)| start < at).min(starts.len() - 1);
        starts[index].1
    };
    let moved = spans.iter().map(|span| moved(span.start)..moved(span.end)).collect();
    if kept.end < line.len() {
        shown.push('…');
    }
    (shown, moved)
}

/// The bytes of a text that take at most so many columns.
fn fitting(text: &str, max_columns: usize) -> usize {
    let mut columns = 0;
    let exceeds = |&(_, c): &(usize, char)| {
        columns += c.width().unwrap_or(0);
        columns > max_columns
    };
    text.char_indices().find(exceeds).map_or(text.len(), |(at, _)| at)
}

/// The bytes of a line that are near what is marked.
fn cut(line: &str, from: usize, to: usize) -> Range<usize> {
    let is_boundary = |at: &usize| line.is_char_boundary(*at);
    let start = (0..=from.saturating_sub(MAX_CONTEXT)).rev().find(is_boundary).unwrap_or(0);
    let end = (to + 2 * MAX_CONTEXT..line.len()).find(is_boundary).unwrap_or(line.len());
    start..end
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{TOO_LONG, file, place, rendered, rendered_in, sample, terminal};
    use super::super::{Format, Style};

    #[test]
    fn colored_text_is_the_same_text() {
        let style = Style { color: true, width: None };
        let colored = rendered_in(Format::Text, &sample(), style);
        assert!(colored.contains("\u{1b}[1m\u{1b}[91merror"), "{colored}");
        let mut screen = terminal(200, 200);
        screen.process(colored.replace('\n', "\r\n").as_bytes());
        let plain = rendered(Format::Text, &sample());
        assert_eq!(screen.screen().contents().trim_end(), plain.trim_end());
    }

    #[test]
    fn sentences_break_at_spaces_on_a_narrow_terminal() {
        let record = file("exceptions/a.yaml", "a: 1\n");
        let message = "the first word of this, and then some more of them, and the last of all";
        let found = TOO_LONG
            .finding(place(&record, "1", "/a"), message)
            .help("write a day that is early enough for the policy, or have it changed");
        let output = rendered_in(Format::Text, &[found], Style { color: false, width: Some(60) });
        assert_snapshot!(output, @r#"
        error[EXC203]: the first word of this, and then some more
                       of them, and the last of all
         --> exceptions/a.yaml:1:4
          |
        1 | a: 1
          |    ^
          |
          = help: write a day that is early enough for the
                  policy, or have it changed

        1 record in `exceptions` judged on 2026-11-20 (UTC): 1
          error
        for more about a code, try `exc explain EXC203`
        "#);
    }

    #[test]
    fn excerpts_fit_into_a_narrow_terminal() {
        let long = format!("a: 1\nkey: \"{} 模型\"\nb: 2\n", "word ".repeat(60));
        let record = file("exceptions/a.yaml", &long);
        let value = &record.text()[10..record.text().len() - 6];
        let found = TOO_LONG.finding(place(&record, value, "/key"), "too long");
        let style = Style { color: false, width: Some(60) };
        let output = rendered_in(Format::Text, &[found], style);
        assert_snapshot!(output, @r#"
        error[EXC203]: too long
         --> exceptions/a.yaml:2:6
          |
        2 | key: "word word word word word word word word word wo...
          |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

        1 record in `exceptions` judged on 2026-11-20 (UTC): 1
          error
        for more about a code, try `exc explain EXC203`
        "#);
    }
}
