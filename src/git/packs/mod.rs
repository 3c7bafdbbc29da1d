//! Packed objects, read without libgit2: that looks through a whole chain of differences for the size
//! of an object before it reads it, keeps every pack mapped, and has threads wait for each other.
//!
//! Formats: <https://git-scm.com/docs/gitformat-pack>. What is read here is also compared with its
//! name.
//!
//! Invariant: never the last word. What is not there, damaged, large, or in a form that git does not
//! write today is left to libgit2, which reads it or says why not.

mod index;
mod pack;
mod patch;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{ObjectType, Oid};

use self::pack::{Form, Inflater, Pack};
use super::recent::Recent;

/// Packs that are looked into, the largest of a repository. Each thread holds two files of each.
const MAX_PACKS: usize = 4;
/// Differences that an object may be away from a whole one; git makes chains of fifty.
const MAX_CHAIN: usize = 4096;
/// Bytes of all that it takes to make an object.
const MAX_SIZE: usize = 64 * 1024 * 1024;
/// Bytes of the objects that are kept since others are written as what differs from them.
const MAX_KEPT: usize = 16 * 1024 * 1024;

/// The packs of a repository, as they were when it was opened.
pub(super) struct Packs {
    /// Largest first.
    packs: Vec<Pack>,
    /// The pack that had the last object.
    last: usize,
    /// What others differ from, by pack and place.
    bases: Recent<(usize, u64), Object>,
    inflater: Inflater,
}

/// An object that has been read.
type Object = (ObjectType, Arc<Vec<u8>>);

impl Packs {
    /// Those below a folder of objects; what cannot be opened is not among them.
    pub(super) fn open(objects: &Path) -> Self {
        let entries = fs::read_dir(objects.join("pack")).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        let packs = paths.filter(|path| path.extension().is_some_and(|it| it == "pack"));
        let length = |path: &PathBuf| fs::metadata(path).map_or(0, |it| it.len());
        let mut packs: Vec<(u64, PathBuf)> = packs.map(|path| (length(&path), path)).collect();
        packs.sort_unstable_by(|a, b| b.cmp(a));
        let largest = packs.iter().take(MAX_PACKS);
        let packs = largest.filter_map(|(_, path)| Pack::open(path)).collect();
        Self { packs, last: 0, bases: Recent::new(MAX_KEPT), inflater: Inflater::default() }
    }

    /// An object of at most so many bytes; `None` is no answer.
    pub(super) fn read(&mut self, id: Oid, max_size: usize) -> Option<(ObjectType, Vec<u8>)> {
        let (pack, place) = self.find(id)?;
        let (kind, bytes) = self.make(pack, place, max_size.min(MAX_SIZE))?;
        let is_named_so = Oid::hash_object(kind, &bytes).is_ok_and(|found| found == id);
        is_named_so.then(|| (kind, Arc::unwrap_or_clone(bytes)))
    }

    /// The pack that has an object, and its place there.
    fn find(&mut self, id: Oid) -> Option<(usize, u64)> {
        let at = |packs: &[Pack], number: usize| Some((number, packs.get(number)?.place_of(id)?));
        let found = at(&self.packs, self.last).or_else(|| {
            let others = (0..self.packs.len()).filter(|number| *number != self.last);
            others.into_iter().find_map(|number| at(&self.packs, number))
        })?;
        self.last = found.0;
        Some(found)
    }

    /// Makes an object of the whole one at the end of its chain, and of what differs on the way.
    fn make(&mut self, pack: usize, place: u64, max_size: usize) -> Option<Object> {
        let mut n_left = MAX_SIZE;
        let mut differences = Vec::new();
        let mut next = place;
        let (kind, mut bytes) = loop {
            if let Some(known) = self.bases.get((pack, next)) {
                break known;
            }
            let limit = if differences.is_empty() { max_size } else { n_left };
            let entry = self.packs[pack].entry(next, limit, &mut self.inflater)?;
            n_left = n_left.checked_sub(entry.bytes.len())?;
            let base = match entry.form {
                Form::Whole(kind) => break (kind, Arc::new(entry.bytes)),
                Form::FromPlace(base) => base,
                Form::FromObject(base) => self.packs[pack].place_of(base)?,
            };
            // Whoever was named twice would be looked for without end.
            if differences.len() == MAX_CHAIN {
                return None;
            }
            differences.push((next, entry.bytes));
            next = base;
        };
        while let Some((place, difference)) = differences.pop() {
            self.bases.put((pack, next), (kind, Arc::clone(&bytes)), bytes.len());
            let limit = if differences.is_empty() { max_size } else { n_left };
            bytes = Arc::new(patch::apply(&bytes, &difference, limit)?);
            n_left = n_left.checked_sub(bytes.len())?;
            next = place;
        }
        if bytes.len() > max_size {
            return None;
        }
        // Along a history each tree is written as what differs from the one after it.
        if kind == ObjectType::Tree {
            self.bases.put((pack, next), (kind, Arc::clone(&bytes)), bytes.len());
        }
        Some((kind, bytes))
    }
}
