//! Files that are written whole or not at all: to a temporary file beside the target, synced, then
//! renamed. Every file that `exc` writes is written here, but for the step summary of a runner, to
//! which others have written before (`check`). [`folders`] makes folders in the same way.
//!
//! Invariant: whoever removes what is pending ([`abandon_writes`]) leaves no temporary file behind.
//! A temporary file or folder exists only while it is pending; both change under one lock.

pub(crate) mod folders;

use std::fs::{File, Metadata};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use tempfile::{TempDir, TempPath};

/// How the name of what is not complete begins: of no record.
const PREFIX: &str = ".exc-";
/// The permissions of a file that anybody may read.
const USUAL: u32 = 0o666;

/// What is to be removed however the run ends.
static PENDING: Mutex<Pending> = Mutex::new(Pending { files: Vec::new(), folders: Vec::new() });

/// Temporary files and folders; one that is dropped is removed.
struct Pending {
    /// Those that are being written.
    files: Vec<TempPath>,
    folders: Vec<TempDir>,
}

/// Removes the files that are half written, so that the process can end. No write begins or
/// completes until the result is dropped.
#[must_use = "without it, the next write leaves its file behind"]
pub fn abandon_writes() -> impl Sized {
    let mut pending = pending();
    pending.files.clear();
    pending.folders.clear();
    pending
}

/// Writes a file whole or not at all; one that is there keeps its permissions.
pub(crate) fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let attempt = || -> io::Result<()> {
        // A device or a pipe is written to as it is; only a regular file can be replaced.
        let before = std::fs::metadata(path).ok();
        if before.as_ref().is_some_and(|it| !it.is_file() && !it.is_dir()) {
            let mut sink = BufWriter::new(std::fs::OpenOptions::new().write(true).open(path)?);
            write(&mut sink)?;
            return sink.flush();
        }
        let mut temporary = Temporary::beside(path, USUAL)?;
        let mut sink = BufWriter::new(&mut temporary.file);
        write(&mut sink)?;
        sink.flush()?;
        drop(sink);
        if let Some(before) = before.filter(Metadata::is_file) {
            temporary.file.set_permissions(before.permissions())?;
        }
        temporary.complete(|temporary| Ok(temporary.persist(path)?))
    };
    attempt().map_err(cause).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Writes a new file whole or not at all; `false` where one of this name exists, which is kept.
pub(crate) fn create_file(path: &Path, bytes: &[u8]) -> anyhow::Result<bool> {
    let attempt = || -> io::Result<bool> {
        if std::fs::symlink_metadata(path).is_ok() {
            return Ok(false);
        }
        let mut temporary = Temporary::beside(path, USUAL)?;
        temporary.file.write_all(bytes)?;
        temporary.complete(|temporary| match temporary.persist_noclobber(path) {
            Ok(()) => Ok(true),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error.error),
        })
    };
    attempt().map_err(cause).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Why a file with a known text cannot be replaced, in words that follow its name.
pub(crate) fn obstacle(path: &Path, known: &str) -> io::Result<Option<&'static str>> {
    let metadata = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Some("was removed meanwhile"));
        }
        metadata => metadata?,
    };
    if !metadata.is_file() {
        return Ok(Some("is no regular file"));
    }
    // A rename does not ask; whoever took the permission away meant it.
    if metadata.permissions().readonly() {
        return Ok(Some("is read-only"));
    }
    let is_known = std::fs::read(path)? == known.as_bytes();
    Ok((!is_known).then_some("was changed meanwhile"))
}

/// Replaces a regular file whose text is known, whole or not at all, and keeps its permissions.
/// Whoever replaces it in the same way at the same time waits; what somebody has changed since it
/// was read is left as it is, and told why.
pub(crate) fn replace_file(
    path: &Path,
    known: &str,
    text: &str,
) -> anyhow::Result<Option<&'static str>> {
    let attempt = || -> io::Result<Option<&'static str>> {
        // Before anything is opened, which a pipe would answer with silence.
        if let Some(obstacle) = obstacle(path, known)? {
            return Ok(Some(obstacle));
        }
        let old = File::open(path)?;
        // A file system without locks still has the comparison.
        let _ = old.lock();
        if let Some(obstacle) = obstacle(path, known)? {
            return Ok(Some(obstacle));
        }
        let mut temporary = Temporary::beside(path, USUAL)?;
        temporary.file.write_all(text.as_bytes())?;
        temporary.file.set_permissions(old.metadata()?.permissions())?;
        temporary.complete(|temporary| {
            // Once more: writing took its time.
            let obstacle = obstacle(path, known)?;
            if obstacle.is_none() {
                temporary.persist(path)?;
            }
            Ok(obstacle)
        })
    };
    attempt().map_err(cause).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Writes a file that only its user can read, whole or not at all, into a folder of the same user;
/// its parts follow each other. What can be made or typed again is not worth waiting for the
/// disk.
pub(crate) fn write_private(path: &Path, parts: &[Vec<u8>]) -> io::Result<()> {
    let mut temporary = Temporary::beside(path, 0o600)?;
    let folder = std::fs::metadata(path.parent().unwrap_or(path))?;
    if !have_one_owner(&temporary.file.metadata()?, &folder) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    parts.iter().try_for_each(|part| temporary.file.write_all(part))?;
    temporary.rename(|temporary| Ok(temporary.persist(path)?))
}

/// Whether two files belong to the same user, where a system has users.
#[cfg(unix)]
pub(crate) fn have_one_owner(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    a.uid() == b.uid()
}

#[cfg(not(unix))]
pub(crate) fn have_one_owner(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// A temporary file that is pending; dropped, it is gone.
struct Temporary {
    file: File,
    path: PathBuf,
}

impl Temporary {
    /// With these permissions, less what the user's mask takes away.
    fn beside(path: &Path, mode: u32) -> io::Result<Self> {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(mode));
        }
        #[cfg(not(unix))]
        let _ = mode;
        let mut pending = pending();
        let temporary = builder.tempfile_in(directory.unwrap_or(Path::new(".")))?;
        let (file, temporary) = temporary.into_parts();
        let path = temporary.to_path_buf();
        pending.files.push(temporary);
        Ok(Self { file, path })
    }

    /// Gives the file its name, once all of it has reached the disk.
    fn complete<T>(self, persist: impl FnOnce(TempPath) -> io::Result<T>) -> io::Result<T> {
        self.file.sync_all()?;
        self.rename(persist)
    }

    /// The same without waiting for the disk.
    fn rename<T>(self, persist: impl FnOnce(TempPath) -> io::Result<T>) -> io::Result<T> {
        let mut pending = pending();
        let temporary = take(&mut pending.files, &self.path);
        persist(temporary.ok_or(io::ErrorKind::Interrupted)?)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let mut pending = pending();
        drop(take(&mut pending.files, &self.path));
    }
}

fn pending() -> MutexGuard<'static, Pending> {
    // Whoever panicked while holding it has left lists of paths like any other.
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take(pending: &mut Vec<TempPath>, path: &Path) -> Option<TempPath> {
    let at = pending.iter().position(|known| **known == *path)?;
    Some(pending.swap_remove(at))
}

/// The cause of a failure to write, without the name of the temporary file, which nobody knows.
fn cause(error: io::Error) -> io::Error {
    // The library puts it behind the system's words, and keeps those nowhere else.
    match error.to_string().split_once(" at path \"") {
        Some((words, _)) => io::Error::new(error.kind(), words.to_owned()),
        None => error,
    }
}

/// Held by a test while it writes: another one may remove all that is pending.
#[cfg(test)]
static ALONE: Mutex<()> = Mutex::new(());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f10_an_abandoned_write_leaves_the_old_file_and_no_other() {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = tempfile::tempdir().expect("a temporary directory");
        let n_files = || std::fs::read_dir(directory.path()).expect("a directory").count();
        let path = directory.path().join("found.txt");
        std::fs::write(&path, "older").expect("a file is written");

        let mut n_during = (0, 0);
        let written = write_file(&path, |out| {
            out.write_all(b"newer")?;
            n_during.0 = n_files();
            drop(abandon_writes());
            n_during.1 = n_files();
            out.write_all(b" still")
        });
        assert!(written.is_err());
        assert_eq!((n_during, n_files()), ((2, 1), 1));
        assert_eq!(std::fs::read_to_string(&path).expect("a text"), "older");

        write_file(&path, |out| out.write_all(b"newer")).expect("writing goes on");
        assert_eq!(std::fs::read_to_string(&path).expect("a text"), "newer");
        assert_eq!(n_files(), 1);
    }
}
