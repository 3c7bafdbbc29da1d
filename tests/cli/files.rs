//! Broken and hostile files in a register: rows F1 to F13 and Y17 to Y22 of the table of hostile
//! input, with real files.

use std::fs;
use std::time::Duration;

use super::support::process::{command, shown};
use super::support::{RECORD_PATH, Workspace, good_record, record};

#[cfg(unix)]
use std::os::unix::{ffi::OsStrExt, fs::PermissionsExt, fs::symlink, net::UnixListener};

#[test]
#[cfg(unix)]
fn f1_a_symlinked_record_is_not_followed() {
    let workspace = Workspace::with_record();
    workspace.write("secret.yaml", "password: hunter2\n");
    for target in ["/etc/passwd", "../secret.yaml", "EXC-2026-K7QD.yaml", "/no/such/file"] {
        let link = workspace.path("exceptions/EXC-2026-AAAA.yaml");
        symlink(target, &link).expect("a link");
        let run = workspace.run(&["check"]);
        assert_eq!(run.code(), 2, "{target}");
        assert!(run.out.contains("error[EXC007]: a symbolic link is not followed"), "{}", run.out);
        assert!(!run.out.contains("root:") && !run.out.contains("hunter2"), "{}", run.out);
        fs::remove_file(link).expect("the link is removed");
    }
}

#[test]
#[cfg(unix)]
fn f1_a_symlinked_policy_is_not_followed() {
    let workspace = Workspace::with_record();
    let policy = workspace.path("exceptions/policy.yaml");
    fs::rename(&policy, workspace.path("policy.yaml")).expect("the policy is moved");
    symlink("../policy.yaml", &policy).expect("a link");
    let run = workspace.run(&["check"]);
    assert_eq!(run.code(), 2);
    assert!(run.out.contains("error[EXC007]"), "{}", run.out);
}

#[test]
#[cfg(unix)]
fn f2_a_symlinked_directory_is_not_entered() {
    let workspace = Workspace::with_record();
    symlink(".", workspace.path("exceptions/loop")).expect("a link");
    symlink("/", workspace.path("exceptions/all")).expect("a link");
    assert_eq!(workspace.codes(), ["EXC007", "EXC007"]);
    assert_eq!(workspace.run(&["check"]).code(), 2);
}

#[test]
#[cfg(unix)]
fn f3_a_fifo_does_not_hang_the_check() {
    let workspace = Workspace::with_record();
    let fifo = workspace.path("exceptions/EXC-2026-AAAA.yaml");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo runs");
    assert!(made.success());
    let _socket = UnixListener::bind(workspace.path("exceptions/EXC-2026-BBBB.yaml"));
    assert_eq!(workspace.codes(), ["EXC008", "EXC008"]);
    assert_eq!(workspace.run(&["check", "exceptions/EXC-2026-AAAA.yaml"]).code(), 2);

    // As the policy, which is opened without being listed first.
    fs::remove_file(workspace.path("exceptions/policy.yaml")).expect("the policy is removed");
    fs::rename(&fifo, workspace.path("exceptions/policy.yaml")).expect("the pipe is moved");
    let run = workspace.run(&["check"]);
    assert_eq!(run.code(), 2);
    assert!(run.out.contains("error[EXC008]"), "{}", run.out);
}

#[test]
#[cfg(unix)]
fn a_fifo_that_somebody_names_is_refused_and_not_waited_for() {
    let workspace = Workspace::with_error();
    let fifo = workspace.path("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo runs");
    assert!(made.success());
    let run = workspace.run(&["approve", "--add", "fifo"]);
    assert_eq!(run.code(), 2);
    assert_eq!(
        run.err,
        "error: `fifo` is no regular file\nhint: pipe what was pasted into `exc approve --add -`\n"
    );

    // As the summary of a step: the findings are printed all the same.
    let workspace = workspace.var("GITHUB_ACTIONS", "true").var("GITHUB_STEP_SUMMARY", "fifo");
    let run = workspace.run(&["check"]);
    assert_eq!(run.code(), 2);
    assert!(run.out.starts_with("error[EXC101]"), "{}", run.out);
    assert_eq!(
        workspace.redacted(&run.err),
        "error: cannot write the step summary `[ROOT]/fifo`: it is no regular file\n"
    );

    // As a file that a review looks at on the disk.
    let repo = workspace.git();
    workspace.commit(&repo, "main");
    fs::rename(&fifo, workspace.path("CODEOWNERS")).expect("the pipe is moved");
    assert_eq!(workspace.run(&["review"]).code(), 0);
}

#[test]
fn f5_names_that_some_file_systems_cannot_tell_apart_are_errors() {
    let workspace = Workspace::with_record();
    workspace.write("exceptions/exc-2026-k7qd.yaml", good_record());
    workspace.write("exceptions/e\u{301}.yaml", good_record());
    workspace.write("exceptions/\u{e9}.yaml", good_record());
    workspace.write("exceptions/con.yaml", good_record());
    let codes = workspace.codes();
    let count = |code: &str| codes.iter().filter(|it| *it == code).count();
    // A file system that keeps only one of each pair leaves nothing to find.
    let is_distinct = fs::read_dir(workspace.path("exceptions")).expect("it is read").count() == 6;
    assert_eq!(count("EXC009"), if is_distinct { 2 } else { 0 }, "{codes:?}");
    assert_eq!(count("EXC024"), 1, "{codes:?}");
    assert_eq!(workspace.run(&["check"]).code(), 1);
}

#[test]
#[cfg(unix)]
fn f6_an_unreadable_file_is_exit_2_and_the_rest_is_judged() {
    use std::os::unix::process::CommandExt;

    let workspace = Workspace::with_error();
    workspace.write("exceptions/EXC-2026-AAAA.yaml", record("EXC-2026-AAAA", "high", "2027-01-31"));
    let secret = workspace.path("exceptions/EXC-2026-AAAA.yaml");
    let set = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the mode is set");
    };
    set(&secret, 0o000);
    set(&workspace.path(""), 0o755);
    let mut check = command(&workspace);
    if fs::read(&secret).is_ok() {
        // Root reads everything: run a copy of the program as somebody else.
        let program = workspace.path("exc");
        fs::copy(env!("CARGO_BIN_EXE_exc"), &program).expect("the program is copied");
        check = std::process::Command::new(&program);
        check.env_clear().current_dir(workspace.path("")).uid(65_534).gid(65_534);
        check.args(["check", "--today", "2026-11-20"]);
    }
    let (code, out, _) = shown(&check.output().expect("the program runs"));
    assert_eq!(code, Some(2));
    assert!(out.contains("error[EXC010]: cannot be read: Permission denied"), "{out}");
    assert!(out.contains("error[EXC101]: unknown key `expiry`"), "{out}");
    assert!(out.contains("1 file not judged"), "{out}");
}

#[test]
#[cfg(target_os = "linux")]
fn f7_names_that_are_not_text_are_escaped_and_lose_nothing() {
    let workspace = Workspace::with_record();
    let bytes = b"exceptions/EXC-\xff\xc3.yaml";
    workspace.write(std::ffi::OsStr::from_bytes(bytes), good_record());
    workspace.write("exceptions/a\n::error::b\u{1b}[31m.yaml", good_record());
    let run = workspace.run(&["check"]);
    assert_eq!(run.code(), 1, "{}", run.out);
    assert!(run.out.contains("exceptions/EXC-\\xff\\xc3.yaml"), "{}", run.out);
    assert!(run.out.contains("exceptions/a\\n::error::b\\u{1b}[31m.yaml"), "{}", run.out);
    let findings = workspace.findings();
    let paths: Vec<Vec<u8>> = findings
        .iter()
        .filter_map(|it| serde_json::from_value(it["path_bytes"].clone()).ok())
        .collect();
    assert_eq!(paths, [bytes.to_vec()]);
    assert!(findings.iter().any(|it| it["path"] == "exceptions/a\n::error::b\u{1b}[31m.yaml"));
}

#[test]
#[cfg(unix)]
fn f11_a_closed_standard_output_keeps_the_verdict() {
    let workspace = Workspace::with_error();
    for n in 0..200 {
        workspace.write(format!("exceptions/EXC-2026-{n:04}.yaml"), "id: 1\ntitle: no\n");
    }
    let mut check = command(&workspace);
    check.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = check.spawn().expect("the program runs");
    drop(child.stdout.take());
    let (code, _, err) = shown(&child.wait_with_output().expect("the program ends"));
    assert_eq!((code, err.as_str()), (Some(1), ""));

    let line = format!("exec '{}' check --today 2026-11-20 >&-", env!("CARGO_BIN_EXE_exc"));
    let mut shell = std::process::Command::new("/bin/sh");
    let closed = shell.args(["-c", &line]).env_clear().current_dir(workspace.path("")).output();
    let (code, _, err) = shown(&closed.expect("the shell runs"));
    assert_eq!((code, err.as_str()), (Some(1), ""));
}

#[test]
#[cfg(target_os = "linux")]
fn f12_a_full_disk_is_exit_2_with_a_message() {
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").expect("it is there");
    let workspace = Workspace::with_record();
    let output = command(&workspace).stdout(full()).output().expect("the program runs");
    let (code, _, err) = shown(&output);
    assert_eq!(code, Some(2));
    assert!(err.starts_with("error: cannot write the result: No space left"), "{err}");
    let output = command(&workspace).args(["-o", "/dev/full"]).output().expect("the program runs");
    let (code, _, err) = shown(&output);
    assert_eq!(code, Some(2));
    assert!(err.starts_with("error: cannot write `/dev/full`: No space left"), "{err}");
    // Nowhere to say anything: the exit code is left.
    let mut silent = command(&workspace);
    let output = silent.stdout(full()).stderr(full()).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
#[cfg(unix)]
fn f13_nothing_but_the_register_is_needed() {
    // No HOME, no PATH (and so no git), an unwritable TMPDIR, the plainest locale, no repository.
    let workspace = Workspace::with_record();
    let mut check = command(&workspace);
    check.env("TMPDIR", "/no/such/folder").env("LANG", "C").env("PATH", "");
    let (code, out, err) = shown(&check.output().expect("the program runs"));
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.ends_with("judged on 2026-11-20 (UTC): all fine\n"), "{out}");
}

#[test]
#[cfg(target_os = "linux")]
fn f13_a_working_directory_that_is_gone_is_exit_2_on_one_line() {
    let workspace = Workspace::with_record();
    let line = format!(
        "mkdir gone && cd gone && rmdir ../gone && exec '{}' check",
        env!("CARGO_BIN_EXE_exc")
    );
    let mut shell = std::process::Command::new("/bin/sh");
    let output = shell.args(["-c", &line]).current_dir(workspace.path("")).output();
    let (code, out, err) = shown(&output.expect("the shell runs"));
    assert_eq!((code, out.as_str(), err.lines().count()), (Some(2), "", 1), "{err}");
    assert!(err.starts_with("error: the working directory is gone: "), "{err}");
}

#[test]
fn y17_a_file_that_is_too_large_is_not_read() {
    let workspace = Workspace::with_record();
    workspace.write("exceptions/EXC-2026-AAAA.yaml", "");
    let huge =
        fs::OpenOptions::new().write(true).open(workspace.path("exceptions/EXC-2026-AAAA.yaml"));
    huge.and_then(|file| file.set_len(100 << 30)).expect("a file full of nothing");
    workspace.write("exceptions/EXC-2026-BBBB.yaml", format!("title: {}", "x".repeat(256 * 1024)));
    assert_eq!(workspace.codes(), ["EXC005", "EXC005"]);
    assert_eq!(workspace.run(&["check"]).code(), 2);
}

#[test]
fn y21_every_one_of_many_files_in_many_directories_is_judged() {
    let workspace = Workspace::new();
    for n in 0..1_000 {
        workspace.write(format!("exceptions/d{}/EXC-2026-{n:04}.yaml", n / 5), "x: [\n");
    }
    let start = std::time::Instant::now();
    let run = workspace.run(&["check", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!((run.code(), &report["summary"]["unreadable"]), (2, &1_000.into()));
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn y22_nothing_in_a_register_is_ignored_in_silence() {
    let workspace = Workspace::with_record();
    fs::rename(workspace.path(RECORD_PATH), workspace.path("exceptions/EXC-2026-K7QD.yml"))
        .expect("the record is moved");
    // `.yml` is read as a record, and is as good a name.
    assert!(workspace.codes().is_empty());
    workspace.write(
        "exceptions/EXC-2026-AAAA.yml",
        fs::read(workspace.path("exceptions/EXC-2026-K7QD.yml")).expect("a record"),
    );
    assert!(workspace.codes().contains(&"EXC020".to_owned()));
    fs::remove_file(workspace.path("exceptions/EXC-2026-AAAA.yml")).expect("it is there");
    let strays = ["a.YAML", "b.json", "c.yaml.bak", ".d", ".e.swp", "README.md", "f"];
    for stray in strays {
        workspace.write(format!("exceptions/{stray}"), "x");
    }
    workspace.write("exceptions/sub/policy.yaml.orig", "x");
    let codes = workspace.codes();
    assert_eq!(codes.iter().filter(|code| *code == "EXC006").count(), 8, "{codes:?}");
    assert_eq!(workspace.run(&["check"]).code(), 1);
}

#[test]
fn y12_what_is_not_utf8_is_exit_2_with_the_byte() {
    let workspace = Workspace::with_record();
    workspace.write("exceptions/EXC-2026-0001.yaml", b"id: EXC-2026-0001\ntitle: \xff\n");
    workspace.write("exceptions/EXC-2026-0002.yaml", b"\xff\xfei\0d\0");
    let run = workspace.run(&["check"]);
    assert_eq!(run.code(), 2);
    assert!(run.out.contains("error[EXC002]: byte 25 is not UTF-8"), "{}", run.out);
    assert!(run.out.contains("EXC-2026-0001.yaml:2:8"), "{}", run.out);
    assert!(run.out.contains("the file is UTF-16, not UTF-8"), "{}", run.out);
}

#[test]
fn y23_a_placeholder_counts_as_missing() {
    let workspace = Workspace::with_record();
    for text in ["TODO", "tbd", "n/a", ".", "-", "\"\\u200b\""] {
        let title =
            good_record().lines().find(|line| line.starts_with("title:")).map(str::to_owned);
        let broken = good_record()
            .replace(&title.expect("a title"), &format!("title: \"{}\"", text.trim_matches('"')));
        workspace.write(RECORD_PATH, broken);
        let run = workspace.run(&["check"]);
        assert!(run.code() == 1 && run.out.contains("error[EXC110]"), "{text}: {}", run.out);
    }
}

#[test]
fn f8_a_result_that_cannot_be_written_leaves_the_old_file() {
    let workspace = Workspace::with_error();
    workspace.write("kept/found.txt", "older");
    let run = workspace.run(&["check", "-o", "kept/found.txt/below"]);
    assert_eq!(run.code(), 2);
    assert_eq!(workspace.read("kept/found.txt"), "older");
    let names = std::fs::read_dir(workspace.path("kept")).expect("a directory").count();
    assert_eq!(names, 1, "no temporary file is left");
}

#[test]
fn d5_every_output_says_which_day_it_judged() {
    let workspace = Workspace::with_error();
    for format in ["text", "json", "sarif", "junit"] {
        let run = workspace.run(&["check", "--today", "2026-12-24", "--format", format]);
        assert!(run.out.contains("2026-12-24"), "{format}: {}", run.out);
    }
}

#[cfg(unix)]
#[test]
fn a_policy_that_is_no_file_is_told_what_belongs_there() {
    for make in ["link", "folder"] {
        let w = Workspace::with_record();
        std::fs::remove_file(w.path("exceptions/policy.yaml")).unwrap();
        match make {
            "link" => {
                std::os::unix::fs::symlink("../p.yaml", w.path("exceptions/policy.yaml")).unwrap();
            }
            _ => std::fs::create_dir(w.path("exceptions/policy.yaml")).unwrap(),
        }
        let said = w.run(&["check"]);
        assert_eq!(said.code(), 2, "{make}");
        assert!(said.out.contains("put the policy itself there, as a regular file"), "{said:?}");
    }
}
