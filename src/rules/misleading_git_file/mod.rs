//! EXC407: a file of git that makes the register look other than it is.

mod attributes;
mod mailmap;

use std::sync::Arc;

use super::{Check, Context, GitFile, Proposal, Rule};
use crate::finding::{Code, Finding, Place};
use crate::text::{SourceFile, Span};

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Proposal(check) };

const CODE: Code = Code::error("EXC407", "misleading-git-file");

const DOCS: &str = r#"## What it checks

That no change makes git or a forge show the register's files other than they are: by `.gitattributes`, a filter, another encoding, no diff, a merge driver, or files that count as generated; by `.mailmap`, the address of somebody in the policy's `people` as that of somebody else. Line endings (`text`, `eol`) are fine. What counts is what is in effect: the last line about a file decides, so it is an error too to move such a line, or to repeat it, behind one that took it back.

## Why it matters

A reviewer reads what the forge shows. Where the diff of a record is folded away, or its text in the work tree is not the one that was committed, what is approved is not what was read. `exc` itself reads what was committed, and no `.mailmap`.

## Example

```sh
echo 'exceptions/*.yaml linguist-generated' > .gitattributes
```

## Instead

```sh
echo 'exceptions/*.yaml text eol=lf' > .gitattributes
```
"#;

fn check(proposal: &Proposal<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    for file in proposal.git_files {
        match file.after.path().rsplit('/').next() {
            Some(".mailmap") => mailmap::check(file, context.policy, findings),
            _ => attributes::check(file, proposal.register, findings),
        }
    }
}

/// A line of a file, without its break.
fn whole_line(file: &Arc<SourceFile>, number: usize) -> Place {
    let start = file.line_span(number).range().start;
    Place::span(file, Span::new(start, start + file.line(number).len()))
}
