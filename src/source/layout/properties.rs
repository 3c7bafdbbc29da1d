//! Over records in many forms: the layout means the same, keeps every comment, and is its own.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::source::corpus;

/// A value with what may stand around it.
#[derive(Clone, Debug)]
enum Shape {
    Text { text: String, style: u8 },
    List { items: Vec<Self>, is_flow: bool, is_dented: bool },
    Map { entries: Vec<(String, Self)>, is_flow: bool },
}

fn shape() -> impl Strategy<Value = Shape> {
    let text = "[a-zäé€🦀 ,:#'\"\\[\\]{}&*!|>%@-]{1,24}"
        .prop_filter("says something", |it| !it.trim().is_empty());
    let leaf = (text, 0..7u8).prop_map(|(text, style)| Shape::Text { text, style });
    leaf.prop_recursive(4, 24, 5, |inner| {
        let key = prop_oneof![
            "[a-z_]{1,8}",
            Just("id".to_owned()),
            Just("risk".to_owned()),
            Just("level".to_owned()),
            Just("reviews".to_owned()),
            Just("no".to_owned()),
        ];
        let list = (proptest::collection::vec(inner.clone(), 0..4), any::<[bool; 2]>());
        let list = list.prop_map(|(items, [is_flow, is_dented])| Shape::List {
            items,
            is_flow,
            is_dented,
        });
        let map = (proptest::collection::btree_map(key, inner, 0..5), any::<bool>());
        let map = map.prop_map(|(entries, is_flow)| Shape::Map {
            entries: entries.into_iter().collect(),
            is_flow,
        });
        prop_oneof![list, map]
    })
}

/// Writes shapes down in the forms that people use, with comments in many places.
struct Scribe {
    text: String,
    /// Decides where comments and empty lines stand.
    noise: Vec<u8>,
    turn: usize,
    n_comments: usize,
}

impl Scribe {
    fn next(&mut self) -> u8 {
        self.turn += 1;
        self.noise[self.turn % self.noise.len()]
    }

    fn comment(&mut self) -> String {
        self.n_comments += 1;
        format!("# comment {}", self.n_comments)
    }

    fn end_line(&mut self) {
        match self.next() % 4 {
            0 => {
                let comment = self.comment();
                writeln!(self.text, "   {comment}").unwrap();
            }
            1 => self.text.push_str(" \n"),
            _ => self.text.push('\n'),
        }
    }

    fn between(&mut self, indentation: usize) {
        match self.next() % 6 {
            0 => self.text.push_str("\n \n"),
            1 => {
                let comment = self.comment();
                writeln!(self.text, "{:indentation$}{comment}", "").unwrap();
            }
            2 => {
                let comment = self.comment();
                let deeper = indentation + 2;
                writeln!(self.text, "{:deeper$}{comment}\n", "").unwrap();
            }
            _ => {}
        }
    }

    fn quoted(text: &str) -> String {
        serde_json::to_string(text).unwrap()
    }

    fn on_a_line(shape: &Shape) -> String {
        match shape {
            Shape::Text { text, .. } => Self::quoted(text),
            Shape::List { items, .. } => {
                format!("[ {}]", items.iter().map(Self::on_a_line).collect::<Vec<_>>().join(" ,"))
            }
            Shape::Map { entries, .. } => {
                let entries =
                    entries.iter().map(|(key, it)| format!("\"{key}\": {}", Self::on_a_line(it)));
                format!("{{{} }}", entries.collect::<Vec<_>>().join(",  "))
            }
        }
    }

    /// What stands behind a key or a dash, which are written already.
    fn value(&mut self, shape: &Shape, indentation: usize) {
        let step = 1 + usize::from(self.next() % 4);
        match shape {
            Shape::Text { text, style } => self.text_value(text, *style, indentation + step),
            Shape::List { items, is_flow: false, is_dented } if !items.is_empty() => {
                self.end_line();
                let inner = if *is_dented { indentation + step } else { indentation + 1 };
                for item in items {
                    self.between(inner);
                    write!(self.text, "{:inner$}-", "").unwrap();
                    self.value(item, inner);
                }
            }
            Shape::Map { entries, is_flow: false } if !entries.is_empty() => {
                self.end_line();
                self.entries(entries, indentation + step);
            }
            flow => {
                let flow = Self::on_a_line(flow);
                write!(self.text, "  {flow}").unwrap();
                self.end_line();
            }
        }
    }

    fn text_value(&mut self, text: &str, style: u8, inner: usize) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let lines = |separator: &str| words.join(separator);
        match style {
            0 | 1 => {
                let header = ["|", ">-"][usize::from(style)];
                let body = lines(&format!("\n{:inner$}", ""));
                write!(self.text, " {header}\n{:inner$}{body}\n\n", "").unwrap();
            }
            2 => {
                let body = lines(&format!("\n\n{:inner$}", ""));
                writeln!(self.text, " |+\n{:inner$}{body}\n", "").unwrap();
            }
            3 => {
                let body = lines(&format!("\n{:inner$}  ", ""));
                writeln!(self.text, " |1-\n{:inner$}{body}", "").unwrap();
            }
            4 => {
                self.end_line();
                let quoted = Self::quoted(text).replace(' ', &format!("\n{:inner$}", ""));
                write!(self.text, "{:inner$}{quoted}", "").unwrap();
                self.end_line();
            }
            5 => {
                let plain: String = text.chars().filter(|c| c.is_alphabetic()).collect();
                write!(self.text, " p{plain}\n{:inner$}more {plain}", "").unwrap();
                self.end_line();
            }
            _ => {
                write!(self.text, " {}", Self::quoted(text)).unwrap();
                self.end_line();
            }
        }
    }

    fn entries(&mut self, entries: &[(String, Shape)], indentation: usize) {
        for (key, value) in entries {
            self.between(indentation);
            write!(self.text, "{:indentation$}\"{key}\":", "").unwrap();
            self.value(value, indentation);
        }
        self.between(indentation);
    }
}

fn text() -> impl Strategy<Value = String> {
    let entries = proptest::collection::btree_map("[a-z]{1,6}|id|risk|opened|scope", shape(), 1..6);
    (entries, proptest::collection::vec(any::<u8>(), 1..40), any::<bool>()).prop_map(
        |(entries, noise, crlf)| {
            let entries: Vec<(String, Shape)> = entries.into_iter().collect();
            let mut scribe = Scribe { text: String::new(), noise, turn: 0, n_comments: 0 };
            scribe.entries(&entries, 0);
            if crlf { scribe.text.replace('\n', "\r\n") } else { scribe.text }
        },
    )
}

/// Checks what has to be true of every text; whether it could be laid out.
#[track_caller]
fn tried(text: &str) -> Option<String> {
    let file = Arc::new(SourceFile::new("exceptions/x.yaml", text));
    let before = read(&file).ok()?;
    let after = match canonical(&file) {
        Ok(after) => after.unwrap_or_else(|| Arc::clone(&file)),
        Err(Refused::Form) => return None,
        Err(Refused::Unreadable(findings)) => panic!("it was read before: {findings:?}"),
    };
    let tree = read(&after).expect("what is given back can be read");
    assert_eq!(to_json(tree.root()), to_json(before.root()), "{text}");
    assert_eq!(said(&tree), said(&before), "{text}");
    assert!(canonical(&after).expect("it has a layout").is_none(), "{text}\n---\n{}", after.text());
    Some(after.text().to_owned())
}

proptest! {
    #[test]
    fn a_layout_means_the_same_and_keeps_every_comment_and_is_its_own(text in text()) {
        let file = Arc::new(SourceFile::new("exceptions/x.yaml", text.as_str()));
        prop_assume!(read(&file).is_ok());
        let first = super::laid_out(&read(&file).expect("read"));
        let after = tried(&text);
        if let Some(sorted) = in_order(&file) {
            let mut lines = [text.lines().collect::<Vec<_>>(), sorted.text().lines().collect()];
            lines.iter_mut().for_each(|lines| lines.sort_unstable());
            prop_assert_eq!(&lines[0], &lines[1]);
            prop_assert!(in_order(&sorted).is_none());
        }
        prop_assert!(after.is_some(), "refused:\n{text}\n---\n{first}");
    }
}

#[test]
fn every_record_of_the_tests_and_the_register_has_a_layout() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut n = 0;
    for folder in ["tests/records/valid", "tests/records/invalid", "exceptions"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let file = Arc::new(SourceFile::new("exceptions/x.yaml", text.as_str()));
            if read(&file).is_ok() {
                assert!(tried(&text).is_some(), "{}", path.display());
                n += 1;
            }
        }
    }
    assert!(n > 60, "{n} records");
}

#[test]
fn no_case_of_the_yaml_test_suite_changes_its_meaning() {
    let cases = corpus::cases();
    let n_readable = cases
        .iter()
        .filter(|text| read(&Arc::new(SourceFile::new("x.yaml", text.as_str()))).is_ok());
    let n_readable = n_readable.count();
    let n_laid_out = cases.iter().filter(|text| tried(text).is_some()).count();
    assert!(n_laid_out * 10 >= n_readable * 9, "{n_laid_out} of {n_readable}");
}
