//! Whether a change passes although errors remain that it did not make: so that many exceptions
//! which expire at once can be put in order one by one.
//!
//! Invariant: pure. An error is the same if code, record and blob are the same.

use std::collections::BTreeMap;

use crate::finding::{Finding, Level};
use crate::git::ObjectId;

/// What makes two errors the same: the code, the record, and the text that it stands in.
type Same = (&'static str, String, Option<ObjectId>);

/// The errors of a register, counted.
#[derive(Debug, Default)]
pub(super) struct Errors(BTreeMap<Same, usize>);

impl Errors {
    pub(super) fn of(findings: &[Finding]) -> Self {
        let mut errors = BTreeMap::new();
        for finding in findings.iter().filter(|finding| finding.level == Level::Error) {
            *errors.entry(same(finding)).or_default() += 1;
        }
        Self(errors)
    }

    /// Whether an error is one of those that there were before; where there are more of its kind
    /// than before, nobody knows which.
    pub(super) fn is_known(&self, finding: &Finding, before: &Self) -> bool {
        let key = same(finding);
        self.0.get(&key) <= before.0.get(&key)
    }

    /// How many errors are gone since `before`, if none has been added.
    fn only_removed_since(&self, before: &Self) -> Option<usize> {
        let is_added = |(key, n): (&Same, &usize)| before.0.get(key).is_none_or(|known| n > known);
        if self.0.iter().any(is_added) {
            return None;
        }
        let count = |errors: &Self| errors.0.values().sum::<usize>();
        Some(count(before) - count(self)).filter(|n_removed| *n_removed > 0)
    }
}

fn same(finding: &Finding) -> Same {
    let file = &finding.place.file;
    let record = finding.record.clone().unwrap_or_else(|| file.path().to_owned());
    (finding.code.id, record, ObjectId::of_file(file.text().as_bytes()))
}

/// The errors that a change removes, where it passes although others remain: it adds none, and
/// those that remain are all in files that it leaves alone.
pub(super) fn n_removed(before: &Errors, after: &Errors, findings: &[Finding]) -> Option<usize> {
    let mut errors = findings.iter().filter(|finding| finding.level == Level::Error).peekable();
    errors.peek()?;
    if !errors.all(|finding| finding.is_elsewhere) {
        return None;
    }
    after.only_removed_since(before)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::finding::{Code, Place};
    use crate::text::SourceFile;

    static A: Code = Code::error("EXC1", "a");
    static B: Code = Code::error("EXC2", "b");
    static W: Code = Code::warning("EXC3", "w");

    /// An error in a record's text that a change leaves alone.
    fn error(code: &'static Code, record: &str, text: &str) -> Finding {
        let file = Arc::new(SourceFile::new(format!("{record}.yaml"), text));
        let finding = code.finding(Place::file(&file), "wrong").record(record);
        Finding { is_elsewhere: true, ..finding }
    }

    fn here(finding: Finding) -> Finding {
        Finding { is_elsewhere: false, ..finding }
    }

    #[track_caller]
    fn check(before: &[Finding], after: &[Finding], expected: Option<usize>) {
        let n = n_removed(&Errors::of(before), &Errors::of(after), after);
        assert_eq!(n, expected);
    }

    #[test]
    fn of_errors_that_come_at_once_each_change_may_remove_one() {
        let all = [error(&A, "x", "1"), error(&A, "y", "1"), error(&A, "z", "1")];
        check(&all, &all[1..], Some(1));
        check(&all, &all[2..], Some(2));
        check(&all, &all, None);
        // Without an error it passes as everything does.
        check(&all, &[], None);
        check(&all, &[error(&W, "x", "1")], None);
    }

    #[test]
    fn whoever_adds_an_error_does_not_pass() {
        let before = [error(&A, "x", "1"), error(&A, "y", "1")];
        check(&before, &[error(&A, "y", "1"), error(&B, "y", "1")], None);
        check(&before, &[error(&A, "y", "1"), error(&A, "y", "1")], None);
        check(&before, &[error(&A, "y", "2")], None);
        check(&before, &[error(&A, "z", "1")], None);
    }

    #[test]
    fn an_error_that_remains_where_the_change_is_fails_it() {
        let before = [error(&A, "x", "1"), error(&B, "x", "1"), error(&A, "y", "1")];
        check(&before, &[here(error(&B, "x", "1"))], None);
        check(&before, &[here(error(&B, "x", "2")), error(&A, "y", "1")], None);
    }

    #[test]
    fn an_error_of_which_there_are_more_now_is_not_known() {
        let one = error(&A, "x", "1");
        let before = Errors::of(std::slice::from_ref(&one));
        assert!(Errors::of(std::slice::from_ref(&one)).is_known(&one, &before));
        assert!(!Errors::of(&[one.clone(), one.clone()]).is_known(&one, &before));
        assert!(!Errors::of(std::slice::from_ref(&one)).is_known(&one, &Errors::default()));
    }
}
