//! EXC408: a rejection that a change removes or replaces.

use super::{Check, Context, Proposal, Rule};
use crate::finding::{Code, Finding, Place};
use crate::history::Decision;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Proposal(check) };

const CODE: Code = Code::error("EXC408", "removed-rejection");

const DOCS: &str = r#"## What it checks

That no change removes, moves or edits a signed rejection (`decision: reject`). Only whoever signed it can take it back, by a signed approval of the same text, which takes its place.

## Why it matters

A rejection says that somebody with the right to approve looked at the text and refused. Without its file, reviewers see a text that nobody has objected to. The trail on the mainline keeps a rejection that has landed, whatever becomes of the file.

## Example

```sh
rm exceptions/approvals/EXC-2026-K7QD/f53a7121b781-0063be5e.bob.approval
```

## Instead

Leave the file where it is, and answer the rejection: change what the record says, or ask the person to take it back with `exc approve`.

```diff
+data_classification: confidential
```
"#;

fn check(proposal: &Proposal<'_>, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    for lost in proposal.lost_approvals.iter().filter(|it| it.decision == Decision::Reject) {
        let (id, person) = (&lost.record, &lost.person);
        let what = if lost.is_gone { "removed" } else { "edited" };
        let message = format!("the rejection of `{id}` by `{person}` is {what}");
        let help = format!(
            "restore the file; `{person}` alone can take it back, with `exc approve {id}` for the same text"
        );
        let finding = CODE.finding(Place::file(&lost.file), message);
        findings.push(finding.help(help).record(id));
    }
}
