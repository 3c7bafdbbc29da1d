//! The YAML test suite, and a second opinion on whatever is accepted.
//!
//! The suite's folder comes from the environment variable `EXC_CORPORA`; without it the tests that
//! need it say so.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;

use super::flood::{Flood, MAX_PER_CODE};
use super::yaml::{self, Limits};
use super::{characters, schema};
use crate::finding::Level;
use crate::text::SourceFile;

/// The value of a text that has no fault as YAML, or `None`.
fn accepted(text: &str) -> Option<Value> {
    let file = Arc::new(SourceFile::new("case.yaml", text));
    let mut findings = characters::scan(&file);
    let mut found = Flood::new(MAX_PER_CODE);
    let tree = yaml::read(&file, Limits { nodes: 5_000 }, &mut found);
    // Neither a record nor a policy may hold what only some readers take for a number.
    if let Some(tree) = &tree {
        super::ambiguous_scalars(tree, |_, text| super::is_disputed_number(text), &mut found);
    }
    findings.extend(found.finish());
    let has_error = findings.iter().any(|finding| finding.level == Level::Error);
    tree.filter(|_| !has_error).map(|tree| schema::to_json(tree.root()))
}

/// The same by `serde_yaml`, or why it refuses.
fn second_opinion(text: &str) -> Result<Value, String> {
    let value: serde_yaml::Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    serde_json::to_value(value).map_err(|error| error.to_string())
}

#[expect(clippy::print_stderr, reason = "a test that did not run says so")]
fn corpus(folder: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a corpus is given to tests by the environment")]
    let corpora = std::env::var_os("EXC_CORPORA");
    if corpora.is_none() {
        eprintln!("not run: EXC_CORPORA names no folder of corpora");
    }
    corpora.map(|corpora| PathBuf::from(corpora).join(folder))
}

/// A case of the suite as it is meant: marks stand for white space that editors would lose.
fn unmarked(text: &str) -> String {
    let text = text.replace('␣', " ").replace('↵', "").replace('←', "\r").replace('⇔', "\u{feff}");
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            '—' => {}
            '»' => plain.push('\t'),
            c => plain.push(c),
        }
    }
    plain.trim_end_matches("∎\n").to_owned()
}

/// The texts of the suite's cases; none where it is not given.
pub(super) fn cases() -> Vec<String> {
    let Some(folder) = corpus("yaml-test-suite/src") else { return Vec::new() };
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).expect("the corpus is readable") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("a case is text");
        let cases: Vec<serde_yaml::Value> = serde_yaml::from_str(&text).expect("a list of cases");
        let own = cases.iter().filter_map(|case| case.get("yaml")?.as_str());
        texts.extend(own.map(unmarked));
    }
    texts
}

#[test]
fn no_case_of_the_yaml_test_suite_panics_and_none_that_must_fail_is_accepted() {
    let Some(folder) = corpus("yaml-test-suite/src") else { return };
    let (mut n_cases, mut n_accepted, mut n_failing) = (0, 0, 0);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the corpus is readable")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    for path in files {
        let text = fs::read_to_string(&path).expect("a case is text");
        let cases: Vec<serde_yaml::Value> = serde_yaml::from_str(&text).expect("a list of cases");
        let mut yaml = String::new();
        for case in cases {
            // A case without text of its own goes on with that of the case before.
            if let Some(own) = case.get("yaml").and_then(serde_yaml::Value::as_str) {
                yaml = unmarked(own);
            }
            let must_fail = case.get("fail").and_then(serde_yaml::Value::as_bool) == Some(true);
            n_cases += 1;
            n_failing += usize::from(must_fail);
            if let Some(value) = accepted(&yaml) {
                n_accepted += 1;
                assert!(!must_fail, "{}: accepted although it must fail:\n{yaml}", path.display());
                if let Ok(second) = second_opinion(&yaml) {
                    assert_eq!(value, second, "{}: means something else:\n{yaml}", path.display());
                }
            }
        }
    }
    assert!(
        n_cases > 300 && n_failing > 80 && n_accepted > 40,
        "{n_cases}, {n_failing}, {n_accepted}"
    );
}

#[test]
fn the_own_register_means_the_same_to_serde_yaml() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("exceptions");
    let mut n_files = 0;
    for entry in fs::read_dir(folder).expect("the register is readable") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let text = fs::read_to_string(&path).expect("a record is text");
            let value = accepted(&text).expect("the own register has no fault");
            assert_eq!(Ok(value), second_opinion(&text), "{}", path.display());
            n_files += 1;
        }
    }
    assert!(n_files > 10);
}

/// Lines that are likely to make YAML of some kind, good and bad.
fn line() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("a: b".to_owned()),
        Just("- x".to_owned()),
        Just("k:".to_owned()),
        Just("\"q\\t\\u00e9\": 'it''s'".to_owned()),
        Just("t: |".to_owned()),
        Just("f: >-".to_owned()),
        Just("{a: [1, 2.5, ~], b: {c: null}}".to_owned()),
        Just("? complex".to_owned()),
        Just("&a *a !t <<: x".to_owned()),
        Just("# comment".to_owned()),
        Just("---".to_owned()),
        "[a-z]{1,3}: [ -~]{0,12}",
        "n: [-+.0-9eExo_:]{1,8}",
        "[-a-z:{}\\[\\]\"' #&*!|>%@`,?0-9.]{0,16}",
    ];
    (0usize..4, piece).prop_map(|(indent, piece)| format!("{}{piece}", "  ".repeat(indent)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_accepted_means_the_same_to_serde_yaml(lines in prop::collection::vec(line(), 1..8)) {
        let text = lines.join("\n");
        if let Some(value) = accepted(&text) {
            match second_opinion(&text) {
                Ok(second) => prop_assert_eq!(value, second),
                Err(error) => prop_assert!(false, "refused by serde_yaml: {}", error),
            }
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,200}|[\\x00-\\x7f]{0,200}") {
        let _ = accepted(&text);
    }
}
