//! What a comparison comes to, and in which words.

use chrono::NaiveDate;

use crate::model::Target;
use crate::model::reach::Excess;

/// What a record allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Active and approved, through this day.
    InForce(NaiveDate),
    /// There, for those who do not ask what has become of it.
    Filed,
    Expired(NaiveDate),
    Closed,
    /// Not approved, in the words of its verdict.
    Unapproved(String),
    /// The history does not say, for this reason.
    Unknown(String),
}

/// What a comparison comes to, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Verdict {
    /// The tool no longer honours it.
    Ended,
    Covered,
    /// Within what is excepted, and less.
    Narrower,
    Unknown,
    Outlives,
    RecordUnapproved,
    RecordExpired,
    Wider,
    Orphan,
}

/// A suppression with its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) verdict: Verdict,
    /// The record that it was compared with: the one that covers it, or comes closest.
    pub(crate) record: Option<String>,
    /// Why, a sentence each, the decisive one first.
    pub(crate) why: Vec<String>,
}

impl Verdict {
    pub(crate) const ALL: [Self; 9] = [
        Self::Ended,
        Self::Covered,
        Self::Narrower,
        Self::Unknown,
        Self::Outlives,
        Self::RecordUnapproved,
        Self::RecordExpired,
        Self::Wider,
        Self::Orphan,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Covered => "covered",
            Self::Narrower => "narrower",
            Self::Unknown => "unknown",
            Self::Outlives => "outlives",
            Self::RecordUnapproved => "record-unapproved",
            Self::RecordExpired => "record-expired",
            Self::Wider => "wider",
            Self::Orphan => "orphan",
        }
    }

    /// Whether the suppression leaves something alone that no approved exception allows.
    pub(crate) fn is_shadow(self) -> bool {
        self > Self::Unknown
    }
}

/// How a suppression goes further than a binding.
pub(super) fn sentence(excess: &Excess) -> String {
    let Excess { dimension, value, limit } = excess;
    let (limit, more) = limit.split_at(limit.len().min(3));
    let mut limit: Vec<String> = limit.iter().map(|it| format!("`{}`", shown(it))).collect();
    if !more.is_empty() {
        limit.push(format!("{} more", more.len()));
    }
    let limit = limit.join(", ");
    match value {
        Some(value) => format!("{dimension}: `{}` is beyond {limit}", shown(value)),
        None => format!("{dimension}: all of them, and the record only has {limit}"),
    }
}

/// A place as the tool writes it, without the kind.
fn shown(value: &str) -> &str {
    match Target::parse(value) {
        Ok(target) => &value[target.kind().len() + 1..],
        Err(_) => value,
    }
}
