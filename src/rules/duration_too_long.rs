//! EXC203: a grant that runs longer than the policy allows.
//!
//! Closed exceptions are not judged: they run no more, and what was granted cannot be changed.

use std::fmt;

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::window::{current_grant, days_after, days_between, n_days};
use crate::model::{Exception, RiskLevel};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::OpenRecord(check) };

const CODE: Code = Code::error("EXC203", "duration-too-long");

const DOCS: &str = r#"## What it checks

That the grant on which an open exception runs is no longer than the policy allows for its risk (`durations.max_days`) or for one of its controls (`max_days` in the catalogue); the shortest of them counts. The grant runs to `expires`, from the `date` of the last renewal, or from `opened` where there is none. Grants that are over are not judged again, since a stricter policy could not be met by any change of them; all of them together count for EXC205 (`total-too-long`).

## Why it matters

The last valid day is when somebody has to look again. The higher the risk, the sooner that day has to come.

## Example

```yaml
risk: {level: high, statement: A leaked key could be used from anywhere.}
opened: 2026-11-05
expires: 2027-02-28
```

## Instead

What takes longer is renewed, with a new reason and new evidence, while the grant still runs. Where a policy that became stricter allows a running grant only until a day that is past, close the record, or shorten it to that day (`exc amend ID --expires DATE --force`) and renew it in the same change.

```yaml
risk: {level: high, statement: A leaked key could be used from anywhere.}
opened: 2026-11-05
expires: 2027-02-03
```
"#;

/// The longest grant, and who says so.
struct Cap<'a> {
    days: u32,
    by: By<'a>,
}

/// The line of the policy that sets a cap.
enum By<'a> {
    Risk(RiskLevel),
    Control { id: &'a str, index: usize },
}

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    let Some(grant) = current_grant(exception) else { return };
    let Some(cap) = smallest_cap(exception, context) else { return };
    let days = days_between(grant.from, grant.until);
    if days <= cap.days.into() {
        return;
    }
    let latest = days_after(grant.from, cap.days);
    let (end, start) = match grant.renewal {
        Some(renewal) => (
            match exception.renewals[renewal].until == exception.expires {
                true => format!("/renewals/{renewal}/until"),
                false => "/expires".to_owned(),
            },
            format!("/renewals/{renewal}/date"),
        ),
        None => ("/expires".to_owned(), "/opened".to_owned()),
    };
    let help = match grant.renewal {
        Some(_) => format!(
            "set `expires: {latest}` or earlier, and `until` of the renewal too if it has not landed"
        ),
        None => {
            format!("set `expires: {latest}` or earlier, and renew it if that proves too short")
        }
    };
    let help = match exception.risk.level {
        Some(_) => help,
        None => "correct `risk.level` first: the risk may allow less".to_owned(),
    };
    let (granted, is_or_are) = (n_days(days), if days == 1 { "is" } else { "are" });
    let message = format!("{granted} {is_or_are} granted; {} {}", cap.by, cap.days);
    let finding = CODE.finding(record.at(&end), message).help(help);
    let finding = finding.label(record.at(&start), "counted from here");
    findings.push(context.because(finding, &cap.by.pointer(), "the longest grant"));
}

fn smallest_cap<'a>(exception: &'a Exception, context: &Context<'_>) -> Option<Cap<'a>> {
    let by_risk = exception.risk.level.map(|level| {
        let days = context.policy.durations.max_days.get(level);
        Cap { days, by: By::Risk(level) }
    });
    let by_control = exception.controls.iter().filter_map(|id| {
        let (index, control) = context.policy.control(id)?;
        Some(Cap { days: control.max_days?, by: By::Control { id, index } })
    });
    by_risk.into_iter().chain(by_control).min_by_key(|cap| cap.days)
}

impl By<'_> {
    fn pointer(&self) -> String {
        match self {
            Self::Risk(level) => format!("/durations/max_days/{level}"),
            Self::Control { index, .. } => format!("/controls/{index}/max_days"),
        }
    }
}

impl fmt::Display for By<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Risk(level) => write!(f, "at {level} risk the policy allows"),
            Self::Control { id, .. } => write!(f, "`{id}` allows"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{check_rule, report_of};

    #[test]
    fn the_longest_grant_is_still_allowed() {
        check_rule(&RULE, "opened: 2026-11-05\nexpires: 2027-02-03\n");
    }

    #[test]
    fn a_day_more_is_not() {
        check_rule(
            &RULE,
            "
opened: 2026-11-05
#       ---------- counted from here
expires: 2027-02-04
#        ^^^^^^^^^^ error[EXC203]: 91 days are granted; at high risk the policy allows 90
",
        );
    }

    #[test]
    fn the_smallest_cap_wins_and_is_named_with_its_line() {
        let policy = "controls:\n  - {id: AZ-NET-004, title: x, max_days: 60}\n  - {id: LOG-002, title: y, max_days: 70}\ndurations:\n  max_days: {high: 80}\n";
        let record = "controls: [LOG-002, AZ-NET-004]\n";
        insta::assert_snapshot!(report_of(&RULE, &[("EXC-2026-K7QD.yaml", record)], policy), @r"
        EXC-2026-K7QD.yaml:27:10 error[EXC203]: 87 days are granted; `AZ-NET-004` allows 60
          EXC-2026-K7QD.yaml:26:9 counted from here
          policy.yaml:6:42 the longest grant
          help: set `expires: 2027-01-04` or earlier, and renew it if that proves too short
        ");
        let policy = "durations:\n  max_days: {high: 80}\n";
        insta::assert_snapshot!(report_of(&RULE, &[("EXC-2026-K7QD.yaml", "")], policy), @r"
        EXC-2026-K7QD.yaml:28:10 error[EXC203]: 87 days are granted; at high risk the policy allows 80
          EXC-2026-K7QD.yaml:27:9 counted from here
          policy.yaml:10:20 the longest grant
          help: set `expires: 2027-01-24` or earlier, and renew it if that proves too short
        ");
    }

    #[test]
    fn no_day_is_proposed_while_the_risk_is_not_known() {
        let policy = "controls:\n  - {id: AZ-NET-004, title: x, max_days: 60}\n";
        let record = "risk: {level: High, statement: x}\n";
        let report = report_of(&RULE, &[("EXC-2026-K7QD.yaml", record)], policy);
        assert!(
            report
                .trim_end()
                .ends_with("help: correct `risk.level` first: the risk may allow less"),
            "{report}"
        );
    }

    #[test]
    fn a_renewal_is_counted_from_its_own_date() {
        let record = "
opened: 2026-09-01
expires: 2027-01-31
renewals:
  - {date: 2026-11-01, until: 2027-01-31, reason: r, evidence: e}
";
        insta::assert_snapshot!(report_of(&RULE, &[("EXC-2026-K7QD.yaml", record)], ""), @r"
        EXC-2026-K7QD.yaml:30:31 error[EXC203]: 91 days are granted; at high risk the policy allows 90
          EXC-2026-K7QD.yaml:30:12 counted from here
          help: set `expires: 2027-01-30` or earlier, and `until` of the renewal too if it has not landed
        ");
    }

    #[test]
    fn what_is_over_is_not_judged_again() {
        let record = "
opened: 2026-01-01
expires: 2026-12-31
renewals:
  - {date: 2026-06-01, until: 2026-11-15, reason: r, evidence: e}
  - {date: 2026-11-01, until: 2026-12-31, reason: r, evidence: e}
";
        assert_eq!(report_of(&RULE, &[("EXC-2026-K7QD.yaml", record)], ""), "");
    }

    #[test]
    fn the_current_grant_ends_with_the_exception_whatever_the_renewal_says() {
        let record = "
expires: 2027-12-31
renewals:
  - {date: 2026-11-10, until: 2026-11-15, reason: r, evidence: e}
";
        let found = report_of(&RULE, &[("EXC-2026-K7QD.yaml", record)], "");
        assert!(found.contains("416 days are granted"), "{found}");
    }

    #[test]
    fn a_closed_exception_runs_no_more() {
        check_rule(
            &RULE,
            "
opened: 2025-11-05
closed: {date: 2026-11-05, outcome: remediated, note: The endpoint is private.}
",
        );
    }

    #[test]
    fn d2_a_last_day_that_means_never_is_refused_and_overflows_nothing() {
        check_rule(
            &RULE,
            "
opened: 2026-11-05
#       ---------- counted from here
expires: 9999-12-31
#        ^^^^^^^^^^ error[EXC203]: 2912134 days are granted; at high risk the policy allows 90
",
        );
        check_rule(
            &RULE,
            "
opened: 0000-01-01
#       ---------- counted from here
expires: 9999-12-31
#        ^^^^^^^^^^ error[EXC203]: 3652424 days are granted; at high risk the policy allows 90
",
        );
    }

    #[test]
    fn d2_a_cap_past_the_end_of_the_calendar_caps_nothing() {
        let policy = "durations:\n  max_days: {high: 10000000}\n";
        let record = "controls: [LOG-002]\nexpires: 9999-12-31\n";
        assert_eq!(report_of(&RULE, &[("EXC-2026-K7QD.yaml", record)], policy), "");
    }

    #[test]
    fn d6_a_leap_day_counts_as_a_day() {
        check_rule(
            &RULE,
            "
opened: 2028-01-15
#       ---------- counted from here
expires: 2028-04-15
#        ^^^^^^^^^^ error[EXC203]: 91 days are granted; at high risk the policy allows 90
",
        );
        check_rule(&RULE, "opened: 2027-01-15\nexpires: 2027-04-15\n");
    }
}
