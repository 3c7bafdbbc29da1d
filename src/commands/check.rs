//! `exc check`: judges the register.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::ValueEnum;

use super::workspace::slashed;
use super::writing::write_file;
use super::{Failure, Globals, Workspace, mainline, normal, verdict};
use crate::env::{Env, Outcome};
use crate::finding::{self, Finding, Level};
use crate::git::{Mode, Repo};
use crate::register::{POLICY_FILE, Register, Snapshot, Store, displayed};
use crate::render::{self, Format, Judgement, Page, Style, markdown};
use crate::rules::{self, Context, RULES};

/// Judge the register and fail on what must not be merged
///
/// Reads every record, applies the policy, and says what is wrong, where, and what fixes it, worst first. With paths, only what stands in those files is shown and counts; the rest of the register is still read, since two records can contradict each other.
///
/// Exit codes: 0 all judged and fine, 1 findings at or above `--fail-on`, 2 something could not be judged.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Judge only these files or directories of the register
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The level from which findings fail the check
    #[arg(long, value_name = "LEVEL", default_value = "error")]
    fail_on: FailOn,
    /// How to print the findings
    #[arg(long, visible_alias = "output-format", value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Also write the findings to a file, as in `sarif=exc.sarif`; may be repeated
    #[arg(long = "report", value_name = "FORMAT=PATH", value_parser = parse_report)]
    reports: Vec<(Format, PathBuf)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Never,
}

impl FailOn {
    fn level(self) -> Option<Level> {
        match self {
            Self::Error => Some(Level::Error),
            Self::Warning => Some(Level::Warning),
            Self::Never => None,
        }
    }
}

fn parse_report(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, path) = text.split_once('=').ok_or("write it as FORMAT=PATH")?;
    if path.is_empty() {
        return Err("the path is missing".to_owned());
    }
    if path == "-" {
        return Err("a report goes to a file; `--format` prints to standard output".to_owned());
    }
    Ok((Format::from_str(format, true)?, path.into()))
}

/// Refuses reports of which one would overwrite the other.
fn refuse_overwriting(args: &Args, globals: &Globals, env: &Env<'_>) -> Result<(), Failure> {
    let cwd = globals.cwd(env);
    let mut taken = BTreeSet::new();
    for path in globals.output.iter().chain(args.reports.iter().map(|(_, path)| path)) {
        if !taken.insert(normal(&cwd.join(path))) {
            let message = format!("two reports would go to `{}`", path.display());
            return Err(Failure::new(message).hint("give each report a file of its own"));
        }
    }
    Ok(())
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    refuse_overwriting(args, globals, env)?;
    let workspace = match super::open(globals, env)? {
        Ok(workspace) => workspace,
        Err(unusable) => {
            let pages = pages();
            let unreadable = [format!("{}/{POLICY_FILE}", unusable.name)];
            let judgement = Judgement::unusable(&unusable.name, &unusable.findings, env.today);
            let judgement = Judgement {
                unreadable: &unreadable,
                pages: &pages,
                has_summary: step_summary(env).is_some(),
                ..judgement
            };
            publish(args, globals, env, &judgement)?;
            return Ok(Outcome::Error);
        }
    };
    let selected = select(&args.paths, globals, env, &workspace)?;
    let context = Context { policy: &workspace.policy, today: env.today };
    let (register, mut findings) = rules::judge(&workspace.store, &workspace.name, &context);
    findings.extend(workspace.findings.iter().cloned());
    if let Some(newest) = newest_commit(&workspace, globals, env) {
        findings.extend(rules::check_clock(newest, &context));
    }
    finding::sort(&mut findings);
    let mut unreadable = register.unreadable.clone();
    if let Some(selected) = &selected {
        check_selection(selected, &register, &findings, &workspace)?;
        findings.retain(|finding| selected.has(finding.place.file.path()));
        unreadable.retain(|path| selected.has(path));
    }
    let pages = pages();
    let judgement = Judgement {
        register: &workspace.name,
        today: env.today,
        n_records: n_judged(&register, selected.as_ref()),
        unreadable: &unreadable,
        findings: &findings,
        pages: &pages,
        has_summary: step_summary(env).is_some(),
    };
    publish(args, globals, env, &judgement)?;
    // The process is about to end: taking a large register apart string by string would only
    // cost time.
    std::mem::forget(register);
    Ok(verdict(&findings, args.fail_on.level()))
}

/// The day of the newest commit, where the clock says which day it is.
fn newest_commit(workspace: &Workspace, globals: &Globals, env: &mut Env<'_>) -> Option<NaiveDate> {
    if globals.today.is_some() {
        return None;
    }
    let read = || -> Result<_, Failure> {
        Ok(mainline::repository(workspace)?.map(|repo| repo.head_day()).transpose()?.flatten())
    };
    // The register is judged without git, so a repository that cannot be read keeps nothing back.
    read().unwrap_or_else(|error| {
        if globals.verbose {
            globals.note(env, &format!("note: the clock is not compared with git: {error}"));
        }
        None
    })
}

fn pages() -> Vec<Page> {
    RULES.iter().map(|rule| Page { code: rule.code, docs: rule.docs }).collect()
}

/// Prints the findings, and writes the side reports and the step summary. One that cannot be
/// written keeps none of the others back.
fn publish(
    args: &Args,
    globals: &Globals,
    env: &mut Env<'_>,
    judgement: &Judgement<'_>,
) -> anyhow::Result<()> {
    let style = globals.style(env);
    let is_silent = globals.quiet && globals.output.is_none() && args.format == Format::Text;
    let printed = match is_silent && judgement.findings.is_empty() {
        true => Ok(()),
        false => globals.print(env, |out| render::findings(args.format, judgement, style, out)),
    };
    let cwd = globals.cwd(env);
    let mut results = vec![printed];
    for (format, path) in &args.reports {
        let plain = Style { color: false, width: None };
        let write = |out: &mut dyn Write| render::findings(*format, judgement, plain, out);
        results.push(write_file(&cwd.join(path), write));
    }
    results.push(write_step_summary(&cwd, env, judgement));
    results.into_iter().collect()
}

/// Where a runner of GitHub Actions takes the summary of a step.
fn step_summary<'a>(env: &'a Env<'_>) -> Option<&'a str> {
    env.var("GITHUB_STEP_SUMMARY").filter(|_| env.var("GITHUB_ACTIONS") == Some("true"))
}

/// Appends a page to the summary of a step of GitHub Actions.
fn write_step_summary(cwd: &Path, env: &Env<'_>, judgement: &Judgement<'_>) -> anyhow::Result<()> {
    let Some(path) = step_summary(env) else { return Ok(()) };
    let path = cwd.join(path);
    let attempt = || -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
        let n_written = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let limit = markdown::MAX_SUMMARY.saturating_sub(n_written);
        markdown::summary(judgement, limit, &mut file)
    };
    attempt().with_context(|| format!("cannot write the step summary `{}`", path.display()))
}

/// The files that were named on the command line, as the register knows them.
struct Selection {
    names: BTreeSet<String>,
    directories: Vec<String>,
}

impl Selection {
    fn has(&self, path: &str) -> bool {
        self.names.contains(path)
            || self.directories.iter().any(|directory| path.starts_with(directory.as_str()))
    }
}

fn select(
    paths: &[PathBuf],
    globals: &Globals,
    env: &Env<'_>,
    workspace: &Workspace,
) -> anyhow::Result<Option<Selection>> {
    if paths.is_empty() {
        return Ok(None);
    }
    let mut selection = Selection { names: BTreeSet::new(), directories: Vec::new() };
    let directory = match &workspace.store {
        Store::Directory(directory) => directory,
        Store::Commit(snapshot) => {
            select_in(snapshot, paths, workspace, &mut selection)?;
            return Ok(Some(selection));
        }
    };
    for path in paths {
        let absolute = normal(&globals.cwd(env).join(path));
        if directory.starts_with(&absolute) {
            return Ok(None);
        }
        // A symbolic link that dangles is there, and is a finding.
        let metadata = std::fs::symlink_metadata(&absolute);
        let relative = absolute.strip_prefix(directory).ok();
        let (Some(relative), Ok(metadata)) = (relative, metadata) else {
            return Err(not_in_register(path, workspace));
        };
        if let Some(link) = link_above(directory, relative) {
            let message =
                format!("`{}` leads through `{}`, a symbolic link", path.display(), link.display());
            return Err(Failure::new(message)
                .hint("links are not followed: name the file itself")
                .into());
        }
        let below = |parent: String, part: &OsStr| displayed(&parent, part.as_encoded_bytes()).0;
        let name = relative.iter().fold(workspace.name.clone(), below);
        if metadata.is_dir() {
            selection.directories.push(format!("{name}/"));
        } else {
            selection.names.insert(name);
        }
    }
    Ok(Some(selection))
}

/// Selects by the paths that files have in a commit.
fn select_in(
    snapshot: &Snapshot,
    paths: &[PathBuf],
    workspace: &Workspace,
    selection: &mut Selection,
) -> anyhow::Result<()> {
    let repo = Repo::open(&snapshot.repository).map_err(Failure::from)?;
    for path in paths {
        let name = slashed(&normal(path));
        let is_inside = Path::new(&name).starts_with(&workspace.name);
        let entry = repo.entry_at(snapshot.commit, &name).map_err(Failure::from)?;
        match entry.filter(|_| is_inside).map(|entry| entry.mode) {
            None => return Err(not_in_register(path, workspace)),
            Some(Mode::Folder) => selection.directories.push(format!("{name}/")),
            Some(_) => {
                selection.names.insert(name);
            }
        }
    }
    Ok(())
}

fn not_in_register(path: &Path, workspace: &Workspace) -> anyhow::Error {
    let message = format!("`{}` is not in the register `{}`", path.display(), workspace.name);
    Failure::new(message).hint("name files of the register, or none for all").into()
}

/// The first part of a path below `root` that is a symbolic link, but for the last part.
fn link_above(root: &Path, relative: &Path) -> Option<PathBuf> {
    let parents = relative.ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty());
    let is_link = |parent: &PathBuf| {
        std::fs::symlink_metadata(root.join(parent)).is_ok_and(|metadata| metadata.is_symlink())
    };
    parents.map(Path::to_owned).collect::<Vec<_>>().into_iter().rev().find(is_link)
}

/// Refuses a path that names nothing that was judged: a check of nothing is no pass.
fn check_selection(
    selection: &Selection,
    register: &Register,
    findings: &[Finding],
    workspace: &Workspace,
) -> anyhow::Result<()> {
    let records = register.records.iter().map(|record| record.file().path());
    let policy = format!("{}/{POLICY_FILE}", workspace.name);
    let known: BTreeSet<&str> = records
        .chain(findings.iter().map(|finding| finding.place.file.path()))
        .chain([policy.as_str()])
        .collect();
    let unknown = selection.names.iter().find(|name| !known.contains(name.as_str()));
    let is_empty =
        |directory: &&String| !known.iter().any(|path| path.starts_with(directory.as_str()));
    match unknown.or_else(|| selection.directories.iter().find(is_empty)) {
        None => Ok(()),
        Some(name) => {
            let message = format!("`{name}` holds no record");
            Err(Failure::new(message).hint("name files of the register, or none for all").into())
        }
    }
}

fn n_judged(register: &Register, selected: Option<&Selection>) -> usize {
    // A record may have been read in part only; whoever counts must not count it twice.
    let is_judged = |path: &str| {
        selected.is_none_or(|selected| selected.has(path))
            && register.unreadable.binary_search_by(|known| known.as_str().cmp(path)).is_err()
    };
    register.records.iter().filter(|record| is_judged(record.file().path())).count()
}
