//! EXC401: a record that a change deletes.

use super::{Check, Context, Proposal, Rule};
use crate::changes::Kind;
use crate::finding::{Code, Finding};

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Proposal(check) };

const CODE: Code = Code::error("EXC401", "deleted-record");

const DOCS: &str = r#"## What it checks

That no change deletes a record, gives it another id, or moves it out of the register. A record is known by its id, so moving its file within the register is fine.

## Why it matters

What was allowed, by whom and until when is asked for long after it is over. Git keeps the text, and nobody finds it there.

## Example

```sh
rm exceptions/EXC-2026-K7QD.yaml
```

## Instead

Close the record; closed records stay in the register.

```diff
-reviews: []
+reviews: []
+closed:
+  date: 2026-11-20
+  outcome: remediated
+  note: The public endpoint is disabled; change PLAT-2240 shows the scan.
```
"#;

fn check(proposal: &Proposal<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let deleted = proposal.records.iter().filter(|change| change.kind == Kind::Deleted);
    for record in deleted.filter_map(|change| change.before) {
        let id = record.exception.id.as_str();
        // Of two records of one id, one has to get another.
        if proposal.ids.contains(id) {
            continue;
        }
        let name = if id.is_empty() { record.file().path() } else { id };
        let help = format!(
            "restore the file, and close the record: `closed: {{date: {}, outcome: withdrawn, note: …}}`",
            context.today
        );
        let finding = CODE.finding(record.at("/id"), format!("the record `{name}` is deleted"));
        findings.push(finding.help(help).record(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{RECORD, change_report, overlaid};

    const PATH: &str = "exceptions/EXC-2026-K7QD.yaml";

    #[test]
    fn a_record_with_another_id_is_another_record() {
        let other = overlaid(RECORD, "id: EXC-2026-9T4B");
        let report = change_report(&RULE, &[(PATH, RECORD)], &[(PATH, &other)]);
        insta::assert_snapshot!(report, @"
        EXC-2026-K7QD.yaml:1:5 error[EXC401]: the record `EXC-2026-K7QD` is deleted
          help: restore the file, and close the record: `closed: {date: 2026-11-20, outcome: withdrawn, note: …}`
        ");
    }

    #[test]
    fn a_record_that_moves_within_the_register_stays() {
        let moved = ("exceptions/2026/EXC-2026-K7QD.yaml", RECORD);
        assert_eq!(change_report(&RULE, &[(PATH, RECORD)], &[moved]), "");
    }

    #[test]
    fn one_of_two_records_with_one_id_may_go() {
        let twin = ("exceptions/2026/EXC-2026-K7QD.yaml", RECORD);
        assert_eq!(change_report(&RULE, &[(PATH, RECORD), twin], &[(PATH, RECORD)]), "");
    }
}
