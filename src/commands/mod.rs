//! One verb per file: its arguments, whose documentation is the help, and what it does.
//!
//! This file holds what they share: the global options, and writing what they make.

pub(crate) mod amend;
mod amending;
pub(crate) mod approve;
pub(crate) mod audit;
pub(crate) mod cache;
pub(crate) mod check;
pub(crate) mod close;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod digest;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod export;
mod fields;
mod filter;
mod findings;
pub(crate) mod fmt;
mod git_words;
pub(crate) mod history;
mod holdings;
mod ignored;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod interrupts;
mod last_day;
mod ledger;
pub(crate) mod list;
mod mainline;
pub(crate) mod man;
mod naming;
pub(crate) mod new;
mod outputs;
mod proposed;
pub(crate) mod reconcile;
pub(crate) mod record_review;
pub(crate) mod renew;
pub(crate) mod report;
pub(crate) mod review;
mod revisions;
mod rewriting;
pub(crate) mod rules;
pub(crate) mod schema;
mod selection;
mod settled;
pub(crate) mod show;
mod suppressions;
mod told;
mod trail;
mod verdicts;
pub(crate) mod verify;
pub(crate) mod verify_control;
mod workspace;
pub(crate) mod writing;

use std::fmt::{self as formatting, Display, Formatter};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::ValueEnum;

use self::writing::write_file;
use crate::env::{Env, Outcome, Terminal};
use crate::finding::{Finding, Level};
use crate::model::window;
use crate::render::Style;
use crate::text::shell_word;

pub(crate) use told::tell;
pub(crate) use workspace::{REGISTER, Workspace, open, open_or_explain};

#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(crate) directory: Option<PathBuf>,
    /// Use the register in DIR [default: the nearest `exceptions/` upwards]; `report` and `digest` take several
    #[arg(long = "register", value_name = "DIR", global = true)]
    pub(crate) registers: Vec<PathBuf>,
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

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> formatting::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Globals {
    /// The directory in which the command runs.
    pub(crate) fn cwd(&self, env: &Env<'_>) -> PathBuf {
        self.directory.as_ref().map_or_else(|| env.cwd.clone(), |directory| env.cwd.join(directory))
    }

    /// The register that is named, if one is.
    pub(crate) fn register(&self) -> Option<&PathBuf> {
        self.registers.first()
    }

    /// The words that run `exc` here once more, as they were typed.
    pub(crate) fn words(&self) -> String {
        let mut words = "exc".to_owned();
        let named = self.directory.iter().map(|it| ("-C", it));
        let named = named.chain(self.registers.iter().map(|it| ("--register", it)));
        for (flag, path) in named {
            words += &format!(" {flag} {}", shell_word(&path.to_string_lossy()));
        }
        words
    }

    /// Whether somebody is there who can be asked.
    pub(crate) fn can_ask(&self, env: &Env<'_>) -> bool {
        let Terminal { input, output, error, .. } = env.terminal;
        input && output && error && !self.no_input
    }

    /// The same options for each register that is named, or for the nearest one.
    pub(crate) fn for_each_register(&self) -> Vec<Self> {
        match self.registers.len() {
            0 | 1 => vec![self.clone()],
            _ => {
                let one = |register: &PathBuf| vec![register.clone()];
                let of = |register| Self { registers: one(register), ..self.clone() };
                self.registers.iter().map(of).collect()
            }
        }
    }

    /// Refuses several registers, for commands that are about one.
    pub(crate) fn check_one_register(&self) -> Result<(), Failure> {
        match self.registers.len() {
            0 | 1 => Ok(()),
            n => {
                Err(Failure::new(format!("this command is about one register, and {n} are named"))
                    .hint("`exc report expiry`, `exc report portfolio` and `exc digest` take several; `exc list` and `exc audit` write `--format jsonl` for each"))
            }
        }
    }

    /// Refuses a directory to run in that is none: what stands around it was not meant.
    pub(crate) fn check_directory(&self, env: &Env<'_>) -> Result<(), Failure> {
        match &self.directory {
            Some(directory) if !env.cwd.join(directory).is_dir() => {
                Err(Failure::new(format!("`{}` is no directory", directory.display()))
                    .hint("name an existing directory with `-C`"))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a result that would go into the register.
    pub(crate) fn check_output(&self, env: &Env<'_>) -> Result<(), Failure> {
        outputs::refuse_inside(self.output.as_deref(), &outputs::registers(self, env), self, env)
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
            tell(env, text);
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

/// The first failure of several attempts; the others are told here, so that none hides another.
pub(crate) fn first_failure(
    attempts: impl IntoIterator<Item = anyhow::Result<()>>,
    env: &mut Env<'_>,
) -> anyhow::Result<()> {
    let mut failures = attempts.into_iter().filter_map(Result::err);
    let first = failures.next();
    for other in failures {
        tell(env, &format!("error: {other:#}"));
    }
    first.map_or(Ok(()), Err)
}

/// Bytes of a line that a terminal hands on while it is edited there, its end not counted; whatever
/// else is typed or pasted is dropped without a word. `N_TTY_BUF_SIZE` of Linux, `MAX_CANON` of others.
const MAX_TYPED: usize = if cfg!(target_os = "linux") { 4_094 } else { 1_023 };

/// A line of input without its end; the end of the input ends the conversation.
pub(crate) fn read_answer(env: &mut Env<'_>, prompt: &str) -> anyhow::Result<String> {
    loop {
        told::prompt(env, prompt);
        let mut bytes = Vec::new();
        let n_read = env.input.read_until(b'\n', &mut bytes)?;
        if n_read == 0 {
            let _ = writeln!(env.err);
            return Err(Failure::new("the input has ended: nothing was written").into());
        }
        if env.terminal.input && n_read > MAX_TYPED {
            let text = format!(
                "a terminal hands on {MAX_TYPED} bytes of a line, and what came after is lost: \
                 make it shorter, or write it with `--edit` or a flag"
            );
            tell(env, &text);
            continue;
        }
        match String::from_utf8(bytes) {
            Ok(answer) => return Ok(answer.trim().to_owned()),
            Err(_) => {
                let _ = writeln!(env.err, "that is not UTF-8");
            }
        }
    }
}

pub(crate) fn parse_date(text: &str) -> Result<NaiveDate, String> {
    let is_form = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    window::parse_day(text).ok_or_else(|| match is_form {
        true => "no day of the calendar".to_owned(),
        false => "not a date of the form YYYY-MM-DD".to_owned(),
    })
}
