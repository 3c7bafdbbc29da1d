//! An exception that could not wait for its approval: the same words wherever it is read.

use crate::support::history::History;
use crate::support::{RECORD_PATH, record};

const EMERGENCY: &str = "emergency: {declared: 2026-11-12T22:10:00Z, reason: The proxy was down.}";

/// Written by Carol, and not committed.
fn written(text: &str) -> History {
    let history = History::new();
    history.w.write(RECORD_PATH, format!("{text}{EMERGENCY}\n"));
    history
}

/// The same, pushed on 2026-11-12 without an approval.
fn pushed(text: &str) -> History {
    let mut history = written(text);
    history.push("carol", "2026-11-12", "the proxy is down");
    history
}

fn complete() -> String {
    record("EXC-2026-K7QD", "high", "2027-01-31")
}

/// Without the risk, as a hurried filing leaves it.
fn incomplete() -> String {
    complete().replace("level: high", "level: TODO")
}

/// What a command says on a day, in one line.
fn said(history: &History, day: &str, arguments: &[&str]) -> String {
    let said = history.w.run(&[&["--today", day], arguments].concat()).out;
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

const READERS: [&[&str]; 4] =
    [&["digest"], &["show", "K7QD"], &["history", "K7QD"], &["review", "K7QD"]];

#[test]
fn until_when_an_approval_is_awaited_is_said_wherever_an_emergency_is_read() {
    let history = pushed(&complete());
    for (day, told) in [
        ("2026-11-13", "an approval is awaited through 2026-11-15 (UTC), 2 days left"),
        ("2026-11-15", "an approval is awaited through 2026-11-15 (UTC), today"),
        ("2026-11-16", "an approval was awaited through 2026-11-15 (UTC), overdue for 1 day"),
    ] {
        for reader in READERS {
            let said = said(&history, day, reader);
            assert!(said.contains(told), "{reader:?} on {day}: {said}");
        }
    }
    let list = said(&history, "2026-11-13", &["list"]);
    assert!(list.contains(" active, unapproved emergency "), "{list}");
}

#[test]
fn of_an_emergency_that_has_not_landed_it_is_said_that_the_approval_may_follow() {
    let history = written(&incomplete());
    for reader in [READERS[0], READERS[1], READERS[3]] {
        let said = said(&history, "2026-11-12", reader);
        let told = "the approval may follow within 3 days of its landing";
        assert!(said.contains(told), "{reader:?}: {said}");
    }
    assert!(said(&history, "2026-11-12", &["list"]).contains(" proposed emergency "));
    insta::assert_snapshot!(history.w.run(&["--today", "2026-11-12", "digest"]).out, @r"
Exceptions on 2026-11-12: 1 task for Dana Ruiz

Dana Ruiz <dana.ruiz@example.com>

  EXC-2026-K7QD  Model proxy keeps a public endpoint until vendor private link ships
    not approved: it is an emergency, and only proposed: have it merged, and the approval may follow within 3 days of its landing
      exc review EXC-2026-K7QD
");
}

#[test]
fn what_an_emergency_lacks_is_asked_for_before_its_approval() {
    let history = pushed(&incomplete());
    insta::assert_snapshot!(history.w.run(&["--today", "2026-11-13", "digest"]).out, @r"
Exceptions on 2026-11-13: 2 tasks for Dana Ruiz

Dana Ruiz <dana.ruiz@example.com>

  EXC-2026-K7QD  Model proxy keeps a public endpoint until vendor private link ships
    not approved: it is an emergency, and an approval is awaited through 2026-11-15 (UTC), 2 days left: complete it first, since its risk says who may approve it
      exc amend EXC-2026-K7QD --risk LEVEL …
    soon: a compensating control has to be verified again, which is due on 2026-12-02, in 19 days: IP allow-list limited to the two egress addresses of the CI network
      exc verify-control EXC-2026-K7QD --evidence …
");
}

#[test]
fn nobody_is_asked_to_sign_what_cannot_be_signed_as_it_is() {
    let history = pushed(&incomplete());
    let told = said(&history, "2026-11-13", &["history", "K7QD"]);
    let first =
        "fix: complete it first, as `exc check` says, since nobody can sign it as it is; then";
    assert!(told.contains(first), "{told}");
    let told = said(&pushed(&complete()), "2026-11-13", &["history", "K7QD"]);
    assert!(told.contains("fix: `exc approve EXC-2026-K7QD`"), "{told}");
}

#[test]
fn an_emergency_that_was_approved_is_like_any_other_in_a_list() {
    let mut history = written(&complete());
    history.merge("carol", "alice", "2026-11-12");
    let list = said(&history, "2026-11-13", &["list"]);
    assert!(list.contains(" active high "), "{list}");
    assert!(said(&history, "2026-11-13", &["show", "K7QD"]).contains("approved as it landed"));
    assert!(!said(&history, "2026-11-13", &["digest"]).contains("emergency"));
}

#[test]
fn what_landed_today_waits_since_today() {
    let mut history = History::new();
    history.w.write(RECORD_PATH, complete());
    history.push("carol", "2026-11-12", "file it");
    let digest = said(&history, "2026-11-12", &["digest"]);
    assert!(digest.contains("nobody has approved it since 2026-11-12, today:"), "{digest}");
}

#[test]
fn a_risk_that_is_missing_counts_as_critical_and_the_gate_says_so() {
    let history = written(&incomplete());
    let topic = history.branch("carol", "2026-11-12", "the proxy is down").to_string();
    let gate = said(&history, "2026-11-13", &["check", "--base", "main", "--head", &topic]);
    let told = "error[EXC501]: without a risk it counts as critical: it needs 2 signed approvals";
    assert!(gate.contains(told), "{gate}");
}
