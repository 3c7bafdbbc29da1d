//! What is said of a change that cannot be made: what was answered, and how to get there instead.

use crate::amending::TERMINAL;
use crate::support::{RECORD_PATH, Workspace};

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
