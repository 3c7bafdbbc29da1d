//! `exc history`, `exc audit`, and the register as of a day.

use exc::Outcome;
use git2::Oid;
use serde_json::Value;

use crate::support::history::History;
use crate::support::{RECORD_PATH, record};

fn json(history: &History, arguments: &[&str]) -> Value {
    serde_json::from_str(&history.w.exc(arguments)).expect("JSON")
}

/// Filed and approved; extended by a push.
fn lapsed() -> History {
    let mut history = History::approved();
    history.edit("expires: 2027-01-31", "expires: 2027-03-31");
    history.push("carol", "2026-11-12", "typo");
    history
}

#[test]
fn the_trail_says_who_approved_what_and_what_nobody_did() {
    insta::assert_snapshot!(lapsed().shown(&["history", "EXC-2026-K7QD"]), @r#"
EXC-2026-K7QD  LAPSED
  Model proxy keeps a public endpoint until vendor private link ships
  asks for 2027-03-31 (UTC), approved through 2027-01-31, first promised
    2027-01-31, 1 renewal, 146 days in all

  2026-11-05  [C2]  new         approved by alice (landing, claimed)
  2026-11-12  [C3]  extension   not approved
              expires 2027-01-31 → 2027-03-31: 59 days later
              approver not recorded in git

fix: `exc approve EXC-2026-K7QD`, by `alice` or `bob`, once `people` of the
  policy has their keys
main at [C3], history complete, judged on 2026-11-20 (UTC)
[exit status: 1]
"#);
}

#[test]
fn a_good_trail_is_short() {
    insta::assert_snapshot!(History::approved().shown(&["history", "EXC-2026-K7QD"]), @r#"
EXC-2026-K7QD  APPROVED
  Model proxy keeps a public endpoint until vendor private link ships
  valid through 2027-01-31 (UTC), 72 days left, 87 days in all

  2026-11-05  [C2]  new         approved by alice (landing, claimed)

main at [C2], history complete, judged on 2026-11-20 (UTC)
[exit status: 0]
"#);
}

#[test]
fn an_audit_puts_what_somebody_has_to_act_on_first() {
    insta::assert_snapshot!(lapsed().shown(&["audit"]), @r#"
EXC-2026-K7QD  LAPSED
  Model proxy keeps a public endpoint until vendor private link ships
  asks for 2027-03-31 (UTC), approved through 2027-01-31, first promised
    2027-01-31, 1 renewal, 146 days in all
  approver not recorded in git
  fix: `exc approve EXC-2026-K7QD`, by `alice` or `bob`, once `people` of the
    policy has their keys

policy: [C1] the first one, which is trusted
note: whether the mainline was rewritten is not checked: there is no
  `--anchor`
1 record on main at [C3], judged on 2026-11-20 (UTC): 1 lapsed
[exit status: 1]
"#);
}

#[test]
fn json_is_what_was_promised() {
    let history = lapsed();
    let text = history.w.run(&["audit", "--format", "json"]).out;
    insta::assert_snapshot!(history.without_names(text), @r#"
{
  "schema_version": 1,
  "tool_version": "0.1.0",
  "today": "2026-11-20",
  "coverage": {
    "complete": true,
    "mainline": "main",
    "tip": "[C3]",
    "notes": [
      "whether the mainline was rewritten is not checked: there is no `--anchor`"
    ]
  },
  "problems": [],
  "policy": [
    {
      "commit": "[C1]",
      "landed": "2026-11-01T12:00:00Z",
      "verdict": "not-needed",
      "trusted": "first",
      "evidence": [],
      "why": []
    }
  ],
  "records": [
    {
      "id": "EXC-2026-K7QD",
      "verdict": "lapsed",
      "status": "active",
      "path": "exceptions/EXC-2026-K7QD.yaml",
      "expires": "2027-03-31",
      "first_promised": "2027-01-31",
      "renewals": 1,
      "days_granted": 146,
      "uncovered": [],
      "uncovered_since": null,
      "emergency": null,
      "evidence": [],
      "why": [
        "approver not recorded in git"
      ],
      "notes": [],
      "revisions": [
        {
          "commit": "[C2]",
          "landed": "2026-11-05T12:00:00Z",
          "kind": "new",
          "verdict": "approved",
          "path": "exceptions/EXC-2026-K7QD.yaml",
          "expires": "2027-01-31",
          "evidence": [
            {
              "kind": "landing",
              "person": "alice",
              "commit": "[C2]",
              "claimed": true
            }
          ],
          "why": [],
          "notes": []
        },
        {
          "commit": "[C3]",
          "landed": "2026-11-12T12:00:00Z",
          "kind": "extension",
          "verdict": "unapproved",
          "path": "exceptions/EXC-2026-K7QD.yaml",
          "expires": "2027-03-31",
          "evidence": [],
          "why": [
            "approver not recorded in git"
          ],
          "notes": []
        }
      ]
    }
  ]
}
"#);
}

#[test]
fn exit_codes_are_those_of_the_verdicts() {
    let code = |history: &History, arguments: &[&str]| history.w.run(arguments).outcome;
    let approved = History::approved();
    assert_eq!(code(&approved, &["audit"]), Outcome::Success);
    assert_eq!(code(&approved, &["history", "EXC-2026-K7QD"]), Outcome::Success);
    let lapsed = lapsed();
    assert_eq!(code(&lapsed, &["audit"]), Outcome::Findings);
    assert_eq!(code(&lapsed, &["history", "EXC-2026-K7QD"]), Outcome::Findings);
    assert_eq!(code(&lapsed, &["audit", "--as-of", "2026-11-11"]), Outcome::Success);
}

#[test]
fn a_policy_that_nobody_approved_fails_the_audit_and_stays_out_of_force() {
    let mut history = History::approved();
    let policy = history.w.read("exceptions/policy.yaml");
    let policy = policy
        .replace("emails: [carol@example.com]", "emails: [carol@example.com], roles: [approver]");
    history.w.write("exceptions/policy.yaml", policy);
    history.push("carol", "2026-11-12", "me too");
    let out = history.shown(&["audit"]);
    assert!(
        out.contains("policy: [C3] not approved, so the one before it stays in force"),
        "{out}"
    );
    assert!(out.ends_with("[exit status: 1]"), "{out}");
}

#[test]
fn an_anchor_that_the_mainline_lost_makes_it_suspect() {
    let history = History::approved();
    let on = history.main.to_string();
    let out = history.shown(&["audit", "--anchor", &format!("{on}@2026-11-06")]);
    assert!(out.ends_with("1 approved\n[exit status: 0]"), "{out}");
    let off = format!("{}@2026-11-06T10:00:00Z", "0123456789".repeat(4));
    let out = history.shown(&["audit", "--anchor", &off]);
    assert!(out.contains("EXC-2026-K7QD  SUSPECT"), "{out}");
    assert!(out.ends_with("[exit status: 1]"), "{out}");
    for bad in ["abc@2026-11-06", "0123456", "0123456@yesterday", "zzzzzzz@2026-11-06"] {
        let said = history.w.run(&["audit", "--anchor", bad]);
        assert_eq!(said.outcome, Outcome::Error, "{bad}");
        assert!(said.err.contains("is no anchor"), "{}", said.err);
    }
}

#[test]
fn list_and_show_travel_to_a_day() {
    let mut history = lapsed();
    std::fs::remove_file(history.w.path(RECORD_PATH)).expect("removed");
    history.push("carol", "2026-11-19", "clean up");
    let then = ["--as-of", "2026-11-12"];
    let list = json(&history, &[&["list", "--format", "json"][..], &then].concat());
    assert_eq!(list["today"], "2026-11-12");
    assert_eq!(list["records"][0]["id"], "EXC-2026-K7QD");
    assert_eq!(list["records"][0]["expires"], "2027-03-31");
    assert_eq!(list["records"][0]["status"], "active");
    let show = json(&history, &["show", "K7QD", "--format", "json", "--as-of", "2026-11-11"]);
    assert_eq!(show["record"]["expires"], "2027-01-31");
    let now = json(&history, &["list", "--format", "json"]);
    assert_eq!(now["records"], Value::Array(Vec::new()));
    insta::assert_snapshot!(history.shown(&["list", "--as-of", "2026-10-31"]), @r#"
------- stderr -------
error: `main` has no commit of 2026-10-31 or before
hint: its oldest commit is [C1] (2026-11-01T12:00:00Z)
[exit status: 2]
"#);
}

#[test]
fn what_was_never_there_is_said() {
    insta::assert_snapshot!(History::approved().shown(&["history", "EXC-2026-K7QX"]), @r#"
------- stderr -------
error: no record with the id `EXC-2026-K7QX` was ever on `main`
hint: did you mean `EXC-2026-K7QD`?
[exit status: 2]
"#);
}

#[test]
fn a_part_of_an_id_that_no_other_has_is_enough_for_every_command() {
    let mut history = lapsed();
    let of = |history: &History, command: &str, id: &str| {
        let said = history.w.run(&[command, id]);
        format!("{}{}", said.out, said.err)
    };
    for command in ["history", "show", "review", "verify", "approve"] {
        for part in ["K7QD", "k7qd", "exc-2026-k7"] {
            let said = of(&history, command, part);
            assert!(!said.contains("there is no record") && !said.contains("was ever"), "{said}");
            assert!(said.contains("EXC-2026-K7QD"), "{command} {part}: {said}");
        }
    }
    history.w.write(
        "exceptions/EXC-2026-K7AA.yaml",
        history.w.read(RECORD_PATH).replace("EXC-2026-K7QD", "EXC-2026-K7AA"),
    );
    history.merge("carol", "alice", "2026-11-13");
    for command in ["history", "show", "review", "verify", "approve"] {
        let said = of(&history, command, "2026-K7");
        assert!(
            said.contains("`2026-K7` is a part of 2 ids: `EXC-2026-K7AA`, `EXC-2026-K7QD`"),
            "{command}: {said}"
        );
    }
    // Whoever deletes a record leaves its trail.
    std::fs::remove_file(history.w.path("exceptions/EXC-2026-K7AA.yaml")).expect("removed");
    history.push("carol", "2026-11-14", "clean up");
    assert!(of(&history, "history", "k7aa").starts_with("EXC-2026-K7AA  DELETED"));
}

#[test]
fn a_day_between_two_dates_that_contradict_each_other_names_both() {
    let mut history = History::approved();
    history.edit("expires: 2027-01-31", "expires: 2027-01-30");
    history.push("carol", "2027-06-01", "from the future");
    history.edit("expires: 2027-01-30", "expires: 2027-01-29");
    history.push("carol", "2026-11-15", "now");
    insta::assert_snapshot!(history.shown(&["audit", "--as-of", "2026-11-10"]), @r#"
------- stderr -------
error: where `main` stood on 2026-11-10 cannot be told: dates of commits contradict each other
hint: it was [C2] (2026-11-05T12:00:00Z), [C3] (2027-06-01T12:00:00Z), or one between: look at each with `--mainline SHA --today 2026-11-10`
[exit status: 2]
"#);
}

#[test]
fn a_pack_holds_what_the_verdicts_stand_on() {
    let history = lapsed();
    let said = history.w.run(&["audit", "--pack", "pack"]);
    assert_eq!(said.outcome, Outcome::Findings, "{}", said.err);
    let approved = history.w.read("pack/records/EXC-2026-K7QD/approved.yaml");
    assert!(approved.contains("expires: 2027-01-31"));
    let current = history.w.read("pack/records/EXC-2026-K7QD/current.yaml");
    assert!(current.contains("expires: 2027-03-31"));
    assert_eq!(history.w.read("pack/policy.yaml"), history.w.read("exceptions/policy.yaml"));
    let audit: Value = serde_json::from_str(&history.w.read("pack/audit.json")).expect("JSON");
    assert_eq!(audit["records"][0]["verdict"], "lapsed");
    let findings: Value =
        serde_json::from_str(&history.w.read("pack/findings.json")).expect("JSON");
    assert_eq!(findings["summary"]["records"], 1);
    insta::assert_snapshot!(history.without_names(history.w.read("pack/records/EXC-2026-K7QD/README.md")), @r#"
# EXC-2026-K7QD

Model proxy keeps a public endpoint until vendor private link ships

**lapsed**
- approver not recorded in git

valid through 2027-03-31 (UTC), 131 days left.
Renewals, counted from history: 1. First promised: 2027-01-31. Days granted in all: 146.

- [approved.yaml](approved.yaml): the text as it was approved
- [current.yaml](current.yaml): the text that stands on the mainline

## Trail

| landed | commit | change | outcome | why |
| --- | --- | --- | --- | --- |
| 2026-11-05 | [C2] | new | approved by alice (landing, claimed) |  |
| 2026-11-12 | [C3] | extension | not approved | approver not recorded in git |

## Findings

- error EXC203 (line 25): 146 days are granted; at high risk the policy allows 90
"#);
    insta::assert_snapshot!(history.without_names(history.w.read("pack/README.md")), @"
# Evidence pack

1 of 1 records of <code>exceptions</code>, as main held it at [C3], judged on 2026-11-20 (UTC).

The history that this was read from is complete.
- whether the mainline was rewritten is not checked&#58; there is no <code>&#45;-anchor</code>

## What the auditor verifies

| | | where |
| --- | --- | --- |
| 1a | a formal, documented exception process exists | [policy.yaml](policy.yaml): durations, approvals, reviews and the gate, enforced by rules |
| 1b | it is part of the wider governance framework | the catalogue `controls` in [policy.yaml](policy.yaml), with `frameworks` |
| 2a | approval workflow, justification, expiry and conditions for renewal or review | `approvals`, `durations`, `review_every_days` in [policy.yaml](policy.yaml); each record's page |
| 2b | operational policies are covered | the catalogue `controls` in [policy.yaml](policy.yaml), and `controls` of each record |
| 2c | approved exceptions are communicated and tracked centrally | this register, [audit.json](audit.json); owner and team of each record |
| 3a | controls prevent unauthorised deviations | [findings.json](findings.json), what the gate in CI says about this register |
| 3b | a governance body reviews approved exceptions periodically | `reviews` of each record; `EXC210` in [findings.json](findings.json) where one is overdue |
| 4a | a sample meets approval, justification and expiry requirements | the table below, one page for each record |
| 4b | recent and emergency changes have their exceptions | `approved late` and `emergency` below; `emergency` of each record |
| CCM | exceptions are tracked, authorised, evidenced and reviewed | [audit.json](audit.json): every revision with its evidence |

## Records

| record | verdict | approved by | valid through | not covered |
| --- | --- | --- | --- | --- |
| [EXC-2026-K7QD](records/EXC-2026-K7QD/README.md) | lapsed |  | 2027-03-31 |  |

## Policy

| commit | |
| --- | --- |
| [C1] | the first one, which is trusted |
");
    let again = history.w.run(&["audit", "--pack", "pack"]);
    assert_eq!(again.outcome, Outcome::Error);
    assert!(
        again.err.contains("`pack` is there already") || again.err.contains("is there already"),
        "{}",
        again.err
    );
}

#[test]
fn a_sample_shows_what_was_drawn_and_judges_all() {
    let mut history = lapsed();
    for id in ["EXC-2026-AAAA", "EXC-2026-BBBB", "EXC-2026-CCCC"] {
        let text = history.w.read(RECORD_PATH).replace("EXC-2026-K7QD", id);
        history.w.write(format!("exceptions/{id}.yaml"), text);
    }
    history.merge("carol", "alice", "2026-11-13");
    let draw = |seed: &str| {
        let out = history.w.run(&["audit", "--sample", "2", "--seed", seed, "--format", "json"]);
        assert_eq!(out.outcome, Outcome::Findings);
        let out: Value = serde_json::from_str(&out.out).expect("JSON");
        let records = out["records"].as_array().expect("a list").clone();
        records.iter().map(|it| it["id"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(draw("2026-Q4"), draw("2026-Q4"));
    assert_eq!(draw("2026-Q4").len(), 2);
    assert!((0..8).any(|seed| draw(&seed.to_string()) != draw("2026-Q4")));
}

/// Lands an entry that no work tree can hold everywhere, in the register or in its place.
fn land(history: &mut History, name: &str, id: Oid, mode: i32) {
    let repo = &history.repo;
    let parent = repo.find_commit(history.main).expect("a commit");
    let root = parent.tree().expect("a tree");
    let mut root_of = repo.treebuilder(Some(&root)).expect("a builder");
    match name {
        "exceptions" => {
            root_of.insert(name, id, mode).expect("inserted");
        }
        _ => {
            let register = root.get_name("exceptions").expect("a register").id();
            let register = repo.find_tree(register).expect("a tree");
            let mut register = repo.treebuilder(Some(&register)).expect("a builder");
            register.insert(name, id, mode).expect("inserted");
            root_of
                .insert("exceptions", register.write().expect("a tree"), 0o040_000)
                .expect("inserted");
        }
    }
    let tree = repo.find_tree(root_of.write().expect("a tree")).expect("a tree");
    let who =
        git2::Signature::new("carol", "carol@example.com", &git2::Time::new(1_795_000_000, 0));
    let who = who.expect("a name");
    let id = repo.commit(Some("refs/heads/main"), &who, &who, "odd", &tree, &[&parent]);
    history.main = id.expect("a commit");
}

/// What the audit says is wrong with the register itself, and how it ends.
fn problems(history: &History) -> (Vec<String>, Outcome) {
    let said = history.w.run(&["audit", "--format", "json"]);
    let out: Value = serde_json::from_str(&said.out).expect("JSON");
    let problems = out["problems"].as_array().expect("a list").iter();
    (problems.map(ToString::to_string).collect(), said.outcome)
}

#[test]
fn s58_an_audit_names_a_commit_with_two_authors_and_judges_all_other_records() {
    let mut history = History::approved();
    let text = history.w.read(RECORD_PATH).replace("K7QD", "9T4B");
    history.w.write("exceptions/EXC-2026-9T4B.yaml", text.replace("rg-model-proxy", "rg-other"));
    history.push("carol", "2026-11-12", "another");
    let tip = history.repo.head().expect("a branch").target().expect("a commit");
    let odb = history.repo.odb().expect("objects");
    let object = odb.read(tip).expect("a commit");
    let bytes = String::from_utf8(object.data().to_vec()).expect("text");
    let author = bytes.lines().find(|line| line.starts_with("author ")).expect("an author");
    let twice = bytes.replacen(author, &format!("{author}\n{author}"), 1);
    let id = odb.write(git2::ObjectType::Commit, twice.as_bytes()).expect("an object");
    history.repo.reference("refs/heads/main", id, true, "test").expect("a branch");
    let run = history.w.run(&["audit"]);
    assert_eq!(run.outcome, Outcome::Error, "{}", run.out);
    let why = format!("the commit {} cannot be judged: it has two authors", &id.to_string()[..7]);
    assert!(run.out.contains(&why), "{}", run.out);
    assert!(run.out.contains("EXC-2026-K7QD  approved by alice"), "{}", run.out);
    assert_eq!(history.w.run(&["history", "EXC-2026-K7QD"]).code(), 0);
}

#[test]
fn s31_a_symlink_that_is_named_like_a_record_is_an_error() {
    let mut history = History::approved();
    let target = history.repo.blob(b"EXC-2026-K7QD.yaml").expect("a blob");
    land(&mut history, "EXC-2026-9999.yaml", target, 0o120_000);
    let (problems, outcome) = problems(&history);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("EXC007"), "{problems:?}");
    assert_eq!(outcome, Outcome::Error);
}

#[test]
fn s37_names_that_differ_in_their_case_alone_are_an_error() {
    let mut history = History::approved();
    let text = history.repo.blob(b"id: EXC-2026-9999\n").expect("a blob");
    land(&mut history, "exc-2026-k7qd.yaml", text, 0o100_644);
    let (problems, outcome) = problems(&history);
    assert!(problems.iter().any(|it| it.contains("EXC009")), "{problems:?}");
    assert_ne!(outcome, Outcome::Success);
}

#[test]
fn s59_a_register_that_became_a_symlink_is_an_error() {
    let mut history = History::approved();
    let target = history.repo.blob(b"elsewhere").expect("a blob");
    land(&mut history, "exceptions", target, 0o120_000);
    let (problems, outcome) = problems(&history);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(outcome, Outcome::Error);
}

#[test]
fn s60_another_repository_in_the_register_is_an_error() {
    let mut history = History::approved();
    let commit = history.main;
    land(&mut history, "vendor", commit, 0o160_000);
    let (problems, outcome) = problems(&history);
    assert!(problems.iter().any(|it| it.contains("EXC008")), "{problems:?}");
    assert_eq!(outcome, Outcome::Error);
}

#[test]
fn a_record_of_which_an_earlier_text_is_missing_is_indeterminate() {
    let mut history = History::approved();
    let lost =
        git2::Oid::hash_object(git2::ObjectType::Blob, history.w.read(RECORD_PATH).as_bytes());
    history.edit("expires: 2027-01-31", "expires: 2027-03-31");
    history.push("carol", "2026-11-12", "typo");
    assert_eq!(history.w.run(&["audit", "--format", "json"]).code(), 1);
    // As in a clone with `--filter=blob:none`, which has the newest texts alone.
    let name = lost.expect("a name").to_string();
    let path = history.repo.path().join("objects").join(&name[..2]).join(&name[2..]);
    std::fs::remove_file(path).expect("a loose object");
    let said = history.w.run(&["audit", "--format", "json"]);
    assert_eq!(said.code(), 2, "{said:?}");
    let audit: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(audit["records"][0]["verdict"], "indeterminate");
    assert_eq!(audit["coverage"]["complete"], false);
    // Nor does a report count what it cannot know.
    let said = history.w.run(&["report", "portfolio", "--format", "json"]);
    assert_eq!(said.code(), 2, "{said:?}");
    let report: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(report["figures"]["renewed"]["value"], serde_json::Value::Null);
    assert_eq!(report["registers"][0]["complete"], false);
}

#[test]
fn s20_s75_a_shallow_clone_is_indeterminate_and_the_check_works() {
    let history = History::approved();
    history.make_shallow();
    insta::assert_snapshot!(history.w.shown(&["history", "EXC-2026-K7QD"]).replace(&history.main.to_string()[..7], "[C2]"), @r#"
EXC-2026-K7QD  INDETERMINATE
  Model proxy keeps a public endpoint until vendor private link ships
  valid through 2027-01-31 (UTC), 72 days left
  this clone stops before 40cf78a: what happened until then is not known

  2026-11-05  [C2]  boundary    cannot be judged

fix: `git fetch --unshallow`
note: this clone stops before 40cf78a, so nothing is called approved: `git
  fetch --unshallow`; on GitHub Actions `fetch-depth: 0`, on GitLab `GIT_DEPTH:
  0`, on Azure Pipelines `fetchDepth: 0`
main at [C2], history incomplete, judged on 2026-11-20 (UTC)
[exit status: 2]
"#);
    assert_eq!(history.w.run(&["audit"]).outcome, Outcome::Error);
    assert_eq!(history.w.run(&["check"]).outcome, Outcome::Success);
}

#[test]
fn s45_a_work_tree_of_a_shallow_clone_is_indeterminate() {
    let history = History::approved();
    history.make_shallow();
    let other = tempfile::tempdir().expect("a directory");
    let path = other.path().join("tree");
    let mut options = git2::WorktreeAddOptions::new();
    let branch = history.repo.find_commit(history.main).expect("a commit");
    let branch = history.repo.branch("other", &branch, false).expect("a branch");
    options.reference(Some(branch.get()));
    history.repo.worktree("tree", &path, Some(&options)).expect("a work tree");
    let path = path.to_str().expect("a path");
    let said = history.w.run(&["-C", path, "audit"]);
    assert_eq!(said.outcome, Outcome::Error, "{}{}", said.out, said.err);
    assert!(said.out.contains("EXC-2026-K7QD  INDETERMINATE"), "{}", said.out);
}

#[test]
fn s49_a_repository_of_another_object_format_is_a_clear_error() {
    let history = History::approved();
    let config = history
        .w
        .read(".git/config")
        .replace("repositoryformatversion = 0", "repositoryformatversion = 1");
    history.w.write(".git/config", format!("{config}[extensions]\n\tobjectformat = sha256\n"));
    let said = history.w.run(&["audit"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("sha256"), "{}", said.err);
}

#[test]
fn s44_a_bare_clone_has_the_same_verdicts() {
    let history = lapsed();
    let bare = tempfile::tempdir().expect("a directory");
    let url = history.w.root().to_str().expect("a path").to_owned();
    git2::build::RepoBuilder::new().bare(true).clone(&url, bare.path()).expect("a clone");
    let path = bare.path().to_str().expect("a path");
    let said = history.w.run(&["-C", path, "audit"]);
    assert_eq!(said.outcome, Outcome::Findings, "{}", said.err);
    assert!(said.out.contains("EXC-2026-K7QD  LAPSED"), "{}", said.out);
}

/// Filed and approved through 2027-01-31; renewed by Carol and Bob on another day.
fn renewed(day: &str) -> History {
    let mut history = History::approved();
    renew(&mut history, "2027-01-31", "2027-03-31", day);
    history
}

fn renew(history: &mut History, from: &str, to: &str, day: &str) {
    history.edit(&format!("expires: {from}"), &format!("expires: {to}"));
    history.merge("carol", "bob", day);
}

/// First day, last day and number of each time that the record was not covered.
fn uncovered(history: &History) -> Vec<String> {
    let arguments = ["history", "EXC-2026-K7QD", "--format", "json", "--today", "2027-12-31"];
    let page: Value = serde_json::from_str(&history.w.run(&arguments).out).expect("JSON");
    let gaps = page["record"]["uncovered"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    gaps.map(|it| format!("{}..{} {}", text(&it["from"]), text(&it["through"]), it["days"]))
        .collect()
}

#[test]
fn the_days_between_an_expiry_and_a_late_renewal_are_stated() {
    assert_eq!(uncovered(&renewed("2027-01-31")), [""; 0]);
    assert_eq!(uncovered(&renewed("2027-02-01")), [""; 0], "the day of the renewal is covered");
    assert_eq!(uncovered(&renewed("2027-02-02")), ["2027-02-01..2027-02-01 1"]);
    let mut history = renewed("2027-02-14");
    assert_eq!(uncovered(&history), ["2027-02-01..2027-02-13 13"]);
    insta::assert_snapshot!(history.shown(&["history", "EXC-2026-K7QD", "--today", "2027-02-20"]), @"
EXC-2026-K7QD  APPROVED
  Model proxy keeps a public endpoint until vendor private link ships
  valid through 2027-03-31 (UTC), 39 days left, first promised 2027-01-31, 1
    renewal, 146 days in all
  not covered from 2027-02-01 through 2027-02-13 (UTC), 13 days: it had
    expired, and went on with [C3]

  2026-11-05  [C2]  new         approved by alice (landing, claimed)
  2027-02-14  [C3]  extension   approved by bob (landing, claimed)
              expires 2027-01-31 → 2027-03-31: 59 days later

main at [C3], history complete, judged on 2027-02-20 (UTC)
[exit status: 0]
");
    let audit = history.shown(&["audit", "--today", "2027-02-20", "--pack", "pack"]);
    insta::assert_snapshot!(audit, @"
EXC-2026-K7QD  approved by bob (landing, claimed), active; not covered from
  2027-02-01 through 2027-02-13 (UTC), 13 days: it had expired, and went on with
  [C3]

policy: [C1] the first one, which is trusted
note: whether the mainline was rewritten is not checked: there is no
  `--anchor`
1 record on main at [C3], judged on 2027-02-20 (UTC): 1 approved
------- stderr -------
wrote the evidence pack `[ROOT]/pack`
[exit status: 0]
");
    let page = history.w.read("pack/records/EXC-2026-K7QD/README.md");
    assert!(page.contains("- not covered from 2027-02-01 through 2027-02-13"), "{page}");
    let index = history.w.read("pack/README.md");
    assert!(index.contains("| 2027-03-31 | 2027-02-01 to 2027-02-13 (13 days) |"), "{index}");
    // Another gap is another line.
    renew(&mut history, "2027-03-31", "2027-06-30", "2027-05-01");
    assert_eq!(uncovered(&history), ["2027-02-01..2027-02-13 13", "2027-04-01..2027-04-30 30"]);
}

#[test]
fn what_lands_after_an_expiry_and_has_expired_as_well_covers_no_day() {
    let mut history = History::approved();
    history.edit("reviews: []", "reviews: [{date: 2027-02-10, by: bob, note: still there}]");
    history.push("carol", "2027-02-10", "review");
    renew(&mut history, "2027-01-31", "2027-02-20", "2027-03-01");
    renew(&mut history, "2027-02-20", "2027-06-30", "2027-04-01");
    assert_eq!(uncovered(&history), ["2027-02-01..2027-03-31 59"]);
}

#[test]
fn what_expired_before_it_was_closed_or_deleted_was_not_covered_until_then() {
    let mut history = History::approved();
    assert_eq!(since(&history, "2027-01-31"), "");
    insta::assert_snapshot!(since(&history, "2027-02-10"), @"not covered since 2027-02-01 (UTC), 10 days: it has expired, and is still open");
    let view = json_of(&history, &["audit", "--format", "json", "--today", "2027-02-10"]);
    assert_eq!(view["records"][0]["uncovered_since"], "2027-02-01");
    let closed = "reviews: []\nclosed: {date: 2027-02-02, outcome: remediated, note: It ships.}";
    history.edit("reviews: []", closed);
    history.push("carol", "2027-02-10", "close");
    assert_eq!(uncovered(&history), ["2027-02-01..2027-02-09 9"], "it landed on the tenth");
    insta::assert_snapshot!(since(&history, "2027-12-31"), @"not covered from 2027-02-01 through 2027-02-09 (UTC), 9 days: it had expired, and was closed with [C3]");
    let view = json_of(&history, &["audit", "--format", "json", "--today", "2027-12-31"]);
    let view = &view["records"][0];
    assert_eq!(
        (&view["uncovered"][0]["end"], &view["uncovered_since"]),
        (&"closed".into(), &Value::Null)
    );
    std::fs::remove_file(history.w.path(RECORD_PATH)).expect("removed");
    history.push("carol", "2027-02-20", "clean up");
    assert_eq!(uncovered(&history), ["2027-02-01..2027-02-09 9"], "it was closed by then");

    let mut history = History::approved();
    std::fs::remove_file(history.w.path(RECORD_PATH)).expect("removed");
    history.push("carol", "2027-02-20", "clean up");
    assert_eq!(uncovered(&history), ["2027-02-01..2027-02-19 19"]);
    insta::assert_snapshot!(since(&history, "2027-12-31"), @"not covered from 2027-02-01 through 2027-02-19 (UTC), 19 days: it had expired, and was deleted with [C3]");

    let mut history = History::approved();
    std::fs::remove_file(history.w.path(RECORD_PATH)).expect("removed");
    history.push("carol", "2027-01-31", "clean up");
    assert_eq!(uncovered(&history), [""; 0], "it was valid on that day");
}

#[test]
fn what_was_put_back_after_its_deletion_is_said_to_be_unapproved_since() {
    let mut history = History::approved();
    let text = history.w.read(RECORD_PATH);
    std::fs::remove_file(history.w.path(RECORD_PATH)).expect("removed");
    history.push("carol", "2026-11-20", "clean up");
    insta::assert_snapshot!(fix(&history), @"fix: put the file back and close the record: `git revert` the deletion; what is put back and stays open has to be approved again");
    history.w.write(RECORD_PATH, text);
    history.push("carol", "2026-11-21", "back");
    let said = history.w.run(&["history", "EXC-2026-K7QD"]).out;
    let line = "asks for 2027-01-31 (UTC), nothing is approved since it was deleted";
    assert!(said.contains(line), "{said}");
}

/// The line about days that are not covered, of a history on a day.
fn since(history: &History, today: &str) -> String {
    let said = history.w.run(&["history", "EXC-2026-K7QD", "--today", today]).out;
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let mark = regex::Regex::new("not covered .*?(still open|with .{7})").expect("a pattern");
    mark.find(&words)
        .map_or_else(String::new, |found| history.without_names(found.as_str().to_owned()))
}

const EMERGENCY: &str = "emergency: {declared: 2026-11-12T22:10:00Z, reason: The proxy was down.}";

/// Pushed by Carol on 2026-11-12 in an emergency, without an approval.
fn emergency() -> History {
    let mut history = History::new();
    let text = record("EXC-2026-K7QD", "high", "2027-01-31");
    history.w.write(RECORD_PATH, format!("{text}{EMERGENCY}\n"));
    history.push("carol", "2026-11-12", "the proxy is down");
    history
}

/// What is said of the emergency, of a page that may be wrapped.
fn marked(history: &History, arguments: &[&str]) -> String {
    let said = history.w.run(arguments).out;
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = "left|today|for [0-9]+ days?|of its landing|as it landed|allowed";
    let mark = regex::Regex::new(&format!("emergency, declared .*?({end})")).expect("a pattern");
    mark.find(&words).map_or_else(String::new, |found| found.as_str().to_owned())
}

#[test]
fn an_emergency_says_until_when_its_approval_may_follow() {
    let history = emergency();
    let page = ["history", "EXC-2026-K7QD", "--today"];
    let on = |day: &str| marked(&history, &[&page[..], &[day]].concat());
    insta::assert_snapshot!(on("2026-11-13"), @"emergency, declared 2026-11-12T22:10:00Z: an approval is awaited through 2026-11-15 (UTC), 2 days left");
    insta::assert_snapshot!(on("2026-11-15"), @"emergency, declared 2026-11-12T22:10:00Z: an approval is awaited through 2026-11-15 (UTC), today");
    insta::assert_snapshot!(on("2026-11-16"), @"emergency, declared 2026-11-12T22:10:00Z: an approval was awaited through 2026-11-15 (UTC), overdue for 1 day");
    for command in [&["audit"][..], &["review", "EXC-2026-K7QD"]] {
        let said = marked(&history, &[command, &["--today", "2026-11-16"]].concat());
        assert_eq!(said, on("2026-11-16"));
    }
    let view = json_of(&history, &["audit", "--format", "json", "--today", "2026-11-16"]);
    let view = &view["records"][0]["emergency"];
    assert_eq!((&view["approval"], &view["through"]), (&"overdue".into(), &"2026-11-15".into()));
}

#[test]
fn a_policy_that_is_only_proposed_gives_an_emergency_no_more_days() {
    let history = emergency();
    let policy = history.w.read("exceptions/policy.yaml");
    history.w.write(
        "exceptions/policy.yaml",
        policy.replace("quorum: {high: 1}", "quorum: {high: 1}, late_days: 9"),
    );
    for command in [&["history", "EXC-2026-K7QD"][..], &["audit"], &["review", "EXC-2026-K7QD"]] {
        let said = marked(&history, command);
        assert!(said.contains("awaited through 2026-11-15"), "{command:?}: {said}");
    }
}

#[test]
fn an_emergency_that_was_approved_says_whether_that_was_in_time() {
    let mut history = History::new();
    let text = record("EXC-2026-K7QD", "high", "2027-01-31");
    history.w.write(RECORD_PATH, format!("{text}{EMERGENCY}\n"));
    history.merge("carol", "alice", "2026-11-12");
    insta::assert_snapshot!(marked(&history, &["audit"]), @"emergency, declared 2026-11-12T22:10:00Z: approved as it landed");
    let view = json_of(&history, &["history", "EXC-2026-K7QD", "--format", "json"]);
    assert_eq!(view["record"]["emergency"]["approval"], "approved");
    assert_eq!(
        json_of(&History::approved(), &["audit", "--format", "json"])["records"][0]["emergency"],
        Value::Null
    );
}

#[test]
fn a_review_of_an_emergency_that_has_not_landed_says_what_it_may_do() {
    let history = History::new();
    let text = record("EXC-2026-K7QD", "high", "2027-01-31");
    history.w.write(RECORD_PATH, format!("{text}{EMERGENCY}\n"));
    insta::assert_snapshot!(marked(&history, &["review"]), @"emergency, declared 2026-11-12T22:10:00Z: the approval may follow within 3 days of its landing");
    let comment = history.w.run(&["review", "--format", "markdown"]).out;
    assert!(comment.contains("**emergency, declared"), "{comment}");
    let view = json_of(&history, &["review", "--format", "json"]);
    assert_eq!(view["records"][0]["emergency"]["approval"], "ahead");
}

fn json_of(history: &History, arguments: &[&str]) -> Value {
    serde_json::from_str(&history.w.run(arguments).out).expect("JSON")
}

/// The line that says what to do.
fn fix(history: &History) -> String {
    let said = history.w.run(&["history", "EXC-2026-K7QD"]).out.replace("\n  ", " ");
    said.lines().find(|line| line.starts_with("fix: ")).unwrap_or_default().to_owned()
}

#[test]
fn a_fix_is_a_command_that_works_and_names_those_for_whom_it_does() {
    let mut history = lapsed();
    let keyless = ", once `people` of the policy has their keys";
    let both = format!("fix: `exc approve EXC-2026-K7QD`, by `alice` or `bob`{keyless}");
    assert_eq!(fix(&history), both);
    // Another text stands in the work tree, and then none.
    let text = history.w.read(RECORD_PATH);
    history.edit("expires: 2027-03-31", "expires: 2027-04-30");
    let there = both.replace("`, by", " --rev main`, by");
    assert_eq!(fix(&history), there);
    std::fs::remove_file(history.w.path(RECORD_PATH)).expect("removed");
    assert_eq!(fix(&history), there);
    let said = history.w.run(&["approve", "EXC-2026-K7QD"]).err;
    assert!(said.contains("hint: it is on `main`: name that with `--rev main`"), "{said}");
    history.w.write(RECORD_PATH, text);
    // Whoever wrote a part of it is not asked.
    history.edit("expires: 2027-03-31", "expires: 2027-05-31");
    history.push("alice", "2026-11-13", "longer");
    assert_eq!(fix(&history), format!("fix: `exc approve EXC-2026-K7QD`, by `bob`{keyless}"));
    history.edit("expires: 2027-05-31", "expires: 2027-06-30");
    history.push("bob", "2026-11-14", "longer");
    assert!(
        fix(&history).starts_with("fix: give somebody a role in `people`"),
        "{}",
        fix(&history)
    );
    history.edit("expires: 2027-06-30", "expires: 2027-07-31");
    history.push("mallory", "2026-11-15", "longer");
    assert!(
        fix(&history).starts_with("fix: add `mallory@example.com` to `people`"),
        "{}",
        fix(&history)
    );
    // A record that is gone has nothing to approve.
    std::fs::remove_file(history.w.path(RECORD_PATH)).expect("removed");
    history.push("carol", "2026-11-16", "clean up");
    assert!(!fix(&history).contains("exc approve"), "{}", fix(&history));
    let said = history.w.run(&["approve", "EXC-2026-K7QD"]).err;
    assert!(said.contains("hint: it is no longer on `main`: `exc history EXC"), "{said}");
    for id in ["EXC-2026-K7QD", "k7qd"] {
        let said = history.w.run(&["show", id]);
        assert_eq!(said.code(), 2, "{said:?}");
        let hint = "hint: `exc history EXC-2026-K7QD` shows what became of it on `main`";
        assert!(said.err.contains(hint), "{}", said.err);
    }
    let said = history.w.run(&["review", "EXC-2026-K7QD"]).err;
    assert!(said.contains("`exc history ID` one that was deleted"), "{said}");
}

#[test]
fn whoever_asks_for_the_history_of_the_policy_is_sent_to_the_audit() {
    let history = History::approved();
    let said = history.w.run(&["history", "policy.yaml"]);
    assert_eq!(said.code(), 2, "{said:?}");
    assert_eq!(
        said.err,
        "error: `policy.yaml` is the policy, and no record\nhint: `exc audit` shows its revisions and who approved them\n"
    );
}

#[test]
fn of_the_policy_an_audit_says_what_still_matters_and_counts_the_rest() {
    let mut history = History::approved();
    let change = |history: &History, days: usize| {
        let policy = history.w.read("exceptions/policy.yaml");
        let lines: Vec<&str> = policy.lines().filter(|it| !it.starts_with("cliff")).collect();
        let policy = format!("{}\ncliff: {{records: {days}}}\n", lines.join("\n"));
        history.w.write("exceptions/policy.yaml", policy);
    };
    let said = |history: &History| {
        let out = history.shown(&["audit"]).replace("\n  ", " ");
        let lines = out.lines().filter(|line| line.starts_with("policy: "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    for (days, at) in [(6, "2026-11-06"), (7, "2026-11-07")] {
        change(&history, days);
        history.push("carol", at, "nobody approves this");
    }
    change(&history, 8);
    history.merge("carol", "alice", "2026-11-08");
    assert_eq!(
        said(&history),
        [
            "policy: [C5] landed 2026-11-08, approved by alice (landing, claimed)",
            "policy: 3 older texts replaced since: 2 not approved, 1 trusted (`--format json` has all)",
        ]
    );
    change(&history, 9);
    history.push("carol", "2026-11-09", "nor this");
    let told = said(&history);
    assert!(told[0].starts_with("policy: [C6] not approved, so the one before it"), "{told:?}");
    assert_eq!(told[1], "policy: [C5] landed 2026-11-08, approved by alice (landing, claimed)");
    assert_eq!(told.len(), 3);
}
