//! What holds of all reaches: containment is an order, and whatever widens one is seen.

use proptest::prelude::*;

use super::*;
use crate::model::{Binding, Exception};

/// Values of few letters, so that reaches meet.
fn values(dimension: Dimension) -> Vec<&'static str> {
    match dimension {
        Dimension::Place => vec![
            "azure:/subscriptions/s",
            "azure:/subscriptions/S/resourceGroups/g",
            "azure:/subscriptions/s/resourceGroups/g/providers/p/t/n",
            "azure:/subscriptions/s/resourceGroups/g2",
            "azure:/subscriptions/t",
        ],
        Dimension::Path => vec!["a", "a/b", "a/c", "./a/b", "**"],
        Dimension::Package => {
            vec!["pkg:npm/a", "pkg:npm/a@1", "pkg:npm/A@1", "pkg:NPM/a@2", "pkg:cargo/a@1"]
        }
        Dimension::Name | Dimension::Namespace => vec!["a", "ab", "a*", "*", "a?", "?*"],
        Dimension::Kind => vec!["Pod", "v1/Pod", "Job"],
        Dimension::Id => vec!["A", "B", "C", "A*"],
        _ => vec!["A", "B", "C"],
    }
}

const DIMENSIONS: [Dimension; 8] = [
    Dimension::Place,
    Dimension::Policy,
    Dimension::Id,
    Dimension::Path,
    Dimension::Package,
    Dimension::Kind,
    Dimension::Namespace,
    Dimension::Name,
];

fn limits() -> impl Strategy<Value = Vec<(Dimension, Vec<String>)>> {
    let of = |dimension: Dimension| {
        let all = values(dimension);
        let n = all.len();
        let some = proptest::sample::subsequence(all, 1..=n.min(3));
        some.prop_map(move |some| (dimension, some.into_iter().map(str::to_owned).collect()))
    };
    let each = proptest::sample::subsequence(DIMENSIONS.to_vec(), 0..=3);
    each.prop_flat_map(move |dimensions| dimensions.into_iter().map(of).collect::<Vec<_>>())
}

fn tools() -> impl Strategy<Value = Tool> {
    proptest::sample::select(Tool::ALL.to_vec())
}

fn reach(tool: Tool, limits: &[(Dimension, Vec<String>)]) -> Reach {
    let mut reach = Reach::of(tool);
    limits.iter().for_each(|(dimension, values)| reach.limit(*dimension, values.clone()));
    reach
}

fn covers(outer: &Reach, inner: &Reach) -> bool {
    matches!(outer.covers(inner, &Hierarchy::default()), Cover::Same | Cover::Within)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_reach_covers_itself(tool in tools(), a in limits()) {
        let a = reach(tool, &a);
        prop_assert_eq!(a.covers(&a, &Hierarchy::default()), Cover::Same);
    }

    #[test]
    fn two_that_cover_each_other_take_in_the_same(
        tool in tools(), a in limits(), b in limits(), c in limits(),
    ) {
        let (a, b, c) = (reach(tool, &a), reach(tool, &b), reach(tool, &c));
        if covers(&a, &b) && covers(&b, &a) {
            prop_assert_eq!(covers(&a, &c), covers(&b, &c));
            prop_assert_eq!(covers(&c, &a), covers(&c, &b));
        }
    }

    #[test]
    fn what_is_within_the_inner_is_within_the_outer(
        tool in tools(), a in limits(), b in limits(), c in limits(),
    ) {
        let (a, b, c) = (reach(tool, &a), reach(tool, &b), reach(tool, &c));
        if covers(&a, &b) && covers(&b, &c) {
            prop_assert!(covers(&a, &c));
        }
    }

    /// One value more, or one limit less, where the rest is the same.
    #[test]
    fn whatever_widens_the_inner_is_no_longer_covered(
        tool in tools(), all in limits(), at in any::<prop::sample::Index>(),
    ) {
        prop_assume!(!all.is_empty());
        let outer = reach(tool, &all);
        let (dimension, own) = &all[at.index(all.len())];
        let mut wider: Vec<_> = all.iter().filter(|(it, _)| it != dimension).cloned().collect();
        prop_assert!(!covers(&outer, &reach(tool, &wider)) || own.iter().any(|it| it == "*" || it == "**"));
        for value in values(*dimension) {
            wider.push((*dimension, own.iter().cloned().chain([value.to_owned()]).collect()));
            let one = Reach::of(tool).limited(*dimension, [value.to_owned()]);
            let limit = Reach::of(tool).limited(*dimension, own.clone());
            prop_assert_eq!(covers(&outer, &reach(tool, &wider)), covers(&limit, &one), "{}", value);
            wider.pop();
        }
    }
}

#[test]
fn a_management_group_holds_what_the_hierarchy_says() {
    let target = |text: &'static str| Target::parse(text).expect("a target");
    let at = |text: &str| Reach::of(Tool::AzurePolicy).limited(Dimension::Place, [text.to_owned()]);
    let (corp, sub) = ("azure:/managementGroups/corp", "azure:/subscriptions/S");
    let group = "azure:/subscriptions/s/resourceGroups/g";
    let unknown = at(corp).covers(&at(group), &Hierarchy::default());
    assert!(matches!(unknown, Cover::Unknown(_)), "{unknown:?}");
    let mut hierarchy = Hierarchy::default();
    hierarchy.add(&target("azure:/managementGroups/eu"), &target(corp));
    hierarchy.add(&target(sub), &target("azure:/managementGroups/EU"));
    assert_eq!(at(corp).covers(&at(group), &hierarchy), Cover::Within);
    hierarchy.add(&target("azure:/subscriptions/t"), &target("azure:/managementGroups/us"));
    assert!(matches!(at(corp).covers(&at("azure:/subscriptions/t"), &hierarchy), Cover::Beyond(_)));
    // A group is never within a subscription.
    assert!(matches!(at(sub).covers(&at(corp), &hierarchy), Cover::Beyond(_)));
}

#[test]
fn a_condition_that_is_not_understood_never_makes_a_suppression_covered_nor_wider() {
    let limited = Reach::of(Tool::Kyverno).limited(Dimension::Namespace, ["a".to_owned()]);
    let mut conditional = Reach::of(Tool::Kyverno);
    conditional.condition("object.metadata.namespace == 'a'".to_owned());
    let none = Hierarchy::default();
    assert!(matches!(limited.covers(&conditional, &none), Cover::Unknown(_)));
    assert!(matches!(conditional.covers(&limited, &none), Cover::Unknown(_)));
    assert_eq!(Reach::of(Tool::Kyverno).covers(&conditional, &none), Cover::Within);
    assert_eq!(conditional.covers(&conditional, &none), Cover::Same);
}

/// Bindings that say all that their tool can.
fn bindings() -> impl Strategy<Value = Binding> {
    let some = |all: Vec<&'static str>| {
        proptest::sample::subsequence(all, 0..=2)
            .prop_map(|some| some.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let words = || some(vec!["A", "b", "no", "c d"]);
    let kinds =
        ["resourceLocation", "resourceType", "userPrincipalId", "policyDefinitionReferenceId"];
    let selector = (proptest::sample::select(kinds.to_vec()), words(), any::<bool>());
    let selectors = proptest::collection::vec(selector, 0..=2);
    let paths = some(values(Dimension::Path));
    let packages = some(values(Dimension::Package));
    let tool = proptest::sample::select(Tool::ALL.to_vec());
    let parts = (tool, words(), selectors, paths, packages, words(), words());
    parts.prop_map(|(tool, ids, selectors, paths, packages, names, more)| {
        let selectors = selectors.into_iter().map(|(kind, values, is_in)| {
            let (within, not_in) = if is_in { (values, Vec::new()) } else { (Vec::new(), values) };
            Selector { kind: kind.to_owned(), within, not_in }
        });
        let has = |key: &str| tool.keys().contains(&key);
        let only = |key: &str, list: &Vec<String>| {
            if has(key) { list.clone() } else { Vec::new() }
        };
        let one = |key: &str| if has(key) { "one".to_owned() } else { String::new() };
        let resources = crate::model::Resources {
            kinds: only("resources", &ids),
            namespaces: only("resources", &names),
            names: only("resources", &more),
        };
        Binding {
            tool: Some(tool),
            assignment: one("assignment"),
            definition_references: only("definition_references", &ids),
            selectors: if has("selectors") { selectors.collect() } else { Vec::new() },
            policy: one("policy"),
            policy_kind: if ids.is_empty() { String::new() } else { one("policy_kind") },
            rules: only("rules", &ids),
            resources,
            producer: if ids.is_empty() { String::new() } else { one("producer") },
            ids: match only("ids", &ids) {
                ids if ids.is_empty() && has("ids") => vec!["*".to_owned()],
                ids => ids,
            },
            paths: only("paths", &paths),
            packages: only("packages", &packages),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Selectors that contradict each other are a condition, which nothing can say.
    #[test]
    fn what_a_binding_says_is_said_again_by_the_binding_of_its_reach(binding in bindings()) {
        let place = "azure:/subscriptions/S/resourceGroups/g".to_owned();
        let record = Exception { scope: vec![place.clone()], ..Exception::default() };
        let reach = binding.reach(&record).expect("a reach");
        match reach.binding() {
            Ok((targets, again)) => {
                let record = Exception { scope: targets, ..Exception::default() };
                prop_assert_eq!(again.reach(&record), Some(reach));
            }
            Err(why) => prop_assert!(reach.conditions().next().is_some(), "{}: {}", binding, why),
        }
    }
}
