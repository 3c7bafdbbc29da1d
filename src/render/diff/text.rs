//! Differences for people, at a terminal or in a log.

use std::io::{self, Write};

use super::words::{Sentence, sentences};
use super::{Diff, described, paths};
use crate::changes::Change;
use crate::history::POLICY_ID;
use crate::render::page::wrapped;
use crate::render::policies;
use crate::render::{Safe, Style};
use crate::report::policies::PolicyChange;

/// Columns where the terminal does not say how many it has.
const WIDTH: usize = 80;
/// The narrowest text that is worth wrapping.
const MIN_TEXT: usize = 24;

pub(super) fn write(diff: &Diff<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out, style };
    if let Some(policy) = &diff.policy {
        page.policy(policy)?;
    }
    for change in diff.changes {
        page.change(change)?;
    }
    writeln!(page.out, "{}", Safe(&diff.summary()))
}

pub(super) fn changes(changes: &[Change<'_>], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out, style };
    changes.iter().try_for_each(|change| page.change(change))
}

struct Page<'a> {
    out: &'a mut dyn Write,
    style: Style,
}

impl Page<'_> {
    fn change(&mut self, change: &Change<'_>) -> io::Result<()> {
        let Some(record) = change.record() else { return Ok(()) };
        let (bold, plain) = if self.style.color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        let (id, title) = (Safe(&record.exception.id), Safe(&record.exception.title));
        writeln!(self.out, "{bold}{id}  {title}{plain}")?;
        let (path, before) = paths(change);
        let moved = before.map_or(String::new(), |path| format!(", moved from {path}"));
        self.lines("  ", "    ", &format!("{}: {path}{moved}", described(change.kind)))?;
        for sentence in change.fields.iter().flat_map(sentences) {
            self.sentence(&sentence)?;
        }
        writeln!(self.out)
    }

    fn policy(&mut self, change: &PolicyChange<'_>) -> io::Result<()> {
        let (bold, plain) = if self.style.color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        writeln!(self.out, "{bold}{}  {}{plain}", POLICY_ID, policies::headline(change))?;
        for sentence in policies::differences(change) {
            self.sentence(&sentence)?;
        }
        self.lines("  ", "    ", &policies::approval(change, None))?;
        writeln!(self.out)
    }

    fn sentence(&mut self, sentence: &Sentence) -> io::Result<()> {
        self.lines("  ", "    ", &sentence.text)?;
        for (sign, text) in &sentence.below {
            // Every line has its sign, so that no text passes for the other one.
            let (color, plain) = match (self.style.color, sign) {
                (false, _) => ("", ""),
                (true, '+') => ("\u{1b}[32m", "\u{1b}[0m"),
                (true, _) => ("\u{1b}[31m", "\u{1b}[0m"),
            };
            for line in self.wrapped(text, 6) {
                writeln!(self.out, "    {color}{sign} {line}{plain}")?;
            }
        }
        Ok(())
    }

    fn lines(&mut self, first: &str, further: &str, text: &str) -> io::Result<()> {
        for (at, line) in self.wrapped(text, further.len()).into_iter().enumerate() {
            writeln!(self.out, "{}{line}", if at == 0 { first } else { further })?;
        }
        Ok(())
    }

    fn wrapped(&self, text: &str, indentation: usize) -> Vec<String> {
        let width = self.style.width.unwrap_or(WIDTH);
        let room = width.saturating_sub(indentation).max(MIN_TEXT);
        wrapped(&Safe(text).to_string(), Some(room))
    }
}
