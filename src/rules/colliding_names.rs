//! EXC009: two file names that some file systems cannot keep apart.

use super::{Check, Rule};
use crate::register;

pub(super) const RULE: Rule =
    Rule { code: &register::COLLIDING_NAMES, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That no two paths in the register differ only in upper and lower case, or in how an accented letter is composed.

## Why it matters

Git stores both files. A checkout on macOS or Windows has room for one, so a record disappears there, and the next commit from that machine may delete it.

## Example

```yaml
# exceptions/policy.yaml
ids: {pattern: "EXC-[0-9]{4}-[0-9A-Za-z]{4}"}
```

```yaml
# exceptions/EXC-2026-k7qd.yaml
title: Model cache keeps a public endpoint until vendor private link ships
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-model-cache
```

## Instead

Ids drawn by `exc new` are all upper case:

```yaml
# exceptions/EXC-2026-9V3M.yaml
title: Model cache keeps a public endpoint until vendor private link ships
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-model-cache
```
"##;
