//! The code quality report of GitLab.
//!
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>. GitLab hides
//! `check_name`, so the code also starts the description, and shows only the first entry with a
//! fingerprint.

use std::io::{self, Write};

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::fingerprint::Fingerprints;
use super::{Judgement, Safe, elsewhere, json};
use crate::finding::{Finding, Kind, Level};

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

struct Entries<'a>(&'a [Finding]);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fingerprints = Fingerprints::default();
        let mut entries = serializer.serialize_seq(Some(self.0.len()))?;
        for finding in self.0 {
            entries.serialize_element(&entry(finding, &mut fingerprints))?;
        }
        entries.end()
    }
}

/// Writes one entry for each finding.
pub(super) fn write(judgement: &Judgement<'_>, out: &mut dyn Write) -> io::Result<()> {
    json::write(&Entries(judgement.findings), out)
}

fn entry<'a>(finding: &'a Finding, fingerprints: &mut Fingerprints) -> Entry<'a> {
    let help = finding.help.as_ref().map(|help| format!(" ({})", Safe(help)));
    let message = Safe(&finding.message);
    let who = elsewhere(finding).map(|who| format!("; {who}")).unwrap_or_default();
    Entry {
        description: format!("{}: {message}{who}{}", finding.code.id, help.unwrap_or_default()),
        check_name: finding.code.id,
        fingerprint: fingerprints.of(finding),
        severity: severity(finding),
        location: Location {
            path: finding.place.file.path(),
            lines: Lines { begin: finding.place.start().line, end: finding.place.end().line },
        },
    }
}

/// What could not be judged blocks; what the clock made an error is critical, since it is in force
/// and no longer allowed; other errors are major, warnings minor.
fn severity(finding: &Finding) -> &'static str {
    match (finding.level, finding.code.kind) {
        _ if finding.code.unjudged => "blocker",
        (Level::Error, Kind::Calendar) => "critical",
        (Level::Error, Kind::Structural) => "major",
        (Level::Warning, _) => "minor",
    }
}
