//! EXC216: a renewal that gives no new reason or no new evidence.

use super::prose;
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::OpenRecord(check) };

const CODE: Code = Code::error("EXC216", "renewal-repeats");

const DOCS: &str = r#"## What it checks

That no renewal of an open exception has the `reason` or the `evidence` of a renewal before it, and that its `reason` is not the blocker once more. Case, spaces and punctuation make no difference.

## Why it matters

The blocker was known when the first day was granted, so it cannot be why the days were not enough. A renewal that copies the one before it shows that nobody has looked in between.

## Example

```yaml
opened: 2026-09-01
expires: 2027-01-31
renewals:
  - date: 2026-10-12
    until: 2026-12-31
    reason: The vendor moved the private link preview from October to December (ticket 48213).
    evidence: https://example.com/vendor/status/48213
  - date: 2026-11-10
    until: 2027-01-31
    reason: The vendor moved the private link preview from October to December (ticket 48213).
    evidence: https://example.com/vendor/status/50077
reviews:
  - {date: 2026-11-10, by: ai-risk-board, note: Vendor date checked; traffic still internal only.}
```

## Instead

What is new since the renewal before, and what shows it.

```yaml
opened: 2026-09-01
expires: 2027-01-31
renewals:
  - date: 2026-10-12
    until: 2026-12-31
    reason: The vendor moved the private link preview from October to December (ticket 48213).
    evidence: https://example.com/vendor/status/48213
  - date: 2026-11-10
    until: 2027-01-31
    reason: The preview of December knows no custom domains, which the proxy needs (ticket 50077).
    evidence: https://example.com/vendor/status/50077
reviews:
  - {date: 2026-11-10, by: ai-risk-board, note: Vendor date checked; traffic still internal only.}
```
"#;

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    if exception.renewals.is_empty() {
        return;
    }
    let mut reasons =
        vec![("/justification/blocker".to_owned(), compared(&exception.justification.blocker))];
    let mut evidence = Vec::new();
    for (index, renewal) in exception.renewals.iter().enumerate() {
        let texts = [
            ("reason", &renewal.reason, &mut reasons),
            ("evidence", &renewal.evidence, &mut evidence),
        ];
        for (key, text, known) in texts {
            let (pointer, text) = (format!("/renewals/{index}/{key}"), compared(text));
            if text.is_empty() {
                continue;
            }
            if let Some((first, _)) = known.iter().find(|(_, other)| *other == text) {
                findings.push(repeats(record, key, &pointer, first));
            }
            known.push((pointer, text));
        }
    }
}

fn repeats(record: &Record, key: &str, pointer: &str, first: &str) -> Finding {
    let (message, label) = match first {
        "/justification/blocker" => {
            (format!("the renewal's `{key}` repeats the blocker"), "the blocker")
        }
        _ => (format!("the renewal's `{key}` repeats that of a renewal before it"), "first here"),
    };
    CODE.finding(record.at(pointer), message).label(record.at(first), label).help(match key {
        "reason" => prose::advice(key),
        _ => "name what shows the new reason: every renewal brings evidence of its own",
    })
}

/// A text as it is compared: its words, and of an address no trailing punctuation.
fn compared(text: &str) -> Vec<String> {
    let mut words = prose::words(text);
    for word in &mut words {
        word.truncate(word.trim_end_matches(|c: char| !c.is_alphanumeric()).len());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::testing::check_rule;
    use super::*;

    #[test]
    fn every_renewal_has_a_reason_and_evidence_of_its_own() {
        check_rule(
            &RULE,
            "
renewals:
  - {date: 2026-11-10, until: 2027-01-10, reason: The vendor is late, evidence: https://example.com/1}
#                                                 ------------------ first here
#                                                                               --------------------- first here
  - {date: 2026-11-11, until: 2027-01-31, reason: the VENDOR  is late., evidence: https://example.com/1/}
#                                                 ^^^^^^^^^^^^^^^^^^^^ error[EXC216]: the renewal's `reason` repeats that of a renewal before it
#                                                                                 ^^^^^^^^^^^^^^^^^^^^^^ error[EXC216]: the renewal's `evidence` repeats that of a renewal before it
",
        );
    }

    #[test]
    fn a_renewal_is_not_for_the_blocker_once_more() {
        check_rule(
            &RULE,
            "
justification:
  blocker: The vendor's region offers no private link.
#          ------------------------------------------- the blocker
  end_state: Traffic enters through the private endpoint.
renewals:
  - {date: 2026-11-10, until: 2027-01-10, reason: The vendors region offers no private link, evidence: e}
#                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[EXC216]: the renewal's `reason` repeats the blocker
",
        );
    }

    #[test]
    fn what_is_new_or_empty_or_closed_repeats_nothing() {
        let repeated = "
renewals:
  - {date: 2026-11-10, until: 2027-01-10, reason: The vendor is late, evidence: https://example.com/1}
  - {date: 2026-11-11, until: 2027-01-31, reason: The vendor is late, evidence: https://example.com/2}
closed: {date: 2026-11-12, outcome: remediated, note: The endpoint is private.}
";
        check_rule(&RULE, repeated);
        check_rule(
            &RULE,
            "
renewals:
  - {date: 2026-11-10, until: 2027-01-10, reason: '', evidence: https://example.com/a1}
  - {date: 2026-11-11, until: 2027-01-31, reason: '', evidence: https://example.com/a2}
",
        );
    }
}
