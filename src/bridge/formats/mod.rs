//! The formats that `exc` reads, one file each.
//!
//! A new one is a file with a constant [`Format`] and its tests, and a line in [`FORMATS`]. It reads
//! the tree of its file ([`super::input`]), says of each entry how far it reaches, and keeps to what
//! the tool's own code does: whose day a bare date excludes, which entry wins, what a missing list
//! means. Where that cannot be known from the file, the reach is the reason why.

mod audit_ci;
mod azure_policy;
mod better_npm_audit;
mod cargo_audit;
mod cargo_deny;
mod checkov;
#[cfg(test)]
mod claims;
mod epac;
pub(super) mod grype;
mod inspec;
mod kyverno;
pub(super) mod osv_scanner;
mod sarif;
mod snyk;
#[cfg(test)]
mod testing;
mod trivy;

use super::Format;

/// All formats, in the order in which the help lists them.
pub(crate) const FORMATS: &[&Format] = &[
    &azure_policy::FORMAT,
    &epac::FORMAT,
    &kyverno::FORMAT,
    &trivy::FORMAT,
    &osv_scanner::FORMAT,
    &snyk::FORMAT,
    &grype::FORMAT,
    &cargo_deny::FORMAT,
    &cargo_audit::FORMAT,
    &better_npm_audit::FORMAT,
    &audit_ci::FORMAT,
    &inspec::FORMAT,
    &checkov::FORMAT,
    &sarif::FORMAT,
];

/// The format of this name.
pub(crate) fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.name == name)
}
