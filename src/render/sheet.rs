//! Lines of text for people, wrapped to what they are read on.

use std::io::{self, Write};

use super::page::wrapped;
use super::{Safe, Style};

/// Columns where the terminal does not say how many it has.
const WIDTH: usize = 80;
/// How a command to copy begins.
const COMMANDS: [&str; 2] = ["git ", "exc "];
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
        let lines = hung(&Safe(text).to_string(), indentation, indentation + 2, Some(width));
        lines.iter().try_for_each(|line| writeln!(self.out, "{line}"))
    }
}

/// A line as it fits into columns, if there is a number of them: made harmless, and broken at spaces
/// into further lines, which stand two columns to the right of the first. A command below a sentence
/// stays whole, so that it can be copied.
pub(crate) fn fitted(text: &str, width: Option<usize>) -> Vec<String> {
    let text = Safe(text).to_string();
    let words = text.trim_start_matches(' ');
    let indentation = text.len() - words.len();
    let is_command = indentation > 0 && COMMANDS.iter().any(|command| words.starts_with(command));
    hung(words, indentation, indentation + 2, width.filter(|_| !is_command))
}

/// Writes a line as it fits.
pub(super) fn line(text: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    fitted(text, style.width).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// Words with `first` columns before the first line of them and `further` before the others.
pub(crate) fn hung(words: &str, first: usize, further: usize, width: Option<usize>) -> Vec<String> {
    let room = width.map(|width| width.saturating_sub(further).max(MIN_TEXT));
    let lines = wrapped(words, room).into_iter().enumerate();
    lines
        .map(|(at, line)| format!("{:1$}{line}", "", if at == 0 { first } else { further }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_lines_stand_to_the_right_of_the_first_and_no_word_is_broken() {
        assert_eq!(
            fitted("one two three four five six seven", Some(30)),
            ["one two three four five six", "  seven"]
        );
        assert_eq!(
            fitted("  one two three four five six", Some(30)),
            ["  one two three four five", "    six"]
        );
        assert_eq!(fitted("a\u{1b}[2Jb", Some(30)), [Safe("a\u{1b}[2Jb").to_string()]);
    }

    #[test]
    fn a_command_to_copy_and_what_goes_to_no_terminal_stay_whole() {
        let command = "  exc amend EXC-2026-K7QD --risk LEVEL --plan PLAN --ticket TICKET";
        assert_eq!(fitted(command, Some(30)), [command]);
        let sentence = "  one two three four five six seven";
        assert_eq!(fitted(sentence, None), [sentence]);
    }
}
