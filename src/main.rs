//! The real world: arguments, clock, environment, working directory and streams, handed to
//! [`exc::run`]; and signals, which end it.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use exc::{Env, Outcome, Terminal};

/// Records are many small texts, which this allocator hands out and takes back in less time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    #[cfg(unix)]
    if let Err(error) = end_on_signals() {
        let _ = writeln!(io::stderr(), "error: cannot listen to signals: {error}");
        return Outcome::Error.into();
    }
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    let now = chrono::Utc::now();
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the directory")]
    let cwd = std::env::current_dir();
    let cwd = match cwd {
        Ok(cwd) => cwd,
        Err(error) => {
            // A closed standard error leaves nowhere to say it; the exit code does.
            let _ = writeln!(io::stderr(), "error: the working directory is gone: {error}");
            return Outcome::Error.into();
        }
    };
    let terminal = Terminal {
        input: io::stdin().is_terminal(),
        output: io::stdout().is_terminal(),
        error: io::stderr().is_terminal(),
        width: terminal_size::terminal_size().map(|(width, _)| width.0.into()),
    };
    let text = |value: std::ffi::OsString| value.into_string().ok();
    let vars = std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?)));
    let mut out = BufWriter::new(io::stdout().lock());
    let mut env = Env {
        today: now.date_naive(),
        time: now.time(),
        cwd,
        vars: vars.collect(),
        terminal,
        input: &mut io::stdin().lock(),
        out: &mut out,
        err: &mut io::stderr(),
    };
    exc::run(std::env::args_os(), &mut env).into()
}

/// Ends the process on Ctrl-C and its like with 128 and the signal's number, at once, but for
/// removing what is half written. Ctrl-C while an editor has the terminal is meant for the editor.
#[cfg(unix)]
fn end_on_signals() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    // A file that grows too large is an error of the one who writes it, who tells and tidies up.
    #[cfg(target_os = "linux")]
    signal_hook::flag::register(libc::SIGXFSZ, std::sync::Arc::default())?;

    let ignored = ignored_signals();
    let is_heard = |signal: &i32| ignored >> (signal - 1) & 1 == 0;
    let heard = [SIGHUP, SIGINT, SIGTERM].into_iter().filter(is_heard);
    let mut signals = signal_hook::iterator::Signals::new(heard)?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let is_ours = |signal: &i32| *signal != SIGINT || !exc::are_interrupts_left();
        if let Some(signal) = signals.forever().find(is_ours) {
            let _until_the_end = exc::abandon_writes();
            // A terminal that is gone hears nothing.
            if let Some(word) = exc::last_word() {
                let _ = writeln!(io::stderr(), "\n{word}");
            }
            signal_hook::low_level::exit(128 + signal);
        }
    })?;
    Ok(())
}

/// The signals that whoever started the process wants ignored, as `nohup` does: a bit for each, the
/// lowest for the first. None where the system does not tell.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}
