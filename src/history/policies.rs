//! Which policy was in force when, and who approved it.
//!
//! A change of the policy is judged by the policy that was settled before it. Until somebody
//! approves it, everything else is judged by that older one too. The first policy is trusted, and so
//! is the first one after it in which anybody may approve at all.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate};

use super::binding::Subject;
use super::demand::Demand;
use super::evidence::Collected;
use super::filed::{Looking, look_at_approvals, track};
use super::landed::{Changed, Landed, Landing};
use super::lineage::Digest;
use super::older::Older;
use super::reason::Reason;
use super::rejections::Rejections;
use super::renewals::approved;
use super::verdict::{Counted, State};
use super::wrote::Wrote;
use crate::changes;
use crate::git::{ObjectId, Repo};
use crate::model::RiskLevel;
use crate::policy::{self, Policy};
use crate::register::{MAX_POLICY_SIZE, POLICY_FILE};
use crate::text::SourceFile;

/// What stands for the id of a record in an approval of the policy.
pub(crate) const POLICY_ID: &str = POLICY_FILE;
/// What an approval of the policy states as its last valid day: a policy has none.
pub(crate) const NO_END: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day");

/// The policies of a register over time.
pub(crate) struct Policies {
    /// For each landing, the policy in force before it, as an index into `texts`.
    before: Vec<Option<usize>>,
    texts: Vec<Arc<Policy>>,
    /// Oldest first.
    pub(crate) revisions: Vec<PolicyRevision>,
    /// What the next approval of the policy is given on top of.
    pub(crate) lineage: Option<Digest>,
    /// Those who wrote the texts since the settled one.
    pub(super) wrote: Wrote,
    /// Those who wrote the texts that stood there before.
    pub(super) older: Older,
    /// The rejections of texts that stood there.
    pub(super) rejections: Rejections,
}

/// A change of the policy as it landed.
#[derive(Clone, Debug)]
pub(crate) struct PolicyRevision {
    pub(crate) commit: ObjectId,
    /// What the commit claims, in seconds since 1970.
    pub(crate) landed: i64,
    /// Why it is in force without an approval.
    pub(crate) trusted: Option<Trusted>,
    pub(crate) state: State,
    pub(crate) evidence: Vec<Counted>,
    pub(crate) why: Vec<Reason>,
    pub(crate) notes: Vec<Reason>,
    pub(super) content: Digest,
    /// The lineage on top of which it was approved.
    pub(super) after: Option<Digest>,
}

/// Why a policy is trusted without an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trusted {
    First,
    /// Nobody could have approved it: the one before names no approver.
    NobodyCould,
}

/// A policy that waits for its approval.
struct Open {
    revision: usize,
    /// The place on the mainline at which it landed.
    position: usize,
    policy: Option<Arc<Policy>>,
    content: Digest,
    wrote: Wrote,
    collected: Collected,
    /// Approvals that have been looked at.
    seen: HashSet<ObjectId>,
}

/// The walk over the landings.
struct Walk<'a> {
    landed: &'a Landed,
    policies: Policies,
    settled: Option<usize>,
    open: Option<Open>,
    /// Approvals of the policy that are in the register, by path.
    approvals: BTreeMap<String, ObjectId>,
}

impl PolicyRevision {
    /// The day (UTC) on which it landed, as its commit claims; none outside of the calendar.
    pub(crate) fn day(&self) -> Option<NaiveDate> {
        DateTime::from_timestamp(self.landed, 0).map(|moment| moment.date_naive())
    }
}

impl Policies {
    pub(crate) fn read(landed: &Landed) -> Self {
        let policies = Self {
            before: Vec::with_capacity(landed.landings.len()),
            texts: Vec::new(),
            revisions: Vec::new(),
            lineage: None,
            wrote: Wrote::default(),
            older: Older::default(),
            rejections: Rejections::default(),
        };
        let mut walk =
            Walk { landed, policies, settled: None, open: None, approvals: BTreeMap::new() };
        for landing in &landed.landings {
            walk.step(landing);
        }
        walk.policies.wrote = walk.open.map(|open| open.wrote).unwrap_or_default();
        walk.policies
    }

    /// The policy that judges what lands with a landing: the one in force before it, or where
    /// there was none, the first one, if this landing brings it.
    pub(crate) fn judging(&self, landing: usize) -> Option<&Arc<Policy>> {
        self.texts.get((*self.before.get(landing)?)?)
    }

    /// Those that were in force at some time, oldest first.
    pub(crate) fn in_force(&self) -> &[Arc<Policy>] {
        &self.texts
    }

    /// The one in force now.
    pub(crate) fn settled(&self) -> Option<&Arc<Policy>> {
        self.texts.last()
    }

    /// Whether the newest text is one that nobody has approved.
    pub(crate) fn is_unsettled(&self) -> bool {
        self.is_unknown() || self.revisions.last().is_some_and(|it| it.state == State::Open)
    }

    /// Whether nobody can tell if somebody approved the newest text.
    pub(crate) fn is_unknown(&self) -> bool {
        let is_gap = |it: &PolicyRevision| it.why.iter().any(Reason::is_gap);
        self.revisions.last().is_some_and(|it| it.state == State::Unknown && is_gap(it))
    }
}

impl Walk<'_> {
    fn step(&mut self, landing: &Landing) {
        let before = self.settled;
        track(&mut self.approvals, &landing.approvals, POLICY_ID);
        if let Some(judge) = self.settled.map(|at| Arc::clone(&self.policies.texts[at])) {
            self.policies.rejections.track(self.landed, landing, POLICY_ID, &judge);
        }
        if let Some(changed) = &landing.policy {
            self.change(landing, changed);
        }
        self.approve(landing);
        // The landing that brings the first policy is judged by it.
        self.policies.before.push(before.or(self.settled.filter(|_| before.is_none())));
    }

    fn change(&mut self, landing: &Landing, changed: &Changed) {
        let mut wrote = self.open.take().map(|open| open.wrote).unwrap_or_default();
        wrote.add_all(landing.contributors(&changed.path));
        let text = changed.after.and_then(|blob| Some((blob, self.landed.texts.bytes(blob)?)));
        let policy = text.and_then(|(_, bytes)| read(&changed.path, bytes));
        let content = Digest::of(text.map_or(b"", |(_, bytes)| bytes));
        let mut own = Wrote::default();
        own.add_all(landing.contributors(&changed.path));
        wrote.join(&self.policies.older.of_exact(content));
        self.policies.older.keep_exact(content, &own);
        let mut revision = PolicyRevision {
            commit: landing.commit.id,
            landed: landing.commit.committer.seconds,
            trusted: None,
            state: State::Open,
            evidence: Vec::new(),
            why: Vec::new(),
            notes: Vec::new(),
            content,
            after: None,
        };
        let settled = self.settled.map(|at| Arc::clone(&self.policies.texts[at]));
        match (&settled, policy) {
            (None, Some(policy)) if landing.is_boundary => {
                revision.state = State::Unknown;
                self.settle(policy, content);
            }
            (None, Some(policy)) => {
                revision.trusted = Some(Trusted::First);
                revision.state = State::NotNeeded;
                self.settle(policy, content);
            }
            (Some(settled), Some(policy)) if changes::policies_agree(settled, &policy) => {
                revision.state = State::NotNeeded;
                self.replace(policy);
            }
            (Some(settled), Some(policy)) if !Demand::of_policy(settled).has_approvers() => {
                revision.trusted = Some(Trusted::NobodyCould);
                revision.state = State::NotNeeded;
                self.settle(policy, content);
            }
            (_, policy) => {
                let mut collected = Collected::default();
                if let Some(settled) = &settled {
                    collected.unsigned(landing, &Demand::of_policy(settled), &wrote);
                }
                let revision = self.policies.revisions.len();
                let (position, seen) = (landing.position, HashSet::new());
                let open = Open { revision, position, policy, content, wrote, collected, seen };
                self.open = Some(open);
            }
        }
        if changed.after.is_none() {
            revision.state = State::Deleted;
        }
        self.policies.revisions.push(revision);
    }

    /// Settles the open policy, if there is enough evidence for it now.
    fn approve(&mut self, landing: &Landing) {
        let (Some(mut open), Some(at)) = (self.open.take(), self.settled) else { return };
        let judge = Arc::clone(&self.policies.texts[at]);
        let demand = Demand::of_policy(&judge);
        let lineage = self.lineage(&judge);
        let subject = Subject {
            register: &judge.register,
            record: POLICY_ID,
            content: open.content,
            lineage,
            expires: NO_END,
            risk: RiskLevel::Critical,
        };
        let rejections = &mut self.policies.rejections;
        for person in rejections.of(POLICY_ID, open.content, None, &demand, &open.wrote) {
            open.collected.reject(person);
        }
        look_at_approvals(
            &Looking { landed: self.landed, landing, demand: &demand, subject: &subject },
            &self.approvals,
            &open.wrote,
            &mut open.seen,
            &mut open.collected,
        );
        self.policies.rejections.keep(open.collected.rejected(), open.content, None);
        let revision = &mut self.policies.revisions[open.revision];
        match (open.collected.decide(&demand, &open.wrote), &open.policy) {
            (Ok((evidence, notes)), Some(policy)) => {
                revision.state = approved(self.landed, open.position, landing);
                revision.after = Some(lineage);
                (revision.evidence, revision.notes, revision.why) = (evidence, notes, Vec::new());
                self.settle(Arc::clone(policy), open.content);
            }
            (Ok(_), None) => {
                revision.why = vec![Reason::PolicyUnusable];
                self.open = Some(open);
            }
            (Err(why), policy) => {
                revision.evidence = open.collected.counted();
                if why.iter().any(Reason::is_gap) {
                    revision.state = State::Unknown;
                }
                revision.why = why;
                if policy.is_none() {
                    revision.why.insert(0, Reason::PolicyUnusable);
                }
                self.open = Some(open);
            }
        }
    }

    fn lineage(&self, judge: &Policy) -> Digest {
        let beginning = || Digest::beginning(&judge.register, POLICY_ID);
        self.policies.lineage.unwrap_or_else(beginning)
    }

    fn settle(&mut self, policy: Arc<Policy>, content: Digest) {
        let lineage = self.lineage(&policy).advance(content);
        self.policies.lineage = Some(lineage);
        self.replace(policy);
    }

    fn replace(&mut self, policy: Arc<Policy>) {
        self.settled = Some(self.policies.texts.len());
        self.policies.texts.push(policy);
        self.open = None;
    }
}

/// The policies that were in force while something landed, oldest first.
pub(crate) fn policies_in_force(landed: &Landed) -> Vec<Arc<Policy>> {
    Policies::read(landed).texts
}

/// A policy that a repository holds; none where it is missing or no policy.
pub(crate) fn read_policy(repo: &Repo, path: &str, blob: ObjectId) -> Option<Arc<Policy>> {
    read(path, &repo.blob(blob, MAX_POLICY_SIZE).ok()??)
}

fn read(path: &str, bytes: &[u8]) -> Option<Arc<Policy>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let file = Arc::new(SourceFile::new(path, text));
    policy::load(&file).ok().map(|(policy, _)| Arc::new(policy))
}
