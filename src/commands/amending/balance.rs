//! Whether a change that leaves errors in a record brings it nearer to having none: what is filed
//! with placeholders is completed one by one.

use std::collections::HashSet;

use crate::finding::{Finding, Level};
use crate::source::splice::Change;

/// What tells findings apart.
type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

/// What is wrong after a change that was not wrong before it.
pub(super) fn added(before: &[Finding], after: &[Finding]) -> Vec<Finding> {
    let known: HashSet<Key<'_>> = before.iter().map(key).collect();
    after.iter().filter(|it| !known.contains(&key(it))).cloned().collect()
}

/// The errors that stand in a file.
pub(super) fn errors<'a>(findings: &'a [Finding], path: &str) -> Vec<&'a Finding> {
    let is_own = |it: &&Finding| it.level == Level::Error && it.place.file.path() == path;
    findings.iter().filter(is_own).collect()
}

/// Whether a change leaves fewer errors in a file than there were; or as many, where it puts a value
/// right and what it brings to light stands elsewhere, as a risk does for which something is missing.
pub(super) fn is_step(
    changes: &[Change],
    path: &str,
    before: &[Finding],
    after: &[Finding],
) -> bool {
    let (old, new) = (errors(before, path), errors(after, path));
    let is_written = |it: &&Finding| changes.iter().any(|change| is_below(change, it));
    let known = |all: &[&Finding], it: &Finding| all.iter().any(|other| key(other) == key(it));
    let mut gone = old.iter().filter(|it| !known(&new, it));
    let mut come = new.iter().filter(|it| !known(&old, it));
    new.len() < old.len()
        || (new.len() == old.len() && gone.any(&is_written) && !come.any(is_written))
}

fn is_below(change: &Change, finding: &Finding) -> bool {
    let rest = finding.place.pointer.strip_prefix(change.pointer());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn key(it: &Finding) -> Key<'_> {
    let place = &it.place;
    (it.code.id, place.file.path(), &place.pointer, &it.message)
}
