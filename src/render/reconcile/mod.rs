//! What enforcement tools leave alone, for people and for programs.

pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod sarif;
pub(crate) mod text;

use crate::bridge::matching::Verdict;
use crate::bridge::{Reconciliation, Row};

/// Whether a reader who did not ask for all needs to see these.
fn is_asked_about(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Ended | Verdict::Covered | Verdict::Narrower)
}

/// Whether a row is shown: asked about, or with something to know.
fn is_shown(row: &Row, all: bool) -> bool {
    let verdict = row.judged.verdict;
    let has_notes = !row.notes.is_empty() && verdict != Verdict::Ended;
    all || is_asked_about(verdict) || has_notes
}

fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ended => "the tool no longer honours these",
        Verdict::Covered => "an exception in force allows exactly this",
        Verdict::Narrower => "an exception in force allows more than this",
        Verdict::Unknown => "what these leave alone cannot be told",
        Verdict::Outlives => "these last longer than their record",
        Verdict::RecordUnapproved => "nobody approved what the record says",
        Verdict::RecordExpired => "the record has ended, and these have not",
        Verdict::Wider => "these leave more alone than their record allows",
        Verdict::Orphan => "nobody filed these",
    }
}

/// What to do about all of a verdict; none where there is nothing to do.
fn help(verdict: Verdict) -> Option<&'static str> {
    Some(match verdict {
        Verdict::Ended | Verdict::Covered | Verdict::Narrower => return None,
        Verdict::Unknown => {
            "mend what the reason names, or allow one by its name, `--allow-unknown NAME`, once \
             somebody has looked at it"
        }
        Verdict::Outlives => "let them end in the tool with the record",
        Verdict::RecordUnapproved => {
            "have the record approved, see `exc history ID`, or remove these from the tool"
        }
        Verdict::RecordExpired => {
            "renew the record with `exc renew ID` (a closed one takes a new one, `exc new`), or \
             remove these from the tool"
        }
        Verdict::Wider => {
            "narrow these in the tool, or widen the record and have it approved: `scope` and \
             `bindings`"
        }
        Verdict::Orphan => "remove these from the tool, or begin their records with `exc import`",
    })
}

/// All counts on one line: `4 suppressions of azure-policy: 1 orphan, 3 covered`.
fn summary(result: &Reconciliation) -> String {
    let n = super::count(result.rows.len(), "suppression");
    let counts: Vec<String> =
        result.counts().iter().map(|(verdict, n)| format!("{n} {}", verdict.as_str())).collect();
    match counts.is_empty() {
        true => format!("{n} of {}", result.tool),
        false => format!("{n} of {}: {}", result.tool, counts.join(", ")),
    }
}
