//! Which paths the pattern of a line may be about.
//!
//! Invariant: pure text in. Where it cannot be known whether a pattern matches, it may.

use super::{Line, Subject};

/// Characters after which a pattern is no longer just the text that it matches.
const SPECIAL: [char; 5] = ['*', '?', '[', ']', '\\'];

impl Line {
    /// Whether the line may be about a file below a folder whose name ends in one of `endings`.
    /// `base` is the folder of the file with the line; both are relative to the root, without `/`
    /// at either end.
    pub(crate) fn may_match(&self, base: &str, folder: &str, endings: &[&str]) -> bool {
        let Subject::Paths(pattern) = &self.subject else { return false };
        let Some(folder) = relative(base, folder) else { return false };
        // A pattern for folders gives nothing to the files in them.
        if pattern.ends_with('/') {
            return false;
        }
        let pattern = pattern.strip_prefix('/').unwrap_or(pattern);
        let is_name = !self.is_anchored();
        if is_name {
            return may_name(pattern, endings);
        }
        may_lead_into(pattern, folder, endings)
    }

    /// Whether the line is about every file below a folder whose name ends in one of `endings`.
    pub(crate) fn covers(&self, base: &str, folder: &str, endings: &[&str]) -> bool {
        let Subject::Paths(pattern) = &self.subject else { return false };
        if !is_above(base, folder) {
            return false;
        }
        let is_all = |name: &str| match (name, endings) {
            ("*" | "**", _) => true,
            (name, [ending]) => name.strip_prefix('*') == Some(ending),
            _ => false,
        };
        let Some((above, name)) = pattern.rsplit_once('/') else { return is_all(pattern) };
        let above = above.strip_prefix('/').unwrap_or(above);
        let above = match name {
            "**" => above,
            name if !is_all(name) => return false,
            _ if above == "**" => "",
            _ => match above.strip_suffix("/**") {
                Some(above) => above,
                None => return false,
            },
        };
        let inside = relative(base, folder).unwrap_or_default();
        !above.contains(SPECIAL) && is_above(above, inside)
    }

    /// Whether the pattern says in which folder its files stand.
    fn is_anchored(&self) -> bool {
        matches!(&self.subject, Subject::Paths(pattern) if pattern.contains('/'))
    }
}

/// A folder as seen from another: nothing is left where the other one is in it. `None` where
/// neither contains the other.
fn relative<'a>(base: &str, folder: &'a str) -> Option<&'a str> {
    if is_above(folder, base) {
        return Some("");
    }
    let rest = if is_above(base, folder) { &folder[base.len()..] } else { return None };
    Some(rest.trim_start_matches('/'))
}

/// Whether a folder is another one or contains it.
fn is_above(above: &str, folder: &str) -> bool {
    let rest = folder.strip_prefix(above);
    above.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a pattern that goes through folders may come to a file in or below `folder`.
fn may_lead_into(pattern: &str, folder: &str, endings: &[&str]) -> bool {
    let folders: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let inside = folders.len();
    // The depths that the parts of the pattern so far may have led to.
    let mut reached = vec![false; inside + 1];
    reached[0] = true;
    let (above, last) = match pattern.rsplit_once('/') {
        Some((above, last)) => (Some(above), last),
        None => (None, pattern),
    };
    for part in above.into_iter().flat_map(|above| above.split('/')) {
        // A set of characters may hold a `/`, so what follows is no longer in parts.
        if part.contains('[') {
            return reached.contains(&true) && may_name(pattern, endings);
        }
        let mut next = vec![false; inside + 1];
        for depth in (0..=inside).filter(|&depth| reached[depth]) {
            match part {
                "**" => next[depth..].fill(true),
                _ if depth == inside => next[inside] = true,
                _ => next[depth + 1] |= may_be(part, folders[depth]),
            }
        }
        reached = next;
    }
    match last {
        "**" => reached.contains(&true),
        _ if last.contains('[') => reached.contains(&true) && may_name(last, endings),
        _ => reached[inside] && may_name(last, endings),
    }
}

/// Whether a pattern may stand for the name of a folder.
fn may_be(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_ascii_lowercase(), name.to_ascii_lowercase());
    match (pattern.find(SPECIAL), pattern.rfind(SPECIAL)) {
        (Some(first), Some(last)) => {
            name.starts_with(&pattern[..first]) && name.ends_with(&pattern[last + 1..])
        }
        _ => pattern == name,
    }
}

/// Whether a pattern may stand for a file whose name ends so.
fn may_name(pattern: &str, endings: &[&str]) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    let (tail, is_whole) = match pattern.rfind(SPECIAL) {
        Some(at) => (&pattern[at + 1..], false),
        None => (pattern.as_str(), true),
    };
    endings.iter().any(|ending| tail.ends_with(ending) || (!is_whole && ending.ends_with(tail)))
}
