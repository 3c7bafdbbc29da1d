//! Findings for people: what, where, and what to do, with the lines of the file.

use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Severity, Origin, Renderer, Snippet};

use super::safe::is_shown;
use super::{Judgement, Safe, Style, count};
use crate::finding::{Finding, Level, Place};
use crate::text::SourceFile;

/// Columns of a line that are shown before or after what is marked.
const MAX_CONTEXT: usize = 100;
/// Labels this many lines away still share an excerpt with the finding.
const NEAR: usize = 6;
/// Places that one finding shows besides its own.
const MAX_LABELS: usize = 10;

/// Writes findings with their excerpts, and a closing line that counts.
pub(crate) fn write(
    judgement: &Judgement<'_>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(style.width.unwrap_or(140).max(40));
    for finding in judgement.findings {
        writeln!(out, "{}\n", render(finding, &renderer))?;
    }
    writeln!(out, "{}", summary(judgement))
}

/// The closing line: what was judged, on which day, and what came of it.
pub(crate) fn summary(judgement: &Judgement<'_>) -> String {
    let judged =
        format!("{} in `{}`", count(judgement.n_records, "record"), Safe(judgement.register));
    let mut parts = Vec::new();
    if judgement.n_errors() > 0 {
        parts.push(count(judgement.n_errors(), "error"));
    }
    if judgement.n_warnings() > 0 {
        parts.push(count(judgement.n_warnings(), "warning"));
    }
    if !judgement.unreadable.is_empty() {
        parts.push(format!("{} not judged", count(judgement.unreadable.len(), "file")));
    }
    let found = if parts.is_empty() { "all fine".to_owned() } else { parts.join(", ") };
    format!("{judged} judged on {} (UTC): {found}", judgement.today)
}

fn render(finding: &Finding, renderer: &Renderer) -> String {
    let severity = match finding.level {
        Level::Error => Severity::ERROR,
        Level::Warning => Severity::WARNING,
    };
    let message = Safe(&finding.message).to_string();
    let excerpts = excerpts(finding);
    let mut group = Group::with_title(severity.primary_title(message).id(finding.code.id));
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
    if let Some(owner) = &finding.owner {
        let owner = format!("{} <{}> has to act", Safe(&owner.name), Safe(&owner.email));
        group = group.element(Severity::NOTE.message(owner));
    }
    if let Some(help) = &finding.help {
        group = group.element(Severity::HELP.message(Safe(help).to_string()));
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

fn excerpts(finding: &Finding) -> Vec<Excerpt> {
    let mut places: Vec<(&Place, Option<String>)> = vec![(&finding.place, None)];
    let labels = finding.labels.iter().take(MAX_LABELS);
    places.extend(labels.map(|label| (&label.place, Some(Safe(&label.text).to_string()))));

    let mut groups: Vec<Vec<(&Place, Option<String>)>> = Vec::new();
    for (place, label) in places {
        let line = place.start().line;
        let near = |group: &&mut Vec<(&Place, Option<String>)>| {
            let known = group[0].0;
            std::ptr::eq(&*known.file, &*place.file) && known.start().line.abs_diff(line) <= NEAR
        };
        match groups.iter_mut().find(near) {
            Some(group) => group.push((place, label)),
            None => groups.push(vec![(place, label)]),
        }
    }
    groups.into_iter().map(excerpt).collect()
}

fn excerpt(places: Vec<(&Place, Option<String>)>) -> Excerpt {
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
            marks.push((span.start + text.len()..span.end + text.len(), label.clone()));
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

/// A line as [`Safe`] shows it, cut around what is marked, with the marks moved along.
fn harmless(line: &str, spans: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let from = spans.iter().map(|span| span.start).min().unwrap_or(0);
    let to = spans.iter().map(|span| span.start).max().unwrap_or(0);
    let mut shown = String::new();
    let mut moved: Vec<Range<usize>> = vec![0..0; spans.len()];
    let kept = cut(line, from, to);
    if kept.start > 0 {
        shown.push('…');
    }
    for (at, c) in line.char_indices() {
        mark_ends(at, spans, &mut moved, shown.len());
        if !kept.contains(&at) {
            continue;
        }
        match c {
            // Safe spells it out so that no line of output starts with a runner's command.
            '\t' => shown.push(' '),
            '[' if line[..at].ends_with("##") => shown.push_str("\\u{5b}"),
            c if is_shown(c) => shown.push(c),
            c => shown.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
        }
    }
    mark_ends(line.len(), spans, &mut moved, shown.len());
    if kept.end < line.len() {
        shown.push('…');
    }
    (shown, moved)
}

fn mark_ends(at: usize, spans: &[Range<usize>], moved: &mut [Range<usize>], shown: usize) {
    for (span, moved) in spans.iter().zip(moved) {
        if span.start == at {
            *moved = shown..shown;
        }
        if span.end == at {
            moved.end = shown.max(moved.start);
        }
    }
}

/// The bytes of a line that are near what is marked.
fn cut(line: &str, from: usize, to: usize) -> Range<usize> {
    let is_boundary = |at: &usize| line.is_char_boundary(*at);
    let start = if from > MAX_CONTEXT {
        (0..=from - MAX_CONTEXT).rev().find(is_boundary).unwrap_or(0)
    } else {
        0
    };
    let end = (to + 2 * MAX_CONTEXT..line.len()).find(is_boundary).unwrap_or(line.len());
    start..end
}
