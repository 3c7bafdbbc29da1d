//! A change on its way into a branch, read from git: which files and records differ, and what the
//! branch has done since.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::changes::{self, Change};
use crate::commands::mainline::stem;
use crate::commands::revisions::short;
use crate::finding::Finding;
use crate::git::{Error, FileChange, ObjectId, Repo, Side};
use crate::history::{
    Approval, Decision, Landed, MAX_APPROVAL_SIZE, Removed, approval_at, is_signed_by_its_person,
};
use crate::model::window::{self, Status};
use crate::policy::Person;
use crate::register::{
    self, APPROVALS, MAX_POLICY_SIZE, MAX_RECORD_SIZE, Merge, POLICY_FILE, Register, Store,
    displayed,
};
use crate::rules::{GitFile, LostApproval};
use crate::source::{self, RecordSchema};
use crate::text::SourceFile;

/// A change and the branch into which it goes.
pub(super) struct Incoming<'a> {
    pub(super) repo: &'a Repo,
    pub(super) merge: &'a Merge,
    /// The register as people know it.
    pub(super) name: &'a str,
    /// What the change does to the register's files, by path.
    here: BTreeMap<String, FileChange>,
    /// What the branch has done to them since.
    there: BTreeMap<String, FileChange>,
    /// The records of the changed files, where the change left the branch.
    before: Register,
    /// The same as the change has them, and those that the branch changed.
    after: Register,
}

/// A record that is expired in the change, and on the branch no longer.
pub(super) struct Renewed {
    pub(super) id: String,
    pub(super) is_closed: bool,
    /// The commit of the branch that did it, where this clone has it.
    pub(super) commit: Option<ObjectId>,
}

/// Which ids were used before.
#[derive(Default)]
pub(super) struct Retired {
    /// Each with the commit that removed its record.
    pub(super) ids: BTreeMap<String, String>,
    /// The commit that this clone lacks, where not all could be looked for.
    pub(super) missing: Option<ObjectId>,
}

impl<'a> Incoming<'a> {
    pub(super) fn read(
        repo: &'a Repo,
        merge: &'a Merge,
        name: &'a str,
        schema: &RecordSchema,
    ) -> Result<Self, Error> {
        let between = |to| -> Result<BTreeMap<String, FileChange>, Error> {
            let changes = repo.changes_between(merge.base, to, &merge.into.folder)?;
            Ok(changes.into_iter().map(|change| (shown(name, &change), change)).collect())
        };
        let (here, there) = (between(merge.head)?, between(merge.into.commit)?);
        let touched: BTreeSet<String> = here.keys().cloned().collect();
        let all: BTreeSet<String> = here.keys().chain(there.keys()).cloned().collect();
        let load = |side, paths| register::load_named(&Store::Commit(side), name, schema, paths);
        let (before, after) = (load(merge.base(), &touched), load(merge.head(), &all));
        Ok(Self { repo, merge, name, here, there, before, after })
    }

    /// Whether the change leaves the register alone.
    pub(super) fn is_empty(&self) -> bool {
        self.here.is_empty()
    }

    /// The records that the change makes different.
    pub(super) fn records(&self) -> Vec<Change<'_>> {
        let mut changes = changes::registers(&self.before, &self.after);
        // What only the branch has changed is read here as well.
        changes.retain(|change| {
            let sides = [change.before, change.after].into_iter().flatten();
            sides.into_iter().any(|record| self.here.contains_key(record.file().path()))
        });
        changes
    }

    /// The texts on the branch that are of other records than these, as `register` shows, which is
    /// what the change makes of the branch's.
    pub(super) fn others(&self, register: &Register, ids: &[&str]) -> HashSet<ObjectId> {
        let is_other = |id: &str| !id.is_empty() && !ids.contains(&id);
        let texts = register.records.iter().zip(&register.blobs);
        let others = texts.filter(|(record, _)| {
            is_other(&record.exception.id) && !self.here.contains_key(record.file().path())
        });
        others.filter_map(|(_, blob)| *blob).collect()
    }

    pub(super) fn policy_path(&self) -> String {
        format!("{}/{POLICY_FILE}", self.name)
    }

    /// Whether a finding is about a file that the change touches: it stands there, or what it
    /// contradicts does.
    pub(super) fn touches(&self, finding: &Finding) -> bool {
        let policy = self.policy_path();
        let labels = finding.labels.iter().map(|label| label.place.file.path());
        let mut labels = labels.filter(|path| *path != policy);
        let path = finding.place.file.path();
        self.here.contains_key(path) || labels.any(|path| self.here.contains_key(path))
    }

    /// The files that both have changed, and not in the same way.
    pub(super) fn conflicts(&self) -> Vec<&str> {
        let both =
            self.here.iter().filter_map(|(path, here)| Some((path, here, self.there.get(path)?)));
        both.filter(|(_, here, there)| here.new != there.new)
            .map(|(path, ..)| path.as_str())
            .collect()
    }

    /// The files that tell git how to show the register, where they differ.
    pub(super) fn git_files(&self) -> Result<Vec<GitFile>, Error> {
        const NAMES: [&str; 2] = [".gitattributes", ".mailmap"];
        let folder = &self.merge.into.folder;
        let above = folder.match_indices('/').map(|(at, _)| &folder[..at]).chain([folder.as_str()]);
        let mut paths: BTreeSet<String> = NAMES.map(str::to_owned).into();
        paths.extend(above.map(|folder| format!("{folder}/.gitattributes")));
        let is_attributes = |path: &&String| path.ends_with("/.gitattributes");
        paths.extend(self.here.keys().filter(is_attributes).cloned());
        let mut files = Vec::new();
        for path in paths {
            let entry = |commit| self.repo.entry_at(commit, &path);
            let (before, after) = (entry(self.merge.base)?, entry(self.merge.head)?);
            if before != after {
                let file = |entry: Option<crate::git::TreeEntry>| -> Result<_, Error> {
                    let id = entry.map(|entry| entry.id);
                    let bytes = id.map(|id| self.text(id, &path)).transpose()?.unwrap_or_default();
                    Ok(Arc::new(SourceFile::new(path.as_str(), bytes)))
                };
                files.push(GitFile { before: file(before)?, after: file(after)? });
            }
        }
        Ok(files)
    }

    /// The signed approvals and rejections that the change removes, or puts something else in the
    /// place of than another word of the same person.
    pub(super) fn lost_approvals(&self, people: &[Person]) -> Result<Vec<LostApproval>, Error> {
        let folder = format!("{}/{APPROVALS}/", self.name);
        let approval = |path: &str, id: ObjectId| -> Result<_, Error> {
            let bytes = self.repo.blob(id, MAX_APPROVAL_SIZE as u64)?.unwrap_or_default();
            Ok(approval_at(path, &bytes).ok().map(|approval| (approval, bytes)))
        };
        let mut lost = Vec::new();
        for (path, change) in self.here.iter().filter(|(path, _)| path.starts_with(&folder)) {
            let blob = |side: Option<Side>| side.filter(|it| it.mode.is_file()).map(|it| it.blob);
            let (Some(old), new) = (blob(change.old), blob(change.new)) else { continue };
            if Some(old) == new {
                continue;
            }
            let Some((before, bytes)) = approval(path, old)? else { continue };
            let after = new.map(|new| approval(path, new)).transpose()?.flatten();
            let is_own = |it: &Approval| {
                it.statement.approver == before.statement.approver
                    && is_signed_by_its_person(it, people)
            };
            // What nobody signed was no rejection.
            let is_rejection = before.statement.decision == Decision::Reject;
            if after.is_some_and(|(after, _)| is_own(&after)) || (is_rejection && !is_own(&before))
            {
                continue;
            }
            lost.push(LostApproval {
                file: Arc::new(SourceFile::new(path.as_str(), String::from_utf8_lossy(&bytes))),
                record: before.statement.record,
                person: before.statement.approver,
                decision: before.statement.decision,
                is_gone: new.is_none(),
            });
        }
        Ok(lost)
    }

    fn text(&self, id: ObjectId, path: &str) -> Result<String, Error> {
        match self.repo.blob(id, MAX_POLICY_SIZE)? {
            Some(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            None => {
                let reason = format!("`{path}` is larger than {} KiB", MAX_POLICY_SIZE / 1024);
                Err(Error::Unreadable { path: self.repo.directory().to_owned(), reason })
            }
        }
    }

    /// The records that are expired as the change has them, and renewed or closed on the branch.
    pub(super) fn renewed(
        &self,
        schema: &RecordSchema,
        today: NaiveDate,
    ) -> Result<Vec<Renewed>, Error> {
        let expired: BTreeSet<&str> = self
            .after
            .exceptions()
            .filter(|it| window::status(it, true, today) == Status::Expired)
            .map(|it| it.id.as_str())
            .collect();
        if expired.is_empty() || self.there.is_empty() {
            return Ok(Vec::new());
        }
        let paths = self.there.keys().cloned().collect();
        let store = Store::Commit(self.merge.into.clone());
        let branch = register::load_named(&store, self.name, schema, &paths);
        let mut renewed = Vec::new();
        for record in &branch.records {
            let id = record.exception.id.as_str();
            if expired.contains(id)
                && window::status(&record.exception, true, today) != Status::Expired
            {
                let commit = self.renewing_commit(record.file().path(), schema, today)?;
                let is_closed = !record.exception.is_open();
                renewed.push(Renewed { id: id.to_owned(), is_closed, commit });
            }
        }
        Ok(renewed)
    }

    /// The commit of the branch since which the record at a path is not expired any more.
    fn renewing_commit(
        &self,
        path: &str,
        schema: &RecordSchema,
        today: NaiveDate,
    ) -> Result<Option<ObjectId>, Error> {
        let mut commit = self.merge.into.commit;
        while commit != self.merge.base {
            let parent = match self.repo.header(commit) {
                Ok(header) => header.parents.first().copied(),
                Err(Error::Missing { .. }) => None,
                Err(error) => return Err(error),
            };
            let Some(parent) = parent else { return Ok(None) };
            match self.is_expired_at(parent, path, schema, today) {
                Ok(true) => return Ok(Some(commit)),
                Ok(false) => commit = parent,
                Err(Error::Missing { .. }) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Whether the record at a path of a commit is expired; one that is not there never held.
    fn is_expired_at(
        &self,
        commit: ObjectId,
        path: &str,
        schema: &RecordSchema,
        today: NaiveDate,
    ) -> Result<bool, Error> {
        let Some(entry) = self.repo.entry_at(commit, path)? else { return Ok(true) };
        let bytes = self.repo.blob(entry.id, MAX_RECORD_SIZE)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (record, _) = source::load(&Arc::new(SourceFile::new(path, text)), schema);
        let status = record.map(|record| window::status(&record.exception, true, today));
        Ok(status.is_none_or(|status| status == Status::Expired))
    }

    /// Which of the ids of new records were used before on the branch, as what landed there tells. A
    /// record that comes back as it was is no new one.
    pub(super) fn retired(
        &self,
        records: &[Change<'_>],
        landed: &Landed,
    ) -> Result<Retired, Error> {
        let mut retired = Retired::default();
        let new = records.iter().filter(|change| change.before.is_none());
        let mut wanted: BTreeMap<&str, Option<ObjectId>> = new
            .filter_map(|change| change.after)
            .filter(|record| !record.exception.id.is_empty())
            .map(|record| {
                let blob = ObjectId::of_file(record.file().text().as_bytes());
                (record.exception.id.as_str(), blob)
            })
            .collect();
        if wanted.is_empty() {
            return Ok(retired);
        }
        for file in self.repo.files_at(self.merge.into.commit, &self.merge.into.folder)? {
            wanted.remove(stem(&file.path));
        }
        for Removed { commit, path, blob, id, is_missing } in landed.removed() {
            if wanted.is_empty() {
                break;
            }
            let mut own = [Some(stem(path)), id].into_iter().flatten();
            let Some(id) = own.find(|id| wanted.contains_key(id)) else {
                if is_missing {
                    let path = self.repo.root().unwrap_or(self.repo.directory()).to_owned();
                    return Err(Error::Missing { path, id: blob });
                }
                continue;
            };
            if wanted.remove(id) != Some(Some(blob)) {
                retired.ids.insert(id.to_owned(), short(commit));
            }
        }
        retired.missing = landed.missing.filter(|_| !wanted.is_empty());
        Ok(retired)
    }
}

/// The path of a file of the register as people see it.
fn shown(register: &str, change: &FileChange) -> String {
    let rest = change.path.get(register.len() + 1..).unwrap_or_default();
    displayed(register, rest).0
}
