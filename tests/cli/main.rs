//! `exc` as its users see it: command lines in, output and exit codes out. One file for each
//! command, named after it, and some for what concerns them all.

mod adapters;
mod amending;
mod amending_files;
mod amending_refused;
mod approve;
mod bare;
mod base;
mod cache;
#[cfg(unix)]
mod canary;
mod check;
mod completions;
mod diff;
mod digest;
#[cfg(unix)]
mod distribution;
mod doctor;
mod documents;
mod emergencies;
mod export;
mod files;
mod fixing;
mod fmt;
#[cfg(unix)]
mod guide;
#[cfg(unix)]
mod hazards;
mod history;
mod hostile;
mod import;
mod in_force;
mod init;
#[cfg(unix)]
mod init_ci;
mod list;
mod mainline;
mod new;
#[cfg(unix)]
mod new_drafts;
mod new_offers;
#[cfg(unix)]
mod new_resume;
#[cfg(unix)]
mod new_terminal;
mod outputs;
mod pull_requests;
mod reconcile;
mod reconcile_files;
mod report;
mod report_doubts;
mod review;
mod rules;
mod schema;
mod show;
#[cfg(unix)]
mod signals;
mod story;
mod support;
mod tidy;
mod tightened;
mod verify;
