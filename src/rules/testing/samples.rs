//! Whole records that stand for what people write: `tests/records`.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::good::{POLICY, RECORD_PATH, policy, today};
use crate::register;
use crate::rules::{Context, check};
use crate::text::SourceFile;

/// The sample records: each invalid one starts with the findings that it must raise, as pairs of
/// code and place. The file name tells a reader what is wrong, so that it is not the id.
#[test]
fn every_record_of_the_samples_does_what_its_name_says() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records");
    let mut failures = String::new();
    for (folder, n_at_least) in [("valid", 12), ("invalid", 45)] {
        let mut paths: Vec<_> = fs::read_dir(samples.join(folder))
            .expect("a folder of samples")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        assert!(paths.len() >= n_at_least, "{folder} holds {} samples", paths.len());
        for path in paths {
            let text = fs::read_to_string(&path).expect("a sample is text");
            let header = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
            let expected = header.strip_prefix("# expect: ").unwrap_or_default();
            assert_eq!(expected.is_empty(), folder == "valid", "{}", path.display());
            let actual = sample_findings(&text);
            if actual != expected {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                failures.push_str(&format!("{folder}/{name}: {expected} ≠ {actual}\n"));
            }
        }
    }
    assert!(failures.is_empty(), "expected ≠ actual:\n{failures}");
}

/// `EXC110 2:8 EXC102 4:1`, in the order of the places.
fn sample_findings(text: &str) -> String {
    let policy = policy(POLICY);
    let load = |path: &str| {
        let file = Arc::new(SourceFile::new(path, text));
        register::from_files("exceptions", vec![file], &policy.record_schema)
    };
    let register = load(RECORD_PATH);
    let register = match register.records.first().map(|record| record.exception.id.clone()) {
        Some(id) if !id.is_empty() => load(&format!("exceptions/{id}.yaml")),
        _ => register,
    };
    let findings = check(&register, &Context { policy: &policy, today: today() });
    let mut places: Vec<(usize, usize, &str)> = findings
        .iter()
        .map(|finding| {
            let start = finding.place.start();
            (start.line, start.column, finding.code.id)
        })
        .collect();
    places.sort_unstable();
    let shown: Vec<String> =
        places.iter().map(|(line, column, code)| format!("{code} {line}:{column}")).collect();
    shown.join(" ")
}
