//! EXC604: a character that does not appear.

use super::{Check, Rule};
use crate::source::characters;

pub(super) const RULE: Rule = Rule { code: &characters::INVISIBLE, docs: DOCS, check: Check::Load };

const DOCS: &str = r#"## What it checks

That no invisible character stands in the file, neither as it is nor spelled by an escape, and not in comments either: zero-width spaces and joiners, soft hyphens, fillers, variation selectors, tag characters, and whatever else Unicode calls ignorable. Within an emoji they are only warned about, see `exc explain EXC608`.

## Why it matters

Two values that look the same are different then, so that a search, a comparison or an allow-list misses one of them. Tag characters can also carry whole sentences that no person sees, and a language model reads.

## Example

```yaml
title: "Model pro\u200bxy keeps a public endpoint until vendor private link ships"
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
    fn t3_an_invisible_character_is_found_as_it_is_and_as_an_escape() {
        check_rule(
            &RULE,
            "
title: one\u{200b}two
#         ^ error[EXC604]: U+200B is an invisible character
tags: [\"one\\xadtwo\", \"a\\U000e0041\"]
#          ^^^^ error[EXC604]: the escape `\\xad` spells U+00AD, an invisible character
#                      ^^^^^^^^^^ error[EXC604]: the escape `\\U000e0041` spells U+E0041, an invisible character
",
        );
    }

    #[test]
    fn a_key_can_hide_one_too() {
        check_rule(
            &RULE,
            "
\"ti\\u200btle\": one
#  ^^^^^^ error[EXC604]: the escape `\\u200b` spells U+200B, an invisible character
",
        );
    }
}
