//! Where results may go: nowhere into a register or the directory of git, where each file means
//! something.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{Failure, Globals, normal, workspace};
use crate::env::Env;
use crate::git::Repo;

/// The directories of the registers that a command is about.
pub(super) fn registers(globals: &Globals, env: &Env<'_>) -> Vec<PathBuf> {
    let all = globals.for_each_register();
    all.iter().filter_map(|globals| workspace::directory(globals, env)).collect()
}

/// Refuses files that stand in a register or in the directory of git, or would: one of its own would
/// be lost, and another is none of it.
pub(super) fn refuse_inside<'p>(
    files: impl IntoIterator<Item = &'p Path>,
    registers: &[PathBuf],
    globals: &Globals,
    env: &Env<'_>,
) -> Result<(), Failure> {
    let cwd = globals.cwd(env);
    let registers: Vec<PathBuf> = registers.iter().map(|it| real(it)).collect();
    for file in files {
        let path = normal(&cwd.join(file));
        let folder = path.parent().map(real).unwrap_or_default();
        if registers.iter().any(|register| folder.starts_with(register)) {
            let message = format!(
                "`{}` is in the register, which holds its policy, records and approvals, and no results",
                file.display()
            );
            return Err(Failure::new(message).hint("name a file outside of the register"));
        }
        if is_of_git(&folder, &path, &cwd) {
            let message = format!(
                "`{}` is in the directory of git, which holds its history and settings, and no results",
                file.display()
            );
            return Err(Failure::new(message).hint("name a file outside of that directory"));
        }
    }
    Ok(())
}

/// Whether a file is git's own: below a `.git`, that itself, or in a directory of the repository that
/// is elsewhere. In a bare repository there is no other place.
fn is_of_git(folder: &Path, path: &Path, cwd: &Path) -> bool {
    let is_named_so = |name: &OsStr| name.eq_ignore_ascii_case(".git");
    if path.file_name().is_some_and(is_named_so) || folder.iter().any(is_named_so) {
        return true;
    }
    // One that cannot be read says so to whoever reads it.
    let Ok(Some(repo)) = Repo::discover(cwd) else { return false };
    repo.root().is_some() && folder.starts_with(real(repo.directory()))
}

/// A folder without links on the way, as far as it exists.
fn real(folder: &Path) -> PathBuf {
    std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
}
