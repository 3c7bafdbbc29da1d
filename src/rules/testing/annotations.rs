//! Comments below a line that mark what a rule says about it.

use super::good::RECORD_PATH;
use crate::finding::{Finding, Label, Place};

fn is_annotation(line: &str) -> bool {
    line.trim_start().strip_prefix('#').is_some_and(|rest| {
        rest.trim_start().starts_with("^") || rest.trim_start().starts_with("---")
    })
}

pub(super) fn without_annotations(fixture: &str) -> String {
    let kept = fixture.lines().filter(|line| !line.is_empty() && !is_annotation(line));
    kept.map(|line| format!("{line}\n")).collect()
}

/// A text with the marks of all findings in the record below their lines.
pub(super) fn annotate(text: &str, findings: &[Finding]) -> String {
    let mut marks: Vec<(usize, usize, String)> = Vec::new();
    for finding in findings {
        let message =
            format!("{}[{}]: {}", finding.level.as_str(), finding.code.id, finding.message);
        marks.push(mark(&finding.place, '^', &message));
        let here = |label: &&Label| label.place.file.path() == RECORD_PATH;
        marks.extend(
            finding.labels.iter().filter(here).map(|label| mark(&label.place, '-', &label.text)),
        );
    }
    marks.sort();
    let mut annotated = String::new();
    for (index, line) in text.lines().enumerate() {
        annotated.push_str(&format!("{line}\n"));
        for (_, _, mark) in marks.iter().filter(|(at, ..)| *at == index + 1) {
            annotated.push_str(&format!("{mark}\n"));
        }
    }
    annotated
}

fn mark(place: &Place, sign: char, text: &str) -> (usize, usize, String) {
    let (start, end) = (place.start(), place.end());
    let width = if end.line == start.line { end.column - start.column } else { 1 }.max(1);
    let (indent, width) = match start.column {
        // The `#` takes the first column.
        1 => (0, width.saturating_sub(1).max(1)),
        column => (column - 2, width),
    };
    let signs = sign.to_string().repeat(width);
    (start.line, start.column, format!("#{}{signs} {text}", " ".repeat(indent)))
}
