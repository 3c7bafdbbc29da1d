//! CSV with a header, as a list of mappings whose values are texts.
//!
//! Readers agree about cells without blanks and quotes. About the others:
//!
//! - Ruby's `CSV` takes blanks as they stand, and tells an empty cell in quotes, a text, from one
//!   without, which is nothing.
//! - PowerShell's `ConvertFrom-Csv` (`ParseNextRecord` in
//!   <https://github.com/PowerShell/PowerShell/blob/master/src/Microsoft.PowerShell.Commands.Utility/commands/utility/CsvCommands.cs>)
//!   passes over blanks before a cell, also before its quote, and over those behind the closing quote,
//!   and keeps those behind a cell without quotes, in the header, too.
//! - What else stands behind a closing quote, or a quote within a cell, is a fault here: Ruby refuses it,
//!   and PowerShell guesses.

use std::collections::HashSet;

use super::{Entry, Fault, Node, Value};
use crate::text::Span;

/// Who reads the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Ruby,
    PowerShell,
}

struct Cell {
    text: String,
    is_quoted: bool,
}

/// The rows, each with the span of its line; so have its cells. Lines without a character are no rows.
pub(super) fn read(text: &str, dialect: Dialect) -> Result<Node, Fault> {
    let mut header: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let start = at;
        let cells = record(text, &mut at, dialect)?;
        let line = text[start..at].trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            continue;
        }
        let span = Span::new(start, start + line.len());
        match &header {
            None => header = Some(names(cells, span)?),
            Some(header) if header.len() == cells.len() => rows.push(row(header, cells, span)),
            Some(header) => {
                let (n, len) = (header.len(), cells.len());
                let message = format!("the header has {n} cells, and this row {len}");
                return Err(Fault::at(Span::new(start, start), message));
            }
        }
    }
    match header {
        Some(_) => Ok(Node { span: Span::new(0, text.len()), value: Value::List(rows) }),
        None => Err(Fault::at(Span::default(), "the file is empty")),
    }
}

/// The cells of the record that begins at a place, which moves behind the end of its line.
fn record(text: &str, at: &mut usize, dialect: Dialect) -> Result<Vec<Cell>, Fault> {
    let start = *at;
    let mut cells = Vec::new();
    loop {
        let (cell, len) = cell(&text[*at..], *at, start, dialect)?;
        cells.push(cell);
        *at += len;
        let rest = &text[*at..];
        *at += if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) };
        if !rest.starts_with(',') {
            return Ok(cells);
        }
    }
}

/// The first cell of what is left of a record that begins at `start`, and its length; what comes then is a
/// comma, the end of the line or the end of the file.
fn cell(rest: &str, at: usize, start: usize, dialect: Dialect) -> Result<(Cell, usize), Fault> {
    let blanks: &[char] = if dialect == Dialect::PowerShell { &[' ', '\t'] } else { &[] };
    let inner = rest.trim_start_matches(blanks);
    let Some(mut quoted) = inner.strip_prefix('"') else {
        let cell = &inner[..inner.find([',', '\r', '\n']).unwrap_or(inner.len())];
        if let Some(quote) = cell.find('"') {
            let place = at + (rest.len() - inner.len()) + quote;
            let message = "a quote stands within a cell, of which readers make different things: \
                           begin the cell with it, and double it within";
            return Err(Fault::at(Span::new(place, place + 1), message));
        }
        let len = rest.len() - inner.len() + cell.len();
        return Ok((Cell { text: cell.to_owned(), is_quoted: false }, len));
    };
    let mut text = String::new();
    loop {
        // The reader would take what is not closed to the end of the file, and with it the rows below.
        let Some((before, after)) = quoted.split_once('"') else {
            return Err(Fault::at(Span::new(start, start), "a quote in this row is not closed"));
        };
        text.push_str(before);
        quoted = after;
        match after.strip_prefix('"') {
            Some(after) => {
                text.push('"');
                quoted = after;
            }
            None => break,
        }
    }
    let behind = quoted.trim_start_matches(blanks);
    let len = rest.len() - behind.len();
    if !behind.is_empty() && !behind.starts_with([',', '\r', '\n']) {
        let message = "a quote closes this cell before its end: double it";
        return Err(Fault::at(Span::new(at + len, at + len), message));
    }
    Ok((Cell { text, is_quoted: true }, len))
}

fn names(cells: Vec<Cell>, span: Span) -> Result<Vec<String>, Fault> {
    let names: Vec<String> = cells.into_iter().map(|cell| cell.text).collect();
    let mut known = HashSet::new();
    let is_second = |name: &&String| !name.is_empty() && !known.insert(name.to_ascii_lowercase());
    match names.iter().find(is_second) {
        Some(name) => Err(Fault::at(span, format!("the column `{name}` stands twice"))),
        None => Ok(names),
    }
}

fn row(header: &[String], cells: Vec<Cell>, span: Span) -> Node {
    // An empty cell says nothing.
    let value = |cell: Cell| match cell.text.is_empty() && !cell.is_quoted {
        true => Value::Null,
        false => Value::Text(cell.text),
    };
    let entry = |(key, cell): (&String, Cell)| Entry {
        key: key.clone(),
        span,
        value: Node { span, value: value(cell) },
    };
    Node { span, value: Value::Map(header.iter().zip(cells).map(entry).collect()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault_of(text: &str) -> (u32, String) {
        let fault = read(text, Dialect::Ruby).expect_err("a fault");
        (fault.span.start, fault.message)
    }

    #[test]
    fn a_row_is_a_mapping_of_the_header_s_names_at_its_line() {
        let text = "name,scope\r\na,\"x,\"\"y\"\"\"\r\n\r\nb,\"two\nlines\"\r\n";
        let root = read(text, Dialect::Ruby).expect("rows");
        let rows = root.items().expect("a list");
        let cell = |row: usize, key: &str| rows[row].get(key).and_then(Node::text);
        assert_eq!((cell(0, "name"), cell(0, "scope")), (Some("a"), Some("x,\"y\"")));
        assert_eq!((cell(1, "name"), cell(1, "scope")), (Some("b"), Some("two\nlines")));
        assert_eq!(&text[rows[0].span.range()], "a,\"x,\"\"y\"\"\"");
        assert_eq!(&text[rows[1].span.range()], "b,\"two\nlines\"");
    }

    #[test]
    fn a_row_with_another_number_of_cells_is_a_fault_at_that_row() {
        for text in ["a,b\n1,2\n3\n", "a,b\n1,2\n3,4,5\n"] {
            let (at, message) = fault_of(text);
            assert_eq!(at, 8, "{text}");
            assert!(message.starts_with("the header has 2 cells, and this row "), "{message}");
        }
    }

    #[test]
    fn a_quote_that_is_not_closed_takes_no_row_with_it() {
        let (at, message) = fault_of("a,b\n1,\"2\n3,4\n");
        assert_eq!((at, message.as_str()), (4, "a quote in this row is not closed"));
    }

    #[test]
    fn a_quote_that_readers_take_differently_is_a_fault_at_its_place() {
        for (text, at, message) in [
            ("a,b\n1,x\"y\"\n", 7, "a quote stands within a cell"),
            ("a,b\n1, \"x\"\n", 7, "a quote stands within a cell"),
            ("a,b\n1,\"x\"y\n", 9, "a quote closes this cell before its end"),
            ("a,b\n\"x\" ,1\n", 7, "a quote closes this cell before its end"),
        ] {
            let (place, found) = fault_of(text);
            assert_eq!((place, &found[..message.len()]), (at, message), "{text}");
        }
    }

    #[test]
    fn blanks_and_quotes_are_what_each_reader_makes_of_them() {
        let text = "a, b,c ,d\n x, \"y, z\" ,\"\",\n";
        let root = read(text, Dialect::PowerShell).expect("rows");
        let row = &root.items().expect("a list")[0];
        let of = |key: &str| row.get(key).map(|it| it.value.clone());
        let text_of = |text: &str| Some(Value::Text(text.to_owned()));
        assert_eq!([of("a"), of("b")], [text_of("x"), text_of("y, z")]);
        assert_eq!([of("c "), of("c"), of("d")], [text_of(""), None, Some(Value::Null)]);
        let root = read("a, b,c \n x,y ,\"\"\n", Dialect::Ruby).expect("rows");
        let row = &root.items().expect("a list")[0];
        let of = |key: &str| row.get(key).map(|it| it.value.clone());
        assert_eq!([of("a"), of(" b"), of("c ")], [text_of(" x"), text_of("y "), text_of("")]);
        assert_eq!(of("b"), None);
    }

    #[test]
    fn a_column_that_stands_twice_and_an_empty_file_are_faults() {
        assert_eq!(fault_of("a,A\n1,2\n").1, "the column `A` stands twice");
        assert_eq!(fault_of("").1, "the file is empty");
    }
}
