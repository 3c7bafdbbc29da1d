//! Which records are on the mainline: what tells `proposed` from `active`.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::settled::Found;
use super::{Failure, Globals, Workspace};
use crate::env::Env;
use crate::git::{self, ObjectId, Repo, TreeFile};
use crate::model::window::{self, Status};
use crate::register::{APPROVALS, MAX_RECORD_SIZE, POLICY_FILE, Register};
use crate::source::{self, Record};
use crate::text::SourceFile;

/// What is on the mainline; where there is no mainline to compare with, every record is, as it is.
#[derive(Debug)]
pub(crate) struct Landed(Option<OnMainline>);

#[derive(Debug, Default)]
struct OnMainline {
    ids: BTreeSet<String>,
    /// The paths of the records at hand whose text is on it too, byte for byte.
    unchanged: BTreeSet<String>,
}

impl From<git::Error> for Failure {
    fn from(error: git::Error) -> Self {
        Self::new(error.to_string()).hint(error.hint())
    }
}

/// The repository of a workspace, if it stands in one.
pub(crate) fn repository(workspace: &Workspace) -> Result<Option<Repo>, Failure> {
    Ok(Repo::discover(&workspace.root)?)
}

impl Landed {
    /// A register that is read from the mainline itself.
    pub(crate) fn everything() -> Self {
        Self(None)
    }

    /// Compares the register with the mainline of its repository: the one that is `known`, or else
    /// the one that policies name.
    pub(crate) fn read(
        workspace: &Workspace,
        register: &Register,
        known: Option<&Found>,
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> Result<Self, Failure> {
        if register.records.is_empty() {
            return Ok(Self(None));
        }
        let Some((repo, tip)) = mainline(workspace, known, globals, env)? else {
            return Ok(Self(None));
        };
        let records = register.records.par_iter().zip(&register.blobs);
        let known = records.filter_map(|(record, blob)| {
            let blob = blob.or_else(|| ObjectId::of_file(record.file().text().as_bytes()))?;
            Some((record.file().path(), (blob, record.exception.id.as_str())))
        });
        let known: HashMap<&str, (ObjectId, &str)> = known.collect();
        let ids: HashMap<ObjectId, &str> = known.values().copied().collect();
        let files = files(&repo, tip, workspace)?;
        let blobs: HashSet<ObjectId> = files.iter().map(|file| file.blob).collect();
        let mut landed = OnMainline::default();
        for file in files {
            match ids.get(&file.blob) {
                Some(id) => landed.ids.insert((*id).to_owned()),
                None => landed.ids.insert(id_of(&repo, &file, workspace)?),
            };
        }
        let unchanged = known.into_iter().filter(|(_, (blob, _))| blobs.contains(blob));
        landed.unchanged = unchanged.map(|(path, _)| path.to_owned()).collect();
        Ok(Self(Some(landed)))
    }

    /// The same for one record: looks first where it is likely to be, and reads no file that does
    /// not name it.
    pub(crate) fn read_one(
        workspace: &Workspace,
        record: &Record,
        known: Option<&Found>,
        globals: &Globals,
        env: &mut Env<'_>,
    ) -> Result<Self, Failure> {
        let Some((repo, tip)) = mainline(workspace, known, globals, env)? else {
            return Ok(Self(None));
        };
        let id = &record.exception.id;
        let path = record.file().path();
        let ids = BTreeSet::from([id.clone()]);
        let blob = ObjectId::of_file(record.file().text().as_bytes());
        let mut files = files(&repo, tip, workspace)?;
        if files.iter().any(|file| Some(file.blob) == blob) {
            let unchanged = BTreeSet::from([path.to_owned()]);
            return Ok(Self(Some(OnMainline { ids, unchanged })));
        }
        files.sort_by_key(|file| file.path != path && stem(&file.path) != id);
        for file in &files {
            let names_it = file.path == path || stem(&file.path) == id || {
                let bytes = repo.blob(file.blob, MAX_RECORD_SIZE)?.unwrap_or_default();
                String::from_utf8(bytes).is_ok_and(|text| text.contains(id.as_str()))
            };
            if names_it && id_of(&repo, file, workspace)? == *id {
                return Ok(Self(Some(OnMainline { ids, ..OnMainline::default() })));
            }
        }
        Ok(Self(Some(OnMainline::default())))
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.0.as_ref().is_none_or(|landed| landed.ids.contains(id))
    }

    /// Whether the mainline has the text of a record as it is, wherever its file stands.
    pub(crate) fn is_unchanged(&self, record: &Record) -> bool {
        self.0.as_ref().is_none_or(|landed| landed.unchanged.contains(record.file().path()))
    }

    /// What a record is on a day.
    pub(crate) fn status(&self, record: &Record, today: NaiveDate) -> Status {
        window::status(&record.exception, self.has(&record.exception.id), today)
    }
}

/// The repository of a workspace and the tip of its mainline; `None` where there is nothing to
/// compare with.
fn mainline(
    workspace: &Workspace,
    known: Option<&Found>,
    globals: &Globals,
    env: &mut Env<'_>,
) -> Result<Option<(Repo, ObjectId)>, Failure> {
    let Some(repo) = repository(workspace)? else { return Ok(None) };
    let found = match known {
        Some(found) => found.clone(),
        None => Found::read(&repo, workspace)?,
    };
    found.tell(globals, env);
    let Some(mainline) = found.mainline else {
        let text = format!(
            "note: there is no branch `{}` yet, so every record counts as being on it",
            found.branch
        );
        globals.note(env, &text);
        return Ok(None);
    };
    if globals.verbose {
        globals.note(env, &format!("mainline: {} at {}", mainline.name, mainline.tip));
    }
    Ok(Some((repo, mainline.tip)))
}

/// The ids that the names of the mainline's files claim: enough to keep clear of them.
pub(crate) fn names(workspace: &Workspace) -> Result<BTreeSet<String>, Failure> {
    let Some(repo) = repository(workspace)? else { return Ok(BTreeSet::new()) };
    let Some(mainline) = Found::read(&repo, workspace)?.mainline else {
        return Ok(BTreeSet::new());
    };
    let files = files(&repo, mainline.tip, workspace)?;
    Ok(files.iter().map(|file| stem(&file.path).to_owned()).collect())
}

/// The files of the mainline that may be records.
fn files(repo: &Repo, tip: ObjectId, workspace: &Workspace) -> Result<Vec<TreeFile>, Failure> {
    let policy = format!("{}/{POLICY_FILE}", workspace.name);
    let approvals = format!("{}/{APPROVALS}/", workspace.name);
    let mut files = repo.files_at(tip, &workspace.name)?;
    files.retain(|file| {
        let is_yaml = file.path.ends_with(".yaml") || file.path.ends_with(".yml");
        is_yaml && file.path != policy && !file.path.starts_with(&approvals)
    });
    Ok(files)
}

/// The id that a file of the mainline states, or else the one that its name claims.
fn id_of(repo: &Repo, file: &TreeFile, workspace: &Workspace) -> Result<String, Failure> {
    let claimed = stem(&file.path).to_owned();
    let Some(bytes) = repo.blob(file.blob, MAX_RECORD_SIZE)? else { return Ok(claimed) };
    let Ok(text) = String::from_utf8(bytes) else { return Ok(claimed) };
    let source = Arc::new(SourceFile::new(&file.path, text));
    let (record, _) = source::load(&source, &workspace.policy.record_schema);
    let stated = record.map(|record| record.exception.id.clone()).filter(|id| !id.is_empty());
    Ok(stated.unwrap_or(claimed))
}

/// A file's name without folder and ending.
pub(crate) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or(name)
}
