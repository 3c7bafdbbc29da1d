//! The commands, run in-process: one file for each, named after it.

mod init;
mod list;
mod new;
mod show;
mod support;
