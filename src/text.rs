//! A file's text, and places in it.
//!
//! Invariant: knows no YAML, no register, and never reads a file.

use std::sync::OnceLock;

/// A half-open range of bytes in a [`SourceFile`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A place as people count it: both numbers start at 1, columns count Unicode code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A text with the path under which people know it.
#[derive(Debug, Default)]
pub(crate) struct SourceFile {
    path: String,
    path_bytes: Option<Vec<u8>>,
    text: String,
    line_starts: OnceLock<Vec<u32>>,
    /// Characters that start before each [`BLOCK`] of bytes.
    n_before: OnceLock<Vec<u32>>,
}

/// Bytes after which characters are counted anew, so that a place on an endless line is found
/// without counting from its start.
const BLOCK: usize = 1024;

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end.max(start)) }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl SourceFile {
    /// `path` is relative to the root of the repository, with `/` between its parts.
    pub(crate) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), ..Self::default() }
    }

    /// Keeps the exact bytes of a path that is not UTF-8, beside the form that people see.
    pub(crate) fn with_path_bytes(mut self, bytes: Option<Vec<u8>>) -> Self {
        self.path_bytes = bytes;
        self
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The path's bytes where [`SourceFile::path`] cannot hold them.
    pub(crate) fn path_bytes(&self) -> Option<&[u8]> {
        self.path_bytes.as_deref()
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the text contains a character of ASCII.
    pub(crate) fn has_byte(&self, byte: u8) -> bool {
        memchr::memchr(byte, self.text.as_bytes()).is_some()
    }

    /// How its lines end: as the first of them does.
    pub(crate) fn newline(&self) -> &'static str {
        let first = memchr::memchr(b'\n', self.text.as_bytes());
        if first.is_some_and(|at| self.text[..at].ends_with('\r')) { "\r\n" } else { "\n" }
    }

    /// The text under a span; empty where the span does not lie on character boundaries.
    pub(crate) fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// The place of a byte offset; an offset past the end is the end.
    pub(crate) fn position(&self, offset: u32) -> Position {
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start <= offset).max(1);
        let start = starts[line - 1] as usize;
        let end = match offset as usize {
            offset if self.text.is_char_boundary(offset) => offset,
            _ => start + self.line(line).len(),
        };
        Position { line, column: self.n_characters(end) - self.n_characters(start) + 1 }
    }

    /// The characters before a byte.
    fn n_characters(&self, offset: usize) -> usize {
        let starts_one = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        let n_before = self.n_before.get_or_init(|| {
            let mut sum = 0;
            let blocks = self.text.as_bytes().chunks(BLOCK);
            std::iter::once(0)
                .chain(blocks.map(|block| {
                    sum += starts_one(block);
                    u32::try_from(sum).unwrap_or(u32::MAX)
                }))
                .collect()
        });
        let block = offset / BLOCK;
        n_before[block] as usize + starts_one(&self.text.as_bytes()[block * BLOCK..offset])
    }

    pub(crate) fn n_lines(&self) -> usize {
        self.line_starts().len()
    }

    /// The 1-based line, without its line break.
    pub(crate) fn line(&self, line: usize) -> &str {
        let span = self.line_span(line);
        self.text[span.range()].trim_end_matches(['\n', '\r'])
    }

    /// The bytes of the 1-based line, with its line break.
    pub(crate) fn line_span(&self, line: usize) -> Span {
        let starts = self.line_starts();
        let start = starts.get(line - 1).map_or(self.text.len(), |&start| start as usize);
        let end = starts.get(line).map_or(self.text.len(), |&end| end as usize);
        Span::new(start, end)
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
            std::iter::once(0)
                .chain(breaks.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
                .collect()
        })
    }
}

/// A JSON pointer as people write it: `risk.level`.
pub(crate) fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

/// A word that a shell takes as it is.
pub(crate) fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    match !word.is_empty() && !word.starts_with('-') && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn position(text: &str, offset: u32) -> (usize, usize) {
        let position = SourceFile::new("a.yaml", text).position(offset);
        (position.line, position.column)
    }

    #[test]
    fn lines_and_columns_start_at_one() {
        assert_eq!(position("ab\ncd", 0), (1, 1));
        assert_eq!(position("ab\ncd", 4), (2, 2));
    }

    #[test]
    fn columns_count_code_points_not_bytes() {
        assert_eq!(position("ä: é!", "ä: é".len() as u32), (1, 5));
    }

    #[test]
    fn columns_are_right_on_a_line_of_any_length() {
        let text = format!("# é\n{}", "aé€🦀".repeat(1_000));
        for (at, _) in text.char_indices().skip(4) {
            let counted = text[5..at.max(5)].chars().count() + 1;
            assert_eq!(position(&text, at as u32), (2, counted), "byte {at}");
        }
        assert_eq!(position(&text, text.len() as u32), (2, 4_001));
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(position("ab\ncd", 99), (2, 3));
        assert_eq!(position("", 0), (1, 1));
    }

    #[test]
    fn a_shell_word_cannot_break_out() {
        assert_eq!(shell_word("exceptions/EXC-2026-K7QD.yaml"), "exceptions/EXC-2026-K7QD.yaml");
        assert_eq!(shell_word("a b'; rm -rf ~"), "'a b'\\''; rm -rf ~'");
        assert_eq!(shell_word("-rf"), "'-rf'");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn a_line_is_without_its_break() {
        let file = SourceFile::new("a.yaml", "one\r\ntwo\n");
        assert_eq!((file.line(1), file.line(2), file.line(3)), ("one", "two", ""));
    }
}
