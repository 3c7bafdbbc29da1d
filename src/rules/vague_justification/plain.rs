//! The quick accept: most texts are so plainly concrete that no look at the phrases is needed.
//!
//! Invariant: what is accepted here is accepted by the look at the phrases too.

use std::sync::LazyLock;

use foldhash::HashSet;

use super::phrases::{ARTICLES, FILLERS, PHRASES};
use super::{MIN_CONTENT_BESIDE_PHRASE, is_one_letter};
use crate::policy::Policy;

/// Bytes of the longest word of the built-in lists, and more.
const LONGEST: usize = 24;
/// Bytes of a word from which it is looked up; most shorter ones are fillers.
const SHORTEST: usize = 4;
/// Every word that stands in a built-in list or phrase.
static VOCABULARY: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let words = PHRASES.iter().flat_map(|phrase| phrase.split(|c: char| !c.is_alphanumeric()));
    let whole = PHRASES.iter().flat_map(|phrase| phrase.split(' '));
    words.chain(whole).chain(ARTICLES.iter().copied()).chain(FILLERS.iter().copied()).collect()
});

/// For three bytes at the start of a word, whether some word of the vocabulary may start so.
static STARTS: LazyLock<Vec<bool>> = LazyLock::new(|| {
    let mut starts = vec![false; 1 << 15];
    VOCABULARY.iter().for_each(|word| starts[start_of(word)] = true);
    starts
});

/// Five bits of each of the first three bytes, which tell all letters apart.
fn start_of(word: &str) -> usize {
    word.bytes().take(3).fold(0, |start, byte| start << 5 | usize::from(byte & 31))
}

/// Whether a text has so many words which stand in no phrase that no look at the phrases is needed.
/// Nearly every good text is, and this costs next to nothing.
pub(super) fn is_plainly_concrete(text: &str, controls: &[String], policy: &Policy) -> bool {
    let is_word = |word: &str| word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let mut lower = [0; LONGEST];
    let mut content = [""; MIN_CONTENT_BESIDE_PHRASE];
    let mut n_content = 0;
    for chunk in text.split_ascii_whitespace().filter(|chunk| chunk.len() >= SHORTEST) {
        let word = match chunk.is_ascii() {
            true => chunk.trim_matches(|c: char| !c.is_ascii_alphanumeric()),
            false => chunk.trim_matches(|c: char| !c.is_alphanumeric()),
        };
        let known = &content[..n_content];
        if is_one_letter(word)
            || !is_word(word)
            || known.iter().any(|w| w.eq_ignore_ascii_case(word))
        {
            continue;
        }
        if let Some(lower) = lower.get_mut(..word.len()) {
            lower.copy_from_slice(word.as_bytes());
            lower.make_ascii_lowercase();
            let lower = std::str::from_utf8(lower).unwrap_or_default();
            if (STARTS[start_of(lower)] && VOCABULARY.contains(lower))
                || policy.vague_words.contains(lower)
            {
                continue;
            }
        } else if !policy.vague_words.is_empty() {
            continue;
        }
        if controls.iter().any(|control| control.eq_ignore_ascii_case(word)) {
            continue;
        }
        content[n_content] = word;
        n_content += 1;
        if n_content == content.len() {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::{of_policy, vague};
    use super::*;
    use crate::rules::{prose, testing};

    proptest::proptest! {
        #[test]
        fn what_is_plainly_concrete_is_never_vague(picks in proptest::collection::vec(0usize..10_000, 0..12)) {
            let content = ["vendor", "subscription", "Europe", "quota", "PLAT-2231", "AZ-NET-004", "we've", "x", "Q", "7", "yyyy", "ZZzz", "1111", "x-x", "a-b", "--x--"];
            let pool: Vec<&str> = PHRASES.iter().chain(FILLERS).copied().chain(content).collect();
            let text = picks.iter().map(|pick| pool[pick % pool.len()]).collect::<Vec<_>>().join(" ");
            let policy = testing::policy(testing::POLICY);
            let controls = ["AZ-NET-004".to_owned()];
            if is_plainly_concrete(&text, &controls, &policy) {
                let vague = vague(&prose::words(&text), &controls, &of_policy(&policy));
                proptest::prop_assert_eq!(vague, None, "{}", text);
            }
        }
    }
}
