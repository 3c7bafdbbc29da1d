//! EXC001: a file that is not YAML.

use super::{Check, Rule};
use crate::source::yaml;

pub(super) const RULE: Rule = Rule { code: &yaml::SYNTAX, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That the file can be read as YAML at all. The place is where the reader gave up; the mistake is there or on a line above it, often a quote, a bracket or a brace that is never closed, or a `: ` inside text without quotes.

## Why it matters

What cannot be read cannot be judged. The exit code is 2, not 1: nobody knows whether the record is fine.

## Example

```yaml
title: "Model proxy keeps a public endpoint
```

## Instead

```yaml
title: "Model proxy keeps a public endpoint"
```
"##;
