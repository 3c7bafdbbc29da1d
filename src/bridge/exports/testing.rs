//! What the tests of the exports share: a record with a binding, and the round trip.

use std::collections::BTreeSet;
use std::sync::Arc;

use regex::Regex;

use super::Export;
use crate::bridge::formats;
use crate::bridge::grant::{Approval, Grant, Granted, Left};
use crate::bridge::input::Input;
use crate::bridge::matching::{Bindings, Bound, Holding, State, Verdict};
use crate::model::reach::Hierarchy;
use crate::source::{self, Record};
use crate::text::SourceFile;

const REGISTER: &str = "6f0c2a1e-7b1d-4b7e-9a55-3b7a2f0d9c11";

/// A record with this binding, which is written without braces: `tool: trivy, ids: [CVE-2026-1]`.
pub(super) fn record(id: &str, binding: &str) -> Record {
    let text = format!(
        "id: {id}
title: Model proxy keeps a public endpoint until vendor private link ships
controls: [NET-004]
scope: ['azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-proxy']
bindings: [{{{binding}}}]
risk: {{level: low, statement: Prompt traffic is reachable from the internet.}}
owner: {{name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}}
requester: {{name: Lee Park, email: lee.park@example.com}}
justification:
  blocker: \"The vendor's region offers no private link: ticket 48213 # yes\"
  end_state: Traffic enters through the private endpoint.
compensating_controls:
  - description: IP allow-list limited to the egress addresses of CI
    owner: net.ops@example.com
    verified: 2026-11-02
remediation: {{plan: Migrate to private link.}}
opened: 2026-11-05
expires: 2027-01-31
"
    );
    let file = SourceFile::new(format!("exceptions/{id}.yaml"), text);
    source::load_unchecked(&file.into()).expect("a record")
}

/// By which name of a format `exc reconcile` reads a file, and a name that the tool takes for it.
fn read_back(export: &Export) -> (&'static str, &'static str) {
    match export.name {
        "kyverno" | "kyverno-cel" => ("kyverno", "exceptions.yaml"),
        "trivy" => ("trivy", ".trivyignore.yaml"),
        "osv-scanner" => ("osv-scanner", "osv-scanner.toml"),
        "grype" => ("grype", ".grype.yaml"),
        "cargo-deny" => ("cargo-deny", "deny.toml"),
        "inspec" => ("inspec", "waivers.yaml"),
        "epac" => ("epac", "exemptions.json"),
        "arm" => ("azure-policy", "exemptions.json"),
        name => panic!("how is the file of `{name}` read again?"),
    }
}

/// The grants of records that alice approved.
pub(super) fn granted(records: &[Record]) -> Granted<'_> {
    let grant = |record| -> Grant<'_> {
        let record: &Record = record;
        Grant {
            exception: &record.exception,
            path: record.file().path(),
            last: record.exception.expires.expect("a last valid day"),
            approval: Approval {
                by: vec!["alice".to_owned()],
                on: "2026-11-06".parse().ok(),
                commit: "885d0700f0f1d2a3b4c5d6e7f8091a2b3c4d5e6f".to_owned(),
            },
        }
    };
    Granted { register: REGISTER, grants: records.iter().map(grant).collect() }
}

/// The file that holds one record with this binding. Read again, everything in it has to be covered by
/// that record, and the record is live.
#[track_caller]
pub(super) fn exported(export: &Export, binding: &str) -> String {
    exported_of(export, &record("EXC-2026-K7QD", binding))
}

/// The same, of a record that a test has changed.
#[track_caller]
pub(super) fn exported_of(export: &Export, record: &Record) -> String {
    let records = std::slice::from_ref(record);
    let mut left = Vec::new();
    let text = (export.write)(&granted(records), &mut left);
    assert_eq!(left, [], "everything can be said");
    covered(export, records, &text);
    text
}

/// Why a binding cannot be said.
#[track_caller]
pub(super) fn refused(export: &Export, binding: &str) -> String {
    refused_of(export, &record("EXC-2026-K7QD", binding))
}

/// The same, of a record that a test has changed.
#[track_caller]
pub(super) fn refused_of(export: &Export, record: &Record) -> String {
    let records = std::slice::from_ref(record);
    let mut left = Vec::new();
    let text = (export.write)(&granted(records), &mut left);
    assert!(!text.contains(&record.exception.id), "{text}");
    match <[Left; 1]>::try_from(left) {
        Ok([Left { record: id, pointer, why, .. }]) => {
            assert_eq!((&*id, &*pointer), (&*record.exception.id, "/bindings/0"));
            why
        }
        Err(left) => panic!("{left:?}\n{text}"),
    }
}

/// What two records with the same binding come to, of which the second one lasts longer: the file, and
/// how each entry is judged.
#[track_caller]
pub(super) fn of_two(export: &Export, binding: &str) -> (String, Vec<String>) {
    let mut records = ["EXC-2026-AAAA", "EXC-2026-BBBB"].map(|id| record(id, binding));
    Arc::make_mut(&mut records[1].exception).expires = "2027-03-01".parse().ok();
    let mut left = Vec::new();
    let text = (export.write)(&granted(&records), &mut left);
    assert_eq!(left, [], "everything can be said");
    let verdicts = judged(export, &records, &text, |_| {});
    let shown = |(verdict, record): (Verdict, Option<String>)| {
        format!("{}: {}", record.unwrap_or_default(), verdict.as_str())
    };
    (text, verdicts.into_iter().map(shown).collect())
}

/// The file, of which nothing is said.
#[track_caller]
pub(super) fn written(export: &Export, binding: &str) -> String {
    let records = [record("EXC-2026-K7QD", binding)];
    let mut left = Vec::new();
    let text = (export.write)(&granted(&records), &mut left);
    assert_eq!(left, []);
    text
}

/// Claims that everything in the file is covered by the one record, all of whose bindings it meets.
#[track_caller]
pub(super) fn covered(export: &Export, records: &[Record], text: &str) {
    let verdicts = judged(export, records, text, |unused| assert_eq!(unused, [], "{text}"));
    assert!(!verdicts.is_empty(), "{text}");
    assert!(verdicts.iter().all(|(_, id)| id.as_deref() == Some("EXC-2026-K7QD")), "{verdicts:?}");
}

/// How `exc reconcile` judges each entry of a file, which is covered, and which bindings none meets.
#[track_caller]
fn judged(
    export: &Export,
    records: &[Record],
    text: &str,
    unused: impl FnOnce(Vec<Bound>),
) -> Vec<(Verdict, Option<String>)> {
    let (name, file) = read_back(export);
    let format = formats::named(name).expect("a format");
    let input = Input::new(file, text.as_bytes()).expect("UTF-8");
    let suppressions = match (format.read)(&input) {
        Ok(suppressions) => suppressions,
        Err(fault) => panic!("{}\n{text}", fault.message),
    };
    let holding = |record| -> Holding<'_> {
        let record: &Record = record;
        let last = record.exception.expires.expect("a last valid day");
        Holding {
            exception: &record.exception,
            path: record.file().path(),
            state: State::InForce(last),
            fault: None,
        }
    };
    let holdings: Vec<Holding<'_>> = records.iter().map(holding).collect();
    let (hierarchy, ids) = (Hierarchy::default(), Regex::new("^EXC-.*$").expect("a pattern"));
    let bindings = Bindings::of(format.tool, &holdings, &hierarchy, &ids);
    let (today, mut used) = ("2026-11-20".parse().expect("a day"), BTreeSet::new());
    let mut verdicts = Vec::new();
    for suppression in &suppressions {
        let judged = bindings.judge(suppression, today, &mut used);
        let is_covered = matches!(judged.verdict, Verdict::Covered | Verdict::Narrower);
        assert!(is_covered, "{}: {judged:?}\n{text}", suppression.name);
        verdicts.push((judged.verdict, judged.record));
    }
    unused(bindings.unused(&used));
    verdicts
}
