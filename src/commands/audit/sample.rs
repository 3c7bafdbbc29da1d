//! A sample that an auditor can draw again.
//!
//! Records are ordered by `sha256(SEED LF ID)`, and the first are taken: the same seed gives the same
//! sample on every machine, and nobody who files a record can choose to be left out without
//! knowing the seed.

use sha2::{Digest as _, Sha256};

/// Whether each id is among the `n` of the sample.
pub(super) fn draw(ids: &[&str], n: usize, seed: &str) -> Vec<bool> {
    let place = |id: &str| <[u8; 32]>::from(Sha256::digest(format!("{seed}\n{id}").as_bytes()));
    let mut order: Vec<([u8; 32], usize)> =
        ids.iter().enumerate().map(|(at, id)| (place(id), at)).collect();
    order.sort_unstable();
    let mut is_drawn = vec![false; ids.len()];
    order.iter().take(n).for_each(|&(_, at)| is_drawn[at] = true);
    is_drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_records_whatever_their_order() {
        let ids = ["EXC-2026-AAAA", "EXC-2026-BBBB", "EXC-2026-CCCC", "EXC-2026-DDDD"];
        // `printf '2026-Q4\nEXC-2026-AAAA' | sha256sum`: cae5…; B 90e6…, C dcd5…, D cb8e….
        let drawn = draw(&ids, 2, "2026-Q4");
        assert_eq!(drawn, [true, true, false, false]);
        let mut reversed = ids;
        reversed.reverse();
        let mut again = draw(&reversed, 2, "2026-Q4");
        again.reverse();
        assert_eq!(drawn, again);
        assert_ne!(drawn, draw(&ids, 2, "2026-Q3"));
    }

    #[test]
    fn a_sample_is_no_larger_than_what_there_is() {
        assert_eq!(draw(&["a"], 5, ""), [true]);
        assert_eq!(draw(&[], 5, ""), [false; 0]);
    }
}
