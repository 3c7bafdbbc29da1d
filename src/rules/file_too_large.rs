//! EXC005: a file larger than a record may be.

use super::{Check, Rule};
use crate::register;

pub(super) const RULE: Rule = Rule { code: &register::TOO_LARGE, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That a record has at most 256 KiB, and the policy at most 1 MiB.

## Why it matters

A record is read by people. What does not fit is evidence, and evidence belongs where it was produced; the record links to it.

## Example

```sh
head -c 300000 /dev/zero | tr '\0' '#' >> exceptions/EXC-2026-K7QD.yaml
```

## Instead

```yaml
links:
  - https://example.com/runs/8841/full-log
```
"##;
