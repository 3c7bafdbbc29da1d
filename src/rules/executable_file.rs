//! EXC022: a record that could be run.

use super::{Check, Rule};
use crate::register;

pub(super) const RULE: Rule = Rule { code: &register::EXECUTABLE, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That records are not marked as executable.

## Why it matters

A record is text. The mark usually comes from a copy between file systems, and is noise in every diff of modes.

## Example

```sh
chmod +x exceptions/EXC-2026-K7QD.yaml
```

## Instead

```sh
chmod -x exceptions/EXC-2026-K7QD.yaml
```
"##;
