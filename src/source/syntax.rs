//! Why a text is no YAML, in the words of its author: the likely mistake behind the place where the
//! parser gave up, and the edit that mends it.
//!
//! Judged by the lines around that place first; the parser's own words only decide where the lines
//! leave it open.

use super::quoting::quoted;
use crate::text::{SourceFile, Span};

/// What to do about a syntax error.
#[derive(Debug)]
pub(super) struct Advice {
    pub(super) help: String,
    /// What the mistake began with, where that is another place.
    pub(super) origin: Option<(Span, &'static str)>,
    /// Where the mistake is, where that is not what the parser stumbled over.
    pub(super) place: Option<Span>,
}

/// The advice for an error at a byte of a file.
pub(super) fn advice(file: &SourceFile, at: usize, reason: &str) -> Advice {
    let position = file.position(Span::new(at, at).start);
    let mut number = position.line.min(file.n_lines());
    // An error at the end of the file is about the last line that says something.
    while number > 1 && file.line(number).trim().is_empty() {
        number -= 1;
    }
    let lines = Lines { file, number, line: Line::of(file, number) };
    let column = at.saturating_sub(file.line_span(number).start as usize);
    let only = |help: String| Advice { help, origin: None, place: None };

    if reason.contains("unclosed bracket") {
        let close =
            if file.text()[at.min(file.text().len())..].starts_with('{') { '}' } else { ']' };
        return only(format!("close it with a `{close}`"));
    }
    if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| lines.line.text.starts_with(mark)) {
        let help = "resolve the merge conflict: keep what is right, and remove the marks";
        return only(help.to_owned());
    }
    let known = lines.quotes(reason).or_else(|| lines.brackets(reason));
    if let Some(advice) = known.or_else(|| lines.value_above_a_block(reason)) {
        return advice;
    }
    only(lines.colon(column, reason).or_else(|| lines.indentation(reason)).unwrap_or_else(|| {
        "look here and on the line above: a quote, `[` or `{` that is not closed, a `: ` in text without quotes, or another indentation than its neighbors".to_owned()
    }))
}

struct Lines<'a> {
    file: &'a SourceFile,
    number: usize,
    line: Line<'a>,
}

/// A line in its parts: `  - key: value`.
#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    text: &'a str,
    indentation: usize,
    is_entry: bool,
    key: Option<&'a str>,
    value: &'a str,
}

impl<'a> Line<'a> {
    fn of(file: &'a SourceFile, number: usize) -> Self {
        let line = file.line(number);
        let text = line.trim_start();
        let indentation = line.len() - text.len();
        let text = text.trim_end();
        let (is_entry, content) = match text.strip_prefix("- ") {
            Some(entry) => (true, entry.trim_start()),
            None => (text == "-", text),
        };
        let colon =
            content.find(": ").or_else(|| content.ends_with(':').then(|| content.len() - 1));
        let colon = colon.filter(|_| !content.starts_with(['"', '\'', '[', '{']));
        let (key, value) = match colon {
            Some(at) => (Some(&content[..at]), content[at + 1..].trim_start()),
            None => (None, content),
        };
        Self { number, text, indentation, is_entry, key, value }
    }

    /// The line's value in other words, with what stands before it.
    fn with_value(self, value: &str) -> String {
        let key = self.key.map(|key| format!("{key}: ")).unwrap_or_default();
        let entry = if self.is_entry { "- " } else { "" };
        format!("{entry}{key}{value}")
    }

    /// The byte at which the value starts.
    fn value_start(self, file: &SourceFile) -> usize {
        let start = file.line_span(self.number).start as usize + self.indentation;
        start + self.text.len() - self.value.len()
    }
}

impl<'a> Lines<'a> {
    /// The lines above the error that say something, nearest first.
    fn above(&self) -> impl Iterator<Item = Line<'a>> {
        let file = self.file;
        let numbers = (1..self.number).rev();
        numbers
            .map(move |number| Line::of(file, number))
            .filter(|line| !line.text.is_empty() && !line.text.starts_with('#'))
    }

    fn quotes(&self, reason: &str) -> Option<Advice> {
        let value = self.line.value;
        let only = |help: String| Some(Advice { help, origin: None, place: None });
        if reason.contains("unknown escape") {
            let inner = value.trim_matches('"').replace('\'', "''");
            let line = self.line.with_value(&format!("'{inner}'"));
            return only(format!("in double quotes a `\\` starts an escape: write `{line}`"));
        }
        if reason.contains("trailing content after") {
            let mark = if reason.contains("single") { '\'' } else { '"' };
            let inner = value.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
            let line = self.line.with_value(&quoted(inner.unwrap_or(value)));
            return only(format!("the quotes end before the value does: write `{line}`"));
        }
        if !reason.contains("quote") {
            return None;
        }
        let is_open = |line: &Line<'_>| {
            let mark = line.value.chars().next().filter(|c| matches!(c, '"' | '\''));
            mark.is_some_and(|mark| line.value.len() == 1 || !line.value.ends_with(mark))
        };
        let open = std::iter::once(self.line).chain(self.above()).find(is_open)?;
        let mark = open.value.chars().next()?;
        let at = open.value_start(self.file);
        let help = format!("close the quote that opens on line {}: add a `{mark}`", open.number);
        Some(Advice {
            help,
            origin: Some((Span::new(at, at + 1), "this quote is never closed")),
            place: None,
        })
    }

    fn brackets(&self, reason: &str) -> Option<Advice> {
        if reason.contains("misplaced bracket") {
            let help = "remove the bracket that nothing opens, or quote the value";
            return Some(Advice { help: help.to_owned(), origin: None, place: None });
        }
        if !reason.contains("invalid indentation") && !reason.contains("flow") {
            return None;
        }
        let n = |line: &Line<'_>, mark: char| line.value.matches(mark).count();
        let is_open = |line: &Line<'_>| {
            line.value.starts_with(['[', '{'])
                && (n(line, '[') > n(line, ']') || n(line, '{') > n(line, '}'))
        };
        let open = std::iter::once(self.line).chain(self.above()).find(is_open)?;
        let (mark, close) = match n(&open, '{') > n(&open, '}') {
            true => ('{', '}'),
            false => ('[', ']'),
        };
        let at = open.value_start(self.file) + open.value.find(mark).unwrap_or(0);
        let help =
            format!("close the `{mark}` that opens on line {}: add a `{close}`", open.number);
        let what =
            if mark == '{' { "this brace is never closed" } else { "this bracket is never closed" };
        Some(Advice { help, origin: Some((Span::new(at, at + 1), what)), place: None })
    }

    /// A value beside a key that has several keys or a list below it: what stands below is the
    /// value, and the finding stands at the one that is too many.
    fn value_above_a_block(&self, reason: &str) -> Option<Advice> {
        let above = self.above().next()?;
        let key = above.key.filter(|_| !above.is_entry && !matches!(above.value, "" | "[]"))?;
        let next = Line::of(self.file, (self.number + 1).min(self.file.n_lines()));
        let has_sibling = next.number > self.number
            && next.key.is_some()
            && !next.is_entry
            && next.indentation == self.line.indentation;
        let is_block = match self.line.is_entry {
            true => above.indentation <= self.line.indentation,
            false => {
                reason.contains("mapping values")
                    && self.line.key.is_some()
                    && has_sibling
                    && above.indentation < self.line.indentation
            }
        };
        if !is_block {
            return None;
        }
        let at = above.value_start(self.file);
        let help =
            format!("remove `{}`: the value of `{key}` is what stands below it", above.value);
        let place = Some(Span::new(at, at + above.value.len()));
        Some(Advice { help, origin: None, place })
    }

    /// A `:` too many or too few.
    fn colon(&self, column: usize, reason: &str) -> Option<String> {
        let line = self.line;
        let before = line.key.map(|key| line.indentation + key.len());
        let is_second = before.is_some_and(|first| column > first + 2 * usize::from(line.is_entry));
        if reason.contains("mapping values") {
            if is_second && !line.value.is_empty() {
                let written = line.with_value(&quoted(line.value));
                return Some(format!(
                    "quote the value, because a `: ` in it starts another: `{written}`"
                ));
            }
            let above = self.above().next()?;
            if above.indentation == line.indentation && above.key.is_none() {
                return Some(format!("on line {}: {}", above.number, colon_missing(above)));
            }
            return None;
        }
        if line.key.is_none() && !line.is_entry && reason.contains("expected ':'") {
            return Some(colon_missing(line));
        }
        let starts_odd = line.value.starts_with(['@', '`', '%', '|', '>', '[', '{', '&', '*', '!']);
        if reason.contains("unexpected character") || (starts_odd && is_second) {
            return Some(format!("quote the value: `{}`", line.with_value(&quoted(line.value))));
        }
        if line.value.starts_with("- ") || reason.contains("block sequence entries") {
            return Some("put every entry of the list on a line of its own, after `- `".to_owned());
        }
        None
    }

    fn indentation(&self, reason: &str) -> Option<String> {
        let line = self.line;
        let above = self.above().next()?;
        if line.is_entry && above.value == "[]" {
            return Some(format!(
                "remove the `[]` on line {}: the list is what stands below it",
                above.number
            ));
        }
        if reason.contains("document start") {
            let first = self.above().last().filter(|first| first.indentation > 0)?;
            return Some(format!("remove the spaces at the start of line {}", first.number));
        }
        let is_like = |other: &Line<'_>| {
            other.is_entry == line.is_entry && other.key.is_some() == line.key.is_some()
        };
        let deeper = above.indentation < line.indentation;
        // Deeper than a key that has its value already: the line belongs beside that key.
        let sibling = if deeper { Some(above).filter(is_like) } else { self.above().find(is_like) };
        let sibling = sibling.filter(|sibling| sibling.indentation != line.indentation)?;
        let spaces = match sibling.indentation {
            0 => "without spaces".to_owned(),
            1 => "with 1 space".to_owned(),
            n => format!("with {n} spaces"),
        };
        Some(format!("start the line {spaces} if it belongs beside line {}", sibling.number))
    }
}

fn colon_missing(line: Line<'_>) -> String {
    let space = line.value.find(' ').unwrap_or(usize::MAX);
    match line.value.split_once(':') {
        Some((key, value)) if key.len() < space => {
            format!("write a space after the `:`, as in `{key}: {value}`")
        }
        _ => match line.value.split_once(' ') {
            Some((key, value)) => {
                format!("write a `:` after the key, as in `{key}: {}`", value.trim_start())
            }
            None => format!("write a `:` after the key, as in `{}:`", line.value),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::source::yaml::{self, Limits};
    use crate::text::SourceFile;

    /// What is said about a text: the help, and the origin as `line:column text`.
    #[track_caller]
    fn said(text: &str) -> String {
        let file = Arc::new(SourceFile::new("a.yaml", text));
        let (tree, findings) = yaml::parse(&file, Limits { nodes: 100 });
        assert!(tree.is_none(), "this is YAML:\n{text}");
        let finding = findings.last().expect("a finding");
        assert_eq!(finding.code.id, "EXC001", "{text}");
        let mut said = finding.help.clone().expect("a help");
        for label in &finding.labels {
            let start = label.place.start();
            said.push_str(&format!(" [{}:{} {}]", start.line, start.column, label.text));
        }
        said
    }

    #[test]
    fn every_common_mistake_has_the_edit_that_mends_it() {
        let cases = [
            (
                "title: Mirror: no TLS\n",
                "quote the value, because a `: ` in it starts another: `title: \"Mirror: no TLS\"`",
            ),
            (
                "a:\n  - b: c: d\n",
                "quote the value, because a `: ` in it starts another: `- b: \"c: d\"`",
            ),
            (
                "risk:\n  level: high\n   statement: x\n",
                "start the line with 2 spaces if it belongs beside line 2",
            ),
            (
                "risk:\n   level: high\n  statement: x\n",
                "start the line with 3 spaces if it belongs beside line 2",
            ),
            ("id: x\n  title: y\n", "start the line without spaces if it belongs beside line 1"),
            (" id: x\ntitle: y\n", "remove the spaces at the start of line 1"),
            ("scope:\n  - a\n - b\n", "start the line with 2 spaces if it belongs beside line 2"),
            (
                "scope:\n  - a\n  owner: y\n",
                "start the line without spaces if it belongs beside line 1",
            ),
            ("id: x\ntitle foo\nowner: y\n", "write a `:` after the key, as in `title: foo`"),
            (
                "risk:\n  level high\n  statement: x\n",
                "on line 2: write a `:` after the key, as in `level: high`",
            ),
            ("id: x\nblocker:foo\nb: y\n", "write a space after the `:`, as in `blocker: foo`"),
            (
                "controls: []\n  - AZ\nowner: y\n",
                "remove the `[]` on line 1: the list is what stands below it",
            ),
            ("title: @foo\n", "quote the value: `title: \"@foo\"`"),
            ("title: [a] b\n", "quote the value: `title: \"[a] b\"`"),
            (
                "title: 'Mirror's TLS'\n",
                "the quotes end before the value does: write `title: \"Mirror's TLS\"`",
            ),
            ("title: \"a\" b\n", "the quotes end before the value does: write `title: '\"a\" b'`"),
            (
                "title: \"a\\d\"\n",
                "in double quotes a `\\` starts an escape: write `title: 'a\\d'`",
            ),
            ("title: - a\n", "put every entry of the list on a line of its own, after `- `"),
            ("tags: [a]]\n", "remove the bracket that nothing opens, or quote the value"),
            (
                "id: x\n<<<<<<< HEAD\nb: y\n",
                "resolve the merge conflict: keep what is right, and remove the marks",
            ),
        ];
        for (text, help) in cases {
            assert_eq!(said(text), help, "{text}");
        }
    }

    #[test]
    fn a_value_in_the_place_of_the_lines_below_is_pointed_at() {
        for text in [
            "id: x\nrisk: zzz\n  level: high\n  statement: y\n",
            "id: x\nrisk: zzz\n  - level: high\n",
            "id: x\nrisk: zzz\n- level: high\n  statement: y\n",
        ] {
            let file = Arc::new(SourceFile::new("a.yaml", text));
            let (_, findings) = yaml::parse(&file, Limits { nodes: 100 });
            let place = &findings.last().expect("a finding").place;
            assert_eq!((place.start().line, file.slice(place.span)), (2, "zzz"), "{text}");
            let help = "remove `zzz`: the value of `risk` is what stands below it";
            assert_eq!(said(text), help, "{text}");
        }
        assert_eq!(
            said("id: x\n  title: y\nowner: z\n"),
            "start the line without spaces if it belongs beside line 1"
        );
    }

    #[test]
    fn a_quote_or_bracket_that_is_never_closed_is_pointed_at() {
        let cases = [
            (
                "id: x\ntitle: \"Mirror\nowner: y\n",
                "close the quote that opens on line 2: add a `\"` [2:8 this quote is never closed]",
            ),
            (
                "id: x\nb: ü\ntitle: 'Mirror\n\nc: 'd'\n",
                "close the quote that opens on line 3: add a `'` [3:8 this quote is never closed]",
            ),
            (
                "title: \"Mirror",
                "close the quote that opens on line 1: add a `\"` [1:8 this quote is never closed]",
            ),
            (
                "controls: [a, b\nowner: y\n",
                "close the `[` that opens on line 1: add a `]` [1:11 this bracket is never closed]",
            ),
            (
                "owner: {name: a, b: c\nrisk: y\n",
                "close the `{` that opens on line 1: add a `}` [1:8 this brace is never closed]",
            ),
            ("owner: {name: a, b: c", "close it with a `}`"),
            ("owner: [name", "close it with a `]`"),
        ];
        for (text, help) in cases {
            assert_eq!(said(text), help, "{text}");
        }
    }

    #[test]
    fn what_is_advised_is_yaml() {
        for text in
            ["title: Mirror: no \"TLS\"\n", "title: 'a's'\n", "title: @foo\n", "id: x\na b\n"]
        {
            let said = said(text);
            let written = said.rsplit('`').nth(1).expect("an edit");
            assert!(serde_yaml::from_str::<serde_yaml::Mapping>(written).is_ok(), "{written}");
        }
    }
}
