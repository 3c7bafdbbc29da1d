//! Escapes in double-quoted text, which can spell what must not stand in a file.
//!
//! Only escapes are looked at; a character that stands in the file as it is has its finding from
//! [`super::characters`].

use super::characters::{CONTROL, Report, deceptive, is_control, name, what};
use super::tree::{Path, Tree};
use crate::finding::{Code, Finding, Place};
use crate::text::Span;

/// Looks at the escapes in all keys and values: one finding for each code and text.
pub(super) fn scan(tree: &Tree) -> Vec<Finding> {
    let mut report = Report::new(tree.file());
    if !tree.file().has_byte(b'\\') {
        return report.finish();
    }
    tree.root().walk(&mut |path, node| {
        if let Some(text) = node.text().filter(|_| node.is_rewritten()) {
            scan_text(tree, node.span(), text, path, &mut report);
        }
        if let Some(span) = node.key_span() {
            scan_text(tree, span, path.key(), path, &mut report);
        }
        true
    });
    report.finish()
}

fn scan_text(tree: &Tree, span: Span, text: &str, path: &Path<'_>, report: &mut Report<'_>) {
    let source = tree.file().slice(span);
    if !source.starts_with('"') || !source.contains('\\') {
        return;
    }
    let characters = spelled(source);
    let mut found: Vec<&Code> = Vec::new();
    for (index, character) in characters.iter().enumerate() {
        let c = character.is;
        let previous = index.checked_sub(1).map_or('\0', |before| characters[before].is);
        let next = characters.get(index + 1).map(|next| next.is);
        let code = match c {
            c if is_control(c) || c == '\r' => Some(&CONTROL),
            c => deceptive(c, previous, next),
        };
        let Some(code) = code.filter(|code| !found.contains(code)) else { continue };
        // In a block scalar quotes and backslashes mean themselves, and the text lacks the character.
        if !character.is_escape || !text.contains(c) {
            continue;
        }
        found.push(code);
        let start = span.start as usize + character.at;
        let span = Span::new(start, start + character.len);
        let escape = tree.file().slice(span);
        let message = format!("the escape `{escape}` spells {}, {}", name(c), what(code));
        let place = Place { pointer: path.pointer(), ..Place::span(tree.file(), span) };
        report.push(code, place, message, "remove the escape; if it is meant, say it in words");
    }
}

/// A character of a double-quoted text and how it is spelled there.
struct Character {
    is: char,
    at: usize,
    len: usize,
    is_escape: bool,
}

/// The characters that a double-quoted text spells (YAML 1.2.2, section 5.7). Escaped line breaks
/// spell nothing.
fn spelled(source: &str) -> Vec<Character> {
    let mut characters = Vec::new();
    let mut at = 0;
    while let Some(c) = source[at..].chars().next() {
        let (is, len) = match c {
            '\\' => escaped(&source[at..]),
            c => (Some(c), c.len_utf8()),
        };
        characters.extend(is.map(|is| Character { is, at, len, is_escape: c == '\\' }));
        at += len;
    }
    characters
}

/// What an escape at the start of a text spells, and its length.
fn escaped(text: &str) -> (Option<char>, usize) {
    let Some(letter) = text[1..].chars().next() else { return (None, 1) };
    let digits = |from: usize, n: usize| {
        let digits = text.get(from..from + n)?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
        u32::from_str_radix(digits, 16).ok()
    };
    let by_number = |n: usize| (digits(2, n).and_then(char::from_u32), 2 + n);
    let (is, len) = match letter {
        '0' => (Some('\0'), 2),
        'a' => (Some('\u{7}'), 2),
        'b' => (Some('\u{8}'), 2),
        'v' => (Some('\u{b}'), 2),
        'f' => (Some('\u{c}'), 2),
        'r' => (Some('\r'), 2),
        'e' => (Some('\u{1b}'), 2),
        'N' => (Some('\u{85}'), 2),
        'L' => (Some('\u{2028}'), 2),
        'P' => (Some('\u{2029}'), 2),
        'x' => by_number(2),
        // The reader joins surrogates as JSON does.
        'u' if text.get(6..8) == Some("\\u") => match (digits(2, 4), digits(8, 4)) {
            (Some(high @ 0xD800..=0xDBFF), Some(low @ 0xDC00..=0xDFFF)) => {
                (char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), 12)
            }
            _ => by_number(4),
        },
        'u' => by_number(4),
        'U' => by_number(8),
        // A blank, a quote, a line break: nothing that deceives, only something that is not next.
        letter => (letter.is_ascii_graphic().then_some(letter), 1 + letter.len_utf8()),
    };
    if text.is_char_boundary(len) { (is, len) } else { (None, 1 + letter.len_utf8()) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::yaml::{self, Limits};
    use crate::text::SourceFile;

    /// Code, text under the finding and pointer of everything found.
    #[track_caller]
    fn found(text: &str) -> Vec<String> {
        let file = Arc::new(SourceFile::new("a.yaml", text));
        let (tree, syntax) = yaml::parse(&file, Limits { nodes: 100 });
        let tree = tree.unwrap_or_else(|| panic!("{text}: {syntax:?}"));
        let line = |finding: &Finding| {
            let place = &finding.place;
            format!("{} {} {}", finding.code.name, file.slice(place.span), place.pointer)
        };
        scan(&tree).iter().map(line).collect()
    }

    #[test]
    fn y14_an_escape_that_spells_a_control_character_is_found_where_it_stands() {
        assert_eq!(found(r#"a: "x \e[31m""#), [r"control-character \e /a"]);
        assert_eq!(found(r#"a: [b, "\x9b"]"#), [r"control-character \x9b /a/1"]);
        assert_eq!(found(r#"a: "\0""#), [r"control-character \0 /a"]);
        assert_eq!(found(r#"a: "over\rwritten""#), [r"control-character \r /a"]);
    }

    #[test]
    fn other_letters_in_the_same_text_hide_nothing() {
        assert_eq!(found("a: \"Gr\u{fc}\u{df}e \\u202e\""), [r"bidi-control \u202e /a"]);
        assert_eq!(found("a: \"\u{4f60} \\U0000200b\""), [r"invisible-character \U0000200b /a"]);
    }

    #[test]
    fn every_kind_of_trick_in_one_text_is_named() {
        assert_eq!(
            found(r#"a: "\u202e \u2066 \L \x1b""#),
            [r"bidi-control \u202e /a", r"line-separator \L /a", r"control-character \x1b /a"]
        );
    }

    #[test]
    fn keys_are_looked_at_too() {
        assert_eq!(found(r#""ti\u200btle": x"#), ["invisible-character \\u200b /ti\u{200b}tle"]);
    }

    #[test]
    fn a_pair_of_surrogates_is_one_character() {
        assert_eq!(found(r#"a: "\udb40\udc41""#), [r"invisible-character \udb40\udc41 /a"]);
    }

    #[test]
    fn escapes_that_spell_what_anybody_may_write_are_fine() {
        assert_eq!(
            found(r#"a: "tab\t line\n quote\" back\\u202e slash\/ \u00fc \_ \x41""#),
            [""; 0]
        );
        assert_eq!(found("a: 'x\\u202ey'\nb: x\\u202ey\nc: |\n  \"x\\u202ey\"\n"), [""; 0]);
        assert_eq!(found("a: \"one \\\n  two\\é\"\n".replace("\\é", "é").as_str()), [""; 0]);
    }

    #[test]
    fn an_emoji_may_be_spelled_out() {
        assert_eq!(found(r#"a: "\u2764\ufe0f""#), [r"emoji-joiner \ufe0f /a"]);
        assert_eq!(found(r#"a: "x\ufe0f""#), [r"invisible-character \ufe0f /a"]);
    }

    #[test]
    fn a_flood_is_counted() {
        let text: String = (0..50).map(|n| format!("k{n}: \"\\e\"\n")).collect();
        assert_eq!(found(&text).len(), 20);
    }

    /// An escape that the reader knows and this file does not would be a hole.
    #[test]
    fn every_escape_that_the_reader_knows_is_known_here() {
        for letter in (' '..='~').filter(|letter| *letter != '\\') {
            for digits in ["", "9b", "202e", "0000202e"] {
                let source = format!("\"<\\{letter}{digits}>\"");
                let file = Arc::new(SourceFile::new("a.yaml", format!("a: {source}\n")));
                let (tree, _) = yaml::parse(&file, Limits { nodes: 100 });
                let Some(node) = tree.as_ref().and_then(|tree| tree.root().get("a")) else {
                    continue;
                };
                let text = node.text().unwrap_or_default().to_owned();
                let hidden =
                    |c: char| is_control(c) || crate::source::characters::is_hidden(c) || c == '\r';
                let expected: Vec<char> = text.chars().filter(|&c| hidden(c)).collect();
                let spelled: Vec<char> =
                    spelled(&source).iter().map(|c| c.is).filter(|&c| hidden(c)).collect();
                assert_eq!(spelled, expected, "{source}");
            }
        }
    }
}
