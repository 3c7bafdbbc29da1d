//! EXC101: a key that records or the policy do not have.

use super::{Check, Rule};
use crate::source::schema;

pub(super) const RULE: Rule = Rule { code: &schema::UNKNOWN_KEY, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That every key is one of those that the schema knows; `exc schema` prints them. A register adds keys of its own under `fields` in its policy.

## Why it matters

A key with a typing error is a statement that nobody reads: a date under `expiry` ends nothing.

## Example

```yaml
data_clasification: internal
```

## Instead

```yaml
data_classification: internal
```
"##;
