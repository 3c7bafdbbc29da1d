//! EXC210: an active exception that nobody has reviewed for too long.

use chrono::NaiveDate;

use super::{Check, Context, Rule, command_id};
use crate::finding::{Code, Finding};
use crate::model::Exception;
use crate::model::window::{Status, days_after, days_left, is_past, n_days, status};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::warning("EXC210", "review-overdue").calendar();

const DOCS: &str = r#"## What it checks

That an active exception has been reviewed within the days that the policy sets for its risk (`review_every_days`), counted from its last review, or from `opened` if there was none. A review `by` the owner or the requester (by address or name) stays in the record and does not count. What has expired needs more than a review, and is left out.

## Why it matters

Risk moves while an exception runs: what was internal becomes public, a compensating control goes away, the vendor delivers. A review is where somebody other than the owner notices; whoever wants the exception finds that it is still needed.

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
    let help = format!(
        "have somebody other than owner and requester review it, and record that: `exc record-review {} --by ADDRESS --note …`",
        command_id(exception)
    );
    let finding = CODE.finding(record.at(&pointer), message).owner(&exception.owner).help(help);
    let finding = match own_look(exception, last) {
        Some(index) => {
            let place = record.at(&format!("/reviews/{index}/by"));
            finding.label(place, "does not count: no review of one's own exception does")
        }
        None => finding,
    };
    findings.push(context.because(
        finding,
        &format!("/review_every_days/{risk}"),
        format!("days between reviews at {risk} risk"),
    ));
}

/// The last review since a day that does not count.
fn own_look(exception: &Exception, since: NaiveDate) -> Option<usize> {
    let reviews = exception.reviews.iter().enumerate();
    let own = reviews.filter(|(_, review)| exception.is_of(&review.by));
    let own = own.filter_map(|(index, review)| Some((review.date?, index)));
    own.filter(|(day, _)| *day >= since).max().map(|(_, index)| index)
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
    fn whoever_owns_or_requests_it_does_not_review_it() {
        check_rule(
            &RULE,
            "
opened: 2026-09-01
#       ^^^^^^^^^^ warning[EXC210]: the first review was due on 2026-10-31, 20 days ago
reviews:
  - {date: 2026-11-01, by: Dana.Ruiz@example.com, note: n}
#                          --------------------- does not count: no review of one's own exception does
",
        );
        for own in ["Dana Ruiz", "lee.park@example.com", "'Lee Park <lee.park@example.com>'"] {
            let record = format!(
                "opened: 2026-09-01\nreviews:\n  - {{date: 2026-11-01, by: {own}, note: n}}\n"
            );
            let report = report_of(&RULE, &[("EXC-2026-K7QD.yaml", &record)], "");
            assert!(report.contains("the first review was due"), "{own}: {report}");
        }
        check_rule(
            &RULE,
            "
opened: 2026-01-01
reviews:
  - {date: 2026-10-01, by: board, note: n}
  - {date: 2026-11-01, by: dana.ruiz@example.com, note: n}
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
          help: have somebody other than owner and requester review it, and record that: `exc record-review EXC-2026-K7QD --by ADDRESS --note …`
          owner: dana.ruiz@example.com
        ");
    }
}
