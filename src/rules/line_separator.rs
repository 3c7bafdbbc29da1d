//! EXC602: a line break to some readers of YAML and none to others.

use super::{Check, Rule};
use crate::source::characters;

pub(super) const RULE: Rule =
    Rule { code: &characters::LINE_SEPARATOR, docs: DOCS, check: Check::Load };

const DOCS: &str = r#"## What it checks

That U+0085, U+2028 and U+2029 stand nowhere in the file, neither as they are nor spelled by an escape, and not in comments either.

## Why it matters

YAML 1.1 ends a line at these characters, YAML 1.2 does not. One tool reads a comment where another reads a second key, so that the record that was reviewed is not the record that is enforced.

## Example

```yaml
title: "Model proxy keeps a public endpoint\u2028until vendor private link ships"
```

## Instead

```yaml
title: Model proxy keeps a public endpoint until vendor private link ships
```
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::check_rule;

    #[test]
    fn y15_a_line_separator_is_found_as_it_is_and_as_an_escape() {
        check_rule(
            &RULE,
            "
title: one\u{2028}two
#         ^ error[EXC602]: U+2028 is a line break to some readers of YAML and none to others
tags: [\"one\\Ntwo\"]
#          ^^ error[EXC602]: the escape `\\N` spells U+0085, a line break to some readers of YAML and none to others
",
        );
    }
}
