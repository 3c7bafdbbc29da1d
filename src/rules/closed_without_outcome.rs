//! EXC212: a closed record that does not say how it ended.

use super::{Check, Rule};
use crate::source::schema;

pub(super) const RULE: Rule =
    Rule { code: &schema::CLOSED_WITHOUT_OUTCOME, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That `closed` has the `date`, the `outcome` and a `note`. The outcome is `remediated`, `policy-changed`, `superseded`, `withdrawn`, `rejected` or `revoked`.

## Why it matters

That an exception is over says nothing about the control. Whether it is met now, was changed, or was given up is what the portfolio and the auditor ask; the note says what shows it.

## Example

```yaml
closed:
  date: 2026-11-18
  note: Public access is off since 2026-11-17; the network probe confirms it.
```

## Instead

```yaml
closed:
  date: 2026-11-18
  outcome: remediated
  note: Public access is off since 2026-11-17; the network probe confirms it.
```
"##;
