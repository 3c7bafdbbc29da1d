//! EXC407: a file of git that makes the register look other than it is.

mod attributes;
mod mailmap;

use std::sync::Arc;

use super::proposal::GitFile;
use super::{Check, Context, Proposal, Rule};
use crate::finding::{Code, Finding, Place};
use crate::text::{SourceFile, Span};

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Proposal(check) };

const CODE: Code = Code::error("EXC407", "misleading-git-file");

const DOCS: &str = r#"## What it checks

That no change makes git or a forge show the register's files other than they are: by `.gitattributes`, a filter, another encoding, no diff, a merge driver, or files that count as generated; by `.mailmap`, the address of somebody in the policy's `people` as that of somebody else. Line endings (`text`, `eol`) are fine.

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
            _ => attributes::check(file, proposal, findings),
        }
    }
}

/// The lines of one text that the other does not have, each with its place.
fn lines_only_in<'a>(
    file: &'a Arc<SourceFile>,
    other: &SourceFile,
) -> impl Iterator<Item = (Place, &'a str)> {
    let known: std::collections::BTreeSet<String> =
        other.text().lines().map(|line| line.trim().to_owned()).collect();
    let mut start = 0;
    file.text().split_inclusive('\n').filter_map(move |line| {
        let at = start;
        start += line.len();
        let text = line.trim();
        let at = at + (line.len() - line.trim_start().len());
        let place = Place::span(file, Span::new(at, at + text.len()));
        (!text.is_empty() && !text.starts_with('#') && !known.contains(text))
            .then_some((place, text))
    })
}

impl GitFile {
    fn added(&self) -> impl Iterator<Item = (Place, &str)> {
        lines_only_in(&self.after, &self.before)
    }

    fn removed(&self) -> impl Iterator<Item = (Place, &str)> {
        lines_only_in(&self.before, &self.after)
    }
}
