//! The form of `policies.kyverno.io/v1beta1`, for policies that are written in CEL.
//!
//! Source: `api/policies.kyverno.io/v1alpha1/policy_exception.go` in <https://github.com/kyverno/api>.
//! `expiresAt` and `properties` are known from Kyverno 1.19 on, and `expiresAt` counts on admission;
//! background scans and `kyverno apply` may pass it by
//! (<https://github.com/kyverno/kyverno/issues/17473>), so that the label is written, too.
//!
//! Which kind the policy is of, the exception has to say, and so has the binding.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::Export;
use super::{Object, file, metadata, told};
use crate::bridge::cel;
use crate::bridge::grant::{Grant, Granted, Left};
use crate::model::reach::Dimension;
use crate::model::{Binding, Tool};

pub(crate) const EXPORT: Export = Export {
    name: "kyverno-cel",
    about: "exceptions to ValidatingPolicies and other policies in CEL (`policies.kyverno.io`), for `kubectl apply`",
    tool: Some(Tool::Kyverno),
    endings: &[],
    write,
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    policy_refs: [PolicyRef; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    match_conditions: Vec<Condition>,
    expires_at: String,
    properties: BTreeMap<String, String>,
}

#[derive(Debug, Serialize)]
struct PolicyRef {
    name: String,
    kind: String,
}

#[derive(Debug, Serialize)]
struct Condition {
    name: &'static str,
    expression: String,
}

fn write(granted: &Granted<'_>, left: &mut Vec<Left>) -> String {
    let objects: Vec<Object<Spec>> =
        granted.each(Tool::Kyverno, left, object).into_iter().flatten().collect();
    file(&EXPORT, &objects)
}

/// None for a policy of the other form.
fn object(grant: &Grant<'_>, binding: &Binding) -> Result<Option<Object<Spec>>, String> {
    let Binding { policy, policy_kind, rules, resources, .. } = binding;
    match policy_kind.as_str() {
        // Without a kind it is one of the old form, which the other export writes.
        "" | "ClusterPolicy" | "Policy" => return Ok(None),
        kind if kind.starts_with("Namespaced") => {
            return Err(format!(
                "an exception to a {kind} lies in the namespace of the policy, and the export \
                 writes none"
            ));
        }
        _ => {}
    }
    super::super::are_texts([policy, policy_kind])?;
    if policy.contains(['*', '?', '/']) {
        return Err(format!("`{policy}` is no name of one policy of the cluster"));
    }
    if !rules.is_empty() {
        return Err("a policy in CEL has no rules: leave out `rules`".to_owned());
    }
    if let Some(kind) = resources.kinds.iter().find(|kind| kind.contains('/')) {
        return Err(format!(
            "the kind `{kind}` has a version, which the conditions do not compare"
        ));
    }
    let conditions = [
        ("kinds", Dimension::Kind, &resources.kinds),
        ("namespaces", Dimension::Namespace, &resources.namespaces),
        ("names", Dimension::Name, &resources.names),
    ];
    let mut match_conditions = Vec::new();
    for (name, dimension, values) in conditions {
        if values.is_empty() {
            continue;
        }
        let expression = cel::condition(dimension, values);
        // What is not read again as it was meant might mean more.
        let is_exact =
            |text: &String| cel::understood(text).is_some_and(|(_, read)| read == *values);
        match expression.filter(is_exact) {
            Some(expression) => match_conditions.push(Condition { name, expression }),
            None => return Err(format!("the {dimension} cannot be compared in CEL exactly")),
        }
    }
    Ok(Some(Object {
        api_version: "policies.kyverno.io/v1beta1",
        kind: "PolicyException",
        metadata: metadata(grant, binding),
        spec: Spec {
            policy_refs: [PolicyRef { name: policy.clone(), kind: policy_kind.clone() }],
            match_conditions,
            expires_at: grant.end().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            properties: told(grant),
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{exported, of_two, refused, written};
    use super::*;

    const BINDING: &str = "tool: kyverno, policy: check-images, policy_kind: ImageValidatingPolicy, \
                           resources: {kinds: [Pod], namespaces: [delta, 'a\"b'], names: ['tool*', a.b]}";

    #[test]
    fn an_exception_is_within_conditions_and_ends_with_its_record() {
        insta::assert_snapshot!(exported(&EXPORT, BINDING), @r#"
        # Written by `exc export kyverno-cel` from the exceptions in force: change the records, and write it again
        ---
        apiVersion: policies.kyverno.io/v1beta1
        kind: PolicyException
        metadata:
          name: exc-2026-k7qd
          labels:
            cleanup.kyverno.io/ttl: 2027-02-01T000000Z
            exc.dev/record: EXC-2026-K7QD
        spec:
          policyRefs:
          - name: check-images
            kind: ImageValidatingPolicy
          matchConditions:
          - name: kinds
            expression: object.kind in ["Pod"]
          - name: namespaces
            expression: object.metadata.namespace in ["delta", "a\"b"]
          - name: names
            expression: object.metadata.name.matches("^(tool.*|a\\.b)$")
          expiresAt: 2027-02-01T00:00:00Z
          properties:
            approved-by: alice
            approved-on: 2026-11-06 (UTC)
            compensating-controls: IP allow-list limited to the egress addresses of CI
            owner: Dana Ruiz <dana.ruiz@example.com>
            reason: 'EXC-2026-K7QD: The vendor''s region offers no private link: ticket 48213 # yes'
            record: EXC-2026-K7QD
            valid-through: 2027-01-31 (UTC)
        "#);
    }

    #[test]
    fn what_is_not_limited_has_no_condition() {
        let text = exported(&EXPORT, "tool: kyverno, policy: a, policy_kind: ValidatingPolicy");
        assert!(!text.contains("matchConditions"), "{text}");
    }

    #[test]
    fn each_record_has_an_exception_of_its_own() {
        let (text, verdicts) = of_two(&EXPORT, BINDING);
        assert_eq!(verdicts, ["EXC-2026-AAAA: covered", "EXC-2026-BBBB: covered"], "{text}");
    }

    #[test]
    fn a_policy_of_the_other_form_is_not_in_this_file() {
        for kind in [", policy_kind: ClusterPolicy", ", policy_kind: Policy", ""] {
            let text = written(&EXPORT, &format!("tool: kyverno, policy: a{kind}"));
            assert!(!text.contains("EXC-"), "{text}");
        }
    }

    #[test]
    fn what_an_exception_in_cel_cannot_say_is_refused() {
        for (binding, part) in [
            (
                "policy: a/b, policy_kind: NamespacedMutatingPolicy",
                "in the namespace of the policy",
            ),
            ("policy: a*, policy_kind: MutatingPolicy", "no name of one policy"),
            ("policy: a, policy_kind: MutatingPolicy, rules: [b]", "no rules"),
            (
                "policy: a, policy_kind: MutatingPolicy, resources: {kinds: [apps/v1/Deployment]}",
                "a version",
            ),
            ("policy: a, policy_kind: MutatingPolicy, resources: {names: ['']}", "exactly"),
        ] {
            let why = refused(&EXPORT, &format!("tool: kyverno, {binding}"));
            assert!(why.contains(part), "{binding}: {why}");
        }
    }
}
