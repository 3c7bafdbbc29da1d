//! The whole life of exceptions by pull request, in clones of a bare repository: filed on a branch,
//! refused by the gate and mended, reviewed, approved, landed by each way of merging, renewed,
//! lapsed, filed in an emergency, closed, audited.
//!
//! Where `git` or `ssh-keygen` is missing the test says so and passes, except where `CI` is set.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::support::signing::{make_key, public};
use crate::support::{Said, Workspace};

/// What CI judges with: the base is a commit, whoever asks.
const BASE: &str = "origin/main";

/// A forge with its users, each with a clone.
struct Forge {
    w: Workspace,
    today: String,
}

impl Forge {
    fn new() -> Option<Self> {
        let mut w = Workspace::empty();
        #[expect(clippy::disallowed_methods, reason = "the program is the one of this machine")]
        let path = std::env::var("PATH").unwrap_or_default();
        let home = w.root().display().to_string();
        for (name, value) in
            [("PATH", path.as_str()), ("HOME", &home), ("GIT_CONFIG_NOSYSTEM", "1")]
        {
            w = w.var(name, value);
        }
        for name in ["alice", "bob"] {
            make_key(&w, name)?;
        }
        if let Err(error) = Command::new("git").arg("--version").output() {
            assert_eq!(error.kind(), ErrorKind::NotFound);
            #[expect(clippy::disallowed_methods, reason = "a runner has every program")]
            let is_ci = std::env::var_os("CI").is_some();
            assert!(!is_ci, "git is missing, and CI is set");
            #[expect(clippy::print_stderr, reason = "what did not run is said")]
            {
                eprintln!("not run: git is not installed");
            }
            return None;
        }
        w.write("clones/README", "");
        let forge = Self { w, today: "2026-11-02".to_owned() };
        forge.git(".", &["init", "-q", "--bare", "--initial-branch=main", "forge.git"]);
        Some(forge)
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.w.path("clones").join(name)
    }

    /// Runs git as somebody, on the day that it is.
    #[track_caller]
    fn git(&self, clone: &str, arguments: &[&str]) -> String {
        let (name, email) = match clone {
            "robot" => ("GitHub", "noreply@github.com".to_owned()),
            name => (name, format!("{name}@example.com")),
        };
        self.git_as(clone, (name, &email), arguments)
    }

    #[track_caller]
    fn git_as(&self, clone: &str, (name, email): (&str, &str), arguments: &[&str]) -> String {
        let date = format!("{}T12:00:00Z", self.today);
        let mut git = Command::new("git");
        git.current_dir(self.folder(clone)).args(["-c", "commit.gpgsign=false"]).args(arguments);
        git.env("HOME", self.w.root()).env("GIT_CONFIG_NOSYSTEM", "1");
        git.env("GIT_COMMITTER_NAME", name).env("GIT_COMMITTER_EMAIL", email);
        if arguments[0] != "rebase" {
            git.env("GIT_AUTHOR_NAME", name).env("GIT_AUTHOR_EMAIL", email);
        }
        git.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CONFIG_GLOBAL"] {
            git.env_remove(name);
        }
        let output = git.output().expect("git runs");
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?} in {clone}: {err}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn clone(&self, name: &str) {
        self.git(".", &["clone", "-q", "forge.git", name]);
        self.git(name, &["config", "user.name", name]);
        self.git(name, &["config", "user.email", &format!("{name}@example.com")]);
    }

    fn run(&self, clone: &str, arguments: &[&str]) -> Said {
        let folder = format!("clones/{clone}");
        self.w.run(&[&["-C", &folder, "--today", &self.today], arguments].concat())
    }

    /// Runs a command that has to succeed.
    #[track_caller]
    fn exc(&self, clone: &str, arguments: &[&str]) -> String {
        let said = self.run(clone, arguments);
        assert_eq!(said.code(), 0, "{arguments:?}\n{}{}", said.out, said.err);
        said.out
    }

    /// Commits everything, and pushes the branch.
    #[track_caller]
    fn push(&self, clone: &str, message: &str) {
        self.git(clone, &["add", "--all"]);
        self.git(clone, &["commit", "-q", "-m", message]);
        self.git(clone, &["push", "-q", "-u", "origin", "HEAD"]);
    }

    /// Begins a branch at the tip of the mainline.
    fn branch(&self, clone: &str, name: &str) {
        self.git(clone, &["fetch", "-q", "--prune"]);
        self.git(clone, &["switch", "-q", "-c", name, "--no-track", BASE]);
    }

    /// Checks out a branch as it was pushed.
    fn fetch(&self, clone: &str, name: &str) {
        self.git(clone, &["fetch", "-q", "--prune"]);
        self.git(clone, &["switch", "-q", "--detach", &format!("origin/{name}")]);
    }

    /// The gate of a pull request, as CI runs it: the exit code, and what it found.
    fn gate(&self, clone: &str) -> (u8, Vec<String>) {
        let said = self.run(clone, &["check", "--base", BASE, "--format", "json"]);
        let report: Value = serde_json::from_str(&said.out).expect("JSON");
        let findings = report["findings"].as_array().expect("a list").iter();
        let is_error = |it: &&Value| it["level"] == "error";
        let code = |it: &Value| it["code"].as_str().expect("a code").to_owned();
        (said.code(), findings.filter(is_error).map(code).collect())
    }

    #[track_caller]
    fn passes(&self, clone: &str) {
        assert_eq!(self.gate(clone), (0, Vec::new()));
    }

    /// Lands a branch by a merge commit, which a person makes.
    fn merge(&self, who: &str, branch: &str) {
        self.fetch(who, branch);
        self.git(who, &["switch", "-q", "-C", "main", BASE]);
        let from = format!("origin/{branch}");
        self.git(who, &["merge", "-q", "--no-ff", "-m", &format!("Merge {branch}"), &from]);
        self.git(who, &["push", "-q", "origin", "main"]);
    }

    /// Lands a branch as one commit of its author, committed by the forge.
    fn squash(&self, author: &str, branch: &str) {
        self.fetch("robot", branch);
        self.git("robot", &["switch", "-q", "-C", "main", BASE]);
        self.git("robot", &["merge", "-q", "--squash", &format!("origin/{branch}")]);
        let author = format!("--author={author} <{author}@example.com>");
        self.git("robot", &["commit", "-q", &author, "-m", &format!("{branch} (#2)")]);
        self.git("robot", &["push", "-q", "origin", "main"]);
    }

    /// Lands a branch commit by commit.
    fn rebase(&self, branch: &str) {
        self.fetch("robot", branch);
        self.git("robot", &["rebase", "-q", BASE]);
        self.git("robot", &["push", "-q", "origin", "HEAD:main"]);
        self.git("robot", &["fetch", "-q"]);
    }

    /// What the audit says of each record, by id.
    fn verdicts(&self, clone: &str) -> (u8, Vec<(String, String, String)>) {
        self.git(clone, &["fetch", "-q"]);
        let said = self.run(clone, &["audit", "--format", "json"]);
        let audit: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let records = audit["records"].as_array().expect("a list").iter();
        let records =
            records.map(|it| (text(&it["id"]), text(&it["verdict"]), text(&it["status"])));
        (said.code(), records.collect())
    }

    #[track_caller]
    fn verdict(&self, id: &str) -> (String, String) {
        let (_, verdicts) = self.verdicts("auditor");
        let found = verdicts.into_iter().find(|it| it.0 == id).expect("a record that landed");
        (found.1, found.2)
    }
}

/// A filing of Lee's, with an id of its own.
fn filing<'a>(id: &'a str, scope: &'a str, blocker: &'a str) -> Vec<&'a str> {
    vec![
        "new",
        "--id",
        id,
        "--control",
        "NET-004",
        "--scope",
        scope,
        "--risk",
        "medium",
        "--title",
        "Model proxy keeps a public endpoint until private link ships",
        "--risk-statement",
        "A leaked key could be used from anywhere.",
        "--owner-name",
        "Dana Ruiz",
        "--owner-email",
        "dana@example.com",
        "--team",
        "ai-platform",
        "--blocker",
        blocker,
        "--end-state",
        "Traffic enters through the private endpoint; the public one is off.",
        "--compensating",
        "Address list limited to the two egress addresses of the CI network",
        "--compensating-owner",
        "net.ops@example.com",
        "--compensating-evidence",
        "https://example.com/runs/8841",
        "--verified",
        "2026-11-02",
        "--verify-every",
        "60d",
        "--plan",
        "Migrate to private link in the 2027-02 release.",
        "--for",
        "60d",
    ]
}

const REASON: &str = "The vendor offers no private link before 2027-02 (ticket 48213).";

/// Starts the register: a policy with two people who may approve.
fn start(forge: &Forge) {
    forge.clone("dana");
    forge.exc("dana", &["init", "--ci", "github"]);
    let policy = "clones/dana/exceptions/policy.yaml";
    let controls = "controls:\n  - {id: NET-004, title: No public network access, max_days: 120}\n";
    let person = |name: &str| {
        let key = public(&forge.w, name);
        format!(
            "  - {{id: {name}, name: {name}, emails: [{name}@example.com], roles: [approver], keys: [{{key: \"{key}\"}}]}}\n"
        )
    };
    let people = format!("people:\n{}{}", person("alice"), person("bob"));
    let text = forge.w.read(policy).replace("controls: []\n", &format!("{controls}{people}"));
    forge.w.write(policy, text);
    let check = forge.run("dana", &["check"]);
    assert_eq!(check.code(), 0, "{check:?}");
    forge.push("dana", "start a register of exceptions");
    for name in ["lee", "alice", "bob", "robot", "auditor"] {
        forge.clone(name);
    }
}

/// Files a record on a branch.
#[track_caller]
fn file(forge: &Forge, id: &str, scope: &str, branch: &str) {
    forge.branch("lee", branch);
    forge.exc("lee", &filing(id, scope, REASON));
    forge.push("lee", "file an exception");
}

/// Has somebody sign what a branch proposes, and the requester put it beside the record.
#[track_caller]
fn sign(forge: &Forge, id: &str, who: &str, branch: &str) {
    forge.fetch(who, branch);
    let key = forge.w.path(who).display().to_string();
    let printed = forge.exc(who, &["approve", id, "--as", who, "--key", &key, "--yes", "--print"]);
    let letter = forge.w.path("letter");
    std::fs::write(&letter, printed).expect("written");
    forge.git("lee", &["switch", "-q", branch]);
    forge.exc("lee", &["approve", "--add", &letter.display().to_string()]);
    forge.push("lee", "add the approval");
}

#[test]
fn an_exception_is_filed_mended_reviewed_and_approved_by_each_way_of_merging() {
    let Some(mut forge) = Forge::new() else { return };
    start(&forge);

    // A filing with a gap: the gate is red, and says where.
    forge.today = "2026-11-03".to_owned();
    let (first, second, third) = ("EXC-2026-AAAA", "EXC-2026-BBBB", "EXC-2026-CCCC");
    forge.branch("lee", "proxy");
    let vague = forge.run("lee", &filing(first, "service:/proxy/api", "We needed this to work."));
    assert_eq!(vague.code(), 1, "{vague:?}");
    let mut draft = filing(first, "service:/proxy/api", "We needed this to work.");
    draft.push("--draft");
    forge.exc("lee", &draft);
    forge.push("lee", "file an exception");
    assert_eq!(forge.gate("lee"), (1, vec!["EXC111".to_owned()]));
    let path = format!("clones/lee/exceptions/{first}.yaml");
    forge.w.write(&path, forge.w.read(&path).replace("We needed this to work.", REASON));
    forge.push("lee", "say what is in the way");
    forge.passes("lee");

    // The reviewer sees one page, and merges.
    forge.today = "2026-11-04".to_owned();
    forge.fetch("alice", "proxy");
    let page = forge.exc("alice", &["review", "--base", BASE]);
    assert!(
        page.contains(first) && page.contains("service proxy") | page.contains("service:/proxy"),
        "{page}"
    );
    forge.merge("alice", "proxy");
    assert_eq!(forge.verdict(first), ("approved".to_owned(), "active".to_owned()));

    // A squash leaves no trace of the reviewer but a signature, and a rebase neither.
    file(&forge, second, "service:/batch/api", "batch");
    sign(&forge, second, "bob", "batch");
    forge.passes("lee");
    forge.squash("lee", "batch");
    file(&forge, third, "service:/index/api", "index");
    sign(&forge, third, "alice", "index");
    forge.rebase("index");
    let (code, verdicts) = forge.verdicts("auditor");
    assert_eq!(code, 0, "{verdicts:?}");
    assert!(verdicts.iter().all(|it| it.1 == "approved") && verdicts.len() == 3, "{verdicts:?}");

    lives_on(&mut forge, first, second, third);
}

/// What becomes of the three.
fn lives_on(forge: &mut Forge, first: &str, second: &str, third: &str) {
    // Renewed with a new reason; by hand it would be refused.
    forge.today = "2026-12-20".to_owned();
    forge.branch("lee", "renew");
    let path = format!("clones/lee/exceptions/{first}.yaml");
    let before = forge.w.read(&path);
    forge.w.write(&path, before.replace("expires: 2027-01-02", "expires: 2027-02-26"));
    forge.push("lee", "need a little more");
    let (code, found) = forge.gate("lee");
    assert!(code == 1 && found.contains(&"EXC403".to_owned()), "{found:?}");
    forge.w.write(&path, before);
    let renewal = [
        "renew",
        first,
        "--until",
        "2027-02-26",
        "--reason",
        "The vendor moved the preview to February.",
        "--evidence",
        "https://example.com/vendor/49020",
    ];
    forge.exc("lee", &renewal);
    forge.exc("lee", &["verify-control", first, "--evidence", "https://example.com/runs/9127"]);
    forge.push("lee", "renew it instead");
    forge.passes("lee");
    forge.merge("bob", "renew");
    assert_eq!(forge.verdict(first), ("approved".to_owned(), "active".to_owned()));

    // Widened by whoever can push: what holds is not what was approved, and the audit says so.
    forge.branch("lee", "typo");
    let wider = ["amend", second, "--scope", "service:/batch/api", "--scope", "service:/store/api"];
    forge.exc("lee", &wider);
    forge.push("lee", "fix a typo");
    forge.squash("lee", "typo");
    assert_eq!(forge.verdict(second).0, "lapsed");
    assert_eq!(forge.verdicts("auditor").0, 1);
    forge.branch("lee", "sign");
    forge.push_empty("lee");
    sign(forge, second, "alice", "sign");
    forge.squash("lee", "sign");
    assert!(forge.verdict(second).0.starts_with("approved"), "{:?}", forge.verdict(second));

    // In an emergency the approval follows.
    forge.today = "2026-12-22".to_owned();
    let urgent = "EXC-2026-DDDD";
    forge.branch("lee", "urgent");
    let mut emergency = filing(urgent, "service:/edge/api", REASON);
    emergency.extend([
        "--emergency",
        "The certificate of the edge was lost at night; traffic stood still.",
    ]);
    forge.exc("lee", &emergency);
    forge.push("lee", "open the edge");
    forge.squash("lee", "urgent");
    assert_eq!(forge.verdict(urgent).0, "unapproved");
    forge.today = "2026-12-23".to_owned();
    forge.branch("lee", "follow");
    forge.push_empty("lee");
    sign(forge, urgent, "bob", "follow");
    forge.squash("lee", "follow");
    assert_eq!(forge.verdict(urgent).0, "approved-late");

    // Closed, which needs nobody; and one that is forgotten expires.
    forge.branch("lee", "close");
    forge.exc(
        "lee",
        &[
            "close",
            third,
            "--outcome",
            "remediated",
            "--note",
            "The public endpoint is off; run 9130 confirms it.",
        ],
    );
    forge.push("lee", "close it");
    forge.passes("lee");
    forge.squash("lee", "close");
    assert_eq!(forge.verdict(third).0, "closed");
    forge.today = "2027-01-04".to_owned();
    forge.branch("lee", "after");
    let (code, found) = forge.gate("lee");
    assert!(code == 1 && found.contains(&"EXC207".to_owned()), "{found:?}");
    assert_eq!(forge.verdict(second).1, "expired");

    // A year later, the auditor asks.
    let history = forge.exc("auditor", &["history", first]);
    assert!(
        history.contains("approved by alice") && history.contains("approved by bob"),
        "{history}"
    );
    let then = forge.run("auditor", &["list", "--as-of", "2026-12-01", "--format", "ids"]);
    assert_eq!(then.out.lines().count(), 3, "{then:?}");
    let pack = forge.w.path("pack").display().to_string();
    let said = forge.run("auditor", &["audit", "--pack", &pack]);
    assert!(said.code() < 2, "{said:?}");
    assert!(forge.w.names("pack").len() > 3);
}

impl Forge {
    /// Pushes a branch on which nothing is said yet.
    fn push_empty(&self, clone: &str) {
        self.git(clone, &["push", "-q", "-u", "origin", "HEAD"]);
    }
}
