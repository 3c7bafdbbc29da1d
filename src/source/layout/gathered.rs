//! A text taken apart: each entry with the comments that stand above and beside it.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr as _;

use super::comments::{Comment, column, comments, has_blank_above, is_scalar, line_end};
use super::{MAX_WIDTH, MIN_GAP, order};
use crate::source::tree::{NodeRef, Tree};

/// A line that holds a comment alone.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    pub(super) has_blank_above: bool,
}

/// A key with its value, or an entry of a list.
#[derive(Debug)]
pub(super) struct Item<'a> {
    /// The comments above it.
    pub(super) above: Vec<Line<'a>>,
    /// Whether an empty line stands above it, below its comments.
    pub(super) has_blank_above: bool,
    /// As it is written; none in a list.
    pub(super) key: Option<Cow<'a, str>>,
    pub(super) value: Laid<'a>,
    /// The comment behind its value, or behind its key where the value stands below.
    pub(super) beside: Option<Beside<'a>>,
}

/// A comment behind something.
#[derive(Debug)]
pub(super) struct Beside<'a> {
    /// Spaces before it: those that there were, which may align it with others.
    pub(super) gap: usize,
    pub(super) text: &'a str,
}

/// A value in the form in which it will be written.
#[derive(Debug)]
pub(super) enum Laid<'a> {
    /// A plain or quoted text, line by line without the white space around; no line where it says
    /// nothing.
    Scalar(Vec<&'a str>),
    /// `|` or `>` with what follows on that line, and the lines below without their indentation.
    Block {
        header: String,
        lines: Vec<&'a str>,
        keeps_breaks: bool,
    },
    /// In brackets or braces, on one line.
    Flow(String),
    Items {
        items: Vec<Item<'a>>,
        below: Vec<Line<'a>>,
    },
}

/// A whole text: what stands above the record, and the record.
#[derive(Debug)]
pub(super) struct Gathered<'a> {
    pub(super) header: Vec<Line<'a>>,
    pub(super) items: Vec<Item<'a>>,
    pub(super) below: Vec<Line<'a>>,
}

/// Takes a text apart; keys are put in order on the way.
pub(super) fn gather(tree: &Tree) -> Gathered<'_> {
    let text = tree.file().text();
    let comments = comments(tree);
    let mut gatherer = Gatherer { text, comments: &comments };
    let root = tree.root();
    let first = gatherer.start_of(root);
    let header = gatherer.header(first);
    let (items, below) = gatherer.items(root, "", 0, text.len(), None);
    Gathered { header, items, below }
}

struct Gatherer<'a, 'c> {
    text: &'a str,
    /// Those that have no place yet.
    comments: &'c [Comment<'a>],
}

impl<'a> Gatherer<'a, '_> {
    /// What stands above the first key and stays there, whichever key that will be: the line that
    /// tells editors of the schema, and what an empty line sets off.
    fn header(&mut self, first: usize) -> Vec<Line<'a>> {
        let above: Vec<Comment<'a>> =
            self.comments.iter().copied().take_while(|it| it.at < first).collect();
        let is_set_off = |at: usize| {
            let next = above.get(at + 1).map_or(first, |next| next.at);
            has_blank_above(self.text, next)
        };
        let is_modeline = above.first().is_some_and(|it| it.text.contains("yaml-language-server"));
        let n_header = (0..above.len()).rev().find(|&at| is_set_off(at)).map_or(0, |at| at + 1);
        let n_header = n_header.max(usize::from(is_modeline));
        self.lines(n_header)
    }

    /// Takes the next comments as lines of their own.
    fn lines(&mut self, n: usize) -> Vec<Line<'a>> {
        let (taken, rest) = self.comments.split_at(n);
        self.comments = rest;
        let line = |it: &Comment<'a>| Line {
            text: it.text,
            has_blank_above: it.is_alone && has_blank_above(self.text, it.at),
        };
        taken.iter().map(line).collect()
    }

    fn lines_before(&mut self, at: usize) -> Vec<Line<'a>> {
        let n = self.comments.iter().take_while(|it| it.at < at).count();
        self.lines(n)
    }

    /// The comment behind a place on the same line.
    fn beside(&mut self, at: usize, before: usize) -> Option<Beside<'a>> {
        let next = self.comments.first().filter(|it| !it.is_alone && it.at < before)?;
        let is_here = self.text.get(at..next.at).is_some_and(|between| !between.contains('\n'));
        if !is_here {
            return None;
        }
        self.comments = &self.comments[1..];
        let line = &self.text[..next.at];
        let gap = line.len() - line.trim_end_matches(' ').len();
        Some(Beside { gap: gap.clamp(MIN_GAP, MAX_WIDTH), text: next.text })
    }

    /// The entries of a collection, and the comments that follow the last within it. `name` is the
    /// key under which it stands, `bound` where the next token after it is.
    fn items(
        &mut self,
        node: NodeRef<'a>,
        name: &str,
        indentation: usize,
        bound: usize,
        outer: Option<usize>,
    ) -> (Vec<Item<'a>>, Vec<Line<'a>>) {
        let is_flow = node.is_flow();
        let children: Vec<(Option<&'a str>, NodeRef<'a>)> = match node.is_map() {
            true => node.entries().map(|(key, value)| (Some(key), value)).collect(),
            false => node.items().map(|value| (None, value)).collect(),
        };
        let starts: Vec<usize> =
            children.iter().map(|(_, child)| self.start_of_entry(*child)).collect();
        let end = if is_flow { node.span().end as usize } else { bound };
        let own = starts.first().map(|&at| self.column_of_entry(node, at));
        let mut items = Vec::new();
        for (at, &(key, child)) in children.iter().enumerate() {
            let next = starts.get(at + 1).copied().unwrap_or(end);
            items.push(self.item(key, child, name, starts[at], next, indentation, own));
        }
        order::sort(&mut items, name);
        let is_within = |it: &&Comment<'a>| match is_flow {
            true => it.at < end,
            // What is indented less, or stands where the next key does, belongs to that.
            false => {
                let column = column(self.text, it.at);
                it.at < bound
                    && it.is_alone
                    && outer.is_none_or(|outer| own.is_some_and(|own| column >= own && own > outer))
            }
        };
        let n = self.comments.iter().take_while(is_within).count();
        (items, self.lines(n))
    }

    #[expect(clippy::too_many_arguments, reason = "an entry and where it stands")]
    fn item(
        &mut self,
        key: Option<&'a str>,
        node: NodeRef<'a>,
        name: &str,
        start: usize,
        next: usize,
        indentation: usize,
        outer: Option<usize>,
    ) -> Item<'a> {
        let mut above = self.lines_before(start);
        let mut has_blank = has_blank_above(self.text, start);
        let written_key = key.map(|key| self.key(key, node));
        let value_start = self.start_of(node);
        let own = node.span().range();
        let width = written_key.as_ref().map_or(2, |key| key.width() + 2);
        let name = key.unwrap_or(name);
        if !is_scalar(node) {
            if let Some(flow) = self.flow(node, name, indentation + width) {
                lift(&mut above, &mut has_blank, self.lines_before(value_start));
                let beside = self.beside(own.end, next);
                let value = Laid::Flow(flow);
                return Item { above, has_blank_above: has_blank, key: written_key, value, beside };
            }
            let key_end = node.key_span().map_or(start, |key| key.end as usize);
            let beside = self.beside(key_end, value_start);
            let (items, below) = self.items(node, name, indentation + 2, next, outer);
            let beside = beside.or_else(|| self.beside(own.end, next));
            let value = Laid::Items { items, below };
            return Item { above, has_blank_above: has_blank, key: written_key, value, beside };
        }
        lift(&mut above, &mut has_blank, self.lines_before(value_start));
        let (value, beside) = match self.block_header(node) {
            Some(header) => (self.block(node, header), self.beside(header, own.start.max(header))),
            None => {
                // No other white space counts as such.
                let lines =
                    self.text[own.clone()].lines().map(|line| line.trim_matches([' ', '\t']));
                let is_empty = own.is_empty();
                let lines = if is_empty { Vec::new() } else { lines.collect() };
                // A value that says nothing stands nowhere: what is beside it is beside its key.
                let end = match node.key_span() {
                    Some(key) if is_empty => key.end as usize,
                    _ => own.end,
                };
                (Laid::Scalar(lines), self.beside(end, next))
            }
        };
        Item { above, has_blank_above: has_blank, key: written_key, value, beside }
    }

    /// A key as it will be written: without quotes where it is a word.
    fn key(&self, key: &'a str, node: NodeRef<'a>) -> Cow<'a, str> {
        let is_word = key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
            && crate::source::reads_as(key).is_none();
        let raw = node.key_span().map_or(key, |span| &self.text[span.range()]);
        match (is_word, raw.contains('\n')) {
            (true, _) => Cow::Borrowed(key),
            (false, false) => Cow::Borrowed(raw),
            (false, true) => Cow::Owned(crate::source::quoting::quoted(key)),
        }
    }

    /// A collection in brackets or braces on one line, if it was written in them and has room; none
    /// where a comment or a text of several lines stands inside.
    fn flow(&self, node: NodeRef<'a>, name: &str, column: usize) -> Option<String> {
        if !node.is_flow() {
            return None;
        }
        let own = node.span().range();
        if self.comments.iter().any(|it| own.contains(&it.at)) {
            return None;
        }
        let flow = self.on_a_line(node, name)?;
        (column + flow.width() <= MAX_WIDTH).then_some(flow)
    }

    fn on_a_line(&self, node: NodeRef<'a>, name: &str) -> Option<String> {
        if node.is_list() {
            let items: Option<Vec<String>> =
                node.items().map(|item| self.on_a_line(item, name)).collect();
            return Some(format!("[{}]", items?.join(", ")));
        }
        if node.is_map() {
            let mut entries: Vec<(&str, NodeRef<'a>)> = node.entries().collect();
            entries.sort_by_key(|(key, _)| order::rank(name, key));
            let written = entries.into_iter().map(|(key, value)| {
                Some(format!("{}: {}", self.key(key, value), self.on_a_line(value, key)?))
            });
            let written: Option<Vec<String>> = written.collect();
            return Some(format!("{{{}}}", written?.join(", ")));
        }
        let own = &self.text[node.span().range()];
        (!own.is_empty() && !own.contains('\n')).then(|| own.to_owned())
    }

    /// The `|` or `>` of a block scalar, which stands between its key or dash and its text.
    fn block_header(&self, node: NodeRef<'a>) -> Option<usize> {
        let start = node.span().start as usize;
        let from = match node.key_span() {
            Some(key) => key.end as usize,
            // The text begins on the line below its dash, but for empty lines.
            None => {
                let line = self.text[..start].trim_end();
                line.rfind('\n').map_or(0, |at| at + 1)
            }
        };
        let line = self.text.get(from..line_end(self.text, from))?;
        let structure = line.split('#').next()?;
        let is_mark = |c: char| " \t\r-:?|>+".contains(c) || c.is_ascii_digit();
        let header = from + structure.find(['|', '>'])?;
        // A plain text may hold these signs, and does not begin with one.
        (header <= start && structure.chars().all(is_mark)).then_some(header)
    }

    fn block(&self, node: NodeRef<'a>, header: usize) -> Laid<'a> {
        let value = node.text().unwrap_or_default();
        let header_end = line_end(self.text, header);
        let indicators = self.text[header..header_end].split_whitespace().next().unwrap_or("|");
        let chomping: String = indicators.chars().filter(|c| matches!(c, '+' | '-')).collect();
        let is_empty = value.chars().all(|c| c == '\n');
        let mut lines: Vec<&str> = Vec::new();
        if is_empty {
            lines.extend(value.split_terminator('\n'));
        } else {
            let end = line_end(self.text, node.span().end as usize);
            let body = self.text.get(header_end + 1..end).unwrap_or_default();
            lines.extend(body.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)));
            let n_breaks = value.len() - value.trim_end_matches('\n').len();
            if chomping == "+" {
                lines.extend(std::iter::repeat_n("", n_breaks.saturating_sub(1)));
            }
        }
        let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let first = |mut lines: std::str::Split<'_, char>| {
            lines.find(|line| !line.trim().is_empty()).map_or(0, spaces)
        };
        let own = lines.iter().find(|line| !line.trim().is_empty()).map_or(0, |it| spaces(it));
        let meant = first(value.split('\n'));
        let cut = own.saturating_sub(meant);
        for line in &mut lines {
            *line = line.get(cut.min(spaces(line))..).unwrap_or_default();
        }
        let style = &indicators[..1];
        let indicator = if meant > 0 { "2" } else { "" };
        let keeps_breaks = chomping == "+";
        Laid::Block { header: format!("{style}{indicator}{chomping}"), lines, keeps_breaks }
    }

    /// Where a value begins: with its first key, its bracket, its indicator, its text.
    fn start_of(&self, node: NodeRef<'a>) -> usize {
        let own = node.span().start as usize;
        if node.is_flow() {
            return own;
        }
        let first = node.items().chain(node.entries().map(|(_, value)| value)).next();
        match first {
            Some(first) => self.start_of_entry(first),
            None if is_scalar(node) => self.block_header(node).unwrap_or(own),
            None => own,
        }
    }

    /// The same, with its key.
    fn start_of_entry(&self, node: NodeRef<'a>) -> usize {
        node.key_span().map_or_else(|| self.start_of(node), |key| key.start as usize)
    }

    /// The column in which the keys or the dashes of a block stand.
    fn column_of_entry(&self, node: NodeRef<'a>, start: usize) -> usize {
        let column = column(self.text, start);
        if !node.is_list() {
            return column;
        }
        // Of lists that begin on one line, the innermost has the last dash.
        let mut n_inside = 0;
        let mut first = node.items().next();
        while let Some(list) = first.filter(|it| it.is_list() && !it.is_flow()) {
            n_inside += 1;
            first = list.items().next();
        }
        let mut dashes = self.text[start - column..start].rmatch_indices('-');
        dashes.nth(n_inside).map_or(column, |(dash, _)| dash)
    }
}

/// Puts comments that stood between a key and its value above the key.
fn lift<'a>(above: &mut Vec<Line<'a>>, has_blank: &mut bool, mut lines: Vec<Line<'a>>) {
    if let (Some(first), true) = (lines.first_mut(), above.is_empty()) {
        first.has_blank_above = std::mem::take(has_blank);
    }
    above.append(&mut lines);
}
