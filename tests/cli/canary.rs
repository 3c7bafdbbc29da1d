//! No command runs a program that a repository names, however the repository is armed.

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use git2::ObjectType;

use crate::support::{RECORD_PATH, Workspace, good_record};

/// Every command with its exit code; one line adds another.
const COMMANDS: &[(u8, &[&str])] = &[
    (1, &["check"]),
    (1, &["check", "--format", "json", "-v"]),
    (1, &["check", RECORD_PATH]),
    (1, &["check", "--fix"]),
    (0, &["check", "--diff"]),
    (0, &["fmt"]),
    (0, &["fmt", "--check"]),
    (1, &["-C", "sub", "check"]),
    (1, &["check", "--base", "main", "--head", "main"]),
    (0, &["diff"]),
    (0, &["diff", "main...HEAD"]),
    (2, &["diff", "HEAD~1..HEAD"]),
    (0, &["list"]),
    (0, &["list", "--all", "--format", "json"]),
    (0, &["-C", "sub", "list"]),
    (0, &["show", "EXC-2026-K7QD"]),
    (0, &["show", "EXC-2026-K7QD", "--format", "yaml"]),
    (0, &["new", "--draft", "--no-input", "--risk", "low"]),
    (0, &["init", "--register", "another/exceptions"]),
    (0, &["-C", "sub", "init", "--register", "another/exceptions"]),
    (1, &["doctor"]),
    (1, &["doctor", "--format", "json"]),
    (1, &["-C", "sub", "doctor"]),
    (1, &["approve", "EXC-2026-K7QD", "--as", "alice", "--yes"]),
    (2, &["approve", "--add", RECORD_PATH]),
    (0, &["verify"]),
    (1, &["verify", "EXC-2026-K7QD", "--rev", "main"]),
    // Without an earlier text nothing of the record can be judged.
    (2, &["history", "EXC-2026-K7QD"]),
    (2, &["audit", "--format", "json"]),
    (2, &["audit", "--as-of", "2026-11-20"]),
    (2, &["report", "expiry"]),
    (2, &["report", "portfolio", "--format", "html"]),
    (0, &["report", "policy"]),
    (2, &["digest"]),
    (0, &["renew", "K7QD", "--for", "80d", "--reason", "It moved to March", "--evidence", "run 9"]),
    (0, &["close", "K7QD", "--outcome", "withdrawn", "--note", "The project ended"]),
    (0, &["amend", "K7QD", "--tag", "vendor"]),
    (0, &["verify-control", "K7QD"]),
    (0, &["record-review", "K7QD", "--note", "The vendor's date holds"]),
    (2, &["reconcile", "azure-policy", "no-such-file.json"]),
    (2, &["import", "azure-policy", "no-such-file.json"]),
    (1, &["export", "trivy", "--check", "no-such-file.yaml"]),
    (0, &["list", "--as-of", "2026-11-20"]),
    (0, &["show", "EXC-2026-K7QD", "--as-of", "2026-11-20"]),
    (0, &["review"]),
    (0, &["review", "--base", "HEAD", "EXC-2026-K7QD"]),
    (0, &["rules"]),
    (0, &["explain", "EXC203"]),
    (0, &["schema"]),
    (0, &["schema", "policy"]),
    (0, &["completions", "bash"]),
    (0, &["man", "check"]),
];

/// What git runs, and the command that makes it.
const SINGING: &[(&str, &[&str])] = &[
    ("fsmonitor", &["status"]),
    ("gpg", &["log", "-1"]),
    ("textconv", &["cat-file", "--textconv", "HEAD:exceptions/EXC-2026-K7QD.yaml"]),
    ("command", &["diff", "--", RECORD_PATH]),
    ("clean", &["hash-object", "--path", RECORD_PATH, "exceptions/policy.yaml"]),
    ("smudge", &["checkout", "--", RECORD_PATH]),
    ("hook", &["checkout", "--detach"]),
    ("editor", &["commit", "--allow-empty"]),
    ("alias", &["sing"]),
    ("uploadpack", &["cat-file", "-p", "HEAD~1:exceptions/EXC-2026-K7QD.yaml"]),
    ("embedded", &["-C", "sub", "status"]),
];

/// A repository that names a canary wherever a program can be named.
struct Armed {
    w: Workspace,
}

impl Armed {
    fn new() -> Self {
        let w = Workspace::with_record();
        let repo = w.git();
        w.commit(&repo, "main");
        let first = git2::Oid::hash_object(ObjectType::Blob, good_record().as_bytes());
        let changed = format!("{}expiry: 2027-01-31\n", good_record());
        w.write(RECORD_PATH, &changed);
        w.commit(&repo, "main");
        let mut index = repo.index().expect("an index");
        let all = git2::IndexAddOption::DEFAULT;
        index.add_all(["exceptions"], all, None).expect("files are added");
        index.write().expect("the index is written");
        let armed = Self { w };
        armed.sign(&repo);
        // What a partial clone lacks is what git would run a program for.
        let hex = first.expect("a name").to_string();
        let object = format!(".git/objects/{}/{}", &hex[..2], &hex[2..]);
        std::fs::remove_file(armed.w.path(object)).expect("a loose object");
        armed.arm();
        armed.embed();
        armed.w.write(RECORD_PATH, format!("{changed}# more\n"));
        armed
    }

    /// Puts a forged signature on the newest commit, which only a program could judge.
    fn sign(&self, repo: &git2::Repository) {
        let tip = repo.refname_to_id("refs/heads/main").expect("a tip");
        let odb = repo.odb().expect("objects");
        let text = odb.read(tip).expect("a commit").data().to_vec();
        let text = String::from_utf8(text).expect("text");
        let (header, message) = text.split_once("\n\n").expect("a message");
        let signature =
            "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----";
        let signed = format!("{header}\n{signature}\n\n{message}");
        let signed = odb.write(ObjectType::Commit, signed.as_bytes()).expect("a commit");
        repo.reference("refs/heads/main", signed, true, "signed").expect("a branch");
    }

    fn arm(&self) {
        let [fsmonitor, textconv, command, clean, smudge, gpg, editor, uploadpack] =
            ["fsmonitor", "textconv", "command", "clean", "smudge", "gpg", "editor", "uploadpack"]
                .map(|name| self.canary(&format!("canaries/{name}"), name));
        let any = self.canary("canaries/any", "any");
        for hook in ["post-checkout", "post-index-change", "pre-commit", "reference-transaction"] {
            self.canary(&format!("hooks/{hook}"), "hook");
        }
        let alias = self.canary("canaries/alias", "alias");
        let root = self.w.root().display().to_string();
        let old = self.w.read(".git/config");
        self.w.write(
            ".git/config",
            format!(
                "{old}[include]\n\tpath = {root}/included\n\
                 [core]\n\tpager = {any}\n\teditor = {editor}\n\tsshCommand = {any}\n\
                 \taskPass = {any}\n\thooksPath = {root}/hooks\n\tgitProxy = {any}\n\
                 [diff \"x\"]\n\ttextconv = {textconv}\n\tcommand = {command}\n\
                 [filter \"x\"]\n\tclean = {clean}\n\tsmudge = {smudge}\n\
                 [merge \"x\"]\n\tdriver = {any}\n\
                 [gpg]\n\tprogram = {gpg}\n[gpg \"ssh\"]\n\tprogram = {any}\n\
                 \tdefaultKeyCommand = {any}\n[log]\n\tshowSignature = true\n\
                 [alias]\n\tsing = !{alias}\n\tst = !{any}\n\
                 [credential]\n\thelper = !{any}\n[sequence]\n\teditor = {any}\n\
                 [remote \"origin\"]\n\turl = {root}\n\tuploadpack = {uploadpack}\n\
                 \treceivepack = {any}\n\tpromisor = true\n\tpartialclonefilter = blob:none\n\
                 [submodule \"m\"]\n\turl = {root}\n\tupdate = !{any}\n\tactive = true\n"
            ),
        );
        self.w.write("included", format!("[core]\n\tfsmonitor = {fsmonitor}\n"));
        self.w.write(".gitmodules", format!("[submodule \"m\"]\n\tpath = m\n\tupdate = !{any}\n"));
        self.w.write(".gitattributes", "*.yaml diff=x filter=x merge=x\n");
    }

    /// A repository among the tracked files, as it arrives with any clone.
    fn embed(&self) {
        let canary = self.canary("canaries/embedded", "embedded");
        self.w.write("sub/HEAD", "ref: refs/heads/main\n");
        self.w.write("sub/objects/keep", "");
        self.w.write("sub/refs/keep", "");
        self.w.write(
            "sub/config",
            format!(
                "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ..\n\
                 \tfsmonitor = {canary}\n"
            ),
        );
    }

    /// A program that leaves a file with its name.
    fn canary(&self, path: &str, name: &str) -> String {
        let sung = self.w.path("sung");
        std::fs::create_dir_all(&sung).expect("a folder");
        self.w.write(path, format!("#!/bin/sh\n: > '{}/{name}'\n", sung.display()));
        let program = self.w.path(path);
        let permissions = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&program, permissions).expect("a program");
        program.display().to_string()
    }

    fn sung(&self) -> Vec<String> {
        self.w.names("sung")
    }
}

#[test]
fn no_command_runs_what_a_repository_names() {
    for (expected, command) in COMMANDS {
        let armed = Armed::new();
        let programs = ["EDITOR", "VISUAL", "PAGER", "GIT_PAGER", "GIT_SSH_COMMAND", "GIT_ASKPASS"];
        let any = armed.w.path("canaries/any").display().to_string();
        let armed = Armed { w: programs.iter().fold(armed.w, |w, name| w.var(name, &any)) };
        let said = armed.w.run(command);
        assert_eq!(said.code(), *expected, "{command:?}: {said:?}");
        assert_eq!(armed.sung(), [""; 0], "{command:?}");
    }
}

#[test]
fn the_editor_is_the_one_of_the_users_environment_and_no_other() {
    let edit = ["new", "--edit", "--risk", "low"];
    for (expected, editor) in [(2, ""), (1, "true")] {
        let armed = Armed::new();
        let armed = Armed { w: armed.w.var("EDITOR", editor) };
        let said = armed.w.run(&edit);
        assert_eq!((said.code(), armed.sung().as_slice()), (expected, &[][..]), "{said:?}");
    }
}

#[test]
fn every_command_is_in_the_table() {
    let help = Workspace::empty().exc(&["--help"]);
    let (_, commands) = help.split_once("\nCommands:\n").expect("a list of commands");
    let lines = commands.lines().take_while(|line| !line.is_empty());
    // What is said of a command goes on further to the right.
    let verbs = lines.filter(|line| !line.starts_with("   "));
    let verbs = verbs.filter_map(|line| line.split_whitespace().next());
    let is_known = |verb: &str| COMMANDS.iter().any(|(_, words)| words.contains(&verb));
    let forgotten: Vec<&str> = verbs.filter(|verb| *verb != "help" && !is_known(verb)).collect();
    assert_eq!(forgotten, [""; 0], "add a line to `COMMANDS`");
}

/// Without this the test above would pass on a repository that is not armed at all.
#[expect(clippy::print_stderr, reason = "what did not run is said in the output of the tests")]
#[test]
fn git_runs_it() {
    for (name, words) in SINGING {
        let armed = Armed::new();
        let mut git = Command::new("git");
        git.current_dir(armed.w.root()).args(*words).stdin(Stdio::null());
        git.env("HOME", armed.w.root()).env("GIT_CONFIG_NOSYSTEM", "1");
        match git.stdout(Stdio::null()).stderr(Stdio::null()).status() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "a runner says that it has every program"
                )]
                let is_ci = std::env::var_os("CI").is_some();
                assert!(!is_ci, "git is missing, and CI is set");
                eprintln!("not run: git is not installed");
                return;
            }
            status => status.expect("git runs"),
        };
        let sung = armed.sung();
        assert!(sung.iter().any(|it| it == name), "`git {}`: {sung:?}", words.join(" "));
    }
}
