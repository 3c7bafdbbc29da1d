//! What may happen to a command while it writes: it is killed, others write at the same time, the disk
//! is full. Every command that writes goes through each of them, by one table.

mod disk;
mod kill;
mod race;
mod scene;

use std::sync::atomic::{AtomicUsize, Ordering};

use self::scene::Scene;
use crate::new::COMPLETE;
use crate::support::Workspace;
use crate::support::signing::{self, ID};

/// A command that writes files; `{n}` in its words is another number for each who runs it.
struct Writer {
    words: &'static [&'static str],
    /// Where it runs; none where a program is missing.
    world: fn() -> Option<Workspace>,
}

const fn writer(words: &'static [&'static str], world: fn() -> Option<Workspace>) -> Writer {
    Writer { words, world }
}

/// Every command that writes, in every way in which it does.
const WRITERS: &[Writer] = &[
    writer(NEW, scene::no_record),
    writer(&["new", "--edit"], scene::editor),
    writer(
        &[
            "renew",
            "K7QD",
            "--for",
            "80d",
            "--reason",
            "The vendor moved it to March, as ticket 4821{n} says",
            "--evidence",
            "https://example.com/runs/{n}",
        ],
        scene::record,
    ),
    writer(
        &["close", "K7QD", "--outcome", "withdrawn", "--note", "Project {n} ended"],
        scene::record,
    ),
    writer(&["amend", "K7QD", "--tag", "vendor-{n}"], scene::record),
    writer(
        &["verify-control", "K7QD", "--evidence", "https://example.com/runs/{n}"],
        scene::record,
    ),
    writer(
        &["record-review", "K7QD", "--by", "alice@example.com", "--note", "Looked at by board {n}"],
        scene::record,
    ),
    writer(&["import", "trivy", ".trivyignore"], scene::ignored),
    writer(&["fmt"], scene::hurried),
    writer(&["check", "--fix"], scene::faulty),
    writer(&["check", "-o", "kept/found.txt", "--report", "sarif=kept/found.sarif"], scene::record),
    writer(&["approve", ID, "--as", "alice", "--key", "alice", "--yes"], scene::keys),
    writer(&["approve", "--add", "pasted.txt"], scene::printed),
    writer(&["init", "--ci", "none"], scene::nothing),
    writer(&["init", "--ci", "github"], scene::nothing),
    writer(&["init", "--ci", "gitlab"], scene::record),
    writer(&["digest", "--within", "1y", "--each", "pages"], scene::landed),
    writer(&["audit", "--pack", "pack"], scene::landed),
    writer(&["man", "--dir", "manual"], scene::nothing),
    writer(&["man", "-o", "kept/exc.1"], scene::record),
    writer(&["schema", "-o", "kept/schema.json"], scene::record),
    writer(&["completions", "bash", "-o", "kept/exc.bash"], scene::record),
    writer(&["explain", "EXC20{n}", "-o", "kept/page.txt"], scene::record),
];

const NEW: &[&str] = &{
    let mut words = [""; COMPLETE.len() + 2];
    let mut nth = 0;
    while nth < COMPLETE.len() {
        words[nth] = COMPLETE[nth];
        nth += 1;
    }
    words[2] = "Model proxy keeps public endpoint {n} until vendor private link ships";
    words[nth] = "--id";
    words[nth + 1] = "EXC-2026-NEW0";
    words
};

/// The commands that write nothing but what `-o` asks for, which is one way for all of them.
const PRINTERS: &[&[&str]] = &[
    &["review"],
    &["diff"],
    &["list", "--all"],
    &["show", "K7QD"],
    &["verify"],
    &["history", "K7QD"],
    &["report", "expiry"],
    &["report", "portfolio"],
    &["report", "policy"],
    &["rules"],
    &["doctor"],
    &["reconcile", "azure-policy", "exceptions/policy.yaml"],
    &["export", "trivy"],
];

/// Runs a test for every command that writes, two at a time.
fn each_writer(test: impl Fn(&Scene) + Sync) {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(writer) = WRITERS.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(scene) = Scene::new(writer) {
                test(&scene);
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = [scope.spawn(work), scope.spawn(work)];
        threads.into_iter().for_each(|thread| {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        });
    });
}

/// What stands in the help of a command below a heading, line by line.
fn listed(help: &str, heading: &str) -> Vec<String> {
    let Some((_, listed)) = help.split_once(&format!("\n{heading}:\n")) else { return Vec::new() };
    listed.lines().take_while(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn every_command_that_writes_is_in_the_table() {
    let w = Workspace::empty();
    let verbs = listed(&w.exc(&["--help"]), "Commands");
    // What is said of a command goes on further to the right.
    let verbs = verbs.iter().filter(|line| !line.starts_with("   "));
    let verbs: Vec<&str> = verbs.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(verbs.len() > 20, "{verbs:?}");
    let mut forgotten = Vec::new();
    for verb in verbs.into_iter().filter(|verb| *verb != "help") {
        let rows: Vec<&[&str]> =
            WRITERS.iter().map(|it| it.words).filter(|words| words[0] == verb).collect();
        if rows.is_empty() && !PRINTERS.iter().any(|words| words[0] == verb) {
            forgotten.push(verb.to_owned());
        }
        // An option that names a folder, or several files, is another way to write.
        let options = listed(&w.exc(&[verb, "--help"]), "Options");
        let options = options.iter().filter(|it| it.contains("<DIR>") || it.contains("=PATH>"));
        let flags = options.filter_map(|line| {
            line.split([' ', ',']).find(|word| word.starts_with("--")).map(str::to_owned)
        });
        let is_new = |flag: &String| !rows.iter().any(|words| words.contains(&flag.as_str()));
        forgotten.extend(flags.filter(is_new).map(|flag| format!("{verb} {flag}")));
    }
    assert_eq!(forgotten, [""; 0], "add a line to `WRITERS`, or to `PRINTERS`");
}

#[test]
fn a_command_that_only_prints_writes_nothing() {
    let w = scene::landed().expect("a repository");
    let before = scene::files(&w);
    for words in PRINTERS {
        let said = w.run(words);
        assert!(!said.out.is_empty(), "{words:?}: {said:?}");
        assert_eq!(scene::files(&w), before, "{words:?}");
        assert_eq!(scene::leftovers(&w), [""; 0], "{words:?}");
    }
}

#[test]
fn an_approval_is_told_from_half_of_one() {
    let Some(world) = signing::World::new() else { return };
    assert_eq!(world.approve("alice", &[]).code(), 0);
    let (path, text) = world.approval();
    let whole = scene::steady(&path, text.as_bytes());
    let half = scene::steady(&path, &text.as_bytes()[..text.len() - 9]);
    assert_ne!(whole, half);
}
