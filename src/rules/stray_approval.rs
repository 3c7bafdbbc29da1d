//! EXC502: a file among the approvals that approves nothing.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding, Place};
use crate::history::{POLICY_ID, approval_at};
use crate::register::{ApprovalFile, Register};
use crate::text::SourceFile;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Load };

const CODE: Code = Code::warning("EXC502", "stray-approval");

const DOCS: &str = r#"## What it checks

That every file in `approvals/ID/` is a signed approval or rejection in the form that `exc approve` writes, in the place that it names itself, for this register, and of a record that the register has. Whether it counts for the text at hand is another question: `exc verify` answers it, and approvals of older texts stay.

## Why it matters

A file that approves nothing looks like an approval to whoever lists the folder.

## Example

```sh
mkdir -p exceptions/approvals/EXC-2026-K7QD
echo 'approved by Alice in the meeting of 2026-11-18' > exceptions/approvals/EXC-2026-K7QD/alice.approval
```

## Instead

Have it signed with `exc approve`, and keep minutes elsewhere:

```sh
mkdir -p minutes
echo 'approved by Alice in the meeting of 2026-11-18' > minutes/2026-11-18.md
```
"#;

pub(super) fn check(
    files: &BTreeMap<String, Vec<ApprovalFile>>,
    register: &Register,
    context: &Context<'_>,
) -> Vec<Finding> {
    let ids: HashSet<&str> = register.exceptions().map(|it| it.id.as_str()).collect();
    let look = |file: &ApprovalFile| {
        let (message, help) = fault(file, &ids, register, context)?;
        let file = Arc::new(SourceFile::new(file.path.as_str(), ""));
        Some(CODE.finding(Place::file(&file), message).help(help))
    };
    let files: Vec<&ApprovalFile> = files.values().flatten().collect();
    files.into_par_iter().filter_map(look).collect()
}

/// Why a file approves nothing, and what to do.
fn fault(
    file: &ApprovalFile,
    ids: &HashSet<&str>,
    register: &Register,
    context: &Context<'_>,
) -> Option<(String, String)> {
    let remove = || "remove the file, or put it where it belongs".to_owned();
    let bytes = match &file.bytes {
        Ok(bytes) => bytes,
        Err(reason) => return Some((format!("this is no approval: {reason}"), remove())),
    };
    let statement = match approval_at(&file.path, bytes) {
        Ok(approval) => approval.statement,
        Err(malformed) => {
            let line = malformed.line.map(|line| format!("line {line}: ")).unwrap_or_default();
            let message = format!("this is no approval: {line}{}", malformed.message);
            return Some((message, malformed.help));
        }
    };
    if statement.register != context.policy.register {
        return Some((format!("it is for the register `{}`", statement.register), remove()));
    }
    // The id of a record that cannot be read may be this one.
    let is_known = ids.contains(statement.record.as_str())
        || statement.record == POLICY_ID
        || register.unreadable.iter().any(|path| path.contains(&statement.record));
    let message = || format!("it is about `{}`, which is no record here", statement.record);
    let restore = || {
        let id = &statement.record;
        format!(
            "restore the record `{id}`, closed ones stay in the register too; only where it never landed, remove the file"
        )
    };
    (!is_known).then(|| (message(), restore()))
}
