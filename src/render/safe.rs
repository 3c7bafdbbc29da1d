//! Text of a record, made harmless for a screen, a log and a person's eyes.

use std::fmt::{self, Write};

/// Shows text that somebody else wrote, on one line.
///
/// Control characters, line breaks, characters that reorder or hide text, and whatever a CI runner
/// would take for a command (`::` at the start, `##[` anywhere) appear as escapes such as
/// `\u{1b}`. Everything else appears as it is.
pub(crate) struct Safe<'a>(pub(crate) &'a str);

impl fmt::Display for Safe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0;
        if is_plain(text) {
            return f.write_str(text);
        }
        let start = text.len() - text.trim_start().len();
        for (at, c) in text.char_indices() {
            match c {
                ':' if at == start && text[at..].starts_with("::") => f.write_str("\\u{3a}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                _ => write_shown(text, at, c, f)?,
            }
        }
        Ok(())
    }
}

/// Whether a text is nothing but characters of ASCII that are shown, whatever stands beside them.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'#')
        && !text.trim_start().starts_with("::")
}

/// Writes the character `c`, which stands at byte `at` of `text`, or its escape.
pub(crate) fn write_shown(text: &str, at: usize, c: char, out: &mut dyn Write) -> fmt::Result {
    let is_second = || text[..at].ends_with('#') && starts_command(&text[at - 1..]);
    match c {
        '#' if is_second() => out.write_str("\\u{23}"),
        c if is_shown(c) => out.write_char(c),
        c => write!(out, "\\u{{{:x}}}", u32::from(c)),
    }
}

/// Whether a text starts with what a runner looks for anywhere in a line: `##[` (GitHub, Azure
/// Pipelines), `##vso[` (Azure Pipelines) or `##teamcity[`.
pub(crate) fn starts_command(text: &str) -> bool {
    text.strip_prefix("##").is_some_and(|rest| {
        rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).starts_with('[')
    })
}

/// Whether a character does nothing but appear.
pub(crate) fn is_shown(c: char) -> bool {
    let is_noncharacter =
        matches!(u32::from(c), 0xFDD0..=0xFDEF) || u32::from(c) & 0xFFFE == 0xFFFE;
    c == ' ' || !(c.is_control() || is_noncharacter || crate::source::characters::is_hidden(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Safe(text).to_string(), expected);
    }

    #[test]
    fn text_of_any_script_appears_as_it_is() {
        check("Grüße 你好 'a' \\ 🦀", "Grüße 你好 'a' \\ 🦀");
        check("# a ## b ##", "# a ## b ##");
    }

    #[test]
    fn printable_ascii_appears_as_it_is() {
        for byte in b' '..=b'~' {
            let text = format!("a {} b", char::from(byte));
            check(&text, &text);
            let alone: String = char::from(byte).into();
            let mut shown = String::new();
            write_shown(&alone, 0, char::from(byte), &mut shown).expect("a text takes all");
            assert_eq!(shown, alone);
        }
    }

    #[test]
    fn escape_sequences_and_line_breaks_are_spelled_out() {
        check("\u{1b}[31mred\r\n\u{9b}1m\u{7f}", "\\u{1b}[31mred\\r\\n\\u{9b}1m\\u{7f}");
        check("a\tb\u{b}c\u{fffe}\u{10ffff}", "a\\tb\\u{b}c\\u{fffe}\\u{10ffff}");
    }

    #[test]
    fn characters_that_reorder_or_hide_text_are_spelled_out() {
        check("a\u{202e}b\u{200b}\u{61c}\u{2028}c", "a\\u{202e}b\\u{200b}\\u{61c}\\u{2028}c");
    }

    #[test]
    fn nothing_speaks_to_a_runner() {
        check("::error::x", "\\u{3a}:error::x");
        check("  ::error::x", "  \\u{3a}:error::x");
        check("\u{3000}::error::x", "\u{3000}\\u{3a}:error::x");
        check("a ##[add-mask]b", "a #\\u{23}[add-mask]b");
        check("###[x", "##\\u{23}[x");
        check("##vso[task.setvariable]x", "#\\u{23}vso[task.setvariable]x");
    }
}
