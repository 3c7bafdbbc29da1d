//! `exc check`: exit codes, formats and where the output goes.

use std::fs;
use std::io::{self, Write};

use exc::{Outcome, Terminal};
use insta::assert_snapshot;

use super::support::{POLICY, RECORD_PATH, Workspace, good_record, record};

const FORMATS: [&str; 6] = ["text", "json", "github", "gitlab", "sarif", "junit"];

#[test]
fn a_register_without_a_fault_is_exit_0() {
    assert_snapshot!(Workspace::with_record().shown(&["check"]), @"
    1 record in `exceptions` judged on 2026-11-20 (UTC): all fine
    [exit status: 0]
    ");
}

#[test]
fn an_error_is_exit_1_with_place_and_help() {
    assert_snapshot!(Workspace::with_error().shown(&["check"]), @"
    error[EXC101]: unknown key `expiry`
      --> exceptions/EXC-2026-K7QD.yaml:28:1
       |
    28 | expiry: 2027-01-31
       | ^^^^^^
       |
       = help: the keys here are `bindings`, `closed`, `compensating_controls`, `controls`, `data_classification`, `emergency`, `expires`, `id`, `justification`, `links`, `opened`, `owner`, `remediation`, `renewals`, `requester`, `reviews`, `risk`, `scope`, `tags` or `title`

    1 record in `exceptions` judged on 2026-11-20 (UTC): 1 error
    for more about a code, try `exc explain EXC101`
    [exit status: 1]
    ");
}

#[test]
fn what_cannot_be_judged_is_exit_2_and_the_rest_is_still_printed() {
    let workspace = Workspace::with_error();
    workspace.write("exceptions/EXC-2026-AAAA.yaml", "id: [\n");
    assert_snapshot!(workspace.shown(&["check"]), @"
    error[EXC001]: this is not YAML: unclosed bracket '['
     --> exceptions/EXC-2026-AAAA.yaml:1:5
      |
    1 | id: [
      |     ^
      |
      = help: close it with a `]`

    error[EXC101]: unknown key `expiry`
      --> exceptions/EXC-2026-K7QD.yaml:28:1
       |
    28 | expiry: 2027-01-31
       | ^^^^^^
       |
       = help: the keys here are `bindings`, `closed`, `compensating_controls`, `controls`, `data_classification`, `emergency`, `expires`, `id`, `justification`, `links`, `opened`, `owner`, `remediation`, `renewals`, `requester`, `reviews`, `risk`, `scope`, `tags` or `title`

    1 record in `exceptions` judged on 2026-11-20 (UTC): 2 errors, 1 file not judged
    for more about a code, try `exc explain EXC001`
    [exit status: 2]
    ");
}

#[test]
fn warnings_fail_only_where_asked_to() {
    let workspace = Workspace::with_record();
    workspace.write(RECORD_PATH, format!("\u{feff}{}", good_record()));
    assert_eq!(workspace.codes(), ["EXC021"]);
    let code = |level: &str| workspace.run(&["check", "--fail-on", level]).code();
    assert_eq!([code("error"), code("warning"), code("never")], [0, 1, 0]);
    let failing = Workspace::with_error();
    let code = |level: &str| failing.run(&["check", "--fail-on", level]).code();
    assert_eq!([code("error"), code("warning"), code("never")], [1, 1, 0]);
}

#[test]
fn never_failing_does_not_hide_what_could_not_be_judged() {
    let workspace = Workspace::with_record();
    workspace.write("exceptions/EXC-2026-AAAA.yaml", "id: [\n");
    assert_eq!(workspace.run(&["check", "--fail-on", "never"]).code(), 2);
}

#[test]
fn no_register_is_exit_2() {
    assert_snapshot!(Workspace::empty().shown(&["check"]), @"
    ------- stderr -------
    error: no register: `exceptions/policy.yaml` is neither in `[ROOT]` nor above it
    hint: run `exc init` to start one, or name one with `--register DIR`
    [exit status: 2]
    ");
    assert_snapshot!(Workspace::empty().shown(&["check", "--register", "elsewhere"]), @"
    ------- stderr -------
    error: `elsewhere` is no register: it has no `policy.yaml`
    hint: run `exc init` to start one
    [exit status: 2]
    ");
}

#[test]
fn a_register_is_found_from_below_and_by_name() {
    let workspace = Workspace::with_record();
    fs::create_dir_all(workspace.path("src/deep")).expect("a directory");
    let expected = workspace.shown(&["check"]);
    assert_eq!(workspace.shown(&["check", "-C", "src/deep"]), expected);
    assert_eq!(workspace.shown(&["check", "-C", "exceptions"]), expected);
    assert_eq!(workspace.shown(&["-C", "src", "check", "--register", "../exceptions"]), expected);
}

#[test]
fn a_register_without_records_is_fine_and_says_so() {
    assert_snapshot!(Workspace::new().shown(&["check"]), @"
    warning[EXC306]: there is no record in `exceptions`
     --> exceptions/policy.yaml:1:1
      |
    1 | version: 1
      | ^
      |
      = help: run `exc new` to file the first one, or check that this is the right directory

    0 records in `exceptions` judged on 2026-11-20 (UTC): 1 warning
    [exit status: 0]
    ");
}

#[test]
fn an_unusable_policy_is_exit_2_with_its_place_in_every_format() {
    let workspace = Workspace::with_record();
    workspace.write("exceptions/policy.yaml", format!("{POLICY}warn_within_day: 30\n"));
    assert_snapshot!(workspace.shown(&["check"]), @"
    error[EXC101]: unknown key `warn_within_day`
     --> exceptions/policy.yaml:7:1
      |
    7 | warn_within_day: 30
      | ^^^^^^^^^^^^^^^
      |
      = help: did you mean `warn_within_days`?

    0 records in `exceptions` judged on 2026-11-20 (UTC): 1 error, 1 file not judged
    for more about a code, try `exc explain EXC101`
    [exit status: 2]
    ");
    for format in FORMATS {
        let run = workspace.run(&["check", "--format", format]);
        assert_eq!(run.code(), 2, "{format}");
        assert!(run.out.contains("exceptions/policy.yaml"), "{format}: {}", run.out);
        let place = match format {
            "text" | "junit" => "exceptions/policy.yaml:7:1",
            "github" => "line=7,endLine=7,col=1,endColumn=16",
            "json" => "\"line\": 7,",
            "gitlab" => "\"begin\": 7,",
            _ => "\"startLine\": 7,",
        };
        assert!(run.out.contains(place), "{format}: {}", run.out);
    }
}

#[test]
fn only_the_files_that_are_named_count() {
    let workspace = Workspace::with_error();
    workspace.write("exceptions/EXC-2026-AAAA.yaml", record("EXC-2026-AAAA", "high", "2027-01-31"));
    workspace.write("exceptions/2026/EXC-2026-BBBB.yaml", "id: [\n");
    let code = |paths: &[&str]| workspace.run(&[&["check"], paths].concat()).code();
    assert_eq!(code(&[RECORD_PATH]), 1);
    assert_eq!(code(&["exceptions/EXC-2026-AAAA.yaml"]), 0);
    assert_eq!(code(&["exceptions/2026"]), 2);
    assert_eq!(code(&["exceptions/./EXC-2026-AAAA.yaml", RECORD_PATH]), 1);
    assert_eq!(code(&["exceptions"]), 2);
    assert_snapshot!(workspace.shown(&["check", "exceptions/EXC-2026-AAAA.yaml"]), @"
    1 record in `exceptions` judged on 2026-11-20 (UTC): all fine
    [exit status: 0]
    ");
    assert_snapshot!(workspace.shown(&["check", "Cargo.toml"]), @"
    ------- stderr -------
    error: `Cargo.toml` is not in the register `exceptions`
    hint: name files of the register, or none for all
    [exit status: 2]
    ");
}

#[test]
fn reports_are_written_beside_the_output() {
    let workspace = Workspace::with_error();
    let run = workspace.run(&["check", "--report", "sarif=a.sarif", "--report", "junit=b.xml"]);
    assert_eq!(run.code(), 1);
    assert_eq!(run.out, workspace.run(&["check"]).out);
    assert_eq!(workspace.read("a.sarif"), workspace.run(&["check", "--format", "sarif"]).out);
    assert_eq!(workspace.read("b.xml"), workspace.run(&["check", "--format", "junit"]).out);
}

#[test]
fn a_report_that_cannot_be_written_is_exit_2_and_keeps_nothing_back() {
    let workspace = Workspace::with_error();
    let args = ["check", "--report", "json=no/such/a.json", "--report", "json=b.json"];
    let run = workspace.run(&args);
    assert_eq!(run.code(), 2);
    assert_eq!(run.out, workspace.run(&["check"]).out);
    let err = workspace.redacted(&run.err);
    assert!(err.starts_with("error: cannot write `[ROOT]/no/such/a.json`: "), "{err}");
    assert_eq!(workspace.read("b.json"), workspace.run(&["check", "--format", "json"]).out);
}

#[test]
fn the_result_goes_to_a_file_that_replaces_an_older_one() {
    let workspace = Workspace::with_error();
    workspace.write("found.txt", "older and longer ".repeat(100));
    let run = workspace.run(&["check", "-o", "found.txt"]);
    assert_eq!((run.code(), run.out.as_str(), run.err.as_str()), (1, "", ""));
    assert_eq!(workspace.read("found.txt"), workspace.run(&["check"]).out);
    // A clean run leaves no stale findings behind, however quiet it is.
    workspace.write(RECORD_PATH, good_record());
    assert_eq!(workspace.run(&["check", "-q", "-o", "found.txt"]).code(), 0);
    assert!(workspace.read("found.txt").ends_with(": all fine\n"));
}

#[test]
fn quiet_prints_findings_and_nothing_else() {
    assert_eq!(Workspace::with_record().shown(&["check", "--quiet"]), "[exit status: 0]");
    let run = Workspace::with_error().run(&["check", "--quiet"]);
    assert!(run.code() == 1 && run.out.starts_with("error[EXC101]"), "{run:?}");
}

/// A standard output that takes nothing.
struct Refusing(io::ErrorKind);

impl Write for Refusing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

#[test]
fn a_reader_who_has_gone_away_does_not_change_the_verdict() {
    for format in FORMATS {
        let mut closed = Refusing(io::ErrorKind::BrokenPipe);
        let args = ["check", "--format", format];
        for (workspace, outcome) in [
            (Workspace::with_record(), Outcome::Success),
            (Workspace::with_error(), Outcome::Findings),
        ] {
            let ended = workspace.run_into(&args, "", Terminal::default(), &mut closed);
            assert_eq!(ended, (String::new(), outcome), "{format}");
        }
    }
}

#[test]
fn output_that_cannot_be_written_is_exit_2() {
    for format in FORMATS {
        let mut full = Refusing(io::ErrorKind::StorageFull);
        let args = ["check", "--format", format];
        let workspace = Workspace::with_record();
        let (err, outcome) = workspace.run_into(&args, "", Terminal::default(), &mut full);
        assert_eq!(outcome, Outcome::Error, "{format}");
        assert!(err.starts_with("error: cannot write the result: "), "{format}: {err}");
    }
}

#[test]
fn json_is_a_promise() {
    assert_snapshot!(Workspace::with_error().shown(&["check", "--format", "json"]), @r#"
    {
      "schema_version": 1,
      "tool_version": "0.1.0",
      "today": "2026-11-20",
      "base": null,
      "head": null,
      "summary": {
        "records": 1,
        "errors": 1,
        "warnings": 0,
        "unreadable": 0
      },
      "findings": [
        {
          "code": "EXC101",
          "rule": "unknown-key",
          "level": "error",
          "kind": "structural",
          "record": "EXC-2026-K7QD",
          "path": "exceptions/EXC-2026-K7QD.yaml",
          "pointer": "/expiry",
          "line": 28,
          "column": 1,
          "end_line": 28,
          "end_column": 7,
          "message": "unknown key `expiry`",
          "help": "the keys here are `bindings`, `closed`, `compensating_controls`, `controls`, `data_classification`, `emergency`, `expires`, `id`, `justification`, `links`, `opened`, `owner`, `remediation`, `renewals`, `requester`, `reviews`, `risk`, `scope`, `tags` or `title`",
          "owner": null
        }
      ]
    }
    [exit status: 1]
    "#);
}

#[test]
fn the_day_of_judgement_is_in_every_format_that_has_a_place_for_it() {
    for format in ["text", "json", "github", "sarif", "junit"] {
        let args = ["check", "--format", format, "--today", "2026-12-01"];
        let run = Workspace::with_record().run(&args);
        assert!(run.out.contains("2026-12-01"), "{format}: {}", run.out);
    }
    assert_eq!(Workspace::with_record().run(&["check", "--today", "2026-02-30"]).code(), 2);
}

#[test]
fn the_exit_code_does_not_depend_on_the_format() {
    let unreadable = Workspace::with_record();
    unreadable.write("exceptions/EXC-2026-AAAA.yaml", "id: [\n");
    for format in FORMATS {
        let code = |workspace: &Workspace| workspace.run(&["check", "--format", format]).code();
        let codes =
            [code(&Workspace::with_record()), code(&Workspace::with_error()), code(&unreadable)];
        assert_eq!(codes, [0, 1, 2], "{format}");
    }
}

#[test]
fn two_runs_give_the_same_bytes_wherever_the_register_stands() {
    let (one, other) = (Workspace::with_error(), Workspace::with_error());
    for workspace in [&one, &other] {
        for id in ["EXC-2026-AAAA", "EXC-2026-BBBB", "EXC-2026-CCCC"] {
            workspace
                .write(format!("exceptions/{id}.yaml"), format!("{}x: 1\ny: no\n", good_record()));
        }
    }
    for format in FORMATS {
        let run = |workspace: &Workspace| workspace.shown(&["check", "--format", format]);
        assert_eq!(run(&one), run(&other), "{format}");
        assert_eq!(run(&one), run(&one), "{format}");
    }
}

#[test]
fn under_github_actions_a_page_is_added_to_the_step_summary() {
    let workspace = Workspace::with_error();
    let summary = workspace.path("summary.md").display().to_string();
    let workspace = workspace.var("GITHUB_ACTIONS", "true").var("GITHUB_STEP_SUMMARY", summary);
    workspace.write("summary.md", "# written before\n\n");
    assert_eq!(workspace.run(&["check", "--quiet"]).code(), 1);
    assert_snapshot!(workspace.read("summary.md"), @"
    # written before

    ### exc check

    1 record in <code>exceptions</code> judged on 2026-11-20 (UTC)&#58; 1 error

    | Level | Rule | Where | What |
    | --- | --- | --- | --- |
    | error | EXC101 unknown-key | exceptions/EXC-2026-K7QD.yaml:28:1 | unknown key <code>expiry</code><br>help: the keys here are <code>bindings</code>, <code>closed</code>, <code>compensating&#95;controls</code>, <code>controls</code>, <code>data&#95;classification</code>, <code>emergency</code>, <code>expires</code>, <code>id</code>, <code>justification</code>, <code>links</code>, <code>opened</code>, <code>owner</code>, <code>remediation</code>, <code>renewals</code>, <code>requester</code>, <code>reviews</code>, <code>risk</code>, <code>scope</code>, <code>tags</code> or <code>title</code> |
    ");
}

#[test]
fn without_github_actions_no_step_summary_is_written() {
    let workspace = Workspace::with_error().var("GITHUB_STEP_SUMMARY", "summary.md");
    assert_eq!(workspace.run(&["check"]).code(), 1);
    assert!(!workspace.path("summary.md").exists());
    let workspace = workspace.var("GITHUB_ACTIONS", "true").var("GITHUB_STEP_SUMMARY", "");
    assert_eq!(workspace.run(&["check"]).code(), 1);
}

#[test]
fn a_step_summary_that_cannot_be_written_is_exit_2_after_the_findings() {
    let workspace = Workspace::with_error()
        .var("GITHUB_ACTIONS", "true")
        .var("GITHUB_STEP_SUMMARY", "no/such/folder/summary.md");
    let run = workspace.run(&["check"]);
    assert_eq!(run.code(), 2);
    assert!(run.out.starts_with("error[EXC101]"), "{}", run.out);
    let expected = "error: cannot write the step summary `[ROOT]/no/such/folder/summary.md`: ";
    let err = workspace.redacted(&run.err);
    assert!(err.starts_with(expected), "{err}");
}

#[test]
fn a_wrong_command_line_is_exit_2() {
    for args in [
        &["check", "--format", "xml"][..],
        &["check", "--report", "sarif"],
        &["check", "--report", "xml=a"],
        &["check", "--report", "sarif="],
        &["check", "--fail-on", "info"],
        &["chekc"],
        &[],
    ] {
        let run = Workspace::with_record().run(args);
        assert_eq!((run.code(), run.out.as_str()), (2, ""), "{args:?}");
        assert!(!run.err.is_empty(), "{args:?}");
    }
    assert_eq!(Workspace::with_record().run(&["check", "--help"]).code(), 0);
}

#[test]
fn colors_are_for_terminals_and_for_those_who_ask() {
    let has_colors = |workspace: &Workspace, args: &[&str]| {
        workspace.run(&[&["check"], args].concat()).out.contains('\u{1b}')
    };
    let workspace = Workspace::with_error();
    assert!(!has_colors(&workspace, &[]));
    assert!(has_colors(&workspace, &["--color", "always"]));
    let forced = workspace.var("CLICOLOR_FORCE", "1");
    assert!(has_colors(&forced, &[]));
    assert!(!has_colors(&forced, &["--color", "never"]));
    assert!(!has_colors(&forced.var("NO_COLOR", "1"), &[]));
}

#[test]
fn a_path_that_names_no_record_is_no_pass() {
    let workspace = Workspace::with_error();
    workspace.write("exceptions/approvals/EXC-2026-K7QD/alice.sig", "signature");
    for path in ["exceptions/approvals", "exceptions/approvals/EXC-2026-K7QD/alice.sig"] {
        let run = workspace.run(&["check", path]);
        assert_eq!(run.code(), 2, "{path}: {run:?}");
        assert!(run.err.contains("holds no record"), "{}", run.err);
    }
    assert_eq!(workspace.run(&["check", "exceptions/policy.yaml"]).code(), 0);
}

#[cfg(unix)]
#[test]
fn a_path_through_a_link_is_no_pass() {
    let workspace = Workspace::with_error();
    std::os::unix::fs::symlink(".", workspace.path("exceptions/here")).expect("a link");
    let run = workspace.run(&["check", "exceptions/here/EXC-2026-K7QD.yaml"]);
    assert_eq!(run.code(), 2, "{run:?}");
    assert!(run.err.contains("a symbolic link"), "{}", run.err);
    // The link itself may be named, and is a finding.
    assert_eq!(workspace.run(&["check", "exceptions/here"]).code(), 2);
}

#[cfg(unix)]
#[test]
fn a_register_behind_a_link_is_not_judged() {
    let workspace = Workspace::with_error();
    std::os::unix::fs::symlink("exceptions", workspace.path("linked")).expect("a link");
    let run = workspace.run(&["check", "--register", "linked"]);
    assert_eq!(run.code(), 2);
    assert!(run.err.contains("is a symbolic link, which is not followed"), "{}", run.err);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_name_is_not_text_can_be_named() {
    use std::os::unix::ffi::OsStrExt;

    let workspace = Workspace::with_record();
    let name = std::ffi::OsStr::from_bytes(b"exceptions/\xff.yaml");
    std::fs::write(workspace.path(name), "rubbish").expect("a file");
    let all = workspace.run(&["check"]);
    assert_eq!(all.code(), 1, "{}", all.out);
    let only = workspace.run(&["check", "exceptions"]);
    assert_eq!(only.out, all.out);
}

#[test]
fn a_record_among_the_approvals_is_not_skipped_in_silence() {
    let workspace = Workspace::with_record();
    workspace.write("exceptions/approvals/EXC-2026-BBBB.yaml", good_record());
    let run = workspace.run(&["check"]);
    assert_eq!(run.code(), 1);
    assert!(
        run.out.contains("error[EXC006]: a record among the approvals is not judged"),
        "{}",
        run.out
    );
}

#[test]
fn d4_a_clock_behind_the_newest_commit_warns_and_moves_no_day() {
    let workspace = Workspace::new();
    workspace.write(RECORD_PATH, record("EXC-2026-K7QD", "high", "2026-11-21"));
    let expiring = ["EXC208".to_owned()];
    let repo = workspace.git();
    assert_eq!(workspace.codes(), expiring, "no commit says nothing");
    // 2026-11-21 and 2026-11-22, each at nine.
    workspace.commit_at(&repo, "main", 1_795_251_600);
    assert_eq!(workspace.codes(), expiring);
    workspace.commit_at(&repo, "main", 1_795_338_000);

    let run = workspace.run(&["check"]);
    assert_eq!(run.code(), 0);
    let finding = "\
warning[EXC901]: today is 2026-11-20 by the clock of this machine, and the newest commit is of 2026-11-22
--> exceptions/policy.yaml
 = help: compare `date -u` with `git log -1 --format=%cI`; if the clock is behind, set it, or say which day it is with `--today DATE`
";
    assert!(run.out.contains(finding), "{}", run.out);
    assert!(run.out.contains("judged on 2026-11-20 (UTC)"), "{}", run.out);
    assert_eq!(workspace.codes(), ["EXC208", "EXC901"]);

    let chosen = workspace.run(&["check", "--today", "2026-11-20"]);
    assert!(!chosen.out.contains("EXC901"), "{}", chosen.out);
    std::fs::write(workspace.path(".git/HEAD"), "nothing").expect("the repository is broken");
    assert_eq!(workspace.codes(), expiring);
    let broken = workspace.run(&["check", "--verbose"]);
    assert_eq!(broken.code(), 0);
    assert!(broken.err.starts_with("note: the clock is not compared with git: "), "{}", broken.err);
}

#[test]
fn a_directory_to_run_in_that_is_none_is_refused() {
    let w = Workspace::with_record();
    for directory in ["nowhere", "nowhere/..", "exceptions/policy.yaml"] {
        for command in ["check", "list", "new"] {
            let said = w.run(&["-C", directory, command]);
            assert_eq!(said.outcome, Outcome::Error, "{directory} {command}");
            assert_eq!(
                said.err,
                format!(
                    "error: `{directory}` is no directory\nhint: name an existing directory with `-C`\n"
                )
            );
        }
    }
    assert_eq!(w.names("exceptions").len(), 2);
}

#[test]
fn a_directory_around_the_register_names_all_of_it() {
    let w = Workspace::with_error();
    assert_eq!(w.run(&["check", "."]).out, w.run(&["check"]).out);
    assert_eq!(w.run(&["-C", "exceptions", "check", ".."]).outcome, Outcome::Findings);
}

/// Annotations past the tenth are not shown, but the log holds them.
#[test]
fn without_a_step_summary_all_findings_are_in_the_log() {
    let unknown: String = (0..12).map(|n| format!("unknown_{n}: x\n")).collect();
    let w = Workspace::new();
    w.write(RECORD_PATH, format!("{}{unknown}", good_record()));
    let said = w.run(&["check", "--format", "github"]);
    assert_eq!(said.out.matches("::error ").count(), 12, "{}", said.out);
    assert!(!said.out.contains("in the step summary"), "{}", said.out);
    let summary = w.path("summary.md").to_string_lossy().into_owned();
    let w = w.var("GITHUB_ACTIONS", "true").var("GITHUB_STEP_SUMMARY", summary);
    let said = w.run(&["check", "--format", "github"]);
    assert_eq!(said.out.matches("::error ").count(), 10, "{}", said.out);
    assert!(said.out.contains("2 more errors in the step summary"), "{}", said.out);
}

#[cfg(unix)]
#[test]
fn a_register_that_may_not_be_read_is_not_taken_for_none() {
    use std::os::unix::fs::PermissionsExt;

    let w = Workspace::with_record();
    let locked = |mode| std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(w.path("exceptions"), locked(0o000)).unwrap();
    let may_read_all = std::fs::read_dir(w.path("exceptions")).is_ok();
    let said = w.run(&["check"]);
    std::fs::set_permissions(w.path("exceptions"), locked(0o755)).unwrap();
    // Whoever is root reads it all the same.
    let expected = if may_read_all { Outcome::Success } else { Outcome::Error };
    assert_eq!(said.outcome, expected, "{said:?}");
    assert!(!said.err.contains("no register"), "{}", said.err);
}
