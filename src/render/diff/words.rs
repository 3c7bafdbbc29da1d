//! A field that differs, in words. Text of records stands in them as it is: whoever writes them
//! makes it harmless.

use crate::changes::{FieldChange, Kind};
use crate::model::window::{days_between, n_days, parse_day};

/// Characters of two texts that are read beside each other.
const BESIDE: usize = 60;
/// Words that stay around a difference.
const AROUND: usize = 4;

/// What is said where no field differs, and the text might all the same.
const READ_DIFFERENTLY: &str =
    "the file changed, and readers of YAML understand it differently: see `exc check`";

/// One line, and what stands below it: texts that are gone (`-`) or came (`+`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::render) struct Sentence {
    pub(in crate::render) text: String,
    pub(in crate::render) below: Vec<(char, String)>,
}

/// What is to be said of a field.
pub(in crate::render) fn sentences(field: &FieldChange) -> Vec<Sentence> {
    let name = name(&field.pointer);
    let line = |text: String| Sentence { text, below: Vec::new() };
    if !field.added.is_empty() || !field.removed.is_empty() {
        let added = field.added.iter().map(|word| line(format!("{name} + {word}")));
        let removed = field.removed.iter().map(|word| line(format!("{name} - {word}")));
        return added.chain(removed).collect();
    }
    let sentence = match (&field.before, &field.after) {
        (Some(before), Some(after)) => match beside(before, after) {
            Some(text) => line(format!("{name} {text}")),
            None => {
                let (before, after) = differing(before, after);
                let below = vec![('-', before), ('+', after)];
                Sentence { text: format!("{name} changed:"), below }
            }
        },
        (None, Some(after)) if field.kind == Kind::New => line(format!("{name}: {after}")),
        (None, Some(after)) => line(format!("{name} added: {after}")),
        (Some(before), None) => line(format!("{name} removed: {before}")),
        (None, None) => line(READ_DIFFERENTLY.to_owned()),
    };
    vec![sentence]
}

/// `/justification/blocker` as `justification.blocker`.
fn name(pointer: &str) -> String {
    let keys = pointer.split('/').skip(1);
    let keys = keys.map(|key| key.replace("~1", "/").replace("~0", "~"));
    keys.collect::<Vec<_>>().join(".")
}

/// Two short texts on one line; days with their distance.
fn beside(before: &str, after: &str) -> Option<String> {
    let days = match (parse_day(before), parse_day(after)) {
        (Some(from), Some(to)) if to >= from => {
            format!(": {} later", n_days(days_between(from, to)))
        }
        (Some(from), Some(to)) => format!(": {} earlier", n_days(days_between(to, from))),
        _ => String::new(),
    };
    let is_clear = |text: &str| !text.is_empty() && !text.contains(['\n', '→']);
    let is_short = before.chars().chain(after.chars()).take(BESIDE + 1).count() <= BESIDE;
    (is_short && is_clear(before) && is_clear(after)).then(|| format!("{before} → {after}{days}"))
}

/// Two texts without the words at their ends that they share, but for some around the difference.
fn differing(before: &str, after: &str) -> (String, String) {
    let old: Vec<&str> = before.split_whitespace().collect();
    let new: Vec<&str> = after.split_whitespace().collect();
    if old == new {
        return (before.to_owned(), after.to_owned());
    }
    let shared = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let room = old.len().min(new.len()) - shared;
    let ends = old.iter().rev().zip(new.iter().rev());
    let shared_end = ends.take(room).take_while(|(a, b)| a == b).count();
    // One word takes no more room than the sign of its absence.
    let left_out = |shared: usize| Some(shared.saturating_sub(AROUND)).filter(|&n| n > 1);
    let cut = |words: &[&str]| {
        let start = left_out(shared).unwrap_or_default();
        let end = words.len() - left_out(shared_end).unwrap_or_default();
        let before = if start > 0 { "… " } else { "" };
        let after = if end < words.len() { " …" } else { "" };
        format!("{before}{}{after}", words[start..end].join(" "))
    };
    (cut(&old), cut(&new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_say_how_far_they_are_apart() {
        let said = |before, after| beside(before, after).expect("short texts");
        assert_eq!(said("2026-12-31", "2027-03-31"), "2026-12-31 → 2027-03-31: 90 days later");
        assert_eq!(said("2027-01-02", "2027-01-01"), "2027-01-02 → 2027-01-01: 1 day earlier");
        assert_eq!(said("high", "low"), "high → low");
    }

    #[test]
    fn a_text_cannot_pass_for_two() {
        assert_eq!(beside("high → low", "x"), None);
        assert_eq!(beside("a\nb", "x"), None);
    }

    #[test]
    fn a_long_text_is_cut_to_where_it_differs() {
        let (before, after) =
            differing("a b c d e f g OLD h i j k l m", "a b c d e f g NEW WORD h i j k l m");
        assert_eq!(before, "… d e f g OLD h i j k …");
        assert_eq!(after, "… d e f g NEW WORD h i j k …");
        assert_eq!(differing("a a", "a a a"), ("a a".to_owned(), "a a a".to_owned()));
        assert_eq!(differing("a b", "a\nb"), ("a b".to_owned(), "a\nb".to_owned()));
    }

    #[test]
    fn a_pointer_is_named_by_its_keys() {
        assert_eq!(name("/remediation/milestones/0/due"), "remediation.milestones.0.due");
        assert_eq!(name("/a~1b~0c"), "a/b~c");
    }
}
