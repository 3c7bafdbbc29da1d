//! The policy that judges, and who may change it.

use super::world::{ANY, PATH, POLICY, RECORD, SIGNED, World, people, person, policy};
use crate::history::lineage::Digest;
use crate::history::policies::{NO_END, Trusted};
use crate::history::{POLICY_ID, State, Verdict};
use crate::model::RiskLevel;

/// The states of the policy's revisions.
fn policies(world: &World) -> Vec<&'static str> {
    world.audit().policies.revisions.iter().map(|it| it.state.as_str()).collect()
}

fn with_mallory() -> String {
    policy(SIGNED).replace(&person("mallory", "", ""), &person("mallory", "approver", ""))
}

#[test]
fn s21_an_approver_added_by_the_same_change_approves_nothing() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.commit(&mut branch, "carol", |files| {
        files.insert(POLICY.to_owned(), with_mallory());
    });
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "mallory");
    world.merge(&branch, "alice");
    assert_eq!(
        world.said(),
        "unapproved: 0 of 1 approvals (risk: medium); `alice` approved by `landing`, which the policy does not accept at risk `medium`; `mallory` had no role that may approve at risk `medium` when it landed"
    );
}

#[test]
fn s66_a_quorum_weakened_by_the_same_change_is_the_old_one() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.commit(&mut branch, "carol", |files| {
        let text = policy(SIGNED).replace("approvals:\n", "approvals:\n  quorum: {high: 1}\n");
        files.insert(POLICY.to_owned(), text);
    });
    world.edit(&mut branch, "carol", "risk: {level: high, statement: Reachable.}");
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "bob");
    assert!(world.said().starts_with("unapproved: 1 of 2 approvals"), "{}", world.said());
}

#[test]
fn s67_what_landed_before_the_policy_was_never_approved_by_it() {
    let mut world = World::new();
    let policy = world.files[POLICY].clone();
    let mut bare = World::with_policy("version: 1\n");
    bare.push("dana", "no policy\n", |files| {
        files.remove(POLICY);
        files.insert(PATH.to_owned(), RECORD.to_owned());
    });
    bare.push("dana", "policy\n", |files| {
        files.insert(POLICY.to_owned(), policy);
    });
    assert_eq!(bare.said(), "unapproved: it landed before the register had a policy");
    let mut branch = bare.branch();
    bare.sign(&mut branch, "carol", "alice");
    bare.history.travel(24);
    bare.merge(&branch, "dana");
    assert_eq!(bare.verdict(), Verdict::ApprovedLate);
    world.push_edit("carol", "");
    assert_eq!(world.verdict(), Verdict::Unapproved);
}

#[test]
fn s84_a_role_counts_as_it_was_when_the_approval_landed() {
    let without =
        policy(SIGNED).replace(&person("alice", "approver", ""), &person("alice", "", ""));
    let remove = |world: &mut World| {
        let mut branch = world.branch();
        world.commit(&mut branch, "dana", |files| {
            files.insert(POLICY.to_owned(), without.clone());
        });
        world.merge(&branch, "bob");
        assert_eq!(policies(world).last(), Some(&"approved"));
    };
    let mut before = World::new();
    remove(&mut before);
    let mut branch = before.branch();
    before.edit(&mut branch, "carol", "");
    before.sign(&mut branch, "carol", "alice");
    before.merge(&branch, "dana");
    assert_eq!(before.verdict(), Verdict::Unapproved);

    let mut after = World::approved();
    remove(&mut after);
    assert_eq!(after.verdict(), Verdict::Approved);
}

#[test]
fn s89_whoever_was_added_without_an_approval_approves_nothing() {
    let mut world = World::with_policy(&policy(ANY));
    let text = policy(ANY).replace(&person("mallory", "", ""), &person("mallory", "approver", ""));
    world.push("carol", "me too\n", |files| {
        files.insert(POLICY.to_owned(), text);
    });
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.merge(&branch, "mallory");
    assert_eq!(world.verdict(), Verdict::Unapproved);
    assert_eq!(policies(&world), ["not-needed", "unapproved"]);
    assert!(world.audit().policies.is_unsettled());
}

#[test]
fn s90_whoever_was_added_with_an_approval_does() {
    let mut world = World::with_policy(&policy(ANY));
    let text = policy(ANY).replace(&person("mallory", "", ""), &person("mallory", "approver", ""));
    let mut branch = world.branch();
    world.commit(&mut branch, "dana", |files| {
        files.insert(POLICY.to_owned(), text);
    });
    world.merge(&branch, "alice");
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.merge(&branch, "mallory");
    assert_eq!(world.verdict(), Verdict::Approved);
    assert_eq!(policies(&world), ["not-needed", "approved"]);
}

#[test]
fn a_change_of_the_policy_that_is_approved_later_is_late_and_no_line_about_it_names_a_risk() {
    let mut world = World::with_policy(&policy(ANY));
    let text = policy(ANY).replace(&person("mallory", "", ""), &person("mallory", "approver", ""));
    let content = Digest::of(text.as_bytes());
    let mut branch = world.branch();
    world.commit(&mut branch, "carol", |files| drop(files.insert(POLICY.to_owned(), text)));
    world.merge(&branch, "carol");
    let why = |world: &World| {
        let why = world.audit().policies.revisions.last().expect("a revision").why.clone();
        why.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let own = why(&world);
    assert_eq!(own[0], "0 of 1 approvals");
    assert!(own.iter().all(|it| !it.contains("risk")), "{own:?}");
    world.edit(&mut branch, "carol", "");
    let mut statement = world.statement(&branch.files, "alice");
    statement.record = POLICY_ID.to_owned();
    statement.content = content;
    statement.after = world.audit().policies.lineage.expect("a lineage");
    statement.expires = NO_END;
    statement.risk = RiskLevel::Critical;
    let mut branch = world.branch();
    world.put(&mut branch, "carol", &statement, "alice");
    world.history.travel(48);
    world.merge(&branch, "dana");
    let late = world.audit().policies.revisions.last().expect("a revision").state;
    assert_eq!((late, why(&world).is_empty()), (State::ApprovedLate { days: 2 }, true));
}

#[test]
fn a_comment_in_the_policy_takes_nobody() {
    let mut world = World::new();
    world.push("carol", "comment\n", |files| {
        let text = format!("# who may do what\n{}", files[POLICY]);
        files.insert(POLICY.to_owned(), text);
    });
    assert_eq!(policies(&world), ["not-needed", "not-needed"]);
}

#[test]
fn a_policy_that_names_nobody_is_followed_by_one_that_is_trusted_and_said_to_be() {
    let empty = policy(SIGNED).replace(&people(), "");
    let mut world = World::with_policy(&empty);
    world.push("dana", "people\n", |files| {
        files.insert(POLICY.to_owned(), policy(SIGNED));
    });
    let revisions = world.audit().policies.revisions;
    assert_eq!(
        revisions.iter().map(|it| it.trusted).collect::<Vec<_>>(),
        [Some(Trusted::First), Some(Trusted::NobodyCould)]
    );
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Approved);
    // The next one takes an approval.
    world.push("dana", "more\n", |files| {
        files.insert(POLICY.to_owned(), with_mallory());
    });
    assert_eq!(policies(&world), ["not-needed", "not-needed", "unapproved"]);
}

#[test]
fn a_policy_that_cannot_be_used_is_never_in_force() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.commit(&mut branch, "dana", |files| {
        files.insert(POLICY.to_owned(), "version: 1\nnonsense: yes\n".to_owned());
    });
    world.merge(&branch, "alice");
    let audit = world.audit();
    let last = audit.policies.revisions.last().expect("a revision");
    assert_eq!(last.state, State::Open);
    assert_eq!(
        last.why.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["this policy cannot be used"]
    );
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn a_policy_that_is_put_back_is_still_the_work_of_its_first_author() {
    let mut world = World::new();
    let old = world.files[POLICY].clone();
    let land = |world: &mut World, author: &str, text: &str, merger: &str| {
        let mut branch = world.branch();
        world.commit(&mut branch, author, |files| {
            files.insert(POLICY.to_owned(), text.to_owned());
        });
        world.merge(&branch, merger);
    };
    land(&mut world, "bob", &with_mallory(), "alice");
    land(&mut world, "carol", &old, "alice");
    land(&mut world, "carol", &with_mallory(), "bob");
    assert_eq!(policies(&world), ["not-needed", "approved", "approved", "unapproved"]);
}

#[test]
fn the_policy_that_was_put_back_is_in_force_again() {
    let mut world = World::new();
    let text = world.files[POLICY].clone();
    world.push("carol", "gone\n", |files| {
        files.remove(POLICY);
    });
    assert_eq!(policies(&world), ["not-needed", "deleted"]);
    world.push("carol", "back\n", |files| {
        files.insert(POLICY.to_owned(), text);
    });
    assert_eq!(policies(&world), ["not-needed", "deleted", "not-needed"]);
    assert!(!world.audit().policies.is_unsettled());
}
