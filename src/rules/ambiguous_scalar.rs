//! EXC016: text that some reader takes for another type.

use super::{Check, Rule};
use crate::source::yaml;

pub(super) const RULE: Rule = Rule { code: &yaml::AMBIGUOUS, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That text which looks like a number, a boolean, a date or null stands in quotes: `no`, `on`, `0123`, `1.10`, `12:30:45`, `1_000`. Also that nothing is written which readers of YAML cut differently, or which some refuse: a tab outside of quotes, in brackets a `?` or a text that starts with `:`, a key on another line than its `:`, `[a: b]` without braces, half a character such as `\ud83d`.

## Why it matters

YAML 1.1 and 1.2 read these differently. The team `0123` is the number 83 to one tool, and the country `no` is `false`. Quotes make it text everywhere. What one tool reads and another refuses, or reads otherwise, is not the text that was approved. Dates in date fields need none.

## Example

```yaml
data_classification: 0123
```

## Instead

```yaml
data_classification: "0123"
```
"##;
