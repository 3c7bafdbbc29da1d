//! EXC004: a carriage return that ends no line.

use super::{Check, Rule};
use crate::source::characters;

pub(super) const RULE: Rule =
    Rule { code: &characters::LONE_CARRIAGE_RETURN, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That every carriage return is followed by a line feed. Both `LF` and `CRLF` end a line; a carriage return alone does not.

## Why it matters

YAML takes a lone carriage return for a line break, while git and most editors do not. What looks like one long comment to a reviewer can be a comment and a key to the reader of the file.

## Example

```sh
printf '# one\r# two\n' >> exceptions/EXC-2026-K7QD.yaml
```

## Instead

```sh
printf '# one\n# two\r\n' >> exceptions/EXC-2026-K7QD.yaml
```
"##;
