//! EXC010: a file or directory that the system does not let us read.

use super::{Check, Rule};
use crate::register;

pub(super) const RULE: Rule = Rule { code: &register::UNREADABLE, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That every file and directory of the register can be opened. The message ends with the reason that the operating system gives: permissions, a disk that fails, a file that vanished, a path that is too long.

## Why it matters

A record that is not read is not judged, and it may be the one that has expired. The exit code is 2; everything else is still judged.

## Example

Missing permission (`chmod 000`) is the usual cause, but does not stop the administrator. A path longer than the system takes stops everybody:

```sh
long=$(printf '%0200d' 0)
cd exceptions
for level in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21; do
  mkdir "$long"
  cd -P "$long"
done
```

## Instead

```sh
mkdir exceptions/2026
chmod u+rx exceptions/2026
```
"##;
