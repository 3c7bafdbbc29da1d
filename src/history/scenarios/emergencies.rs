//! Emergencies: whether their approval followed in time, whatever landed in between.

use super::world::{PATH, World};
use crate::history::{Stage, Verdict};

const OUTAGE: &str = "emergency: {declared: 2023-11-14T22:10:00Z, reason: Outage.}";

/// Pushed in an emergency; alice approved it that many hours later.
fn outage(hours: i64) -> World {
    let mut world = World::new();
    world.push_edit("carol", OUTAGE);
    approve_after(&mut world, hours);
    world
}

fn approve_after(world: &mut World, hours: i64) {
    let mut branch = world.branch();
    world.sign(&mut branch, "carol", "alice");
    world.history.travel(hours);
    world.merge(&branch, "dana");
}

fn stage(world: &World) -> Option<Stage> {
    let today = "2024-02-01".parse().expect("a day");
    world.trail().emergency(3, today).expect("an emergency").stage
}

/// What followed that many days after the emergency had landed.
fn after(days: i64) -> Option<Stage> {
    Some(Stage::Followed { days, is_in_time: days <= 3 })
}

#[test]
fn a_renewal_in_time_does_not_hide_that_an_emergency_was_approved_late() {
    for (hours, days, earlier) in [(232, 10, vec![10]), (40, 2, vec![])] {
        let mut world = outage(hours);
        assert_eq!(stage(&world), after(days));
        assert_eq!(world.trail().earlier_lateness(3), [0; 0], "the verdict says it");
        let mut branch = world.branch();
        world.edit(&mut branch, "carol", &format!("expires: 2024-05-31\n{OUTAGE}"));
        world.sign(&mut branch, "carol", "bob");
        world.merge(&branch, "dana");
        assert_eq!(world.verdict(), Verdict::Approved);
        assert_eq!(stage(&world), after(days));
        assert_eq!(world.trail().earlier_lateness(3), earlier);
        world.push_edit(
            "carol",
            &format!(
                "expires: 2024-05-31\n{OUTAGE}\nclosed: {{date: 2024-01-20, outcome: remediated}}"
            ),
        );
        assert_eq!(world.verdict(), Verdict::Closed);
        assert_eq!(stage(&world), after(days));
        assert_eq!(world.trail().earlier_lateness(3), earlier);
    }
}

#[test]
fn an_edit_or_a_deletion_of_what_nobody_approved_gives_an_emergency_no_new_days() {
    let edited = |world: &mut World| {
        world.push_edit(
            "carol",
            &OUTAGE.replace("14T22:10", "20T09:00").replace("Out", "Other out"),
        );
    };
    let deleted = |world: &mut World| {
        let text = world.files[PATH].clone();
        world.push("carol", "clean up\n", |files| drop(files.remove(PATH)));
        world.push("carol", "back\n", |files| drop(files.insert(PATH.to_owned(), text)));
    };
    for again in [&edited as &dyn Fn(&mut World), &deleted] {
        let mut world = World::new();
        world.push_edit("carol", OUTAGE);
        let first = stage(&world);
        assert!(matches!(first, Some(Stage::Overdue { .. })));
        world.history.travel(240);
        again(&mut world);
        assert_eq!(stage(&world), first);
        approve_after(&mut world, 24);
        assert!(matches!(stage(&world), Some(Stage::Followed { is_in_time: false, .. })));
        assert!(world.trail().is_failing(3));
    }
}

#[test]
fn another_emergency_after_an_approval_has_days_of_its_own() {
    let mut world = outage(232);
    world.push_edit("carol", &OUTAGE.replace("14T22:10", "25T09:00"));
    approve_after(&mut world, 40);
    assert_eq!(stage(&world), after(2));
    assert!(!world.trail().is_failing(3));
    assert_eq!(world.trail().earlier_lateness(3), [10]);
}

#[test]
fn an_emergency_that_was_closed_before_anybody_approved_it_never_was() {
    let mut world = World::new();
    world.push_edit("carol", OUTAGE);
    world.push_edit(
        "carol",
        &format!("{OUTAGE}\nclosed: {{date: 2023-11-20, outcome: remediated}}"),
    );
    assert_eq!((world.verdict(), stage(&world)), (Verdict::Closed, Some(Stage::Never)));
}
