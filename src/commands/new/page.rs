//! How a new record is laid out: lists and mappings below their key and two columns in, people and
//! steps on one line where that is not too long.

use unicode_width::UnicodeWidthStr as _;

use crate::source::splice::Value;

/// Columns of a line that is easy to read.
const WIDTH: usize = 100;
/// Keys of mappings that are read at a glance.
const ON_ONE_LINE: [&str; 4] = ["owner", "requester", "milestones", "emergency"];

/// The lines of some keys, which stand at this column.
pub(super) fn lines(entries: &[(String, Value)], column: usize) -> String {
    entries.iter().map(|(key, value)| entry(key, value, column)).collect()
}

fn entry(key: &str, value: &Value, column: usize) -> String {
    let indentation = " ".repeat(column);
    match value {
        Value::List(items) if !items.is_empty() => {
            let items: String = items.iter().map(|item| list_item(key, item, column + 2)).collect();
            format!("{indentation}{key}:\n{items}")
        }
        Value::Map(entries) if !entries.is_empty() => {
            let line = format!("{indentation}{key}: {}\n", value.on_a_line());
            match is_glance(key, &line) {
                true => line,
                false => format!("{indentation}{key}:\n{}", lines(entries, column + 2)),
            }
        }
        _ => format!("{indentation}{key}: {}\n", beside(value, column)),
    }
}

/// An entry of the list below a key, with its dash at this column.
fn list_item(key: &str, item: &Value, column: usize) -> String {
    let indentation = " ".repeat(column);
    match item {
        Value::Map(entries) if !entries.is_empty() => {
            let line = format!("{indentation}- {}\n", item.on_a_line());
            match is_glance(key, &line) {
                true => line,
                false => {
                    let block = lines(entries, column + 2);
                    format!("{indentation}- {}", block.trim_start())
                }
            }
        }
        _ => format!("{indentation}- {}\n", beside(item, column)),
    }
}

/// A single value behind its key or its dash, which stands at this column.
fn beside(value: &Value, column: usize) -> String {
    match value {
        // Lines stay lines, unless a block would lose white space around them.
        Value::Text(text) if text.contains('\n') && text.trim() == text => {
            let spelled = serde_yaml::to_string(text).expect("a text is YAML");
            let indentation = format!("\n{}", " ".repeat(column));
            spelled
                .trim_end()
                .replace('\n', &indentation)
                .replace(&format!("{indentation}\n"), "\n\n")
        }
        other => other.beside(),
    }
}

fn is_glance(key: &str, line: &str) -> bool {
    ON_ONE_LINE.contains(&key) && line.trim_end().width() <= WIDTH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_stands_on_one_line_unless_that_is_too_long_and_lines_stay_lines() {
        let page = |name: &str| {
            let person = Value::map([
                ("name", Some(Value::text(name))),
                ("team", Some(Value::text("a, b"))),
            ]);
            lines(&[("owner".to_owned(), person)], 0)
        };
        assert_eq!(page("Dana Ruiz"), "owner: {name: Dana Ruiz, team: \"a, b\"}\n");
        let lines_of = Value::map([("plan", Some(Value::text("First this.\n\nThen that.")))]);
        assert_eq!(
            lines(&[("remediation".to_owned(), lines_of)], 0),
            "remediation:\n  plan: |-\n    First this.\n\n    Then that.\n"
        );
        // Each of these letters is two columns wide.
        let wide = "名".repeat(40);
        assert_eq!(page(&wide), format!("owner:\n  name: {wide}\n  team: a, b\n"));
        let long = "Dana ".repeat(20);
        assert_eq!(page(long.trim()), format!("owner:\n  name: {}\n  team: a, b\n", long.trim()));
    }
}
