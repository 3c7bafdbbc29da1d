//! Signed statements, in the shapes in which forges leave them, and what makes one worth nothing.

use super::world::{
    ANY, GITHUB, ID, PATH, POLICY, RECORD, SIGNED, World, approval_path, person, policy, signed,
};
use crate::history::{Squashes, Verdict};
use crate::rules::testing::overlaid;

/// Carol's branch with the record, and with Alice's statement.
pub(super) fn filed(world: &World, is_signed: bool) -> super::world::Branch {
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    if is_signed {
        world.sign(&mut branch, "carol", "alice");
    }
    branch
}

#[test]
fn s01_a_signed_approval_survives_a_merge() {
    let mut world = World::new();
    let branch = filed(&world, true);
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Approved);
    assert_eq!(world.told(), ["new approved alice (signed)"]);
}

#[test]
fn s02_and_a_squash_whose_contributors_are_known_in_part() {
    let mut world = World::new();
    let branch = filed(&world, true);
    world.squash(&branch, "carol", "File it (#1)\n");
    assert_eq!(world.verdict(), Verdict::Approved);
    let notes = &world.trail().revisions[0].notes;
    assert_eq!(
        notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["contributors are known only in part: it landed as one commit"]
    );
}

#[test]
fn s03_and_a_rebase_of_which_it_names_the_last_text() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "expires: 2024-01-31");
    world.edit(&mut branch, "carol", "expires: 2024-02-28");
    world.edit(&mut branch, "carol", "expires: 2024-03-31");
    world.sign(&mut branch, "carol", "alice");
    world.rebase(&branch, "dana");
    assert_eq!(world.told(), ["new unapproved", "new unapproved", "new approved alice (signed)"]);
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn s04_a_push_whose_message_names_an_approver_is_unapproved() {
    let mut world = World::with_policy(&policy(ANY));
    world.push("carol", "file\n\nApproved-by: Alice <alice@example.com>\n", |files| {
        files.insert(PATH.to_owned(), RECORD.to_owned());
    });
    assert_eq!(
        world.said(),
        "unapproved: 0 of 1 approvals (risk: medium); approvers named in the message do not count: it is by `carol@example.com`, who also wrote the change"
    );
}

#[test]
fn s22_a_statement_under_another_name_is_refused() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    let statement = world.statement(&branch.files, "alice");
    world.put(&mut branch, "carol", &statement, "mallory");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Unapproved);
    assert!(world.said().contains("`mallory`"), "{}", world.said());
}

#[test]
fn s23_an_approval_of_another_register_is_refused() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    let mut statement = world.statement(&branch.files, "alice");
    statement.register = "11111111-7b1d-4b7e-9a55-3b7a2f0d9c11".to_owned();
    world.put(&mut branch, "carol", &statement, "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Unapproved);
    assert!(world.said().contains("for the register"), "{}", world.said());
}

#[test]
fn s38_a_commit_that_is_picked_onto_the_mainline_keeps_its_approval() {
    let mut world = World::new();
    let branch = filed(&world, true);
    world.push("dana", "unrelated\n", |files| {
        files.insert("README.md".to_owned(), "text\n".to_owned());
    });
    let picked: Vec<(String, String)> =
        branch.files.iter().map(|(path, text)| (path.clone(), text.clone())).collect();
    world.push("carol", "file (picked)\n", |files| files.extend(picked));
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn s41_an_approval_that_is_cleaned_up_later_still_counts() {
    let mut world = World::approved();
    world.push("dana", "clean up\n", |files| {
        files.retain(|path, _| !path.contains("/approvals/"));
    });
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn s47_a_squash_of_another_text_than_the_signed_one_is_unapproved() {
    let mut world = World::new();
    let mut branch = filed(&world, true);
    super::world::edit(&mut branch.files, "expires: 2024-12-31");
    world.squash(&branch, "carol", "File it (#1)\n");
    assert_eq!(world.verdict(), Verdict::Unapproved);
    assert!(world.said().contains("for another text"), "{}", world.said());
}

#[test]
fn s63_a_key_past_its_last_day_is_not_saved_by_a_backdated_commit() {
    let old = policy(SIGNED).replace(
        &person("alice", "approver", ""),
        &person("alice", "approver", ", until: 2023-11-20"),
    );
    let mut world = World::with_policy(&old);
    let branch = filed(&world, true);
    world.history.travel(24 * 30);
    world.push("dana", "unrelated\n", |files| {
        files.insert("README.md".to_owned(), "text\n".to_owned());
    });
    world.history.travel(-24 * 30);
    let mut files = branch.files.clone();
    files.insert("README.md".to_owned(), "text\n".to_owned());
    world.merge_files(&[branch.tip], "dana", GITHUB, "merge\n", files);
    assert_eq!(world.verdict(), Verdict::Unapproved);
    assert!(world.said().contains("2023-11-20"), "{}", world.said());
}

#[test]
fn s62_a_compromised_key_is_saved_only_by_an_anchor() {
    let revoked = policy(SIGNED).replace(
        &person("alice", "approver", ""),
        &person("alice", "approver", ", revoked: {date: 2023-12-20, reason: compromised}"),
    );
    let mut world = World::approved();
    let landed = world.main;
    let mut branch = world.branch();
    world.commit(&mut branch, "dana", |files| {
        files.insert(POLICY.to_owned(), revoked);
    });
    world.merge(&branch, "bob");
    assert_eq!(world.verdict(), Verdict::Indeterminate);
    assert!(world.said().contains("compromised on 2023-12-20"), "{}", world.said());
    world.anchor(landed, "2023-12-20");
    assert_eq!(world.verdict(), Verdict::Indeterminate, "an anchor of that day is too late");
    world.anchor(landed, "2023-12-19");
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn s18_an_anchor_off_the_mainline_makes_what_is_good_suspect() {
    let mut world = World::approved();
    let stray = world.branch();
    let mut branch = world.branch();
    world.commit(&mut branch, "mallory", |files| {
        files.insert("README.md".to_owned(), "text\n".to_owned());
    });
    world.anchor(branch.tip, "2023-12-01");
    assert_eq!(world.verdict(), Verdict::Suspect);
    assert!(world.said().contains("is not on the mainline"), "{}", world.said());
    world.push_edit("mallory", "expires: 2029-12-31");
    assert_eq!(world.verdict(), Verdict::Lapsed);
    drop(stray);
}

#[test]
fn s19_a_backdated_commit_is_named_and_changes_no_verdict() {
    let mut world = World::approved();
    world.history.travel(-24 * 365);
    world.push("dana", "unrelated\n", |files| {
        files.insert("README.md".to_owned(), "text\n".to_owned());
    });
    assert_eq!(world.verdict(), Verdict::Approved);
    assert_eq!(world.landed().clock.odd(None), [2]);
}

#[test]
fn an_approval_that_hangs_on_a_day_of_a_commit_whose_date_cannot_be_is_suspect() {
    let dated = policy(SIGNED).replace(
        &person("alice", "approver", ""),
        &person("alice", "approver", ", from: 2020-01-01"),
    );
    let mut world = World::with_policy(&dated);
    world.push("dana", "unrelated\n", |files| {
        files.insert("README.md".to_owned(), "text\n".to_owned());
    });
    let mut branch = filed(&world, true);
    branch.files.insert("README.md".to_owned(), "text\n".to_owned());
    world.history.travel(-24 * 365);
    world.merge(&branch, "dana");
    world.history.travel(24 * 366);
    world.push("dana", "unrelated\n", |files| {
        files.insert("README.md".to_owned(), "more\n".to_owned());
    });
    assert_eq!(world.verdict(), Verdict::Suspect);
}

#[test]
fn s70_an_approval_with_crlf_is_refused_by_name() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    let statement = world.statement(&branch.files, "alice");
    let text = signed(&statement, "alice").replace('\n', "\r\n");
    world.commit(&mut branch, "carol", |files| {
        files.insert(approval_path(&statement), text);
    });
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Unapproved);
    assert!(world.said().contains("CRLF"), "{}", world.said());
}

#[test]
fn s72_an_approval_with_anything_after_its_signature_is_refused() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    let statement = world.statement(&branch.files, "alice");
    let text = format!("{}{}", signed(&statement, "alice"), signed(&statement, "alice"));
    world.commit(&mut branch, "carol", |files| {
        files.insert(approval_path(&statement), text);
    });
    world.merge(&branch, "dana");
    assert!(world.said().contains("second statement"), "{}", world.said());
}

#[test]
fn s73_an_approval_in_the_folder_of_another_record_is_refused() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    let mut statement = world.statement(&branch.files, "alice");
    statement.record = "EXC-2026-ZZZZ".to_owned();
    let path = approval_path(&statement).replace("EXC-2026-ZZZZ", ID);
    let text = signed(&statement, "alice");
    world.commit(&mut branch, "carol", |files| {
        files.insert(path, text);
    });
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Unapproved);
    assert!(world.said().contains("stands elsewhere"), "{}", world.said());
}

#[test]
fn at_critical_risk_the_other_role_approves() {
    let critical = "risk: {level: critical, statement: Everything is reachable.}";
    let by = |approvers: &[&str]| {
        let text = policy(SIGNED).replace(
            "approvals:\n",
            "approvals:\n  roles: {critical: [risk-owner]}\n  quorum: {critical: 1}\n",
        );
        let mut world = World::with_policy(&text);
        let mut branch = world.branch();
        world.edit(&mut branch, "carol", critical);
        approvers.iter().for_each(|approver| world.sign(&mut branch, "carol", approver));
        world.merge(&branch, "dana");
        world.verdict()
    };
    assert_eq!(by(&["alice", "bob"]), Verdict::Unapproved);
    assert_eq!(by(&["erin"]), Verdict::Approved);
}

#[test]
fn a_record_without_a_level_of_risk_is_as_risky_as_can_be() {
    let mut world = World::with_policy(&policy(ANY));
    let mut branch = world.branch();
    world.commit(&mut branch, "carol", |files| {
        files.insert(PATH.to_owned(), overlaid(RECORD, "risk: {statement: Unknown.}"));
    });
    world.merge(&branch, "erin");
    assert!(world.said().contains("risk `critical`"), "{}", world.said());
}

#[test]
fn a_squash_that_lists_the_signer_who_committed_voids_the_signature_and_is_known_again() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "alice", "alice");
    let settled = |world: &World| {
        let policies = world.audit().policies;
        world.landed().squashes(policies.settled().expect("a policy"))
    };
    assert_eq!(settled(&world), Squashes::Unknown);
    let message = "File it\n\nCo-authored-by: alice <alice@example.com>\n";
    world.squash(&branch, "carol", message);
    assert_eq!(world.verdict(), Verdict::Unapproved);
    assert!(world.said().contains("`alice` also wrote it"), "{}", world.said());
    assert_eq!(settled(&world), Squashes::Seen(world.main));
    assert_eq!(settled(&World::approved()), Squashes::NotSeen);
}
