//! EXC017: more than one YAML document in a file.

use super::{Check, Rule};
use crate::source::yaml;

pub(super) const RULE: Rule =
    Rule { code: &yaml::SEVERAL_DOCUMENTS, docs: DOCS, check: Check::Load };

const DOCS: &str = r##"## What it checks

That a file holds one YAML document, so that no `---` starts a second one.

## Why it matters

The file is named after its one record. Most readers stop after the first document or refuse the file, so a second record would be judged by nobody.

## Example

```sh
printf -- '---\ntitle: Another exception\n' >> exceptions/EXC-2026-K7QD.yaml
```

## Instead

A file of its own for each record:

```yaml
# exceptions/EXC-2026-9V3M.yaml
title: Model cache keeps a public endpoint until vendor private link ships
scope:
  - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-model-cache
```
"##;
