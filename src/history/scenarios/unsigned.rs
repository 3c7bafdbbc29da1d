//! What a landing commit says by itself: who merged it, and whom its message names.

use super::evidence::filed;
use super::world::{ANY, GITHUB, ID, PATH, RECORD, SIGNED, World, policy};
use crate::history::Verdict;

#[test]
fn s91_the_author_of_a_merge_who_may_approve_has_approved() {
    let mut world = World::with_policy(&policy(ANY));
    let branch = filed(&world, false);
    world.merge(&branch, "alice");
    assert_eq!(world.verdict(), Verdict::Approved);
    assert_eq!(world.told(), ["new approved alice (landing)"]);
}

#[test]
fn s92_the_requester_who_merges_has_not() {
    let mut world = World::with_policy(&policy(ANY));
    let mut branch = world.branch();
    world.edit(&mut branch, "mallory", "requester: {name: Alice, email: alice@example.com}");
    world.merge(&branch, "alice");
    assert_eq!(world.verdict(), Verdict::Unapproved);
}

#[test]
fn a_merge_by_somebody_without_the_role_approves_nothing() {
    let mut world = World::with_policy(&policy(ANY));
    let branch = filed(&world, false);
    world.merge(&branch, "dana");
    assert_eq!(
        world.said(),
        "unapproved: 0 of 1 approvals (risk: medium); `dana` had no role that may approve at risk `medium` when it landed"
    );
}

#[test]
fn s93_a_squash_whose_message_names_an_approver_counts_where_the_policy_says_so() {
    let message = "File it (#1)\n\nThe vendor is late.\n\nApproved-by: Alice <alice@example.com>\n";
    let mut world = World::with_policy(&policy(ANY));
    let branch = filed(&world, false);
    world.squash(&branch, "carol", message);
    assert_eq!(world.told(), ["new approved alice (trailer)"]);

    let mut world = World::with_policy(&policy(SIGNED));
    let branch = filed(&world, false);
    world.squash(&branch, "carol", message);
    assert_eq!(
        world.said(),
        "unapproved: 0 of 1 approvals (risk: medium); `alice` approved by `trailer`, which the policy does not accept at risk `medium`"
    );
}

#[test]
fn a_squash_that_names_nobody_is_unapproved() {
    let mut world = World::with_policy(&policy(ANY));
    let branch = filed(&world, false);
    world.squash(&branch, "carol", "File it (#1)\n");
    assert_eq!(world.said(), "unapproved: approver not recorded in git");
}

#[test]
fn s68_a_message_with_a_divider_names_nobody() {
    let mut world = World::with_policy(&policy(ANY));
    let branch = filed(&world, false);
    let message = "File it (#1)\n\nApproved-by: Alice <alice@example.com>\n\n---------\n\nCo-authored-by: Dana <dana@example.com>\n";
    world.squash(&branch, "carol", message);
    assert_eq!(
        world.said(),
        "unapproved: 0 of 1 approvals (risk: medium); approvers named in the message do not count: a line of the message starts with `---`"
    );
}

#[test]
fn s69_a_trailer_among_prose_names_nobody() {
    let mut world = World::with_policy(&policy(ANY));
    let branch = filed(&world, false);
    let message = "File it (#1)\n\nSigned-off-by: Carol <carol@example.com>\nsome prose\nApproved-by: Alice <alice@example.com>\n";
    world.squash(&branch, "carol", message);
    assert_eq!(world.verdict(), Verdict::Unapproved);
}

#[test]
fn s94_unsigned_evidence_supplies_one_person_for_each_landing() {
    let mut world = World::with_policy(&policy(ANY));
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "risk: {level: high, statement: Reachable.}");
    world.merge_as(
        &branch,
        "alice",
        GITHUB,
        "Merge #1\n\nText.\n\nApproved-by: Bob <bob@example.com>\n",
    );
    assert_eq!(
        world.said(),
        "unapproved: 1 of 2 approvals (risk: high): alice; `bob` is not counted: unsigned evidence names one person for each landing"
    );
}

#[test]
fn a_signature_and_a_merge_are_two_persons() {
    let mut world = World::with_policy(&policy(ANY));
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "risk: {level: high, statement: Reachable.}");
    world.sign(&mut branch, "carol", "bob");
    world.merge(&branch, "alice");
    assert_eq!(world.told(), ["new approved alice (landing), bob (signed)"]);
}

#[test]
fn a_merge_that_only_moves_a_file_approves_no_text() {
    let mut world = World::with_policy(&policy(ANY));
    world.push("carol", "file\n", |files| {
        files.insert(PATH.to_owned(), RECORD.to_owned());
    });
    let mut branch = world.branch();
    world.commit(&mut branch, "dana", |files| {
        let text = files.remove(PATH).expect("the record");
        files.insert(format!("exceptions/2023/{ID}.yaml"), text);
    });
    world.merge(&branch, "alice");
    assert_eq!(world.verdict(), Verdict::Unapproved);
}

#[test]
fn a_merge_by_whoever_wrote_the_change_names_no_approver() {
    let mut world = World::with_policy(&policy(ANY));
    let branch = filed(&world, false);
    let message = "Merge pull request #12 from carol/x\n\nApproved-by: Alice <alice@example.com>\n";
    world.merge_as(&branch, "carol", GITHUB, message);
    assert_eq!(world.verdict(), Verdict::Unapproved);
    assert!(world.said().contains("it is by `carol@example.com`, who also"), "{}", world.said());
}
