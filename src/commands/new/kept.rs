//! Where a draft is kept until its record is written: in a folder of its own under the directory of
//! git, and without a repository in the folder for temporary files.
//!
//! Invariant: nothing that somebody typed is lost, however the run ends; what is kept goes once the
//! record is written, or is nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use super::Args;
use super::draft::Draft;
use super::template;
use crate::commands::cache::{make_private, place};
use crate::commands::writing::write_private;
use crate::commands::{Failure, Globals, Workspace, interrupts, mainline, normal, shown_path};
use crate::env::Env;
use crate::register::{MAX_RECORD_SIZE, POLICY_FILE};
use crate::render::Safe;
use crate::source;
use crate::text::{SourceFile, shell_word};

/// The folder below that for what `exc` keeps.
const FOLDER: &str = "drafts";
/// How the name of a folder for one draft begins, where there is no repository.
const TEMPORARY: &str = "exc-draft-";

/// The file of a draft, if there is one.
pub(super) struct Kept {
    /// The folder of the repository; none where there is no repository.
    folder: Option<PathBuf>,
    /// The folder for temporary files.
    temporary: PathBuf,
    path: Option<PathBuf>,
    /// Whether the file is not somebody's own.
    pub(super) is_ours: bool,
    /// How this run was called, up to its verb.
    words: String,
    verb: &'static str,
    /// Whether paths are typed as seen from another directory.
    is_elsewhere: bool,
}

impl Kept {
    /// The draft to go on with, or the place for a new one.
    pub(super) fn new(
        args: &Args,
        workspace: &Workspace,
        globals: &Globals,
        env: &Env<'_>,
    ) -> anyhow::Result<Self> {
        let repo = mainline::repository(workspace)?;
        let folder = repo.and_then(|repo| place(&repo)).map(|place| place.join(FOLDER));
        let temporary = env.var("TMPDIR").map_or_else(std::env::temp_dir, PathBuf::from);
        let verb = if args.edit { "new --edit" } else { "new" };
        let mut kept = Self {
            folder,
            temporary,
            path: None,
            is_ours: true,
            words: globals.words(),
            verb,
            is_elsewhere: globals.directory.is_some(),
        };
        match &args.resume {
            None => {}
            Some(Some(named)) => {
                let path = globals.cwd(env).join(named);
                // As the system finds it: two dots behind a link lead elsewhere.
                let path = path.canonicalize().unwrap_or_else(|_| normal(&path));
                let policy = workspace.directory()?.join(POLICY_FILE);
                if policy.canonicalize().is_ok_and(|policy| policy == path) {
                    let shown = shown_path(&path, env);
                    let message =
                        format!("`{shown}` is no draft: it is the policy of the register");
                    return Err(Failure::new(message)
                        .hint(
                            "name the file of a draft, or none for the newest: `exc new --resume`",
                        )
                        .into());
                }
                kept.is_ours = kept.is_own_place(&path);
                kept.path = Some(path);
            }
            Some(None) => {
                let newest = kept.newest().with_context(|| "cannot look for drafts")?;
                kept.path = Some(newest.ok_or_else(|| {
                    Failure::new("no draft of this repository is kept")
                        .hint("run `exc new`, or name a file with `--resume FILE`")
                })?);
            }
        }
        Ok(kept)
    }

    /// Whether `exc` keeps its drafts there.
    fn is_own_place(&self, path: &Path) -> bool {
        let is = |folder: &Path, other: Option<&Path>| match (folder.canonicalize(), other) {
            (Ok(folder), Some(other)) => folder == other,
            _ => false,
        };
        let Some(around) = path.parent() else { return false };
        let is_temporary = is_for_one(around) && is(&self.temporary, around.parent());
        is_temporary || self.folder.as_ref().is_some_and(|folder| is(folder, Some(around)))
    }

    /// The draft of the repository that was written last.
    fn newest(&self) -> io::Result<Option<PathBuf>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            entries => entries?,
        };
        let mut newest = None;
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_none_or(|it| it != "yaml") {
                continue;
            }
            let metadata = match fs::symlink_metadata(&path) {
                // It was filed since.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                metadata => metadata?,
            };
            if metadata.is_file() {
                newest = newest.max(Some((metadata.modified()?, path)));
            }
        }
        Ok(newest.map(|(_, path)| path))
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

    /// The draft as far as it can be read, without the lines of a template. One that cannot be read
    /// is taken as it is by whoever edits it, and says nothing that a flag could change.
    pub(super) fn draft(
        &self,
        workspace: &Workspace,
        takes_unread: bool,
        env: &Env<'_>,
    ) -> anyhow::Result<Draft> {
        let text = self.text()?;
        let own = template::without_its_lines(&text);
        let file = Arc::new(SourceFile::new("draft.yaml", own));
        let (record, _) = source::load(&file, &workspace.policy.record_schema);
        match record.filter(|_| source::reads_whole(&file)) {
            Some(record) => Ok(Draft::resumed(&record, &workspace.policy)?),
            None if takes_unread => {
                Ok(Draft::unread(Arc::new(SourceFile::new("draft.yaml", text))))
            }
            None => {
                let command = self.command_of("new --edit", env);
                Err(Failure::new("the draft is not the YAML of a record")
                    .hint(format!("`{command}` opens it in an editor, without other flags"))
                    .into())
            }
        }
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
                let made = tempfile::Builder::new().prefix(TEMPORARY).tempdir_in(&self.temporary);
                made.with_context(|| format!("cannot use `{}`", self.temporary.display()))?.keep()
            }
        };
        // Another draft of the same id is somebody's work, too.
        let named = |nth: usize| match nth {
            1 => folder.join(format!("{id}.yaml")),
            nth => folder.join(format!("{id}-{nth}.yaml")),
        };
        let free = (1..).map(named).find(|path| fs::symlink_metadata(path).is_err());
        let path = free.context("a name is free")?;
        self.path = Some(path.clone());
        Ok(path)
    }

    pub(super) fn put(&mut self, id: &str, text: &str, env: &Env<'_>) -> anyhow::Result<()> {
        // A file of somebody's own is read, and never written.
        if !self.is_ours {
            (self.path, self.is_ours) = (None, true);
        }
        let path = self.path(id)?;
        write_private(&path, &[text.as_bytes().to_vec()])
            .with_context(|| format!("cannot keep a draft in `{}`", path.display()))?;
        self.remember(env);
        Ok(())
    }

    /// Has whoever interrupts the run told where the draft is.
    pub(super) fn remember(&self, env: &Env<'_>) {
        let word = self.shown(env).map(|place| {
            let told =
                format!("the draft is kept in {place}: `{}` goes on with it", self.command(env));
            Safe(&told).to_string()
        });
        interrupts::set_last_word(word);
    }

    /// The same error with the place where what was typed is kept.
    pub(super) fn told(&self, error: anyhow::Error, env: &Env<'_>) -> anyhow::Error {
        let Some(place) = self.shown(env) else { return error };
        let known = error.downcast_ref::<Failure>().and_then(|failure| failure.hint.clone());
        let hint = format!("the draft is kept in {place}: `{}` goes on with it", self.command(env));
        let hint = known.map_or(hint.clone(), |known| format!("{known}; {hint}"));
        Failure::new(format!("{error:#}")).hint(hint).into()
    }

    /// Where the draft is kept, as a person types it; none where there is none.
    pub(super) fn shown(&self, env: &Env<'_>) -> Option<String> {
        let path = self.path.as_ref().filter(|path| path.is_file())?;
        Some(shell_word(&shown_path(path, env)))
    }

    /// The command that goes on with the draft.
    pub(super) fn command(&self, env: &Env<'_>) -> String {
        self.command_of(self.verb, env)
    }

    fn command_of(&self, verb: &str, env: &Env<'_>) -> String {
        let command = format!("{} {verb} --resume", self.words);
        match &self.path {
            // Where the newest is not known, the file is.
            Some(path) if !matches!(self.newest(), Ok(Some(newest)) if newest == *path) => {
                let shown = match self.is_elsewhere {
                    true => path.to_string_lossy().into_owned(),
                    false => shown_path(path, env),
                };
                format!("{command} {}", shell_word(&shown))
            }
            _ => command,
        }
    }

    /// Removes what is kept, unless it is somebody's own file.
    pub(super) fn discard(&self) {
        interrupts::set_last_word(None);
        let Some(path) = self.path.as_ref().filter(|_| self.is_ours) else { return };
        // What cannot be removed is a file too many, and nothing is lost.
        let _ = fs::remove_file(path);
        if let Some(folder) = path.parent().filter(|it| is_for_one(it)) {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Whether a folder was made for one draft, by its name.
fn is_for_one(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(TEMPORARY))
}
