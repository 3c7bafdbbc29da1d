//! What holds in every history: random ones, and what their verdicts may not do.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::world::{PATH, World, approval_path, edit, signed};
use crate::git::Chain;
use crate::history::lineage::Digest;
use crate::history::{Audit, Landed, Verdict, Wanted};
use crate::policy::Evidence;

/// Something that somebody does.
#[derive(Clone, Debug)]
enum Step {
    /// Edits the record, has it signed or not, and lands it in a style.
    Change {
        edit: usize,
        author: usize,
        signers: Vec<usize>,
        style: usize,
    },
    Delete,
    /// Puts the text back that stood there some revisions ago, with whatever approvals there are.
    Back {
        revision: usize,
    },
    Elsewhere,
}

const PEOPLE: [&str; 4] = ["alice", "bob", "carol", "mallory"];
const EDITS: [&str; 9] = [
    "title: Another title",
    "expires: 2024-02-29",
    "expires: 2024-06-30",
    "expires: 2024-12-31",
    "scope: [\"azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b\"]",
    "controls: [AZ-NET-004, AZ-KEY-002]",
    "risk: {level: high, statement: Reachable.}",
    "closed: {date: 2024-01-20, outcome: remediated}",
    "justification: {blocker: Another., end_state: Another.}",
];

fn step() -> impl Strategy<Value = Step> {
    let signers = proptest::collection::vec(0..PEOPLE.len(), 0..3);
    prop_oneof![
        6 => (0..EDITS.len(), 0..PEOPLE.len(), signers, 0..4_usize)
            .prop_map(|(edit, author, signers, style)| Step::Change { edit, author, signers, style }),
        1 => Just(Step::Delete),
        2 => (0..4_usize).prop_map(|revision| Step::Back { revision }),
        1 => Just(Step::Elsewhere),
    ]
}

/// A history, and every text that anybody signed, as `person digest`.
fn play(steps: &[Step]) -> (World, BTreeSet<String>) {
    let mut world = World::new();
    let mut said = BTreeSet::new();
    let mut texts = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        match step {
            Step::Change { edit: change, author, signers, style } => {
                let author = PEOPLE[*author];
                let mut branch = world.branch();
                world.edit(&mut branch, author, EDITS[*change]);
                for signer in signers {
                    let signer = PEOPLE[*signer];
                    let statement = world.statement(&branch.files, signer);
                    said.insert(format!("{signer} {}", statement.content));
                    let (path, text) = (approval_path(&statement), signed(&statement, signer));
                    world.commit(&mut branch, author, |files| {
                        files.insert(path, text);
                    });
                }
                match style {
                    0 => world.merge(&branch, "dana"),
                    1 => world.squash(&branch, author, "change\n"),
                    2 => world.rebase(&branch, "dana"),
                    _ => {
                        let files = branch.files.clone();
                        world.push(author, "change\n", |main| *main = files);
                    }
                }
                texts.push(world.files[PATH].clone());
            }
            Step::Delete => world.push("carol", "delete\n", |files| {
                files.remove(PATH);
            }),
            Step::Back { revision } => {
                let text = texts.iter().rev().nth(*revision).cloned();
                world.push("carol", "back\n", |files| {
                    files.extend(text.map(|text| (PATH.to_owned(), text)));
                });
            }
            Step::Elsewhere => world.push("mallory", "elsewhere\n", |files| {
                files.insert(format!("src/{n}.rs"), "text\n".to_owned());
            }),
        }
    }
    (world, said)
}

fn is_good(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Approved | Verdict::ApprovedLate)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn an_approval_covers_no_text_that_it_did_not_name(
        steps in proptest::collection::vec(step(), 1..9)
    ) {
        let (world, said) = play(&steps);
        for trail in &world.audit().trails {
            for revision in trail.revisions.iter().filter(|it| it.state.is_approved()) {
                let text = revision.text.as_ref().expect("a text");
                let content = Digest::of(text.file().text().as_bytes());
                for counted in revision.evidence.iter().filter(|it| it.kind == Evidence::Signed) {
                    let named = format!("{} {content}", counted.person);
                    prop_assert!(said.contains(&named), "{named} was never signed");
                }
            }
        }
    }

    #[test]
    fn what_is_good_stays_good_after_a_cosmetic_edit_and_after_commits_elsewhere(
        steps in proptest::collection::vec(step(), 1..9)
    ) {
        let (mut world, _) = play(&steps);
        if !world.files.contains_key(PATH) {
            return Ok(());
        }
        let before = world.trail();
        world.push("mallory", "elsewhere\n", |files| {
            files.insert("src/last.rs".to_owned(), "text\n".to_owned());
        });
        let after = world.trail();
        prop_assert_eq!(format!("{before:?}"), format!("{after:?}"));
        world.push("mallory", "typo\n", |files| edit(files, "title: A last title"));
        let after = world.trail();
        prop_assert!(!is_good(before.verdict) || is_good(after.verdict), "{:?}", after.why);
        prop_assert_eq!(before.renewals, after.renewals);
    }

    #[test]
    fn less_history_is_never_better(
        steps in proptest::collection::vec(step(), 2..9),
        depth in 1..8_usize,
    ) {
        let (world, _) = play(&steps);
        let repo = world.repo();
        let whole = repo.chain(world.main).expect("a chain");
        if depth >= whole.links.len() {
            return Ok(());
        }
        let links = whole.links[..depth].to_vec();
        let shallow = Chain { links, missing: Some(whole.links[depth].id) };
        let landed = Landed::read(&repo, &shallow, "exceptions", Wanted::Everything).expect("read");
        for trail in Audit::new(&landed, &[]).trails {
            prop_assert_eq!(trail.verdict, Verdict::Indeterminate);
        }
    }

    #[test]
    fn nobody_approves_what_they_wrote_or_requested(
        steps in proptest::collection::vec(step(), 1..9)
    ) {
        let (world, _) = play(&steps);
        for revision in &world.trail_if_any().map(|it| it.revisions).unwrap_or_default() {
            let header = world.repo().commit(revision.commit).expect("a commit");
            if !revision.state.is_approved() || header.parents.len() > 1 {
                continue;
            }
            let author = header.author.who.email;
            for counted in &revision.evidence {
                prop_assert_ne!(format!("{}@example.com", counted.person), author.clone());
                prop_assert_ne!(counted.person.as_str(), "carol");
            }
        }
    }
}
