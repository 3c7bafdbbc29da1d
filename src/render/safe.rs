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
        if text.trim_start().starts_with("::") {
            let (space, rest) = text.split_at(text.len() - text.trim_start().len());
            Safe(space).fmt(f)?;
            f.write_str("\\u{3a}")?;
            return Safe(&rest[1..]).fmt(f);
        }
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if rest.starts_with("##[") {
                f.write_str("#\\u{23}[")?;
                rest = &rest[3..];
                continue;
            }
            write_char(c, f)?;
            rest = &rest[c.len_utf8()..];
        }
        Ok(())
    }
}

fn write_char(c: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match c {
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        c if is_shown(c) => f.write_char(c),
        c => write!(f, "\\u{{{:x}}}", u32::from(c)),
    }
}

/// Whether a character does nothing but appear.
pub(crate) fn is_shown(c: char) -> bool {
    c == ' ' || !(c.is_control() || crate::source::characters::is_hidden(c))
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
    }

    #[test]
    fn escape_sequences_and_line_breaks_are_spelled_out() {
        check("\u{1b}[31mred\r\n\u{9b}1m\u{7f}", "\\u{1b}[31mred\\r\\n\\u{9b}1m\\u{7f}");
    }

    #[test]
    fn characters_that_reorder_or_hide_text_are_spelled_out() {
        check("a\u{202e}b\u{200b}\u{61c}\u{2028}c", "a\\u{202e}b\\u{200b}\\u{61c}\\u{2028}c");
    }

    #[test]
    fn nothing_speaks_to_a_runner() {
        check("::error::x", "\\u{3a}:error::x");
        check("  ::error::x", "  \\u{3a}:error::x");
        check("a ##[add-mask]b", "a #\\u{23}[add-mask]b");
        check("###[x", "##\\u{23}[x");
    }
}
