//! EXC016: text that some reader takes for another type.

use super::{Check, Rule};
use crate::source::yaml;

pub(super) const RULE: Rule = Rule { code: &yaml::AMBIGUOUS, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That text which looks like a number, a boolean, a date or null stands in quotes: `no`, `on`, `0123`, `1.10`, `12:30:45`, `1_000`.

## Why it matters

YAML 1.1 and 1.2 read these differently. The team `0123` is the number 83 to one tool, and the country `no` is `false`. Quotes make it text everywhere. Dates in date fields need none.

## Example

```yaml
data_classification: 0123
```

## Instead

```yaml
data_classification: "0123"
```
"##;
