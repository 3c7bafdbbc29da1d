//! EXC301: two records with one id.

use std::borrow::Cow;
use std::collections::hash_map::Entry;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::register::{COLLIDING_NAMES, Register};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Register(check) };

const CODE: Code = Code::error("EXC301", "duplicate-id");

const DOCS: &str = r#"## What it checks

That every id stands in one record only. Ids are compared without regard to case, since files are named after them and some file systems ignore it. The record whose path comes first keeps the id.

## Why it matters

Approvals, renewals and reports name an exception by its id. With two records of one id, an approval of the one can be read as an approval of the other.

## Example

```sh
mkdir exceptions/2026
cp exceptions/EXC-2026-K7QD.yaml exceptions/2026/
```

## Instead

```yaml
# exceptions/EXC-2026-9T4B.yaml
id: EXC-2026-9T4B
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-search
```
"#;

fn check(register: &Register, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    // Files named alike have their finding; with the file, the id gets its own name too.
    let collisions = register.findings.iter().filter(|found| found.code == &COLLIDING_NAMES);
    let collisions: HashSet<&str> = collisions.map(|found| found.place.file.path()).collect();
    let mut seen: HashMap<Cow<'_, str>, &Record> = HashMap::with_capacity(register.records.len());
    for record in &register.records {
        let id = &record.exception.id;
        if id.is_empty() || collisions.contains(record.file().path()) {
            continue;
        }
        let first = match seen.entry(folded(id)) {
            Entry::Occupied(first) => *first.get(),
            Entry::Vacant(free) => {
                free.insert(record);
                continue;
            }
        };
        let message = match &first.exception.id {
            same if same == id => format!("the id `{id}` is taken"),
            other => format!("the id `{id}` differs from `{other}` only in case"),
        };
        findings.push(
            CODE.finding(record.at("/id"), message)
                .label(first.at("/id"), "first here")
                .help("give this record an id of its own, and its file the same name")
                .record(id),
        );
    }
}

/// An id as it is compared; ids in capitals, as nearly all are, need no copy.
fn folded(id: &str) -> Cow<'_, str> {
    match id.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_lowercase()) {
        true => Cow::Borrowed(id),
        false => Cow::Owned(id.to_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::report_of;

    #[test]
    fn every_record_after_the_first_is_told_where_that_stands() {
        let records = [
            ("2026/EXC-2026-K7QD.yaml", ""),
            ("EXC-2026-K7QD.yaml", ""),
            ("EXC-2026-9T4B.yaml", ""),
            ("a.yaml", "id: exc-2026-k7qd\n"),
        ];
        insta::assert_snapshot!(report_of(&RULE, &records, ""), @r"
        EXC-2026-K7QD.yaml:1:5 error[EXC301]: the id `EXC-2026-K7QD` is taken
          2026/EXC-2026-K7QD.yaml:1:5 first here
          help: give this record an id of its own, and its file the same name
        a.yaml:1:5 error[EXC301]: the id `exc-2026-k7qd` differs from `EXC-2026-K7QD` only in case
          2026/EXC-2026-K7QD.yaml:1:5 first here
          help: give this record an id of its own, and its file the same name
        ");
    }

    #[test]
    fn records_without_an_id_are_no_twins() {
        let records = [("a.yaml", "id:\n"), ("b.yaml", "id:\n")];
        assert_eq!(report_of(&RULE, &records, ""), "");
    }
}
