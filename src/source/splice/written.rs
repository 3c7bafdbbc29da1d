//! How a value is spelled: on one line, or as a block below its key.

use serde_json::{Map, Value as Json};

use crate::source::quoting;

/// A value that goes into a record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// A text, which gets quotes where it would be read as something else.
    Text(String),
    /// A day, a word of a fixed set, a number: what the record spells without quotes.
    Plain(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn plain(word: impl ToString) -> Self {
        Self::Plain(word.to_string())
    }

    /// A mapping, without what says nothing.
    pub(crate) fn map<const N: usize>(entries: [(&str, Option<Self>); N]) -> Self {
        let entries = entries.into_iter().filter_map(|(key, it)| Some((key.to_owned(), it?)));
        Self::Map(entries.collect())
    }

    /// What a reader has to find.
    pub(super) fn json(&self) -> Json {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Plain(word) => match crate::source::tree::core_schema(word) {
                crate::source::tree::Shape::Bool(it) => it.into(),
                crate::source::tree::Shape::Number(it) => it.into(),
                _ => word.as_str().into(),
            },
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Map(entries) => {
                let entries = entries.iter().map(|(key, it)| (key.clone(), it.json()));
                entries.collect::<Map<_, _>>().into()
            }
        }
    }

    /// On one line behind a key or a dash of a block.
    pub(crate) fn beside(&self) -> String {
        match self {
            Self::Text(text) => quoting::in_block(text),
            other => other.on_a_line(),
        }
    }

    /// On one line, as it can stand everywhere.
    pub(crate) fn on_a_line(&self) -> String {
        match self {
            Self::Text(text) => quoting::in_flow(text),
            Self::Plain(word) => word.clone(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::on_a_line).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(entries) => {
                let entries = entries.iter().map(|(key, it)| format!("{key}: {}", it.on_a_line()));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// The lines of an entry of a list, its dash at this column; the first without its indentation.
    pub(super) fn as_entry(&self, column: usize, newline: &str) -> String {
        match self {
            Self::Map(entries) if !entries.is_empty() => {
                let indentation = " ".repeat(column + 2);
                let lines = entries.iter().map(|(key, it)| format!("{key}: {}", it.beside()));
                let lines: Vec<String> = lines.collect();
                format!("- {}", lines.join(&format!("{newline}{indentation}")))
            }
            other => format!("- {}", other.beside()),
        }
    }

    /// The lines below a key at this column, each with its indentation; none where it stands beside
    /// the key.
    pub(super) fn below(&self, column: usize, newline: &str) -> Option<String> {
        let inner = " ".repeat(column + 2);
        let lines: Vec<String> = match self {
            Self::List(items) if !items.is_empty() => {
                items.iter().map(|it| it.as_entry(column + 2, newline)).collect()
            }
            Self::Map(entries) if !entries.is_empty() => {
                entries.iter().map(|(key, it)| format!("{key}: {}", it.beside())).collect()
            }
            _ => return None,
        };
        Some(lines.iter().map(|line| format!("{newline}{inner}{line}")).collect())
    }
}
