//! EXC007: a symbolic link in the register.

use super::{Check, Rule};
use crate::register;

pub(super) const RULE: Rule = Rule { code: &register::SYMLINK, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That the register holds no symbolic links, to files or to directories.

## Why it matters

A link is judged by what it points to on the machine that judges: another file on the next machine, or one outside the repository. Its target can change without a change of the record.

## Example

```sh
ln -s EXC-2026-K7QD.yaml exceptions/current.yaml
```

## Instead

Put the record itself where it belongs, in a sub-folder if you like:

```sh
mkdir exceptions/2026
mv exceptions/EXC-2026-K7QD.yaml exceptions/2026/
```
"##;
