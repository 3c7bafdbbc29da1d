//! Somebody who may approve a text says no to it, and whatever becomes of the file, that holds.

use super::world::{PATH, World};
use crate::history::Verdict;

const LATER: &str = "expires: 2024-09-30";

#[test]
fn s71_a_rejection_by_somebody_who_may_approve_blocks() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "alice");
    let mut statement = world.statement(&branch.files, "bob");
    statement.decision = crate::history::statement::Decision::Reject;
    world.put(&mut branch, "carol", &statement, "bob");
    world.merge(&branch, "dana");
    assert_eq!(world.said(), "unapproved: `bob` rejected this text");
}

/// Alice approves what Carol filed, Bob rejects it, and both land.
fn rejected() -> World {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "alice");
    world.reject(&mut branch, "bob");
    world.merge(&branch, "dana");
    assert_eq!(world.said(), "unapproved: `bob` rejected this text");
    world
}

/// Carol removes the approvals and rejections of a person.
fn remove(world: &mut World, person: &str) {
    world.push("carol", "clean up\n", |files| {
        files.retain(|path, _| !path.ends_with(&format!(".{person}.approval")));
    });
}

#[test]
fn a_rejection_holds_after_its_file_is_gone() {
    let mut world = rejected();
    remove(&mut world, "bob");
    assert_eq!(world.said(), "unapproved: `bob` rejected this text");
    let mut branch = world.branch();
    world.sign(&mut branch, "carol", "erin");
    world.merge(&branch, "dana");
    assert_eq!(world.said(), "unapproved: `bob` rejected this text");
    // Bob himself takes it back.
    let mut branch = world.branch();
    world.sign(&mut branch, "carol", "bob");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::ApprovedLate);
}

#[test]
fn a_rejection_that_was_gone_before_its_text_landed_holds() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    let text = branch.files[PATH].clone();
    world.reject(&mut branch, "bob");
    // The rejection lands first, alone, and is gone again.
    let mut files = branch.files.clone();
    files.remove(PATH);
    world.push("dana", "a rejection\n", |main| *main = files);
    remove(&mut world, "bob");
    let mut branch = world.branch();
    world.commit(&mut branch, "carol", |files| {
        files.insert(PATH.to_owned(), text);
    });
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.said(), "unapproved: `bob` rejected this text");
}

#[test]
fn a_rejection_holds_until_the_text_says_something_else() {
    for (changes, expected) in [
        ("title: A better title", "unapproved: `bob` rejected this text"),
        (
            "reviews: [{date: 2023-12-01, by: dana@example.com, note: Seen.}]",
            "unapproved: `bob` rejected this text",
        ),
        ("justification: {blocker: Ticket 7., end_state: Traffic enters privately.}", "approved: "),
    ] {
        for is_gone in [false, true] {
            let mut world = rejected();
            if is_gone {
                remove(&mut world, "bob");
            }
            let mut branch = world.branch();
            world.edit(&mut branch, "carol", changes);
            world.sign(&mut branch, "carol", "alice");
            world.merge(&branch, "dana");
            assert_eq!(world.said(), expected, "{changes} {is_gone}");
        }
    }
}

#[test]
fn a_rejected_text_that_comes_back_after_another_is_still_rejected() {
    let mut world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", LATER);
    world.reject(&mut branch, "bob");
    world.merge(&branch, "dana");
    remove(&mut world, "bob");
    // Something else is settled in between, so that the history before it is another.
    world.push_edit("carol", "expires: 2024-01-31");
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", LATER);
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.said(), "lapsed: `bob` rejected this text");
}

#[test]
fn a_rejected_text_that_comes_back_under_another_title_is_still_rejected() {
    let mut world = rejected();
    world.push_edit("carol", "justification: {blocker: Ticket 7., end_state: Traffic is private.}");
    let mut branch = world.branch();
    world.edit(
        &mut branch,
        "carol",
        "title: A better title\njustification: {blocker: The region offers no private link., end_state: Traffic enters privately.}",
    );
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.said(), "unapproved: `bob` rejected this text");
}

#[test]
fn a_rejection_from_before_the_last_settled_text_still_counts() {
    let mut world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", LATER);
    world.reject(&mut branch, "bob");
    let mut files = branch.files.clone();
    files.insert(PATH.to_owned(), world.files[PATH].clone());
    world.push("dana", "a rejection\n", |main| *main = files);
    world.push_edit("carol", "expires: 2024-01-31");
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", LATER);
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.said(), "lapsed: `bob` rejected this text");
}

#[test]
fn what_somebody_says_who_may_not_approve_is_no_rejection_either_before_or_after_it_is_gone() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "alice");
    world.reject(&mut branch, "mallory");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Approved);
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", LATER);
    world.reject(&mut branch, "mallory");
    world.merge(&branch, "dana");
    remove(&mut world, "mallory");
    let mut branch = world.branch();
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::ApprovedLate);
}

#[test]
fn a_rejection_that_landed_is_withdrawn_by_an_approval_of_the_same_person() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    let mut statement = world.statement(&branch.files, "bob");
    statement.decision = crate::history::statement::Decision::Reject;
    world.put(&mut branch, "carol", &statement, "bob");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Unapproved);
    let mut branch = world.branch();
    world.sign(&mut branch, "carol", "bob");
    world.history.travel(24);
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::ApprovedLate);
    let notes = world.trail().revisions[0].notes.clone();
    let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes, ["rejected by `bob`; taken back 2023-11-16"]);
}
