//! `exc init`: starts a register.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ValueEnum;

use super::doctor::attributes;
use super::doctor::files::on_disk;
use super::workspace::no_files;
use super::writing::create_file;
use super::{Failure, Globals, REGISTER, normal, refuse_links, shown_path};
use crate::env::{Env, Outcome};
use crate::git::Repo;
use crate::register::POLICY_FILE;
use crate::source::schema::{EXCEPTION_SCHEMA, POLICY_SCHEMA};
use crate::text::shell_word;

const POLICY: &str = include_str!("policy.yaml");
const GITHUB: &str = include_str!("github.yml");
const GITLAB: &str = include_str!("gitlab.yml");
const CODEOWNERS: &str = include_str!("codeowners");
/// Where a forge looks for the file.
const CODEOWNERS_PLACES: [&str; 4] =
    [".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// Start a register: policy, schemas for editors, CI job, code owners
///
/// Writes into the root of the git repository, or into the working directory where there is none. Files that exist are kept as they are and named; a register that exists is left alone.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: exc init --ci github\n\nThen add your controls to `exceptions/policy.yaml`, and file a record with `exc new`."
)]
pub(crate) struct Args {
    /// The forge to write a CI job for [default: as the repository suggests, else github]
    #[arg(long, value_name = "FORGE")]
    ci: Option<Ci>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Ci {
    /// .github/workflows/exc.yml and .github/CODEOWNERS
    Github,
    /// .gitlab/exc.yml, to be included, and .gitlab/CODEOWNERS
    Gitlab,
    /// No CI job
    None,
}

/// Where everything goes.
struct Site {
    /// The root of the repository, or the working directory.
    root: PathBuf,
    register: PathBuf,
    /// The register relative to the root, with `/` between its parts.
    name: String,
    mainline: String,
    ci: Ci,
}

/// A file to write, and what it is for.
struct Scaffold {
    path: PathBuf,
    text: String,
    what: &'static str,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let site = survey(args, globals, env)?;
    let mut lines = Vec::new();
    let mut kept = Vec::new();
    let scaffolds = scaffolds(&site)?;
    // Before the first file is written: all of them or none.
    scaffolds.iter().try_for_each(|scaffold| refuse_links(&site.root, &scaffold.path))?;
    for Scaffold { path, text, what } in scaffolds {
        let shown = shown_path(&path, env);
        let folder = path.parent().unwrap_or(&site.root);
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create `{}`", folder.display()))?;
        match create_file(&path, &text)? {
            true => lines.push((shown, what)),
            false => kept.push(shown),
        }
    }
    let width = lines.iter().map(|(path, _)| path.len()).max().unwrap_or_default();
    globals.print(env, |out| {
        for (path, what) in &lines {
            writeln!(out, "wrote {:<width$}  {what}", crate::render::Safe(path).to_string())?;
        }
        Ok(())
    })?;
    for path in kept {
        globals.note(env, &format!("kept  {path}, which exists"));
    }
    next_steps(&site, globals, env);
    mind_attributes(&site, globals, env);
    Ok(Outcome::Success)
}

/// Looks where to write, and refuses where a register exists.
fn survey(args: &Args, globals: &Globals, env: &Env<'_>) -> anyhow::Result<Site> {
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
    if std::fs::symlink_metadata(register.join(POLICY_FILE)).is_ok() {
        let policy = shown_path(&register.join(POLICY_FILE), env);
        let message = format!("there is a register already: `{policy}` exists");
        return Err(Failure::new(message).hint("file a record with `exc new`").into());
    }
    let Ok(relative) = register.strip_prefix(&root) else {
        let message =
            format!("`{}` does not lie in the repository `{}`", register.display(), root.display());
        return Err(Failure::new(message).hint("name a directory of the repository").into());
    };
    let parts = relative.components().map(|part| part.as_os_str().to_string_lossy());
    let name = parts.collect::<Vec<_>>().join("/");
    if name.is_empty() {
        return Err(Failure::new("the register cannot be the root of the repository")
            .hint("name a directory in it, such as `exceptions`")
            .into());
    }
    let mainline = match &repo {
        Some(repo) => mainline(repo)?,
        None => "main".to_owned(),
    };
    let ci = match args.ci {
        Some(ci) => ci,
        None => suggested(&root, repo.as_ref())?,
    };
    Ok(Site { root, register, name, mainline, ci })
}

/// The root as a part of the working directory's own path, which a link may spell differently.
fn above(cwd: &Path, root: &Path) -> PathBuf {
    let is_root = |parent: &&Path| match (parent.canonicalize(), root.canonicalize()) {
        (Ok(parent), Ok(root)) => parent == root,
        _ => false,
    };
    cwd.ancestors().find(is_root).unwrap_or(root).to_owned()
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
    let is_gitlab = root.join(".gitlab-ci.yml").exists() || origin.contains("gitlab");
    let is_github = root.join(".github").exists() || origin.contains("github");
    Ok(if is_gitlab && !is_github { Ci::Gitlab } else { Ci::Github })
}

/// The files of a new register. The policy comes last: it is what makes it one.
fn scaffolds(site: &Site) -> anyhow::Result<Vec<Scaffold>> {
    let schemas = schemas(&site.register);
    let mut files = Vec::new();
    let mut add = |path: PathBuf, text: String, what| files.push(Scaffold { path, text, what });
    add(schemas.join("exception.schema.json"), EXCEPTION_SCHEMA.to_owned(), "schema of a record");
    add(schemas.join("policy.schema.json"), POLICY_SCHEMA.to_owned(), "schema of the policy");
    let job = "CI job that runs `exc check`";
    match site.ci {
        Ci::Github => {
            let text = GITHUB.replace("@MAINLINE@", &quoted(&site.mainline));
            add(site.root.join(".github/workflows/exc.yml"), text, job);
        }
        Ci::Gitlab => add(site.root.join(".gitlab/exc.yml"), GITLAB.to_owned(), job),
        Ci::None => {}
    }
    let has_owners = CODEOWNERS_PLACES.iter().any(|place| site.root.join(place).exists());
    let owners = CODEOWNERS.replace("@REGISTER@", &site.name);
    match site.ci {
        Ci::Github | Ci::Gitlab if has_owners => {}
        Ci::Github => add(site.root.join(CODEOWNERS_PLACES[0]), owners, "who reviews: fill in"),
        Ci::Gitlab => add(site.root.join(CODEOWNERS_PLACES[1]), owners, "who reviews: fill in"),
        Ci::None => {}
    }
    let line = attributes::approvals_line(&site.name) + "\n";
    add(site.root.join(attributes::FILE), line, "keeps signed approvals byte for byte");
    let text = POLICY
        .replace("@SCHEMA@", "../schemas/policy.schema.json")
        .replace("@REGISTER@", &uuid()?)
        .replace("@MAINLINE@", &quoted(&site.mainline));
    add(site.register.join(POLICY_FILE), text, "the policy: add your controls");
    Ok(files)
}

/// The directory of the schemas that belong to a register.
pub(super) fn schemas(register: &Path) -> PathBuf {
    register.parent().unwrap_or(register).join("schemas")
}

/// A branch name as YAML.
fn quoted(name: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_word);
    match is_plain && crate::source::reads_as(name).is_none() {
        true => name.to_owned(),
        false => serde_json::Value::from(name).to_string(),
    }
}

/// A random UUID (RFC 9562, version 4).
fn uuid() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).context("the system gives no random numbers")?;
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let groups = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    Ok(groups.join("-"))
}

fn next_steps(site: &Site, globals: &Globals, env: &mut Env<'_>) {
    let policy = shown_path(&site.register.join(POLICY_FILE), env);
    let mut lines = vec![
        String::new(),
        "next:".to_owned(),
        format!("  1. add your controls to {policy}"),
        "  2. exc check                     judge the register".to_owned(),
        "  3. exc new                       file the first record".to_owned(),
    ];
    let (job, variables) = match site.ci {
        Ci::Github => (Some("make the job `exceptions` a required check"), "repository variables"),
        Ci::Gitlab => (Some("include .gitlab/exc.yml from .gitlab-ci.yml"), "CI/CD variables"),
        Ci::None => (None, ""),
    };
    if let Some(job) = job {
        lines.push(format!("  4. {job}, and say where it gets `exc` from:"));
        lines.push(format!("     set the {variables} EXC_SOURCE and EXC_REVISION"));
    }
    for line in lines {
        globals.note(env, &line);
    }
}

/// Says what to add to a file of attributes that was there before.
fn mind_attributes(site: &Site, globals: &Globals, env: &mut Env<'_>) {
    let path = site.root.join(attributes::FILE);
    let text = on_disk(&path).ok().flatten().unwrap_or_default();
    if !attributes::keeps_approvals(&text, &site.name) {
        let line = shell_word(&attributes::approvals_line(&site.name));
        let shown = shell_word(&shown_path(&path, env));
        globals.note(env, "     and keep signed approvals byte for byte:");
        globals.note(env, &format!("     echo {line} >> {shown}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_id_is_a_random_uuid() {
        let id = uuid().unwrap();
        assert_eq!((id.len(), &id[14..15]), (36, "4"));
        assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
        assert_ne!(id, uuid().unwrap());
    }

    #[test]
    fn a_branch_name_that_yaml_takes_for_something_else_is_quoted() {
        assert_eq!(quoted("release/2.x"), "release/2.x");
        assert_eq!(quoted("on"), "\"on\"");
        assert_eq!(quoted("2.0"), "\"2.0\"");
        assert_eq!(quoted("a#b: c"), "\"a#b: c\"");
    }
}
