//! EXC014: a tag that says how to read a value.

use super::{Check, Rule};
use crate::source::yaml;

pub(super) const RULE: Rule = Rule { code: &yaml::EXPLICIT_TAG, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That no value carries a tag such as `!!str`, `!!binary` or `!include`.

## Why it matters

Tags make a value mean something else to each tool: one decodes it, one runs code for it, one ignores the tag. The fields of a record have fixed types, so there is nothing to say.

## Example

```yaml
title: !!str Model proxy keeps a public endpoint until vendor private link ships
```

## Instead

```yaml
title: Model proxy keeps a public endpoint until vendor private link ships
```
"##;
