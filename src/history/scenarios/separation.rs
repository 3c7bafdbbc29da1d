//! Nobody approves their own work, and as many persons approve as the policy says.

use super::world::{ANY, PATH, World, policy};
use crate::history::Verdict;

const HIGH: &str = "risk: {level: high, statement: Prompt traffic is reachable from the internet.}";

const LATER: &str = "expires: 2024-09-30";

/// Carol files at high risk, and these people approve.
fn high(approvers: &[&str]) -> World {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", HIGH);
    for approver in approvers {
        world.sign(&mut branch, "carol", approver);
    }
    world.merge(&branch, "dana");
    world
}

#[test]
fn s05_the_requester_cannot_approve() {
    let mut world = World::new();
    let mut branch = world.branch();
    let by_alice = "requester: {name: Alice, email: Alice@example.com}";
    world.edit(&mut branch, "carol", by_alice);
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(
        world.said(),
        "unapproved: 0 of 1 approvals (risk: medium); `alice` requested it; a different person must approve"
    );
}

#[test]
fn s06_an_approver_who_edited_the_record_on_the_branch_cannot_approve() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.edit(&mut branch, "alice", "expires: 2024-02-28");
    let edited = branch.tip.to_string();
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(
        world.said(),
        format!(
            "unapproved: 0 of 1 approvals (risk: medium); `alice` also wrote it in {}; a different person must approve",
            &edited[..7]
        )
    );
}

#[test]
fn s06_also_where_the_commits_land_one_by_one() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "alice", "");
    world.edit(&mut branch, "carol", "expires: 2024-02-28");
    world.sign(&mut branch, "carol", "alice");
    world.rebase(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Unapproved);
}

#[test]
fn s24_at_high_risk_two_of_two_approve() {
    assert_eq!(high(&["alice", "bob"]).verdict(), Verdict::Approved);
}

#[test]
fn s25_at_high_risk_one_of_two_does_not() {
    assert_eq!(high(&["alice"]).said(), "unapproved: 1 of 2 approvals (risk: high): alice");
}

#[test]
fn s26_a_second_approval_that_lands_later_is_late() {
    let mut world = high(&["alice"]);
    let mut branch = world.branch();
    world.sign(&mut branch, "carol", "bob");
    world.history.travel(48);
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::ApprovedLate);
    assert_eq!(world.told(), ["new approved-late alice (signed), bob (signed)"]);
    assert!(world.trail().is_failing(3), "it is no emergency");
}

#[test]
fn a_late_approval_of_an_emergency_in_time_is_excused() {
    let mut world = World::new();
    world.push_edit("carol", "emergency: {declared: 2023-11-14T22:10:00Z, reason: Outage.}");
    assert_eq!(world.verdict(), Verdict::Unapproved);
    let mut branch = world.branch();
    world.sign(&mut branch, "carol", "alice");
    world.history.travel(48);
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::ApprovedLate);
    let trail = world.trail();
    assert!(!trail.is_failing(3));
    assert!(trail.is_failing(1), "two days are more than one");
}

#[test]
fn s27_a_contributor_whom_nobody_lists_counts_as_another_person_at_medium_risk_only() {
    let stranger = "Stranger <stranger@gmail.example>";
    let at = |changes: &str, approvers: &[&str]| {
        let mut world = World::new();
        let mut branch = world.branch();
        world.edit(&mut branch, stranger, changes);
        for approver in approvers {
            world.sign(&mut branch, "carol", approver);
        }
        world.merge(&branch, "dana");
        world
    };
    let medium = at("", &["alice"]);
    assert_eq!(medium.verdict(), Verdict::Approved);
    let notes: Vec<String> =
        medium.trail().revisions[0].notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "contributor `stranger@gmail.example` is not in `people` of the policy, and counts as another person"
        ]
    );
    assert_eq!(
        at(HIGH, &["alice", "bob"]).said(),
        "unapproved: contributor `stranger@gmail.example` is not in `people` of the policy, so git cannot show that the approver is somebody else"
    );
}

#[test]
fn s43_a_branch_that_merged_main_does_not_make_its_authors_contributors() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.push("alice", "unrelated\n", |files| {
        files.insert("README.md".to_owned(), "text\n".to_owned());
    });
    // Carol merges main into her branch.
    branch.files.insert("README.md".to_owned(), "text\n".to_owned());
    let files: Vec<(&str, &str)> =
        branch.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    branch.tip = world.history.commit_by(
        "carol <carol@example.com>",
        "carol <carol@example.com>",
        "merge main\n",
        &[branch.tip, world.main],
        &files,
    );
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn s51_a_mailmap_changes_nobody() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.commit(&mut branch, "carol", |files| {
        files.insert(
            ".mailmap".to_owned(),
            "alice <alice@example.com> <mallory@example.com>\n".to_owned(),
        );
    });
    world.edit(&mut branch, "mallory", "");
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn s52_an_approver_named_as_co_author_of_a_side_commit_cannot_approve() {
    let mut world = World::new();
    let mut branch = world.branch();
    let message = "file\n\nCo-authored-by: Alice <alice@example.com>\n";
    world.commit_as(&mut branch, "carol", message, |files| super::world::edit(files, ""));
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Unapproved);
}

#[test]
fn s17_an_evil_merge_is_the_work_of_whoever_merged() {
    let mut world = World::with_policy(&policy(ANY));
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.merge(&branch, "alice");
    assert_eq!(world.verdict(), Verdict::Approved);
    let mut branch = world.branch();
    world.commit(&mut branch, "carol", |files| {
        files.insert("README.md".to_owned(), "text\n".to_owned());
    });
    let mut files = branch.files.clone();
    super::world::edit(&mut files, "expires: 2024-09-30");
    world.merge_files(&[branch.tip], "bob", "bob", "merge\n", files);
    assert_eq!(world.verdict(), Verdict::Lapsed);
    assert!(world.said().contains("`bob` also wrote it"), "{}", world.said());
}

#[test]
fn s64_one_person_with_two_keys_is_one_person() {
    let two = super::world::person("alice", "approver", "")
        .replace("keys: [", &format!("keys: [{{key: \"{}\"}}, ", super::world::public("alice2")));
    let text =
        policy(super::world::SIGNED).replace(&super::world::person("alice", "approver", ""), &two);
    let mut world = World::with_policy(&text);
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", HIGH);
    world.sign(&mut branch, "carol", "alice");
    let statement = world.statement(&branch.files, "alice");
    // The same statement in a second file cannot stand where it says; by the other key it can
    // only replace the first.
    world.put(&mut branch, "carol", &statement, "alice2");
    world.merge(&branch, "dana");
    assert_eq!(world.said(), "unapproved: 1 of 2 approvals (risk: high): alice");
}

#[test]
fn a_lowered_risk_takes_the_approvals_of_the_higher_one() {
    let mut world = high(&["alice", "bob"]);
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "risk: {level: low, statement: Not so bad.}");
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.said(), "lapsed: 1 of 2 approvals (risk: high): alice");
}

#[test]
fn s95_a_squash_by_a_maintainer_who_is_no_approver_is_approved_by_a_third() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "alice");
    world.squash_as(&branch, "bob", "bob", "File it (#1)\n");
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn s96_the_committer_of_a_rebase_who_is_not_its_author_may_approve() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "alice");
    world.rebase(&branch, "alice");
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn s97_a_co_author_of_a_squash_cannot_approve() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "alice", "alice");
    let message = "File it (#1)\n\n* file\n\nCo-authored-by: Alice <alice@example.com>\n";
    world.squash(&branch, "carol", message);
    assert_eq!(world.verdict(), Verdict::Unapproved);
    assert!(world.said().contains("`alice` also wrote it"), "{}", world.said());
}

#[test]
fn the_contributors_of_one_text_are_not_those_of_another_in_the_same_landing() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.commit(&mut branch, "alice", |files| {
        let text = files[PATH].replace("K7QD", "ZZZZ");
        files.insert("exceptions/EXC-2026-ZZZZ.yaml".to_owned(), text);
    });
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn a_text_written_under_another_name_and_renamed_is_still_the_work_of_its_author() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.commit(&mut branch, "alice", |files| {
        super::world::edit(files, "");
        let text = files.remove(PATH).expect("the record");
        files.insert("exceptions/EXC-2026-DRFT.yaml".to_owned(), text);
    });
    world.commit(&mut branch, "dana", |files| {
        let text = files.remove("exceptions/EXC-2026-DRFT.yaml").expect("the draft");
        files.insert(PATH.to_owned(), text);
    });
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Unapproved);
    assert!(world.said().contains("`alice` also wrote it"), "{}", world.said());
}

/// Bob extends an approved record, Alice approves it, and Carol takes it back.
fn reverted() -> World {
    let mut world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "bob", LATER);
    world.sign(&mut branch, "bob", "alice");
    world.merge(&branch, "dana");
    world.push_edit("carol", "expires: 2024-03-31");
    assert_eq!(world.verdict(), Verdict::Approved);
    world
}

#[test]
fn a_text_that_is_put_back_is_still_the_work_of_its_first_author() {
    for (changes, is_merge) in [("", true), ("", false), ("\ntitle: A better title", true)] {
        let mut world = reverted();
        let mut branch = world.branch();
        world.edit(&mut branch, "carol", &format!("{LATER}{changes}"));
        world.sign(&mut branch, "carol", "bob");
        match is_merge {
            true => world.merge(&branch, "dana"),
            false => world.squash(&branch, "carol", "Reapply (#3)\n"),
        }
        assert_eq!(world.verdict(), Verdict::Lapsed, "{changes}");
        assert!(world.said().contains("`bob` also wrote it in"), "{}", world.said());
        let mut branch = world.branch();
        world.sign(&mut branch, "carol", "alice");
        world.merge(&branch, "dana");
        assert_eq!(
            world.told().last().map(String::as_str),
            Some("extension approved-late alice (signed)")
        );
    }
}

#[test]
fn a_text_that_is_filed_again_after_a_deletion_is_still_the_work_of_its_first_author() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "bob", "");
    world.sign(&mut branch, "bob", "alice");
    world.merge(&branch, "dana");
    world.push("carol", "delete\n", |files| {
        files.remove(PATH);
    });
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "bob");
    world.merge(&branch, "dana");
    assert!(world.said().contains("`bob` also wrote it in"), "{}", world.said());
}

#[test]
fn whoever_wrote_another_text_before_may_approve_the_next_one() {
    let mut world = reverted();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "expires: 2024-08-31");
    world.sign(&mut branch, "carol", "bob");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn whoever_requested_a_text_that_is_still_open_is_not_forgotten_by_naming_another() {
    let mut world = World::new();
    world.push_edit("carol", "requester: {name: Alice, email: alice@example.com}");
    let mut branch = world.branch();
    world.edit(&mut branch, "dana", "requester: {name: Carol, email: carol@example.com}");
    world.sign(&mut branch, "dana", "alice");
    world.merge(&branch, "dana");
    assert!(world.said().contains("`alice` requested it"), "{}", world.said());
}

#[test]
fn a_forge_is_no_author_whom_everybody_knows() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, super::world::GITHUB, HIGH);
    world.sign(&mut branch, "carol", "alice");
    world.sign(&mut branch, "carol", "bob");
    world.merge(&branch, "dana");
    assert!(
        world.said().contains("contributor `noreply@github.com` is not in"),
        "{}",
        world.said()
    );
}
