//! `exc check --fix`: what is mended without asking, and what is not.

use crate::support::{RECORD_PATH, Workspace, good_record};

/// The good record with a fault of each kind that can be mended.
fn broken() -> String {
    let good = good_record();
    let (first, rest) = good.split_once('\n').expect("two lines");
    let rest = rest
        .replace("opened: 2026-11-05", "opened: 2026/11/5  # by hand")
        .replace("compensating_controls:", "compensating-controls:")
        .replace("    evidence: https://example.com/runs/8841", "    evidence: 0123")
        .replace("end_state:", "endstate:");
    format!("{rest}{first}\n")
}

#[test]
fn what_has_one_meaning_is_mended_and_no_other_byte_changes() {
    let w = Workspace::new();
    w.write(RECORD_PATH, broken());
    let patch = w.run(&["check", "--diff"]);
    assert_eq!(patch.code(), 1, "{patch:?}");
    assert_eq!(w.read(RECORD_PATH), broken());

    let said = w.run(&["check", "--fix"]);
    assert_eq!(said.code(), 0, "{said:?}");
    insta::assert_snapshot!(said.err, @r"
    fixed exceptions/EXC-2026-K7QD.yaml: `justification.endstate` renamed to `end_state`; `compensating-controls` renamed to `compensating_controls`; `opened` written as `2026-11-05`; `compensating_controls.0.evidence` quoted; keys put in their order
    mended 5 things in 1 file
    ");
    let mended = good_record()
        .replace("opened: 2026-11-05", "opened: 2026-11-05  # by hand")
        .replace("    evidence: https://example.com/runs/8841", "    evidence: \"0123\"");
    assert_eq!(w.read(RECORD_PATH), mended);

    let diff = git2::Diff::from_buffer(patch.out.as_bytes()).expect("a patch");
    w.write(RECORD_PATH, broken());
    w.git().apply(&diff, git2::ApplyLocation::WorkDir, None).expect("it applies");
    assert_eq!(w.read(RECORD_PATH), mended);
    let said = w.run(&["check", "--diff"]);
    assert_eq!((said.code(), said.out.as_str()), (0, ""), "{said:?}");
}

#[test]
fn a_check_says_what_could_be_mended() {
    let w = Workspace::new();
    w.write(RECORD_PATH, broken());
    let said = w.run(&["check"]);
    assert_eq!(said.code(), 1);
    let line = "`exc check --fix` may mend 5 of that; `--diff` shows how";
    assert!(said.out.contains(line), "{}", said.out);
}

#[test]
fn nothing_is_mended_after_which_something_else_would_be_wrong() {
    let w = Workspace::new();
    // Read as a date, the end is past.
    let expired = good_record().replace("expires: 2027-01-31", "expires: 2026.11.19");
    let with_typo = expired.replace("remediation:", "remedation:");
    w.write(RECORD_PATH, &with_typo);
    let said = w.run(&["check", "--fix"]);
    assert_eq!(said.code(), 1);
    assert!(said.out.contains("EXC201"), "{}", said.out);
    let left = "left exceptions/EXC-2026-K7QD.yaml: `expires` written as `2026-11-19`, after which EXC207 would be found";
    assert!(said.err.contains(left), "{}", said.err);
    assert_eq!(w.read(RECORD_PATH), expired);
}

#[test]
fn what_may_mean_two_things_is_left_to_its_author() {
    let w = Workspace::new();
    let doubtful = good_record()
        .replace("opened: 2026-11-05", "opened: 05/11/2026")
        .replace("expires: 2027-01-31", "expires: 2027-02-30");
    w.write(RECORD_PATH, &doubtful);
    let said = w.run(&["check", "--fix"]);
    assert_eq!(said.code(), 1);
    assert_eq!(said.err, "there is nothing that can be fixed without asking\n");
    assert_eq!(w.read(RECORD_PATH), doubtful);
}

#[test]
fn only_named_files_are_mended_and_a_change_is_not() {
    let w = Workspace::new();
    w.write(RECORD_PATH, broken());
    let other = broken().replace("EXC-2026-K7QD", "EXC-2026-0AAA");
    w.write("exceptions/EXC-2026-0AAA.yaml", &other);
    w.run(&["check", "--fix", RECORD_PATH]);
    assert_eq!(w.read("exceptions/EXC-2026-0AAA.yaml"), other);
    assert_ne!(w.read(RECORD_PATH), broken());
    assert_eq!(w.run(&["check", "--fix", "--base", "main"]).code(), 2);
}

#[test]
fn the_findings_stay_alone_on_standard_output() {
    let w = Workspace::new();
    w.write(RECORD_PATH, broken());
    let said = w.run(&["check", "--fix", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(json["summary"]["errors"], 0);
}

#[test]
fn no_fix_adds_a_finding() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let w = Workspace::new();
    w.write(
        "exceptions/policy.yaml",
        std::fs::read(root.join("exceptions/policy.yaml")).expect("a policy"),
    );
    let codes = || {
        let said = w.run(&["check", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
        let findings = json["findings"].as_array().expect("a list").iter();
        let mut codes: Vec<String> = findings.map(|it| it["code"].to_string()).collect();
        codes.sort();
        codes
    };
    let mut n_fixed = 0;
    for entry in std::fs::read_dir(root.join("tests/records/invalid")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a record");
        w.write(RECORD_PATH, &bytes);
        let before = codes();
        w.run(&["check", "--fix"]);
        let mut after = codes();
        n_fixed += usize::from(after.len() < before.len());
        for code in &before {
            if let Some(at) = after.iter().position(|it| it == code) {
                after.remove(at);
            }
        }
        assert!(after.is_empty(), "{}: {after:?} beside {before:?}", path.display());
    }
    assert!(n_fixed > 0);
}

#[test]
fn a_key_with_a_typo_gets_its_name_back() {
    let w = Workspace::new();
    let good = good_record();
    let keys = good.lines().filter_map(|line| line.split_once(':').map(|(key, _)| key));
    let keys: Vec<&str> = keys.filter(|key| key.trim_start().len() > 5).collect();
    let mut n_fixed = 0;
    for key in keys {
        // The last two letters change places.
        let (start, end) = key.split_at(key.len() - 2);
        let typo = format!("{start}{}", end.chars().rev().collect::<String>());
        w.write(RECORD_PATH, good.replace(&format!("{key}:"), &format!("{typo}:")));
        w.run(&["check", "--fix"]);
        let text = w.read(RECORD_PATH);
        assert!(text == good || w.run(&["check"]).code() == 1, "{typo}: {text}");
        n_fixed += usize::from(text == good);
    }
    assert!(n_fixed >= 15, "{n_fixed} keys");
}

#[test]
fn two_keys_that_may_be_one_are_left_to_their_author() {
    let w = Workspace::new();
    let doubtful = good_record().replace("  level: high", "  leve: high\n  levl: low");
    w.write(RECORD_PATH, &doubtful);
    let said = w.run(&["check", "--fix"]);
    assert_eq!(said.code(), 1);
    assert_eq!(w.read(RECORD_PATH), doubtful);
}

#[test]
fn no_file_is_mended_for_which_another_would_have_a_finding() {
    let w = Workspace::new();
    let policy = format!("{}cliff: {{records: 3}}\n", crate::support::POLICY);
    w.write("exceptions/policy.yaml", policy);
    let id = |nth: usize| format!("EXC-2026-AAA{nth}");
    for nth in 0..4 {
        let text = crate::support::record(&id(nth), "high", "2027-1-31")
            .replace("model-proxy/api", &format!("service-{nth}"))
            .replace("team: ai-platform", "team: no");
        w.write(format!("exceptions/{}.yaml", id(nth)), text);
    }
    let said = w.run(&["check", "--fix"]);
    assert!(!said.out.contains("EXC305"), "{}", said.out);
    let texts: Vec<String> =
        (0..4).map(|nth| w.read(format!("exceptions/{}.yaml", id(nth)))).collect();
    // All that does no harm is done, and as much of the rest as makes no cliff.
    assert!(texts.iter().all(|text| text.contains("team: \"no\"")), "{said:?}");
    let n_dated = texts.iter().filter(|text| text.contains("expires: 2027-01-31")).count();
    assert_eq!(n_dated, 2, "{said:?}");
    assert!(said.err.contains("after which EXC305 would be found"), "{}", said.err);
}

#[test]
fn more_than_a_run_takes_is_left_for_the_next() {
    let w = Workspace::new();
    let tags: String = (1000..1060).map(|tag| format!("  - {tag}\n")).collect();
    w.write(RECORD_PATH, format!("{}tags:\n{tags}", good_record()));
    let said = w.run(&["check", "--fix"]);
    assert!(said.err.ends_with("mended 50 things in 1 file\n"), "{}", said.err);
    assert!(said.out.contains("`exc check --fix` may mend 10 of that"), "{}", said.out);
    assert_eq!(w.run(&["check", "--fix"]).code(), 0);
}
