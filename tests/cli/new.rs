//! `exc new`.

use std::collections::BTreeSet;

use exc::Outcome;

use crate::support::{POLICY, Workspace, record};

/// Everything that a record at low risk needs.
pub(crate) const COMPLETE: [&str; 29] = [
    "new",
    "--title",
    "Model proxy keeps a public endpoint until vendor private link ships",
    "--control",
    "AZ-NET-004",
    "--scope",
    "service:/model-proxy/api",
    "--risk",
    "low",
    "--risk-statement",
    "A leaked key could be used from anywhere on the internet.",
    "--owner-name",
    "Dana Ruiz",
    "--owner-email",
    "dana.ruiz@example.com",
    "--team",
    "ai-platform",
    "--requester-name",
    "Lee Park",
    "--requester-email",
    "lee.park@example.com",
    "--blocker",
    "The vendor offers no private link before 2027-02 (ticket 48213).",
    "--end-state",
    "Traffic enters through the private endpoint; the public one is disabled.",
    "--plan",
    "Migrate to private link in the 2027-02 release.",
    "--for",
    "90d",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    COMPLETE.iter().chain(more).copied().collect()
}

#[test]
fn flags_alone_file_a_record_that_the_check_accepts() {
    let w = Workspace::new();
    let out = w.exc(&with(&["--id", "EXC-2026-K7QD"]));
    assert_eq!(out, "exceptions/EXC-2026-K7QD.yaml\n");
    assert_eq!(
        w.read("exceptions/EXC-2026-K7QD.yaml"),
        "\
id: EXC-2026-K7QD
title: Model proxy keeps a public endpoint until vendor private link ships
controls:
  - AZ-NET-004
scope:
  - service:/model-proxy/api
risk:
  level: low
  statement: A leaked key could be used from anywhere on the internet.
owner: {name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}
requester: {name: Lee Park, email: lee.park@example.com}
justification:
  blocker: The vendor offers no private link before 2027-02 (ticket 48213).
  end_state: Traffic enters through the private endpoint; the public one is disabled.
compensating_controls: []
remediation:
  plan: Migrate to private link in the 2027-02 release.
opened: 2026-11-20
expires: 2027-02-18
renewals: []
reviews: []
"
    );
    w.exc(&["check"]);
}

#[test]
fn every_flag_arrives_in_the_file() {
    let w = Workspace::new();
    let policy = format!(
        "{POLICY}layout: year-month\nfields: {{cost_center: {{type: integer, required: true}}, zone: {{type: string}}}}\n"
    );
    w.write("exceptions/policy.yaml", policy);
    w.write("schemas/exception.schema.json", "{}");
    let more = [
        "--id",
        "EXC-2026-K7QD",
        "--control",
        "LOG-002",
        "--compensating",
        "Allow-list of two addresses",
        "--compensating",
        "Keys die after 60 minutes",
        "--compensating-owner",
        "lee.park@example.com",
        "--compensating-owner",
        "net.ops@example.com",
        "--compensating-evidence",
        "https://example.com/1",
        "--compensating-evidence",
        "https://example.com/2",
        "--compensating-reduces",
        "use from outside",
        "--verified",
        "",
        "--verified",
        "2026-11-04",
        "--verify-every",
        "",
        "--verify-every",
        "6w",
        "--ticket",
        "https://example.com/t",
        "--milestone",
        "2027-01-15=Endpoint in staging",
        "--data-classification",
        "internal",
        "--tag",
        "0123",
        "--link",
        "https://example.com/l",
        "--emergency",
        "The primary region was down.",
        "--field",
        "cost_center=4711",
        "--field",
        "zone=no",
    ];
    w.exc(&with(&more));
    let text = w.read("exceptions/2026-11/EXC-2026-K7QD.yaml");
    let (_, end) = text.split_once("compensating_controls:\n").unwrap();
    assert!(
        text.starts_with(
            "# yaml-language-server: $schema=../../schemas/exception.schema.json\nid:"
        )
    );
    assert_eq!(
        end,
        "  - description: Allow-list of two addresses
    reduces: use from outside
    owner: lee.park@example.com
    evidence: https://example.com/1
  - description: Keys die after 60 minutes
    owner: net.ops@example.com
    evidence: https://example.com/2
    verified: 2026-11-04
    verify_every: 6w
remediation:
  plan: Migrate to private link in the 2027-02 release.
  ticket: https://example.com/t
  milestones:
    - {due: 2027-01-15, what: Endpoint in staging}
opened: 2026-11-20
expires: 2027-02-18
renewals: []
reviews: []
emergency: {declared: 2026-11-20T15:31:10Z, reason: The primary region was down.}
data_classification: internal
tags:
  - \"0123\"
links:
  - https://example.com/l
cost_center: 4711
zone: \"no\"
"
    );
}

#[test]
fn without_a_terminal_all_missing_flags_are_named_at_once() {
    let w = Workspace::new();
    let said = w.run(&["new", "--risk", "high", "--title", "A title"]);
    assert_eq!((said.outcome, said.out.as_str()), (Outcome::Error, ""));
    let flags = [
        "--control",
        "--blocker",
        "--compensating-owner",
        "--verified DATE",
        "--expires DATE (or --for",
    ];
    for flag in flags {
        assert!(said.err.contains(flag), "{flag}: {}", said.err);
    }
    let said = w.run(&["new", "--risk", "medium", "--title", "A title"]);
    assert!(!said.err.contains("--verified"), "{}", said.err);
    assert!(!said.err.contains("--title"), "{}", said.err);
    assert_eq!(w.names("exceptions"), ["policy.yaml"]);
}

#[test]
fn the_requester_is_who_git_says() {
    let w = Workspace::new();
    let repo = w.git();
    let flags: Vec<&str> = COMPLETE[..17].iter().chain(&COMPLETE[21..]).copied().collect();
    let said = w.run(&[flags.as_slice(), &["--id", "EXC-2026-K7QD"]].concat());
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    let text = w.read("exceptions/EXC-2026-K7QD.yaml");
    assert!(text.contains("requester: {name: Lee Park, email: lee.park@example.com}\n"), "{text}");
    // Without a branch to merge into, there is nothing to propose.
    assert_eq!(
        said.err,
        "\
note: requester from git: Lee Park <lee.park@example.com>; `--requester-name` and `--requester-email` name another
next:
  git add exceptions/EXC-2026-K7QD.yaml
  git commit -m 'exceptions: file EXC-2026-K7QD'
"
    );

    w.commit(&repo, "main");
    let place = |target: &'static str| {
        COMPLETE.map(|it| if it == "service:/model-proxy/api" { target } else { it })
    };
    // Without a remote there is nowhere to push to.
    let said = w.run(&[&place("service:/fourth")[..], &["--id", "EXC-2026-CCCC"]].concat());
    let end = "
  git commit -m 'exceptions: file EXC-2026-CCCC'
and have it merged into main (there is no remote to push it to): it is proposed until it is merged
";
    assert!(said.err.ends_with(end), "{}", said.err);
    repo.remote("origin", "https://example.com/register.git").expect("a remote");
    let moved = |&flag: &&'static str| match flag {
        "service:/model-proxy/api" => "service:/other",
        flag => flag,
    };
    let flags: Vec<&str> = COMPLETE.iter().map(moved).collect();
    let said = w.run(&[flags.as_slice(), &["--id", "EXC-2026-AAAA"]].concat());
    let said_next = said.err.split_once("next:").expect("what comes next").1;
    assert_eq!(
        said_next,
        "
  git switch -c exception/EXC-2026-AAAA
  git add exceptions/EXC-2026-AAAA.yaml
  git commit -m 'exceptions: file EXC-2026-AAAA'
  git push -u origin exception/EXC-2026-AAAA
and open a pull request: it is proposed until it is merged
"
    );

    // On a branch of one's own, that one is proposed.
    repo.set_head("refs/heads/proxy").expect("a branch");
    let moved: Vec<&str> = flags
        .iter()
        .map(|&it| if it == "service:/other" { "service:/third" } else { it })
        .collect();
    let said = w.run(&[moved.as_slice(), &["--id", "EXC-2026-BBBB"]].concat());
    assert!(!said.err.contains("git switch"), "{}", said.err);
    assert!(said.err.contains("\n  git push -u origin proxy\n"), "{}", said.err);
}

#[test]
fn what_a_rule_refuses_is_not_written_unless_it_is_a_draft() {
    let w = Workspace::new();
    let nobody = |flag: &&'static str| match *flag {
        "dana.ruiz@example.com" => "nobody",
        flag => flag,
    };
    let refused: Vec<&str> = COMPLETE.iter().map(nobody).collect();
    let said = w.run(&refused);
    assert_eq!((said.outcome, said.out.as_str()), (Outcome::Findings, ""), "{said:?}");
    assert!(said.err.contains("`nobody` is not in the form that `email` takes"), "{}", said.err);
    assert!(said.err.contains("`--owner-email`: `nobody` is not"), "{}", said.err);
    assert!(said.err.contains("--> <new record>:"), "{}", said.err);
    assert!(!said.err.contains("exceptions/EXC-"), "{}", said.err);
    assert_eq!(w.names("exceptions"), ["policy.yaml"]);

    let said = w.run(&[refused.as_slice(), &["--draft", "--id", "EXC-2026-K7QD"]].concat());
    assert_eq!(said.outcome, Outcome::Success);
    assert_eq!(said.out, "exceptions/EXC-2026-K7QD.yaml\n");
    assert!(w.read("exceptions/EXC-2026-K7QD.yaml").contains("email: nobody,"));
}

#[test]
fn a_draft_says_todo_where_something_is_missing() {
    let w = Workspace::new();
    let said = w.run(&["new", "--draft", "--id", "EXC-2026-K7QD", "--risk", "low"]);
    assert_eq!(said.outcome, Outcome::Success);
    let check = w.run(&["check", "--format", "json"]);
    let check: serde_json::Value = serde_json::from_str(&check.out).unwrap();
    let n = &check["summary"]["errors"];
    let note = "things to fill in or to fix: run `exc check exceptions/EXC-2026-K7QD.yaml`";
    assert_eq!(said.err, format!("{n} {note}\n"));
    let text = w.read("exceptions/EXC-2026-K7QD.yaml");
    assert!(text.contains("title: TODO\n") && text.contains("expires: TODO\n"), "{text}");
}

#[test]
fn an_id_that_is_taken_or_of_another_form_is_refused() {
    let w = Workspace::new();
    w.write("exceptions/2026/EXC-2026-K7QD.yaml", record("EXC-2026-K7QD", "low", "2027-01-31"));
    let said = w.run(&with(&["--id", "EXC-2026-K7QD"]));
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("the id `EXC-2026-K7QD` is taken"), "{}", said.err);
    for id in ["../../etc/x", "EXC-2026-K7QDX", ".x", ""] {
        let said = w.run(&with(&["--id", id]));
        assert_eq!(said.outcome, Outcome::Error);
        assert!(said.err.contains("is not an id of this register"), "{}", said.err);
    }
}

#[test]
fn an_id_on_the_mainline_is_taken() {
    let w = Workspace::new();
    let repo = w.git();
    w.write("exceptions/EXC-2026-K7QD.yaml", record("EXC-2026-K7QD", "low", "2027-01-31"));
    w.commit(&repo, "main");
    std::fs::remove_file(w.path("exceptions/EXC-2026-K7QD.yaml")).unwrap();
    let said = w.run(&with(&["--id", "EXC-2026-K7QD"]));
    assert!(said.err.contains("the id `EXC-2026-K7QD` is taken"), "{}", said.err);
}

#[test]
fn a_register_with_ids_of_its_own_asks_for_one() {
    let w = Workspace::new();
    w.write("exceptions/policy.yaml", format!("{POLICY}ids: {{pattern: 'POL-[0-9]+'}}\n"));
    let said = w.run(&COMPLETE);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("give one with `--id`"), "{}", said.err);
    assert_eq!(w.exc(&with(&["--id", "POL-7"])), "exceptions/POL-7.yaml\n");
}

#[cfg(unix)]
#[test]
fn a_record_is_not_written_through_a_link() {
    let w = Workspace::new();
    w.write("exceptions/policy.yaml", format!("{POLICY}layout: year\n"));
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), w.path("exceptions/2026")).unwrap();
    let said = w.run(&COMPLETE);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("is not a directory"), "{}", said.err);
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn f9_two_hundred_at_once_give_two_hundred_files() {
    /// Two open records may not except one target from one control.
    fn elsewhere(w: &Workspace, n: usize) -> String {
        let target = format!("service:/proxy-{n}");
        let moved =
            |&argument| if argument == "service:/model-proxy/api" { &*target } else { argument };
        w.exc(&COMPLETE.iter().map(moved).collect::<Vec<&str>>())
    }

    let w = &Workspace::new();
    let paths: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..200).map(|n| scope.spawn(move || elsewhere(w, n).trim().to_owned())).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), 200);
    let names = w.names("exceptions");
    assert_eq!(names.len(), 201, "{names:?}");
    for path in paths {
        let id = path.trim_start_matches("exceptions/").trim_end_matches(".yaml");
        assert!(w.read(&path).starts_with(&format!("id: {id}\n")));
    }
}

#[test]
fn two_with_one_id_at_once_give_one_file() {
    let w = Workspace::new();
    let arguments = with(&["--id", "EXC-2026-K7QD"]);
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(|| w.run(&arguments).outcome)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(outcomes.iter().filter(|&&outcome| outcome == Outcome::Success).count(), 1);
    assert_eq!(outcomes.iter().filter(|&&outcome| outcome == Outcome::Error).count(), 19);
}

pub(crate) const ANSWERS: &str = "\
Model proxy keeps a public endpoint until vendor private link ships
az-net-004

service:/model-proxy/api

high
A leaked key could be used from anywhere on the internet.
Lee Park
lee.park@example.com

ai-platform
The vendor offers no private link before 2027-02 (ticket 48213).
Traffic enters through the private endpoint; the public one is disabled.
IP allow-list limited to two egress addresses


https://example.com/runs/8841
2026-11-02


Migrate to private link in the 2027-02 release.


90d

";

#[test]
fn answers_on_a_terminal_make_a_record() {
    let w = Workspace::new();
    let said = w.on_terminal(&["new", "--id", "EXC-2026-K7QD"], ANSWERS);
    assert_eq!(said.outcome, Outcome::Success, "{}", said.err);
    assert_eq!(said.out, "exceptions/EXC-2026-K7QD.yaml\n");
    let text = w.read("exceptions/EXC-2026-K7QD.yaml");
    for part in [
        "- AZ-NET-004\n",
        "owner: {name: Lee Park, email: lee.park@example.com, team: ai-platform}\n",
        "    owner: lee.park@example.com\n    evidence: https://example.com/runs/8841\n    verified: 2026-11-02\n    verify_every: 30d\n",
        "expires: 2027-02-18\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(said.err.contains("  AZ-NET-004  No public network access (at most 120 days)\n"));
    assert!(
        said.err
            .contains("at the latest 2027-02-18: high risk gets at most 90 days from 2026-11-20\n"),
        "{}",
        said.err
    );
}

#[test]
fn an_answer_that_is_refused_is_asked_for_again_with_the_reason() {
    let w = Workspace::new();
    let complete: Vec<&str> = ANSWERS.lines().collect();
    let again = |at: usize, bad: &str| {
        let target = format!("service:/proxy-{}", w.names("exceptions").len());
        let mut lines = complete.clone();
        lines[3] = &target;
        lines.insert(at, bad);
        let said = w.on_terminal(
            &["new", "--id", &format!("EXC-2026-{:04}", w.names("exceptions").len())],
            &(lines.join("\n") + "\n"),
        );
        assert_eq!(said.outcome, Outcome::Success, "{bad}: {}", said.err);
        said.err
    };
    assert!(again(0, "").contains("> an answer is needed\n"));
    let err = again(1, "AZ-NET-003");
    assert!(
        err.contains("`AZ-NET-003` is not known; is one of these meant?\n   1  AZ-NET-004 "),
        "{err}"
    );
    assert!(again(1, "AZ-KV-001").contains("`AZ-KV-001` is never exempt"));
    assert!(again(3, "model-proxy").contains("`model-proxy` is no target: it has no kind"));
    assert!(again(15, "").contains("> an answer is needed\n"));
    assert!(again(5, "huge").contains("use `low`, `medium`, `high` or `critical`"));
    assert!(again(8, "lee").contains("`lee` is not in the form that `email` takes"));
    let last = complete.len() - 2;
    assert!(again(last, "31/12/2026").contains("write `2026-12-31`"));
    assert!(again(last, "2027-02-19").contains("`2027-02-19` is later than 2027-02-18: high risk"));
    assert!(again(last, "2026-11-19").contains("before the first day"));
}

#[test]
fn the_end_of_the_input_ends_the_conversation_and_writes_nothing() {
    let w = Workspace::new();
    for n in 0..ANSWERS.lines().count() {
        let typed: String = ANSWERS.lines().take(n).map(|line| format!("{line}\n")).collect();
        let said = w.on_terminal(&["new"], &typed);
        assert_eq!(said.outcome, Outcome::Error, "{n}");
        assert!(
            said.err.contains("\nerror: the input has ended: nothing was written\n"),
            "{}",
            said.err
        );
        assert_eq!(w.names("exceptions"), ["policy.yaml"]);
        // What was typed is kept, if it was anything.
        assert_eq!(said.err.contains("\nhint: the draft is kept in exc-draft-"), n > 0, "{n}");
    }
}

#[test]
fn nothing_is_written_before_a_yes() {
    let w = Workspace::new();
    let typed = format!("{}n\n", ANSWERS.strip_suffix('\n').unwrap());
    let said = w.on_terminal(&["new", "--id", "EXC-2026-K7QD"], &typed);
    assert_eq!(said.outcome, Outcome::Error, "{}", said.err);
    assert!(said.err.contains("\n  scope      service:/model-proxy/api\n"), "{}", said.err);
    assert!(said.err.contains("write it? [Y/n] error: nothing was written"), "{}", said.err);
    assert_eq!(w.names("exceptions"), ["policy.yaml"]);
}

#[test]
fn who_git_says_can_be_kept_or_put_right() {
    let asked = |answer: &str| {
        let w = Workspace::new();
        w.git();
        let typed = ANSWERS.replace("Lee Park\nlee.park@example.com\n", answer);
        let said = w.on_terminal(&["new", "--id", "EXC-2026-K7QD"], &typed);
        assert_eq!(said.outcome, Outcome::Success, "{}", said.err);
        assert!(said.err.contains("from git: Lee Park <lee.park@example.com>"), "{}", said.err);
        w.read("exceptions/EXC-2026-K7QD.yaml")
    };
    let kept = asked("\n");
    assert!(kept.contains("requester: {name: Lee Park, email: lee.park@example.com}\n"));
    let other = asked("Kim Roe\nKim Roe <kim.roe@example.com>\n");
    assert!(other.contains("requester: {name: Kim Roe, email: kim.roe@example.com}\n"));
}

#[test]
fn the_variables_of_git_say_who_the_requester_is() {
    let w = Workspace::new()
        .var("GIT_AUTHOR_NAME", "Kim Roe")
        .var("GIT_AUTHOR_EMAIL", "kim.roe@example.com");
    w.git();
    let flags: Vec<&str> = COMPLETE[..17].iter().chain(&COMPLETE[21..]).copied().collect();
    let path = w.exc(&flags);
    assert!(w.read(path.trim()).contains("{name: Kim Roe, email: kim.roe@example.com}\n"));
}

#[test]
fn what_is_missing_and_what_is_wrong_is_said_in_one_round() {
    let w = Workspace::new();
    let said = w.run(&["new", "--title", "TBD", "--control", "AZ-NET-003", "--owner-email", "x"]);
    assert_eq!(said.outcome, Outcome::Error);
    for part in ["`--control`: ", "`--owner-email`: ", "`--title`: ", "--blocker TEXT"] {
        assert!(said.err.contains(part), "{part}: {}", said.err);
    }
    assert!(!said.err.contains("`TODO`") && !said.err.contains("`--blocker`: "), "{}", said.err);
}

#[test]
fn no_input_means_no_questions() {
    let w = Workspace::new();
    let said = w.on_terminal(&["new", "--no-input"], ANSWERS);
    assert_eq!(said.outcome, Outcome::Error);
    assert!(said.err.contains("flags missing"), "{}", said.err);
}
