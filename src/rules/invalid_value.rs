//! EXC104: a value that its field does not take.

use super::{Check, Rule};
use crate::source::schema;

pub(super) const RULE: Rule = Rule { code: &schema::INVALID_VALUE, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That a value is one of those that its field knows, or has the field's form: a level of risk, an e-mail address, a length of time such as `30d`. Lists do not hold an entry twice.

## Why it matters

Limits, reviews and approvals follow from these values. A level of risk that does not exist has no limit and no approver.

## Example

```yaml
risk:
  level: severe
  statement: A leaked key could be used from anywhere on the internet.
```

## Instead

```yaml
risk:
  level: high
  statement: A leaked key could be used from anywhere on the internet.
```
"##;
