//! What becomes of a record's file when something is in the way of a change: somebody else, the file
//! system, a signal.

use std::fs;
use std::io::{BufRead, Read};
use std::process::{Child, Stdio};

use exc::Outcome;

use crate::amending::{CLOSE, TERMINAL};
use crate::support::process::{program, shown};
use crate::support::signing::World;
use crate::support::{RECORD_PATH, Workspace, good_record, record};

/// Somebody who does something before typing.
struct Typist<F> {
    act: Option<F>,
    typed: &'static [u8],
}

impl<F: FnOnce()> Read for Typist<F> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.typed.read(into)
    }
}

impl<F: FnOnce()> BufRead for Typist<F> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if let Some(act) = self.act.take() {
            act();
        }
        Ok(self.typed)
    }

    fn consume(&mut self, n: usize) {
        self.typed = &self.typed[n..];
    }
}

/// The error of a renewal during whose questions something happens.
#[track_caller]
fn refused_while(w: &Workspace, act: impl FnOnce()) -> String {
    w.write(RECORD_PATH, good_record());
    let typed = b"80d\nThe vendor moved it to March\nhttps://example.com/1\n";
    let mut typist = Typist { act: Some(act), typed };
    let mut out = Vec::new();
    let (err, outcome) = w.run_reading(&["renew", "K7QD"], &mut typist, TERMINAL, &mut out);
    assert_eq!((outcome, out.as_slice()), (Outcome::Error, &b""[..]), "{err}");
    let (_, error) = err.split_once("error: ").expect("an error");
    // As it was before it was wrapped.
    error.replace("\n  ", " ").lines().next().unwrap_or_default().to_owned()
}

#[test]
fn what_has_taken_the_place_of_the_file_meanwhile_is_left_as_it_is() {
    let w = Workspace::new();
    let path = w.path(RECORD_PATH);
    let remove = || fs::remove_file(&path).expect("it is removed");
    let error = refused_while(&w, || w.write(RECORD_PATH, "somebody: else\n"));
    assert_eq!(error, format!("`{RECORD_PATH}` was changed meanwhile, so it is not written"));
    assert_eq!(w.read(RECORD_PATH), "somebody: else\n");

    let error = refused_while(&w, remove);
    assert_eq!(error, format!("`{RECORD_PATH}` was removed meanwhile, so it is not written"));
    assert_eq!(w.names("exceptions"), ["policy.yaml"]);

    let error = refused_while(&w, || {
        remove();
        fs::create_dir(&path).expect("a folder");
    });
    assert_eq!(error, format!("`{RECORD_PATH}` is no regular file, so it is not written"));
    assert!(w.names(RECORD_PATH).is_empty());
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_that_has_taken_the_place_meanwhile() {
    use std::os::unix::fs::symlink;

    let w = Workspace::new();
    w.write("elsewhere/EXC-2026-K7QD.yaml", good_record());
    let path = w.path(RECORD_PATH);
    let error = refused_while(&w, || {
        fs::remove_file(&path).expect("it is removed");
        symlink("../elsewhere/EXC-2026-K7QD.yaml", &path).expect("a link");
    });
    assert_eq!(error, format!("`{RECORD_PATH}` is no regular file, so it is not written"));
    fs::remove_file(&path).expect("the link is removed");

    let error = refused_while(&w, || {
        fs::remove_dir_all(w.path("exceptions")).expect("it is removed");
        symlink("elsewhere", w.path("exceptions")).expect("a link");
    });
    assert!(error.ends_with("/exceptions` is not a directory"), "{error}");
    assert_eq!(w.read("elsewhere/EXC-2026-K7QD.yaml"), good_record());
    assert_eq!(w.names("elsewhere"), ["EXC-2026-K7QD.yaml"]);

    // One that is there from the start is no record at all.
    fs::remove_file(w.path("exceptions")).expect("the link is removed");
    w.write("exceptions/policy.yaml", crate::support::POLICY);
    symlink("../elsewhere/EXC-2026-K7QD.yaml", &path).expect("a link");
    let said = w.run(&CLOSE);
    assert_eq!(said.code(), 2);
    assert!(said.err.contains("there is no record `K7QD`"), "{}", said.err);
}

#[test]
fn a_read_only_file_stays_as_it_is() {
    let w = Workspace::with_record();
    let path = w.path(RECORD_PATH);
    let mut permissions = fs::metadata(&path).expect("it is there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("it is made read-only");
    // Nor is any other written that was to change with it.
    let other = record("EXC-2026-9T4B", "high", "2027-01-31");
    w.write("exceptions/EXC-2026-9T4B.yaml", &other);
    let said = w.run(&[&["close", "9T4B"], &CLOSE[1..]].concat());
    assert_eq!((said.code(), said.out.as_str()), (2, ""));
    assert!(said.err.contains(&format!("error: `{RECORD_PATH}` is read-only")), "{}", said.err);
    assert_eq!(w.read(RECORD_PATH), good_record());
    assert_eq!(w.read("exceptions/EXC-2026-9T4B.yaml"), other);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_keeps_its_file_and_one_that_can_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    let w = Workspace::with_record();
    let set = |name: &str, mode| {
        fs::set_permissions(w.path(name), fs::Permissions::from_mode(mode)).expect("it is set");
    };
    set(RECORD_PATH, 0o640);
    w.exc(&["amend", "K7QD", "--tag", "vendor"]);
    let mode = fs::metadata(w.path(RECORD_PATH)).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);

    let kept = w.read(RECORD_PATH);
    set("", 0o755);
    set(RECORD_PATH, 0o644);
    set("exceptions", 0o555);
    let mut close = program(&w);
    if fs::write(w.path("exceptions/probe"), "").is_ok() {
        // Root writes everywhere: run a copy of the program as somebody else.
        fs::remove_file(w.path("exceptions/probe")).expect("it is removed");
        fs::copy(env!("CARGO_BIN_EXE_exc"), w.path("exc")).expect("the program is copied");
        close = std::process::Command::new(w.path("exc"));
        close.env_clear().current_dir(w.root()).uid(65_534).gid(65_534);
    }
    let output = close.args(CLOSE).args(["--today", "2026-11-20"]).output();
    let (code, out, err) = shown(&output.expect("the program runs"));
    set("exceptions", 0o755);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("EXC-2026-K7QD.yaml`: Permission denied"), "{err}");
    assert_eq!(w.read(RECORD_PATH), kept);
    assert_eq!(w.names("exceptions"), ["EXC-2026-K7QD.yaml", "policy.yaml"]);
}

#[test]
fn processes_at_once_lose_nothing_that_one_of_them_has_written() {
    let w = Workspace::with_record();
    let review = |nth: usize| -> Child {
        let note = format!("Looked at by board {nth}, still needed");
        let mut review = program(&w);
        review.args(["record-review", "K7QD", "--by", "alice@example.com", "--note", &note]);
        review.args(["--today", "2026-11-20"]).stdout(Stdio::null()).stderr(Stdio::piped());
        review.spawn().expect("the program runs")
    };
    for round in 0..4 {
        let before = w.read(RECORD_PATH);
        let children: Vec<Child> = (0..4).map(|nth| review(10 * round + nth)).collect();
        let mut n_written = 0;
        for (nth, child) in children.into_iter().enumerate() {
            let (code, _, err) = shown(&child.wait_with_output().expect("it ends"));
            let note = format!("board {}, still", 10 * round + nth);
            let is_written = w.read(RECORD_PATH).contains(&note);
            assert_eq!(code == Some(0), is_written, "{note}: {err}");
            assert!(is_written || err.contains("was changed meanwhile"), "{err}");
            n_written += usize::from(is_written);
        }
        let after = w.read(RECORD_PATH);
        assert!(n_written >= 1 && after.starts_with(before.trim_end_matches(" []\n")), "{after}");
    }
    assert!(w.codes().is_empty());
}

#[cfg(unix)]
#[test]
fn a_kill_between_files_leaves_each_of_them_whole() {
    let id = |nth: usize| format!("EXC-2026-{nth:04}");
    let closed = "closed:\n  date: 2026-11-20\n  outcome: withdrawn\n  note: The project ended\n";
    let good = |nth: usize| record(&id(nth), "high", "2027-01-31");
    let hurried = |nth: usize| good(nth).replace("title:", "title:   ");
    let close = ["close", "--outcome", "withdrawn", "--note", "The project ended"];
    let close: Vec<String> =
        close.iter().map(|it| (*it).to_owned()).chain((0..N_KILLED).map(id)).collect();
    let cases: [(Vec<String>, Texts<'_>); 2] =
        [(close, (&good, &|nth| good(nth) + closed)), (vec!["fmt".to_owned()], (&hurried, &good))];
    for (arguments, texts) in cases {
        for (signal, code, is_asked) in [("KILL", None, false), ("TERM", Some(143), true)] {
            killed(&arguments, texts, (signal, code, is_asked));
        }
    }
}

/// The text of each file before and after.
#[cfg(unix)]
type Texts<'a> = (&'a dyn Fn(usize) -> String, &'a dyn Fn(usize) -> String);

/// Files that a command is killed between.
#[cfg(unix)]
const N_KILLED: usize = 200;

/// Kills a command that changes many files after the first, and looks at what is left.
#[cfg(unix)]
fn killed(
    arguments: &[String],
    (old, new): Texts<'_>,
    (signal, code, is_asked): (&str, Option<i32>, bool),
) {
    let w = Workspace::new();
    let path = |nth: usize| format!("exceptions/EXC-2026-{nth:04}.yaml");
    (0..N_KILLED).for_each(|nth| w.write(path(nth), old(nth)));
    let mut command = program(&w);
    command.args(arguments).args(["--today", "2026-11-20"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the program runs");
    while w.read(path(0)) == old(0) {
        assert_eq!(child.try_wait().expect("it runs"), None, "it has ended already");
    }
    let line = format!("kill -{signal} {}", child.id());
    let sent = std::process::Command::new("/bin/sh").args(["-c", &line]).status();
    assert!(sent.expect("a shell").success());
    let status = child.wait().expect("it ends");
    let n_new = (0..N_KILLED).filter(|&nth| {
        let text = w.read(path(nth));
        assert!(text == old(nth) || text == new(nth), "{text}");
        text != old(nth)
    });
    let n_new = n_new.count();
    assert!((1..N_KILLED).contains(&n_new), "{arguments:?}: {n_new} are written");
    assert_eq!(status.code(), code, "{signal}");
    let n_files = w.names("exceptions").len();
    assert!(n_files == N_KILLED + 1 || (!is_asked && n_files == N_KILLED + 2), "{n_files}");
}

#[test]
fn an_approval_of_the_text_as_it_was_is_said_to_be_spent() {
    let Some(world) = World::new() else { return };
    assert_eq!(world.approve("alice", &[]).code(), 0);
    let review = [
        "record-review",
        "K7QD",
        "--by",
        "bob@example.com",
        "--note",
        "The date of the vendor holds",
    ];
    let said = world.w.run(&review);
    assert_eq!(said.code(), 0, "{said:?}");
    assert!(said.err.contains("note: alice has approved the text as it was"), "{}", said.err);
    // What is written now is not what she signed, and there is no second warning.
    let again = ["record-review", "K7QD", "--by", "bob@example.com", "--note", "And again"];
    assert!(!world.w.run(&again).err.contains("has approved the text"));
}

#[test]
fn an_approval_of_what_has_landed_is_not_said_to_be_spent() {
    let Some(world) = World::new() else { return };
    assert_eq!(world.approve("alice", &[]).code(), 0);
    world.commit("main", "lee.park@example.com", &["main"]);
    let said = world.w.run(&["amend", "K7QD", "--expires", "2027-01-30"]);
    assert_eq!(said.code(), 0, "{said:?}");
    assert!(!said.err.contains("has approved the text as it was"), "{}", said.err);
}

#[test]
fn a_path_names_the_record_that_stands_in_it() {
    let w = Workspace::with_record();
    let said = w.run(&[
        "close",
        RECORD_PATH,
        "--outcome",
        "withdrawn",
        "--note",
        "The test was cancelled",
    ]);
    assert_eq!(said.code(), 0, "{said:?}");
    assert_eq!(said.out, format!("{RECORD_PATH}\n"));
}

#[test]
fn nobody_reviews_what_was_not_opened_yet() {
    let w = Workspace::with_record();
    let said = w.run(&[
        "record-review",
        "K7QD",
        "--by",
        "a@example.com",
        "--note",
        "n",
        "--date",
        "2020-01-01",
    ]);
    assert_eq!(said.code(), 2, "{said:?}");
    assert!(said.err.contains("was opened on"), "{}", said.err);
}
