//! Placeholder.
use super::{Check, Rule};
use crate::source::yaml;

pub(super) const YAML_SYNTAX: Rule =
    Rule { code: &yaml::SYNTAX, docs: YAML_SYNTAX_DOCS, check: Check::Load };
const YAML_SYNTAX_DOCS: &str = "\
## What it checks

That the file is YAML at all.

## Why it matters

Nobody can judge what nobody can read.

## Example

```yaml
title: \"no closing quote
```

## Instead

```yaml
title: \"a closing quote\"
```
";
