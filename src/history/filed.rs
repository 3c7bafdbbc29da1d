//! The approvals that a register holds, as landings file and remove them.

use std::collections::{BTreeMap, HashSet};

use super::approval::{Approval, NotCounted};
use super::binding::Subject;
use super::demand::Demand;
use super::evidence::{Collected, Seen, signer};
use super::landed::{Changed, Landed, Landing};
use super::reason::Reason;
use super::rejections::is_same;
use super::statement::Malformed;
use super::texts::Draft;
use super::wrote::Wrote;
use crate::git::ObjectId;
use crate::source::Record;

/// Where approvals are looked at, and what for.
pub(super) struct Looking<'a> {
    pub(super) landed: &'a Landed,
    pub(super) landing: &'a Landing,
    pub(super) demand: &'a Demand<'a>,
    pub(super) subject: &'a Subject<'a>,
}

/// Looks at the approvals that the register holds for a text, each once.
pub(super) fn look_at_approvals(
    looking: &Looking<'_>,
    approvals: &BTreeMap<String, ObjectId>,
    wrote: &Wrote,
    seen: &mut HashSet<ObjectId>,
    collected: &mut Collected,
) {
    let Looking { landed, landing, demand, subject } = looking;
    let brought: HashSet<ObjectId> = landing.approvals.iter().filter_map(|it| it.after).collect();
    for (path, blob) in approvals {
        if !seen.insert(*blob) {
            continue;
        }
        let Some(bytes) = landed.texts.bytes(*blob) else {
            collected.add(Reason::Missing { object: *blob });
            continue;
        };
        let is_new = brought.contains(blob);
        let approval = match read_approval(path, bytes) {
            Ok(approval) => approval,
            Err(reason) => {
                collected.add(reason);
                continue;
            }
        };
        let Some(day) = landed.clock.day(landing.position) else { continue };
        let seen =
            Seen { path, commit: landing.commit.id, position: landing.position, day, is_new };
        collected.signed(&approval, subject, seen, demand, wrote);
    }
}

/// Hears the rejections that a landing brought of a text which its branch wrote and left again, where
/// the one that landed says the same. Whoever approves that one has the last word.
pub(super) fn hear_rejected_drafts(
    looking: &Looking<'_>,
    text: &Record,
    wrote: &Wrote,
    seen: &mut HashSet<ObjectId>,
    collected: &mut Collected,
) {
    let Looking { landed, landing, demand, subject } = looking;
    let drafts = landing.drafts.iter().filter(|draft| is_same(&draft.text, Some(text)));
    let drafts: Vec<Draft> = drafts.cloned().collect();
    let Some(day) = landed.clock.day(landing.position).filter(|_| !drafts.is_empty()) else {
        return;
    };
    for changed in &landing.approvals {
        let bytes = changed.after.and_then(|blob| Some((blob, landed.texts.bytes(blob)?)));
        let Some((blob, bytes)) = bytes else { continue };
        let Ok(approval) = approval_at(&changed.path, bytes) else { continue };
        let Some(subject) = subject.of_draft(&approval.statement, &drafts) else { continue };
        if let Ok(person) = signer(&approval, &subject, &changed.path, day, demand, wrote) {
            collected.reject(person.id.clone());
            seen.insert(blob);
        }
    }
}

/// Reads an approval that stands at a path.
pub(super) fn read_approval(path: &str, bytes: &[u8]) -> Result<Approval, Reason> {
    approval_at(path, bytes).map_err(|malformed| {
        let reason = Box::new(NotCounted::Malformed(malformed));
        Reason::NotCounted { path: path.to_owned(), reason }
    })
}

/// The same, with what to do about one that is none.
pub(crate) fn approval_at(path: &str, bytes: &[u8]) -> Result<Approval, Malformed> {
    Approval::parse(bytes).and_then(|it| it.stands_at(below(path)).map(|()| it))
}

/// The part of an approval's path that its statement determines.
fn below(path: &str) -> &str {
    // `approvals/ID/FILE`, wherever the register stands.
    let start = path.rmatch_indices('/').nth(2).map_or(0, |(at, _)| at + 1);
    &path[start..]
}

/// Keeps the list of an id's approvals as landings add and remove them.
pub(super) fn track(approvals: &mut BTreeMap<String, ObjectId>, changes: &[Changed], id: &str) {
    for changed in changes.iter().filter(|changed| approved_id(&changed.path) == Some(id)) {
        match changed.after {
            Some(blob) => approvals.insert(changed.path.clone(), blob),
            None => approvals.remove(&changed.path),
        };
    }
}

/// The id whose approvals stand in the folder of a path.
pub(super) fn approved_id(path: &str) -> Option<&str> {
    let (folder, _) = path.rsplit_once('/')?;
    Some(folder.rsplit('/').next().unwrap_or(folder))
}
