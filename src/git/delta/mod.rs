//! What commits changed in a folder.
//!
//! Two trees are compared by their names first, so that a commit which does not touch the folder
//! costs one read, and a folder in it that is the same on both sides costs none. Raw bytes are
//! compared before entries are, and the repository keeps what was read last: along a chain the old
//! side of one commit is the new side of the next.
//!
//! Invariant: nothing is guessed. A file that is moved is gone in one place and new in another, and
//! nothing is said about a commit whose parent is missing.

mod cursor;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::sync::Arc;

use self::cursor::{Cursor, equal_end, equal_start, git_order};
use super::chain::{Chain, Link};
use super::objects::{RawEntries, RawEntry};
use super::{Error, Mode, ObjectId, Repo};

/// Folders below each other that are looked into.
const MAX_DEPTH: usize = 256;
/// Entries that a comparison of two trees looks at: trees that share their parts can stand for more
/// files than any disk holds.
const MAX_ENTRIES: usize = 10_000_000;

/// A commit that changed something in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Touch {
    pub(crate) commit: ObjectId,
    /// The commit that it is compared with: its first parent, none where it has none.
    pub(crate) parent: Option<ObjectId>,
    /// In git's order of paths.
    pub(crate) changes: Vec<FileChange>,
}

/// A file (or link, or submodule) that is not the same on two sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileChange {
    /// From the root of the repository, with `/` between its parts; bytes, since git knows no
    /// encoding of names.
    pub(crate) path: Vec<u8>,
    pub(crate) old: Option<Side>,
    pub(crate) new: Option<Side>,
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) mode: Mode,
    pub(crate) blob: ObjectId,
}

impl Repo {
    /// The commits of a chain that changed a folder, oldest first. The root of the repository is
    /// the folder `""`. What the oldest commit of an incomplete chain changed is not known, so it
    /// is left out.
    pub(crate) fn changes_on(&self, chain: &Chain, folder: &str) -> Result<Vec<Touch>, Error> {
        let mut walk = Folder::new(self, folder);
        let mut touches = Vec::new();
        for (index, link) in chain.links.iter().enumerate() {
            let older = chain.links.get(index + 1);
            if older.is_none() && chain.missing.is_some() {
                break;
            }
            let changes = walk.between(older.map(tree_of), Some(tree_of(link)))?;
            if !changes.is_empty() {
                let parent = older.map(|older| older.id);
                touches.push(Touch { commit: link.id, parent, changes });
            }
        }
        touches.reverse();
        Ok(touches)
    }

    /// What is different in a folder between two commits, wherever they stand.
    pub(crate) fn changes_between(
        &self,
        old: ObjectId,
        new: ObjectId,
        folder: &str,
    ) -> Result<Vec<FileChange>, Error> {
        let (old, new) = (self.header(old)?.tree, self.header(new)?.tree);
        Folder::new(self, folder).between(Some(old), Some(new))
    }
}

fn tree_of(link: &Link) -> ObjectId {
    link.header.tree
}

/// Compares a folder of one commit with that of another, again and again.
pub(super) struct Folder<'a> {
    repo: &'a Repo,
    parts: Vec<&'a [u8]>,
    /// For each folder on the way: the trees looked into last, and what was found there.
    way: Vec<Vec<(ObjectId, Option<Entry>)>>,
    /// Two folders of which it is known what is different between them.
    known: Option<(Sides, Vec<FileChange>)>,
    n_entries: usize,
    max_entries: usize,
}

/// What stands at the folder's place on the old and on the new side.
type Sides = (Option<Entry>, Option<Entry>);

#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry {
    mode: Mode,
    id: ObjectId,
}

impl From<RawEntry<'_>> for Entry {
    fn from(raw: RawEntry<'_>) -> Self {
        Self { mode: raw.mode(), id: raw.id() }
    }
}

impl<'a> Folder<'a> {
    pub(super) fn new(repo: &'a Repo, folder: &'a str) -> Self {
        let parts: Vec<&[u8]> =
            folder.split('/').filter(|part| !part.is_empty()).map(str::as_bytes).collect();
        let way = vec![Vec::new(); parts.len()];
        Self { repo, parts, way, known: None, n_entries: 0, max_entries: MAX_ENTRIES }
    }

    /// What is different between the folder of two root trees.
    pub(super) fn between(
        &mut self,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
    ) -> Result<Vec<FileChange>, Error> {
        let (old, new) = self.sides(old, new)?;
        if let Some((known, changes)) = &self.known
            && *known == (old, new)
        {
            return Ok(changes.clone());
        }
        self.n_entries = 0;
        let mut changes = Vec::new();
        let mut path = self.parts.join(&b'/');
        self.compare(old, new, &mut path, 0, &mut changes)?;
        Ok(changes)
    }

    /// Keeps what is different between the folder of two root trees, for the next time that these
    /// two are compared.
    pub(super) fn keep(
        &mut self,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
        changes: &[FileChange],
    ) -> Result<(), Error> {
        self.known = Some((self.sides(old, new)?, changes.to_vec()));
        Ok(())
    }

    /// Whether the folder of two root trees is the same.
    pub(super) fn is_same(&mut self, one: ObjectId, other: ObjectId) -> Result<bool, Error> {
        let (one, other) = self.sides(Some(one), Some(other))?;
        Ok(one == other)
    }

    /// Whether this text stands at a path below the folder of a root tree, or none does where there
    /// is none. Of two entries with one name, neither counts.
    pub(super) fn has(
        &mut self,
        root: ObjectId,
        path: &[u8],
        text: Option<ObjectId>,
    ) -> Result<bool, Error> {
        let start = self.parts.iter().map(|part| part.len() + 1).sum();
        let below = path.get(start..).unwrap_or_default();
        let mut found = self.find(root)?;
        for part in below.split(|&byte| byte == b'/').filter(|part| !part.is_empty()) {
            let Some(Entry { mode: Mode::Folder, id }) = found else {
                found = None;
                break;
            };
            let mut named = Vec::new();
            let bytes = self.repo.tree_bytes(id)?;
            for entry in RawEntries(&bytes) {
                let entry = entry.map_err(|reason| self.repo.malformed(id, reason))?;
                if entry.name == part {
                    named.push(Entry::from(entry));
                }
            }
            if named.len() > 1 {
                return Ok(false);
            }
            found = named.pop();
        }
        let file = found.filter(|entry| entry.mode != Mode::Folder);
        Ok(file.map(|entry| entry.id) == text)
    }

    fn sides(&mut self, old: Option<ObjectId>, new: Option<ObjectId>) -> Result<Sides, Error> {
        // The new side first, since it is the one of which something has been kept.
        let new = new.map(|root| self.find(root)).transpose()?.flatten();
        let old = old.map(|root| self.find(root)).transpose()?.flatten();
        Ok((old, new))
    }

    /// What stands at the folder's place below a root.
    fn find(&mut self, root: ObjectId) -> Result<Option<Entry>, Error> {
        /// Both sides of a comparison.
        const KEPT: usize = 2;
        let mut found = Entry { mode: Mode::Folder, id: root };
        for (part, last) in self.parts.iter().zip(&mut self.way) {
            if found.mode != Mode::Folder {
                return Ok(None);
            }
            let tree = found.id;
            let known = last.iter().find(|(id, _)| *id == tree).map(|(_, entry)| *entry);
            let entry = match known {
                Some(entry) => entry,
                None => {
                    let entry = look_up(self.repo, tree, part)?;
                    last.insert(0, (tree, entry));
                    last.truncate(KEPT);
                    entry
                }
            };
            match entry {
                Some(entry) => found = entry,
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    fn compare(
        &mut self,
        old: Option<Entry>,
        new: Option<Entry>,
        path: &mut Vec<u8>,
        depth: usize,
        changes: &mut Vec<FileChange>,
    ) -> Result<(), Error> {
        if old == new {
            return Ok(());
        }
        let file = |entry: Option<Entry>| {
            let entry = entry.filter(|entry| entry.mode != Mode::Folder)?;
            Some(Side { mode: entry.mode, blob: entry.id })
        };
        let (old_file, new_file) = (file(old), file(new));
        if old_file.is_some() || new_file.is_some() {
            changes.push(FileChange { path: path.clone(), old: old_file, new: new_file });
        }
        let folder = |entry: Option<Entry>| {
            entry.filter(|entry| entry.mode == Mode::Folder).map(|entry| entry.id)
        };
        let (old, new) = (folder(old), folder(new));
        if old == new {
            return Ok(());
        }
        if depth == MAX_DEPTH {
            let path = String::from_utf8_lossy(path);
            return Err(self.refused(&format!("`{path}` is nested more than {MAX_DEPTH} deep")));
        }
        let (old, new) = (self.bytes(old)?, self.bytes(new)?);
        self.merge((old.0, &old.1), (new.0, &new.1), path, depth, changes)
    }

    fn bytes(&self, id: Option<ObjectId>) -> Result<Tree, Error> {
        let bytes = id.map(|id| self.repo.tree_bytes(id)).transpose()?;
        Ok((id, bytes.unwrap_or_default()))
    }

    /// Walks the entries of two trees in git's order. A tree that is out of order makes more
    /// changes than there are, never fewer.
    fn merge(
        &mut self,
        old: (Option<ObjectId>, &[u8]),
        new: (Option<ObjectId>, &[u8]),
        path: &mut Vec<u8>,
        depth: usize,
        changes: &mut Vec<FileChange>,
    ) -> Result<(), Error> {
        let (mut old, mut new) = (Cursor::new(old), Cursor::new(new));
        let end = equal_end(old.rest.0, new.rest.0);
        loop {
            // Behind an end of an entry on both sides, the same bytes are the same entries.
            let n_left = old.rest.0.len();
            if n_left <= end && n_left == new.rest.0.len() {
                return Ok(());
            }
            // The same entries are no change; what they are was seen when they came.
            let start = equal_start(old.rest.0, new.rest.0);
            let start = old.rest.pass(start);
            new.rest.0 = &new.rest.0[start..];
            let (left, right) = (old.peek(self.repo)?, new.peek(self.repo)?);
            let order = match (left, right) {
                (Some(left), Some(right)) => git_order(&left, &right),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return Ok(()),
            };
            let left = left.filter(|_| order != Ordering::Greater);
            let right = right.filter(|_| order != Ordering::Less);
            if left.is_some() {
                old.advance();
            }
            if right.is_some() {
                new.advance();
            }
            self.n_entries += 1;
            if self.n_entries > self.max_entries {
                let path = String::from_utf8_lossy(path);
                return Err(self.refused(&format!("too many files change below `{path}`")));
            }
            let Some(name) = left.or(right).map(|entry| entry.name) else { return Ok(()) };
            let length = path.len();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend(name);
            self.compare(left.map(Entry::from), right.map(Entry::from), path, depth + 1, changes)?;
            path.truncate(length);
        }
    }

    fn refused(&self, reason: &str) -> Error {
        Error::Unreadable { path: self.repo.path.clone(), reason: reason.to_owned() }
    }
}

/// A tree that has been read; nothing has no bytes.
type Tree = (Option<ObjectId>, Arc<Vec<u8>>);

fn look_up(repo: &Repo, tree: ObjectId, name: &[u8]) -> Result<Option<Entry>, Error> {
    let bytes = repo.tree_bytes(tree)?;
    for entry in RawEntries(&bytes) {
        let entry = entry.map_err(|reason| repo.malformed(tree, reason))?;
        if entry.name == name {
            return Ok(Some(Entry::from(entry)));
        }
    }
    Ok(None)
}
