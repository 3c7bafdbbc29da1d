//! Exemptions of Azure Policy, as [`super::epac`] and [`super::arm`] write them.
//!
//! Source: the resource `Microsoft.Authorization/policyExemptions`,
//! <https://learn.microsoft.com/azure/governance/policy/concepts/exemption-structure>. In: a binding
//! and the targets of its record. Out: one exemption for each target, named after the record, or why
//! Azure would take it for something else.

mod place;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, SecondsFormat};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

pub(super) use self::place::Place;
use crate::bridge::grant::{Grant, Granted, Left, cut, one_line};
use crate::model::{AZURE, Binding, Person, Selector, Target, Tool};

/// Characters of a name, of a name for people, and of a description, at most.
const MAX_NAME: usize = 64;
const MAX_DISPLAY_NAME: usize = 128;
const MAX_DESCRIPTION: usize = 512;
/// Of one text in `metadata`, which Azure does not limit by itself.
const MAX_TEXT: usize = 512;
/// Values of one selector.
const MAX_VALUES: usize = 50;
/// What stands in the ID of every assignment, before its name.
const ASSIGNMENTS: &str = "/providers/microsoft.authorization/policyassignments/";

/// The kinds of selectors, as Azure writes them, and whether the version of 2022 has them.
const SELECTORS: [(&str, bool); 6] = [
    ("resourceLocation", true),
    ("resourceType", true),
    ("resourceWithoutLocation", true),
    ("policyDefinitionReferenceId", true),
    ("userPrincipalId", false),
    ("groupPrincipalId", false),
];

/// One exemption at one place.
#[derive(Clone, Debug)]
pub(super) struct Exemption<'a> {
    pub(super) name: String,
    pub(super) place: Place<'a>,
    pub(super) properties: Properties,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Properties {
    pub(super) display_name: String,
    pub(super) description: String,
    pub(super) exemption_category: &'static str,
    pub(super) expires_on: String,
    pub(super) policy_assignment_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) policy_definition_reference_ids: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) resource_selectors: Vec<ResourceSelector>,
    pub(super) metadata: Metadata,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct ResourceSelector {
    name: &'static str,
    pub(super) selectors: Vec<Condition>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Condition {
    kind: &'static str,
    #[serde(rename = "in", skip_serializing_if = "Vec::is_empty")]
    pub(super) within: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) not_in: Vec<String>,
}

/// What Azure keeps beside the exemption, for the people who find it there.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata {
    exc_record: String,
    exc_commit: String,
    pub(super) owner: String,
    pub(super) approved_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_on: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) compensating_controls: Vec<String>,
}

impl Properties {
    /// Whether it selects by what only the version of 2024 knows.
    pub(super) fn selects_principals(&self) -> bool {
        let mut kinds = self.resource_selectors.iter().flat_map(|it| &it.selectors);
        kinds.any(|it| SELECTORS.contains(&(it.kind, false)))
    }
}

/// One exemption for each target of each binding, in the order of the ids and of the record. `fits`
/// says why the file cannot hold one, if so.
pub(super) fn exemptions<'a>(
    granted: &Granted<'a>,
    left: &mut Vec<Left>,
    fits: fn(&Exemption<'_>) -> Result<(), String>,
) -> Vec<Exemption<'a>> {
    // What the record is already exempted from, in a form that does not depend on the order.
    let mut known: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let all = granted.each(Tool::AzurePolicy, left, |grant, binding| {
        let properties = properties(grant, binding)?;
        let known = known.entry(&grant.exception.id).or_default();
        let (mut seen, mut all) = (known.clone(), Vec::new());
        for path in grant.places(AZURE) {
            let place = Place::of(path)?;
            is_below(path, &binding.assignment)?;
            let print = print(path, &properties);
            let suffix = seen.first().map(|_| print[..8].to_owned());
            if !seen.insert(print) {
                continue;
            }
            let name = name(&grant.exception.id, suffix)?;
            let exemption = Exemption { name, place, properties: properties.clone() };
            fits(&exemption)?;
            all.push(exemption);
        }
        *known = seen;
        Ok(all)
    });
    all.into_iter().flatten().collect()
}

fn properties(grant: &Grant<'_>, binding: &Binding) -> Result<Properties, String> {
    let exception = grant.exception;
    if grant.end().year() > 9999 {
        return Err("Azure knows no year after 9999".to_owned());
    }
    if binding.definition_references.iter().any(|it| it.trim().is_empty()) {
        return Err("a definition reference is empty".to_owned());
    }
    let controls: Vec<String> = exception
        .compensating_controls
        .iter()
        .map(|it| cut(&one_line(&it.description), MAX_TEXT))
        .collect();
    Ok(Properties {
        display_name: cut(
            &format!("{}: {}", exception.id, one_line(&exception.title)),
            MAX_DISPLAY_NAME,
        ),
        description: cut(&grant.reason(), MAX_DESCRIPTION),
        exemption_category: if controls.is_empty() { "Waiver" } else { "Mitigated" },
        expires_on: grant.end().to_rfc3339_opts(SecondsFormat::Secs, true),
        policy_assignment_id: binding.assignment.clone(),
        policy_definition_reference_ids: binding.definition_references.clone(),
        resource_selectors: selectors(&binding.selectors)?,
        metadata: Metadata {
            exc_record: exception.id.clone(),
            exc_commit: grant.approval.commit.clone(),
            owner: cut(&person(&exception.owner), MAX_TEXT),
            approved_by: cut(&grant.approval.by.join(", "), MAX_TEXT),
            approved_on: grant.approval.on.map(|day| day.to_string()),
            compensating_controls: controls,
        },
    })
}

fn person(person: &Person) -> String {
    one_line(&format!("{} <{}>", person.name, person.email))
}

/// All conditions as one resource selector, within which all have to hold.
fn selectors(selectors: &[Selector]) -> Result<Vec<ResourceSelector>, String> {
    let mut conditions: Vec<Condition> = Vec::new();
    for Selector { kind, within, not_in } in selectors {
        let known = SELECTORS.iter().find(|(known, _)| kind.eq_ignore_ascii_case(known));
        let (kind, _) = *known.ok_or_else(|| format!("`{kind}` is no kind of selector"))?;
        if conditions.iter().any(|it| it.kind == kind) {
            return Err(format!("Azure takes one selector by `{kind}`, and there are two"));
        }
        if within.is_empty() == not_in.is_empty() {
            return Err(format!("the selector by `{kind}` has neither `in` nor `not_in`, or both"));
        }
        if within.len() + not_in.len() > MAX_VALUES {
            return Err(format!("the selector by `{kind}` has more than {MAX_VALUES} values"));
        }
        conditions.push(Condition { kind, within: within.clone(), not_in: not_in.clone() });
    }
    let has = |kind: &str| conditions.iter().any(|it| it.kind == kind);
    if has("resourceLocation") && has("resourceWithoutLocation") {
        return Err(
            "Azure does not select by `resourceLocation` and `resourceWithoutLocation` at once"
                .to_owned(),
        );
    }
    Ok(match conditions.is_empty() {
        true => Vec::new(),
        false => vec![ResourceSelector { name: "exc", selectors: conditions }],
    })
}

/// Azure refuses an exemption outside of its assignment's scope, where the IDs tell.
fn is_below(path: &str, assignment: &str) -> Result<(), String> {
    let at = assignment.to_ascii_lowercase().find(ASSIGNMENTS);
    let at = at.ok_or_else(|| format!("`{assignment}` is not the ID of a policy assignment"))?;
    let (above, place) = (format!("{AZURE}:{}", &assignment[..at]), format!("{AZURE}:{path}"));
    match (Target::parse(&above), Target::parse(&place)) {
        // Which subscriptions a management group holds is not in its ID.
        (Ok(above), Ok(place)) if !starts_at_group(&above) && !above.covers(&place) => {
            Err(format!("`{path}` is not within the scope of the assignment `{assignment}`"))
        }
        _ => Ok(()),
    }
}

fn starts_at_group(target: &Target<'_>) -> bool {
    target.segments().next().is_some_and(|it| it.eq_ignore_ascii_case("managementGroups"))
}

/// The id of the record; what else it is exempted from has a suffix that stays the same whatever is
/// added or taken away.
fn name(id: &str, suffix: Option<String>) -> Result<String, String> {
    let name = suffix.map_or_else(|| id.to_owned(), |suffix| format!("{id}-{suffix}"));
    if name.encode_utf16().count() > MAX_NAME {
        return Err(format!(
            "`{name}` is longer than the {MAX_NAME} characters of a name in Azure"
        ));
    }
    let is_odd = |c: char| r"<>*%&:\?.+/".contains(c) || c.is_control() || c.is_whitespace();
    match name.chars().find(|c| is_odd(*c)) {
        Some(odd) => Err(format!("`{name}` has `{odd}`, which no name in Azure has")),
        None => Ok(name),
    }
}

/// What tells an exemption from the others of its record.
fn print(path: &str, properties: &Properties) -> String {
    let mut hash = Sha256::new();
    let references = &properties.policy_definition_reference_ids;
    let parts = [path, &properties.policy_assignment_id].into_iter();
    for part in parts.chain(references.iter().map(String::as_str)) {
        hash.update(part.to_ascii_lowercase());
        hash.update("\0");
    }
    hash.update(format!("{:?}", properties.resource_selectors));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
