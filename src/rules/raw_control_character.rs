//! EXC003: a control character that YAML does not allow.

use super::{Check, Rule};
use crate::source::characters;

pub(super) const RULE: Rule =
    Rule { code: &characters::RAW_CONTROL, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That the file holds no control characters: NUL, escape, delete and the like. Tabs inside text and ordinary line breaks are fine.

## Why it matters

YAML forbids them, and some readers stop there while others go on. On a terminal they can move the cursor, change colours, or hide the lines above.

## Example

```sh
printf '# \033[31mred\n' >> exceptions/EXC-2026-K7QD.yaml
```

## Instead

```sh
printf '# red\n' >> exceptions/EXC-2026-K7QD.yaml
```
"##;
