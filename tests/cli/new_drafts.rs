//! The drafts of `exc new`: in an editor, on the way to a record, and where something is in the way.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use exc::Outcome;

use crate::new::{ANSWERS, COMPLETE};
use crate::support::process::shown;
use crate::support::{POLICY, Said, Workspace};

/// What an editor makes of a template: a record without a fault.
const FILL: &str = r#"
sed -i.bak -e 's|^title: TODO|title: Batch gateway keeps a public endpoint until June|' \
  -e '/^controls:/,/^scope:/s|^  - TODO|  - AZ-NET-004|' \
  -e '/^scope:/,/^risk:/s|^  - TODO|  - service:/batch/api|' \
  -e 's|level: TODO|level: low|' -e 's|statement: TODO|statement: A leaked key could be used from anywhere.|' \
  -e 's|^owner: .*|owner: {name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}|' \
  -e 's|^requester: .*|requester: {name: Lee Park, email: lee.park@example.com}|' \
  -e 's|blocker: TODO|blocker: The vendor offers no private link (ticket 48213).|' \
  -e 's|end_state: TODO|end_state: Traffic enters through the private endpoint.|' \
  -e 's|description: TODO|description: Allow-list of two addresses|' -e 's|owner: TODO|owner: net.ops@example.com|' \
  -e 's|evidence: TODO|evidence: https://example.com/1|' -e 's|plan: TODO|plan: Migrate in the June release.|' \
  -e 's|^expires: TODO|expires: 2027-01-29  # agreed with the vendor|' "$1"
"#;

/// A repository with a register, and scripts that can stand for an editor.
pub(crate) struct Desk {
    pub(crate) w: Workspace,
}

impl Desk {
    pub(crate) fn new(editor: &str) -> Self {
        let w = Workspace::new();
        w.git();
        let desk = Self { w };
        desk.script("editor", editor);
        let path = desk.w.path("bin/editor").display().to_string();
        Self { w: desk.w.var("EDITOR", format!("'{path}' --wait")) }
    }

    /// A script whose last argument is the file.
    pub(crate) fn script(&self, name: &str, text: &str) {
        let path = self.w.path(format!("bin/{name}"));
        let start = "#!/bin/sh\nset -eu\n[ \"$1\" = --wait ] && shift\n";
        self.w.write(&path, format!("{start}{text}"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
    }

    pub(crate) fn edit(&self, more: &[&str]) -> Said {
        self.w.run(&[&["new", "--edit"], more].concat())
    }

    /// The drafts that are kept, with their texts.
    pub(crate) fn kept(&self) -> Vec<String> {
        let folder = ".git/exc/drafts";
        if !self.w.path(folder).exists() {
            return Vec::new();
        }
        let names = self.w.names(folder).into_iter().filter(|name| name.ends_with(".yaml"));
        names.map(|name| self.w.read(format!("{folder}/{name}"))).collect()
    }
}

#[test]
fn a_template_that_is_filled_in_becomes_a_record_without_its_comments() {
    let desk = Desk::new(FILL);
    let said = desk.edit(&["--id", "EXC-2026-NEW0"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert_eq!(said.out, "exceptions/EXC-2026-NEW0.yaml\n");
    assert!(said.err.starts_with("the draft is in .git/exc/drafts/EXC-2026-NEW0.yaml, until"));
    assert_eq!(
        desk.w.read("exceptions/EXC-2026-NEW0.yaml"),
        "\
id: EXC-2026-NEW0
title: Batch gateway keeps a public endpoint until June
controls:
  - AZ-NET-004
scope:
  - service:/batch/api
risk:
  level: low
  statement: A leaked key could be used from anywhere.
owner: {name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}
requester: {name: Lee Park, email: lee.park@example.com}
justification:
  blocker: The vendor offers no private link (ticket 48213).
  end_state: Traffic enters through the private endpoint.
compensating_controls:
  - description: Allow-list of two addresses
    owner: net.ops@example.com
    evidence: https://example.com/1
remediation:
  plan: Migrate in the June release.
opened: 2026-11-20
expires: 2027-01-29  # agreed with the vendor
renewals: []
reviews: []
"
    );
    desk.w.exc(&["check"]);
    assert!(desk.kept().is_empty());
    assert!(said.err.contains("next:\n  git add exceptions/EXC-2026-NEW0.yaml\n"), "{}", said.err);
}

#[test]
fn the_template_says_what_each_key_is_for_and_what_is_allowed() {
    let desk = Desk::new("cp \"$1\" \"$1.seen\"; exit 3");
    desk.edit(&["--title", "Batch gateway: public endpoint until June", "--risk", "high"]);
    let folder = ".git/exc/drafts";
    let seen = desk.w.names(folder).into_iter().find(|name| name.ends_with(".seen"));
    let text = desk.w.read(format!("{folder}/{}", seen.expect("it was opened")));
    for part in [
        "#: A new exception: replace each TODO, save the file, and close the editor.",
        "\n#: The controls deviated from, as ids of the catalogue in policy.yaml.\n#:   AZ-NET-004  No public network access (at most 120 days)\n",
        "\n#:   service:/…  service > component\nscope:\n  - TODO\n",
        "title: \"Batch gateway: public endpoint until June\"\n",
        "\n#: at the latest 2027-02-18: high risk gets at most 90 days from 2026-11-20\nexpires: TODO\n",
        "\n  - description: TODO\n    owner: TODO\n    evidence: TODO\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn an_editor_that_fails_keeps_the_draft_and_another_run_goes_on() {
    let desk = Desk::new("sed -i.bak 's|^title: TODO|title: Half a title|' \"$1\"; exit 3");
    let said = desk.edit(&[]);
    assert_eq!((said.outcome, said.out.as_str()), (Outcome::Error, ""), "{said:?}");
    assert!(said.err.contains("has failed: exit status: 3\n"), "{}", said.err);
    assert!(said.err.contains("`exc new --edit --resume` goes on with it\n"), "{}", said.err);
    assert!(desk.kept()[0].contains("\ntitle: Half a title\n"));
    // With the questions, and in the editor again: nothing of it is lost.
    let said = desk.w.on_terminal(&["new", "--resume"], "az-net-004\n");
    assert!(said.err.contains("\ncontrol: ") && !said.err.contains("\ntitle: "), "{}", said.err);
    assert!(desk.kept()[0].contains("\ntitle: Half a title\ncontrols:\n  - AZ-NET-004\n"));
    desk.script(
        "editor",
        "grep -q '^title: Half a title' \"$1\"; sed -i.bak 's|Half a title|Whole|' \"$1\"",
    );
    let said = desk.edit(&["--resume"]);
    assert_eq!(said.outcome, Outcome::Findings, "{said:?}");
    assert!(desk.kept()[0].contains("\ntitle: Whole\n"));
    assert_eq!(desk.w.names("exceptions"), ["policy.yaml"]);
}

#[test]
fn what_rules_refuse_is_told_with_its_line_in_the_draft_and_kept() {
    let desk = Desk::new("sed -i.bak 's|^title: TODO|title: [|' \"$1\"");
    let said = desk.edit(&["--id", "EXC-2026-NEW0"]);
    assert_eq!(said.outcome, Outcome::Findings, "{said:?}");
    assert!(said.err.contains("--> .git/exc/drafts/EXC-2026-NEW0.yaml:"), "{}", said.err);
    let last = "nothing was written; `exc new --edit --resume` goes on with .git/exc/drafts/EXC-2026-NEW0.yaml\n";
    assert!(said.err.ends_with(last), "{}", said.err);
    // As a draft, it is written as it is.
    desk.script("editor", "sed -i.bak 's|^title: TODO|title: Half|' \"$1\"");
    let said = desk.edit(&["--id", "EXC-2026-NEW1", "--draft"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert!(desk.w.read("exceptions/EXC-2026-NEW1.yaml").contains("\ntitle: Half\n"));
    // An id that is none names no path.
    desk.script("editor", "sed -i.bak 's|^id: .*|id: ../../../evil|' \"$1\"");
    let said = desk.edit(&["--draft"]);
    assert!(!desk.w.path("evil.yaml").exists() && !said.out.contains("evil"), "{said:?}");
}

#[test]
fn an_empty_draft_gives_up_and_is_not_kept() {
    let desk = Desk::new(": > \"$1\"");
    let said = desk.edit(&[]);
    assert_eq!(said.outcome, Outcome::Error, "{said:?}");
    assert!(said.err.ends_with("error: the draft is empty: nothing was written\n"), "{}", said.err);
    assert!(desk.kept().is_empty());
}

#[test]
fn without_an_editor_the_variables_are_named_and_a_repository_names_none() {
    let w = Workspace::new();
    let repo = w.git();
    repo.config().expect("a configuration").set_str("core.editor", "touch canary").expect("set");
    let said = w.run(&["new", "--edit"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.starts_with("error: neither `VISUAL` nor `EDITOR` names an editor\n"));
    assert!(!w.path("canary").exists());
    let w = w.var("EDITOR", "touch canary");
    let said = w.run(&["new", "--edit", "--no-input"]);
    assert!(said.err.contains("`--no-input` forbids it"), "{}", said.err);
    assert!(!w.path("canary").exists());
}

#[test]
fn answers_are_kept_until_the_record_is_written() {
    let desk = Desk::new("");
    let all: Vec<&str> = ANSWERS.lines().collect();
    // Git knows the requester, which one answer keeps.
    let mut answers = all.clone();
    answers.splice(7..9, [""]);
    let (first, rest) = answers.split_at(6);
    let said = desk.w.on_terminal(&["new"], &(first.join("\n") + "\n"));
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("hint: the draft is kept in .git/exc/drafts/EXC-2026-"));
    assert!(said.err.ends_with("`exc new --resume` goes on with it\n"), "{}", said.err);
    let said = desk.w.on_terminal(&["new", "--resume"], &(rest.join("\n") + "\n"));
    assert_eq!(said.outcome, Outcome::Success, "{}", said.err);
    assert!(desk.kept().is_empty());
    desk.w.exc(&["check"]);
    let said = desk.w.run(&["new", "--resume"]);
    assert!(said.err.starts_with("error: no draft of this repository is kept\n"), "{}", said.err);
}

#[test]
fn an_emergency_is_filed_with_what_is_known_and_says_what_is_missing() {
    let w = Workspace::new();
    let repo = w.git();
    w.commit(&repo, "main");
    repo.remote("origin", "https://example.com/register.git").expect("a remote");
    let flags = [
        "new",
        "--id",
        "EXC-2026-NEW0",
        "--emergency",
        "The primary region was down from 21:40.",
        "--title",
        "Batch gateway takes public traffic until the region is back",
        "--control",
        "AZ-NET-004",
        "--scope",
        "service:/batch/api",
        "--owner-name",
        "Dana Ruiz",
    ];
    let said = w.run(&flags);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("1 flag missing: --owner-email ADDRESS\n"), "{}", said.err);
    let said = w.run(&[&flags[..], &["--owner-email", "dana.ruiz@example.com"]].concat());
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    insta::assert_snapshot!(said.err, @"
    note: requester from git: Lee Park <lee.park@example.com>; `--requester-name` and `--requester-email` name another
    note: no last valid day is given, so it is 2026-12-18
      at the latest 2026-12-20: critical risk gets at most 30 days from 2026-11-20
      proposed is 2026-12-18: 2026-12-20 is a Sunday
    filed as an emergency, and not complete: `exc check` fails until it is, and nobody can approve it before
    to add what is missing, together or one by one:
      exc amend EXC-2026-NEW0 --risk LEVEL --risk-statement TEXT --team TEAM --blocker TEXT --end-state TEXT --compensating TEXT --compensating-owner ADDRESS --compensating-evidence TEXT --plan TEXT
    next:
      git switch -c exception/EXC-2026-NEW0
      git add exceptions/EXC-2026-NEW0.yaml
      git commit -m 'exceptions: file EXC-2026-NEW0'
      git push -u origin exception/EXC-2026-NEW0
    and open a pull request: it is proposed until it is merged
    ");
    let text = w.read("exceptions/EXC-2026-NEW0.yaml");
    assert!(text.contains("expires: 2026-12-18\n") && text.contains("blocker: TODO\n"), "{text}");
    let line = "\nemergency: {declared: 2026-11-20T15:31:10Z, reason: The primary region was down from 21:40.}\n";
    assert!(text.contains(line), "{text}");
    assert_eq!(w.run(&["check"]).outcome, Outcome::Findings);
    // What is said wrongly is refused, also in an emergency.
    let vague = flags.map(|it| match it {
        "EXC-2026-NEW0" => "EXC-2026-NEW1",
        "service:/batch/api" => "service:/other/api",
        it if it.starts_with("The primary") => "needed",
        it => it,
    });
    let said = w.run(&[&vague[..], &["--owner-email", "dana.ruiz@example.com"]].concat());
    assert_eq!(said.outcome, Outcome::Findings, "{said:?}");
    // What it says is to be typed makes it complete.
    let amend = [
        "amend",
        "EXC-2026-NEW0",
        "--risk",
        "high",
        "--risk-statement",
        "Prompts can be read on the way from the batch network.",
        "--team",
        "ai-platform",
        "--blocker",
        "The private endpoint stands in the region that is down.",
        "--end-state",
        "Traffic enters through the private endpoint pe-batch.",
        "--plan",
        "Switch back once the region is up, and delete the rule.",
        "--compensating",
        "Allow-list of the two addresses of the batch network",
        "--compensating-owner",
        "net.ops@example.com",
        "--compensating-evidence",
        "https://example.com/runs/9001",
    ];
    let said = w.run(&amend);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert_eq!(w.run(&["check"]).outcome, Outcome::Success, "{:?}", w.run(&["check"]));
}

#[test]
fn a_folder_that_cannot_be_written_or_a_full_disk_keeps_what_was_typed() {
    let desk = Desk::new("exit 0");
    // A file that may have no bytes stands for a disk that has no room.
    let line = format!(
        "ulimit -f 0; trap '' XFSZ; exec '{}' \"$@\" --today 2026-11-20",
        env!("CARGO_BIN_EXE_exc")
    );
    let full = |arguments: &[&str]| {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &line, "sh"]).args(arguments);
        shell.env_clear().env("EDITOR", "touch").current_dir(desk.w.root());
        shown(&shell.output().expect("a shell"))
    };
    let (code, out, err) = full(&[&COMPLETE[..], &["--id", "EXC-2026-NEW0"]].concat());
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("EXC-2026-NEW0.yaml`: File too large"), "{err}");
    let (code, _, err) = full(&["new", "--edit"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.starts_with("error: cannot keep a draft in "), "{err}");
    assert_eq!(desk.w.names("exceptions"), ["policy.yaml"]);

    // Something that is in the way of the folder: the draft stays.
    desk.w.write("exceptions/policy.yaml", format!("{POLICY}layout: year\n"));
    desk.w.write("exceptions/2026", "a file");
    let said = desk.edit(&["--draft"]);
    assert_eq!(said.outcome, Outcome::Error, "{said:?}");
    assert!(said.err.contains("the draft is kept in .git/exc/drafts/"), "{}", said.err);
    assert_eq!(desk.kept().len(), 1);
}

#[test]
fn what_a_kept_draft_says_of_a_verification_stays() {
    let desk = Desk::new("exit 1");
    let draft = crate::support::good_record().replace("expires: 2027-01-31", "expires: never");
    desk.w.write("draft.yaml", draft);
    let said = desk.w.run(&["new", "--resume", "draft.yaml", "--expires", "2027-01-29"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    let text = desk.w.read(said.out.trim_end());
    assert!(text.contains("verified: 2026-11-02\n    verify_every: 30d\n"), "{text}");
}
