//! EXC901: the machine says that it is an earlier day than the newest commit was made on.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding, Place};
use crate::text::SourceFile;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Load };

const CODE: Code = Code::warning("EXC901", "clock-behind").calendar();

const DOCS: &str = r#"## What it checks

That the clock of the machine, by which everything is judged, is at most a day behind the newest commit (its committer date, UTC). Nothing is said where `--today` names the day, or where there is no commit.

The day of the check stays the one that the clock says. Anybody can give a commit any date, and one of 2099 would make everything expire.

## Why it matters

On a machine whose clock is behind, an exception that has expired passes as active. If the clock is right, the date of the commit is not: look at who made it.

## Example

```console
$ date -u +%F
2026-11-20
$ git log -1 --format=%cI
2026-11-22T09:00:00+00:00
```

## Instead

```console
$ date -u +%F
2026-11-20
$ git log -1 --format=%cI
2026-11-20T09:00:00+00:00
```
"#;

/// Compares today with the day of the newest commit.
pub(super) fn check(newest: NaiveDate, context: &Context<'_>, findings: &mut Vec<Finding>) {
    // A day apart is what two time zones may make of one moment.
    if newest.signed_duration_since(context.today).num_days() <= 1 {
        return;
    }
    // It is about no line of the policy, so none is shown.
    let policy = Arc::new(SourceFile::new(context.policy.file().path(), ""));
    let message = format!(
        "today is {} by the clock of this machine, and the newest commit is of {newest}",
        context.today
    );
    findings.push(CODE.finding(Place::file(&policy), message).help(
        "compare `date -u` with `git log -1 --format=%cI`; if the clock is behind, set it, or say which day it is with `--today DATE`",
    ));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{POLICY, overlaid, policy, today};
    use crate::rules::{Context, check_clock};

    /// The levels of what is found where the newest commit is so many days after today.
    fn levels(days: i64, policy_changes: &str) -> Vec<&'static str> {
        let policy = policy(&overlaid(POLICY, policy_changes));
        let context = Context { policy: &policy, today: today() };
        let found = check_clock(today() + chrono::Duration::days(days), &context);
        assert!(found.iter().all(|it| it.place.file.path() == "exceptions/policy.yaml"));
        found.iter().map(|finding| finding.level.as_str()).collect()
    }

    #[test]
    fn d4_a_commit_of_tomorrow_is_fine_and_one_of_the_day_after_is_not() {
        assert_eq!(levels(-400, ""), [""; 0]);
        assert_eq!(levels(1, ""), [""; 0]);
        assert_eq!(levels(2, ""), ["warning"]);
        assert_eq!(levels(90_000_000, ""), ["warning"]);
    }

    #[test]
    fn the_policy_sets_the_level() {
        assert_eq!(levels(2, "rules: {EXC901: error}\n"), ["error"]);
        assert_eq!(levels(2, "rules: {EXC901: off}\n"), [""; 0]);
    }
}
