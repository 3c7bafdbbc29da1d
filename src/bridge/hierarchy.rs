//! The hierarchy of Azure's management groups, which their ids do not tell.
//!
//! Two shapes are read: `az account management-group show --name ROOT --expand --recurse`, a tree with
//! `children`, and `az account management-group entities list`, a list whose entries name their
//! `parent`. <https://learn.microsoft.com/cli/azure/account/management-group>.

use super::input::{Fault, Input, Node};
use crate::model::Target;
use crate::model::reach::Hierarchy;

/// Reads a file in one of the two shapes.
pub(crate) fn read(input: &Input) -> Result<Hierarchy, Fault> {
    let root = input.json()?;
    let mut hierarchy = Hierarchy::default();
    match root.items() {
        Some(entities) => entities.iter().try_for_each(|entity| parent(entity, &mut hierarchy))?,
        None => children(&root, &mut hierarchy)?,
    }
    Ok(hierarchy)
}

fn children(group: &Node, hierarchy: &mut Hierarchy) -> Result<(), Fault> {
    let own = target(group)?;
    for child in group.get("children").and_then(Node::items).unwrap_or_default() {
        let below = target(child)?;
        add(&below, &own, child, hierarchy)?;
        children(child, hierarchy)?;
    }
    Ok(())
}

/// An entity without a parent is a root.
fn parent(entity: &Node, hierarchy: &mut Hierarchy) -> Result<(), Fault> {
    let own = target(entity)?;
    let Some(parent) =
        entity.get("parent").filter(|parent| parent.get("id").is_some_and(|id| !id.is_null()))
    else {
        return Ok(());
    };
    add(&own, &target(parent)?, entity, hierarchy)
}

fn target(entity: &Node) -> Result<String, Fault> {
    match entity.text_at("id")? {
        // The `id` of a subscription's entity is its whole ID, as that of a group is.
        Some(id) => Ok(format!("azure:{id}")),
        None => Err(Fault::at(entity.span, "an entry has no `id`")),
    }
}

fn add(child: &str, parent: &str, at: &Node, hierarchy: &mut Hierarchy) -> Result<(), Fault> {
    match (Target::parse(child), Target::parse(parent)) {
        (Ok(child), Ok(parent)) => hierarchy.add(&child, &parent),
        _ => {
            let id = child.trim_start_matches("azure:");
            return Err(Fault::at(
                at.span,
                format!("`{id}` is not the ID of a group or subscription"),
            ));
        }
    }
    Ok(())
}
