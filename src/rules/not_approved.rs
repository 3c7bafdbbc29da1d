//! EXC501: a change that cannot be approved by being merged, and is not approved yet.

use super::{Check, Context, Proposal, Rule};
use crate::finding::{Code, Finding};

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Proposal(check) };

const CODE: Code = Code::error("EXC501", "not-approved");

const DOCS: &str = r#"## What it checks

That a changed record has the signed approvals that it needs, where the policy accepts nothing but signatures at its risk (`approvals.accept`); and that nobody who may approve it has rejected the text, at any risk.

Where a merge or a message counts too, nothing is missing yet: `exc check` says what the record needs and has, and the trail judges it once it has landed.

## Why it matters

A signature is about one exact text. If it comes after the merge, the exception was in force without it.

## Example

At the risk of this record, the policy accepts nothing but signatures.

```diff
 # exceptions/policy.yaml
 approvals: {accept: {high: [signed]}}
```

```diff
+data_classification: confidential
```

## Instead

Have it signed with `exc approve` before it is merged, or change what needs no approval.

```diff
 # exceptions/policy.yaml
 approvals: {accept: {high: [signed]}}
```

```diff
+tags: [vendor]
```
"#;

fn check(proposal: &Proposal<'_>, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (record, needs) in proposal.needs {
        let id = &record.exception.id;
        let finding = |message: String, help: String| {
            CODE.finding(record.at("/risk/level"), message).help(help).record(id)
        };
        for person in &needs.rejected {
            let help = format!(
                "change what it says (a title or a comment is not enough), or ask `{person}` to take the rejection back with `exc approve {id}`"
            );
            findings.push(finding(format!("`{person}` has rejected this text"), help));
        }
        if needs.takes_signatures && !needs.is_met && needs.rejected.is_empty() {
            let (n_needed, n_have) = (needs.quorum, needs.have.len());
            let plural = if n_needed == 1 { "" } else { "s" };
            let at = match record.exception.risk.level {
                None => format!("without a risk it counts as {}:", needs.risk),
                Some(_) => format!("at {} risk", needs.risk),
            };
            let message =
                format!("{at} it needs {n_needed} signed approval{plural}, and has {n_have}");
            let run = format!("`exc approve {id}`");
            let mut help = match (needs.way.more_people(), needs.way.approvers.as_slice()) {
                (None, _) => format!("somebody who may approve it runs {run}"),
                (Some(more), []) => format!("{more}, who then runs {run}"),
                (Some(more), may) => format!("`{}` can run {run}; {more}", may.join("`, `")),
            };
            for reason in &needs.why {
                help.push_str(&format!("; {reason}"));
            }
            findings.push(finding(message, help));
        }
    }
}
