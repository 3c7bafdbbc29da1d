//! Files of exceptions, and what is read of them.

use super::super::testing;
use super::end::TTL;
use super::*;
use crate::bridge::End;
use crate::model::reach::Dimension;

const OLD: &str = "
apiVersion: kyverno.io/v2
kind: PolicyException
metadata:
  name: tool
  namespace: delta
  annotations: {exc.dev/record: EXC-2026-AAAA}
spec:
  exceptions:
    - policyName: disallow-host-namespaces
      ruleNames: [host-namespaces, autogen-host-namespaces]
  match:
    any:
      - resources: {kinds: [Pod, Deployment], namespaces: [delta], names: [important-tool*]}
";

const CEL: &str = "
apiVersion: policies.kyverno.io/v1beta1
kind: PolicyException
metadata: {name: debug, namespace: dev}
spec:
  policyRefs: [{name: check-security-context, kind: ValidatingPolicy}]
  matchConditions:
    - name: where
      expression: object.metadata.namespace in ['dev', \"test\"]
  expiresAt: 2027-02-01T00:00:00Z
  properties: {reason: 'EXC-2026-BBBB: vendor image'}
";

fn all(text: &str) -> Vec<Suppression> {
    testing::all(&FORMAT, "exceptions.yaml", text)
}

fn one(text: &str) -> Suppression {
    let mut all = all(text);
    assert_eq!(all.len(), 1, "{text}");
    all.remove(0)
}

fn reason(text: &str) -> String {
    one(text).reach.expect_err("unknown")
}

fn fault(path: &str, bytes: &[u8]) -> (usize, String) {
    testing::fault(&FORMAT, path, bytes)
}

/// Whether all that one exception takes out lies within what another one does.
fn covers(outer: &str, inner: &str) -> Vec<bool> {
    let outer = one(outer).reach.expect("a reach");
    let of = |inner: &Reach| outer.iter().any(|outer| testing::covers(outer, inner));
    one(inner).reach.expect("a reach").iter().map(of).collect()
}

#[test]
fn both_forms_say_what_they_take_out_and_until_when() {
    let found = one(&OLD.replace("any:", "any: # why"));
    assert_eq!((&*found.name, &found.end), ("delta/tool", &End::Never));
    assert!(found.said.contains(&"EXC-2026-AAAA".to_owned()), "{:?}", found.said);
    let reach = Reach::of(Tool::Kyverno)
        .limited(Dimension::Policy, ["disallow-host-namespaces".to_owned()])
        .limited(Dimension::PolicyKind, ["ClusterPolicy".to_owned()])
        .limited(Dimension::Id, ["host-namespaces", "autogen-host-namespaces"].map(Into::into))
        .limited(Dimension::Kind, ["Pod", "Deployment"].map(Into::into))
        .limited(Dimension::Namespace, ["delta".to_owned()])
        .limited(Dimension::Name, ["important-tool*".to_owned()]);
    assert_eq!(found.reach, Ok(vec![reach]));
    let found = one(CEL);
    assert_eq!(found.end, End::Until("2027-02-01T00:00:00Z".parse().expect("a moment")));
    assert!(found.said.contains(&"EXC-2026-BBBB: vendor image".to_owned()));
    let reach = Reach::of(Tool::Kyverno)
        .limited(Dimension::Policy, ["check-security-context".to_owned()])
        .limited(Dimension::PolicyKind, ["ValidatingPolicy".to_owned()])
        .limited(Dimension::Namespace, ["dev", "test"].map(Into::into));
    assert_eq!(found.reach, Ok(vec![reach]));
}

#[test]
fn many_documents_and_lists_are_read_and_other_kinds_are_passed_over() {
    let policy = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\n";
    assert_eq!(all(&format!("{OLD}---\n{policy}---\n{CEL}---\n")).len(), 2);
    let items: Vec<String> = OLD.lines().skip(1).map(|line| format!("    {line}\n")).collect();
    let items = items.concat().replacen("    ", "  - ", 1);
    assert_eq!(one(&format!("apiVersion: v1\nkind: List\nitems:\n{items}")).name, "delta/tool");
    assert!(all("apiVersion: v1\nkind: List\nitems: []\n").is_empty());
}

#[test]
fn whatever_widens_the_old_form_is_no_longer_within_it() {
    assert_eq!(covers(OLD, OLD), [true]);
    for (from, to) in [
        ("disallow-host-namespaces", "disallow-*"),
        ("[host-namespaces, ", "['*', "),
        ("[Pod, Deployment]", "[Pod, Job]"),
        ("kinds: [Pod, Deployment], ", ""),
        ("namespaces: [delta]", "namespaces: [delta, prod]"),
        ("namespaces: [delta], ", ""),
        ("important-tool*", "important-*"),
        (", names: [important-tool*]", ""),
    ] {
        assert!(OLD.contains(from), "{from}");
        assert_eq!(covers(OLD, &OLD.replace(from, to)), [false], "{from} {to}");
    }
    let more = format!("{OLD}      - resources: {{kinds: [Secret]}}\n");
    assert_eq!(covers(OLD, &more), [true, false]);
}

#[test]
fn whatever_widens_the_cel_form_is_no_longer_within_it() {
    assert_eq!(covers(CEL, CEL), [true]);
    for (from, to) in [
        (", \"test\"", ", \"prod\""),
        ("name: check-security-context", "name: another"),
        ("kind: ValidatingPolicy", "kind: MutatingPolicy"),
        ("object.metadata.namespace in ['dev', \"test\"]", "'true'"),
        ("object.metadata.namespace in", "object.metadata.name in"),
    ] {
        assert!(CEL.contains(from), "{from}");
        assert_eq!(covers(CEL, &CEL.replace(from, to)), [false], "{from} {to}");
    }
    assert_eq!(covers(CEL, &CEL.replace("['dev', \"test\"]", "['dev']")), [true]);
}

#[test]
fn a_binding_that_says_a_kind_of_policy_is_of_no_other() {
    let binding = |kind: &str| {
        let reach = Reach::of(Tool::Kyverno);
        let kind = Some(kind.to_owned()).filter(|kind| !kind.is_empty());
        reach.limited(Dimension::PolicyKind, kind)
    };
    let of = |text: &str| one(text).reach.expect("a reach").remove(0);
    let spaced = OLD.replace("disallow-host-namespaces", "delta/disallow");
    let several = OLD.replace("disallow-host-namespaces", "disallow-*");
    for (text, kind) in [(OLD, "ClusterPolicy"), (&spaced, "Policy"), (CEL, "ValidatingPolicy")] {
        assert!(testing::covers(&binding(""), &of(text)), "{text}");
        assert!(testing::covers(&binding(kind), &of(text)), "{text}");
        assert!(!testing::covers(&binding("MutatingPolicy"), &of(text)), "{text}");
    }
    assert!(!testing::covers(&binding("ClusterPolicy"), &of(&several)));
    assert_eq!(
        reason(&CEL.replace(", kind: ValidatingPolicy", "")),
        "a policy that it refers to has no `kind`"
    );
}

#[test]
fn what_only_narrows_is_within_and_is_never_taken_for_a_limit() {
    let narrow = format!("{OLD}  conditions: {{any: [{{key: a, operator: Equals, value: b}}]}}\n");
    assert_eq!(covers(OLD, &narrow), [true]);
    assert_eq!(covers(&narrow, OLD), [false]);
    let everywhere = narrow.replace("namespaces: [delta], ", "");
    assert_eq!(covers(OLD, &everywhere), [false]);
}

#[test]
fn blocks_of_all_limit_together_and_patterns_never_cancel_out() {
    let all = OLD.replace("any:", "all:");
    let second = format!("{all}      - resources: {{names: [other*]}}\n");
    assert_eq!(covers(OLD, &all), [true]);
    assert_eq!(covers(&second, OLD), [false]);
    assert_eq!(covers(OLD, &second), [true]);
}

#[test]
fn a_label_that_lets_it_be_deleted_is_its_end() {
    let label = |ttl: &str| {
        OLD.replace("  name: tool", &format!("  labels: {{{TTL}: {ttl}}}\n  name: tool"))
    };
    let at = |text: &str| End::At(text.parse().expect("a moment"));
    assert_eq!(one(&label("2027-02-01")).end, at("2027-02-01T00:00:00Z"));
    assert_eq!(one(&label("2027-02-01T003000Z")).end, at("2027-02-01T00:30:00Z"));
    // What the cluster still prints has not been deleted.
    for live in ["uid: 1b1d", "creationTimestamp: 2025-01-01T00:00:00Z", "resourceVersion: '7'"] {
        let live = label("2027-02-01").replace("  name: tool", &format!("  {live}\n  name: tool"));
        assert_eq!(one(&live).end, End::Until("2027-02-01T00:00:00Z".parse().expect("a moment")));
    }
    assert!(reason(&label("4h")).contains("`4h`, which is no day"));
    for odd in ["2027-2-1", "+2027-02-01", "2027-2-1T000000Z", "' 2027-02-01'"] {
        assert!(reason(&label(odd)).contains("no day and no moment"), "{odd}");
    }
    // The old form has no such field, and the cluster drops it.
    let timed = OLD.replace("spec:", "spec:\n  expiresAt: 2027-02-01T00:00:00Z");
    assert_eq!(one(&timed).end, End::Never);
    assert!(reason(&CEL.replace("2027-02-01T00:00:00Z", "2027-02-01")).contains("no instant"));
}

#[test]
fn what_matches_more_than_it_says_and_what_has_too_many_parts_is_unknown() {
    for name in ["a.b", "tool-?"] {
        let why = reason(&OLD.replace("[important-tool*]", &format!("['{name}']")));
        assert!(why.contains("matches more in Kyverno"), "{name}: {why}");
    }
    let many: Vec<String> =
        (0..1_001).map(|n| format!("{{policyName: p{n}, ruleNames: [r]}}")).collect();
    let text = format!(
        "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {{name: n}}\nspec:\n  exceptions: [{}]\n  match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}\n",
        many.join(", ")
    );
    assert!(reason(&text).contains("more than 1000"));
    let one = "    - name: where\n";
    let more = "    - {name: a, expression: 'true'}\n".repeat(100);
    let many = CEL.replace(one, &format!("{more}{one}"));
    assert_eq!(reason(&many), "it has more than 100 conditions or 1000 policies");
}

#[test]
fn an_exception_in_a_list_of_any_kind_is_found() {
    let listed = OLD.trim().replace('\n', "\n    ");
    let text = format!("apiVersion: v1\nkind: PodList\nitems:\n  - {listed}\n");
    assert_eq!(testing::all(&FORMAT, "k.yaml", &text).len(), 1, "{text}");
}

#[test]
fn what_is_not_known_is_unknown() {
    assert_eq!(
        reason(&OLD.replace("any:", "resources:")),
        "its `match` has `resources` beside `any` or `all`"
    );
    assert_eq!(
        reason(&OLD.replace("[host-namespaces, autogen-host-namespaces]", "[]")),
        "it names no policy with `ruleNames`"
    );
    assert!(reason(&OLD.replace("kyverno.io/v2", "kyverno.io/v3")).contains("`kyverno.io/v3`"));
    assert!(
        reason(&CEL.replace("[{name: check-security-context, kind: ValidatingPolicy}]", "[]"))
            .contains("no policy")
    );
}

#[test]
fn what_is_no_manifest_is_a_fault_with_its_place() {
    assert_eq!(fault("a.yaml", b"kind: [").0, 1);
    assert_eq!(fault("a.yaml", b"- a\n").1, "`document` is a list, not a mapping");
    assert_eq!(fault("a.json", b"{\"kind\": \"List\",\n}").0, 1);
    assert!(fault("a.yaml", &[0xFF, 0xFE, 0x61, 0]).1.contains("UTF-16"));
    let shape = OLD.replace("[host-namespaces, autogen-host-namespaces]", "host-namespaces");
    assert_eq!(
        fault("a.yaml", shape.as_bytes()),
        (11, "`ruleNames` is a text, not a list".to_owned())
    );
    let marked = [b"\xEF\xBB\xBF", OLD.trim_start().as_bytes()].concat();
    assert!(read(&Input::new("a.yaml", &marked).expect("UTF-8")).is_ok());
}
