//! Policy exceptions of Kyverno, a document for each binding.
//!
//! Sources: <https://kyverno.io/docs/guides/exceptions/>, and for the label that lets the cleanup
//! controller delete an object at a moment <https://kyverno.io/docs/policy-types/cleanup-policy/>.
//!
//! - Exceptions add up: each record has its own objects, named after it. Two objects of one name would be
//!   one, so that a name belongs to one binding.
//! - No namespace is written. It limits nothing, and which one Kyverno looks at is a flag of the cluster
//!   (`exceptionNamespace`): `kubectl apply -n NAMESPACE -f FILE`.
//! - The moment of the label has a time, since readers of YAML disagree on what a bare date is.

mod expressions;
mod rules;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

pub(crate) use self::expressions::EXPORT as EXPRESSIONS;
pub(crate) use self::rules::EXPORT as RULES;
use super::{Export, header};
use crate::bridge::grant::{Grant, cut, one_line};
use crate::model::{Binding, Tool};

/// Where the keys of `exc` stand among those of others.
const DOMAIN: &str = "exc.dev";
/// So that an object stays small, whatever a record holds.
const MAX_TEXT: usize = 2_000;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<Spec> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Debug, Serialize)]
struct Metadata {
    name: String,
    labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

fn file<Spec: Serialize>(export: &Export, objects: &[Object<Spec>]) -> String {
    let mut text = header(export);
    for object in objects {
        text += "---\n";
        text += &serde_yaml::to_string(object).expect("plain values are YAML");
    }
    text
}

fn metadata(grant: &Grant<'_>, binding: &Binding) -> Metadata {
    let id = &grant.exception.id;
    let end = grant.end().format("%Y-%m-%dT%H%M%SZ").to_string();
    let mut labels = BTreeMap::from([("cleanup.kyverno.io/ttl".to_owned(), end)]);
    if LABEL.is_match(id) && super::are_texts([id]).is_ok() {
        labels.insert(format!("{DOMAIN}/record"), id.clone());
    }
    Metadata { name: name(grant, binding), labels, annotations: BTreeMap::new() }
}

/// What a label may be.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$").expect("a pattern")
});

/// A name of DNS-1123 that no other binding of the register has: the id of the record, with a digest of it
/// where it is not all there, and which of its bindings to Kyverno it is, from the second one on.
fn name(grant: &Grant<'_>, binding: &Binding) -> String {
    let id = &grant.exception.id;
    let is_sign = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let is_whole = id.len() <= 200
        && id.chars().all(|c| is_sign(c) || c == '-')
        && id.starts_with(is_sign)
        && id.ends_with(is_sign);
    let mut name = id.to_ascii_lowercase();
    if !is_whole {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let start: String = id.chars().map(plain).take(180).collect();
        let digest = Sha256::digest(id.as_bytes());
        let digest: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        // A dot stands in no whole id.
        name = format!("exc.{}.{digest}", start.trim_matches('-'));
        if start.trim_matches('-').is_empty() {
            name = format!("exc.{digest}");
        }
    }
    let own = grant.exception.bindings.iter().filter(|it| it.tool == Some(Tool::Kyverno));
    match own.take_while(|it| !std::ptr::eq(*it, binding)).count() {
        0 => name,
        before => format!("{name}.{}", before + 1),
    }
}

/// What is known of the exception, for whoever meets the object.
fn told(grant: &Grant<'_>) -> BTreeMap<String, String> {
    let exception = grant.exception;
    let owner = &exception.owner;
    let controls = exception.compensating_controls.iter().map(|it| one_line(&it.description));
    let all = [
        ("record", exception.id.clone()),
        ("reason", grant.reason()),
        ("owner", format!("{} <{}>", one_line(&owner.name), one_line(&owner.email))),
        ("approved-by", grant.approval.by.join(", ")),
        ("approved-on", grant.approval.on.map(|day| format!("{day} (UTC)")).unwrap_or_default()),
        ("compensating-controls", controls.collect::<Vec<_>>().join("; ")),
        ("valid-through", format!("{} (UTC)", grant.last)),
    ];
    let said = all.into_iter().filter(|(_, text)| !text.is_empty());
    said.map(|(key, text)| (key.to_owned(), cut(&text, MAX_TEXT))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::super::testing::{granted, record};
    use super::*;
    use crate::source::Record;

    /// A record of this id, which may be one that no file could be named after.
    fn of_id(id: &str, binding: &str) -> Record {
        let mut record = record("EXC-2026-K7QD", binding);
        id.clone_into(&mut Arc::make_mut(&mut record.exception).id);
        record
    }

    fn names(id: &str) -> Vec<String> {
        let two = "tool: kyverno, policy: a}, {tool: trivy, ids: [A]}, {tool: kyverno, policy: b";
        let records = [of_id(id, two)];
        let granted = granted(&records);
        let grant = &granted.grants[0];
        let bindings = grant.exception.bindings.iter();
        let own = bindings.filter(|it| it.tool == Some(Tool::Kyverno));
        own.map(|binding| name(grant, binding)).collect()
    }

    #[test]
    fn a_name_is_one_of_dns_and_of_one_binding() {
        assert_eq!(names("EXC-2026-K7QD"), ["exc-2026-k7qd", "exc-2026-k7qd.2"]);
        let dns = Regex::new(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
            .expect("a pattern");
        let long = format!("{}-", "É".repeat(200));
        let ids = ["EXC_1", "EXC.1", "exc-1", "EXC-1", "-", "ÉXC", "EXC-1-", "..", &long];
        let all: Vec<String> = ids.iter().flat_map(|id| names(id)).collect();
        for name in &all {
            assert!(dns.is_match(name) && name.len() <= 253, "{name}");
        }
        let different: BTreeSet<&String> = all.iter().collect();
        assert_eq!(different.len(), all.len(), "{all:?}");
    }

    #[test]
    fn a_label_holds_an_id_that_can_stand_there() {
        let labels = |id: &str| {
            let records = [of_id(id, "tool: kyverno, policy: a")];
            let granted = granted(&records);
            metadata(&granted.grants[0], &granted.grants[0].exception.bindings[0]).labels
        };
        assert_eq!(labels("EXC-2026-K7QD").len(), 2);
        for id in ["EXC 1", "EXC-", "12_000", "2026-11-20"] {
            assert_eq!(labels(id).len(), 1, "{id}");
        }
    }
}
