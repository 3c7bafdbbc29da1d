//! Plain scalars that are text to one reader of YAML and something else to another.
//!
//! The patterns are those of the YAML 1.1 types (<https://yaml.org/type/>) as widespread readers
//! implement them; the core schema of YAML 1.2 is a subset.

use std::sync::LazyLock;

use regex::Regex;

use super::quoting::quoted;
use super::yaml::AMBIGUOUS;
use crate::finding::{Finding, Fix, Place};

/// What a YAML 1.1 reader takes a plain scalar for, where that is not text.
pub(crate) fn reads_as(text: &str) -> Option<&'static str> {
    let first = *text.as_bytes().first()?;
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' if text.len() <= 5 => {
            match text.to_ascii_lowercase().as_str() {
                "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" => Some("a boolean"),
                "null" => Some("null"),
                _ => None,
            }
        }
        b'~' if text.len() == 1 => Some("null"),
        b'=' if text.len() == 1 => Some("a default value"),
        b'0'..=b'9' | b'+' | b'-' | b'.' => numeric(text),
        _ => None,
    }
}

/// A text field whose plain scalar is another type to some reader.
pub(super) fn finding(place: Place, text: &str) -> Finding {
    let what = reads_as(text).unwrap_or("another type");
    AMBIGUOUS
        .finding(
            place,
            format!("`{text}` without quotes reads as {what} in some tools, not as text"),
        )
        .help(format!("quote it: `{}`", quoted(text)))
        .fix(Some(Fix::Quote))
}

/// Whether some reader takes a plain scalar for a number.
pub(super) fn is_number(text: &str) -> bool {
    let starts_one = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.');
    text.as_bytes().first().is_some_and(starts_one) && NUMBER.is_match(text)
}

fn numeric(text: &str) -> Option<&'static str> {
    if TIMESTAMP.is_match(text) {
        Some("a date")
    } else if SEXAGESIMAL.is_match(text) {
        Some("a number to base 60")
    } else if NUMBER.is_match(text) {
        Some("a number")
    } else {
        None
    }
}

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[-+]?(0b[0-1_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?|\.(inf|Inf|INF)|\.(nan|NaN|NAN))$",
    )
});
static SEXAGESIMAL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$"));
static TIMESTAMP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t]+[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?([ \t]*(Z|[-+][0-9]{1,2}(:?[0-9]{2})?))?)?$",
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_some_reader_takes_for_another_type_is_named() {
        for (text, expected) in [
            ("no", "a boolean"),
            ("On", "a boolean"),
            ("~", "null"),
            ("0123", "a number"),
            ("1_000", "a number"),
            ("1.10", "a number"),
            ("1e3", "a number"),
            ("0x1F", "a number"),
            (".inf", "a number"),
            ("12:30:45", "a number to base 60"),
            ("2026-11-20", "a date"),
            ("2026-11-05T22:10:00Z", "a date"),
        ] {
            assert_eq!(reads_as(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn text_stays_text() {
        for text in [
            "",
            "nobody",
            "30d",
            "1.2.3",
            "one",
            "-",
            "- x",
            "+49 30",
            "2026",
            "10.0.0.0/8",
            "EXC-1",
        ] {
            let expected = (text == "2026").then_some("a number");
            assert_eq!(reads_as(text), expected, "{text}");
        }
    }
}
