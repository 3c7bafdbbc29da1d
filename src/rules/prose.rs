//! The fields of a record that say something in words: what belongs there, and how texts are
//! compared.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::source::characters;
pub(super) use crate::source::schema::last_key;

/// Characters of a text that a message repeats.
const MAX_SHOWN: usize = 60;

/// What a field of text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Prose {
    /// A word out of a vocabulary of the organization: `none` can be one.
    Label,
    /// A name or an address.
    Name,
    /// At least one sentence.
    Sentence,
}

/// What stands under a built-in key; `None` for keys whose form the schema or another rule knows.
pub(super) fn of_key(key: &str) -> Option<Prose> {
    match key {
        "title" | "statement" | "blocker" | "end_state" | "description" | "evidence"
        | "reduces" | "plan" | "what" | "reason" | "note" => Some(Prose::Sentence),
        "name" | "team" | "by" | "ticket" | "links" => Some(Prose::Name),
        "data_classification" | "tags" => Some(Prose::Label),
        _ => None,
    }
}

/// What to write under a key.
pub(super) fn advice(key: &str) -> &'static str {
    match key {
        "title" => "say in one line what is excepted, and until which event",
        "statement" => "say what could go wrong while the control is not met, and whom it hurts",
        "blocker" => "say which fact stands in the way today, and where it can be checked",
        "end_state" => "say what will be true when the control is met",
        "description" => "say what is in place, precisely enough to be checked",
        "evidence" => "say where to see it: a run, a dashboard, a change",
        "plan" => "say what will be done so that the control is met, and by when",
        "what" => "say what will be true when the milestone is reached",
        "reason" => "say what has happened that could not be foreseen, and where it can be checked",
        "note" => "say what was found, and what shows it",
        "name" => "write the person's name",
        "team" => "write the team's name",
        "by" => "say who reviewed",
        _ => "write it, or leave the key out",
    }
}

/// A text as it is compared: one form of each character, lower case, nothing that cannot be seen,
/// single spaces.
pub(super) fn folded(text: &str) -> String {
    let text = match text.is_ascii() {
        true => Cow::Borrowed(text),
        false => text.nfkc().filter(|&c| !characters::is_hidden(c)).collect(),
    };
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(&word.to_lowercase());
    }
    folded
}

/// The words of a text as they are compared, without punctuation; an address is one word.
pub(super) fn words(text: &str) -> Vec<String> {
    let separators = |c: char| ",;:!?()[]\"/|…—–“”„«»、。，；：！？".contains(c);
    let mut words = Vec::new();
    for chunk in folded(text).split(' ') {
        if chunk.contains("://") {
            words.push(chunk.to_owned());
            continue;
        }
        for piece in chunk.split(separators) {
            let piece = piece.trim_matches(|c: char| !c.is_alphanumeric());
            if !piece.is_empty() {
                words.push(piece.replace(['\'', '’'], ""));
            }
        }
    }
    words
}

/// A text as a message repeats it: on one line, and not too long.
pub(super) fn shown(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_without_case_width_and_what_cannot_be_seen() {
        assert_eq!(folded("  ＴＯ\u{200b}DO \n x"), "todo x");
        assert_eq!(folded("\u{200b}\u{2060}"), "");
    }

    #[test]
    fn words_are_without_punctuation_and_addresses_whole() {
        assert_eq!(
            words("We can't (yet): see https://example.com/a,b – and/or PLAT-2231."),
            ["we", "cant", "yet", "see", "https://example.com/a,b", "and", "or", "plat-2231"]
        );
    }

    #[test]
    fn a_long_text_is_cut_where_it_is_repeated() {
        assert_eq!(shown("a\n b"), "a b");
        assert_eq!(shown(&"ä".repeat(61)), format!("{}…", "ä".repeat(60)));
    }
}
