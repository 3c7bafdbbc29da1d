//! Text as it has to be written in YAML, for helps that say what to write.

use super::ambiguous;

/// A text in quotes, on one line: double ones where that needs no escapes, else single ones.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    if !text.chars().all(is_plain) {
        // The escapes of JSON are escapes of YAML.
        return serde_json::to_string(text).unwrap_or_else(|_| format!("{text:?}"));
    }
    match text.contains(['"', '\\']) {
        true => format!("'{}'", text.replace('\'', "''")),
        false => format!("\"{text}\""),
    }
}

/// A text as an entry of `[…]` or a value in `{…}`, in quotes where it needs them.
pub(super) fn in_flow(text: &str) -> String {
    let starts_plain = text.starts_with(|c: char| c.is_alphanumeric() || c == '/' || c == '…');
    let stays_plain = !text.contains(|c: char| ",[]{}\"'#\\".contains(c) || c.is_control())
        && !text.contains(": ")
        && !text.ends_with([':', ' ']);
    match starts_plain && stays_plain && ambiguous::reads_as(text).is_none() {
        true => text.to_owned(),
        false => quoted(text),
    }
}

/// A text as a value behind its key or its dash, in quotes where it needs them.
pub(super) fn in_block(text: &str) -> String {
    let starts_plain = text.starts_with(|c: char| c.is_alphanumeric() || c == '/');
    let stays_plain = !text
        .contains(|c: char| c.is_control() || "\u{2028}\u{2029}\u{feff}".contains(c))
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' ']);
    match starts_plain && stays_plain && ambiguous::reads_as(text).is_none() {
        true => text.to_owned(),
        false => quoted(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_quoted_only_where_it_must_be() {
        for text in ["The vendor moved, see [48213]", "it's \"late\"", "a#b", "{x"] {
            let is_plain = in_block(text) == text;
            assert_eq!(is_plain, !text.starts_with('{'), "{text}");
        }
        for text in
            ["a: b", "no", "12", "- a", "a #b", "a:", "'", "a\nb", "#x", " x", "", "\u{2028}"]
        {
            let yaml = format!("key: {}\n", in_block(text));
            let read: std::collections::BTreeMap<String, String> =
                serde_yaml::from_str(&yaml).unwrap();
            assert_eq!(read["key"], text, "{yaml}");
        }
    }

    #[test]
    fn what_is_quoted_reads_as_the_text_it_was() {
        for text in ["no", "a \"b\"", "it's \"x\"", "a\\b", "tab\tand\nline", "\u{7}", "", "ü: y"]
        {
            let yaml = quoted(text);
            assert!(!yaml.contains('\n'), "{yaml}");
            assert_eq!(serde_yaml::from_str::<String>(&yaml).unwrap(), text, "{yaml}");
        }
    }

    #[test]
    fn an_entry_is_quoted_only_where_it_must_be() {
        assert_eq!(in_flow("service:/mirror"), "service:/mirror");
        assert_eq!(in_flow("AZ-NET-004"), "AZ-NET-004");
        for text in ["a, b", "no", "12", "{x}", "a: b", "- a", "*", "@me", "a #b", "a:", "'"] {
            let yaml = format!("[{}]", in_flow(text));
            assert_eq!(serde_yaml::from_str::<Vec<String>>(&yaml).unwrap(), [text], "{yaml}");
        }
    }
}
