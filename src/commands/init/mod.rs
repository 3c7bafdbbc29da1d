//! `exc init`: starts a register, or adds what one lacks.
//!
//! Invariant: what exists is kept as it is. A file is written whole or not at all, and only where
//! none of its name is, so that a second run changes nothing; a run that cannot write all of them
//! takes back what it wrote ([`written`]).

mod scaffolds;
mod site;
mod written;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use unicode_width::UnicodeWidthStr as _;

use self::scaffolds::{
    EXAMPLE_FILE, POLICY_SCHEMA_FILE, RECORD_SCHEMA, Scaffold, owners, owners_place, scaffolds,
};
use self::site::Site;
use self::written::Written;
use super::doctor::attributes;
use super::doctor::files::on_disk;
use super::doctor::owners::pattern;
use super::doctor::schemas;
use super::{Failure, Globals, ignored, outputs, refuse_links, shown_path};
use crate::env::{Env, Outcome};
use crate::git::Repo;
use crate::register::POLICY_FILE;
use crate::render::Safe;
use crate::text::shell_word;

/// Start a register, or add what one lacks: policy, schemas, an example, CI jobs, code owners, review checklist
///
/// Writes into the root of the git repository, or into the working directory where there is none. Files that exist are kept as they are and named, so that a second run changes nothing, and one with another `--ci` adds the jobs.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: exc init --ci github\n\nThen add your controls to `exceptions/policy.yaml`, say under `people` who approves, and file a record with `exc new`."
)]
pub(crate) struct Args {
    /// The forge to write CI jobs for [default: as the repository suggests, else github]
    #[arg(long, value_name = "FORGE")]
    ci: Option<Ci>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Ci {
    /// Workflows, pull request template and CODEOWNERS, below .github
    Github,
    /// Jobs to include, merge request template and CODEOWNERS, below .gitlab
    Gitlab,
    /// None of these
    None,
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    let site = Site::survey(args, globals, env)?;
    let register = std::slice::from_ref(&site.register);
    outputs::refuse_inside(globals.output.as_deref(), register, globals, env)?;
    let scaffolds = scaffolds(&site, env.today)?;
    // Before the first file is written: all of them or none.
    scaffolds.iter().try_for_each(|scaffold| refuse_links(&site.root, &scaffold.path))?;
    scaffolds.iter().try_for_each(|scaffold| refuse_other_things(&scaffold.path, env))?;
    let mut written = Written::default();
    let (mut lines, mut stale) = (Vec::new(), Vec::new());
    for Scaffold { path, text, what } in scaffolds {
        let is_new = match written.create(&path, &text) {
            Ok(is_new) => is_new,
            Err(error) => return Err(written.undone(error, env)),
        };
        stale.extend((!is_new).then(|| stale_schema(&path, &text, globals, env)).flatten());
        let shown = Safe(&shown_path(&path, env)).to_string();
        lines.push((if is_new { "wrote" } else { "kept" }, shown, what));
    }
    let width = lines.iter().map(|(_, path, _)| path.width()).max().unwrap_or_default();
    globals.print(env, |out| {
        for (verb, path, what) in &lines {
            let gap = " ".repeat(width - path.width());
            writeln!(out, "{verb:<5} {path}{gap}  {what}")?;
        }
        Ok(())
    })?;
    let mut additions = owners_to_add(&site, env);
    additions.extend(attributes_to_add(&site, env));
    let is_new = lines.iter().any(|(verb, ..)| *verb == "wrote");
    // At first it is among what comes next.
    additions.extend((!is_new).then(|| jobs_to_include(&site, env)).into_iter().flatten());
    // The policy comes last, and is what makes a register.
    let begins = lines.last().is_some_and(|(verb, ..)| *verb == "wrote");
    let mut notes =
        if is_new { next_steps(&site, begins, &globals.words(), env) } else { Vec::new() };
    additions.extend(stale);
    if !is_new && additions.is_empty() {
        notes.push("nothing was missing".to_owned());
    }
    notes.extend(additions);
    if let Some(repo) = Repo::discover(&site.root).map_err(Failure::from)? {
        let policy = format!("{}/{POLICY_FILE}", site.name);
        notes.extend(ignored::note(&repo, &site.root, &policy, env).map_err(Failure::from)?);
    }
    notes.iter().for_each(|line| globals.note(env, line));
    Ok(Outcome::Success)
}

/// Refuses what is there under the name of a file, and is none.
fn refuse_other_things(path: &Path, env: &Env<'_>) -> Result<(), Failure> {
    match std::fs::symlink_metadata(path) {
        Ok(it) if !it.is_file() => {
            let message = format!("`{}` is there, and no regular file", shown_path(path, env));
            Err(Failure::new(message).hint("move it away, and run it again: nothing was written"))
        }
        _ => Ok(()),
    }
}

/// Columns of a command of what comes next, before what it is for.
const COMMAND_WIDTH: usize = 28;

/// What the pipeline of GitLab has to include.
const GITLAB_JOBS: [&str; 2] = [".gitlab/exc.yml", ".gitlab/exc-digest.yml"];

/// The directory of the schemas that belong to a register.
pub(super) fn schemas(register: &Path) -> PathBuf {
    register.parent().unwrap_or(register).join("schemas")
}

fn next_steps(site: &Site, begins: bool, exc: &str, env: &Env<'_>) -> Vec<String> {
    let policy = shown_path(&site.register.join(POLICY_FILE), env);
    let example = shown_path(&site.schemas().join(EXAMPLE_FILE), env);
    let mut lines = vec![String::new(), "next:".to_owned()];
    if begins {
        let (check, new) = (format!("{exc} check"), format!("{exc} new"));
        let width = check.chars().count().max(COMMAND_WIDTH);
        lines.extend([
            format!("  1. in {policy}: add your controls, and under `people` who approves"),
            format!("  2. {check:<width$}  judge the register"),
            format!("  3. {new:<width$}  file the first record, like {example}"),
        ]);
    }
    let ci: &[&str] = match site.ci {
        Ci::Github => &[
            "  4. make the job `exceptions` a required check, and say where it gets `exc` from:",
            "     set the repository variables EXC_SOURCE and EXC_REVISION",
            "  5. gh pr create --template exception.md",
            "                                   the review's questions in a pull request",
        ],
        Ci::Gitlab => &[
            "  4. include .gitlab/exc.yml and .gitlab/exc-digest.yml from .gitlab-ci.yml, and say",
            "     where they get `exc` from: set the CI/CD variables EXC_SOURCE and EXC_REVISION",
            "  5. set EXC_GITLAB_TOKEN for the review below merge requests, and a pipeline",
            "     schedule for the digest; the files say how",
        ],
        Ci::None => &[],
    };
    if !begins && ci.is_empty() {
        return Vec::new();
    }
    lines.extend(ci.iter().map(|line| match begins {
        true => (*line).to_owned(),
        false => line.replacen("  4.", "  1.", 1).replacen("  5.", "  2.", 1),
    }));
    lines
}

/// The command that renews a schema that is kept, and is not that of the register: its policy has got
/// fields since, or another version of `exc` wrote it.
fn stale_schema(path: &Path, text: &str, globals: &Globals, env: &Env<'_>) -> Option<String> {
    let what = match path.file_name()?.to_str()? {
        RECORD_SCHEMA => "exception",
        POLICY_SCHEMA_FILE => "policy",
        _ => return None,
    };
    let shown = shell_word(&shown_path(path, env));
    let command = format!("`{} schema {what} -o {shown}` writes it", globals.words());
    match on_disk(path).map(Option::unwrap_or_default) {
        Ok(kept) if schemas::is_same(&kept, text) => None,
        Ok(_) => Some(format!(
            "{shown} is not the schema of this register, and editors go by it: {command}"
        )),
        Err(reason) => Some(format!("note: cannot read {shown}: {reason}; {command}")),
    }
}

/// What to add to a file of code owners that was there before and leaves the register out.
fn owners_to_add(site: &Site, env: &Env<'_>) -> Vec<String> {
    let Some(path) = owners_place(site) else { return Vec::new() };
    let shown = shown_path(&path, env);
    let heading = match on_disk(&path).map(Option::unwrap_or_default) {
        Ok(text) if text.contains(&format!("/{}/", pattern(&site.name))) => {
            return Vec::new();
        }
        Ok(_) => format!("add to {shown}, with your own reviewers:"),
        Err(reason) => unread(&shown, &reason),
    };
    let lines = owners(site);
    let lines = lines.lines().filter_map(|line| line.strip_prefix("# /"));
    [String::new(), heading].into_iter().chain(lines.map(|line| format!("  /{line}"))).collect()
}

/// What to add to a file of attributes that was there before.
fn attributes_to_add(site: &Site, env: &Env<'_>) -> Vec<String> {
    let path = site.root.join(attributes::FILE);
    let shown = shell_word(&shown_path(&path, env));
    let heading = match on_disk(&path).map(Option::unwrap_or_default) {
        Ok(text) if attributes::keeps_approvals(&text, &site.name) => {
            return Vec::new();
        }
        Ok(_) => "keep signed approvals byte for byte:".to_owned(),
        Err(reason) => unread(&shown, &reason),
    };
    let line = shell_word(&attributes::approvals_line(&site.name));
    vec![String::new(), heading, format!("  echo {line} >> {shown}")]
}

/// What to add to the pipeline of GitLab that was there before, or is still to be written: without
/// it, no job runs.
fn jobs_to_include(site: &Site, env: &Env<'_>) -> Vec<String> {
    if site.ci != Ci::Gitlab {
        return Vec::new();
    }
    let path = site.root.join(".gitlab-ci.yml");
    let shown = shown_path(&path, env);
    let text = match on_disk(&path) {
        Ok(text) => text.unwrap_or_default(),
        Err(reason) => return vec![String::new(), unread(&shown, &reason)],
    };
    let lines: Vec<&str> = text.lines().filter(|it| !it.trim_start().starts_with('#')).collect();
    let is_there = |name: &str| lines.iter().any(|it| it.contains(name) || it.contains("gitlab/*"));
    let missing: Vec<&str> = GITLAB_JOBS.into_iter().filter(|name| !is_there(name)).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let heading = format!("no job of these runs until {shown} includes it:");
    let include = missing.iter().map(|name| format!("    - local: {name}"));
    [String::new(), heading, "  include:".to_owned()].into_iter().chain(include).collect()
}

fn unread(shown: &str, reason: &str) -> String {
    format!("note: cannot read `{shown}`: {reason}; add this, unless it is there:")
}
