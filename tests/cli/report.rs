//! `exc report`: what the two years of [`two_years`] come to, in every format.

use std::collections::BTreeSet;

use exc::Terminal;
use serde_json::Value;

use crate::support::history::History;
use crate::support::portfolio::{TODAY, two_years};
use crate::support::{POLICY, Workspace, record};

fn report(it: &History, arguments: &[&str]) -> String {
    let said = it.w.run(&[&["--today", TODAY, "report"], arguments].concat());
    assert_eq!(said.code(), 0, "{said:?}");
    it.without_names(said.out).replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
}

fn json(it: &History, arguments: &[&str]) -> Value {
    let told = report(it, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&told).expect("JSON")
}

/// Leaves the two years where the checks against other programs look for them.
#[expect(clippy::disallowed_methods, reason = "CI says where")]
fn keep(it: &History) {
    let Some(folder) = std::env::var_os("EXC_KEEP_TWO_YEARS") else { return };
    let mut pending = vec![(it.w.root().to_owned(), std::path::PathBuf::from(folder))];
    while let Some((from, to)) = pending.pop() {
        std::fs::create_dir_all(&to).expect("a folder is made");
        for entry in std::fs::read_dir(from).expect("a folder is read") {
            let entry = entry.expect("an entry");
            let (from, to) = (entry.path(), to.join(entry.file_name()));
            match entry.file_type().expect("a kind").is_dir() {
                true => pending.push((from, to)),
                false => drop(std::fs::copy(from, to).expect("a file is copied")),
            }
        }
    }
}

fn ids(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn value(report: &Value, figure: &str) -> Value {
    report["figures"][figure]["value"].clone()
}

#[test]
fn the_reports_as_text() {
    let it = two_years();
    insta::assert_snapshot!("expiry_text", report(&it, &["expiry"]));
    insta::assert_snapshot!("portfolio_text", report(&it, &["portfolio", "--since", "2024-11-01"]));
    insta::assert_snapshot!("policy_text", report(&it, &["policy"]));
}

#[test]
fn a_narrow_terminal_still_shows_what_a_record_is_about_and_the_command() {
    let it = two_years();
    let terminal = Terminal { output: true, width: Some(80), ..Terminal::default() };
    let said = it.w.run_with(&["--today", TODAY, "report", "expiry"], "", terminal);
    let below = "\n    Index logs in the vendor's format\n    exc renew EXC-2026-HHHH\n";
    assert!(said.out.contains(below), "{}", said.out);
    assert!(
        said.out.contains("\n    exc verify-control EXC-2026-HHHH --evidence "),
        "{}",
        said.out
    );
    let wide = said.out.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None, "{}", said.out);
}

#[test]
fn the_reports_as_markdown() {
    let it = two_years();
    let markdown = |kind| report(&it, &[kind, "--format", "markdown"]);
    insta::assert_snapshot!("expiry_markdown", markdown("expiry"));
    insta::assert_snapshot!("portfolio_markdown", markdown("portfolio"));
    insta::assert_snapshot!("policy_markdown", markdown("policy"));
}

#[test]
fn the_reports_as_json_csv_and_a_calendar() {
    let it = two_years();
    insta::assert_snapshot!("expiry_json", report(&it, &["expiry", "--format", "json"]));
    insta::assert_snapshot!("portfolio_json", report(&it, &["portfolio", "--format", "json"]));
    insta::assert_snapshot!("policy_json", report(&it, &["policy", "--format", "json"]));
    for kind in ["expiry", "portfolio", "policy"] {
        let csv = report(&it, &[kind, "--format", "csv"]).replace("\r\n", "\n");
        insta::assert_snapshot!(format!("{kind}_csv"), csv);
    }
    let calendar = report(&it, &["expiry", "--format", "ics"]).replace("\r\n", "\n");
    insta::assert_snapshot!("expiry_ics", calendar);
}

#[test]
fn the_reports_as_pages() {
    let it = two_years();
    keep(&it);
    for kind in ["expiry", "portfolio", "policy"] {
        insta::assert_snapshot!(format!("{kind}_html"), report(&it, &[kind, "--format", "html"]));
    }
}

#[test]
fn what_the_history_tells_is_what_happened() {
    let it = two_years();
    let told = json(&it, &["portfolio", "--since", "2024-11-01"]);
    assert_eq!(value(&told, "open"), 9);
    assert_eq!(value(&told, "opened"), 9);
    assert_eq!(value(&told, "closed"), 1);
    assert_eq!(ids(&told["figures"]["renewed"]["ids"]), ["EXC-2025-BBBB", "EXC-2026-JJJJ"]);
    // The one that is expired, and the one whose last renewal landed nineteen days late.
    assert_eq!(ids(&told["figures"]["expired"]["ids"]), ["EXC-2025-BBBB", "EXC-2026-HHHH"]);
    assert_eq!(ids(&told["figures"]["expired_open"]["ids"]), ["EXC-2026-HHHH"]);
    assert_eq!(value(&told, "mean_days_overdue"), 18);
    assert_eq!(ids(&told["figures"]["lapsed"]["ids"]), ["EXC-2026-JJJJ"]);
    let waiting = ids(&told["figures"]["waiting"]["ids"]);
    assert_eq!(waiting, ["EXC-2026-GGGG", "EXC-2026-JJJJ", "EXC-2026-KKKK"]);
    assert_eq!(ids(&told["figures"]["longest_waiting"]["ids"]), ["EXC-2026-GGGG"]);
    assert_eq!(value(&told, "longest_waiting"), 50);
    assert_eq!(
        ids(&told["figures"]["past_first_promise"]["ids"]),
        ["EXC-2025-BBBB", "EXC-2026-HHHH"]
    );
}

#[test]
fn an_age_counts_from_the_first_approval_whatever_was_renewed() {
    let it = two_years();
    let told = json(&it, &["portfolio"]);
    assert_eq!(ids(&told["figures"]["oldest_age"]["ids"]), ["EXC-2025-BBBB"]);
    // From 2025-02-03, on which Bob merged it.
    assert_eq!(value(&told, "oldest_age"), 655);
}

#[test]
fn many_teams_speak_against_the_policy_and_what_stays_against_the_exception() {
    let it = two_years();
    let told = json(&it, &["portfolio"]);
    let advice = |control: &str| {
        let rows = told["tables"]["friction"].as_array().expect("rows");
        let row = rows.iter().find(|row| row["control"] == control).expect("a row");
        row["advice"].as_str().expect("a text").to_owned()
    };
    assert_eq!(advice("NET-004"), "improve the policy");
    assert_eq!(advice("KEY-003"), "retire exceptions");
    assert_eq!(advice("EVAL-001"), "keep an eye on it");
}

#[test]
fn overlapping_scopes_and_equal_blockers_are_clusters() {
    let it = two_years();
    let told = json(&it, &["portfolio"]);
    let clusters: Vec<(&str, Vec<&str>)> = told["tables"]["clusters"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| (row["shared"].as_str().expect("a text"), ids(&row["ids"])))
        .collect();
    assert!(
        clusters.contains(&("control and scope", vec!["EXC-2026-CCCC", "EXC-2026-DDDD"])),
        "{clusters:?}"
    );
    assert!(
        clusters.contains(&("blocker", vec!["EXC-2026-CCCC", "EXC-2026-DDDD", "EXC-2026-EEEE"])),
        "{clusters:?}"
    );
    assert!(
        clusters.contains(&("blocker", vec!["EXC-2026-FFFF", "EXC-2026-HHHH"])),
        "{clusters:?}"
    );
}

#[test]
fn as_of_a_day_the_report_knows_only_what_had_landed() {
    let it = two_years();
    let told = json(&it, &["portfolio", "--as-of", "2025-12-31"]);
    assert_eq!(told["today"], "2025-12-31");
    assert_eq!(ids(&told["figures"]["open"]["ids"]), ["EXC-2025-BBBB"]);
    assert_eq!(value(&told, "closed"), 1);
}

#[test]
fn filters_leave_what_they_name_and_the_report_says_so() {
    let it = two_years();
    let told = json(&it, &["portfolio", "--team", "claims"]);
    assert_eq!(ids(&told["figures"]["open"]["ids"]), ["EXC-2026-EEEE", "EXC-2026-KKKK"]);
    assert_eq!(ids(&told["filters"]), ["--team claims"]);
    assert_eq!(value(&told, "opened"), 1);
    // Of a part of the exceptions nothing follows about all targets of a control.
    assert_eq!(told["tables"]["compliance"], serde_json::json!([]));
}

#[test]
fn a_filter_that_leaves_nothing_is_told() {
    let it = two_years();
    let said = it.w.run(&["--today", TODAY, "report", "expiry", "--team", "nobody"]);
    assert_eq!(said.code(), 0);
    assert!(said.err.contains("no record passes `--team nobody`"), "{}", said.err);
}

#[test]
fn an_open_record_that_is_deleted_is_not_closed() {
    let mut it = two_years();
    std::fs::remove_file(it.w.path("exceptions/EXC-2026-DDDD.yaml")).expect("removed");
    it.push("carol", "2026-11-18", "clean up");
    let told = json(&it, &["portfolio"]);
    assert_eq!(ids(&told["figures"]["deleted"]["ids"]), ["EXC-2026-DDDD"]);
    assert_eq!(value(&told, "closed"), 0);
}

#[test]
fn the_headline_compares_the_mainline_with_the_mainline() {
    let it = two_years();
    let told = json(&it, &["portfolio", "--since", "2026-11-20"]);
    let lead = told["lead"].as_str().expect("a text");
    // One of the nine is only proposed.
    assert!(lead.contains("as many as on 2026-11-19"), "{lead}");
}

#[test]
fn an_expired_exception_is_covered_by_one_that_takes_in_all_of_it_or_by_nothing() {
    let it = two_years();
    let covered_by = |told: &Value| {
        let rows = told["tables"]["records"].as_array().expect("rows").clone();
        rows.into_iter().find(|row| row["id"] == "EXC-2026-HHHH").expect("a row")["covered_by"]
            .clone()
    };
    assert_eq!(covered_by(&json(&it, &["expiry"])), "nothing");
    let mut it = it;
    let wider =
        it.w.read("exceptions/EXC-2026-FFFF.yaml")
            .replace("service:/batch/scoring", "service:/retrieval");
    it.w.write("exceptions/EXC-2026-LLLL.yaml", wider.replace("EXC-2026-FFFF", "EXC-2026-LLLL"));
    it.merge("carol", "alice", "2026-11-15");
    assert_eq!(ids(&covered_by(&json(&it, &["expiry"]))), ["EXC-2026-LLLL"]);
}

#[test]
fn nothing_covers_what_cannot_be_read_and_no_record_covers_itself() {
    let mut it = two_years();
    let index = it.w.read("exceptions/EXC-2026-HHHH.yaml");
    // The same id once more, in time and never approved; and a scope that says nothing.
    it.w.write(
        "exceptions/again.yaml",
        index.replace("expires: 2026-10-30", "expires: 2027-01-25"),
    );
    it.w.write(
        "exceptions/EXC-2026-MMMM.yaml",
        index.replace("EXC-2026-HHHH", "EXC-2026-MMMM").replace("service:/retrieval/index", "*"),
    );
    it.push("carol", "2026-11-15", "more");
    let said = it.w.run(&["--today", TODAY, "report", "expiry", "--format", "json"]);
    let told: Value = serde_json::from_str(&said.out).expect("JSON");
    let expired: Vec<&Value> = told["tables"]["records"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|row| row["group"] == "expired")
        .collect();
    assert_eq!(expired.len(), 2);
    assert!(expired.iter().all(|row| row["covered_by"] == "nothing"), "{expired:?}");
    // Two records with one id are two.
    assert_eq!(value(&told, "expired"), 2);
    let calendar = it.w.run(&["--today", TODAY, "report", "expiry", "--format", "ics"]).out;
    let calendar = calendar.replace("\r\n ", "");
    let uids: Vec<&str> = calendar.lines().filter(|line| line.starts_with("UID:")).collect();
    let distinct: BTreeSet<&&str> = uids.iter().collect();
    assert_eq!(uids.len(), distinct.len());
}

#[test]
fn a_cliff_is_named_and_earlier_working_days_are_suggested() {
    let it = two_years();
    let told = json(&it, &["expiry"]);
    let rows = told["tables"]["staggered"].as_array().expect("rows");
    assert_eq!(rows.len(), 1);
    // The least risk of the three.
    assert_eq!(rows[0]["id"], "EXC-2026-FFFF");
    assert_eq!(rows[0]["expires"], "2026-12-15");
    assert_eq!(rows[0]["suggested"], "2026-12-08");
    let marks = told["charts"]["forecast"]["drawn"]["marks"].as_array().expect("marks");
    assert_eq!(marks.len(), 1);
}

#[test]
fn without_renewals_left_an_exception_is_told() {
    let it = two_years();
    let told = json(&it, &["expiry"]);
    assert_eq!(ids(&told["figures"]["no_renewal_left"]["ids"]), ["EXC-2025-BBBB"]);
}

#[test]
fn a_calendar_is_the_same_on_another_day() {
    let it = two_years();
    let on = |day: &str| {
        let said =
            it.w.run(&["--today", day, "report", "expiry", "--within", "1d", "--format", "ics"]);
        let days = said.out.replace("\r\n ", "");
        let expiries: Vec<String> = days
            .split("BEGIN:VEVENT")
            .filter(|event| event.contains("/expires@exc"))
            .map(str::to_owned)
            .collect();
        expiries
    };
    assert_eq!(on("2026-11-20").len(), 9);
    assert_eq!(on("2026-11-20"), on("2026-11-21"));
}

#[test]
fn every_number_is_the_same_in_every_format() {
    let it = two_years();
    for kind in ["expiry", "portfolio"] {
        let told = json(&it, &[kind]);
        let text = report(&it, &[kind]);
        let markdown = report(&it, &[kind, "--format", "markdown"]);
        let page = report(&it, &[kind, "--format", "html"]);
        for (key, figure) in told["figures"].as_object().expect("figures") {
            let label = figure["label"].as_str().expect("a label");
            let number = &figure["value"];
            let shown = format!("data-figure=\"{key}\" data-value=\"{number}\"");
            assert!(page.contains(&shown), "{kind}: {shown}");
            let line = text.lines().find(|line| line.contains(&format!("  {label}")));
            let line = line.unwrap_or_else(|| panic!("{kind}: {label}\n{text}"));
            assert!(line.trim_start().starts_with(&number.to_string()), "{line}");
            assert!(markdown.contains(label), "{kind}: {label}");
        }
        let expected: BTreeSet<&str> = told["tables"]["records"]
            .as_array()
            .expect("rows")
            .iter()
            .filter_map(|row| row["id"].as_str())
            .collect();
        let csv = report(&it, &[kind, "--format", "csv"]);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let column =
            reader.headers().expect("a header").iter().position(|it| it == "id").expect("ids");
        let rows: Vec<csv::StringRecord> =
            reader.records().map(|row| row.expect("a row")).collect();
        let found: BTreeSet<&str> = rows.iter().filter_map(|row| row.get(column)).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn a_register_that_cannot_be_read_in_full_still_reports_and_says_so_on_every_page() {
    let it = two_years();
    it.w.write("exceptions/EXC-2026-ZZZZ.yaml", "id: [\n");
    for (kind, format) in
        [("expiry", "text"), ("expiry", "html"), ("portfolio", "markdown"), ("portfolio", "html")]
    {
        let said = it.w.run(&["--today", TODAY, "report", kind, "--format", format]);
        assert_eq!(said.code(), 2, "{said:?}");
        assert!(said.out.contains("could not be read"), "{}", said.out);
        assert!(said.out.contains("EXC-2026-ZZZZ.yaml"), "{}", said.out);
        assert!(said.out.contains("EXC-2026-GGGG"), "{}", said.out);
    }
}

#[test]
fn an_empty_register_is_an_empty_report_that_says_how_to_start() {
    let w = Workspace::new();
    for kind in ["expiry", "portfolio"] {
        let said = w.run(&["--today", TODAY, "report", kind]);
        assert_eq!(said.code(), 0, "{said:?}");
        assert!(said.out.contains("exc new"), "{}", said.out);
        // What there is none of is not asked section by section.
        assert_eq!(said.out.matches("\n\n").count(), 2, "{}", said.out);
    }
}

#[test]
fn since_takes_a_day_or_a_length_of_time() {
    let it = two_years();
    let of = |since: &str| report(&it, &["portfolio", "--since", since, "--format", "csv"]);
    assert_eq!(of("3m"), of("2026-08-20"));
    for (since, fault) in [("3 months", "neither a date"), ("9999y", "before the calendar")] {
        let said = it.w.run(&["--today", TODAY, "report", "portfolio", "--since", since]);
        assert_eq!(said.code(), 2, "{said:?}");
        assert!(said.err.contains(fault), "{}", said.err);
    }
}

#[test]
fn without_history_what_needs_it_says_so_and_is_never_zero() {
    let w = Workspace::new();
    w.write("exceptions/EXC-2026-K7QD.yaml", record("EXC-2026-K7QD", "high", "2027-01-31"));
    let said = w.run(&["--today", TODAY, "report", "portfolio", "--format", "json"]);
    let told: Value = serde_json::from_str(&said.out).expect("JSON");
    for figure in
        ["opened", "closed", "renewed", "expired", "waiting", "lapsed", "past_first_promise"]
    {
        assert_eq!(value(&told, figure), Value::Null, "{figure}");
        assert_eq!(told["figures"][figure]["unit"], "needs-full-history", "{figure}");
    }
    let text = w.run(&["--today", TODAY, "report", "portfolio"]).out;
    assert!(text.contains("needs full history  opened since"), "{text}");
}

#[test]
fn in_a_shallow_clone_what_needs_history_says_so_and_the_exit_code_too() {
    let it = two_years();
    it.make_shallow();
    let run = |kind: &str, format: &str| {
        it.w.run(&["--today", TODAY, "report", kind, "--format", format])
    };
    let said = run("portfolio", "json");
    assert_eq!(said.code(), 2, "{}", said.err);
    let told: Value = serde_json::from_str(&said.out).expect("JSON");
    for figure in ["in_force", "opened", "closed", "never_approved", "waiting", "lapsed"] {
        assert_eq!(told["figures"][figure]["unit"], "needs-full-history", "{figure}");
    }
    assert_eq!(value(&told, "open"), 9);
    assert_eq!(told["registers"][0]["complete"], false);
    for format in ["text", "markdown", "html"] {
        let out = run("portfolio", format).out;
        assert!(out.contains("needs full history"), "{out}");
        assert!(out.contains("git fetch"), "{out}");
    }
    for false_news in ["Nothing waits", "History shows no approval", "not approved  "] {
        assert!(!run("portfolio", "text").out.contains(false_news), "{false_news}");
    }
    let said = it.w.run(&["--today", TODAY, "digest"]);
    assert_eq!(said.code(), 2, "{}", said.err);
    assert!(said.out.contains("What nobody has approved is not known here"), "{}", said.out);
    let said = run("expiry", "text");
    assert_eq!(said.code(), 2, "{}", said.err);
    assert!(said.out.contains("this clone stops before the history does"), "{}", said.out);
}

#[test]
fn several_registers_are_one_portfolio_with_qualified_ids() {
    let (a, b) = (two_years(), Workspace::empty());
    b.write("search/exceptions/policy.yaml", POLICY);
    b.write("search/exceptions/EXC-2026-K7QD.yaml", record("EXC-2026-K7QD", "high", "2027-01-31"));
    let (first, second) = (a.w.path("exceptions"), b.path("search/exceptions"));
    let (first, second) = (first.to_string_lossy(), second.to_string_lossy());
    let said = a.w.run(&[
        "--today",
        TODAY,
        "report",
        "portfolio",
        "--format",
        "json",
        "--register",
        &first,
        "--register",
        &second,
    ]);
    let told: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(told["figures"]["open"]["value"], 10);
    let open = ids(&told["figures"]["open"]["ids"]);
    assert!(open.contains(&"search/EXC-2026-K7QD"), "{open:?}");
    assert_eq!(told["registers"].as_array().expect("registers").len(), 2);
    // Another command is about one.
    let said = a.w.run(&["check", "--register", &first, "--register", &second]);
    assert_eq!(said.code(), 2);
    assert!(said.err.contains("about one register, and 2 are named"), "{}", said.err);
}
