//! Which open exceptions name one that has expired, and so may count on it.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use crate::report::document::{Cell, Tone};
use crate::report::ledger::Entry;

pub(super) struct Mentions<'a> {
    /// Those that name a record, by its register and its own id.
    by_id: HashMap<(usize, &'a str), BTreeSet<&'a str>>,
}

impl<'a> Mentions<'a> {
    pub(super) fn of(wanted: &[&'a Entry<'a>], open: &[&'a Entry<'a>], today: NaiveDate) -> Self {
        let expired = wanted.iter().filter(|it| it.is_expired(today));
        let mut by_id: HashMap<(usize, &str), BTreeSet<&str>> =
            expired.map(|it| ((it.holding, it.exception.id.as_str()), BTreeSet::new())).collect();
        if by_id.is_empty() {
            return Self { by_id };
        }
        for entry in open {
            for word in entry.exception.references().flat_map(words) {
                let is_own = word == entry.exception.id;
                if let (false, Some(names)) = (is_own, by_id.get_mut(&(entry.holding, word))) {
                    names.insert(&entry.id);
                }
            }
        }
        Self { by_id }
    }

    /// Who names an expired record.
    pub(super) fn cell(&self, entry: &Entry<'_>) -> Cell {
        match self.by_id.get(&(entry.holding, entry.exception.id.as_str())) {
            None => Cell::Empty,
            Some(names) if names.is_empty() => Cell::State("nothing".to_owned(), Tone::Quiet),
            Some(names) => Cell::Ids(names.iter().map(|&id| id.to_owned()).collect()),
        }
    }
}

/// The parts of a text that may be an id: between white space without the marks around, and between
/// all that no id of the usual form has.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_mark = |c: char| !c.is_alphanumeric();
    let is_break = |c: char| !(c.is_alphanumeric() || c == '-' || c == '_');
    let whole = text.split_whitespace().map(move |word| word.trim_matches(is_mark));
    whole.chain(text.split(is_break).map(move |word| word.trim_matches(is_mark)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_wherever_it_stands_in_a_text() {
        let text =
            "As `EXC-2026-K7QD` (see https://example.com/EXC-2026-9T4B.yaml), till A.1/7 ends.";
        let found: BTreeSet<&str> = words(text).collect();
        for id in ["EXC-2026-K7QD", "EXC-2026-9T4B", "A.1/7"] {
            assert!(found.contains(id), "{id}: {found:?}");
        }
        assert!(!found.contains("EXC-2026"), "{found:?}");
    }
}
