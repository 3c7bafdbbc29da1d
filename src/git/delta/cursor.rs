//! Two trees side by side: their entries in git's order, and how far their bytes are the same.

use std::cmp::Ordering;

use crate::git::objects::{RawEntries, RawEntry};
use crate::git::{Error, Mode, ObjectId, Repo};

/// The entries of a tree, one of them read ahead.
pub(super) struct Cursor<'a> {
    id: Option<ObjectId>,
    pub(super) rest: RawEntries<'a>,
    /// Where the entry that was read ahead ends.
    after: RawEntries<'a>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new((id, bytes): (Option<ObjectId>, &'a [u8])) -> Self {
        Self { id, rest: RawEntries(bytes), after: RawEntries(bytes) }
    }

    pub(super) fn peek(&mut self, repo: &Repo) -> Result<Option<RawEntry<'a>>, Error> {
        self.after = self.rest;
        let entry = self.after.next().transpose();
        entry.map_err(|reason| self.malformed(repo, reason))
    }

    pub(super) fn advance(&mut self) {
        self.rest = self.after;
    }

    fn malformed(&self, repo: &Repo, reason: &str) -> Error {
        match self.id {
            Some(id) => repo.malformed(id, reason),
            None => Error::Unreadable { path: repo.path.clone(), reason: reason.to_owned() },
        }
    }
}

/// How many bytes at the start of two trees are the same.
pub(super) fn equal_start(left: &[u8], right: &[u8]) -> usize {
    n_equal(left.chunks(CHUNK), right.chunks(CHUNK), left.iter(), right.iter())
}

/// How many bytes at the end of two trees are the same.
pub(super) fn equal_end(left: &[u8], right: &[u8]) -> usize {
    let bytes = (left.iter().rev(), right.iter().rev());
    n_equal(left.rchunks(CHUNK), right.rchunks(CHUNK), bytes.0, bytes.1)
}

/// Bytes that are compared at once.
const CHUNK: usize = 1024;

/// How many bytes come the same from two sides, of which whole chunks are compared first.
fn n_equal<'a>(
    left_chunks: impl Iterator<Item = &'a [u8]>,
    right_chunks: impl Iterator<Item = &'a [u8]>,
    left: impl Iterator<Item = &'a u8>,
    right: impl Iterator<Item = &'a u8>,
) -> usize {
    let is_whole = |chunk: &[u8]| chunk.len() == CHUNK;
    let chunks = left_chunks.zip(right_chunks);
    let n_chunks = chunks.take_while(|(left, right)| is_whole(left) && left == right).count();
    let start = n_chunks * CHUNK;
    let bytes = left.skip(start).zip(right.skip(start));
    start + bytes.take_while(|(left, right)| left == right).count()
}

/// Git's order of names: that of a folder counts as if it ended with `/`.
pub(super) fn git_order(left: &RawEntry<'_>, right: &RawEntry<'_>) -> Ordering {
    let tail = |entry: &RawEntry<'_>| (entry.mode() == Mode::Folder).then_some(b'/');
    let left_name = left.name.iter().copied().chain(tail(left));
    left_name.cmp(right.name.iter().copied().chain(tail(right)))
}
