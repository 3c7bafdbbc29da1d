//! Where a register and all that belongs to it goes, and what is there already.

use std::path::{Path, PathBuf};

use super::{Args, Ci};
use crate::commands::workspace::{no_files, usable_policy};
use crate::commands::{Failure, Globals, REGISTER, normal, schema};
use crate::env::Env;
use crate::git::Repo;
use crate::policy::Policy;
use crate::register::{POLICY_FILE, Store};
use crate::source::schema::EXCEPTION_SCHEMA;
use crate::text::shell_word;

/// Where everything goes.
pub(super) struct Site {
    /// The root of the repository, or the working directory.
    pub(super) root: PathBuf,
    pub(super) register: PathBuf,
    /// The register relative to the root, with `/` between its parts.
    pub(super) name: String,
    pub(super) mainline: String,
    pub(super) ci: Ci,
}

impl Site {
    /// Looks where to write.
    pub(super) fn survey(args: &Args, globals: &Globals, env: &Env<'_>) -> anyhow::Result<Self> {
        let cwd = normal(&globals.cwd(env));
        if !cwd.is_dir() {
            return Err(Failure::new(format!("`{}` is no directory", cwd.display())).into());
        }
        let repo = Repo::discover(&cwd).map_err(Failure::from)?;
        let root = match &repo {
            None => cwd.clone(),
            Some(repo) => match repo.root() {
                Some(root) => above(&cwd, root),
                None => return Err(no_files(&cwd).into()),
            },
        };
        let register = match globals.register() {
            Some(named) => normal(&cwd.join(named)),
            None => root.join(REGISTER),
        };
        let name = name(&root, &register)?;
        let mainline = match (known_mainline(&register, &name), &repo) {
            (Some(known), _) => known,
            (None, Some(repo)) => mainline(repo)?,
            (None, None) => "main".to_owned(),
        };
        let ci = match args.ci {
            Some(ci) => ci,
            None => suggested(&root, repo.as_ref())?,
        };
        Ok(Self { root, register, name, mainline, ci })
    }

    /// The directory of the schemas that belong to the register.
    pub(super) fn schemas(&self) -> PathBuf {
        super::schemas(&self.register)
    }

    /// The schema of the records, with the fields of the policy that is there already.
    pub(super) fn record_schema(&self) -> anyhow::Result<String> {
        match known_policy(&self.register, &self.name) {
            Some(policy) => schema::of_records(&policy),
            None => Ok(EXCEPTION_SCHEMA.to_owned()),
        }
    }

    /// The words that run `exc` on this register from the root of the repository, for a shell.
    pub(super) fn command(&self) -> String {
        match self.name == REGISTER {
            true => "exc".to_owned(),
            false => format!("exc --register {}", shell_word(&self.name)),
        }
    }
}

/// The register's name; it has to be one that a line of a CI's job can hold.
fn name(root: &Path, register: &Path) -> Result<String, Failure> {
    let Ok(relative) = register.strip_prefix(root) else {
        let message =
            format!("`{}` does not lie in the repository `{}`", register.display(), root.display());
        return Err(Failure::new(message).hint("name a directory of the repository"));
    };
    let parts = relative.components().map(|part| part.as_os_str().to_string_lossy());
    let name = parts.collect::<Vec<_>>().join("/");
    if name.is_empty() {
        return Err(Failure::new("the register cannot be the root of the repository")
            .hint("name a directory in it, such as `exceptions`"));
    }
    let schemas = super::schemas(register);
    let is_taken = |part: &str| {
        let part = part.to_lowercase();
        part == ".git" || part == ".github" || part == ".gitlab"
    };
    if name.split('/').any(is_taken) || register.starts_with(&schemas) {
        let message = format!("`{name}` is for other files than records");
        return Err(Failure::new(message).hint("name a directory such as `exceptions`"));
    }
    if name.contains(char::is_control) || name.contains("${{") || name.contains("$[[") {
        let message = format!("the directory `{name}` cannot be named in the job of a CI");
        return Err(Failure::new(message).hint("name a directory such as `exceptions`"));
    }
    Ok(name)
}

/// The root as a part of the working directory's own path, which a link may spell differently.
fn above(cwd: &Path, root: &Path) -> PathBuf {
    let is_root = |parent: &&Path| match (parent.canonicalize(), root.canonicalize()) {
        (Ok(parent), Ok(root)) => parent == root,
        _ => false,
    };
    cwd.ancestors().find(is_root).unwrap_or(root).to_owned()
}

/// The mainline that a policy which is there already names.
fn known_mainline(register: &Path, name: &str) -> Option<String> {
    known_policy(register, name).map(|policy| policy.mainline)
}

/// The policy that is there already, if it can be used.
fn known_policy(register: &Path, name: &str) -> Option<Policy> {
    if !register.join(POLICY_FILE).is_file() {
        return None;
    }
    let store = Store::Directory(register.to_owned());
    // What is wrong with it is told by `exc check`.
    usable_policy(&store, name).ok().map(|(policy, _)| policy)
}

/// The branch that is likely to be protected: one that exists, or the one about to be born.
fn mainline(repo: &Repo) -> Result<String, Failure> {
    for name in ["main", "master"] {
        if repo.mainline(name)?.is_some() {
            return Ok(name.to_owned());
        }
    }
    Ok(repo.head_branch()?.unwrap_or_else(|| "main".to_owned()))
}

fn suggested(root: &Path, repo: Option<&Repo>) -> Result<Ci, Failure> {
    let origin = match repo {
        Some(repo) => repo.origin()?.unwrap_or_default(),
        None => String::new(),
    };
    let has = |name: &str| root.join(name).exists();
    let is_gitlab = has(".gitlab-ci.yml") || has(".gitlab") || origin.contains("gitlab");
    let is_github = has(".github") || origin.contains("github");
    Ok(if is_gitlab && !is_github { Ci::Gitlab } else { Ci::Github })
}
