//! EXC103: a list, mapping or value where another is meant.

use super::{Check, Rule};
use crate::source::schema;

pub(super) const RULE: Rule = Rule { code: &schema::WRONG_TYPE, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That a value has the type that its field takes: a list where several entries are possible, a mapping where there are parts, text where there is text.

## Why it matters

A list that is written as one value ends at the first entry for one tool and is a list of letters for another.

## Example

```yaml
controls: AZ-NET-004
```

## Instead

```yaml
controls: [AZ-NET-004]
```
"##;
