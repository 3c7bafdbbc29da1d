//! A disk without room.

use std::process::Command;

use super::each_writer;
use super::scene::{files, leftovers};
use crate::support::process::shown;
use crate::support::{RECORD_PATH, Workspace, good_record, record};

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_every_file_as_it_was_and_is_told() {
    each_writer(|scene| {
        // A file that may have no bytes stands for a disk that has no room.
        let line = format!("ulimit -f 0; exec '{}' \"$@\"", env!("CARGO_BIN_EXE_exc"));
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &line, "sh"]).args(scene.words(0));
        shell.env_clear().current_dir(scene.w.root());
        let output = scene.spawn(shell).wait_with_output().expect("a shell");
        let (code, _, err) = shown(&output);
        let words = scene.words;
        assert_eq!(code, Some(2), "{words:?}: {err}");
        let is_told = |line: &str| line.starts_with("error: ") && line.contains(": File too large");
        assert!(err.lines().any(is_told), "{words:?}: {err}");
        assert!(!err.contains(".exc-"), "a name that nobody knows: {words:?}: {err}");
        assert_eq!(files(&scene.w), scene.before, "{words:?}");
        assert_eq!(leftovers(&scene.w), [""; 0], "{words:?}");
        // Once there is room, nothing is in the way.
        let said = scene.run(0);
        assert_eq!(files(&scene.w), scene.after, "{words:?}: {said:?}");
    });
}

/// What was done to the first must not be done to it twice.
#[cfg(target_os = "linux")]
#[test]
fn of_several_files_those_that_are_written_and_those_that_are_not_are_told() {
    const OTHER: &str = "exceptions/EXC-2026-9T4B.yaml";
    let w = Workspace::with_record();
    let other = record("EXC-2026-9T4B", "high", "2027-01-31").replace("/model-proxy/", "/gateway/");
    w.write(OTHER, other);
    // The second file does not fit.
    let long = format!("# {}\n{}", "x".repeat(40_000), good_record());
    w.write(RECORD_PATH, &long);
    let line = format!("ulimit -f 16; exec '{}' \"$@\"", env!("CARGO_BIN_EXE_exc"));
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &line, "sh", "close", "9T4B", "K7QD", "--outcome", "withdrawn"]);
    shell.args(["--note", "Project Ferry ended in November, see run 9", "--today", "2026-11-20"]);
    shell.env_clear().current_dir(w.root());
    let (code, out, err) = shown(&shell.output().expect("a shell"));
    assert_eq!((code, out.as_str()), (Some(2), format!("{OTHER}\n").as_str()), "{err}");
    let hint = format!(
        "hint: 1 of 2 files are written, as printed; run the command again for the rest alone: `{RECORD_PATH}`"
    );
    assert!(err.contains(&hint), "{err}");
    assert!(w.read(OTHER).contains("outcome: withdrawn"));
    assert_eq!(w.read(RECORD_PATH), long);
}
