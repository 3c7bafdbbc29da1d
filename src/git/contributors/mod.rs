//! Who wrote what a landing brought to the mainline.
//!
//! Asked are the commits that the landing brought ([`landings`](super::landings)), and for a text
//! that none of them wrote, whoever wrote it before.

#[cfg(test)]
mod tests;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::commit::{Address, Commit};
use super::delta::{FileChange, Folder, Touch};
use super::landings::{Brought, Landings, MAX_COMMITS};
use super::objects::Header;
use super::{Error, ObjectId, Repo};

/// Who wrote what a landing brought to one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contributors {
    /// Each role of each commit.
    pub(crate) people: Vec<Contributor>,
    pub(crate) completeness: Completeness,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contributor {
    pub(crate) who: Address,
    pub(crate) role: Role,
    pub(crate) commit: ObjectId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Author,
    Committer,
    CoAuthor,
}

/// Whether everybody who wrote it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Completeness {
    Complete,
    /// The landing is one commit, as after a squash or a rebase: git may not have the branch, nor
    /// who wrote on it.
    OneCommit,
    /// This clone lacks an object that may name more people.
    Missing(ObjectId),
    /// Whom a commit names cannot be told, and why.
    Malformed(ObjectId, &'static str),
}

impl Repo {
    /// What tells who wrote what commits of a chain changed in a folder.
    pub(crate) fn authorship<'a>(&'a self, landings: Landings, folder: &'a str) -> Authorship<'a> {
        Authorship { repo: self, landings, walk: Folder::new(self, folder) }
    }

    /// The same for commits that have not landed, given with their headers, as one whole.
    pub(super) fn contributors_of(
        &self,
        commits: &Brought,
        headers: HashMap<ObjectId, Header>,
        folder: &str,
        [mainline, head]: [ObjectId; 2],
    ) -> Result<BTreeMap<Vec<u8>, Contributors>, Error> {
        let landings = Landings { brought: HashMap::new(), headers };
        let mut search = self.authorship(landings, folder);
        let (mut written, mut missing) = search.written_on_branches(commits)?;
        if missing.is_none() && !commits.commits.is_empty() {
            let trees = [self.header(mainline)?.tree, self.header(head)?.tree];
            let changes = search.walk.between(Some(trees[0]), Some(trees[1]))?;
            for change in changes.iter().filter(|change| is_other_text(change)) {
                let Some(side) = change.new else { continue };
                if !written.contains_key(&change.path) {
                    let origins = search.origins(&[head], &change.path, side.blob, &mut missing)?;
                    written.insert(change.path.clone(), origins);
                }
            }
        }
        let completeness = missing.map_or(Completeness::Complete, Completeness::Missing);
        let named = search.named(written, completeness)?;
        for people in named.values() {
            // It has not landed, so it can still be made anew.
            if let Completeness::Malformed(id, _) = people.completeness {
                self.commit(id)?;
            }
        }
        Ok(named)
    }
}

/// Tells who wrote what landed.
pub(crate) struct Authorship<'a> {
    repo: &'a Repo,
    landings: Landings,
    walk: Folder<'a>,
}

impl Authorship<'_> {
    /// Who wrote what a commit of the chain changed against its first parent, by path. A path that
    /// its branches wrote and left again is there too, for a record that was moved. The committers
    /// of a forge are among the people: who these are is the policy's business.
    pub(crate) fn of_landing(
        &mut self,
        touch: &Touch,
        commit: &Commit,
    ) -> Result<BTreeMap<Vec<u8>, Contributors>, Error> {
        let landed = touch.changes.iter().filter(|change| is_other_text(change));
        if commit.parents.len() < 2 {
            let people = authors_of(commit);
            let alone = Contributors { people, completeness: Completeness::OneCommit };
            return Ok(landed.map(|change| (change.path.clone(), alone.clone())).collect());
        }
        let first = touch.parent.map(|id| self.tree_of(id)).transpose()?;
        // A branch of one commit often changes just that.
        self.walk.keep(first, Some(commit.tree), &touch.changes)?;
        let (mut written, mut missing) = match self.landings.brought.get(&touch.commit).cloned() {
            Some(brought) => self.written_on_branches(&brought)?,
            None => (BTreeMap::new(), Some(touch.commit)),
        };
        // A text that is that of no parent is the work of the merge itself, and so is one that no
        // branch wrote: whoever merged chose an older one.
        let mut own: Vec<Vec<u8>> = landed
            .clone()
            .map(|change| &change.path)
            .filter(|path| !written.contains_key(*path))
            .cloned()
            .collect();
        match self.unlike_others(commit.tree, landed, &commit.parents[1..]) {
            Ok(paths) => own.extend(paths),
            Err(Error::Missing { id, .. }) => missing = missing.or(Some(id)),
            Err(error) => return Err(error),
        }
        for path in own {
            let text = touch.changes.iter().find(|change| change.path == path);
            let text = text.and_then(|change| change.new).map(|side| side.blob);
            let older = match text {
                Some(text) => self.origins(&commit.parents[1..], &path, text, &mut missing)?,
                None => Vec::new(),
            };
            let commits = written.entry(path).or_default();
            commits.extend(older);
            if commits.first() != Some(&touch.commit) {
                commits.insert(0, touch.commit);
            }
        }
        let completeness = missing.map_or(Completeness::Complete, Completeness::Missing);
        self.named(written, completeness)
    }

    /// The same where nobody can tell who made the commit.
    pub(crate) fn of_malformed(
        touch: &Touch,
        reason: &'static str,
    ) -> BTreeMap<Vec<u8>, Contributors> {
        let landed = touch.changes.iter().filter(|change| is_other_text(change));
        let completeness = Completeness::Malformed(touch.commit, reason);
        let unknown = Contributors { people: Vec::new(), completeness };
        landed.map(|change| (change.path.clone(), unknown.clone())).collect()
    }

    /// The commits that wrote the text which some commits hold at a path, whenever that was: it may
    /// have been written and left again before anything landed with it.
    fn origins(
        &mut self,
        holders: &[ObjectId],
        path: &[u8],
        text: ObjectId,
        missing: &mut Option<ObjectId>,
    ) -> Result<Vec<ObjectId>, Error> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut pending = Vec::new();
        for &holder in holders {
            let tree = self.tree_of(holder)?;
            pending.extend(self.walk.has(tree, path, Some(text))?.then_some(holder));
        }
        while let Some(id) = pending.pop() {
            if !seen.insert(id) {
                continue;
            }
            if seen.len() > MAX_COMMITS {
                return Err(self.repo.too_many());
            }
            let n_pending = pending.len();
            for parent in self.repo.header(id)?.parents {
                let has_it = self.tree_of(parent);
                match has_it.and_then(|tree| self.walk.has(tree, path, Some(text))) {
                    Ok(has_it) => pending.extend(has_it.then_some(parent)),
                    Err(Error::Missing { id, .. }) => *missing = missing.or(Some(id)),
                    Err(error) => return Err(error),
                }
            }
            if pending.len() == n_pending {
                found.push(id);
            }
        }
        Ok(found)
    }

    /// The people of the commits that wrote each path.
    fn named(
        &self,
        written: BTreeMap<Vec<u8>, Vec<ObjectId>>,
        completeness: Completeness,
    ) -> Result<BTreeMap<Vec<u8>, Contributors>, Error> {
        let mut known: HashMap<ObjectId, Vec<Contributor>> = HashMap::new();
        let mut malformed: HashMap<ObjectId, &'static str> = HashMap::new();
        for &id in written.values().flatten() {
            if let Entry::Vacant(place) = known.entry(id) {
                let people = match self.repo.commit(id) {
                    Ok(commit) => people_of(&commit),
                    Err(Error::Malformed { reason, .. }) => {
                        malformed.insert(id, reason);
                        Vec::new()
                    }
                    Err(error) => return Err(error),
                };
                place.insert(people);
            }
        }
        let named = |(path, commits): (Vec<u8>, Vec<ObjectId>)| {
            let people = commits.iter().flat_map(|id| known[id].iter().cloned()).collect();
            let malformed = commits.iter().find_map(|id| malformed.get_key_value(id));
            let completeness =
                malformed.map_or(completeness, |(id, why)| Completeness::Malformed(*id, why));
            (path, Contributors { people, completeness })
        };
        Ok(written.into_iter().map(named).collect())
    }

    /// The commits of a landing's branches that wrote each path, and what this clone lacks to know
    /// them all.
    fn written_on_branches(&mut self, brought: &Brought) -> Result<Written, Error> {
        let mut missing = brought.missing;
        let mut written: BTreeMap<Vec<u8>, Vec<ObjectId>> = BTreeMap::new();
        for &id in &brought.commits {
            let Some(header) = self.landings.headers.get(&id) else { continue };
            let (tree, parents) = (header.tree, header.parents.clone());
            match self.unlike_all(tree, &parents) {
                Ok(paths) => {
                    for path in paths {
                        written.entry(path).or_default().push(id);
                    }
                }
                Err(Error::Missing { id, .. }) => missing = missing.or(Some(id)),
                Err(error) => return Err(error),
            }
        }
        Ok((written, missing))
    }

    /// The paths whose text is not that of any parent.
    fn unlike_all(&mut self, tree: ObjectId, parents: &[ObjectId]) -> Result<Vec<Vec<u8>>, Error> {
        let first = parents.first().map(|&id| self.tree_of(id)).transpose()?;
        let changes = self.walk.between(first, Some(tree))?;
        let changes = changes.iter().filter(|change| is_other_text(change));
        self.unlike_others(tree, changes, parents.get(1..).unwrap_or_default())
    }

    /// Of changes of a tree against a first parent, the paths whose new text is not that of another
    /// parent.
    fn unlike_others<'c>(
        &mut self,
        tree: ObjectId,
        changes: impl Iterator<Item = &'c FileChange>,
        others: &[ObjectId],
    ) -> Result<Vec<Vec<u8>>, Error> {
        let mut changes: Vec<&FileChange> = changes.collect();
        for &other in others {
            if changes.is_empty() {
                break;
            }
            let other = self.tree_of(other)?;
            if self.walk.is_same(tree, other)? {
                return Ok(Vec::new());
            }
            let mut unlike = Vec::new();
            for change in changes {
                if !self.walk.has(other, &change.path, change.new.map(|side| side.blob))? {
                    unlike.push(change);
                }
            }
            changes = unlike;
        }
        Ok(changes.into_iter().map(|change| change.path.clone()).collect())
    }

    fn tree_of(&self, commit: ObjectId) -> Result<ObjectId, Error> {
        match self.landings.headers.get(&commit) {
            Some(header) => Ok(header.tree),
            None => Ok(self.repo.header(commit)?.tree),
        }
    }
}

/// A change of the mode alone writes no text.
fn is_other_text(change: &FileChange) -> bool {
    change.old.map(|side| side.blob) != change.new.map(|side| side.blob)
}

/// Those who made a commit on a branch, or a merge.
fn people_of(commit: &Commit) -> Vec<Contributor> {
    let mut people = authors_of(commit);
    people.push(contributor(commit, &commit.committer.who, Role::Committer));
    people
}

/// Without the committer: one commit may have been carried to the mainline by a person who wrote
/// nothing of it, and who counts only as the author that this person may be too.
fn authors_of(commit: &Commit) -> Vec<Contributor> {
    let co_authors = commit.co_authors();
    let co_authors = co_authors.iter().map(|who| contributor(commit, who, Role::CoAuthor));
    let author = contributor(commit, &commit.author.who, Role::Author);
    std::iter::once(author).chain(co_authors).collect()
}

fn contributor(commit: &Commit, who: &Address, role: Role) -> Contributor {
    Contributor { who: who.clone(), role, commit: commit.id }
}

/// The commits that wrote each path, and an object that is missing.
type Written = (BTreeMap<Vec<u8>, Vec<ObjectId>>, Option<ObjectId>);
