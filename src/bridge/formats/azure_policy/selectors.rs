//! The resource selectors of an exemption: on which resources of its scope it is honoured.

use super::{own_text, own_texts, twice};
use crate::bridge::input::{Fault, Node};
use crate::model::Selector;
use crate::model::reach::Reach;

/// Combinations of an alternative and what limits all of them that are compared, and selectors that have
/// to hold together. Azure takes ten of each.
const MAX_VALUES: usize = 100_000;
const MAX_SELECTORS: usize = 100;

/// The reach within the resource selectors, of which one has to hold.
pub(in crate::bridge::formats) fn selected(
    selectors: Option<&Node>,
    base: Reach,
) -> Result<Result<Vec<Reach>, String>, Fault> {
    let Some(node) = selectors else { return Ok(Ok(vec![base])) };
    if let Some(entry) = node.clash_below() {
        return Ok(Err(twice(entry)));
    }
    let alternatives = node.expect("resourceSelectors", "a list", Node::items)?;
    if alternatives.len() * (1 + base.n_values()) > MAX_VALUES {
        return Ok(Err(format!(
            "it has more than {MAX_VALUES} combinations of selector and value"
        )));
    }
    let mut reaches = Vec::new();
    for alternative in alternatives {
        let mut reach = base.clone();
        let selectors = alternative.get_folded("selectors").and_then(Node::items);
        let selectors = selectors.unwrap_or_default();
        if selectors.len() > MAX_SELECTORS {
            let reason = format!("more than {MAX_SELECTORS} selectors have to hold together");
            return Ok(Err(reason));
        }
        for selector in selectors {
            reach.select(&Selector {
                kind: own_text(selector, "kind")?.unwrap_or_default().to_owned(),
                within: own_texts(selector, "in")?,
                not_in: own_texts(selector, "notIn")?,
            });
        }
        reaches.push(reach);
    }
    Ok(Ok(if reaches.is_empty() { vec![base] } else { reaches }))
}
