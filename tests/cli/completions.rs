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
fn a_manual_page_names_the_program_its_usage_and_its_examples() {
    let w = Workspace::empty();
    let page = w.exc(&["man", "check"]);
    assert!(page.contains(r#".TH exc-check 1 " " "exc "#), "{page}");
    assert!(page.contains(".SH SYNOPSIS\nexc check [OPTIONS] [PATH]...\n"), "{page}");
    let (_, examples) = page.split_once(".SH EXAMPLES\n.nf\n").expect("the page has examples");
    assert!(examples.starts_with("exc check  "), "{examples}");
    assert!(examples.ends_with(".fi\n"), "{examples}");
    assert!(!page.contains("SH EXTRA"), "{page}");
    let whole = w.exc(&["man"]);
    assert!(whole.contains(".SH \"EXIT CODES\"\n0 all judged and fine"), "{whole}");
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
