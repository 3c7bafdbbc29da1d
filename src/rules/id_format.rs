//! EXC117: an id that has not the form of the register's ids.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::error("EXC117", "id-format").adjustable();

const DOCS: &str = r##"## What it checks

That the `id` matches the pattern under `ids.pattern` in the policy: without one, `EXC`, the year, and four characters of `0-9` and `A-Z` without `I`, `L`, `O` and `U`.

## Why it matters

Ids are quoted in code, tickets and approvals, and are found there by their form. They are drawn at random, because the next number in a row is taken twice by two pull requests that know nothing of each other.

## Example

```yaml
id: model-proxy-1
```

## Instead

`exc new` draws an id. A register that has numbers already sets `ids.pattern` in its policy.

```yaml
id: EXC-2026-K7QD
```
"##;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let id = &record.exception.id;
    let policy = context.policy;
    if id.is_empty() || policy.id_pattern.is_match(id) {
        return;
    }
    let anchored = policy.id_pattern.as_str();
    let pattern = anchored.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(")$"));
    let message = format!("the id `{id}` does not match `{}`", pattern.unwrap_or(anchored));
    let mut finding = CODE.finding(record.at("/id"), message);
    if let Some(place) = policy.at("/ids/pattern") {
        finding = finding.label(place, "the form of ids in this register");
    }
    findings.push(finding.help("take an id that `exc new` draws, and name the file after it"));
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_rule, check_rule_with};
    use super::RULE;

    #[test]
    fn an_id_of_another_form_is_found() {
        check_rule(
            &RULE,
            "
id: EXC-2026-K7QO
#   ^^^^^^^^^^^^^ error[EXC117]: the id `EXC-2026-K7QO` does not match `EXC-[0-9]{4}-[0-9A-HJKMNP-TV-Z]{4}`
",
        );
    }

    #[test]
    fn the_whole_id_must_match_the_pattern_of_the_policy() {
        let numbers = "ids: {pattern: 'W-[0-9]+|V-[0-9]+'}";
        check_rule_with(&RULE, "id: W-12", numbers);
        check_rule_with(&RULE, "id: V-12", numbers);
        check_rule_with(
            &RULE,
            "
id: W-12/../x
#   ^^^^^^^^^ error[EXC117]: the id `W-12/../x` does not match `W-[0-9]+|V-[0-9]+`
",
            numbers,
        );
    }

    #[test]
    fn an_empty_id_is_a_missing_one() {
        check_rule(&RULE, "id: ''");
    }
}
