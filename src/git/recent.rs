//! What was read last, so that what is asked for again and again is read and verified once.
//!
//! Invariant: it holds at most so many bytes, and one value more.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::RandomState;

/// Two generations: when the younger one is full, the older one is dropped, and whatever is asked
/// for becomes young again.
pub(super) struct Recent<K, V> {
    young: HashMap<K, (V, usize), RandomState>,
    old: HashMap<K, (V, usize), RandomState>,
    young_size: usize,
    /// Bytes that are kept.
    max_size: usize,
}

impl<K: Eq + Hash, V: Clone> Recent<K, V> {
    pub(super) fn new(max_size: usize) -> Self {
        Self { young: HashMap::default(), old: HashMap::default(), young_size: 0, max_size }
    }

    pub(super) fn get(&mut self, key: K) -> Option<V> {
        if let Some((value, _)) = self.young.get(&key) {
            return Some(value.clone());
        }
        let (value, size) = self.old.remove(&key)?;
        self.put(key, value.clone(), size);
        Some(value)
    }

    /// Keeps a value of so many bytes.
    pub(super) fn put(&mut self, key: K, value: V, size: usize) {
        if self.young_size + size > self.max_size / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_size = 0;
        }
        self.young_size += size;
        self.young.insert(key, (value, size));
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    const MAX_SIZE: usize = 1024;

    #[test]
    fn what_was_asked_for_lately_is_kept_and_the_rest_does_not_grow() {
        const N_IN_A_GENERATION: usize = 8;
        let (value, size) = (Rc::new(()), MAX_SIZE / 2 / N_IN_A_GENERATION);
        let mut recent = Recent::new(MAX_SIZE);
        for number in 0..100 {
            recent.put(number, Rc::clone(&value), size);
            assert!(recent.get(0).is_some(), "{number}");
            assert!(recent.get(number).is_some(), "{number}");
            assert!(Rc::strong_count(&value) <= 1 + 2 * N_IN_A_GENERATION, "{number}");
        }
        assert!(recent.get(1).is_none());
    }

    #[test]
    fn both_sides_of_a_comparison_are_kept_however_large_they_are() {
        let mut recent = Recent::new(MAX_SIZE);
        recent.put(1, (), MAX_SIZE);
        recent.put(2, (), MAX_SIZE);
        assert!(recent.get(2).is_some() && recent.get(1).is_some());
    }
}
