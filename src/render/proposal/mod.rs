//! Texts that want an approval: the page that is shown before somebody signs, and which approvals
//! there are.

mod json;
mod text;

use std::io::{self, Write};

use chrono::NaiveDate;

use super::Style;
use super::trail::TrailFormat;
use crate::changes::FieldChange;
use crate::git::ObjectId;
use crate::history::{Needless, Proposal, Tally, Vote};
use crate::model::Exception;
use crate::policy::Evidence;
use crate::report::policies::PolicyChange;

/// What is shown before somebody signs.
pub(crate) struct Page<'a> {
    pub(crate) title: &'a str,
    pub(crate) path: &'a str,
    /// What is granted; a policy grants nothing by itself.
    pub(crate) exception: Option<&'a Exception>,
    /// What differs from the settled text; nothing where there is none.
    pub(crate) changes: &'a [FieldChange],
    /// The same of the policy.
    pub(crate) policy: Option<&'a PolicyChange<'a>>,
    /// Each field of the whole text, where that is shown.
    pub(crate) whole: &'a [FieldChange],
    pub(crate) is_committed: bool,
    /// Its name and tip.
    pub(crate) mainline: Option<(&'a str, ObjectId)>,
    pub(crate) today: NaiveDate,
    pub(crate) proposal: &'a Proposal<'a>,
    pub(crate) tally: &'a Tally,
}

/// Which approvals texts have.
pub(crate) struct Verification<'a> {
    pub(crate) today: NaiveDate,
    /// Its name and tip.
    pub(crate) mainline: Option<(&'a str, ObjectId)>,
    pub(crate) is_complete: bool,
    pub(crate) notes: &'a [String],
    pub(crate) verified: &'a [Verified<'a>],
}

/// Which approvals one text has.
pub(crate) struct Verified<'a> {
    pub(crate) id: &'a str,
    pub(crate) path: &'a str,
    /// Where the text stands, if that is not the work tree.
    pub(crate) rev: Option<&'a str>,
    /// None where the text states no last day, so that nothing can be bound to it.
    pub(crate) looked_at: Option<LookedAt<'a>>,
    pub(crate) standing: Standing,
}

pub(crate) struct LookedAt<'a> {
    pub(crate) proposal: &'a Proposal<'a>,
    pub(crate) votes: Vec<Vote>,
    pub(crate) tally: Tally,
}

impl Verified<'_> {
    /// Whether it is a text that the mainline holds, or held, as an approved one.
    fn is_approved_there(&self) -> bool {
        let is_approved = |it: &LookedAt<'_>| {
            it.proposal.needless == Some(Needless::Settled) && !it.proposal.landed.is_empty()
        };
        self.standing == Standing::NotNeeded && self.looked_at.as_ref().is_some_and(is_approved)
    }
}

/// Whether a text has the signed evidence that the policy demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    NotNeeded,
    Met,
    /// Its merge may still bring what is missing.
    Open,
    Unmet,
    /// This clone cannot tell.
    Unknown,
}

impl Standing {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NotNeeded => "not-needed",
            Self::Met => "met",
            Self::Open => "open",
            Self::Unmet => "unmet",
            Self::Unknown => "indeterminate",
        }
    }
}

pub(crate) fn write_page(page: &Page<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    text::write_page(page, style, out)
}

pub(crate) fn write(
    format: TrailFormat,
    verification: &Verification<'_>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        TrailFormat::Text => text::write(verification, style, out),
        TrailFormat::Json => json::write(verification, out),
    }
}

/// The kinds of evidence that a text may be approved by.
fn accepted(proposal: &Proposal<'_>) -> Vec<&'static str> {
    let kinds = [Evidence::Trailer, Evidence::Landing, Evidence::Signed];
    let accepted = kinds.into_iter().filter(|kind| proposal.demand.accepted.contains(*kind));
    accepted.map(Evidence::as_str).collect()
}
