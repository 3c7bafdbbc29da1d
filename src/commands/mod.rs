//! One verb per file: its arguments, whose documentation is the help, and what it does.
//!
//! This file holds what they share: the global options, and opening a register.

pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod init;
pub(crate) mod list;
mod mainline;
pub(crate) mod new;
pub(crate) mod rules;
pub(crate) mod schema;
pub(crate) mod show;
pub(crate) mod writing;

use std::fmt;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::ValueEnum;

use self::writing::write_file;
use crate::env::{Env, Outcome};
use crate::finding::{Finding, Level};
use crate::git::Repo;
use crate::model::window;
use crate::policy::{self, Policy};
use crate::register::{self, Entry, MAX_POLICY_SIZE, POLICY_FILE};
use crate::render::{self, Judgement, Style};

/// The directory of a register where none is named.
pub(crate) const REGISTER: &str = "exceptions";

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(crate) directory: Option<PathBuf>,
    /// Use the register in DIR [default: the nearest `exceptions/` upwards]
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) register: Option<PathBuf>,
    /// Judge as if today were DATE (UTC); every output says so
    #[arg(long, value_name = "DATE", global = true, value_parser = parse_date)]
    pub(crate) today: Option<NaiveDate>,
    /// When to use colors
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    pub(crate) color: ColorChoice,
    /// Write the result to FILE instead of standard output
    #[arg(short = 'o', long, value_name = "FILE", global = true)]
    pub(crate) output: Option<PathBuf>,
    /// Print results and nothing else
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more about what is done
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Never prompt
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// Why `exc` could not do its work, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    pub(crate) hint: Option<String>,
}

/// A register that has been found, with its policy.
pub(crate) struct Workspace {
    /// The register's directory.
    pub(crate) directory: PathBuf,
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
    pub(crate) name: String,
    pub(crate) findings: Vec<Finding>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Globals {
    /// The directory in which the command runs.
    pub(crate) fn cwd(&self, env: &Env<'_>) -> PathBuf {
        self.directory.as_ref().map_or_else(|| env.cwd.clone(), |directory| env.cwd.join(directory))
    }

    /// How text for people looks: colors by `--color`, `NO_COLOR`, `CLICOLOR_FORCE`, and whether
    /// standard output is a terminal.
    pub(crate) fn style(&self, env: &Env<'_>) -> Style {
        let is_screen = env.terminal.output && self.output.is_none();
        let is_forced = ["CLICOLOR_FORCE", "FORCE_COLOR"]
            .iter()
            .any(|name| env.var(name).is_some_and(|value| value != "0"));
        let is_capable = env.var("TERM") != Some("dumb") && env.var("CLICOLOR") != Some("0");
        let color = match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if env.var("NO_COLOR").is_some() => false,
            ColorChoice::Auto => is_forced || (is_screen && is_capable),
        };
        Style { color, width: env.terminal.width.filter(|_| is_screen) }
    }

    /// Writes the result where it was asked for. A reader who has gone away is no error.
    pub(crate) fn print(
        &self,
        env: &mut Env<'_>,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        match &self.output {
            Some(path) => write_file(&self.cwd(env).join(path), write),
            None => match write(env.out).and_then(|()| env.out.flush()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err(error).context("cannot write the result")
                }
                _ => Ok(()),
            },
        }
    }

    /// Prints a hint on standard error, unless asked to be quiet. A hint that cannot be written is
    /// no reason to fail.
    pub(crate) fn note(&self, env: &mut Env<'_>, text: &str) {
        if !self.quiet {
            let _ = writeln!(env.err, "{}", render::Safe(text));
        }
    }
}

/// Refuses a path below `root` that leads through a symbolic link, which may lead anywhere.
pub(crate) fn refuse_links(root: &Path, path: &Path) -> Result<(), Failure> {
    let Ok(relative) = path.strip_prefix(root) else { return Ok(()) };
    let mut folder = root.to_owned();
    for part in relative.parent().unwrap_or(relative).components() {
        folder.push(part);
        match std::fs::symlink_metadata(&folder) {
            Ok(metadata) if !metadata.is_dir() => {
                let message = format!("`{}` is not a directory", folder.display());
                return Err(Failure::new(message)
                    .hint("nothing is written through links: put a directory there"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Finds the register and reads its policy.
pub(crate) fn open(
    globals: &Globals,
    env: &Env<'_>,
) -> anyhow::Result<Result<Workspace, UnusablePolicy>> {
    let directory = find_register(globals, env)?;
    let (root, name) = repository_root(&directory);
    let entry = Entry {
        path: directory.join(POLICY_FILE),
        name: format!("{name}/{POLICY_FILE}"),
        name_bytes: None,
    };
    let unusable = |findings| Ok(Err(UnusablePolicy { name: name.clone(), findings }));
    let (file, mut findings) = match register::read(&entry, MAX_POLICY_SIZE) {
        Ok(read) => read,
        Err(findings) => return unusable(findings),
    };
    let policy = match policy::load(&file) {
        Ok((policy, warnings)) => {
            findings.extend(warnings);
            policy
        }
        Err(mut problems) => {
            crate::rules::name_codes(&mut problems);
            return unusable(problems);
        }
    };
    let levels = crate::rules::check_levels(&policy);
    if !levels.is_empty() {
        return unusable(levels);
    }
    Ok(Ok(Workspace { directory, name, root, policy, findings }))
}

/// The same, for commands that can say nothing without a policy.
pub(crate) fn open_or_explain(globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Workspace> {
    match open(globals, env)? {
        Ok(workspace) => Ok(workspace),
        Err(UnusablePolicy { name, findings }) => {
            let judgement = Judgement::unusable(&name, &findings, env.today);
            let style = Style { width: None, ..globals.style(env) };
            render::text::write(&judgement, style, env.err)
                .context("cannot write to standard error")?;
            let message = format!("the policy `{name}/{POLICY_FILE}` cannot be used");
            Err(Failure::new(message).hint("fix what stands above").into())
        }
    }
}

fn find_register(globals: &Globals, env: &Env<'_>) -> anyhow::Result<PathBuf> {
    let cwd = normal(&globals.cwd(env));
    if let Some(named) = &globals.register {
        let directory = normal(&cwd.join(named));
        let policy = directory.join(POLICY_FILE);
        if std::fs::symlink_metadata(&policy).is_err() {
            let message =
                format!("`{}` is no register: it has no `{POLICY_FILE}`", named.display());
            return Err(Failure::new(message).hint("run `exc init` to start one").into());
        }
        return no_link(directory);
    }
    let is_register =
        |directory: &PathBuf| std::fs::symlink_metadata(directory.join(POLICY_FILE)).is_ok();
    // Inside the register itself, its parent is one step up.
    let found = cwd.ancestors().map(|parent| parent.join(REGISTER)).find(is_register);
    if let Some(directory) = found {
        return no_link(directory);
    }
    if matches!(Repo::discover(&cwd), Ok(Some(repo)) if repo.root().is_none()) {
        let message = format!("`{}` is a bare repository: it has no files", cwd.display());
        return Err(Failure::new(message).hint("run it in a clone").into());
    }
    let message = format!(
        "no register: `{REGISTER}/{POLICY_FILE}` is neither in `{}` nor above it",
        cwd.display()
    );
    let hint = "run `exc init` to start one, or name one with `--register DIR`";
    Err(Failure::new(message).hint(hint).into())
}

/// A register directory that is one: what a link leads to is not what was reviewed.
fn no_link(directory: PathBuf) -> anyhow::Result<PathBuf> {
    match std::fs::symlink_metadata(&directory) {
        Ok(metadata) if metadata.is_symlink() => {
            let message =
                format!("`{}` is a symbolic link, which is not followed", directory.display());
            Err(Failure::new(message)
                .hint("put the register itself there, or name it with `--register DIR`")
                .into())
        }
        _ => Ok(directory),
    }
}

/// The root of the repository in which a register stands, and the register's name in it.
fn repository_root(directory: &Path) -> (PathBuf, String) {
    let parent = directory.parent().unwrap_or(directory);
    let root =
        directory.ancestors().skip(1).find(|root| root.join(".git").exists()).unwrap_or(parent);
    let relative = directory.strip_prefix(root).unwrap_or(directory);
    let parts = relative.components().map(|part| part.as_os_str().to_string_lossy());
    (root.to_owned(), parts.collect::<Vec<_>>().join("/"))
}

/// A path without `.` and `..`, as the words say it; links are not followed.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

/// A path as the person at the shell would type it.
pub(crate) fn shown_path(path: &Path, env: &Env<'_>) -> String {
    let (path, cwd) = (normal(path), normal(&env.cwd));
    let n_shared = path.components().zip(cwd.components()).take_while(|(a, b)| a == b).count();
    // Where nothing but the root is shared, the whole path is easier to read.
    if n_shared <= 1 {
        return path.to_string_lossy().into_owned();
    }
    let ups = cwd.components().skip(n_shared).map(|_| "..".into());
    let downs = path.components().skip(n_shared).map(|part| part.as_os_str().to_string_lossy());
    ups.chain(downs).collect::<Vec<_>>().join("/")
}

/// 2 where something could not be judged, 1 where a finding is at or above `fail_on`, else 0.
pub(crate) fn verdict(findings: &[Finding], fail_on: Option<Level>) -> Outcome {
    if findings.iter().any(|finding| finding.code.unjudged) {
        return Outcome::Error;
    }
    match fail_on {
        Some(level) if findings.iter().any(|finding| finding.level >= level) => Outcome::Findings,
        _ => Outcome::Success,
    }
}

pub(crate) fn parse_date(text: &str) -> Result<NaiveDate, String> {
    window::parse_day(text).ok_or_else(|| "not a date of the form YYYY-MM-DD".to_owned())
}
