//! What an approval is bound to: the exact text, and the settled history before it.
//!
//! Both are SHA-256, so that `sha256sum` gives the same. The lineage of a record begins with its
//! register and id, and takes in the text of each settled step that matters:
//!
//! ```text
//! L0 = sha256("exc-lineage-v1" NUL register NUL id)
//! Lk = sha256(hex of L(k-1) LF hex of the content's digest)
//! ```

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// A SHA-256, written as 64 digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    /// The digest of a text, byte by byte as it is stored.
    pub(crate) fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }

    /// The lineage of a record before anything is settled.
    pub(crate) fn beginning(register: &str, id: &str) -> Self {
        Self::of(format!("exc-lineage-v1\0{register}\0{id}").as_bytes())
    }

    /// The lineage after a text with the digest `content` is settled on top of this one.
    pub(crate) fn advance(self, content: Self) -> Self {
        Self::of(format!("{self}\n{content}").as_bytes())
    }

    /// Reads the 64 digits; nothing else is a digest.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 64 || !text.as_bytes().iter().all(is_digit) {
            return None;
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        Self::parse(text).ok_or_else(|| D::Error::custom("no digest"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTER: &str = "6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11";
    const BEGINNING: &str = "0063be5eb895050ed51cc0fedc29bf4cec8492f79550588d82492e699ab4a971";
    const CONTENT: &str = "f53a7121b7817d4ff2f761fb99dce6d2759ad335fb2797216875cc67f9bb9bd2";

    #[test]
    fn a_digest_is_what_sha256sum_gives() {
        // printf 'id: EXC-2026-K7QD\n' | sha256sum
        assert_eq!(Digest::of(b"id: EXC-2026-K7QD\n").to_string(), CONTENT);
        // sha256sum < /dev/null
        assert_eq!(
            Digest::of(b"").to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn a_lineage_is_what_sha256sum_gives() {
        // printf 'exc-lineage-v1\0%s\0%s' "$register" EXC-2026-K7QD | sha256sum
        let beginning = Digest::beginning(REGISTER, "EXC-2026-K7QD");
        assert_eq!(beginning.to_string(), BEGINNING);
        // printf '%s\n%s' "$beginning" "$content" | sha256sum
        assert_eq!(
            beginning.advance(Digest::of(b"id: EXC-2026-K7QD\n")).to_string(),
            "a1d8e6966899a263512c032fceb0067c8347debdf4892c1fac9b678264669059"
        );
    }

    #[test]
    fn registers_records_texts_and_their_order_have_lineages_of_their_own() {
        let beginning = Digest::beginning(REGISTER, "EXC-1");
        let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
        let lineages = [
            beginning,
            Digest::beginning(REGISTER, "EXC-2"),
            Digest::beginning("e4ca54de-b588-41bd-a0bc-523c6422bb9d", "EXC-1"),
            beginning.advance(a),
            beginning.advance(a).advance(b),
            beginning.advance(b).advance(a),
            beginning.advance(a).advance(b).advance(a),
        ];
        let different: std::collections::BTreeSet<Digest> = lineages.into_iter().collect();
        assert_eq!(different.len(), lineages.len());
    }

    #[test]
    fn only_sixty_four_digits_in_lower_case_are_a_digest() {
        assert_eq!(Digest::parse(CONTENT), Some(Digest::of(b"id: EXC-2026-K7QD\n")));
        let upper = CONTENT.to_uppercase();
        let signed = format!("+{}", &CONTENT[1..]);
        let wide = format!("{}é", &CONTENT[2..]);
        for text in ["", &CONTENT[1..], &upper, &signed, &wide, &format!("{CONTENT}0")] {
            assert_eq!(Digest::parse(text), None, "{text}");
        }
    }
}
