//! EXC601: an escape that spells a control character.

use super::{Check, Rule};
use crate::source::characters;

pub(super) const RULE: Rule = Rule { code: &characters::CONTROL, docs: DOCS, check: Check::Load };

const DOCS: &str = r#"## What it checks

That no double-quoted key or value spells a control character with an escape such as `\e`, `\0`, `\r` or `\x9b`. Control characters that stand in the file as they are make it unreadable, see `exc explain EXC003`.

## Why it matters

A terminal obeys them: they recolor, overwrite or hide the text around, and change the title of the window. What a reviewer sees is then not what the record says.

## Example

```yaml
title: "Model proxy keeps a public endpoint\e[8m and an open admin port\e[0m"
```

## Instead

```yaml
title: Model proxy keeps a public endpoint and an open admin port
```
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::check_rule;

    #[test]
    fn y14_an_escaped_control_character_is_marked_where_it_stands() {
        check_rule(
            &RULE,
            r#"
title: "Public endpoint \e[8mand admin port"
#                       ^^ error[EXC601]: the escape `\e` spells U+001B, a control character
tags: ["Gr\u00fc\u00dfe \x9b"]
#                       ^^^^ error[EXC601]: the escape `\x9b` spells U+009B, a control character
"#,
        );
    }

    #[test]
    fn tabs_and_line_breaks_are_text() {
        check_rule(&RULE, "title: \"one\\ttwo\\nthree\"\n");
    }
}
