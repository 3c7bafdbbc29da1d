//! What is said of a change that cannot be made: what was answered, and how to get there instead.

use crate::amending::TERMINAL;
use crate::support::{RECORD_PATH, Workspace, good_record};

const EVIDENCE: [&str; 4] =
    ["--reason", "The vendor moved it: ticket 49020", "--evidence", "https://example.com/49020"];

#[test]
fn a_note_that_names_nothing_is_refused() {
    let w = Workspace::with_record();
    let before = w.read(RECORD_PATH);
    for note in ["Fix", "ran it", "done", "ok", "it works"] {
        let close = ["close", "K7QD", "--outcome", "remediated", "--note", note];
        let review = ["record-review", "K7QD", "--by", "a@example.com", "--note", note];
        for words in [&close, &review] {
            let said = w.run(words);
            assert_eq!(said.code(), 1, "{words:?}: {said:?}");
            assert!(said.err.contains("error[EXC111]: `note` says too little"), "{}", said.err);
        }
    }
    assert_eq!(w.read(RECORD_PATH), before);
}

#[test]
fn a_note_that_is_refused_is_asked_for_again_and_the_outcome_is_kept() {
    let w = Workspace::with_record();
    let typed = "remed\nFix\nTODO\nThe public endpoint is off\n";
    let said = w.run_with(&["close", "K7QD"], typed, TERMINAL);
    assert_eq!(said.code(), 0, "{said:?}");
    assert!(said.err.contains("`note` says too little to be judged: `Fix`\n"), "{}", said.err);
    assert!(said.err.contains("`note` holds a placeholder: `TODO`\n"), "{}", said.err);
    let closed = "  outcome: remediated\n  note: The public endpoint is off\n";
    assert!(w.read(RECORD_PATH).contains(closed), "{}", w.read(RECORD_PATH));
}

#[test]
fn a_note_that_rules_refuse_is_taken_where_it_is_forced() {
    let w = Workspace::with_record();
    let words = ["record-review", "K7QD", "--by", "a@example.com", "--force"];
    let said = w.run_with(&words, "done\n", TERMINAL);
    assert_eq!(said.code(), 0, "{said:?}");
    assert!(w.read(RECORD_PATH).contains("note: done\n"));
}

#[test]
fn a_closing_that_ends_early_says_how_to_go_on() {
    let w = Workspace::with_record();
    let said = w.run_with(&["close", "K7QD"], "remed\nok\n", TERMINAL);
    assert_eq!(said.code(), 2, "{said:?}");
    assert!(said.err.contains("`exc close K7QD --outcome remediated` goes on with it\n"));
    assert!(!w.read(RECORD_PATH).contains("closed:"));
}

#[test]
fn a_renewal_of_today_is_corrected_and_not_renewed() {
    let w = Workspace::with_record();
    let renew = [&["renew", "K7QD", "--until", "2027-02-15"], EVIDENCE.as_slice()].concat();
    w.exc(&renew);
    let once = w.read(RECORD_PATH);
    let way_out = format!(
        "error: `EXC-2026-K7QD` was renewed today, through 2027-02-15, and a second renewal needs a later day\n\
         hint: where it is not committed, `git restore {RECORD_PATH}` takes back all that is not, then renew it; \
         where it is, and is not merged, edit `until` and `expires` of today's entry in {RECORD_PATH}; \
         else renew it tomorrow\n"
    );
    let amended = w.run(&["amend", "K7QD", "--expires", "2027-02-20"]);
    assert_eq!((amended.code(), amended.err), (2, way_out.clone()));
    let again = [&["renew", "K7QD", "--until", "2027-02-20"], EVIDENCE.as_slice()].concat();
    for words in [&["renew", "K7QD"], again.as_slice()] {
        let said = w.run_with(words, "", TERMINAL);
        assert_eq!(said.code(), 2, "{said:?}");
        assert!(said.err.replace("\n  ", " ").ends_with(&way_out), "{}", said.err);
        assert!(!said.err.contains("until:"), "{}", said.err);
    }
    assert_eq!(w.read(RECORD_PATH), once);
    // An earlier day takes no renewal.
    w.exc(&["amend", "K7QD", "--expires", "2027-02-10"]);
    let tomorrow = [&again[..], &["--today", "2026-11-21", "--dry-run"]].concat();
    let said = w.run(&tomorrow);
    assert!(!said.err.contains("was renewed today"), "{}", said.err);
}

#[test]
fn what_is_to_go_and_is_not_there_says_what_there_is() {
    let w = Workspace::with_record();
    let text = w.read(RECORD_PATH);
    let tags = text.lines().find(|line| line.starts_with("tags:"));
    if let Some(tags) = tags {
        w.write(RECORD_PATH, text.replace(&format!("{tags}\n"), ""));
    }
    let said = w.run(&["amend", "K7QD", "--remove-tag", "nosuch"]);
    let none = "error: `EXC-2026-K7QD` has no `nosuch` in `tags`\nhint: it has none\n";
    assert_eq!((said.code(), said.err.as_str()), (2, none));
    let counted: [&[&str]; 3] = [
        &["amend", "K7QD", "--remove-milestone", "x"],
        &["amend", "K7QD", "--remove-compensating", "x"],
        &["verify-control", "K7QD", "--nth", "x"],
    ];
    for words in counted {
        let said = w.run(words);
        assert_eq!(said.code(), 2, "{said:?}");
        assert!(said.err.contains("write a number: 1 is the first"), "{}", said.err);
    }
}

/// A renewal of 2026-11-10 through March, cut short since.
fn cut_short() -> String {
    let renewals = "renewals:
  - {date: 2026-11-10, until: 2027-03-26, reason: The vendor moved the preview to March (ticket 48213), evidence: https://example.com/vendor/status/48213}
";
    good_record().replace("renewals: []\n", renewals).replace("2027-01-31\n", "2026-12-31\n")
}

#[test]
fn what_was_cut_short_can_be_renewed_through_a_day_that_was_granted_once() {
    let w = Workspace::new();
    w.write(RECORD_PATH, cut_short());
    let again = [
        "renew",
        "K7QD",
        "--until",
        "2027-02-10",
        "--reason",
        "The March preview knows no custom domains (ticket 50077)",
        "--evidence",
        "https://example.com/vendor/status/50077",
    ];
    let said = w.run(&again);
    assert_eq!(said.code(), 0, "{}", said.err);
    assert!(w.read(RECORD_PATH).contains("expires: 2027-02-10"));
    assert_eq!(w.run(&["check"]).code(), 0);
}

/// A record that was filed in a hurry.
fn hurried() -> String {
    let (start, _) = good_record().split_once("compensating_controls:").map_or_else(
        || panic!("the good record has compensating controls"),
        |(start, rest)| (start.to_owned(), rest.to_owned()),
    );
    start.replace("level: high", "level: TODO").replace("team: ai-platform", "team: TODO")
        + "compensating_controls: []
remediation:
  plan: TODO
opened: 2026-11-05
expires: 2027-01-31
renewals: []
reviews: []
"
}

#[test]
fn what_is_not_complete_is_completed_one_by_one() {
    let w = Workspace::new();
    w.write(RECORD_PATH, hurried());
    for (n_left, flags) in [
        // The risk brings to light that something has to lower it.
        (3, &["--risk", "medium"][..]),
        (2, &["--team", "ai-platform"]),
        (
            1,
            &[
                "--compensating",
                "An allow-list of the two egress addresses",
                "--compensating-reduces",
                "use of a leaked key",
                "--compensating-owner",
                "net-ops@example.com",
                "--compensating-evidence",
                "https://example.com/runs/1",
            ],
        ),
    ] {
        let said = w.run(&[&["amend", "K7QD"], flags].concat());
        assert_eq!(said.code(), 0, "{flags:?}: {said:?}");
        let left = format!("is left with {n_left} error");
        assert!(said.err.contains(&left), "{flags:?}: {}", said.err);
        assert_eq!(w.codes().len(), n_left, "{flags:?}");
    }
    let said =
        w.run(&["amend", "K7QD", "--plan", "Migrate to private link in the 2027-02 release"]);
    assert!(said.code() == 0 && !said.err.contains("is left"), "{}", said.err);
    assert_eq!(w.run(&["check"]).code(), 0);
}

#[test]
fn a_change_that_adds_errors_on_balance_or_says_something_wrongly_is_refused() {
    let w = Workspace::new();
    w.write(RECORD_PATH, hurried());
    for flags in [
        &["--plan", "tbd"][..],
        &["--title", "TODO"],
        // One is gone, two come.
        &["--team", "ai-platform", "--title", "TODO", "--owner-name", "TODO"],
    ] {
        let said = w.run(&[&["amend", "K7QD"], flags].concat());
        assert_eq!(said.code(), 1, "{flags:?}: {said:?}");
    }
    assert_eq!(w.read(RECORD_PATH), hurried());
    // What is better on the whole is written, and what is wrong with it is told.
    let most = ["--risk", "low", "--team", "ai-platform", "--plan", "tbd"];
    let said = w.run(&[&["amend", "K7QD"], &most[..]].concat());
    assert_eq!(said.code(), 0, "{said:?}");
    assert!(said.err.contains("`plan` holds a placeholder: `tbd`"), "{}", said.err);
    assert!(said.err.contains("is left with 1 error"), "{}", said.err);
}
