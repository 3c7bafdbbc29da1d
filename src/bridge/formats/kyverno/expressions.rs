//! The reach of the form of `policies.kyverno.io`: policies, and expressions in CEL.

use std::sync::LazyLock;

use regex::Regex;

use super::{condition, list};
use crate::bridge::input::{Fault, Node};
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach};

/// The reach of the CEL form: each policy within the conditions.
pub(super) fn reach(
    spec: &Node,
    namespace: Option<&str>,
) -> Result<Result<Vec<Reach>, String>, Fault> {
    let mut base = Reach::of(Tool::Kyverno);
    for entry in list(spec, "matchConditions")? {
        let Some(expression) = entry.text_at("expression")? else {
            return Ok(Err("a condition of it has no `expression`".to_owned()));
        };
        match understood(expression) {
            Some((dimension, values)) => base.limit(dimension, values),
            None => {
                let words: Vec<&str> = expression.split_whitespace().collect();
                base.condition(words.join(" "));
            }
        }
    }
    condition(spec, &["images", "allowedValues", "validations"], &mut base);
    let mut reaches = Vec::new();
    for policy in list(spec, "policyRefs")? {
        let name = policy.text_at("name")?.unwrap_or_default();
        if name.is_empty() {
            return Ok(Err("a policy that it refers to has no `name`".to_owned()));
        }
        let is_of_namespace = policy.text_at("kind")?.unwrap_or_default().starts_with("Namespaced");
        if is_of_namespace && namespace.is_none() && !name.contains('/') {
            let message = format!("in which namespace its policy `{name}` is cannot be told");
            return Ok(Err(message));
        }
        let name = match namespace.filter(|_| is_of_namespace && !name.contains('/')) {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name.to_owned(),
        };
        reaches.push(base.clone().limited(Dimension::Policy, [name]));
    }
    Ok(match reaches.is_empty() {
        true => Err("it refers to no policy".to_owned()),
        false => Ok(reaches),
    })
}

static EQUAL: LazyLock<Regex> = LazyLock::new(|| {
    let one = r#"(?:'[A-Za-z0-9.-]+'|"[A-Za-z0-9.-]+")"#;
    let path = r"object\.(metadata\.name|metadata\.namespace|kind)";
    Regex::new(&format!(
        r"^\s*{path}\s*(?:==\s*({one})|in\s*\[\s*({one}(?:\s*,\s*{one})*)\s*\])\s*$"
    ))
    .expect("a pattern")
});

/// What an expression limits, if it compares one dimension with texts and does nothing else.
fn understood(expression: &str) -> Option<(Dimension, Vec<String>)> {
    let found = EQUAL.captures(expression)?;
    let dimension = match &found[1] {
        "metadata.name" => Dimension::Name,
        "metadata.namespace" => Dimension::Namespace,
        _ => Dimension::Kind,
    };
    let values = found.get(2).or(found.get(3))?.as_str().split(',');
    Some((dimension, values.map(|text| text.trim().trim_matches(['\'', '"']).to_owned()).collect()))
}
