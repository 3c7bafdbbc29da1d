//! Values by their literal beginnings and ends, so that a value meets those alone that may hold it.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::model::reach::Stem;

type Texts = BTreeMap<String, Vec<usize>>;

/// What begins with anything stands by its end, read backwards.
#[derive(Debug, Default)]
pub(super) struct Stems {
    fronts: Texts,
    backs: Texts,
    /// The ends of what stands in `fronts`.
    ends: Texts,
}

impl Stems {
    pub(super) fn add(&mut self, stem: &Stem, at: usize) {
        let anything = Stem::default();
        let stem = if stem.is_odd { &anything } else { stem };
        let (front, back) = keys(stem);
        match front.is_empty() {
            true => self.backs.entry(back).or_default().push(at),
            false => {
                self.fronts.entry(front).or_default().push(at);
                self.ends.entry(back).or_default().push(at);
            }
        }
    }

    /// All that may hold this whole value.
    pub(super) fn around(&self, stem: &Stem) -> Vec<usize> {
        let (front, back) = keys(stem);
        let mut found = beginnings(&self.fronts, &front);
        found.extend(beginnings(&self.backs, &back));
        found
    }

    /// All others of which a part may lie in this value, one after the other, and some that have nothing
    /// in common with it. It has to be one that leads nowhere else.
    pub(super) fn beside(&self, stem: &Stem) -> Box<dyn Iterator<Item = usize> + '_> {
        let (front, back) = keys(stem);
        let backs = continuations(&self.backs, back.clone());
        if !front.is_empty() {
            return Box::new(continuations(&self.fronts, front).chain(backs));
        }
        let around = beginnings(&self.ends, &back).into_iter();
        Box::new(around.chain(continuations(&self.ends, back)).chain(backs))
    }
}

/// Its beginning, and its end backwards. A folder and what lies in it begin alike.
fn keys(stem: &Stem) -> (String, String) {
    let front = stem.front.trim_end_matches('/').to_owned();
    (front, stem.back.trim_start_matches('/').chars().rev().collect())
}

/// What stands under the beginnings of a text: each look-up skips all that is none.
fn beginnings(texts: &Texts, text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut end = Bound::Included(text);
    while let Some((key, all)) = texts.range::<str, _>((Bound::Unbounded, end)).next_back() {
        let alike = key.chars().zip(text.chars()).take_while(|(a, b)| a == b);
        let n_alike = alike.map(|(c, _)| c.len_utf8()).sum();
        if n_alike == key.len() {
            found.extend(all);
            end = Bound::Excluded(key.as_str());
        } else {
            end = Bound::Included(&text[..n_alike]);
        }
    }
    found
}

/// What stands under the texts that begin with one, and go on.
fn continuations(texts: &Texts, text: String) -> impl Iterator<Item = usize> + '_ {
    let longer = texts.range::<str, _>((Bound::Excluded(text.as_str()), Bound::Unbounded));
    let longer = longer.take_while(move |(key, _)| key.starts_with(&text));
    longer.flat_map(|(_, all)| all).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginnings_of_a_text_are_found_and_nothing_else() {
        let keys = ["", "a", "ab", "ab/c", "abc", "b", "aé", "aè"];
        let texts: Texts =
            keys.iter().enumerate().map(|(at, key)| ((*key).to_owned(), vec![at])).collect();
        for text in ["", "a", "ab", "ab/", "ab/cd", "abb", "aéx", "aê", "z", "é"] {
            let mut found = beginnings(&texts, text);
            found.sort_unstable();
            let expected: Vec<usize> =
                (0..keys.len()).filter(|at| text.starts_with(keys[*at])).collect();
            assert_eq!(found, expected, "{text}");
            let longer: Vec<&str> =
                continuations(&texts, text.to_owned()).map(|at| keys[at]).collect();
            let is_longer = |key: &&str| key.starts_with(text) && **key != *text;
            let mut expected: Vec<&str> = keys.into_iter().filter(is_longer).collect();
            expected.sort_unstable();
            assert_eq!(longer, expected, "{text}");
        }
    }
}
