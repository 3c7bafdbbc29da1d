//! Which branch is the mainline: the policy of a checkout does not say so alone.

use exc::Outcome;
use git2::{Oid, Repository};

use crate::support::history::{History, PEOPLE};
use crate::support::{RECORD_PATH, Said, Workspace, record};

const ID: &str = "EXC-2026-K7QD";
const POLICY: &str = "exceptions/policy.yaml";
/// Those that read the history of the mainline, with what they say of a branch that they read.
const READERS: [&[&str]; 8] = [
    &["audit"],
    &["audit", "--as-of", "2026-11-15"],
    &["history", ID],
    &["verify"],
    &["list"],
    &["list", "--as-of", "2026-11-15"],
    &["show", ID],
    &["review", ID],
];

/// A branch `evil`, checked out, on which Mallory extends the record and makes the branch the mainline
/// of its own policy.
fn hostile() -> History {
    hostile_by(None)
}

/// The same, where Mallory may write others as the authors of the change and of its merge.
fn hostile_by(merger: Option<&str>) -> History {
    let mut history = History::approved();
    let main = history.main;
    name_mainline(&history, "evil");
    history.edit("expires: 2027-01-31", "expires: 2027-03-31");
    match merger {
        Some(merger) => history.merge("carol", merger, "2026-11-11"),
        None => history.push("mallory", "2026-11-11", "more"),
    }
    point(&history.repo, "refs/heads/evil", history.main);
    point(&history.repo, "refs/heads/main", main);
    history.repo.set_head("refs/heads/evil").expect("a branch");
    history
}

/// The same in a clone, which knows the default branch of its remote or does not.
fn cloned(history: &History, default: Option<&str>) {
    let repo = &history.repo;
    repo.remote("origin", "https://example.com/register.git").expect("a remote");
    for branch in ["main", "evil", "trunk"] {
        if let Ok(tip) = repo.refname_to_id(&format!("refs/heads/{branch}")) {
            point(repo, &format!("refs/remotes/origin/{branch}"), tip);
        }
    }
    if let Some(branch) = default {
        let target = format!("refs/remotes/origin/{branch}");
        repo.reference_symbolic("refs/remotes/origin/HEAD", &target, true, "test").expect("a name");
    }
}

fn point(repo: &Repository, name: &str, tip: Oid) {
    repo.reference(name, tip, true, "test").expect("a branch");
}

fn name_mainline(history: &History, branch: &str) {
    let policy = history.w.read(POLICY);
    let lines = policy.lines().filter(|line| !line.starts_with("mainline:"));
    let rest: String = lines.map(|line| format!("{line}\n")).collect();
    history.w.write(POLICY, format!("{rest}mainline: {branch}\n"));
}

/// All that is said, in one line.
fn told(said: &Said) -> String {
    format!("{} {}", said.out, said.err).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A register whose mainline an approved change renamed from `main` to `trunk`.
fn renamed(merger: Option<&str>) -> History {
    let mut history = History::approved();
    name_mainline(&history, "trunk");
    match merger {
        Some(merger) => history.merge("carol", merger, "2026-11-12"),
        None => history.push("carol", "2026-11-12", "rename"),
    }
    point(&history.repo, "refs/heads/trunk", history.main);
    history
}

#[test]
fn a_branch_does_not_make_itself_the_mainline_where_the_default_branch_is_known() {
    let mut history = hostile();
    cloned(&history, Some("main"));
    for arguments in READERS {
        let said = history.w.run(arguments);
        let told = told(&said);
        assert!(
            told.contains("the policy at hand names `evil` as the mainline; `origin/main` is read"),
            "{arguments:?}: {said:?}"
        );
    }
    history.main = history.repo.refname_to_id("refs/heads/main").expect("a branch");
    insta::assert_snapshot!(history.shown(&["audit"]), @r#"
EXC-2026-K7QD  approved by alice (landing, claimed), active

policy: [C1] the first one, which is trusted
note: the policy at hand names `evil` as the mainline; `origin/main` is read,
  as the policy on `origin/main` says, the default branch of `origin` (`git
  remote set-head origin --auto` if that is another by now)
note: whether the mainline was rewritten is not checked: there is no
  `--anchor`
1 record on origin/main at [C2], judged on 2026-11-20 (UTC): 1 approved
[exit status: 0]
"#);
}

#[test]
fn nor_where_it_shares_no_history_with_it() {
    let mut history = hostile();
    let main = history.repo.refname_to_id("refs/heads/main").expect("a branch");
    history.main = Oid::ZERO_SHA1;
    history.push("alice", "2026-11-10", "all anew");
    point(&history.repo, "refs/heads/evil", history.main);
    point(&history.repo, "refs/heads/main", main);
    cloned(&history, Some("main"));
    let said = history.w.run(&["audit", "--format", "json"]);
    assert!(said.out.contains("\"mainline\": \"origin/main\""), "{said:?}");
    assert!(said.out.contains("`evil` as the mainline; `origin/main` is read"), "{said:?}");
}

#[test]
fn nor_where_only_the_trail_tells_that_nobody_approved_it() {
    for is_clone in [false, true] {
        let history = hostile();
        if is_clone {
            cloned(&history, None);
        }
        let (evil, main) = match is_clone {
            true => ("origin/evil", "origin/main"),
            false => ("evil", "main"),
        };
        let expected = format!(
            "the policy on `{evil}` that names `evil` as the mainline is not approved; `{main}` is read, as the one before it says: see `exc audit --mainline {evil}`"
        );
        // The second time from what was kept.
        for arguments in READERS.iter().chain(&READERS) {
            let said = history.w.run(arguments);
            assert!(told(&said).contains(&expected), "{arguments:?}: {said:?}");
        }
        let said = history.w.run(&["show", ID, "--as-of", "2026-11-15", "--format", "yaml"]);
        assert!(said.out.contains("expires: 2027-01-31"), "{said:?}");
        let said = told(&history.w.run(&["doctor"]));
        let is_told = said.contains("this clone does not know the default branch of `origin`");
        assert_eq!(is_told, is_clone, "{said}");
        assert_eq!(said.contains("git remote set-head origin --auto"), is_clone, "{said}");
    }
}

#[test]
fn nor_where_a_merge_names_somebody_who_may_approve_as_its_author() {
    let history = hostile_by(Some("alice"));
    let said = history.w.run(&["audit", "--mainline", "evil"]);
    assert_eq!(said.outcome, Outcome::Success, "such a branch is in order by itself: {said:?}");
    let expected = "the policy on `evil` names `evil` as the mainline; `main` is read, which was it before, and does not say so: see `exc audit --mainline evil`";
    for arguments in READERS.iter().chain(&READERS) {
        let said = history.w.run(arguments);
        assert!(told(&said).contains(expected), "{arguments:?}: {said:?}");
    }
}

#[test]
fn nor_over_the_name_of_a_branch_that_never_was() {
    let mut history = History::approved();
    let main = history.main;
    name_mainline(&history, "gone");
    history.merge("carol", "alice", "2026-11-10");
    name_mainline(&history, "evil");
    history.edit("expires: 2027-01-31", "expires: 2027-03-31");
    history.merge("carol", "alice", "2026-11-11");
    point(&history.repo, "refs/heads/evil", history.main);
    point(&history.repo, "refs/heads/main", main);
    history.repo.set_head("refs/heads/evil").expect("a branch");
    let said = history.w.run(&["audit"]);
    assert!(told(&said).contains("`main` is read, which was it before"), "{said:?}");
    assert!(said.out.contains("on main"), "{said:?}");
}

#[test]
fn whoever_names_a_branch_reads_it() {
    let history = hostile();
    cloned(&history, Some("main"));
    let said = history.w.run(&["audit", "--mainline", "origin/evil"]);
    assert!(said.out.contains("1 record on origin/evil"), "{said:?}");
    assert!(!told(&said).contains("the policy at hand"), "{said:?}");
}

#[test]
fn a_mainline_that_an_approved_change_renamed_is_the_new_one() {
    for default in [None, Some("main"), Some("trunk")] {
        let history = renamed(Some("alice"));
        if default.is_some() {
            cloned(&history, default);
        }
        let name = if default.is_some() { "origin/trunk" } else { "trunk" };
        for arguments in READERS {
            let said = history.w.run(arguments);
            assert!(!said.err.contains("note: "), "{arguments:?}: {said:?}");
            assert!(!said.out.contains("mainline;"), "{arguments:?}: {said:?}");
        }
        assert!(history.w.exc(&["audit"]).contains(&format!("1 record on {name}")));
        // On a day on which it still had the other name.
        let said = history.w.run(&["audit", "--as-of", "2026-11-08"]);
        assert!(said.out.contains(&format!("1 record on {name}")), "{said:?}");

        // In a checkout of before, the policy names the old one.
        history.w.write(POLICY, PEOPLE);
        let said = history.w.run(&["audit"]);
        let expected = format!("the policy at hand names `main` as the mainline; `{name}` is read");
        assert!(told(&said).contains(&expected), "{said:?}");
    }
}

#[test]
fn a_new_name_that_nobody_approved_does_not_count() {
    let history = renamed(None);
    let said = history.w.run(&["audit"]);
    assert!(told(&said).contains("`trunk` as the mainline is not approved; `main` is read"));
    assert!(said.out.contains("1 record on main"), "{said:?}");
    assert_eq!(said.outcome, Outcome::Findings);

    history.repo.find_reference("refs/heads/main").expect("a branch").delete().expect("it goes");
    let said = history.w.run(&["audit"]);
    assert_eq!(said.outcome, Outcome::Error);
    insta::assert_snapshot!(said.err, @r#"
error: the policy on `trunk` that names it as the mainline is not approved, and there is no branch `main`, which the one before it names
hint: fetch it, or name the mainline: `exc audit --mainline trunk`
"#);
    let said = history.w.run(&["list"]);
    assert!(
        said.err.contains("which exceptions are in force is not known: the policy on `trunk`"),
        "{said:?}"
    );
    assert!(said.out.contains(ID), "{said:?}");

    // Unless whoever runs the forge has made that branch the default one.
    cloned(&history, Some("trunk"));
    let said = history.w.run(&["audit"]);
    assert!(said.out.contains("1 record on origin/trunk"), "{said:?}");
    assert!(told(&said).contains("there is no such branch; `origin/trunk` is read"), "{said:?}");
    assert_eq!(said.outcome, Outcome::Findings);
}

#[test]
fn branches_that_name_each_other_are_refused() {
    let mut history = renamed(Some("alice"));
    let renamed = history.main;
    history.main = history.repo.find_commit(renamed).expect("a commit").parent_id(0).expect("one");
    // A branch for the new name, from before the change.
    point(&history.repo, "refs/heads/trunk", history.main);
    let said = history.w.run(&["audit"]);
    assert_eq!(said.outcome, Outcome::Error);
    insta::assert_snapshot!(said.err, @r#"
error: which branch is the mainline cannot be told: `main` names `trunk`, and `trunk` names `main`
hint: bring the newer policy to both; until then name one, as in `exc audit --mainline REF`
"#);
}

#[test]
fn a_bare_repository_goes_by_the_branch_that_it_has_as_its_own() {
    let history = hostile();
    history.repo.set_head("refs/heads/main").expect("a branch");
    let bare = Workspace::empty();
    let mirror = Repository::init_bare(bare.root()).expect("a repository");
    let url = history.w.path(".git").display().to_string();
    let mut remote = mirror.remote_anonymous(&url).expect("a remote");
    remote.fetch(&["+refs/heads/*:refs/heads/*"], None, None).expect("a fetch");
    mirror.set_head("refs/heads/main").expect("a branch");
    let said = bare.run(&["audit"]);
    assert!(said.out.contains("1 record on main"), "{said:?}");
    assert!(bare.run(&["check"]).err.starts_with("note: `main` at "));

    // One whose own branch is that of somebody.
    mirror.set_head("refs/heads/evil").expect("a branch");
    let said = bare.run(&["audit"]);
    assert!(said.out.contains("1 record on main"), "{said:?}");
    assert!(told(&said).contains("`evil` as the mainline is not approved"), "{said:?}");
}

#[test]
fn what_is_new_is_compared_with_the_mainline_of_the_default_branch() {
    let history = hostile();
    cloned(&history, Some("main"));
    history.w.write(RECORD_PATH, record(ID, "high", "2027-03-31"));
    let said = history.w.run(&["diff"]);
    assert!(said.err.contains("`evil` as the mainline; `origin/main` is read"), "{said:?}");
    assert!(said.out.contains("2027-03-31"), "{said:?}");
    let said = history.w.run(&["doctor"]);
    assert!(said.out.contains("`evil` as the mainline; `origin/main`"), "{said:?}");
}
