//! Folders: one with all that belongs into it, or none; and one for what another program has to be
//! given as a file.
//!
//! Invariant: a folder that is new appears whole. What is not complete is pending, like a file.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{PREFIX, create_file, pending};
use crate::commands::Failure;

/// The permissions of a folder that anybody may look into.
#[cfg(unix)]
const USUAL: u32 = 0o777;

/// A folder of one run, which does not exist yet or is empty. Dropped before it is complete, a new
/// one is gone.
pub(crate) struct Folder {
    target: PathBuf,
    /// Where the files are meanwhile; none where the folder exists, which may be a place that cannot
    /// be replaced.
    temporary: Option<PathBuf>,
}

impl Folder {
    pub(crate) fn new(target: &Path) -> anyhow::Result<Self> {
        refuse_used(target)?;
        let target = target.to_owned();
        if target.is_dir() {
            return Ok(Self { target, temporary: None });
        }
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(USUAL));
        }
        let attempt = || {
            fs::create_dir_all(parent)?;
            let mut pending = pending();
            let folder = builder.tempdir_in(parent)?;
            let path = folder.path().to_owned();
            pending.folders.push(folder);
            Ok(path)
        };
        let made = attempt().map_err(super::cause);
        let temporary = made.with_context(|| cannot_make(&target))?;
        Ok(Self { target, temporary: Some(temporary) })
    }

    /// Writes a file below it, whole or not at all.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<PathBuf> {
        let path = self.target.join(name);
        let folder = self.temporary.as_ref().unwrap_or(&self.target);
        let now = folder.join(name);
        let below = now.parent().unwrap_or(folder);
        if self.temporary.is_none() {
            fs::create_dir_all(below).with_context(|| cannot_make(below))?;
            // Somebody else may have found the folder empty too.
            return match create_file(&path, bytes)? {
                true => Ok(path),
                false => Err(used(&self.target).into()),
            };
        }
        let attempt = || -> io::Result<fs::File> {
            // Whoever removes the folder finds all that is in it.
            let _pending = pending();
            fs::create_dir_all(below)?;
            let mut file = fs::File::create(&now)?;
            file.write_all(bytes)?;
            Ok(file)
        };
        let written = attempt().and_then(|file| file.sync_all());
        written.with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(path)
    }

    /// Gives the folder its name, once all that belongs into it is there.
    pub(crate) fn complete(mut self) -> anyhow::Result<()> {
        let Some(temporary) = self.temporary.take() else { return Ok(()) };
        let mut pending = pending();
        let at = pending.folders.iter().position(|folder| folder.path() == temporary);
        let at = at.with_context(|| cannot_make(&self.target))?;
        let folder = pending.folders.swap_remove(at);
        match fs::rename(folder.path(), &self.target) {
            Ok(()) => {
                let _ = folder.keep();
                Ok(())
            }
            Err(error) => {
                // Somebody else has made one meanwhile.
                refuse_used(&self.target)?;
                Err(error).with_context(|| cannot_make(&self.target))
            }
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            pending().folders.retain(|folder| folder.path() != temporary);
        }
    }
}

fn cannot_make(folder: &Path) -> String {
    format!("cannot make the folder `{}`", folder.display())
}

/// Refuses a folder that holds something: it is one run's, and nothing is overwritten.
pub(crate) fn refuse_used(folder: &Path) -> Result<(), Failure> {
    let is_used = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => fs::symlink_metadata(folder).is_ok(),
    };
    if is_used {
        return Err(used(folder));
    }
    Ok(())
}

fn used(folder: &Path) -> Failure {
    Failure::new(format!("`{}` is there already, and not empty", folder.display()))
        .hint("name a folder that does not exist yet")
}

/// A folder that only its user can look into, outside of the register; dropped, it is gone with all
/// that stands in it.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let mut pending = pending();
        let made = tempfile::Builder::new().prefix("exc-").tempdir();
        let folder = made.context("cannot make a temporary folder")?;
        let path = folder.path().to_owned();
        pending.folders.push(folder);
        Ok(Self(path))
    }

    /// Writes a file into it, and gives its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        let path = self.0.join(name);
        // Whoever removes the folder finds all that is in it.
        let _pending = pending();
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut pending = pending();
        pending.folders.retain(|folder| folder.path() != self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::PoisonError;

    use super::super::{ALONE, abandon_writes};
    use super::*;

    #[test]
    fn a_folder_for_another_program_is_gone_when_the_run_ends() {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let scratch = Scratch::new().expect("a folder");
        let path = scratch.write("statement", "text").expect("a file");
        fs::write(path.with_extension("sig"), "signature").expect("another file");
        drop(scratch);
        assert!(!path.parent().expect("a folder").exists());

        let abandoned = Scratch::new().expect("a folder");
        let path = abandoned.write("statement", "text").expect("a file");
        drop(abandon_writes());
        assert!(!path.parent().expect("a folder").exists());
    }

    #[test]
    fn a_new_folder_appears_whole_or_not_at_all() {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let root = tempfile::tempdir().expect("a folder");
        let n_entries = || fs::read_dir(root.path()).expect("a folder").count();
        let target = root.path().join("pack");
        let fill = |folder: &Folder| folder.write("records/a.yaml", b"a").expect("a file");

        let dropped = Folder::new(&target).expect("a folder");
        fill(&dropped);
        assert!(!target.exists());
        drop(dropped);
        let abandoned = Folder::new(&target).expect("a folder");
        fill(&abandoned);
        drop(abandon_writes());
        assert!(abandoned.complete().is_err());
        assert_eq!(n_entries(), 0);

        let (first, second) = (Folder::new(&target), Folder::new(&target));
        let (first, second) = (first.expect("a folder"), second.expect("a folder"));
        fill(&first);
        fill(&second);
        first.complete().expect("a folder");
        let error = second.complete().expect_err("it is there").to_string();
        assert!(error.ends_with("pack` is there already, and not empty"), "{error}");
        assert_eq!((n_entries(), target.join("records/a.yaml").is_file()), (1, true));
    }

    #[test]
    fn a_folder_that_is_there_and_empty_is_filled_where_it_is() {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let root = tempfile::tempdir().expect("a folder");
        let (first, second) = (Folder::new(root.path()), Folder::new(root.path()));
        let (first, second) = (first.expect("a folder"), second.expect("a folder"));
        first.write("a.md", b"a").expect("a file");
        let error = second.write("a.md", b"b").expect_err("it is there").to_string();
        assert!(error.ends_with("is there already, and not empty"), "{error}");
        first.complete().expect("complete");
        assert_eq!(fs::read(root.path().join("a.md")).expect("a file"), b"a");
    }
}
