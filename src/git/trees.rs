//! The trees that were read last, so that one which stands on both sides of several comparisons is
//! read and verified once.
//!
//! Invariant: it holds at most so many bytes, and one tree more.

use std::collections::HashMap;
use std::rc::Rc;

use super::ObjectId;

/// Bytes that are kept. The current trees of a hundred thousand files fit in.
const MAX_SIZE: usize = 16 * 1024 * 1024;

/// Two generations: when the younger one is full, the older one is dropped, and whatever is asked
/// for becomes young again.
#[derive(Default)]
pub(super) struct Trees {
    young: HashMap<ObjectId, Rc<Vec<u8>>>,
    old: HashMap<ObjectId, Rc<Vec<u8>>>,
    young_size: usize,
}

impl Trees {
    pub(super) fn get(&mut self, id: ObjectId) -> Option<Rc<Vec<u8>>> {
        if let Some(bytes) = self.young.get(&id) {
            return Some(Rc::clone(bytes));
        }
        let bytes = self.old.remove(&id)?;
        self.put(id, &bytes);
        Some(bytes)
    }

    pub(super) fn put(&mut self, id: ObjectId, bytes: &Rc<Vec<u8>>) {
        if self.young_size + bytes.len() > MAX_SIZE / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_size = 0;
        }
        self.young_size += bytes.len();
        self.young.insert(id, Rc::clone(bytes));
    }
}

#[cfg(test)]
mod tests {
    use git2::Oid;

    use super::*;

    fn id(number: usize) -> ObjectId {
        ObjectId(Oid::from_str(&format!("{number:040x}")).unwrap())
    }

    #[test]
    fn what_was_asked_for_lately_is_kept_and_the_rest_does_not_grow() {
        const N_IN_A_GENERATION: usize = 8;
        let tree = Rc::new(vec![0; MAX_SIZE / 2 / N_IN_A_GENERATION]);
        let mut trees = Trees::default();
        for number in 0..100 {
            trees.put(id(number), &tree);
            assert!(trees.get(id(0)).is_some(), "{number}");
            assert!(trees.get(id(number)).is_some(), "{number}");
            assert!(Rc::strong_count(&tree) <= 1 + 2 * N_IN_A_GENERATION, "{number}");
        }
        assert!(trees.get(id(1)).is_none());
    }

    #[test]
    fn both_sides_of_a_comparison_are_kept_however_large_they_are() {
        let tree = Rc::new(vec![0; MAX_SIZE]);
        let mut trees = Trees::default();
        trees.put(id(1), &tree);
        trees.put(id(2), &tree);
        assert!(trees.get(id(2)).is_some() && trees.get(id(1)).is_some());
    }
}
