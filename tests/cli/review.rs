//! `exc review`.

use exc::{Outcome, Terminal};
use git2::{IndexAddOption, Oid, Repository, Signature, Time};
use serde_json::Value;

use crate::support::branches::{edit, forget, tip};
use crate::support::{POLICY, RECORD_PATH, Workspace, good_record, record};

/// Alice may approve, also at critical risk, Bob and Carol may too; Dana and Lee may not.
const PEOPLE: &str = "\
budgets: {per_team: 4, per_control: 3}
people:
  - {id: alice, name: Alice Kim, emails: [alice@example.com], roles: [approver, risk-owner]}
  - {id: bob, name: Bob Stone, emails: [bob@example.com], roles: [approver]}
  - {id: carol, name: Carol Mann, emails: [carol@example.com], roles: [approver]}
  - {id: dana, name: Dana Ruiz, emails: [dana.ruiz@example.com]}
  - {id: lee, name: Lee Park, emails: [lee.park@example.com]}
";

/// 2026-11-05T10:00:00Z, from which days are counted.
const START: i64 = 1_793_872_800;

struct Commit<'a> {
    who: (&'a str, &'a str),
    committer: (&'a str, &'a str),
    day: i64,
}

const LEE: (&str, &str) = ("Lee Park", "lee.park@example.com");
const BOB: (&str, &str) = ("Bob Stone", "bob@example.com");
const GITHUB: (&str, &str) = ("GitHub", "noreply@github.com");

/// Commits all files as they stand.
fn commit(repo: &Repository, branch: &str, parents: &[Oid], by: &Commit<'_>) -> Oid {
    let mut index = repo.index().expect("an index");
    index.add_all(["*"], IndexAddOption::DEFAULT, None).expect("files are added");
    index.update_all(["*"], None).expect("files are removed");
    let tree = repo.find_tree(index.write_tree().expect("a tree")).expect("a tree");
    let time = Time::new(START + by.day * 86_400, 0);
    let sign = |(name, address)| Signature::new(name, address, &time).expect("a name");
    let parents: Vec<_> =
        parents.iter().map(|id| repo.find_commit(*id).expect("a commit")).collect();
    let parents: Vec<_> = parents.iter().collect();
    let (author, committer) = (sign(by.who), sign(by.committer));
    let id = repo.commit(None, &author, &committer, "change", &tree, &parents).expect("a commit");
    repo.reference(&format!("refs/heads/{branch}"), id, true, "test").expect("a branch");
    id
}

fn by(who: (&'static str, &'static str), day: i64) -> Commit<'static> {
    Commit { who, committer: who, day }
}

/// A register whose one record Lee has filed and Bob has merged.
fn approved() -> (Workspace, Repository) {
    let w = Workspace::new();
    w.write(
        "exceptions/policy.yaml",
        format!("{POLICY}{PEOPLE}approvals: {{quorum: {{high: 1}}}}\n"),
    );
    let repo = w.git();
    let first = commit(&repo, "main", &[], &by(BOB, 0));
    w.write(RECORD_PATH, good_record());
    let side = commit(&repo, "side", &[first], &by(LEE, 1));
    commit(&repo, "main", &[first, side], &Commit { committer: GITHUB, ..by(BOB, 2) });
    (w, repo)
}

/// A page without its line breaks.
fn flat(out: &str) -> String {
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The output with the names of the commits left out.
fn shown(w: &Workspace, repo: &Repository, arguments: &[&str]) -> String {
    let mut out = w.shown(arguments);
    for branch in ["main", "topic"] {
        if let Ok(id) = repo.refname_to_id(&format!("refs/heads/{branch}")) {
            let id = id.to_string();
            let name = branch.to_uppercase();
            out = out.replace(&id, &format!("[{name}]")).replace(&id[..7], &format!("[{name}]"));
        }
    }
    out
}

/// Commits the work tree to `topic`, which leaves `main` where it stands, and checks it out.
fn topic(repo: &Repository) -> Oid {
    let id = commit(repo, "topic", &[tip(repo, "main")], &by(LEE, 15));
    repo.set_head("refs/heads/topic").expect("checked out");
    id
}

fn renew(w: &Workspace) {
    edit(w, "expires: 2027-01-31", "expires: 2027-02-15");
    edit(
        w,
        "renewals: []",
        "renewals:\n  - date: 2026-11-20\n    until: 2027-02-15\n    reason: The vendor moved the preview to February (ticket 49020).\n    evidence: https://example.com/vendor/49020",
    );
}

#[test]
fn a_widening_that_renews_and_weakens_shows_each_of_it_most_serious_first() {
    let (w, repo) = approved();
    renew(&w);
    edit(&w, "service:/model-proxy/api", "service:/model-proxy");
    edit(
        &w,
        "IP allow-list limited to the two egress addresses of the CI network",
        "Keys are rotated every night",
    );
    edit(&w, "level: high", "level: medium");
    topic(&repo);
    insta::assert_snapshot!(shown(&w, &repo, &["review", "--base", "main"]), @r#"
EXC-2026-K7QD  Model proxy keeps a public endpoint until vendor private link
    ships
  WIDENING: medium risk (was high), valid through 2027-02-15 (UTC), 87 days
    left
  no findings; 2 no, 3 for you to judge, 2 yes; 0 of 1 approvals
  asked by   Lee Park <lee.park@example.com>
  owned by   Dana Ruiz <dana.ruiz@example.com>, ai-platform

  change     scope widened: component api → service model-proxy
               + service:/model-proxy (service)
               - service:/model-proxy/api (component, now within the other)
             compensating control removed: IP allow-list limited to the two
                 egress addresses of the CI network
             compensating control added: Keys are rotated every night
               evidence   https://example.com/runs/8841
             valid through 2027-01-31 → 2027-02-15, +15 days, 1st renewal of
                 2, first promised 2027-01-31
               reason     The vendor moved the preview to February (ticket
                          49020).
               evidence   https://example.com/vendor/49020
             risk lowered: high → medium
  unchanged  blocker    The vendor offers no private link before 2027-02 (ticket
                        48213).
             end state  Traffic enters through the private endpoint
                        pe-model-proxy.

  findings   none

  no                smallest scope?     wider than before: 1 target, a service
  no                risk reduced?       less than before, see the change
  for you to judge  reason given?       there is a blocker and an end state,
                                        neither of them vague, both as before
  for you to judge  way back?           a plan, but no ticket and no milestone
                                        ahead
  for you to judge  renewal earned?     its reason and evidence are none of
                                        those before; 1 left after this one
  yes               owner and end?      87 days of 120 allowed, 102 of 540 in
                                        all
  yes               first of its kind?  no record has its control at its place,
                                        and none of its team elsewhere

  besides    team ai-platform: 1 open of 4 budgeted, this one alone
             control AZ-NET-004: 1 open of 3 budgeted, this one alone

  approval   needs      1 person at high risk, by evidence landing or signed
             may        Alice Kim (alice), Bob Stone (bob), Carol Mann (carol)
             has        0 of 1
             but        it takes the approvals of risk `high`, which the text
                        before it had
             next       have it merged by `alice`, `bob` or `carol`, which is
                        its approval

  trail      approved so far, 1 revision
    2026-11-07  [MAIN]  new         approved by bob (landing, claimed)

1 record reviewed between `main` ([MAIN]) and `HEAD` ([TOPIC]) on 2026-11-20
  (UTC): 1 widening
[exit status: 0]
"#);
}

#[test]
fn a_new_record_shows_all_that_decides_and_what_there_is_of_its_kind() {
    let (w, repo) = approved();
    let other = record("EXC-2026-9T4B", "low", "2027-03-01")
        .replace("/model-proxy/api", "/model-proxy/api/v2");
    w.write("exceptions/EXC-2026-9T4B.yaml", other);
    insta::assert_snapshot!(shown(&w, &repo, &["review"]), @r#"
    EXC-2026-9T4B  Model proxy keeps a public endpoint until vendor private link
        ships
      NEW: low risk, valid through 2027-03-01 (UTC), 101 days left
      1 error; 1 no, 4 for you to judge, 1 yes; 0 of 1 approvals
      asked by   Lee Park <lee.park@example.com>
      owned by   Dana Ruiz <dana.ruiz@example.com>, ai-platform

      what       control    AZ-NET-004  No public network access
                 scope      service:/model-proxy/api/v2  (component)
                 risk       A leaked key could be used from anywhere.
                 blocker    The vendor offers no private link before 2027-02 (ticket
                            48213).
                 end state  Traffic enters through the private endpoint
                            pe-model-proxy.
                 meanwhile  IP allow-list limited to the two egress addresses of the
                            CI network
                 evidence   https://example.com/runs/8841
                 way back   Migrate to private link in the vendor's 2027-02 release.

      findings   error EXC302, `exceptions/EXC-2026-K7QD.yaml` line 6:
                     `EXC-2026-9T4B` excepts a target within this one from
                     `AZ-NET-004`

      no                first of its kind?  1 record has its control at an
                                            overlapping place
      for you to judge  reason given?       there is a blocker and an end state,
                                            neither of them vague
      for you to judge  smallest scope?     1 target, a component
      for you to judge  risk reduced?       1 compensating control, with owner and
                                            evidence, verified on 2026-11-02
      for you to judge  way back?           a plan, but no ticket and no milestone
                                            ahead
      yes               owner and end?      116 days of 120 allowed, 116 of 540 in
                                            all

      besides    team ai-platform: 2 open of 4 budgeted: EXC-2026-K7QD
                 control AZ-NET-004: 2 open of 3 budgeted: EXC-2026-K7QD
                 overlapping scope, same control: EXC-2026-K7QD

      approval   needs      1 person at low risk, by evidence trailer, landing or
                            signed
                 may        Alice Kim (alice), Bob Stone (bob), Carol Mann (carol)
                 has        0 of 1
                 next       have it merged by `alice`, `bob` or `carol`, which is
                            its approval

      trail      it has never landed

    note: not committed, so who wrote it and cannot approve it is not known yet:
      `EXC-2026-9T4B`
    1 record reviewed between `main` ([MAIN]) and the work tree on 2026-11-20
      (UTC): 1 new
    [exit status: 0]
    "#);
}

#[test]
fn an_unchanged_record_has_its_page_too() {
    let (w, repo) = approved();
    insta::assert_snapshot!(shown(&w, &repo, &["review", "EXC-2026-K7QD"]), @r#"
    EXC-2026-K7QD  Model proxy keeps a public endpoint until vendor private link
        ships
      UNCHANGED: high risk, valid through 2027-01-31 (UTC), 72 days left
      no findings; 4 for you to judge, 2 yes; waits for no approval
      asked by   Lee Park <lee.park@example.com>
      owned by   Dana Ruiz <dana.ruiz@example.com>, ai-platform

      what       control    AZ-NET-004  No public network access
                 scope      service:/model-proxy/api  (component)
                 risk       A leaked key could be used from anywhere.
                 blocker    The vendor offers no private link before 2027-02 (ticket
                            48213).
                 end state  Traffic enters through the private endpoint
                            pe-model-proxy.
                 meanwhile  IP allow-list limited to the two egress addresses of the
                            CI network
                 evidence   https://example.com/runs/8841
                 way back   Migrate to private link in the vendor's 2027-02 release.

      findings   none

      for you to judge  reason given?       there is a blocker and an end state,
                                            neither of them vague
      for you to judge  smallest scope?     1 target, a component
      for you to judge  risk reduced?       1 compensating control, with owner and
                                            evidence, verified on 2026-11-02
      for you to judge  way back?           a plan, but no ticket and no milestone
                                            ahead
      yes               owner and end?      87 days of 90 allowed, 87 of 540 in all
      yes               first of its kind?  no record has its control at its place,
                                            and none of its team elsewhere

      besides    team ai-platform: 1 open of 4 budgeted, this one alone
                 control AZ-NET-004: 1 open of 3 budgeted, this one alone

      approval   needs      nothing waits for one: the text is approved, or never
                            needed it

      trail      approved so far, 1 revision
        2026-11-07  [MAIN]  new         approved by bob (landing, claimed)

    1 record reviewed between `main` ([MAIN]) and the work tree on 2026-11-20
      (UTC): 1 unchanged
    [exit status: 0]
    "#);
    assert!(w.exc(&["review"]).starts_with("no record differs between `main` ("));
}

#[test]
fn what_decides_about_records_is_named_first_when_it_changes_too() {
    let (w, repo) = approved();
    renew(&w);
    w.write(".github/workflows/exc.yml", "on: push\n");
    w.write(
        "exceptions/policy.yaml",
        w.read("exceptions/policy.yaml").replace("high: 1", "high: 3"),
    );
    topic(&repo);
    let cautions = "caution: `.github/workflows/exc.yml` changes too: it runs the checks\ncaution: `exceptions/policy.yaml` changes too: it counts once it is approved;\n  until then the one before it judges\n\n";
    let out = w.exc(&["review", "--base", "main"]);
    assert!(out.starts_with(cautions), "{out}");
    // The policy of the base counts, not the one that comes with the change.
    assert!(out.contains("needs      1 person at high risk"), "{out}");
    // The work tree is looked at as well where it is what is reviewed.
    w.write(".mailmap", "");
    let out = w.exc(&["review"]);
    assert!(out.contains("caution: `.mailmap` changes too: git shows people by it"), "{out}");
}

#[test]
fn the_number_of_renewals_comes_from_history_whatever_the_record_states() {
    let (w, repo) = approved();
    renew(&w);
    let main = tip(&repo, "main");
    let side = commit(&repo, "side", &[main], &by(LEE, 15));
    commit(&repo, "main", &[main, side], &Commit { committer: GITHUB, ..by(BOB, 16) });
    // The next one takes the place of the entry that was there.
    edit(&w, "expires: 2027-02-15", "expires: 2027-02-18");
    edit(&w, "until: 2027-02-15", "until: 2027-02-18");
    let out = flat(&w.exc(&["review"]));
    for line in [
        "valid through 2027-02-15 → 2027-02-18, +3 days, 2nd renewal of 2, first promised 2027-01-31",
        "the record states 1, and its history shows 2 renewals",
        "no renewal earned? EXC405 rewritten-renewal",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
}

#[test]
fn whoever_asked_or_wrote_may_not_approve() {
    let (w, repo) = approved();
    renew(&w);
    commit(&repo, "topic", &[tip(&repo, "main")], &by(BOB, 15));
    edit(&w, "name: Lee Park, email: lee.park@", "name: Carol Mann, email: carol@");
    let main = tip(&repo, "topic");
    commit(&repo, "topic", &[main], &by(LEE, 15));
    let out = w.exc(&["review", "--base", "main", "--head", "topic", "--format", "json"]);
    let out: Value = serde_json::from_str(&out).expect("JSON");
    let approval = &out["records"][0]["approval"];
    assert_eq!(approval["approvers"], serde_json::json!([{"id": "alice", "name": "Alice Kim"}]));
    let why = approval["may_not"].to_string();
    assert!(
        why.contains("`bob` also wrote it in ") && why.contains("`carol` requested it"),
        "{why}"
    );
}

#[test]
fn the_base_is_compared_from_where_the_branch_left_it() {
    let (w, repo) = approved();
    let main = tip(&repo, "main");
    edit(&w, "title: Model", "title: The model");
    topic(&repo);
    w.write(RECORD_PATH, good_record());
    w.write("exceptions/EXC-2026-9T4B.yaml", record("EXC-2026-9T4B", "low", "2027-03-01"));
    commit(&repo, "main", &[main], &by(LEE, 16));
    let out = w.exc(&["review", "--base", "main", "--format", "json"]);
    let out: Value = serde_json::from_str(&out).expect("JSON");
    let records = out["records"].as_array().expect("a list");
    assert_eq!(records.len(), 1, "{out}");
    assert_eq!(
        (&records[0]["id"], &records[0]["kind"]),
        (&"EXC-2026-K7QD".into(), &"cosmetic".into())
    );
    assert_eq!(out["from"]["commit"], main.to_string());
}

#[test]
fn a_deleted_record_is_told_to_be_closed_instead() {
    let (w, _repo) = approved();
    std::fs::remove_file(w.path(RECORD_PATH)).expect("the record goes");
    let out = flat(&w.exc(&["review"]));
    for line in [
        "DELETED: high risk, valid through 2027-01-31 (UTC), 72 days left",
        "deleted while it was open: close it instead, so that it stays on record",
        "needs a deletion cannot be approved; close the record instead",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    assert!(!out.contains("for you to judge"), "{out}");
}

#[test]
fn markdown_is_a_comment_with_what_is_long_folded_away() {
    let (w, repo) = approved();
    renew(&w);
    edit(&w, "title: Model", "title: \"@team: *Model*");
    edit(&w, "private link ships", "private link ships\"");
    topic(&repo);
    insta::assert_snapshot!(shown(&w, &repo, &["review", "--base", "main", "--format", "markdown"]), @r#"
    ### exc review

    1 record reviewed between <code>main</code> ([MAIN]) and <code>HEAD</code> ([TOPIC]) on 2026-11-20 (UTC)&#58; 1 extension

    #### EXC-2026-K7QD: &#64;&#8203;team&#58; &#42;Model&#42; proxy keeps a public endpoint until vendor private link ships

    **EXTENSION**: high risk, valid through 2027-02-15 (UTC), 87 days left<br>
    no findings; 5 for you to judge, 2 yes; 0 of 1 approvals

    Asked by Lee Park &#60;lee.park&#64;&#8203;example.com&#62;, owned by Dana Ruiz &#60;dana.ruiz&#64;&#8203;example.com&#62;, ai-platform, in exceptions/EXC-2026-K7QD.yaml

    - valid through 2027-01-31 → 2027-02-15, +15 days, 1st renewal of 2, first promised 2027-01-31<br>reason: The vendor moved the preview to February (ticket 49020).<br>evidence: <code>https&#58;//example.com/vendor/49020</code>
    - title changed&#58;<br><del>Model proxy keeps a public …</del><br><ins>&#64;&#8203;team&#58; &#42;Model&#42; proxy keeps a public …</ins>

    **Unchanged**

    - blocker: The vendor offers no private link before 2027-02 (ticket 48213).
    - end state: Traffic enters through the private endpoint pe-model-proxy.
    - meanwhile: IP allow-list limited to the two egress addresses of the CI network
    - evidence: <code>https&#58;//example.com/runs/8841</code>

    | Question | Answer | Fact |
    | --- | --- | --- |
    | does it say why the control is not met yet? | **for you to judge** | there is a blocker and an end state, neither of them vague, both as before |
    | is the scope the smallest that solves it? | **for you to judge** | 1 target, a component |
    | is the risk reduced meanwhile, and shown to be? | **for you to judge** | 1 compensating control, with owner and evidence, verified on 2026-11-02 |
    | is there a way back? | **for you to judge** | a plan, but no ticket and no milestone ahead |
    | is there a new reason and new evidence to renew it? | **for you to judge** | its reason and evidence are none of those before; 1 left after this one |
    | one accountable person, a last day within the caps? | **yes** | 87 days of 90 allowed, 102 of 540 in all |
    | is it the first of its kind? | **yes** | no record has its control at its place, and none of its team elsewhere |

    **Approval**

    - needs: 1 person at high risk, by evidence landing or signed
    - may: Alice Kim (alice), Bob Stone (bob), Carol Mann (carol)
    - has: 0 of 1
    - next: have it merged by <code>alice</code>, <code>bob</code> or <code>carol</code>, which is its approval

    <details><summary>Besides in the register</summary>

    - team ai-platform&#58; 1 open of 4 budgeted, this one alone
    - control AZ-NET-004&#58; 1 open of 3 budgeted, this one alone

    </details>

    <details><summary>Trail: approved so far, 1 revision</summary>

    - 2026-11-07  [MAIN]  new         approved by bob (landing, claimed)

    </details>
    [exit status: 0]
    "#);
}

#[test]
fn a_comment_that_would_be_too_long_leaves_out_whole_records_and_says_so() {
    let (w, _repo) = approved();
    for n in 0..60 {
        let id = format!("EXC-2026-A{n:03}");
        w.write(format!("exceptions/{id}.yaml"), record(&id, "low", "2027-03-01"));
    }
    let out = w.exc(&["review", "--format", "markdown"]);
    assert!(out.chars().count() <= 60_000, "{}", out.chars().count());
    let n_shown = out.matches("\n#### EXC-2026-").count();
    let left_out = format!("\n**Left out: {} records, ", 60 - n_shown);
    assert!(n_shown > 10 && out.contains(&left_out), "{n_shown}: {out}");
}

#[test]
fn what_cannot_be_read_is_exit_2_and_the_rest_is_shown() {
    let (w, _repo) = approved();
    renew(&w);
    w.write("exceptions/EXC-2026-9T4B.yaml", b"id: \xff\n");
    let said = w.run(&["review"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.out.contains("EXTENSION: high risk"), "{}", said.out);
    let lost = "error: `exceptions/EXC-2026-9T4B.yaml` could not be read in the work tree: ";
    assert!(flat(&said.out).contains(lost.trim_end()), "{}", said.out);
}

#[test]
fn a_shallow_clone_is_told_what_it_lacks() {
    let (w, repo) = approved();
    let main = tip(&repo, "main");
    renew(&w);
    commit(&repo, "main", &[main], &by(LEE, 15));
    edit(&w, "title: Model", "title: The model");
    forget(&w, main);
    let said = w.run(&["review"]);
    assert_eq!(said.outcome, Outcome::Error, "{said:?}");
    assert!(flat(&said.out).contains("`git fetch --unshallow`"), "{said:?}");
}

#[test]
fn a_record_that_is_none_and_a_repository_that_is_none_are_refused() {
    let (w, _repo) = approved();
    insta::assert_snapshot!(w.shown(&["review", "EXC-2026-K7QE"]), @r#"
    ------- stderr -------
    error: there is no record `EXC-2026-K7QE`
    hint: did you mean `EXC-2026-K7QD`?
    [exit status: 2]
    "#);
    insta::assert_snapshot!(w.shown(&["review", "--base", "gone"]), @r#"
    ------- stderr -------
    error: there is no revision `gone`
    hint: `git log --oneline --all` shows commits, `git branch --all` branches; `git fetch` gets those of the remote
    [exit status: 2]
    "#);
    insta::assert_snapshot!(Workspace::with_record().shown(&["review"]), @r#"
    ------- stderr -------
    error: `[ROOT]` is in no git repository
    hint: run it in a clone of the register
    [exit status: 2]
    "#);
}

/// Texts that try to speak to the terminal, the runner or the page.
#[test]
fn nothing_in_a_record_forges_a_line_of_the_page() {
    let (w, repo) = approved();
    let forged =
        "\\n  yes               smallest scope?     \\e[32mnone wider\\n::error::x ##[error]y";
    renew(&w);
    edit(&w, "title: Model", &format!("title: \"{forged} Model"));
    edit(&w, "private link ships", "private link ships\"");
    edit(&w, "reason: The vendor", &format!("reason: \"{forged} </details>|<b> The vendor"));
    edit(&w, "(ticket 49020).", "(ticket 49020).\"");
    edit(
        &w,
        "service:/model-proxy/api",
        "\"service:/x\\n  yes               way back?           y\"",
    );
    edit(&w, "name: Dana Ruiz", &format!("name: \"{forged}\""));
    topic(&repo);
    for (format, arguments) in [
        ("text", ["review", "--base", "main", "--format", "text"]),
        ("markdown", ["review", "--base", "main", "--format", "markdown"]),
        ("json", ["review", "--base", "main", "--format", "json"]),
    ] {
        let terminal = Terminal { input: false, output: true, error: true, width: Some(80) };
        let out = w.run_with(&arguments, "", terminal).out;
        assert!(out.chars().all(|c| c == '\n' || !c.is_control()), "{out:?}");
        let is_closed = format == "markdown" && out.contains("</details>|");
        assert!(!out.contains("##[") && !is_closed, "{out}");
        assert!(out.lines().all(|line| !line.trim_start().starts_with("::")), "{out}");
        if format == "text" {
            let answers = |topic: &str| {
                let is_line = |line: &&str| {
                    ["  yes ", "  no  ", "  for "].iter().any(|it| line.starts_with(it))
                        && line.contains(topic)
                };
                out.lines().filter(is_line).count()
            };
            assert_eq!((answers("smallest scope?"), answers("way back?")), (1, 1), "{out}");
        }
    }
}

#[test]
fn the_page_fits_the_screen() {
    let (w, repo) = approved();
    renew(&w);
    edit(&w, "service:/model-proxy/api", "service:/model-proxy");
    topic(&repo);
    for width in [80, 120] {
        let terminal = Terminal { input: false, output: true, error: true, width: Some(width) };
        let said = w.run_with(&["review", "--base", "main"], "", terminal);
        let wide: Vec<&str> =
            said.out.lines().filter(|line| line.chars().count() > width).collect();
        assert_eq!(wide, [""; 0], "{width}");
    }
}

#[test]
fn an_end_and_its_undoing_are_one_line_each() {
    let (w, repo) = approved();
    let open = w.read(RECORD_PATH);
    let end = "closed: {date: 2026-11-20, outcome: remediated, note: The private link is there.}";
    w.write(RECORD_PATH, format!("{open}{end}\n"));
    let out = flat(&w.exc(&["review"]));
    let told = "change closed as remediated on 2026-11-20: The private link is there. findings";
    assert!(out.contains("CLOSED: high risk, remediated, closed 2026-11-20") && out.contains(told));
    assert!(out.contains("needs a change of this kind needs none") && !out.contains("to judge"));
    let main = tip(&repo, "main");
    commit(&repo, "main", &[main], &by(LEE, 15));
    w.write(RECORD_PATH, open);
    let out = flat(&w.exc(&["review"]));
    let told = "opened again, after it was closed as remediated on 2026-11-20: The private link";
    assert!(out.contains("REOPENED: high risk") && out.contains(told), "{out}");
    assert!(out.contains("no renewal earned? no new entry of `renewals` says why"), "{out}");
}

/// Whoever files a record that contradicts another one has to hear of it, wherever the finding
/// stands.
#[test]
fn what_a_change_breaks_in_another_record_is_said_on_its_page() {
    let (w, _repo) = approved();
    let other = record("EXC-2026-9T4B", "low", "2027-03-01");
    w.write("exceptions/EXC-2026-9T4B.yaml", other.replace("/model-proxy/api", "/model-proxy"));
    let out = flat(&w.exc(&["review"]));
    let finding = "findings error EXC302, `exceptions/EXC-2026-K7QD.yaml` line 6: ";
    assert!(out.contains(finding) && !out.contains("elsewhere"), "{out}");
}

#[test]
fn a_bare_repository_is_reviewed_between_two_revisions() {
    let (w, repo) = approved();
    renew(&w);
    topic(&repo);
    let bare = Workspace::empty();
    let url = w.path(".git").display().to_string();
    let mut builder = git2::build::RepoBuilder::new();
    builder.bare(true).clone(&url, &bare.path("register.git")).expect("a clone");
    let bare_repo = Repository::open_bare(bare.path("register.git")).expect("the clone");
    let main = tip(&repo, "main");
    bare_repo.reference("refs/heads/main", main, true, "test").expect("a branch");
    let run =
        |arguments: &[&str]| bare.run(&[&["-C", "register.git", "review"], arguments].concat());
    let said = run(&["--base", "main", "--head", "topic"]);
    assert!(said.out.contains("EXTENSION: high risk"), "{said:?}");
    let said = run(&[]);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("hint: name two revisions: "), "{}", said.err);
}

#[test]
fn an_approval_that_lies_beside_the_text_and_does_not_count_says_why() {
    let (w, repo) = approved();
    renew(&w);
    let path = "exceptions/approvals/EXC-2026-K7QD/f53a7121b781-0063be5e.alice.approval";
    w.write(path, "yes\n");
    let why = format!(
        "has 0 of 1 but `{path}`: the approval has no signature next have it merged by `alice`, `bob` or `carol`"
    );
    let out = flat(&w.exc(&["review"]));
    assert!(out.contains(&why), "{out}");
    topic(&repo);
    let out = flat(&w.exc(&["review", "--base", "main"]));
    assert!(out.contains(&why), "{out}");
}

/// A change must not keep reviewers from seeing it.
#[test]
fn a_change_that_breaks_the_policy_is_reviewed_by_that_of_its_base() {
    let (w, repo) = approved();
    renew(&w);
    w.write("exceptions/policy.yaml", "version: 7\n");
    topic(&repo);
    let out = flat(&w.exc(&["review", "--base", "main"]));
    assert!(out.starts_with("caution: `exceptions/policy.yaml` changes too"), "{out}");
    assert!(out.contains("EXTENSION: high risk") && out.contains("needs 1 person"), "{out}");
}

/// An approved record that Lee extended by a push.
fn lapsed() -> (Workspace, Repository) {
    let (w, repo) = approved();
    edit(&w, "expires: 2027-01-31", "expires: 2027-03-31");
    edit(&w, "- service:/model-proxy/api", "- service:/model-proxy");
    commit(&repo, "main", &[tip(&repo, "main")], &by(LEE, 3));
    (w, repo)
}

#[test]
fn a_small_change_of_a_lapsed_record_shows_all_that_an_approval_would_grant() {
    let (w, _) = lapsed();
    edit(&w, "reviews: []", "reviews: [{date: 2026-11-20, by: dana, note: date holds}]");
    insta::assert_snapshot!(w.shown(&["review"]), @"
EXC-2026-K7QD  Model proxy keeps a public endpoint until vendor private link
    ships
  UPKEEP, where an approval grants: WIDENING: high risk, valid through
    2027-03-31 (UTC), 131 days left
  1 error; 3 no, 3 for you to judge, 1 yes; 0 of 1 approvals
  asked by   Lee Park <lee.park@example.com>
  owned by   Dana Ruiz <dana.ruiz@example.com>, ai-platform

  change     reviews.0 added: {date: 2026-11-20, by: dana, note: date holds}
             the record states 0, and its history shows 1 renewal
  grants     an approval grants all that differs from the settled text
                 (2026-11-07, c00ceb9), also what landed since without an
                 approval:
             scope widened: component api → service model-proxy
               + service:/model-proxy (service)
               - service:/model-proxy/api (component, now within the other)
             valid through 2027-01-31 → 2027-03-31, +59 days, 1st renewal of
                 2, first promised 2027-01-31
             reviews.0 added: {date: 2026-11-20, by: dana, note: date holds}
  unchanged  blocker    The vendor offers no private link before 2027-02 (ticket
                        48213).
             end state  Traffic enters through the private endpoint
                        pe-model-proxy.
             meanwhile  IP allow-list limited to the two egress addresses of the
                        CI network
             evidence   https://example.com/runs/8841

  findings   error EXC203, line 25: 146 days are granted; at high risk the
                 policy allows 90

  no                smallest scope?     wider than before: 1 target, a service
  no                owner and end?      146 days of 90 allowed, 146 of 540 in
                                        all
  no                renewal earned?     no new entry of `renewals` says why
  for you to judge  reason given?       there is a blocker and an end state,
                                        neither of them vague, both as before
  for you to judge  risk reduced?       1 compensating control, with owner and
                                        evidence, verified on 2026-11-02
  for you to judge  way back?           a plan, but no ticket and no milestone
                                        ahead
  yes               first of its kind?  no record has its control at its place,
                                        and none of its team elsewhere

  besides    team ai-platform: 1 open of 4 budgeted, this one alone
             control AZ-NET-004: 1 open of 3 budgeted, this one alone

  approval   needs      1 person at high risk, by evidence landing or signed
             may        Alice Kim (alice), Bob Stone (bob), Carol Mann (carol)
             has        0 of 1
             next       have it merged by `alice`, `bob` or `carol`, which is
                        its approval

  trail      lapsed so far, 2 revisions, 1 renewal
    2026-11-07  c00ceb9  new         approved by bob (landing, claimed)
    2026-11-08  1745f06  widening    not approved

note: not committed, so who wrote it and cannot approve it is not known yet:
  `EXC-2026-K7QD`
1 record reviewed between `main` (1745f06) and the work tree on 2026-11-20
  (UTC): 1 upkeep
[exit status: 0]
");
    let page: Value =
        serde_json::from_str(&w.run(&["review", "--format", "json"]).out).expect("JSON");
    let record = &page["records"][0];
    assert_eq!(
        (&record["kind"], &record["granted"]["kind"]),
        (&"upkeep".into(), &"widening".into())
    );
    let told = record["granted"]["told"].as_array().expect("a list");
    assert!(told.iter().any(|it| it.as_str().is_some_and(|it| it.starts_with("scope widened"))));
    let comment = w.run(&["review", "--format", "markdown"]).out;
    assert!(comment.contains("scope widened"), "{comment}");
    assert!(comment.contains("an approval grants all that differs"), "{comment}");
}

#[test]
fn an_unchanged_record_that_lapsed_shows_what_an_approval_would_grant() {
    let (w, _) = lapsed();
    let page = w.run(&["review", "EXC-2026-K7QD"]).out;
    assert!(page.contains("UNCHANGED, where an approval grants: WIDENING"), "{page}");
    assert!(page.contains("valid through 2027-01-31 → 2027-03-31"), "{page}");
}

#[test]
fn a_small_change_of_a_record_that_nobody_ever_approved_shows_the_whole_record() {
    let (w, repo) = approved();
    let other = w.read(RECORD_PATH).replace("K7QD", "9XYZ");
    w.write("exceptions/EXC-2026-9XYZ.yaml", &other);
    commit(&repo, "main", &[tip(&repo, "main")], &by(LEE, 3));
    w.write("exceptions/EXC-2026-9XYZ.yaml", format!("{other}tags: [a]\n"));
    let page = w.run(&["review"]).out;
    for line in ["COSMETIC, where an approval grants: NEW", "nobody has ever approved", "blocker"] {
        assert!(page.contains(line), "{line}: {page}");
    }
}

#[test]
fn a_renewal_after_the_expiry_says_which_days_stay_uncovered() {
    let (w, _) = approved();
    edit(&w, "expires: 2027-01-31", "expires: 2027-03-15");
    let told = |today: &str| {
        let out = w.run(&["review", "--format", "json", "--today", today]).out;
        let page: Value = serde_json::from_str(&out).expect("JSON");
        page["records"][0]["told"][0].as_str().expect("a sentence").to_owned()
    };
    let late = told("2027-02-10");
    assert!(late.ends_with(", leaves 9 days uncovered, 2027-02-01 to 2027-02-09"), "{late}");
    let late = told("2027-02-02");
    assert!(late.ends_with(", leaves 1 day uncovered, 2027-02-01"), "{late}");
    // A day is covered from its beginning, and what is over already covers nothing.
    for today in ["2027-01-31", "2027-02-01", "2027-03-16"] {
        assert!(!told(today).contains("uncovered"), "{today}: {}", told(today));
    }
}

#[test]
fn evidence_stands_below_the_compensating_control_that_it_proves() {
    let (w, _) = approved();
    edit(&w, "expires: 2027-01-31", "expires: 2027-02-15");
    let old = "  - description: IP allow-list";
    edit(
        &w,
        old,
        &format!(
            "  - description: Alarm on every other address\n    evidence: https://example.com/alarms/7\n{old}"
        ),
    );
    let out = w.run(&["review", "--format", "markdown"]).out;
    let added =
        "Alarm on every other address<br>evidence: <code>https&#58;//example.com/alarms/7</code>\n";
    assert!(out.contains(added), "{out}");
    let kept = "- meanwhile: IP allow-list limited to the two egress addresses of the CI network\n- evidence: <code>https&#58;//example.com/runs/8841</code>\n";
    assert!(out.contains(kept), "{out}");
    assert_eq!(out.matches("alarms/7").count(), 1, "{out}");
}

#[test]
fn a_change_of_a_settled_record_grants_nothing_more() {
    let (w, _) = approved();
    edit(&w, "expires: 2027-01-31", "expires: 2027-02-15");
    let page: Value =
        serde_json::from_str(&w.run(&["review", "--format", "json"]).out).expect("JSON");
    assert_eq!(page["records"][0]["granted"], Value::Null);
}

/// An approver more, one fewer, a cap raised and one lowered.
fn change_policy(w: &Workspace) {
    let policy = w.read("exceptions/policy.yaml");
    let policy = policy
        .replace("budgets: {per_team: 4, per_control: 3}", "budgets: {per_team: 6, per_control: 2}")
        .replace("quorum: {high: 1}", "quorum: {high: 1}, late_days: 9")
        .replace(
            "  - {id: carol, name: Carol Mann, emails: [carol@example.com], roles: [approver]}\n",
            "  - {id: eve, name: Eve, emails: [eve@example.com], roles: [approver]}\n",
        )
        .replace("title: Prompt logs", "title: Logs");
    w.write("exceptions/policy.yaml", policy);
}

#[test]
fn a_change_of_the_policy_is_said_in_words_with_who_has_to_approve_it() {
    let (w, repo) = approved();
    change_policy(&w);
    let id = topic(&repo);
    insta::assert_snapshot!(w.run(&["review", "--base", "main"]).out.replace(&id.to_string()[..7], "[TOPIC]"), @"
caution: `exceptions/policy.yaml` changes too: it counts once it is approved;
  until then the one before it judges

policy.yaml  the policy of the register
  POLICY: 4 keys weaker, 2 keys stricter, 1 key changed otherwise
  change     weaker: budgets.per_team: raised from 4 to 6
             weaker: approvals.late_days: raised from 3 to 9
             weaker: people.eve: `eve` is added: Eve <eve@example.com>,
                 roles approver, no key
             weaker: people: `carol@example.com` is removed
             stricter: budgets.per_control: lowered from 3 to 2
             stricter: people.carol: `carol` is removed: Carol Mann
                 <carol@example.com>, roles approver, no key
             controls.LOG-002.title changed:
               - Prompt logs reach the central store
               + Logs reach the central store
  approval   takes 1 approval (landing or signed) by the policy before it,
                 has none yet; may: alice, bob, carol; next: have it merged by
                 `alice`, `bob` or `carol`, which is its approval

no record differs between `main` (c00ceb9) and `HEAD` ([TOPIC]) on 2026-11-20
  (UTC)
");
    let page = w.run(&["review", "--base", "main", "--format", "json"]).out;
    let page: Value = serde_json::from_str(&page).expect("JSON");
    assert_eq!(page["policy"]["weaker"][0]["key"], "budgets.per_team");
    assert_eq!(page["policy"]["approval"]["met"], false);
    let comment = w.run(&["review", "--base", "main", "--format", "markdown"]).out;
    assert!(comment.contains("#### policy.yaml: 4 keys weaker"), "{comment}");
    assert!(comment.contains("- weaker&#58; people.eve"), "{comment}");
}

#[test]
fn a_policy_whose_comments_alone_change_takes_nobody() {
    let (w, repo) = approved();
    w.write("exceptions/policy.yaml", format!("# ours\n{}", w.read("exceptions/policy.yaml")));
    topic(&repo);
    let page = w.run(&["review", "--base", "main", "--format", "json"]).out;
    let page: Value = serde_json::from_str(&page).expect("JSON");
    assert_eq!(page["policy"], Value::Null);
}

#[test]
fn what_can_be_looked_up_is_shown_and_deceives_nobody() {
    let (w, _) = approved();
    let new = w
        .read(RECORD_PATH)
        .replace("K7QD", "9XYZ")
        .replace("service:/model-proxy/api", "service:/other");
    let new = new
        .replace(
            "evidence: https://example.com/runs/8841",
            "evidence: \"[ok](https://evil.example/x)\"",
        )
        .replace(
            "2027-02 release.\n",
            "2027-02 release.\n  ticket: https://example.com/tickets/PLAT-2231?a=1&b=`2`\n",
        );
    let new = format!("{new}links: [\"https://example.com/design\"]\n");
    w.write("exceptions/EXC-2026-9XYZ.yaml", new);
    let page = flat(&w.run(&["review"]).out);
    for line in [
        "evidence [ok](https://evil.example/x)",
        "ticket https://example.com/tickets/PLAT-2231?a=1&b=`2`",
        "link https://example.com/design",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
    let comment = w.run(&["review", "--format", "markdown"]).out;
    insta::assert_snapshot!(
        comment.lines().filter(|it| it.contains("<code>") && it.starts_with("- ")).collect::<Vec<_>>().join("\n"),
        @"
- evidence: <code>&#91;ok&#93;(https&#58;//evil.example/x)</code>
- ticket: <code>https&#58;//example.com/tickets/PLAT-2231?a=1&#38;&#8203;b=&#96;2&#96;</code>
- link: <code>https&#58;//example.com/design</code>
- next: have it merged by <code>alice</code>, <code>bob</code> or <code>carol</code>, which is its approval
"
    );
    for sign in ["https://", "](", "`2`"] {
        assert!(!comment.contains(sign), "{sign}: {comment}");
    }
}
