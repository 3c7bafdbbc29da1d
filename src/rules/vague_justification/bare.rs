//! Short fields that need no sentence, and still have to name something: a title, a measure, a
//! milestone, where evidence is to be seen, and what came of a review or of the whole.
//!
//! Invariant: one word that names a thing is enough (`MFA`, `PLAT-2231`); only words that would fit
//! below every heading are refused.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::IGNORED;
use crate::model::Exception;
use crate::rules::prose;

/// Bytes of the longest text that is looked at.
const LONGEST: usize = 60;

/// What somebody did or found, without saying what or where.
#[rustfmt::skip]
const DEEDS: &[&str] = &[
    "check", "checked", "checking", "confirmed", "done", "fine", "finish", "finished", "fix",
    "fixed", "fixes", "fixing", "good", "handle", "handled", "issue", "later", "looked", "manually",
    "myself", "ourselves", "pass", "passed", "passes", "problem", "ran", "repaired", "resolve",
    "resolved", "saw", "seen", "solve", "solved", "soon", "success", "successful", "successfully",
    "tested", "verified", "verify", "yes",
];

static DEED_WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| DEEDS.iter().copied().collect());

/// The short fields of a record that name nothing, each with its place.
pub(super) fn found(exception: &Exception) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    let mut look = |text, pointer: &dyn Fn() -> String| {
        if names_nothing(text) {
            found.push((pointer(), text));
        }
    };
    look(exception.title.as_str(), &|| "/title".to_owned());
    for (at, control) in exception.compensating_controls.iter().enumerate() {
        let pointer = |key| format!("/compensating_controls/{at}/{key}");
        look(&control.description, &|| pointer("description"));
        look(&control.evidence, &|| pointer("evidence"));
    }
    for (at, milestone) in exception.remediation.milestones.iter().enumerate() {
        look(&milestone.what, &|| format!("/remediation/milestones/{at}/what"));
    }
    for (at, renewal) in exception.renewals.iter().enumerate() {
        look(&renewal.evidence, &|| format!("/renewals/{at}/evidence"));
    }
    for (at, review) in exception.reviews.iter().enumerate() {
        look(&review.note, &|| format!("/reviews/{at}/note"));
    }
    if let Some(closed) = &exception.closed {
        look(&closed.note, &|| "/closed/note".to_owned());
    }
    found
}

/// Whether a text names nothing.
fn names_nothing(text: &str) -> bool {
    if text.len() > LONGEST || text.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let words = prose::words(text);
    let is_empty =
        |word: &String| IGNORED.contains(word.as_str()) || DEED_WORDS.contains(word.as_str());
    !words.is_empty() && words.iter().all(is_empty)
}

#[cfg(test)]
mod tests {
    use super::super::RULE;
    use super::*;
    use crate::rules::testing::check_rule;

    #[test]
    fn what_would_fit_below_every_heading_names_nothing() {
        for text in [
            "ran it",
            "Fix",
            "fixed!",
            "Done.",
            "it works",
            "tested manually",
            "I checked",
            "OK",
            "the control",
        ] {
            assert!(names_nothing(text), "{text}");
        }
    }

    #[test]
    fn one_word_that_names_a_thing_is_enough() {
        for text in [
            "MFA",
            "PLAT-2231",
            "run 9",
            "Run 8841",
            "https://example.com/1",
            "ticket 49020",
            "WAF rule 12",
            "Fix NET-774",
            "dashboard",
            "Allow-list",
            "e",
            "通过",
            "tested in staging",
            "Firewall checked",
        ] {
            assert!(!names_nothing(text), "{text}");
        }
    }

    #[test]
    fn each_short_field_is_looked_at() {
        check_rule(
            &RULE,
            "
title: Fix
#      ^^^ error[EXC111]: `title` says too little to be judged: `Fix`
compensating_controls:
  - {description: Checked, owner: a@example.com, evidence: ran it}
#                 ^^^^^^^ error[EXC111]: `description` says too little to be judged: `Checked`
#                                                          ^^^^^^ error[EXC111]: `evidence` says too little to be judged: `ran it`
remediation: {plan: Migrate to private link., milestones: [{due: 2027-01-15, what: Done}]}
#                                                                                  ^^^^ error[EXC111]: `what` says too little to be judged: `Done`
renewals:
  - {date: 2026-11-10, until: 2027-01-31, reason: The vendor moved it to January., evidence: verified}
#                                                                                            ^^^^^^^^ error[EXC111]: `evidence` says too little to be judged: `verified`
reviews:
  - {date: 2026-11-10, by: alice@example.com, note: it works}
#                                                   ^^^^^^^^ error[EXC111]: `note` says too little to be judged: `it works`
closed: {date: 2026-11-18, outcome: remediated, note: Fix}
#                                                     ^^^ error[EXC111]: `note` says too little to be judged: `Fix`
",
        );
    }
}
