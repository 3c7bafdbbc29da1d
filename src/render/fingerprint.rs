//! What identifies a finding from one run to the next, for viewers that track findings over time.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::finding::Finding;

/// Hands out fingerprints, each once.
///
/// A fingerprint is made of rule, record and field, and of no line and no date: neither an edit
/// further up nor a new day makes a known finding new. Several findings of a rule at one field are
/// counted.
#[derive(Default)]
pub(super) struct Fingerprints {
    seen: HashMap<String, usize>,
}

impl Fingerprints {
    /// In the form that GitHub's `primaryLocationLineHash` has: `39fa2ee980eb94b0:1`.
    pub(super) fn of(&mut self, finding: &Finding) -> String {
        let place = &finding.place;
        let subject = finding.record.as_deref().unwrap_or(place.file.path());
        let mut hash = Sha256::new();
        for part in [finding.code.id, "\0", subject, "\0", &place.pointer] {
            hash.update(part);
        }
        let hash: String = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let n = self.seen.entry(hash.clone()).or_default();
        *n += 1;
        format!("{hash}:{n}")
    }
}
