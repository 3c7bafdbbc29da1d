//! EXC402: a new record with the id of one that is gone.

use super::{Check, Context, Proposal, Rule};
use crate::finding::{Code, Finding};

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Proposal(check) };

const CODE: Code = Code::error("EXC402", "reused-id");

const DOCS: &str = r#"## What it checks

That a new record has an id that no record of the branch ever had.

## Why it matters

Approvals, reviews and reports name a record by its id. One that returns under a known id inherits what was said about another.

## Example

The branch once had a record of that id:

```console
$ git log --oneline --summary --diff-filter=D -- exceptions
2f6d1c0 exceptions: drop what is over
 delete mode 100644 exceptions/EXC-2026-9T4B.yaml
```

```yaml
# exceptions/EXC-2026-9T4B.yaml
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-search
```

## Instead

```console
$ git log --oneline --summary --diff-filter=D -- exceptions
2f6d1c0 exceptions: drop what is over
 delete mode 100644 exceptions/EXC-2026-9T4B.yaml
```

```yaml
# exceptions/EXC-2026-5XWA.yaml
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-search
```
"#;

fn check(proposal: &Proposal<'_>, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let new = proposal.records.iter().filter(|change| change.before.is_none());
    for record in new.filter_map(|change| change.after) {
        let id = &record.exception.id;
        let Some(commit) = proposal.retired.get(id) else { continue };
        // What comes back closed allows nothing, and puts the record where it belongs.
        if !record.exception.is_open() {
            continue;
        }
        let message = format!("the id `{id}` was that of a record that {commit} removed");
        let help = "give the record an id of its own, as `exc new` draws it, or restore the old record and close it";
        findings.push(CODE.finding(record.at("/id"), message).help(help).record(id));
    }
}
