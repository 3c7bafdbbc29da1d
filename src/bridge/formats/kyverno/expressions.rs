//! The reach of the form of `policies.kyverno.io`: policies, and expressions in CEL.

use super::{MAX_REACHES, condition, list};
use crate::bridge::cel;
use crate::bridge::input::{Fault, Node};
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach};

/// Conditions that are compared. The cluster takes 64.
const MAX_CONDITIONS: usize = 100;

/// The reach of the CEL form: each policy within the conditions.
pub(super) fn reach(
    spec: &Node,
    namespace: Option<&str>,
) -> Result<Result<Vec<Reach>, String>, Fault> {
    let mut base = Reach::of(Tool::Kyverno);
    let (conditions, policies) = (list(spec, "matchConditions")?, list(spec, "policyRefs")?);
    if conditions.len() > MAX_CONDITIONS || policies.len() > MAX_REACHES {
        return Ok(Err(format!(
            "it has more than {MAX_CONDITIONS} conditions or {MAX_REACHES} policies"
        )));
    }
    for entry in conditions {
        let Some(expression) = entry.text_at("expression")? else {
            return Ok(Err("a condition of it has no `expression`".to_owned()));
        };
        match cel::understood(expression) {
            Some((dimension, values)) => base.limit(dimension, values),
            None => {
                let words: Vec<&str> = expression.split_whitespace().collect();
                base.condition(words.join(" "));
            }
        }
    }
    condition(spec, &["images", "allowedValues", "validations"], &mut base);
    let mut reaches = Vec::new();
    for policy in policies {
        let name = policy.text_at("name")?.unwrap_or_default();
        if name.is_empty() {
            return Ok(Err("a policy that it refers to has no `name`".to_owned()));
        }
        let kind = policy.text_at("kind")?.unwrap_or_default();
        if kind.is_empty() {
            return Ok(Err("a policy that it refers to has no `kind`".to_owned()));
        }
        let is_of_namespace = kind.starts_with("Namespaced");
        if is_of_namespace && namespace.is_none() && !name.contains('/') {
            let message = format!("in which namespace its policy `{name}` is cannot be told");
            return Ok(Err(message));
        }
        let name = match namespace.filter(|_| is_of_namespace && !name.contains('/')) {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name.to_owned(),
        };
        let reach = base.clone().limited(Dimension::Policy, [name]);
        reaches.push(reach.limited(Dimension::PolicyKind, [kind.to_owned()]));
    }
    Ok(match reaches.is_empty() {
        true => Err("it refers to no policy".to_owned()),
        false => Ok(reaches),
    })
}
