//! Records that are closed or deleted, and that come back.

use super::lineage::after;
use super::world::{PATH, World};
use crate::history::Verdict;

#[test]
fn s13_an_open_record_that_is_deleted_is_said_to_be() {
    let mut world = World::approved();
    world.push("carol", "clean up\n", |files| {
        files.remove(PATH);
    });
    assert_eq!(world.said(), "deleted: it was deleted while it was open");
    assert!(world.trail().is_failing(3));
}

#[test]
fn a_closed_record_may_be_deleted() {
    let mut world = World::approved();
    world.push_edit("carol", "closed: {date: 2024-01-20, outcome: remediated}");
    world.push("carol", "clean up\n", |files| {
        files.remove(PATH);
    });
    assert_eq!(world.said(), "deleted: ");
    assert!(!world.trail().is_failing(3));
}

#[test]
fn s14_the_same_text_filed_again_is_not_approved_by_the_old_approval() {
    let mut world = World::approved();
    let text = world.files[PATH].clone();
    world.push("carol", "clean up\n", |files| {
        files.remove(PATH);
    });
    world.push("carol", "back\n", |files| {
        files.insert(PATH.to_owned(), text);
    });
    assert_eq!(world.verdict(), Verdict::Lapsed);
    assert_eq!(world.told().last().map(String::as_str), Some("re-added unapproved"));
    assert_eq!(world.trail().renewals, 1);
}

#[test]
fn what_was_approved_and_closed_before_it_was_deleted_is_not_said_to_have_never_been() {
    let closed = "closed: {date: 2024-01-20, outcome: remediated}";
    let mut world = World::approved();
    world.push_edit("carol", closed);
    let text = world.files[PATH].clone();
    world.push("carol", "clean up\n", |files| drop(files.remove(PATH)));
    world.push("carol", "back\n", |files| drop(files.insert(PATH.to_owned(), text)));
    assert_eq!(world.said(), "closed: ");
    assert!(world.trail().revisions.iter().all(|it| it.notes.is_empty()));

    // What nobody approved while it was open again is told from what nobody ever did.
    let mut world = World::approved();
    let text = world.files[PATH].clone();
    world.push("carol", "clean up\n", |files| drop(files.remove(PATH)));
    world.push("carol", "back\n", |files| drop(files.insert(PATH.to_owned(), text)));
    world.push_edit("carol", closed);
    assert_eq!(world.said(), "closed: nothing is approved since it was deleted");
}

#[test]
fn s34_closing_takes_nobody() {
    assert_eq!(after("closed: {date: 2024-01-20, outcome: remediated}"), Verdict::Closed);
}

#[test]
fn s35_a_record_opened_again_with_its_old_text_lapses() {
    let mut world = World::approved();
    let text = world.files[PATH].clone();
    world.push_edit("carol", "closed: {date: 2024-01-20, outcome: remediated}");
    world.push("carol", "reopen\n", |files| {
        files.insert(PATH.to_owned(), text);
    });
    assert_eq!(world.verdict(), Verdict::Lapsed);
    assert_eq!(world.told().last().map(String::as_str), Some("reopened unapproved"));
    assert_eq!(world.trail().renewals, 1);
}

#[test]
fn what_was_never_approved_can_be_closed() {
    let mut world = World::new();
    world.push_edit("carol", "");
    world.push_edit("carol", "closed: {date: 2024-01-20, outcome: withdrawn}");
    assert_eq!(world.said(), "closed: it was never approved while it was open");
    world.push_edit("carol", "closed:");
    assert_eq!(world.verdict(), Verdict::Unapproved);
}
