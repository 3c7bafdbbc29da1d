//! The text of a record, as a proposal.

use super::{Ground, Needless, OnMainline, Proposal, UNKNOWN};
use crate::changes;
use crate::history::binding::Subject;
use crate::history::demand::{Demand, risk_of};
use crate::history::judge;
use crate::history::lineage::Digest;
use crate::history::reason::Reason;
use crate::history::rejections::is_same;
use crate::history::texts::Draft;
use crate::history::verdict::{Revision, RevisionKind, State, Trail};
use crate::source::Record;

impl<'a> Proposal<'a> {
    /// The text of a record. None where it states no last day, to which a statement is bound.
    pub(crate) fn of_record(
        ground: Ground<'a>,
        trail: Option<&Trail>,
        record: &'a Record,
    ) -> Option<Self> {
        let Ground { policy, branch, is_complete } = ground;
        let exception = &record.exception;
        let settled = trail.and_then(|trail| trail.settled.as_deref());
        let was_deleted =
            trail.is_some_and(|trail| trail.revisions.iter().any(|it| it.state == State::Deleted));
        let kind = match judge::kind(settled, record) {
            RevisionKind::Change(changes::Kind::New) if was_deleted => RevisionKind::ReAdded,
            kind => kind,
        };
        let needless = match kind {
            RevisionKind::Change(kind) if !kind.needs_approval() => Some(Needless::Harmless(kind)),
            kind if !kind.needs_approval() => Some(Needless::Settled),
            _ if settled.is_none() && !exception.is_open() => Some(Needless::ClosedUnapproved),
            _ => None,
        };
        let is_this = |it: &&Revision| {
            let text = it.text.as_deref();
            text.is_some_and(|text| text.file().text() == record.file().text())
        };
        let revisions = trail.map_or(&[][..], |trail| &trail.revisions);
        let standing = match needless {
            // What was approved before a deletion has ended with it.
            Some(Needless::Settled) => revisions
                .iter()
                .rev()
                .take_while(|it| it.state != State::Deleted)
                .filter(is_this)
                .find(|it| it.state.is_approved()),
            _ => revisions.last().filter(is_this).filter(|it| it.state == State::Open),
        };
        let lineage = match (standing.and_then(|it| it.after), trail) {
            (Some(after), _) => after,
            (None, Some(trail)) => trail.lineage,
            (None, None) => Digest::beginning(&policy.register, &exception.id),
        };
        let landed = standing.into_iter().flat_map(|it| &it.evidence);
        let mut wrote = trail.map(|trail| trail.wrote.clone()).unwrap_or_default();
        let before = trail.and_then(|trail| trail.revisions.last()?.path.as_deref());
        let path = record.file().path();
        let paths = before.into_iter().chain([path]);
        wrote.add_all(paths.filter_map(|path| branch.writers.get(path.as_bytes())));
        wrote.requested_by(&exception.requester.email);
        if let Some(trail) = trail {
            wrote.join(&trail.older.of(record));
        }
        let demand = Demand::of_change(policy, settled, record);
        let content = Digest::of(record.file().text().as_bytes());
        let drafts = branch.drafts.iter().filter(|draft| is_same(&draft.text, Some(record)));
        let drafts: Vec<Draft> = drafts.cloned().collect();
        let rejected = trail.map_or_else(Vec::new, |trail| {
            let contents = drafts.iter().map(|draft| draft.content).chain([content]);
            let of = |content| {
                trail.rejections.of(&exception.id, content, Some(record), &demand, &wrote)
            };
            contents.flat_map(of).collect()
        });
        Some(Self {
            demand,
            kind: match (is_complete, needless) {
                (false, _) => UNKNOWN,
                (true, Some(Needless::Settled)) => changes::Kind::Identical.as_str(),
                (true, _) => kind.as_str(),
            },
            needless: needless.filter(|_| is_complete),
            landed: landed.map(OnMainline::from).collect(),
            doubts: trail.filter(|_| needless.is_some()).map(doubts).unwrap_or_default(),
            is_on_mainline: standing.is_some_and(|it| it.state == State::Open),
            subject: Subject {
                register: &policy.register,
                record: &exception.id,
                content,
                lineage,
                expires: exception.expires?,
                risk: risk_of(record),
            },
            branch,
            wrote,
            rejected,
            drafts,
            is_complete,
        })
    }
}

/// What of a settled text's approval somebody else may have made.
fn doubts(trail: &Trail) -> Vec<Reason> {
    let is_doubt =
        |reason: &&Reason| matches!(reason, Reason::Compromised { .. } | Reason::OddDate { .. });
    trail.why.iter().filter(is_doubt).cloned().collect()
}
