//! EXC021: a byte order mark at the start of a file.

use super::{Check, Rule};
use crate::source::characters;

pub(super) const RULE: Rule =
    Rule { code: &characters::BYTE_ORDER_MARK, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That the file does not start with the invisible character U+FEFF, which some editors on Windows write.

## Why it matters

UTF-8 needs no byte order mark. Some tools take it for a part of the first key, and then `id` is missing.

## Example

```sh
printf '\357\273\277' | cat - exceptions/EXC-2026-K7QD.yaml > marked
mv marked exceptions/EXC-2026-K7QD.yaml
```

## Instead

Save the file as "UTF-8" rather than "UTF-8 with BOM", or cut off the first three bytes:

```sh
printf '\357\273\277' | cat - exceptions/EXC-2026-K7QD.yaml > marked
tail -c +4 marked > exceptions/EXC-2026-K7QD.yaml
```
"##;
