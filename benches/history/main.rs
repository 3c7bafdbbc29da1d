//! How fast the history of a register is read, as ratios measured side by side in one run against
//! `git log --first-parent --raw`, which must also say the same: from git itself, and again from what
//! an earlier run kept; and how much longer a report takes than the walk and the read that it stands on.
//!
//! `cargo bench --bench history -- --cache DIR` keeps the generated repositories, which take
//! minutes to make, in a folder. `--layout two-level|year|flat` measures one layout only.

#[path = "../check/generate.rs"]
#[expect(dead_code, reason = "the other benchmark writes registers without a history")]
mod records;

mod record;
mod repository;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::hash::BuildHasher;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::repository::{Layout, Shape, git_in};

/// The allocator of the binary, so that the measured walk stands on the same ground.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BRANCH: &str = "main";
const FOLDER: &str = "exceptions";
/// Against the walk alone.
const MAX_WITH_CONTRIBUTORS: f64 = 2.0;
/// What lists take from the cache, and all of `exc history ID`, against git.
const MAX_WARM: f64 = 0.3;
/// After the last commit.
const TODAY: &str = "2026-11-20";
const MAX_MEMORY_KIB: usize = 300 * 1024;
/// A report against a list of what is in force, which walks the same history and reads the same records.
const MAX_REPORT: f64 = 2.0;
const MAX_REPORT_MEMORY_KIB: usize = 400 * 1024;

struct Options {
    n_records: usize,
    n_commits: usize,
    rounds: usize,
    layouts: Vec<Layout>,
    cache: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [floor, what, repository] = arguments.as_slice()
        && floor == "--floor"
    {
        return floor_of(what, Path::new(repository));
    }
    let options = options(&arguments)?;
    let directory = tempfile::tempdir()?;
    let cache = options.cache.as_deref().unwrap_or(directory.path());
    for &layout in &options.layouts {
        let Options { n_records, n_commits, .. } = options;
        let repository = Shape { layout, n_records, n_commits }.repository(cache)?;
        measure(layout, &repository, options.rounds)?;
    }
    Ok(())
}

fn options(arguments: &[String]) -> Result<Options> {
    let mut options = Options {
        n_records: 20_000,
        n_commits: 50_000,
        rounds: 7,
        layouts: Vec::new(),
        cache: None,
    };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("`{argument}` takes a value"));
        match argument.as_str() {
            "--records" => options.n_records = value()?.parse()?,
            "--commits" => options.n_commits = value()?.parse()?,
            "--rounds" => options.rounds = value()?.parse()?,
            "--cache" => options.cache = Some(value()?.into()),
            "--layout" => {
                let name = value()?;
                let layout = Layout::ALL.into_iter().find(|layout| layout.name() == name);
                options.layouts.push(layout.with_context(|| format!("no layout `{name}`"))?);
            }
            // Cargo passes it to every benchmark.
            "--bench" => {}
            other => anyhow::bail!("unknown argument `{other}`"),
        }
    }
    if options.layouts.is_empty() {
        options.layouts = Layout::ALL.to_vec();
    }
    Ok(options)
}

fn measure(layout: Layout, repository: &Path, rounds: usize) -> Result<()> {
    let mut out = std::io::stdout();
    let said = by_git(repository)?;
    writeln!(
        out,
        "{}: {} commits, {} of them first parents, {} changes below {FOLDER}",
        layout.name(),
        count(repository, &["--all"])?,
        count(repository, &["--first-parent", BRANCH])?,
        said.n_changes,
    )?;
    let ours = text_of(itself("changes", repository)?)?;
    ensure!(ours == said.to_string(), "git says {said}, exc says {ours}");
    writeln!(out, "  exc says the same as git log: {said}")?;

    let mut log = git_log(repository);
    log.args(["--format=%H", BRANCH, "--", FOLDER]);
    forget(repository)?;
    let [cold] = side_by_side(1, [itself("history", repository)?])?;
    let commands = [
        log,
        itself("changes", repository)?,
        itself("contributors", repository)?,
        itself("kept", repository)?,
        itself("history", repository)?,
    ];
    let [log, walk, whole, kept, history] = side_by_side(rounds, commands)?;
    forget(repository)?;
    let max = if layout == Layout::TwoLevel { 2.5 } else { 4.0 };
    writeln!(out, "  git log --first-parent --raw      {:.3} s", log.as_secs_f64())?;
    writeln!(out, "  changes of the chain              {:.3} s", walk.as_secs_f64())?;
    verdict(&mut out, "changes / git log", ratio(walk, log), max)?;
    writeln!(out, "  changes and who wrote them        {:.3} s", whole.as_secs_f64())?;
    verdict(&mut out, "with contributors / changes", ratio(whole, walk), MAX_WITH_CONTRIBUTORS)?;
    writeln!(out, "  exc history ID, which keeps all   {:.3} s", cold.as_secs_f64())?;
    writeln!(out, "  the same from what is kept        {:.3} s", history.as_secs_f64())?;
    verdict(&mut out, "exc history ID, warm / git log", ratio(history, log), MAX_WARM)?;
    writeln!(out, "  all verdicts from what is kept    {:.3} s", kept.as_secs_f64())?;
    verdict(&mut out, "all verdicts, warm / git log", ratio(kept, log), MAX_WARM)?;
    memory(&mut out, "peak memory", itself("memory", repository)?, MAX_MEMORY_KIB)?;
    reports(&mut out, repository, rounds.min(3))
}

/// What reports cost beside the walk and the read that they stand on, without a cache.
fn reports(out: &mut impl Write, repository: &Path, rounds: usize) -> Result<()> {
    let each = ["list", "expiry", "portfolio", "page"].map(|what| itself(what, repository));
    let [list, expiry, portfolio, page] = each;
    let [list, expiry, portfolio, page] =
        side_by_side(rounds, [list?, expiry?, portfolio?, page?])?;
    writeln!(
        out,
        "  exc list --in-force, which reads the history and all records  {:.3} s",
        list.as_secs_f64()
    )?;
    for (name, time) in [
        ("exc report expiry", expiry),
        ("exc report portfolio", portfolio),
        ("exc report portfolio --format html", page),
    ] {
        writeln!(out, "  {name}  {:.3} s", time.as_secs_f64())?;
        verdict(out, &format!("{name} / list"), ratio(time, list), MAX_REPORT)?;
    }
    let peak = itself("portfolio-memory", repository)?;
    memory(out, "peak memory of the portfolio", peak, MAX_REPORT_MEMORY_KIB)
}

fn memory(out: &mut impl Write, what: &str, command: Command, max_kib: usize) -> Result<()> {
    let peak: usize = text_of(command)?.parse()?;
    let met = if peak <= max_kib { "met" } else { "NOT MET" };
    writeln!(out, "  {what} {} MiB (target: at most {}): {met}", peak >> 10, max_kib >> 10)?;
    Ok(())
}

/// Removes what earlier runs kept in a repository.
fn forget(repository: &Path) -> Result<()> {
    let kept = repository.join("exc");
    if kept.is_dir() {
        fs::remove_dir_all(kept)?;
    }
    Ok(())
}

/// How many changes there are, and a hash of them that does not depend on their order.
#[derive(Default)]
struct Said {
    n_changes: usize,
    hash: u64,
}

impl Said {
    fn add(&mut self, line: &[u8]) {
        self.n_changes += 1;
        self.hash ^= foldhash::quality::FixedState::with_seed(0).hash_one(line);
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} changes, hash {:016x}", self.n_changes, self.hash)
    }
}

fn git_log(repository: &Path) -> Command {
    let mut command = git_in(repository);
    command.args(["log", "--first-parent", "--raw", "-z", "--no-renames", "--no-abbrev", "--root"]);
    command
}

/// What git says, in the same words as the floor.
fn by_git(repository: &Path) -> Result<Said> {
    let mut log = git_log(repository);
    let output = log.args(["--format=commit %H", BRANCH, "--", FOLDER]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut said = Said::default();
    let mut commit = "";
    let text = String::from_utf8(output.stdout)?;
    let mut fields = text.split('\0').map(|field| field.trim_start_matches('\n'));
    while let Some(field) = fields.next() {
        if let Some(id) = field.strip_prefix("commit ") {
            commit = id;
        } else if let Some(change) = field.strip_prefix(':') {
            let (sides, _) = change.rsplit_once(' ').context("a change has a letter")?;
            let path = fields.next().context("a change has a path")?;
            said.add(format!("{commit} {sides} {path}").as_bytes());
        }
    }
    Ok(said)
}

fn count(repository: &Path, what: &[&str]) -> Result<String> {
    let mut command = git_in(repository);
    command.args(["rev-list", "--count"]).args(what);
    text_of(command)
}

fn itself(what: &str, repository: &Path) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--floor").arg(what).arg(repository);
    Ok(command)
}

fn text_of(mut command: Command) -> Result<String> {
    let output = command.output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The best time of each command, which take turns so that all see the same machine.
fn side_by_side<const N: usize>(
    rounds: usize,
    mut commands: [Command; N],
) -> Result<[Duration; N]> {
    let mut best = [Duration::MAX; N];
    for _ in 0..rounds {
        for (command, best) in commands.iter_mut().zip(&mut best) {
            let start = Instant::now();
            let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status()?;
            *best = start.elapsed().min(*best);
            ensure!(status.success(), "{:?} ended with {status}", command.get_program());
        }
    }
    Ok(best)
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

fn verdict(out: &mut impl Write, what: &str, ratio: f64, max: f64) -> Result<()> {
    let word = if ratio <= max { "met" } else { "NOT MET" };
    writeln!(out, "    {what}: {ratio:.2} (target: at most {max}): {word}")?;
    Ok(())
}

/// What the benchmark measures inside a process of its own.
fn floor_of(what: &str, repository: &Path) -> Result<()> {
    let mut out = std::io::stdout();
    let mut said = Said::default();
    match what {
        "changes" => {
            exc::floor::changes(repository, BRANCH, FOLDER, |line| said.add(line))?;
            writeln!(out, "{said}")?;
        }
        "contributors" => {
            let n_people = exc::floor::contributors(repository, BRANCH, FOLDER)?;
            writeln!(out, "{n_people} people")?;
        }
        "kept" => {
            let n_records = exc::floor::kept(repository, BRANCH, FOLDER)?;
            writeln!(out, "{n_records} records")?;
        }
        "history" => run(repository, &["history", &records::id(7)], &mut out)?,
        "list" => {
            run(repository, &["list", "--in-force", "--no-cache", "--format", "csv"], &mut out)?;
        }
        "expiry" => run(repository, &report("expiry", "json"), &mut out)?,
        "portfolio" => run(repository, &report("portfolio", "json"), &mut out)?,
        "page" => run(repository, &report("portfolio", "html"), &mut out)?,
        "portfolio-memory" => {
            run(repository, &report("portfolio", "json"), &mut std::io::sink())?;
            writeln!(out, "{}", peak()?)?;
        }
        _ => {
            exc::floor::contributors(repository, BRANCH, FOLDER)?;
            writeln!(out, "{}", peak()?)?;
        }
    }
    Ok(())
}

fn report(kind: &'static str, format: &'static str) -> [&'static str; 5] {
    ["report", kind, "--no-cache", "--format", format]
}

/// The most memory that this process has had, in KiB.
fn peak() -> Result<String> {
    let status = fs::read_to_string("/proc/self/status").context("memory is read from /proc")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    Ok(peak.chars().filter(char::is_ascii_digit).collect())
}

/// Runs `exc`, whatever its verdict.
fn run(repository: &Path, command: &[&str], out: &mut dyn Write) -> Result<()> {
    let mut arguments: Vec<OsString> = vec!["exc".into(), "-C".into(), repository.into()];
    arguments.extend(["--today", TODAY].iter().chain(command).map(OsString::from));
    let mut err = Vec::new();
    let mut env = exc::Env {
        today: TODAY.parse()?,
        time: chrono::NaiveTime::MIN,
        cwd: repository.to_owned(),
        vars: BTreeMap::new(),
        terminal: exc::Terminal::default(),
        input: &mut std::io::empty(),
        out,
        err: &mut err,
    };
    let outcome = exc::run(arguments, &mut env);
    ensure!(outcome != exc::Outcome::Error, "{}", String::from_utf8_lossy(&err));
    Ok(())
}
