//! What still covers the deviation of an exception that has expired.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use crate::model::{Target, enclosing};
use crate::report::document::{Cell, Tone};
use crate::report::ledger::Entry;

/// Which exceptions take in all that expired ones excepted, found by the places around a target.
pub(super) struct Covers<'a> {
    /// Those in force, by control and place.
    by_place: HashMap<(usize, &'a str, String), Vec<&'a str>>,
}

impl<'a> Covers<'a> {
    pub(super) fn of(wanted: &[&'a Entry<'a>], open: &[&'a Entry<'a>], today: NaiveDate) -> Self {
        let mut by_place: HashMap<(usize, &str, String), Vec<&str>> = HashMap::new();
        let is_needed = wanted.iter().any(|it| it.is_expired(today));
        let holds = open.iter().filter(|it| is_needed && it.in_force == Some(true));
        for entry in holds {
            for control in &entry.controls {
                for target in entry.targets() {
                    let place = (entry.holding, control.as_str(), target.key());
                    by_place.entry(place).or_default().push(&entry.id);
                }
            }
        }
        Self { by_place }
    }

    /// For each control of an expired record, the one that covers it.
    pub(super) fn cell(&self, entry: &Entry<'_>, today: NaiveDate) -> Cell {
        if !entry.is_expired(today) {
            return Cell::Empty;
        }
        let nothing = || Cell::State("nothing".to_owned(), Tone::Bad);
        let own: Vec<Target<'_>> = entry.targets().collect();
        // What cannot be read may reach anywhere.
        if own.is_empty() || own.len() < entry.exception.scope.len() || entry.controls.is_empty() {
            return nothing();
        }
        let mut covers = Vec::new();
        for control in &entry.controls {
            let Some(id) = self.cover(entry.holding, control, &own) else { return nothing() };
            covers.push(id.to_owned());
        }
        covers.sort();
        covers.dedup();
        Cell::Ids(covers)
    }

    /// The first exception that takes in each of some targets.
    fn cover(&self, holding: usize, control: &str, own: &[Target<'_>]) -> Option<&'a str> {
        let around = |target: &Target<'_>| -> BTreeSet<&'a str> {
            let key = target.key();
            let places = enclosing(&key);
            let held =
                places.filter_map(|it| self.by_place.get(&(holding, control, it.to_owned())));
            held.flatten().copied().collect()
        };
        let mut own = own.iter();
        let mut covers = around(own.next()?);
        for target in own {
            if covers.is_empty() {
                return None;
            }
            let others = around(target);
            covers.retain(|id| others.contains(id));
        }
        covers.first().copied()
    }
}
