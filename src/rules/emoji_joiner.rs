//! EXC608: an invisible part of an emoji.

use super::{Check, Rule};
use crate::source::characters;

pub(super) const RULE: Rule =
    Rule { code: &characters::EMOJI_JOINER, docs: DOCS, check: Check::Load };

const DOCS: &str = r#"## What it checks

That emoji are made without invisible parts: the joiner U+200D between two of them, and the selector U+FE0F after one.

## Why it matters

Such parts are harmless where they are, and still invisible: without them, no one has to tell harmless from harmful. Most emoji have a form that needs none.

## Example

```yaml
title: "\u26a0\ufe0f Model proxy keeps a public endpoint until vendor private link ships"
```

## Instead

```yaml
title: "\u26a0 Model proxy keeps a public endpoint until vendor private link ships"
```
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::check_rule;

    #[test]
    fn joiners_and_selectors_within_emoji_are_only_warned_about() {
        check_rule(
            &RULE,
            "
title: one \u{2764}\u{fe0f} \u{1f468}\u{200d}\u{1f469}
#           ^ warning[EXC608]: U+FE0F is an invisible part of an emoji
#              ^ warning[EXC608]: U+200D is an invisible part of an emoji
",
        );
    }

    #[test]
    fn an_emoji_without_invisible_parts_is_fine() {
        check_rule(&RULE, "title: one \u{1f680}\n");
    }
}
