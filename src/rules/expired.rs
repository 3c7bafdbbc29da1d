//! EXC207: an open exception whose last valid day lies behind.

use super::{Check, Context, Rule, way_on};
use crate::finding::{Code, Finding};
use crate::model::window::{Status, describe, status};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

pub(crate) const CODE: Code = Code::error("EXC207", "expired").calendar();

const DOCS: &str = r#"## What it checks

That no open exception is past its last valid day. `expires` itself is still valid, and a day begins and ends in UTC.

## Why it matters

After that day nothing allows the deviation any more. It is either over, and the record should say so, or it goes on without anybody's decision.

## Example

```yaml
remediation: {plan: Migrate to private link in the vendor's 2026-11 release.}
opened: 2026-11-05
expires: 2026-11-10
```

## Instead

If the control is met, close the record. If not, the owner adds a renewal with a new reason and new evidence, and moves `expires` to its `until`.

```yaml
opened: 2026-11-05
expires: 2026-11-10
closed:
  date: 2026-11-10
  outcome: remediated
  note: The public endpoint is disabled; change PLAT-2240 shows the scan.
```
"#;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    let Some(expires) = exception.expires else { return };
    if status(exception, true, context.today) != Status::Expired {
        return;
    }
    findings.push(
        CODE.finding(record.at("/expires"), describe(expires, context.today))
            .owner(&exception.owner)
            .help(way_on("if", exception)),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{check_rule, report_of};

    #[test]
    fn the_expiry_day_itself_is_still_valid() {
        check_rule(&RULE, "expires: 2026-11-20\n");
    }

    #[test]
    fn the_day_after_is_expired() {
        check_rule(
            &RULE,
            "
expires: 2026-11-19
#        ^^^^^^^^^^ error[EXC207]: expired after 2026-11-19 (UTC), 1 day ago
",
        );
    }

    #[test]
    fn a_closed_exception_does_not_expire() {
        check_rule(
            &RULE,
            "
expires: 2026-11-10
closed: {date: 2026-11-10, outcome: remediated, note: The endpoint is private.}
",
        );
    }

    #[test]
    fn the_owner_has_to_act() {
        let record = "expires: 2026-11-10\n";
        insta::assert_snapshot!(report_of(&RULE, &[("EXC-2026-K7QD.yaml", record)], ""), @r"
        EXC-2026-K7QD.yaml:28:10 error[EXC207]: expired after 2026-11-10 (UTC), 10 days ago
          help: `exc close EXC-2026-K7QD` if the control is met; otherwise `exc renew EXC-2026-K7QD`, with a new reason and new evidence
          owner: dana.ruiz@example.com
        ");
    }

    #[test]
    fn a_last_day_that_is_no_date_is_left_to_the_rule_about_dates() {
        check_rule(&RULE, "expires: never\n");
    }
}
