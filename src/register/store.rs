//! Where a register is read from: a directory, a folder of a commit, or what a merge of two commits
//! makes of that folder.
//!
//! Only regular files of a sane size are read. A link is not followed, a device does not block, and
//! what a commit holds comes from git's objects, never from a work tree.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::faults::{
    NOT_A_FILE, SYMLINK, executable, lost, not_a_file, symlink, too_large, unreadable,
};
use super::{MAX_POLICY_SIZE, POLICY_FILE};
use crate::finding::Finding;
use crate::git::{self, Mode, ObjectId, Repo};
use crate::source::characters;
use crate::text::SourceFile;

/// Where a register is read from.
#[derive(Clone, Debug)]
pub(crate) enum Store {
    Directory(PathBuf),
    Commit(Snapshot),
    Merged(Merge),
}

/// A folder of a commit.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// The directory of the repository itself, such as `.git`.
    pub(crate) repository: PathBuf,
    pub(crate) commit: ObjectId,
    /// Relative to the root of the commit, with `/` between its parts.
    pub(crate) folder: String,
}

/// A folder as a merge of a change into a branch makes it, by whole files: what the change leaves
/// alone is as on the branch, and what both changed as the change has it.
#[derive(Clone, Debug)]
pub(crate) struct Merge {
    /// The branch into which the change goes.
    pub(crate) into: Snapshot,
    /// Where branch and change last were one.
    pub(crate) base: ObjectId,
    /// The change.
    pub(crate) head: ObjectId,
}

/// A file of a register before it is read.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(super) at: At,
    /// The path as people know it, relative to the root of the repository.
    pub(crate) name: String,
    /// The name's bytes where it is not UTF-8.
    pub(super) name_bytes: Option<Vec<u8>>,
}

/// Where the bytes of a file are.
#[derive(Debug)]
pub(super) enum At {
    Path(PathBuf),
    Object {
        id: ObjectId,
        mode: Mode,
    },
    /// A folder of a merge.
    Folders(Folders),
}

/// The trees of which a merge makes one; `None` where a side has no such folder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Folders {
    pub(super) base: Option<ObjectId>,
    pub(super) into: Option<ObjectId>,
    pub(super) head: Option<ObjectId>,
}

/// Reads the files of a store; each thread has one of its own.
pub(crate) struct Reader {
    /// The repository of a commit, or why it cannot be opened.
    repo: Result<Repo, git::Error>,
}

/// The readers of a store. To make one takes as long as to read many files, so each is kept for
/// whoever comes next.
pub(crate) struct Readers<'a> {
    store: &'a Store,
    idle: Mutex<Vec<Reader>>,
}

/// A reader that goes back when it is dropped.
pub(crate) struct Lent<'a> {
    reader: Option<Reader>,
    owner: &'a Readers<'a>,
}

/// A text with what only deserves a warning, or why there is none.
pub(crate) type Reading = Result<(Arc<SourceFile>, Vec<Finding>), Vec<Finding>>;

/// The bytes of a file, and whether it can be executed.
type Bytes = (Vec<u8>, bool);

impl Store {
    pub(crate) fn reader(&self) -> Reader {
        let repo = match self {
            Self::Directory(path) => Err(git::Error::Unreadable {
                path: path.clone(),
                reason: "a directory is read without it".to_owned(),
            }),
            Self::Commit(snapshot) | Self::Merged(Merge { into: snapshot, .. }) => {
                Repo::open(&snapshot.repository)
            }
        };
        Reader { repo }
    }

    /// Reads the policy of a register that people know as `name`.
    pub(crate) fn policy(&self, name: &str) -> Reading {
        let reader = self.reader();
        let mut entry = Entry {
            at: At::Path(PathBuf::new()),
            name: format!("{name}/{POLICY_FILE}"),
            name_bytes: None,
        };
        entry.at = match self {
            Self::Directory(directory) => At::Path(directory.join(POLICY_FILE)),
            Self::Merged(merge) => return merge.policy(name),
            Self::Commit(snapshot) => {
                let path = snapshot.file(POLICY_FILE);
                match reader.repo().and_then(|repo| repo.entry_at(snapshot.commit, &path)) {
                    Ok(Some(found)) => At::Object { id: found.id, mode: found.mode },
                    Ok(None) => return Err(vec![unreadable(&entry.source(""), &"no such file")]),
                    Err(error) => return Err(vec![lost(&entry.source(""), &error)]),
                }
            }
        };
        let reading = reader.read(&entry, MAX_POLICY_SIZE);
        reading.map_err(|findings| {
            let is_elsewhere = |it: &Finding| *it.code == SYMLINK || *it.code == NOT_A_FILE;
            let help = |it: Finding| match is_elsewhere(&it) {
                true => it.help("put the policy itself there, as a regular file"),
                false => it,
            };
            findings.into_iter().map(help).collect()
        })
    }
}

impl<'a> Readers<'a> {
    pub(crate) fn of(store: &'a Store) -> Self {
        Self { store, idle: Mutex::default() }
    }

    pub(super) fn store(&self) -> &'a Store {
        self.store
    }

    /// One that nobody uses, or a new one.
    pub(crate) fn lend(&self) -> Lent<'_> {
        let idle = self.idle().pop();
        Lent { reader: Some(idle.unwrap_or_else(|| self.store.reader())), owner: self }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Reader>> {
        // Whoever panicked while holding it has left a list like any other.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Lent<'_> {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        self.reader.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.owner.idle().extend(self.reader.take());
    }
}

impl Merge {
    /// The folder as the change has it.
    pub(crate) fn head(&self) -> Snapshot {
        Snapshot { commit: self.head, ..self.into.clone() }
    }

    /// The folder where branch and change last were one.
    pub(crate) fn base(&self) -> Snapshot {
        Snapshot { commit: self.base, ..self.into.clone() }
    }

    fn policy(&self, name: &str) -> Reading {
        let file = self.into.file(POLICY_FILE);
        let side = |repo: &Repo| -> Result<Snapshot, git::Error> {
            let [base, head] = [self.base, self.head].map(|commit| repo.entry_at(commit, &file));
            Ok(if base? == head? { self.into.clone() } else { self.head() })
        };
        let side = Repo::open(&self.into.repository).and_then(|repo| side(&repo));
        let side = side.map_err(|error| {
            let file = SourceFile::new(format!("{name}/{POLICY_FILE}"), "");
            vec![lost(&Arc::new(file), &error)]
        })?;
        Store::Commit(side).policy(name)
    }
}

impl Snapshot {
    /// The path of a file of the register from the root of the commit.
    pub(crate) fn file(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }
}

impl Reader {
    /// Reads a file that must be a regular one of at most `max_size` bytes of UTF-8.
    pub(crate) fn read(&self, entry: &Entry, max_size: u64) -> Reading {
        let (bytes, is_executable) = self.open(entry, max_size)?;
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let file = entry.source(String::from_utf8_lossy(error.as_bytes()));
                let valid = error.utf8_error().valid_up_to();
                return Err(vec![characters::not_utf8(&file, error.as_bytes(), valid)]);
            }
        };
        let file = entry.source(text);
        let findings = if is_executable { vec![executable(&file)] } else { Vec::new() };
        Ok((file, findings))
    }

    /// The bytes of a file that must be a regular one of at most `max_size`.
    pub(super) fn bytes(&self, entry: &Entry, max_size: u64) -> Result<Vec<u8>, Vec<Finding>> {
        self.open(entry, max_size).map(|(bytes, _)| bytes)
    }

    fn open(&self, entry: &Entry, max_size: u64) -> Result<Bytes, Vec<Finding>> {
        match &entry.at {
            At::Path(path) => disk_file(entry, path, max_size),
            At::Object { id, mode } => self.blob(entry, *id, *mode, max_size),
            At::Folders(_) => Err(vec![not_a_file(&entry.source(""))]),
        }
    }

    fn blob(
        &self,
        entry: &Entry,
        id: ObjectId,
        mode: Mode,
        max_size: u64,
    ) -> Result<Bytes, Vec<Finding>> {
        match mode {
            Mode::File | Mode::Executable => {}
            Mode::Symlink => return Err(vec![symlink(&entry.source(""))]),
            Mode::Folder | Mode::Submodule | Mode::Unknown => {
                return Err(vec![not_a_file(&entry.source(""))]);
            }
        }
        match self.repo().and_then(|repo| repo.blob(id, max_size)) {
            Ok(Some(bytes)) => Ok((bytes, mode == Mode::Executable)),
            Ok(None) => Err(vec![too_large(&entry.source(""), max_size)]),
            Err(error) => Err(vec![lost(&entry.source(""), &error)]),
        }
    }

    /// The repository of a commit; only the files of a directory are read without one.
    pub(super) fn repo(&self) -> Result<&Repo, git::Error> {
        self.repo.as_ref().map_err(git::Error::clone)
    }
}

impl Entry {
    /// The object of a commit that it is.
    pub(super) fn object(&self) -> Option<ObjectId> {
        match self.at {
            At::Object { id, .. } => Some(id),
            At::Path(_) | At::Folders(_) => None,
        }
    }

    pub(super) fn source(&self, text: impl Into<String>) -> Arc<SourceFile> {
        Arc::new(SourceFile::new(&self.name, text).with_path_bytes(self.name_bytes.clone()))
    }
}

fn disk_file(entry: &Entry, path: &Path, max_size: u64) -> Result<Bytes, Vec<Finding>> {
    let fail = |error: io::Error| match is_symlink_error(&error) {
        true => vec![symlink(&entry.source(""))],
        false => vec![unreadable(&entry.source(""), &error)],
    };
    let file = open_file(path).map_err(fail)?;
    let metadata = file.metadata().map_err(fail)?;
    if !metadata.is_file() {
        return Err(vec![not_a_file(&entry.source(""))]);
    }
    if metadata.len() > max_size {
        return Err(vec![too_large(&entry.source(""), max_size)]);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
    file.take(max_size + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > max_size {
        return Err(vec![too_large(&entry.source(""), max_size)]);
    }
    Ok((bytes, is_executable(&metadata)))
}

/// Opens a file, which a link is not, and does not wait for a pipe.
#[cfg(unix)]
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    // A FIFO must not block, and a link put here after listing must not be followed.
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC;
    fs::OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn is_symlink_error(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ELOOP)
}

#[cfg(not(unix))]
fn is_symlink_error(_error: &io::Error) -> bool {
    false
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;

    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &fs::Metadata) -> bool {
    false
}
