//! EXC404: the day on which an exception began, moved.

use super::{Check, Context, Rule};
use crate::changes::Change;
use crate::finding::{Code, Finding};

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Change(check) };

const CODE: Code = Code::error("EXC404", "moved-opening");

const DOCS: &str = r#"## What it checks

That `opened` stays the day that it was.

## Why it matters

Durations are counted from it. A later `opened` starts the clock anew without a renewal; an earlier one tells a history that was not so.

## Example

```diff
-opened: 2026-11-05
+opened: 2026-11-10
```

## Instead

Leave `opened` as it is. Time is given back by an earlier `expires`, and added by a renewal.

```diff
 opened: 2026-11-05
-expires: 2027-01-31
+expires: 2027-01-20
```
"#;

fn check(change: &Change<'_>, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (Some(before), Some(after)) = (change.before, change.after) else { return };
    let days = (before.exception.opened, after.exception.opened);
    let (Some(old), Some(new)) = days else { return };
    if old != new {
        let message = format!("`opened` moves from {old} to {new}");
        let help = format!("write `opened: {old}`; for more time, add a renewal");
        findings.push(CODE.finding(after.at("/opened"), message).help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::record_change_report;

    #[test]
    fn a_day_that_could_not_be_read_may_be_put_right() {
        let check = |old: &str, new: &str| record_change_report(&RULE, old, new);
        assert_eq!(check("opened: 2026-11-31\n", "opened: 2026-11-30\n"), "");
        assert_eq!(check("opened: 2026-11-05\n", "opened: \"2026-11-05\"\n"), "");
        insta::assert_snapshot!(check("opened: 2026-11-05\n", "opened: 2026-11-04\n"), @"
        EXC-2026-K7QD.yaml:27:9 error[EXC404]: `opened` moves from 2026-11-05 to 2026-11-04
          help: write `opened: 2026-11-05`; for more time, add a renewal
        ");
    }
}
