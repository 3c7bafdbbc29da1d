//! What the bases of the files in a report stand for: `run.originalUriBaseIds`, section 3.14.14 of SARIF.
//!
//! `SRCROOT` is the root of the repository by custom. Where a report says that it is a folder, of a machine
//! or below another base, it need not be that root; `versionControlProvenance` (3.14.10) says where it is.

use super::list;
use crate::bridge::input::{Fault, Node};

const ROOT: &str = "SRCROOT";

/// Whether `SRCROOT` is the root of the repository.
pub(super) struct Bases {
    /// What a run says that it is instead.
    elsewhere: Option<String>,
}

impl Bases {
    pub(super) fn of(run: &Node) -> Result<Self, Fault> {
        let bases = run.get("originalUriBaseIds").map(Node::entries).unwrap_or_default();
        let is_root = |id: &str| id.trim_matches('%').eq_ignore_ascii_case(ROOT);
        let mut elsewhere = None;
        for entry in bases.iter().filter(|entry| is_root(&entry.key)) {
            let (uri, base) = (entry.value.text_at("uri")?, entry.value.text_at("uriBaseId")?);
            elsewhere = elsewhere.or_else(|| match (uri, base) {
                (None, None) => None,
                (Some(uri), None) => Some(format!("`{uri}`")),
                (uri, Some(base)) => Some(format!("`{}` below `{base}`", uri.unwrap_or_default())),
            });
        }
        for provenance in list(run, "versionControlProvenance")? {
            let Some(mapped) = provenance.get("mappedTo") else { continue };
            let is_whole = matches!(mapped.text_at("uri")?, None | Some("" | "." | "./"));
            if is_whole && mapped.text_at("uriBaseId")?.is_some_and(is_root) {
                elsewhere = None;
            }
        }
        Ok(Self { elsewhere })
    }

    /// Whether a base, without the signs around it, is the root of the repository.
    pub(super) fn is_root(&self, base: &str) -> bool {
        base.eq_ignore_ascii_case(ROOT) && self.elsewhere.is_none()
    }

    /// Why a base may be another folder than the root, where it is called so.
    pub(super) fn doubt(&self, base: &str) -> Option<String> {
        let place = self.elsewhere.as_ref().filter(|_| base.eq_ignore_ascii_case(ROOT))?;
        Some(format!(
            "`{ROOT}` is {place} in the report, which need not be the root of the repository: \
             `versionControlProvenance` says whether it is"
        ))
    }
}
