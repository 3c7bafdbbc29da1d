//! The files that a command is asked to look at, as the register knows them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::workspace::slashed;
use super::{Failure, Globals, Workspace, normal};
use crate::env::Env;
use crate::finding::Finding;
use crate::git::{Mode, Repo};
use crate::register::{Merge, POLICY_FILE, Register, Snapshot, Store, displayed};

/// The files that were named on the command line, as the register knows them.
pub(super) struct Selection {
    names: BTreeSet<String>,
    directories: Vec<String>,
}

impl Selection {
    /// A name that is none of these paths, and no folder of any.
    pub(super) fn missing_from(&self, known: &BTreeSet<&str>) -> Option<&str> {
        let unknown = self.names.iter().find(|name| !known.contains(name.as_str()));
        let is_empty =
            |directory: &&String| !known.iter().any(|path| path.starts_with(directory.as_str()));
        unknown.or_else(|| self.directories.iter().find(is_empty)).map(String::as_str)
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.names.contains(path)
            || self.directories.iter().any(|directory| path.starts_with(directory.as_str()))
    }
}

pub(super) fn select(
    paths: &[PathBuf],
    globals: &Globals,
    env: &Env<'_>,
    workspace: &Workspace,
) -> anyhow::Result<Option<Selection>> {
    if paths.is_empty() {
        return Ok(None);
    }
    let mut selection = Selection { names: BTreeSet::new(), directories: Vec::new() };
    let directory = match &workspace.store {
        Store::Directory(directory) => directory,
        Store::Commit(snapshot) | Store::Merged(Merge { into: snapshot, .. }) => {
            select_in(snapshot, paths, workspace, &mut selection)?;
            return Ok(Some(selection));
        }
    };
    for path in paths {
        let absolute = normal(&globals.cwd(env).join(path));
        if directory.starts_with(&absolute) {
            return Ok(None);
        }
        // A symbolic link that dangles is there, and is a finding.
        let metadata = std::fs::symlink_metadata(&absolute);
        let relative = absolute.strip_prefix(directory).ok();
        let (Some(relative), Ok(metadata)) = (relative, metadata) else {
            return Err(not_in_register(path, workspace));
        };
        if let Some(link) = link_above(directory, relative) {
            let message =
                format!("`{}` leads through `{}`, a symbolic link", path.display(), link.display());
            return Err(Failure::new(message)
                .hint("links are not followed: name the file itself")
                .into());
        }
        let below = |parent: String, part: &OsStr| displayed(&parent, part.as_encoded_bytes()).0;
        let name = relative.iter().fold(workspace.name.clone(), below);
        if metadata.is_dir() {
            selection.directories.push(format!("{name}/"));
        } else {
            selection.names.insert(name);
        }
    }
    Ok(Some(selection))
}

/// Selects by the paths that files have in a commit.
fn select_in(
    snapshot: &Snapshot,
    paths: &[PathBuf],
    workspace: &Workspace,
    selection: &mut Selection,
) -> anyhow::Result<()> {
    let repo = Repo::open(&snapshot.repository).map_err(Failure::from)?;
    for path in paths {
        let name = slashed(&normal(path));
        let is_inside = Path::new(&name).starts_with(&workspace.name);
        let entry = repo.entry_at(snapshot.commit, &name).map_err(Failure::from)?;
        match entry.filter(|_| is_inside).map(|entry| entry.mode) {
            None => return Err(not_in_register(path, workspace)),
            Some(Mode::Folder) => selection.directories.push(format!("{name}/")),
            Some(_) => {
                selection.names.insert(name);
            }
        }
    }
    Ok(())
}

fn not_in_register(path: &Path, workspace: &Workspace) -> anyhow::Error {
    let message = format!("`{}` is not in the register `{}`", path.display(), workspace.name);
    Failure::new(message).hint("name files of the register, or none for all").into()
}

/// The first part of a path below `root` that is a symbolic link, but for the last part.
fn link_above(root: &Path, relative: &Path) -> Option<PathBuf> {
    let parents = relative.ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty());
    let is_link = |parent: &PathBuf| {
        std::fs::symlink_metadata(root.join(parent)).is_ok_and(|metadata| metadata.is_symlink())
    };
    parents.map(Path::to_owned).collect::<Vec<_>>().into_iter().rev().find(is_link)
}

/// Refuses a path that names nothing that was judged: a check of nothing is no pass.
pub(super) fn check_selection(
    selection: &Selection,
    register: &Register,
    findings: &[Finding],
    workspace: &Workspace,
) -> anyhow::Result<()> {
    let records = register.records.iter().map(|record| record.file().path());
    let policy = format!("{}/{POLICY_FILE}", workspace.name);
    let known: BTreeSet<&str> = records
        .chain(findings.iter().map(|finding| finding.place.file.path()))
        .chain([policy.as_str()])
        .collect();
    match selection.missing_from(&known) {
        None => Ok(()),
        Some(name) => Err(holds_no_record(name).into()),
    }
}

pub(super) fn holds_no_record(name: &str) -> Failure {
    Failure::new(format!("`{name}` holds no record"))
        .hint("name files of the register, or none for all")
}

pub(super) fn n_judged(register: &Register, selected: Option<&Selection>) -> usize {
    // A record may have been read in part only; whoever counts must not count it twice.
    let is_judged = |path: &str| {
        selected.is_none_or(|selected| selected.has(path))
            && register.unreadable.binary_search_by(|known| known.as_str().cmp(path)).is_err()
    };
    register.records.iter().filter(|record| is_judged(record.file().path())).count()
}
