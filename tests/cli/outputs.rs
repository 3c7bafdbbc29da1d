//! Where results may go, and what is said when they cannot.

use exc::{Outcome, Terminal};

use crate::support::{RECORD_PATH, Workspace, good_record};

/// A standard output that takes nothing.
struct Broken;

impl std::io::Write for Broken {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("nobody takes it"))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn no_result_goes_into_the_register() {
    let w = Workspace::with_error();
    let before = w.read(RECORD_PATH);
    let policy = w.read("exceptions/policy.yaml");
    for path in [RECORD_PATH, "exceptions/policy.yaml", "kept/../exceptions/new.txt"] {
        let report = format!("json={path}");
        let commands: [&[&str]; 6] = [
            &["check", "--fix", "-o", path],
            &["check", "--fix", "--report", &report],
            &["amend", "K7QD", "--tag", "vendor", "--force", "-o", path],
            &["schema", "-o", path],
            &["digest", "-o", path],
            &["init", "-o", path],
        ];
        for words in commands {
            let said = w.run(words);
            assert_eq!((said.code(), said.out.as_str()), (2, ""), "{words:?}: {said:?}");
            let error = format!("error: `{path}` is in the register, ");
            assert!(said.err.starts_with(&error), "{words:?}: {}", said.err);
            assert_eq!(w.read(RECORD_PATH), before, "{words:?}");
            assert_eq!(w.read("exceptions/policy.yaml"), policy, "{words:?}");
        }
    }
    assert_eq!(w.names("exceptions"), ["EXC-2026-K7QD.yaml", "policy.yaml"]);
    w.exc(&["schema", "-o", "schema.json"]);
}

#[test]
fn a_register_is_not_begun_where_its_list_would_go() {
    let w = Workspace::empty();
    let said = w.run(&["init", "-o", "exceptions/policy.yaml"]);
    assert_eq!(said.code(), 2, "{said:?}");
    assert_eq!(w.names("."), [""; 0]);
}

#[cfg(unix)]
#[test]
fn a_register_is_one_by_whatever_way_a_result_gets_there() {
    let w = Workspace::with_record();
    std::os::unix::fs::symlink("exceptions", w.path("link")).expect("a link");
    for words in [
        &["list", "-o", "link/policy.yaml"][..],
        &["-C", "exceptions", "list", "-o", "policy.yaml"],
        &["list", "--register", "exceptions", "-o", "exceptions/policy.yaml"],
        &["report", "expiry", "--register", "exceptions", "--register", ".", "-o", RECORD_PATH],
    ] {
        let said = w.run(words);
        assert_eq!(said.code(), 2, "{words:?}: {said:?}");
        assert!(said.err.contains("is in the register"), "{words:?}: {}", said.err);
    }
    assert_eq!(w.read(RECORD_PATH), good_record());
}

#[test]
fn a_failure_to_print_hides_no_failure_to_write() {
    let w = Workspace::with_record();
    let mut permissions =
        std::fs::metadata(w.path(RECORD_PATH)).expect("it is there").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(w.path(RECORD_PATH), permissions).expect("it is made read-only");
    let said = w.run(&["amend", "K7QD", "--tag", "vendor", "-o", "no/such/file"]);
    assert_eq!(said.code(), 2, "{said:?}");
    let errors: Vec<&str> = said.err.lines().filter(|line| line.starts_with("error: ")).collect();
    let [printing, writing] = errors.as_slice() else { panic!("two errors: {}", said.err) };
    assert!(printing.contains("no/such/file`: No such file"), "{printing}");
    assert!(writing.contains(&format!("`{RECORD_PATH}` is read-only")), "{writing}");
    assert!(said.err.contains("\nhint: look at it"), "{}", said.err);
}

#[test]
fn what_is_written_and_could_not_be_printed_is_said_to_be_written() {
    let w = Workspace::with_record();
    let words = ["amend", "K7QD", "--tag", "vendor"];
    let (err, outcome) = w.run_into(&words, "", Terminal::default(), &mut Broken);
    assert_eq!(outcome, Outcome::Error, "{err}");
    assert!(err.contains(&format!("\n`{RECORD_PATH}` is written\n")), "{err}");
    assert!(err.ends_with("error: cannot write the result: nobody takes it\n"), "{err}");
    assert!(w.read(RECORD_PATH).contains("vendor"));
}

#[test]
fn of_several_reports_each_that_cannot_be_written_is_told() {
    let w = Workspace::with_record();
    let said = w.run(&["check", "--report", "json=no/a", "--report", "sarif=no/b"]);
    assert_eq!(said.code(), 2, "{said:?}");
    assert!(said.err.contains("/no/a`") && said.err.contains("/no/b`"), "{}", said.err);
}

#[test]
fn no_result_goes_into_the_directory_of_git() {
    let w = Workspace::with_record();
    w.git();
    let config = w.read(".git/config");
    for path in [".git/config", ".git/new.txt", "exceptions/../.git/hooks/pre-commit", ".git"] {
        let report = format!("json={path}");
        let commands: [&[&str]; 3] =
            [&["check", "--report", &report], &["schema", "-o", path], &["list", "-o", path]];
        for words in commands {
            let said = w.run(words);
            assert_eq!((said.code(), said.out.as_str()), (2, ""), "{words:?}: {said:?}");
            let error = format!("error: `{path}` is in the directory of git, ");
            assert!(said.err.starts_with(&error), "{words:?}: {}", said.err);
        }
    }
    assert_eq!(w.read(".git/config"), config);
    assert!(!w.path(".git/new.txt").exists());
    w.write(".github/schema.json", "older");
    w.exc(&["schema", "-o", ".github/schema.json"]);
}

#[test]
fn a_directory_of_git_that_is_elsewhere_takes_no_result_either() {
    let w = Workspace::with_record();
    w.git();
    std::fs::rename(w.path(".git"), w.path("kept")).expect("it is moved");
    w.write(".git", "gitdir: kept\n");
    let config = w.read("kept/config");
    let said = w.run(&["schema", "-o", "kept/config"]);
    assert_eq!((said.code(), w.read("kept/config")), (2, config), "{said:?}");
}

#[cfg(unix)]
#[test]
fn a_file_that_is_written_again_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;

    let w = Workspace::with_record();
    for mode in [0o640, 0o600, 0o664] {
        for words in [&["schema", "-o", "kept.json"][..], &["check", "--report", "json=kept.json"]]
        {
            w.write("kept.json", "older");
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(w.path("kept.json"), permissions).expect("permissions");
            assert_eq!(w.run(words).code(), 0, "{words:?}");
            let now = std::fs::metadata(w.path("kept.json")).expect("a file").permissions();
            assert_eq!(now.mode() & 0o777, mode, "{words:?}");
            assert_ne!(w.read("kept.json"), "older");
        }
    }
}
