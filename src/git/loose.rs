//! Loose objects, read without libgit2, which never comes back from one that is cut off, nor from a
//! pipe in the place of one. What is read here is also compared with its name.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

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

/// The loose objects of a repository. Most objects of a history stand in packs, and to try a file
/// for each of them costs more than to read them; so the names in a folder are listed once. What
/// another program adds later is left to libgit2: it is put there whole, by its new name.
pub(super) struct LooseObjects {
    /// Where folders are named after the first byte of the objects in them.
    root: PathBuf,
    names: Box<[OnceCell<HashSet<Oid>>]>,
}

impl LooseObjects {
    pub(super) fn new(root: PathBuf) -> Self {
        let names = (0..=u8::MAX).map(|_| OnceCell::new()).collect();
        Self { root, names }
    }

    /// Reads an object; `None` where it is not loose.
    pub(super) fn read(&self, id: Oid, max_size: usize) -> io::Result<Option<Loose>> {
        let names = &self.names[usize::from(id.as_bytes()[0])];
        let is_loose = match names.get() {
            Some(names) => names.contains(&id),
            None => {
                let found = list(&self.root, id.as_bytes()[0])?;
                names.get_or_init(|| found).contains(&id)
            }
        };
        if is_loose { read(&self.root, id, max_size) } else { Ok(None) }
    }
}

/// The objects that are named in a folder, whatever stands there.
fn list(root: &Path, first: u8) -> io::Result<HashSet<Oid>> {
    let start = format!("{first:02x}");
    let entries = match fs::read_dir(root.join(&start)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(HashSet::new()),
        Err(error) => return Err(error),
    };
    let mut names = HashSet::new();
    for entry in entries {
        let name = entry?.file_name();
        let end = name.to_str().filter(|end| end.len() == 38);
        names.extend(end.and_then(|end| Oid::from_str(&format!("{start}{end}")).ok()));
    }
    Ok(names)
}

fn read(root: &Path, id: Oid, max_size: usize) -> io::Result<Option<Loose>> {
    let name = id.to_string();
    let path = root.join(&name[..2]).join(&name[2..]);
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
pub(super) fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    fs::OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_CLOEXEC).open(path)
}

#[cfg(not(unix))]
pub(super) fn open(path: &Path) -> io::Result<File> {
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
        LooseObjects::new(directory.path().join("objects")).read(id, 1 << 20)
    }

    #[test]
    fn a_whole_object_is_its_kind_and_its_bytes() {
        let text = "id: EXC-2026-K7QD\n".repeat(50);
        let (directory, id, _) = with_blob(&text);
        let whole = Loose::Whole(ObjectType::Blob, text.clone().into_bytes());
        assert_eq!(read_in(&directory, id).unwrap(), Some(whole));
        let small = LooseObjects::new(directory.path().join("objects")).read(id, text.len() - 1);
        assert_eq!(small.unwrap(), Some(Loose::TooLarge(ObjectType::Blob)));
        let other = Oid::hash_object(ObjectType::Blob, b"other").unwrap();
        assert_eq!(read_in(&directory, other).unwrap(), None);
    }

    #[test]
    fn what_is_packed_later_is_not_loose_any_more_and_other_files_beside_it_do_not_matter() {
        let (directory, id, path) = with_blob("one");
        fs::write(path.with_file_name("tmp_obj_x"), "half").unwrap();
        let objects = LooseObjects::new(directory.path().join("objects"));
        assert!(objects.read(id, 10).unwrap().is_some());
        fs::remove_file(path).unwrap();
        assert_eq!(objects.read(id, 10).unwrap(), None);
    }

    #[test]
    fn a_file_in_the_place_of_a_folder_of_objects_is_an_error() {
        let (directory, id, path) = with_blob("one");
        let folder = path.parent().unwrap();
        fs::remove_dir_all(folder).unwrap();
        fs::write(folder, "").unwrap();
        assert!(read_in(&directory, id).is_err());
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
