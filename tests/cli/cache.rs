//! What is kept of verdicts under the directory of git: it changes how fast something is said, never
//! what, and nothing that decides looks at it.

use std::path::PathBuf;

use exc::Outcome;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::history::History;
use crate::support::{RECORD_PATH, Said, record};

const FROM_CACHE: &str = "history: as it was judged before, from the cache\n";

/// Filed and approved; extended by a push.
fn lapsed() -> History {
    let mut history = History::approved();
    history.edit("expires: 2027-01-31", "expires: 2027-03-31");
    history.push("carol", "2026-11-12", "typo");
    history
}

/// The files that are kept, and their folder.
fn kept(history: &History) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(history.w.path(".git/exc")) else { return Vec::new() };
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

#[track_caller]
fn file(history: &History) -> PathBuf {
    let kept = kept(history);
    assert_eq!(kept.len(), 1, "{kept:?}");
    kept[0].clone()
}

fn is_warm(history: &History) -> bool {
    history.w.run(&["list", "--verbose"]).err.contains(FROM_CACHE)
}

fn outcome(said: &Said) -> (&str, Outcome) {
    (&said.out, said.outcome)
}

/// Histories in which all sorts of things happened.
fn histories() -> Vec<(&'static str, History)> {
    let mut odd = lapsed();
    odd.edit("expires: 2027-03-31", "expires: 2027-03-30");
    odd.push("carol", "2025-01-01", "backdated");
    odd.edit("expires: 2027-03-30", "expires: 2027-03-29");
    odd.push("carol", "2026-11-14", "on time");

    let mut back = lapsed();
    std::fs::remove_file(back.w.path(RECORD_PATH)).expect("removed");
    back.push("carol", "2026-11-13", "clean up");
    back.w.write(RECORD_PATH, record("EXC-2026-K7QD", "critical", "2026-12-20"));
    back.squash("carol", "2026-11-14", "again\n\nApproved-by: Eve <eve@example.com>\n");

    let mut gone = lapsed();
    std::fs::remove_file(gone.w.path(RECORD_PATH)).expect("removed");
    gone.push("carol", "2026-11-13", "clean up");

    let mut twice = lapsed();
    twice.w.write("exceptions/copy.yaml", twice.w.read(RECORD_PATH));
    twice.push("carol", "2026-11-13", "copy");

    let mut garbled = lapsed();
    garbled.w.write(RECORD_PATH, "id: EXC-2026-K7QD\nexpires: [\n");
    garbled.push("carol", "2026-11-13", "broken");

    let mut closed = History::approved();
    closed.edit(
        "reviews: []",
        "closed: {date: 2026-11-10, outcome: remediated, note: Private link is in use.}",
    );
    closed.push("carol", "2026-11-10", "close");

    let mut signed = lapsed();
    let approval = "exceptions/approvals/EXC-2026-K7QD/f53a7121b781-0063be5e.alice.approval";
    signed.w.write(approval, "exc-approval/v1\nnonsense\n");
    signed.push("carol", "2026-11-13", "an approval that is none");

    vec![
        ("approved", History::approved()),
        ("lapsed", lapsed()),
        ("odd dates", odd),
        ("filed again", back),
        ("deleted", gone),
        ("twice", twice),
        ("garbled", garbled),
        ("closed", closed),
        ("signed", signed),
    ]
}

#[test]
fn what_is_printed_is_the_same_byte_by_byte() {
    for (name, history) in histories() {
        for arguments in [
            ["history", "EXC-2026-K7QD", "--format", "text"].as_slice(),
            &["history", "EXC-2026-K7QD", "--format", "json"],
            &["history", "EXC-2026-K7QX"],
            &["list", "--all"],
            &["list", "--all", "--format", "json"],
            &["list", "--all", "--format", "csv"],
            &["show", "EXC-2026-K7QD"],
            &["show", "EXC-2026-K7QD", "--format", "json"],
        ] {
            let _ = std::fs::remove_dir_all(history.w.path(".git/exc"));
            let without = history.w.run(&[arguments, &["--no-cache"]].concat());
            assert!(kept(&history).is_empty(), "{name}: {arguments:?}");
            let cold = history.w.run(arguments);
            let warm = history.w.run(&[arguments, &["--verbose"]].concat());
            let is_read = warm.err.contains(FROM_CACHE);
            // A file that cannot be read may be that record, which is not looked up then.
            let is_shown = arguments[0] != "show" || name != "garbled";
            assert_eq!(is_read, is_shown, "{name}: {arguments:?}: {}", warm.err);
            assert_eq!(outcome(&cold), outcome(&without), "{name}: {arguments:?}");
            assert_eq!(outcome(&warm), outcome(&without), "{name}: {arguments:?}");
            let warm = history.w.run(arguments);
            assert_eq!(warm.err, without.err, "{name}: {arguments:?}");
        }
    }
}

/// What is kept, with the checksums of what a change makes of each entry and each trail.
fn rewritten(bytes: &[u8], change: impl Fn(&mut Value, &mut Value)) -> Vec<u8> {
    let sha256 = |bytes: &[u8]| {
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let end = bytes.iter().position(|&byte| byte == b'\n').expect("a first line");
    let first_line = std::str::from_utf8(&bytes[..end]).expect("text");
    let parts: Vec<&str> = first_line.split(' ').collect();
    let length: usize = parts[2].parse().expect("a length");
    let (head, trails) = bytes[end + 1..].split_at(length);
    let mut head: Value = serde_json::from_slice(head).expect("JSON");
    let mut written = Vec::new();
    for entry in head["entries"].as_array_mut().expect("a list") {
        let number = |entry: &Value, key: &str| {
            usize::try_from(entry[key].as_u64().expect("a number")).expect("a small one")
        };
        let (at, length) = (number(entry, "at"), number(entry, "length"));
        let mut trail = serde_json::from_slice(&trails[at..at + length]).expect("JSON");
        change(entry, &mut trail);
        let trail = serde_json::to_vec(&trail).expect("JSON");
        entry["at"] = written.len().into();
        entry["length"] = trail.len().into();
        entry["digest"] = sha256(&trail).into();
        written.extend(trail);
    }
    let head = serde_json::to_vec(&head).expect("JSON");
    let first_line = format!("{} {} {:012} {}\n", parts[0], parts[1], head.len(), sha256(&head));
    [first_line.as_bytes(), &head, &written].concat()
}

/// Makes the cache say that Bob approved everything.
fn lie(history: &History) {
    history.w.run(&["list"]);
    let path = file(history);
    let bytes = std::fs::read(&path).expect("a file");
    let bytes = rewritten(&bytes, |entry, trail| {
        entry["verdict"] = json!("Approved");
        trail[1]["verdict"] = json!("Approved");
        trail[1]["why"] = json!([]);
        for revision in trail[1]["revisions"].as_array_mut().expect("a list") {
            revision["state"] = json!("Approved");
            revision["why"] = json!([]);
            revision["evidence"] = json!([{
                "person": "bob", "kind": "signed", "commit": revision["commit"], "key": null,
                "depends_on_day": false, "position": revision["position"],
            }]);
        }
    });
    std::fs::write(path, bytes).expect("written");
}

#[test]
fn a_cache_that_lies_changes_nothing_that_decides() {
    let history = lapsed();
    history.edit("expires: 2027-03-31", "expires: 2027-04-30");
    let deciding = [
        ["audit"].as_slice(),
        &["audit", "--format", "json"],
        &["check"],
        &["check", "--base", "main"],
        &["verify"],
        &["review", "--base", "main"],
        &["review", "EXC-2026-K7QD"],
        &["approve", "EXC-2026-K7QD", "--print"],
    ];
    let before: Vec<Said> = deciding.iter().map(|arguments| history.w.run(arguments)).collect();
    assert!(kept(&history).is_empty(), "what decides keeps nothing");

    lie(&history);
    let told = std::fs::read(file(&history)).expect("a file");
    let believed = history.w.exc(&["history", "EXC-2026-K7QD"]);
    assert!(believed.contains("EXC-2026-K7QD  APPROVED"), "the lie is well told: {believed}");
    assert!(believed.contains("approved by bob (signed)"), "{believed}");

    for (arguments, before) in deciding.iter().zip(&before) {
        let after = history.w.run(arguments);
        assert_eq!(outcome(&after), outcome(before), "{arguments:?}");
        assert_eq!(after.err, before.err, "{arguments:?}");
    }
    assert_eq!(std::fs::read(file(&history)).expect("a file"), told, "nor do they mend it");
    let honest = history.w.run(&["history", "EXC-2026-K7QD", "--no-cache"]);
    assert!(honest.out.contains("EXC-2026-K7QD  LAPSED"), "{}", honest.out);
}

#[test]
fn a_cache_that_lies_without_measure_neither_breaks_nor_speaks_to_the_terminal() {
    let history = lapsed();
    history.w.run(&["list"]);
    let path = file(&history);
    let good = std::fs::read(&path).expect("a file");
    let edges =
        [json!(i64::MIN), json!(i64::MAX), json!(0), json!(u64::MAX), json!("+262142-12-31")];
    for pointer in [
        "/1/days_granted",
        "/1/renewals",
        "/1/first_promised",
        "/1/revisions/0/landed",
        "/1/revisions/0/position",
        "/1/revisions/0/state/ApprovedLate/days",
        "/0",
    ] {
        for edge in &edges {
            let bytes = rewritten(&good, |_, trail| {
                trail[1]["why"] = json!([{"Message": {"reason": "\u{1b}[31m\u{202e}"}}]);
                trail[1]["revisions"][0]["path"] = json!("../../../\u{1b}[31m");
                trail[1]["revisions"][0]["state"] = json!({"ApprovedLate": {"days": 1}});
                *trail.pointer_mut(pointer).expect("a value") = edge.clone();
            });
            std::fs::write(&path, bytes).expect("written");
            for (command, format) in
                [("history", "text"), ("history", "json"), ("show", "text"), ("show", "json")]
            {
                let said = history.w.run(&[command, "EXC-2026-K7QD", "--format", format]);
                let is_plain = !said.out.contains(['\u{1b}', '\u{202e}']);
                assert!(is_plain, "{pointer} {edge} {command} {format}: {}", said.out);
            }
        }
    }
    let lost = rewritten(&good, |_, trail| trail[0] = json!(7));
    std::fs::write(&path, lost).expect("written");
    let said = history.w.run(&["history", "EXC-2026-K7QD"]);
    assert!(said.out.contains("EXC-2026-K7QD  LAPSED"), "{}", said.out);
}

#[test]
fn what_is_damaged_is_ignored_and_replaced() {
    let history = lapsed();
    let list = history.w.exc(&["list"]);
    let path = file(&history);
    let good = std::fs::read(&path).expect("a file");
    let middle = 200;
    let flipped = [&good[..middle], &[good[middle] ^ 1], &good[middle + 1..]].concat();
    let of_another_version = {
        let text = String::from_utf8(good.clone()).expect("text");
        text.replacen("exc-history 0001", "exc-history 0000", 1).into_bytes()
    };
    let forged = rewritten(&good, |entry, _| entry["verdict"] = json!("Splendid"));
    let endless = b"exc-history 0001 999999999999 ".repeat(4);
    for damaged in
        [&good[..middle], &flipped, &of_another_version, &forged, &endless, b"", b"\n", b"\xff\0"]
    {
        std::fs::write(&path, damaged).expect("written");
        let said = history.w.run(&["list"]);
        assert_eq!((said.out.as_str(), said.err.as_str()), (list.as_str(), ""));
        assert!(std::fs::read(&path).expect("a file") == good, "it is replaced");
    }
    // Where the trail of one record alone is damaged, nobody reads it for a good one.
    let lives = good.windows(4).position(|it| it == b"}][{").expect("lives behind the trails");
    std::fs::write(&path, &good[..lives - 9]).expect("written");
    let said = history.w.run(&["history", "EXC-2026-K7QD"]);
    assert!(said.out.contains("EXC-2026-K7QD  LAPSED"), "{}", said.out);
    assert!(std::fs::read(&path).expect("a file") == good, "it is replaced");
}

#[test]
fn another_tip_is_judged_anew_unless_it_leaves_the_register_alone() {
    let mut history = History::approved();
    assert!(!is_warm(&history) && is_warm(&history));
    // Nothing of the register changes, and the dates go on.
    history.w.write("README.md", "text\n");
    history.push("carol", "2026-11-06", "unrelated");
    let warm = history.shown(&["history", "EXC-2026-K7QD"]);
    assert!(is_warm(&history));
    assert_eq!(warm, history.shown(&["history", "EXC-2026-K7QD", "--no-cache"]));

    history.edit("expires: 2027-01-31", "expires: 2027-03-31");
    history.push("carol", "2026-11-12", "typo");
    let out = history.w.exc(&["list"]);
    assert!(out.contains("active, lapsed"), "{out}");
    assert!(is_warm(&history));

    // A date that contradicts the others is a note, which nobody has kept.
    history.w.write("README.md", "other text\n");
    history.push("carol", "2025-01-01", "backdated");
    let cold = history.shown(&["history", "EXC-2026-K7QD"]);
    assert!(cold.contains("which cannot be"), "{cold}");
    assert_eq!(cold, history.shown(&["history", "EXC-2026-K7QD"]));

    // So is a mainline that was rewritten.
    let before = history.repo.find_commit(history.main).expect("a commit").parent_id(0);
    history.main = before.expect("a parent");
    history.repo.reference("refs/heads/main", history.main, true, "test").expect("a branch");
    assert!(!is_warm(&history) && is_warm(&history));
}

#[test]
fn what_is_yet_to_come_is_not_kept() {
    let mut history = History::approved();
    history.edit("expires: 2027-01-31", "expires: 2027-01-30");
    history.push("carol", "2026-12-15", "from the future");
    assert!(!is_warm(&history) && !is_warm(&history));
    assert!(kept(&history).is_empty());
    // On that day it is as true as anything, and of no use today.
    let then = ["list", "--verbose", "--today", "2026-12-16"];
    assert!(!history.w.run(&then).err.contains(FROM_CACHE));
    assert!(history.w.run(&then).err.contains(FROM_CACHE));
    assert!(!is_warm(&history));
}

#[test]
fn a_clone_that_lacks_something_keeps_nothing() {
    let history = lapsed();
    let blob = {
        let tip = history.repo.find_commit(history.main).expect("a commit");
        let first = tip.parent(0).expect("a parent").tree().expect("a tree");
        first.get_path(std::path::Path::new(RECORD_PATH)).expect("a file").id().to_string()
    };
    let path = history.repo.path().join("objects").join(&blob[..2]).join(&blob[2..]);
    let object = std::fs::read(&path).expect("a loose object");
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(history.w.run(&["list"]).outcome, Outcome::Success);
    assert!(kept(&history).is_empty());
    std::fs::write(&path, object).expect("written");
    assert!(!is_warm(&history) && is_warm(&history));
    // What is gone since is missed where it is needed.
    std::fs::remove_file(&path).expect("removed");
    let warm = history.w.run(&["history", "EXC-2026-K7QD"]);
    let cold = history.w.run(&["history", "EXC-2026-K7QD", "--no-cache"]);
    assert_eq!(outcome(&warm), outcome(&cold));
    assert!(warm.out.contains("this clone"), "{}", warm.out);
}

#[test]
fn each_register_has_a_memory_of_its_own() {
    let history = History::approved();
    history.w.exc(&["list"]);
    for file in ["policy.yaml", "EXC-2026-K7QD.yaml"] {
        history.w.write(format!("other/{file}"), history.w.read(format!("exceptions/{file}")));
    }
    let out = history.w.exc(&["list", "--register", "other"]);
    assert!(out.contains("1 proposed"), "{out}");
    assert_eq!(kept(&history).len(), 2);
    assert!(is_warm(&history));
}

#[cfg(unix)]
mod hostile {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn nobody_else_can_read_what_is_kept() {
        let history = History::approved();
        history.w.exc(&["list"]);
        let mode = |path: PathBuf| {
            std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
        };
        assert_eq!(mode(history.w.path(".git/exc")), 0o700);
        assert_eq!(mode(file(&history)), 0o600);
    }

    #[test]
    fn nothing_is_read_or_written_through_a_link() {
        let history = lapsed();
        lie(&history);
        let path = file(&history);
        let elsewhere = history.w.path("elsewhere");
        std::fs::rename(&path, &elsewhere).expect("moved");
        let lie = std::fs::read(&elsewhere).expect("a file");
        symlink(&elsewhere, &path).expect("a link");
        let out = history.w.exc(&["list"]);
        assert!(out.contains("active, lapsed"), "{out}");
        assert_eq!(std::fs::read(&elsewhere).expect("a file"), lie);
        assert!(std::fs::symlink_metadata(&path).expect("it is there").is_file());

        // The folder itself.
        let folder = history.w.path(".git/exc");
        std::fs::rename(&folder, history.w.path("folder")).expect("moved");
        let name = path.file_name().expect("a name");
        std::fs::write(history.w.path("folder").join(name), &lie).expect("written");
        symlink(history.w.path("folder"), &folder).expect("a link");
        let out = history.w.exc(&["list"]);
        assert!(out.contains("active, lapsed"), "{out}");
        assert_eq!(history.w.names("folder").len(), 1);
        assert_eq!(std::fs::read(history.w.path("folder").join(name)).expect("a file"), lie);
    }

    #[test]
    fn a_pipe_or_a_folder_in_its_place_does_not_hang_or_fail_a_list() {
        let history = lapsed();
        let list = history.w.exc(&["list"]);
        let path = file(&history);
        std::fs::remove_file(&path).expect("removed");
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo runs");
        assert!(made.success());
        assert_eq!(history.w.exc(&["list"]), list);
        std::fs::remove_file(&path).expect("removed");
        std::fs::create_dir(&path).expect("a folder");
        assert_eq!(history.w.shown(&["list"]), format!("{list}[exit status: 0]"));
        assert_eq!(history.w.names(".git/exc").len(), 1, "no temporary file is left");
        std::fs::remove_dir_all(history.w.path(".git/exc")).expect("removed");
        history.w.write(".git/exc", "a file where the folder belongs");
        assert_eq!(history.w.shown(&["list"]), format!("{list}[exit status: 0]"));
    }

    #[test]
    fn what_belongs_to_somebody_else_is_left_alone() {
        let history = lapsed();
        lie(&history);
        let path = file(&history);
        // Only root can give something away; elsewhere there is nothing to see.
        if std::os::unix::fs::chown(&path, Some(4321), None).is_err() {
            return;
        }
        let out = history.w.exc(&["list"]);
        assert!(out.contains("active, lapsed"), "{out}");

        let folder = history.w.path(".git/exc");
        std::os::unix::fs::chown(&folder, Some(4321), None).expect("given away");
        std::fs::remove_file(&path).expect("removed");
        history.w.exc(&["list"]);
        assert!(kept(&history).is_empty());
    }
}
