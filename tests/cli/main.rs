//! `exc` as its users see it: command lines in, output and exit codes out.

mod check;
mod files;
mod hostile;
mod support;
mod tidy;
