//! The fields in which two texts of a record differ, and what kind of change each is.

use std::collections::{BTreeSet, HashSet};

use super::bindings::{self, Bindings};
use super::entries;
use super::values::{Reading, shown};
use super::{FieldChange, Kind};
use crate::model::window::parse_day;
use crate::model::{KEYS, Target, enclosing};
use crate::source::Record;
use crate::source::tree::{NodeRef, push_key};

/// A place in both texts.
#[derive(Clone, Debug)]
struct Sides<'a> {
    pointer: String,
    before: Option<NodeRef<'a>>,
    after: Option<NodeRef<'a>>,
    reading: Reading,
}

/// How the values of a field are read.
pub(super) fn reading(key: &str) -> Reading {
    match KEYS.contains(&key) {
        true => Reading::Known,
        false => Reading::Exact,
    }
}

/// All fields that differ. Without a text before, all fields that there are.
pub(super) fn changes(before: Option<&Record>, after: &Record) -> Vec<FieldChange> {
    let old = before.map(|record| record.tree().root());
    let new = after.tree().root();
    let all = old.into_iter().chain([new]).flat_map(|root| root.entries().map(|(key, _)| key));
    let further: BTreeSet<&str> = all.filter(|key| !KEYS.contains(key)).collect();
    let root =
        Sides { pointer: String::new(), before: old, after: Some(new), reading: Reading::Known };
    let mut found = Vec::new();
    for key in KEYS {
        let sides = root.at(key);
        match key {
            _ if sides.is_same() => {}
            // Whoever takes back a renewal takes back its days.
            "renewals" if is_shortened(&root) && sides.is_cut_short() => {
                found.push(sides.whole(Kind::Tightening));
            }
            "bindings" => sides.bindings(&root.at("scope"), &mut found),
            _ => known(key, &sides, closing(before, after), &mut found),
        }
    }
    for key in further {
        let sides = Sides { reading: Reading::Exact, ..root.at(key) };
        sides.leaves(Kind::Other, &mut found);
    }
    found
}

/// What a change of `closed` is.
fn closing(before: Option<&Record>, after: &Record) -> Kind {
    let was_open = before.is_none_or(|record| record.exception.is_open());
    match (was_open, after.exception.is_open()) {
        (true, false) => Kind::Closed,
        (false, true) => Kind::Reopened,
        _ => Kind::Other,
    }
}

fn known(key: &str, sides: &Sides<'_>, closing: Kind, found: &mut Vec<FieldChange>) {
    match key {
        "title" => sides.leaves(Kind::Cosmetic, found),
        "tags" | "links" => sides.words(|_, _| Kind::Cosmetic, found),
        "controls" => sides.words(controls, found),
        "scope" => sides.words(scope, found),
        "compensating_controls" => {
            let kinds = Entries {
                key: "description",
                added: Kind::Tightening,
                removed: Kind::Weakening,
                changed: verification,
            };
            sides.entries(&kinds, found);
        }
        "remediation" => remediation(sides, found),
        "expires" => found.push(sides.whole(expiry(sides))),
        "renewals" => sides.log(Kind::Other, found),
        "reviews" => sides.log(Kind::Upkeep, found),
        "closed" => sides.leaves(closing, found),
        _ => sides.leaves(Kind::Other, found),
    }
}

fn remediation(sides: &Sides<'_>, found: &mut Vec<FieldChange>) {
    let milestones = sides.at("milestones");
    let is_map = |node: NodeRef<'_>| node.is_map();
    if !sides.before.is_none_or(is_map) || !sides.after.is_none_or(is_map) {
        return found.push(sides.whole(Kind::Other));
    }
    for key in sides.keys() {
        if key != "milestones" {
            sides.at(key).leaves(Kind::Other, found);
        }
    }
    if !milestones.is_same() {
        let kinds =
            Entries { key: "what", added: Kind::Other, removed: Kind::Other, changed: progress };
        milestones.entries(&kinds, found);
    }
}

fn is_shortened(root: &Sides<'_>) -> bool {
    let expires = root.at("expires");
    !expires.is_same() && expiry(&expires) == Kind::Tightening
}

/// A day that cannot be read ends nothing, so that it counts as none.
fn expiry(sides: &Sides<'_>) -> Kind {
    match (day(sides.before), day(sides.after)) {
        (Some(before), Some(after)) if after < before => Kind::Tightening,
        (Some(_), _) => Kind::Extension,
        (None, _) => Kind::Other,
    }
}

/// A verification that is made again, with what shows it, keeps a compensating control alive;
/// anything else is no longer what was approved. On one day it may be made twice: then nothing but
/// the evidence differs.
fn verification(key: &str, entry: &Sides<'_>) -> Kind {
    let verified = entry.at("verified");
    let (is_later, is_again) = match (day(verified.before), day(verified.after)) {
        (Some(before), Some(after)) => (before < after, before == after),
        // The first one is later than none.
        (None, Some(_)) => (Reading::Known.of(verified.before).is_none(), false),
        _ => (false, false),
    };
    let is_said = entry.at(key).after.and_then(|node| node.text()).is_some_and(|it| !it.is_empty());
    match key {
        "verified" if is_later => Kind::Upkeep,
        "evidence" if (is_later || is_again) && is_said => Kind::Upkeep,
        _ => Kind::Weakening,
    }
}

/// A milestone is ticked once.
fn progress(key: &str, entry: &Sides<'_>) -> Kind {
    let sides = entry.at(key);
    let had_none = Reading::Known.of(sides.before).is_none();
    match key == "done" && had_none && day(sides.after).is_some() {
        true => Kind::Upkeep,
        false => Kind::Other,
    }
}

fn day(node: Option<NodeRef<'_>>) -> Option<chrono::NaiveDate> {
    parse_day(node?.text()?)
}

fn controls(before: &[&str], after: &[&str]) -> Kind {
    let before: HashSet<&&str> = before.iter().collect();
    narrowing(after, after.iter().all(|control| before.contains(control)))
}

/// An empty list is not the narrowest one: a reader may take it for no limit.
fn narrowing(after: &[&str], is_within: bool) -> Kind {
    match is_within {
        true if after.is_empty() => Kind::Other,
        true => Kind::Tightening,
        false => Kind::Widening,
    }
}

/// A target is within the old scope where an old target covers it ([`Target::covers`]); what is no
/// target covers only itself.
fn scope(before: &[&str], after: &[&str]) -> Kind {
    let key = |text: &str| Target::parse(text).ok().map(|target| target.key());
    let written: HashSet<&str> = before.iter().copied().collect();
    let covered: HashSet<String> = before.iter().filter_map(|text| key(text)).collect();
    let is_within = |text: &&str| {
        written.contains(*text)
            || key(text).is_some_and(|key| enclosing(&key).any(|around| covered.contains(around)))
    };
    narrowing(after, after.iter().all(is_within))
}

/// What the changes of a list of mappings are.
struct Entries {
    /// The key that names an entry.
    key: &'static str,
    added: Kind,
    removed: Kind,
    /// What another value of a key is, by the key and the entry.
    changed: fn(&str, &Sides<'_>) -> Kind,
}

impl<'a> Sides<'a> {
    fn at(&self, key: &str) -> Self {
        let mut pointer = self.pointer.clone();
        push_key(&mut pointer, key);
        let get = |node: Option<NodeRef<'a>>| node.and_then(|node| node.get(key));
        Self { pointer, before: get(self.before), after: get(self.after), reading: self.reading }
    }

    /// The keys of both sides, each once, those after first.
    fn keys(&self) -> Vec<&'a str> {
        let mut known = HashSet::new();
        let all = self.after.into_iter().chain(self.before).flat_map(|node| node.entries());
        all.map(|(key, _)| key).filter(|key| known.insert(*key)).collect()
    }

    fn is_same(&self) -> bool {
        self.reading.is_same(self.before, self.after)
    }

    /// The difference as one, with both texts.
    fn whole(&self, kind: Kind) -> FieldChange {
        let shown = |node| self.reading.of(node).map(shown);
        let (before, after) = (shown(self.before), shown(self.after));
        let pointer = self.pointer.clone();
        FieldChange { pointer, kind, before, after, added: Vec::new(), removed: Vec::new() }
    }

    /// The differences below here, each by itself.
    fn leaves(&self, kind: Kind, found: &mut Vec<FieldChange>) {
        if self.is_same() {
            return;
        }
        let n_found = found.len();
        let sides = [self.reading.of(self.before), self.reading.of(self.after)];
        if sides.iter().flatten().all(|node| node.is_map()) {
            self.keys().into_iter().for_each(|key| self.at(key).leaves(kind, found));
        }
        if found.len() == n_found {
            found.push(self.whole(kind));
        }
    }

    /// A list of words whose order says nothing; `kind` judges the words before and after.
    fn words(&self, kind: fn(&[&str], &[&str]) -> Kind, found: &mut Vec<FieldChange>) {
        let (Some(before), Some(after)) = (words(self.before), words(self.after)) else {
            // What is no list of words holds nothing that could be compared.
            return found.push(self.whole(kind(&[], &["?"])));
        };
        let missing = |words: &[&str], from: &[&str]| -> Vec<String> {
            let from: HashSet<&&str> = from.iter().collect();
            let mut known = HashSet::new();
            let missing = words.iter().filter(|word| !from.contains(word) && known.insert(**word));
            missing.map(|word| (*word).to_owned()).collect()
        };
        let (added, removed) = (missing(&after, &before), missing(&before, &after));
        if !added.is_empty() || !removed.is_empty() {
            let (kind, pointer) = (kind(&before, &after), self.pointer.clone());
            found.push(FieldChange { pointer, kind, before: None, after: None, added, removed });
        }
    }

    /// A list of bindings, looked at within the newer scope, whose change is a difference of its own.
    fn bindings(&self, scope: &Self, found: &mut Vec<FieldChange>) {
        if !is_list(self.before) || !is_list(self.after) {
            return found.push(self.whole(Kind::Widening));
        }
        let scope = words(scope.after).unwrap_or_default();
        let (before, after) = (Bindings::of(self.before, &scope), Bindings::of(self.after, &scope));
        let (added, removed) = (after.missing_in(&before), before.missing_in(&after));
        let (kind, pointer) = (bindings::kind(&before, &after), self.pointer.clone());
        found.push(FieldChange { pointer, kind, before: None, after: None, added, removed });
    }

    /// A list of mappings.
    fn entries(&self, kinds: &Entries, found: &mut Vec<FieldChange>) {
        if !is_list(self.before) || !is_list(self.after) {
            return found.push(self.whole(kinds.removed));
        }
        for (before, after) in entries::pairs(self.before, self.after, kinds.key) {
            let index = after.or(before).map_or(0, |(index, _)| index);
            let pointer = format!("{}/{index}", self.pointer);
            let node = |entry: Option<(usize, NodeRef<'a>)>| entry.map(|(_, node)| node);
            let (before, after) = (node(before), node(after));
            let entry = Self { pointer, before, after, reading: self.reading };
            match (before, after) {
                (Some(before), Some(after)) if before.is_map() && after.is_map() => {
                    for key in entry.keys() {
                        entry.at(key).leaves((kinds.changed)(key, &entry), found);
                    }
                }
                (None, _) => found.push(entry.whole(kinds.added)),
                (Some(_), _) => found.push(entry.whole(kinds.removed)),
            }
        }
    }

    /// Whether nothing but the last entries of a list is missing.
    fn is_cut_short(&self) -> bool {
        if !is_list(self.before) || !is_list(self.after) {
            return false;
        }
        let items = |list: Option<NodeRef<'a>>| list.into_iter().flat_map(|list| list.items());
        let (n_before, n_after) = (items(self.before).count(), items(self.after).count());
        n_after < n_before
            && items(self.before)
                .zip(items(self.after))
                .all(|(a, b)| self.reading.is_same(Some(a), Some(b)))
    }

    /// A list to which entries are appended and which is never changed otherwise.
    fn log(&self, appended: Kind, found: &mut Vec<FieldChange>) {
        if !is_list(self.before) || !is_list(self.after) {
            return found.push(self.whole(Kind::Other));
        }
        let items = |list: Option<NodeRef<'a>>| -> Vec<NodeRef<'a>> {
            list.map(|list| list.items().collect()).unwrap_or_default()
        };
        let (before, after) = (items(self.before), items(self.after));
        let is_kept = before.len() <= after.len()
            && before.iter().zip(&after).all(|(a, b)| self.reading.is_same(Some(*a), Some(*b)));
        let n_found = found.len();
        if is_kept {
            for (index, entry) in after.into_iter().enumerate().skip(before.len()) {
                let pointer = format!("{}/{index}", self.pointer);
                let entry = Self { pointer, before: None, after: Some(entry), ..*self };
                found.push(entry.whole(appended));
            }
        } else {
            let other = Kind::Other;
            let kinds =
                Entries { key: "date", added: other, removed: other, changed: |_, _| Kind::Other };
            self.entries(&kinds, found);
        }
        // The same entries in another order are another history.
        if found.len() == n_found {
            found.push(self.whole(Kind::Other));
        }
    }
}

/// The words of a list; `None` where it is no list, or holds anything else.
fn words(list: Option<NodeRef<'_>>) -> Option<Vec<&str>> {
    match Reading::Known.of(list) {
        None => Some(Vec::new()),
        Some(list) if list.is_list() => list.items().map(|item| item.text()).collect(),
        Some(_) => None,
    }
}

fn is_list(node: Option<NodeRef<'_>>) -> bool {
    Reading::Known.of(node).is_none_or(|node| node.is_list())
}
