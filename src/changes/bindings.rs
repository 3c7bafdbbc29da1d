//! What a change of `bindings` is: a binding is scope.

use serde::Deserialize as _;

use super::Kind;
use super::values::{Reading, shown};
use crate::model::reach::{Cover, Hierarchy, Reach};
use crate::model::{Binding, Exception};
use crate::source::tree::NodeRef;

/// The entries of a list.
pub(super) struct Bindings(Vec<Entry>);

struct Entry {
    /// A text that two share only if they say the same.
    canonical: String,
    shown: String,
    /// None where it cannot be compared.
    reach: Option<Reach>,
}

impl Bindings {
    /// Those of a list, within the targets of a scope.
    pub(super) fn of(list: Option<NodeRef<'_>>, scope: &[&str]) -> Self {
        let scope = scope.iter().map(|target| (*target).to_owned()).collect();
        let within = Exception { scope, ..Exception::default() };
        let items = list.into_iter().flat_map(|list| list.items());
        let reach = |item| Binding::deserialize(item).ok()?.reach(&within);
        let entry = |item| Entry {
            canonical: Reading::Known.canonical(Some(item)),
            shown: shown(item),
            reach: reach(item),
        };
        Self(items.map(entry).collect())
    }

    /// The entries that do not stand in another list, as they are shown.
    pub(super) fn missing_in(&self, other: &Self) -> Vec<String> {
        let is_there =
            |entry: &&Entry| other.0.iter().any(|known| known.canonical == entry.canonical);
        self.0.iter().filter(|entry| !is_there(entry)).map(|entry| entry.shown.clone()).collect()
    }

    fn holds(&self, inner: &Entry) -> bool {
        self.0.iter().any(|outer| {
            let reaches = outer.reach.as_ref().zip(inner.reach.as_ref());
            outer.canonical == inner.canonical
                || reaches.is_some_and(|(outer, inner)| is_within(outer, inner))
        })
    }
}

fn is_within(outer: &Reach, inner: &Reach) -> bool {
    matches!(outer.covers(inner, &Hierarchy::default()), Cover::Same | Cover::Within)
}

/// Each one has to lie within one of those before; what cannot be compared does not. Without any, no
/// tool is told to leave the exception alone.
pub(super) fn kind(before: &Bindings, after: &Bindings) -> Kind {
    let is_narrower =
        |(inner, outer): (&Bindings, &Bindings)| inner.0.iter().all(|entry| outer.holds(entry));
    match (is_narrower((after, before)), is_narrower((before, after))) {
        (true, true) => Kind::Cosmetic,
        (true, false) => Kind::Tightening,
        (false, _) => Kind::Widening,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::changes::compare;
    use crate::rules::testing::{RECORD, overlaid};
    use crate::source::{Record, load_unchecked};
    use crate::text::SourceFile;

    fn record(bindings: &str) -> Record {
        let text = overlaid(RECORD, &format!("bindings: [{bindings}]"));
        let file = SourceFile::new("exceptions/a.yaml", text);
        load_unchecked(&Arc::new(file)).expect("it parses")
    }

    fn check(before: &str, after: &str, expected: Kind) {
        let (a, b) = (record(before), record(after));
        assert_eq!(compare(Some(&a), Some(&b)).kind, expected, "{before} -> {after}");
    }

    #[test]
    fn a_binding_more_needs_an_approval_and_one_less_does_not() {
        let a = "{tool: trivy, ids: [CVE-1]}";
        let b = "{tool: inspec, ids: [V-1]}";
        check("", a, Kind::Widening);
        check(a, &format!("{a}, {b}"), Kind::Widening);
        check(&format!("{a}, {b}"), b, Kind::Tightening);
        check(a, "", Kind::Tightening);
        check(&format!("{a}, {b}"), &format!("{b}, {a}"), Kind::Cosmetic);
    }

    #[test]
    fn a_binding_that_reaches_less_far_needs_no_approval() {
        let check = |before: &str, after: &str, kind| {
            check(
                &format!("{{tool: trivy, {before}}}"),
                &format!("{{tool: trivy, {after}}}"),
                kind,
            );
        };
        check("ids: [A, B]", "ids: [B]", Kind::Tightening);
        check("ids: [A]", "ids: [A], paths: [go.sum]", Kind::Tightening);
        check("ids: [A], paths: [go.sum]", "ids: [A]", Kind::Widening);
        check("ids: [A], paths: [\"a/**\"]", "ids: [A], paths: [a/go.sum]", Kind::Tightening);
        check("ids: [A], paths: [a/go.sum]", "ids: [A], paths: [\"a/**\"]", Kind::Widening);
        check("ids: [A, B]", "ids: [B, A]", Kind::Cosmetic);
        check("ids: [A]", "ids: [a]", Kind::Widening);
        // Two that look alike are not the same.
        check("ids: [\"A, B\"]", "ids: [A, B]", Kind::Widening);
        check("ids: [A], paths: [\"a/**\"]", "ids: [A], paths: [a/../b]", Kind::Widening);
        check("ids: [A], paths: [\"a[i]\"]", "ids: [A], paths: [ai]", Kind::Widening);
    }

    #[test]
    fn a_binding_that_cannot_be_compared_needs_an_approval() {
        check("{tool: trivy, ids: [A]}", "{tool: trivy}", Kind::Widening);
        check("{tool: trivy, ids: [A]}", "{tool: unheard-of, ids: [A]}", Kind::Widening);
        check("{tool: trivy, ids: [A]}", "trivy", Kind::Widening);
        check("{tool: trivy, ids: [A]}", "{tool: azure-policy, assignment: /a}", Kind::Widening);
    }
}
