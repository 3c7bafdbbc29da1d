//! Clones that lack something, repositories that somebody tampered with, and odd files.

use git2::ObjectType;

use super::world::{ANY, ID, PATH, POLICY, SIGNED, World, policy};
use crate::git::{Error, ObjectId, Repo};
use crate::history::{Audit, Landed, Verdict, Wanted};

/// Removes an older commit, as a shallow clone does not have it.
fn cut(world: &World, depth: usize) {
    let chain = world.repo().chain(world.main).expect("a chain");
    world.history.forget(chain.links[depth].id);
}

#[test]
fn s20_a_shallow_clone_is_indeterminate() {
    let world = World::approved();
    cut(&world, 1);
    assert_eq!(world.verdict(), Verdict::Indeterminate);
    assert!(world.said().contains("this clone stops before"), "{}", world.said());
    assert_eq!(world.told(), ["boundary indeterminate"]);
}

#[test]
fn what_is_new_in_a_shallow_clone_may_have_been_there_before() {
    let mut world = World::new();
    world.push("dana", "unrelated\n", |files| {
        files.insert("README.md".to_owned(), "text\n".to_owned());
    });
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    cut(&world, 2);
    assert_eq!(world.verdict(), Verdict::Indeterminate);
}

#[test]
fn s29_s30_replace_refs_and_grafts_change_nothing() {
    let mut world = World::new();
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    let other = world.history.commit(&[], &[("README.md", "text\n")]);
    world.history.point(&format!("refs/replace/{}", world.main), other);
    world.history.write(".git/info/grafts", &format!("{}\n", world.main));
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn s36_an_object_that_was_changed_in_its_store_is_an_error() {
    let world = World::approved();
    let blob = world.repo().entry_at(world.main, PATH).expect("read").expect("the record").id;
    let hex = blob.to_string();
    let path = world.history.path().join(".git/objects").join(&hex[..2]).join(&hex[2..]);
    let other = world.history.object(ObjectType::Blob, b"id: EXC-2026-ZZZZ\n").to_string();
    let other = world.history.path().join(".git/objects").join(&other[..2]).join(&other[2..]);
    std::fs::remove_file(&path).expect("removed");
    std::fs::copy(other, path).expect("another object in its place");
    let repo = world.repo();
    let chain = repo.chain(world.main).expect("a chain");
    let error = Landed::read(&repo, &chain, "exceptions", Wanted::Everything).err();
    assert!(matches!(error, Some(Error::Unreadable { .. })), "{error:?}");
}

#[test]
fn s44_a_bare_repository_has_the_same_trail() {
    let world = World::approved();
    let bare = tempfile::tempdir().expect("a directory");
    let url = world.history.path().to_str().expect("a path");
    git2::build::RepoBuilder::new().bare(true).clone(url, bare.path()).expect("a clone");
    let repo = Repo::open(bare.path()).expect("the clone");
    let chain = repo.chain(world.main).expect("a chain");
    let landed =
        Landed::read(&repo, &chain, "exceptions", Wanted::records(&[ID])).expect("a history");
    let audit = Audit::new(&landed, &[]);
    assert_eq!(audit.trail(ID).map(|trail| trail.verdict), Some(Verdict::Approved));
}

#[test]
fn s46_a_text_that_a_partial_clone_lacks_is_indeterminate() {
    let world = World::approved();
    let blob = world.repo().entry_at(world.main, PATH).expect("read").expect("the record").id;
    world.history.forget(blob);
    assert!(world.said().starts_with("indeterminate: `exceptions/EXC-2026-K7QD.yaml` cannot be read: this clone lacks the object"), "{}", world.said());
}

#[test]
fn s57_a_clone_without_trees_says_which_object_it_lacks() {
    let world = World::approved();
    let tree = world.repo().entry_at(world.main, "exceptions").expect("read").expect("a folder").id;
    world.history.forget(tree);
    let repo = world.repo();
    let chain = repo.chain(world.main).expect("a chain");
    let error = Landed::read(&repo, &chain, "exceptions", Wanted::Everything).err();
    assert!(matches!(error, Some(Error::Missing { id, .. }) if id == tree), "{error:?}");
}

/// Makes the newest commit of the mainline anew, with a second author.
fn add_an_author(world: &mut World) -> String {
    let header = world.repo().header(world.main).expect("a commit");
    let parents: String = header.parents.iter().map(|id| format!("parent {id}\n")).collect();
    let stamp = "Carol <carol@example.com> 1700090000 +0000";
    let text = format!(
        "tree {}\n{parents}author {stamp}\nauthor Bob <bob@example.com> 1700090000 +0000\ncommitter {stamp}\n\nchange\n",
        header.tree
    );
    world.main = world.history.raw(text.as_bytes());
    world.history.point("refs/heads/main", world.main);
    world.main.to_string().chars().take(7).collect()
}

#[test]
fn s58_a_landing_with_two_authors_keeps_what_it_touches_from_being_judged_and_nothing_else() {
    let mut world = World::approved();
    world.push("mallory", "another\n", |files| {
        let text = files[PATH].replace("K7QD", "ZZZZ");
        files.insert("exceptions/EXC-2026-ZZZZ.yaml".to_owned(), text);
    });
    let other = |world: &World| world.audit().trail("EXC-2026-ZZZZ").map(|it| it.verdict);
    // Even a tightening, which takes nobody.
    world.push_edit("carol", "expires: 2024-01-31");
    let commit = add_an_author(&mut world);
    let why = format!("indeterminate: the commit {commit} cannot be judged: it has two authors");
    assert_eq!(world.said(), why);
    assert_eq!(world.told().last().map(String::as_str), Some("tightening indeterminate"));
    assert_eq!(other(&world), Some(Verdict::Unapproved));
    // A landing that git can read is judged again, by what is known to be settled.
    world.push_edit("carol", "title: A better title");
    assert_eq!(world.verdict(), Verdict::Approved);
}

#[test]
fn s58_who_wrote_a_text_on_top_of_it_is_not_known_either() {
    let mut world = World::approved();
    world.push_edit("carol", "expires: 2024-06-30");
    let commit = add_an_author(&mut world);
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "expires: 2024-09-30");
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert!(
        world.said().starts_with(&format!("indeterminate: the commit {commit}")),
        "{}",
        world.said()
    );
    // What was approved before is put back without it.
    world.push_edit("carol", "expires: 2024-03-31");
    assert_eq!(world.verdict(), Verdict::Approved);
    // Whoever puts the other back has not written it.
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "expires: 2024-06-30");
    world.sign(&mut branch, "carol", "alice");
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Indeterminate);
}

#[test]
fn s58_a_merge_with_two_authors_approves_nothing() {
    let mut world = World::with_policy(&policy(ANY));
    let mut branch = world.branch();
    world.edit(&mut branch, "carol", "");
    world.merge(&branch, "alice");
    assert_eq!(world.verdict(), Verdict::Approved);
    add_an_author(&mut world);
    assert_eq!(world.verdict(), Verdict::Indeterminate);
}

#[test]
fn s58_a_commit_of_a_branch_with_two_authors_keeps_only_its_text_from_being_judged() {
    let mut world = World::new();
    let main = world.main;
    world.push_edit("carol", "");
    add_an_author(&mut world);
    let mut branch = world.branch();
    world.main = main;
    world.files.remove(PATH);
    world.sign(&mut branch, "carol", "alice");
    world.commit(&mut branch, "carol", |files| {
        let text = files[PATH].replace("K7QD", "ZZZZ");
        files.insert("exceptions/EXC-2026-ZZZZ.yaml".to_owned(), text);
    });
    world.merge(&branch, "dana");
    assert_eq!(world.verdict(), Verdict::Indeterminate);
    let other = world.audit().trail("EXC-2026-ZZZZ").map(|it| it.verdict);
    assert_eq!(other, Some(Verdict::Unapproved));
    assert!(world.repo().contributors_since(main, branch.tip, "exceptions").is_err());
}

#[test]
fn a_policy_in_a_landing_with_two_authors_is_not_in_force() {
    let mut world = World::with_policy(&policy(ANY));
    let mut branch = world.branch();
    world.commit(&mut branch, "dana", |files| {
        files.insert(POLICY.to_owned(), policy(SIGNED));
    });
    world.merge(&branch, "alice");
    add_an_author(&mut world);
    let policies = world.audit().policies;
    assert_eq!(policies.revisions.last().map(|it| it.state.as_str()), Some("indeterminate"));
    assert!(policies.is_unknown() && policies.is_unsettled());
    assert_eq!(policies.in_force().len(), 1);
}

#[test]
fn commits_elsewhere_change_nothing() {
    let mut world = World::approved();
    let before = (world.said(), world.told());
    for n in 0..5 {
        world.push("mallory", "unrelated\n", |files| {
            files.insert(format!("src/{n}.rs"), "text\n".to_owned());
        });
    }
    assert_eq!((world.said(), world.told()), before);
    assert_eq!(world.landed().landings.len(), 2);
}

/// How long many of them take is measured by the benchmark; here, what is read of each.
#[test]
fn s78_of_a_commit_that_leaves_the_register_alone_nothing_beside_it_is_read() {
    let mut world = World::approved();
    let before = world.said();
    let mut beside = Vec::new();
    for n in 0..5 {
        world.push("mallory", "unrelated\n", |files| {
            files.insert(format!("src/deep/{n}.rs"), format!("{n}\n"));
        });
        for path in ["src", "src/deep"] {
            let entry = world.repo().entry_at(world.main, path).expect("read").expect("a folder");
            beside.push(entry.id);
        }
    }
    world.push_edit("carol", "title: A better title");
    beside.sort_unstable();
    beside.dedup();
    beside.into_iter().for_each(|tree| world.history.forget(tree));
    assert_eq!(world.said(), before);
    assert_eq!(world.told().len(), 2);
}

#[test]
fn one_record_is_read_with_the_same_trail_as_all() {
    let mut world = World::approved();
    world.push("carol", "move\n", |files| {
        let text = files.remove(PATH).expect("the record");
        files.insert("exceptions/elsewhere.yaml".to_owned(), text);
        files.insert("exceptions/EXC-2026-ZZZZ.yaml".to_owned(), "id: EXC-2026-ZZZZ\n".to_owned());
    });
    let repo = world.repo();
    let chain = repo.chain(world.main).expect("a chain");
    let one = Landed::read(&repo, &chain, "exceptions", Wanted::records(&[ID])).expect("a history");
    let one = Audit::new(&one, &[]);
    let told = |audit: &Audit| format!("{:?}", audit.trail(ID));
    assert_eq!(told(&one), told(&world.audit()));
}

#[test]
fn a_text_that_is_known_to_be_of_another_record_is_taken_for_none_that_is_asked_for() {
    let mut world = World::approved();
    let other = "id: EXC-2026-ZZZZ\n";
    world.push("carol", "another\n", |files| {
        files.insert("exceptions/EXC-2026-ZZZZ.yaml".to_owned(), other.to_owned());
    });
    // The same text in a file that is called like the record.
    world.push("carol", "again\n", |files| {
        files.insert(format!("exceptions/copies/{ID}.yaml"), other.to_owned());
    });
    let repo = world.repo();
    let chain = repo.chain(world.main).expect("a chain");
    let others = ObjectId::of_file(other.as_bytes()).into_iter().collect();
    let wanted = Wanted::Records { ids: &[ID], others: Some(&others) };
    let one = Landed::read(&repo, &chain, "exceptions", wanted).expect("a history");
    let one = Audit::of_records(&one, &[ID], &[]);
    assert_eq!(format!("{:?}", one.trail(ID)), format!("{:?}", world.audit().trail(ID)));
    // What is not read still has a name.
    assert!(one.ids.contains("EXC-2026-ZZZZ"));
}

#[test]
fn commits_that_have_nothing_to_do_with_a_record_are_not_kept_for_it() {
    let mut world = World::approved();
    world.push("carol", "another\n", |files| {
        files.insert("exceptions/EXC-2026-ZZZZ.yaml".to_owned(), "id: EXC-2026-ZZZZ\n".to_owned());
    });
    let repo = world.repo();
    let chain = repo.chain(world.main).expect("a chain");
    let read = |wanted| Landed::read(&repo, &chain, "exceptions", wanted).expect("a history");
    assert_eq!(read(Wanted::Everything).landings.len(), 3);
    assert_eq!(read(Wanted::records(&[ID])).landings.len(), 2);
}

#[test]
fn a_register_without_a_policy_has_no_approvals() {
    let mut world = World::new();
    world.push("dana", "no policy\n", |files| {
        files.remove(POLICY);
    });
    world.push_edit("carol", "");
    assert_eq!(world.verdict(), Verdict::Unapproved);
}
