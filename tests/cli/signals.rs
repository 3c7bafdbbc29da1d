//! Row F10 of the table of hostile input: what a signal does to `exc`, and what it leaves behind.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::support::Workspace;
use super::support::process::command;

/// Signals by the names that the shell knows, with what `exc` ends with.
const SIGNALS: [(&str, i32); 3] = [("INT", 130), ("TERM", 143), ("HUP", 129)];
const PATIENCE: Duration = Duration::from_secs(60);

/// A register of which so much is to be said that writing it takes a while.
fn faulty() -> Workspace {
    let workspace = Workspace::new();
    let faults: String = (0..99).map(|n| format!("key_{n}: x\n")).collect();
    for n in 0..200 {
        workspace.write(format!("exceptions/EXC-2026-{n:04}.yaml"), &faults);
    }
    workspace.write("reports/found.sarif", "older");
    workspace
}

fn send(signal: &str, to: &Child) {
    let line = format!("kill -{signal} {}", to.id());
    let sent = Command::new("/bin/sh").args(["-c", &line]).status().expect("a shell");
    assert!(sent.success(), "the process has ended already");
}

#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        sleep(Duration::from_millis(1));
    }
}

fn end(mut child: Child) -> ExitStatus {
    let mut status = None;
    wait_until("the process ends", || {
        status = child.try_wait().expect("the process is waited for");
        status.is_some()
    });
    status.expect("it has ended")
}

/// Waits until some of the report has reached the disk, and not all of it.
fn is_half_written(workspace: &Workspace) {
    wait_until("a temporary file has bytes", || {
        let folder = std::fs::read_dir(workspace.path("reports")).expect("a folder is read");
        let mut files = folder.map(|entry| entry.expect("an entry"));
        files.any(|file| {
            let has_bytes = file.metadata().is_ok_and(|metadata| metadata.len() > 0);
            has_bytes && file.file_name() != "found.sarif"
        })
    });
}

#[test]
fn f10_a_signal_while_a_file_is_written_leaves_the_old_one_and_no_other() {
    let workspace = faulty();
    for (signal, code) in SIGNALS {
        let mut check = command(&workspace);
        check.args(["--quiet", "--report", "sarif=reports/found.sarif"]).stdout(Stdio::null());
        let child = check.spawn().expect("the program runs");
        is_half_written(&workspace);
        send(signal, &child);
        assert_eq!(end(child).code(), Some(code), "{signal}");
        assert_eq!(workspace.names("reports"), ["found.sarif"], "{signal}");
        assert_eq!(workspace.read("reports/found.sarif"), "older", "{signal}");
    }
}

#[test]
fn f10_a_signal_ends_at_once_what_nobody_reads() {
    let workspace = faulty();
    let mut child = command(&workspace).stdout(Stdio::piped()).spawn().expect("it runs");
    // What is printed is more than the pipe holds, so it blocks.
    let mut out = child.stdout.take().expect("a pipe");
    out.read_exact(&mut [0]).expect("it has begun to print");
    send("INT", &child);
    assert_eq!(end(child).code(), Some(130));
}

#[test]
#[cfg(target_os = "linux")]
fn f10_a_signal_that_is_ignored_from_the_start_stays_ignored() {
    let workspace = faulty();
    let line = format!(
        "trap '' HUP; exec '{}' check --today 2026-11-20 -o reports/found.sarif --format sarif",
        env!("CARGO_BIN_EXE_exc")
    );
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &line]).env_clear().current_dir(workspace.root());
    let child = shell.spawn().expect("a shell");
    is_half_written(&workspace);
    send("HUP", &child);
    assert_eq!(end(child).code(), Some(1));
    assert_eq!(workspace.names("reports"), ["found.sarif"]);
    let report = workspace.read("reports/found.sarif");
    assert!(serde_json::from_str::<serde_json::Value>(&report).is_ok(), "the report is whole");
}
