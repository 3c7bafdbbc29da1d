//! Characters that break a file or deceive its reader, wherever they stand, comments included.
//!
//! Sources: YAML 1.2.2 section 5.1 (printable characters), Unicode `Bidi_Control` and
//! `Default_Ignorable_Code_Point` (`PropList.txt`, `DerivedCoreProperties.txt`), and the "Trojan
//! Source" paper (CVE-2021-42574), including the marks U+061C, U+200E and U+200F that the first
//! lints missed.

use std::borrow::Cow;
use std::sync::Arc;

use crate::finding::{Code, Finding, Place};
use crate::text::{SourceFile, Span};

pub(crate) const NOT_UTF8: Code = Code::unjudged("EXC002", "not-utf8");
pub(crate) const RAW_CONTROL: Code = Code::unjudged("EXC003", "raw-control-character");
pub(crate) const LONE_CARRIAGE_RETURN: Code = Code::error("EXC004", "lone-carriage-return");
pub(crate) const BYTE_ORDER_MARK: Code = Code::warning("EXC021", "byte-order-mark");
pub(crate) const CONTROL: Code = Code::error("EXC601", "control-character");
pub(crate) const LINE_SEPARATOR: Code = Code::error("EXC602", "line-separator");
pub(crate) const BIDI_CONTROL: Code = Code::error("EXC603", "bidi-control");
pub(crate) const INVISIBLE: Code = Code::error("EXC604", "invisible-character");
pub(crate) const EMOJI_JOINER: Code = Code::warning("EXC608", "emoji-joiner");

/// Findings of one code in one file before the rest is only counted.
const MAX_PER_CODE: usize = 20;

const BOM: char = '\u{feff}';

/// The text that a parser may read: without a byte order mark, control characters as spaces.
/// Every byte keeps its place counted from the end.
pub(crate) fn readable(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    if is_plain(text) || !text.chars().any(is_raw_control) {
        return Cow::Borrowed(text);
    }
    let mut readable = String::with_capacity(text.len());
    for c in text.chars() {
        match is_raw_control(c) {
            true => (0..c.len_utf8()).for_each(|_| readable.push(' ')),
            false => readable.push(c),
        }
    }
    Cow::Owned(readable)
}

/// Whether a text is printable ASCII and line feeds, which nearly every file is.
fn is_plain(text: &str) -> bool {
    // Whole chunks without an early end, so that the compiler compares many bytes at once.
    let is_plain = |byte: &u8| matches!(byte, b'\n' | b' '..=b'~');
    text.as_bytes()
        .chunks(256)
        .all(|chunk| chunk.iter().fold(true, |all, byte| all & is_plain(byte)))
}

/// Looks at every character of the file as it stands.
pub(crate) fn scan(file: &Arc<SourceFile>) -> Vec<Finding> {
    let text = file.text();
    if is_plain(text) {
        return Vec::new();
    }
    let mut report = Report::new(file);
    if text.starts_with(BOM) {
        let span = Span::new(0, BOM.len_utf8());
        report.push(
            &BYTE_ORDER_MARK,
            Place::span(file, span),
            "the file starts with a byte order mark",
            "save the file as UTF-8 without a byte order mark",
        );
    }
    let mut run: Option<(&'static Code, Span, char)> = None;
    let mut previous = '\0';
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, next)| next);
        let code = match c {
            BOM if at == 0 => None,
            '\r' if next != Some('\n') => Some(&LONE_CARRIAGE_RETURN),
            c if is_raw_control(c) => Some(&RAW_CONTROL),
            c => deceptive(c, previous, next),
        };
        previous = c;
        run = report.extend(run, code, Span::new(at, at + c.len_utf8()), c);
    }
    report.close(run);
    report.finish()
}

/// Where the first byte that is not UTF-8 stands, as a finding; `file` holds the lossy text.
pub(crate) fn not_utf8(file: &Arc<SourceFile>, bytes: &[u8], valid_up_to: usize) -> Finding {
    let message = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "the file is UTF-16, not UTF-8".to_owned(),
        _ => format!("byte {valid_up_to} is not UTF-8"),
    };
    let width = char::REPLACEMENT_CHARACTER.len_utf8().min(file.text().len() - valid_up_to);
    let place = Place::span(file, Span::new(valid_up_to, valid_up_to + width));
    NOT_UTF8.finding(place, message).help("save the file as UTF-8")
}

/// The findings of one file, of which a flood is only counted.
pub(super) struct Report<'a> {
    file: &'a Arc<SourceFile>,
    findings: Vec<Finding>,
    counts: Vec<(&'static Code, usize)>,
}

type Run = Option<(&'static Code, Span, char)>;

impl<'a> Report<'a> {
    pub(super) fn new(file: &'a Arc<SourceFile>) -> Self {
        Self { file, findings: Vec::new(), counts: Vec::new() }
    }

    /// Joins neighbours of one code, so that a thousand invisible characters are one finding.
    fn extend(&mut self, run: Run, code: Option<&'static Code>, span: Span, c: char) -> Run {
        match (run, code) {
            (Some((open, from, first)), Some(code)) if open == code && from.end == span.start => {
                Some((open, Span { end: span.end, ..from }, first))
            }
            (run, code) => {
                self.close(run);
                code.map(|code| (code, span, c))
            }
        }
    }

    fn close(&mut self, run: Run) {
        let Some((code, span, first)) = run else { return };
        let n = self.file.slice(span).chars().count();
        let message = match n {
            1 => format!("{} is {}", name(first), what(code)),
            n => format!("{n} characters from {} on: each is {}", name(first), what(code)),
        };
        let help = match code.id {
            _ if code == &LONE_CARRIAGE_RETURN => "end lines with a line feed",
            _ if code == &EMOJI_JOINER => "use a plain character if the emoji is not needed",
            _ => "remove it; if it is meant, say it in words",
        };
        self.push(code, Place::span(self.file, span), message, help);
    }

    pub(super) fn push(
        &mut self,
        code: &'static Code,
        place: Place,
        message: impl Into<String>,
        help: &str,
    ) {
        let count = match self.counts.iter_mut().find(|(counted, _)| *counted == code) {
            Some((_, count)) => count,
            None => {
                self.counts.push((code, 0));
                &mut self.counts.last_mut().expect("one was pushed").1
            }
        };
        *count += 1;
        if *count <= MAX_PER_CODE {
            self.findings.push(code.finding(place, message).help(help));
        }
    }

    pub(super) fn finish(mut self) -> Vec<Finding> {
        for (code, count) in &self.counts {
            if let Some(more) = count.checked_sub(MAX_PER_CODE).filter(|&more| more > 0) {
                let last = self.findings.iter_mut().rfind(|finding| finding.code == *code);
                if let Some(last) = last {
                    last.message.push_str(&format!(", and {more} more places in this file"));
                }
            }
        }
        self.findings
    }
}

/// What is wrong with a character between its neighbours, control characters aside.
pub(super) fn deceptive(c: char, previous: char, next: Option<char>) -> Option<&'static Code> {
    match c {
        '\u{85}' | '\u{2028}' | '\u{2029}' => Some(&LINE_SEPARATOR),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some(&BIDI_CONTROL)
        }
        '\u{fe0f}' if is_emoji(previous) => Some(&EMOJI_JOINER),
        // The keycaps: a digit, the selector, and the enclosing key.
        '\u{fe0f}' if next == Some('\u{20e3}') && matches!(previous, '0'..='9' | '#' | '*') => {
            Some(&EMOJI_JOINER)
        }
        '\u{200d}'
            if (is_emoji(previous) || previous == '\u{fe0f}') && next.is_some_and(is_emoji) =>
        {
            Some(&EMOJI_JOINER)
        }
        c if is_invisible(c) => Some(&INVISIBLE),
        _ => None,
    }
}

/// Control characters that no YAML file may hold as they are.
fn is_raw_control(c: char) -> bool {
    is_control(c) || c == '\u{fffe}' || c == '\u{ffff}'
}

/// C0, DEL and C1, without tab, line breaks, and U+0085, which is a line separator here.
pub(crate) fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')
}

/// Whether a character breaks lines unseen, reorders text or does not appear.
pub(crate) fn is_hidden(c: char) -> bool {
    deceptive(c, '\0', None).is_some()
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | BOM | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The blocks in which emoji stand that take joiners and variation selectors.
fn is_emoji(c: char) -> bool {
    matches!(c, '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2194}'..='\u{27bf}'
        | '\u{2934}'..='\u{2935}' | '\u{2b05}'..='\u{2b55}' | '\u{3030}' | '\u{303d}' | '\u{3297}'
        | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// `U+202E`.
pub(crate) fn name(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// What a character of a code is, with its article.
pub(super) fn what(code: &Code) -> &'static str {
    match code.id {
        _ if code == &LONE_CARRIAGE_RETURN => "a carriage return without a line feed",
        _ if code == &RAW_CONTROL || code == &CONTROL => "a control character",
        _ if code == &LINE_SEPARATOR => "a line break to some readers of YAML and none to others",
        _ if code == &BIDI_CONTROL => "a character that reorders the text on screen",
        _ if code == &EMOJI_JOINER => "an invisible part of an emoji",
        _ => "an invisible character",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn codes(text: &str) -> Vec<(&'static str, u32)> {
        let file = Arc::new(SourceFile::new("a.yaml", text));
        scan(&file).iter().map(|finding| (finding.code.name, finding.place.span.start)).collect()
    }

    #[test]
    fn plain_text_of_any_script_is_fine() {
        assert_eq!(codes("title: Grüße, 你好, مرحبا\r\n"), []);
    }

    #[test]
    fn comments_are_looked_at_too() {
        assert_eq!(codes("# a\u{202e}b"), [("bidi-control", 3)]);
        assert_eq!(codes("# a\u{200f}b\u{61c}"), [("bidi-control", 3), ("bidi-control", 7)]);
    }

    #[test]
    fn a_run_is_one_finding_and_a_flood_is_counted() {
        assert_eq!(codes(&"\u{200b}".repeat(9_999)).len(), 1);
        let file = Arc::new(SourceFile::new("a.yaml", "x\u{200b}".repeat(100)));
        let findings = scan(&file);
        assert_eq!(findings.len(), MAX_PER_CODE);
        let last = findings.last().expect("a finding");
        assert_eq!(
            last.message,
            "U+200B is an invisible character, and 80 more places in this file"
        );
    }

    #[test]
    fn joiners_inside_emoji_only_warn() {
        assert_eq!(codes("\u{1f468}\u{200d}\u{1f469}"), [("emoji-joiner", 4)]);
        assert_eq!(codes("\u{2764}\u{fe0f}"), [("emoji-joiner", 3)]);
        assert_eq!(codes("a\u{200d}b"), [("invisible-character", 1)]);
    }

    #[test]
    fn line_separators_and_lone_carriage_returns_are_told_apart() {
        assert_eq!(
            codes("a\u{85}b\u{2028}c\rd\r\n"),
            [("line-separator", 1), ("line-separator", 4), ("lone-carriage-return", 8)]
        );
    }

    #[test]
    fn keycaps_and_old_symbols_are_emoji_too() {
        assert_eq!(codes("1\u{fe0f}\u{20e3}"), [("emoji-joiner", 1)]);
        assert_eq!(codes("\u{a9}\u{fe0f}"), [("emoji-joiner", 2)]);
        assert_eq!(codes("1\u{fe0f}0"), [("invisible-character", 1)]);
    }

    #[test]
    fn everything_that_unicode_calls_ignorable_is_hidden() {
        // A skeleton leaves out exactly the default ignorable code points (UTS 39).
        let is_ignorable =
            |c: char| unicode_security::skeleton(c.encode_utf8(&mut [0; 4])).next().is_none();
        let missed: Vec<char> =
            ('\0'..=char::MAX).filter(|&c| is_ignorable(c) && !is_hidden(c)).collect();
        assert_eq!(missed, []);
    }

    #[test]
    fn t2_every_bidi_control_is_an_error_in_values_and_comments() {
        let controls = ('\u{202a}'..='\u{202e}')
            .chain('\u{2066}'..='\u{2069}')
            .chain(['\u{61c}', '\u{200e}', '\u{200f}']);
        for c in controls {
            assert_eq!(codes(&format!("a: b{c}")), [("bidi-control", 4)], "{}", name(c));
            assert_eq!(codes(&format!("# b{c}")), [("bidi-control", 3)], "{}", name(c));
        }
    }

    #[test]
    fn t3_zero_width_and_filler_characters_are_errors() {
        for c in "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}\u{e0041}\u{fe00}\u{e0100}\u{115f}\u{1160}\u{3164}\u{ffa0}\u{2800}\u{1d159}\u{13430}\u{1343f}".chars() {
            assert_eq!(codes(&format!("a: b{c}c")), [("invisible-character", 4)], "{}", name(c));
        }
    }

    #[test]
    fn y15_unicode_line_breaks_are_errors_in_values_and_comments() {
        for c in ['\u{85}', '\u{2028}', '\u{2029}'] {
            assert_eq!(codes(&format!("a: b{c}c: d")), [("line-separator", 4)], "{}", name(c));
            assert_eq!(codes(&format!("# b{c}c: d")), [("line-separator", 3)], "{}", name(c));
        }
    }

    #[test]
    fn y13_raw_control_characters_leave_a_file_unjudged() {
        for c in ('\0'..' ').chain('\u{7f}'..='\u{9f}').chain(['\u{fffe}', '\u{ffff}']) {
            let expected = match c {
                '\t' | '\n' => None,
                '\r' => Some("lone-carriage-return"),
                '\u{85}' => Some("line-separator"),
                _ => Some("raw-control-character"),
            };
            let found = codes(&format!("a: b{c}c")).first().map(|(name, _)| *name);
            assert_eq!(found, expected, "{}", name(c));
        }
    }

    #[test]
    fn a_run_says_what_each_of_its_characters_is() {
        let file = Arc::new(SourceFile::new("a.yaml", "a\u{2028}\u{2029}"));
        assert_eq!(
            scan(&file)[0].message,
            "2 characters from U+2028 on: each is a line break to some readers of YAML and none to others"
        );
    }

    #[test]
    fn readable_text_keeps_every_byte_in_its_place() {
        assert_eq!(readable("\u{feff}a\u{1b}b\u{9b}c"), "a b  c");
    }
}
