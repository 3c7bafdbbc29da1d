//! Reports as typed data: what there is to say, before anybody decides how it looks.
//!
//! A report over a whole register reads a [`ledger`] and makes a [`document`]; a page about one
//! change ([`review`]) is a type of its own.
//!
//! Invariant: pure. Text of records stands here as it is; whoever writes it makes it harmless.

pub(crate) mod digest;
pub(crate) mod document;
pub(crate) mod expiry;
pub(crate) mod ledger;
pub(crate) mod naming;
pub(crate) mod policies;
pub(crate) mod portfolio;
pub(crate) mod process;
pub(crate) mod review;

use self::document::{Span, Text};
use self::ledger::Ledger;

/// `1 exception is`, `3 exceptions are`.
fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// What limits a report: what could not be read, and history that is missing.
fn notes(ledger: &Ledger<'_>) -> Vec<Text> {
    let mut notes = Vec::new();
    for holding in &ledger.holdings {
        let origin = &holding.origin;
        let unreadable = &origin.unreadable;
        if !unreadable.is_empty() {
            let n = unreadable.len();
            let files = if n == 1 { "1 file".to_owned() } else { format!("{n} files") };
            let mut note = vec![
                Span::Plain(format!("{files} of ")),
                Span::Code(origin.name.clone()),
                Span::Plain(
                    " could not be read, and nothing here knows of what stands in there: "
                        .to_owned(),
                ),
            ];
            for (at, path) in unreadable.iter().enumerate() {
                note.push(Span::Plain(if at > 0 { ", " } else { "" }.to_owned()));
                note.push(Span::Code(path.clone()));
            }
            note.push(Span::Plain("; ".to_owned()));
            note.push(Span::Code("exc check".to_owned()));
            note.push(Span::Plain(" says why.".to_owned()));
            notes.push(Text(note));
        }
        match &origin.history {
            // What is empty needs none.
            None if origin.n_records == 0 && unreadable.is_empty() => {}
            None => notes.push(Text(vec![
                Span::Code(origin.name.clone()),
                Span::Plain(" has no history to ask, such as that of a first commit: what needs it says so.".to_owned()),
            ])),
            Some(history) if !history.is_complete => {
                let mut text = Text::of(
                    "needs full history: this clone stops before the history does, so that what it would tell is not known; fetch the rest with `git fetch --unshallow`.",
                );
                text.0.insert(0, Span::Plain(": ".to_owned()));
                text.0.insert(0, Span::Code(origin.name.clone()));
                notes.push(text);
            }
            Some(_) => {}
        }
        if origin.n_records == 0 && unreadable.is_empty() {
            let mut text = Text::of("has no records yet: file one with `exc new`.");
            text.0.insert(0, Span::Plain(" ".to_owned()));
            text.0.insert(0, Span::Code(origin.name.clone()));
            notes.push(text);
        }
    }
    notes
}
