//! The hierarchy of Azure's management groups, which their ids do not tell.
//!
//! Two shapes are read: `az account management-group show --name ROOT --expand --recurse`, a tree with
//! `children`, and `az account management-group entities list`, a list whose entries name their
//! `parent`. <https://learn.microsoft.com/cli/azure/account/management-group>. Both may stand in one
//! entry. A file that contradicts itself is refused: what it says of one place could cover another.

use std::collections::HashMap;

use super::input::{Fault, Input, Node};
use crate::model::Target;
use crate::model::reach::{Hierarchy, MAX_LEVELS};
use crate::text::Span;

/// Reads a file in one of the two shapes.
///
/// # Errors
///
/// What is no such file, and where a group or subscription has two parents, lies in itself, or below
/// what holds none.
pub(crate) fn read(input: &Input) -> Result<Hierarchy, Fault> {
    let root = input.json()?;
    let mut links = Links::default();
    for entity in root.items().unwrap_or(std::slice::from_ref(&root)) {
        links.read(entity, None)?;
    }
    links.refuse_cycles()?;
    let mut hierarchy = Hierarchy::default();
    for (child, link) in &links.of_child {
        if let (Ok(child), Ok(parent)) = (Target::parse(child), Target::parse(&link.parent)) {
            hierarchy.add(&child, &parent);
        }
    }
    Ok(hierarchy)
}

/// What holds each group and subscription, by their keys ([`Target::key`]).
#[derive(Default)]
struct Links {
    of_child: HashMap<String, Link>,
    /// The children in the order of the file.
    children: Vec<String>,
}

struct Link {
    parent: String,
    /// Where it is said.
    span: Span,
}

impl Links {
    /// Adds what an entry says of its place and of its children; `around` holds it.
    fn read(&mut self, entity: &Node, around: Option<&str>) -> Result<(), Fault> {
        entity.expect("entry", "a mapping", |it| it.value.is_map().then_some(()))?;
        let own = key(entity)?;
        if let Some(around) = around {
            self.add(&own, around.to_owned(), entity.span)?;
        }
        if let Some(parent) = entity.get("parent").filter(|parent| !parent.is_null()) {
            parent.expect("parent", "a mapping", |it| it.value.is_map().then_some(()))?;
            // That of a root has no id.
            if !parent.get("id").is_some_and(Node::is_null) {
                self.add(&own, key(parent)?, parent.span)?;
            }
        }
        let Some(children) = entity.get("children").filter(|children| !children.is_null()) else {
            return Ok(());
        };
        let children = children.expect("children", "a list", Node::items)?;
        children.iter().try_for_each(|child| self.read(child, Some(&own)))
    }

    fn add(&mut self, child: &str, parent: String, span: Span) -> Result<(), Fault> {
        if !is_group(&parent) {
            let message = format!("`{}` is no management group, and holds none", shown(&parent));
            return Err(Fault::at(span, message));
        }
        match self.of_child.get(child) {
            None => {
                self.children.push(child.to_owned());
                self.of_child.insert(child.to_owned(), Link { parent, span });
                Ok(())
            }
            Some(link) if link.parent == parent => Ok(()),
            Some(link) => {
                let (child, one) = (shown(child), shown(&link.parent));
                let message = format!(
                    "`{child}` lies in `{}` here and in `{one}` above: it has one parent",
                    shown(&parent)
                );
                Err(Fault::at(span, message))
            }
        }
    }

    /// Refuses what lies in itself, and what lies deeper than is looked at.
    fn refuse_cycles(&self) -> Result<(), Fault> {
        // How many levels are above each that was looked at already.
        let mut levels: HashMap<&str, usize> = HashMap::new();
        for child in &self.children {
            let (mut path, mut at) = (Vec::new(), child.as_str());
            while let Some(link) = self.of_child.get(at).filter(|_| !levels.contains_key(at)) {
                // What is on the path has no level until the path has ended.
                levels.insert(at, usize::MAX);
                path.push((at, link.span));
                at = &link.parent;
            }
            let mut above = levels.get(at).copied().unwrap_or_default();
            if above == usize::MAX {
                let span = path.last().map(|(_, span)| *span).unwrap_or_default();
                return Err(Fault::at(span, format!("`{}` lies in itself", shown(at))));
            }
            for (at, span) in path.into_iter().rev() {
                above += 1;
                if above > MAX_LEVELS {
                    let message =
                        format!("`{}` lies more than {MAX_LEVELS} levels deep", shown(at));
                    return Err(Fault::at(span, message));
                }
                levels.insert(at, above);
            }
        }
        Ok(())
    }
}

/// The key of the group or subscription that an entry is about.
fn key(entity: &Node) -> Result<String, Fault> {
    let Some(id) = entity.text_at("id")? else {
        return Err(Fault::at(entity.span, "an entry has no `id`"));
    };
    // The `id` of a subscription's entity is its whole ID, as that of a group is.
    let text = format!("azure:{id}");
    let key = Target::parse(&text).map(|target| target.key()).ok();
    key.filter(|key| is_group(key) || is_within(key, "azure:/subscriptions/")).ok_or_else(|| {
        Fault::at(entity.span, format!("`{id}` is not the ID of a group or subscription"))
    })
}

fn is_group(key: &str) -> bool {
    is_within(key, "azure:/managementgroups/")
}

/// Whether a key is that of one thing of a kind, and of nothing below it.
fn is_within(key: &str, kind: &str) -> bool {
    key.strip_prefix(kind).is_some_and(|name| !name.contains('/'))
}

fn shown(key: &str) -> &str {
    key.trim_start_matches("azure:")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn group(name: &str) -> String {
        format!("/providers/Microsoft.Management/managementGroups/{name}")
    }

    /// The line of what is wrong, and what it is; an empty text where nothing is.
    fn fault(json: &Json) -> (usize, String) {
        let text = serde_json::to_string_pretty(json).expect("JSON");
        let input = Input::new("groups.json", text.as_bytes()).expect("UTF-8");
        match read(&input) {
            Ok(_) => (0, String::new()),
            Err(fault) => (input.file.position(fault.span.start).line, fault.message),
        }
    }

    fn entity(id: &str, parent: &Json) -> Json {
        json!({ "id": id, "parent": parent })
    }

    #[test]
    fn a_tree_a_list_and_a_list_of_trees_are_read() {
        let sub = json!({ "id": "/subscriptions/s", "children": null });
        let tree =
            json!({ "id": group("corp"), "children": [{ "id": group("eu"), "children": [sub] }] });
        let list = json!([
            entity(&group("corp"), &json!({ "id": null })),
            entity(&group("eu"), &json!({ "id": group("CORP") })),
            entity(&group("EU"), &json!({ "id": group("corp") })),
            entity("/subscriptions/S", &json!({ "id": group("eu") })),
        ]);
        for it in [&tree, &json!([tree]), &list] {
            let text = it.to_string();
            let input = Input::new("groups.json", text.as_bytes()).expect("UTF-8");
            let hierarchy = read(&input).expect("a hierarchy");
            let around: Vec<&str> = hierarchy.around("azure:/subscriptions/s").collect();
            assert_eq!(around, ["azure:/managementgroups/eu", "azure:/managementgroups/corp"]);
        }
    }

    #[test]
    fn what_has_two_parents_is_refused_at_the_second() {
        let (line, why) = fault(&json!([
            entity("/subscriptions/s", &json!({ "id": group("a") })),
            entity("/subscriptions/S", &json!({ "id": group("b") })),
        ]));
        let expected = "`/subscriptions/s` lies in `/managementgroups/b` here and in \
                        `/managementgroups/a` above: it has one parent";
        assert_eq!((line, why.as_str()), (10, expected));
        let within = json!({ "id": group("a"), "children": [entity("/subscriptions/s", &json!({ "id": group("b") }))] });
        assert!(fault(&within).1.ends_with("it has one parent"));
    }

    #[test]
    fn what_lies_in_itself_is_refused_whatever_leads_there() {
        let link =
            |child: &str, parent: &str| entity(&group(child), &json!({ "id": group(parent) }));
        let itself = fault(&json!([link("a", "A")]));
        assert_eq!(itself, (4, "`/managementgroups/a` lies in itself".to_owned()));
        for cycle in [
            json!([link("a", "b"), link("b", "a")]),
            json!([link("x", "a"), link("a", "b"), link("b", "c"), link("c", "a")]),
            json!({ "id": group("a"), "children": [{ "id": group("b"), "children": [{ "id": group("a") }] }] }),
        ] {
            assert!(fault(&cycle).1.ends_with("lies in itself"), "{cycle}");
        }
        let deep = |n: usize| {
            Json::from_iter((0..n).map(|at| link(&at.to_string(), &(at + 1).to_string())))
        };
        assert_eq!(fault(&deep(MAX_LEVELS)).0, 0);
        assert!(fault(&deep(MAX_LEVELS + 1)).1.contains("levels deep"));
        // Near-linear: no path is walked twice.
        assert!(fault(&deep(50_000)).1.contains("levels deep"));
    }

    #[test]
    fn what_is_no_such_file_is_refused_with_its_place() {
        let one = |key: &str, value: Json| json!({ "id": group("a"), key: value });
        for (json, expected) in [
            (one("children", json!({ "id": group("b") })), "`children` is a mapping, not a list"),
            (one("children", json!(["a"])), "`entry` is a text, not a mapping"),
            (one("parent", json!(group("b"))), "`parent` is a text, not a mapping"),
            (one("parent", json!({ "name": "b" })), "an entry has no `id`"),
            (one("parent", json!({ "id": ["b"] })), "`id` is a list, not a text"),
            (
                json!([entity("/subscriptions/s", &json!({ "id": "/subscriptions/t" }))]),
                "`/subscriptions/t` is no management group, and holds none",
            ),
            (
                json!({ "id": "/subscriptions/s/resourceGroups/g" }),
                "`/subscriptions/s/resourceGroups/g` is not the ID of a group or subscription",
            ),
            (json!({ "children": [] }), "an entry has no `id`"),
            (json!("a"), "`entry` is a text, not a mapping"),
        ] {
            let (line, why) = fault(&json);
            assert_eq!(why, expected);
            assert!(line > 0, "{json}");
        }
    }
}
