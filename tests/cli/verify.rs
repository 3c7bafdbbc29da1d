//! `exc verify`, with keys that `ssh-keygen` makes and signs with.

use exc::Outcome;

use crate::support::signing::{ID, World, steady};
use crate::support::{RECORD_PATH, good_record};

#[test]
fn a_text_that_was_changed_after_it_was_signed_is_seen() {
    let Some(world) = World::new() else { return };
    world.approve("alice", &[]);
    world.w.write(RECORD_PATH, good_record().replace("2027-01-31", "2027-01-30"));
    let said = world.w.run(&["verify", ID]);
    assert_eq!(said.outcome, Outcome::Findings, "{said:?}");
    insta::assert_snapshot!(steady(&world, &said.out), @"
EXC-2026-K7QD  LACKS APPROVALS
  new: exceptions/EXC-2026-K7QD.yaml
  approvals at risk `high`: 0 of 1 (signed)
  of another text, by alice:
    exceptions/approvals/EXC-2026-K7QD/[TEXT]-[LINEAGE].alice.approval
  fix: `exc approve EXC-2026-K7QD`, by `alice` or `bob`

1 text compared with main at [COMMIT] on 2026-11-20 (UTC): 1 without what the
  policy demands
");

    world.w.write(RECORD_PATH, good_record());
    let (path, text) = world.approval();
    world.w.write(&path, text.replace("signed-at: 2026", "signed-at: 2025"));
    let said = world.w.run(&["verify", ID]);
    assert_eq!(said.outcome, Outcome::Findings);
    assert!(said.out.contains("the statement is not what the key of `alice` signed"), "{said:?}");
}

#[test]
fn a_shallow_clone_says_what_it_cannot_evaluate_and_approves_nothing() {
    let Some(world) = World::new() else { return };
    world.approve("alice", &[]);
    let topic = world.commit("topic", "lee.park@example.com", &["topic"]);
    let shallow = format!("{topic}\n");
    world.w.write(".git/shallow", &shallow);
    for branch in ["main", "topic"] {
        forget_parents(&world, branch);
    }
    let said = world.w.run(&["verify", ID, "--mainline", "topic"]);
    assert_eq!(said.outcome, Outcome::Error, "{said:?}");
    insta::assert_snapshot!(steady(&world, &said.out), @"
EXC-2026-K7QD  INDETERMINATE
  unknown: exceptions/EXC-2026-K7QD.yaml
  approvals needed at risk `high`: 1 (signed)
  text signed by alice; not evaluated: lineage, separation of duties (history
    is shallow)

note: this clone stops before [COMMIT], so nothing is called approved: `git
  fetch --unshallow`; on GitHub Actions `fetch-depth: 0`, on GitLab `GIT_DEPTH:
  0`, on Azure Pipelines `fetchDepth: 0`
1 text compared with topic at [COMMIT] on 2026-11-20 (UTC): 1 indeterminate
");
    let said = world.w.run(&["verify", "--format", "json", "--mainline", "topic"]);
    let report: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let record = &report["records"][0];
    assert_eq!(record["verdict"], "indeterminate");
    assert_eq!(record["approvals"][0]["counts"], false);
    assert_eq!(record["not_evaluated"][0], "lineage");

    world.repo.find_reference("refs/heads/main").and_then(|mut it| it.delete()).expect("gone");
    let said = world.w.run(&["verify", ID]);
    assert_eq!(said.outcome, Outcome::Error, "{said:?}");
    assert!(said.out.contains("this clone does not have `main`"), "{said:?}");
    let said = world.approve("bob", &[]);
    assert_eq!(said.outcome, Outcome::Error, "{said:?}");
    assert!(said.err.contains("hint: get the rest of the history: `git fetch --unshallow`"));
}

/// Removes the parents of a branch's tip, as a clone of depth 1 does not have them.
fn forget_parents(world: &World, branch: &str) {
    let tip = world.repo.find_commit(world.tip(branch).expect("a tip")).expect("a commit");
    for parent in tip.parent_ids() {
        let hex = parent.to_string();
        let path = world.repo.path().join("objects").join(&hex[..2]).join(&hex[2..]);
        if path.exists() {
            std::fs::remove_file(path).expect("a loose object");
        }
    }
}

#[test]
fn of_a_compromised_key_the_audit_says_the_same_and_both_name_the_way_out() {
    let Some(world) = World::new() else { return };
    world.approve("alice", &[]);
    world.commit("topic", "lee.park@example.com", &["topic"]);
    world.merge("bob@example.com");
    assert_eq!(world.w.run(&["verify", ID]).outcome, Outcome::Success);
    let policy = world.w.read("exceptions/policy.yaml");
    let line = policy.lines().find(|line| line.contains("id: alice")).expect("Alice");
    let revoked = line.replace("\"}]", "\", revoked: {date: 2026-11-19, reason: compromised}}]");
    assert_ne!(line, revoked);
    world.w.write("exceptions/policy.yaml", policy.replace(line, &revoked));
    world.commit("topic", "lee.park@example.com", &["main"]);
    world.merge("bob@example.com");

    let verify = world.w.run(&["verify", ID]);
    assert_eq!(verify.outcome, Outcome::Error, "{verify:?}");
    insta::assert_snapshot!(steady(&world, &verify.out), @"
EXC-2026-K7QD  INDETERMINATE
  identical: exceptions/EXC-2026-K7QD.yaml
  on the mainline: alice (signed)
  approved by alice, key SHA256:[KEY]
    exceptions/approvals/EXC-2026-K7QD/[TEXT]-[LINEAGE].alice.approval
  the key `SHA256:[KEY]` of `alice` was
    compromised on 2026-11-19, and no anchor shows that the approval is older
  fix: `exc audit --anchor SHA@TIME`, where somebody outside noted before
    2026-11-19 that the mainline stood at SHA; else change what the record asks
    for, and have that approved with another key

1 text compared with main at [COMMIT] on 2026-11-20 (UTC): 1 indeterminate
");
    let audit = world.w.run(&["audit"]);
    assert_eq!(audit.outcome, Outcome::Error, "{audit:?}");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shared = [
        "`alice` was compromised on 2026-11-19, and no anchor shows that the approval is older",
        "fix: `exc audit --anchor SHA@TIME`, where somebody outside noted before 2026-11-19",
    ];
    for line in shared {
        assert!(words(&verify.out).contains(line) && words(&audit.out).contains(line), "{line}");
    }
}

/// Two approvals at high risk, by merge or by signature; Lee requested it.
fn with_quorum_of_two() -> Option<World> {
    let world = World::new()?;
    world.switch("main");
    let policy = world.w.read("exceptions/policy.yaml");
    let two = policy.replace(
        "{quorum: {high: 1}, accept: {high: [signed]}}",
        "{quorum: {high: 2}, accept: {high: [landing, signed]}}",
    );
    assert_ne!(two, policy);
    std::fs::remove_file(world.w.path(RECORD_PATH)).expect("the record");
    world.w.write("exceptions/policy.yaml", two);
    // The first policy of a mainline is trusted.
    world.commit("main", "lee.park@example.com", &[]);
    world.switch("topic");
    world.w.write(RECORD_PATH, good_record());
    world.commit("topic", "lee.park@example.com", &["main"]);
    Some(world)
}

#[test]
fn who_counts_already_is_not_asked_again_and_what_is_missing_is_counted() {
    let Some(world) = with_quorum_of_two() else { return };
    let said = world.w.run(&["verify", ID]);
    assert_eq!(said.outcome, Outcome::Findings, "a merge is the approval of one: {said:?}");
    insta::assert_snapshot!(steady(&world, &said.out), @"
EXC-2026-K7QD  LACKS APPROVALS
  new: exceptions/EXC-2026-K7QD.yaml
  approvals at risk `high`: 0 of 2 (landing or signed)
  fix: 2 of 2 approvals are missing: `exc approve EXC-2026-K7QD`, by `alice`
    and `bob`; its merge is the approval of one, by `alice` or `bob`

1 text compared with main at [COMMIT] on 2026-11-20 (UTC): 1 without what the
  policy demands
");
    world.approve("alice", &[]);
    let said = world.w.run(&["verify", ID]);
    assert_eq!(said.outcome, Outcome::Success, "its merge may bring the other: {said:?}");
    assert!(said.out.contains("MAY STILL BE APPROVED BY ITS MERGE"), "{}", said.out);
    assert!(said.out.contains("1 that its merge may"), "{}", said.out);
    world.commit("topic", "lee.park@example.com", &["topic"]);
    let review = world.w.run(&["review", "--base", "main", "--head", "topic"]).out;
    let words = review.split_whitespace().collect::<Vec<_>>().join(" ");
    let next = "1 of 2 approvals is missing: `exc approve EXC-2026-K7QD --rev topic`, by `bob`; or its merge, by the same";
    assert!(words.contains(next), "{review}");

    world.merge("mallory@example.com");
    let history = world.w.run(&["history", ID]).out;
    assert!(history.contains("1 of 2 approvals is missing: `exc approve"), "{history}");
    assert!(!history.contains("by `alice` or"), "{history}");
}

#[test]
fn only_who_rejected_a_text_is_named_by_whatever_says_what_to_do() {
    let Some(world) = World::new() else { return };
    world.approve("bob", &["--reject"]);
    world.commit("topic", "lee.park@example.com", &["topic"]);
    let way = "ask `bob` to take the rejection back with `exc approve EXC-2026-K7QD";
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let verify = world.w.run(&["verify", ID]).out;
    let review = world.w.run(&["review", "--base", "main", "--head", "topic"]).out;
    world.merge("dana@example.com");
    let history = world.w.run(&["history", ID]).out;
    for said in [verify, review, history] {
        assert!(words(&said).contains(way), "{said}");
        assert!(!words(&said).contains("by `alice` or `bob`"), "{said}");
    }
}
