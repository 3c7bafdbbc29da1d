//! The page of a rule, for people.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::Style;
use super::page::wrapped;

/// Writes Markdown as it is where nothing has to fit; on a screen, paragraphs are wrapped to its
/// width, and headings stand out.
pub(crate) fn write(markdown: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut is_code = false;
    for line in markdown.lines() {
        let is_fence = line.starts_with("```");
        if is_fence || is_code {
            is_code ^= is_fence;
            writeln!(out, "{line}")?;
        } else if line.starts_with('#') && style.color {
            writeln!(out, "\u{1b}[1m{line}\u{1b}[0m")?;
        } else {
            // What follows the mark of a list stands below its text.
            let indentation = if line.starts_with("- ") { "  " } else { "" };
            let room = style.width.map(|width| width.saturating_sub(indentation.width()));
            for (at, part) in wrapped(line, room).iter().enumerate() {
                let before = if at == 0 { "" } else { indentation };
                writeln!(out, "{before}{part}")?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "## Title of it\n\nSome words that are long.\n\n- an entry of a list\n\n```yaml\nkey: a line that is not wrapped\n```\n";

    fn written(width: Option<usize>, color: bool) -> String {
        let mut out = Vec::new();
        write(PAGE, Style { color, width }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn paragraphs_are_wrapped_between_words_and_code_is_not() {
        assert_eq!(
            written(Some(12), false),
            "## Title of\nit\n\nSome words\nthat are\nlong.\n\n- an entry\n  of a list\n\n```yaml\nkey: a line that is not wrapped\n```\n"
        );
    }

    #[test]
    fn without_a_width_the_page_is_as_it_is() {
        assert_eq!(written(None, false), PAGE);
    }

    #[test]
    fn headings_are_bold_where_there_is_color() {
        assert!(written(None, true).starts_with("\u{1b}[1m## Title of it\u{1b}[0m\n\nSome"));
    }
}
