//! What differs between two policies, key by key. Any difference may loosen the gate, so that none
//! has a kind of its own.

use std::collections::BTreeSet;

use super::values::{Reading, shown};
use super::{FieldChange, Kind};
use crate::policy::Policy;
use crate::source::tree::{NodeRef, push_key};

/// Compares two policies. Entries that have an `id` are known by it, wherever they stand.
pub(crate) fn policy_changes(before: &Policy, after: &Policy) -> Vec<FieldChange> {
    let mut found = Vec::new();
    let (before, after) = (before.tree().root(), after.tree().root());
    compare("", Some(before), Some(after), &mut found);
    found
}

/// All that a policy says, each key of it added.
pub(crate) fn policy_fields(policy: &Policy) -> Vec<FieldChange> {
    let root = policy.tree().root();
    root.entries().map(|(key, node)| leaf(&below("", key), None, Some(node))).collect()
}

fn compare(
    pointer: &str,
    before: Option<NodeRef<'_>>,
    after: Option<NodeRef<'_>>,
    found: &mut Vec<FieldChange>,
) {
    if Reading::Exact.is_same(before, after) {
        return;
    }
    let (Some(old), Some(new)) = (before, after) else {
        return found.push(leaf(pointer, before, after));
    };
    if old.is_map() && new.is_map() {
        for key in unique(old.entries().chain(new.entries()).map(|(key, _)| key)) {
            compare(&below(pointer, key), old.get(key), new.get(key), found);
        }
        return;
    }
    if !old.is_list() || !new.is_list() {
        return found.push(leaf(pointer, before, after));
    }
    if let (Some(old_ids), Some(new_ids)) = (ids(old), ids(new)) {
        let n_found = found.len();
        for id in unique(old_ids.into_iter().chain(new_ids)) {
            compare(&below(pointer, id), entry(old, id), entry(new, id), found);
        }
        // Where only the order differs, the list as a whole does.
        if found.len() > n_found {
            return;
        }
    }
    let mut change = leaf(pointer, before, after);
    if let (Some(old), Some(new)) = (words(old), words(new))
        && old != new
    {
        change.added = new.difference(&old).cloned().collect();
        change.removed = old.difference(&new).cloned().collect();
        (change.before, change.after) = (None, None);
    }
    found.push(change);
}

fn leaf(pointer: &str, before: Option<NodeRef<'_>>, after: Option<NodeRef<'_>>) -> FieldChange {
    FieldChange {
        pointer: pointer.to_owned(),
        kind: Kind::Other,
        before: before.map(shown),
        after: after.map(shown),
        added: Vec::new(),
        removed: Vec::new(),
    }
}

fn below(pointer: &str, key: &str) -> String {
    let mut pointer = pointer.to_owned();
    push_key(&mut pointer, key);
    pointer
}

/// The ids of a list whose entries all have one, each another.
fn ids(list: NodeRef<'_>) -> Option<Vec<&str>> {
    let ids: Option<Vec<&str>> = list.items().map(id_of).collect();
    ids.filter(|ids| unique(ids.iter().copied()).len() == ids.len())
}

fn id_of(entry: NodeRef<'_>) -> Option<&str> {
    entry.get("id")?.text()
}

fn entry<'a>(list: NodeRef<'a>, id: &str) -> Option<NodeRef<'a>> {
    list.items().find(|entry| id_of(*entry) == Some(id))
}

/// The texts of a list that holds nothing else.
fn words(list: NodeRef<'_>) -> Option<BTreeSet<String>> {
    list.items().map(|item| item.text().map(str::to_owned)).collect()
}

/// Each word once, in the order in which they come.
fn unique<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    words.filter(|word| seen.insert(*word)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::policy;
    use crate::text::SourceFile;

    fn read(text: &str) -> Policy {
        let text = format!("version: 1\nregister: 6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11\n{text}");
        let file = Arc::new(SourceFile::new("exceptions/policy.yaml", text));
        policy::load(&file).expect("a policy").0
    }

    fn told(before: &str, after: &str) -> Vec<String> {
        let found = policy_changes(&read(before), &read(after));
        let told = found.into_iter().map(|it| {
            let (before, after) = (it.before.unwrap_or_default(), it.after.unwrap_or_default());
            let words = |sign, words: Vec<String>| -> String {
                words.iter().map(|word| format!(" {sign}{word}")).collect()
            };
            let words = words('+', it.added) + &words('-', it.removed);
            format!("{} {before}→{after}{words}", it.pointer)
        });
        told.collect()
    }

    const PEOPLE: &str = "people:\n  - {id: a, name: A, emails: [a@example.com]}\n  - {id: b, name: B, emails: [b@example.com], roles: [x]}\n";

    #[test]
    fn a_person_is_known_by_the_id_wherever_the_entry_stands() {
        let swapped = "people:\n  - {id: b, name: B, emails: [b@example.com], roles: [approver, x]}\n  - {id: a, name: A, emails: [a@example.com]}\n";
        assert_eq!(told(PEOPLE, swapped), ["/people/b/roles → +approver"]);
        let gone = "people:\n  - {id: b, name: B, emails: [b@example.com], roles: [x]}\n";
        assert_eq!(told(PEOPLE, gone), ["/people/a {id: a, name: A, emails: [a@example.com]}→"]);
    }

    #[test]
    fn every_difference_of_a_value_is_told_and_of_layout_none() {
        let quorum = |n: u32| format!("approvals:\n  quorum: {{low: {n}}}\n");
        assert_eq!(told(&quorum(2), &quorum(1)), ["/approvals/quorum/low 2→1"]);
        assert_eq!(told(&quorum(2), "approvals: {quorum: {low: 2}} # the same\n"), [""; 0]);
        assert_eq!(told("warn_within_days: 3\n", ""), ["/warn_within_days 3→"]);
    }

    #[test]
    fn a_list_in_another_order_is_told_as_a_whole() {
        assert_eq!(
            told("groups: [\"a@*\", \"b@*\"]\n", "groups: [\"b@*\", \"a@*\"]\n"),
            ["/groups [a@*, b@*]→[b@*, a@*]"]
        );
    }
}
