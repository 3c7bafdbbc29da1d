//! `exc` on a pseudo-terminal, at which somebody types.

use std::io::{Read, Write};
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::blocking::{Command, Pty, open};

use super::Workspace;

/// How long a machine that is busy may take to say something.
const PATIENCE: Duration = Duration::from_secs(60);

/// A terminal, with a program on it.
pub(crate) struct Session {
    pty: Arc<Pty>,
    child: Child,
    said: Receiver<Vec<u8>>,
    /// Everything that was on the terminal so far, also what was typed.
    text: String,
    /// How much of that was waited for.
    n_seen: usize,
}

impl Session {
    /// Starts the program in a register, on a fixed day, on a terminal that is wide enough for each
    /// sentence.
    pub(crate) fn start(workspace: &Workspace, arguments: &[&str], vars: &[(&str, &str)]) -> Self {
        Self::start_in(400, workspace, arguments, vars)
    }

    /// The same on a terminal of so many columns.
    pub(crate) fn start_in(
        n_columns: u16,
        workspace: &Workspace,
        arguments: &[&str],
        vars: &[(&str, &str)],
    ) -> Self {
        let (pty, pts) = open().expect("a pseudo-terminal");
        pty.resize(pty_process::Size::new(40, n_columns)).expect("a size");
        let command = Command::new(env!("CARGO_BIN_EXE_exc"))
            .args(arguments)
            .args(["--today", "2026-11-20"])
            .env_clear()
            .env("NO_COLOR", "1")
            .env("TMPDIR", workspace.root())
            .envs(vars.iter().copied())
            .current_dir(workspace.root());
        let child = command.spawn(pts).expect("the program runs");
        let pty = Arc::new(pty);
        let (sender, said) = channel();
        let reader = Arc::clone(&pty);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The end of the program is an error of its terminal.
            while let Ok(n) = (&*reader).read(&mut bytes) {
                if n == 0 || sender.send(bytes[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { pty, child, said, text: String::new(), n_seen: 0 }
    }

    /// Waits until the terminal shows a text, behind what was waited for before.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, wanted: &str) -> &mut Self {
        let start = Instant::now();
        loop {
            if let Some(at) = self.text[self.n_seen..].find(wanted) {
                self.n_seen += at + wanted.len();
                return self;
            }
            match self.said.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
                Ok(bytes) => self.add(&bytes),
                Err(_) => panic!("`{wanted}` is not shown:\n{}", self.text),
            }
        }
    }

    /// Types bytes as they are.
    pub(crate) fn press(&mut self, keys: &[u8]) -> &mut Self {
        (&*self.pty).write_all(keys).expect("the terminal takes it");
        self
    }

    pub(crate) fn type_line(&mut self, line: &str) -> &mut Self {
        self.press(format!("{line}\n").as_bytes())
    }

    /// Waits for the end of a question, and answers it.
    #[track_caller]
    pub(crate) fn answer(&mut self, question: &str, line: &str) -> &mut Self {
        self.wait_for(question).wait_for("> ").type_line(line)
    }

    /// Waits for the end: the exit code, and all that was shown, with the line ends of a file.
    #[track_caller]
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let start = Instant::now();
        while let Ok(bytes) = self.said.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
            self.add(&bytes);
        }
        let status = self.child.wait().expect("it has ended");
        (status.code(), self.text.replace("\r\n", "\n"))
    }

    fn add(&mut self, bytes: &[u8]) {
        self.text.push_str(&String::from_utf8_lossy(bytes));
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A test that has failed leaves no program behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
