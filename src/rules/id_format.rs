//! EXC117: an id that has not the form of the register's ids.

use chrono::Datelike;

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::policy::Policy;
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
    let finding = CODE.finding(record.at("/id"), message).help(help(record, policy));
    findings.push(context.because(finding, "/ids/pattern", "the form of ids in this register"));
}

fn help(record: &Record, policy: &Policy) -> String {
    let (id, pattern) = (&record.exception.id, &policy.id_pattern);
    let in_capitals = id.to_uppercase();
    if pattern.is_match(&in_capitals) {
        return format!("write it in capitals: `{in_capitals}`");
    }
    if pattern.is_match(&id.to_lowercase()) {
        return format!("write it in small letters: `{}`", id.to_lowercase());
    }
    // The letters that the alphabet of ids leaves out look like these.
    let look_alike = in_capitals.replace('O', "0").replace(['I', 'L'], "1").replace('U', "V");
    let (head, tail) =
        (id.rsplit_once('-').map_or("", |(head, _)| head), look_alike.rsplit('-').next());
    let corrected = format!("{head}-{}", tail.unwrap_or_default());
    if pattern.is_match(&corrected) {
        return format!("`I`, `L`, `O` and `U` are left out of ids: write `{corrected}`");
    }
    let example = format!("EXC-{}-K7QD", record.exception.opened.map_or(2026, |day| day.year()));
    match pattern.is_match(&example) {
        true => format!(
            "write an id such as `{example}`: the year, and four characters at random; `exc new` draws one"
        ),
        false => "write an id that matches the pattern, and name the file after it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_rule, check_rule_with, report_of};
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
    fn the_help_names_an_id_that_matches() {
        let help = |id: &str, policy: &str| {
            let record = format!("id: {id}\n");
            let report = report_of(&RULE, &[("EXC-2026-K7QD.yaml", &record)], policy);
            report.rsplit("help: ").next().expect("a help").trim_end().to_owned()
        };
        assert_eq!(help("exc-2026-1abc", ""), "write it in capitals: `EXC-2026-1ABC`");
        assert_eq!(
            help("EXC-2026-K7QO", ""),
            "`I`, `L`, `O` and `U` are left out of ids: write `EXC-2026-K7Q0`"
        );
        assert_eq!(
            help("model-proxy", ""),
            "write an id such as `EXC-2026-K7QD`: the year, and four characters at random; `exc new` draws one"
        );
        let numbers = "ids: {pattern: 'w-[0-9]+'}";
        assert_eq!(help("W-12", numbers), "write it in small letters: `w-12`");
        assert_eq!(
            help("12", numbers),
            "write an id that matches the pattern, and name the file after it"
        );
    }

    #[test]
    fn an_empty_id_is_a_missing_one() {
        check_rule(&RULE, "id: ''");
    }
}
