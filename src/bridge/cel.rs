//! Conditions of CEL by which an exception of Kyverno is limited: as `exc` writes them, and which ones it
//! understands.
//!
//! Sources: <https://github.com/google/cel-spec/blob/master/doc/langdef.md>, and for `matches`, which
//! finds a pattern anywhere in a text, <https://github.com/google/re2/wiki/Syntax>. What JSON writes as a
//! text, CEL reads as the same text: its escapes are escapes there.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::reach::Dimension;

/// Where a resource says what a dimension limits.
const FIELDS: [(Dimension, &str); 3] = [
    (Dimension::Kind, "object.kind"),
    (Dimension::Namespace, "object.metadata.namespace"),
    (Dimension::Name, "object.metadata.name"),
];

/// A text as `exc` and as people write it, and a comparison of a field with such texts.
static TEXT: LazyLock<Regex> = LazyLock::new(|| Regex::new(&text()).expect("a pattern"));
static COMPARISON: LazyLock<Regex> = LazyLock::new(|| {
    let fields = FIELDS.map(|(_, field)| regex::escape(field)).join("|");
    let text = text();
    let several = format!(r"\[\s*((?:{text})(?:\s*,\s*(?:{text}))*)\s*\]");
    let one = format!(r"(?:==\s*({text})|in\s*{several}|\.matches\(\s*({text})\s*\))");
    Regex::new(&format!(r"^\s*({fields})\s*{one}\s*$")).expect("a pattern")
});

fn text() -> String {
    let escape = r#"\\["\\bfnrt]|\\u[0-9A-Fa-f]{4}"#;
    format!(r#"'[A-Za-z0-9._:-]+'|"(?:[^"\\\x00-\x1F]|{escape})+""#)
}

/// The condition that a field is one of some values, in which `*` and `?` are patterns. None for a
/// dimension that no field is known for.
pub(super) fn condition(dimension: Dimension, values: &[String]) -> Option<String> {
    let (_, field) = FIELDS.into_iter().find(|(known, _)| *known == dimension)?;
    let quoted = |text: &str| serde_json::to_string(text).expect("a text is JSON");
    if values.iter().any(|value| value.contains(['*', '?'])) {
        let patterns: Vec<String> = values.iter().map(|value| pattern(value)).collect();
        let whole = format!("^({})$", patterns.join("|"));
        return Some(format!("{field}.matches({})", quoted(&whole)));
    }
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    Some(format!("{field} in [{}]", values.join(", ")))
}

/// What an expression limits, if it compares one field with texts and does nothing else.
pub(super) fn understood(expression: &str) -> Option<(Dimension, Vec<String>)> {
    let found = COMPARISON.captures(expression)?;
    let (dimension, _) = FIELDS.into_iter().find(|(_, field)| *field == &found[1])?;
    if let Some(text) = found.get(4) {
        let whole = read(text.as_str())?;
        let inside = whole.strip_prefix("^(")?.strip_suffix(")$")?;
        return Some((dimension, globs(inside)?));
    }
    let values = found.get(2).or(found.get(3))?.as_str();
    let values = TEXT.find_iter(values).map(|text| read(text.as_str()));
    let values = values.collect::<Option<Vec<String>>>()?;
    // Here they stand for themselves, and would be patterns in a reach.
    (!values.iter().any(|value| value.contains(['*', '?']))).then_some((dimension, values))
}

fn read(text: &str) -> Option<String> {
    match text.strip_prefix('\'') {
        Some(rest) => rest.strip_suffix('\'').map(str::to_owned),
        None => serde_json::from_str(text).ok(),
    }
}

/// A value as a regular expression.
fn pattern(value: &str) -> String {
    let mut written = String::new();
    for c in value.chars() {
        match c {
            '*' => written.push_str(".*"),
            '?' => written.push('.'),
            '-' | '_' => written.push(c),
            _ if c.is_ascii_punctuation() => written.extend(['\\', c]),
            _ => written.push(c),
        }
    }
    written
}

/// The values of which [`pattern`] makes these alternatives.
fn globs(patterns: &str) -> Option<Vec<String>> {
    let mut globs = vec![String::new()];
    let mut rest = patterns.chars().peekable();
    while let Some(c) = rest.next() {
        let glob = globs.last_mut().expect("the first one");
        match c {
            '|' => globs.push(String::new()),
            '.' => glob.push(if rest.next_if_eq(&'*').is_some() { '*' } else { '?' }),
            '\\' => glob.push(rest.next_if(|c| c.is_ascii_punctuation() && !"*?".contains(*c))?),
            '-' | '_' => glob.push(c),
            _ if c.is_ascii_punctuation() => return None,
            _ => glob.push(c),
        }
    }
    (!globs.iter().any(String::is_empty)).then_some(globs)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(values: &[&str]) -> String {
        let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
        condition(Dimension::Name, &values).expect("a field")
    }

    #[test]
    fn literals_are_listed_and_patterns_are_matched_as_a_whole() {
        assert_eq!(names(&["a", "b.c"]), r#"object.metadata.name in ["a", "b.c"]"#);
        assert_eq!(names(&["tool*", "b.c"]), r#"object.metadata.name.matches("^(tool.*|b\\.c)$")"#);
    }

    #[test]
    fn no_value_breaks_out_of_its_text() {
        assert_eq!(
            names(&["a\"] || true || \"\\"]),
            r#"object.metadata.name in ["a\"] || true || \"\\"]"#
        );
        assert_eq!(
            names(&["a)$|.*|^(*"]),
            r#"object.metadata.name.matches("^(a\\)\\$\\|\\..*\\|\\^\\(.*)$")"#
        );
        assert_eq!(names(&["a\nb"]), r#"object.metadata.name in ["a\nb"]"#);
    }

    #[test]
    fn what_does_more_than_compare_is_not_understood() {
        for expression in [
            r#"object.metadata.name in ["a"] || true"#,
            r#"object.metadata.name in ["a*"]"#,
            r#"object.metadata.name == r"a""#,
            r#"object.metadata.name in []"#,
            r#"object.metadata.name.matches("a")"#,
            r#"object.metadata.name.matches("^(a|)$")"#,
            r#"object.metadata.name.matches("^(a)|(b)$")"#,
            r#"object.metadata.name.matches("^(a+)$")"#,
            r#"object.metadata.name.matches("^(\\d)$")"#,
            r#"object.metadata.labels.name in ["a"]"#,
            r#"!(object.metadata.name in ["a"])"#,
        ] {
            assert_eq!(understood(expression), None, "{expression}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_understood_as_what_it_says(
            values in proptest::collection::vec("[a-z.*?\\-_:|()^$\"'\\\\ \n\u{1}\u{7f}\u{202e}é]{1,8}", 1..4),
        ) {
            let written = condition(Dimension::Namespace, &values).expect("a field");
            prop_assert_eq!(understood(&written), Some((Dimension::Namespace, values)), "{}", written);
        }
    }
}
