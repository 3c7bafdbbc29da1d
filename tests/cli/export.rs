//! `exc export`: what is in force, as files of enforcement tools, and what `exc reconcile` says of them.

use crate::support::history::History;
use crate::support::record;

const CLEAR: &str = "EXC-2026-AAAA";
const GONE: &str = "EXC-2026-BBBB";
const FRESH: &str = "EXC-2026-CCCC";
/// What is said of the one that nobody has approved.
const WAITING: &str = "note: `EXC-2026-CCCC` is not in force: unapproved\n";

/// A record with a binding, written without braces.
fn bound(id: &str, expires: &str, binding: &str) -> String {
    let scope = "service:/model-proxy/api";
    record(id, "low", expires).replace(scope, &format!("{scope}\nbindings: [{{{binding}}}]"))
}

/// One approved, one expired, and one that nobody has approved.
fn register(binding: &str) -> History {
    let mut history = History::new();
    for (id, expires) in [(CLEAR, "2027-01-31"), (GONE, "2026-11-19")] {
        history.w.write(format!("exceptions/{id}.yaml"), bound(id, expires, binding));
    }
    history.merge("carol", "alice", "2026-11-05");
    history.w.write(format!("exceptions/{FRESH}.yaml"), bound(FRESH, "2027-01-31", binding));
    history.push("carol", "2026-11-10", "file one");
    history
}

#[test]
fn what_is_in_force_is_written_and_nothing_else() {
    let history = register("tool: trivy, ids: [CVE-2026-1], paths: [go.sum]");
    let said = history.w.run(&["export", "trivy"]);
    assert_eq!((said.code(), &*said.err), (0, WAITING));
    insta::assert_snapshot!(said.out, @r"
    # Written by `exc export trivy` from the exceptions in force: change the records, and write it again
    vulnerabilities:
    - id: CVE-2026-1
      paths:
      - go.sum
      expired_at: 2027-02-01T00:00:00Z
      statement: 'EXC-2026-AAAA: The vendor offers no private link before 2027-02 (ticket 48213).'
    ");
    assert_eq!(history.w.run(&["export", "trivy"]).out, said.out);
}

#[test]
fn a_file_that_says_something_else_fails_the_check_and_is_shown() {
    let history = register("tool: trivy, ids: [CVE-2026-1]");
    let check = ["export", "trivy", "--check", ".trivyignore.yaml"];
    let said = history.w.run(&check);
    assert_eq!(said.code(), 1, "{}", said.err);
    assert!(said.err.contains("`exc export trivy -o .trivyignore.yaml`"), "{}", said.err);
    assert_eq!(history.w.run(&["export", "trivy", "-o", ".trivyignore.yaml"]).code(), 0);
    let said = history.w.run(&check);
    assert_eq!((said.code(), &*said.out, &*said.err), (0, "", WAITING));
    let text = history.w.read(".trivyignore.yaml").replace("2027-02-01", "2028-02-01");
    history.w.write(".trivyignore.yaml", text);
    let said = history.w.run(&check);
    assert_eq!(said.code(), 1);
    assert!(said.out.contains("-  expired_at: 2028-02-01T00:00:00Z\n"), "{}", said.out);
    assert!(said.out.contains("+  expired_at: 2027-02-01T00:00:00Z\n"), "{}", said.out);
}

#[test]
fn what_the_file_cannot_say_is_named_and_the_rest_is_written() {
    let history =
        register("tool: trivy, ids: ['*'], paths: [vendor/**]}, {tool: trivy, ids: [CVE-1]");
    let said = history.w.run(&["export", "trivy"]);
    assert_eq!(said.code(), 2);
    assert!(said.out.contains("id: CVE-1"), "{}", said.out);
    insta::assert_snapshot!(said.err, @r"
    error: `EXC-2026-AAAA` is not in the file: an entry without an `id` is read by some versions of Trivy only: name the ids
      --> exceptions/EXC-2026-AAAA.yaml /bindings/0
    note: `EXC-2026-CCCC` is not in force: unapproved
    ");
}

#[test]
fn a_record_without_a_binding_is_no_part_of_it() {
    let history = register("tool: snyk, ids: [CVE-2026-1]");
    let said = history.w.run(&["export", "trivy"]);
    assert_eq!(said.code(), 0);
    assert!(!said.out.contains("EXC-"), "{}", said.out);
    let note = "note: nothing in force is bound to `trivy`, so there is no entry to write\n";
    assert_eq!(said.err, note);
}

#[test]
fn a_name_by_which_the_tool_reads_another_form_is_told() {
    let history = register("tool: trivy, ids: [CVE-2026-1]");
    let said = history.w.run(&["export", "trivy", "-o", ".trivyignore"]);
    assert_eq!(said.code(), 0, "{}", said.err);
    let note = "note: the tool reads `.trivyignore` in another form, by its name: `exc export trivy` writes `.trivyignore.yaml`, for `trivy --ignorefile`\n";
    assert!(said.err.contains(note), "{}", said.err);
    let said = history.w.run(&["export", "trivy", "-o", ".trivyignore.yaml"]);
    assert!(!said.err.contains("another form"), "{}", said.err);
}

/// The binding of a record of its own scope, which is in Azure.
const AZURE: &str = "tool: azure-policy, assignment: /subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/providers/Microsoft.Authorization/policyAssignments/deny-public, definition_references: [public], selectors: [{kind: resourceLocation, in: [eastus]}]";

/// Each export with the binding of a record for it, the name of its file, and by which format
/// `exc reconcile` reads that again, if it does.
const EXPORTS: &[(&str, &str, &str, Option<&str>)] = &[
    (
        "kyverno",
        "tool: kyverno, policy: disallow-host-namespaces, policy_kind: ClusterPolicy, rules: [host-namespaces], \
         resources: {kinds: [Pod], namespaces: [delta], names: [tool*]}",
        "kyverno.yaml",
        Some("kyverno"),
    ),
    (
        "kyverno-cel",
        "tool: kyverno, policy: check-images, policy_kind: ValidatingPolicy, \
         resources: {kinds: [Pod], namespaces: [delta], names: ['tool*', a.b]}",
        "kyverno-cel.yaml",
        Some("kyverno"),
    ),
    (
        "trivy",
        "tool: trivy, ids: [CVE-2026-1, AVD-DS-0002], paths: [go.sum]",
        ".trivyignore.yaml",
        Some("trivy"),
    ),
    (
        "osv-scanner",
        "tool: osv-scanner, ids: [GO-2022-0968]}, \
         {tool: osv-scanner, ids: ['*'], packages: ['pkg:golang/golang.org/x/net@0.17.0']",
        "osv-scanner.toml",
        Some("osv-scanner"),
    ),
    (
        "grype",
        "tool: grype, ids: [CVE-2026-1], packages: ['pkg:pypi/zope.interface@5.0'], paths: [a/**]",
        ".grype.yaml",
        Some("grype"),
    ),
    (
        "cargo-deny",
        "tool: cargo-deny, ids: [RUSTSEC-2026-0001, 'atty@0.2.14']",
        "deny.toml",
        Some("cargo-deny"),
    ),
    ("inspec", "tool: inspec, ids: [cis-1.1, 'cis: #2']", "waivers.yaml", Some("inspec")),
    ("epac", AZURE, "epac.json", Some("epac")),
    ("arm", AZURE, "arm.json", Some("azure-policy")),
    ("oscal", "tool: snyk, ids: [CVE-2026-1]", "oscal.json", None),
];

/// The places in Azure of a record that is bound to it, one of each kind that a subscription holds.
fn in_azure(name: &str) -> String {
    let subscription = "azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b";
    let group = format!("{subscription}/resourceGroups/rg-{name}");
    let site =
        format!("{subscription}/resourceGroups/rg-sites/providers/Microsoft.Web/sites/{name}");
    format!("{group}\n  - {site}\n  - {subscription}")
}

/// Keeps a file of a test in a folder of the directory that `EXC_KEEP_EXPORTS` names, for the programs
/// that read it besides.
#[expect(clippy::disallowed_methods, reason = "CI says where")]
fn keep(folder: &str, file: &str, text: &str) {
    let Some(root) = std::env::var_os("EXC_KEEP_EXPORTS") else { return };
    let folder = std::path::Path::new(&root).join(folder);
    std::fs::create_dir_all(&folder).expect("a directory");
    std::fs::write(folder.join(file), text).expect("a file");
}

/// One register with a record for each export.
#[test]
fn every_export_is_covered_by_the_register_it_comes_from() {
    let mut history = History::new();
    for (index, (name, binding, ..)) in EXPORTS.iter().enumerate() {
        let id = format!("EXC-2026-AA{:02}", index + 2);
        let mut text = bound(&id, "2027-01-31", binding);
        if *binding == AZURE {
            text = text.replace("service:/model-proxy/api", &in_azure(name));
        }
        keep("", &format!("{id}.yaml"), &text);
        history.w.write(format!("exceptions/{name}/{id}.yaml"), text);
    }
    history.merge("carol", "alice", "2026-11-05");
    for (name, _, file, format) in EXPORTS {
        let said = history.w.run(&["export", name, "-o", file]);
        assert_eq!((said.code(), &*said.err), (0, ""), "{name}");
        let text = history.w.read(file);
        assert!(text.contains("EXC-2026-AA"), "{name}: {text}");
        if let Some(format) = format {
            let said = history.w.run(&["reconcile", format, file]);
            assert_eq!((said.code(), &*said.err), (0, ""), "{name}: {}\n{text}", said.out);
        }
        keep("", file, &text);
    }
}

/// Bindings that two records share, and in whose values something would end a text or a pattern.
const SHARED: [(&str, &str); 7] = [
    (
        "kyverno",
        "tool: kyverno, policy: a, policy_kind: ClusterPolicy, resources: {names: ['x: #*']}",
    ),
    (
        "kyverno-cel",
        r#"tool: kyverno, policy: a, policy_kind: MutatingPolicy, resources: {namespaces: ['a"]||true||["', 'b\c'], names: ['a)|.*', '(*|x']}"#,
    ),
    ("trivy", "tool: trivy, ids: ['CVE-1 # x', AVD-1], paths: ['a: b/**', '- c']"),
    (
        "osv-scanner",
        r#"tool: osv-scanner, ids: ['a"b', 'c\d']}, {tool: osv-scanner, ids: ['*'], packages: ['pkg:npm/%40a/b', 'pkg:npm/b@1']"#,
    ),
    (
        "grype",
        r#"tool: grype, ids: ['CVE-1: x', "CVE'2"], packages: ['pkg:npm/a.b-c_d@1.0'], paths: ['&a/*']"#,
    ),
    ("cargo-deny", "tool: cargo-deny, ids: [CVE-2026-1, atty]"),
    ("inspec", r#"tool: inspec, ids: ['null', '012', "it's: '#1'"]"#),
];

/// What would break out of each file, were it written as it is.
const HOSTILE: &str = r#""'\"\\\n---\n}, {id: x}]\n[[IgnoredVulns]]\nid = 'x'\n'''\n\"\"\"\u0007\u202e\u2028\u0085 # ${{ x }}""#;

/// The second record lasts longer, and its reason is hostile.
#[test]
fn every_export_of_two_records_that_share_a_binding_is_covered() {
    let mut history = History::new();
    for (index, (name, binding)) in SHARED.iter().enumerate() {
        for (letters, expires) in [("AA", "2027-01-31"), ("BB", "2027-02-28")] {
            let id = format!("EXC-2026-{letters}{:02}", index + 2);
            let mut text = bound(&id, expires, binding);
            if letters == "BB" {
                let line = text.lines().find(|line| line.trim_start().starts_with("blocker:"));
                let line = line.expect("a blocker").to_owned();
                text = text.replace(&line, &format!("  blocker: {HOSTILE}"));
            }
            keep("shared", &format!("{id}.yaml"), &text);
            history.w.write(format!("exceptions/{name}/{id}.yaml"), text);
        }
    }
    history.merge("carol", "alice", "2026-11-05");
    for (name, ..) in SHARED {
        let (.., file, format) = EXPORTS.iter().find(|row| row.0 == name).expect("an export");
        let said = history.w.run(&["export", name, "-o", file]);
        assert_eq!((said.code(), &*said.err), (0, ""), "{name}");
        let text = history.w.read(file);
        let said = history.w.run(&["reconcile", format.expect("a format"), file]);
        assert_eq!((said.code(), &*said.err), (0, ""), "{name}: {}\n{text}", said.out);
        keep("shared", file, &text);
    }
}

#[test]
fn a_text_that_says_more_than_the_approved_one_is_not_written_and_one_that_only_reads_better_is() {
    let history = register("tool: trivy, ids: [CVE-2026-1]");
    let path = format!("exceptions/{CLEAR}.yaml");
    let approved = history.w.read(&path);
    let exported = || history.w.run(&["export", "trivy"]);
    assert!(exported().out.contains(CLEAR));
    history.w.write(&path, format!("{approved}tags: [vendor]\n"));
    assert!(exported().out.contains(CLEAR), "a tag needs no approval");
    history.w.write(&path, approved.replace("CVE-2026-1", "CVE-2026-2"));
    let said = exported();
    assert_eq!((said.code(), said.out.contains("CVE-2026")), (0, false), "{}", said.out);
}

/// A tool that is given a file with less takes away what was approved.
#[test]
fn where_approvals_cannot_be_told_nothing_is_written_and_the_way_out_is_named() {
    let history = register("tool: trivy, ids: [CVE-2026-1]");
    history.w.exc(&["export", "trivy", "-o", ".trivyignore.yaml"]);
    let before = history.w.read(".trivyignore.yaml");
    history.make_shallow();
    let said = history.w.run(&["export", "trivy", "-o", ".trivyignore.yaml"]);
    assert_eq!((said.code(), history.w.read(".trivyignore.yaml")), (2, before));
    assert!(said.err.contains(CLEAR) && said.err.contains("nothing is written"), "{}", said.err);
    assert!(said.err.contains("`git fetch --unshallow`"), "{}", said.err);
    assert_eq!(history.w.run(&["export", "trivy"]).out, "");
}
