//! EXC405: a renewal of the past that is edited or removed.

use super::{Check, Context, Rule};
use crate::changes::Change;
use crate::finding::{Code, Finding};
use crate::model::Renewal;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Change(check) };

const CODE: Code = Code::error("EXC405", "rewritten-renewal");

const DOCS: &str = r#"## What it checks

That the entries of `renewals` stay as they landed: none is edited, removed, or moved within the list. New ones are added at the end.

## Why it matters

Somebody approved more time for that reason, on that evidence. Another reason put in its place was never approved by anybody.

## Example

```diff
 renewals:
   - date: 2026-11-10
     until: 2027-01-31
-    reason: The vendor moved the private link preview from November to January (ticket 48213).
+    reason: The security team asked for a second review of the private link (ticket SEC-311).
     evidence: https://example.com/vendor/status/48213
```

## Instead

```diff
 renewals:
   - date: 2026-11-10
     until: 2027-01-31
     reason: The vendor moved the private link preview from November to January (ticket 48213).
     evidence: https://example.com/vendor/status/48213
-reviews: []
+reviews:
+  - {date: 2026-11-20, by: ai-risk-board, note: The security team reviews the private link a second time.}
```
"#;

fn check(change: &Change<'_>, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (Some(before), Some(after)) = (change.before, change.after) else { return };
    let (old, new) = (&before.exception.renewals, &after.exception.renewals);
    for (index, renewal) in old.iter().enumerate() {
        let (what, at) = match new.get(index) {
            Some(same) if is_kept(renewal, same) => continue,
            Some(_) => ("edited", after.at(&format!("/renewals/{index}"))),
            None => ("removed", after.at("/renewals")),
        };
        let day = renewal.date.map_or("?".to_owned(), |date| date.to_string());
        let message = format!("the renewal of {day} is {what}");
        let help = "restore it as it was, and add a new entry at the end";
        let was = before.at(&format!("/renewals/{index}"));
        findings.push(CODE.finding(at, message).label(was, "as it landed").help(help));
    }
}

/// Whether a renewal says what it said; what was missing or could not be read may be filled in.
fn is_kept(old: &Renewal, new: &Renewal) -> bool {
    let is_same = |old: &str, new: &str| old.is_empty() || old == new;
    (old.date.is_none() || old.date == new.date)
        && (old.until.is_none() || old.until == new.until)
        && is_same(&old.reason, &new.reason)
        && is_same(&old.evidence, &new.evidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::record_change_report;

    const A: &str = "{date: 2026-11-10, until: 2027-01-15, reason: a, evidence: e}";
    const B: &str = "{date: 2026-12-10, until: 2027-01-31, reason: b, evidence: e}";

    fn check(old: &[&str], new: &[&str]) -> usize {
        let list = |entries: &[&str]| format!("renewals: [{}]\n", entries.join(", "));
        let report = record_change_report(&RULE, &list(old), &list(new));
        report.lines().filter(|line| line.contains("EXC405")).count()
    }

    #[test]
    fn renewals_are_only_ever_added_at_the_end() {
        assert_eq!(check(&[A], &[A, B]), 0);
        assert_eq!(check(&[A], &[B, A]), 1);
        assert_eq!(check(&[A, B], &[B, A]), 2);
        assert_eq!(check(&[A, B], &[A]), 1);
        assert_eq!(check(&[A], &[]), 1);
        for (from, to) in [("reason: a", "reason: x"), ("2027-01-15", "2027-01-16")] {
            assert_eq!(check(&[A], &[&A.replace(from, to)]), 1);
        }
    }

    #[test]
    fn what_could_not_be_read_may_be_put_right() {
        assert_eq!(check(&[&A.replace("2026-11-10", "soon")], &[A]), 0);
        assert_eq!(check(&[&A.replace(", evidence: e", "")], &[A]), 0);
        assert_eq!(check(&[A], &[&A.replace(", evidence: e", "")]), 1);
    }
}
