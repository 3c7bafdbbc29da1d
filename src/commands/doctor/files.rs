//! The files around a register: those of the work tree, or of the commit that a bare repository
//! names.
//!
//! Only regular files of a sane size are read; git follows no link to these files either.

use std::fs;
use std::path::Path;

use super::Site;
use crate::git::{self, Mode, ObjectId, Repo};
use crate::register::{MAX_POLICY_SIZE, Store};

/// Folders below each other that are looked through.
const MAX_DEPTH: usize = 16;

pub(super) enum Files<'a> {
    Disk(&'a Path),
    Commit(Repo, ObjectId),
}

impl<'a> Files<'a> {
    pub(super) fn of(site: &'a Site) -> Result<Self, git::Error> {
        Ok(match &site.store {
            Some(Store::Commit(it)) => Self::Commit(Repo::open(&it.repository)?, it.commit),
            Some(Store::Directory(_) | Store::Merged(_)) | None => Self::Disk(&site.root),
        })
    }

    /// The text of a file, whose path is relative to the root; `None` where there is no such file.
    pub(super) fn text(&self, path: &str) -> Result<Option<String>, String> {
        match self {
            Self::Disk(root) => on_disk(&root.join(path)),
            Self::Commit(repo, commit) => {
                in_commit(repo, *commit, path).map_err(|it| it.to_string())
            }
        }
    }

    /// Whether there is such a file or folder.
    pub(super) fn has(&self, path: &str) -> bool {
        match self {
            Self::Disk(root) => fs::symlink_metadata(root.join(path)).is_ok(),
            Self::Commit(repo, commit) => matches!(repo.entry_at(*commit, path), Ok(Some(_))),
        }
    }

    /// The folders that have a file of a name: those on the way to a folder, itself, and those
    /// below it; the higher ones first.
    pub(super) fn folders_with(&self, name: &str, folder: &str) -> Result<Vec<String>, String> {
        let ends = folder.match_indices('/').map(|(at, _)| at);
        let mut folders = vec![String::new()];
        folders.extend(ends.map(|at| folder[..at].to_owned()));
        let mut below = match self {
            Self::Disk(root) => folders_below(root, folder),
            Self::Commit(repo, commit) => {
                let files = repo.files_at(*commit, folder).map_err(|it| it.to_string())?;
                let above = |path: &str| path.rsplit_once('/').map(|(above, _)| above.to_owned());
                files.iter().filter_map(|file| above(&file.path)).collect()
            }
        };
        below.push(folder.to_owned());
        below.sort_by_key(|folder| (folder.matches('/').count(), folder.clone()));
        below.dedup();
        folders.extend(below);
        folders.retain(|folder| self.has(&join(folder, name)));
        Ok(folders)
    }
}

/// A path in a folder, which is empty for the root.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// A file's text, made readable where it is not UTF-8.
pub(crate) fn on_disk(path: &Path) -> Result<Option<String>, String> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(None) };
    if !metadata.is_file() {
        return Ok(None);
    }
    if metadata.len() > MAX_POLICY_SIZE {
        return Err("it is too large".to_owned());
    }
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn in_commit(repo: &Repo, commit: ObjectId, path: &str) -> Result<Option<String>, git::Error> {
    let Some(entry) = repo.entry_at(commit, path)? else { return Ok(None) };
    if !matches!(entry.mode, Mode::File | Mode::Executable) {
        return Ok(None);
    }
    let bytes = repo.blob(entry.id, MAX_POLICY_SIZE)?.unwrap_or_default();
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The folders below a folder. One that cannot be read is a finding of `exc check`.
fn folders_below(root: &Path, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut pending = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = pending.pop() {
        let Ok(entries) = fs::read_dir(root.join(&folder)) else { continue };
        for entry in entries.flatten() {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if let (true, Some(name)) = (is_folder && depth < MAX_DEPTH, entry.file_name().to_str())
            {
                let below = join(&folder, name);
                pending.push((below.clone(), depth + 1));
                found.push(below);
            }
        }
    }
    found
}
