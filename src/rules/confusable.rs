//! Characters and texts that look alike, by the tables of Unicode (UTS 39).

use std::sync::LazyLock;

use unicode_security::skeleton;

use crate::finding::Place;
use crate::source::Record;
use crate::source::characters::name;
use crate::text::Span;

/// The ASCII letter, digit or sign that another character looks like.
pub(super) fn ascii_twin(c: char) -> Option<char> {
    let mut buffer = [0; 4];
    let mut skeleton = skeleton(c.encode_utf8(&mut buffer));
    match (skeleton.next(), skeleton.next()) {
        (Some(twin), None) if twin.is_ascii_graphic() && twin != c => Some(twin),
        _ => None,
    }
}

/// ``U+0430, which looks like `a` ``, or the code point alone.
pub(super) fn describe(c: char) -> String {
    match ascii_twin(c) {
        Some(twin) => format!("{}, which looks like `{twin}`", name(c)),
        None => name(c),
    }
}

/// Texts that are the same for all that look alike: two texts look alike if they share one.
///
/// The tables tell `0` and `O`, `1` and `l`, `rn` and `m` from each other no more than a reader
/// does. Case is folded before, so that `I` is an `i`, and not, so that `I` is an `l`; `1` is read
/// as either.
pub(super) fn looks(text: &str) -> Vec<String> {
    let folded = text.to_lowercase();
    let mut looks = vec![look(&folded)];
    if folded != text {
        looks.push(look(text));
    }
    if folded.contains('1') {
        looks.push(look(&folded.replace('1', "i")));
    }
    looks.sort();
    looks.dedup();
    looks
}

fn look(text: &str) -> String {
    if !text.is_ascii() {
        return look_of_any(text);
    }
    text.bytes().map(|byte| ASCII_LOOKS[usize::from(byte)].as_str()).collect()
}

fn look_of_any(text: &str) -> String {
    skeleton(text).collect::<String>().to_lowercase()
}

/// What each character of ASCII looks like; a text of them looks like all of them in a row.
static ASCII_LOOKS: LazyLock<[String; 128]> = LazyLock::new(|| {
    std::array::from_fn(|byte| look_of_any(char::from(byte as u8).encode_utf8(&mut [0; 4])))
});

/// The place of a part of a value, or of the value where an escape spells the part.
pub(super) fn place_of(record: &Record, pointer: &str, part: &str) -> Place {
    let place = record.at(pointer);
    match record.file().slice(place.span).find(part) {
        Some(at) => {
            let start = place.span.start as usize + at;
            Place { span: Span::new(start, start + part.len()), ..place }
        }
        None => place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_alike(a: &str, b: &str) -> bool {
        looks(a).iter().any(|look| looks(b).contains(look))
    }

    #[test]
    fn what_a_reader_takes_for_the_same_looks_alike() {
        for (a, b) in [
            ("alice@example.com", "\u{430}lice@example.com"),
            ("alice@example.com", "al1ce@example.com"),
            ("alice@example.com", "a1ice@example.com"),
            ("alice@example.com", "aIice@example.com"),
            ("bob@example.com", "b0b@example.com"),
            ("tom@example.com", "torn@example.com"),
            ("dana@example.com", "dana@exarnple.com"),
        ] {
            assert!(look_alike(a, b), "{a} {b}");
        }
    }

    #[test]
    fn what_a_reader_tells_apart_does_not() {
        for (a, b) in [
            ("alice@example.com", "alise@example.com"),
            ("ali@example.com", "all@example.com"),
            ("dev1@example.com", "dev2@example.com"),
            ("dev1@example.com", "dev11@example.com"),
            ("jan@example.com", "jon@example.com"),
            ("dana.ruiz@example.com", "danaruiz@example.com"),
        ] {
            assert!(!look_alike(a, b), "{a} {b}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_quick_look_at_ascii_is_the_look_at_any_text(text in "[ -~]{0,40}") {
            assert_eq!(look(&text), look_of_any(&text));
        }
    }

    #[test]
    fn a_character_has_an_ascii_twin_or_none() {
        assert_eq!(ascii_twin('\u{430}'), Some('a'));
        assert_eq!(ascii_twin('\u{391}'), Some('A'));
        assert_eq!(ascii_twin('\u{436}'), None);
        assert_eq!(ascii_twin('a'), None);
    }
}
