//! EXC006: a file in the register that is no record.

use super::{Check, Rule};
use crate::register;

pub(super) const RULE: Rule = Rule { code: &register::STRAY_FILE, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That the register holds records (`*.yaml` and `*.yml`), its `policy.yaml` and the folder `approvals`, and nothing else.

## Why it matters

A record named `EXC-2026-K7QD.yaml.bak` or `EXC-2026-K7QD.json` would never be judged, and nobody would notice. So nothing is skipped in silence.

## Example

```sh
cp exceptions/EXC-2026-K7QD.yaml exceptions/EXC-2026-K7QD.yaml.bak
```

## Instead

Git keeps old versions. Notes about the register go beside its folder:

```sh
echo 'How we use exceptions' > exceptions.md
```
"##;
