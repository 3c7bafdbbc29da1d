//! EXC018: a key that is not text.

use super::{Check, Rule};
use crate::source::yaml;

pub(super) const RULE: Rule =
    Rule { code: &yaml::KEY_NOT_A_STRING, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That every key is text: no number, boolean, null, list or mapping.

## Why it matters

No field of a record has such a name, and JSON, into which records are exported, has no such keys.

## Example

```yaml
1: Migrate to private link
```

## Instead

```yaml
remediation:
  plan: Migrate to private link in the vendor's 2027-02 release.
```
"##;
