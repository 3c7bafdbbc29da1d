//! Policy exceptions of Kyverno, as manifests or as `kubectl get policyexceptions -A -o yaml` prints
//! them.
//!
//! Sources: <https://kyverno.io/docs/guides/exceptions/>; for `kyverno.io/v2` and `v2beta1`
//! `api/kyverno/v2/policy_exception_types.go` in <https://github.com/kyverno/kyverno>; for the CEL form,
//! `policies.kyverno.io/v1alpha1`, `v1beta1` and `v1`,
//! `api/policies.kyverno.io/v1alpha1/policy_exception.go` in <https://github.com/kyverno/api>.
//!
//! - `exceptions` of the old form are a union, and so are the blocks of `match.any`; those of
//!   `match.all` all have to hold. Its own namespace limits nothing.
//! - Of the CEL form, `matchConditions` all have to hold; those that compare the name, the namespace
//!   or the kind with texts are understood, as are those that `exc export kyverno-cel` writes, and the
//!   others only narrow.
//! - The kind of a policy counts beside its name. In the old form it follows from the name.
//! - `expiresAt` is an instant, which background scans and the CLI may pass by
//!   (<https://github.com/kyverno/kyverno/issues/17473>). The old form has no end, but the label
//!   `cleanup.kyverno.io/ttl` (<https://kyverno.io/docs/policy-types/cleanup-policy/>) lets a controller
//!   delete the object: one that is still there after that has not ended.
//!
//! Documents of other kinds are passed over: what the policies themselves exclude is not seen here.

mod end;
mod expressions;
mod rules;
#[cfg(test)]
mod tests;

use crate::bridge::input::{Entry, Fault, Input, Node, Value};
use crate::bridge::{Format, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::Reach;

pub(crate) const FORMAT: Format = Format {
    name: "kyverno",
    about: "policy exceptions of Kyverno: manifests, `kubectl get policyexceptions -A -o yaml`; \
            documents of other kinds are passed over",
    tool: Tool::Kyverno,
    read,
};

/// Combinations of the policies and the blocks of one exception that are compared.
const MAX_REACHES: usize = 1_000;

fn read(input: &Input) -> Result<Vec<Suppression>, Fault> {
    let documents = match input.ends_with(".json") {
        true => vec![input.json()?],
        false => input.yaml()?,
    };
    let mut found = Vec::new();
    for document in documents.iter().filter(|document| !document.is_null()) {
        objects(document, &mut found)?;
    }
    Ok(found)
}

/// The exceptions in an object, which may be a list of objects.
fn objects(object: &Node, found: &mut Vec<Suppression>) -> Result<(), Fault> {
    object.expect("document", "a mapping", |it| it.value.is_map().then_some(()))?;
    let kind = object.text_at("kind")?.unwrap_or_default();
    // Of any list the cluster takes what stands in it.
    if kind.ends_with("List") && object.get("items").is_some() {
        let items = object.get("items").filter(|items| !items.is_null());
        let items = items.map(|items| items.expect("items", "a list", Node::items)).transpose()?;
        return items.unwrap_or_default().iter().try_for_each(|it| objects(it, found));
    }
    let version = object.text_at("apiVersion")?.unwrap_or_default();
    let group = version.split('/').next().unwrap_or_default();
    if kind == "PolicyException" && ["kyverno.io", "policies.kyverno.io"].contains(&group) {
        found.push(exception(object, version)?);
    } else if kind.is_empty() || version.is_empty() {
        let message = "the document has no `apiVersion` and `kind`: it is no Kubernetes object";
        return Err(Fault::at(object.span, message));
    }
    Ok(())
}

fn exception(object: &Node, version: &str) -> Result<Suppression, Fault> {
    let (metadata, spec) = (part(object, "metadata")?, part(object, "spec")?);
    let own = metadata.map(|it| it.text_at("name")).transpose()?.flatten().unwrap_or("?");
    let namespace = metadata.map(|it| it.text_at("namespace")).transpose()?.flatten();
    let name = namespace.map_or_else(|| own.to_owned(), |namespace| format!("{namespace}/{own}"));
    let mut notes = Vec::new();
    // The old form knows no `expiresAt`, and the cluster drops what it does not know.
    let timed = spec.filter(|_| version.starts_with("policies."));
    let (end, unread) = end::read(metadata, timed, &mut notes)?;
    let reach = match (unread, spec) {
        (Some(reason), _) => Err(reason),
        (None, None) => Err("it has no `spec`".to_owned()),
        (None, Some(spec)) => match version {
            "kyverno.io/v2" | "kyverno.io/v2beta1" => rules::reach(spec)?,
            "policies.kyverno.io/v1alpha1"
            | "policies.kyverno.io/v1beta1"
            | "policies.kyverno.io/v1" => expressions::reach(spec, namespace)?,
            _ => Err(format!("its version `{version}` is not known here")),
        },
    };
    if spec.is_some_and(is_reported_as_pass) {
        notes.push("policy reports show what it takes out as `pass`".to_owned());
    }
    let mut said = vec![own.to_owned()];
    for node in [
        metadata.and_then(|it| it.get("labels")),
        metadata.and_then(|it| it.get("annotations")),
        spec.and_then(|it| it.get("properties")),
    ] {
        let texts = node.into_iter().flat_map(Node::entries).filter_map(|it| it.value.text());
        said.extend(texts.map(str::to_owned));
    }
    let made = metadata.map(|it| it.text_at("creationTimestamp")).transpose()?.flatten();
    let made = made.map(|at| format!("created at {at}"));
    Ok(Suppression {
        span: object.span,
        name,
        said,
        reach,
        end,
        made,
        known: Known::default(),
        notes,
    })
}

fn part<'a>(object: &'a Node, key: &str) -> Result<Option<&'a Node>, Fault> {
    let node = object.get(key).filter(|node| !node.is_null());
    let map = |node: &'a Node| {
        node.expect(key, "a mapping", |node: &'a Node| node.value.is_map().then_some(node))
    };
    node.map(map).transpose()
}

/// The list under a key; nothing in it where there is none.
fn list<'a>(object: &'a Node, key: &str) -> Result<&'a [Node], Fault> {
    let node = object.get(key).filter(|node| !node.is_null());
    Ok(node.map(|node| node.expect(key, "a list", Node::items)).transpose()?.unwrap_or_default())
}

fn is_reported_as_pass(spec: &Node) -> bool {
    let is_pass = |node: Option<&Node>| node.and_then(Node::text) == Some("pass");
    let exceptions = spec.get("exceptions").and_then(Node::items).unwrap_or_default();
    is_pass(spec.get("reportResult")) || exceptions.iter().any(|it| is_pass(it.get("reportAs")))
}

/// Adds what is not understood and only narrows.
fn condition(object: &Node, keys: &[&str], reach: &mut Reach) {
    for key in keys {
        let Some(node) = object.get(key) else { continue };
        let is_empty = match &node.value {
            Value::Null => true,
            Value::List(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
            _ => false,
        };
        if !is_empty {
            reach.condition(format!("{key}: {}", words(node)));
        }
    }
}

/// A value on one line.
fn words(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(text) | Value::Date(text) => text.clone(),
        Value::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(words).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let of = |entry: &Entry| format!("{}: {}", entry.key, words(&entry.value));
            let entries: Vec<String> = entries.iter().map(of).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}
