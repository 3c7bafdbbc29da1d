//! EXC210: an active exception that nobody has reviewed for too long.

use super::{Check, Context, Rule, command_id};
use crate::finding::{Code, Finding};
use crate::model::window::{Status, days_after, days_left, is_past, n_days, status};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::warning("EXC210", "review-overdue").calendar();

const DOCS: &str = r#"## What it checks

That an active exception has been reviewed within the days that the policy sets for its risk (`review_every_days`), counted from its last review, or from `opened` if there was none. What has expired needs more than a review, and is left out.

## Why it matters

Risk moves while an exception runs: what was internal becomes public, a compensating control goes away, the vendor delivers. A review is where somebody other than the owner notices.

## Example

```yaml
# exceptions/policy.yaml
review_every_days: {high: 14}
```

```yaml
opened: 2026-11-05
reviews: []
```

## Instead

```yaml
# exceptions/policy.yaml
review_every_days: {high: 14}
```

```yaml
opened: 2026-11-05
reviews:
  - {date: 2026-11-18, by: ai-risk-board, note: Vendor date confirmed; allow-list unchanged.}
```
"#;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    let (Some((last, review)), Some(risk)) = (exception.last_look(), exception.risk.level) else {
        return;
    };
    let due = days_after(last, context.policy.review_every_days.get(risk));
    let is_active = status(exception, true, context.today) == Status::Active;
    if !is_active || !is_past(due, context.today) {
        return;
    }
    let pointer = review.map_or("/opened".to_owned(), |index| format!("/reviews/{index}/date"));
    let ago = n_days(-days_left(due, context.today));
    let message = match review {
        Some(_) => format!("the next review was due on {due}, {ago} ago"),
        None => format!("the first review was due on {due}, {ago} ago"),
    };
    let finding = CODE.finding(record.at(&pointer), message).owner(&exception.owner).help(format!(
        "review it, then run `exc record-review {} --note …`",
        command_id(exception)
    ));
    findings.push(context.because(
        finding,
        &format!("/review_every_days/{risk}"),
        format!("days between reviews at {risk} risk"),
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{check_rule, report_of};

    #[test]
    fn the_day_on_which_it_is_due_is_not_overdue() {
        check_rule(&RULE, "opened: 2026-09-21\n");
    }

    #[test]
    fn without_a_review_the_days_count_from_opening() {
        check_rule(
            &RULE,
            "
opened: 2026-09-20
#       ^^^^^^^^^^ warning[EXC210]: the first review was due on 2026-11-19, 1 day ago
",
        );
    }

    #[test]
    fn the_latest_review_counts_wherever_it_stands() {
        check_rule(
            &RULE,
            "
opened: 2026-01-01
reviews:
  - {date: 2026-09-30, by: board, note: n}
  - {date: 2026-03-01, by: board, note: n}
",
        );
        check_rule(
            &RULE,
            "
opened: 2026-01-01
reviews:
  - {date: 2026-09-01, by: board, note: n}
#          ^^^^^^^^^^ warning[EXC210]: the next review was due on 2026-10-31, 20 days ago
  - {date: 2026-03-01, by: board, note: n}
",
        );
    }

    #[test]
    fn low_risk_is_reviewed_less_often() {
        check_rule(&RULE, "risk: {level: low, statement: s}\nopened: 2026-06-01\n");
    }

    #[test]
    fn what_is_not_active_needs_no_review() {
        check_rule(&RULE, "opened: 2026-01-01\nexpires: 2026-11-19\n");
        check_rule(
            &RULE,
            "
opened: 2026-01-01
closed: {date: 2026-11-12, outcome: remediated, note: The endpoint is private.}
",
        );
    }

    #[test]
    fn the_owner_and_the_policys_line_are_named() {
        let policy = "review_every_days: {high: 10}\n";
        insta::assert_snapshot!(report_of(&RULE, &[("EXC-2026-K7QD.yaml", "")], policy), @r"
        EXC-2026-K7QD.yaml:27:9 warning[EXC210]: the first review was due on 2026-11-15, 5 days ago
          policy.yaml:9:27 days between reviews at high risk
          help: review it, then run `exc record-review EXC-2026-K7QD --note …`
          owner: dana.ruiz@example.com
        ");
    }
}
