//! `exc check --base`: the gate of a pull request.

use exc::Outcome;
use git2::{Oid, Repository};
use serde_json::Value;

use crate::support::branches::{commit, edit, forget, landed, tip};
use crate::support::history::History;
use crate::support::{POLICY, RECORD_PATH, Said, Workspace, good_record, record};

const OTHER: &str = "exceptions/EXC-2026-9T4B.yaml";
const THIRD: &str = "exceptions/EXC-2026-M8RF.yaml";
const POLICY_PATH: &str = "exceptions/policy.yaml";

/// Judges `topic` against `main`.
fn gate(w: &Workspace, more: &[&str]) -> Said {
    w.run(&[&["check", "--base", "main", "--head", "topic"], more].concat())
}

/// What the gate says of `topic`, with the names of the commits replaced.
#[track_caller]
fn shown(w: &Workspace, repo: &Repository) -> String {
    let shown = w.shown(&["check", "--base", "main", "--head", "topic"]);
    let short = |branch: &str| tip(repo, branch).to_string()[..7].to_owned();
    shown.replace(&short("topic"), "[TOPIC]").replace(&short("main"), "[MAIN]")
}

/// The codes of errors and of warnings, and the exit code.
#[track_caller]
fn judged(w: &Workspace) -> (Vec<String>, u8) {
    let said = gate(w, &["--format", "json"]);
    let report: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let findings = report["findings"].as_array().expect("a list").iter();
    let found = findings.map(|it| {
        let place = if it["elsewhere"] == true { " elsewhere" } else { "" };
        format!("{} {}{place}", text(&it["level"]), text(&it["code"]))
    });
    (found.collect(), said.code())
}

/// A record in a place of its own.
fn record_of(path: &str, service: &str, expires: &str) -> String {
    let id = path.trim_start_matches("exceptions/").trim_end_matches(".yaml");
    record(id, "high", expires).replace("/model-proxy/api", service)
}

/// `main` with one good record and some that expired ten days ago.
fn with_expired(paths: &[&str]) -> (Workspace, Repository) {
    let w = Workspace::with_record();
    for (n, path) in paths.iter().enumerate() {
        w.write(path, record_of(path, &format!("/expired/s{n}"), "2026-11-10"));
    }
    let repo = w.git();
    commit(&repo, "main", &[]);
    (w, repo)
}

fn close(w: &Workspace, path: &str) {
    let closed =
        "closed: {date: 2026-11-10, outcome: remediated, note: The endpoint is private.}\n";
    w.write(path, w.read(path) + closed);
}

#[test]
fn a_change_without_a_fault_passes_and_both_sides_are_named() {
    let (w, repo) = landed();
    edit(&w, "expires: 2027-01-31", "expires: 2027-01-30");
    commit(&repo, "topic", &[tip(&repo, "main")]);
    insta::assert_snapshot!(shown(&w, &repo), @r#"
note: `EXC-2026-K7QD` needs 2 approvals at high risk (landing or signed), has none yet; nobody may approve it
1 record in `exceptions` judged on 2026-11-20 (UTC), `topic` ([TOPIC]) into `main` ([MAIN]): all fine
[exit status: 0]
"#);
}

#[test]
fn an_error_in_a_record_that_the_change_touches_fails_it() {
    let (w, repo) = landed();
    edit(&w, "expires: 2027-01-31", "expires: 2027-02-01");
    commit(&repo, "topic", &[tip(&repo, "main")]);
    insta::assert_snapshot!(shown(&w, &repo), @r#"
error[EXC403]: `expires` moves from 2027-01-31 to 2027-02-01, 1 day later, without a renewal
  --> exceptions/EXC-2026-K7QD.yaml:25:10
   |
25 | expires: 2027-02-01
   |          ^^^^^^^^^^
   |
   = help: add `{date: 2026-11-20, until: 2027-02-01, reason: …, evidence: …}` to `renewals`, or write `expires: 2027-01-31`

note: `EXC-2026-K7QD` needs 2 approvals at high risk (landing or signed), has none yet; nobody may approve it
1 record in `exceptions` judged on 2026-11-20 (UTC), `topic` ([TOPIC]) into `main` ([MAIN]): 1 error
for more about a code, try `exc explain EXC403`
[exit status: 1]
"#);
}

#[test]
fn what_is_committed_is_judged_and_not_the_work_tree() {
    let (w, repo) = landed();
    edit(&w, "reviews: []", "review: []");
    commit(&repo, "topic", &[tip(&repo, "main")]);
    w.write(RECORD_PATH, good_record());
    assert_eq!(judged(&w), (vec!["error EXC101".to_owned()], 1));
    w.write(RECORD_PATH, "id: [\n");
    assert_eq!(w.run(&["check", "--base", "main"]).code(), 0);
    std::fs::remove_dir_all(w.path("exceptions")).expect("the register goes");
    assert_eq!(judged(&w).1, 1);
}

#[test]
fn an_error_elsewhere_fails_too_and_names_who_has_to_act() {
    let (w, repo) = with_expired(&[OTHER]);
    edit(&w, "title: Model", "title: The model");
    commit(&repo, "topic", &[tip(&repo, "main")]);
    insta::assert_snapshot!(shown(&w, &repo), @r#"
error[EXC207]: expired after 2026-11-10 (UTC), 10 days ago
  --> exceptions/EXC-2026-9T4B.yaml:25:10
   |
25 | expires: 2026-11-10
   |          ^^^^^^^^^^
   |
   = note: not changed here; Dana Ruiz <dana.ruiz@example.com> has to act
   = help: `exc close EXC-2026-9T4B` if the control is met; otherwise `exc renew EXC-2026-9T4B`, with a new reason and new evidence

note: `EXC-2026-K7QD` needs 2 approvals at high risk (landing or signed), has none yet; nobody may approve it
2 records in `exceptions` judged on 2026-11-20 (UTC), `topic` ([TOPIC]) into `main` ([MAIN]): 1 error
for more about a code, try `exc explain EXC207`
[exit status: 1]
"#);
    for format in ["github", "gitlab", "sarif", "junit"] {
        let out = gate(&w, &["--format", format]).out;
        let out = out.replace("&lt;", "<").replace("&gt;", ">");
        assert!(
            out.contains("not changed here; Dana Ruiz <dana.ruiz@example.com> has to act"),
            "{out}"
        );
    }
}

#[test]
fn the_policy_of_the_base_may_soften_what_stands_elsewhere_and_gives_grace() {
    let (w, repo) = with_expired(&[OTHER]);
    let main = |gate: &str| {
        w.write(POLICY_PATH, format!("{POLICY}gate: {{{gate}}}\n"));
        w.write(RECORD_PATH, good_record());
        let base = commit(&repo, "main", &[]);
        edit(&w, "title: Model", "title: The model");
        commit(&repo, "topic", &[base]);
        judged(&w)
    };
    let softened = (vec!["warning EXC207 elsewhere".to_owned()], 0);
    assert_eq!(main("elsewhere: warning"), softened);
    assert_eq!(main("grace_days: 10"), softened);
    assert_eq!(main("grace_days: 9"), (vec!["error EXC207 elsewhere".to_owned()], 1));
}

/// Otherwise a change could break what it does not touch, and be forgiven.
#[test]
fn what_the_change_causes_in_another_record_is_its_own_doing() {
    let w = Workspace::with_record();
    w.write(POLICY_PATH, format!("{POLICY}gate: {{elsewhere: warning}}\n"));
    let repo = w.git();
    let base = commit(&repo, "main", &[]);
    // The path that comes first keeps the id, so the finding stands at the old record.
    w.write("exceptions/2026/EXC-2026-K7QD.yaml", good_record());
    commit(&repo, "topic", &[base]);
    let (found, code) = judged(&w);
    assert!(found.contains(&"error EXC301".to_owned()), "{found:?}");
    assert_eq!(code, 1);
}

#[test]
fn of_errors_that_come_at_once_each_change_may_remove_one() {
    let (w, repo) = with_expired(&[OTHER, THIRD]);
    let base = tip(&repo, "main");
    close(&w, OTHER);
    commit(&repo, "topic", &[base]);
    let last = shown(&w, &repo);
    let last: Vec<&str> = last.lines().rev().take(3).collect();
    insta::assert_snapshot!(last.join("\n"), @"
    [exit status: 0]
    for more about a code, try `exc explain EXC207`
    3 records in `exceptions` judged on 2026-11-20 (UTC), `topic` ([TOPIC]) into `main` ([MAIN]): 1 error; passes, since the change removes 1 error, adds none, and leaves alone the records with those that remain
    ");
    // One that removes none, or adds another, does not pass.
    edit(&w, "expires: 2027-01-31", "expires: 2027-02-01");
    commit(&repo, "topic", &[base]);
    assert_eq!(judged(&w).1, 1);
    let strict = gate(&w, &["--fail-on", "warning"]);
    assert_eq!(strict.outcome, Outcome::Findings);
}

#[test]
fn a_record_that_the_base_has_renewed_needs_a_rebase_and_nothing_else() {
    let (w, repo) = with_expired(&[OTHER]);
    let base = tip(&repo, "main");
    edit(&w, "title: Model", "title: The model");
    commit(&repo, "topic", &[base]);
    w.write(RECORD_PATH, good_record());
    close(&w, OTHER);
    let renewed = commit(&repo, "main", &[base]);
    w.write("README.md", "later");
    commit(&repo, "main", &[renewed]);
    let shown = shown(&w, &repo).replace(&renewed.to_string()[..7], "[RENEWED]");
    insta::assert_snapshot!(shown, @r#"
note: `EXC-2026-K7QD` needs 2 approvals at high risk (landing or signed), has none yet; nobody may approve it
note: `EXC-2026-9T4B` is expired here, and closed on main in [RENEWED]: rebase
2 records in `exceptions` judged on 2026-11-20 (UTC), `topic` ([TOPIC]) into `main` ([MAIN]): all fine
[exit status: 0]
"#);
    // A change that edits the old text meets a conflict, and no second complaint.
    w.write(
        OTHER,
        record_of(OTHER, "/expired/s0", "2026-11-10").replace("title: Model", "title: A"),
    );
    commit(&repo, "topic", &[base]);
    assert_eq!(judged(&w), (Vec::new(), 0));
    assert!(gate(&w, &[]).out.contains(&format!("note: `{OTHER}` is changed here and on main")));
}

#[test]
fn the_register_that_is_judged_is_the_merged_one() {
    let (w, repo) = landed();
    let base = tip(&repo, "main");
    w.write(OTHER, record_of(OTHER, "/gateway/api", "2027-01-31"));
    commit(&repo, "main", &[base]);
    std::fs::remove_file(w.path(OTHER)).expect("the record goes");
    // Each side is fine; together they except one target twice.
    w.write(THIRD, record_of(THIRD, "/gateway/api", "2027-01-31"));
    commit(&repo, "topic", &[base]);
    assert_eq!(judged(&w), (vec!["error EXC302".to_owned()], 1));
    assert!(gate(&w, &[]).out.contains("\n3 records in `exceptions` judged"));
}

/// GitHub checks out a merge of the change into the tip of the base.
#[test]
fn a_merge_commit_of_the_ci_is_judged_as_the_change_that_it_is() {
    let (w, repo) = with_expired(&[OTHER]);
    let base = tip(&repo, "main");
    close(&w, OTHER);
    let main = commit(&repo, "main", &[base]);
    edit(&w, "opened: 2026-11-05", "opened: 2026-11-06");
    let topic = commit(&repo, "side", &[base]);
    commit(&repo, "topic", &[main, topic]);
    assert_eq!(judged(&w), (vec!["error EXC404".to_owned()], 1));
}

/// It keeps that merge where the base moves on before the job runs.
#[test]
fn s76_a_merge_of_the_ci_into_an_older_base_names_both() {
    let (w, repo) = landed();
    let old = tip(&repo, "main");
    edit(&w, "title: Model", "title: A model");
    let side = commit(&repo, "side", &[old]);
    let head = commit(&repo, "topic", &[old, side]);
    assert!(!gate(&w, &[]).out.contains("is a merge into"));
    w.write(OTHER, record_of(OTHER, "/other", "2027-01-31"));
    let new = commit(&repo, "main", &[old]);
    let short = |id: Oid| id.to_string()[..7].to_owned();
    let expected = format!(
        "note: `topic` ({}) is a merge into {}, and `main` is at {} by now: judged on top of that; have the CI make the merge anew, since what else it tests is the older one\n",
        short(head),
        short(old),
        short(new)
    );
    let out = gate(&w, &[]).out;
    assert!(out.contains(&expected), "{out}");
    // Whoever merges the base into a branch has the branch first.
    commit(&repo, "topic", &[side, old]);
    assert!(!gate(&w, &[]).out.contains("is a merge into"));
}

#[test]
fn a_change_is_judged_by_the_policy_of_the_base_and_told_so() {
    let (w, repo) = landed();
    w.write(POLICY_PATH, format!("{POLICY}durations: {{max_days: {{high: 120}}}}\n"));
    w.write(OTHER, record_of(OTHER, "/gateway/api", "2027-02-28"));
    commit(&repo, "topic", &[tip(&repo, "main")]);
    insta::assert_snapshot!(shown(&w, &repo), @r#"
error[EXC203]: 115 days are granted; at high risk the policy allows 90
  --> exceptions/EXC-2026-9T4B.yaml:25:10
   |
24 | opened: 2026-11-05
   |         ---------- counted from here
25 | expires: 2027-02-28
   |          ^^^^^^^^^^
   |
   = help: set `expires: 2027-02-03` or earlier, and renew it if that proves too short; the policy of this change allows it: land the policy first, in a pull request of its own

error[EXC406]: the policy is loosened together with a record: `durations.max_days.high`: raised from 90 to 120
 --> exceptions/policy.yaml:7:30
  |
7 | durations: {max_days: {high: 120}}
  |                              ^^^
  |
  = help: change the policy in a pull request of its own, before the one with the record

note: `exceptions/policy.yaml` is changed here: judged by the policy on `main` ([MAIN])
note: `EXC-2026-9T4B` needs 2 approvals at high risk (landing or signed), has none yet; nobody may approve it
2 records in `exceptions` judged on 2026-11-20 (UTC), `topic` ([TOPIC]) into `main` ([MAIN]): 2 errors
for more about a code, try `exc explain EXC203`
[exit status: 1]
"#);
    let said = gate(&w, &["--format", "json"]);
    let note = "note: `exceptions/policy.yaml` is changed here: judged by the policy on `main` (";
    assert!(said.err.starts_with(note), "{}", said.err);
}

#[test]
fn a_change_that_leaves_no_usable_policy_is_not_judged() {
    let (w, repo) = landed();
    w.write(POLICY_PATH, "version: 7\n");
    commit(&repo, "topic", &[tip(&repo, "main")]);
    assert_eq!(judged(&w).1, 2);
    std::fs::remove_file(w.path(POLICY_PATH)).expect("the policy goes");
    commit(&repo, "topic", &[tip(&repo, "main")]);
    assert_eq!(judged(&w).1, 2);
}

#[test]
fn the_change_that_starts_a_register_is_judged_by_its_own_policy() {
    let w = Workspace::empty();
    let repo = w.git();
    let base = commit(&repo, "main", &[]);
    commit(&repo, "topic", &[base]);
    insta::assert_snapshot!(shown(&w, &repo), @"
    ------- stderr -------
    error: no register: `exceptions/policy.yaml` is neither on `main` ([MAIN]) nor in `topic`
    hint: run `exc init` to start one, or name one with `--register DIR`
    [exit status: 2]
    ");
    w.write(POLICY_PATH, POLICY);
    w.write(RECORD_PATH, good_record());
    commit(&repo, "topic", &[base]);
    insta::assert_snapshot!(shown(&w, &repo), @r#"
note: there is no `exceptions/policy.yaml` on `main` ([MAIN]) yet: judged by that of the change
note: `EXC-2026-K7QD` needs 2 approvals at high risk (landing or signed), has none yet; nobody may approve it
1 record in `exceptions` judged on 2026-11-20 (UTC), `topic` ([TOPIC]) into `main` ([MAIN]): all fine
[exit status: 0]
"#);
}

#[test]
fn a_base_whose_policy_cannot_be_used_is_no_verdict() {
    let (w, repo) = landed();
    w.write(POLICY_PATH, "version: 7\n");
    let base = commit(&repo, "main", &[]);
    w.write(POLICY_PATH, POLICY);
    commit(&repo, "topic", &[base]);
    let said = gate(&w, &[]);
    assert_eq!(said.code(), 2);
    assert!(said.out.contains("exceptions/policy.yaml:1:10"), "{}", said.out);
}

#[test]
fn a_record_stays_in_the_register_and_its_id_is_never_given_again() {
    let (w, repo) = landed();
    let base = tip(&repo, "main");
    w.write(OTHER, record_of(OTHER, "/gateway/api", "2027-01-31"));
    let with_other = commit(&repo, "main", &[base]);
    std::fs::remove_file(w.path(OTHER)).expect("the record goes");
    commit(&repo, "topic", &[with_other]);
    assert_eq!(judged(&w), (vec!["error EXC401".to_owned()], 1));

    let gone = commit(&repo, "main", &[with_other]);
    w.write(OTHER, record_of(OTHER, "/gateway/other", "2027-01-31"));
    commit(&repo, "topic", &[gone]);
    assert_eq!(judged(&w), (vec!["error EXC402".to_owned()], 1));
    assert!(gate(&w, &[]).out.contains(&format!("that {} removed", &gone.to_string()[..7])));
    // As it was, the record is restored.
    w.write(OTHER, record_of(OTHER, "/gateway/api", "2027-01-31"));
    commit(&repo, "topic", &[gone]);
    assert_eq!(judged(&w), (Vec::new(), 0));
}

#[test]
fn whether_an_id_was_used_before_takes_all_of_the_history() {
    let (w, repo) = landed();
    let first = tip(&repo, "main");
    let base = commit(&repo, "main", &[first]);
    w.write(OTHER, record_of(OTHER, "/gateway/api", "2027-01-31"));
    commit(&repo, "topic", &[base]);
    edit(&w, "title: Model", "title: The model");
    forget(&w, first);
    let said = gate(&w, &[]);
    assert_eq!(said.code(), 2);
    assert!(said.out.contains("2 records"), "{}", said.out);
    assert!(said.err.contains(&format!("{first} is missing")), "{}", said.err);
    assert!(said.err.contains("`git fetch --unshallow`"), "{}", said.err);
    // A change that adds none does not ask.
    std::fs::remove_file(w.path(OTHER)).expect("the record goes");
    commit(&repo, "topic", &[base]);
    assert_eq!(judged(&w), (Vec::new(), 0));
}

#[test]
fn a_removed_record_whose_text_is_missing_may_have_had_the_id() {
    let (w, repo) = landed();
    let base = tip(&repo, "main");
    let other = record_of(OTHER, "/gateway/api", "2027-01-31");
    // Its file is not called like it.
    w.write("exceptions/other.yaml", &other);
    let with_other = commit(&repo, "main", &[base]);
    std::fs::remove_file(w.path("exceptions/other.yaml")).expect("the record goes");
    let gone = commit(&repo, "main", &[with_other]);
    w.write(OTHER, record_of(OTHER, "/gateway/other", "2027-01-31"));
    commit(&repo, "topic", &[gone]);
    assert_eq!(judged(&w), (vec!["error EXC402".to_owned()], 1));
    let text = Oid::hash_object(git2::ObjectType::Blob, other.as_bytes()).expect("a hash");
    forget(&w, text);
    let said = gate(&w, &[]);
    assert_eq!(said.code(), 2);
    assert!(said.err.contains(&format!("lacks the object {text}")), "{}", said.err);
}

#[test]
fn a_policy_is_not_loosened_together_with_a_record() {
    let (w, repo) = landed();
    let base = tip(&repo, "main");
    w.write(POLICY_PATH, format!("{POLICY}warn_within_days: 5\n"));
    commit(&repo, "topic", &[base]);
    assert_eq!(judged(&w), (Vec::new(), 0));
    edit(&w, "title: Model", "title: The model");
    commit(&repo, "topic", &[base]);
    assert_eq!(judged(&w), (vec!["error EXC406".to_owned()], 1));
}

#[test]
fn a_file_of_git_that_hides_records_is_seen_wherever_it_stands() {
    let (w, repo) = landed();
    let base = tip(&repo, "main");
    w.write(".gitattributes", "exceptions/** -diff\n*.png filter=lfs\n");
    commit(&repo, "topic", &[base]);
    assert_eq!(judged(&w), (vec!["error EXC407".to_owned()], 1));
    w.write(".gitattributes", "*.png filter=lfs\n");
    commit(&repo, "topic", &[base]);
    assert_eq!(judged(&w), (Vec::new(), 0));
    w.write("exceptions/.gitattributes", "EXC-2026-K7QD.yaml linguist-generated\n");
    commit(&repo, "topic", &[base]);
    let expected = vec!["error EXC006".to_owned(), "error EXC407".to_owned()];
    assert_eq!(judged(&w), (expected, 1));
}

#[test]
fn json_names_both_sides() {
    let (w, repo) = landed();
    commit(&repo, "topic", &[tip(&repo, "main")]);
    let said = gate(&w, &["--format", "json"]);
    let report: Value = serde_json::from_str(&said.out).expect("JSON");
    let id = |branch: &str| tip(&repo, branch).to_string();
    let base = serde_json::json!({"name": "main", "commit": id("main"), "merge_base": id("main")});
    assert_eq!(report["base"], base);
    assert_eq!(report["head"], serde_json::json!({"name": "topic", "commit": id("topic")}));
    assert_eq!(report["notes"], serde_json::json!([]));
}

#[test]
fn where_history_is_missing_the_command_that_fetches_it_is_named() {
    let (w, repo) = landed();
    let base = tip(&repo, "main");
    edit(&w, "title: Model", "title: The model");
    commit(&repo, "topic", &[base]);
    w.write(RECORD_PATH, good_record().replace("title: Model", "title: A model"));
    commit(&repo, "main", &[base]);
    forget(&w, base);
    let said = gate(&w, &[]);
    assert_eq!(said.code(), 2);
    assert!(
        said.err.contains("hint: fetch what is missing: `git fetch --unshallow`"),
        "{}",
        said.err
    );
    let w = w.var("GITHUB_BASE_REF", "main");
    let said = w.run(&["check", "--head", "topic"]);
    assert!(said.err.contains("`fetch-depth: 0`"), "{}", said.err);
}

#[test]
fn the_base_is_what_the_ci_says_and_a_flag_wins() {
    let (w, repo) = landed();
    let base = tip(&repo, "main");
    edit(&w, "reviews: []", "review: []");
    let topic = commit(&repo, "topic", &[base]);
    repo.reference("refs/remotes/origin/main", base, true, "test").expect("a branch");
    repo.set_head("refs/heads/topic").expect("the branch is checked out");
    let w = w.var("GITHUB_BASE_REF", "main");
    let said = w.run(&["check"]);
    assert_eq!(said.code(), 1);
    let short = |id: Oid| id.to_string()[..7].to_owned();
    let from = format!("base: origin/main at {} (from GITHUB_BASE_REF)\n", short(base));
    assert_eq!(said.err, from);
    let sides = format!("`HEAD` ({}) into `origin/main` ({})", short(topic), short(base));
    assert!(said.out.contains(&sides), "{}", said.out);

    assert_eq!(w.run(&["check", "--base", "topic"]).err, "");
    let said = w.run(&["check", "--no-base"]);
    assert!(!said.out.contains(" into "), "{}", said.out);
    // A path asks about files, not about a change.
    let said = w.run(&["check", RECORD_PATH]);
    assert!(!said.out.contains(" into "), "{}", said.out);

    let w = w.var("GITHUB_BASE_REF", "gone");
    insta::assert_snapshot!(w.shown(&["check"]), @"
    ------- stderr -------
    error: the base `gone` (from GITHUB_BASE_REF) is not in this clone
    hint: give `actions/checkout` the input `fetch-depth: 0`, or run `git fetch origin +refs/heads/gone:refs/remotes/origin/gone`; `--no-base` does without one
    [exit status: 2]
    ");
    let w = w.var("GITHUB_BASE_REF", "main~1");
    let said = w.run(&["check"]);
    assert_eq!(said.code(), 2);
    assert!(
        said.err.contains("GITHUB_BASE_REF holds `main~1`, which names no branch"),
        "{}",
        said.err
    );
}

#[test]
fn the_base_of_a_merge_queue_stands_in_the_event() {
    let (w, repo) = landed();
    let base = tip(&repo, "main");
    w.write("event.json", format!("{{\"merge_group\": {{\"base_sha\": \"{base}\"}}}}"));
    let event = w.path("event.json").display().to_string();
    let w = w.var("GITHUB_EVENT_NAME", "merge_group").var("GITHUB_EVENT_PATH", event);
    let said = w.run(&["check"]);
    assert_eq!(said.code(), 0, "{said:?}");
    assert!(said.err.contains("(from merge_group.base_sha in GITHUB_EVENT_PATH)"), "{}", said.err);
    w.write("event.json", "{}");
    assert_eq!(w.run(&["check"]).code(), 2);
}

#[test]
fn a_wrong_question_is_no_verdict() {
    let (w, repo) = landed();
    commit(&repo, "topic", &[tip(&repo, "main")]);
    insta::assert_snapshot!(w.shown(&["check", "--base", "gone"]), @"
    ------- stderr -------
    error: there is no revision `gone`
    hint: `git log --oneline --all` shows commits, `git branch --all` branches; `git fetch` gets those of the remote
    [exit status: 2]
    ");
    insta::assert_snapshot!(w.shown(&["check", "--base=-n"]), @"
    ------- stderr -------
    error: `-n` is no revision: it starts with `-`
    hint: name a branch, a tag or a commit, such as `--base origin/main`
    [exit status: 2]
    ");
    insta::assert_snapshot!(w.shown(&["check", "--head", "topic"]), @"
    ------- stderr -------
    error: `--head` names a change, and there is no base
    hint: name the branch into which the change goes with `--base REF`
    [exit status: 2]
    ");
    insta::assert_snapshot!(w.shown(&["check", "--base", "main", RECORD_PATH]), @"
    ------- stderr -------
    error: a change is judged as a whole
    hint: leave out the paths: what the change leaves alone is told apart anyway
    [exit status: 2]
    ");
    assert_eq!(w.run(&["check", "--base", "main", "--no-base"]).code(), 2);
    commit(&repo, "other", &[]);
    insta::assert_snapshot!(w.shown(&["check", "--base", "main", "--head", "other"]), @"
    ------- stderr -------
    error: `main` and `other` have no commit in common
    hint: name the branch into which the change goes with `--base REF`
    [exit status: 2]
    ");
    insta::assert_snapshot!(Workspace::with_record().shown(&["check", "--base", "main"]), @"
    ------- stderr -------
    error: `[ROOT]` is in no git repository
    hint: run it in a clone of the register
    [exit status: 2]
    ");
}

#[test]
fn a_bare_repository_is_judged_between_two_branches() {
    let (w, repo) = landed();
    let base = tip(&repo, "main");
    edit(&w, "reviews: []", "review: []");
    commit(&repo, "topic", &[base]);
    let bare = Workspace::empty();
    std::fs::rename(w.path(".git"), bare.path("register.git")).expect("the repository moves");
    let config = bare.read("register.git/config").replace("bare = false", "bare = true");
    bare.write("register.git/config", config);
    let args = ["-C", "register.git", "check", "--base", "main", "--head", "topic"];
    let said = bare.run(&args);
    assert_eq!(said.code(), 1, "{said:?}");
    assert!(said.out.starts_with("error[EXC101]"), "{}", said.out);
}

#[test]
fn a_register_in_a_folder_of_the_repository_is_found() {
    let w = Workspace::empty();
    w.write("platform/exceptions/policy.yaml", POLICY);
    w.write("platform/exceptions/EXC-2026-K7QD.yaml", good_record());
    let repo = w.git();
    let base = commit(&repo, "main", &[]);
    let text = good_record().replace("opened: 2026-11-05", "opened: 2026-11-06");
    w.write("platform/exceptions/EXC-2026-K7QD.yaml", text);
    w.write("platform/.gitattributes", "exceptions/* -diff\n");
    commit(&repo, "topic", &[base]);
    let args = ["-C", "platform", "check", "--base", "main", "--head", "topic"];
    let said = w.run(&args);
    assert!(
        said.out.contains("error[EXC404]") && said.out.contains("error[EXC407]"),
        "{}",
        said.out
    );
    let args = ["check", "--register", "platform/exceptions", "--base", "main", "--head", "topic"];
    assert_eq!(w.run(&args).out, said.out);
}

/// Otherwise a change could bring the policy by which it is judged.
#[test]
fn a_change_does_not_choose_the_register_that_is_judged() {
    let (w, repo) = landed();
    let base = tip(&repo, "main");
    edit(&w, "opened: 2026-11-05", "opened: 2026-11-06");
    w.write("src/exceptions/policy.yaml", POLICY);
    commit(&repo, "topic", &[base]);
    let said = w.run(&["-C", "src", "check", "--base", "main", "--head", "topic"]);
    assert_eq!(said.code(), 1, "{said:?}");
    assert!(said.out.contains("1 record in `exceptions` judged"), "{}", said.out);
}

#[test]
fn what_there_is_to_know_stands_in_every_format_that_has_a_place_for_it() {
    let (w, repo) = landed();
    w.write(POLICY_PATH, format!("{POLICY}warn_within_days: 31\n"));
    commit(&repo, "topic", &[tip(&repo, "main")]);
    let summary = w.path("summary.md").display().to_string();
    let w = w.var("GITHUB_ACTIONS", "true").var("GITHUB_STEP_SUMMARY", summary);
    for format in ["text", "json", "github", "sarif", "junit"] {
        let out = gate(&w, &["--format", format]).out;
        assert!(out.contains("is changed here: judged by the policy on `main`"), "{format}: {out}");
    }
    let summary = w.read("summary.md");
    assert!(summary.contains("judged by the policy on <code>main</code>"), "{summary}");
}

#[test]
fn a_flood_of_notes_is_counted() {
    let (w, repo) = landed();
    let base = tip(&repo, "main");
    for (branch, text) in [("main", "a"), ("topic", "b")] {
        for n in 0..30 {
            w.write(format!("exceptions/approvals/EXC-2026-K7QD/{n}.approval"), text);
        }
        commit(&repo, branch, &[base]);
    }
    let out = gate(&w, &[]).out;
    assert_eq!(out.lines().filter(|line| line.starts_with("note: ")).count(), 21, "{out}");
    assert!(out.contains("note: and 10 more of the kind\n"), "{out}");
}

#[cfg(unix)]
#[test]
fn a_record_that_becomes_a_link_is_not_judged() {
    let (w, repo) = landed();
    let base = tip(&repo, "main");
    w.write("elsewhere.yaml", good_record());
    std::fs::remove_file(w.path(RECORD_PATH)).expect("the record goes");
    std::os::unix::fs::symlink("../elsewhere.yaml", w.path(RECORD_PATH)).expect("a link");
    commit(&repo, "topic", &[base]);
    let (found, code) = judged(&w);
    assert!(found.contains(&"error EXC007".to_owned()), "{found:?}");
    assert_eq!(code, 2);
}

#[test]
fn a_tag_that_is_called_like_the_base_is_refused() {
    let (w, repo) = landed();
    edit(&w, "expires: 2027-01-31", "expires: 2027-01-30");
    let head = commit(&repo, "topic", &[tip(&repo, "main")]);
    repo.reference("refs/tags/main", head, true, "test").expect("a tag");
    let said = w.run(&["check", "--base", "main", "--head", "topic"]);
    assert_eq!(said.code(), 2, "{}", said.out);
    assert!(said.err.contains("`main` stands for several objects"), "{}", said.err);
}

#[test]
fn a_change_that_began_in_two_places_is_not_judged_against_one_of_them() {
    let (w, repo) = landed();
    let root = tip(&repo, "main");
    edit(&w, "expires: 2027-01-31", "expires: 2027-01-20");
    let tightened = commit(&repo, "main", &[root]);
    edit(&w, "expires: 2027-01-20", "expires: 2027-01-31");
    w.write("README.md", "text\n");
    let other = commit(&repo, "other", &[root]);
    edit(&w, "expires: 2027-01-31", "expires: 2027-01-20");
    commit(&repo, "main", &[tightened, other]);
    // The other way around, with the text from before it was tightened.
    edit(&w, "expires: 2027-01-20", "expires: 2027-01-31");
    commit(&repo, "topic", &[other, tightened]);
    let said = w.run(&["check", "--base", "main", "--head", "topic"]);
    assert_eq!(said.code(), 2, "{}", said.out);
    assert!(said.err.contains("were merged into each other"), "{}", said.err);
    assert!(said.err.contains("rebase the change"), "{}", said.err);
}

#[test]
fn a_policy_of_the_base_that_nobody_approved_is_named_with_the_command() {
    let mut history = History::approved();
    history.replace(POLICY_PATH, "quorum: {high: 1}", "quorum: {high: 2}");
    history.push("carol", "2026-11-12", "policy");
    let commit = history.main.to_string()[..7].to_owned();
    let expected = format!(
        "note: the policy on main has a change that nobody approved: approvals are judged by the one before it (`exc audit`), and the rules are those of the change in {commit}, which `exc approve policy.yaml` approves"
    );
    let gate = |history: &History| {
        let topic = history.branch("carol", "2026-11-13", "change");
        history.repo.reference("refs/heads/topic", topic, true, "test").expect("a branch");
        gate(&history.w, &[]).out
    };
    let record = history.w.read(RECORD_PATH);
    history.edit("renewals: []", "renewals: [] # none");
    assert_eq!(gate(&history).matches(&expected).count(), 1);
    std::fs::remove_file(history.w.path(RECORD_PATH)).expect("removed");
    assert_eq!(gate(&history).matches(&expected).count(), 1);
    // What leaves the register alone is judged by no new reading of its history.
    history.w.write(RECORD_PATH, record);
    history.w.write("README", "text\n");
    assert!(!gate(&history).contains("nobody approved"));

    let mut history = History::approved();
    history.replace(POLICY_PATH, "quorum: {high: 1}", "quorum: {high: 2}");
    history.merge("carol", "alice", "2026-11-12");
    std::fs::remove_file(history.w.path(RECORD_PATH)).expect("removed");
    assert!(!gate(&history).contains("nobody approved"));
}

#[test]
fn somebody_at_a_terminal_is_told_that_files_at_hand_are_not_judged() {
    let (w, repo) = landed();
    commit(&repo, "topic", &[tip(&repo, "main")]);
    repo.set_head("refs/heads/topic").expect("a branch");
    let judge = ["check", "--base", "main"];
    assert!(!w.on_terminal(&judge, "").out.contains("last commit"));
    edit(&w, "expires: 2027-01-31", "expires: 2027-01-15");
    let note = "note: 1 file of the register differs from the last commit, and is not judged: commit it first, or run";
    assert!(w.on_terminal(&judge, "").out.contains(note));
    w.write("exceptions/EXC-2026-0AAA.yaml", "id: EXC-2026-0AAA\n");
    let said = w.on_terminal(&judge, "");
    let note = "note: 2 files of the register differ from the last commit, and are not judged: commit them first, or run `exc check` without `--base`";
    assert!(said.out.contains(note), "{}", said.out);
    assert_eq!(said.code(), 0);
    // A machine knows what it has checked out.
    assert!(!w.run(&judge).out.contains("last commit"));
}

/// A contributor whom the policy does not name keeps every approval of a policy from counting.
#[test]
fn a_change_that_nobody_can_approve_as_it_is_is_told_so_before_it_lands() {
    let history = History::approved();
    let policy = history.w.read("exceptions/policy.yaml");
    history.w.write("exceptions/policy.yaml", format!("{policy}warn_within_days: 20\n"));
    let check = |author: &str| {
        let topic = history.branch(author, "2026-11-13", "change").to_string();
        history.w.run(&["check", "--base", "main", "--head", &topic]).out
    };
    let said = check("mallory");
    assert!(
        said.contains("no approval of it would count: contributor `mallory@example.com`"),
        "{said}"
    );
    assert!(!check("alice").contains("would count"));
}
