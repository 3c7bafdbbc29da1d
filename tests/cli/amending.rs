//! The commands that change a record in place: `exc renew`, `exc close`, `exc amend`,
//! `exc record-review` and `exc verify-control`.

use exc::Terminal;
use similar::{ChangeTag, TextDiff};

use crate::support::branches::{commit, landed, tip};
use crate::support::{POLICY, RECORD_PATH, Workspace, good_record, record};

const RENEW: [&str; 8] = [
    "renew",
    "K7QD",
    "--until",
    "2027-02-15",
    "--reason",
    "The vendor moved the preview to February: ticket 49020",
    "--evidence",
    "https://example.com/vendor/status/49020",
];
pub(crate) const CLOSE: [&str; 6] =
    ["close", "K7QD", "--outcome", "remediated", "--note", "The public endpoint is off, see run 9"];
const AMEND: [&str; 6] = ["amend", "k7qd", "--done", "1", "--remove-tag", "vendor"];
const REVIEW: [&str; 6] =
    ["record-review", "K7QD", "--by", "alice@example.com", "--note", "The vendor's date holds"];
const VERIFY: [&str; 4] = ["verify-control", "K7QD", "--evidence", "https://example.com/runs/9"];

/// The five verbs, each with what its change means.
const VERBS: [(&[&str], &str); 5] = [
    (&RENEW, "extension"),
    (&CLOSE, "closed"),
    (&AMEND, "upkeep"),
    (&REVIEW, "upkeep"),
    (&VERIFY, "upkeep"),
];

/// A record as people leave it: with comments, in both styles.
fn lived_in() -> String {
    let milestones = "  milestones:
    - {due: 2027-01-15, what: 'Private endpoint, in staging'}   # team b
opened:";
    good_record()
        .replace("id: EXC", "# asked for in ticket 48213\nid:   EXC")
        .replace("opened:", milestones)
        .replace("2027-01-31\n", "2027-01-31    # the vendor's promise\n")
        .replace(
            "reviews: []\n",
            "reviews:\n  # the board of November\n  - {date: 2026-11-10, by: alice@example.com, note: date holds}\ntags: [ai, vendor, 'x, y']\n",
        )
}

fn with(text: &str) -> Workspace {
    let w = Workspace::new();
    w.write(RECORD_PATH, text);
    w
}

/// The lines that differ, byte for byte.
fn differing(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let lines = diff.iter_all_changes().filter(|it| it.tag() != ChangeTag::Equal);
    lines.map(|it| format!("{}{}", it.tag(), it.value())).collect()
}

#[test]
fn only_the_lines_that_a_verb_is_about_change() {
    let before = lived_in();
    let mut all = String::new();
    for (verb, _) in VERBS {
        let w = with(&before);
        assert_eq!(w.exc(verb), format!("{RECORD_PATH}\n"));
        all.push_str(&differing(&before, &w.read(RECORD_PATH)));
        // With the line breaks of another system, and without the last one.
        let other = before.trim_end().replace('\n', "\r\n");
        let again = with(&other);
        again.exc(verb);
        let after = again.read(RECORD_PATH);
        assert_eq!(after.matches('\n').count(), after.matches("\r\n").count(), "{verb:?}");
        assert_eq!(after.replace("\r\n", "\n"), w.read(RECORD_PATH).trim_end(), "{verb:?}");
    }
    insta::assert_snapshot!(all, @r#"
    -expires: 2027-01-31    # the vendor's promise
    -renewals: []
    +expires: 2027-02-15    # the vendor's promise
    +renewals:
    +  - date: 2026-11-20
    +    until: 2027-02-15
    +    reason: "The vendor moved the preview to February: ticket 49020"
    +    evidence: https://example.com/vendor/status/49020
    +closed:
    +  date: 2026-11-20
    +  outcome: remediated
    +  note: The public endpoint is off, see run 9
    -    - {due: 2027-01-15, what: 'Private endpoint, in staging'}   # team b
    +    - {due: 2027-01-15, what: 'Private endpoint, in staging', done: 2026-11-20}   # team b
    -tags: [ai, vendor, 'x, y']
    +tags: [ai, 'x, y']
    +  - date: 2026-11-20
    +    by: alice@example.com
    +    note: The vendor's date holds
    -    evidence: https://example.com/runs/8841
    -    verified: 2026-11-02
    +    evidence: https://example.com/runs/9
    +    verified: 2026-11-20
    "#);
}

#[test]
fn what_a_verb_writes_passes_the_check_and_the_gate() {
    for (verb, kind) in VERBS {
        let (w, repo) = landed();
        w.write(RECORD_PATH, lived_in());
        let main = commit(&repo, "main", &[tip(&repo, "main")]);
        w.exc(verb);
        let said = w.run(&["check"]);
        assert!(said.out.ends_with("all fine\n"), "{verb:?}: {said:?}");
        let diff: serde_json::Value =
            serde_json::from_str(&w.run(&["diff", "--format", "json"]).out).expect("JSON");
        assert_eq!(diff["records"][0]["kind"], kind, "{verb:?}: {diff}");
        commit(&repo, "change", &[main]);
        let said = w.run(&["check", "--base", "main", "--head", "change"]);
        assert!(said.code() == 0 && !said.out.contains("EXC4"), "{verb:?}: {said:?}");
    }
}

#[test]
fn a_dry_run_writes_nothing_and_its_patch_applies() {
    for text in [lived_in(), lived_in().replace('\n', "\r\n"), lived_in().trim_end().to_owned()] {
        for (verb, _) in VERBS {
            let w = with(&text);
            let repo = w.git();
            w.commit(&repo, "main");
            let patch = w.exc(&[verb, &["--dry-run"]].concat());
            assert_eq!(w.read(RECORD_PATH), text, "{verb:?}");
            let patch = git2::Diff::from_buffer(patch.as_bytes()).expect("a patch");
            repo.apply(&patch, git2::ApplyLocation::WorkDir, None).expect("it applies");
            let patched = w.read(RECORD_PATH);
            w.write(RECORD_PATH, &text);
            w.exc(verb);
            assert_eq!(w.read(RECORD_PATH), patched, "{verb:?}");
        }
    }
}

#[test]
fn a_renewal_says_what_is_allowed_what_it_means_and_what_comes_next() {
    let (w, repo) = landed();
    repo.remote("origin", "https://example.com/register.git").expect("a remote");
    insta::assert_snapshot!(w.shown(&RENEW), @"
    exceptions/EXC-2026-K7QD.yaml
    ------- stderr -------
    EXC-2026-K7QD: valid through 2027-01-31 (UTC), 72 days left
      renewal 1 of 2, through 2027-02-18 at the latest:
      high risk gets at most 90 days from 2026-11-20
    EXC-2026-K7QD  Model proxy keeps a public endpoint until vendor private link ships
      extension: exceptions/EXC-2026-K7QD.yaml
      expires 2027-01-31 → 2027-02-15: 15 days later
      renewals.0 added: {date: 2026-11-20, until: 2027-02-15, reason: The vendor
        moved the preview to February: ticket 49020, evidence:
        https://example.com/vendor/status/49020}

    this needs an approval
    next:
      git switch -c exception/EXC-2026-K7QD-renew
      git add exceptions/EXC-2026-K7QD.yaml
      git commit -m 'exceptions: renew EXC-2026-K7QD'
      git push -u origin exception/EXC-2026-K7QD-renew
    and open a pull request; `exc review` shows what a reviewer sees
    somebody who may approves it: `exc approve EXC-2026-K7QD`, or the merge
    [exit status: 0]
    ");
    let w = Workspace::with_record();
    // Without a repository there is nothing to commit to.
    let said = w.run(&VERIFY);
    insta::assert_snapshot!(said.err, @"
    EXC-2026-K7QD  Model proxy keeps a public endpoint until vendor private link ships
      upkeep: exceptions/EXC-2026-K7QD.yaml
      compensating_controls.0.evidence https://example.com/runs/8841 →
        https://example.com/runs/9
      compensating_controls.0.verified 2026-11-02 → 2026-11-20: 18 days later

    no approval is needed for this
    ");
}

#[test]
fn a_renewal_that_the_policy_refuses_is_not_written_unless_forced() {
    let w = Workspace::with_record();
    let beyond = RENEW.map(|it| if it == "2027-02-15" { "2027-02-19" } else { it });
    let said = w.run(&beyond);
    assert_eq!(said.code(), 1, "{said:?}");
    assert!(said.out.is_empty() && said.err.contains("error[EXC203]"), "{}", said.err);
    assert!(said.err.ends_with("nothing was written; `--force` writes it nevertheless\n"));
    assert_eq!(w.read(RECORD_PATH), good_record());
    assert_eq!(w.run(&[&beyond[..], &["--dry-run"]].concat()).code(), 1);
    w.exc(&[&beyond[..], &["--force"]].concat());
    assert_eq!(w.codes(), ["EXC203"]);

    // Renewed as often as the policy allows.
    let w = Workspace::new();
    w.write("exceptions/policy.yaml", format!("{POLICY}durations: {{max_renewals: 0}}\n"));
    w.write(RECORD_PATH, good_record());
    let said = w.run(&RENEW);
    assert_eq!(said.code(), 1, "{said:?}");
    assert!(said.err.contains("it was renewed 0 times, and the policy allows 0"), "{}", said.err);
    assert_eq!(w.read(RECORD_PATH), good_record());
    let said = w.on_terminal(&["renew", "K7QD"], "60d\nno\nno\n");
    assert_eq!(said.code(), 1, "nothing is asked in vain: {said:?}");
    assert!(!said.err.contains(" > "), "{}", said.err);
}

#[test]
fn the_latest_day_that_is_named_is_the_latest_that_the_check_accepts() {
    for (risk, durations, latest) in [
        ("high", "", "2027-02-18"),
        ("low", "", "2027-03-20"),
        ("low", "durations: {max_total_days: 100}\n", "2027-02-13"),
        ("medium", "durations: {max_days: {medium: 80}}\n", "2027-02-08"),
    ] {
        let w = Workspace::new();
        w.write("exceptions/policy.yaml", format!("{POLICY}{durations}"));
        let text = record("EXC-2026-K7QD", risk, "2027-01-31");
        w.write(RECORD_PATH, &text);
        let until = |day| RENEW.map(|it| if it == "2027-02-15" { day } else { it });
        let said = w.run(&until(latest));
        assert_eq!(said.code(), 0, "{risk} {durations}: {said:?}");
        assert!(said.err.contains(&format!("through {latest} at the latest")), "{}", said.err);
        w.write(RECORD_PATH, &text);
        let day: chrono::NaiveDate = latest.parse().expect("a day");
        let later = day.succ_opt().expect("a day").to_string();
        let said = w.run(&until(&later));
        assert_eq!(said.code(), 1, "{risk} {durations}: {said:?}");
    }
}

#[test]
fn all_that_is_missing_is_named_at_once() {
    let w = Workspace::with_record();
    let mut all = String::new();
    for arguments in [
        &["renew", "K7QD"][..],
        &["close", "K7QD"],
        &["record-review", "K7QD"],
        &["amend", "K7QD"],
        &["amend", "K7QD", "--compensating", "An allow-list"],
        &["amend", "K7QD", "--done", "1"],
        &["verify-control", "K7QD", "--nth", "2"],
    ] {
        let said = w.run(arguments);
        assert_eq!((said.code(), said.out.as_str()), (2, ""), "{arguments:?}");
        all.push_str(&format!("$ exc {}\n{}", arguments.join(" "), said.err));
    }
    assert_eq!(w.read(RECORD_PATH), good_record());
    insta::assert_snapshot!(all, @"
    $ exc renew K7QD
    EXC-2026-K7QD: valid through 2027-01-31 (UTC), 72 days left
      renewal 1 of 2, through 2027-02-18 at the latest:
      high risk gets at most 90 days from 2026-11-20
    error: `EXC-2026-K7QD` lacks `--until` or `--for`, `--reason`, `--evidence`
    hint: add them, or run `exc renew EXC-2026-K7QD` on a terminal to be asked
    $ exc close K7QD
    error: `--outcome OUTCOME` and `--note TEXT` are missing
    hint: add what is missing, or run the command on a terminal to be asked
    $ exc record-review K7QD
    error: `--note TEXT` is missing
    hint: add what is missing, or run the command on a terminal to be asked
    $ exc amend K7QD
    error: no flag says what to change
    hint: `exc amend --help` lists them; `exc show ID` shows what the record says
    $ exc amend K7QD --compensating An allow-list
    error: the following required arguments were not provided:
      --compensating-owner <ADDRESS>
      --compensating-evidence <TEXT>

    Usage: exc amend --compensating <TEXT> --compensating-owner <ADDRESS> --compensating-evidence <TEXT> <ID>

    For more information, try '--help'.
    $ exc amend K7QD --done 1
    error: `EXC-2026-K7QD` has no milestone 1
    hint: `--milestone DATE=WHAT` adds one
    $ exc verify-control K7QD --nth 2
    error: `EXC-2026-K7QD` has 1 compensating control; `--nth N` says which one was verified
    hint: it has 1: IP allow-list limited to the two egress addresses of the CI network
    ");
}

#[test]
fn a_verification_without_evidence_says_which_one_stays() {
    let w = Workspace::with_record();
    let said = w.run(&["verify-control", "K7QD"]);
    assert_eq!(said.code(), 0, "{}", said.err);
    let note = "note: no `--evidence` is given, so it stays `https://example.com/";
    assert!(said.err.starts_with(note), "{}", said.err);
    let said = w.run(&VERIFY);
    assert!(!said.err.contains("no `--evidence`"), "{}", said.err);
}

/// A register with a second record.
fn two() -> Workspace {
    let w = Workspace::with_record();
    let other = record("EXC-2026-9T4B", "high", "2027-01-31").replace("model-proxy/api", "queue");
    w.write("exceptions/EXC-2026-9T4B.yaml", other);
    w
}

#[test]
fn several_renewals_have_each_a_reason_of_their_own() {
    let w = two();
    let start = ["renew", "K7QD", "9T4B", "--for", "80d"];
    let run = |more: &[&str]| {
        let said = w.run(&[&start, more].concat());
        let errors = said.err.lines().filter(|it| it.contains(": ") && !it.starts_with([' ', 'E']));
        (said.code(), errors.map(|it| format!("{it}\n")).collect::<String>())
    };
    let (reason, evidence) = ("The vendor moved it to March", "https://example.com/1");
    let (code, one) = run(&["--reason", reason, "--evidence", evidence]);
    assert_eq!(code, 2);
    let own = |id: &str, text: &str| format!("{id}={text}");
    let (a, b) = (own("K7QD", reason), own("9t4b", "the vendor  moved IT to March"));
    let (c, d) = (own("EXC-2026-K7QD", evidence), own("9T4B", "https://example.com/2"));
    let proofs = ["--evidence", &c, "--evidence", &d];
    let (code, same) = run(&[&["--reason", &a, "--reason", &b], &proofs[..]].concat());
    assert_eq!(code, 2);
    let (code, missing) = run(&["--reason", &a]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(one + &same + &missing, @"
    error: `--reason` does not say which of 2 it is for: The vendor moved it to March
    hint: give each renewal its own, as `--reason ID=TEXT`
    error: two renewals have the same reason: the vendor  moved IT to March
    hint: say of each why it is still needed: `--reason ID=TEXT`
    error: `EXC-2026-K7QD` lacks `--evidence`; `EXC-2026-9T4B` lacks `--reason`, `--evidence`
    hint: give each its own as `--reason ID=TEXT`, or be asked on a terminal
    ");
    assert_eq!(w.read(RECORD_PATH), good_record());
    let b = own("9T4B", "The queue is rebuilt in January, not in December");
    let (code, said) = run(&[&["--reason", &a, "--reason", &b], &proofs[..]].concat());
    assert_eq!(code, 0, "{said}");
    assert!(w.read(RECORD_PATH).contains("    reason: The vendor moved it to March\n"));
    assert!(w.codes().is_empty());
}

#[test]
fn a_record_that_is_not_there_or_cannot_change_is_named() {
    let w = two();
    let err = |w: &Workspace, id: &str| {
        let said = w.run(&["close", "K7QD", id, "--outcome", "withdrawn", "--note", "Not needed"]);
        assert_eq!((said.code(), said.out.as_str()), (2, ""), "{id}");
        said.err
    };
    assert!(err(&w, "EXC-2026-9T4X").contains("did you mean `EXC-2026-9T4B`?"));
    assert!(err(&w, "9T4X").contains("did you mean `EXC-2026-9T4B`?"));
    assert!(err(&w, "EXC").contains("is a part of 2 ids"));
    w.write("exceptions/EXC-2026-9T4B.yaml", "id: EXC-2026-9T4B\ntitle: [\n");
    let said = err(&w, "9T4B");
    assert!(said.contains("1 file could not be read, among them `exceptions/EXC-2026-9T4B.yaml`"));
    assert_eq!(w.read(RECORD_PATH), good_record());

    w.exc(&CLOSE);
    let closed = w.read(RECORD_PATH);
    for (verb, _) in VERBS {
        let said = w.run(verb);
        assert_eq!(said.code(), 2, "{verb:?}");
        assert!(said.err.contains("`EXC-2026-K7QD` was closed on 2026-11-20"), "{}", said.err);
    }
    assert_eq!(w.read(RECORD_PATH), closed);
}

#[test]
fn a_renewal_is_asked_for_on_a_terminal() {
    let w = Workspace::with_record();
    let said = w.on_terminal(
        &["renew", "K7QD"],
        "soon\n2027-03-01\n80d\n\nThe vendor moved it to March\nhttps://example.com/1\n",
    );
    assert_eq!(said.code(), 0, "{said:?}");
    insta::assert_snapshot!(said.err, @"
    EXC-2026-K7QD: valid through 2027-01-31 (UTC), 72 days left
      renewal 1 of 2, through 2027-02-18 at the latest:
      high risk gets at most 90 days from 2026-11-20

    until: the last valid day, as a date or a length of time from today such as 60d
    [2027-02-18] > write a day as YYYY-MM-DD, or a length of time such as 60d
    [2027-02-18] > `2027-03-01` is later than 2027-02-18: high risk gets at most 90 days from 2026-11-20
    [2027-02-18] > 
    reason: what has changed, so that it is still needed
    > an answer is needed
    > 
    evidence: where to see that
    > EXC-2026-K7QD  Model proxy keeps a public endpoint until vendor private link ships
      extension: exceptions/EXC-2026-K7QD.yaml
      expires 2027-01-31 → 2027-02-08: 8 days later
      renewals.0 added: {date: 2026-11-20, until: 2027-02-08, reason: The vendor moved it to March, evidence: https://example.com/1}

    this needs an approval
    ");
    assert!(w.read(RECORD_PATH).contains("expires: 2027-02-08\n"));
    // What no rule accepts is said at its question, and the next answer counts.
    let w = Workspace::with_record();
    let typed = "80d\nstill needed\nThe vendor moved it to March\nTBD\nhttps://example.com/1\n";
    let said = w.on_terminal(&["renew", "K7QD"], typed);
    assert_eq!(said.code(), 0, "{said:?}");
    let again = ": `still needed`\n  say ";
    assert!(said.err.contains(again), "{}", said.err);
    assert!(
        said.err.contains("evidence: where to see that\n> `evidence` holds a placeholder"),
        "{}",
        said.err
    );
    assert!(w.codes().is_empty());
    for typed in ["", "\n", "80d\nThe vendor moved it", "80d\nThe vendor moved it\n"] {
        let w = Workspace::with_record();
        let said = w.on_terminal(&["renew", "K7QD"], typed);
        assert_eq!(said.code(), 2, "{typed:?}");
        assert!(said.err.ends_with("error: the input has ended: nothing was written\n"));
        assert_eq!(w.read(RECORD_PATH), good_record());
    }
    assert_eq!(w.run_with(&["renew", "K7QD", "--no-input"], "80d\n", TERMINAL).code(), 2);
}

/// Narrow enough to be read anywhere.
pub(crate) const TERMINAL: Terminal =
    Terminal { input: true, output: true, error: true, width: Some(80) };

#[test]
fn the_day_that_a_renewal_proposes_is_a_working_day() {
    let w = Workspace::with_record();
    let typed = "\nThe vendor moved it to March\nhttps://example.com/1\n";
    let said = w.on_terminal(&["--today", "2026-11-22", "renew", "K7QD"], typed);
    assert_eq!(said.code(), 0, "{said:?}");
    let posed = "proposed is 2027-02-19: 2027-02-20 is a Saturday\n[2027-02-19] > ";
    assert!(said.err.contains(posed), "{}", said.err);
    assert!(w.read(RECORD_PATH).contains("expires: 2027-02-19\n"));
}

#[test]
fn milestones_and_compensating_controls_come_and_go_by_their_place() {
    let w = Workspace::new();
    let steps = "  milestones:\n    - {due: 2026-12-01, what: Staging}\n    # the end\n    - {due: 2027-01-15, what: Production}\n";
    w.write(RECORD_PATH, good_record().replace("opened:", &format!("{steps}opened:")));
    w.exc(&["amend", "K7QD", "--done", "1=2026-11-18"]);
    assert!(w.read(RECORD_PATH).contains("{due: 2026-12-01, what: Staging, done: 2026-11-18}"));
    let second = [
        "--compensating",
        "An alert on every use of the key",
        "--compensating-owner",
        "net.ops@example.com",
        "--compensating-evidence",
        "https://example.com/runs/9",
        "--compensating-reduces",
        "the time until misuse shows",
        "--verify-every",
        "60d",
    ];
    w.exc(&[&["amend", "K7QD"], &second[..]].concat());
    let added = "  - description: An alert on every use of the key\n    reduces: the time until misuse shows\n    owner: net.ops@example.com\n    evidence: https://example.com/runs/9\n    verified: 2026-11-20\n    verify_every: 60d\n";
    assert!(w.read(RECORD_PATH).contains(added), "{}", w.read(RECORD_PATH));
    let both = w.run(&["amend", "K7QD", "--remove-milestone", "2", "--done", "2"]);
    assert_eq!(both.code(), 2, "{both:?}");
    let refused = "error: `--done 2` and `--remove-milestone 2` contradict each other\n";
    assert!(both.err.starts_with(refused), "{}", both.err);
    let said = w.run(&["amend", "K7QD", "--remove-milestone", "2", "--remove-compensating", "1"]);
    assert_eq!(said.code(), 0, "{said:?}");
    assert!(said.err.contains("this needs an approval"), "{}", said.err);
    let text = w.read(RECORD_PATH);
    assert!(
        !text.contains("Production")
            && !text.contains("# the end")
            && !text.contains("allow-list")
            && text.contains(added),
        "{text}"
    );
    let said = w.run(&["amend", "K7QD", "--remove-compensating", "2"]);
    assert!(
        said.err.contains("has no compensating control 2")
            && said.err.contains("it has 1: An alert"),
        "{}",
        said.err
    );
}

#[test]
fn a_field_of_the_policy_is_amended_in_its_type() {
    let w = Workspace::with_record();
    let fields = "fields: {cost_centre: {type: integer}, region: {type: string}}\n";
    w.write("exceptions/policy.yaml", format!("{POLICY}{fields}"));
    w.exc(&["amend", "K7QD", "--field", "cost_centre=4711", "--field", "region=no"]);
    let text = w.read(RECORD_PATH);
    assert!(text.ends_with("cost_centre: 4711\nregion: \"no\"\n"), "{text}");
    let said = w.run(&["amend", "K7QD", "--field", "cost=1"]);
    assert!(said.err.contains("the policy declares no field `cost`"), "{}", said.err);
    let said = w.run(&["amend", "K7QD", "--field", "cost_centre=many"]);
    let wrong = "error: `cost_centre`: `many` is not a whole number\n";
    assert_eq!((said.code(), said.err.as_str()), (2, wrong));
    let said = w.run(&["amend", "K7QD", "--field", "cost_centre=1", "--field", "cost_centre=2"]);
    assert_eq!(said.code(), 2);
    assert!(said.err.contains("`--field cost_centre` is given twice"), "{}", said.err);
    assert_eq!(w.read(RECORD_PATH), text);
}

#[test]
fn nobody_is_asked_where_the_question_cannot_be_seen() {
    let w = Workspace::with_record();
    let unseen = Terminal { error: false, ..TERMINAL };
    let said = w.run_with(&["record-review", "K7QD"], "Still needed\n", unseen);
    assert_eq!(said.code(), 2);
    assert!(said.err.contains("`--note TEXT` is missing"), "{}", said.err);
}

#[test]
fn what_no_flag_says_is_asked_for_at_a_terminal() {
    let w = Workspace::with_record();
    let said = w.run_with(
        &["record-review", "K7QD", "--by", "a@example.com"],
        "\nStill needed\nThe date holds\n",
        TERMINAL,
    );
    assert_eq!(said.code(), 0, "{said:?}");
    assert!(said.err.starts_with("EXC-2026-K7QD: Model proxy"), "{}", said.err);
    assert!(w.read(RECORD_PATH).contains("note: The date holds\n"));
    let said =
        w.run_with(&["close", "K7QD"], "no\nre\nremed\nThe public endpoint is off\n", TERMINAL);
    assert_eq!(said.code(), 0, "{said:?}");
    let closed = "  outcome: remediated\n  note: The public endpoint is off\n";
    assert!(w.read(RECORD_PATH).contains(closed), "{}", w.read(RECORD_PATH));
}

/// A second look is somebody else's.
#[test]
fn whoever_reviews_an_exception_of_their_own_is_told_that_it_does_not_count() {
    let review = |by: &str| {
        let w = Workspace::with_record();
        let said =
            w.run(&["record-review", "K7QD", "--by", by, "--note", "The date holds; needed."]);
        assert_eq!(said.code(), 0, "{said:?}");
        said.err.contains("so this does not count as its periodic review")
    };
    for own in ["dana.ruiz@example.com", "DANA.RUIZ@example.com", "lee.park@example.com"] {
        assert!(review(own), "{own}");
    }
    assert!(!review("alice@example.com"));
}

#[test]
fn a_control_that_is_shown_to_work_twice_on_one_day_takes_no_approval() {
    let w = Workspace::with_record();
    w.exc(&["verify-control", "K7QD", "--evidence", "https://example.com/runs/1"]);
    let said = w.run(&["verify-control", "K7QD", "--evidence", "https://example.com/runs/2"]);
    assert_eq!(said.code(), 0, "{said:?}");
    assert!(
        said.err.contains("  upkeep: ") && said.err.contains("no approval is needed"),
        "{said:?}"
    );
    assert!(w.read(RECORD_PATH).contains("https://example.com/runs/2"));
}

#[test]
fn an_owner_of_whom_only_the_name_or_the_address_changes_is_named_whole() {
    let amend = |flags: &[&str]| {
        let w = Workspace::with_record();
        let said = w.run(&[&["amend", "K7QD"], flags].concat());
        assert_eq!(said.code(), 0, "{said:?}");
        said.err
    };
    let name = ["--owner-name", "Sanna Quirola"];
    let email = ["--owner-email", "sanna.quirola@example.com"];
    let said = amend(&name);
    let note = "note: the address stays `dana.ruiz@example.com`, which was that of `Dana Ruiz`: `--owner-email` names that of `Sanna Quirola`\n";
    assert!(said.contains(note), "{said}");
    let said = amend(&email);
    let note = "note: the name stays `Dana Ruiz`, whose address was `dana.ruiz@example.com`: `--owner-name` names whose `sanna.quirola@example.com` is\n";
    assert!(said.contains(note), "{said}");
    let both = amend(&[name, email].concat());
    assert!(!both.contains("note: the "), "{both}");
}

#[test]
fn several_targets_in_one_flag_are_refused() {
    let w = Workspace::with_record();
    let said = w.run(&["amend", "K7QD", "--scope", "service:/a/x,service:/b/y"]);
    assert_eq!(said.code(), 1, "{said:?}");
    let message = "`service:/a/x,service:/b/y` is no target: it is several, with `,` between them";
    let help = "write each as an entry of its own; `--scope` is repeated for each";
    assert!(said.err.contains(message) && said.err.contains(help), "{}", said.err);
    assert_eq!(w.read(RECORD_PATH), good_record());
}

#[test]
fn what_was_answered_of_the_first_of_several_is_not_lost_at_the_second() {
    let w = Workspace::with_record();
    let other = record("EXC-2026-9T4B", "high", "2027-01-31").replace("/model-proxy/", "/gateway/");
    w.write("exceptions/EXC-2026-9T4B.yaml", other);
    let reason = "The vendor moved the preview to February (ticket 49020).";
    let evidence = "https://example.com/vendor/status/49020";
    let typed = format!("2027-02-15\n{reason}\n{evidence}\n2027-02-12\n");
    let said = w.on_terminal(&["renew", "K7QD", "9T4B"], &typed);
    assert_eq!(said.code(), 2, "{said:?}");
    let command = format!(
        "`exc renew EXC-2026-K7QD --until 2027-02-15 --reason '{reason}' --evidence {evidence}` goes on with it\n"
    );
    assert!(said.err.contains(&command), "{}", said.err);
}

#[test]
fn before_a_record_has_landed_all_of_it_needs_an_approval_whatever_is_changed() {
    let w = Workspace::new();
    let repo = w.git();
    commit(&repo, "main", &[]);
    w.write(RECORD_PATH, good_record());
    let shorter = |day| w.run(&["amend", "K7QD", "--expires", day]);
    let said = shorter("2026-12-31");
    assert_eq!(said.code(), 0, "{said:?}");
    assert!(said.err.contains(&format!("  new: {RECORD_PATH}\n")), "{}", said.err);
    let all = "it has not landed yet: the whole record needs an approval\n";
    assert!(said.err.contains(all), "{}", said.err);
    assert!(said.err.contains("somebody who may approves it"), "{}", said.err);
    commit(&repo, "main", &[tip(&repo, "main")]);
    let said = shorter("2026-12-30");
    assert!(said.err.contains("  tightening: "), "{}", said.err);
    assert!(said.err.contains("no approval is needed for this\n"), "{}", said.err);
}
