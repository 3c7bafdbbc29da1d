//! EXC008: a pipe, socket or device in the register.

use super::{Check, Rule};
use crate::register;

pub(super) const RULE: Rule = Rule { code: &register::NOT_A_FILE, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That everything in the register is a file or a directory: no named pipe, no socket, no device.

## Why it matters

Reading one of those can wait for ever, and what it yields is different every time.

## Example

```sh
mkfifo exceptions/EXC-2026-AAAA.yaml
```

## Instead

```sh
mkfifo exceptions/EXC-2026-AAAA.yaml
rm exceptions/EXC-2026-AAAA.yaml
```
"##;
