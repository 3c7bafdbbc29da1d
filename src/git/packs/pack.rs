//! A pack, entry by entry.

use std::fs::File;
use std::io;
use std::path::Path;

use flate2::{Decompress, FlushDecompress, Status};
use git2::{ObjectType, Oid};

use super::index::Index;
use crate::git::loose;

/// `PACK` and the version.
const MAGIC: [u8; 8] = *b"PACK\0\0\0\x02";
/// Bytes that are read of an entry before it is known how many it has; most have fewer.
const FIRST: usize = 2048;
/// Bytes that come before the content of an entry at most: kind and size, and the base.
const MAX_HEADER: usize = 10 + 20;

pub(super) struct Pack {
    index: Index,
    file: File,
}

/// What stands at a place of a pack.
pub(super) struct Entry {
    pub(super) form: Form,
    /// The object, or what differs in it from another one.
    pub(super) bytes: Vec<u8>,
}

/// How an object is written.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Whole(ObjectType),
    /// As what differs from the object at a place of the same pack.
    FromPlace(u64),
    FromObject(Oid),
}

/// What it takes to read entries, which is made once.
pub(super) struct Inflater {
    input: Vec<u8>,
    state: Decompress,
}

impl Default for Inflater {
    fn default() -> Self {
        Self { input: vec![0; FIRST], state: Decompress::new(true) }
    }
}

impl Pack {
    /// A pack, with the index beside it.
    pub(super) fn open(path: &Path) -> Option<Self> {
        let file = regular(path)?;
        let index = Index::open(&path.with_extension("idx"))?;
        let mut start = [0; 12];
        exactly(&file, &mut start, 0)?;
        let (magic, n_objects) = start.split_at(MAGIC.len());
        let n_objects = u32::from_be_bytes(n_objects.try_into().ok()?);
        let is_sane = magic == MAGIC && u64::from(n_objects) == index.n_objects();
        is_sane.then_some(Self { index, file })
    }

    pub(super) fn place_of(&self, id: Oid) -> Option<u64> {
        self.index.place_of(id)
    }

    /// What stands at a place, if it has at most so many bytes.
    pub(super) fn entry(
        &self,
        place: u64,
        max_size: usize,
        inflater: &mut Inflater,
    ) -> Option<Entry> {
        let Inflater { input, state } = inflater;
        let mut n_read = read_at(&self.file, &mut input[..FIRST], place).ok()?;
        let (form, size, start) = header(&input[..n_read], place)?;
        if size > max_size {
            return None;
        }
        let n_needed = MAX_HEADER + longest(size);
        if n_read == FIRST && n_needed > FIRST {
            if input.len() < n_needed {
                input.resize(n_needed, 0);
            }
            let rest = &mut input[FIRST..n_needed];
            n_read += read_at(&self.file, rest, place + FIRST as u64).ok()?;
        }
        // One byte more, so that an entry which has more than it says is seen.
        let mut bytes = vec![0; size + 1];
        state.reset(true);
        let end = state.decompress(&input[start..n_read], &mut bytes, FlushDecompress::Finish);
        let is_whole = matches!(end, Ok(Status::StreamEnd)) && state.total_out() == size as u64;
        bytes.truncate(size);
        is_whole.then_some(Entry { form, bytes })
    }
}

/// Bytes that `size` bytes take at most when they are packed by whoever means to save space.
fn longest(size: usize) -> usize {
    size + size / 1000 + 64
}

/// How an entry is written, how many bytes it has, and where they start.
fn header(bytes: &[u8], place: u64) -> Option<(Form, usize, usize)> {
    let mut bytes_read = bytes.iter().copied();
    let mut byte = bytes_read.next()?;
    let kind = (byte >> 4) & 7;
    let mut size = usize::from(byte & 0xf);
    let mut shift = 4;
    while byte & 0x80 != 0 {
        byte = bytes_read.next()?;
        if shift > 32 {
            return None;
        }
        size |= usize::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
    }
    let start = bytes.len() - bytes_read.len();
    let whole = |kind| Some((Form::Whole(kind), size, start));
    match kind {
        1 => whole(ObjectType::Commit),
        2 => whole(ObjectType::Tree),
        3 => whole(ObjectType::Blob),
        4 => whole(ObjectType::Tag),
        6 => {
            let mut byte = bytes_read.next()?;
            let mut distance = u64::from(byte & 0x7f);
            while byte & 0x80 != 0 {
                byte = bytes_read.next()?;
                distance = distance.checked_add(1)?.checked_mul(128)? | u64::from(byte & 0x7f);
            }
            let base = place.checked_sub(distance).filter(|base| *base != place)?;
            Some((Form::FromPlace(base), size, bytes.len() - bytes_read.len()))
        }
        7 => {
            let id = bytes.get(start..start + 20)?;
            Some((Form::FromObject(Oid::from_bytes(id).ok()?), size, start + 20))
        }
        _ => None,
    }
}

/// Opens a regular file, and waits for no pipe.
pub(super) fn regular(path: &Path) -> Option<File> {
    let file = loose::open(path).ok()?;
    file.metadata().is_ok_and(|it| it.is_file()).then_some(file)
}

/// Fills a buffer with what stands at a place.
pub(super) fn exactly(file: &File, buffer: &mut [u8], place: u64) -> Option<()> {
    let n_read = read_at(file, buffer, place).ok()?;
    (n_read == buffer.len()).then_some(())
}

/// Reads until a buffer is full, or the file ends.
fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    let mut n_read = 0;
    while n_read < buffer.len() {
        match read_some(file, &mut buffer[n_read..], place + n_read as u64) {
            Ok(0) => break,
            Ok(n) => n_read += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(n_read)
}

#[cfg(unix)]
fn read_some(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, place)
}

#[cfg(windows)]
fn read_some(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, place)
}

#[cfg(not(any(unix, windows)))]
fn read_some(_: &File, _: &mut [u8], _: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}
