//! `exc` as a process of its own, for what only the operating system can do to it.

use std::process::{Command, Output};

use super::Workspace;

/// A check with no environment but what it needs to find nothing.
pub(crate) fn command(workspace: &Workspace) -> Command {
    let mut command = program(workspace);
    command.args(["check", "--today", "2026-11-20"]);
    command
}

/// The program alone, in that environment.
pub(crate) fn program(workspace: &Workspace) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exc"));
    command.env_clear().current_dir(workspace.path(""));
    command
}

/// The exit code, and both streams as text.
#[track_caller]
pub(crate) fn shown(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the output is UTF-8");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}
