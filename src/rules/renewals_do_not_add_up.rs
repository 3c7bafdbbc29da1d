//! EXC206: a chain of renewals that contradicts itself or the dates around it.

use chrono::NaiveDate;

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::error("EXC206", "renewals-do-not-add-up");

const DOCS: &str = r#"## What it checks

That `renewals` make a chain: the first is dated on or after `opened`, each further one later than the renewal before it, and `expires` is no later than the end of the last one. An earlier `expires` is an exception that was shortened since, which takes no renewal; one that is renewed after that may end before a day that was granted once, so that a renewal grants something is for `EXC410` to check.

## Why it matters

The chain is the record's account of how it came to its last valid day. A later `expires` without a renewal is an extension that nobody has to give a reason for.

## Example

```yaml
opened: 2026-09-01
expires: 2027-01-31
renewals:
  - date: 2026-11-10
    until: 2027-01-15
    reason: The vendor moved the private link preview from November to January (ticket 48213).
    evidence: https://example.com/vendor/status/48213
reviews:
  - {date: 2026-11-10, by: ai-risk-board, note: Vendor date checked; traffic still internal only.}
```

## Instead

```yaml
opened: 2026-09-01
expires: 2027-01-15
renewals:
  - date: 2026-11-10
    until: 2027-01-15
    reason: The vendor moved the private link preview from November to January (ticket 48213).
    evidence: https://example.com/vendor/status/48213
reviews:
  - {date: 2026-11-10, by: ai-risk-board, note: Vendor date checked; traffic still internal only.}
```
"#;

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let renewals = &record.exception.renewals;
    let mut chain = Chain { record, findings };
    for (index, renewal) in renewals.iter().enumerate() {
        let here = format!("/renewals/{index}/date");
        match index.checked_sub(1) {
            None => chain.dated(&here, renewal.date, "/opened", record.exception.opened, "opened"),
            Some(before) => {
                let last = &renewals[before];
                let there = format!("/renewals/{before}/date");
                chain.dated(&here, renewal.date, &there, last.date, "renewed before");
            }
        }
    }
    chain.ends_with_the_exception();
}

struct Chain<'a> {
    record: &'a Record,
    findings: &'a mut Vec<Finding>,
}

impl Chain<'_> {
    fn dated(
        &mut self,
        here: &str,
        date: Option<NaiveDate>,
        there: &str,
        earlier: Option<NaiveDate>,
        what: &str,
    ) {
        let (Some(date), Some(earlier)) = (date, earlier) else { return };
        let message = match there {
            "/opened" if date < earlier => "renewed before the exception was opened",
            "/opened" => return,
            _ if date < earlier => "renewed before the renewal above it",
            _ if date == earlier => "renewed on the same day as the renewal above it",
            _ => return,
        };
        self.findings.push(
            CODE.finding(self.record.at(here), message)
                .label(self.record.at(there), format!("{what} on {earlier}"))
                .help("write the day on which the renewal was granted; renewals stand oldest first, and one day has one"),
        );
    }

    fn ends_with_the_exception(&mut self) {
        let exception = &self.record.exception;
        let last = exception.renewals.last().and_then(|renewal| renewal.until);
        let (Some(until), Some(expires)) = (last, exception.expires) else { return };
        let until_pointer = format!("/renewals/{}/until", exception.renewals.len() - 1);
        // What is shorter than it was granted was shortened since.
        if expires <= until {
            return;
        }
        let help = format!(
            "set `expires: {until}`, or add the renewal that grants the days until {expires}"
        );
        let message = format!("`expires` is {expires}, the last renewal ends on {until}");
        self.findings.push(
            CODE.finding(self.record.at("/expires"), message)
                .label(self.record.at(&until_pointer), "the last renewal ends here")
                .help(help),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::check_rule;

    #[test]
    fn a_chain_that_adds_up() {
        check_rule(
            &RULE,
            "
expires: 2027-01-31
renewals:
  - {date: 2026-11-05, until: 2027-01-10, reason: r, evidence: e}
  - {date: 2026-11-06, until: 2027-01-31, reason: r, evidence: e}
",
        );
    }

    #[test]
    fn an_exception_is_not_renewed_before_it_is_opened() {
        check_rule(
            &RULE,
            "
opened: 2026-11-05
#       ---------- opened on 2026-11-05
renewals:
  - {date: 2026-11-04, until: 2027-01-31, reason: r, evidence: e}
#          ^^^^^^^^^^ error[EXC206]: renewed before the exception was opened
",
        );
    }

    #[test]
    fn renewals_stand_in_the_order_of_their_dates() {
        check_rule(
            &RULE,
            "
renewals:
  - {date: 2026-11-12, until: 2027-01-10, reason: r, evidence: e}
#          ---------- renewed before on 2026-11-12
  - {date: 2026-11-11, until: 2027-01-31, reason: r, evidence: e}
#          ^^^^^^^^^^ error[EXC206]: renewed before the renewal above it
",
        );
    }

    #[test]
    fn no_two_renewals_are_granted_on_one_day() {
        check_rule(
            &RULE,
            "
renewals:
  - {date: 2026-11-12, until: 2027-01-10, reason: r, evidence: e}
#          ---------- renewed before on 2026-11-12
  - {date: 2026-11-12, until: 2027-01-31, reason: r, evidence: e}
#          ^^^^^^^^^^ error[EXC206]: renewed on the same day as the renewal above it
",
        );
    }

    #[test]
    fn after_a_shortening_a_renewal_may_end_before_an_older_one() {
        check_rule(
            &RULE,
            "
expires: 2027-01-31
renewals:
  - {date: 2026-11-11, until: 2027-02-10, reason: r, evidence: e}
  - {date: 2026-11-12, until: 2027-01-31, reason: r, evidence: e}
",
        );
    }

    #[test]
    fn an_exception_ends_no_later_than_its_last_renewal() {
        check_rule(
            &RULE,
            "
expires: 2027-01-31
#        ^^^^^^^^^^ error[EXC206]: `expires` is 2027-01-31, the last renewal ends on 2027-01-15
renewals:
  - {date: 2026-11-11, until: 2027-01-15, reason: r, evidence: e}
#                             ---------- the last renewal ends here
",
        );
    }

    #[test]
    fn an_exception_that_was_renewed_may_be_shortened() {
        check_rule(
            &RULE,
            "
expires: 2027-01-31
renewals:
  - {date: 2026-11-11, until: 2027-02-15, reason: r, evidence: e}
",
        );
    }
}
