//! EXC019: a file that holds no keys and values.

use super::{Check, Rule};
use crate::source::yaml;

pub(super) const RULE: Rule = Rule { code: &yaml::NOT_A_MAPPING, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That the file holds a mapping of keys to values. An empty file, one with comments only, a list, or a line of prose is no record.

## Why it matters

A file in the register that says nothing looks like an exception in a listing and is none. It is often the rest of an interrupted edit.

## Example

```sh
echo '- AZ-NET-004' > exceptions/EXC-2026-AAAA.yaml
```

## Instead

```yaml
controls:
  - AZ-NET-004
```
"##;
