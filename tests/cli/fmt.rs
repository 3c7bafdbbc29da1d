//! `exc fmt`: what is laid out anew, and what is left as it is.

use crate::support::signing::World;
use crate::support::{RECORD_PATH, Workspace, good_record};

/// The good record as somebody wrote it who was in a hurry.
fn hurried() -> String {
    let good = good_record();
    let (first, rest) = good.split_once('\n').expect("two lines");
    format!(
        "{}{first}   # drawn at random\n\n\n",
        rest.replace("  level:", "      level:").replace("  statement:", "      statement:")
    )
}

#[test]
fn a_record_is_laid_out_and_means_the_same() {
    let w = Workspace::new();
    w.write(RECORD_PATH, hurried());
    let before = w.exc(&["show", "K7QD", "--format", "json"]);
    let said = w.run(&["fmt"]);
    assert_eq!((said.code(), said.out.as_str()), (0, "exceptions/EXC-2026-K7QD.yaml\n"));
    assert_eq!(said.err, "1 of 1 record laid out anew\n");
    let (first, rest) = good_record()
        .split_once('\n')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("two lines");
    assert_eq!(w.read(RECORD_PATH), format!("{first}   # drawn at random\n{rest}"));
    assert_eq!(w.exc(&["show", "K7QD", "--format", "json"]), before);

    let again = w.run(&["fmt"]);
    assert_eq!((again.code(), again.out.as_str()), (0, ""));
    assert_eq!(again.err, "1 record is laid out as it should be\n");
}

#[test]
fn a_check_names_the_files_and_writes_nothing() {
    let w = Workspace::new();
    w.write(RECORD_PATH, hurried());
    let said = w.run(&["fmt", "--check"]);
    assert_eq!((said.code(), said.out.as_str()), (1, "exceptions/EXC-2026-K7QD.yaml\n"));
    assert_eq!(said.err, "1 of 1 record would be laid out anew: `exc fmt` does it\n");
    assert_eq!(w.read(RECORD_PATH), hurried());

    let said = w.run(&["-q", "fmt", "--diff"]);
    assert_eq!((said.code(), said.err.as_str()), (1, ""));
    assert!(said.out.starts_with("diff --git a/exceptions/EXC-2026-K7QD.yaml"), "{}", said.out);
    assert_eq!(w.read(RECORD_PATH), hurried());

    w.exc(&["fmt"]);
    assert_eq!(w.exc(&["fmt", "--check"]), "");
}

#[test]
fn the_patch_is_one_that_git_applies() {
    let w = Workspace::new();
    w.write(RECORD_PATH, hurried());
    let patch = w.run(&["fmt", "--diff"]).out;
    let diff = git2::Diff::from_buffer(patch.as_bytes()).expect("a patch");
    let repo = w.git();
    repo.apply(&diff, git2::ApplyLocation::WorkDir, None).expect("it applies");
    let applied = w.read(RECORD_PATH);
    w.write(RECORD_PATH, hurried());
    w.exc(&["fmt"]);
    assert_eq!(w.read(RECORD_PATH), applied);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_laid_out() {
    let w = Workspace::new();
    w.write(RECORD_PATH, hurried());
    w.write("exceptions/EXC-2026-0AAA.yaml", "id: EXC-2026-0AAA\nid: twice\n");
    w.write("exceptions/EXC-2026-0BBB.yaml", "id: [\n");
    let said = w.run(&["fmt"]);
    assert_eq!((said.code(), said.out.as_str()), (2, "exceptions/EXC-2026-K7QD.yaml\n"));
    assert!(
        said.err.contains("error[EXC013]") && said.err.contains("error[EXC001]"),
        "{}",
        said.err
    );
    assert!(
        said.err.contains("2 files left as found: mend what is wrong there first"),
        "{}",
        said.err
    );
    assert_eq!(w.read("exceptions/EXC-2026-0AAA.yaml"), "id: EXC-2026-0AAA\nid: twice\n");
}

#[test]
fn only_what_is_named_is_laid_out() {
    let w = Workspace::new();
    w.write(RECORD_PATH, hurried());
    w.write("exceptions/2026/EXC-2026-0AAA.yaml", "title: a\nid: EXC-2026-0AAA\n");
    assert_eq!(w.exc(&["fmt", "exceptions/2026"]), "exceptions/2026/EXC-2026-0AAA.yaml\n");
    assert_eq!(w.read("exceptions/2026/EXC-2026-0AAA.yaml"), "id: EXC-2026-0AAA\ntitle: a\n");
    assert_eq!(w.read(RECORD_PATH), hurried());
    let said = w.run(&["fmt", "exceptions/policy.yaml"]);
    assert_eq!(said.code(), 2);
    assert!(said.err.contains("`exceptions/policy.yaml` holds no record"), "{}", said.err);
    assert_eq!(w.run(&["fmt", "elsewhere.yaml"]).code(), 2);
}

#[test]
fn another_layout_is_cosmetic_and_a_signature_that_it_spends_is_named() {
    let Some(world) = World::new() else { return };
    let record = world.w.read(RECORD_PATH);
    world.w.write(RECORD_PATH, record.replace("title:", "title:   "));
    assert_eq!(world.approve("alice", &[]).code(), 0);
    let said = world.w.run(&["fmt"]);
    assert_eq!(said.code(), 0, "{said:?}");
    assert!(said.err.contains("note: alice has approved the text as it was"), "{}", said.err);
}

#[test]
fn this_repository_keeps_its_own_records_laid_out() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("exceptions");
    let w = Workspace::empty();
    let register = root.to_str().expect("a path");
    assert_eq!(w.exc(&["--register", register, "fmt", "--check"]), "");
}

#[test]
fn what_exc_writes_is_laid_out_already() {
    let w = Workspace::new();
    // Who asks is whom git knows.
    w.git();
    let filing = "new --control LOG-002 --scope service:/index/api --risk high --title";
    let mut words: Vec<&str> = filing.split(' ').collect();
    words.extend([
        "Index logs stay local, until the store takes them: release 12",
        "--risk-statement",
        "Logs of one service could be lost.",
        "--owner-name",
        "Dana Ruiz",
        "--owner-email",
        "dana.ruiz@example.com",
        "--team",
        "ai-platform",
        "--blocker",
        "The store refuses entries above 64 kB (ticket 12).",
        "--end-state",
        "Logs reach the store.",
        "--plan",
        "Switch with release 12.",
        "--milestone",
        "2026-12-15=Staging: logs arrive",
        "--compensating",
        "Logs are copied every night",
        "--compensating-owner",
        "net.ops@example.com",
        "--compensating-evidence",
        "run #9",
        "--verified",
        "2026-11-02",
        "--verify-every",
        "30d",
        "--tag",
        "no",
        "--for",
        "60d",
    ]);
    w.exc(&words);
    assert_eq!(w.exc(&["fmt", "--check"]), "");
    let name = w.names("exceptions").remove(0);
    let id = name.trim_end_matches(".yaml");
    w.exc(&[
        "renew",
        id,
        "--for",
        "80d",
        "--reason",
        "The store moved to March: see #9",
        "--evidence",
        "ticket 13",
    ]);
    w.exc(&["amend", id, "--tag", "vendor", "--done", "1"]);
    w.exc(&["record-review", id, "--by", "a@example.com", "--note", "The date holds"]);
    w.exc(&["close", id, "--outcome", "remediated", "--note", "Logs arrive"]);
    assert_eq!(w.exc(&["fmt", "--check"]), "");
}

#[test]
fn a_file_whose_name_nobody_can_read_is_not_passed_over() {
    let w = Workspace::with_record();
    w.write("exceptions/tab\tx.yaml", "title: a\nid: x\n");
    let said = w.run(&["fmt", "--check"]);
    assert_eq!(said.code(), 2, "{said:?}");
    assert!(said.err.contains("EXC024"), "{}", said.err);
}
