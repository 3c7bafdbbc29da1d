//! EXC112: an owner or requester that is a mailing list, a mailbox or a team.

use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::error("EXC112", "owner-is-group");

const DOCS: &str = r##"## What it checks

That `owner` and `requester` are persons:

- Their e-mail addresses match none of the patterns under `groups` in the policy, where `*` stands for any characters and case does not matter. A `+tag` before the `@` makes no difference.
- The part before the `@` is none of `noreply`, `no-reply`, `donotreply`, `do-not-reply`, `postmaster`, `hostmaster`, `webmaster`, `abuse`, `admin`, `administrator`, `root`, `info`, `support`, `helpdesk`, which are nobody's own in any organization.
- Their names do not end with `team`, `group`, `squad` or `department`.

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

/// Parts before the `@` that are no person's in any organization; none of them is a name.
const IMPERSONAL: &[&str] = &[
    "noreply",
    "no-reply",
    "donotreply",
    "do-not-reply",
    "postmaster",
    "hostmaster",
    "webmaster",
    "abuse",
    "admin",
    "administrator",
    "root",
    "info",
    "support",
    "helpdesk",
];
/// Last words of names that no person has.
const COLLECTIVE: &[&str] = &["team", "group", "squad", "department"];

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    let people = [
        ("owner", &exception.owner, "name the one person who answers for the exception"),
        ("requester", &exception.requester, "name the person who asks for the exception"),
    ];
    for (field, person, help) in people {
        findings.extend(address(record, field, &person.email, context).map(|it| it.help(help)));
        if is_collective(&person.name) {
            let message = format!("`{}` is the name of a group, not of a person", person.name);
            findings.push(CODE.finding(record.at(&format!("/{field}/name")), message).help(help));
        }
    }
}

/// What is wrong with an address.
fn address(record: &Record, field: &str, email: &str, context: &Context<'_>) -> Option<Finding> {
    let (local, domain) = email.split_once('@')?;
    let (mailbox, tag) = local.split_once('+').unwrap_or((local, ""));
    let untagged = (!tag.is_empty()).then(|| format!("{mailbox}@{domain}"));
    let place = || record.at(&format!("/{field}/email"));
    let is_meant = |pattern: &str| {
        matches(pattern, email) || untagged.as_ref().is_some_and(|text| matches(pattern, text))
    };
    let mut patterns = context.policy.groups.iter().enumerate();
    if let Some((index, pattern)) = patterns.find(|(_, pattern)| is_meant(pattern)) {
        let finding = CODE.finding(place(), format!("`{email}` is a group, not a person"));
        let text = format!("`{pattern}` says which addresses are groups");
        return Some(context.because(finding, &format!("/groups/{index}"), text));
    }
    let is_impersonal = IMPERSONAL.iter().any(|known| known.eq_ignore_ascii_case(mailbox));
    let message = || format!("`{email}` is a mailbox, not a person: nobody is called `{mailbox}`");
    is_impersonal.then(|| CODE.finding(place(), message()))
}

/// Whether the last word of a name says that it is that of several people.
fn is_collective(name: &str) -> bool {
    let last = name.rsplit(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
    last.is_some_and(|last| COLLECTIVE.iter().any(|known| known.eq_ignore_ascii_case(last)))
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
    fn a_mailbox_is_no_person_whatever_the_policy_says() {
        check_rule_with(
            &RULE,
            "
owner: {name: Dana Ruiz, email: NoReply@example.com, team: ai-platform}
#                               ^^^^^^^^^^^^^^^^^^^ error[EXC112]: `NoReply@example.com` is a mailbox, not a person: nobody is called `NoReply`
requester: {name: Lee Park, email: admin+lee@example.com}
#                                  ^^^^^^^^^^^^^^^^^^^^^ error[EXC112]: `admin+lee@example.com` is a mailbox, not a person: nobody is called `admin`
",
            "groups: []",
        );
        for email in
            ["administrata@example.com", "1+lee@users.noreply.github.com", "in.fo@example.com"]
        {
            check_rule(&RULE, &format!("requester: {{name: Lee Park, email: {email}}}"));
        }
    }

    #[test]
    fn a_tag_makes_no_person_of_a_group() {
        check_rule(
            &RULE,
            "
requester: {name: Lee Park, email: ai-team+lee@example.com}
#                                  ^^^^^^^^^^^^^^^^^^^^^^^ error[EXC112]: `ai-team+lee@example.com` is a group, not a person
",
        );
    }

    #[test]
    fn a_name_that_ends_as_a_group_does_is_no_persons() {
        check_rule(
            &RULE,
            "
owner: {name: The Team, email: dana.ruiz@example.com, team: ai-platform}
#             ^^^^^^^^ error[EXC112]: `The Team` is the name of a group, not of a person
requester: {name: \"Finance (department)\", email: lee.park@example.com}
#                 ^^^^^^^^^^^^^^^^^^^^^^ error[EXC112]: `Finance (department)` is the name of a group, not of a person
",
        );
        for name in ["Dana Teamer", "Team Lead Dana Ruiz", "Steam", "李雷"] {
            assert!(!is_collective(name), "{name}");
        }
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
