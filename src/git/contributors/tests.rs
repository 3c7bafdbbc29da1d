//! Who contributed, in histories made for each question.

use super::*;
use crate::git::testing::{DANA, History};

const LEE: &str = "Lee <lee@example.com>";
const KIM: &str = "Kim <kim@example.com>";
const EVE: &str = "Eve <eve@example.com>";
const BO: &str = "Co-authored-by: Bo <bo@example.com>\n";

fn by(history: &History, who: &str, parents: &[ObjectId], text: &str) -> ObjectId {
    history.commit_by(who, who, "change\n", parents, &[("r/a", text)])
}

/// Who wrote each path, as `path: name role, ...`, and whether that is all.
fn wrote(history: &History, tip: ObjectId) -> (Vec<String>, Completeness) {
    let repo = history.repo();
    let chain = repo.chain(tip).unwrap();
    let touches = repo.changes_on(&chain, "r").unwrap();
    let touch = touches.iter().find(|touch| touch.commit == tip).expect("a change");
    let mut authorship = repo.authorship(repo.landings(&chain).unwrap(), "r");
    let found = authorship.of_landing(touch, &repo.commit(tip).unwrap()).unwrap();
    let completeness = found.values().next().expect("a path").completeness;
    let line = |(path, found): (&Vec<u8>, &Contributors)| {
        let people: Vec<String> =
            found.people.iter().map(|it| format!("{} {:?}", it.who.name, it.role)).collect();
        format!("{}: {}", String::from_utf8_lossy(path), people.join(", "))
    };
    (found.iter().map(line).collect(), completeness)
}

#[test]
fn those_who_would_land_are_known_before_the_merge() {
    let history = History::new();
    let root = by(&history, DANA, &[], "1");
    let main = by(&history, EVE, &[root], "0");
    let side = history.commit_by(LEE, KIM, BO, &[root], &[("r/a", "2")]);
    let head = history.commit_by(LEE, LEE, "elsewhere", &[side], &[("r/a", "2"), ("x", "")]);
    let found = history.repo().contributors_since(main, head, "r").expect("the people");
    let people = found.values().flat_map(|found| &found.people);
    let names: Vec<&str> = people.map(|it| it.who.name.as_str()).collect();
    assert_eq!(names, ["Lee", "Bo", "Kim"]);
    assert!(history.repo().contributors_since(main, root, "r").expect("nobody").is_empty());
}

#[test]
fn those_who_wrote_on_the_branch_contributed_and_the_one_who_merged_it_did_not() {
    let history = History::new();
    let root = by(&history, DANA, &[], "1");
    let side = history.commit_by(LEE, DANA, BO, &[root], &[("r/a", "2")]);
    let idle = history.commit_by(EVE, EVE, "", &[side], &[("r/a", "2"), ("x", "1")]);
    let merge = history.commit_by(KIM, KIM, BO, &[root, idle], &[("r/a", "2"), ("x", "1")]);
    let people = "r/a: Lee Author, Bo CoAuthor, Dana Committer".to_owned();
    assert_eq!(wrote(&history, merge), (vec![people], Completeness::Complete));
}

#[test]
fn whoever_merges_a_text_that_no_parent_has_contributed_too() {
    let history = History::new();
    let root = by(&history, DANA, &[], "1");
    let side = by(&history, LEE, &[root], "2");
    let merge = by(&history, KIM, &[root, side], "3");
    let people = "r/a: Kim Author, Kim Committer, Lee Author, Lee Committer".to_owned();
    assert_eq!(wrote(&history, merge), (vec![people], Completeness::Complete));
}

#[test]
fn whoever_brings_an_older_text_back_by_a_merge_wrote_it() {
    let history = History::new();
    let root = by(&history, DANA, &[], "1");
    let newer = by(&history, LEE, &[root], "2");
    let side = history.commit_by(EVE, EVE, "", &[root], &[("r/a", "1"), ("x", "1")]);
    let merge = history.commit_by(KIM, KIM, "", &[newer, side], &[("r/a", "1"), ("x", "1")]);
    let people = "r/a: Kim Author, Kim Committer, Dana Author, Dana Committer";
    assert_eq!(wrote(&history, merge).0, [people]);
}

/// Whoever wrote it long before, and took it away again, wrote it.
#[test]
fn a_text_that_an_earlier_landing_brought_and_left_has_its_author() {
    let history = History::new();
    let root = by(&history, DANA, &[], "1");
    let written = history.commit_by(EVE, EVE, "", &[root], &[("r/a", "1"), ("r/b", "2")]);
    let left = history.commit_by(EVE, EVE, "", &[written], &[("r/a", "1")]);
    let first = history.commit_by(KIM, KIM, "", &[root, left], &[("r/a", "1"), ("x", "1")]);
    let files = &[("r/a", "1"), ("r/b", "2"), ("x", "1")];
    let back = history.commit_by(LEE, LEE, "", &[first, written], files);
    let merge = history.commit_by(KIM, KIM, "", &[first, back], files);
    let people = wrote(&history, merge).0;
    assert!(people[0].contains("Eve Author"), "{people:?}");
}

#[test]
fn of_one_commit_the_committer_is_no_contributor_and_the_branch_is_not_known() {
    let history = History::new();
    let root = by(&history, DANA, &[], "1");
    let squash = history.commit_by(LEE, KIM, BO, &[root], &[("r/a", "2")]);
    let people = "r/a: Lee Author, Bo CoAuthor".to_owned();
    assert_eq!(wrote(&history, squash), (vec![people], Completeness::OneCommit));
    assert_eq!(wrote(&history, root).1, Completeness::OneCommit);
}

#[test]
fn strangers_whose_work_came_from_the_mainline_are_none() {
    let history = History::new();
    let root = by(&history, DANA, &[], "1");
    let side = history.commit_by(LEE, LEE, "", &[root], &[("r/a", "1"), ("r/b", "1")]);
    let main = by(&history, EVE, &[root], "2");
    let both = [("r/a", "2"), ("r/b", "1")];
    let back = history.commit_by(LEE, LEE, "", &[side, main], &both);
    let merge = history.commit_by(KIM, KIM, "", &[main, back], &both);
    assert_eq!(wrote(&history, merge).0, ["r/b: Lee Author, Lee Committer"]);
}

#[test]
fn a_branch_that_landed_before_is_not_searched_again_whatever_its_dates() {
    let history = History::new();
    let root = by(&history, DANA, &[], "1");
    let early = by(&history, EVE, &[root], "2");
    let late = by(&history, LEE, &[early], "3");
    let first = by(&history, KIM, &[root, early], "2");
    let second = by(&history, KIM, &[first, late], "3");
    assert_eq!(wrote(&history, second).0, ["r/a: Lee Author, Lee Committer"]);
}

#[test]
fn a_record_that_moved_on_its_branch_keeps_its_first_writers() {
    let history = History::new();
    let root = history.commit_by(DANA, DANA, "", &[], &[("x", "1")]);
    let draft = history.commit_by(EVE, EVE, "", &[root], &[("x", "1"), ("r/draft", "1")]);
    let moved = history.commit_by(LEE, LEE, "", &[draft], &[("x", "1"), ("r/a", "1")]);
    let merge = history.commit_by(KIM, KIM, "", &[root, moved], &[("x", "1"), ("r/a", "1")]);
    assert_eq!(
        wrote(&history, merge).0,
        [
            "r/a: Lee Author, Lee Committer",
            "r/draft: Lee Author, Lee Committer, Eve Author, Eve Committer"
        ]
    );
}

#[test]
fn every_branch_of_an_octopus_is_searched() {
    let history = History::new();
    let root = by(&history, DANA, &[], "1");
    let one = history.commit_by(LEE, LEE, "", &[root], &[("r/a", "1"), ("r/b", "1")]);
    let two = history.commit_by(EVE, EVE, "", &[root], &[("r/a", "1"), ("r/c", "1")]);
    let all = [("r/a", "1"), ("r/b", "1"), ("r/c", "1")];
    let merge = history.commit_by(KIM, KIM, "", &[root, one, two], &all);
    assert_eq!(
        wrote(&history, merge).0,
        ["r/b: Lee Author, Lee Committer", "r/c: Eve Author, Eve Committer"]
    );
}

#[test]
fn a_branch_that_this_clone_does_not_have_makes_the_list_incomplete() {
    let history = History::new();
    let root = by(&history, DANA, &[], "1");
    let early = by(&history, EVE, &[root], "2");
    let late = by(&history, LEE, &[early], "3");
    let merge = by(&history, KIM, &[root, late], "3");
    history.forget(early);
    let (people, completeness) = wrote(&history, merge);
    assert_eq!(completeness, Completeness::Missing(early));
    assert!(!people[0].contains("Eve"), "{people:?}");
}

#[test]
fn a_change_of_the_mode_writes_no_text() {
    let history = History::new();
    let root = by(&history, DANA, &[], "1");
    let tree = history.tree(&[("r/a", "1", 0o100_755)]);
    let side = history.commit_tree(EVE, EVE, "", &[root], tree);
    let last = by(&history, LEE, &[side], "2");
    let merge = by(&history, KIM, &[root, last], "2");
    assert_eq!(wrote(&history, merge).0, ["r/a: Lee Author, Lee Committer"]);
}
