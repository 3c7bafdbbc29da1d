//! EXC113: a compensating control without owner or evidence.

use super::{Check, Rule};
use crate::source::schema;

pub(super) const RULE: Rule =
    Rule { code: &schema::INCOMPLETE_COMPENSATING_CONTROL, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That every compensating control has a `description`, an `owner` who keeps it working, and `evidence` that it works; and that `verify_every` comes with the day on which it was last `verified`.

## Why it matters

A measure that nobody keeps working and nobody has seen working lowers no risk. It only makes the record look better.

## Example

```yaml
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    owner: net.ops@example.com
    verified: 2026-11-02
```

## Instead

```yaml
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    owner: net.ops@example.com
    evidence: https://example.com/runs/8841
    verified: 2026-11-02
```
"##;
