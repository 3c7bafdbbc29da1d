//! Lines of text for people, wrapped to what they are read on.

use std::io::{self, Write};

use super::page::wrapped;
use super::{Safe, Style};

/// Columns where the terminal does not say how many it has.
const WIDTH: usize = 80;
/// The narrowest text that is worth wrapping.
const MIN_TEXT: usize = 24;

pub(super) struct Sheet<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) style: Style,
}

impl Sheet<'_> {
    /// One line, and more where it is too long; text of a record in it is made harmless.
    pub(super) fn line(&mut self, indentation: usize, text: &str) -> io::Result<()> {
        let width = self.style.width.unwrap_or(WIDTH);
        let room = width.saturating_sub(indentation + 2).max(MIN_TEXT);
        let lines = wrapped(&Safe(text).to_string(), Some(room));
        for (at, line) in lines.into_iter().enumerate() {
            let more = if at == 0 { 0 } else { 2 };
            writeln!(self.out, "{:1$}{line}", "", indentation + more)?;
        }
        Ok(())
    }
}
