//! EXC015: a merge key.

use super::{Check, Rule};
use crate::source::yaml;

pub(super) const RULE: Rule = Rule { code: &yaml::MERGE_KEY, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That no mapping takes values from another through the key `<<`.

## Why it matters

Merge keys belong to YAML 1.1 only. Some readers expand them and others see a key named `<<`, so the same record says two things.

## Example

```yaml
risk:
  <<: {level: low}
  level: high
  statement: A leaked key could be used from anywhere on the internet.
```

## Instead

```yaml
risk:
  level: high
  statement: A leaked key could be used from anywhere on the internet.
```
"##;
