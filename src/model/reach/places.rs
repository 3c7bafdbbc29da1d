//! Where a suppression hangs: targets, and management groups of Azure.

use super::Hierarchy;
use super::containment::Answer;
use crate::model::enclosing;

const GROUP: &str = "azure:/managementgroups/";

/// The subscription or management group in which a place lies, as it is compared.
pub(crate) fn lowest(place: &str) -> &str {
    place.match_indices('/').nth(2).map_or(place, |(at, _)| &place[..at])
}

pub(super) fn within(limit: &str, value: &str, hierarchy: &Hierarchy) -> Answer {
    if enclosing(value).any(|around| around == limit) {
        return Answer::Yes;
    }
    if !limit.starts_with(GROUP) || !value.starts_with("azure:/") {
        return Answer::No;
    }
    let lowest = lowest(value);
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
