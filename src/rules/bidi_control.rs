//! EXC603: a character that reorders the text on screen.

use super::{Check, Rule};
use crate::source::characters;

pub(super) const RULE: Rule =
    Rule { code: &characters::BIDI_CONTROL, docs: DOCS, check: Check::Load };

const DOCS: &str = r#"## What it checks

That no bidirectional control stands in the file, neither as it is nor spelled by an escape, and not in comments either: U+202A to U+202E, U+2066 to U+2069, U+061C, U+200E and U+200F.

## Why it matters

With them, a line reads differently from what it says ("Trojan Source", CVE-2021-42574): `not` can move to another clause, and a value can look like a comment. Text in Arabic or Hebrew needs none of them here; its letters carry their direction.

## Example

```yaml
title: "Model proxy keeps a \u202etnirp\u202c endpoint until vendor private link ships"
```

## Instead

```yaml
title: Model proxy keeps a print endpoint until vendor private link ships
```
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::check_rule;

    #[test]
    fn t2_a_bidi_control_is_found_in_values_escapes_and_comments() {
        check_rule(
            &RULE,
            "
title: one\u{202e}two
#         ^ error[EXC603]: U+202E is a character that reorders the text on screen
tags: [\"one\\u2066two\", three] # four\u{61c}
#          ^^^^^^ error[EXC603]: the escape `\\u2066` spells U+2066, a character that reorders the text on screen
#                                   ^ error[EXC603]: U+061C is a character that reorders the text on screen
",
        );
    }

    #[test]
    fn text_that_runs_from_right_to_left_needs_no_control() {
        check_rule(&RULE, "title: \u{5e9}\u{5dc}\u{5d5}\u{5dd} proxy\n");
    }
}
