//! EXC606: two addresses or two ids that look alike and are not the same.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use rayon::prelude::*;

use super::confusable::looks;
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding, Place};
use crate::model;
use crate::register::Register;
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Register(check) };

const CODE: Code = Code::error("EXC606", "look-alike-owner").adjustable();

const DOCS: &str = r#"## What it checks

That no two e-mail addresses of owners, requesters and the policy's people look alike without being the same, and no two ids of records. What looks alike is taken from Unicode's table of confusable characters: `0` and `O`, `1` and `l`, `rn` and `m`, and letters of other scripts. Case makes no difference. The finding stands where the second of the two is first used.

## Why it matters

Requester and approver have to differ. With an address that is taken for another one, they do so on paper only, or a colleague seems to answer for what they have never seen.

## Example

```yaml
owner: {name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}
requester: {name: Dana Ruiz, email: dana.ru1z@example.com}
```

## Instead

If both are one person, write one address. If the two are two people, the policy can make this rule a warning.

```yaml
owner: {name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}
requester: {name: Lee Park, email: lee.park@example.com}
```
"#;

/// A text that must not be taken for another one, and where it stands.
#[derive(Clone, Copy)]
struct Use<'a> {
    text: &'a str,
    at: At<'a>,
}

#[derive(Clone, Copy)]
enum At<'a> {
    Policy(&'a Place),
    Record(&'a Record, &'static str),
}

impl At<'_> {
    fn place(self) -> Place {
        match self {
            Self::Policy(place) => place.clone(),
            Self::Record(record, pointer) => record.at(pointer),
        }
    }
}

fn check(register: &Register, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let people = context.policy.addresses();
    let known = people.iter().map(|(text, place)| Use { text, at: At::Policy(place) });
    let in_records = register.records.iter().flat_map(|record| {
        let exception = &record.exception;
        [
            Use { text: &exception.owner.email, at: At::Record(record, "/owner/email") },
            Use { text: &exception.requester.email, at: At::Record(record, "/requester/email") },
        ]
    });
    let help = "write the same address if both are one person; otherwise make sure who this is";
    tell_apart("address", help, known.chain(in_records), findings);
    // No two letters of the built-in form of ids look alike, and most registers have no other.
    let is_built_in = |id: &String| id.bytes().all(|b| model::ALPHABET.contains(&b) || b == b'-');
    if register.exceptions().all(|exception| is_built_in(&exception.id)) {
        return;
    }
    let ids = register
        .records
        .iter()
        .map(|record| Use { text: &record.exception.id, at: At::Record(record, "/id") });
    tell_apart("id", "give one of the records another id", ids, findings);
}

/// Reports the first use of every text that looks like an earlier one.
fn tell_apart<'a>(
    what: &str,
    help: &str,
    uses: impl Iterator<Item = Use<'a>>,
    findings: &mut Vec<Finding>,
) {
    let mut written: HashSet<&str> = HashSet::new();
    let mut seen: HashSet<String> = HashSet::new();
    let first_uses: Vec<Use<'_>> = uses
        .filter(|used| !used.text.is_empty() && written.insert(used.text))
        .filter(|used| seen.insert(used.text.to_lowercase()))
        .collect();
    let looks: Vec<Vec<String>> = first_uses.par_iter().map(|used| looks(used.text)).collect();
    let mut by_look: HashMap<&str, Use<'_>> = HashMap::new();
    for (used, looks) in first_uses.iter().zip(&looks) {
        let Some(first) = looks.iter().find_map(|look| by_look.get(look.as_str())) else {
            by_look.extend(looks.iter().map(|look| (look.as_str(), *used)));
            continue;
        };
        let message = format!("`{}` looks like `{}` and is another {what}", used.text, first.text);
        let finding = CODE.finding(used.at.place(), message);
        let finding = finding.label(first.at.place(), "looks the same").help(help);
        findings.push(match used.at {
            At::Record(record, _) if !record.exception.id.is_empty() => {
                finding.record(&record.exception.id)
            }
            _ => finding,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ALPHABET;
    use crate::rules::testing::report_of;

    fn owner(id: &str, email: &str) -> String {
        format!("id: {id}\nowner: {{name: n, email: {email}, team: t}}\n")
    }

    #[test]
    fn t4_the_second_of_two_addresses_that_look_alike_is_reported_once() {
        let records = [
            ("a.yaml", owner("A", "alice@example.com")),
            ("b.yaml", owner("B", "Alice@Example.com")),
            ("c.yaml", owner("C", "al1ce@example.com")),
            ("d.yaml", owner("D", "al1ce@example.com")),
            ("e.yaml", owner("E", "\u{430}lice@example.com")),
        ];
        let records: Vec<(&str, &str)> =
            records.iter().map(|(name, text)| (*name, text.as_str())).collect();
        insta::assert_snapshot!(report_of(&RULE, &records, ""), @r"
        c.yaml:10:25 error[EXC606]: `al1ce@example.com` looks like `alice@example.com` and is another address
          a.yaml:10:25 looks the same
          help: write the same address if both are one person; otherwise make sure who this is
        e.yaml:10:25 error[EXC606]: `аlice@example.com` looks like `alice@example.com` and is another address
          a.yaml:10:25 looks the same
          help: write the same address if both are one person; otherwise make sure who this is
        ");
    }

    #[test]
    fn people_of_the_policy_are_known_first() {
        let policy = "people:\n  - {id: a, name: A, emails: [a@example.com, tom@example.com]}\n";
        let record = owner("A", "torn@example.com");
        insta::assert_snapshot!(report_of(&RULE, &[("a.yaml", &record)], policy), @r"
        a.yaml:10:25 error[EXC606]: `torn@example.com` looks like `tom@example.com` and is another address
          policy.yaml:10:46 looks the same
          help: write the same address if both are one person; otherwise make sure who this is
        ");
    }

    #[test]
    fn ids_that_look_alike_are_reported_too() {
        let records = [("a.yaml", "id: EX-O1\n"), ("b.yaml", "id: EX-0l\n")];
        let found = report_of(&RULE, &records, "");
        assert!(found.contains("`EX-0l` looks like `EX-O1` and is another id"), "{found}");
    }

    #[test]
    fn ids_that_differ_only_in_case_are_left_to_the_rule_about_ids() {
        assert_eq!(report_of(&RULE, &[("a.yaml", "id: EX-A\n"), ("b.yaml", "id: ex-a\n")], ""), "");
    }

    /// Ids are drawn at random: no two of them may be taken for each other by chance.
    #[test]
    fn drawn_ids_never_look_alike() {
        let pairs = ALPHABET.iter().flat_map(|&a| ALPHABET.map(|b| [a, b]));
        let ids: Vec<String> =
            pairs.map(|pair| String::from_utf8_lossy(&pair).into_owned()).collect();
        let nowhere = Place::file(&Default::default());
        let uses = ids.iter().map(|id| Use { text: id, at: At::Policy(&nowhere) });
        let mut findings = Vec::new();
        tell_apart("id", "", uses, &mut findings);
        assert!(findings.is_empty(), "{}", findings[0].message);
    }
}
