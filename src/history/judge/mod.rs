//! The trail of one record: its revisions, in [`settling`] what is settled, and in [`outcome`] the
//! verdict.
//!
//! Each text is compared with the last *settled* one, which somebody approved or which needed
//! nobody. What is not settled yet stays open: the next text is compared with the same settled one,
//! and whoever wrote any of the open texts cannot approve the newest.

mod outcome;
mod settling;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::evidence::Collected;
use super::filed::track;
use super::landed::{Landed, Landing};
use super::lineage::Digest;
use super::older::Older;
use super::policies::Policies;
use super::reason::Reason;
use super::rejections::Rejections;
use super::verdict::{Revision, RevisionKind, State, Trail};
use super::wrote::Wrote;
use crate::changes::{self, Kind};
use crate::git::ObjectId;
use crate::policy::Policy;
use crate::source::Record;

/// A landing that changed a record, or what is said about it.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// Its index among the landings.
    pub(super) landing: usize,
    /// The files that have the record's id after it.
    pub(super) files: Vec<(String, ObjectId)>,
}

/// A text that waits for its approval.
struct Open {
    revision: usize,
    blob: ObjectId,
    collected: Collected,
    /// Approvals that have been looked at.
    seen: HashSet<ObjectId>,
}

struct Walk<'a> {
    landed: &'a Landed,
    policies: &'a Policies,
    id: &'a str,
    revisions: Vec<Revision>,
    /// The files that have the id now.
    files: Vec<(String, ObjectId)>,
    settled: Option<(ObjectId, Arc<Record>)>,
    lineage: Option<Digest>,
    open: Option<Open>,
    /// Those who wrote the texts since the last settled one.
    wrote: Wrote,
    /// Those who wrote the texts that stood there before.
    older: Older,
    /// What brought the text that stands there now, and moved it.
    brought: Vec<&'a Event>,
    approvals: BTreeMap<String, ObjectId>,
    rejections: Rejections,
    was_approved: bool,
    /// Whether it was ever deleted, and whether it is.
    was_deleted: bool,
    is_deleted: bool,
    /// Something that is not known keeps the record from being judged.
    gap: Option<Reason>,
    /// A text that stood there and that this clone lacks: whatever it said, what came after it cannot
    /// be judged.
    lost: Option<Reason>,
}

/// Tells the trail of a record from what happened to it, oldest first.
pub(super) fn trail<'a>(
    landed: &'a Landed,
    policies: &'a Policies,
    id: &'a str,
    events: &'a [Event],
) -> Trail {
    let mut walk = Walk {
        landed,
        policies,
        id,
        revisions: Vec::new(),
        files: Vec::new(),
        settled: None,
        lineage: None,
        open: None,
        wrote: Wrote::default(),
        older: Older::default(),
        brought: Vec::new(),
        approvals: BTreeMap::new(),
        rejections: Rejections::default(),
        was_approved: false,
        was_deleted: false,
        is_deleted: false,
        gap: None,
        lost: None,
    };
    for event in events {
        walk.step(event);
    }
    walk.finish()
}

impl<'a> Walk<'a> {
    fn step(&mut self, event: &'a Event) {
        let landing = &self.landed.landings[event.landing];
        let judge = self.policies.judging(event.landing).map(|policy| &**policy);
        track(&mut self.approvals, &landing.approvals, self.id);
        if event.files != self.files {
            self.change(landing, judge, event);
            self.doubt(landing);
        }
        if let Some(judge) = judge {
            self.rejections.track(self.landed, landing, self.id, judge);
            self.approve(landing, judge);
        }
    }

    fn change(&mut self, landing: &Landing, judge: Option<&Policy>, event: &'a Event) {
        let paths = self.files.iter().chain(&event.files).map(|(path, _)| path.as_str());
        let paths = paths.chain(landing.left_again());
        self.wrote.add_all(paths.filter_map(|path| landing.contributors(path)));
        let texts = |files: &[(String, ObjectId)]| files.iter().map(|it| it.1).collect::<Vec<_>>();
        if texts(&self.files) != texts(&event.files) {
            self.keep_writers();
        }
        self.brought.push(event);
        let before = std::mem::replace(&mut self.files, event.files.clone());
        self.open = None;
        self.gap = None;
        match event.files.as_slice() {
            [] => self.delete(landing),
            [(path, blob)] => match self.landed.texts.record(*blob).map(Arc::clone) {
                Some(text) => self.revise(landing, judge, &before, path, *blob, text),
                None => {
                    if self.landed.texts.is_missing(*blob) {
                        self.lost.get_or_insert(Reason::Missing { object: *blob });
                    }
                    let reason = self.landed.texts.why_unreadable(*blob);
                    let reason = Reason::Unreadable { path: path.clone(), reason };
                    self.unknown(landing, RevisionKind::Unreadable, Some(path), reason);
                }
            },
            several => {
                let paths = several.iter().map(|(path, _)| path.clone()).collect();
                let reason = Reason::SeveralFiles { paths };
                self.unknown(landing, RevisionKind::Ambiguous, None, reason);
            }
        }
    }

    /// Whatever a commit brings that can be read in two ways is not judged by it.
    fn doubt(&mut self, landing: &Landing) {
        let Some(reason) = landing.malformed else { return };
        let (commit, reason) = (landing.commit.id, reason.to_owned());
        let reason = Reason::Malformed { commit, reason };
        if let Some(revision) = self.revisions.last_mut() {
            revision.state = State::Unknown;
            revision.why.push(reason.clone());
        }
        self.gap = Some(reason);
    }

    /// Remembers who wrote the text that is about to be replaced.
    fn keep_writers(&mut self) {
        let brought = std::mem::take(&mut self.brought);
        for (_, blob) in &self.files {
            let Some(text) = self.landed.texts.record(*blob) else { continue };
            let mut wrote = Wrote::default();
            for event in &brought {
                let landing = &self.landed.landings[event.landing];
                let paths = event.files.iter().map(|(path, _)| path.as_str());
                let paths = paths.chain(landing.left_again());
                wrote.add_all(paths.filter_map(|path| landing.contributors(path)));
            }
            self.older.keep(text, wrote);
        }
    }

    fn delete(&mut self, landing: &Landing) {
        let was_open = self.revisions.last().and_then(|it| it.text.as_ref());
        let was_open = was_open.is_none_or(|text| text.exception.is_open());
        let mut revision = self.revision(landing, RevisionKind::Change(Kind::Deleted));
        revision.state = State::Deleted;
        if was_open {
            revision.why.push(Reason::DeletedWhileOpen);
        }
        self.revisions.push(revision);
        // A deletion is settled at once: what comes back has to be approved anew.
        self.advance(Digest::of(b""));
        self.wrote = Wrote::default();
        self.settled = None;
        self.was_deleted = true;
        self.is_deleted = true;
    }

    fn unknown(
        &mut self,
        landing: &Landing,
        kind: RevisionKind,
        path: Option<&String>,
        reason: Reason,
    ) {
        let mut revision = self.revision(landing, kind);
        revision.state = State::Unknown;
        revision.path = path.cloned();
        revision.why.push(reason.clone());
        self.revisions.push(revision);
        self.gap = Some(reason);
    }

    fn revise(
        &mut self,
        landing: &Landing,
        judge: Option<&Policy>,
        before: &[(String, ObjectId)],
        path: &str,
        blob: ObjectId,
        text: Arc<Record>,
    ) {
        let is_moved_only = before.iter().any(|(_, known)| *known == blob);
        let kind = match landing.is_boundary {
            true => RevisionKind::Boundary,
            false => self.kind(blob, &text, is_moved_only),
        };
        let is_closed = !text.exception.is_open();
        // What was closed before anybody approved it allows nothing.
        let needs = kind.needs_approval() && !(is_closed && self.settled.is_none());
        let mut revision = self.revision(landing, kind);
        revision.path = Some(path.to_owned());
        revision.text = Some(Arc::clone(&text));
        revision.blob = Some(blob);
        self.is_deleted = false;
        if kind == RevisionKind::Boundary {
            revision.state = State::Unknown;
            self.revisions.push(revision);
        } else if needs {
            self.wrote.requested_by(&text.exception.requester.email);
            self.older.compare(&text);
            self.wrote.join(&self.older.of(&text));
            revision.state = State::Open;
            if judge.is_none() {
                revision.why.push(Reason::BeforePolicy);
            }
            let mut collected = Collected::default();
            // Whoever merges a file that only moves has not been shown its text.
            if let Some(judge) = judge.filter(|_| !is_moved_only) {
                collected.unsigned(landing, &self.demand(judge, &text), &self.wrote);
            }
            let open =
                Open { revision: self.revisions.len(), blob, collected, seen: HashSet::new() };
            self.revisions.push(revision);
            self.open = Some(open);
        } else {
            let is_unapproved = is_closed && self.settled.is_none();
            if is_unapproved {
                revision.notes.extend(self.closed_unapproved());
                // Nothing of it is settled: whoever opens it again has not written it.
                self.wrote.requested_by(&text.exception.requester.email);
            }
            self.revisions.push(revision);
            if !is_unapproved {
                self.settle(kind, blob, text);
            }
        }
    }

    fn kind(&self, blob: ObjectId, text: &Record, is_moved_only: bool) -> RevisionKind {
        let known = self.settled.as_ref().and_then(|it| self.landed.texts.kind(it.0, blob));
        let settled = self.settled.as_ref().map(|(_, settled)| &**settled);
        let compared = || match settled {
            Some(settled) => kind(Some(&settled.reread()), &text.reread()),
            None => kind(None, text),
        };
        match known.map_or_else(compared, kind_of) {
            // A deletion leaves nothing settled.
            RevisionKind::Change(Kind::New) if self.was_deleted => RevisionKind::ReAdded,
            RevisionKind::Restored if is_moved_only => RevisionKind::Change(Kind::Moved),
            kind => kind,
        }
    }

    fn revision(&self, landing: &Landing, kind: RevisionKind) -> Revision {
        Revision {
            commit: landing.commit.id,
            landed: landing.commit.committer.seconds,
            is_renewal: false,
            is_landing_odd: self.landed.clock.is_odd(landing.position),
            arrived: self.landed.clock.day(landing.position),
            kind,
            state: State::NotNeeded,
            evidence: Vec::new(),
            why: Vec::new(),
            notes: Vec::new(),
            path: None,
            text: None,
            blob: None,
            position: landing.position,
            after: None,
        }
    }
}

/// What a text is, compared with the settled one.
pub(super) fn kind(settled: Option<&Record>, text: &Record) -> RevisionKind {
    let Some(settled) = settled else { return RevisionKind::Change(Kind::New) };
    kind_of(changes::compare(Some(settled), Some(text)).kind)
}

/// What a change of the settled text makes of a revision.
fn kind_of(kind: Kind) -> RevisionKind {
    match kind {
        Kind::Identical => RevisionKind::Restored,
        kind => RevisionKind::Change(kind),
    }
}
