//! What can be wrong with a file of a register before a record is looked for in it.

use std::fmt;
use std::sync::Arc;

use crate::finding::{Code, Finding, Place};
use crate::git;
use crate::text::{SourceFile, shell_word};

pub(crate) const TOO_LARGE: Code = Code::unjudged("EXC005", "file-too-large");
pub(crate) const STRAY_FILE: Code = Code::error("EXC006", "stray-file").adjustable();
pub(crate) const SYMLINK: Code = Code::unjudged("EXC007", "symlink");
pub(crate) const NOT_A_FILE: Code = Code::unjudged("EXC008", "not-a-regular-file");
pub(crate) const COLLIDING_NAMES: Code = Code::error("EXC009", "colliding-names");
pub(crate) const UNREADABLE: Code = Code::unjudged("EXC010", "unreadable-file");
pub(crate) const EXECUTABLE: Code = Code::warning("EXC022", "executable-file");
pub(crate) const UNPORTABLE_NAME: Code = Code::error("EXC024", "unportable-name");

pub(super) fn nameless(name: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile::new(name, ""))
}

pub(super) fn symlink(file: &Arc<SourceFile>) -> Finding {
    let finding = SYMLINK.finding(Place::file(file), "a symbolic link is not followed");
    finding.help("put the record itself here")
}

pub(super) fn not_a_file(file: &Arc<SourceFile>) -> Finding {
    let finding = NOT_A_FILE.finding(Place::file(file), "this is no regular file");
    finding.help("remove it from the register")
}

pub(super) fn too_large(file: &Arc<SourceFile>, max_size: u64) -> Finding {
    let message = format!("the file is larger than {} KiB", max_size / 1024);
    TOO_LARGE.finding(Place::file(file), message).help("keep evidence elsewhere and link to it")
}

pub(super) fn unreadable(file: &Arc<SourceFile>, error: &dyn fmt::Display) -> Finding {
    let finding = UNREADABLE.finding(Place::file(file), format!("cannot be read: {error}"));
    finding.help("check its permissions, and that it still exists")
}

/// What git cannot give.
pub(super) fn lost(file: &Arc<SourceFile>, error: &git::Error) -> Finding {
    let finding = UNREADABLE.finding(Place::file(file), format!("cannot be read: {error}"));
    finding.help(error.hint())
}

pub(super) fn executable(file: &Arc<SourceFile>) -> Finding {
    let finding = EXECUTABLE.finding(Place::file(file), "the file is executable");
    finding.help(format!("run `chmod -x {}`", shell_word(file.path())))
}
