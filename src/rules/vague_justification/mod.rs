//! EXC111: a reason that says that it is needed, and not why.

mod bare;
mod phrases;
mod plain;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use self::phrases::{ARTICLES, FILLERS, PHRASES};
use self::plain::is_plainly_concrete;
use super::placeholder_text;
use super::prose;
use super::{Check, Context, Rule};
use crate::finding::{Code, Finding};
use crate::policy::Policy;
use crate::source::Record;

pub(super) const RULE: Rule = Rule { code: &CODE, docs: DOCS, check: Check::Record(check) };

const CODE: Code = Code::error("EXC111", "vague-justification");

const DOCS: &str = r##"## What it checks

That `justification.blocker`, `justification.end_state`, `risk.statement`, `remediation.plan`, `emergency.reason` and the `reason` of each renewal say something about this exception. Filler words (`it`, `is`, `needed`), words of one letter or of one letter repeated (`x`, `yyyy`), addresses, the record's own controls, and phrases that could stand in every record ("business need", "for testing", "as discussed", "will be fixed later", and the `vague` ones of the policy) do not count. A text is refused if it has fewer than three words, if fewer than two words are left, or, where it uses such a phrase, fewer than three. Also refused is an end state that repeats the blocker. A long and concrete text may well contain "temporary".

A title, the `description` and `evidence` of a compensating control, the `evidence` of a renewal, a milestone and the `note` of a review or of `closed` need no sentence, but have to name something: `MFA` does, and `run 9`; `Fix` and `ran it` do not.

Closed records are checked too.

## Why it matters

"We needed this to work" cannot be checked, cannot become false, and so never ends. A blocker that is a fact, such as a missing feature with its ticket, shows everybody the day on which the exception is no longer needed.

## Example

```yaml
justification:
  blocker: We needed this to work for the project.
  end_state: Traffic enters through the private endpoint; the public one is disabled.
```

## Instead

```yaml
justification:
  blocker: The vendor's region offers no private link before 2027-02 (vendor ticket 48213).
  end_state: Traffic enters through the private endpoint; the public one is disabled.
```
"##;

/// Words that a text must have at all.
const MIN_WORDS: usize = 3;
/// Words that must be left without the fillers.
const MIN_CONTENT: usize = 2;
/// Words that must be left where a text uses a vague phrase.
const MIN_CONTENT_BESIDE_PHRASE: usize = 3;

/// Why a text is refused.
#[derive(Debug, PartialEq, Eq)]
enum Vague {
    TooShort,
    /// The index of the policy's phrase, if it is one of those.
    Phrase(Option<usize>),
}

/// A phrase as words, and its index in the policy if it comes from there.
type Phrase = (Vec<String>, Option<usize>);

static BUILT_IN: LazyLock<HashMap<String, Vec<Phrase>>> = LazyLock::new(|| {
    let mut phrases: HashMap<String, Vec<Phrase>> = HashMap::new();
    for phrase in PHRASES {
        let words = phrase_words(phrase);
        phrases.entry(words[0].clone()).or_default().push((words, None));
    }
    phrases
});
static IGNORED: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| ARTICLES.iter().chain(FILLERS).copied().collect());

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let exception = &record.exception;
    let justification = &exception.justification;
    let repeats = may_be_equal(&justification.blocker, &justification.end_state);
    let is_plain = |text: &str| is_plainly_concrete(text, &exception.controls, context.policy);
    let mut texts: Vec<(Cow<'_, str>, &str)> = Vec::new();
    let mut look = |pointer: Cow<'static, str>, text| {
        if repeats || !is_plain(text) {
            texts.push((pointer, text));
        }
    };
    look("/risk/statement".into(), &exception.risk.statement);
    look("/justification/blocker".into(), &justification.blocker);
    look("/justification/end_state".into(), &justification.end_state);
    look("/remediation/plan".into(), &exception.remediation.plan);
    for (index, renewal) in exception.renewals.iter().enumerate() {
        look(format!("/renewals/{index}/reason").into(), &renewal.reason);
    }
    if let Some(emergency) = &exception.emergency {
        look("/emergency/reason".into(), &emergency.reason);
    }
    let bare = bare::found(exception);
    if texts.is_empty() && bare.is_empty() {
        return;
    }
    let placeholders = placeholder_text::of_policy(context.policy);
    for (pointer, text) in bare {
        if !placeholder_text::is_placeholder(text, &placeholders) {
            findings.push(finding(record, context, &pointer, text, &Vague::TooShort));
        }
    }
    let phrases = of_policy(context.policy);
    for (pointer, text) in texts {
        if text.is_empty() || placeholder_text::is_placeholder(text, &placeholders) {
            continue;
        }
        let words = prose::words(text);
        if let Some(vague) = vague(&words, &exception.controls, &phrases) {
            findings.push(finding(record, context, &pointer, text, &vague));
        } else if pointer == "/justification/end_state"
            && words == prose::words(&justification.blocker)
        {
            let message = "`end_state` repeats the blocker";
            let finding = CODE.finding(record.at(&pointer), message);
            findings.push(
                finding
                    .label(record.at("/justification/blocker"), "the blocker")
                    .help(prose::advice("end_state")),
            );
        }
    }
}

/// Whether a word is empty, one letter, or one letter again and again; a character of a script in
/// which each is a word is none.
fn is_one_letter(word: &str) -> bool {
    if word.is_ascii() {
        return word.bytes().all(|byte| byte.eq_ignore_ascii_case(&word.as_bytes()[0]));
    }
    let mut letters = word.chars().flat_map(char::to_lowercase);
    let Some(first) = letters.next() else { return true };
    letters.all(|letter| letter == first) && !is_dense(first)
}

/// Whether two texts may have the same words.
fn may_be_equal(a: &str, b: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
    }
    !(a.is_ascii() && b.is_ascii()) || letters(a).eq(letters(b))
}

fn finding(
    record: &Record,
    context: &Context<'_>,
    pointer: &str,
    text: &str,
    vague: &Vague,
) -> Finding {
    let key = prose::last_key(pointer);
    let shown = prose::shown(text);
    let message = match vague {
        Vague::TooShort => format!("`{key}` says too little to be judged: `{shown}`"),
        Vague::Phrase(_) => format!("`{key}` could stand in every record: `{shown}`"),
    };
    let finding = CODE.finding(record.at(pointer), message).help(prose::advice(key));
    match vague {
        Vague::Phrase(Some(index)) => context.because(
            finding,
            &format!("/vague/{index}"),
            "the policy counts this phrase as no reason",
        ),
        _ => finding,
    }
}

/// Whether the words of a text say nothing about this exception.
fn vague(words: &[String], controls: &[String], of_policy: &[Phrase]) -> Option<Vague> {
    let n_words: usize = words.iter().map(|word| weight(word)).sum();
    let words = without_articles(words);
    let mut is_covered = vec![false; words.len()];
    let mut found = None;
    for start in 0..words.len() {
        let built_in = BUILT_IN.get(words[start]).into_iter().flatten();
        for (phrase, index) in of_policy.iter().chain(built_in) {
            if is_prefix(phrase, &words[start..]) {
                is_covered[start..start + phrase.len()].fill(true);
                found = found.or(Some(*index));
            }
        }
    }
    let says_something = |word: &str| {
        !IGNORED.contains(word)
            && !is_one_letter(word)
            && !word.contains("://")
            && !controls.iter().any(|control| control.eq_ignore_ascii_case(word))
    };
    let content: BTreeSet<&str> = words
        .iter()
        .zip(is_covered)
        .filter(|(word, is_covered)| !is_covered && says_something(word))
        .map(|(word, _)| *word)
        .collect();
    let n_content: usize = content.into_iter().map(weight).sum();
    match found {
        Some(index) if n_content < MIN_CONTENT_BESIDE_PHRASE => Some(Vague::Phrase(index)),
        _ if n_words < MIN_WORDS || n_content < MIN_CONTENT => Some(Vague::TooShort),
        _ => None,
    }
}

/// The vague phrases that the policy names.
fn of_policy(policy: &Policy) -> Vec<Phrase> {
    let phrases = policy.vague.iter().enumerate();
    let phrases = phrases.map(|(index, phrase)| (phrase_words(phrase), Some(index)));
    phrases.filter(|(words, _)| !words.is_empty()).collect()
}

fn phrase_words(phrase: &str) -> Vec<String> {
    without_articles(&prose::words(phrase)).into_iter().map(str::to_owned).collect()
}

/// Articles do not count, so that "waiting for the vendor" is "waiting for vendor".
fn without_articles(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).filter(|word| !ARTICLES.contains(word)).collect()
}

fn is_prefix(phrase: &[String], words: &[&str]) -> bool {
    phrase.len() <= words.len() && phrase.iter().zip(words).all(|(a, b)| a == b)
}

/// How many words one is: scripts without spaces have a word every character or two.
fn weight(word: &str) -> usize {
    word.chars().filter(|&c| is_dense(c)).count().max(1)
}

/// Whether a character is of such a script.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_rule, check_rule_with, policy_labels};
    use super::*;

    const BAD: &[&str] = &[
        "We needed this to work",
        "we needed this to work for the project!!!",
        "It is needed.",
        "Required for the project",
        "Business need",
        "This is a business requirement.",
        "For business reasons, as discussed with the team",
        "It does not work otherwise",
        "Doesn't work otherwise.",
        "for testing",
        "Temporary",
        "This is only temporary, for the time being.",
        "As discussed",
        "See ticket",
        "see ticket PLAT-2231",
        "See https://example.com/tickets/PLAT-2231",
        "ASAP",
        "Will be fixed later, as soon as possible",
        "The pipeline was failing",
        "We are waiting for the vendor.",
        "Vendor limitation",
        "Still needed.",
        "Same reason as before",
        "We need more time",
        "Technical debt, legacy reasons",
        "The policy is too strict and blocks our deployment",
        "There is no other way to make it work",
        "needed needed needed",
        "Low risk",
        "The control AZ-NET-004 is met.",
        "Fix it in the next sprint",
        "Comply with AZ-NET-004",
        "We will look into it when we have time.",
        "requested by management",
        "一時",
        "a b c d e",
        "xxxxxxxxxx yyyyyy zzz",
        "1 2 3 4 5 6",
        "XXX Xxx xxx YYY-YYY",
        "Blocked by x, y and z",
        "needed for aaaa, BBBB and cccc",
    ];
    const GOOD: &[&str] = &[
        "The vendor's region offers no private link before 2027-02 (vendor ticket 48213).",
        "The endpoint is temporary: the contracted red team works from its own laptops until 2026-12-18.",
        "We needed this to work around the missing two-key rotation of the labelling vendor's interface.",
        "Business need: the claims summariser must read scans, and the masking service knows no handwriting.",
        "For testing the failover, the proxy of the staging region accepts the certificate of the old authority.",
        "Temporary until the hub network is extended (NET-774).",
        "See ticket NET-774: the address range of the hub network is used up.",
        "Rotate the keys weekly.",
        "Public access is off.",
        "Batch jobs are split",
        "The orders team moved the notes permission from their November to their January release.",
        "The build fails on Windows Server 2016 because its OpenSSL knows no Ed25519 keys.",
        "A leaked key could be used from anywhere.",
        "Waiting for the vendor to ship the private endpoint of its EU region in 2027-02.",
        "Legacy system LEDGER-7 speaks no TLS 1.3, and its replacement starts in March.",
        "Migrate to private link.",
        "Traffic enters through pe-model-proxy only.",
        "Scheduler 3.8 splits jobs; take it into use and set the limit.",
        "Keine private Anbindung in dieser Region vor Februar 2027.",
        "ベンダーのリージョンではプライベートリンクがまだ提供されていない。",
        "供应商的区域在二月之前没有私有链接",
        "지역에 프라이빗 링크가 없습니다",
        "리 전 에 없 음",
        "Region X has 7 sites on an old VPN",
    ];

    #[track_caller]
    fn judged(text: &str) -> Option<Vague> {
        vague(&prose::words(text), &["AZ-NET-004".to_owned()], &[])
    }

    #[test]
    fn what_could_stand_in_every_record_is_refused() {
        for text in BAD {
            assert!(judged(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_concrete_is_accepted_whatever_words_it_contains() {
        for text in GOOD {
            assert_eq!(judged(text), None, "{text}");
        }
    }

    #[test]
    fn every_phrase_alone_is_refused() {
        for phrase in PHRASES {
            assert_eq!(judged(phrase), Some(Vague::Phrase(None)), "{phrase}");
        }
    }

    #[test]
    fn each_text_that_gives_a_reason_is_looked_at() {
        check_rule(
            &RULE,
            "
risk:
  level: high
  statement: Accepted risk
#            ^^^^^^^^^^^^^ error[EXC111]: `statement` could stand in every record: `Accepted risk`
justification:
  blocker: We needed this to work.
#          ^^^^^^^^^^^^^^^^^^^^^^^ error[EXC111]: `blocker` could stand in every record: `We needed this to work.`
  end_state: Private endpoint
#            ^^^^^^^^^^^^^^^^ error[EXC111]: `end_state` says too little to be judged: `Private endpoint`
remediation:
  plan: Will be fixed later
#       ^^^^^^^^^^^^^^^^^^^ error[EXC111]: `plan` could stand in every record: `Will be fixed later`
renewals:
  - {date: 2026-11-10, until: 2027-01-31, reason: Still needed, evidence: https://example.com/runs/1}
#                                                 ^^^^^^^^^^^^ error[EXC111]: `reason` could stand in every record: `Still needed`
emergency: {declared: 2026-11-05T22:10:00Z, reason: Urgent}
#                                                   ^^^^^^ error[EXC111]: `reason` could stand in every record: `Urgent`
",
        );
    }

    #[test]
    fn the_blocker_is_not_the_end_state() {
        check_rule(
            &RULE,
            "
justification:
  blocker: The vendor's region offers no private link.
#          ------------------------------------------- the blocker
  end_state: the vendor's region offers no private link
#            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[EXC111]: `end_state` repeats the blocker
",
        );
    }

    #[test]
    fn a_phrase_of_the_policy_counts_and_its_line_is_named() {
        let vague = "vague: [Because of the synergy initiative]";
        let changes = "
remediation:
  plan: because of the Synergy Initiative, basically
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[EXC111]: `plan` could stand in every record: `because of the Synergy Initiative, basically`
";
        check_rule_with(&RULE, changes, vague);
        let changes = "remediation: {plan: because of the Synergy Initiative}";
        assert_eq!(policy_labels(&RULE, changes, vague), ["Because of the synergy initiative"]);
    }

    #[test]
    fn placeholders_and_empty_texts_have_rules_of_their_own() {
        check_rule(&RULE, "remediation: {plan: TBD}");
        check_rule(&RULE, "remediation: {plan: ''}");
    }
}
