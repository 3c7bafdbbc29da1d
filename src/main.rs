//! The real world: arguments, clock, environment, working directory and streams, handed to
//! [`exc::run`].

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use exc::{Env, Outcome, Terminal};

/// Records are many small texts, which this allocator hands out and takes back in less time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    let today = chrono::Utc::now().date_naive();
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
        width: terminal_size::terminal_size().map(|(width, _)| width.0.into()),
    };
    let text = |value: std::ffi::OsString| value.into_string().ok();
    let vars = std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?)));
    let mut out = BufWriter::new(io::stdout().lock());
    let mut env = Env {
        today,
        cwd,
        vars: vars.collect(),
        terminal,
        input: &mut io::stdin().lock(),
        out: &mut out,
        err: &mut io::stderr(),
    };
    exc::run(std::env::args_os(), &mut env).into()
}
