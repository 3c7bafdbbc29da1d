//! EXC023: a line indented with a tab.

use super::{Check, Rule};
use crate::source::yaml;

pub(super) const RULE: Rule = Rule { code: &yaml::TAB, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That lines are indented with spaces. Tabs inside text or before a comment at the end of a line are fine.

## Why it matters

YAML does not allow tabs there, because nobody can tell how wide they are. The file cannot be read from that line on, so the exit code is 2.

## Example

```sh
printf 'closed:\n\tdate: 2026-11-18\n' >> exceptions/EXC-2026-K7QD.yaml
```

## Instead

```yaml
remediation:
  plan: Migrate to private link in the vendor's 2027-02 release.
```
"##;
