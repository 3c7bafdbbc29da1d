//! `.trivyignore.yaml`, to be passed with `--ignorefile`.
//!
//! Source: <https://trivy.dev/latest/docs/configuration/filtering/>. An entry ends at the instant that
//! it says. Trivy sorts its findings into four sections and a binding does not say which one: an id
//! that no scanner is known for stands in each of them, which is what a line of `.trivyignore` means.
//! Trivy reads package URLs with <https://github.com/package-url/packageurl-go>, which makes the letters of
//! some types small, those of the entry and those of what it finds.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Export, header};
use crate::bridge::grant::{Grant, Granted, Left};
use crate::model::reach::package_letters;
use crate::model::{Binding, Tool};

pub(crate) const EXPORT: Export = Export {
    name: "trivy",
    about: "`.trivyignore.yaml`, for `trivy --ignorefile`",
    tool: Some(Tool::Trivy),
    endings: &["yaml", "yml"],
    write,
};

/// A section of the file, in the order in which Trivy documents them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Section {
    Vulnerabilities,
    Misconfigurations,
    Secrets,
    Licenses,
}

#[derive(Clone, Debug, Serialize)]
struct Entry {
    id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    paths: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    purls: Vec<String>,
    expired_at: String,
    statement: String,
}

/// Databases of vulnerabilities, by how their ids begin.
const VULNERABILITIES: [&str; 14] = [
    "CVE-", "GHSA-", "RUSTSEC-", "GO-", "PYSEC-", "OSV-", "GMS-", "TEMP-", "DLA-", "DSA-", "USN-",
    "RHSA-", "ALAS", "NSWG-",
];

/// Types of whose names packageurl-go, of one version or another, makes the letters small.
const SMALL: [&str; 13] = [
    "alpm",
    "apk",
    "bitbucket",
    "bitnami",
    "brew",
    "composer",
    "deb",
    "github",
    "golang",
    "hex",
    "npm",
    "qpkg",
    "rpm",
];

fn write(granted: &Granted<'_>, left: &mut Vec<Left>) -> String {
    let mut sections: BTreeMap<Section, Vec<Entry>> = BTreeMap::new();
    for (section, entry) in granted.each(Tool::Trivy, left, entries).into_iter().flatten() {
        sections.entry(section).or_default().push(entry);
    }
    let body = serde_yaml::to_string(&sections).expect("plain values are YAML");
    header(&EXPORT) + &body
}

fn entries(grant: &Grant<'_>, binding: &Binding) -> Result<Vec<(Section, Entry)>, String> {
    if binding.ids.iter().any(|id| id == "*") {
        return Err(
            "an entry without an `id` is read by some versions of Trivy only: name the ids"
                .to_owned(),
        );
    }
    super::are_texts(binding.ids.iter().chain(&binding.paths))?;
    super::are_for_doublestar(&binding.paths)?;
    let is_of_another = |url: &&String| {
        package_letters(url)
            .is_none_or(|(kind, has_capitals)| has_capitals && SMALL.contains(&kind.as_str()))
    };
    if let Some(url) = binding.packages.iter().find(is_of_another) {
        return Err(format!(
            "the package `{url}` cannot be told to Trivy, which makes its letters small: the entry would \
             leave another package alone, too"
        ));
    }
    let entry = |id: &String| Entry {
        id: id.clone(),
        paths: binding.paths.clone(),
        purls: binding.packages.clone(),
        expired_at: grant.end().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        statement: grant.reason(),
    };
    let all = binding.ids.iter().flat_map(|id| {
        let is_of_packages = !binding.packages.is_empty();
        sections(id, is_of_packages).iter().map(move |section| (*section, entry(id)))
    });
    Ok(all.collect())
}

/// The sections in which an id may be found. Packages only count for vulnerabilities, so that an entry
/// with some would be wider elsewhere.
fn sections(id: &str, is_of_packages: bool) -> &'static [Section] {
    match id {
        _ if is_of_packages || VULNERABILITIES.iter().any(|it| id.starts_with(it)) => {
            &[Section::Vulnerabilities]
        }
        _ if id.starts_with("AVD-") => &[Section::Misconfigurations],
        _ => &[
            Section::Vulnerabilities,
            Section::Misconfigurations,
            Section::Secrets,
            Section::Licenses,
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{exported, refused};
    use super::*;

    #[test]
    fn each_id_is_an_entry_that_ends_with_the_record() {
        let text =
            exported(&EXPORT, "tool: trivy, ids: [CVE-2026-1, AVD-DS-0002], paths: [a/go.sum]");
        insta::assert_snapshot!(text, @r"
        # Written by `exc export trivy` from the exceptions in force: change the records, and write it again
        vulnerabilities:
        - id: CVE-2026-1
          paths:
          - a/go.sum
          expired_at: 2027-02-01T00:00:00Z
          statement: 'EXC-2026-K7QD: The vendor''s region offers no private link: ticket 48213 # yes'
        misconfigurations:
        - id: AVD-DS-0002
          paths:
          - a/go.sum
          expired_at: 2027-02-01T00:00:00Z
          statement: 'EXC-2026-K7QD: The vendor''s region offers no private link: ticket 48213 # yes'
        ");
    }

    #[test]
    fn an_id_of_an_unknown_scanner_stands_in_each_section() {
        let text = exported(&EXPORT, "tool: trivy, ids: [generic-key]");
        assert_eq!(text.matches("id: generic-key").count(), 4, "{text}");
    }

    #[test]
    fn packages_stand_where_they_count_only() {
        let text = exported(&EXPORT, "tool: trivy, ids: [KSV001], packages: ['pkg:npm/x@1']");
        assert!(text.contains("vulnerabilities:") && !text.contains("licenses:"), "{text}");
    }

    #[test]
    fn a_path_is_no_pattern_but_for_its_stars() {
        let why = refused(&EXPORT, "tool: trivy, ids: [CVE-1], paths: ['app/[id]/go.sum']");
        assert!(why.contains("`app/[id]/go.sum`"), "{why}");
        exported(&EXPORT, "tool: trivy, ids: [CVE-1], paths: ['app/**/go.?um']");
    }

    #[test]
    fn a_package_whose_letters_trivy_takes_for_those_of_another_one_is_refused() {
        let packages = |url: &str| format!("tool: trivy, ids: [CVE-1], packages: ['{url}']");
        for url in [
            "pkg:golang/github.com/Sirupsen/logrus@1.0.0",
            "pkg:golang/github.com/a/B",
            "pkg:npm/%40S/a",
            "pkg:npm/@S/a",
        ] {
            let why = refused(&EXPORT, &packages(url));
            assert!(why.contains(&format!("`{url}`")) && why.contains("letters"), "{why}");
        }
        for url in
            ["pkg:golang/github.com/sirupsen/logrus@v1.0.0-RC1", "pkg:npm/@s/a", "pkg:pypi/Foo_B"]
        {
            exported(&EXPORT, &packages(url));
        }
    }

    #[test]
    fn all_ids_cannot_be_said_to_every_version() {
        let why = refused(&EXPORT, "tool: trivy, ids: ['*'], paths: [vendor/**]");
        assert!(why.contains("name the ids"), "{why}");
    }
}
