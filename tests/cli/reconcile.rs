//! `exc reconcile`: suppressions of tools against the register and its history.

use serde_json::{Value, json};

use crate::support::history::History;
use crate::support::record;

const PROXY: &str = "EXC-2026-AAAA";
const VAULT: &str = "EXC-2026-BBBB";
pub(crate) const LOGS: &str = "EXC-2026-CCCC";
const LATE: &str = "EXC-2026-DDDD";

pub(crate) const SUBSCRIPTION: &str = "/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b";

pub(crate) fn assignment(name: &str) -> String {
    format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/{name}")
}

/// A record about a resource group, bound to an assignment.
pub(crate) fn bound(id: &str, expires: &str, group: &str) -> String {
    let name = assignment("deny-public");
    let places = format!(
        "azure:{SUBSCRIPTION}/resourceGroups/{group}\nbindings:\n  - tool: azure-policy\n    \
         assignment: {name}"
    );
    record(id, "low", expires).replace("service:/model-proxy/api", &places)
}

pub(crate) fn exemption(
    name: &str,
    scope: &str,
    expires: Option<&str>,
    description: &str,
) -> Value {
    let id = format!("{scope}/providers/Microsoft.Authorization/policyExemptions/{name}");
    json!({
        "id": id,
        "name": name,
        "type": "Microsoft.Authorization/policyExemptions",
        "policyAssignmentId": assignment("deny-public"),
        "policyDefinitionReferenceIds": [],
        "exemptionCategory": "Waiver",
        "expiresOn": expires,
        "displayName": name,
        "description": description,
        "systemData": {"createdBy": "jo@example.com", "createdAt": "2026-10-01T08:00:00Z"},
    })
}

/// Two approved records, one that has expired, and one that nobody has approved.
pub(crate) fn register() -> History {
    let mut history = History::new();
    for (id, expires, group) in [
        (PROXY, "2027-01-31", "rg-proxy"),
        (VAULT, "2027-01-31", "rg-vault"),
        (LOGS, "2026-11-19", "rg-logs"),
    ] {
        history.w.write(format!("exceptions/{id}.yaml"), bound(id, expires, group));
    }
    history.merge("carol", "alice", "2026-11-05");
    history.w.write(format!("exceptions/{LATE}.yaml"), bound(LATE, "2027-01-31", "rg-late"));
    history.push("carol", "2026-11-10", "file one");
    history
}

pub(crate) fn group(name: &str) -> String {
    format!("{SUBSCRIPTION}/resourceGroups/{name}")
}

/// What the command says of each suppression, by name.
pub(crate) fn verdicts(
    history: &History,
    live: &Value,
    arguments: &[&str],
) -> (u8, Vec<(String, String)>) {
    history.w.write("live.json", serde_json::to_string_pretty(live).expect("JSON"));
    let all = ["reconcile", "azure-policy", "live.json", "--format", "json"];
    let said = history.w.run(&[&all, arguments].concat());
    let out: Value = serde_json::from_str(&said.out).expect("JSON");
    let rows = out["suppressions"].as_array().expect("a list").iter();
    let text = |row: &Value, key: &str| row[key].as_str().expect("a text").to_owned();
    (said.code(), rows.map(|row| (text(row, "name"), text(row, "verdict"))).collect())
}

pub(crate) fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, verdict)| ((*name).to_owned(), (*verdict).to_owned())).collect()
}

#[test]
fn one_approved_one_expired_one_widened_and_one_that_nobody_filed_are_told_apart() {
    let history = register();
    let end = Some("2027-02-01T00:00:00Z");
    let live = json!([
        exemption("proxy", &group("rg-proxy"), end, "EXC-2026-AAAA: vendor"),
        exemption("logs", &group("rg-logs"), None, "until the store moves"),
        exemption("vault", SUBSCRIPTION, end, "EXC-2026-BBBB: soft delete"),
        exemption("stray", &group("rg-stray"), None, "just for now"),
    ]);
    history.w.write("live.json", serde_json::to_string_pretty(&live).expect("JSON"));
    let said = history.w.run(&["reconcile", "azure-policy", "live.json"]);
    assert_eq!(said.code(), 1, "{}", said.err);
    insta::assert_snapshot!(said.out, @r"
    orphan: nobody filed these
      stray  live.json:47
          scope /subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-stray; assignment /subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/providers/Microsoft.Authorization/policyAssignments/deny-public
          no record is bound to it
          created by jo@example.com at 2026-10-01T08:00:00Z
      help: remove these from the tool, or begin their records with `exc import`

    wider: these leave more alone than their record allows
      vault  live.json:32  EXC-2026-BBBB
          scope: `/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b` is beyond `/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b/resourceGroups/rg-vault`
          created by jo@example.com at 2026-10-01T08:00:00Z
      help: narrow these in the tool, or widen the record and have it approved: `scope` and `bindings`

    record-expired: the record has ended, and these have not
      logs  live.json:17  EXC-2026-CCCC
          the record was valid through 2026-11-19 (UTC)
          created by jo@example.com at 2026-10-01T08:00:00Z
      help: renew the record with `exc renew ID` (a closed one takes a new one, `exc new`), or remove these from the tool

    4 suppressions of azure-policy: 1 orphan, 1 wider, 1 record-expired, 1 covered
    ");
}

#[test]
fn what_covers_exactly_and_what_is_less_are_fine() {
    let history = register();
    let end = Some("2027-02-01T00:00:00Z");
    let below = format!("{}/providers/Microsoft.Web/sites/a", group("RG-Proxy"));
    let live = json!([
        exemption("same", &group("RG-PROXY"), end, ""),
        exemption("below", &below, Some("2026-12-31T23:59:59.0000000Z"), ""),
        exemption("gone", &group("rg-nowhere"), Some("2026-11-20T00:00:00Z"), ""),
    ]);
    let expected = [("same", "covered"), ("below", "narrower"), ("gone", "ended")];
    assert_eq!(verdicts(&history, &live, &[]), (0, pairs(&expected)));
}

#[test]
fn a_second_more_outlives_and_a_name_that_only_begins_alike_is_another_group() {
    let history = register();
    let live = json!([
        exemption("late", &group("rg-proxy"), Some("2027-02-01T00:00:01Z"), ""),
        exemption("for-ever", &group("rg-proxy"), None, ""),
        exemption("alike", &group("rg-proxy2"), Some("2027-01-01T00:00:00Z"), ""),
        exemption("filed", &group("rg-late"), Some("2027-01-01T00:00:00Z"), ""),
    ]);
    let expected = [
        ("late", "outlives"),
        ("for-ever", "outlives"),
        ("alike", "orphan"),
        ("filed", "record-unapproved"),
    ];
    assert_eq!(verdicts(&history, &live, &[]), (1, pairs(&expected)));
}

#[test]
fn what_cannot_be_told_is_an_error_unless_it_is_allowed_by_name() {
    let history = register();
    let mut live = json!([exemption("odd", &group("rg-proxy"), Some("tomorrow"), "")]);
    assert_eq!(verdicts(&history, &live, &[]), (2, pairs(&[("odd", "unknown")])));
    let allowed = ["--allow-unknown", "odd"];
    assert_eq!(verdicts(&history, &live, &allowed), (0, pairs(&[("odd", "unknown")])));
    live = json!([{"id": group("rg-a"), "name": "no assignment", "policyAssignmentId": ""}]);
    assert_eq!(verdicts(&history, &live, &allowed).0, 2);
}

/// What is said of a single exemption with some keys changed.
fn verdict_of(history: &History, changes: Value) -> (u8, String) {
    let mut live = exemption("it", &group("rg-proxy"), Some("2027-02-01T00:00:00Z"), "");
    let changes = changes.as_object().expect("a mapping").clone();
    live.as_object_mut().expect("a mapping").extend(changes);
    let (code, mut found) = verdicts(history, &json!([live]), &[]);
    (code, found.remove(0).1)
}

#[test]
fn selectors_narrow_and_what_they_leave_out_counts() {
    let mut history = History::new();
    let selectors = "deny-public\n    selectors:\n      - {kind: resourceLocation, in: [eastus, westus]}\n      - {kind: resourceType, not_in: [microsoft.web/sites]}";
    let record = bound(PROXY, "2027-01-31", "rg-proxy").replace("deny-public", selectors);
    history.w.write(format!("exceptions/{PROXY}.yaml"), record);
    history.merge("carol", "alice", "2026-11-05");
    let of = |selectors: Value| {
        verdict_of(&history, json!({"resourceSelectors": [{"name": "a", "selectors": selectors}]}))
    };
    let location = json!({"kind": "resourceLocation", "in": ["EastUS"]});
    let without = json!({"kind": "resourceType", "notIn": ["Microsoft.Web/sites", "a/b"]});
    let said = |verdict: &str, code| (code, verdict.to_owned());
    assert_eq!(of(json!([location, without])), said("narrower", 0));
    assert_eq!(of(json!([location])), said("wider", 1));
    assert_eq!(of(json!([without])), said("wider", 1));
    let other = json!({"kind": "resourceType", "notIn": ["a/b"]});
    assert_eq!(of(json!([location, other])), said("wider", 1));
    let within = json!({"kind": "resourceType", "in": ["Microsoft.Compute/virtualMachines"]});
    assert_eq!(of(json!([location, within])), said("narrower", 0));
    // Two that exclude each other say nothing that could be relied on.
    let north = json!({"kind": "resourceLocation", "in": ["northeurope"]});
    assert_eq!(of(json!([north, location, without])), said("unknown", 2));
    let unheard = json!({"kind": "resourceMood", "in": ["good"]});
    assert_eq!(of(json!([unheard, without])), said("unknown", 2));
    let mixed = json!({"kind": "resourceLocation", "notIn": ["northeurope"]});
    assert_eq!(of(json!([mixed, without])), said("unknown", 2));
}

#[test]
fn what_is_computed_later_or_said_twice_is_unknown_by_itself() {
    let history = register();
    for changes in [
        json!({"policyDefinitionReferenceIds": "[parameters('ids')]"}),
        json!({"policyDefinitionReferenceIds": ["[parameters('ids')]"]}),
        json!({"resourceSelectors": "[parameters('selectors')]"}),
        json!({"expiresOn": "[parameters('end')]"}),
        json!({"ExpiresOn": "2020-01-01T00:00:00Z"}),
    ] {
        assert_eq!(verdict_of(&history, changes.clone()), (2, "unknown".to_owned()), "{changes}");
    }
}

#[test]
fn a_template_hides_no_exemption() {
    let history = register();
    let it = |name: &str| {
        let mut it = exemption(name, "", None, "");
        it["id"] = Value::Null;
        it
    };
    let mut child = it("child");
    child["type"] = json!("policyExemptions");
    let mut typed_later = it("typed later");
    typed_later["type"] = json!("[variables('type')]");
    let mut placed = it("placed");
    placed["scope"] = json!(group("rg-proxy"));
    let live = json!({"resources": {
        "a": {"type": "Microsoft.Web/sites", "resources": [child]},
        "b": {"type": "Microsoft.Resources/deployments",
              "properties": {"template": {"resources": [it("nested")]}}},
        "c": typed_later,
        "d": placed,
    }});
    let expected = [
        ("child", "unknown"),
        ("nested", "unknown"),
        ("typed later", "unknown"),
        ("placed", "outlives"),
    ];
    assert_eq!(verdicts(&history, &live, &[]), (2, pairs(&expected)));
}

#[test]
fn a_page_of_a_list_is_not_the_list() {
    let history = register();
    for more in ["nextLink", "$skipToken", "skip_token"] {
        history.w.write("live.json", json!({"data": [], more: "abc"}).to_string());
        let said = history.w.run(&["reconcile", "azure-policy", "live.json"]);
        assert_eq!(said.code(), 2, "{more}");
        assert!(said.err.contains(": fetch all pages"), "{}", said.err);
    }
}

#[test]
fn what_is_listed_twice_is_one_and_an_assignment_that_does_not_enforce_is_a_suppression() {
    let history = register();
    let end = Some("2027-02-01T00:00:00Z");
    let one = exemption("one", &group("rg-proxy"), end, "");
    let mut again = one.clone();
    again["id"] = json!(one["id"].as_str().expect("an id").to_uppercase());
    let scope = format!("{SUBSCRIPTION}/resourceGroups/rg-proxy");
    let off = json!({"id": assignment("deny-public"), "name": "deny", "type": "Microsoft.Authorization/policyAssignments",
        "enforcementMode": "DoNotEnforce", "notScopes": [scope], "scope": SUBSCRIPTION});
    let expected = [
        ("one", "covered"),
        (&*format!("deny notScopes {scope}"), "outlives"),
        ("deny DoNotEnforce", "wider"),
    ];
    assert_eq!(verdicts(&history, &json!([one, again, off]), &[]), (1, pairs(&expected)));
}

#[test]
fn an_assignment_with_an_effect_turned_off_is_a_suppression() {
    let history = register();
    let with = |key: &str, value: Value| {
        json!([{"id": assignment("deny-public"), "name": "deny", key: value,
            "type": "Microsoft.Authorization/policyAssignments", "scope": SUBSCRIPTION}])
    };
    for (key, value, verdict) in [
        ("parameters", json!({"networkEffect": {"value": "Disabled"}}), "wider"),
        ("overrides", json!([{"kind": "policyEffect", "value": "disabled"}]), "wider"),
    ] {
        let found = verdicts(&history, &with(key, value), &[]).1;
        assert_eq!(found, pairs(&[("deny Disabled", verdict)]), "{key}");
    }
    let found = verdicts(&history, &with("enforcementMode", json!("[parameters('m')]")), &[]);
    assert_eq!((found.0, &*found.1[0].1), (2, "unknown"));
    let fine = with("parameters", json!({"effect": {"value": "Deny"}}));
    assert_eq!(verdicts(&history, &fine, &[]), (0, vec![]));
}

#[test]
fn a_hierarchy_of_management_groups_decides_what_ids_do_not() {
    let mut history = History::new();
    let group = "azure:/managementGroups/corp";
    let place = format!("azure:{SUBSCRIPTION}/resourceGroups/rg-proxy");
    let record = bound(PROXY, "2027-01-31", "rg-proxy").replace(&place, group);
    history.w.write(format!("exceptions/{PROXY}.yaml"), record);
    history.merge("carol", "alice", "2026-11-05");
    let live = json!([exemption("it", SUBSCRIPTION, Some("2027-02-01T00:00:00Z"), "")]);
    assert_eq!(verdicts(&history, &live, &[]), (2, pairs(&[("it", "unknown")])));
    let named = |name: &str| json!({"id": format!("/providers/Microsoft.Management/managementGroups/{name}")});
    let subscription = json!({"id": SUBSCRIPTION, "type": "/subscriptions"});
    let tree = |name: &str| {
        let mut tree = named(name);
        tree["children"] = json!([{"id": named("eu")["id"], "children": [subscription]}]);
        tree
    };
    let entities = |name: &str| json!([named(name), {"id": SUBSCRIPTION, "parent": named(name)}]);
    let mut other = tree("else");
    other["children"].as_array_mut().expect("a list").push(named("corp"));
    for (hierarchy, verdict) in [
        (tree("Corp"), "narrower"),
        (entities("corp"), "narrower"),
        (other, "wider"),
        // It lacks the group of the record.
        (tree("else"), "unknown"),
    ] {
        history.w.write("groups.json", hierarchy.to_string());
        let found = verdicts(&history, &live, &["--hierarchy", "groups.json"]);
        assert_eq!(found.1, pairs(&[("it", verdict)]), "{hierarchy}");
    }
    history.w.write("groups.json", r#"[{"name": "corp"}]"#);
    let said =
        history.w.run(&["reconcile", "azure-policy", "live.json", "--hierarchy", "groups.json"]);
    assert_eq!(said.code(), 2);
    assert!(said.err.starts_with("error: groups.json:1:2: an entry has no `id`"), "{}", said.err);
}

#[test]
fn a_name_that_no_record_can_hold_lies_where_it_lies() {
    let history = register();
    for (name, verdict) in
        [("Failure Anomalies", "narrower"), ("größe", "narrower"), ("..", "orphan")]
    {
        let scope = format!("{}/providers/Microsoft.Web/sites/{name}", group("rg-proxy"));
        let live = exemption("it", &scope, Some("2027-01-01T00:00:00Z"), "");
        assert_eq!(verdicts(&history, &json!([live]), &[]).1, pairs(&[("it", verdict)]), "{name}");
    }
}

#[test]
fn two_records_cover_together_also_where_an_expired_one_covers_all() {
    let mut history = History::new();
    for (id, expires, references) in
        [(PROXY, "2027-01-31", "[A]"), (VAULT, "2027-01-31", "[B]"), (LOGS, "2026-11-19", "[A, B]")]
    {
        let text = bound(id, expires, "rg-proxy");
        let name = assignment("deny-public");
        let with = format!("{name}\n    definition_references: {references}");
        history.w.write(format!("exceptions/{id}.yaml"), text.replace(&name, &with));
    }
    history.merge("carol", "alice", "2026-11-05");
    let (code, verdict) = verdict_of(&history, json!({"policyDefinitionReferenceIds": ["a", "b"]}));
    assert_eq!((code, &*verdict), (0, "covered"));
}

#[test]
fn a_file_that_cannot_be_read_is_said_with_its_place_and_the_others_are_judged() {
    let history = register();
    history.w.write("live.json", "[{\"id\": \"a\",\n}]");
    history.w.write("fine.json", "[]");
    let files = ["gone.json", "live.json", "fine.json"];
    let said = history.w.run(&[&["reconcile", "azure-policy"], &files[..]].concat());
    assert!(
        said.err.starts_with("error: gone.json:1:1: cannot read `gone.json`: "),
        "{}",
        said.err
    );
    assert_eq!(said.code(), 2);
    assert!(said.err.contains("\nerror: live.json:1:12: trailing commas"), "{}", said.err);
    assert!(said.out.ends_with("0 suppressions of azure-policy\n"), "{}", said.out);
}

/// The bindings of one approved record, and for each tool a file with two entries: one that the
/// binding takes in, and one that goes beyond it.
const BOUND: &str = "
  - {tool: kyverno, policy: disallow-host, policy_kind: ValidatingPolicy, resources: {namespaces: [delta]}}
  - {tool: azure-policy, assignment: ASSIGNMENT}
  - {tool: snyk, ids: [SNYK-JS-QS-1], paths: ['express > qs']}
  - {tool: better-npm-audit, ids: [CVE-2026-1]}
  - {tool: audit-ci, ids: [GHSA-aaaa-bbbb-cccc], paths: ['express>*']}
  - {tool: sarif, ids: [eval], paths: ['src/**'], producer: Semgrep OSS}";

pub(crate) const KYVERNO: &str = "
apiVersion: policies.kyverno.io/v1
kind: PolicyException
metadata: {name: within}
spec:
  policyRefs: [{name: disallow-host, kind: ValidatingPolicy}]
  matchConditions: [{name: a, expression: object.metadata.namespace == 'delta'}]
  expiresAt: 2027-02-01T00:00:00Z
---
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: beyond}
spec:
  exceptions: [{policyName: disallow-host, ruleNames: ['*']}]
  match: {any: [{resources: {kinds: [Pod]}}]}
";

pub(crate) const EPAC: &str = "\
name,displayName,exemptionCategory,expiresOn,scope,policyAssignmentId
within,a,Waiver,2027-02-01,GROUP,ASSIGNMENT
beyond,b,Waiver,2027-02-01,SUBSCRIPTION,ASSIGNMENT
";

pub(crate) const SNYK: &str = "
ignore:
  SNYK-JS-QS-1:
    - express > qs: {reason: pinned, expires: 2027-02-01T00:00:00.000Z}
    - '*': {reason: everywhere, expires: 2027-02-01T00:00:00.000Z}
";

pub(crate) const NSPRC: &str = r#"{
    "CVE-2026-1": {"active": true, "expiry": "2027-02-01"},
    "CWE-79": "all of them"
}"#;

pub(crate) const AUDIT_CI: &str = "{
    // three syntaxes, one reader
    low: true,
    allowlist: [
        {'GHSA-aaaa-bbbb-cccc|express>qs': {active: true, expiry: '2027-02-01'}},
        'GHSA-aaaa-bbbb-cccc',
    ],
}";

pub(crate) const SARIF: &str = r#"{"version": "2.1.0", "runs": [{
    "tool": {"driver": {"name": "Semgrep OSS"}},
    "results": [
        {"ruleId": "eval", "suppressions": [{"kind": "inSource"}],
         "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/a.js"}}}]},
        {"ruleId": "eval", "suppressions": [{"kind": "inSource"}]}
    ]
}]}"#;

/// A report in SARIF knows no ends, so that the record's is the only one.
#[test]
fn of_each_tool_what_a_binding_takes_in_is_told_from_what_goes_beyond_it() {
    let mut history = History::new();
    let record = record(PROXY, "low", "2027-01-31");
    let places = format!("azure:{}\nbindings:{BOUND}", group("rg-proxy"));
    let texts = |text: &str| {
        let text = text.replace("ASSIGNMENT", &assignment("deny-public"));
        text.replace("GROUP", &group("rg-proxy")).replace("SUBSCRIPTION", SUBSCRIPTION)
    };
    let record = record.replace("service:/model-proxy/api", &texts(&places));
    history.w.write(format!("exceptions/{PROXY}.yaml"), record);
    history.merge("carol", "alice", "2026-11-05");
    for (tool, file, text, expected) in [
        ("kyverno", "exceptions.yaml", KYVERNO, [("within", "covered"), ("beyond", "orphan")]),
        ("epac", "exemptions.csv", EPAC, [("within", "covered"), ("beyond", "wider")]),
        (
            "snyk",
            ".snyk",
            SNYK,
            [("SNYK-JS-QS-1 express > qs", "covered"), ("SNYK-JS-QS-1", "wider")],
        ),
        ("better-npm-audit", ".nsprc", NSPRC, [("CVE-2026-1", "covered"), ("CWE-79", "orphan")]),
        (
            "audit-ci",
            "audit-ci.json5",
            AUDIT_CI,
            [("GHSA-aaaa-bbbb-cccc|express>qs", "narrower"), ("GHSA-aaaa-bbbb-cccc", "wider")],
        ),
        ("sarif", "a.sarif", SARIF, [("eval src/a.js", "narrower"), ("eval", "wider")]),
    ] {
        history.w.write(file, texts(text));
        let said = history.w.run(&["reconcile", tool, file, "--format", "json"]);
        let out: Value = serde_json::from_str(&said.out).expect("JSON");
        let rows = out["suppressions"].as_array().expect("a list").iter();
        let text = |row: &Value, key: &str| row[key].as_str().expect("a text").to_owned();
        let found: Vec<_> = rows.map(|row| (text(row, "name"), text(row, "verdict"))).collect();
        assert_eq!((said.code(), found), (1, pairs(&expected)), "{tool}: {}{}", said.out, said.err);
    }
}

/// One file of each tool, the binding of an approved record, and what the file is called in the end.
pub(crate) const OF_TOOLS: [(&str, &str, &str, &str); 7] = [
    ("trivy", "ids: [CVE-2026-1]", ".trivyignore", "CVE-2026-1 exp:2027-02-01\n"),
    (
        "osv-scanner",
        "ids: [GO-2026-1]",
        "osv-scanner.toml",
        "[[IgnoredVulns]]\nid = \"GO-2026-1\"\nignoreUntil = 2027-02-01\n",
    ),
    (
        "inspec",
        "ids: [cis-1.1]",
        "waivers.yaml",
        "cis-1.1: {run: false, expiration_date: 2027-02-01}\n",
    ),
    ("cargo-deny", "ids: [RUSTSEC-1]", "deny.toml", "[advisories]\nignore = [\"RUSTSEC-1\"]\n"),
    ("cargo-audit", "ids: [RUSTSEC-1]", "audit.toml", "[advisories]\nignore = [\"RUSTSEC-1\"]\n"),
    ("grype", "ids: [CVE-2026-1]", ".grype.yaml", "ignore: [{vulnerability: CVE-2026-1}]\n"),
    (
        "checkov",
        "ids: ['*']\n    paths: ['modules/**']",
        ".checkov.yaml",
        "skip-path: [^modules/old/]\n",
    ),
];

#[test]
fn what_each_tool_is_told_is_met_with_the_binding_that_allows_it() {
    let mut history = History::new();
    for (index, (tool, binding, ..)) in OF_TOOLS.iter().enumerate() {
        let id = format!("EXC-2026-AAA{}", index + 2);
        let bindings =
            format!("service:/model-proxy/api\nbindings:\n  - tool: {tool}\n    {binding}");
        let text = record(&id, "low", "2027-01-31").replace("service:/model-proxy/api", &bindings);
        history.w.write(format!("exceptions/{id}.yaml"), text);
    }
    history.merge("carol", "alice", "2026-11-05");
    let verdicts = OF_TOOLS.map(|(tool, _, file, text)| {
        history.w.write(file, text);
        let said = history.w.run(&["reconcile", tool, file, "--format", "json"]);
        let out: Value = serde_json::from_str(&said.out).expect("JSON");
        format!("{tool} {}", out["suppressions"][0]["verdict"].as_str().expect("a verdict"))
    });
    assert_eq!(
        verdicts,
        [
            "trivy covered",
            "osv-scanner covered",
            "inspec covered",
            // What follows has no end of its own.
            "cargo-deny covered",
            "cargo-audit covered",
            "grype covered",
            "checkov narrower",
        ]
    );
}

#[test]
fn what_is_to_be_known_of_a_covered_suppression_is_shown_and_is_no_fault() {
    let mut history = History::new();
    let text = bound(PROXY, "2027-01-31", "rg-proxy");
    let (before, controls) = text.split_once("compensating_controls:").expect("some");
    let after = controls.find("\nremediation:").expect("what comes next");
    let bare = format!("{before}compensating_controls: []{}", &controls[after..]);
    history.w.write(format!("exceptions/{PROXY}.yaml"), bare);
    history.merge("carol", "alice", "2026-11-05");
    let mut covered = exemption("proxy", &group("rg-proxy"), Some("2027-02-01T00:00:00Z"), "");
    covered["exemptionCategory"] = "Mitigated".into();
    covered["assignmentScopeValidation"] = "DoNotValidate".into();
    history.w.write("live.json", json!([covered]).to_string());
    let said = history.w.run(&["reconcile", "azure-policy", "live.json"]);
    assert_eq!(said.code(), 0, "{}", said.err);
    insta::assert_snapshot!(said.out, @r"
    covered: an exception in force allows exactly this
      proxy  live.json:1  EXC-2026-AAAA
          `DoNotValidate`: it may lie outside of its assignment's scope
          it claims that other means meet the policy's intent (`Mitigated`), and `EXC-2026-AAAA` lists no compensating control
          created by jo@example.com at 2026-10-01T08:00:00Z

    1 suppression of azure-policy: 1 covered
    ");
    let said = history.w.run(&["reconcile", "azure-policy", "live.json", "--format", "sarif"]);
    let out: Value = serde_json::from_str(&said.out).expect("JSON");
    let result = &out["runs"][0]["results"][0];
    assert_eq!(
        (said.code(), &result["level"], &result["ruleId"]),
        (0, &json!("note"), &json!("suppression-covered"))
    );
    let text = result["message"]["text"].as_str().expect("a text");
    assert!(
        text.contains("DoNotValidate") && text.contains("lists no compensating control"),
        "{text}"
    );
}
