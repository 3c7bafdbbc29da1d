//! The order of keys.

use super::gathered::{Item, Laid};
use crate::model;

/// Where a key stands below another; those that nobody knows follow in the order in which they are
/// written.
pub(super) fn rank(name: &str, key: &str) -> usize {
    let keys = model::keys_below(name);
    keys.iter().position(|known| *known == key).unwrap_or(keys.len())
}

/// Puts the entries of a mapping in order. An entry of a list begins beside its dash, so what stands
/// above its first key is hoisted by whoever writes it.
pub(super) fn sort(items: &mut [Item<'_>], name: &str) {
    items.sort_by_key(|item| item.key.as_deref().map_or(0, |key| rank(name, key)));
    for item in items {
        let Laid::Items { items: inner, .. } = &mut item.value else { continue };
        let is_entry_of_list = item.key.is_none();
        if let Some(first) = inner.first_mut().filter(|_| is_entry_of_list) {
            item.above.append(&mut first.above);
        }
    }
}
