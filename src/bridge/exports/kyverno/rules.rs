//! The old form, `kyverno.io/v2`, for policies of `kyverno.io`.
//!
//! Source: `api/kyverno/v2/policy_exception_types.go` in <https://github.com/kyverno/kyverno>. It has no
//! end but the label of the cleanup controller, which needs the right to delete such objects.
//!
//! Names are patterns there, in which `.` stands for any one sign, and `?` at the end for none, too
//! (<https://github.com/IGLOU-EU/go-wildcard>): a name that holds one cannot be said exactly.

use serde::Serialize;

use super::super::{Export, are_texts};
use super::{DOMAIN, Object, file, metadata, told};
use crate::bridge::grant::{Grant, Granted, Left};
use crate::model::{Binding, Tool};

pub(crate) const EXPORT: Export = Export {
    name: "kyverno",
    about: "exceptions to ClusterPolicies and Policies of Kyverno (`kyverno.io/v2`), for `kubectl apply`",
    tool: Some(Tool::Kyverno),
    endings: &[],
    write,
};

#[derive(Debug, Serialize)]
struct Spec {
    exceptions: [Exception; 1],
    #[serde(rename = "match")]
    within: Match,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Exception {
    policy_name: String,
    rule_names: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Match {
    any: [Block; 1],
}

#[derive(Debug, Serialize)]
struct Block {
    resources: Resources,
}

#[derive(Debug, Serialize)]
struct Resources {
    kinds: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    namespaces: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
}

fn write(granted: &Granted<'_>, left: &mut Vec<Left>) -> String {
    let objects: Vec<Object<Spec>> =
        granted.each(Tool::Kyverno, left, object).into_iter().flatten().collect();
    file(&EXPORT, &objects)
}

/// None for a policy of the other form.
fn object(grant: &Grant<'_>, binding: &Binding) -> Result<Option<Object<Spec>>, String> {
    let Binding { policy, policy_kind, rules, resources, .. } = binding;
    let is_of_namespace = policy.contains('/');
    match policy_kind.as_str() {
        "" => {}
        "ClusterPolicy" if !is_of_namespace => {}
        "Policy" if is_of_namespace => {}
        "ClusterPolicy" => return Err("a ClusterPolicy lies in no namespace".to_owned()),
        "Policy" => return Err("a Policy is named as `NAMESPACE/NAME`".to_owned()),
        _ => return Ok(None),
    }
    let lists = [&resources.kinds, &resources.namespaces, &resources.names, rules];
    let all = || lists.iter().flat_map(|list| list.iter()).chain([policy]);
    are_texts(all())?;
    if let Some(text) = all().find(|text| text.contains(['.', '?']) || text.is_empty()) {
        return Err(format!("Kyverno takes `{text}` for more than it says: it has a `.` or a `?`"));
    }
    if policy.contains('*') && !policy_kind.is_empty() {
        return Err("a pattern of policies takes in both kinds: leave out `policy_kind`".to_owned());
    }
    let or_all = |list: &[String]| match list {
        [] => vec!["*".to_owned()],
        list => list.to_vec(),
    };
    let mut metadata = metadata(grant, binding);
    let told = told(grant).into_iter();
    metadata.annotations = told.map(|(key, text)| (format!("{DOMAIN}/{key}"), text)).collect();
    Ok(Some(Object {
        api_version: "kyverno.io/v2",
        kind: "PolicyException",
        metadata,
        spec: Spec {
            exceptions: [Exception { policy_name: policy.clone(), rule_names: or_all(rules) }],
            within: Match {
                any: [Block {
                    resources: Resources {
                        kinds: or_all(&resources.kinds),
                        namespaces: resources.namespaces.clone(),
                        names: resources.names.clone(),
                    },
                }],
            },
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{exported, of_two, refused, written};
    use super::*;

    const BINDING: &str = "tool: kyverno, policy: disallow-host-namespaces, rules: [host-namespaces], \
                           resources: {kinds: [Pod], namespaces: [delta], names: [tool*]}";

    #[test]
    fn an_exception_is_within_what_the_binding_names_and_says_whose_it_is() {
        insta::assert_snapshot!(exported(&EXPORT, BINDING), @r"
        # Written by `exc export kyverno` from the exceptions in force: change the records, and write it again
        ---
        apiVersion: kyverno.io/v2
        kind: PolicyException
        metadata:
          name: exc-2026-k7qd
          labels:
            cleanup.kyverno.io/ttl: 2027-02-01T000000Z
            exc.dev/record: EXC-2026-K7QD
          annotations:
            exc.dev/approved-by: alice
            exc.dev/approved-on: 2026-11-06 (UTC)
            exc.dev/compensating-controls: IP allow-list limited to the egress addresses of CI
            exc.dev/owner: Dana Ruiz <dana.ruiz@example.com>
            exc.dev/reason: 'EXC-2026-K7QD: The vendor''s region offers no private link: ticket 48213 # yes'
            exc.dev/record: EXC-2026-K7QD
            exc.dev/valid-through: 2027-01-31 (UTC)
        spec:
          exceptions:
          - policyName: disallow-host-namespaces
            ruleNames:
            - host-namespaces
          match:
            any:
            - resources:
                kinds:
                - Pod
                namespaces:
                - delta
                names:
                - tool*
        ");
    }

    #[test]
    fn what_is_left_out_is_all() {
        let text = exported(&EXPORT, "tool: kyverno, policy: delta/a, policy_kind: Policy");
        assert!(text.contains("ruleNames:\n    - '*'"), "{text}");
        assert!(text.contains("kinds:\n        - '*'"), "{text}");
        assert!(!text.contains("namespaces:"), "{text}");
    }

    #[test]
    fn each_record_has_an_exception_of_its_own() {
        let (text, verdicts) = of_two(&EXPORT, BINDING);
        assert_eq!(verdicts, ["EXC-2026-AAAA: covered", "EXC-2026-BBBB: covered"], "{text}");
    }

    #[test]
    fn a_policy_of_the_other_form_is_not_in_this_file() {
        let text = written(&EXPORT, "tool: kyverno, policy: a, policy_kind: ValidatingPolicy");
        assert!(!text.contains("EXC-"), "{text}");
    }

    #[test]
    fn what_kyverno_takes_for_a_wider_pattern_is_refused() {
        for (binding, part) in [
            ("policy: a.b", "`a.b` for more"),
            ("policy: a, rules: [b?]", "`b?` for more"),
            ("policy: a, resources: {names: [a.example.com]}", "`a.example.com` for more"),
            ("policy: a, resources: {namespaces: ['1:20']}", "some readers of YAML"),
            ("policy: a/b, policy_kind: ClusterPolicy", "no namespace"),
            ("policy: a, policy_kind: Policy", "NAMESPACE/NAME"),
            ("policy: a*, policy_kind: ClusterPolicy", "pattern of policies"),
            ("policy: a/*, policy_kind: Policy", "pattern of policies"),
        ] {
            let why = refused(&EXPORT, &format!("tool: kyverno, {binding}"));
            assert!(why.contains(part), "{binding}: {why}");
        }
    }
}
