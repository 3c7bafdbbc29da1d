//! EXC024: a name that not every file system can hold.

use super::{Check, Rule};
use crate::register;

pub(super) const RULE: Rule =
    Rule { code: &register::UNPORTABLE_NAME, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That the names of files and folders are printable text and can exist on Windows: no `aux`, `con`, `nul` or `com1`, none of `< > : " \ | ? *`, no space or dot at the end.

## Why it matters

A checkout of the repository fails where the name cannot exist, for everybody who works there. Control characters in a name can deceive whoever reads the listing.

## Example

```sh
mkdir exceptions/aux
mv exceptions/EXC-2026-K7QD.yaml exceptions/aux/
```

## Instead

```sh
mkdir exceptions/auxiliary
mv exceptions/EXC-2026-K7QD.yaml exceptions/auxiliary/
```
"##;
