//! What holds of all reaches: containment is an order, and whatever widens one is seen.

use proptest::prelude::*;

use super::*;

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
        Dimension::Package => vec!["pkg:npm/a", "pkg:npm/a@1", "pkg:npm/a@2", "pkg:cargo/a@1"],
        Dimension::Name | Dimension::Namespace => vec!["a", "ab", "a*", "*", "a?", "?*"],
        Dimension::Kind => vec!["Pod", "v1/Pod", "Job"],
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

fn reach(limits: &[(Dimension, Vec<String>)]) -> Reach {
    let mut reach = Reach::of(Tool::Kyverno);
    limits.iter().for_each(|(dimension, values)| reach.limit(*dimension, values.clone()));
    reach
}

fn covers(outer: &Reach, inner: &Reach) -> bool {
    matches!(outer.covers(inner, &Hierarchy::default()), Cover::Same | Cover::Within)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_reach_covers_itself(a in limits()) {
        let a = reach(&a);
        prop_assert_eq!(a.covers(&a, &Hierarchy::default()), Cover::Same);
    }

    #[test]
    fn two_that_cover_each_other_take_in_the_same(a in limits(), b in limits(), c in limits()) {
        let (a, b, c) = (reach(&a), reach(&b), reach(&c));
        if covers(&a, &b) && covers(&b, &a) {
            prop_assert_eq!(covers(&a, &c), covers(&b, &c));
            prop_assert_eq!(covers(&c, &a), covers(&c, &b));
        }
    }

    #[test]
    fn what_is_within_the_inner_is_within_the_outer(a in limits(), b in limits(), c in limits()) {
        let (a, b, c) = (reach(&a), reach(&b), reach(&c));
        if covers(&a, &b) && covers(&b, &c) {
            prop_assert!(covers(&a, &c));
        }
    }

    /// One value more, or one limit less, where the rest is the same.
    #[test]
    fn whatever_widens_the_inner_is_no_longer_covered(all in limits(), at in any::<prop::sample::Index>()) {
        prop_assume!(!all.is_empty());
        let outer = reach(&all);
        let (dimension, own) = &all[at.index(all.len())];
        let mut wider: Vec<_> = all.iter().filter(|(it, _)| it != dimension).cloned().collect();
        prop_assert!(!covers(&outer, &reach(&wider)) || own.iter().any(|it| it == "*" || it == "**"));
        for value in values(*dimension) {
            wider.push((*dimension, own.iter().cloned().chain([value.to_owned()]).collect()));
            let one = Reach::of(Tool::Kyverno).limited(*dimension, [value.to_owned()]);
            let limit = Reach::of(Tool::Kyverno).limited(*dimension, own.clone());
            prop_assert_eq!(covers(&outer, &reach(&wider)), covers(&limit, &one), "{}", value);
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
