//! EXC110: text that only keeps a place, such as `TODO`.

mod plain;
mod words;

use self::plain::is_plainly_written;
use self::words::{ABSENT, DUMMY, MARKS, TOO_LITTLE, UNFINISHED};
use super::prose::{self, Prose};
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::model::FieldKind;
use crate::policy::Policy;
use crate::source::Record;
use crate::source::schema;
use crate::source::tree::{Path, Shape};

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::error("EXC110", "placeholder-text");

const DOCS: &str = r##"## What it checks

That no text only keeps a place: `TODO`, `tbd`, `n/a`, `none`, `xxx`, the same with spaces or dots between the letters (`T O D O`), `lorem ipsum` with whatever follows, punctuation such as `-` or `...`, one letter again and again (`zzz`), characters that cannot be seen, an unchanged `<template>`, or one of the `placeholders` of the policy. This holds for closed records too, and for optional fields: what there is nothing to say about is left out.

## Why it matters

A placeholder passes for an answer in every listing and answers nothing. A required field with a placeholder is a missing field that looks complete.

## Example

```yaml
remediation:
  plan: TBD
```

## Instead

```yaml
remediation:
  plan: Migrate to private link in the vendor's 2027-02 release.
```
"##;

/// Why a text only keeps a place.
#[derive(Debug, PartialEq, Eq)]
enum Placeholder {
    Unseen,
    Punctuation,
    Known,
    /// An index into the placeholders of the policy.
    OfPolicy(usize),
}

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let more = of_policy(context.policy);
    record.tree().root().walk(&mut |path, node| {
        let Some(text) = node.text().filter(|text| !is_plainly_written(text, &more)) else {
            return true;
        };
        let Some(prose) = prose_at(path, context.policy) else { return true };
        let Shape::String(_) = node.shape() else { return true };
        let Some(placeholder) = placeholder(text, prose, &more) else { return true };
        let key = path.nearest_key();
        let message = match placeholder {
            Placeholder::Unseen => format!("`{key}` holds nothing that can be seen"),
            Placeholder::Punctuation => {
                format!("`{key}` holds only punctuation: `{}`", prose::shown(text))
            }
            Placeholder::Known | Placeholder::OfPolicy(_) => {
                format!("`{key}` holds a placeholder: `{}`", prose::shown(text))
            }
        };
        let place = schema::place(node, &path.pointer());
        let finding = CODE.finding(place, message).help(prose::advice(key));
        findings.push(match placeholder {
            Placeholder::OfPolicy(index) => context.because(
                finding,
                &format!("/placeholders/{index}"),
                "the policy counts this as a placeholder",
            ),
            _ => finding,
        });
        true
    });
}

/// The letters of a text in which each stands alone: of `t o d o`, `todo`.
fn closed_up(folded: &str) -> Option<String> {
    let words = || folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_spaced_out =
        words().nth(1).is_some() && words().all(|word| word.chars().nth(1).is_none());
    is_spaced_out.then(|| words().collect())
}

/// The placeholders that the policy names, as they are compared.
pub(super) fn of_policy(policy: &Policy) -> Vec<String> {
    policy.placeholders.iter().map(|known| prose::folded(known)).collect()
}

/// Whether a text in a field of sentences only keeps a place.
pub(super) fn is_placeholder(text: &str, more: &[String]) -> bool {
    placeholder(text, Prose::Sentence, more).is_some()
}

/// What belongs at a place of a record; `None` where this rule has nothing to say.
fn prose_at(path: &Path<'_>, policy: &Policy) -> Option<Prose> {
    let first = path.top_key();
    if let Some((_, field)) = policy.fields.iter().find(|(name, _)| name == first) {
        let is_free = field.kind == FieldKind::String && field.values.is_empty();
        return is_free.then_some(Prose::Label);
    }
    match first {
        "title"
        | "risk"
        | "owner"
        | "requester"
        | "justification"
        | "compensating_controls"
        | "remediation"
        | "renewals"
        | "reviews"
        | "closed"
        | "emergency"
        | "links"
        | "tags"
        | "data_classification" => prose::of_key(path.nearest_key()),
        _ => None,
    }
}

fn placeholder(text: &str, prose: Prose, more: &[String]) -> Option<Placeholder> {
    if text.is_empty() {
        // The schema says so.
        return None;
    }
    let folded = prose::folded(text);
    if folded.is_empty() {
        return Some(Placeholder::Unseen);
    }
    let bare = folded.trim_matches(|c: char| !c.is_alphanumeric());
    let is_meant = |known: &String| *known == folded || (!bare.is_empty() && known == bare);
    if let Some(index) = more.iter().position(is_meant) {
        return Some(Placeholder::OfPolicy(index));
    }
    if bare.is_empty() {
        return Some(Placeholder::Punctuation);
    }
    let is_listed = |bare: &str| {
        UNFINISHED.contains(&bare)
            || (prose >= Prose::Name && ABSENT.contains(&bare))
            || (prose >= Prose::Sentence && TOO_LITTLE.contains(&bare))
    };
    let is_known = is_listed(bare)
        || closed_up(bare).is_some_and(|letters| is_listed(&letters))
        || (prose >= Prose::Name && is_marked(&folded))
        || (prose >= Prose::Sentence && is_dummy(bare))
        || (prose >= Prose::Sentence && is_one_letter(bare))
        || is_template(&folded, prose);
    is_known.then_some(Placeholder::Known)
}

/// Whether a text starts as `lorem ipsum dolor` does.
fn is_dummy(bare: &str) -> bool {
    let rest = bare.strip_prefix(DUMMY);
    rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// Whether a text starts as `TODO: …` does.
fn is_marked(folded: &str) -> bool {
    let rest = MARKS.iter().find_map(|mark| folded.strip_prefix(mark));
    rest.is_some_and(|rest| {
        rest.starts_with(':') || rest.starts_with(" :") || rest.starts_with(" - ")
    })
}

/// Whether a text is one letter again and again, as `zzz` is.
fn is_one_letter(bare: &str) -> bool {
    let mut letters = bare.chars();
    let first = letters.next();
    first.is_some_and(char::is_alphabetic) && letters.all(|letter| Some(letter) == first)
}

/// Whether a text is a template that nobody has filled in: `<why>`, `{{ reason }}`, `${PLAN}`.
fn is_template(folded: &str, prose: Prose) -> bool {
    let within =
        |open: &str, close: &str| folded.strip_prefix(open).and_then(|t| t.strip_suffix(close));
    let is_plain = |inner: &str| !inner.contains(['<', '>', '[', ']', '{', '}']);
    let is_address = |inner: &str| inner.contains("://") || inner.contains('@');
    within("<", ">").is_some_and(|inner| is_plain(inner) && !is_address(inner))
        || within("{{", "}}").is_some_and(is_plain)
        || within("${", "}").is_some_and(is_plain)
        || (prose >= Prose::Sentence && within("[", "]").is_some_and(is_plain))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_rule, check_rule_with, policy_labels};
    use super::*;

    #[track_caller]
    fn is(text: &str, prose: Prose) -> bool {
        placeholder(text, prose, &[]).is_some()
    }

    #[test]
    fn placeholders_are_found_in_whatever_dress() {
        let texts = "TODO|todo|Tbd|FIXME|xxx|n/a|N/A.|na|none|null|nil|-|.|?|...|…|!!|— —|   |\u{200b}\u{2060}|\
            <why>|<describe the blocker>|[TODO]|(tbd)|\"TBD\"|**TODO**|TODO: write this|fixme: later|TBD - ask Dana|\
            to be determined|{{ reason }}|${PLAN}|[reason]|ＴＯＤＯ|T\u{200b}ODO|\u{3164}|🤷|x|lorem ipsum|\
            T O D O|t.o.d.o|T-B-D|n / a|x x x|Ｔ Ｏ Ｄ Ｏ|lorem ipsum dolor sit amet|Lorem Ipsum, dolor sit amet consectetur adipiscing elit";
        for text in texts.split('|') {
            assert!(is(text, Prose::Sentence), "{text:?}");
        }
    }

    #[test]
    fn texts_that_only_contain_such_words_are_none() {
        for text in [
            "Todo-list service keeps a public endpoint",
            "TODO comments in the code are checked by hand",
            "No action is needed: none of the keys is in use",
            "https://example.com/tickets/NA-1",
            "<https://example.com/runs/8841>",
            "Latency must stay <5 ms and throughput >3 MB/s",
            "see https://example.com/tbd",
            "IP allow-list",
            "7",
            "A B C",
            "A leaked key could be used from anywhere",
            "loremaster offers no private link",
            "lorem ipsums are removed from the templates",
        ] {
            assert!(!is(text, Prose::Sentence), "{text:?}");
        }
    }

    #[test]
    fn names_and_labels_may_be_words_that_no_sentence_is() {
        for (text, name, label) in [
            ("Na", false, false),
            ("test", false, false),
            ("none", true, false),
            ("n/a", true, false),
            ("unknown", true, false),
            ("TODO", true, true),
            ("-", true, true),
            ("<team>", true, true),
        ] {
            assert_eq!((is(text, Prose::Name), is(text, Prose::Label)), (name, label), "{text:?}");
        }
    }

    #[test]
    fn every_text_of_a_record_is_looked_at() {
        check_rule(
            &RULE,
            r#"
title: "..."
#      ^^^^^ error[EXC110]: `title` holds only punctuation: `...`
owner: {name: TODO, email: dana.ruiz@example.com, team: n/a}
#             ^^^^ error[EXC110]: `name` holds a placeholder: `TODO`
#                                                       ^^^ error[EXC110]: `team` holds a placeholder: `n/a`
justification:
  blocker: "  "
#          ^^^^ error[EXC110]: `blocker` holds nothing that can be seen
  end_state: |
    to be defined
#   ^^^^^^^^^^^^^ error[EXC110]: `end_state` holds a placeholder: `to be defined`
compensating_controls:
  - description: TBD
#                ^^^ error[EXC110]: `description` holds a placeholder: `TBD`
    reduces: none
#            ^^^^ error[EXC110]: `reduces` holds a placeholder: `none`
    owner: net.ops@example.com
    evidence: <link>
#             ^^^^^^ error[EXC110]: `evidence` holds a placeholder: `<link>`
remediation:
  plan: Migrate to private link in the vendor's 2027-02 release.
  milestones:
    - {due: 2027-01-15, what: "?"}
#                             ^^^ error[EXC110]: `what` holds only punctuation: `?`
tags: [ai, xxx]
#          ^^^ error[EXC110]: `tags` holds a placeholder: `xxx`
"#,
        );
    }

    #[test]
    fn an_empty_text_is_a_missing_one_and_an_unknown_key_is_unknown() {
        check_rule(&RULE, "title: ''");
        check_rule(&RULE, "titel: TODO");
        check_rule(&RULE, "controls: [TODO]");
    }

    #[test]
    fn the_policy_may_name_more() {
        let placeholders = "placeholders: [Same as above]";
        check_rule_with(
            &RULE,
            "
title: same as above.
#      ^^^^^^^^^^^^^^ error[EXC110]: `title` holds a placeholder: `same as above.`
",
            placeholders,
        );
        let labels = policy_labels(&RULE, "title: same as above.", placeholders);
        assert_eq!(labels, ["Same as above"]);
    }

    #[test]
    fn custom_fields_are_looked_at_unless_they_have_a_vocabulary() {
        let fields = "
fields:
  business_unit: {type: string}
  residency: {type: string, enum: [eu, tbd]}";
        check_rule_with(
            &RULE,
            "
business_unit: tbd
#              ^^^ error[EXC110]: `business_unit` holds a placeholder: `tbd`
residency: tbd
",
            fields,
        );
    }
}
