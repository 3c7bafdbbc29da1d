//! What an assignment leaves alone by itself.

use super::{
    is_expression, made, own_text, property, scope_of, text, texts, texts_below, twice, undecided,
};
use crate::bridge::input::{Fault, Node};
use crate::bridge::{End, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach};

/// What an assignment leaves alone: the scopes in `notScopes`, and everything if it does not enforce. An
/// override that may enforce less, as `Audit` does instead of `Deny`, is unknown.
pub(super) fn read(resource: &Node) -> Result<Vec<Suppression>, Fault> {
    let id = own_text(resource, "id")?.unwrap_or_default();
    let name = own_text(resource, "name")?.unwrap_or(id);
    let mut said = vec![name.to_owned()];
    for key in ["displayName", "description"] {
        said.extend(text(resource, key)?.map(str::to_owned));
    }
    if let Some(metadata) = property(resource, "metadata") {
        texts_below(metadata, &mut said);
    }
    let made = made(resource)?;
    let unknown = undecided(resource, &["notScopes", "enforcementMode", "overrides"])
        .or_else(|| computed(resource))
        .or_else(|| doubled_parameter(resource));
    let suppression = |suffix: &str, scope: Option<String>, note: Option<&str>| Suppression {
        span: resource.span,
        name: format!("{name} {suffix}"),
        said: said.clone(),
        reach: match scope {
            _ if unknown.is_some() => Err(unknown.clone().unwrap_or_default()),
            Some(scope) if !id.is_empty() => Ok(vec![
                Reach::of(Tool::AzurePolicy)
                    .limited(Dimension::Place, [format!("azure:{scope}")])
                    .limited(Dimension::Policy, [id.to_owned()]),
            ]),
            _ => Err("the assignment's `id` does not say where it hangs".to_owned()),
        },
        end: End::Never,
        made: made.clone(),
        known: Known {
            id: Some(format!("{id} {suffix}").to_lowercase()).filter(|_| !id.is_empty()),
            ..Known::default()
        },
        notes: note.map(str::to_owned).into_iter().collect(),
    };
    let mut found = Vec::new();
    if unknown.is_some() {
        found.push(suppression("notScopes, enforcementMode or overrides", None, None));
        return Ok(found);
    }
    found = texts(resource, "notScopes")?
        .into_iter()
        .map(|scope| {
            let note = "`notScopes` excludes the scope from the assignment and never ends";
            suppression(&format!("notScopes {scope}"), Some(scope), Some(note))
        })
        .collect();
    let mode = text(resource, "enforcementMode")?.unwrap_or("Default");
    if mode.eq_ignore_ascii_case("DoNotEnforce") {
        let scope = text(resource, "scope")?.map(str::to_owned).or_else(|| scope_of(id));
        found.push(suppression("DoNotEnforce", scope, Some("the assignment enforces nothing")));
    } else if !mode.eq_ignore_ascii_case("Default") {
        // `Enroll` enforces for what is enrolled, which other resources say.
        let mut unknown = suppression(&format!("enforcementMode {mode}"), None, None);
        unknown.reach = Err(format!(
            "its `enforcementMode` is `{mode}`, and for what it then enforces is not in the file"
        ));
        found.push(unknown);
    }
    if is_disabled(resource) {
        let scope = text(resource, "scope")?.map(str::to_owned).or_else(|| scope_of(id));
        found.push(suppression("Disabled", scope, Some("an effect is overridden by `Disabled`")));
    }
    if let Some(effect) = weaker(resource) {
        let mut unknown = suppression(&format!("override {effect}"), None, None);
        unknown.reach = Err(format!(
            "an override makes an effect `{effect}`, and what the effect would be is not in the file"
        ));
        found.push(unknown);
    }
    Ok(found)
}

/// Effects that prevent or mend something.
const ENFORCING: [&str; 5] = ["Deny", "DenyAction", "DeployIfNotExists", "Modify", "Append"];

/// The first effect that an override sets and that may enforce less than the one of the policy: `Disabled`
/// is told by itself.
fn weaker(resource: &Node) -> Option<&str> {
    let overrides = property(resource, "overrides").and_then(Node::items).unwrap_or_default();
    let is_effect = |it: &&Node| {
        let kind = it.get_folded("kind").and_then(Node::text).unwrap_or("policyEffect");
        kind.eq_ignore_ascii_case("policyEffect")
    };
    let mut effects =
        overrides.iter().filter(is_effect).filter_map(|it| it.get_folded("value")?.text());
    let is = |effect: &str, known: &str| effect.eq_ignore_ascii_case(known);
    effects.find(|it| !is(it, "Disabled") && !ENFORCING.iter().any(|known| is(it, known)))
}

/// Why what an assignment leaves alone is only known once it is deployed.
fn computed(resource: &Node) -> Option<String> {
    let properties = resource.get_folded("properties");
    if let Some(text) = properties.and_then(Node::text) {
        return Some(format!("its `properties` are `{text}`"));
    }
    if property(resource, "copy").is_some() {
        return Some("its properties are made by `copy`".to_owned());
    }
    let parameters = property(resource, "parameters").map(Node::entries).unwrap_or_default();
    let effects = parameters.iter().filter(|it| it.key.to_lowercase().contains("effect"));
    let mut values = effects.filter_map(|it| it.value.get_folded("value")?.text());
    let text = values.find(|text| is_expression(text))?;
    Some(format!("its effect is `{text}`"))
}

/// Why it cannot be told what its parameters say: a key of them that stands twice to Azure.
fn doubled_parameter(resource: &Node) -> Option<String> {
    let parameters = property(resource, "parameters")?;
    let of_one = || parameters.entries().iter().find_map(|entry| entry.value.clash());
    parameters.clash().or_else(of_one).map(twice)
}

/// Whether an override or a parameter turns a policy off.
fn is_disabled(resource: &Node) -> bool {
    let is_off = |node: Option<&Node>| {
        node.and_then(Node::text).is_some_and(|text| text.eq_ignore_ascii_case("Disabled"))
    };
    let overrides = property(resource, "overrides").and_then(Node::items).unwrap_or_default();
    let parameters = property(resource, "parameters").map(Node::entries).unwrap_or_default();
    overrides.iter().any(|it| is_off(it.get_folded("value")))
        || parameters.iter().any(|entry| is_off(entry.value.get_folded("value")))
}
