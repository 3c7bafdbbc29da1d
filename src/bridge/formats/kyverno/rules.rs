//! The reach of the old form, `kyverno.io/v2` and `v2beta1`: policies and rules, and resources by kind,
//! namespace and name.

use super::{MAX_REACHES, condition, list, part};
use crate::bridge::input::{Fault, Node};
use crate::model::reach::{Dimension, Reach};
use crate::model::{Tool, kinds_by_name};

/// The reach of the old form: each of its exceptions within each block of its match.
pub(super) fn reach(spec: &Node) -> Result<Result<Vec<Reach>, String>, Fault> {
    let blocks = match blocks(spec)? {
        Ok(blocks) => blocks,
        Err(reason) => return Ok(Err(reason)),
    };
    let mut reaches = Vec::new();
    let exceptions = list(spec, "exceptions")?;
    if exceptions.len() * blocks.len() > MAX_REACHES {
        return Ok(Err(format!("it has more than {MAX_REACHES} combinations of policy and match")));
    }
    if let Some(name) = odd_in(&blocks) {
        return Ok(Err(odd(name)));
    }
    for exception in exceptions {
        let policy = exception.text_at("policyName")?.unwrap_or_default();
        let rules = exception.texts_at("ruleNames")?;
        // Without rules it takes out none.
        if policy.is_empty() || rules.is_empty() {
            continue;
        }
        if let Some(name) = rules.iter().chain([&policy.to_owned()]).find(|it| is_odd(it)) {
            return Ok(Err(odd(name)));
        }
        for block in &blocks {
            let mut reach = block.clone();
            reach.limit(Dimension::Policy, [policy.to_owned()]);
            reach.limit(Dimension::PolicyKind, kinds_by_name(policy).map(str::to_owned));
            reach.limit(Dimension::Id, rules.clone());
            condition(exception, &["images", "values"], &mut reach);
            condition(spec, &["conditions", "podSecurity"], &mut reach);
            reaches.push(reach);
        }
    }
    Ok(match reaches.is_empty() {
        true => Err("it names no policy with `ruleNames`".to_owned()),
        false => Ok(reaches),
    })
}

/// Whether a pattern takes in more in Kyverno than in a record: there `.` is any sign, and `?` at the
/// end may be none (<https://github.com/kyverno/kyverno/tree/main/ext/wildcard>).
fn is_odd(pattern: &str) -> bool {
    pattern.contains('.') || pattern.ends_with('?')
}

fn odd_in(blocks: &[Reach]) -> Option<&str> {
    let dimensions = [Dimension::Namespace, Dimension::Name];
    let mut values =
        blocks.iter().flat_map(|block| dimensions.iter().flat_map(|it| block.written(*it)));
    values.find(|value| is_odd(value))
}

fn odd(pattern: &str) -> String {
    format!(
        "`{pattern}` matches more in Kyverno than it says: `.` is any sign, and `?` at the end none or one"
    )
}

/// The resources of a match: one reach for each block of `any`, and one for all blocks of `all`.
fn blocks(spec: &Node) -> Result<Result<Vec<Reach>, String>, Fault> {
    let Some(found) = part(spec, "match")? else { return Ok(Err("it has no `match`".to_owned())) };
    let (any, all) = (list(found, "any")?, list(found, "all")?);
    let strange = found.entries().iter().find(|entry| !["any", "all"].contains(&&*entry.key));
    if let Some(entry) = strange {
        return Ok(Err(format!("its `match` has `{}` beside `any` or `all`", entry.key)));
    }
    match (any.is_empty(), all.is_empty()) {
        (false, true) => {}
        (true, false) => {
            let mut reach = Reach::of(Tool::Kyverno);
            for block in all {
                limit(block, &mut reach)?;
            }
            return Ok(Ok(vec![reach]));
        }
        _ => return Ok(Err("its `match` has neither `any` nor `all`, or both".to_owned())),
    }
    let mut reaches = Vec::new();
    for block in any {
        let mut reach = Reach::of(Tool::Kyverno);
        limit(block, &mut reach)?;
        reaches.push(reach);
    }
    Ok(Ok(reaches))
}

/// Narrows a reach by a block of a match. Of two lists for one dimension that both have to hold, the
/// second is a condition: what patterns have in common is not computed.
fn limit(block: &Node, reach: &mut Reach) -> Result<(), Fault> {
    condition(block, &["subjects", "roles", "clusterRoles"], reach);
    let Some(resources) = part(block, "resources")? else { return Ok(()) };
    let mut names = resources.texts_at("names")?;
    names.extend(resources.text_at("name")?.map(str::to_owned));
    for (dimension, values) in [
        (Dimension::Kind, resources.texts_at("kinds")?),
        (Dimension::Namespace, resources.texts_at("namespaces")?),
        (Dimension::Name, names),
    ] {
        if values.is_empty() {
            continue;
        }
        let is_limited = reach.values(dimension).is_some();
        match is_limited {
            true => reach.condition(format!("{dimension}: {}", values.join(", "))),
            false => reach.limit(dimension, values),
        }
    }
    let opaque = ["annotations", "selector", "namespaceSelector", "operations"];
    condition(resources, &opaque, reach);
    Ok(())
}
