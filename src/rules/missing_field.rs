//! EXC102: a required field that is missing or empty.

use super::{Check, Rule};
use crate::source::schema;

pub(super) const RULE: Rule = Rule { code: &schema::MISSING_FIELD, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That every required field is there and holds something. A key without a value and an empty list count as missing. What a policy asks for besides (`fields`) is asked of open records alone: nobody fills it in after the end, and a policy may ask for it later.

## Why it matters

Each required field answers a question that an auditor will ask: which rule, where, why, at what risk, who answers for it, until when. An exception that leaves one open cannot be defended.

## Example

```yaml
owner: {name: Dana Ruiz, email: dana.ruiz@example.com}
```

## Instead

```yaml
owner: {name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}
```
"##;
