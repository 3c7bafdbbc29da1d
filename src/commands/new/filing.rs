//! Where a new record goes, what is wrong with it there, and writing it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use chrono::NaiveDate;

use super::Args;
use super::draft::Draft;
use super::kept::Kept;
use super::say;
use crate::commands::init;
use crate::commands::writing::create_file;
use crate::commands::{Globals, Workspace, refuse_links, shown_path};
use crate::env::Env;
use crate::finding::Finding;
use crate::policy::Layout;
use crate::register::Register;
use crate::render::Safe;
use crate::rules::{self, Context};
use crate::source;
use crate::text::SourceFile;

/// A register into which a record is filed.
pub(super) struct Filing<'a> {
    pub(super) args: &'a Args,
    pub(super) globals: &'a Globals,
    pub(super) workspace: Workspace,
    pub(super) register: Register,
}

/// The file of a record that is not written yet.
pub(in crate::commands) struct Place {
    pub(in crate::commands) path: PathBuf,
    /// Relative to the root of the repository.
    pub(in crate::commands) name: String,
    /// The way to the schema, if it stands beside the register.
    pub(in crate::commands) schema: Option<String>,
}

impl Place {
    /// Where the policy wants the record of this id.
    pub(in crate::commands) fn of(
        id: &str,
        opened: NaiveDate,
        workspace: &Workspace,
    ) -> anyhow::Result<Self> {
        let folder = match workspace.policy.layout {
            Layout::Flat => None,
            Layout::Year => Some(opened.format("%Y").to_string()),
            Layout::YearMonth => Some(opened.format("%Y-%m").to_string()),
        };
        let mut path = workspace.directory()?.to_owned();
        let has_schema = init::schemas(&path).join("exception.schema.json").is_file();
        let mut name = workspace.name.clone();
        let mut schema = "../schemas/exception.schema.json".to_owned();
        if let Some(folder) = folder {
            path.push(&folder);
            name = format!("{name}/{folder}");
            schema = format!("../{schema}");
        }
        let file_name = format!("{id}.yaml");
        let name = format!("{name}/{file_name}");
        path.push(file_name);
        Ok(Self { path, name, schema: has_schema.then_some(schema) })
    }

    /// Writes the new file and the folder in which it stands; `false` where the file exists.
    pub(in crate::commands) fn write(&self, text: &str, root: &Path) -> anyhow::Result<bool> {
        refuse_links(root, &self.path)?;
        let folder = self.path.parent().unwrap_or(&self.path);
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create `{}`", folder.display()))?;
        create_file(&self.path, text.as_bytes())
    }
}

impl Filing<'_> {
    /// The place of a draft as a record, and its text.
    pub(super) fn file(&self, draft: &Draft) -> anyhow::Result<(Place, Arc<SourceFile>)> {
        let opened = draft.exception.opened.context("a draft has a first day")?;
        let place = Place::of(&draft.exception.id, opened, &self.workspace)?;
        let file = draft.file(&place.name, place.schema.as_deref());
        Ok((place, file))
    }

    /// What the loader and all rules say about a new record within the register.
    pub(super) fn judge(&mut self, file: &Arc<SourceFile>, today: NaiveDate) -> Vec<Finding> {
        let register = &mut self.register;
        let (record, found) = source::load(file, &self.workspace.policy.record_schema);
        let n_findings = register.findings.len();
        register.findings.extend(found);
        let is_record = record.is_some();
        register.records.extend(record);
        let context = Context { policy: &self.workspace.policy, today };
        let last = register.records.len().saturating_sub(1);
        let mut findings = rules::check_some(register, &[last], &context);
        findings.retain(|finding| finding.place.file.path() == file.path());
        register.findings.truncate(n_findings);
        if is_record {
            register.records.pop();
        }
        findings
    }

    /// Writes a new file, and forgets the draft; `false` where the file exists.
    pub(super) fn write(
        &self,
        place: &Place,
        text: &str,
        kept: &Kept,
        env: &mut Env<'_>,
    ) -> anyhow::Result<bool> {
        if !place.write(text, &self.workspace.root)? {
            return Ok(false);
        }
        kept.discard();
        let shown = shown_path(&place.path, env);
        self.globals.print(env, |out| writeln!(out, "{}", Safe(&shown)))?;
        Ok(true)
    }

    pub(super) fn tell(&self, findings: &[Finding], env: &mut Env<'_>) -> anyhow::Result<()> {
        say::findings(findings, &self.workspace, self.globals, env)
    }
}
