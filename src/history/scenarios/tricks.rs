//! Ways in which somebody without a say tried to get a text approved.

use super::world::{ID, PATH, World, edit};
use crate::history::Verdict;

#[test]
fn a_record_with_the_other_ending_of_yaml_is_judged_too() {
    let mut world = World::new();
    world.push("carol", "file it\n", |files| {
        edit(files, "");
        let text = files.remove(PATH).expect("the record");
        files.insert(format!("exceptions/{ID}.yml"), text);
    });
    assert_eq!(world.verdict(), Verdict::Unapproved);
}

#[test]
fn an_approved_record_that_gets_the_other_ending_and_more_scope_lapses() {
    let mut world = World::approved();
    world.push("carol", "rename it\n", |files| {
        edit(files, "expires: 2024-12-31");
        let text = files.remove(PATH).expect("the record");
        files.insert(format!("exceptions/{ID}.yml"), text);
    });
    assert_eq!(world.verdict(), Verdict::Lapsed);
}

#[test]
fn naming_somebody_as_an_author_does_not_silence_their_rejection() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "alice");
    world.reject(&mut branch, "bob");
    world.squash(&branch, "carol", "File it\n\nCo-authored-by: Bob <bob@example.com>\n");
    assert!(world.said().contains("`bob` rejected this text"), "{}", world.said());
}

#[test]
fn an_approval_that_nobody_signed_takes_no_rejection_back() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    let text = branch.files[PATH].clone();
    world.reject(&mut branch, "bob");
    let mut files = branch.files.clone();
    files.remove(PATH);
    world.push("dana", "a rejection\n", |main| *main = files);
    // In the name of bob, without his key, in the place of the rejection.
    world.push("mallory", "tidy\n", |files| {
        for text in files.values_mut().filter(|text| text.contains("decision: reject")) {
            *text = text.replace("decision: reject", "decision: approve");
        }
    });
    world.push("mallory", "tidy again\n", |files| {
        files.retain(|path, _| !path.ends_with(".bob.approval"));
    });
    let mut branch = world.branch();
    world.commit(&mut branch, "carol", |files| {
        files.insert(PATH.to_owned(), text);
    });
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.said(), "unapproved: `bob` rejected this text");
}

#[test]
fn whoever_filed_a_text_as_closed_has_written_it() {
    let mut world = World::new();
    let mut branch = world.branch();
    let closed = "closed: {date: 2023-11-14, outcome: withdrawn, note: Not needed after all.}";
    world.edit(&mut branch, "alice", closed);
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Closed);
    let mut branch = world.branch();
    world.commit(&mut branch, "carol", |files| {
        let text = files.get_mut(PATH).expect("the record");
        *text = text
            .lines()
            .filter(|line| !line.starts_with("closed:"))
            .map(|line| format!("{line}\n"))
            .collect();
    });
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert!(world.said().contains("`alice` also wrote it"), "{}", world.said());
}

#[test]
fn an_approval_whose_bytes_once_stood_where_a_record_does_still_counts() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "alice");
    world.reject(&mut branch, "bob");
    let rejection = branch.files.values().find(|text| text.contains("decision: reject"));
    let rejection = rejection.expect("a rejection").clone();
    world.push("mallory", "stray\n", |files| {
        files.insert("exceptions/stray.yaml".to_owned(), rejection);
    });
    world.push("mallory", "tidy\n", |files| {
        files.remove("exceptions/stray.yaml");
    });
    world.merge(&branch, "dana");
    assert!(world.said().contains("`bob` rejected this text"), "{}", world.said());
}
