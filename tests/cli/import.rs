//! `exc import`: suppressions that nobody filed become drafts, and drafts become records.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::reconcile::{
    AUDIT_CI, EPAC, KYVERNO, NSPRC, OF_TOOLS, SARIF, SNYK, SUBSCRIPTION, assignment, exemption,
    group, register,
};
use crate::support::Workspace;

/// What a run says for programs.
#[track_caller]
fn json_of(w: &Workspace, arguments: &[&str]) -> (u8, Value) {
    let said = w.run(&[&["import"], arguments, &["--format", "json"]].concat());
    let out = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
    (said.code(), out)
}

/// Each suppression and what became of it.
fn fates(out: &Value) -> Vec<String> {
    let rows = out["suppressions"].as_array().expect("a list").iter();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    rows.map(|row| format!("{}: {}", text(row, "name"), text(row, "fate"))).collect()
}

/// The file of the first draft.
#[track_caller]
fn file_of(out: &Value) -> String {
    let rows = out["suppressions"].as_array().expect("a list").iter();
    rows.filter_map(|row| row["file"].as_str()).next().expect("a draft").to_owned()
}

/// What `exc reconcile` says of each suppression.
fn verdicts(w: &Workspace) -> (u8, Vec<String>) {
    let said = w.run(&["reconcile", "azure-policy", "live.json", "--format", "json"]);
    let out: Value = serde_json::from_str(&said.out).expect("JSON");
    let rows = out["suppressions"].as_array().expect("a list").iter();
    let text = |row: &Value, key: &str| row[key].as_str().expect("a text").to_owned();
    let rows = rows.map(|row| format!("{}: {}", text(row, "name"), text(row, "verdict")));
    (said.code(), rows.collect())
}

#[test]
fn what_nobody_filed_becomes_a_draft_and_with_a_review_a_record_that_covers_it() {
    let mut history = register();
    let end = Some("2027-01-11T00:00:00Z");
    let live = json!([
        exemption("proxy", &group("rg-proxy"), Some("2027-02-01T00:00:00Z"), "EXC-2026-AAAA"),
        exemption("logs", &group("rg-logs"), None, "until the store moves"),
        exemption("vault", SUBSCRIPTION, Some("2027-02-01T00:00:00Z"), "EXC-2026-BBBB"),
        exemption("stray", &group("rg-stray"), end, "just for now"),
    ]);
    history.w.write("live.json", live.to_string());
    let with = |stray: &str| {
        let others = ["proxy: covered", "logs: record-expired", "vault: wider"];
        let all = others.iter().map(|it| (*it).to_owned());
        (1, all.chain([format!("stray: {stray}")]).collect::<Vec<_>>())
    };
    assert_eq!(verdicts(&history.w), with("orphan"));

    let import = ["azure-policy", "live.json"];
    let (code, out) = json_of(&history.w, &import);
    let expected = ["proxy: known", "logs: known", "vault: wider", "stray: adopted"];
    assert_eq!((code, fates(&out)), (0, expected.map(str::to_owned).to_vec()));
    let (path, id) = (file_of(&out), out["suppressions"][3]["record"].as_str().expect("an id"));
    let again = json_of(&history.w, &import);
    let expected = ["proxy: known", "logs: known", "vault: wider", "stray: known"];
    assert_eq!((again.0, fates(&again.1)), (0, expected.map(str::to_owned).to_vec()));
    assert_eq!(verdicts(&history.w), with("record-unapproved"));
    // Nobody can take it for a record yet.
    let check = history.w.run(&["check", &path]);
    assert_eq!(check.code(), 1);
    for key in ["level", "statement", "name", "team", "blocker", "end_state", "plan"] {
        assert!(check.out.contains(&format!("`{key}`")), "{key}: {}", check.out);
    }

    let amended = history.w.run(&[
        "amend",
        id,
        "--control",
        "AZ-NET-004",
        "--risk",
        "low",
        "--risk-statement",
        "Health checks can be read from outside; no customer data passes here.",
        "--owner-name",
        "Dana Ruiz",
        "--owner-email",
        "dana.ruiz@example.com",
        "--team",
        "lab",
        "--blocker",
        "The vendor offers no private link before 2027-02 (ticket 48213).",
        "--end-state",
        "Traffic enters through the private endpoint; the public one is off.",
        "--plan",
        "Migrate to private link in the 2027-02 release.",
    ]);
    assert_eq!(amended.code(), 0, "{amended:?}");
    let check = history.w.run(&["check", &path]);
    assert_eq!(check.code(), 0, "{}", check.out);
    assert!(!history.w.read(&path).contains(": TODO") && !history.w.read(&path).contains("- TODO"));
    history.merge("carol", "alice", "2026-11-19");
    assert_eq!(verdicts(&history.w), with("covered"));
}

#[test]
fn a_draft_holds_what_the_tool_said_and_what_nobody_has_said_yet() {
    let w = Workspace::new();
    w.git();
    let mut live = exemption("stray", &group("rg-stray"), Some("2027-01-11T09:00:00Z"), "for now");
    live["displayName"] = json!("Lab keeps a public endpoint");
    live["policyDefinitionReferenceIds"] = json!(["AZ-NET-004", "other"]);
    w.write("live.json", json!([live]).to_string());
    let said = w.run(&["import", "azure-policy", "live.json"]);
    insta::assert_snapshot!(said.out, @r"
    exceptions/EXC-2026-GWAN.yaml
      stray  live.json:1
      to do: risk.level, risk.statement, owner.name, owner.email, owner.team, justification.blocker, justification.end_state, compensating_controls (unless the risk is low), remediation.plan

    1 suppression of azure-policy: 1 adopted, 0 known already
    ");
    let path = said.out.lines().next().expect("a path");
    insta::assert_snapshot!(w.read(path), @r"
    # Adopted on 2026-11-20 by `exc import azure-policy`, from live.json:1. What the tool has there:
    #   stray
    #   Lab keeps a public endpoint
    #   for now
    #   created by jo@example.com at 2026-10-01T08:00:00Z
    #   it ends at 2027-01-11T09:00:00Z
    # What says TODO nobody has said yet; `exc check` names it.
    id: EXC-2026-GWAN
    title: Lab keeps a public endpoint
    controls:
      - AZ-NET-004
    scope:
      - azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-stray
    bindings:
      - tool: azure-policy
        assignment: /subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/providers/Microsoft.Authorization/policyAssignments/deny-public
        definition_references:
          - AZ-NET-004
          - other
    risk:
      level: TODO
      statement: TODO
    owner: {name: TODO, email: TODO, team: TODO}
    requester: {name: Lee Park, email: lee.park@example.com}
    justification:
      blocker: TODO
      end_state: TODO
    compensating_controls: []
    remediation:
      plan: TODO
    opened: 2026-11-20
    expires: 2027-01-10
    renewals: []
    reviews: []
    ");
    assert_eq!(w.run(&["fmt", "--check"]).code(), 0);
    insta::assert_snapshot!(said.err, @r"
    next:
      fill in each TODO, in an editor or with `exc amend EXC-2026-GWAN`; delete the comments that are done
      exc check exceptions/EXC-2026-GWAN.yaml   says what is left
      commit them on a branch and propose that: each is reviewed and approved as any other
    ");
}

#[test]
fn what_the_tool_says_and_no_record_may_say_is_to_do_as_well() {
    let w = Workspace::new();
    w.git();
    let live = exemption("stray", SUBSCRIPTION, Some("2029-01-11T09:00:00Z"), "for now");
    w.write("live.json", json!([live]).to_string());
    let (_, out) = json_of(&w, &["azure-policy", "live.json"]);
    let missing = out["suppressions"][0]["missing"].as_array().expect("a list");
    let missing: Vec<&str> = missing.iter().filter_map(Value::as_str).collect();
    // The day is beyond what the policy allows.
    assert!(missing.contains(&"expires"), "{missing:?}");
    assert_eq!(missing.iter().filter(|it| it.starts_with("risk")).count(), 2, "{missing:?}");
    let keys: Vec<String> = w
        .findings()
        .iter()
        .filter(|it| it["level"] == "error")
        .filter_map(|it| it["pointer"].as_str()?.split('/').nth(1).map(str::to_owned))
        .collect();
    assert!(keys.len() > 5, "{keys:?}");
    for key in keys {
        assert!(missing.iter().any(|it| it.starts_with(&*key)), "{key}: {missing:?}");
    }
}

/// Each entry of each sample: what is adopted is bound by its draft from then on, to exactly that.
#[test]
fn of_each_tool_all_that_a_binding_can_say_is_adopted_once() {
    let texts = |text: &str| {
        let text = text.replace("ASSIGNMENT", &assignment("deny-public"));
        text.replace("GROUP", &group("rg-proxy")).replace("SUBSCRIPTION", SUBSCRIPTION)
    };
    let azure = json!([exemption("a", &group("rg-a"), None, "")]).to_string();
    let mut samples = vec![
        ("azure-policy", "live.json", azure),
        ("kyverno", "exceptions.yaml", texts(KYVERNO)),
        ("epac", "exemptions.csv", texts(EPAC)),
        ("snyk", ".snyk", texts(SNYK)),
        ("better-npm-audit", ".nsprc", texts(NSPRC)),
        ("audit-ci", "audit-ci.json5", texts(AUDIT_CI)),
        ("sarif", "a.sarif", texts(SARIF)),
    ];
    samples.extend(OF_TOOLS.map(|(tool, _, file, text)| (tool, file, text.to_owned())));
    let mut shown = String::new();
    for (tool, file, text) in samples {
        let w = Workspace::new();
        w.write(file, text);
        let (_, first) = json_of(&w, &[tool, file]);
        for fate in fates(&first) {
            writeln!(shown, "{tool}: {fate}").expect("it is written");
        }
        let (_, again) = json_of(&w, &[tool, file]);
        let expected =
            fates(&first).iter().map(|it| it.replace("adopted", "known")).collect::<Vec<_>>();
        assert_eq!(fates(&again), expected, "{tool}");
        let findings = w.findings();
        let mut of_bindings = findings.iter().filter(|it| it["code"] == "EXC125");
        assert!(of_bindings.next().is_none(), "{tool}: {findings:?}");
        assert_eq!(w.run(&["fmt", "--check"]).code(), 0, "{tool}");
    }
    insta::assert_snapshot!(shown, @r"
    azure-policy: a: adopted
    kyverno: within: adopted
    kyverno: beyond: adopted
    epac: within: adopted
    epac: beyond: adopted
    snyk: SNYK-JS-QS-1 express > qs: adopted
    snyk: SNYK-JS-QS-1: adopted
    better-npm-audit: CVE-2026-1: adopted
    better-npm-audit: CWE-79: adopted
    audit-ci: GHSA-aaaa-bbbb-cccc|express>qs: adopted
    audit-ci: GHSA-aaaa-bbbb-cccc: adopted
    sarif: eval src/a.js: adopted
    sarif: eval: adopted
    trivy: CVE-2026-1: adopted
    osv-scanner: GO-2026-1: adopted
    inspec: cis-1.1: adopted
    cargo-deny: RUSTSEC-1: adopted
    cargo-audit: RUSTSEC-1: adopted
    grype: CVE-2026-1: adopted
    checkov: skip-path ^modules/old/: adopted
    ");
}

#[test]
fn only_what_is_named_is_adopted_and_a_trial_writes_nothing() {
    let w = Workspace::new();
    w.write(".trivyignore", "CVE-1\nCVE-2\n*\n");
    let before = w.names("exceptions");
    let trial = w.run(&["import", "trivy", ".trivyignore", "--only", "CVE-2", "--dry-run"]);
    assert_eq!((trial.code(), w.names("exceptions")), (0, before));
    let end = "1 suppression of trivy: 1 would be adopted, 0 known already\n";
    assert!(trial.out.ends_with(end), "{}", trial.out);
    let said = w.run(&["import", "trivy", ".trivyignore", "--only", "CVE-2", "--only", "CVE-9"]);
    // The id follows from what is adopted.
    assert_eq!(said.out.lines().next(), trial.out.lines().next());
    assert!(said.err.contains("hint: `--only CVE-9` meets no suppression"), "{}", said.err);
    assert_eq!(said.code(), 2, "a job does not pass with a name that is not there");
    let (code, out) = json_of(&w, &["trivy", ".trivyignore"]);
    let expected = ["CVE-1: adopted", "CVE-2: known", "*: refused"].map(str::to_owned);
    assert_eq!((code, fates(&out)), (2, expected.to_vec()));
    let (code, out) = json_of(&w, &["trivy", ".trivyignore", "--allow-unknown", "*"]);
    let place = serde_json::json!({"path": ".trivyignore", "line": 3, "column": 1});
    assert_eq!(code, 0);
    assert_eq!(out["allowed"], serde_json::json!([{"name": "*", "suppressions": [place]}]));
    let said = w.run(&["import", "trivy", ".trivyignore", "--allow-unknown", "*"]);
    let line = "\n`--allow-unknown *` lets 1 pass: .trivyignore:3\n";
    assert!(said.out.contains(line), "{}", said.out);
}

#[test]
fn a_run_that_was_cut_off_goes_on_and_what_stands_there_is_kept() {
    let w = Workspace::new();
    w.write(".trivyignore", "CVE-1\nCVE-2\nCVE-3\nCVE-2\n");
    let (_, out) = json_of(&w, &["trivy", ".trivyignore"]);
    let all = ["CVE-1: adopted", "CVE-2: adopted", "CVE-3: adopted", "CVE-2: known"];
    assert_eq!(fates(&out), all);
    let path = |nth: usize| out["suppressions"][nth]["file"].as_str().expect("a file").to_owned();
    w.write(path(0), w.read(path(0)).replace("title: \"", "title: \"Mine, "));
    std::fs::remove_file(w.path(path(1))).expect("it is removed");
    let (code, again) = json_of(&w, &["trivy", ".trivyignore"]);
    let expected = ["CVE-1: known", "CVE-2: adopted", "CVE-3: known", "CVE-2: known"];
    assert_eq!((code, fates(&again)), (0, expected.map(str::to_owned).to_vec()));
    assert_eq!(again["suppressions"][1]["file"], out["suppressions"][1]["file"]);
    assert!(w.read(path(0)).contains("title: \"Mine, "));
    // A draft whose binding somebody has broken is not begun a second time.
    w.write(path(2), w.read(path(2)).replace("ids:", "idz:"));
    let n_files = w.names("exceptions").len();
    let (code, again) = json_of(&w, &["trivy", ".trivyignore"]);
    assert_eq!((code, &*fates(&again)[2]), (2, "CVE-3: refused"));
    assert_eq!(w.names("exceptions").len(), n_files);
}

#[test]
fn a_draft_that_was_cut_off_is_named_with_what_to_do_and_no_second_one_is_begun() {
    let w = Workspace::new();
    w.write(".trivyignore", "CVE-1\n");
    let path = file_of(&json_of(&w, &["trivy", ".trivyignore"]).1);
    let whole = w.read(&path);
    let n_files = w.names("exceptions").len();
    for at in (0..whole.len()).step_by(7) {
        w.write(&path, &whole[..at]);
        for more in [&[][..], &["--dry-run"]] {
            let (code, out) = json_of(&w, &[&["trivy", ".trivyignore"], more].concat());
            let row = &out["suppressions"][0];
            assert_eq!(w.names("exceptions").len(), n_files, "cut at {at}");
            assert_eq!(w.read(&path), &whole[..at], "cut at {at}");
            let why = row["why"][0].as_str().unwrap_or_default();
            match row["fate"].as_str() {
                Some("known") => {}
                Some("refused") => {
                    assert_eq!(code, 2, "cut at {at}");
                    assert!(
                        why.starts_with(&format!("`{path}` has the id that it gets")),
                        "{at}: {why}"
                    );
                    assert!(why.ends_with("or delete it, and run this again"), "{at}: {why}");
                }
                fate => panic!("cut at {at}: {fate:?}"),
            }
        }
    }
    std::fs::remove_file(w.path(&path)).expect("it is removed");
    // What is no file is neither waited for nor written over.
    std::fs::create_dir(w.path(&path)).expect("a folder");
    assert_eq!(fates(&json_of(&w, &["trivy", ".trivyignore"]).1), ["CVE-1: refused"]);
    std::fs::remove_dir(w.path(&path)).expect("it is removed");
    #[cfg(unix)]
    {
        let made = std::process::Command::new("mkfifo").arg(w.path(&path)).status();
        assert!(made.expect("mkfifo runs").success());
        assert_eq!(fates(&json_of(&w, &["trivy", ".trivyignore"]).1), ["CVE-1: refused"]);
        std::fs::remove_file(w.path(&path)).expect("it is removed");
    }
    assert_eq!(fates(&json_of(&w, &["trivy", ".trivyignore"]).1), ["CVE-1: adopted"]);
    assert_eq!(w.read(&path), whole);
}

#[test]
fn what_is_missing_in_a_draft_may_be_left_out_and_its_folder_follows_the_policy() {
    let w = Workspace::new();
    let policy = w.read("exceptions/policy.yaml");
    w.write("exceptions/policy.yaml", policy.replace("version: 1\n", "version: 1\nlayout: year\n"));
    w.write(".trivyignore", "LOG-002\n");
    let (_, out) = json_of(&w, &["trivy", ".trivyignore"]);
    let path = file_of(&out);
    assert!(path.starts_with("exceptions/2026/EXC-2026-"), "{path}");
    let text = w.read(&path);
    // An id of the catalogue is one of the controls.
    assert!(text.contains("controls:\n  - LOG-002\nscope:\n  - TODO\n"), "{text}");
    let is_kept = |line: &&str| {
        !["owner:", "risk:", "scope:", "  - TODO", "  level", "  statement"]
            .iter()
            .any(|key| line.starts_with(key))
    };
    let without: Vec<&str> = text.lines().filter(is_kept).collect();
    w.write(&path, without.join("\n") + "\n");
    assert!(w.codes().contains(&"EXC102".to_owned()), "{:?}", w.codes());
    assert_eq!(fates(&json_of(&w, &["trivy", ".trivyignore"]).1), ["LOG-002: known"]);
}

/// Texts that mean something to YAML, to a terminal, or to a reader of comments.
#[test]
fn hostile_texts_stay_texts() {
    let names = [
        "no",
        "0123",
        "~",
        "- a",
        "a: b",
        "#x",
        "a #b",
        "'",
        "\"",
        "{a",
        "[a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a`",
        "|",
        ">",
        "*/",
        "*a",
        "a\\u{202e}",
        "2027-01-01",
        "null",
        "::error::x",
        "ä",
    ];
    let entries = names.map(|name| {
        json!({"vulnerability": name, "reason": format!(
            "{name}\nowner: {{name: Eve}}\r# x\u{202e}\u{2028}title: y\u{7}\u{85}id: z"
        )})
    });
    let w = Workspace::new();
    // What breaks a line to some readers of YAML is refused where it stands bare.
    let text = json!({"ignore": entries}).to_string();
    let text = text.replace('\u{2028}', "\\u2028").replace('\u{85}', "\\u0085");
    w.write(".grype.yaml", text);
    let (code, out) = json_of(&w, &["grype", ".grype.yaml"]);
    assert_eq!((code, out["summary"]["adopted"].as_u64()), (0, Some(names.len() as u64)));
    for (row, name) in out["suppressions"].as_array().expect("a list").iter().zip(names) {
        let text = w.read(row["file"].as_str().expect("a file"));
        let read: Value = serde_yaml::from_str(&text).expect("YAML");
        assert_eq!(read["bindings"], json!([{"tool": "grype", "ids": [name]}]), "{text}");
        assert_eq!(read["title"], json!(format!("grype: {name}")), "{text}");
        assert_eq!(read["owner"], json!({"name": "TODO", "email": "TODO", "team": "TODO"}));
        let strange = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{2028}".contains(c);
        assert!(!text.contains(strange), "{text:?}");
        let head = text.lines().take_while(|line| line.starts_with('#')).count();
        assert!(text.lines().skip(head).all(|line| !line.starts_with('#')), "{text}");
    }
    let codes = w.codes();
    assert!(
        !codes.iter().any(|code| code.starts_with("EXC0") || code.starts_with("EXC6")),
        "{codes:?}"
    );
    // What deceives in what is bound cannot be said by any record.
    w.write(".grype.yaml", json!({"ignore": [{"vulnerability": "a\u{202e}"}]}).to_string());
    let (code, out) = json_of(&w, &["grype", ".grype.yaml"]);
    assert_eq!((code, fates(&out)), (2, vec!["a\u{202e}: refused".to_owned()]));
}

#[test]
fn thousands_are_adopted_and_a_further_run_adopts_the_rest() {
    let w = Workspace::new();
    let run = |n: usize| {
        let text: String = (0..n).map(|nth| format!("CVE-2026-{nth}\n")).collect();
        w.write(".trivyignore", text);
        let (code, out) = json_of(&w, &["trivy", ".trivyignore"]);
        assert_eq!(code, 0);
        out["summary"]["adopted"].as_u64()
    };
    assert_eq!(run(300), Some(300));
    assert_eq!(run(3_000), Some(2_700));
    assert_eq!(w.names("exceptions").len(), 3_001);
}

#[test]
fn what_goes_further_than_a_record_gets_one_of_its_own_where_somebody_names_it() {
    let w = Workspace::new();
    w.write(".trivyignore.yaml", "vulnerabilities: [{id: CVE-1, paths: [go.sum]}]\n");
    assert_eq!(w.run(&["import", "trivy", ".trivyignore.yaml"]).code(), 0);
    w.write(".trivyignore.yaml", "vulnerabilities: [{id: CVE-1}]\n");
    let (code, out) = json_of(&w, &["trivy", ".trivyignore.yaml"]);
    assert_eq!((code, fates(&out)), (0, vec!["CVE-1: wider".to_owned()]));
    for fate in ["adopted", "known"] {
        let (code, out) = json_of(&w, &["trivy", ".trivyignore.yaml", "--only", "CVE-1"]);
        assert_eq!((code, fates(&out)), (0, vec![format!("CVE-1: {fate}")]));
    }
    // Named or not, it is known from then on.
    let (code, out) = json_of(&w, &["trivy", ".trivyignore.yaml"]);
    assert_eq!((code, fates(&out)), (0, vec!["CVE-1: known".to_owned()]));
}

#[test]
fn lines_of_one_list_become_records_of_one_service_that_the_check_accepts() {
    let w = Workspace::new();
    w.git();
    w.write(".trivyignore", "CVE-2026-2222\nCVE-2026-3333\n");
    let (_, out) = json_of(&w, &["trivy", ".trivyignore"]);
    let rows = out["suppressions"].as_array().expect("a list").iter();
    for id in rows.filter_map(|row| row["record"].as_str()) {
        w.exc(&[
            "amend",
            id,
            "--control=LOG-002",
            "--remove-scope=TODO",
            "--scope=service:/shop/web",
            "--risk=low",
            "--risk-statement=Health checks can be read on the way; no customer data.",
            "--owner-name=Dana Ruiz",
            "--owner-email=dana.ruiz@example.com",
            "--team=edge",
            "--blocker=The fix of the vendor is promised for January (case 7731).",
            "--end-state=The image carries the fixed library.",
            "--plan=Rebuild the image when the fix is out.",
            "--expires=2026-12-18",
        ]);
    }
    assert_eq!(w.codes(), [""; 0]);
}

#[test]
fn a_field_that_the_policy_demands_has_a_line_to_fill_in_and_every_draft_is_named() {
    let w = Workspace::new();
    let policy = w.read("exceptions/policy.yaml");
    let fields = "fields: {cost_center: {type: string, required: true}}\n";
    w.write("exceptions/policy.yaml", policy + fields);
    w.write(".trivyignore", "LOG-002\nLOG-003\n");
    let said = w.run(&["import", "trivy", ".trivyignore"]);
    assert_eq!(said.code(), 0, "{said:?}");
    let paths: Vec<&str> = said.out.lines().filter(|it| it.starts_with("exceptions/")).collect();
    assert_eq!(paths.len(), 2, "{}", said.out);
    for path in &paths {
        assert!(w.read(path).ends_with("cost_center: TODO\n"), "{}", w.read(path));
    }
    assert!(said.out.contains("remediation.plan, expires, cost_center\n"), "{}", said.out);
    let check = format!("  exc check {}   says what is left\n", paths.join(" "));
    assert!(said.err.contains(&check), "{}", said.err);
    let field = ["amend", paths[0], "--field", "cost_center=4711"];
    assert_eq!(w.run(&field).code(), 0);
    assert!(w.read(paths[0]).contains("\ncost_center: \"4711\"\n"), "{}", w.read(paths[0]));
}
