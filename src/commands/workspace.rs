//! Finding a register and reading its policy: in the work tree, or, where a repository has none, on
//! its mainline.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{Failure, Globals, normal, settled};
use crate::env::Env;
use crate::finding::Finding;
use crate::git::{Mainline, Mode, Repo};
use crate::policy::{self, Policy};
use crate::register::{POLICY_FILE, Snapshot, Store};
use crate::render::{self, Judgement, Style};

/// The directory of a register where none is named.
pub(crate) const REGISTER: &str = "exceptions";

/// A register that has been found, with its policy.
pub(crate) struct Workspace {
    pub(crate) store: Store,
    /// The register as people know it, relative to [`Workspace::root`].
    pub(crate) name: String,
    /// The root of the repository, or the directory that holds the register.
    pub(crate) root: PathBuf,
    pub(crate) policy: Policy,
    /// What the policy's file deserves a warning for.
    pub(crate) findings: Vec<Finding>,
}

/// A register whose policy cannot be used: nothing can be judged.
pub(crate) struct UnusablePolicy {
    pub(crate) store: Store,
    pub(crate) name: String,
    pub(crate) root: PathBuf,
    pub(crate) findings: Vec<Finding>,
}

/// A register before its policy is read.
struct Found {
    store: Store,
    name: String,
    root: PathBuf,
}

impl Workspace {
    /// The same register as a commit holds it, under the policy of then, or that of today where
    /// then there was none that can be used.
    pub(super) fn at(self, snapshot: Snapshot, globals: &Globals, env: &mut Env<'_>) -> Self {
        let store = Store::Commit(snapshot);
        match usable_policy(&store, &self.name) {
            Ok((policy, findings)) => Self { store, policy, findings, ..self },
            Err(_) => {
                globals.note(env, "note: the policy of then cannot be used; that of today is");
                Self { store, ..self }
            }
        }
    }

    /// The register's directory, for what is written; a bare repository has none.
    pub(crate) fn directory(&self) -> Result<&Path, Failure> {
        match &self.store {
            Store::Directory(directory) => Ok(directory),
            Store::Commit(_) | Store::Merged(_) => Err(no_files(&self.root)),
        }
    }
}

/// Finds the register and reads its policy.
pub(crate) fn open(
    globals: &Globals,
    env: &mut Env<'_>,
) -> anyhow::Result<Result<Workspace, Box<UnusablePolicy>>> {
    let found = find_register(globals, env)?;
    match read_policy(found) {
        Ok(workspace) => match workspace.store.clone() {
            Store::Commit(snapshot) => {
                Ok(read_policy(on_mainline(snapshot, &workspace, globals, env)?))
            }
            Store::Directory(_) | Store::Merged(_) => Ok(Ok(workspace)),
        },
        unusable @ Err(_) => Ok(unusable),
    }
}

/// The same, for commands that can say nothing without a policy.
pub(crate) fn open_or_explain(globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Workspace> {
    match open(globals, env)? {
        Ok(workspace) => Ok(workspace),
        Err(unusable) => {
            let UnusablePolicy { name, findings, .. } = *unusable;
            let judgement = Judgement::unusable(&name, &findings, env.today);
            let style = Style { width: env.told_width(), ..globals.style(env) };
            render::text::write(&judgement, style, env.err)
                .context("cannot write to standard error")?;
            let message = format!("the policy `{name}/{POLICY_FILE}` cannot be used");
            Err(Failure::new(message).hint("fix what stands above").into())
        }
    }
}

/// Whether a command that can do without a register has to do with one.
pub(crate) fn is_inside(globals: &Globals, env: &Env<'_>) -> bool {
    globals.register().is_some() || find_register(globals, env).is_ok()
}

fn read_policy(found: Found) -> Result<Workspace, Box<UnusablePolicy>> {
    let Found { store, name, root } = found;
    match usable_policy(&store, &name) {
        Ok((policy, findings)) => Ok(Workspace { store, name, root, policy, findings }),
        Err(findings) => Err(Box::new(UnusablePolicy { store, name, root, findings })),
    }
}

/// The policy with what deserves a warning, or why it cannot be used.
pub(crate) fn usable_policy(
    store: &Store,
    name: &str,
) -> Result<(Policy, Vec<Finding>), Vec<Finding>> {
    let (file, mut findings) = store.policy(name)?;
    let (policy, warnings) = policy::load(&file).map_err(|mut problems| {
        crate::rules::name_codes(&mut problems);
        problems
    })?;
    findings.extend(warnings);
    let levels = crate::rules::check_levels(&policy);
    if levels.is_empty() { Ok((policy, findings)) } else { Err(levels) }
}

/// The repository around the working directory, and the folders of its commits in which the register
/// may stand, nearest first. The work tree does not say which: a change must not choose the register
/// by which it is judged.
pub(crate) fn candidates(globals: &Globals, env: &Env<'_>) -> anyhow::Result<(Repo, Vec<String>)> {
    let cwd = normal(&globals.cwd(env));
    let named = globals.register().map(|named| normal(&cwd.join(named)));
    let inside = named.as_deref().filter(|named| named.is_dir()).unwrap_or(&cwd);
    let Some(repo) = Repo::discover(inside).map_err(Failure::from)? else {
        let message = format!("`{}` is in no git repository", inside.display());
        return Err(Failure::new(message).hint("run it in a clone of the register").into());
    };
    let names = match (repo.root(), globals.register(), named) {
        (None, Some(named), _) => vec![slashed(&normal(named))],
        (None, None, _) => vec![REGISTER.to_owned()],
        (Some(_), _, Some(named)) => vec![repository_root(&named).1],
        (Some(_), _, None) => {
            let nearest = repository_root(&cwd.join(REGISTER)).1;
            let folder = Path::new(&nearest).parent().unwrap_or(Path::new(""));
            folder.ancestors().map(|parent| slashed(&parent.join(REGISTER))).collect()
        }
    };
    Ok((repo, names))
}

/// The directory of the register that is named, or of the nearest one, in the work tree.
pub(super) fn directory(globals: &Globals, env: &Env<'_>) -> Option<PathBuf> {
    let cwd = normal(&globals.cwd(env));
    // What cannot be looked at is there: reading it says why it cannot be judged.
    let has_policy = |directory: &Path| {
        let policy = std::fs::symlink_metadata(directory.join(POLICY_FILE));
        !policy.is_err_and(|error| {
            matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
        })
    };
    match globals.register() {
        Some(named) => Some(normal(&cwd.join(named))).filter(|directory| has_policy(directory)),
        // Inside the register itself, its parent is one step up.
        None => cwd
            .ancestors()
            .map(|parent| parent.join(REGISTER))
            .find(|directory| has_policy(directory)),
    }
}

fn find_register(globals: &Globals, env: &Env<'_>) -> anyhow::Result<Found> {
    if let Some(directory) = directory(globals, env) {
        return in_work_tree(directory);
    }
    let cwd = normal(&globals.cwd(env));
    if let Some(repo) = Repo::discover(&cwd).map_err(Failure::from)?
        && repo.root().is_none()
    {
        return Ok(in_bare_repository(&repo, globals)?);
    }
    let (message, hint) = match globals.register() {
        Some(named) => (
            format!("`{}` is no register: it has no `{POLICY_FILE}`", named.display()),
            "run `exc init` to start one",
        ),
        None => (
            format!(
                "no register: `{REGISTER}/{POLICY_FILE}` is neither in `{}` nor above it",
                cwd.display()
            ),
            "run `exc init` to start one, or name one with `--register DIR`",
        ),
    };
    Err(Failure::new(message).hint(hint).into())
}

/// A register directory that is one: what a link leads to is not what was reviewed.
fn in_work_tree(directory: PathBuf) -> anyhow::Result<Found> {
    let is_link = std::fs::symlink_metadata(&directory).is_ok_and(|metadata| metadata.is_symlink());
    if is_link {
        let message =
            format!("`{}` is a symbolic link, which is not followed", directory.display());
        return Err(Failure::new(message)
            .hint("put the register itself there, or name it with `--register DIR`")
            .into());
    }
    let (root, name) = repository_root(&directory);
    Ok(Found { store: Store::Directory(directory), name, root })
}

/// The root of the repository in which a register stands, and the register's name in it.
fn repository_root(directory: &Path) -> (PathBuf, String) {
    let parent = directory.parent().unwrap_or(directory);
    let root =
        directory.ancestors().skip(1).find(|root| root.join(".git").exists()).unwrap_or(parent);
    (root.to_owned(), slashed(directory.strip_prefix(root).unwrap_or(directory)))
}

pub(super) fn slashed(path: &Path) -> String {
    let parts = path.components().map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// The register on the branch that a bare repository names as its own.
fn in_bare_repository(repo: &Repo, globals: &Globals) -> Result<Found, Failure> {
    let root = normal(repo.directory());
    let name = match globals.register() {
        Some(named) => slashed(&normal(named)),
        None => REGISTER.to_owned(),
    };
    let Some(branch) = repo.head_branch()? else { return Err(no_files(&root)) };
    let Some(mainline) = repo.mainline(&branch)? else {
        let message =
            format!("`{}` is a bare repository, and has no branch `{branch}`", root.display());
        return Err(Failure::new(message).hint("push one, or run it in a clone"));
    };
    let policy = repo.entry_at(mainline.tip, &format!("{name}/{POLICY_FILE}"))?;
    if !policy.is_some_and(|entry| entry.mode != Mode::Folder) {
        let message = format!("no register: `{name}/{POLICY_FILE}` is not on `{}`", mainline.name);
        let hint = "push one that `exc init` has started, or name one with `--register DIR`";
        return Err(Failure::new(message).hint(hint));
    }
    let store = Store::Commit(Snapshot {
        repository: root.clone(),
        commit: mainline.tip,
        folder: name.clone(),
    });
    Ok(Found { store, name, root })
}

/// The register on the branch that policies name, from the bare repository's own on, if that branch
/// is there.
fn on_mainline(
    snapshot: Snapshot,
    workspace: &Workspace,
    globals: &Globals,
    env: &mut Env<'_>,
) -> Result<Found, Failure> {
    let found = settled::Found::read(&Repo::open(&snapshot.repository)?, workspace)?;
    let Some(Mainline { name: branch, tip }) = found.mainline else {
        let message = format!("the policy's mainline is `{}`, which is no branch", found.branch);
        return Err(Failure::new(message).hint("push that branch, or correct `mainline`"));
    };
    globals.note(env, &format!("note: `{branch}` at {tip} is read, since there is no work tree"));
    let store = Store::Commit(Snapshot { commit: tip, ..snapshot });
    Ok(Found { store, name: workspace.name.clone(), root: workspace.root.clone() })
}

pub(super) fn no_files(repository: &Path) -> Failure {
    let message = format!("`{}` is a bare repository: it has no files", repository.display());
    Failure::new(message).hint("run it in a clone")
}
