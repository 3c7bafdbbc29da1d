//! Ids of records: `EXC-2026-K7QD`.
//!
//! Random rather than counted, because numbers collide between parallel pull requests without a
//! git conflict.

/// Crockford's base 32: no `I`, `L`, `O`, `U`. <https://www.crockford.com/base32.html>
pub(crate) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The id of a year for 20 random bits (the upper ones are ignored).
pub(crate) fn draw(year: i32, bits: u32) -> String {
    let letters: String =
        (0..4).map(|i| char::from(ALPHABET[(bits >> (5 * i)) as usize % ALPHABET.len()])).collect();
    format!("EXC-{year:04}-{letters}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_year_and_four_letters_of_crockford_base_32() {
        assert_eq!(draw(2026, 0), "EXC-2026-0000");
        assert_eq!(draw(2026, 0xFFFF_FFFF), "EXC-2026-ZZZZ");
    }

    #[test]
    fn twenty_bits_give_a_million_ids() {
        let ids: std::collections::BTreeSet<String> = (0..1 << 20).map(|n| draw(2026, n)).collect();
        assert_eq!(ids.len(), 1 << 20);
    }
}
