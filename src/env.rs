//! Everything that `exc` may know about the world it runs in, and what it answers.
//!
//! Built once, in `main.rs`. Nothing else reads the clock, the environment, the working directory,
//! standard input or standard output.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

/// The world around one run.
pub struct Env<'a> {
    /// The day on which everything is judged, UTC.
    pub today: NaiveDate,
    /// The time of that day, UTC, for what says when it was made. Nothing is judged by it.
    pub time: NaiveTime,
    /// The absolute path of the working directory.
    pub cwd: PathBuf,
    /// The environment variables.
    pub vars: BTreeMap<String, String>,
    /// What kind of terminal, if any, the standard streams are.
    pub terminal: Terminal,
    /// Standard input.
    pub input: &'a mut dyn BufRead,
    /// Standard output: results, and nothing else.
    pub out: &'a mut dyn Write,
    /// Standard error: hints, progress, errors.
    pub err: &'a mut dyn Write,
}

/// Which of the standard streams are terminals.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terminal {
    /// Somebody can answer a prompt.
    pub input: bool,
    /// Standard output is looked at by a person.
    pub output: bool,
    /// Standard error is, where prompts stand.
    pub error: bool,
    /// Columns of the terminal; `None` where it has no width.
    pub width: Option<usize>,
}

/// How a run ended. The numbers are a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// 0: all judged, and fine.
    Success = 0,
    /// 1: findings at or above `--fail-on`.
    Findings = 1,
    /// 2: could not judge; outranks findings.
    Error = 2,
    /// 130: somebody has pressed Ctrl-C, in a program that was run.
    Interrupted = 130,
}

impl Env<'_> {
    /// The moment, which says when something was made.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.today.and_time(self.time).and_utc()
    }

    /// The columns that what is said on standard error has to fit into, if somebody reads it there.
    pub(crate) fn told_width(&self) -> Option<usize> {
        self.terminal.width.filter(|_| self.terminal.error)
    }

    /// The value of an environment variable that is set and not empty.
    pub(crate) fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

impl Outcome {
    /// The number that the process ends with.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}
