//! Files and the patterns that name several: `*` and `?` within one part, `**` across parts.

use globset::GlobBuilder;

use super::containment::{Answer, undecided};

pub(super) fn within(limit: &str, value: &str) -> Answer {
    let is_pattern = |text: &str| text.contains(['*', '?', '[', '{', '\\']);
    match (is_pattern(limit), is_pattern(value)) {
        _ if limit == "**" => Answer::Yes,
        (false, false) => Answer::No,
        // A pattern stands for more than one path.
        (false, true) if value.contains(['*', '?']) && !value.contains('\\') => Answer::No,
        (_, true) => undecided(limit, value),
        (true, false) => match GlobBuilder::new(limit).literal_separator(true).build() {
            Ok(glob) => glob.compile_matcher().is_match(value).into(),
            Err(_) => undecided(limit, value),
        },
    }
}
