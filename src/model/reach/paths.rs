//! Files and the patterns that name several: `*` and `?` within one part, `**` across parts.

use super::containment::{Answer, undecided};
use super::glob;

pub(super) fn within(limit: &str, value: &str) -> Answer {
    let leads_elsewhere = |text: &str| text.split('/').any(|part| part == "..");
    if leads_elsewhere(limit) || leads_elsewhere(value) {
        return undecided(limit, value);
    }
    // A tool may take brackets for more than themselves; a binding does not.
    let is_pattern = |text: &str| text.contains(['*', '?', '[', '{', '\\']);
    match (limit.contains(['*', '?']), is_pattern(value)) {
        _ if limit == "**" => Answer::Yes,
        _ if is_below(limit, value) => Answer::Yes,
        (false, false) => Answer::No,
        // A pattern stands for more than one path.
        (false, true) if value.contains(['*', '?']) && !value.contains('\\') => Answer::No,
        (_, true) => undecided(limit, value),
        (true, false) => glob::is_match(limit, value).into(),
    }
}

/// Whether the limit is all that lies in a folder, and the value begins with that folder.
fn is_below(limit: &str, value: &str) -> bool {
    let folder = limit.strip_suffix("**").filter(|folder| folder.ends_with('/'));
    let is_literal = |text: &str| !text.contains(['*', '?', '[', '{', '\\']);
    folder.is_some_and(|folder| {
        let rest = value.strip_prefix(folder).filter(|rest| !rest.is_empty());
        is_literal(folder) && rest.is_some_and(|rest| !rest.contains(".."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_lies_in_a_folder_holds_every_pattern_that_begins_there() {
        for value in ["a/b/c.tf", "a/b/*", "a/b/**", "a/b/**/c"] {
            assert_eq!(within("a/b/**", value), Answer::Yes, "{value}");
        }
        for value in ["a/b2/*", "a/**", "a/*/c", "*", "a/b/{c,../d}", "a/b"] {
            assert_ne!(within("a/b/**", value), Answer::Yes, "{value}");
        }
    }
}
