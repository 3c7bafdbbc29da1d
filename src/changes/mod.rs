//! What a change of a record means: which fields differ, and whether that takes an approval.
//!
//! Invariant: pure, and the same whatever a policy says. What is not known to be harmless is not
//! called harmless: a field that `exc` does not know counts like a reason.

mod bindings;
mod entries;
mod fields;
mod policies;
#[cfg(test)]
mod properties;
mod registers;
mod values;

use serde::{Deserialize, Serialize};

use crate::policy::Policy;
use crate::source::Record;

pub(crate) use policies::{policy_changes, policy_fields};
pub(crate) use registers::registers;

/// What a change is, from the most harmless to what a reviewer has to see first. A change of
/// several kinds is the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// Not one byte differs.
    Identical,
    /// Title, links, tags, comments or layout.
    Cosmetic,
    /// The same record at another path.
    Moved,
    /// What keeps a record current: a review more, a later verification with its evidence, a
    /// milestone done.
    Upkeep,
    /// Less is allowed, or it is allowed for a shorter time.
    Tightening,
    Closed,
    /// Anything else that somebody has approved: owner, reason, risk, a field that is not known.
    Other,
    /// Allowed for longer.
    Extension,
    /// Less lowers the risk.
    Weakening,
    /// No longer closed.
    Reopened,
    New,
    /// Allowed in more places, or from more controls.
    Widening,
    Deleted,
}

/// A field of a record that differs. Whole lists of text name what was added and removed, anything
/// else has its text before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldChange {
    /// In the text after; for what was removed, in the text before.
    pub(crate) pointer: String,
    pub(crate) kind: Kind,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) added: Vec<String>,
    pub(crate) removed: Vec<String>,
}

/// Two texts of a record, and what differs.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    pub(crate) before: Option<&'a Record>,
    pub(crate) after: Option<&'a Record>,
    pub(crate) kind: Kind,
    /// Most serious first; in a deleted record none.
    pub(crate) fields: Vec<FieldChange>,
}

/// Compares two texts of a record, of which one may be missing.
pub(crate) fn compare<'a>(before: Option<&'a Record>, after: Option<&'a Record>) -> Change<'a> {
    let (kind, mut fields) = match (before, after) {
        (None, None) => (Kind::Identical, Vec::new()),
        (Some(_), None) => (Kind::Deleted, Vec::new()),
        (None, Some(after)) => {
            let mut fields = fields::changes(None, after);
            fields.iter_mut().for_each(|field| field.kind = Kind::New);
            (Kind::New, fields)
        }
        (Some(before), Some(after)) if before.file().text() == after.file().text() => {
            (Kind::Identical, Vec::new())
        }
        (Some(before), Some(after)) => {
            let mut fields = fields::changes(Some(before), after);
            // What the tree leaves out may say anything to another reader of YAML.
            if !before.is_whole() || !after.is_whole() {
                fields.push(FieldChange::of_the_file());
            }
            let strictest = fields.iter().map(|field| field.kind).max();
            (strictest.unwrap_or(Kind::Cosmetic), fields)
        }
    };
    fields.sort_by_key(|field| std::cmp::Reverse(field.kind));
    Change { before, after, kind, fields }
}

impl FieldChange {
    /// A difference that no field shows.
    fn of_the_file() -> Self {
        Self {
            pointer: String::new(),
            kind: Kind::Other,
            before: None,
            after: None,
            added: Vec::new(),
            removed: Vec::new(),
        }
    }
}

impl Change<'_> {
    /// The text that there is: after, else before.
    pub(crate) fn record(&self) -> Option<&Record> {
        self.after.or(self.before)
    }

    pub(crate) fn is_moved(&self) -> bool {
        let path = |record: &Record| record.file().path().to_owned();
        self.before.is_some()
            && self.after.is_some()
            && self.before.map(path) != self.after.map(path)
    }
}

/// What a record says without what is changed freely: two texts that share it differ in nothing that
/// anybody approves.
pub(crate) fn substance(record: &Record) -> String {
    const FREE: [&str; 4] = ["title", "tags", "links", "reviews"];
    let entries = record.tree().root().entries().filter(|(key, _)| !FREE.contains(key));
    let entries = entries.map(|(key, value)| {
        let reading = fields::reading(key);
        (key, reading.canonical(Some(value)))
    });
    let mut said: Vec<(&str, String)> = entries.filter(|(_, value)| !value.is_empty()).collect();
    said.sort_unstable();
    format!("{said:?}")
}

/// Whether two policies say the same, whatever their comments and layout.
pub(crate) fn policies_agree(a: &Policy, b: &Policy) -> bool {
    let root = |policy: &'_ Policy| values::Reading::Exact.canonical(Some(policy.tree().root()));
    root(a) == root(b)
}

impl Kind {
    /// Whether somebody has to approve it.
    pub(crate) fn needs_approval(self) -> bool {
        self > Self::Closed
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::Cosmetic => "cosmetic",
            Self::Moved => "moved",
            Self::Upkeep => "upkeep",
            Self::Tightening => "tightening",
            Self::Closed => "closed",
            Self::Other => "other",
            Self::Extension => "extension",
            Self::Weakening => "weakening",
            Self::Reopened => "reopened",
            Self::New => "new",
            Self::Widening => "widening",
            Self::Deleted => "deleted",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rules::testing::{RECORD, overlaid};
    use crate::source::{self, RecordSchema};
    use crate::text::SourceFile;

    fn record(text: &str) -> Record {
        let schema = RecordSchema::new(&[]).expect("the schema is a schema");
        let file = Arc::new(SourceFile::new("exceptions/EXC-2026-K7QD.yaml", text));
        source::load(&file, &schema).0.expect("a record")
    }

    /// The kind of a change, and those of its fields.
    fn kinds(before: &str, after: &str) -> (Kind, Vec<(String, Kind)>) {
        let (before, after) = (record(before), record(after));
        let change = compare(Some(&before), Some(&after));
        let fields = change.fields.iter().map(|field| (field.pointer.clone(), field.kind));
        (change.kind, fields.collect())
    }

    /// One top-level entry replaced by another.
    #[track_caller]
    fn check(before: &str, after: &str, expected: Kind) {
        let (kind, fields) = kinds(&overlaid(RECORD, before), &overlaid(RECORD, after));
        assert_eq!(kind, expected, "{fields:?}");
    }

    #[test]
    fn a_change_of_the_last_day_is_judged_by_its_direction() {
        check("expires: 2027-01-31", "expires: 2027-02-01", Kind::Extension);
        check("expires: 2027-01-31", "expires: 2027-01-30", Kind::Tightening);
        check("expires: 2027-01-31", "expires: never", Kind::Extension);
        check("expires: 2027-01-31", "expires: \"2027-01-31\"", Kind::Cosmetic);
        // What was no day was never granted.
        check("expires: 2027-02-30", "expires: 2027-02-01", Kind::Other);
    }

    #[test]
    fn the_substance_of_a_text_is_what_no_cosmetic_edit_changes() {
        let of = |changes: &str| substance(&record(&overlaid(RECORD, changes)));
        let own = of("");
        for changes in
            ["title: Another", "tags: [x]", "links: []", "expires: \"2027-01-31\" # quoted"]
        {
            assert_eq!(of(changes), own, "{changes}");
        }
        assert_eq!(substance(&record(&format!("# a comment\n{}", overlaid(RECORD, "")))), own);
        for changes in ["expires: 2027-02-01", "shadow: 1", "closed: {date: 2026-12-01}"] {
            assert_ne!(of(changes), own, "{changes}");
        }
        assert_ne!(of("shadow: 1"), of("shadow: \"1\""));
    }

    #[test]
    fn scope_is_compared_by_what_it_covers() {
        let check = |before: &str, after: &str, kind| {
            check(&format!("scope: [{before}]"), &format!("scope: [{after}]"), kind);
        };
        check("service:/a", "service:/a/b", Kind::Tightening);
        check("service:/a/b", "service:/a", Kind::Widening);
        check("service:/a, service:/b", "service:/B", Kind::Tightening);
        check("service:/a", "service:/a, service:/b", Kind::Widening);
        check("service:/a, service:/b", "service:/c", Kind::Widening);
        check("service:/a, service:/b", "service:/b, service:/a", Kind::Cosmetic);
        check("service:/a", "service:/a, service:/a", Kind::Cosmetic);
        // A name that only begins alike is another place, and what is no target covers nothing.
        check("service:/a", "service:/ab", Kind::Widening);
        check("nowhere", "nowhere/a", Kind::Widening);
        check("service:/a", "{x: y}", Kind::Widening);
        // Nowhere may be read as everywhere.
        check("service:/a", "", Kind::Other);
        check("", "service:/a", Kind::Widening);
    }

    #[test]
    fn controls_are_a_set() {
        check("controls: [A-1, B-2]", "controls: [B-2, A-1]", Kind::Cosmetic);
        check("controls: [A-1, B-2]", "controls: [A-1]", Kind::Tightening);
        check("controls: [A-1]", "controls: [A-1, B-2]", Kind::Widening);
        check("controls: [A-1]", "controls: [B-2]", Kind::Widening);
        check("controls: [A-1]", "controls: A-1", Kind::Widening);
        check("controls: [A-1]", "controls: []", Kind::Other);
    }

    #[test]
    fn what_says_nothing_about_the_permission_is_cosmetic() {
        check("title: One", "title: Two", Kind::Cosmetic);
        check("tags: [a]", "tags: [b]", Kind::Cosmetic);
        check("links: []", "links: [\"https://example.com/\"]", Kind::Cosmetic);
        check("renewals: []", "renewals:", Kind::Cosmetic);
        let (kind, fields) = kinds(RECORD, &format!("# a comment\n{RECORD}"));
        assert_eq!((kind, fields.len()), (Kind::Cosmetic, 0));
    }

    #[test]
    fn compensating_controls_are_known_by_what_they_say() {
        let a = "{description: A, owner: a@example.com, verified: 2026-11-02}";
        let b = "{description: B, owner: b@example.com, verified: 2026-11-02}";
        let list = |entries: &[&str]| format!("compensating_controls: [{}]", entries.join(", "));
        let check = |before: &[&str], after: &[&str], kind| {
            check(&list(before), &list(after), kind);
        };
        let later = a.replace("11-02", "11-03");
        check(&[a, b], &[b, a], Kind::Cosmetic);
        check(&[a], &[b, a], Kind::Tightening);
        check(&[a, b], &[b], Kind::Weakening);
        check(&[a, b], &[b, &later], Kind::Upkeep);
        check(&[&later], &[a], Kind::Weakening);
        check(&[a], &[b], Kind::Weakening);
        check(&[a], &[&a.replace("a@", "c@")], Kind::Weakening);
        check(&[a], &[&a.replace(", verified: 2026-11-02", "")], Kind::Weakening);
        check(&[&a.replace(", verified: 2026-11-02", "")], &[a], Kind::Upkeep);
        let (_, fields) =
            kinds(&overlaid(RECORD, &list(&[a, b])), &overlaid(RECORD, &list(&[b, &later])));
        assert_eq!(fields, [("/compensating_controls/1/verified".to_owned(), Kind::Upkeep)]);
    }

    #[test]
    fn other_evidence_is_upkeep_only_of_a_verification_that_is_no_earlier() {
        let entry = |day: &str, rest: &str| {
            format!(
                "compensating_controls: [{{description: A, owner: a@example.com, verified: {day}{rest}}}]"
            )
        };
        let old = entry("2026-11-02", ", evidence: run 1");
        check(&old, &entry("2026-11-03", ", evidence: run 2"), Kind::Upkeep);
        check(&entry("2026-11-02", ""), &entry("2026-11-03", ", evidence: run 2"), Kind::Upkeep);
        // Shown twice on one day.
        check(&old, &entry("2026-11-02", ", evidence: run 2"), Kind::Upkeep);
        check(&old, &entry("2026-11-02", ", evidence: ''"), Kind::Weakening);
        check(&old, &entry("2026-11-02", ""), Kind::Weakening);
        check(&old, &entry("2026-11-01", ", evidence: run 2"), Kind::Weakening);
        check(&old, &entry("soon", ", evidence: run 2"), Kind::Weakening);
        check(&entry("soon", ", evidence: 1"), &entry("soon", ", evidence: 2"), Kind::Weakening);
        check(&old, &entry("2026-11-03", ""), Kind::Weakening);
        check(&old, &entry("2026-11-03", ", evidence: ''"), Kind::Weakening);
        check(&old, &entry("2026-11-03", ", evidence: [run 2]"), Kind::Weakening);
        // One entry's day says nothing of another's evidence, nor of what else the entry says.
        check(&old, &entry("2026-11-03", ", evidence: run 2, verify_every: 90d"), Kind::Weakening);
        let two = |a: &str, b: &str| {
            format!(
                "compensating_controls: [{{description: A, evidence: {a}}}, {{description: B, evidence: x, verified: {b}}}]"
            )
        };
        check(&two("1", "2026-11-02"), &two("2", "2026-11-03"), Kind::Weakening);
    }

    #[test]
    fn a_milestone_is_ticked_once() {
        let check = |before: &str, after: &str, kind| {
            let text = |milestone: &str| {
                format!(
                    "remediation: {{plan: move, milestones: [{{due: 2027-01-15, what: A{milestone}}}]}}"
                )
            };
            check(&text(before), &text(after), kind);
        };
        check("", ", done: 2026-12-01", Kind::Upkeep);
        check(", done: 2026-12-01", ", done: 2026-12-02", Kind::Other);
        check(", done: 2026-12-01", "", Kind::Other);
        check("", ", done: soon", Kind::Other);
        check("", ", note: x", Kind::Other);
        check("}, {what: B", "", Kind::Other);
    }

    #[test]
    fn reviews_are_appended_and_past_entries_stay() {
        let (a, b) = ("{date: 2026-11-01, by: x}", "{date: 2026-12-01, by: y}");
        let reviews = |entries: &str| format!("reviews: [{entries}]");
        let both = format!("{a}, {b}");
        check(&reviews(a), &reviews(&both), Kind::Upkeep);
        check(&reviews(b), &reviews(&both), Kind::Other);
        check(&reviews(&both), &reviews(a), Kind::Other);
        check(&reviews(&both), &reviews(&format!("{b}, {a}")), Kind::Other);
        check(&reviews(a), "reviews: gone", Kind::Other);
        check(&format!("renewals: [{a}]"), &format!("renewals: [{both}]"), Kind::Other);
    }

    #[test]
    fn closing_needs_nobody_and_opening_again_does() {
        let closed = "closed: {date: 2026-11-10, outcome: remediated, note: done}";
        check("tags: []", closed, Kind::Closed);
        check(closed, "tags: []", Kind::Reopened);
        check(closed, &closed.replace("remediated", "withdrawn"), Kind::Other);
        // What is no closing does not pass for one.
        check("tags: []", "closed: yes", Kind::Other);
    }

    #[test]
    fn what_was_approved_and_what_is_unknown_is_material() {
        check("risk: {level: high}", "risk: {level: low}", Kind::Other);
        check("owner: {name: A}", "owner: {name: B}", Kind::Other);
        check("opened: 2026-11-05", "opened: 2026-11-06", Kind::Other);
        check("cost_center: a", "cost_center: b", Kind::Other);
        check("cost_center: 1", "cost_center: \"1\"", Kind::Other);
        check("tags: []", "cost_center: null", Kind::Other);
    }

    #[test]
    fn a_mixed_change_is_its_strictest() {
        check("expires: 2027-01-31", "expires: 2027-01-30\ntitle: Another", Kind::Tightening);
        let (kind, fields) = kinds(
            &overlaid(RECORD, "expires: 2027-01-31\nscope: [service:/a]"),
            &overlaid(RECORD, "expires: 2027-01-30\nscope: [service:/b]"),
        );
        assert_eq!(kind, Kind::Widening);
        let pointers: Vec<&str> = fields.iter().map(|(pointer, _)| pointer.as_str()).collect();
        assert_eq!(pointers, ["/scope", "/expires"]);
    }

    /// Otherwise an approval of what this reader sees would cover what another one reads.
    #[test]
    fn what_readers_of_yaml_understand_differently_is_no_cosmetics() {
        let twice = format!("{RECORD}expires: 2099-12-31\n");
        assert_eq!(kinds(RECORD, &twice).0, Kind::Other);
        assert_eq!(kinds(&twice, RECORD).0, Kind::Other);
        let two = format!("{RECORD}---\nexpires: 2099-12-31\n");
        assert_eq!(kinds(RECORD, &two).0, Kind::Other);
    }

    #[test]
    fn a_record_that_appears_is_new_in_every_field_and_one_that_goes_is_deleted() {
        let record = record(RECORD);
        let change = compare(None, Some(&record));
        assert_eq!(change.kind, Kind::New);
        assert!(change.fields.iter().all(|field| field.kind == Kind::New));
        assert!(change.fields.iter().any(|field| field.pointer == "/justification/blocker"));
        assert_eq!(compare(Some(&record), None).kind, Kind::Deleted);
        assert_eq!(compare(Some(&record), Some(&record)).kind, Kind::Identical);
    }
}
