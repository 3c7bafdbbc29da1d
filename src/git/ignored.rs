//! What git leaves out of every commit, unless somebody insists.

use std::path::Path;

use super::{Error, Repo};

impl Repo {
    /// Whether `git add` leaves a file out, whose path is relative to the root of the work tree and
    /// which may not exist yet: a line of an ignore file is about it, and the index has it not.
    pub(crate) fn ignores(&self, path: &str) -> Result<bool, Error> {
        if self.inner.is_bare() {
            return Ok(false);
        }
        let is_ignored = self.inner.is_path_ignored(path).map_err(|error| self.error(&error))?;
        if !is_ignored {
            return Ok(false);
        }
        let index = self.inner.index().map_err(|error| self.error(&error))?;
        Ok(index.get_path(Path::new(path), 0).is_none())
    }
}
