//! What holds of all reaches: no binding is overlooked.

use proptest::prelude::*;

use super::names::Names;
use crate::model::Tool;
use crate::model::reach::{Cover, Dimension, Hierarchy, Reach};

/// Reaches of few letters, so that they meet.
fn reaches(tool: Tool) -> impl Strategy<Value = Reach> {
    let some = |all: &[&'static str]| {
        proptest::sample::subsequence(all.to_vec(), 0..=2)
            .prop_map(|some| some.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let names = some(&["A1", "A2", "B1", "A*", "*1", "?1", "A", "[A]1"]);
    let paths = some(&["a/b", "a/c", "a/**", "**/b", "a/*", "**", "b", "a", "A/b", "../b"]);
    let packages = some(&["pkg:npm/a", "pkg:npm/a@1", "pkg:npm/A", "pkg:cargo/a", "no"]);
    let namespaces = some(&["n", "n1", "n*", "*1", "m"]);
    (names, paths, packages, namespaces).prop_map(move |(names, paths, packages, namespaces)| {
        let (name, rest) = match tool {
            Tool::Kyverno => (Dimension::Policy, (Dimension::Namespace, namespaces)),
            _ => (Dimension::Id, (Dimension::Path, paths)),
        };
        let packages = if tool == Tool::Trivy { packages } else { Vec::new() };
        let reach = Reach::of(tool).limited(name, names).limited(rest.0, rest.1);
        reach.limited(Dimension::Package, packages)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// Whoever compares pair by pair finds no more.
    #[test]
    fn what_is_found_by_its_letters_is_all_that_holds_or_meets_a_suppression(
        (all, part) in proptest::sample::select(vec![
            Tool::Trivy, Tool::Checkov, Tool::Kyverno, Tool::AuditCi, Tool::Snyk,
        ]).prop_flat_map(|tool| (proptest::collection::vec(reaches(tool), 1..4), reaches(tool))),
    ) {
        let mut names = Names::of(part.tool);
        all.iter().enumerate().for_each(|(at, reach)| names.add(at, reach));
        let hierarchy = Hierarchy::default();
        let found = names.near(&part, &hierarchy, |at| all[*at].is_apart_from(&part));
        for (at, reach) in all.iter().enumerate() {
            let holds = |outer: &Reach, inner: &Reach| {
                matches!(outer.covers(inner, &hierarchy), Cover::Same
                    | Cover::Within)
            };
            let parts = |it: &Reach| it.parts(64).unwrap_or_else(|| vec![it.clone()]);
            let (ours, theirs) = (parts(&part), parts(reach));
            let meets = ours.iter().any(|our| {
                theirs.iter().any(|their| holds(our, their) || holds(their, our))
            });
            prop_assert!(!meets || found.contains(&at), "{} {}", reach, part);
        }
    }
}
