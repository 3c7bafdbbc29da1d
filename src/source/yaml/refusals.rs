//! What the reader refuses: each violation of the portable subset as a finding at its place.

use granit_parser::{ErrorKind, ScalarStyle, ScanError, Tag};

use super::{
    AMBIGUOUS, ANCHOR, DUPLICATE_KEY, EXPLICIT_TAG, MAX_DEPTH, Reader, SYNTAX, Step, Stopped, TAB,
    TOO_DEEP,
};
use crate::finding::{Code, Finding, Label, Place};
use crate::source::portable::{self, Dispute};
use crate::source::syntax::{self, Advice};
use crate::source::tree::push_key;
use crate::text::{SourceFile, Span};

impl Reader<'_, '_> {
    /// Reports a scalar that other readers cut differently.
    pub(super) fn check_portable(&mut self, text: &str, style: ScalarStyle, span: Span) {
        let file = self.file;
        match style {
            ScalarStyle::Plain => self.dispute(portable::plain(text, span, self.in_flow)),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                self.tabs.iter_mut().for_each(|tabs| tabs.quoted.push(span));
                if matches!(style, ScalarStyle::DoubleQuoted) {
                    self.dispute(portable::double_quoted(file.slice(span), span));
                }
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                self.tabs.iter_mut().for_each(|tabs| tabs.blocks.push(span));
                // Without a text, the place at the end of a file is that of the `|` or `>`.
                let is_last = self.at_end && text.trim().is_empty();
                let end = if is_last { file.text().len() } else { span.start as usize };
                let before = file.text().get(self.before..end).unwrap_or_default();
                self.dispute(portable::block(before, self.before));
            }
        }
    }

    pub(super) fn check_tabs(&mut self) {
        let Some(tabs) = self.tabs.take() else { return };
        for tab in portable::tabs(self.file.text(), &tabs.quoted, &tabs.blocks) {
            self.dispute(Some(tab));
        }
    }

    pub(super) fn dispute(&mut self, dispute: Option<Dispute>) {
        if let Some(Dispute { span, message, help }) = dispute {
            self.report(&AMBIGUOUS, span, message).help = Some(help.into());
        }
    }

    /// Reports a block scalar at the end of a file that has no last line break: some readers add
    /// one to the text and some do not.
    pub(super) fn check_last_break(&mut self, text: &str, style: ScalarStyle, span: Span) {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if is_block && self.at_end && text.ends_with('\n') && !self.input.ends_with('\n') {
            let message = "readers of YAML disagree on how this text ends";
            self.report(&AMBIGUOUS, span, message).help =
                Some("end the file with a line break".into());
        }
    }

    pub(super) fn duplicate(&mut self, key: &str, span: Span, first: Span) {
        let label = Place::span(self.file, first);
        let finding = self.report(&DUPLICATE_KEY, span, format!("the key `{key}` stands twice"));
        finding.labels.push(Label { place: label, text: "first here".into() });
        finding.help =
            Some("keep one of the two; readers of YAML disagree on which one counts".into());
    }

    /// Reports an anchor or a tag before the node that starts at `span`.
    pub(super) fn properties(&mut self, span: Span, anchor: usize, tag: Option<&Tag>) {
        if anchor == 0 && tag.is_none() {
            return;
        }
        // Properties stand between the event before and the node; nothing else is searched.
        let start = self.before.min(span.start as usize);
        let between = self.file.text().get(start..span.start as usize).unwrap_or_default();
        let before = |sign: char, len: usize| {
            let at = between.rfind(sign).map(|at| start + at);
            at.map_or(span, |at| Span::new(at, at + len))
        };
        if anchor != 0 {
            let span = before('&', 1);
            let finding =
                self.report(&ANCHOR, span, "an anchor marks a value to be repeated elsewhere");
            finding.help =
                Some("remove the `&name`; a record says everything where it is read".into());
        }
        if let Some(tag) = tag {
            let original = tag.original();
            let span = before('!', 1);
            // `!!str` is found by its last `!`.
            let start =
                (span.start as usize + 1).saturating_sub(original.rfind('!').unwrap_or(0) + 1);
            let span = Span::new(start, start + original.len());
            let message = format!("the tag `{original}` says how to read a value");
            self.report(&EXPLICIT_TAG, span, message).help =
                Some("remove the tag; quote the value if it is text".into());
        }
    }

    pub(super) fn check_depth(&mut self, span: Span) -> Result<(), Stopped> {
        if self.path.len() < MAX_DEPTH {
            return Ok(());
        }
        self.too_deep(span);
        Err(Stopped)
    }

    pub(super) fn too_deep(&mut self, span: Span) {
        let message = format!("collections are nested more than {MAX_DEPTH} deep");
        self.report(&TOO_DEEP, span, message).help =
            Some("see `exc schema` for the form of a record".into());
    }

    pub(super) fn syntax_error(&mut self, error: &ScanError) {
        let at = self.base + error.marker().byte_offset().unwrap_or(0);
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            self.too_deep(Span::new(at, at + 1));
            return;
        }
        // The parser may notice a tab only where the line before it ends.
        let line = self.file.position(Span::new(at, at).start).line;
        if let Some(tab) = (line..=line + 1).find_map(|line| indenting_tab(self.file, line)) {
            let message = "a tab indents this line; YAML allows spaces only";
            self.report(&TAB, tab, message).help = Some("replace the tab by spaces".into());
            return;
        }
        let next = self.file.text()[at.min(self.file.text().len())..].chars().next();
        let width = next.filter(|c| !matches!(c, '\n' | '\r')).map_or(0, char::len_utf8);
        let message = format!("this is not YAML: {}", error.info());
        let Advice { help, origin, place } = syntax::advice(self.file, at, &error.info());
        let label = origin.map(|(span, text)| (Place::span(self.file, span), text));
        let place = place.unwrap_or(Span::new(at, at + width));
        let finding = self.report(&SYNTAX, place, message);
        finding.help = Some(help);
        finding.labels.extend(label.map(|(place, text)| Label { place, text: text.into() }));
    }

    pub(super) fn report(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Finding {
        let finding = self.findings.write(code, self.file, span, || pointer(&self.path));
        finding.message = message.into();
        finding
    }
}

fn pointer(path: &[Step<'_>]) -> String {
    let mut pointer = String::new();
    for step in path {
        match step {
            Step::Key(key) => push_key(&mut pointer, key),
            Step::Index(index) => push_key(&mut pointer, &index.to_string()),
        }
    }
    pointer
}

/// The first tab in the indentation of a line that holds more than that.
fn indenting_tab(file: &SourceFile, line: usize) -> Option<Span> {
    let text = if line <= file.n_lines() { file.line(line) } else { "" };
    let indentation = &text[..text.len() - text.trim_start_matches([' ', '\t']).len()];
    let tab = indentation.find('\t').filter(|_| indentation.len() < text.len())?;
    let at = file.line_span(line).start as usize + tab;
    Some(Span::new(at, at + 1))
}
