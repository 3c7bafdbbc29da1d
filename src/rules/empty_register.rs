//! EXC306: a register without a record.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding, Level, Place};
use crate::register::Register;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Register(check) };

const CODE: Code = Code::warning("EXC306", "empty-register");

const DOCS: &str = r#"## What it checks

That the register holds at least one record, open or closed.

## Why it matters

No exceptions is a fine state. It is also what a wrong path, a sparse checkout or a deleted folder looks like, and then a check that passes means nothing.

## Example

```sh
rm exceptions/EXC-2026-K7QD.yaml
```

## Instead

```yaml
closed:
  date: 2026-11-18
  outcome: remediated
  note: The public endpoint is disabled; change PLAT-2240 shows the scan.
```
"#;

fn check(register: &Register, context: &Context<'_>, findings: &mut Vec<Finding>) {
    // A file that cannot be read as a record says so itself.
    let is_broken = register.findings.iter().any(|finding| finding.code.level == Level::Error);
    if !register.records.is_empty() || is_broken {
        return;
    }
    let message = format!("there is no record in `{}`", register.name);
    findings
        .push(CODE.finding(Place::file(context.policy.file()), message).help(
            "run `exc new` to file the first one, or check that this is the right directory",
        ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::report_of;

    #[test]
    fn without_a_record_the_policy_file_is_where_the_register_is() {
        insta::assert_snapshot!(report_of(&RULE, &[], ""), @r"
        policy.yaml:1:1 warning[EXC306]: there is no record in `exceptions`
          help: run `exc new` to file the first one, or check that this is the right directory
        ");
    }

    #[test]
    fn a_record_that_cannot_be_read_is_no_empty_register() {
        assert_eq!(report_of(&RULE, &[("a.yaml", "title: \"open\n")], ""), "");
    }
}
