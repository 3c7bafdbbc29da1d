//! What readers of YAML cut differently, or what some of them refuse.
//!
//! Found by feeding mutated records to PyYAML (YAML 1.1) beside the reader used here (YAML 1.2).

use crate::text::Span;

/// Something on which readers disagree, and what to write instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dispute {
    pub(super) span: Span,
    pub(super) message: &'static str,
    pub(super) help: &'static str,
}

/// A scalar without quotes that some readers cut elsewhere, in or outside of `[…]` and `{…}`.
pub(super) fn plain(text: &str, span: Span, in_flow: bool) -> Option<Dispute> {
    let message = if text.starts_with('?') {
        "readers of YAML disagree on text that starts with `?`"
    } else if in_flow && text.starts_with(':') {
        "readers of YAML disagree on text in brackets that starts with `:`"
    } else if in_flow && text.contains('?') {
        "readers of YAML disagree on `?` in text in brackets"
    } else {
        return None;
    };
    Some(Dispute { span, message, help: "quote it" })
}

/// An escape in double-quoted text that spells a surrogate, which some readers join with the next.
pub(super) fn double_quoted(source: &str, span: Span) -> Option<Dispute> {
    let start = span.start as usize + surrogate(source)?;
    let span = Span::new(start, start + "\\ud800".len());
    let message = "readers of YAML disagree on half a character";
    Some(Dispute { span, message, help: "write the character itself" })
}

/// The spaces of an empty line between the `|` or `>` of a block scalar and its text, which some
/// readers take for the indentation. `before` ends where the text starts, or where the file ends.
pub(super) fn block(before: &str, start: usize) -> Option<Dispute> {
    let mut end = before.rfind('\n')?;
    while let Some(at) = before[..end].rfind('\n') {
        let line = before[at + 1..end].trim_end_matches('\r');
        if !line.bytes().all(|byte| byte == b' ') {
            break;
        }
        if !line.is_empty() {
            let span = Span::new(start + at + 1, start + at + 1 + line.len());
            let message = "readers of YAML disagree on spaces in an empty line before the text";
            return Some(Dispute { span, message, help: "remove the spaces" });
        }
        end = at;
    }
    None
}

/// A mapping in `[…]` or `{…}` that is one key and its value, without braces of its own.
pub(super) fn pair(source: &str, span: Span) -> Option<Dispute> {
    let message = "readers of YAML disagree on a key and its value in a list without braces";
    let dispute = Dispute { span, message, help: "put the two in `{…}`" };
    (!source.starts_with('{')).then_some(dispute)
}

/// A key in `{…}` that ends on another line than it starts on, or than its `:` stands on.
pub(super) fn flow_key(input: &str, key: std::ops::Range<usize>, span: Span) -> Option<Dispute> {
    let dispute = Dispute {
        span,
        message: "readers of YAML disagree on a key in brackets that is not on one line with its `:`",
        help: "write the key and its `:` on one line",
    };
    let source = input.get(key.clone())?;
    let mut rest = input.get(key.end..)?;
    let mut is_broken = source.contains(['\n', '\r']);
    loop {
        let next = rest.trim_start();
        is_broken |= rest[..rest.len() - next.len()].contains(['\n', '\r']);
        match next.strip_prefix('#') {
            Some(comment) => rest = &comment[comment.find('\n').unwrap_or(comment.len())..],
            None => return (is_broken && next.starts_with(':')).then_some(dispute),
        }
    }
}

/// Where the first escape of a surrogate stands in a double-quoted text.
fn surrogate(source: &str) -> Option<usize> {
    let bytes = source.as_bytes();
    let mut at = 0;
    while let Some(found) = source.get(at..)?.find('\\') {
        at += found;
        if let [b'u', b'd' | b'D', b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F', ..] = bytes[at + 1..] {
            return Some(at);
        }
        // What is escaped may have several bytes.
        at += 1 + source.get(at + 1..)?.chars().next().map_or(0, char::len_utf8);
    }
    None
}

/// The tabs of a text outside of comments and of what stands in quotes; neighbours are one.
/// `quoted` and `blocks` are in the order of the text.
pub(super) fn tabs(text: &str, quoted: &[Span], blocks: &[Span]) -> Vec<Dispute> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.contains('\t') {
            let code = &line[..comment(line, start, quoted, blocks).unwrap_or(line.len())];
            let mut end = 0;
            while let Some(at) = code[end..].find('\t').map(|at| at + end) {
                let n_tabs = code[at..].bytes().take_while(|&byte| byte == b'\t').count();
                end = at + n_tabs;
                if !is_within(quoted, start + at) {
                    let span = Span::new(start + at, start + end);
                    let message = "readers of YAML disagree on a tab here";
                    found.push(Dispute { span, message, help: "replace it by a space" });
                }
            }
        }
        start += line.len();
    }
    found
}

/// Where the comment of a line starts.
fn comment(line: &str, start: usize, quoted: &[Span], blocks: &[Span]) -> Option<usize> {
    line.match_indices('#').map(|(at, _)| at).find(|&at| {
        let is_apart = at == 0 || matches!(line.as_bytes()[at - 1], b' ' | b'\t');
        is_apart && !is_within(quoted, start + at) && !is_within(blocks, start + at)
    })
}

fn is_within(spans: &[Span], at: usize) -> bool {
    let after = spans.partition_point(|span| span.start as usize <= at);
    after.checked_sub(1).is_some_and(|before| at < spans[before].end as usize)
}
