//! `exc diff`.

use exc::Outcome;
use serde_json::Value;

use crate::support::branches::{commit, edit, forget, landed, tip};
use crate::support::{RECORD_PATH, Workspace, good_record, record};

/// The id and the kind of every record that differs, most serious first.
#[track_caller]
fn kinds(w: &Workspace, range: &[&str]) -> Vec<String> {
    let out = w.exc(&[&["diff", "--format", "json"], range].concat());
    let out: Value = serde_json::from_str(&out).expect("JSON");
    let records = out["records"].as_array().expect("a list");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    records.iter().map(|it| format!("{} {}", text(&it["id"]), text(&it["kind"]))).collect()
}

#[test]
fn each_field_that_differs_is_said_in_words_most_serious_first() {
    let (w, repo) = landed();
    edit(&w, "expires: 2027-01-31", "expires: 2027-03-31");
    edit(&w, "  - service:/model-proxy/api\n", "  - service:/model-proxy\n");
    edit(&w, "before 2027-02 (ticket 48213)", "before 2027-04 (ticket 48213)");
    edit(&w, "level: high", "level: medium");
    edit(&w, "verified: 2026-11-02", "verified: 2026-11-19");
    edit(&w, "reviews: []", "reviews:\n  - {date: 2026-11-20, by: board, note: still needed}");
    let sha = &tip(&repo, "main").to_string()[..7];
    insta::assert_snapshot!(w.shown(&["diff"]).replace(sha, "[SHA]"), @r#"
    EXC-2026-K7QD  Model proxy keeps a public endpoint until vendor private link ships
      widening: exceptions/EXC-2026-K7QD.yaml
      scope + service:/model-proxy
      scope - service:/model-proxy/api
      expires 2027-01-31 → 2027-03-31: 59 days later
      risk.level high → medium
      justification.blocker changed:
        - … no private link before 2027-02 (ticket 48213).
        + … no private link before 2027-04 (ticket 48213).
      compensating_controls.0.verified 2026-11-02 → 2026-11-19: 17 days later
      reviews.0 added: {date: 2026-11-20, by: board, note: still needed}

    1 record differs between `main` ([SHA]) and the work tree on 2026-11-20 (UTC): 1 widening
    [exit status: 0]
    "#);
}

#[test]
fn markdown_says_the_same() {
    let (w, repo) = landed();
    edit(&w, "expires: 2027-01-31", "expires: 2027-03-31");
    edit(&w, "The vendor offers no private link", "The @vendor offers <b>no</b> private link");
    let sha = &tip(&repo, "main").to_string()[..7];
    insta::assert_snapshot!(w.shown(&["diff", "--format", "markdown"]).replace(sha, "[SHA]"), @r#"
    ### exc diff

    1 record differs between <code>main</code> ([SHA]) and the work tree on 2026-11-20 (UTC)&#58; 1 extension

    #### EXC-2026-K7QD: Model proxy keeps a public endpoint until vendor private link ships

    **extension**: exceptions/EXC-2026-K7QD.yaml

    - expires 2027-01-31 → 2027-03-31&#58; 59 days later
    - justification.blocker changed&#58;<br><del>The vendor offers no private link before 2027-02 …</del><br><ins>The &#64;&#8203;vendor offers &#60;b&#62;no&#60;/b&#62; private link before 2027-02 …</ins>
    [exit status: 0]
    "#);
}

#[test]
fn json_has_pointers_kinds_and_both_texts() {
    let (w, repo) = landed();
    edit(&w, "expires: 2027-01-31", "expires: 2027-01-30");
    edit(&w, "service:/model-proxy/api", "service:/gateway");
    let sha = tip(&repo, "main").to_string();
    let out = w.exc(&["diff", "--format", "json"]).replace(&sha, "[SHA]");
    insta::assert_snapshot!(out, @r#"
{
  "schema_version": 1,
  "tool_version": "0.1.0",
  "today": "2026-11-20",
  "from": {
    "revision": "main",
    "commit": "[SHA]"
  },
  "to": {
    "revision": null,
    "commit": null
  },
  "summary": {
    "records": 1,
    "unreadable": 0
  },
  "policy": null,
  "records": [
    {
      "id": "EXC-2026-K7QD",
      "kind": "widening",
      "path": "exceptions/EXC-2026-K7QD.yaml",
      "path_before": "exceptions/EXC-2026-K7QD.yaml",
      "changes": [
        {
          "pointer": "/scope",
          "kind": "widening",
          "before": null,
          "after": null,
          "added": [
            "service:/gateway"
          ],
          "removed": [
            "service:/model-proxy/api"
          ]
        },
        {
          "pointer": "/expires",
          "kind": "tightening",
          "before": "2027-01-31",
          "after": "2027-01-30",
          "added": [],
          "removed": []
        }
      ]
    }
  ]
}
"#);
}

#[test]
fn a_record_is_its_id_wherever_its_file_stands() {
    let (w, repo) = landed();
    w.write("exceptions/EXC-2026-AAAA.yaml", record("EXC-2026-AAAA", "low", "2027-01-31"));
    let old = commit(&repo, "main", &[tip(&repo, "main")]);
    std::fs::remove_file(w.path("exceptions/EXC-2026-AAAA.yaml")).expect("the record goes");
    std::fs::remove_file(w.path(RECORD_PATH)).expect("the record goes");
    w.write("exceptions/2026/EXC-2026-K7QD.yaml", good_record());
    w.write("exceptions/EXC-2026-BBBB.yaml", record("EXC-2026-BBBB", "low", "2027-01-31"));
    commit(&repo, "main", &[old]);
    let expected = ["EXC-2026-AAAA deleted", "EXC-2026-BBBB new", "EXC-2026-K7QD moved"];
    assert_eq!(kinds(&w, &["main~1..main"]), expected);
    let out = w.exc(&["diff", "main~1..main"]);
    let path = "exceptions/2026/EXC-2026-K7QD.yaml";
    assert!(out.contains(&format!("moved: {path}, moved from\n    {RECORD_PATH}\n")), "{out}");
    assert!(out.contains("  expires: 2027-01-31\n"), "{out}");
}

#[test]
fn three_dots_compare_with_where_the_branches_part() {
    let (w, repo) = landed();
    let base = tip(&repo, "main");
    edit(&w, "title: Model", "title: The model");
    commit(&repo, "topic", &[base]);
    w.write(RECORD_PATH, good_record().replace("2027-01-31", "2027-01-30"));
    commit(&repo, "main", &[base]);
    assert_eq!(kinds(&w, &["main...topic"]), ["EXC-2026-K7QD cosmetic"]);
    assert_eq!(kinds(&w, &["main..topic"]), ["EXC-2026-K7QD extension"]);
    assert_eq!(kinds(&w, &["topic..main"]), ["EXC-2026-K7QD tightening"]);
    // One revision is compared with HEAD, which is `main`; so is a side that is left out.
    assert_eq!(kinds(&w, &["topic"]), ["EXC-2026-K7QD tightening"]);
    assert_eq!(kinds(&w, &["topic.."]), ["EXC-2026-K7QD tightening"]);
    assert_eq!(kinds(&w, &["..topic"]), ["EXC-2026-K7QD extension"]);
    assert_eq!(kinds(&w, &[]), [""; 0]);
    assert!(w.exc(&["diff"]).starts_with("no record differs between `main` ("));
}

/// A shallow clone holds the tips and lacks the commit in which they part.
#[test]
fn where_history_is_missing_the_command_that_fetches_it_is_named() {
    let (w, repo) = landed();
    let base = tip(&repo, "main");
    let topic = commit(&repo, "topic", &[base]);
    edit(&w, "expires: 2027-01-31", "expires: 2027-01-30");
    let main = commit(&repo, "main", &[base]);
    assert_ne!(main, topic);
    let id = base.to_string();
    forget(&w, base);
    let said = w.run(&["diff", "main...topic"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains(&format!("lacks the object {id}")), "{}", said.err);
    assert!(said.err.contains("`git fetch --unshallow`"), "{}", said.err);
}

#[test]
fn a_revision_that_is_none_is_no_verdict() {
    let (w, repo) = landed();
    insta::assert_snapshot!(w.shown(&["diff", "gone..main"]), @r#"
    ------- stderr -------
    error: there is no revision `gone`
    hint: `git log --oneline --all` shows commits, `git branch --all` branches; `git fetch` gets those of the remote
    [exit status: 2]
    "#);
    insta::assert_snapshot!(w.shown(&["diff", "--", "-n..main"]), @r#"
    ------- stderr -------
    error: `-n` is no revision: it starts with `-`
    hint: write A..B, such as `main..HEAD`; `exc diff --help` shows the options
    [exit status: 2]
    "#);
    insta::assert_snapshot!(w.shown(&["diff", "main^{tree}"]), @r#"
    ------- stderr -------
    error: `main^{tree}` is no commit
    hint: `git log --oneline --all` shows commits, `git branch --all` branches
    [exit status: 2]
    "#);
    commit(&repo, "other", &[]);
    insta::assert_snapshot!(w.shown(&["diff", "main...other"]), @r#"
    ------- stderr -------
    error: `main` and `other` have no commit in common
    hint: compare them as they are: `exc diff main..other`
    [exit status: 2]
    "#);
}

#[test]
fn outside_of_a_repository_there_is_nothing_to_compare() {
    let w = Workspace::with_record();
    insta::assert_snapshot!(w.shown(&["diff"]), @r#"
    ------- stderr -------
    error: `[ROOT]` is in no git repository
    hint: run it in a clone of the register
    [exit status: 2]
    "#);
}

#[test]
fn without_a_mainline_two_revisions_have_to_be_named() {
    let w = Workspace::with_record();
    let repo = w.git();
    insta::assert_snapshot!(w.shown(&["diff"]), @r#"
    ------- stderr -------
    error: there is no branch `main`, which is the policy's mainline
    hint: fetch or commit it, or name two revisions: `exc diff A..B`
    [exit status: 2]
    "#);
    w.commit(&repo, "topic");
    assert_eq!(kinds(&w, &["topic..topic"]), [""; 0]);
}

/// Nobody knows what it says now; calling it deleted would be a guess.
#[test]
fn a_record_that_cannot_be_read_is_named_and_is_not_deleted() {
    let (w, _) = landed();
    w.write(RECORD_PATH, b"id: \xff\n");
    let said = w.run(&["diff"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.out.contains("no record differs"), "{}", said.out);
    assert!(said.out.ends_with("; 1 file could not be read\n"), "{}", said.out);
    let start = format!("error: `{RECORD_PATH}` could not be read in the work tree: ");
    assert!(said.err.starts_with(&start), "{}", said.err);
}

#[test]
fn a_commit_before_the_register_has_no_records() {
    let w = Workspace::empty();
    let repo = w.git();
    let old = commit(&repo, "main", &[]);
    w.write("exceptions/policy.yaml", crate::support::POLICY);
    w.write(RECORD_PATH, good_record());
    commit(&repo, "main", &[old]);
    let said = w.run(&["diff", "main~1..main", "--format", "json"]);
    assert_eq!(said.outcome, Outcome::Success);
    assert_eq!(
        said.err,
        "note: there is no `exceptions` in `main~1` ([SHA])\n"
            .replace("[SHA]", &old.to_string()[..7])
    );
    assert_eq!(kinds(&w, &["main~1..main"]), ["EXC-2026-K7QD new"]);
}

#[test]
fn nothing_in_a_record_speaks_to_the_terminal() {
    let (w, _) = landed();
    edit(&w, "title: Model", "title: \"\\e[31m::error::Model");
    edit(&w, "private link ships", "private link ships\"");
    edit(&w, "  statement: A leaked", "  statement: \"\\u202e##[error]A\\nleaked");
    edit(&w, "from anywhere.", "from anywhere.\"");
    edit(&w, "reviews: []", "\"\\e]0;x\\a\": \"\\e[2J\"");
    for format in ["text", "markdown"] {
        let out = w.exc(&["diff", "--format", format]);
        let is_harmless = |c: char| c == '\n' || (!c.is_control() && c != '\u{202e}');
        assert!(out.chars().all(is_harmless), "{out:?}");
        assert!(!out.contains("##[") && out.contains("u{1b}") != (format == "markdown"), "{out}");
        assert!(out.lines().all(|line| !line.trim_start().starts_with("::")), "{out}");
    }
}

#[test]
fn what_changes_in_the_policy_is_said_in_words() {
    let (w, repo) = landed();
    let people = "approvals: {late_days: 1}\npeople:\n  - {id: eve, name: Eve, emails: [eve@example.com], roles: [approver]}\n";
    w.write("exceptions/policy.yaml", format!("{}{people}", w.read("exceptions/policy.yaml")));
    let main = tip(&repo, "main");
    commit(&repo, "topic", &[main]);
    let there = w.exc(&["diff", "main..topic"]);
    insta::assert_snapshot!(there, @"
policy.yaml  1 key weaker, 1 key stricter, 2 keys changed otherwise
  weaker: people.eve: `eve` is added: Eve <eve@example.com>, roles approver,
    no key
  stricter: approvals.late_days: lowered from 3 to 1
  approvals added: {late_days: 1}
  people added: [{id: eve, name: Eve, emails: [eve@example.com], roles:
    [approver]}]
  the policy before it names nobody who may approve, so it is trusted

no record differs between `main` (64cbcc1) and `topic` (629a485) on 2026-11-20 (UTC); the policy: 1 key weaker, 1 key stricter, 2 keys changed otherwise
");
    let back = w.exc(&["diff", "topic..main"]);
    insta::assert_snapshot!(back, @"
policy.yaml  2 keys weaker, 1 key stricter, 1 key changed otherwise
  weaker: approvals.late_days: raised from 1 to 3
  weaker: people: `eve@example.com` is removed
  stricter: people.eve: `eve` is removed: Eve <eve@example.com>, roles
    approver, no key
  approvals removed: {late_days: 1}
  takes 1 approval (landing or signed) by the policy before it; may, unless
    they wrote it: eve

no record differs between `topic` (629a485) and `main` (64cbcc1) on 2026-11-20 (UTC); the policy: 2 keys weaker, 1 key stricter, 1 key changed otherwise
");
    assert!(
        w.exc(&["diff", "main..topic", "--format", "markdown"])
            .contains("#### policy.yaml: 1 key weaker")
    );
    let view: serde_json::Value =
        serde_json::from_str(&w.exc(&["diff", "main..topic", "--format", "json"])).expect("JSON");
    assert_eq!(view["policy"]["weaker"][0]["key"], "people.eve");
    assert_eq!(view["policy"]["approval"]["approvers"], serde_json::json!([]));
}
