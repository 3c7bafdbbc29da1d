//! The files that `exc` writes for enforcement tools, one adapter each.
//!
//! A new one is a file with a constant [`Export`] and its tests, and a line in [`EXPORTS`]. It makes an
//! entry of each binding ([`Granted::each`]), or says why the tool's file cannot say it: what is
//! written allows exactly what the record does, or less, and ends when it ends. The same register on
//! the same day makes the same bytes: no clock, no order of a hash table.

#[cfg(test)]
mod testing;
mod trivy;

use super::grant::{Granted, Left};
use crate::model::Tool;

/// A file of a tool, as it is made of the register.
pub(crate) struct Export {
    /// The name on the command line.
    pub(crate) name: &'static str,
    /// What the file is, for the help.
    pub(crate) about: &'static str,
    /// Whose bindings it holds; none where it is about all records.
    pub(crate) tool: Option<Tool>,
    /// The text of the file; what it cannot say is added to the list.
    pub(crate) write: fn(&Granted<'_>, &mut Vec<Left>) -> String,
}

/// All exports, in the order in which the help lists them.
pub(crate) const EXPORTS: &[&Export] = &[&trivy::EXPORT];

/// The export of this name.
pub(crate) fn named(name: &str) -> Option<&'static Export> {
    EXPORTS.iter().copied().find(|export| export.name == name)
}

/// What a generated file says on its first lines, where it can have comments that begin with `#`.
fn header(export: &Export) -> String {
    format!(
        "# Written by `exc export {}` from the exceptions in force: change the records, and write it again\n",
        export.name
    )
}
