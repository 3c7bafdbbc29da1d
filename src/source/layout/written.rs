//! A text that was taken apart, written down again.

use super::gathered::{Gathered, Item, Laid, Line};

/// The text, with `\n` at the end of each line.
pub(super) fn write(gathered: &Gathered<'_>) -> String {
    let mut page = Page { text: String::new(), takes_blank: false };
    page.comments(&gathered.header, 0);
    page.items(&gathered.items, &gathered.below, 0);
    page.text
}

struct Page {
    text: String,
    /// Whether an empty line may follow: not at the top, below a key, or where a text would take it
    /// for its own.
    takes_blank: bool,
}

impl Page {
    fn items(&mut self, items: &[Item<'_>], below: &[Line<'_>], indentation: usize) {
        for item in items {
            self.above(item, indentation);
            self.indent(indentation);
            self.entry(item, indentation);
        }
        self.comments(below, indentation);
    }

    fn above(&mut self, item: &Item<'_>, indentation: usize) {
        self.comments(&item.above, indentation);
        self.blank(item.has_blank_above);
    }

    fn comments(&mut self, lines: &[Line<'_>], indentation: usize) {
        for line in lines {
            self.blank(line.has_blank_above);
            self.indent(indentation);
            self.text.push_str(line.text);
            self.end_line();
        }
    }

    /// An entry from its key or dash on.
    fn entry(&mut self, item: &Item<'_>, indentation: usize) {
        match &item.key {
            Some(key) => {
                self.text.push_str(key);
                self.text.push(':');
            }
            None => self.text.push('-'),
        }
        match &item.value {
            Laid::Scalar(lines) => {
                let (first, rest) =
                    lines.split_first().map_or(("", &[][..]), |(it, rest)| (*it, rest));
                if !first.is_empty() {
                    self.text.push(' ');
                    self.text.push_str(first);
                }
                for line in rest {
                    self.text.push('\n');
                    if !line.is_empty() {
                        self.indent(indentation + 2);
                        self.text.push_str(line);
                    }
                }
                self.end_entry(item);
            }
            Laid::Flow(flow) => {
                self.text.push(' ');
                self.text.push_str(flow);
                self.end_entry(item);
            }
            Laid::Block { header, lines, keeps_breaks } => {
                self.text.push(' ');
                self.text.push_str(header);
                self.end_entry(item);
                for line in lines {
                    if !line.is_empty() {
                        self.indent(indentation + 2);
                        self.text.push_str(line);
                    }
                    self.end_line();
                }
                self.takes_blank = !keeps_breaks;
            }
            Laid::Items { items, below } if item.key.is_some() => {
                self.end_entry(item);
                self.takes_blank = false;
                self.items(items, below, indentation + 2);
            }
            Laid::Items { items, below } => {
                self.text.push(' ');
                if let Some((first, rest)) = items.split_first() {
                    self.entry(first, indentation + 2);
                    self.items(rest, &[], indentation + 2);
                }
                self.comments(below, indentation + 2);
                if let Some(comment) = &item.beside {
                    self.indent(indentation + 2);
                    self.text.push_str(comment.text);
                    self.end_line();
                }
            }
        }
    }

    fn end_entry(&mut self, item: &Item<'_>) {
        if let Some(comment) = &item.beside {
            self.indent(comment.gap);
            self.text.push_str(comment.text);
        }
        self.end_line();
    }

    fn end_line(&mut self) {
        self.text.push('\n');
        self.takes_blank = true;
    }

    fn blank(&mut self, is_wanted: bool) {
        if is_wanted && self.takes_blank {
            self.text.push('\n');
        }
        // Once written, none follows it.
        self.takes_blank = self.takes_blank && !is_wanted;
    }

    fn indent(&mut self, n: usize) {
        self.text.extend(std::iter::repeat_n(' ', n));
    }
}
