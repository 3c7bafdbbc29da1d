//! What a branch takes before it has landed. Each says what the trail would say of its merge.

use std::sync::Arc;

use super::world::{ANY, Branch, ID, PATH, POLICY, World, edit, person, policy as demanding};
use crate::history::{ApprovalFile, Proposal};
use crate::policy;
use crate::source;
use crate::text::SourceFile;

/// How many approvals there are of how many, who may give them, and what stands against it.
fn told(world: &World, branch: &Branch) -> Vec<String> {
    let repo = world.repo();
    let file = |path: &str| Arc::new(SourceFile::new(path, branch.files[path].as_str()));
    let settled = Arc::new(SourceFile::new(POLICY, world.files[POLICY].as_str()));
    let (policy, _) = policy::load(&settled).expect("a policy");
    let text = source::load_unchecked(&file(PATH)).expect("a record");
    let wrote = repo.proposers(world.main, branch.tip, "exceptions").expect("the people");
    let approvals: Vec<ApprovalFile> = branch
        .files
        .iter()
        .filter(|(path, _)| path.contains("/approvals/"))
        .map(|(path, text)| ApprovalFile {
            path: path.clone(),
            bytes: text.clone().into_bytes(),
            is_new: !world.files.contains_key(path),
        })
        .collect();
    let audit = world.audit();
    let proposal = Proposal {
        policy: &policy,
        trail: audit.trail(ID),
        text: &text,
        wrote: wrote.get(PATH.as_bytes()).into_iter().collect(),
        approvals: &approvals,
        tip: world.main,
        today: "2023-11-20".parse().expect("a day"),
    };
    let Some(needs) = proposal.needs() else { return vec!["nobody".to_owned()] };
    let met = if needs.is_met { "met" } else { "open" };
    let may: Vec<&str> = needs.approvers.iter().map(|person| person.id.as_str()).collect();
    let sum = format!(
        "{met}, {} of {} at {}: {}",
        needs.counted.len(),
        needs.quorum,
        needs.risk,
        may.join(" ")
    );
    let reasons = needs.barred.iter().chain(&needs.why).map(ToString::to_string);
    std::iter::once(sum).chain(reasons).collect()
}

#[test]
fn a_signature_in_the_change_counts_before_it_lands() {
    let world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    assert_eq!(told(&world, &branch), ["open, 0 of 1 at medium: alice bob erin"]);
    world.sign(&mut branch, "carol", "alice");
    assert_eq!(told(&world, &branch), ["met, 1 of 1 at medium: alice bob erin"]);
}

#[test]
fn a_signature_of_an_older_text_of_the_change_does_not() {
    let world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "alice");
    world.edit(&mut branch, "carol", "expires: 2024-02-01");
    let told = told(&world, &branch);
    assert_eq!(told[0], "open, 0 of 1 at medium: alice bob erin");
    assert!(told[1].contains("the approval is for another text"), "{told:?}");
}

#[test]
fn whoever_wrote_or_requested_it_may_not() {
    let world = World::new();
    let mut branch = world.branch();
    let requester = "requester: {name: Bob, email: bob@example.com}";
    world.edit(&mut branch, "alice", requester);
    let told = told(&world, &branch);
    assert_eq!(told[0], "open, 0 of 1 at medium: erin");
    assert!(told[1].starts_with("`alice` also wrote it in "), "{told:?}");
    assert_eq!(told[2], "`bob` requested it; a different person must approve");
}

#[test]
fn lowering_the_risk_takes_the_approvals_of_the_level_before() {
    let world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "risk: {level: low, statement: Less than we thought.}");
    assert_eq!(told(&world, &branch), ["open, 0 of 1 at medium: alice bob erin"]);
    world.edit(&mut branch, "carol", "risk: {level: high, statement: More than we thought.}");
    assert_eq!(told(&world, &branch)[0], "open, 0 of 2 at high: alice bob erin");
}

#[test]
fn what_tightens_takes_nobody() {
    let world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "expires: 2024-01-31");
    assert_eq!(told(&world, &branch), ["nobody"]);
}

/// Whoever wrote what waits on the mainline cannot approve it by renewing somebody else's text.
#[test]
fn those_who_wrote_what_waits_on_the_mainline_still_may_not() {
    let mut world = World::with_policy(&demanding(ANY));
    world.push("alice", "file\n", |files| edit(files, ""));
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "expires: 2024-02-01");
    let told = told(&world, &branch);
    assert_eq!(told[0], "open, 0 of 1 at medium: bob erin");
    assert!(told[1].starts_with("`alice` also wrote it in "), "{told:?}");
}

#[test]
fn where_nobody_has_the_role_nobody_may() {
    let people = format!(
        "version: 1\nregister: {}\npeople:\n{}",
        super::world::REGISTER,
        person("carol", "", "")
    );
    let world = World::with_policy(&people);
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    assert_eq!(told(&world, &branch), ["open, 0 of 1 at medium: "]);
}
