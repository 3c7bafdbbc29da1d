//! `exc rules`, and the files that reports go to.

use exc::Outcome;

use crate::support::{POLICY, Workspace};

#[test]
fn the_levels_are_those_that_the_policy_sets() {
    let w = Workspace::new();
    w.write("exceptions/policy.yaml", format!("{POLICY}rules: {{EXC022: error, EXC006: off}}\n"));
    let out = w.exc(&["rules"]);
    let row = |code: &str| {
        let line = out.lines().find(|line| line.starts_with(code)).expect("a line");
        line.split_whitespace().skip(2).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("code"), "level set by kind by policy");
    assert_eq!(row("EXC022"), "error policy structural adjustable");
    assert_eq!(row("EXC006"), "off policy structural adjustable");
    assert_eq!(row("EXC001"), "error default structural fixed");

    let json: serde_json::Value =
        serde_json::from_str(&w.exc(&["rules", "--format", "json"])).unwrap();
    let rules = json["rules"].as_array().unwrap();
    assert_eq!((json["schema_version"].as_u64(), rules.len()), (Some(1), out.lines().count() - 1));
    let found = rules.iter().find(|rule| rule["code"] == "EXC022").unwrap();
    assert_eq!(
        found,
        &serde_json::json!({
            "code": "EXC022", "rule": "executable-file", "level": "error",
            "default_level": "warning", "set_by": "policy", "kind": "structural",
            "adjustable": true,
        })
    );
}

#[test]
fn without_a_usable_policy_the_rules_are_listed_as_they_are() {
    assert!(Workspace::empty().exc(&["rules"]).contains("\nEXC001  "));
    let w = Workspace::new();
    w.write("exceptions/policy.yaml", "version: 7\n");
    let said = w.run(&["rules"]);
    assert_eq!(said.outcome, Outcome::Success);
    assert!(said.err.contains("`exceptions/policy.yaml` cannot be used"), "{}", said.err);
}

#[test]
fn two_reports_to_one_file_are_refused() {
    let w = Workspace::with_record();
    let said = w.run(&["check", "--report", "sarif=a", "--report", "junit=./a"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("two reports would go to `./a`"), "{}", said.err);
    assert!(!w.path("a").exists());
    let said = w.run(&["check", "--report", "sarif=-"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("`--format` prints to standard output"), "{}", said.err);
    assert!(!w.path("-").exists());
}

#[test]
fn a_report_that_cannot_be_written_names_its_own_file_alone() {
    let w = Workspace::with_record();
    let said = w.run(&["check", "--report", "sarif=nowhere/a"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("nowhere/a`: No such file or directory"), "{}", said.err);
    assert!(!said.err.contains(".exc-"), "{}", said.err);
}
