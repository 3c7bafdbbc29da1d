//! Patterns of paths: `*` and `?` within one part, `**` alone in a part across parts. Nothing has to be
//! compiled, since a pattern of a register meets few paths.

/// Whether a pattern names a path. Nothing else than `*` and `?` is a sign, and `?` is one byte.
pub(super) fn is_match(pattern: &str, path: &str) -> bool {
    let mut patterns: Vec<&str> = pattern.split('/').collect();
    // What lies in a folder is not the folder itself.
    if patterns.last() == Some(&"**") {
        patterns.push("*");
    }
    let parts: Vec<&str> = path.split('/').collect();
    matches(&patterns, &parts, |it| *it == "**", |pattern, part| is_match_of_part(pattern, part))
}

fn is_match_of_part(pattern: &str, part: &str) -> bool {
    let is_one = |pattern: &u8, byte: &u8| *pattern == b'?' || pattern == byte;
    matches(pattern.as_bytes(), part.as_bytes(), |it| *it == b'*', is_one)
}

/// Whether patterns, of which some stand for any number of items, name all items. It takes as many steps
/// as there are pairs, at most: of several that stand for many, only the last one has to give way.
fn matches<P, T>(
    patterns: &[P],
    items: &[T],
    is_many: impl Fn(&P) -> bool,
    is_one: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut pattern, mut item) = (0, 0);
    let mut last: Option<(usize, usize)> = None;
    while item < items.len() {
        match patterns.get(pattern) {
            Some(it) if is_many(it) => {
                pattern += 1;
                last = Some((pattern, item));
            }
            Some(it) if is_one(it, &items[item]) => (pattern, item) = (pattern + 1, item + 1),
            _ => match last {
                None => return false,
                Some((behind, from)) => {
                    (pattern, item) = (behind, from + 1);
                    last = Some((behind, from + 1));
                }
            },
        }
    }
    patterns[pattern..].iter().all(is_many)
}

#[cfg(test)]
mod tests {
    use globset::GlobBuilder;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn a_pattern_names_what_globset_says(
            pattern in "(a|b|[?]|[*]|[*][*]|/|/[*][*]/|[*][*]/|/[*][*]|é|[.]){1,7}",
            path in "(a|b|/|é|[.]){1,8}",
        ) {
            // As they are compared.
            let (pattern, path) = (pattern.trim_matches('/'), path.trim_matches('/'));
            prop_assume!(!pattern.is_empty() && !path.is_empty());
            let glob = GlobBuilder::new(pattern).literal_separator(true).build().expect("a pattern");
            let expected = glob.compile_matcher().is_match(path);
            prop_assert_eq!(is_match(pattern, path), expected, "{} {}", pattern, path);
        }
    }

    #[test]
    fn what_names_many_in_vain_ends() {
        assert!(!is_match(&"**/*a*a*a*a*a*b/".repeat(50), &"aaaaaaaaaaaaaaaaaaaa/".repeat(200)));
    }
}
