//! The index of a pack, of the second version: where each object is.

use std::cell::OnceCell;
use std::fs::File;
use std::path::Path;

use git2::Oid;

use super::pack::{exactly, regular};

/// `\377tOc` and the version.
const MAGIC: [u8; 8] = [0xff, b't', b'O', b'c', 0, 0, 0, 2];
/// How many objects have a name whose first byte is at most so much, for each byte.
const COUNTS: u64 = 256 * 4;
const START: u64 = MAGIC.len() as u64 + COUNTS;
/// Bytes of a name.
const ID: u64 = 20;
/// Two names at the end: that of the pack, and that of the index.
const END: u64 = 2 * ID;
/// Names that are read at once.
const WINDOW: u64 = 64;
/// Names with one first byte that are kept, of which there are so many where a pack has two hundred
/// thousand objects.
const MAX_KEPT: u64 = 1024;
/// Marks a place that stands in a list of its own, since four bytes do not hold it.
const FAR: u32 = 1 << 31;

pub(super) struct Index {
    file: File,
    counts: Vec<u32>,
    /// The names that begin with each byte, once one of them has been looked for.
    kept: Box<[OnceCell<Option<Vec<u8>>>]>,
}

impl Index {
    pub(super) fn open(path: &Path) -> Option<Self> {
        let file = regular(path)?;
        let mut start = [0; START as usize];
        exactly(&file, &mut start, 0)?;
        let (magic, counts) = start.split_at(MAGIC.len());
        let counts: Vec<u32> = counts.chunks_exact(4).map(number).collect();
        let kept = (0..=u8::MAX).map(|_| OnceCell::new()).collect();
        let index = Self { file, counts, kept };
        // A name, a checksum and a place for each object.
        let length = START + index.n_objects() * (ID + 4 + 4) + END;
        let is_sane = magic == MAGIC
            && index.counts.is_sorted()
            && index.file.metadata().is_ok_and(|it| it.len() >= length);
        is_sane.then_some(index)
    }

    pub(super) fn n_objects(&self) -> u64 {
        self.counts.last().copied().unwrap_or_default().into()
    }

    /// The place of an object in the pack.
    pub(super) fn place_of(&self, id: Oid) -> Option<u64> {
        let number = self.number_of(id.as_bytes())?;
        let places = START + self.n_objects() * (ID + 4);
        let mut near = [0; 4];
        exactly(&self.file, &mut near, places + number * 4)?;
        let near = u32::from_be_bytes(near);
        if near & FAR == 0 {
            return Some(near.into());
        }
        let mut far = [0; 8];
        let number = u64::from(near & !FAR);
        exactly(&self.file, &mut far, places + self.n_objects() * 4 + number * 8)?;
        Some(u64::from_be_bytes(far))
    }

    /// Some names, one after the other.
    fn names(&self, from: u64, to: u64) -> Option<Vec<u8>> {
        let mut names = vec![0; ((to - from) * ID) as usize];
        exactly(&self.file, &mut names, START + from * ID)?;
        Some(names)
    }

    /// The number of a name among all, which are in order.
    fn number_of(&self, id: &[u8]) -> Option<u64> {
        let first = usize::from(*id.first()?);
        let low: u64 = first.checked_sub(1).map_or(0, |before| self.counts[before]).into();
        let high: u64 = self.counts[first].into();
        if high - low <= MAX_KEPT {
            let names = self.kept[first].get_or_init(|| self.names(low, high)).as_deref()?;
            let at = find(names, id).ok()?;
            return Some(low + at as u64);
        }
        self.look_for(id, low, high)
    }

    /// The number of a name among some of which none is kept; those with one first byte are spread
    /// evenly.
    pub(super) fn look_for(&self, id: &[u8], mut low: u64, mut high: u64) -> Option<u64> {
        let part = u64::from(number(id.get(1..5)?));
        let mut guess = low + (((high - low) * part) >> 32);
        while low < high {
            let start = guess.saturating_sub(WINDOW / 2).max(low);
            let end = (start + WINDOW).min(high);
            match find(&self.names(start, end)?, id) {
                Ok(at) => return Some(start + at as u64),
                Err(0) => high = start,
                Err(at) if at as u64 == end - start => low = end,
                Err(_) => return None,
            }
            guess = low + (high - low) / 2;
        }
        None
    }
}

/// The place of a name among some that are in order, or where it would stand.
fn find(names: &[u8], id: &[u8]) -> Result<usize, usize> {
    let (names, _) = names.as_chunks::<{ ID as usize }>();
    names.binary_search_by(|name| name.as_slice().cmp(id))
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte))
}
