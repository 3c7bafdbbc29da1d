//! Two registers, or one at two moments: which record of one is which of the other.

use std::collections::BTreeMap;

use super::{Change, Kind, compare};
use crate::register::Register;
use crate::source::Record;

/// The records that differ, most serious first. A record is its id, wherever its file stands; one
/// that cannot be read on one side is left out, since nobody knows what it says there.
pub(crate) fn registers<'a>(before: &'a Register, after: &'a Register) -> Vec<Change<'a>> {
    let mut by_id: BTreeMap<&str, (Vec<&'a Record>, Vec<&'a Record>)> = BTreeMap::new();
    for record in &before.records {
        by_id.entry(name(record)).or_default().0.push(record);
    }
    for record in &after.records {
        by_id.entry(name(record)).or_default().1.push(record);
    }
    let is_unknown = |register: &Register, record: &Record| {
        let below = |path: &str| record.file().path().strip_prefix(path);
        // What could not be read may be a whole folder.
        let lost =
            |path: &String| below(path).is_some_and(|it| it.is_empty() || it.starts_with('/'));
        register.unreadable.iter().any(lost)
    };
    let mut changes: Vec<Change<'a>> = by_id
        .into_values()
        .flat_map(|(old, new)| pairs(old, new))
        .filter(|pair| match *pair {
            (Some(old), None) => !is_unknown(after, old),
            (None, Some(new)) => !is_unknown(before, new),
            _ => true,
        })
        .map(|(old, new)| compare(old, new))
        .map(|change| match change.is_moved() {
            true => Change { kind: change.kind.max(Kind::Moved), ..change },
            false => change,
        })
        .filter(|change| change.kind != Kind::Identical)
        .collect();
    // Within a kind, the order of the ids stays.
    changes.sort_by_key(|change| std::cmp::Reverse(change.kind));
    changes
}

/// A record without an id is known by its file.
fn name(record: &Record) -> &str {
    match record.exception.id.as_str() {
        "" => record.file().path(),
        id => id,
    }
}

/// Usually one and one. Where an id stands in several files, which is a finding, those at the same
/// path belong together, and the others in the order of their paths.
fn pairs<'a>(
    mut old: Vec<&'a Record>,
    mut new: Vec<&'a Record>,
) -> Vec<(Option<&'a Record>, Option<&'a Record>)> {
    let mut pairs = Vec::new();
    old.retain(|old| {
        let same = new.iter().position(|new| new.file().path() == old.file().path());
        pairs.extend(same.map(|at| (Some(*old), Some(new.remove(at)))));
        same.is_none()
    });
    let (mut old, mut new) = (old.into_iter(), new.into_iter());
    loop {
        match (old.next(), new.next()) {
            (None, None) => return pairs,
            pair => pairs.push(pair),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::register;
    use crate::rules::testing::{RECORD, overlaid};
    use crate::source::RecordSchema;
    use crate::text::SourceFile;

    fn register(files: &[(&str, &str)]) -> Register {
        let schema = RecordSchema::new(&[]).expect("the schema is a schema");
        let file = |(name, changes): &(&str, &str)| {
            let text = overlaid(RECORD, changes);
            Arc::new(SourceFile::new(format!("exceptions/{name}.yaml"), text))
        };
        register::from_files("exceptions", files.iter().map(file).collect(), &schema)
    }

    /// Paths before and after, and the kind.
    fn found(before: &Register, after: &Register) -> Vec<String> {
        let path = |record: Option<&Record>| {
            let path = record.map_or("-", |record| record.file().path());
            path.trim_start_matches("exceptions/").trim_end_matches(".yaml").to_owned()
        };
        let changes = registers(before, after);
        let shown = changes.iter().map(|change| {
            format!("{} {} {}", path(change.before), path(change.after), change.kind.as_str())
        });
        shown.collect()
    }

    #[test]
    fn an_id_in_several_files_is_paired_by_path_first() {
        let before = register(&[("a", ""), ("b", "title: B")]);
        let after = register(&[("a", "title: A"), ("c", "title: B"), ("d", "title: D")]);
        assert_eq!(found(&before, &after), ["- d new", "b c moved", "a a cosmetic"]);
    }

    #[test]
    fn a_move_with_a_change_is_the_change() {
        let before = register(&[("a", "expires: 2027-01-31")]);
        let after = register(&[("b", "expires: 2027-02-01")]);
        assert_eq!(found(&before, &after), ["a b extension"]);
    }

    #[test]
    fn what_could_not_be_read_on_one_side_is_neither_new_nor_deleted() {
        let before = register(&[("a", ""), ("2026/b", "id: EXC-2026-BBBB")]);
        let mut after = register(&[]);
        assert_eq!(found(&before, &after), ["2026/b - deleted", "a - deleted"]);
        after.unreadable = vec!["exceptions/2026".to_owned(), "exceptions/a.yaml".to_owned()];
        assert_eq!(found(&before, &after), [""; 0]);
        assert_eq!(found(&after, &before), [""; 0]);
    }
}
