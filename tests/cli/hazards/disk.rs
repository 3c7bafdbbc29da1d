//! A disk without room.

use std::process::Command;

use super::each_writer;
use super::scene::{files, leftovers};
use crate::support::process::shown;

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
