//! What the reader makes of reports.

use serde_json::{Value as Json, json};

use super::super::testing;
use super::*;
use crate::model::reach::{Cover, Hierarchy};

fn report(results: Json) -> String {
    let driver = json!({"name": "Semgrep OSS", "rules": [{"id": "by-index"}]});
    let run = json!({"tool": {"driver": driver}, "results": results});
    json!({"version": "2.1.0", "runs": [run]}).to_string()
}

fn result(rule: &str, uri: &str, suppressions: Json) -> Json {
    let location = json!({"physicalLocation": {"artifactLocation": {"uri": uri}}});
    json!({"ruleId": rule, "locations": [location], "suppressions": suppressions})
}

fn all(results: Json) -> Vec<Suppression> {
    testing::all(&FORMAT, "a.sarif", &report(results))
}

fn fault(bytes: &[u8]) -> (usize, String) {
    testing::fault(&FORMAT, "a.sarif", bytes)
}

#[test]
fn results_of_one_rule_in_one_file_are_one_suppression() {
    let why = |text: &str| json!([{"kind": "inSource", "justification": text}]);
    let found = all(json!([
        result("eval", "src/a.js", why("EXC-2026-AAAA")),
        result("eval", "src/a.js", why("later")),
        result("eval", "src/b.js", why("EXC-2026-AAAA")),
        result("other", "src/c.js", json!([])),
    ]));
    let names: Vec<&str> = found.iter().map(|it| &*it.name).collect();
    assert_eq!(names, ["eval src/a.js", "eval src/b.js"]);
    assert_eq!(found[0].said, ["EXC-2026-AAAA", "later"]);
    assert_eq!(found[0].notes, ["2 results of the report"]);
    assert_eq!(found[0].end, End::Untimed);
    let reach = Reach::of(Tool::Sarif)
        .limited(Dimension::Policy, ["Semgrep OSS".to_owned()])
        .limited(Dimension::Id, ["eval".to_owned()])
        .limited(Dimension::Path, ["src/a.js".to_owned()]);
    assert_eq!(found[0].reach, Ok(vec![reach]));
}

#[test]
fn only_what_is_accepted_or_says_nothing_counts() {
    for (status, counts) in [
        (json!("accepted"), true),
        (Json::Null, true),
        (json!("underReview"), false),
        (json!("rejected"), false),
    ] {
        let found = all(json!([result("a", "b", json!([{"status": status}]))]));
        assert_eq!(found.len(), usize::from(counts), "{status}");
    }
}

#[test]
fn a_rule_is_named_by_its_id_or_by_its_place_in_the_list() {
    let suppressions = json!([{"kind": "external"}]);
    let found = all(json!([
        {"ruleIndex": 0, "suppressions": suppressions},
        {"rule": {"id": "by-rule"}, "suppressions": suppressions},
        {"rule": {"index": 0, "toolComponent": {"index": 0}}, "suppressions": suppressions},
        {"ruleIndex": 7, "suppressions": suppressions, "locations": [{}]},
    ]));
    let names: Vec<&str> = found.iter().map(|it| &*it.name).collect();
    // A place without a file is not the same as no place.
    assert_eq!(names, ["by-index", "by-rule", "?", "? ?"]);
    assert!(found[2].reach.is_err() && found[3].reach.is_err());
}

#[test]
fn a_status_that_is_none_of_the_three_is_unknown() {
    for status in ["Accepted", "accepted ", "", "dismissed"] {
        let odd = json!({"status": status});
        let found = all(json!([result("a", "b", json!([{"status": "rejected"}, odd]))]));
        let reason = found[0].reach.as_ref().expect_err("unknown");
        assert!(reason.starts_with(&format!("its `status` is `{status}`")), "{reason}");
        assert_eq!(found[0].name, "a b");
        // One that counts is enough.
        let found = all(json!([result("a", "b", json!([odd, {"status": "accepted"}]))]));
        assert!(found[0].reach.is_ok(), "{status}");
    }
}

#[test]
fn a_place_in_the_list_of_rules_may_not_contradict_the_id() {
    let driver = json!({"name": "CodeQL", "rules": [{"id": "a"}, {"id": "b"}, {}]});
    let extensions = json!([{"name": "pack", "rules": [{"id": "c"}]}]);
    let of = |mut result: Json| {
        result["suppressions"] = json!([{"kind": "external"}]);
        let tool = json!({"driver": driver, "extensions": extensions});
        let run = json!({"tool": tool, "results": [result]});
        let text = json!({"version": "2.1.0", "runs": [run]}).to_string();
        let found = testing::all(&FORMAT, "a.sarif", &text).remove(0);
        (found.name, found.reach.is_ok())
    };
    let pack = |rule: &str| json!({"id": rule, "index": 0, "toolComponent": {"index": 0}});
    for (result, id, is_known) in [
        (json!({"ruleId": "a", "ruleIndex": 0}), "a", true),
        (json!({"ruleId": "a/1", "ruleIndex": 0}), "a/1", true),
        (json!({"ruleId": "a", "ruleIndex": -1}), "a", true),
        (json!({"ruleId": "c", "ruleIndex": 0, "rule": pack("c")}), "c", true),
        (json!({"rule": {"index": 0, "toolComponent": {"index": 0}}}), "c", true),
        // Which component that is, its name alone does not say.
        (
            json!({"ruleId": "x", "ruleIndex": 9, "rule": {"toolComponent": {"name": "y"}}}),
            "x",
            true,
        ),
        (json!({"ruleId": "a", "ruleIndex": 1}), "a", false),
        (json!({"ruleId": "ab", "ruleIndex": 0}), "ab", false),
        (json!({"ruleId": "a", "ruleIndex": 7}), "a", false),
        (json!({"ruleId": "a", "ruleIndex": 2}), "a", false),
        (json!({"ruleId": "a", "ruleIndex": -2}), "a", false),
        (json!({"ruleId": "a", "ruleIndex": "0"}), "a", false),
        (json!({"ruleId": "a", "rule": {"id": "b"}}), "a", false),
        (json!({"ruleId": "a", "rule": {"index": 1}}), "a", false),
        (json!({"ruleId": "a", "rule": pack("a")}), "a", false),
        (json!({"ruleIndex": 0, "rule": {"index": 1}}), "a", false),
    ] {
        assert_eq!(of(result.clone()), (id.to_owned(), is_known), "{result}");
    }
}

#[test]
fn a_file_below_another_base_is_some_file() {
    let of = |base: Json| {
        let place = json!({"physicalLocation": {"artifactLocation":
            {"uri": "src/a.js", "uriBaseId": base}}});
        let suppressions = json!([{"kind": "external"}]);
        let result = json!({"ruleId": "a", "suppressions": suppressions, "locations": [place]});
        all(json!([result])).remove(0).reach.expect("a rule").remove(0)
    };
    let limited = Reach::of(Tool::Sarif).limited(Dimension::Path, ["src/a.js".to_owned()]);
    assert!(testing::covers(&limited, &of(json!("%SRCROOT%"))));
    assert!(!testing::covers(&limited, &of(json!("MODULE"))));
}

#[test]
fn a_file_that_is_not_named_from_the_root_is_some_file() {
    let limited = Reach::of(Tool::Sarif).limited(Dimension::Path, ["src/a b.js".to_owned()]);
    let none = Hierarchy::default();
    for (uri, expected) in [
        ("src/a%20b.js", "Within"),
        ("src/b.js", "Beyond"),
        ("file:///home/ci/src/b.js", "Unknown"),
        ("../src/b.js", "Unknown"),
        ("src/%2A.js", "Unknown"),
        ("src/*.js", "Unknown"),
    ] {
        let found = all(json!([result("a", uri, json!([{"kind": "external"}]))]));
        let reach = found[0].reach.as_ref().expect("a reach");
        let cover = format!("{:?}", limited.covers(&reach[0], &none));
        assert!(cover.starts_with(expected), "{uri}: {cover}");
        assert!(matches!(Reach::of(Tool::Sarif).covers(&reach[0], &none), Cover::Within), "{uri}");
    }
}

#[test]
fn whatever_widens_a_result_is_no_longer_within_it() {
    let reach = |result: Json| all(json!([result])).remove(0).reach.expect("a reach").remove(0);
    let suppressions = json!([{"kind": "external"}]);
    let narrow = reach(result("a", "src/a.js", suppressions.clone()));
    let mut more = result("a", "src/a.js", suppressions.clone());
    let second = json!({"physicalLocation": {"artifactLocation": {"uri": "src/b.js"}}});
    more["locations"].as_array_mut().expect("a list").push(second);
    for wider in [
        more,
        result("b", "src/a.js", suppressions.clone()),
        json!({"ruleId": "a", "suppressions": suppressions}),
    ] {
        let cover = narrow.covers(&reach(wider.clone()), &Hierarchy::default());
        assert!(matches!(cover, Cover::Beyond(_)), "{wider}: {cover:?}");
    }
}

#[test]
fn an_end_among_the_properties_is_said_and_not_relied_on() {
    let properties = json!({"expiryUtc": "2027-02-01T00:00:00Z"});
    let found = all(json!([result("a", "b", json!([{"properties": properties}]))]));
    assert_eq!(found[0].end, End::Untimed);
    assert!(found[0].notes[0].contains("2027-02-01"), "{:?}", found[0].notes);
}

#[test]
fn what_is_no_such_report_is_a_fault_with_its_place() {
    assert_eq!(fault(b"{\"version\": \"2.0.0\"}").1, "the report is in SARIF 2.0.0, not 2.1.0");
    assert_eq!(fault(b"{\"version\": \"2.1.0\",\n}").0, 1);
    assert_eq!(fault(b"{\"version\": \"2.1.0\"}").1, "the file has no `runs`: it is no SARIF");
    assert_eq!(fault(b"{\"version\": \"2.1.0\", \"runs\": [\n{}]}").0, 2);
    assert_eq!(
        fault(b"{\"version\": \"2.1.0\", \"runs\": {}}").1,
        "`runs` is a mapping, not a list"
    );
    let elsewhere =
        b"{\"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": {\"name\": \"a\"}},\n\
                      \"externalPropertyFileReferences\": {\"results\": []}}]}";
    assert_eq!(fault(elsewhere), (2, "the results of the run stand in other files".to_owned()));
    assert!(fault(&[0xFF, 0xFE, 0x61, 0]).1.contains("UTF-16"));
    assert!(all(json!([])).is_empty());
}

#[test]
fn results_that_stand_beside_the_runs_are_not_passed_over() {
    let text = r#"{"version": "2.1.0", "runs": [], "inlineExternalProperties": [{"results": []}]}"#;
    let input = Input::new("a.sarif", text.as_bytes()).expect("UTF-8");
    let fault = super::read(&input).expect_err("a fault");
    assert!(fault.message.contains("inlineExternalProperties"), "{fault:?}");
}

#[test]
fn what_the_report_says_that_the_root_stands_for_has_to_be_the_root_of_the_repository() {
    let limited = Reach::of(Tool::Sarif).limited(Dimension::Path, ["src/a.js".to_owned()]);
    let of = |id: &str, bases: Json, provenance: Json| {
        let place = json!({"physicalLocation": {"artifactLocation":
            {"uri": "src/a.js", "uriBaseId": "%SRCROOT%"}}});
        let suppressions = json!([{"kind": "external"}]);
        let result = json!({"ruleId": "a", "suppressions": suppressions, "locations": [place]});
        let run = json!({"tool": {"driver": {"name": "x"}}, "results": [result],
            "originalUriBaseIds": {id: bases}, "versionControlProvenance": provenance});
        let text = json!({"version": "2.1.0", "runs": [run]}).to_string();
        testing::all(&FORMAT, "a.sarif", &text).remove(0)
    };
    let is_covered =
        |found: &Suppression| testing::covers(&limited, &found.reach.as_ref().expect("a reach")[0]);
    let mapped = |to: Json| json!([{"repositoryUri": "https://x/y", "mappedTo": to}]);
    let there = json!({"uri": "file:///other/repo/"});
    for (id, base, provenance) in [
        ("%SRCROOT%", json!({"description": {"text": "the root"}}), Json::Null),
        ("ROOTPATH", there.clone(), Json::Null),
        ("SRCROOT", there.clone(), mapped(json!({"uriBaseId": "%SRCROOT%"}))),
        ("SRCROOT", there.clone(), mapped(json!({"uriBaseId": "SRCROOT", "uri": "./"}))),
    ] {
        let found = of(id, base.clone(), provenance);
        assert!(is_covered(&found) && found.notes.is_empty(), "{id} {base}");
    }
    for (id, base, provenance) in [
        ("%SRCROOT%", json!({"uri": "services/a/", "uriBaseId": "REPO"}), Json::Null),
        ("srcroot", there.clone(), Json::Null),
        ("SRCROOT", json!({"uriBaseId": "REPO"}), Json::Null),
        ("SRCROOT", there.clone(), mapped(json!({"uriBaseId": "REPO"}))),
        ("SRCROOT", there, mapped(json!({"uriBaseId": "SRCROOT", "uri": "services/a"}))),
    ] {
        let found = of(id, base.clone(), provenance);
        assert!(!is_covered(&found), "{id} {base}");
        assert!(found.notes[0].contains("`SRCROOT`"), "{:?}", found.notes);
    }
}
