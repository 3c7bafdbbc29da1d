//! EXC409: an approval that a change removes or replaces.

use super::{Check, Context, Proposal, Rule};
use crate::finding::{Code, Finding, Place};
use crate::history::Decision;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Proposal(check) };

const CODE: Code = Code::warning("EXC409", "removed-approval");

const DOCS: &str = r#"## What it checks

That no change removes, moves or edits a signed approval.

## Why it matters

The history still has it, and what it approved stays approved. But whoever looks for it in the register, as an auditor with a copy of the folder does, finds nothing; and an approval of a text that has not landed yet is lost.

## Example

```sh
rm exceptions/approvals/EXC-2026-K7QD/f53a7121b781-0063be5e.alice.approval
```

## Instead

Approvals of older texts stay beside those of newer ones:

```sh
ls exceptions/approvals/EXC-2026-K7QD
```
"#;

fn check(proposal: &Proposal<'_>, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    for lost in proposal.lost_approvals.iter().filter(|it| it.decision == Decision::Approve) {
        let (id, person) = (&lost.record, &lost.person);
        let what = if lost.is_gone { "removed" } else { "edited" };
        let message = format!("the approval of `{id}` by `{person}` is {what}");
        let finding = CODE.finding(Place::file(&lost.file), message);
        findings.push(finding.help("restore the file, as it was signed").record(id));
    }
}
