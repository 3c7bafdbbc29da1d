//! The quick accept: most texts plainly keep no place, so that nothing has to be compared.
//!
//! Invariant: what is accepted here is no placeholder to the comparison either.

use std::sync::LazyLock;

use super::words::{ABSENT, DUMMY, MARKS, TOO_LITTLE, UNFINISHED};

/// Bytes of the longest text of the lists.
const LONGEST: usize = 32;
/// For the first byte of a text, the lengths of the listed texts that start with it, as bits.
static LENGTHS: LazyLock<[u64; 256]> = LazyLock::new(|| {
    let mut lengths = [0; 256];
    for known in UNFINISHED.iter().chain(ABSENT).chain(TOO_LITTLE) {
        lengths[usize::from(known.as_bytes()[0])] |= 1 << known.len();
    }
    lengths
});

/// The first two characters of all listed texts.
static STARTS: LazyLock<Box<[[bool; 128]; 128]>> = LazyLock::new(|| {
    let mut starts = Box::new([[false; 128]; 128]);
    let listed = UNFINISHED.iter().chain(ABSENT).chain(TOO_LITTLE).chain(MARKS).chain(&[DUMMY]);
    for known in listed.map(|known| known.as_bytes()).filter(|known| known.len() > 1) {
        starts[usize::from(known[0] & 127)][usize::from(known[1] & 127)] = true;
    }
    starts
});

/// The first letters of the marks and of the dummy text.
const MARK_LETTERS: [u8; 4] = *b"tfxl";
const DUMMY_START: &str = "lorem";

/// Whether a text differs from every known placeholder in its first letter or its length, and
/// starts like none that can be long. Nearly every good text does, and this costs next to nothing.
pub(super) fn is_plainly_written(text: &str, more: &[String]) -> bool {
    let bytes = text.as_bytes();
    if starts_as_no_other(bytes, more) {
        return true;
    }
    let [first, .., last] = bytes else { return false };
    // May be one letter again and again.
    if first.eq_ignore_ascii_case(&bytes[1]) {
        return false;
    }
    let may_be_mark = MARK_LETTERS.contains(&first.to_ascii_lowercase());
    let is_marked = |mark: &&str| starts_with_ignoring_case(bytes, mark);
    if !first.is_ascii_alphanumeric()
        || (may_be_mark && MARKS.iter().chain([&DUMMY_START]).any(is_marked))
        || (!bytes[1].is_ascii_alphanumeric() && may_be_spaced_out(bytes))
    {
        return false;
    }
    let longest = more.iter().map(String::len).max().unwrap_or_default().max(LONGEST);
    if bytes.len() > longest {
        // Whatever else the text holds, so many letters are left when it is compared. A start of
        // fixed length is counted without a branch, and is enough for nearly every long text.
        let n_letters =
            |bytes: &[u8]| bytes.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
        return n_letters(&bytes[..bytes.len().min(2 * LONGEST)]) > longest
            || n_letters(bytes) > longest;
    }
    // Without spaces side by side and other white space, a text is as long as it is compared.
    let is_folded = |pair: (&u8, &u8)| matches!(pair.1, b' '..=b'~') & (pair != (&b' ', &b' '));
    let lengths = LENGTHS[usize::from(first.to_ascii_lowercase())];
    last.is_ascii_alphanumeric()
        && bytes.len() <= LONGEST
        && lengths >> bytes.len() & 1 == 0
        && !more.iter().any(|known| known.len() == bytes.len())
        && bytes.iter().zip(&bytes[1..]).fold(true, |all, pair| all & is_folded(pair))
}

/// Whether no placeholder starts with the first two letters of a text. What is compared starts with
/// them too, since a third character of ASCII leaves the second one as it is.
fn starts_as_no_other(bytes: &[u8], more: &[String]) -> bool {
    let &[first, second, third, ..] = bytes else { return false };
    let start = [first.to_ascii_lowercase(), second.to_ascii_lowercase()];
    let is_other = |known: &String| !known.as_bytes().starts_with(&start);
    start.iter().all(u8::is_ascii_alphanumeric)
        && third.is_ascii()
        && start[0] != start[1]
        && !STARTS[usize::from(start[0])][usize::from(start[1] & 127)]
        && more.iter().all(is_other)
}

fn starts_with_ignoring_case(bytes: &[u8], mark: &str) -> bool {
    bytes.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark.as_bytes()))
}

/// Whether the first two words of a text have one letter each.
fn may_be_spaced_out(bytes: &[u8]) -> bool {
    let words = bytes.split(|byte| !byte.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).take(2).all(|word| word.len() == 1)
}

#[cfg(test)]
mod tests {
    use super::super::is_placeholder;
    use super::*;

    #[test]
    fn no_known_placeholder_is_taken_for_plainly_written() {
        let starts = MARKS.iter().chain([&DUMMY_START]).map(|mark| mark.as_bytes()[0]);
        assert!(starts.collect::<Vec<_>>().iter().all(|letter| MARK_LETTERS.contains(letter)));
        assert!(DUMMY.starts_with(DUMMY_START));
        for known in UNFINISHED.iter().chain(ABSENT).chain(TOO_LITTLE) {
            assert!(known.len() <= LONGEST, "{known}");
            let drawn_out = format!("{known}{}", "!".repeat(60));
            assert!(!is_plainly_written(&drawn_out, &[]), "{known}");
            assert!(!is_plainly_written(known, &[]), "{known}");
            assert!(!is_plainly_written(&known.to_uppercase(), &[]), "{known}");
        }
        for dummy in
            ["lorem ipsum dolor sit amet", "LOREM IPSUM dolor sit amet consectetur adipiscing elit"]
        {
            assert!(!is_plainly_written(dummy, &[]), "{dummy}");
        }
        for listed in UNFINISHED.iter().chain(ABSENT).chain(TOO_LITTLE) {
            for gap in [" ", ".", "-", " . ", "          "] {
                let letters: Vec<String> =
                    listed.chars().filter(|c| c.is_alphanumeric()).map(String::from).collect();
                if letters.len() > 1 {
                    assert!(!is_plainly_written(&letters.join(gap), &[]), "{listed}");
                }
            }
        }
        let todo = "TODO: say why this region has no private link before the spring release";
        assert!(!is_plainly_written(todo, &[]));
        assert!(is_plainly_written(&todo["TODO: ".len()..], &[]));
    }

    proptest::proptest! {
        #[test]
        fn what_is_plainly_written_is_no_placeholder(
            picks in proptest::collection::vec((0usize..1_000, 0usize..6), 1..10),
        ) {
            let pieces = ["\u{301}", "é", "\u{200b}", "TBD", "wip", "zz", "t", "o", "d", "T", "7", "x", "lorem", "Ipsum", "todo", "n", "a", "plan", "keys"];
            let gaps = ["", " ", "  ", ".", "/", " - "];
            let text: String =
                picks.iter().map(|&(pick, gap)| format!("{}{}", pieces[pick % pieces.len()], gaps[gap])).collect();
            if is_plainly_written(&text, &[]) {
                proptest::prop_assert!(!is_placeholder(&text, &[]), "{}", text);
            }
        }
    }
}
