//! What is in force: `exc list` and `exc show` say of each record whether the text at hand is one
//! that somebody approved.

use exc::{Outcome, Terminal};
use serde_json::{Value, json};

use crate::support::history::History;
use crate::support::{RECORD_PATH, Workspace, record};

/// One record of each kind: approved, never approved, extended since, closed, expired, and one that
/// has not landed.
fn all() -> History {
    let mut history = History::new();
    for (id, risk, expires) in [
        ("EXC-2026-AAAA", "high", "2027-01-31"),
        ("EXC-2026-BBBB", "medium", "2026-12-31"),
        ("EXC-2026-CCCC", "low", "2027-01-15"),
        ("EXC-2026-DDDD", "low", "2026-11-19"),
    ] {
        history.w.write(format!("exceptions/{id}.yaml"), record(id, risk, expires));
    }
    history.merge("carol", "alice", "2026-11-05");
    history.replace("exceptions/EXC-2026-BBBB.yaml", "2026-12-31", "2027-03-31");
    let close = "closed: {date: 2026-11-10, outcome: remediated, note: Private link is in use.}";
    history.replace("exceptions/EXC-2026-CCCC.yaml", "reviews: []", close);
    history
        .w
        .write("exceptions/EXC-2026-EEEE.yaml", record("EXC-2026-EEEE", "critical", "2026-12-05"));
    history.push("carol", "2026-11-10", "several");
    history.w.write("exceptions/EXC-2026-FFFF.yaml", record("EXC-2026-FFFF", "low", "2027-02-28"));
    history
}

fn listed(w: &Workspace, arguments: &[&str]) -> Vec<(String, Value, Value)> {
    let all = [&["list", "--all", "--sort", "id", "--format", "json"], arguments].concat();
    let out: Value = serde_json::from_str(&w.run(&all).out).expect("JSON");
    let told = out["records"].as_array().expect("a list").iter().map(|it| {
        let id = it["id"].as_str().expect("an id").trim_start_matches("EXC-2026-").to_owned();
        (id, it["in_force"].clone(), it["verdict"].clone())
    });
    told.collect()
}

/// Whether the record of [`RECORD_PATH`] is in force.
fn in_force(history: &History) -> Value {
    let list = listed(&history.w, &[]).remove(0).1;
    let show = history.w.exc(&["show", "EXC-2026-K7QD", "--format", "json"]);
    let show: Value = serde_json::from_str(&show).expect("JSON");
    assert_eq!(show["record"]["in_force"], list);
    list
}

#[test]
fn the_table_says_why_what_is_active_is_not_in_force() {
    insta::assert_snapshot!(all().w.exc(&["list", "--all"]), @r#"
id             status              risk      expires     days  controls    owner      title
EXC-2026-DDDD  expired             low       2026-11-19    -1  AZ-NET-004  Dana Ruiz  Model proxy keeps a public endpoint until vendor private link ships
EXC-2026-EEEE  active, unapproved  critical  2026-12-05    15  AZ-NET-004  Dana Ruiz  Model proxy keeps a public endpoint until vendor private link ships
EXC-2026-CCCC  closed              low       2027-01-15        AZ-NET-004  Dana Ruiz  Model proxy keeps a public endpoint until vendor private link ships
EXC-2026-AAAA  active              high      2027-01-31    72  AZ-NET-004  Dana Ruiz  Model proxy keeps a public endpoint until vendor private link ships
EXC-2026-FFFF  proposed            low       2027-02-28   100  AZ-NET-004  Dana Ruiz  Model proxy keeps a public endpoint until vendor private link ships
EXC-2026-BBBB  active, lapsed      medium    2027-03-31   131  AZ-NET-004  Dana Ruiz  Model proxy keeps a public endpoint until vendor private link ships

6 exceptions on 2026-11-20 (UTC): 1 proposed, 3 active (1 in force), 1 expired, 1 closed
"#);
}

#[test]
fn json_and_csv_hold_the_verdict_of_the_audit() {
    let history = all();
    let expected = [
        ("AAAA", json!(true), json!("approved")),
        ("BBBB", json!(false), json!("lapsed")),
        ("CCCC", json!(false), json!("closed")),
        ("DDDD", json!(false), json!("approved")),
        ("EEEE", json!(false), json!("unapproved")),
        ("FFFF", json!(false), json!(null)),
    ];
    let expected = expected.map(|(id, told, verdict)| (id.to_owned(), told, verdict));
    assert_eq!(listed(&history.w, &[]), expected);
    let csv = history.w.exc(&["list", "--all", "--sort", "id", "--format", "csv"]);
    let told: Vec<&str> = csv
        .lines()
        .map(|line| line.rsplit_once("2026-11-20,").map_or(line, |(_, it)| it))
        .collect();
    assert!(told[0].ends_with(",today,in_force,verdict"), "{}", told[0]);
    assert_eq!(
        told[1..],
        [
            "true,approved",
            "false,lapsed",
            "false,closed",
            "false,approved",
            "false,unapproved",
            "false,"
        ]
    );
}

#[test]
fn a_filter_leaves_what_is_in_force() {
    let history = all();
    assert_eq!(history.w.exc(&["list", "--in-force", "--format", "ids"]), "EXC-2026-AAAA\n");
    let none = history.w.run(&["list", "--in-force", "--risk", "critical"]);
    assert_eq!((none.outcome, none.out.as_str()), (Outcome::Success, ""));
    assert_eq!(none.err, "no exception matches (6 records in `exceptions`)\n");
}

#[test]
fn show_says_who_approved_it_or_what_stands_against_it() {
    let history = all();
    let told = |id: &str| {
        let page = history.w.exc(&["show", id]);
        let lines = page.lines().skip_while(|line| !line.starts_with("  in force"));
        let lines = lines.take_while(|line| !line.starts_with("  risk"));
        lines.map(|line| format!("{}\n", line.trim())).collect::<String>()
    };
    let all = ["AAAA", "BBBB", "CCCC", "DDDD", "EEEE", "FFFF"].map(told).concat();
    insta::assert_snapshot!(all, @r#"
in force     yes: approved by alice (landing, claimed)
see `exc history EXC-2026-AAAA`
in force     no: lapsed (approver not recorded in git)
see `exc history EXC-2026-BBBB`
in force     no: closed; while it was open, approved by alice (landing, claimed)
see `exc history EXC-2026-CCCC`
in force     no: expired; approved by alice (landing, claimed)
see `exc history EXC-2026-DDDD`
in force     no: unapproved (approver not recorded in git)
see `exc history EXC-2026-EEEE`
in force     no: it has not landed
"#);
}

#[test]
fn an_approval_covers_what_takes_none() {
    let history = History::approved();
    assert_eq!(in_force(&history), true);
    for (from, to) in [
        (
            "reviews: []",
            "reviews: [{date: 2026-11-19, by: board@example.com, note: Still needed.}]",
        ),
        ("expires: 2027-01-31", "expires: 2027-01-01"),
        ("title: Model proxy", "title: The model proxy"),
    ] {
        history.edit(from, to);
        assert_eq!(in_force(&history), true, "{to}");
    }
    history.edit("expires: 2027-01-01", "expires: 2027-02-28");
    assert_eq!(in_force(&history), false, "longer than was approved");
    let list = history.w.exc(&["list"]);
    assert!(list.contains("active, changed"), "{list}");
    let show = history.w.exc(&["show", "K7QD"]);
    assert!(show.contains("no: the text here is not the one that was approved"), "{show}");
}

#[test]
fn a_record_that_moved_is_as_approved_as_before() {
    let history = History::approved();
    history.w.write("exceptions/2026/EXC-2026-K7QD.yaml", history.w.read(RECORD_PATH));
    std::fs::remove_file(history.w.path(RECORD_PATH)).expect("removed");
    assert_eq!(in_force(&history), true);
}

#[test]
fn a_closed_record_that_is_opened_here_alone_is_not_in_force() {
    let mut history = History::approved();
    let close = "closed: {date: 2026-11-10, outcome: remediated, note: Private link is in use.}";
    history.edit("reviews: []", close);
    history.push("carol", "2026-11-10", "close");
    history.edit(close, "reviews: []");
    assert_eq!(in_force(&history), false);
    assert!(history.w.exc(&["list"]).contains("active, changed"));
}

#[test]
fn the_past_is_judged_by_what_had_landed() {
    let mut history = History::approved();
    history.edit("expires: 2027-01-31", "expires: 2027-03-31");
    history.push("carol", "2026-11-12", "typo");
    for (day, expected) in [("2026-11-11", json!(true)), ("2026-11-12", json!(false))] {
        assert_eq!(listed(&history.w, &["--as-of", day])[0].1, expected, "{day}");
        let show = history.w.exc(&["show", "EXC-2026-K7QD", "--format", "json", "--as-of", day]);
        let show: Value = serde_json::from_str(&show).expect("JSON");
        assert_eq!(show["record"]["in_force"], expected, "{day}");
    }
}

#[test]
fn without_a_history_nothing_is_claimed_and_nothing_is_wrong() {
    let w = Workspace::with_record();
    let unknown = [("K7QD".to_owned(), json!(null), json!(null))];
    let said = |w: &Workspace| (w.run(&["list"]), w.exc(&["show", "K7QD"]));
    let (list, show) = said(&w);
    assert!(list.out.ends_with(": 1 active\n"), "{}", list.out);
    assert_eq!((list.outcome, list.err.as_str()), (Outcome::Success, ""));
    assert!(!show.contains("in force"), "{show}");
    assert_eq!(listed(&w, &[]), unknown);

    // A repository without a mainline.
    w.git();
    let (list, show) = said(&w);
    assert!(list.out.ends_with(": 1 active\n"), "{}", list.out);
    assert!(!show.contains("in force"), "{show}");
    assert_eq!(listed(&w, &[]), unknown);
    // What is asked for and cannot be told is an error, with all that can.
    w.write("exceptions/EXC-2026-AAAA.yaml", record("EXC-2026-AAAA", "low", "2026-11-19"));
    let said = w.run(&["list", "--in-force", "--quiet"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert_eq!(
        said.err,
        "error: whether 1 exception more may be in force cannot be told from git here\n"
    );
}

#[test]
fn a_shallow_clone_claims_nothing_and_says_why() {
    let history = History::approved();
    let first = history.repo.find_commit(history.main).and_then(|tip| tip.parent_id(0));
    let first = first.expect("a parent").to_string();
    let path = history.repo.path().join("objects").join(&first[..2]).join(&first[2..]);
    std::fs::remove_file(path).expect("a loose object");
    let said = history.w.run(&["list"]);
    assert_eq!((said.outcome, said.err.as_str()), (Outcome::Success, ""));
    assert!(said.out.contains("  active, unknown  high"), "{}", said.out);
    assert!(
        said.out.ends_with(
            ": 1 active (in force or not is unknown: this clone stops before the history does, fetch the rest with `git fetch --unshallow`)\n"
        ),
        "{}",
        said.out
    );
    assert_eq!(in_force(&history), json!(null));
    assert_eq!(listed(&history.w, &[])[0].2, "indeterminate");
    let show = history.w.exc(&["show", "K7QD"]);
    assert!(
        show.contains("  in force     unknown: indeterminate (this clone stops before"),
        "{show}"
    );
    assert_eq!(history.w.run(&["list", "--in-force"]).outcome, Outcome::Error);
    let then = history.w.exc(&["show", "K7QD", "--as-of", "2026-11-06"]);
    assert!(then.contains("unknown: the history that this clone has does not say"), "{then}");
}

#[test]
fn a_history_that_cannot_be_read_is_one_note_and_a_list() {
    let mut history = History::approved();
    history.edit("expires: 2027-01-31", "expires: 2027-01-30");
    history.push("carol", "2026-11-12", "sooner");
    let middle = history.repo.find_commit(history.main).and_then(|tip| tip.parent_id(0));
    let middle = middle.expect("a parent").to_string();
    let path = history.repo.path().join("objects").join(&middle[..2]).join(&middle[2..]);
    std::fs::remove_file(&path).expect("a loose object");
    std::fs::write(&path, "no object").expect("written");
    let said = history.w.run(&["list"]);
    assert_eq!(said.outcome, Outcome::Success);
    assert!(said.out.ends_with(": 1 active\n"), "{}", said.out);
    assert!(
        said.err.starts_with("note: which exceptions are in force is not known: "),
        "{}",
        said.err
    );
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    assert_eq!(listed(&history.w, &[])[0].1, json!(null));
    assert_eq!(history.w.run(&["show", "K7QD"]).outcome, Outcome::Success);
}

#[test]
fn where_nobody_may_approve_yet_that_is_said_once() {
    let w = Workspace::with_record();
    let repo = w.git();
    w.commit(&repo, "main");
    let said = w.run(&["list"]);
    assert_eq!((said.outcome, said.err.as_str()), (Outcome::Success, ""));
    assert!(said.out.ends_with(": 1 active (nobody may approve yet)\n"), "{}", said.out);
    assert!(!said.out.contains("unapproved"), "{}", said.out);
    assert_eq!(listed(&w, &[]), [("K7QD".to_owned(), json!(false), json!("unapproved"))]);
    let show = w.exc(&["show", "K7QD"]);
    assert!(show.contains("  in force     no: nobody may approve yet: `people`"), "{show}");
}

#[test]
fn the_words_fit_a_narrow_screen_and_have_a_color_of_their_own() {
    let history = all();
    for width in [60, 80, 120] {
        let terminal = Terminal { input: true, output: true, error: true, width: Some(width) };
        let said = history.w.run_with(&["list"], "", terminal);
        let words =
            if width < 120 { "  unapproved  critical" } else { "  active, unapproved  critical" };
        assert!(said.out.contains(words), "{}", said.out);
        for line in said.out.lines().take_while(|line| !line.is_empty()) {
            let columns = unicode_width::UnicodeWidthStr::width(line);
            assert!(columns <= width, "{columns} of {width}: {line}");
        }
    }
    let colored = history.w.exc(&["list", "--color", "always"]);
    assert!(colored.contains("  \u{1b}[33mactive, unapproved\u{1b}[0m  \u{1b}[1;31mcritical"));
    assert!(
        colored.contains("  \u{1b}[32mactive\u{1b}[0m              \u{1b}[31mhigh"),
        "{colored}"
    );
}
