//! EXC030: a policy by which nothing can be judged.

use super::{Check, Rule};
use crate::policy;

pub(super) const RULE: Rule =
    Rule { code: &policy::UNUSABLE_POLICY, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That the parts of `policy.yaml` fit together: the `broadest` level is one of the levels, patterns compile, no control stands twice in the catalogue, no custom field takes the name of a built-in one, and `rules` names rules that exist, at levels that they can have.

## Why it matters

Whoever judges by half a policy judges wrongly. So nothing is judged until the policy is whole, and the exit code is 2.

## Example

```yaml
# exceptions/policy.yaml
scope:
  azure: {levels: [subscriptions, resourceGroups, resource], broadest: resourceGroup}
```

## Instead

```yaml
# exceptions/policy.yaml
scope:
  azure: {levels: [subscriptions, resourceGroups, resource], broadest: resourceGroups}
```
"##;
