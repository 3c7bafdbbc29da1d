//! EXC002: a file whose bytes are not UTF-8.

use super::{Check, Rule};
use crate::source::characters;

pub(super) const RULE: Rule = Rule { code: &characters::NOT_UTF8, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That every byte of the file belongs to UTF-8 text. Files in UTF-16 (the "Unicode" of some Windows editors) and in Latin-1 are the usual cause.

## Why it matters

Tools guess the encoding differently, so they show reviewers different texts. Git takes UTF-16 for binary and shows no diff at all.

## Example

The byte 351 (octal) is `é` in Latin-1, and nothing in UTF-8:

```sh
printf '# caf\351\n' >> exceptions/EXC-2026-K7QD.yaml
```

## Instead

```sh
printf '# caf\303\251\n' >> exceptions/EXC-2026-K7QD.yaml
```
"##;
