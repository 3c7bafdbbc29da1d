//! `exc check`: judges the register.

mod ahead;
mod approvals;
mod base;
mod detection;
mod elsewhere;
mod fixing;
mod incoming;
mod policies;
mod ratchet;

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::ValueEnum;

use self::base::Base;
use super::selection::{check_selection, n_judged, select};
use super::writing::write_file;
use super::{Failure, Globals, Workspace, first_failure, mainline, normal, outputs, verdict};
use crate::env::{Env, Outcome};
use crate::finding::{self, Finding, Level};
use crate::register::{POLICY_FILE, Register};
use crate::render::{self, Format, Gate, Judgement, Page, Style, markdown};
use crate::rules::{self, Context, RULES};

/// Judge the register and fail on what must not be merged
///
/// Reads every record, applies the policy, and says what is wrong, where, and what fixes it, worst first. With paths, only what stands in those files is shown and counts; the rest of the register is still read, since two records can contradict each other.
///
/// With `--base`, a change is judged, as the gate of a pull request: what is committed at `--head`, on top of the tip of the base, by the policy of the base. Errors in records that the change leaves alone fail it as well, unless the policy says otherwise (`gate`); but one that removes an error, adds none, and leaves alone the records with those that remain, passes. In a CI that says where a pull request goes, that is the base.
///
/// `--fix` first mends what has one meaning: quotes around a text that reads as something else, a key with a typo, the spelling of a date, the order of the keys. No other byte changes, and nothing is mended after which something else would be wrong.
///
/// Exit codes: 0 all judged and fine, 1 findings at or above `--fail-on`, 2 something could not be judged; with `--diff`, 1 where there is something to fix.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  exc check                           the register as it stands in the work tree
  exc check --base origin/main        what this branch changes, as the gate judges it
  exc check --base main --head topic  the same of a branch that is not checked out
  exc check --no-base                 the work tree, also in the CI of a pull request
  exc check --diff                    what `--fix` would change, as a patch")]
pub(crate) struct Args {
    /// Judge only these files or directories of the register
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Judge a change: the branch or commit that it goes into [default: what the CI says]
    #[arg(long, value_name = "REF")]
    base: Option<String>,
    /// The last commit of the change [default: HEAD]
    #[arg(long, value_name = "REF")]
    head: Option<String>,
    /// Judge the work tree, whatever the CI says
    #[arg(long, conflicts_with_all = ["base", "head"])]
    no_base: bool,
    /// Mend what can be mended without asking, then judge the work tree
    #[arg(long, conflicts_with_all = ["base", "head"])]
    fix: bool,
    /// Show as a patch what `--fix` would change, and judge nothing
    #[arg(long, conflicts_with_all = ["base", "head", "fix", "format", "reports"])]
    diff: bool,
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

/// A register that was judged.
struct Verdict {
    /// The register as people know it.
    name: String,
    register: Register,
    /// Records that were judged.
    n_records: usize,
    /// Worst first.
    findings: Vec<Finding>,
    unreadable: Vec<String>,
    /// The change, where one was judged.
    gate: Option<Gate>,
    /// Why not all could be judged, where no finding says it.
    failure: Option<Failure>,
}

/// A register whose policy cannot be used.
struct Unjudged {
    name: String,
    findings: Vec<Finding>,
}

type Judged = Result<Verdict, Unjudged>;

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

impl Args {
    /// Whether files are mended, or it is shown how.
    fn mends(&self) -> bool {
        self.fix || self.diff
    }
}

/// Refuses reports of which one would overwrite the other, or a file of the register.
fn refuse_overwriting(args: &Args, globals: &Globals, env: &Env<'_>) -> Result<(), Failure> {
    let cwd = globals.cwd(env);
    let mut taken = BTreeSet::new();
    for path in globals.output.iter().chain(args.reports.iter().map(|(_, path)| path)) {
        if !taken.insert(normal(&cwd.join(path))) {
            let message = format!("two reports would go to `{}`", path.display());
            return Err(Failure::new(message).hint("give each report a file of its own"));
        }
    }
    let files = args.reports.iter().map(|(_, path)| path.as_path());
    outputs::refuse_inside(files, &outputs::registers(globals, env), globals, env)
}

pub(crate) fn run(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Outcome> {
    refuse_overwriting(args, globals, env)?;
    if args.mends()
        && let Some(outcome) = fixing::run(args, globals, env)?
    {
        return Ok(outcome);
    }
    let judged = match change(args, globals, env)? {
        Some(base) => base::judge(args, &base, globals, env)?,
        None => judge_as_it_stands(args, globals, env)?,
    };
    let pages = pages();
    let has_summary = step_summary(env).is_some();
    let verdict = match judged {
        Ok(verdict) => verdict,
        Err(unusable) => {
            let unreadable = [format!("{}/{POLICY_FILE}", unusable.name)];
            let judgement = Judgement::unusable(&unusable.name, &unusable.findings, env.today);
            let judgement =
                Judgement { unreadable: &unreadable, pages: &pages, has_summary, ..judgement };
            publish(args, globals, env, &judgement)?;
            return Ok(Outcome::Error);
        }
    };
    let judgement = Judgement {
        register: &verdict.name,
        today: env.today,
        n_records: verdict.n_records,
        unreadable: &verdict.unreadable,
        findings: &verdict.findings,
        pages: &pages,
        has_summary,
        gate: verdict.gate.as_ref(),
    };
    publish(args, globals, env, &judgement)?;
    if let Some(failure) = verdict.failure {
        return Err(failure.into());
    }
    let outcome = verdict.outcome(args.fail_on.level());
    // The process is about to end: taking a large register apart string by string would only
    // cost time.
    std::mem::forget(verdict.register);
    Ok(outcome)
}

/// The base of the change that is to be judged; none where the register is judged as it stands.
fn change(args: &Args, globals: &Globals, env: &Env<'_>) -> Result<Option<Base>, Failure> {
    if args.mends() {
        return Ok(None);
    }
    let base = base::chosen(args, globals, env)?;
    if base.is_some() && !args.paths.is_empty() {
        let hint = "leave out the paths: what the change leaves alone is told apart anyway";
        return Err(Failure::new("a change is judged as a whole").hint(hint));
    }
    if base.is_none() && args.head.is_some() {
        let hint = "name the branch into which the change goes with `--base REF`";
        return Err(Failure::new("`--head` names a change, and there is no base").hint(hint));
    }
    Ok(base)
}

/// Judges the register in the work tree, or in the mainline's tree of a bare repository.
fn judge_as_it_stands(args: &Args, globals: &Globals, env: &mut Env<'_>) -> anyhow::Result<Judged> {
    let workspace = match super::open(globals, env)? {
        Ok(workspace) => workspace,
        Err(unusable) => {
            let (name, findings) = (unusable.name, unusable.findings);
            return Ok(Err(Unjudged { name, findings }));
        }
    };
    let selected = select(&args.paths, globals, env, &workspace)?;
    let context = Context { policy: &workspace.policy, today: env.today };
    let (register, mut findings) = rules::judge(&workspace.store, &workspace.name, &context);
    findings.extend(workspace.findings.iter().cloned());
    if let Some(newest) = newest_commit(&workspace, globals, env) {
        findings.extend(rules::check_clock(newest, &context));
    }
    let mut unreadable = register.unreadable.clone();
    if let Some(selected) = &selected {
        check_selection(selected, &register, &findings, &workspace)?;
    }
    let approvals = approvals::read(&workspace.store, &workspace.name)?;
    findings.extend(rules::check_approvals(&approvals, &register, &context));
    finding::sort(&mut findings);
    if let Some(selected) = &selected {
        findings.retain(|finding| selected.has(finding.place.file.path()));
        unreadable.retain(|path| selected.has(path));
    }
    let n_records = n_judged(&register, selected.as_ref());
    let name = workspace.name;
    Ok(Ok(Verdict { name, register, n_records, findings, unreadable, gate: None, failure: None }))
}

impl Verdict {
    /// How the check ends where findings fail it from a level on.
    fn outcome(&self, fail_on: Option<Level>) -> Outcome {
        let passes = self.gate.as_ref().is_some_and(|gate| gate.n_removed.is_some());
        match verdict(&self.findings, fail_on) {
            _ if !self.unreadable.is_empty() => Outcome::Error,
            Outcome::Findings if passes && fail_on == Some(Level::Error) => Outcome::Success,
            outcome => outcome,
        }
    }
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
    // Where the findings are read as text, the notes stand above their count.
    if args.format != Format::Text || globals.output.is_some() {
        for note in judgement.gate.iter().flat_map(|gate| &gate.notes) {
            globals.note(env, &format!("note: {note}"));
        }
    }
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
    first_failure(results, env)
}

/// Where a runner of GitHub Actions takes the summary of a step.
fn step_summary<'a>(env: &'a Env<'_>) -> Option<&'a str> {
    env.var("GITHUB_STEP_SUMMARY").filter(|_| env.var("GITHUB_ACTIONS") == Some("true"))
}

/// Appends a page to the summary of a step of GitHub Actions: to the file as it is, which the runner
/// made and other steps have written to.
fn write_step_summary(cwd: &Path, env: &Env<'_>, judgement: &Judgement<'_>) -> anyhow::Result<()> {
    let Some(path) = step_summary(env) else { return Ok(()) };
    let path = cwd.join(path);
    let attempt = || -> io::Result<()> {
        // A pipe that nobody reads would keep everything waiting.
        if fs::metadata(&path).is_ok_and(|it| !it.is_file() && !it.is_dir()) {
            return Err(io::Error::other("it is no regular file"));
        }
        let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
        let n_written = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let limit = markdown::MAX_SUMMARY.saturating_sub(n_written);
        markdown::summary(judgement, limit, &mut file)
    };
    attempt().with_context(|| format!("cannot write the step summary `{}`", path.display()))
}
