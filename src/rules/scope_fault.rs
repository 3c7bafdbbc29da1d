//! What can be wrong with a target. A target has one fault at most, so that one mistake is one
//! finding; the rules EXC120 to EXC123 each report one kind ([`super::Check::Target`]). EXC124
//! compares those that have none.

use super::Context;
use crate::finding::Place;
use crate::model::{Target, TargetError};
use crate::policy::ScopeKind;
use crate::source::Record;

/// A target that has a fault.
pub(crate) struct FaultyTarget<'a> {
    /// As written.
    pub(super) text: &'a str,
    pub(super) place: Place,
    pub(super) fault: Fault<'a>,
}

pub(super) enum Fault<'a> {
    Wildcard,
    Form(TargetError),
    UnknownKind(String),
    TooBroad { kind: String, level: &'a str, broadest: &'a str },
}

/// The faulty targets of an open record. What a closed record covered is history.
pub(super) fn faults<'a>(
    record: &'a Record,
    context: &'a Context<'_>,
) -> impl Iterator<Item = FaultyTarget<'a>> {
    let targets: &[String] =
        if record.exception.is_open() { &record.exception.scope } else { Default::default() };
    targets.iter().enumerate().filter(|(_, text)| !text.is_empty()).filter_map(|(index, text)| {
        let fault = fault(text, context)?;
        Some(FaultyTarget { text, place: record.at(&format!("/scope/{index}")), fault })
    })
}

fn fault<'a>(text: &str, context: &'a Context<'_>) -> Option<Fault<'a>> {
    let target = match Target::parse(text) {
        Err(TargetError::TooLong) => return Some(Fault::Form(TargetError::TooLong)),
        // A bare `*` is no target either, but that it matches everything is the worse half.
        _ if text.contains('*') => return Some(Fault::Wildcard),
        Ok(target) if target.has_wildcard() => return Some(Fault::Wildcard),
        Ok(target) => target,
        Err(error) => return Some(Fault::Form(error)),
    };
    let Some(kind) = context.policy.scope.get(target.kind()) else {
        return Some(Fault::UnknownKind(target.kind().to_owned()));
    };
    let ScopeKind { levels, broadest } = kind;
    let breadth = match target.breadth(levels) {
        Ok(breadth) => breadth.0,
        Err(error) => return Some(Fault::Form(error)),
    };
    let broadest = broadest.as_ref()?;
    let limit = levels.iter().position(|level| level == broadest)?;
    let level = levels.get(breadth)?;
    (breadth < limit).then_some(Fault::TooBroad { kind: target.kind().to_owned(), level, broadest })
}

/// The targets of an open record that have no fault, with their places in its scope.
pub(super) fn sound_targets<'a>(
    record: &'a Record,
    context: &Context<'_>,
) -> Vec<(usize, Target<'a>)> {
    if !record.exception.is_open() {
        return Vec::new();
    }
    let targets = record.exception.scope.iter().enumerate();
    let is_sound = |text: &str| !text.is_empty() && fault(text, context).is_none();
    targets
        .filter(|(_, text)| is_sound(text))
        .filter_map(|(index, text)| Some((index, Target::parse(text).ok()?)))
        .collect()
}
