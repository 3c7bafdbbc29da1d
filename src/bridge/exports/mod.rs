//! The files that `exc` writes for enforcement tools, one adapter each.
//!
//! A new one is a file with a constant [`Export`] and its tests, and a line in [`EXPORTS`]. It makes an
//! entry of each binding ([`Granted::each`]), or says why the tool's file cannot say it: what is
//! written allows exactly what the record does, or less, and ends when it ends. The same register on
//! the same day makes the same bytes: no clock, no order of a hash table.

mod arm;
mod cargo_deny;
mod epac;
mod exemptions;
mod grype;
mod inspec;
mod kyverno;
mod oscal;
mod osv_scanner;
#[cfg(test)]
mod testing;
mod trivy;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::NaiveDate;
use packageurl::PackageUrl;
use serde::Serialize;

use super::grant::{Granted, Left};
use crate::model::{Binding, Tool};
use crate::source::reads_as;

/// A file of a tool, as it is made of the register.
pub(crate) struct Export {
    /// The name on the command line.
    pub(crate) name: &'static str,
    /// What the file is, for the help.
    pub(crate) about: &'static str,
    /// Whose bindings it holds; none where it is about all records.
    pub(crate) tool: Option<Tool>,
    /// How the name of the file has to end, for the tool to read it in this form; empty where any name
    /// will do.
    pub(crate) endings: &'static [&'static str],
    /// The text of the file; what it cannot say is added to the list.
    pub(crate) write: fn(&Granted<'_>, &mut Vec<Left>) -> String,
}

/// All exports, in the order in which the help lists them.
pub(crate) const EXPORTS: &[&Export] = &[
    &epac::EXPORT,
    &arm::EXPORT,
    &kyverno::RULES,
    &kyverno::EXPRESSIONS,
    &trivy::EXPORT,
    &osv_scanner::EXPORT,
    &grype::EXPORT,
    &cargo_deny::EXPORT,
    &inspec::EXPORT,
    &oscal::EXPORT,
];

/// The export of this name.
pub(crate) fn named(name: &str) -> Option<&'static Export> {
    EXPORTS.iter().copied().find(|export| export.name == name)
}

/// What a generated file says on its first lines, where it can have comments that begin with `#`.
fn header(export: &Export) -> String {
    format!("# {}\n", origin(export))
}

/// Where a generated file comes from.
fn origin(export: &Export) -> String {
    format!(
        "Written by `exc export {}` from the exceptions in force: change the records, and write it again",
        export.name
    )
}

/// What a file says besides whose entries have no end: how long it is right.
fn untimed(lasts: impl IntoIterator<Item = NaiveDate>) -> String {
    match lasts.into_iter().min() {
        None => String::new(),
        Some(first) => format!(
            "# Nothing here ends by itself. The first entry is valid through {first} (UTC): write it again each day\n"
        ),
    }
}

/// An entry that counts for all that has its key, with the last valid day of its record.
struct Keyed<T> {
    key: String,
    last: NaiveDate,
    entry: T,
}

/// One entry for each key, where the tool lets only one of several count. All entries of a key leave
/// alone the same, each as long as its record lasts: what they do together is what the one does that
/// lasts longest, and that one is no wider than its own record. Any other one that hides it would end
/// too early.
fn lasting<T>(entries: impl IntoIterator<Item = Keyed<T>>) -> BTreeMap<String, Keyed<T>> {
    let mut all: BTreeMap<String, Keyed<T>> = BTreeMap::new();
    for keyed in entries {
        match all.entry(keyed.key.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(keyed);
            }
            Entry::Occupied(mut entry) if keyed.last > entry.get().last => {
                entry.insert(keyed);
            }
            Entry::Occupied(_) => {}
        }
    }
    all
}

/// The ids of a binding, where the tool has no word for all of them.
fn named_ids(binding: &Binding) -> Result<&[String], String> {
    match binding.ids.iter().any(|id| id == "*") {
        true => Err("there is no entry for whatever the tool finds: name the ids".to_owned()),
        false => Ok(&binding.ids),
    }
}

/// Refuses texts that are written without quotes and that a reader of YAML 1.1 takes for another type.
fn are_texts<'a>(values: impl IntoIterator<Item = &'a String>) -> Result<(), String> {
    let is_bare =
        |value: &String| serde_yaml::to_string(value).is_ok_and(|text| text.trim_end() == value);
    let odd = values.into_iter().filter(|value| is_bare(value));
    let merged = |value: &str| (value == "<<").then_some("a merge key");
    let odd =
        odd.filter_map(|value| Some((value, reads_as(value).or_else(|| merged(value))?))).next();
    odd.map_or(Ok(()), |(value, what)| {
        Err(format!("`{value}` is {what} to some readers of YAML, and no text"))
    })
}

/// Whether a package URL keeps its letters once it is parsed: a name in small ones is another package to
/// tools that heed their case.
fn is_exact(url: &str, parsed: &PackageUrl<'_>) -> bool {
    let again = parsed.to_string();
    again == url || !again.eq_ignore_ascii_case(url)
}

/// Refuses paths that doublestar, of Go, matches otherwise than a record means them
/// (<https://github.com/bmatcuk/doublestar#patterns>).
fn are_for_doublestar(paths: &[String]) -> Result<(), String> {
    let is_odd = |part: &str| part == ".." || (part.contains("**") && part != "**");
    let odd = paths
        .iter()
        .find(|path| path.contains(['[', ']', '{', '}', '\\']) || path.split('/').any(is_odd));
    odd.map_or(Ok(()), |path| {
        Err(format!("the tool reads more into the path `{path}` than `*`, `?` and `**`"))
    })
}

/// A file of JSON.
fn json(file: &impl Serialize) -> String {
    serde_json::to_string_pretty(file).expect("plain values are JSON") + "\n"
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::testing::{covered, granted, record};
    use super::*;

    /// Texts that would end a text, a comment or an entry, were they written as they are.
    const HOSTILE: [&str; 9] = [
        "\"\n  }, {\"id\": \"*\"}, {\"",
        "'\n- vulnerability: '*'\nignore: '",
        "\"\"\"\n[[IgnoredVulns]]\nid = \"X\"\n'''\n",
        "x */ --> ]]> {{ .Values }} ${{ github.token }}",
        "a # b\r# c\u{85}d\u{2028}- e\u{2029}\u{feff}f",
        "\u{0}\u{1b}[2J\u{7}\u{7f}\u{9b}\u{202e}\u{2066}\u{e0001}",
        "--- !!python/object/apply:os.system ['x'] &a *a <<: {a: b}\n---\nkind: List\n...",
        "\\",
        "%YAML 1.1\t\u{fffe}\u{ffff}\u{10ffff}",
    ];

    const AZURE: &str = "tool: azure-policy, assignment: /subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/providers/Microsoft.Authorization/policyAssignments/a";

    #[test]
    fn no_text_of_a_record_breaks_out_of_a_file() {
        let long = "x ".repeat(100_000);
        for (name, binding) in [
            ("epac", AZURE),
            ("arm", AZURE),
            ("kyverno", "tool: kyverno, policy: a"),
            ("kyverno-cel", "tool: kyverno, policy: a, policy_kind: ValidatingPolicy"),
            ("trivy", "tool: trivy, ids: [CVE-2026-1]"),
            ("osv-scanner", "tool: osv-scanner, ids: [CVE-2026-1]"),
            ("grype", "tool: grype, ids: [CVE-2026-1]"),
            ("cargo-deny", "tool: cargo-deny, ids: [RUSTSEC-2026-0001]"),
            ("inspec", "tool: inspec, ids: [cis-1]"),
        ] {
            let export = named(name).expect("an export");
            for text in HOSTILE.into_iter().chain([long.as_str()]) {
                let mut records = [record("EXC-2026-K7QD", binding)];
                let exception = Arc::make_mut(&mut records[0].exception);
                exception.justification.blocker = text.to_owned();
                exception.owner.name = text.to_owned();
                exception.compensating_controls[0].description = text.to_owned();
                let mut left = Vec::new();
                let written = (export.write)(&granted(&records), &mut left);
                assert_eq!(left, []);
                covered(export, &records, &written);
                let n_entries = written.matches("EXC-2026-K7QD: ").count();
                // An exemption has a title besides.
                assert_eq!(n_entries, 1 + usize::from(binding == AZURE), "{name}: {written}");
                let is_odd = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
                assert!(!written.contains(is_odd), "{name}: {written:?}");
            }
        }
    }

    /// The names in the first cells of the table below a heading.
    fn rows<'a>(page: &'a str, heading: &str) -> BTreeSet<&'a str> {
        let (_, section) = page.split_once(&format!("\n## {heading}\n")).expect("the section");
        let section = section.split("\n## ").next().unwrap_or_default();
        let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
        cells.map(|(cell, _)| cell).filter(|cell| !cell.contains(' ')).collect()
    }

    #[test]
    fn every_format_and_every_export_has_a_row_in_the_documentation() {
        let page = include_str!("../../../docs/enforcement.md");
        let formats = super::super::formats::FORMATS.iter().map(|format| format.name);
        assert_eq!(rows(page, "What it reads"), formats.collect());
        assert_eq!(
            rows(page, "What it writes"),
            EXPORTS.iter().map(|export| export.name).collect()
        );
    }

    #[test]
    fn of_several_entries_of_a_key_the_one_stays_that_lasts_longest() {
        let day = |text: &str| text.parse().expect("a day");
        let keyed = |last: &str, entry| Keyed { key: "k".to_owned(), last: day(last), entry };
        let all = [keyed("2027-01-31", 1), keyed("2027-03-01", 2), keyed("2027-03-01", 3)];
        assert_eq!(lasting(all)["k"].entry, 2);
    }
}
