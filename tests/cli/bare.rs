//! Repositories without a work tree, whose register is read from the mainline's tree.

use std::path::Path;

use exc::Outcome;
use git2::{Oid, Repository, Signature, Time};

use crate::support::{POLICY, RECORD_PATH, Workspace, good_record};

const FILE: i32 = 0o100644;
const EXECUTABLE: i32 = 0o100755;
const LINK: i32 = 0o120000;
const SUBMODULE: i32 = 0o160000;

type Files<'a> = &'a [(&'a str, i32, &'a [u8])];

/// A bare repository whose branch holds these files.
fn bare(branch: &str, files: Files<'_>) -> Workspace {
    let w = Workspace::empty();
    let repo = Repository::init_bare(w.root()).expect("git works");
    repo.set_head(&format!("refs/heads/{branch}")).expect("git works");
    commit(&repo, branch, files);
    w
}

fn commit(repo: &Repository, branch: &str, files: Files<'_>) {
    let files: Vec<(&Path, i32, &[u8])> =
        files.iter().map(|&(path, mode, bytes)| (Path::new(path), mode, bytes)).collect();
    let tree = repo.find_tree(tree(repo, &files)).expect("git works");
    let who = Signature::new("Dana", "dana@example.com", &Time::new(0, 0)).expect("git works");
    let reference = format!("refs/heads/{branch}");
    repo.commit(Some(&reference), &who, &who, "a register", &tree, &[]).expect("git works");
}

fn tree(repo: &Repository, files: &[(&Path, i32, &[u8])]) -> Oid {
    let mut builder = repo.treebuilder(None).expect("git works");
    let mut folders: Vec<&Path> = Vec::new();
    for (path, mode, bytes) in files {
        let mut parts = path.iter();
        let (first, rest) = (Path::new(parts.next().expect("a name")), parts.as_path());
        if rest.as_os_str().is_empty() {
            let id = match *mode {
                SUBMODULE => Oid::from_bytes(&[1; 20]).expect("git works"),
                _ => repo.blob(bytes).expect("git works"),
            };
            builder.insert(first, id, *mode).expect("git works");
        } else if !folders.contains(&first) {
            folders.push(first);
            let below: Vec<_> = files
                .iter()
                .filter_map(|(path, mode, bytes)| {
                    Some((path.strip_prefix(first).ok()?, *mode, *bytes))
                })
                .collect();
            builder.insert(first, tree(repo, &below), 0o040000).expect("git works");
        }
    }
    builder.write().expect("git works")
}

fn policy() -> (&'static str, i32, &'static [u8]) {
    ("exceptions/policy.yaml", FILE, POLICY.as_bytes())
}

#[test]
fn its_mainline_is_judged_listed_and_shown() {
    let record = good_record();
    let w = bare("main", &[policy(), (RECORD_PATH, FILE, record.as_bytes())]);
    let said = w.run(&["check"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert_eq!(said.out, "1 record in `exceptions` judged on 2026-11-20 (UTC): all fine\n");
    assert!(said.err.starts_with("note: `main` at "), "{}", said.err);
    assert!(said.err.ends_with(" is read, since there is no work tree\n"), "{}", said.err);
    assert_eq!(w.exc(&["list", "--format", "ids"]), "EXC-2026-K7QD\n");
    assert!(w.exc(&["list"]).contains("active"));
    assert_eq!(w.exc(&["show", "EXC-2026-K7QD", "--format", "yaml"]), record);
}

/// Whether files stand in a directory or in a commit makes no difference.
#[cfg(unix)]
#[test]
fn a_commit_is_judged_as_the_directory_that_it_makes() {
    use std::os::unix::fs::PermissionsExt;

    let record = good_record();
    let large = vec![b'#'; 300 * 1024];
    let stale = record.replace("expires: 2027-01-31", "expires: 2026-11-19");
    let files: &[(&str, i32, &[u8])] = &[
        policy(),
        (RECORD_PATH, FILE, record.as_bytes()),
        ("exceptions/2026/EXC-2026-K7QE.yaml", EXECUTABLE, stale.as_bytes()),
        ("exceptions/2026/exc-2026-k7qe.yaml", FILE, b"id: [\n"),
        ("exceptions/EXC-2026-0000.yaml", FILE, &large),
        ("exceptions/EXC-2026-0001.yaml", FILE, b"title: caf\xe9\n"),
        ("exceptions/EXC-2026-0002.yaml", LINK, b"../elsewhere.yaml"),
        ("exceptions/approvals/EXC-2026-K7QD/a.approval", FILE, b"signed"),
        ("exceptions/approvals/EXC-2026-K7QD/EXC-2026-0003.yaml", FILE, b"id: A\n"),
        ("exceptions/aux.yaml", FILE, b"id: aux\n"),
        ("exceptions/notes.txt", FILE, b"notes"),
    ];
    let directory = Workspace::empty();
    for (path, mode, bytes) in files {
        if *mode == LINK {
            std::os::unix::fs::symlink("../elsewhere.yaml", directory.path(path)).unwrap();
            continue;
        }
        directory.write(path, bytes);
        let permissions = std::fs::Permissions::from_mode(*mode as u32 & 0o777);
        std::fs::set_permissions(directory.path(path), permissions).unwrap();
    }
    let commit = bare("main", files);
    let check = ["check", "--format", "json"];
    let (expected, found) = (directory.run(&check), commit.run(&check));
    assert_eq!(found.out, expected.out);
    assert_eq!((found.outcome, expected.outcome), (Outcome::Error, Outcome::Error));
    for code in ["EXC002", "EXC005", "EXC006", "EXC007", "EXC009", "EXC022", "EXC024", "EXC207"] {
        assert!(found.out.contains(code), "{code}: {}", found.out);
    }
}

#[test]
fn a_submodule_is_no_record() {
    let w = bare("main", &[policy(), ("exceptions/EXC-2026-K7QD.yaml", SUBMODULE, b"")]);
    let said = w.run(&["check"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.out.contains("EXC008"), "{}", said.out);
}

#[test]
fn the_branch_that_the_policy_names_is_read() {
    let trunk = format!("{POLICY}mainline: trunk\n");
    let record = good_record();
    let files: Files<'_> = &[
        ("exceptions/policy.yaml", FILE, trunk.as_bytes()),
        (RECORD_PATH, FILE, record.as_bytes()),
    ];
    let w = bare("main", &files[..1]);
    let said = w.run(&["check"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("the policy's mainline is `trunk`, which is no branch"), "{said:?}");

    commit(&Repository::open_bare(w.root()).unwrap(), "trunk", files);
    assert_eq!(w.exc(&["list", "--format", "ids"]), "EXC-2026-K7QD\n");
}

#[test]
fn files_and_folders_of_the_commit_can_be_named() {
    let record = good_record();
    let broken = format!("{}expiry: 2027-01-31\n", good_record());
    let w = bare(
        "main",
        &[
            policy(),
            (RECORD_PATH, FILE, broken.as_bytes()),
            ("exceptions/2026/EXC-2026-K7QE.yaml", FILE, record.as_bytes()),
        ],
    );
    assert_eq!(w.run(&["check", RECORD_PATH]).outcome, Outcome::Findings);
    assert!(w.run(&["check", "exceptions/2026"]).out.contains("1 record"));
    for path in ["exceptions/2025", "elsewhere"] {
        let said = w.run(&["check", path]);
        assert_eq!(said.outcome, Outcome::Error, "{path}");
        assert!(said.err.contains("is not in the register"), "{}", said.err);
    }
}

#[test]
fn a_register_below_a_folder_is_named() {
    let record = good_record();
    let w = bare(
        "main",
        &[
            ("infra/exceptions/policy.yaml", FILE, POLICY.as_bytes()),
            ("infra/exceptions/EXC-2026-K7QD.yaml", FILE, record.as_bytes()),
        ],
    );
    assert!(w.run(&["check"]).err.contains("`exceptions/policy.yaml` is not on `main`"));
    let said = w.run(&["check", "--register", "infra/exceptions"]);
    assert!(said.out.contains("1 record in `infra/exceptions` judged"), "{said:?}");
}

#[test]
fn nothing_can_be_written_there() {
    let w = bare("main", &[policy()]);
    let said = w.run(&["new", "--draft"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("is a bare repository: it has no files"), "{}", said.err);
}

#[test]
fn without_a_commit_there_is_nothing_to_judge() {
    let w = Workspace::empty();
    let repo = Repository::init_bare(w.root()).unwrap();
    repo.set_head("refs/heads/main").unwrap();
    for command in ["check", "list", "new"] {
        let said = w.run(&[command]);
        assert_eq!(said.outcome, Outcome::Error);
        assert!(said.err.contains("is a bare repository, and has no branch `main`"), "{said:?}");
    }
}

#[test]
fn a_file_that_the_repository_lacks_is_unjudged_and_the_rest_is_judged() {
    let record = good_record();
    let lost = format!("{record}# lost\n");
    let w = bare(
        "main",
        &[
            policy(),
            (RECORD_PATH, FILE, record.as_bytes()),
            ("exceptions/EXC-2026-K7QE.yaml", FILE, lost.as_bytes()),
        ],
    );
    let id = Oid::hash_object(git2::ObjectType::Blob, lost.as_bytes()).unwrap().to_string();
    std::fs::remove_file(w.path(format!("objects/{}/{}", &id[..2], &id[2..]))).unwrap();
    let said = w.run(&["check"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.out.contains(&format!("lacks the object {id}")), "{}", said.out);
    assert!(said.out.contains("EXC010") && said.out.contains("1 record"), "{}", said.out);
}

/// libgit2 never comes back from an object that is cut off.
#[test]
fn an_object_that_is_cut_off_is_unjudged() {
    let record = good_record();
    let w = bare("main", &[policy(), (RECORD_PATH, FILE, record.as_bytes())]);
    let repo = Repository::open_bare(w.root()).unwrap();
    let commit = repo.find_reference("refs/heads/main").unwrap().peel_to_commit().unwrap();
    let register = commit.tree().unwrap().get_name("exceptions").unwrap().id();
    let blob = Oid::hash_object(git2::ObjectType::Blob, record.as_bytes()).unwrap();
    for id in [blob, register, commit.tree_id(), commit.id()] {
        let id = id.to_string();
        let path = w.path(format!("objects/{}/{}", &id[..2], &id[2..]));
        let whole = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let said = w.run(&["check"]);
        assert_eq!(said.outcome, Outcome::Error, "{id}: {said:?}");
        assert!(format!("{}{}", said.out, said.err).contains("is damaged"), "{id}: {said:?}");
        std::fs::write(&path, whole).unwrap();
    }
    assert_eq!(w.run(&["check"]).outcome, Outcome::Success);
}

/// A clone would hold the files of both, so neither alone is the register.
#[test]
fn a_folder_that_is_named_twice_is_refused() {
    let record = good_record();
    let w = bare("main", &[policy(), (RECORD_PATH, FILE, record.as_bytes())]);
    let repo = Repository::open_bare(w.root()).unwrap();
    let head = repo.find_reference("refs/heads/main").unwrap().peel_to_commit().unwrap();
    let id = head.tree().unwrap().get_name("exceptions").unwrap().id();
    let entry = [b"40000 exceptions\0", id.as_bytes()].concat();
    let odb = repo.odb().unwrap();
    let tree = odb.write(git2::ObjectType::Tree, &entry.repeat(2)).unwrap();
    let commit =
        format!("tree {tree}\nauthor A <a@x> 0 +0000\ncommitter A <a@x> 0 +0000\n\ntwice\n");
    let tip = odb.write(git2::ObjectType::Commit, commit.as_bytes()).unwrap();
    repo.reference("refs/heads/main", tip, true, "twice").unwrap();
    let said = w.run(&["check"]);
    assert_eq!(said.outcome, Outcome::Error, "{said:?}");
    assert!(said.err.contains("it names `exceptions` twice"), "{}", said.err);
}

#[test]
fn a_damaged_repository_is_not_taken_for_none() {
    let w = bare("main", &[policy()]);
    w.write("config", "[core]\n\trepositoryformatversion = 99\n\tbare = true\n");
    let said = w.run(&["check"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("cannot be read"), "{}", said.err);
}

#[test]
fn two_revisions_are_compared_and_there_is_no_work_tree_to_compare_with() {
    let record = good_record();
    let w = bare("main", &[policy(), (RECORD_PATH, FILE, record.as_bytes())]);
    let repo = Repository::open(w.root()).expect("git works");
    let longer = record.replace("expires: 2027-01-31", "expires: 2027-02-01");
    commit(&repo, "topic", &[policy(), (RECORD_PATH, FILE, longer.as_bytes())]);
    let out = w.exc(&["diff", "main..topic"]);
    assert!(out.contains("  expires 2027-01-31 → 2027-02-01: 1 day later\n"), "{out}");
    let said = w.run(&["diff"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("error: a bare repository has no work tree"), "{}", said.err);
}
