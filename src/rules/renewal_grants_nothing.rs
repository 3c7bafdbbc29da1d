//! EXC410: a renewal after which an exception runs no longer than before it.

use super::{Check, Context, Rule};
use crate::changes::Change;
use crate::finding::{Code, Finding};

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Change(check) };

const CODE: Code = Code::error("EXC410", "renewal-grants-nothing");

const DOCS: &str = r#"## What it checks

That a renewal which a change adds ends after the last valid day before it, and, of several, each after the one before. One that accounts for an `expires` which no renewal granted may end on that day. What an older renewal granted does not count where the exception was shortened since.

## Why it matters

A renewal that grants nothing stands in the record for ever as if somebody had asked for more time and got it. A shorter exception takes no renewal.

## Example

```diff
 expires: 2027-01-31
 renewals:
   - date: 2026-11-10
     until: 2027-01-31
     reason: The vendor moved the private link preview from November to January (ticket 48213).
     evidence: https://example.com/vendor/status/48213
+  - date: 2026-11-20
+    until: 2027-01-31
+    reason: The January preview knows no custom domains, which the proxy needs (ticket 50077).
+    evidence: https://example.com/vendor/status/50077
```

## Instead

```diff
-expires: 2027-01-31
+expires: 2027-02-15
 renewals:
   - date: 2026-11-10
     until: 2027-01-31
     reason: The vendor moved the private link preview from November to January (ticket 48213).
     evidence: https://example.com/vendor/status/48213
+  - date: 2026-11-20
+    until: 2027-02-15
+    reason: The January preview knows no custom domains, which the proxy needs (ticket 50077).
+    evidence: https://example.com/vendor/status/50077
```
"#;

fn check(change: &Change<'_>, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (Some(before), Some(after)) = (change.before, change.after) else { return };
    let n_old = before.exception.renewals.len();
    let renewals = &after.exception.renewals;
    for (index, renewal) in renewals.iter().enumerate().skip(n_old) {
        let Some(until) = renewal.until else { continue };
        let granted = index.checked_sub(1).and_then(|last| renewals[last].until);
        // The first that is added moves the last valid day, which may have been shortened; another
        // moves the end of the one above it.
        let (last_day, place) = match index == n_old {
            true => (before.exception.expires, before.at("/expires")),
            false => (granted, after.at(&format!("/renewals/{}/until", index - 1))),
        };
        let Some(last_day) = last_day else { continue };
        let is_account = until == last_day && granted.is_none_or(|granted| granted < until);
        if until > last_day || is_account {
            continue;
        }
        let at = after.at(&format!("/renewals/{index}/until"));
        let message =
            format!("the renewal grants nothing: {last_day} is the last valid day before it");
        let help = format!(
            "write a day after {last_day} in `until` and `expires`, or remove the renewal: a shorter exception takes none"
        );
        findings.push(CODE.finding(at, message).label(place, "ends here already").help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::record_change_report;

    /// What is said of a change of `expires` and the `until` of each renewal.
    fn check(old: (&str, &[&str]), new: (&str, &[&str])) -> String {
        let text = |(expires, untils): (&str, &[&str])| {
            let entry = |(n, until): (usize, &&str)| {
                format!(
                    "{{date: 2026-11-{}, until: {until}, reason: r{n}, evidence: e{n}}}",
                    n + 10
                )
            };
            let entries: Vec<String> = untils.iter().enumerate().map(entry).collect();
            format!("expires: {expires}\nrenewals: [{}]\n", entries.join(", "))
        };
        record_change_report(&RULE, &text(old), &text(new))
    }

    const JAN: &str = "2027-01-31";
    const FEB: &str = "2027-02-10";
    const MAR: &str = "2027-03-26";

    #[test]
    fn d7_a_renewal_ends_after_the_last_valid_day_before_it() {
        insta::assert_snapshot!(check((FEB, &[FEB]), (JAN, &[FEB, JAN])), @"
        EXC-2026-K7QD.yaml:29:103 error[EXC410]: the renewal grants nothing: 2027-02-10 is the last valid day before it
          EXC-2026-K7QD.yaml:28:10 ends here already
          help: write a day after 2027-02-10 in `until` and `expires`, or remove the renewal: a shorter exception takes none
        ");
        assert_ne!(check((FEB, &[FEB]), (FEB, &[FEB, FEB])), "");
        assert_ne!(check((FEB, &[]), (JAN, &[JAN])), "");
        assert_eq!(check((JAN, &[JAN]), (FEB, &[JAN, FEB])), "");
    }

    #[test]
    fn what_was_shortened_is_renewed_through_a_day_that_was_granted_once() {
        assert_eq!(check((JAN, &[MAR]), (FEB, &[MAR, FEB])), "");
        assert_eq!(check((JAN, &[MAR]), (MAR, &[MAR, MAR])), "");
        assert_ne!(check((JAN, &[MAR]), (JAN, &[MAR, JAN])), "");
    }

    #[test]
    fn of_several_each_ends_after_the_one_before() {
        assert_eq!(check((JAN, &[]), (MAR, &[FEB, MAR])), "");
        assert_ne!(check((JAN, &[]), (FEB, &[MAR, FEB])), "");
    }

    #[test]
    fn days_that_no_renewal_granted_may_be_accounted_for() {
        assert_eq!(check((FEB, &[JAN]), (FEB, &[JAN, FEB])), "");
        assert_eq!(check((FEB, &[]), (FEB, &[FEB])), "");
    }

    #[test]
    fn what_landed_is_left_alone_and_so_is_a_day_that_cannot_be_read() {
        assert_eq!(check((JAN, &[MAR, FEB]), ("2027-01-30", &[MAR, FEB])), "");
        assert_eq!(check((FEB, &[FEB]), (FEB, &[FEB, "soon"])), "");
        assert_eq!(check(("never", &[FEB]), (FEB, &[FEB, FEB])), "");
    }
}
