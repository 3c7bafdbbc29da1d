//! Where the verdicts of a register are kept: one file under the directory of git, which all work
//! trees share.
//!
//! For those who only look: `exc list`, `exc show`, `exc history`, `exc report` and `exc digest`. What decides (`exc check`,
//! `exc audit`, `exc verify`, `exc approve`, `exc review`) does not read it, since a directory of git
//! that somebody restored is somebody's work; and does not write it, so that a run whose word counts
//! leaves nothing behind.
//!
//! Invariant: never a reason to fail. What is damaged, of another owner, or no regular file in a
//! folder of its own is as good as not there, and what cannot be written is not.

use std::fs::{self, File};
use std::path::PathBuf;

use crate::commands::writing::{have_one_owner, write_private};
use crate::git::{self, Mode, ObjectId, Repo};
use crate::history::{self, About, Audit, Kept};
use crate::register::open_file;

/// The folder below the directory of git.
const FOLDER: &str = "exc";
/// Bytes that a file may have.
const MAX_SIZE: u64 = 256 * 1024 * 1024;
/// Commits that may have landed since, if they left the register alone.
const MAX_SINCE: usize = 500;

/// Whether verdicts are kept.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct CacheArgs {
    /// Judge the whole history again, and keep nothing of it under the directory of git
    #[arg(long)]
    pub(crate) no_cache: bool,
}

/// The file for the verdicts of one register.
pub(crate) struct Cache {
    path: PathBuf,
    folder: String,
}

impl Cache {
    /// Its place, which is made where it is not there; none where it cannot be had.
    pub(crate) fn of(repo: &Repo, folder: &str) -> Option<Self> {
        let place = place(repo)?;
        let name = format!("history-{}", &history::digest(folder.as_bytes())[..16]);
        Some(Self { path: place.join(name), folder: folder.to_owned() })
    }

    /// What is kept, if it is what the history up to `tip` says. Nothing can have been made after
    /// `now`, where that is known.
    pub(crate) fn open(&self, repo: &Repo, tip: ObjectId, now: Option<i64>) -> Option<Kept<File>> {
        let file = open_file(&self.path).ok()?;
        let (own, around) = (file.metadata().ok()?, fs::metadata(self.path.parent()?).ok()?);
        if !own.is_file() || own.len() > MAX_SIZE || !have_one_owner(&own, &around) {
            return None;
        }
        let kept = Kept::open(file)?;
        let about = kept.about();
        let is_current = about.folder == self.folder && is_current(about, repo, tip, now).ok()?;
        is_current.then_some(kept)
    }

    pub(crate) fn keep(&self, about: About, audit: &Audit) {
        let Ok(parts) = history::encode(about, audit) else { return };
        if parts.iter().map(|part| part.len() as u64).sum::<u64>() <= MAX_SIZE {
            // The next run judges again.
            let _ = write_private(&self.path, &parts);
        }
    }
}

/// The folder for what `exc` keeps of a repository, which is made where it is not there; none where
/// it cannot be had.
pub(crate) fn place(repo: &Repo) -> Option<PathBuf> {
    let shared = repo.shared_directory();
    let place = shared.join(FOLDER);
    let is_new = make_private(&place).is_ok();
    let (own, around) = (fs::symlink_metadata(&place).ok()?, fs::metadata(shared).ok()?);
    if !own.is_dir() || !have_one_owner(&own, &around) {
        if is_new {
            let _ = fs::remove_dir(&place);
        }
        return None;
    }
    Some(place)
}

/// The tree of a folder at a commit, if there is one.
pub(crate) fn tree_of(
    repo: &Repo,
    commit: ObjectId,
    folder: &str,
) -> Result<Option<ObjectId>, git::Error> {
    let entry = repo.entry_at(commit, folder)?;
    Ok(entry.filter(|entry| entry.mode == Mode::Folder).map(|entry| entry.id))
}

/// Whether the history up to a tip says the same: nothing has landed since, or only commits that
/// leave the register alone, each no earlier than the one before it, so that no date contradicts
/// another that did not.
fn is_current(
    about: &About,
    repo: &Repo,
    tip: ObjectId,
    now: Option<i64>,
) -> Result<bool, git::Error> {
    let mut next = tip;
    let mut latest = now.unwrap_or(i64::MAX);
    for _ in 0..=MAX_SINCE {
        if next == about.tip {
            return Ok(about.latest <= latest);
        }
        let header = repo.header(next)?;
        let Some(&parent) = header.parents.first() else { return Ok(false) };
        if header.claimed() > latest || tree_of(repo, next, &about.folder)? != about.tree {
            return Ok(false);
        }
        (latest, next) = (header.claimed(), parent);
    }
    Ok(false)
}

/// Makes a folder that only its user can look into.
#[cfg(unix)]
pub(crate) fn make_private(path: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
pub(crate) fn make_private(path: &std::path::Path) -> std::io::Result<()> {
    fs::create_dir(path)
}
