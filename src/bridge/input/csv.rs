//! CSV with a header, as a list of mappings whose values are texts.

use std::collections::HashSet;

use csv::{ByteRecord, ErrorKind, ReaderBuilder};

use super::{Entry, Fault, Node, Value};
use crate::text::Span;

/// The rows, each with the span of its line; so have its cells. Lines without a character are no rows.
pub(super) fn read(text: &str) -> Result<Node, Fault> {
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let mut record = ByteRecord::new();
    let mut header: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    loop {
        let is_there = reader.read_byte_record(&mut record).map_err(|error| fault(&error, text))?;
        if !is_there {
            break;
        }
        let start = record.position().map_or(0, csv::Position::byte);
        let start = skip_line_ends(text, usize::try_from(start).unwrap_or(usize::MAX));
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX).min(text.len());
        let line = text.get(start..end).unwrap_or_default().trim_end_matches(['\r', '\n']);
        let span = Span::new(start, start + line.len());
        // The reader takes what is not closed to the end of the file, and with it the rows below.
        if line.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
            return Err(Fault::at(Span::new(start, start), "a quote in this row is not closed"));
        }
        let cells = record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned());
        match &header {
            None => header = Some(names(cells.collect(), span)?),
            Some(header) => rows.push(row(header, cells, span)),
        }
    }
    match header {
        Some(_) => Ok(Node { span: Span::new(0, text.len()), value: Value::List(rows) }),
        None => Err(Fault::at(Span::default(), "the file is empty")),
    }
}

/// The place of a record is where the one before it ends, which may be before the end of the line.
fn skip_line_ends(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    start + (rest.len() - rest.trim_start_matches(['\r', '\n']).len())
}

fn names(cells: Vec<String>, span: Span) -> Result<Vec<String>, Fault> {
    let names: Vec<String> = cells.iter().map(|name| name.trim().to_owned()).collect();
    let mut known = HashSet::new();
    let is_second = |name: &&String| !name.is_empty() && !known.insert(name.to_ascii_lowercase());
    match names.iter().find(is_second) {
        Some(name) => Err(Fault::at(span, format!("the column `{name}` stands twice"))),
        None => Ok(names),
    }
}

fn row(header: &[String], cells: impl Iterator<Item = String>, span: Span) -> Node {
    let entry = |(key, cell): (&String, String)| Entry {
        key: key.clone(),
        span,
        // An empty cell says nothing.
        value: Node { span, value: if cell.is_empty() { Value::Null } else { Value::Text(cell) } },
    };
    Node { span, value: Value::Map(header.iter().zip(cells).map(entry).collect()) }
}

fn fault(error: &csv::Error, text: &str) -> Fault {
    let at = error.position().map_or(0, csv::Position::byte);
    let at = skip_line_ends(text, usize::try_from(at).unwrap_or(usize::MAX));
    let message = match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the header has {expected_len} cells, and this row {len}")
        }
        _ => error.to_string(),
    };
    Fault::at(Span::new(at, at), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault_of(text: &str) -> (u32, String) {
        let fault = read(text).expect_err("a fault");
        (fault.span.start, fault.message)
    }

    #[test]
    fn a_row_is_a_mapping_of_the_header_s_names_at_its_line() {
        let text = "name, scope\r\na,\"x,\"\"y\"\"\"\r\n\r\nb,\"two\nlines\"\r\n";
        let root = read(text).expect("rows");
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
    fn a_column_that_stands_twice_and_an_empty_file_are_faults() {
        assert_eq!(fault_of("a,A\n1,2\n").1, "the column `A` stands twice");
        assert_eq!(fault_of("").1, "the file is empty");
    }
}
