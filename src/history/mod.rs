//! Who approved which exact text, and on top of what: pure over bytes, days and a policy.
//!
//! A [`statement`] says what a person decided about a text, and an [`approval`] is the file that
//! holds it with its signature; [`lineage`] is the history that it was
//! said on top of; [`binding`] compares both with the text at hand, and [`signature`] says whether
//! the person's key stands behind it on a day.
//!
//! [`landed`] is what a repository's mainline brought and [`texts`] what it says there, and no
//! other part reads one; [`clock`] says what its dates are worth. [`policies`] tells which policy
//! was in force, [`filed`] which approvals the register held, [`rejections`] which rejections it
//! ever held, [`wrote`] and [`older`] who cannot approve a
//! text, [`demand`] what it takes, [`evidence`] who has. [`judge`]
//! makes the trail of one record, [`renewals`] and [`cover`] count in it, and
//! [`audit`] makes that of all.
//! [`emergency`] says until when an approval may follow. [`verdict`] and [`reason`] hold what is said. [`proposal`] says the same of a text before it
//! lands, [`branch`] what it stands on, [`tally`] what its approvals come to; [`needs`] is both on one page, [`way_out`] who can
//! approve what nobody has, and [`squash`] what may void a signature. [`standing`] decides what is
//! in force, [`life`] tells in days what reports count, and [`kept`] is what a cache holds for those who only look.
//!
//! Invariant: reads no file and no clock. A verdict that is not good has a reason, and one that is
//! names its evidence.

#[cfg(test)]
mod agreement;
mod approval;
mod audit;
mod binding;
mod branch;
mod clock;
mod cover;
mod demand;
mod emergency;
mod evidence;
mod filed;
mod judge;
mod kept;
mod landed;
mod life;
mod lineage;
mod needs;
mod older;
mod policies;
mod proposal;
mod reason;
mod rejections;
mod renewals;
#[cfg(test)]
mod scenarios;
mod signature;
mod squash;
mod standing;
mod statement;
mod tally;
#[cfg(test)]
pub(crate) mod testing;
mod texts;
mod verdict;
mod way_out;
mod wrote;

/// The SHA-256 of bytes, as 64 digits in lower case.
pub(crate) fn digest(bytes: &[u8]) -> String {
    lineage::Digest::of(bytes).to_string()
}

pub(crate) use approval::{Approval, END, MAX_APPROVAL_SIZE, NotCounted};
pub(crate) use audit::{Anchor, Audit};
pub(crate) use branch::Branch;
pub(crate) use clock::{Clock, Position, end_of};
pub(crate) use cover::{End, Gap};
pub(crate) use emergency::{Emergency, Stage, awaited};
pub(crate) use filed::approval_at;
pub(crate) use kept::{About, Kept, encode};
pub(crate) use landed::{Landed, Removed, Wanted};
pub(crate) use life::{Life, Phase, TurnKind};
pub(crate) use needs::Needs;
pub(crate) use policies::{POLICY_ID, PolicyRevision, Trusted, policies_in_force, read_policy};
pub(crate) use proposal::{Ground, Needless, Proposal};
pub(crate) use reason::{Reason, short};
pub(crate) use signature::{NAMESPACE, Refusal, is_signed_by_its_person};
pub(crate) use squash::{OwnCommit, Squashes};
pub(crate) use standing::{Standing, is_covered, is_in_force};
pub(crate) use statement::{Decision, FORM};
pub(crate) use tally::{Stated, Tally, Vote};
pub(crate) use texts::read_text;
pub(crate) use verdict::{Counted, Revision, RevisionKind, State, Trail, Verdict};
pub(crate) use way_out::{WayOut, more_people};
