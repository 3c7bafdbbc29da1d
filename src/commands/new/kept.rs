//! Where a draft is kept until its record is written: in a folder of its own under the directory of
//! git, and without a repository in the folder for temporary files.
//!
//! Invariant: nothing that somebody typed is lost, however the run ends; what is kept goes once the
//! record is written, or is nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use super::Args;
use super::draft::Draft;
use crate::commands::cache::{make_private, place};
use crate::commands::writing::write_private;
use crate::commands::{Failure, Workspace, mainline, shown_path};
use crate::env::Env;
use crate::register::MAX_RECORD_SIZE;
use crate::source::{self, schema::UNKNOWN_KEY};
use crate::text::{SourceFile, shell_word};

/// The folder below that for what `exc` keeps.
const FOLDER: &str = "drafts";

/// The file of a draft, if there is one.
pub(super) struct Kept {
    /// The folder of the repository; none where there is no repository.
    folder: Option<PathBuf>,
    /// The folder for temporary files.
    temporary: PathBuf,
    path: Option<PathBuf>,
    /// Whether the file is not somebody's own.
    is_ours: bool,
}

impl Kept {
    /// The draft to go on with, or the place for a new one.
    pub(super) fn new(args: &Args, workspace: &Workspace, env: &Env<'_>) -> anyhow::Result<Self> {
        let repo = mainline::repository(workspace)?;
        let folder = repo.and_then(|repo| place(&repo)).map(|place| place.join(FOLDER));
        let temporary = env.var("TMPDIR").map_or_else(std::env::temp_dir, PathBuf::from);
        let mut kept = Self { folder, temporary, path: None, is_ours: true };
        match &args.resume {
            None => {}
            Some(Some(named)) => {
                let path = env.cwd.join(named);
                let is_ours = |folder: &PathBuf| path.parent() == Some(folder);
                kept.is_ours = kept.folder.as_ref().is_some_and(is_ours);
                kept.path = Some(path);
            }
            Some(None) => kept.path = Some(kept.newest()?),
        }
        Ok(kept)
    }

    fn newest(&self) -> Result<PathBuf, Failure> {
        let entries = self.folder.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
        let files = entries.filter_map(|entry| {
            let entry = entry.ok()?;
            let metadata = entry.metadata().ok().filter(|it| it.is_file())?;
            let name = entry.file_name();
            let is_draft = Path::new(&name).extension().is_some_and(|it| it == "yaml");
            is_draft.then_some((metadata.modified().ok()?, entry.path()))
        });
        files.max().map(|(_, path)| path).ok_or_else(|| {
            Failure::new("no draft of this repository is kept")
                .hint("run `exc new`, or name a file with `--resume FILE`")
        })
    }

    /// The text that is kept.
    pub(super) fn text(&self) -> anyhow::Result<String> {
        let path = self.path.as_deref().context("there is a draft")?;
        let shown = || format!("cannot read the draft `{}`", path.display());
        let metadata = fs::metadata(path).with_context(shown)?;
        if !metadata.is_file() || metadata.len() > MAX_RECORD_SIZE {
            return Err(Failure::new(format!("`{}` is no draft of a record", path.display()))
                .hint("name a file of YAML with `--resume FILE`")
                .into());
        }
        fs::read_to_string(path).with_context(shown)
    }

    /// The draft as far as it can be read.
    pub(super) fn draft(&self, workspace: &Workspace) -> anyhow::Result<Draft> {
        let file = Arc::new(SourceFile::new("draft.yaml", self.text()?));
        let (record, found) = source::load(&file, &workspace.policy.record_schema);
        let record = record.ok_or_else(|| {
            Failure::new("the draft is not the YAML of a record")
                .hint("`exc new --edit --resume` opens it in an editor")
        })?;
        // A key that nobody asks about would be lost.
        if let Some(unknown) = found.iter().find(|it| *it.code == UNKNOWN_KEY) {
            let line = unknown.place.start().line;
            return Err(Failure::new(format!("{} of the draft, line {line}", unknown.message))
                .hint("`exc new --edit --resume` opens it in an editor")
                .into());
        }
        Ok(Draft::of(&record, &workspace.policy)?)
    }

    /// The file of this draft, which is in a folder that only its user can look into.
    pub(super) fn path(&mut self, id: &str) -> anyhow::Result<PathBuf> {
        if let Some(path) = &self.path {
            return Ok(path.clone());
        }
        let folder = match &self.folder {
            Some(folder) => {
                let made = make_private(folder);
                let is_folder = fs::symlink_metadata(folder).is_ok_and(|it| it.is_dir());
                if !is_folder {
                    made.with_context(|| format!("cannot create `{}`", folder.display()))?;
                }
                folder.clone()
            }
            None => {
                let made =
                    tempfile::Builder::new().prefix("exc-draft-").tempdir_in(&self.temporary);
                made.with_context(|| format!("cannot use `{}`", self.temporary.display()))?.keep()
            }
        };
        let path = folder.join(format!("{id}.yaml"));
        self.path = Some(path.clone());
        Ok(path)
    }

    pub(super) fn put(&mut self, id: &str, text: &str) -> anyhow::Result<()> {
        // A file of somebody's own is read, and never written.
        if !self.is_ours {
            (self.path, self.is_ours) = (None, true);
        }
        let path = self.path(id)?;
        write_private(&path, &[text.as_bytes().to_vec()])
            .with_context(|| format!("cannot keep a draft in `{}`", path.display()))
    }

    /// The same error with the place where what was typed is kept.
    pub(super) fn told(&self, error: anyhow::Error, command: &str, env: &Env<'_>) -> anyhow::Error {
        let Some(place) = self.shown(env) else { return error };
        let known = error.downcast_ref::<Failure>().and_then(|failure| failure.hint.clone());
        let hint = format!("the draft is kept in {place}: `{command}` goes on with it");
        let hint = known.map_or(hint.clone(), |known| format!("{known}; {hint}"));
        Failure::new(format!("{error:#}")).hint(hint).into()
    }

    /// Where the draft is kept, as a person types it; none where there is none.
    pub(super) fn shown(&self, env: &Env<'_>) -> Option<String> {
        let path = self.path.as_ref().filter(|path| path.is_file())?;
        Some(shell_word(&shown_path(path, env)))
    }

    /// The command that goes on with the draft.
    pub(super) fn command(&self, verb: &str, env: &Env<'_>) -> String {
        match (&self.folder, self.is_ours, self.shown(env)) {
            (Some(_), true, _) | (_, _, None) => format!("{verb} --resume"),
            (.., Some(shown)) => format!("{verb} --resume {shown}"),
        }
    }

    /// Removes what is kept, unless it is somebody's own file.
    pub(super) fn discard(&self) {
        let Some(path) = self.path.as_ref().filter(|_| self.is_ours) else { return };
        // What cannot be removed is a file too many, and nothing is lost.
        let _ = fs::remove_file(path);
        if let (None, Some(folder)) = (&self.folder, path.parent()) {
            let _ = fs::remove_dir(folder);
        }
    }
}
