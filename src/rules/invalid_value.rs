//! EXC104: a value that its field does not take.

use super::{Check, Rule};
use crate::source::schema;

pub(super) const RULE: Rule = Rule { code: &schema::INVALID_VALUE, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That a value is one of those that its field knows, or has the field's form: a level of risk, an e-mail address, a length of time such as `30d`. Lists do not hold an entry twice; a record names at most 50 controls and 200 targets. A whole number is at most 9007199254740991 on either side of zero, since many programs take a larger one for its neighbour.

## Why it matters

Limits, reviews and approvals follow from these values. A level of risk that does not exist has no limit and no approver.

## Example

```yaml
risk:
  level: severe
  statement: A leaked key could be used from anywhere on the internet.
```

## Instead

```yaml
risk:
  level: high
  statement: A leaked key could be used from anywhere on the internet.
```
"##;

#[cfg(test)]
mod tests {
    use super::super::testing::report_of;
    use super::RULE;

    #[test]
    fn a_record_names_fifty_controls_and_two_hundred_targets_at_most() {
        for (list, most) in [("controls", 50), ("scope", 200)] {
            let found = |n: usize| {
                let entries: Vec<String> = (0..n).map(|n| format!("s:/{n}")).collect();
                report_of(
                    &RULE,
                    &[("a.yaml", &format!("{list}: ['{}']\n", entries.join("', '")))],
                    "",
                )
            };
            assert_eq!(found(most), "");
            let message = format!("error[EXC104]: `{list}` has more than {most} entries");
            assert!(found(most + 1).contains(&message), "{}", found(most + 1));
        }
    }
}
