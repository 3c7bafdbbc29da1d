//! `exc completions` and `exc man`: what is made from the definitions of the command line.

use crate::support::Workspace;

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

#[test]
fn each_shell_knows_every_command() {
    let w = Workspace::empty();
    for shell in SHELLS {
        let script = w.exc(&["completions", shell]);
        for command in ["check", "renew", "record-review", "digest"] {
            assert!(script.contains(command), "{shell} does not know {command}");
        }
    }
}

#[test]
fn a_manual_page_has_every_option_of_its_command() {
    let w = Workspace::empty();
    let page = w.exc(&["man", "report", "expiry"]);
    assert!(page.contains(".TH exc-report-expiry 1"), "{page}");
    for option in ["within", "as\\-of", "register", "format"] {
        assert!(page.contains(&format!("\\-\\-{option}")), "{option}: {page}");
    }
    let said = w.run(&["man", "repport"]);
    assert_eq!(said.code(), 2);
    assert!(said.err.contains("did you mean `report`?"), "{}", said.err);
}

#[test]
fn all_pages_are_written_and_are_the_same_again() {
    let w = Workspace::empty();
    let paths = w.exc(&["man", "--dir", "share/man1"]);
    assert!(paths.lines().any(|path| path == "share/man1/exc-check.1"), "{paths}");
    let before: Vec<String> = paths.lines().map(|path| w.read(path)).collect();
    w.exc(&["man", "--dir", "share/man1"]);
    assert_eq!(before, paths.lines().map(|path| w.read(path)).collect::<Vec<_>>());
}
