//! Loose objects, read without libgit2, which never comes back from one that is cut off, nor from a
//! pipe in the place of one. What is read here is also compared with its name.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use flate2::read::ZlibDecoder;
use git2::{ObjectType, Oid};

/// Bytes of the longest header: `commit 18446744073709551615` and its end.
const MAX_HEADER: u64 = 32;

/// A loose object.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Loose {
    Whole(ObjectType, Vec<u8>),
    /// It has more bytes than were asked for.
    TooLarge(ObjectType),
}

/// Reads an object below `objects`; `None` where it is not loose there.
pub(super) fn read(objects: &Path, id: Oid, max_size: usize) -> io::Result<Option<Loose>> {
    let name = id.to_string();
    let path = objects.join(&name[..2]).join(&name[2..]);
    let file = match open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    let limit = MAX_HEADER + max_size as u64 + 1;
    ZlibDecoder::new(file).take(limit).read_to_end(&mut bytes)?;
    let (kind, size, start) = header(&bytes).ok_or_else(damaged)?;
    if size > max_size {
        return Ok(Some(Loose::TooLarge(kind)));
    }
    bytes.drain(..start);
    let is_named_so = Oid::hash_object(kind, &bytes).is_ok_and(|found| found == id);
    if bytes.len() != size || !is_named_so {
        return Err(damaged());
    }
    Ok(Some(Loose::Whole(kind, bytes)))
}

/// `blob 12` and a zero byte: kind, size, and where the content starts.
fn header(bytes: &[u8]) -> Option<(ObjectType, usize, usize)> {
    let end = bytes.iter().take(MAX_HEADER as usize).position(|&byte| byte == 0)?;
    let (kind, size) = std::str::from_utf8(&bytes[..end]).ok()?.split_once(' ')?;
    Some((ObjectType::from_str(kind)?, size.parse().ok()?, end + 1))
}

fn damaged() -> io::Error {
    io::Error::other("its content is not what its name says")
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    fs::OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_CLOEXEC).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    fs::File::open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An object database with one blob, and where that stands.
    fn with_blob(text: &str) -> (tempfile::TempDir, Oid, std::path::PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let repo = git2::Repository::init_bare(directory.path()).unwrap();
        let id = repo.blob(text.as_bytes()).unwrap();
        let name = id.to_string();
        let path = directory.path().join("objects").join(&name[..2]).join(&name[2..]);
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        #[expect(clippy::permissions_set_readonly_false, reason = "a test may write there")]
        permissions.set_readonly(false);
        fs::set_permissions(&path, permissions).unwrap();
        (directory, id, path)
    }

    fn read_in(directory: &tempfile::TempDir, id: Oid) -> io::Result<Option<Loose>> {
        read(&directory.path().join("objects"), id, 1 << 20)
    }

    #[test]
    fn a_whole_object_is_its_kind_and_its_bytes() {
        let text = "id: EXC-2026-K7QD\n".repeat(50);
        let (directory, id, _) = with_blob(&text);
        let whole = Loose::Whole(ObjectType::Blob, text.clone().into_bytes());
        assert_eq!(read_in(&directory, id).unwrap(), Some(whole));
        let small = read(&directory.path().join("objects"), id, text.len() - 1).unwrap();
        assert_eq!(small, Some(Loose::TooLarge(ObjectType::Blob)));
        let other = Oid::hash_object(ObjectType::Blob, b"other").unwrap();
        assert_eq!(read_in(&directory, other).unwrap(), None);
    }

    #[test]
    fn an_object_that_is_cut_off_anywhere_is_an_error() {
        let text: String = (0..400).map(|n| format!("{n} ")).collect();
        let (directory, id, path) = with_blob(&text);
        let whole = fs::read(&path).unwrap();
        for end in [0, 1, 2, 20, 100, whole.len() / 2, whole.len() - 5] {
            fs::write(&path, &whole[..end]).unwrap();
            assert!(read_in(&directory, id).is_err(), "{end}");
        }
    }

    #[test]
    fn an_object_with_the_content_of_another_is_an_error() {
        let (directory, id, path) = with_blob("one");
        let (_other, _, from) = with_blob("two");
        fs::copy(from, &path).unwrap();
        assert!(read_in(&directory, id).is_err());
    }
}
