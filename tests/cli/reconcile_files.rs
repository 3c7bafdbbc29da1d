//! `exc reconcile`: what several files, odd names and incomplete records make of a comparison.

use serde_json::{Value, json};

use crate::reconcile::{
    LOGS, SUBSCRIPTION, assignment, bound, exemption, group, pairs, register, verdicts,
};

#[test]
fn a_name_that_begins_with_the_id_of_a_record_names_it_and_a_longer_id_is_not_cut() {
    let mut history = register();
    let bound_to = |id: &str| bound(id, "2027-01-31", "rg-late");
    history.replace(
        "exceptions/policy.yaml",
        "version: 1",
        "version: 1\nids: {pattern: '[A-Z0-9-]+'}",
    );
    history.w.write("exceptions/EXC-2026-CCCC-2.yaml", bound_to("EXC-2026-CCCC-2"));
    history.push("carol", "2026-11-11", "file another");
    let of = |name: &str| {
        let live = json!([exemption(name, &group("rg-stray"), None, "")]);
        history.w.write("live.json", live.to_string());
        let said = history.w.run(&["reconcile", "azure-policy", "live.json", "--format", "json"]);
        let out: Value = serde_json::from_str(&said.out).expect("JSON");
        out["suppressions"][0]["record"].as_str().map(str::to_owned)
    };
    assert_eq!(of("EXC-2026-CCCC-deny-public").as_deref(), Some(LOGS));
    assert_eq!(of("EXC-2026-CCCC-2-deny").as_deref(), Some("EXC-2026-CCCC-2"));
    assert_eq!(of("EXC-2026-CCCC-2").as_deref(), Some("EXC-2026-CCCC-2"));
    assert_eq!(of("EXC-2026-CCCCX-deny"), None);
    assert_eq!(of(&format!("EXC-2026-CCC{}", "-".repeat(100_000))), None);
}

#[test]
fn what_the_tool_drops_is_said_to_be_dropped_and_has_no_end() {
    let history = register();
    history.w.write(".trivyignore", "CVE-2026-1 exp:soon\n");
    let said = history.w.run(&["reconcile", "trivy", ".trivyignore", "--all"]);
    assert_eq!(said.code(), 0, "{said:?}");
    assert!(said.out.contains("\n      trivy drops the entry\n"), "{}", said.out);
    let said = history.w.run(&["reconcile", "trivy", ".trivyignore", "--format", "json"]);
    let out: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(out["suppressions"][0]["ends"], Value::Null);
}

#[test]
fn what_two_files_list_is_one() {
    let history = register();
    let end = Some("2027-02-01T00:00:00Z");
    let one = exemption("one", &group("rg-proxy"), end, "");
    let mut again = one.clone();
    again["id"] = json!(one["id"].as_str().expect("an id").to_uppercase());
    let off = json!({"id": assignment("deny-public"), "name": "deny", "scope": SUBSCRIPTION,
        "type": "Microsoft.Authorization/policyAssignments", "enforcementMode": "DoNotEnforce"});
    history.w.write("a.json", json!([one, off]).to_string());
    history
        .w
        .write("b.json", json!([again, off, exemption("two", SUBSCRIPTION, end, "")]).to_string());
    let said = history.w.run(&["reconcile", "azure-policy", "a.json", "b.json", "--all"]);
    assert!(
        said.out.ends_with("3 suppressions of azure-policy: 2 wider, 1 covered\n"),
        "{}",
        said.out
    );
}

#[test]
fn sarif_names_files_from_the_root_of_the_repository() {
    let history = register();
    history.w.write("sub/live.json", json!([exemption("it", SUBSCRIPTION, None, "")]).to_string());
    history.w.write("sub/odd.json", "{}");
    for (folder, files) in
        [(".", ["sub/live.json", "sub/../sub/odd.json"]), ("sub", ["live.json", "./odd.json"])]
    {
        let words = ["-C", folder, "reconcile", "azure-policy", "--format", "sarif"];
        let said = history.w.run(&[&words[..], &files].concat());
        let out: Value = serde_json::from_str(&said.out).expect("JSON");
        let run = &out["runs"][0];
        let uri =
            |it: &Value| it["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
        assert_eq!(uri(&run["results"][0]), "sub/live.json", "{folder}");
        let notices = &run["invocations"][0]["toolExecutionNotifications"];
        assert_eq!(uri(&notices[0]), "sub/odd.json", "{folder}");
    }
}

/// Two of one name in two files, one of which nobody looked at when the other one was allowed.
#[test]
fn what_a_name_allows_is_counted_and_placed_in_every_format() {
    let history = register();
    let odd = |group_name: &str| json!([exemption("odd", &group(group_name), Some("soon"), "")]);
    history.w.write("a.json", odd("rg-proxy").to_string());
    history.w.write("b.json", format!("\n{}", odd("rg-vault")));
    let run = |more: &[&str]| {
        let words = ["reconcile", "azure-policy", "a.json", "b.json", "--allow-unknown", "odd"];
        let said = history.w.run(&[&words, more].concat());
        assert_eq!(said.code(), 0, "{said:?}");
        said.out
    };
    let line = "\n`--allow-unknown odd` lets 2 pass: a.json:1, b.json:2\n\n2 suppressions of ";
    assert!(run(&[]).contains(line), "{}", run(&[]));
    let page = run(&["--format", "markdown"]);
    assert!(page.contains("-allow-unknown odd</code> lets 2 pass&#58; a.json"), "{page}");
    let out: Value = serde_json::from_str(&run(&["--format", "json"])).expect("JSON");
    let places = json!([{"path": "a.json", "line": 1, "column": 2}, {"path": "b.json", "line": 2, "column": 2}]);
    assert_eq!(out["allowed"], json!([{"name": "odd", "suppressions": places}]));
    let out: Value = serde_json::from_str(&run(&["--format", "sarif"])).expect("JSON");
    assert_eq!(
        out["runs"][0]["properties"]["allowed"],
        json!([{"name": "odd", "suppressions": 2}])
    );
}

#[test]
fn a_name_that_no_suppression_has_and_a_file_of_another_shape_get_a_hint() {
    let history = register();
    history.w.write("live.json", "[]");
    history.w.write("odd.json", "{}");
    let said =
        history.w.run(&["reconcile", "azure-policy", "live.json", "--allow-unknown", "x\u{202e}"]);
    assert_eq!(said.code(), 0);
    assert_eq!(said.err, "hint: `--allow-unknown x\\u{202e}` meets no suppression of this name\n");
    let said = history.w.run(&["reconcile", "azure-policy", "odd.json", "gone.json"]);
    assert_eq!(said.code(), 2);
    let hints: Vec<&str> = said.err.lines().filter(|it| it.starts_with("hint: ")).collect();
    assert_eq!(
        hints,
        [
            "hint: `azure-policy` reads exemptions and assignments of Azure Policy: `az policy exemption list -o json`, REST, Resource Graph, ARM templates"
        ]
    );
    // What is not there has no shape.
    assert!(!history.w.run(&["reconcile", "azure-policy", "gone.json"]).err.contains("hint: "));
}

#[test]
fn what_is_missing_elsewhere_in_a_record_says_nothing_against_its_bindings() {
    let mut history = register();
    let path = "exceptions/EXC-2026-DDDD.yaml";
    let owner =
        history.w.read(path).lines().find(|it| it.starts_with("owner: ")).expect("one").to_owned();
    history.replace(path, &format!("{owner}\n"), "");
    history.push("carol", "2026-11-12", "forget who");
    let end = Some("2027-02-01T00:00:00Z");
    let live = json!([exemption("late", &group("rg-late"), end, "")]);
    let expected = pairs(&[("late", "record-unapproved")]);
    assert_eq!(verdicts(&history, &live, &[]), (1, expected));
    // What is wrong with where it holds does.
    history.replace(path, "scope:\n", "scope:\n  - [nowhere]\n");
    assert_eq!(verdicts(&history, &live, &[]).1, pairs(&[("late", "orphan")]));
}

/// A link that a person names is followed; what waits for ever or is no file is refused.
#[cfg(unix)]
#[test]
fn a_link_to_a_file_is_followed_and_what_is_no_file_is_refused() {
    use std::os::unix::fs::symlink;
    let history = register();
    let w = &history.w;
    w.write("live.json", "[]");
    let made = std::process::Command::new("mkfifo").arg(w.path("fifo")).status();
    assert!(made.expect("mkfifo runs").success());
    for (link, to) in [
        ("good", "live.json"),
        ("loop", "loop"),
        ("folder", "exceptions"),
        ("pipe", "fifo"),
        ("zeros", "/dev/zero"),
        ("gone", "nowhere"),
    ] {
        symlink(to, w.path(link)).expect("a link");
    }
    assert_eq!(w.run(&["reconcile", "azure-policy", "good"]).code(), 0);
    let refused = "it is no regular file";
    for (file, reason) in [
        ("loop", "Too many levels of symbolic links"),
        ("exceptions", refused),
        ("folder", refused),
        ("fifo", refused),
        ("pipe", refused),
        ("zeros", refused),
        ("gone", "No such file or directory"),
    ] {
        for words in [
            &["reconcile", "azure-policy", file][..],
            &["import", "azure-policy", file],
            &["reconcile", "azure-policy", "live.json", "--hierarchy", file],
        ] {
            let said = w.run(words);
            assert_eq!(said.code(), 2, "{words:?}: {said:?}");
            assert!(said.err.contains(&format!("`{file}`")), "{words:?}: {}", said.err);
            assert!(said.err.contains(reason), "{words:?}: {}", said.err);
        }
    }
    // What never ends is read to the most that a file may have.
    let said = w.run(&["reconcile", "azure-policy", "/dev/zero"]);
    assert_eq!(said.code(), 2);
    assert!(said.err.contains("`/dev/zero` has more than 256 MiB"), "{}", said.err);
}
