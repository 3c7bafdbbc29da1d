//! EXC403: a later last valid day without a renewal that grants it.

use super::{Check, Context, Rule};
use crate::changes::Change;
use crate::finding::{Code, Finding};
use crate::model::window::{days_between, n_days};

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Change(check) };

const CODE: Code = Code::error("EXC403", "extended-without-renewal");

const DOCS: &str = r#"## What it checks

That a change which moves `expires` to a later day also adds an entry to `renewals`.

## Why it matters

A last valid day that moves by itself is no last day. A renewal says why more time is needed and what has been done meanwhile, and it stays in the record.

## Example

```diff
-expires: 2027-01-31
+expires: 2027-02-03
```

## Instead

```diff
-expires: 2027-01-31
-renewals: []
+expires: 2027-02-15
+renewals:
+  - date: 2026-11-20
+    until: 2027-02-15
+    reason: The vendor moved the private link preview from January to February (ticket 48213).
+    evidence: https://example.com/vendor/status/48213
```
"#;

fn check(change: &Change<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (Some(before), Some(after)) = (change.before, change.after) else { return };
    let days = (before.exception.expires, after.exception.expires);
    let (Some(old), Some(new)) = days else { return };
    let is_renewed = after.exception.renewals.len() > before.exception.renewals.len();
    if new <= old || is_renewed {
        return;
    }
    let more = n_days(days_between(old, new));
    let message = format!("`expires` moves from {old} to {new}, {more} later, without a renewal");
    let help = format!(
        "add `{{date: {}, until: {new}, reason: …, evidence: …}}` to `renewals`, or write `expires: {old}`",
        context.today
    );
    findings.push(CODE.finding(after.at("/expires"), message).help(help));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::record_change_report;

    const RENEWAL: &str = "  - {date: 2026-11-20, until: 2027-02-15, reason: a, evidence: b}\n";

    #[test]
    fn more_time_takes_one_renewal_more() {
        let (old, new) = ("expires: 2027-01-31\n", "expires: 2027-02-01\n");
        insta::assert_snapshot!(record_change_report(&RULE, old, new), @"
        EXC-2026-K7QD.yaml:28:10 error[EXC403]: `expires` moves from 2027-01-31 to 2027-02-01, 1 day later, without a renewal
          help: add `{date: 2026-11-20, until: 2027-02-01, reason: …, evidence: …}` to `renewals`, or write `expires: 2027-01-31`
        ");
        let renewed = format!("renewals:\n{RENEWAL}");
        assert_ne!(record_change_report(&RULE, &(renewed.clone() + old), &(renewed + new)), "");
    }

    #[test]
    fn less_time_and_days_that_cannot_be_read_are_not_more() {
        let check = |old: &str, new: &str| record_change_report(&RULE, old, new);
        assert_eq!(check("expires: 2027-01-31\n", "expires: 2027-01-30\n"), "");
        assert_eq!(check("expires: 2027-01-31\n", "expires: never\n"), "");
        assert_eq!(check("expires: 2027-02-30\n", "expires: 2027-02-28\n"), "");
    }
}
