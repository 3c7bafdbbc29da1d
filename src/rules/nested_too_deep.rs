//! EXC012: more structure than a record can have.

use super::{Check, Rule};
use crate::source::yaml;

pub(super) const RULE: Rule = Rule { code: &yaml::TOO_DEEP, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That lists and mappings are nested at most 16 deep, and that a record holds at most 5,000 values.

## Why it matters

A record needs four levels. Deeper nesting is a mistake, or an attempt to exhaust the reader.

## Example

```yaml
tags: [[[[[[[[[[[[[[[[[ai]]]]]]]]]]]]]]]]]
```

## Instead

```yaml
tags: [ai]
```
"##;
