//! What a run has written, to be taken back if the rest cannot be.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::commands::writing::create_file;
use crate::commands::{Failure, shown_path};
use crate::env::Env;

/// The files and folders that were not there before, in the order in which they were made.
#[derive(Default)]
pub(super) struct Written {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Written {
    /// Writes a file and the folders that it stands in; `false` where it exists.
    pub(super) fn create(&mut self, path: &Path, text: &str) -> anyhow::Result<bool> {
        let mut missing: Vec<&Path> =
            path.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
        while let Some(folder) = missing.pop() {
            match fs::create_dir(folder) {
                Ok(()) => self.folders.push(folder.to_owned()),
                // Another run was faster.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => {}
                Err(error) => {
                    let message = format!("cannot create `{}`", folder.display());
                    return Err(anyhow::Error::new(error).context(message));
                }
            }
        }
        let is_new = create_file(path, text.as_bytes())?;
        if is_new {
            self.files.push(path.to_owned());
        }
        Ok(is_new)
    }

    /// Takes everything back; the error says what is left.
    pub(super) fn undone(self, error: anyhow::Error, env: &Env<'_>) -> anyhow::Error {
        let Self { mut files, folders } = self;
        files.retain(|file| fs::remove_file(file).is_err());
        for folder in folders.iter().rev() {
            // One that holds something by now is somebody's.
            let _ = fs::remove_dir(folder);
        }
        let hint = match files.as_slice() {
            [] => "nothing was written".to_owned(),
            left => {
                let shown: Vec<String> =
                    left.iter().map(|path| format!("`{}`", shown_path(path, env))).collect();
                format!("these are there now: {}; a later run keeps them", shown.join(", "))
            }
        };
        let known = error.downcast_ref::<Failure>().and_then(|failure| failure.hint.clone());
        let hint = known.map_or(hint.clone(), |known| format!("{known}; {hint}"));
        Failure::new(format!("{error:#}")).hint(hint).into()
    }
}
