//! Where a change goes: a range of bytes, and what takes its place. Several where one cannot tell
//! which is right without reading the text again.

use std::ops::Range;

use super::{Change, Value};
use crate::model::KEYS;
use crate::source::tree::{NodeRef, Tree};

/// A range of bytes, and what takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

/// The edits that may make a change, the most natural one first.
pub(super) fn edits(tree: &Tree, change: &Change) -> Vec<Edit> {
    let page = Page { text: tree.file().text(), newline: tree.file().newline() };
    let pointer = change.pointer();
    let Some((parent, key)) = pointer.rsplit_once('/') else { return Vec::new() };
    let Some(parent) = tree.find(parent) else { return Vec::new() };
    let node = tree.find(pointer);
    match (change, node) {
        (Change::Set { value, .. }, Some(node)) => page.replace(parent, node, value),
        (Change::Set { value, .. }, None) => page.insert(parent, key, value),
        (Change::Append { value, .. }, Some(node)) => page.append(parent, node, value),
        (Change::Append { value, .. }, None) => {
            page.insert(parent, key, &Value::List(vec![value.clone()]))
        }
        (Change::Remove { .. }, Some(node)) => page.remove(parent, node),
        (Change::Rename { key, .. }, Some(node)) => {
            let own = node.key_span().map(|span| span.range());
            own.map(|own| edit(own, key.clone())).into_iter().collect()
        }
        (Change::Remove { .. } | Change::Rename { .. }, None) => Vec::new(),
    }
}

/// The text of a record.
struct Page<'a> {
    text: &'a str,
    newline: &'static str,
}

impl Page<'_> {
    fn replace(&self, parent: NodeRef<'_>, node: NodeRef<'_>, value: &Value) -> Vec<Edit> {
        let own = node.span().range();
        let is_in_flow = parent.is_flow();
        let written = if is_in_flow { value.on_a_line() } else { value.beside() };
        let is_collection = node.is_map() || node.is_list();
        let Some(key) = node.key_span() else {
            // An entry of a list.
            return if is_collection { Vec::new() } else { vec![edit(own, written)] };
        };
        let colon = self.after_colon(key.end as usize);
        if node.is_null() && own.is_empty() {
            return colon.map(|at| edit(at..at, format!(" {written}"))).into_iter().collect();
        }
        // The indicator of a block scalar stands before its span, and so does what is between a key
        // and a collection below it.
        let whole = colon.map(|at| {
            let end = own.start + self.text[own.clone()].trim_end().len();
            let (kept, written) = match value.below(self.column(parent), self.newline) {
                Some(below) if !is_in_flow => (String::new(), below),
                _ => (" ".to_owned(), written.clone()),
            };
            edit(at..end.max(at), format!("{kept}{written}"))
        });
        let has_comment = colon.is_none_or(|at| self.text[at..own.start.max(at)].contains('#'));
        let beside = (!is_collection).then(|| edit(own, written));
        beside.into_iter().chain(whole.filter(|_| !has_comment)).collect()
    }

    /// Puts a key into a mapping, after those that people read before it.
    fn insert(&self, parent: NodeRef<'_>, key: &str, value: &Value) -> Vec<Edit> {
        if !parent.is_map() {
            return Vec::new();
        }
        let rank = |name: &str| KEYS.iter().position(|known| *known == name);
        let mut before = None;
        for (name, node) in parent.entries() {
            let is_before = match (rank(name), rank(key)) {
                (Some(own), Some(wanted)) => own < wanted,
                _ => true,
            };
            if is_before || before.is_none() {
                before = Some(node);
            }
        }
        if parent.is_flow() {
            let written = format!("{key}: {}", value.on_a_line());
            let Some(last) = parent.entries().last() else {
                let start = parent.span().start as usize + 1;
                return vec![edit(start..start, written)];
            };
            let at = self.end_of(last.1);
            return vec![edit(at..at, format!(", {written}"))];
        }
        let Some(before) = before else { return Vec::new() };
        let column = self.column(parent);
        let indentation = " ".repeat(column);
        let below = value.below(column, self.newline);
        let written = below.unwrap_or_else(|| format!(" {}", value.beside()));
        self.lines_after(before)
            .map(|at| edit(at..at, format!("{}{indentation}{key}:{written}", self.newline)))
            .collect()
    }

    fn append(&self, parent: NodeRef<'_>, list: NodeRef<'_>, value: &Value) -> Vec<Edit> {
        let Some(last) = list.items().last() else {
            return self.begin(parent, list, value);
        };
        if list.is_flow() {
            let at = self.end_of(last);
            return vec![edit(at..at, format!(", {}", value.on_a_line()))];
        }
        let Some(dash) = self.dash(last) else { return Vec::new() };
        let column = self.column_of(dash);
        let entry = value.as_entry(column, self.newline);
        let indentation = " ".repeat(column);
        self.lines_after(last)
            .map(|at| edit(at..at, format!("{}{indentation}{entry}", self.newline)))
            .collect()
    }

    /// The first entry of a list that is empty or says nothing. What stands behind it on its line
    /// stays there.
    fn begin(&self, parent: NodeRef<'_>, list: NodeRef<'_>, value: &Value) -> Vec<Edit> {
        let mut own = list.span().range();
        let first = Value::List(vec![value.clone()]);
        let beside = |at: Range<usize>, text| vec![edit(at, text)];
        let Some(key) = list.key_span() else { return Vec::new() };
        let Some(colon) = self.after_colon(key.end as usize) else { return Vec::new() };
        if own.is_empty() {
            // A value that says nothing stands nowhere.
            own = colon..colon;
        }
        let inside = &self.text[own.clone()];
        let is_comment_inside = inside.contains('#');
        if parent.is_flow() || is_comment_inside || self.text[colon..own.start].contains('\n') {
            return match inside.is_empty() {
                true => beside(colon..colon, format!(" {}", first.on_a_line())),
                false if is_comment_inside => Vec::new(),
                false => beside(own, first.on_a_line()),
            };
        }
        let below = first.below(self.column(parent), self.newline).unwrap_or_default();
        // A comment behind it stays beside the key.
        let line_end = self.line_end(own.end.max(colon));
        let rest = self.text[own.end.max(colon)..line_end].trim_end().to_owned();
        let rest = rest.trim_start();
        let rest = if rest.is_empty() { String::new() } else { format!("  {rest}") };
        let trailing = self.text[..line_end].trim_end_matches('\r').len().max(own.end);
        vec![edit(colon..trailing, format!("{rest}{below}"))]
    }

    fn remove(&self, parent: NodeRef<'_>, node: NodeRef<'_>) -> Vec<Edit> {
        let siblings = || parent.items().chain(parent.entries().map(|(_, node)| node));
        let at = siblings().position(|it| it.address() == node.address()).unwrap_or(0);
        let start_of = |node: NodeRef<'_>| {
            let own = node.span().start as usize;
            node.key_span().map_or(own, |key| key.start as usize)
        };
        if siblings().count() == 1 && parent.is_list() {
            // An empty list cannot be written as a block.
            return match parent.is_flow() {
                true => vec![edit(parent.span().range(), "[]".to_owned())],
                false => self.empty(parent, node).into_iter().collect(),
            };
        }
        if parent.is_flow() {
            let (start, end) = (start_of(node), self.end_of(node));
            let before = at.checked_sub(1).and_then(|at| siblings().nth(at));
            let gone = match (siblings().nth(at + 1), before) {
                (Some(next), _) => start..start_of(next),
                (None, Some(before)) => self.end_of(before)..end,
                (None, None) => start..end,
            };
            // No comment goes with it but its own, on lines of their own.
            return match self.text[gone.clone()].contains(['#', '\n']) {
                false => vec![edit(gone, String::new())],
                true => self.whole_lines(start, end).into_iter().collect(),
            };
        }
        let start = match node.key_span() {
            Some(key) => key.start as usize,
            None => match self.dash(node) {
                Some(dash) => dash,
                None => return Vec::new(),
            },
        };
        let mut line_start = self.line_start(start);
        if !self.text[line_start..start].trim().is_empty() {
            // It stands beside a dash, which the next key takes.
            let next = siblings().nth(at + 1).map(start_of);
            return next.map(|next| edit(start..next, String::new())).into_iter().collect();
        }
        if node.key_span().is_none() {
            line_start = self.start_with_comments(start);
        }
        self.lines_after(node)
            .map(|at| {
                let end =
                    (at + self.text[at..].find('\n').map_or(0, |it| it + 1)).min(self.text.len());
                edit(line_start..end, String::new())
            })
            .collect()
    }

    /// Takes the only entry out of a block list, with its comments; what is said about the list
    /// stays.
    fn empty(&self, list: NodeRef<'_>, only: NodeRef<'_>) -> Option<Edit> {
        let colon = self.after_colon(list.key_span()?.end as usize)?;
        let first = self.line_content_end(colon);
        let dash = self.dash(only)?;
        if dash < first {
            return None;
        }
        let end = self.line_content_end(self.end_of(only));
        let above = self.text[first..self.start_with_comments(dash)].trim_end();
        let beside = self.text[colon..first].trim();
        let gap = if beside.is_empty() { "" } else { "  " };
        Some(edit(colon..end, format!(" []{gap}{beside}{above}")))
    }

    /// Where an entry begins with the comments right above it that stand as far in.
    fn start_with_comments(&self, start: usize) -> usize {
        let column = self.column_of(start);
        let mut line = self.line_start(start);
        while let Some(above) = self.text[..line].strip_suffix('\n') {
            let next = self.line_start(above.len());
            let comment = above[next..].trim_start();
            let is_own = comment.starts_with('#') && above.len() - next - comment.len() == column;
            if !is_own {
                break;
            }
            line = next;
        }
        line
    }

    /// The lines of an entry that shares them with nothing but its comma and its comment.
    fn whole_lines(&self, start: usize, end: usize) -> Option<Edit> {
        let line = self.line_start(start);
        let rest = &self.text[end..self.line_end(end)];
        let rest = rest.trim_start().trim_start_matches(',').trim();
        let is_alone =
            self.text[line..start].trim().is_empty() && (rest.is_empty() || rest.starts_with('#'));
        let next = (self.line_end(end) + 1).min(self.text.len());
        is_alone.then(|| edit(self.start_with_comments(start)..next, String::new()))
    }

    /// Where lines can go that follow a node: behind the line on which its text ends, comment and
    /// all, or behind the empty lines after it, which a block scalar may keep.
    fn lines_after(&self, node: NodeRef<'_>) -> impl Iterator<Item = usize> {
        let first = self.line_content_end(self.end_of(node));
        let mut second = self.line_end(first);
        while second < self.text.len() {
            let next = self.line_end(second + 1);
            if !self.text[second + 1..next].trim().is_empty() {
                break;
            }
            second = next;
        }
        [first].into_iter().chain((second > self.line_end(first)).then_some(second))
    }

    /// Where the text of a node ends, without what follows it.
    fn end_of(&self, node: NodeRef<'_>) -> usize {
        let mut end = node.span().end as usize;
        if (node.is_map() || node.is_list()) && !node.is_flow() {
            let last = node.items().chain(node.entries().map(|(_, node)| node)).last();
            if let Some(last) = last {
                end = self.end_of(last);
            }
        } else if node.span().is_empty() {
            let key = node.key_span().map(|key| key.end as usize);
            end = key.and_then(|key| self.after_colon(key)).unwrap_or(end);
        }
        let start = (node.span().start as usize).min(end);
        start + self.text[start..end].trim_end().len()
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |at| at + 1)
    }

    /// The end of the line of a byte, without its break.
    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |end| at + end)
    }

    fn line_content_end(&self, at: usize) -> usize {
        let end = self.line_end(at);
        if self.text[at..end].ends_with('\r') { end - 1 } else { end }
    }

    /// The byte behind the colon of a key.
    fn after_colon(&self, key_end: usize) -> Option<usize> {
        let rest = self.text.get(key_end..)?;
        let colon = rest.find(|c: char| c != ' ' && c != '\t')?;
        rest[colon..].starts_with(':').then_some(key_end + colon + 1)
    }

    /// The dash before an entry of a block list.
    fn dash(&self, item: NodeRef<'_>) -> Option<usize> {
        let start = match item.entries().next() {
            Some((_, first)) => first.key_span().map_or(item.span().start, |key| key.start),
            None => item.span().start,
        };
        let before = self.text[..start as usize].trim_end();
        before.ends_with('-').then(|| before.len() - 1).or_else(|| {
            // The indicator of a block scalar, or a comment, stands between.
            let line = before.rfind('\n').map_or(0, |at| at + 1);
            let indentation = before[line..].len() - before[line..].trim_start().len();
            before[line + indentation..].starts_with("- ").then_some(line + indentation)
        })
    }

    /// The column, from zero, in which the keys of a mapping stand.
    fn column(&self, map: NodeRef<'_>) -> usize {
        let first = map.entries().next().and_then(|(_, node)| node.key_span());
        first.map_or(0, |key| self.column_of(key.start as usize))
    }

    fn column_of(&self, at: usize) -> usize {
        self.text[self.line_start(at)..at].chars().count()
    }
}

fn edit(range: Range<usize>, text: String) -> Edit {
    Edit { range, text }
}
