//! EXC013: a key that stands twice.

use super::{Check, Rule};
use crate::source::yaml;

pub(super) const RULE: Rule = Rule { code: &yaml::DUPLICATE_KEY, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That no mapping has the same key twice, quoted or not.

## Why it matters

Readers of YAML disagree on which of the two counts; most take the last and say nothing. A reviewer who sees one `expires` may approve another.

## Example

```yaml
expires: 2027-01-31
expires: 2027-02-02
```

## Instead

```yaml
expires: 2027-01-31
```
"##;
