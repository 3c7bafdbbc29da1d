//! EXC305: many open exceptions that end on one day.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::register::Register;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Register(check) };

const CODE: Code = Code::warning("EXC305", "expiry-cliff");

const DOCS: &str = r#"## What it checks

That fewer open exceptions than the policy's `cliff.records`, 5 by default, end on the same day. The finding stands in the last of them by path.

## Why it matters

On such a day everything is renewed unread or everything expires at once, and the check fails for everybody until all of it is put in order.

## Example

```yaml
# exceptions/policy.yaml
cliff: {records: 2}
```

```yaml
# exceptions/EXC-2026-9T4B.yaml
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-search
expires: 2027-01-31
```

## Instead

```yaml
# exceptions/policy.yaml
cliff: {records: 2}
```

```yaml
# exceptions/EXC-2026-9T4B.yaml
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-search
expires: 2027-01-15
```
"#;

fn check(register: &Register, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let limit = context.policy.cliff.records;
    for (day, records) in register.ends().iter().filter(|(_, records)| records.len() >= limit) {
        let Some(last) = records.last() else { continue };
        let message = format!("{} open exceptions end on {day}", records.len());
        let finding = CODE
            .finding(last.at("/expires"), message)
            .help("end some of them earlier, spread over several weeks")
            .record(&last.exception.id);
        let reason = "so many on one day are a cliff";
        findings.push(context.because(finding, "/cliff/records", reason));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::report_of;

    const RECORDS: &[(&str, &str)] = &[
        ("a.yaml", "id: A\n"),
        ("b.yaml", "id: B\n"),
        ("c.yaml", "id: C\n"),
        ("d.yaml", "id: D\nexpires: 2027-01-30\n"),
        ("e.yaml", "id: E\nclosed: {date: 2026-11-10, outcome: withdrawn, note: n}\n"),
    ];

    #[test]
    fn the_last_record_by_path_is_told_how_many_end_with_it() {
        insta::assert_snapshot!(report_of(&RULE, RECORDS, "cliff: {records: 3}\n"), @r"
        c.yaml:28:10 warning[EXC305]: 3 open exceptions end on 2027-01-31
          policy.yaml:9:18 so many on one day are a cliff
          help: end some of them earlier, spread over several weeks
        ");
    }

    #[test]
    fn one_less_is_no_cliff() {
        assert_eq!(report_of(&RULE, RECORDS, "cliff: {records: 4}\n"), "");
        assert_eq!(report_of(&RULE, RECORDS, ""), "");
    }
}
