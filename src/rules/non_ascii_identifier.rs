//! EXC605: an identifier with a character that is not ASCII.

use super::confusable::{ascii_twin, describe, place_of};
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::error("EXC605", "non-ascii-identifier");

const DOCS: &str = r#"## What it checks

That what names a thing or a person for tools is ASCII: `id`, `controls`, `scope`, and the e-mail addresses of owner, requester and compensating controls. Names, titles and reasons may be in any script.

## Why it matters

Identifiers are compared byte by byte and read by people. A Cyrillic letter in an address makes another address, and looks like the known one.

## Example

`\u0410` is a Cyrillic letter that looks like an A.

```yaml
# exceptions/policy.yaml
controls:
  - {id: "\u0410Z-NET-004", title: No public network access}
```

```yaml
controls:
  - "\u0410Z-NET-004"
```

## Instead

```yaml
controls:
  - AZ-NET-004
```
"#;

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.is_ascii() {
        return;
    }
    for (pointer, text) in identifiers(record) {
        let Some(c) = text.chars().find(|c| !c.is_ascii()) else { continue };
        let ascii: String = text.chars().map(|c| ascii_twin(c).unwrap_or(c)).collect();
        let help = match ascii.is_ascii() {
            true => format!("write `{ascii}`, if that is what is meant"),
            false => "write it with ASCII letters, digits and signs only".to_owned(),
        };
        let place = place_of(record, &pointer, c.encode_utf8(&mut [0; 4]));
        findings.push(CODE.finding(place, format!("`{text}` contains {}", describe(c))).help(help));
    }
}

fn identifiers(record: &Record) -> Vec<(String, &str)> {
    let exception = &record.exception;
    let mut identifiers: Vec<(String, &str)> = vec![
        ("/id".to_owned(), &exception.id),
        ("/owner/email".to_owned(), &exception.owner.email),
        ("/requester/email".to_owned(), &exception.requester.email),
    ];
    for (index, control) in exception.controls.iter().enumerate() {
        identifiers.push((format!("/controls/{index}"), control));
    }
    for (index, target) in exception.scope.iter().enumerate() {
        identifiers.push((format!("/scope/{index}"), target));
    }
    for (index, control) in exception.compensating_controls.iter().enumerate() {
        identifiers.push((format!("/compensating_controls/{index}/owner"), &control.owner));
    }
    identifiers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{check_rule, report_of};

    #[test]
    fn every_identifier_is_looked_at() {
        check_rule(
            &RULE,
            "
id: \u{415}XC-2026-K7QD
#   ^ error[EXC605]: `\u{415}XC-2026-K7QD` contains U+0415, which looks like `E`
controls:
  - AZ-NET-00\u{ff14}
#            ^ error[EXC605]: `AZ-NET-00\u{ff14}` contains U+FF14, which looks like `4`
scope:
  - azure:/subscriptions/\u{f6}ffentlich
#                        ^ error[EXC605]: `azure:/subscriptions/\u{f6}ffentlich` contains U+00F6
owner: {name: D\u{e1}na, email: d\u{430}na@example.com, team: t\u{e9}am}
#                           ^ error[EXC605]: `d\u{430}na@example.com` contains U+0430, which looks like `a`
requester: {name: n, email: \"d\\u0430na@example.com\"}
#                           ^^^^^^^^^^^^^^^^^^^^^^^ error[EXC605]: `d\u{430}na@example.com` contains U+0430, which looks like `a`
compensating_controls:
  - {description: d\u{e9}, owner: n\u{e9}t@example.com, evidence: e}
#                             ^ error[EXC605]: `n\u{e9}t@example.com` contains U+00E9
",
        );
    }

    #[test]
    fn signs_of_ascii_are_fine() {
        let record = "requester: {name: n, email: \"o'neil+ci[bot]@example.com\"}\n";
        assert_eq!(report_of(&RULE, &[("EXC-2026-K7QD.yaml", record)], ""), "");
    }

    #[test]
    fn the_help_writes_what_it_looks_like() {
        let record = "requester: {name: n, email: d\u{430}n\u{430}@example.com}\n";
        let found = report_of(&RULE, &[("EXC-2026-K7QD.yaml", record)], "");
        assert!(found.contains("help: write `dana@example.com`, if"), "{found}");
    }
}
