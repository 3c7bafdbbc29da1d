//! Lists whose entries are mappings: which entry of one text is which entry of the other.

use std::collections::{HashMap, VecDeque};

use super::values::Reading;
use crate::source::tree::NodeRef;

/// An entry before and after, each with its index; one of them may be missing.
pub(super) type Pair<'a> = (Option<(usize, NodeRef<'a>)>, Option<(usize, NodeRef<'a>)>);

/// Pairs the entries of two lists: those that say the same, then those that share `key`, then
/// those at the same index. Entries that say the same are left out.
pub(super) fn pairs<'a>(
    before: Option<NodeRef<'a>>,
    after: Option<NodeRef<'a>>,
    key: &str,
) -> Vec<Pair<'a>> {
    let mut before = items(before);
    let mut after = items(after);
    let canonical = |_: usize, node: NodeRef<'_>| Some(Reading::Known.canonical(Some(node)));
    matched(&mut before, &mut after, canonical);
    let mut pairs = matched(&mut before, &mut after, |_, node| {
        Reading::Known.of(node.get(key)).map(|node| Reading::Known.canonical(Some(node)))
    });
    pairs.extend(matched(&mut before, &mut after, |index, _| Some(index.to_string())));
    let mut pairs: Vec<Pair<'a>> =
        pairs.into_iter().map(|(before, after)| (Some(before), Some(after))).collect();
    pairs.extend(before.into_iter().map(|entry| (Some(entry), None)));
    pairs.extend(after.into_iter().map(|entry| (None, Some(entry))));
    pairs
}

fn items(list: Option<NodeRef<'_>>) -> Vec<(usize, NodeRef<'_>)> {
    list.map(|list| list.items().enumerate().collect()).unwrap_or_default()
}

type Entry<'a> = (usize, NodeRef<'a>);

/// Takes out the entries that share a name.
fn matched<'a>(
    before: &mut Vec<Entry<'a>>,
    after: &mut Vec<Entry<'a>>,
    name: impl Fn(usize, NodeRef<'a>) -> Option<String>,
) -> Vec<(Entry<'a>, Entry<'a>)> {
    let mut by_name: HashMap<String, VecDeque<Entry<'a>>> = HashMap::new();
    let mut nameless = Vec::new();
    for entry in before.drain(..) {
        match name(entry.0, entry.1) {
            Some(name) => by_name.entry(name).or_default().push_back(entry),
            None => nameless.push(entry),
        }
    }
    let mut pairs = Vec::new();
    after.retain(|&entry| {
        let found = name(entry.0, entry.1).and_then(|name| by_name.get_mut(&name)?.pop_front());
        pairs.extend(found.map(|found| (found, entry)));
        found.is_none()
    });
    before.extend(by_name.into_values().flatten().chain(nameless));
    before.sort_by_key(|entry| entry.0);
    pairs
}
