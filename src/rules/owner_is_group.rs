//! EXC112: an owner or requester that is a mailing list or a team.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::error("EXC112", "owner-is-group");

const DOCS: &str = r##"## What it checks

That the e-mail addresses of `owner` and `requester` match none of the patterns under `groups` in the policy, where `*` stands for any characters and case does not matter.

## Why it matters

What a team answers for, nobody answers for. A reminder to a list is read by all and done by none, and an approver cannot be shown to be another person than a requester who is a list.

## Example

```yaml
owner: {name: AI platform, email: ai-platform-team@example.com, team: ai-platform}
```

## Instead

The team has a field of its own:

```yaml
owner: {name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}
```
"##;

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    let people = [
        ("owner", &exception.owner.email, "name the one person who answers for the exception"),
        ("requester", &exception.requester.email, "name the person who asks for the exception"),
    ];
    for (field, email, help) in people {
        let patterns = context.policy.groups.iter().enumerate();
        let group = patterns.into_iter().find(|(_, pattern)| matches(pattern, email));
        let Some((index, pattern)) = group.filter(|_| !email.is_empty()) else { continue };
        let message = format!("`{email}` is a group, not a person");
        let mut finding = CODE.finding(record.at(&format!("/{field}/email")), message).help(help);
        if let Some(place) = context.policy.at(&format!("/groups/{index}")) {
            finding = finding.label(place, format!("`{pattern}` says which addresses are groups"));
        }
        findings.push(finding);
    }
}

/// Whether a text matches a pattern in which `*` stands for any run of characters, without regard
/// to ASCII case. Takes at most the product of both lengths.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where the last `*` stands, and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if byte.eq_ignore_ascii_case(&text[t]) => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, t) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_rule, check_rule_with, policy_labels};
    use super::*;

    #[test]
    fn a_group_is_neither_owner_nor_requester() {
        check_rule(
            &RULE,
            "
owner: {name: Dana Ruiz, email: AI-Platform-Team@example.com, team: ai-platform}
#                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[EXC112]: `AI-Platform-Team@example.com` is a group, not a person
requester:
  name: Lee Park
  email: team-ai@example.com
#        ^^^^^^^^^^^^^^^^^^^ error[EXC112]: `team-ai@example.com` is a group, not a person
",
        );
    }

    #[test]
    fn a_compensating_control_may_be_kept_working_by_a_group() {
        check_rule(
            &RULE,
            "
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    owner: net-team@example.com
    evidence: https://example.com/runs/8841
",
        );
    }

    #[test]
    fn without_patterns_every_address_is_a_person() {
        check_rule_with(
            &RULE,
            "requester: {name: Lee Park, email: team-ai@example.com}",
            "groups: []",
        );
    }

    #[test]
    fn a_star_is_any_run_of_characters() {
        for (pattern, text) in [
            ("*-team@*", "ai-team@example.com"),
            ("*", "x"),
            ("list@*", "LIST@example.com"),
            ("*a*b*c", "xaxbxbxc"),
            ("a**", "a"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("*-team@*", "team@example.com"),
            ("list@*", "mylist@example.com"),
            ("list@example.com", "list@example.com.org"),
            ("*a*b*c", "xaxbxcx"),
            ("", "x"),
        ] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn the_line_of_the_policy_is_named() {
        let changes = "requester: {name: Lee Park, email: team-ai@example.com}";
        assert_eq!(policy_labels(&RULE, changes, ""), ["\"team-*@*\""]);
    }
}
