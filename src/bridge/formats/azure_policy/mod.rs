//! Exemptions of Azure Policy, in the four shapes in which they are printed and deployed, and what
//! an assignment leaves alone by itself.
//!
//! Sources: the resource `Microsoft.Authorization/policyExemptions`, api version 2022-07-01-preview,
//! <https://learn.microsoft.com/azure/governance/policy/concepts/exemption-structure>, and
//! `policyAssignments`, <https://learn.microsoft.com/azure/governance/policy/concepts/assignment-structure>.
//!
//! - REST: `{"value": […]}`, each with `properties`;
//! - `az policy exemption list -o json`: a list, with the properties beside `id`;
//! - Resource Graph: a list of rows, or `{"data": […]}`, each with `properties`;
//! - an ARM template: `resources` of that type, in nested deployments too, whose values may be
//!   expressions in brackets ([`template`]).
//!
//! Azure does not tell keys apart by case: each is found in any, and where two of those that decide differ
//! in case alone, which of them counts is not known.
//!
//! `expiresOn` is an instant in UTC at which Azure no longer honours the exemption; it keeps the object
//! for ever. Without one it never ends. The scope is the part of `id` before the provider.

mod assignment;
mod selectors;
mod template;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use chrono::{DateTime, Utc};

pub(super) use self::selectors::selected;
use self::template::Deployed;
use crate::bridge::input::{Entry, Fault, Input, Node, Value, clashes};
use crate::bridge::{End, Format, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach};

pub(crate) const FORMAT: Format = Format {
    name: "azure-policy",
    about: "exemptions and assignments of Azure Policy: `az policy exemption list -o json`, REST, \
            Resource Graph, ARM templates",
    tool: Tool::AzurePolicy,
    read,
};

const EXEMPTION: &str = "microsoft.authorization/policyexemptions";
/// What stands in the ID of every assignment, before its name.
pub(super) const ASSIGNMENTS: &str = "/providers/microsoft.authorization/policyassignments/";
const ASSIGNMENT: &str = "microsoft.authorization/policyassignments";

/// Keys of the list, in a template, of REST and of Resource Graph.
const LISTS: [&str; 3] = ["resources", "value", "data"];
/// Keys by which a page of a list says that there are more.
const MORE: [&str; 5] = ["nextLink", "$skipToken", "skipToken", "skip_token", "resultTruncated"];
/// Keys by which a page of Resource Graph says how many rows there are in all.
const TOTALS: [&str; 2] = ["totalRecords", "total_records"];
/// Properties that say how far an exemption reaches.
const DECISIVE: [&str; 5] = [
    "policyAssignmentId",
    "policyDefinitionReferenceIds",
    "policyDefinitionReferenceId",
    "resourceSelectors",
    "expiresOn",
];

fn read(input: &Input) -> Result<Vec<Suppression>, Fault> {
    let root = input.json()?;
    if let Some(twice) = root.clash() {
        return Err(Fault::at(twice.span, clashes(twice)));
    }
    for key in MORE {
        let more = root.get_folded(key).filter(|node| !node.is_null() && !is_no(node));
        if let Some(more) = more {
            let message = format!("the list goes on, as `{key}` says: fetch all pages");
            return Err(Fault::at(more.span, message));
        }
    }
    let is_list = |entry: &&Entry| {
        LISTS.iter().any(|key| entry.key.eq_ignore_ascii_case(key)) && !entry.value.is_null()
    };
    let resources = match *root.entries().iter().filter(is_list).collect::<Vec<_>>() {
        [] => root.items(),
        [only] if only.key.eq_ignore_ascii_case("resources") => return template::read(&root),
        [only] => only.value.items(),
        [first, second, ..] => {
            let message = format!(
                "`{}` stands beside `{}`, each a list of its own: write each into a file",
                second.key, first.key
            );
            return Err(Fault::at(second.span, message));
        }
    };
    let Some(resources) = resources else {
        return Err(Fault::at(root.span, "the file holds no list of exemptions or assignments"));
    };
    is_whole(&root, resources.len())?;
    let (mut known, mut found) = (HashMap::new(), Vec::new());
    for resource in resources {
        resource.expect("resource", "a mapping", |it| (it.value.is_map()).then_some(()))?;
        // A listing has what is inherited more than once, word for word.
        if let Some(id) = own_text(resource, "id")?.map(str::to_ascii_lowercase) {
            let text = input.file.slice(resource.span);
            let earlier: Option<&str> = known.insert(id, text);
            if earlier.is_some_and(|earlier| earlier.eq_ignore_ascii_case(text)) {
                continue;
            }
        }
        if !of_resource(resource, None, &mut found)? {
            let kind = own_text(resource, "type")?.unwrap_or_default();
            let message = match kind {
                "" => "this is neither an exemption nor an assignment".to_owned(),
                kind => format!("`{kind}` is neither an exemption nor an assignment"),
            };
            return Err(Fault::at(resource.span, message));
        }
    }
    Ok(found)
}

/// Refuses a page that has fewer rows than there are.
fn is_whole(root: &Node, n: usize) -> Result<(), Fault> {
    for key in TOTALS {
        let Some(node) = root.get_folded(key).filter(|node| !node.is_null()) else { continue };
        let total = node.expect(key, "a number", |it| it.written()?.parse::<usize>().ok())?;
        if n < total {
            let message =
                format!("the list has {n} of {total} rows, as `{key}` says: fetch all pages");
            return Err(Fault::at(node.span, message));
        }
    }
    Ok(())
}

fn is_no(node: &Node) -> bool {
    match &node.value {
        Value::Bool(value) => !value,
        Value::Text(text) => text.is_empty() || text.eq_ignore_ascii_case("false"),
        _ => false,
    }
}

/// Adds what a resource leaves alone; `false` where it is neither an exemption nor an assignment. One of
/// a template says where that deploys it.
fn of_resource(
    resource: &Node,
    deployed: Option<&Deployed>,
    found: &mut Vec<Suppression>,
) -> Result<bool, Fault> {
    let kind = own_text(resource, "type")?.unwrap_or_default().to_ascii_lowercase();
    let has = |key: &str| property(resource, key).is_some();
    // The type of a child leaves out that of its parent.
    let is_open = kind.is_empty() || is_expression(&kind);
    if kind == ASSIGNMENT
        || kind.ends_with("/policyassignments")
        || (is_open && has("policyDefinitionId"))
    {
        found.extend(assignment::read(resource)?);
    } else if kind == EXEMPTION
        || kind.ends_with("policyexemptions")
        || (is_open && has("policyAssignmentId"))
    {
        found.push(exemption(resource, deployed)?);
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// The first expression in a value or below it.
fn expression_in(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) => Some(text.as_str()).filter(|text| is_expression(text)),
        Value::List(items) => items.iter().find_map(expression_in),
        Value::Map(entries) => entries.iter().find_map(|entry| expression_in(&entry.value)),
        _ => None,
    }
}

/// Why nothing can be told of a resource: an expression among what decides, or two keys that Azure
/// takes for the same.
fn undecided(resource: &Node, decisive: &[&str]) -> Option<String> {
    let expression =
        decisive.iter().filter_map(|key| property(resource, key)).find_map(expression_in);
    if let Some(text) = expression {
        return Some(format!("`{text}` is an expression"));
    }
    let below =
        || decisive.iter().filter_map(|key| property(resource, key)).find_map(Node::clash_below);
    doubled(resource).or_else(below).map(twice)
}

/// The first key of a resource or of its properties that stands twice to Azure.
fn doubled(resource: &Node) -> Option<&Entry> {
    let properties = resource.get_folded("properties");
    resource.clash().or_else(|| properties.and_then(Node::clash))
}

fn twice(entry: &Entry) -> String {
    format!("its key `{}` stands twice, in different case", entry.key)
}

/// A property, below `properties` or flattened to the resource.
fn property<'a>(resource: &'a Node, key: &str) -> Option<&'a Node> {
    let found = match resource.get_folded("properties").filter(|node| !node.is_null()) {
        Some(properties) => properties.get_folded(key),
        None => resource.get_folded(key),
    };
    found.filter(|node| !node.is_null())
}

/// A text beside the properties.
fn own_text<'a>(resource: &'a Node, key: &str) -> Result<Option<&'a str>, Fault> {
    let found = resource.get_folded(key).filter(|node| !node.is_null());
    found.map(|node| node.expect(key, "a text", Node::text)).transpose()
}

fn text<'a>(resource: &'a Node, key: &str) -> Result<Option<&'a str>, Fault> {
    property(resource, key).map(|node| node.expect(key, "a text", Node::text)).transpose()
}

fn texts(resource: &Node, key: &str) -> Result<Vec<String>, Fault> {
    texts_of(property(resource, key), key)
}

/// The texts of a list beside the properties.
fn own_texts(node: &Node, key: &str) -> Result<Vec<String>, Fault> {
    texts_of(node.get_folded(key).filter(|node| !node.is_null()), key)
}

fn texts_of(node: Option<&Node>, key: &str) -> Result<Vec<String>, Fault> {
    let Some(node) = node else { return Ok(Vec::new()) };
    let items = node.expect(key, "a list", Node::items)?;
    let text = |item: &Node| item.expect(key, "a list of texts", Node::text).map(str::to_owned);
    items.iter().map(text).collect()
}

fn is_expression(text: &str) -> bool {
    text.starts_with('[') && !text.starts_with("[[") && text.ends_with(']')
}

fn exemption(resource: &Node, deployed: Option<&Deployed>) -> Result<Suppression, Fault> {
    let name = own_text(resource, "name")?.unwrap_or_default();
    let id = own_text(resource, "id")?;
    let mut notes = Vec::new();
    let (end, unread) = end(text(resource, "expiresOn")?);
    let undecided = undecided(resource, &DECISIVE);
    // Of two ends, neither is relied on.
    let end = if undecided.is_some() { End::Never } else { end };
    let reach = match undecided.or(unread) {
        Some(reason) => Err(reason),
        None => reach(resource, id, deployed, &mut notes)?,
    };
    let category = text(resource, "exemptionCategory")?;
    notes.extend(notes_of_kind(category, text(resource, "assignmentScopeValidation")?));
    let mut said = vec![name.to_owned()];
    for key in ["displayName", "description"] {
        said.extend(text(resource, key)?.map(str::to_owned));
    }
    if let Some(metadata) = property(resource, "metadata") {
        texts_below(metadata, &mut said);
    }
    Ok(Suppression {
        span: resource.span,
        name: if name.is_empty() { id.unwrap_or("?").to_owned() } else { name.to_owned() },
        said,
        reach,
        end,
        made: made(resource)?,
        known: Known {
            id: id.map(str::to_lowercase),
            title: text(resource, "displayName")?.map(str::to_owned),
            is_mitigated: is_mitigated(category),
            ..Known::default()
        },
        notes,
    })
}

/// Whether an exemption of this category claims that the policy's intent is met by other means.
pub(super) fn is_mitigated(category: Option<&str>) -> Option<bool> {
    let is = |known: &str| category.is_some_and(|it| it.eq_ignore_ascii_case(known));
    if is("Mitigated") { Some(true) } else { is("Waiver").then_some(false) }
}

/// What is to be said about the category of an exemption and about how its scope is validated.
pub(super) fn notes_of_kind(category: Option<&str>, validation: Option<&str>) -> Vec<String> {
    let mut notes = Vec::new();
    let category = category.unwrap_or_default();
    if is_mitigated(Some(category)).is_none() {
        notes.push(format!("its category is `{category}`, neither `Waiver` nor `Mitigated`"));
    }
    if validation.is_some_and(|it| it.eq_ignore_ascii_case("DoNotValidate")) {
        notes.push("`DoNotValidate`: it may lie outside of its assignment's scope".to_owned());
    }
    notes
}

/// The end, and why the suppression cannot be compared where the end cannot be read.
fn end(expires: Option<&str>) -> (End, Option<String>) {
    match expires {
        None => (End::Never, None),
        Some(text) if is_expression(text) => {
            (End::Never, Some(format!("its `expiresOn` is the expression `{text}`")))
        }
        Some(text) => match DateTime::parse_from_rfc3339(text) {
            Ok(end) => (End::At(end.with_timezone(&Utc)), None),
            Err(_) => {
                (End::Never, Some(format!("its `expiresOn` is `{text}`, which is no instant")))
            }
        },
    }
}

fn reach(
    resource: &Node,
    id: Option<&str>,
    deployed: Option<&Deployed>,
    notes: &mut Vec<String>,
) -> Result<Result<Vec<Reach>, String>, Fault> {
    let assignment = text(resource, "policyAssignmentId")?;
    let Some(assignment) = assignment.filter(|it| !it.is_empty()) else {
        return Ok(Err("it names no `policyAssignmentId`".to_owned()));
    };
    let references = texts(resource, "policyDefinitionReferenceIds")?;
    if let Some(stray) = property(resource, "policyDefinitionReferenceId") {
        notes.push(format!(
            "`policyDefinitionReferenceId` is no key of an exemption ({}): it reads as the whole \
             assignment",
            stray.kind()
        ));
    }
    let scope = match deployed {
        Some(deployed) => template::scope_of(resource, deployed)?,
        None => {
            id.and_then(scope_of).ok_or_else(|| "its `id` does not say where it hangs".to_owned())
        }
    };
    let scope = match scope {
        Ok(scope) => scope,
        Err(reason) => return Ok(Err(reason)),
    };
    let base = Reach::of(Tool::AzurePolicy)
        .limited(Dimension::Place, [format!("azure:{scope}")])
        .limited(Dimension::Policy, [assignment.to_owned()])
        .limited(Dimension::Id, references);
    selected(property(resource, "resourceSelectors"), base)
}

/// `/subscriptions/S` of `/subscriptions/S/providers/Microsoft.Authorization/policyExemptions/N`.
fn scope_of(id: &str) -> Option<String> {
    let provider = "/providers/microsoft.authorization/policy";
    let at = id.to_ascii_lowercase().rfind(provider)?;
    (at > 0).then(|| id[..at].to_owned())
}

/// Who created the resource, and when.
fn made(resource: &Node) -> Result<Option<String>, Fault> {
    let Some(system) = resource.get_folded("systemData").filter(|node| !node.is_null()) else {
        return Ok(None);
    };
    let by = own_text(system, "createdBy")?.unwrap_or("somebody");
    let at = own_text(system, "createdAt")?.unwrap_or("an unknown time");
    Ok(Some(format!("created by {by} at {at}")))
}

pub(super) fn texts_below(node: &Node, found: &mut Vec<String>) {
    match &node.value {
        Value::Text(text) => found.push(text.clone()),
        Value::List(items) => items.iter().for_each(|item| texts_below(item, found)),
        Value::Map(entries) => entries.iter().for_each(|entry| texts_below(&entry.value, found)),
        _ => {}
    }
}
