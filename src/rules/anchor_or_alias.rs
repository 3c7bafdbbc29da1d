//! EXC011: a value that is repeated by reference.

use super::{Check, Rule};
use crate::source::yaml;

pub(super) const RULE: Rule = Rule { code: &yaml::ANCHOR, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That no value is marked with an anchor (`&name`) or repeated with an alias (`*name`).

## Why it matters

A reviewer reads a record from top to bottom and must see what it says where it says it. A diff of the anchor changes every place that uses it, unseen. Aliases of aliases can also make a small file enormous.

## Example

```yaml
owner: &dana {name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}
requester: *dana
```

## Instead

```yaml
owner: {name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}
requester: {name: Lee Park, email: lee.park@example.com}
```
"##;
