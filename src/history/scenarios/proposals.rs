//! What is said of a text before it lands is what is said of it once it has.

use super::world::{
    Branch, Files, ID, PATH, POLICY, REGISTER, SIGNED, World, approval_path, people, policy, signed,
};
use crate::git::Repo;
use crate::history::proposal::{Ground, Needless, Proposal};
use crate::history::statement::{Decision, Statement};
use crate::history::{Audit, Branch as Writers, Reason, Tally, Verdict, Vote};
use crate::policy::Policy;
use crate::source::{self, Record};
use crate::text::SourceFile;

const DAY: &str = "2023-11-20";

/// A branch as `exc approve` sees it.
struct Seen {
    audit: Audit,
    record: Record,
    writers: Writers,
    files: Vec<(String, String)>,
}

impl Seen {
    fn of(world: &World, branch: &Branch) -> Self {
        let repo: Repo = world.repo();
        let landed = world.landed();
        let writers = Writers::since(&repo, &landed, [world.main, branch.tip], "exceptions");
        let file = SourceFile::new(PATH, branch.files[PATH].as_str());
        let record = source::load_unchecked(&std::sync::Arc::new(file)).expect("a record");
        let is_approval = |path: &&String| path.ends_with(".approval");
        let paths = branch.files.keys().filter(is_approval);
        let files = paths.map(|path| (path.clone(), branch.files[path].clone())).collect();
        Self { audit: world.audit(), record, writers: writers.expect("a history"), files }
    }

    fn judge(&self) -> &Policy {
        self.audit.policies.in_force().last().expect("a policy")
    }

    fn proposal(&self) -> Proposal<'_> {
        let (policy, branch) = (self.judge(), &self.writers);
        let ground = Ground { policy, branch, is_complete: true };
        Proposal::of_record(ground, self.audit.heard(ID), &self.record).expect("a last day")
    }

    fn votes(&self) -> Vec<Vote> {
        let proposal = self.proposal();
        let day = DAY.parse().expect("a day");
        let vote = |(path, text): &(String, String)| proposal.vote(path, text.as_bytes(), day);
        self.files.iter().map(vote).chain(proposal.left_again(day)).collect()
    }

    fn tally(&self) -> Tally {
        self.proposal().tally(&self.votes())
    }

    /// Whether all that it takes is there before it lands.
    fn is_enough(&self) -> bool {
        let tally = self.tally();
        !tally.is_blocked() && tally.have.len() >= self.proposal().demand.quorum as usize
    }

    fn refusals(&self) -> Vec<String> {
        self.votes().into_iter().filter_map(|it| it.refusal).map(|it| it.to_string()).collect()
    }

    fn may_sign(&self, id: &str) -> Result<(), Reason> {
        let person = self.judge().people.iter().find(|person| person.id == id);
        self.proposal().may_sign(person.expect("a person"), Decision::Approve)
    }
}

#[test]
fn what_is_enough_before_the_merge_is_approved_after_it_and_what_is_not_is_not() {
    let high = "risk: {level: high, statement: Prompt traffic is reachable.}";
    let stranger = "Stranger <stranger@gmail.example>";
    for (changes, author, signers, expected) in [
        ("", "carol", &["alice"][..], true),
        ("", "carol", &[], false),
        ("", "carol", &["carol"], false),
        ("", "carol", &["mallory"], false),
        ("", "alice", &["alice"], false),
        ("", "alice", &["bob"], true),
        ("", stranger, &["bob"], true),
        (high, "carol", &["alice"], false),
        (high, "carol", &["alice", "bob"], true),
        (high, stranger, &["alice", "bob"], false),
    ] {
        let mut world = World::new();
        let mut branch = world.branch();
        world.edit(&mut branch, author, changes);
        for signer in signers {
            world.sign(&mut branch, "carol", signer);
        }
        let seen = Seen::of(&world, &branch);
        assert_eq!(seen.is_enough(), expected, "{changes} {author} {signers:?}");
        for signer in signers {
            let counts = seen.tally().have.contains_key(*signer);
            assert_eq!(seen.may_sign(signer).is_ok(), counts, "{author} {signer}");
        }
        world.merge(&branch, "dana");
        let is_approved = world.verdict() == Verdict::Approved;
        assert_eq!(is_approved, expected, "{changes} {author} {signers:?}");
    }
}

/// The statement that is signed is the one that the history asks for.
#[test]
fn the_statement_names_the_text_and_the_history_before_it() {
    let world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "expires: 2024-04-30");
    let expected: Statement = world.statement(&branch.files, "bob");
    let seen = Seen::of(&world, &branch);
    let bob = seen.judge().people.iter().find(|it| it.id == "bob").expect("bob");
    let statement = seen.proposal().statement(bob, Decision::Approve, expected.signed_at);
    assert_eq!(statement, expected);
    assert_eq!(statement.register, REGISTER);
    assert_eq!(seen.proposal().kind, "extension");
}

#[test]
fn an_approval_from_before_the_last_settled_text_is_stale() {
    let mut world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "expires: 2024-04-30");
    let early = world.statement(&branch.files, "bob");
    world.push_edit("dana", "expires: 2024-02-28");
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "expires: 2024-04-30");
    world.put(&mut branch, "carol", &early, "bob");
    let refusals = Seen::of(&world, &branch).refusals();
    let is_stale = |it: &String| it.contains("given on top of another history");
    assert!(refusals.iter().any(is_stale), "{refusals:?}");
}

#[test]
fn what_landed_without_an_approval_is_approved_later_by_nobody_who_wrote_it() {
    let mut world = World::new();
    world.push_edit("alice", "");
    let branch = world.branch();
    let seen = Seen::of(&world, &branch);
    assert_eq!((seen.proposal().needless, seen.proposal().kind), (None, "new"));
    assert!(matches!(seen.may_sign("alice"), Err(Reason::OwnWork { .. })));
    assert_eq!(seen.may_sign("bob"), Ok(()));
    // Neither does a further change of the text make it somebody else's.
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "title: Another title");
    assert!(matches!(Seen::of(&world, &branch).may_sign("alice"), Err(Reason::OwnWork { .. })));
}

#[test]
fn whoever_first_wrote_a_text_that_is_put_back_may_not_sign_it() {
    let mut world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "bob", "expires: 2024-09-30");
    world.sign(&mut branch, "bob", "alice");
    world.merge(&branch, "dana");
    world.push_edit("carol", "expires: 2024-03-31");
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "expires: 2024-09-30");
    let seen = Seen::of(&world, &branch);
    assert!(matches!(seen.may_sign("bob"), Err(Reason::OwnWork { .. })));
    assert_eq!(seen.may_sign("alice"), Ok(()));
}

#[test]
fn what_was_rejected_on_the_mainline_is_rejected_before_it_lands_again() {
    let mut world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "expires: 2024-09-30");
    let mut statement = world.statement(&branch.files, "bob");
    statement.decision = Decision::Reject;
    world.put(&mut branch, "carol", &statement, "bob");
    world.merge(&branch, "dana");
    world.push("carol", "clean up\n", |files| {
        files.retain(|path, _| !path.ends_with(".bob.approval"));
    });
    let tally = |changes: &str, signers: &[&str]| {
        let mut branch = world.branch();
        world.edit(&mut branch, "carol", changes);
        signers.iter().for_each(|signer| world.sign(&mut branch, "carol", signer));
        Seen::of(&world, &branch).tally()
    };
    assert_eq!(tally("", &["alice"]).rejected, ["bob"]);
    assert_eq!(tally("title: A better title", &["alice"]).rejected, ["bob"]);
    assert_eq!(tally("expires: 2024-08-31", &["alice"]).rejected, [""; 0]);
    assert_eq!(tally("", &["bob"]).rejected, [""; 0]);
}

#[test]
fn a_rejection_of_a_text_that_the_branch_left_again_holds_for_one_that_says_the_same() {
    for (changes, signer, expected) in [
        ("title: A better title", "alice", false),
        ("expires: 2024-02-28", "alice", true),
        // Whoever rejected it may think better of it.
        ("title: A better title", "bob", true),
    ] {
        let mut world = World::new();
        let mut branch = world.branch();
        world.edit(&mut branch, "carol", "");
        world.reject(&mut branch, "bob");
        world.edit(&mut branch, "carol", changes);
        world.sign(&mut branch, "carol", signer);
        let seen = Seen::of(&world, &branch);
        assert_eq!(seen.is_enough(), expected, "{changes}");
        world.merge(&branch, "dana");
        assert_eq!(world.verdict() == Verdict::Approved, expected, "{}", world.said());
    }
}

/// A branch on which Carol files a record that Bob rejects and Alice approves.
fn disputed(world: &mut World) -> Branch {
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.reject(&mut branch, "bob");
    world.sign(&mut branch, "carol", "alice");
    branch
}

fn is_of_bob(path: &str) -> bool {
    path.ends_with(".bob.approval")
}

/// Carol commits the branch without what Bob said.
fn without_bob(world: &mut World, branch: &mut Branch) {
    world.commit(branch, "carol", |files| files.retain(|path, _| !is_of_bob(path)));
}

/// What Bob said on a branch lands without what it is about, and may be removed again.
fn land_bob_alone(world: &mut World, files: &Files, is_gone: bool) {
    let bob = files.clone().into_iter().filter(|(path, _)| is_of_bob(path));
    world.push("dana", "a rejection\n", |main| main.extend(bob));
    if is_gone {
        world.push("carol", "clean up\n", |main| main.retain(|path, _| !is_of_bob(path)));
    }
}

#[test]
fn a_rejection_that_landed_without_its_text_and_is_gone_is_heard_before_the_text_lands() {
    let mut world = World::new();
    let files = disputed(&mut world).files;
    land_bob_alone(&mut world, &files, true);
    let mut branch = world.branch();
    world.commit(&mut branch, "carol", |own| {
        own.extend(files.into_iter().filter(|(path, _)| !is_of_bob(path)));
    });
    let seen = Seen::of(&world, &branch);
    assert_eq!(seen.tally().rejected, ["bob"]);
    world.merge(&branch, "dana");
    assert_eq!(world.said(), "unapproved: `bob` rejected this text");
}

#[test]
fn a_rejection_that_its_branch_removes_again_is_heard_before_it_lands() {
    let mut world = World::new();
    let mut branch = disputed(&mut world);
    without_bob(&mut world, &mut branch);
    assert_eq!(Seen::of(&world, &branch).tally().rejected, ["bob"]);
    // Of a text that the branch left as well.
    world.edit(&mut branch, "carol", "title: A better title");
    world.sign(&mut branch, "carol", "alice");
    assert_eq!(Seen::of(&world, &branch).tally().rejected, ["bob"]);
    world.edit(&mut branch, "carol", "expires: 2024-02-28");
    assert_eq!(Seen::of(&world, &branch).tally().rejected, [""; 0]);
    // Bob himself takes it back.
    world.edit(&mut branch, "carol", "title: A better title");
    world.sign(&mut branch, "carol", "bob");
    assert_eq!(Seen::of(&world, &branch).tally().rejected, [""; 0]);
}

#[test]
fn a_rejection_on_the_mainline_of_a_text_that_the_branch_left_again_is_heard() {
    for is_gone in [false, true] {
        let mut world = World::new();
        let files = disputed(&mut world).files;
        land_bob_alone(&mut world, &files, is_gone);
        // The branch is made anew, without what Bob said.
        let mut branch = world.branch();
        world.commit(&mut branch, "carol", |own| {
            own.insert(PATH.to_owned(), files[PATH].clone());
        });
        world.edit(&mut branch, "carol", "title: A better title");
        world.sign(&mut branch, "carol", "alice");
        assert_eq!(Seen::of(&world, &branch).tally().rejected, ["bob"], "{is_gone}");
    }
}

#[test]
fn whoever_lowers_the_risk_needs_the_approvals_of_the_higher_one() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "risk: {level: critical, statement: Prompt traffic.}");
    world.sign(&mut branch, "carol", "erin");
    world.merge(&branch, "dana");
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "risk: {level: low, statement: Prompt traffic.}");
    world.sign(&mut branch, "carol", "alice");
    // It was never settled at the higher risk, since that takes two.
    assert!(Seen::of(&world, &branch).is_enough());

    let mut world = World::with_policy(&policy(
        &SIGNED.replace("approvals:", "approvals:\n  quorum: {critical: 1}"),
    ));
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "risk: {level: critical, statement: Prompt traffic.}");
    world.sign(&mut branch, "carol", "erin");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Approved);
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "risk: {level: low, statement: Prompt traffic.}");
    world.sign(&mut branch, "carol", "alice");
    let seen = Seen::of(&world, &branch);
    let expected =
        Reason::NoRole { person: "alice".to_owned(), risk: Some(seen.proposal().demand.risk) };
    assert_eq!(seen.may_sign("alice"), Err(expected));
    assert_eq!(seen.tally().notes.len(), 1);
}

#[test]
fn what_allows_no_more_than_the_settled_text_needs_nobody() {
    let world = World::approved();
    for (changes, expected) in [
        ("", Some("the mainline has settled this very text")),
        ("title: Another", Some("compared with the settled text, it is `cosmetic`")),
        ("expires: 2024-02-28", Some("compared with the settled text, it is `tightening`")),
        ("expires: 2024-04-30", None),
    ] {
        let mut branch = world.branch();
        world.edit(&mut branch, "carol", changes);
        let seen = Seen::of(&world, &branch);
        let needless = seen.proposal().needless.map(|it| it.to_string());
        assert_eq!(needless.as_deref(), expected, "{changes}");
    }
    // Of the settled text, the approval that made it one still counts.
    let settled = Seen::of(&world, &world.branch());
    assert_eq!(settled.refusals(), [""; 0]);
    assert!(settled.tally().have.contains_key("alice"));
}

#[test]
fn a_record_that_was_deleted_is_filed_again_with_a_new_approval() {
    let mut world = World::approved();
    world.push("dana", "gone\n", |files| {
        files.remove(super::world::PATH);
    });
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    let seen = Seen::of(&world, &branch);
    assert_eq!(seen.proposal().kind, "re-added");
    assert!(!seen.is_enough(), "{:?}", seen.tally());
}

#[test]
fn the_policy_is_judged_by_the_settled_one() {
    let world = World::new();
    let judge = |text: &str| {
        let file = std::sync::Arc::new(SourceFile::new(POLICY, text));
        crate::policy::load(&file).expect("a policy").0
    };
    let audit = world.audit();
    let settled = audit.policies.in_force().last().expect("a policy");
    let writers = Writers::default();
    let ground = Ground { policy: settled, branch: &writers, is_complete: true };
    let needless = |text: &str| {
        Proposal::of_policy(ground, Some(&audit.policies), &judge(text), POLICY).needless
    };
    let text = policy(SIGNED);
    assert_eq!(needless(&text), Some(Needless::Settled));
    assert_eq!(needless(&format!("# a comment\n{text}")), Some(Needless::SamePolicy));
    assert_eq!(needless(&text.replace("quorum: 1", "quorum: 2")), None);
    let nobody = judge(&text.replace(&people(), ""));
    let ground = Ground { policy: &nobody, ..ground };
    let proposal = Proposal::of_policy(ground, Some(&audit.policies), &judge(&text), POLICY);
    assert_eq!(proposal.needless, Some(Needless::NobodyCould));
}

/// Without history, what can be known is checked, and nothing else counts for or against.
#[test]
fn without_history_a_signature_is_checked_and_its_lineage_is_not() {
    let world = World::approved();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "expires: 2024-04-30");
    let statement = world.statement(&branch.files, "bob");
    let seen = Seen::of(&world, &branch);
    let ground = Ground { policy: seen.judge(), branch: &seen.writers, is_complete: false };
    let proposal = Proposal::of_record(ground, None, &seen.record).expect("a last day");
    let vote = |statement: &Statement, key: &str| {
        let text = signed(statement, key);
        let day = DAY.parse().expect("a day");
        let vote = proposal.vote(&approval_path(statement), text.as_bytes(), day);
        vote.refusal.map(|it| it.to_string())
    };
    assert_eq!(vote(&statement, "bob"), None);
    assert!(vote(&statement, "mallory").is_some_and(|it| it.contains("`mallory`'s")));
    assert_eq!(proposal.not_evaluated(), ["lineage", "separation of duties"]);
}
