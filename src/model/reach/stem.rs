//! What a pattern says literally: how all that it names begins, and how it ends.

use super::Dimension;
use crate::model::Tool;

/// The literal beginning and end of a value; all of it twice where it is no pattern. What two patterns name can be the same only where their
/// beginnings go together and their ends do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stem {
    /// Up to the first sign of a pattern.
    pub(crate) front: String,
    /// From the last sign of a pattern on.
    pub(crate) back: String,
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
        Self { front, back, is_odd: false }
    }
}
