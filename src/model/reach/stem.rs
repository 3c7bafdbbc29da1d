//! What a pattern says literally: how all that it names begins, and how it ends.

use super::Dimension;
use crate::model::Tool;

/// The literal beginning and end of a value. What two patterns name can be the same only where their
/// beginnings go together and their ends do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stem {
    /// Up to the first sign of a pattern.
    pub(crate) front: String,
    /// From the last sign of a pattern on.
    pub(crate) back: String,
    /// Whether it is no pattern, so that both are all of it.
    is_exact: bool,
    /// Whether it may lead anywhere, whatever it begins and ends with.
    pub(crate) is_odd: bool,
}

/// Signs of patterns of any tool, so that none is overlooked.
const SIGNS: [char; 7] = ['*', '?', '[', ']', '{', '}', '\\'];

impl Stem {
    /// Of a value as it is compared; none where the beginning of such a value says nothing.
    pub(crate) fn of(tool: Tool, dimension: Dimension, value: &str) -> Option<Self> {
        match (dimension, tool) {
            // Through dependencies, and not to files.
            (Dimension::Path, Tool::Snyk | Tool::AuditCi) => None,
            (Dimension::Path, _) => Some(Self::of_path(value)),
            (Dimension::Namespace, _)
            | (Dimension::Policy, Tool::Kyverno)
            | (Dimension::Id, Tool::Checkov | Tool::AuditCi) => Some(Self::of_text(value)),
            _ => None,
        }
    }

    /// Letters that some file systems take for others end it, and capital ones are small.
    fn of_path(path: &str) -> Self {
        let is_odd = path.starts_with('!')
            || path.split(['/', '\\']).any(|part| part.trim().chars().all(|c| c == '.'));
        let text = path.to_ascii_lowercase();
        Self { is_odd, ..Self::cut(&text, |c| SIGNS.contains(&c) || !c.is_ascii()) }
    }

    fn of_text(text: &str) -> Self {
        Self::cut(text, |c| SIGNS.contains(&c))
    }

    fn cut(text: &str, is_sign: impl Fn(char) -> bool) -> Self {
        let first = text.find(&is_sign);
        let front = text[..first.unwrap_or(text.len())].to_owned();
        let last = text.char_indices().rfind(|(_, c)| is_sign(*c));
        let back = text[last.map_or(0, |(at, c)| at + c.len_utf8())..].to_owned();
        Self { front, back, is_exact: first.is_none(), is_odd: false }
    }

    /// Whether two values name nothing in common. `false` says nothing.
    pub(super) fn is_apart_from(&self, other: &Self) -> bool {
        if self.is_odd || other.is_odd {
            return false;
        }
        // To some, `a/**` is `a`, too; to all, `**/a` is.
        let is_within = |pattern: &Self, value: &Self| {
            let (front, back) = (pattern.front.as_str(), pattern.back.as_str());
            (value.front.starts_with(front) || value.front == front.trim_end_matches('/'))
                && (value.back.ends_with(back) || value.back == back.trim_start_matches('/'))
        };
        match (self.is_exact, other.is_exact) {
            (true, true) => self.front != other.front,
            (false, true) => !is_within(self, other),
            (true, false) => !is_within(other, self),
            (false, false) => {
                let (a, b) = (&self.front, &other.front);
                let begins_alike = a.starts_with(b.as_str()) || b.starts_with(a.as_str());
                let (a, b) = (&self.back, &other.back);
                !begins_alike || !(a.ends_with(b.as_str()) || b.ends_with(a.as_str()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::glob;
    use super::*;

    fn are_apart(one: &str, other: &str) -> bool {
        let stem = |path: &str| {
            let path = Tool::Trivy.compared(Dimension::Path, path);
            Stem::of(Tool::Trivy, Dimension::Path, &path).expect("a stem")
        };
        let is_apart = stem(one).is_apart_from(&stem(other));
        assert_eq!(stem(other).is_apart_from(&stem(one)), is_apart, "{one} {other}");
        is_apart
    }

    #[test]
    fn paths_are_apart_where_neither_their_letters_nor_a_tool_could_make_them_one() {
        for (one, other) in [
            ("vendor/left/go.sum", "src/app/go.sum"),
            ("vendor/**", "src/**"),
            ("vendor/**", "vendor2/a"),
            ("src/*.lock", "src/*.sum"),
            ("**/a.lock", "b.lock"),
        ] {
            assert!(are_apart(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("a/b", "./a/b/"),
            ("a/b", "A/B"),
            ("a/**", "a"),
            ("a/**", "a/*/c"),
            ("**/b", "b"),
            ("**", "a"),
            ("*", "a/**"),
            ("a/../b", "b"),
            ("a/./b", "a/b"),
            ("a//b", "a/b"),
            (r"a\b", "a/b"),
            ("a/{b,c}", "a/c"),
            ("a/[bc]", "a/c"),
            ("caf\u{e9}/a", "cafe\u{301}/a"),
            ("!a", "b"),
        ] {
            assert!(!are_apart(one, other), "{one} {other}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn two_patterns_that_name_one_path_are_not_apart(
            one in "(a|b|[?]|[*]|/|/[*][*]/|[*][*]/|/[*][*]|é|[.]){1,5}",
            other in "(a|b|[?]|[*]|/|/[*][*]/|[*][*]/|/[*][*]|é|[.]){1,5}",
            path in "(a|b|/|é|[.]){1,5}",
        ) {
            let names = |pattern: &str| glob::is_match(pattern.trim_matches('/'), path.trim_matches('/'));
            prop_assert!(!(names(&one) && names(&other) && are_apart(&one, &other)));
        }
    }
}
