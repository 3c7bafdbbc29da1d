//! How fast `exc check` is, as ratios measured side by side in one run: against the floor (reading
//! the files; reading and parsing them with spans), against what checks a schema alone, and as the
//! gate of a pull request that changes one record; what the commands take that
//! somebody waits for; and what the bridge to enforcement tools takes.
//!
//! `cargo bench -- --records 20000 --peers DIR`, where `ci/peers.sh DIR` has installed the peers.
//! `--generate N FAULT_EVERY DIR` only writes a register, to look at. `--large` adds 200,000 records and memory for each record.

mod bridge;
mod everyday;
mod generate;

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// The allocator of the binary, so that the floor stands on the same ground.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EXC: &str = env!("CARGO_BIN_EXE_exc");
const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/exception.schema.json");

struct Options {
    records: usize,
    rounds: usize,
    peers: Option<PathBuf>,
    large: bool,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [floor, what, directory] = arguments.as_slice()
        && floor == "--floor"
    {
        return floor_of(what, Path::new(directory));
    }
    if let [generate, n, fault_every, directory] = arguments.as_slice()
        && generate == "--generate"
    {
        return Ok(generate::write(Path::new(directory), n.parse()?, fault_every.parse()?)?);
    }
    let options = options(&arguments)?;
    let directory = tempfile::tempdir()?;
    let mut out = std::io::stdout();

    let clean = directory.path().join("clean");
    generate::write(&clean, options.records, 0)?;
    writeln!(out, "{} clean records, {} on average\n", options.records, bytes(mean_size(&clean)?))?;
    let itself = std::env::current_exe()?;
    let floor = |what: &str| {
        let mut command = Command::new(&itself);
        command.arg("--floor").arg(what).arg(&clean);
        command
    };
    let commands = [exc_command(&clean), floor("read"), floor("parse")];
    let [exc, read, parse] = side_by_side(options.rounds, commands)?;
    row(&mut out, "exc check", exc, exc, "")?;
    row(&mut out, "reading the files", read, exc, "")?;
    row(&mut out, "reading and parsing with spans", parse, exc, "")?;
    verdict(&mut out, "exc check / reading and parsing", ratio(exc, parse), "at most", 1.5)?;
    peers(&mut out, &options, &clean)?;
    gate(&mut out, &options, &clean)?;

    everyday::layout(&mut out, &options, &clean)?;
    everyday::measure(&mut out, &options, directory.path())?;
    bridge::measure(&mut out, &options, directory.path())?;

    let small = directory.path().join("small");
    generate::write(&small, 12, 0)?;
    let dozen = check(&small, &options, 0)?;
    writeln!(out, "\na dozen records: {:.1} ms (target: under 30 ms)", dozen.as_secs_f64() * 1e3)?;

    let faulty = directory.path().join("faulty");
    generate::write(&faulty, options.records, 2)?;
    writeln!(out, "\n{} records, every second with a fault", options.records)?;
    let judged = check(&faulty, &options, 1)?;
    row(&mut out, "exc check, text", judged, exc, "")?;
    let json = median(&options, || run(exc_command(&faulty).args(["--format", "json"]), &[1]))?;
    row(&mut out, "exc check, json", json, exc, "")?;
    linear(&mut out, &options, directory.path())?;
    Ok(())
}

fn options(arguments: &[String]) -> Result<Options> {
    let mut options = Options { records: 20_000, rounds: 9, peers: None, large: false };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("`{argument}` takes a value"));
        match argument.as_str() {
            "--records" => options.records = value()?.parse()?,
            "--rounds" => options.rounds = value()?.parse()?,
            "--peers" => options.peers = Some(fs::canonicalize(value()?)?),
            "--large" => options.large = true,
            // Cargo passes it to every benchmark.
            "--bench" => {}
            other => anyhow::bail!("unknown argument `{other}`"),
        }
    }
    Ok(options)
}

/// Time and memory at growing sizes, which must grow as the number of records does.
fn linear(out: &mut impl Write, options: &Options, directory: &Path) -> Result<()> {
    let sizes: &[usize] = if options.large { &[20_000, 200_000] } else { &[5_000, 20_000] };
    writeln!(out, "\ngrowth")?;
    let small = directory.join("linear-0");
    generate::write(&small, 12, 0)?;
    let base = peak(&small)?;
    writeln!(out, "  a dozen records: {}", bytes(base * 1000))?;
    for &n in sizes {
        let root = directory.join(format!("linear-{n}"));
        generate::write(&root, n, 0)?;
        let time = check(&root, options, 0)?;
        let peak = peak(&root)?;
        let each = (peak - base.min(peak)) as f64 / n as f64;
        writeln!(
            out,
            "  {n:>7} records: {:>6.2} s, {:>5.1} µs each, {:>7}, {each:.1} kB each beyond that (target: at most 8 kB)",
            time.as_secs_f64(),
            time.as_secs_f64() * 1e6 / n as f64,
            bytes(peak * 1000),
        )?;
        fs::remove_dir_all(&root)?;
    }
    Ok(())
}

/// The most memory that a check of a register holds at once, in kB.
fn peak(root: &Path) -> Result<usize> {
    let output =
        Command::new(std::env::current_exe()?).arg("--floor").arg("memory").arg(root).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

fn check(root: &Path, options: &Options, code: i32) -> Result<Duration> {
    median(options, || run(&mut exc_command(root), &[code]))
}

fn exc_command(root: &Path) -> Command {
    let mut command = Command::new(EXC);
    command.args(["check", "--today", generate::TODAY, "-C"]).arg(root);
    command
}

/// The gate of a change of one record, in a repository whose objects are packed, as a clone's are.
fn gate(out: &mut impl Write, options: &Options, root: &Path) -> Result<()> {
    /// Seconds, of 20,000 records.
    const MAX: f64 = 0.5;
    writeln!(out, "\nthe same records in git, one of them changed by a pull request")?;
    git(root, &["init", "--quiet", "--initial-branch=main"])?;
    git(root, &["add", "--all"])?;
    git(root, &["commit", "--quiet", "--message=start"])?;
    git(root, &["checkout", "--quiet", "-b", "topic"])?;
    let id = generate::id(options.records / 2);
    let folder = format!("{:04}", options.records / 2 / generate::PER_FOLDER);
    let path = root.join("exceptions").join(folder).join(format!("{id}.yaml"));
    let text = fs::read_to_string(&path)?;
    fs::write(&path, text.replace("next release", "release after the next"))?;
    git(root, &["commit", "--quiet", "--all", "--message=change"])?;
    git(root, &["repack", "-adfq", "--depth=50", "--window=10"])?;
    let floor = |what: &str| -> Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--floor").arg(what).arg(root);
        Ok(command)
    };
    let mut gate = exc_command(root);
    gate.args(["--base", "main"]);
    let mut alone = exc_command(root);
    alone.arg("--no-base");
    let commands = [alone, gate, floor("read")?, floor("parse")?];
    let [alone, gate, read, parse] = side_by_side(options.rounds, commands)?;
    row(out, "exc check", alone, alone, "")?;
    row(out, "exc check --base main", gate, alone, "")?;
    row(out, "reading the files", read, alone, "")?;
    row(out, "reading and parsing with spans", parse, alone, "")?;
    verdict(out, "exc check --base main, seconds", gate.as_secs_f64(), "at most", MAX)
}

/// Runs git, which reads no configuration but the repository's own.
fn git(directory: &Path, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "").arg("-C").arg(directory);
    for setting in ["user.name=Dana", "user.email=dana@example.com", "gc.auto=0"] {
        command.args(["-c", setting]);
    }
    let status = command.args(arguments).status().context("cannot run `git`")?;
    ensure!(status.success(), "`git {}` failed", arguments[0]);
    Ok(())
}

/// Tools that a user would pick instead, for the schema alone, on the same files.
fn peers(out: &mut impl Write, options: &Options, root: &Path) -> Result<()> {
    let Some(peers) = &options.peers else {
        writeln!(
            out,
            "  peers: not measured; install them with `ci/peers.sh DIR` and name them with `--peers DIR`"
        )?;
        return Ok(());
    };
    let register = root.join("exceptions");
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in fs::read_dir(&register)? {
        let folder = folder?.path();
        if folder.is_dir() {
            for file in fs::read_dir(&folder)? {
                files.push(file?.path().strip_prefix(&register)?.to_owned());
            }
        }
    }
    files.sort();
    let measured: [(&str, f64, Command); 3] = [
        ("ajv-cli", 2.5, {
            let mut command = Command::new(peers.join("node/node_modules/.bin/ajv"));
            command.args([
                "validate",
                "--spec=draft7",
                "-c",
                "ajv-formats",
                "-s",
                SCHEMA,
                "-d",
                "*/*.yaml",
            ]);
            command
        }),
        ("jsonschema-cli", 2.5, {
            let mut command = Command::new(peers.join("cargo/bin/jsonschema-cli"));
            command.args(["validate", SCHEMA, "--offline", "--errors-only", "-i"]).args(&files);
            command
        }),
        ("check-jsonschema", 100.0, {
            let mut command = Command::new(peers.join("venv/bin/check-jsonschema"));
            command.args(["--schemafile", SCHEMA]).args(&files);
            command
        }),
    ];
    for (name, target, mut command) in measured {
        command.current_dir(&register);
        // The slowest one takes minutes: once is enough for a ratio in the hundreds.
        let rounds = if target > 50.0 { 1 } else { options.rounds };
        let [exc, time] = side_by_side(rounds, [exc_command(root), command])?;
        row(out, name, time, exc, "schema alone")?;
        verdict(out, &format!("{name} / exc check"), ratio(time, exc), "at least", target)?;
    }
    Ok(())
}

/// Runs a command to its end and gives the time it took.
fn run(command: &mut Command, codes: &[i32]) -> Result<Duration> {
    let start = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let status = status.with_context(|| format!("cannot run {:?}", command.get_program()))?;
    let time = start.elapsed();
    ensure!(
        status.code().is_some_and(|code| codes.contains(&code)),
        "{:?} ended with {status}",
        command.get_program()
    );
    Ok(time)
}

/// The best time of each command, which take turns so that all see the same machine.
fn side_by_side<const N: usize>(
    rounds: usize,
    mut commands: [Command; N],
) -> Result<[Duration; N]> {
    let mut best = [Duration::MAX; N];
    for _ in 0..rounds {
        for (command, best) in commands.iter_mut().zip(&mut best) {
            *best = run(command, &[0])?.min(*best);
        }
    }
    Ok(best)
}

fn median(options: &Options, mut measure: impl FnMut() -> Result<Duration>) -> Result<Duration> {
    let mut times = (0..options.rounds).map(|_| measure()).collect::<Result<Vec<_>>>()?;
    times.sort();
    Ok(times[times.len() / 2])
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

fn row(out: &mut impl Write, what: &str, time: Duration, exc: Duration, note: &str) -> Result<()> {
    let seconds = time.as_secs_f64();
    writeln!(out, "  {what:<32} {seconds:>8.3} s  {:>7.2} × exc check  {note}", ratio(time, exc))?;
    Ok(())
}

fn verdict(out: &mut impl Write, what: &str, ratio: f64, bound: &str, target: f64) -> Result<()> {
    let met = if bound == "at most" { ratio <= target } else { ratio >= target };
    let word = if met { "met" } else { "NOT MET" };
    writeln!(out, "    {what}: {ratio:.2} (target: {bound} {target}): {word}")?;
    Ok(())
}

/// What the benchmark measures inside a process of its own: the floors, and peak memory.
fn floor_of(what: &str, root: &Path) -> Result<()> {
    let register = root.join("exceptions");
    match what {
        "read" => {
            ensure!(exc::floor::read(&register) > 0, "nothing was read");
        }
        "parse" => {
            ensure!(exc::floor::read_and_parse(&register) > 0, "nothing was parsed");
        }
        _ => {
            let mut sink = BufWriter::new(std::io::sink());
            let mut env = exc::Env {
                today: generate::TODAY.parse()?,
                time: Default::default(),
                cwd: root.to_owned(),
                vars: Default::default(),
                terminal: exc::Terminal::default(),
                input: &mut std::io::empty(),
                out: &mut sink,
                err: &mut std::io::stderr(),
            };
            exc::run(["exc", "check"].map(Into::into), &mut env);
            let status =
                fs::read_to_string("/proc/self/status").context("memory is read from /proc")?;
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
            let digits: String = peak.chars().filter(char::is_ascii_digit).collect();
            writeln!(std::io::stdout(), "{digits}")?;
        }
    }
    Ok(())
}

fn mean_size(root: &Path) -> Result<usize> {
    let folder = root.join("exceptions/0000");
    let sizes = fs::read_dir(folder)?
        .map(|file| Ok(file?.metadata()?.len() as usize))
        .collect::<Result<Vec<usize>>>()?;
    Ok(sizes.iter().sum::<usize>() / sizes.len())
}

fn bytes(n: usize) -> String {
    match n {
        0..10_000 => format!("{n} B"),
        10_000..10_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        _ => format!("{:.1} MB", n as f64 / 1e6),
    }
}
