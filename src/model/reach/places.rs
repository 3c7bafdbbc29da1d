//! Where a suppression hangs: targets, and management groups of Azure.

use super::Hierarchy;
use super::containment::Answer;
use crate::model::enclosing;

const GROUP: &str = "azure:/managementgroups/";

pub(super) fn within(limit: &str, value: &str, hierarchy: &Hierarchy) -> Answer {
    if enclosing(value).any(|around| around == limit) {
        return Answer::Yes;
    }
    if !limit.starts_with(GROUP) || !value.starts_with("azure:/") {
        return Answer::No;
    }
    // The subscription or management group in which the value lies.
    let lowest = value.match_indices('/').nth(2).map_or(value, |(at, _)| &value[..at]);
    if hierarchy.around(lowest).any(|around| around == limit) {
        return Answer::Yes;
    }
    // A hierarchy that lacks one of them says nothing about the two.
    match hierarchy.knows(lowest) && hierarchy.knows(limit) {
        true => Answer::No,
        false => Answer::Unknown(format!(
            "whether `{lowest}` lies in `{limit}` takes the hierarchy of management groups: `--hierarchy FILE`"
        )),
    }
}
