//! Patterns of `*` (any text) and `?` (any one character), and which of two lets more through.

/// Whether every text that `inner` lets through is let through by `outer`. None where that takes
/// more than a glance, which only patterns of many stars do.
pub(super) fn covers(outer: &str, inner: &str) -> Option<bool> {
    let outer: Vec<char> = outer.chars().collect();
    let inner: Vec<char> = inner.chars().collect();
    let mut budget = 4_096;
    accepts(&outer, &inner, closed(&outer, vec![0]), &mut budget)
}

pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether `outer`, read up to one of the places in `at`, lets through all that `inner` still does.
fn accepts(outer: &[char], inner: &[char], at: Vec<usize>, budget: &mut u32) -> Option<bool> {
    *budget = budget.checked_sub(1)?;
    if at.is_empty() {
        return Some(false);
    }
    match inner.split_first() {
        None => Some(at.contains(&outer.len())),
        Some(('*', rest)) => {
            // The star stands for no character, for one, for two: until the places repeat.
            let mut seen: Vec<Vec<usize>> = Vec::new();
            let mut at = at;
            while !seen.contains(&at) {
                if !accepts(outer, rest, at.clone(), budget)? {
                    return Some(false);
                }
                let next = step(outer, &at, None);
                seen.push(at);
                at = next;
            }
            Some(true)
        }
        Some(('?', rest)) => accepts(outer, rest, step(outer, &at, None), budget),
        Some((&c, rest)) => accepts(outer, rest, step(outer, &at, Some(c)), budget),
    }
}

/// The places after one more character; none is one that no pattern names.
fn step(outer: &[char], at: &[usize], c: Option<char>) -> Vec<usize> {
    let next = at.iter().filter_map(|&place| match outer.get(place)? {
        '*' => Some(place),
        '?' => Some(place + 1),
        &named => (c == Some(named)).then_some(place + 1),
    });
    closed(outer, next.collect())
}

/// With each place before a star the one behind it.
fn closed(outer: &[char], mut at: Vec<usize>) -> Vec<usize> {
    let mut index = 0;
    while let Some(&place) = at.get(index) {
        if outer.get(place) == Some(&'*') {
            at.push(place + 1);
        }
        index += 1;
    }
    at.sort_unstable();
    at.dedup();
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pattern_covers_what_it_matches_and_narrower_patterns() {
        for (outer, inner) in [
            ("*", "anything"),
            ("*", "a*b?"),
            ("a*", "a*b"),
            ("a*", "a"),
            ("?*", "*?"),
            ("a?c", "abc"),
            ("*b*", "ab*c"),
            ("**", "*"),
        ] {
            assert_eq!(covers(outer, inner), Some(true), "{outer} {inner}");
        }
    }

    #[test]
    fn a_pattern_does_not_cover_what_it_leaves_out() {
        for (outer, inner) in
            [("a", "a*"), ("?*", "*"), ("a*", "*a"), ("ab*", "a*"), ("a?c", "a*c"), ("", "?")]
        {
            assert_eq!(covers(outer, inner), Some(false), "{outer} {inner}");
        }
    }

    fn matches(pattern: &str, text: &str) -> bool {
        let pattern = regex::escape(pattern).replace(r"\*", ".*").replace(r"\?", ".");
        regex::Regex::new(&format!("^{pattern}$")).expect("a pattern").is_match(text)
    }

    fn texts() -> Vec<String> {
        let mut texts = vec![String::new()];
        for _ in 0..5 {
            let longer: Vec<String> = texts
                .iter()
                .flat_map(|text| ["a", "b", "z"].map(|c| format!("{text}{c}")))
                .collect();
            texts.extend(longer);
            texts.sort();
            texts.dedup();
        }
        texts
    }

    proptest! {
        /// With `z` as the character that no pattern names, and texts longer than the patterns.
        #[test]
        fn covering_is_what_trying_all_short_texts_says(outer in "[ab*?]{0,3}", inner in "[ab*?]{0,3}") {
            let counterexample =
                texts().into_iter().find(|text| matches(&inner, text) && !matches(&outer, text));
            prop_assert_eq!(covers(&outer, &inner), Some(counterexample.is_none()));
        }
    }
}
