//! What a template of Azure Resource Manager deploys, in nested deployments too, and where.
//!
//! Sources: <https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-to-management-group>,
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/linked-templates>,
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/scope-extension-resources>.
//!
//! - Where the template itself is deployed to says the command and not the file. A nested deployment has
//!   `scope` (a management group, `/` for the tenant), or `subscriptionId`, or `resourceGroup`; without
//!   them it is deployed where the one around it is.
//! - An exemption hangs where it is deployed, or at its `scope`: an ID, or the type and name of a
//!   resource in the resource group.
//! - Azure does not tell keys apart by case. Whatever cannot be followed is one suppression that is
//!   unknown: what is not looked at would count as nothing.

use super::{doubled, is_expression, of_resource, own_text, twice};
use crate::bridge::input::{Entry, Fault, Node, Value};
use crate::bridge::{End, Known, Suppression};

/// Where resources are deployed to, as the ID of a scope, or why that is not known.
pub(super) type Deployed = Result<String, String>;

const GROUPS: &str = "microsoft.management/managementgroups/";

pub(super) fn read(root: &Node) -> Result<Vec<Suppression>, Fault> {
    let mut found = Vec::new();
    let nowhere = Err("it is deployed at a scope that the template does not name".to_owned());
    template(root, "the template", &nowhere, &mut found)?;
    Ok(found)
}

/// What a template leaves alone.
fn template(
    template: &Node,
    name: &str,
    deployed: &Deployed,
    found: &mut Vec<Suppression>,
) -> Result<(), Fault> {
    found.extend(template.clash().map(|entry| undecided(name, entry)));
    match template.get_folded("resources") {
        Some(resources) => resources_of(resources, name, deployed, found),
        None => {
            found.extend((!template.value.is_map()).then(|| unread(name, template)));
            Ok(())
        }
    }
}

/// A list of resources, or a mapping since `languageVersion` 2.0.
fn resources_of(
    node: &Node,
    name: &str,
    deployed: &Deployed,
    found: &mut Vec<Suppression>,
) -> Result<(), Fault> {
    let resources: Vec<&Node> = match &node.value {
        Value::List(items) => items.iter().collect(),
        Value::Map(entries) => entries.iter().map(|entry| &entry.value).collect(),
        Value::Null => Vec::new(),
        _ => {
            found.push(unread(name, node));
            return Ok(());
        }
    };
    resources.into_iter().try_for_each(|it| resource(it, name, deployed, found))
}

fn resource(
    resource: &Node,
    around: &str,
    deployed: &Deployed,
    found: &mut Vec<Suppression>,
) -> Result<(), Fault> {
    if !resource.value.is_map() {
        found.push(unread(around, resource));
        return Ok(());
    }
    let name = own_text(resource, "name")?.unwrap_or("?");
    if !of_resource(resource, Some(deployed), found)? {
        found.extend(doubled(resource).map(|entry| undecided(name, entry)));
    }
    let properties = resource.get_folded("properties");
    let kind = own_text(resource, "type")?.unwrap_or_default();
    let is_deployment = kind.eq_ignore_ascii_case("Microsoft.Resources/deployments");
    let is_opaque = |node: &&Node| is_deployment && !node.value.is_map();
    found.extend(properties.filter(is_opaque).map(|node| unread(name, node)));
    let part = |key: &str| properties.and_then(|it| it.get_folded(key)).filter(|it| !it.is_null());
    if let Some(link) = part("templateLink") {
        found.push(unread(name, link));
    }
    if let Some(nested) = part("template") {
        let target = match is_deployment {
            true => target(resource, deployed)?,
            false => Err(format!("a `{kind}` deploys it, which is not followed")),
        };
        template(nested, name, &target, found)?;
    }
    if let Some(children) = resource.get_folded("resources") {
        let at_parent = Err("it hangs at the resource around it".to_owned());
        resources_of(children, name, &at_parent, found)?;
    }
    Ok(())
}

/// Stands for all that a template leaves alone which is not there to be read.
fn unread(name: &str, node: &Node) -> Suppression {
    Suppression {
        span: node.span,
        said: vec![name.to_owned()],
        name: name.to_owned(),
        reach: Err("what it deploys does not stand in the file".to_owned()),
        end: End::Never,
        made: None,
        known: Known::default(),
        notes: Vec::new(),
    }
}

/// The same, of a key that stands twice.
fn undecided(name: &str, entry: &Entry) -> Suppression {
    let at = Node { span: entry.span, value: Value::Null };
    Suppression { reach: Err(twice(entry)), ..unread(name, &at) }
}

/// Where a nested deployment is deployed to.
fn target(deployment: &Node, around: &Deployed) -> Result<Deployed, Fault> {
    let scope = own_text(deployment, "scope")?;
    let subscription = own_text(deployment, "subscriptionId")?;
    let group = own_text(deployment, "resourceGroup")?;
    if let Some(odd) = [scope, subscription, group].into_iter().flatten().find(|it| is_odd(it)) {
        return Ok(Err(format!("where `{odd}` is, to which it is deployed, cannot be told")));
    }
    Ok(match (scope, subscription, group) {
        (None, None, None) => around.clone(),
        (Some(scope), None, None) => id_of(scope, around),
        (None, Some(subscription), None) => Ok(format!("/subscriptions/{subscription}")),
        (None, Some(subscription), Some(group)) => {
            Ok(format!("/subscriptions/{subscription}/resourceGroups/{group}"))
        }
        (None, None, Some(group)) => around.clone().and_then(|around| {
            let parts: Vec<&str> = around.split('/').collect();
            match *parts {
                ["", word, id, ..] if word.eq_ignore_ascii_case("subscriptions") => {
                    Ok(format!("/subscriptions/{id}/resourceGroups/{group}"))
                }
                _ => {
                    Err(format!("which subscription has the resource group `{group}` is not said"))
                }
            }
        }),
        _ => Err("its deployment has a `scope` and another one".to_owned()),
    })
}

/// Where an exemption hangs.
pub(super) fn scope_of(exemption: &Node, deployed: &Deployed) -> Result<Deployed, Fault> {
    let kind = own_text(exemption, "type")?.unwrap_or_default().to_ascii_lowercase();
    let scope = match own_text(exemption, "scope")? {
        Some(scope) if is_odd(scope) => {
            Err(format!("where its `scope`, `{scope}`, is cannot be told"))
        }
        Some(scope) => id_of(scope, deployed),
        None if kind.contains("/providers/") => {
            Err("it hangs at a resource that its `type` and its `name` tell".to_owned())
        }
        None => deployed.clone(),
    };
    Ok(scope.and_then(|scope| match scope.as_str() {
        "/" => Err("it is deployed to the tenant, where no exemption hangs".to_owned()),
        _ => Ok(scope),
    }))
}

fn is_odd(text: &str) -> bool {
    text.is_empty() || is_expression(text) || text.starts_with("[[")
}

/// The ID of a scope: as it is written, of a management group, or of a resource where the deployment is.
fn id_of(scope: &str, deployed: &Deployed) -> Deployed {
    if scope.starts_with('/') {
        let trimmed = scope.trim_end_matches('/');
        return Ok(if trimmed.is_empty() { "/" } else { trimmed }.to_owned());
    }
    let parts: Vec<&str> = scope.split('/').collect();
    let unclear = || format!("where its `scope`, `{scope}`, is cannot be told");
    if scope.to_ascii_lowercase().starts_with(GROUPS) && parts.len() == 3 {
        return Ok(format!("/providers/{scope}"));
    }
    let is_resource = parts.len() >= 3 && parts.len() % 2 == 1 && parts[0].contains('.');
    if !is_resource || parts.iter().any(|part| part.is_empty()) {
        return Err(unclear());
    }
    match deployed {
        Ok(at) if at != "/" => Ok(format!("{at}/providers/{scope}")),
        _ => Err(unclear()),
    }
}
