//! Keys put in their order by moving whole lines, with nothing else laid out anew.

use std::ops::Range;

use super::comments::{column, line_end};
use crate::model::KEYS;
use crate::source::tree::Tree;

/// The text with its top keys in order, each with the comments above it; none where they are.
pub(super) fn reordered(tree: &Tree) -> Option<String> {
    let text = tree.file().text();
    let rank = |key: &str| KEYS.iter().position(|known| *known == key).unwrap_or(KEYS.len());
    let keys: Vec<(usize, usize)> = tree
        .root()
        .entries()
        .filter_map(|(key, node)| Some((rank(key), node.key_span()?.start as usize)))
        .collect();
    if keys.is_sorted_by_key(|(rank, _)| *rank) || keys.iter().any(|(_, at)| column(text, *at) > 0)
    {
        return None;
    }
    let is_loose = |line: &str| line.trim().is_empty() || line.starts_with('#');
    // A last line without its break belongs to its key, unless it is a comment.
    let last = text.len() - column(text, text.len());
    let end = if is_loose(&text[last..]) { above(text, last, 0, is_loose) } else { text.len() };
    let mut starts = Vec::new();
    for (nth, &(_, at)) in keys.iter().enumerate() {
        let floor = nth.checked_sub(1).map_or(0, |before| keys[before].1);
        starts.push(above(text, at, floor, |line| match nth {
            // What an empty line sets off, and the line for editors, stay at the top.
            0 => line.starts_with('#') && !line.contains("yaml-language-server"),
            _ => line.trim().is_empty() || line.starts_with('#'),
        }));
    }
    let ends = starts[1..].iter().copied().chain([end]);
    let mut parts: Vec<(usize, Range<usize>)> = keys
        .iter()
        .zip(starts.iter().zip(ends))
        .map(|((rank, _), (start, end))| (*rank, *start..end))
        .collect();
    parts.sort_by_key(|(rank, _)| *rank);
    let newline = tree.file().newline();
    let mut sorted = text[..starts[0]].to_owned();
    for (_, part) in parts {
        sorted.push_str(&text[part]);
        if !sorted.ends_with('\n') {
            sorted.push_str(newline);
        }
    }
    sorted.push_str(&text[end..]);
    Some(sorted)
}

/// The start of the first of the lines above a byte that all belong to it, at `floor` or below.
fn above(text: &str, at: usize, floor: usize, belongs: impl Fn(&str) -> bool) -> usize {
    let mut start = at - column(text, at);
    while start > 0 {
        let before = start - 1 - column(text, start - 1);
        let line = &text[before..line_end(text, before)];
        if before < floor || !belongs(line) {
            break;
        }
        start = before;
    }
    start
}
