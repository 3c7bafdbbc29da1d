//! The text that a draft was read from: what somebody has answered since is changed in it, and
//! nothing else, so that comments and the form of what was typed stay.

use std::sync::Arc;

use super::draft::Draft;
use super::page;
use crate::commands::Failure;
use crate::source::Record;
use crate::source::splice::{self, Change, Value};
use crate::text::SourceFile;

/// How the line begins that names the schema to an editor.
const MODELINE: &str = "# yaml-language-server: ";

/// A text, and what it says.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    file: Arc<SourceFile>,
    /// The keys of the record as they were read; none where it cannot be read.
    entries: Option<Vec<(String, Value)>>,
}

impl Origin {
    /// Of a record that is read whole, with the fields that its register adds; what only time adds
    /// to one goes.
    pub(super) fn of(record: &Record, fields: &[(String, Value)]) -> Result<Self, Failure> {
        let mut changes = Vec::new();
        if record.exception.closed.is_some() {
            changes.push(Change::remove("/closed"));
        }
        for (pointer, n_entries) in [
            ("/renewals", record.exception.renewals.len()),
            ("/reviews", record.exception.reviews.len()),
        ] {
            if n_entries > 0 {
                changes.push(Change::set(pointer, Value::List(Vec::new())));
            }
        }
        let file = splice::edited(record.file(), &changes).map_err(|refused| {
            let message = format!(
                "what has been settled of the draft cannot be taken out: {}",
                refused.reason
            );
            Failure::new(message).hint("remove `closed`, `renewals` and `reviews` from it yourself")
        })?;
        let exception = (*record.exception).clone();
        let as_read = Draft { exception, fields: fields.to_vec(), ..Draft::default() };
        let entries = as_read.entries().into_iter();
        // What is not there yet differs from whatever it will be.
        let is_there = |key: &str| record.tree().root().get(key).is_some();
        let entries = entries.filter(|(key, _)| is_there(key)).collect();
        Ok(Self { file, entries: Some(entries) })
    }

    /// Of a text that nobody can read, which stays as it is.
    pub(super) fn unread(file: Arc<SourceFile>) -> Self {
        Self { file, entries: None }
    }

    pub(super) fn is_unread(&self) -> bool {
        self.entries.is_none()
    }

    /// The text with what is said now, below the line that names the schema, if there is one.
    pub(super) fn with(&self, entries: &[(String, Value)], modeline: Option<&str>) -> String {
        let text = match &self.entries {
            None => return self.file.text().to_owned(),
            Some(known) => self.changed(known, entries),
        };
        let Some(modeline) = modeline else { return text };
        let is_other = |line: &&str| !line.starts_with(MODELINE);
        modeline.to_owned() + &text.split_inclusive('\n').filter(is_other).collect::<String>()
    }

    fn changed(&self, known: &[(String, Value)], entries: &[(String, Value)]) -> String {
        let mut file = Arc::clone(&self.file);
        for (key, is) in entries {
            let was = known.iter().find(|(known, _)| known == key).map(|(_, was)| was);
            let pointer = format!("/{key}");
            let mut changes = Vec::new();
            match was {
                Some(was) => differences(&pointer, was, is, &mut changes),
                None => changes.push(Change::set(&pointer, is.clone())),
            }
            let whole = [Change::set(&pointer, is.clone())];
            let edited = splice::edited(&file, &changes).or_else(|_| splice::edited(&file, &whole));
            match edited {
                Ok(edited) => file = edited,
                // It is written in a form that has to be changed by hand: said anew, below the
                // comments that it had.
                Err(_) => return comments(self.file.text()) + &page::lines(entries, 0),
            }
        }
        file.text().to_owned()
    }
}

/// The least that has to change.
fn differences(pointer: &str, was: &Value, is: &Value, changes: &mut Vec<Change>) {
    if was.on_a_line() == is.on_a_line() {
        return;
    }
    match (was, is) {
        (Value::Map(before), Value::Map(after)) => {
            for (key, is) in after {
                let pointer = format!("{pointer}/{key}");
                match before.iter().find(|(known, _)| known == key) {
                    Some((_, was)) => differences(&pointer, was, is, changes),
                    None => changes.push(Change::set(pointer, is.clone())),
                }
            }
            let is_gone = |key: &String| !after.iter().any(|(known, _)| known == key);
            let gone = before.iter().filter(|(key, _)| is_gone(key));
            changes.extend(gone.map(|(key, _)| Change::remove(format!("{pointer}/{key}"))));
        }
        (Value::List(before), Value::List(after)) if before.len() == after.len() => {
            for (at, (was, is)) in before.iter().zip(after).enumerate() {
                differences(&format!("{pointer}/{at}"), was, is, changes);
            }
        }
        _ => changes.push(Change::set(pointer, is.clone())),
    }
}

/// The lines of a text that are comments.
fn comments(text: &str) -> String {
    let is_comment = |line: &&str| line.trim_start().starts_with('#');
    text.lines().filter(is_comment).map(|line| format!("{}\n", line.trim_start())).collect()
}
