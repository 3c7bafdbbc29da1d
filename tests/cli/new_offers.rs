//! What `exc new` knows and proposes: who and what the register names, a last day, exceptions like
//! the new one, and the shape of another.

use exc::Outcome;

use crate::new::{ANSWERS, COMPLETE};
use crate::support::{POLICY, Said, Workspace, good_record, record};

/// A register with one exception of Dana Ruiz, and more of `more`.
fn register(more: &[(&str, &str)]) -> Workspace {
    let w = Workspace::with_record();
    for (id, changes) in more {
        let mut text = record(id, "high", "2027-01-31");
        for change in changes.split('|') {
            let (key, _) = change.split_once(": ").expect("a key");
            let old = text.lines().find(|line| line.trim_start().starts_with(&format!("{key}: ")));
            let old = old.expect("a line").to_owned();
            text = text.replace(&old, change);
        }
        let text = text.replace("service:/model-proxy/api", &format!("service:/{id}"));
        w.write(format!("exceptions/{id}.yaml"), text);
    }
    w
}

/// The answers with some of them changed, by the number of the line.
fn answers(changes: &[(usize, &str)]) -> String {
    let mut lines: Vec<&str> = ANSWERS.lines().collect();
    lines[3] = "service:/batch/api";
    changes.iter().for_each(|(at, answer)| lines[*at] = answer);
    lines.join("\n") + "\n"
}

#[track_caller]
fn filed(w: &Workspace, typed: &str) -> (Said, String) {
    let said = w.on_terminal(&["new", "--id", "EXC-2026-NEW0"], typed);
    assert_eq!(said.outcome, Outcome::Success, "{}", said.err);
    let text = w.read("exceptions/EXC-2026-NEW0.yaml");
    std::fs::remove_file(w.path("exceptions/EXC-2026-NEW0.yaml")).expect("it is removed");
    (said, text)
}

#[test]
fn a_control_is_found_by_a_part_of_its_title_and_picked_by_its_number() {
    let w = register(&[]);
    let (said, text) = filed(&w, &answers(&[(1, "network\n1")]));
    assert!(text.contains("controls:\n  - AZ-NET-004\n"), "{text}");
    let shown = "\
`network` is not known; is one of these meant?
   1  AZ-NET-004  No public network access (at most 120 days)
a number picks one
";
    assert!(said.err.contains(shown), "{}", said.err);
    let (_, text) = filed(&w, &answers(&[(1, "2")]));
    assert!(text.contains("controls:\n  - LOG-002\n"), "{text}");
}

#[test]
fn an_owner_known_by_name_brings_address_and_team() {
    let w = register(&[]);
    let owner = "owner: {name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}\n";
    // By the number that is shown, by the name, by the address, and by what resembles it.
    for typed in ["1", "dana ruiz", "DANA.ruiz@example.com", "Dana Riuz\n1", "ruiz\n1"] {
        let (said, text) = filed(&w, &answers(&[(9, typed), (10, "")]));
        assert!(text.contains(owner), "{typed}: {text}");
        assert!(said.err.contains("   1  Dana Ruiz <dana.ruiz@example.com>  ai-platform\n"));
    }
}

#[test]
fn whoever_is_new_is_kept_as_written_also_with_the_address() {
    let w = register(&[]);
    let (_, text) = filed(&w, &answers(&[(9, "Kim Roe <kim.roe@example.com>"), (10, "data")]));
    let owner = "owner: {name: Kim Roe, email: kim.roe@example.com, team: data}\n";
    assert!(text.contains(owner), "{text}");
    // Enter keeps what resembles somebody.
    let typed = "Dana\n\ndana@example.com";
    let (said, text) = filed(&w, &answers(&[(9, typed), (10, "ai-platform")]));
    assert!(text.contains("owner: {name: Dana, email: dana@example.com, team: ai-platform}"));
    assert!(said.err.contains("a number picks one, Enter keeps `Dana` > "), "{}", said.err);
    // An address that is none is refused at once.
    let typed = "Kim Roe <kim>\nKim Roe <kim.roe@example.com>";
    let (said, _) = filed(&w, &answers(&[(9, typed), (10, "data")]));
    assert!(said.err.contains("`kim` is not in the form that `email` takes"), "{}", said.err);
}

#[test]
fn a_team_is_offered_as_the_register_writes_it() {
    let w = register(&[]);
    let (_, text) = filed(&w, &answers(&[(10, "AI-Platform")]));
    assert!(text.contains("team: ai-platform}"), "{text}");
    let (_, text) = filed(&w, &answers(&[(10, "platform\n1")]));
    assert!(text.contains("team: ai-platform}"), "{text}");
}

#[test]
fn a_target_that_is_excepted_already_is_refused_at_its_question() {
    let w = register(&[]);
    let typed = "service:/model-proxy/api\nservice:/batch/api";
    let (said, text) = filed(&w, &answers(&[(3, typed)]));
    assert!(text.contains("scope:\n  - service:/batch/api\n"), "{text}");
    let refusal = "`EXC-2026-K7QD` excepts it already, or what is around or within it, valid through 2027-01-31 (UTC), 72 days left: `exc show EXC-2026-K7QD`, `exc renew EXC-2026-K7QD`, `exc amend EXC-2026-K7QD`\n";
    assert!(said.err.contains(refusal), "{}", said.err);
    // Under another control it is known, and found by a part.
    let (_, text) = filed(&w, &answers(&[(1, "LOG-002"), (3, "proxy\n1")]));
    assert!(text.contains("scope:\n  - service:/model-proxy/api\n"), "{text}");
}

#[test]
fn a_title_of_one_word_is_remarked_on() {
    let w = register(&[]);
    let (said, text) = filed(&w, &answers(&[(0, "NET")]));
    assert!(said.err.contains("note: lists and digests show this title alone"), "{}", said.err);
    assert!(text.contains("title: NET\n"), "{text}");
    let (said, _) = filed(&w, &answers(&[]));
    assert!(!said.err.contains("title alone"), "{}", said.err);
}

#[test]
fn a_broad_target_is_said_to_be_one_at_its_question() {
    let w = register(&[]);
    let typed =
        "azure:/subscriptions/8f1c0c9e-5f3b-4a53-9a41-1c2d3e4f5a6b\nservice:/*\nservice:/batch";
    let (said, _) = filed(&w, &answers(&[(3, typed)]));
    assert!(said.err.contains("covers everything in one of `subscriptions`; the broadest"));
    assert!(said.err.contains("list the `resourceGroups` that need it"), "{}", said.err);
    assert!(said.err.contains("note: this takes in a whole `service`, the broadest that the policy allows; name a `component` of it if that is enough\n"), "{}", said.err);
}

#[test]
fn a_vague_answer_is_said_to_be_one_at_its_question() {
    let w = register(&[]);
    let reason = "We needed this to work\nTODO\nThe vendor offers no private link (ticket 48213).";
    let (said, text) = filed(&w, &answers(&[(11, reason)]));
    assert!(text.contains("blocker: The vendor offers no private link (ticket 48213).\n"));
    let (_, after) = said.err.split_once("\nblocker: ").expect("the question");
    let (answered, _) = after.split_once("\nend state: ").expect("the next question");
    assert!(answered.contains("`blocker` could stand in every record"), "{answered}");
    assert!(answered.contains("holds a placeholder"), "{answered}");
}

#[test]
fn enter_takes_a_last_day_that_is_a_working_day_and_no_cliff() {
    let w = register(&[]);
    let last = ANSWERS.lines().count() - 2;
    let (said, text) = filed(&w, &answers(&[(last, "")]));
    assert!(text.contains("expires: 2027-02-18\n"), "{text}");
    assert!(said.err.contains("\n[2027-02-18] > "), "{}", said.err);
    w.write("exceptions/policy.yaml", format!("{POLICY}cliff: {{records: 2}}\n"));
    let other = good_record().replace("K7QD", "0THR").replace("2027-01-31", "2027-02-18");
    w.write("exceptions/EXC-2026-0THR.yaml", other.replace("model-proxy", "other"));
    let (said, text) = filed(&w, &answers(&[(last, "")]));
    assert!(text.contains("expires: 2027-02-11\n"), "{text}");
    assert!(
        said.err.contains("proposed is 2027-02-11: 1 other ends on 2027-02-18\n"),
        "{}",
        said.err
    );
}

#[test]
fn exceptions_like_the_new_one_are_shown_before_it_is_written() {
    let w = register(&[("EXC-2026-TEAM", "title: Batch jobs log to a disk")]);
    let (said, _) = filed(&w, &answers(&[]));
    let shown = "\
similar exceptions are open:
  EXC-2026-K7QD  Model proxy keeps a public endpoint until vendor private link ships
    almost the same title; valid through 2027-01-31 (UTC), 72 days left
  EXC-2026-TEAM  Batch jobs log to a disk
    the same control and team; valid through 2027-01-31 (UTC), 72 days left
if one of them is about this, change it instead: `exc amend EXC-2026-K7QD` widens it, `exc renew EXC-2026-K7QD` allows it for longer
";
    let (before, after) = said.err.split_once(shown).unwrap_or_else(|| panic!("{}", said.err));
    assert!(!before.contains("write it?") && after.contains("write it?"));
    // Without a terminal it is a note, which stops nobody.
    let moved =
        |&it: &&'static str| if it == "service:/model-proxy/api" { "service:/b" } else { it };
    let flags: Vec<&str> = COMPLETE.iter().map(moved).collect();
    let said = w.run(&flags);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert!(said.err.starts_with("similar exceptions are open:\n"), "{}", said.err);
    let moved =
        |&it: &&'static str| if it == "service:/model-proxy/api" { "service:/c" } else { it };
    let flags: Vec<&str> = COMPLETE.iter().map(moved).collect();
    assert_eq!(w.run(&[&flags[..], &["-q"]].concat()).err, "");
}

#[test]
fn the_shape_of_another_record_leaves_what_is_true_of_it_alone() {
    let w = register(&[]);
    let flags = [
        "new",
        "--from",
        "k7qd",
        "--id",
        "EXC-2026-NEW0",
        "--title",
        "Batch gateway keeps a public endpoint until the vendor link ships",
        "--scope",
        "service:/batch/api",
        "--requester-name",
        "Lee Park",
        "--requester-email",
        "lee.park@example.com",
    ];
    let said = w.run(&flags);
    assert_eq!(said.outcome, Outcome::Error, "{said:?}");
    assert!(
        said.err.contains("5 flags missing: --blocker TEXT, --end-state TEXT, --compensating-evidence TEXT, --verified DATE, --expires DATE (or --for LIFETIME)"),
        "{}",
        said.err
    );
    let rest = [
        "--blocker",
        "The gateway's vendor offers no private link before 2027-02 (ticket 48299).",
        "--end-state",
        "Traffic enters through the private endpoint pe-batch.",
        "--compensating-evidence",
        "https://example.com/runs/9001",
        "--verified",
        "2026-11-18",
        "--for",
        "60d",
        "--risk",
        "medium",
    ];
    let said = w.run(&[&flags[..], &rest[..]].concat());
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    assert!(
        said.err
            .contains("the shape of EXC-2026-K7QD is copied; title, reason, dates and evidence"),
        "{}",
        said.err
    );
    assert_eq!(
        w.read("exceptions/EXC-2026-NEW0.yaml"),
        "\
id: EXC-2026-NEW0
title: Batch gateway keeps a public endpoint until the vendor link ships
controls:
  - AZ-NET-004
scope:
  - service:/batch/api
risk:
  level: medium
  statement: A leaked key could be used from anywhere.
owner: {name: Dana Ruiz, email: dana.ruiz@example.com, team: ai-platform}
requester: {name: Lee Park, email: lee.park@example.com}
justification:
  blocker: The gateway's vendor offers no private link before 2027-02 (ticket 48299).
  end_state: Traffic enters through the private endpoint pe-batch.
compensating_controls:
  - description: IP allow-list limited to the two egress addresses of the CI network
    reduces: use of a leaked key from outside
    owner: net.ops@example.com
    evidence: https://example.com/runs/9001
    verified: 2026-11-18
    verify_every: 30d
remediation:
  plan: Migrate to private link in the vendor's 2027-02 release.
opened: 2026-11-20
expires: 2027-01-19
renewals: []
reviews: []
"
    );
    w.exc(&["check"]);
    let said = w.run(&["new", "--from", "K7QD"]);
    assert!(said.err.contains("its scope is not copied, since EXC-2026-K7QD is still open\n"));
    assert!(w.run(&["new", "--from", "9999"]).err.contains("there is no record `9999`"));
}

#[test]
fn a_closed_record_lends_its_scope_too() {
    let w = Workspace::new();
    let closed = "closed: {date: 2026-11-10, outcome: withdrawn, note: Not needed then.}\n";
    w.write("exceptions/EXC-2026-K7QD.yaml", good_record() + closed);
    let said = w.run(&["new", "--from", "K7QD", "--draft", "--id", "EXC-2026-NEW0"]);
    assert_eq!(said.outcome, Outcome::Success, "{said:?}");
    let text = w.read("exceptions/EXC-2026-NEW0.yaml");
    assert!(text.contains("scope:\n  - service:/model-proxy/api\n"), "{text}");
    for part in ["title: TODO\n", "blocker: TODO\n", "evidence: TODO\n", "expires: TODO\n"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("closed") && !text.contains("verified:"), "{text}");
}

#[test]
fn a_copied_compensating_control_is_verified_anew() {
    let w = register(&[]);
    let said = w.run(&["new", "--from", "K7QD", "--scope", "service:/batch/api", "--risk", "low"]);
    assert!(said.err.contains("--compensating-evidence TEXT, --verified DATE"), "{}", said.err);
}
