//! Two years of a register with five people and three ways to merge, and then an attack: what the
//! commands tell is what happened.

use serde_json::Value;

use crate::support::RECORD_PATH;
use crate::support::history::{History, PEOPLE};

const PROXY: &str = "EXC-2026-K7QD";
const LOGS: &str = "EXC-2025-L0GS";
const VAULT: &str = "EXC-2025-VA6T";
const BATCH: &str = "EXC-2026-BATC";

fn path(id: &str) -> String {
    format!("exceptions/{id}.yaml")
}

/// A record that Carol requests.
fn record(id: &str, risk: &str, opened: &str, expires: &str) -> String {
    crate::support::record(id, risk, expires)
        .replace("opened: 2026-11-05", &format!("opened: {opened}"))
        .replace(
            "{name: Lee Park, email: lee.park@example.com}",
            "{name: Carol Park, email: carol@example.com}",
        )
        .replace("service:/model-proxy/api", &format!("service:/{}", id.to_lowercase()))
        .replace("verified: 2026-11-02", &format!("verified: {opened}"))
}

/// What happened, in order.
fn two_years() -> History {
    let mut it = History::started("2024-11-20");
    it.w.write(path(LOGS), record(LOGS, "high", "2025-01-10", "2025-03-31"));
    it.merge("carol", "alice", "2025-01-10");
    // Renewed with a reason, and approved by Bob's merge.
    it.replace(&path(LOGS), "expires: 2025-03-31", "expires: 2025-06-15");
    it.replace(&path(LOGS), "renewals: []", "renewals:\n  - {date: 2025-03-20, until: 2025-06-15, reason: The store moved to June., evidence: ticket 12}");
    it.merge("carol", "bob", "2025-03-20");
    // Squashed by a forge whose message names Alice.
    it.w.write(path(VAULT), record(VAULT, "low", "2025-05-02", "2025-12-31"));
    it.squash(
        "carol",
        "2025-05-02",
        "File it (#7)\n\nThe vendor is late.\n\nReviewed-by: Alice Kim <alice@example.com>\n",
    );
    it.replace(
        &path(LOGS),
        "reviews: []",
        "reviews: []\nclosed: {date: 2025-06-10, outcome: remediated, note: Logs reach the store.}",
    );
    it.push("carol", "2025-06-10", "close it");
    // A squash that names nobody.
    it.w.write(path(BATCH), record(BATCH, "medium", "2026-02-01", "2026-06-30"));
    it.squash("carol", "2026-02-01", "File it (#9)\n");
    // Filed, and extended by a push that calls itself a typo.
    it.w.write(RECORD_PATH, record(PROXY, "high", "2026-11-05", "2027-01-31"));
    it.merge("carol", "alice", "2026-11-05");
    it.replace(RECORD_PATH, "expires: 2027-01-31", "expires: 2027-03-31");
    it.push("carol", "2026-11-12", "fix typo");
    it
}

fn json(history: &History, arguments: &[&str]) -> Value {
    serde_json::from_str(&history.w.run(arguments).out).expect("JSON")
}

/// Id, verdict and who approved, as an audit tells it.
fn verdicts(history: &History, arguments: &[&str]) -> Vec<String> {
    let audit = json(history, &[&["audit", "--format", "json"], arguments].concat());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = audit["records"].as_array().expect("a list").iter().map(|record| {
        let evidence = record["evidence"].as_array().expect("a list").iter();
        let evidence =
            evidence.map(|it| format!("{} ({})", text(&it["person"]), text(&it["kind"])));
        let evidence: Vec<String> = evidence.collect();
        format!("{} {} {}", text(&record["id"]), text(&record["verdict"]), evidence.join(", "))
    });
    told.map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn the_audit_tells_what_happened() {
    assert_eq!(
        verdicts(&two_years(), &[]),
        [
            "EXC-2025-L0GS closed bob (landing)",
            "EXC-2025-VA6T approved alice (trailer)",
            "EXC-2026-BATC unapproved",
            "EXC-2026-K7QD lapsed",
        ]
    );
}

#[test]
fn every_day_of_the_two_years_can_be_asked_for() {
    let history = two_years();
    let on = |day: &str| verdicts(&history, &["--as-of", day]);
    assert_eq!(on("2024-12-31"), [""; 0]);
    assert_eq!(on("2025-02-01"), ["EXC-2025-L0GS approved alice (landing)"]);
    assert_eq!(on("2025-04-01"), ["EXC-2025-L0GS approved bob (landing)"]);
    assert_eq!(
        on("2025-06-10"),
        ["EXC-2025-L0GS closed bob (landing)", "EXC-2025-VA6T approved alice (trailer)"]
    );
    assert_eq!(
        on("2026-11-11").last().map(String::as_str),
        Some("EXC-2026-K7QD approved alice (landing)")
    );
}

#[test]
fn renewals_and_days_are_counted_from_history() {
    let history = two_years();
    let audit = json(&history, &["audit", "--format", "json"]);
    let logs = &audit["records"][0];
    assert_eq!(logs["renewals"], 1);
    assert_eq!(logs["first_promised"], "2025-03-31");
    // From 2025-01-10 to 2025-06-15.
    assert_eq!(logs["days_granted"], 156);
    let proxy = &audit["records"][3];
    assert_eq!((&proxy["renewals"], &proxy["first_promised"]), (&1.into(), &"2027-01-31".into()));
}

/// Mallory's branch: an approver of their own, weaker demands, a wider scope and a later day under a
/// title that says otherwise, and a record that is gone.
fn attack(history: &mut History) {
    let policy = PEOPLE.replace(
        "quorum: {high: 1}, accept: {high: [landing, signed]}",
        "quorum: {high: 1}, accept: {high: [trailer, landing, signed]}",
    ) + "  - {id: mallory, name: Mallory, emails: [mallory@example.com], roles: [approver]}\n";
    history.w.write("exceptions/policy.yaml", policy);
    history.replace(RECORD_PATH, "service:/exc-2026-k7qd", "service:/");
    history.replace(RECORD_PATH, "expires: 2027-03-31", "expires: 2027-12-31");
    history.replace(RECORD_PATH, "opened: 2026-11-05", "opened: 2026-11-15");
    std::fs::remove_file(history.w.path(path(BATCH))).expect("removed");
    history.w.write(".gitattributes", "exceptions/** -diff\n");
    history.w.write(".mailmap", "Alice Kim <alice@example.com> <mallory@example.com>\n");
}

#[test]
fn an_attack_is_caught_line_by_line_before_it_lands() {
    let mut history = two_years();
    attack(&mut history);
    let head = history.branch("mallory", "2026-11-19", "docs: fix a typo").to_string();
    let check = json(&history, &["check", "--base", "main", "--head", &head, "--format", "json"]);
    let findings = check["findings"].as_array().expect("a list");
    let codes: Vec<&str> = findings.iter().filter_map(|it| it["code"].as_str()).collect();
    for (code, what) in [
        ("EXC401", "a record is deleted"),
        ("EXC403", "a longer time without a renewal"),
        ("EXC404", "`opened` is moved"),
        ("EXC406", "the policy is weakened together with a record"),
        ("EXC407", "the register is hidden from diffs"),
    ] {
        assert!(codes.contains(&code), "{what}: {codes:?}");
    }
    let said = history.w.run(&["check", "--base", "main", "--head", &head]);
    assert_eq!(said.code(), 1);
    let policy = "judged by the policy of";
    assert!(
        said.out.contains(policy) || said.out.contains("judged by the policy on"),
        "{}",
        said.out
    );
    let review = history.w.run(&["review", "--base", "main", "--head", &head]).out;
    for line in [
        "EXC-2026-K7QD",
        "WIDENING",
        "scope widened",
        "valid through 2027-03-31 → 2027-12-31, +275 days",
        "first promised 2027-01-31",
        "EXC-2026-BATC",
        "policy.yaml",
        ".gitattributes",
        ".mailmap",
    ] {
        assert!(review.contains(line), "{line}: {review}");
    }
    let diff = history.w.run(&["diff", &format!("main..{head}")]).out;
    assert!(diff.contains("widening: exceptions/EXC-2026-K7QD.yaml"), "{diff}");
    assert!(diff.contains("scope + service:/"), "{diff}");
}

#[test]
fn an_attack_that_landed_all_the_same_is_told_by_the_audit() {
    let mut history = two_years();
    attack(&mut history);
    // Straight onto the mainline, years ago by its date, with an approver in its message.
    history.push(
        "mallory",
        "2024-12-01",
        "docs: fix a typo\n\nApproved-by: Alice Kim <alice@example.com>\n",
    );
    let said = history.w.run(&["audit"]);
    assert_eq!(said.code(), 1);
    let told = verdicts(&history, &[]);
    assert_eq!(told[2], "EXC-2026-BATC deleted");
    assert_eq!(told[3], "EXC-2026-K7QD lapsed");
    for line in [
        "`mallory@example.com`",
        "2024-12-01T12:00:00Z, which cannot be",
        "not approved, so the one before it stays in force",
        "it was deleted while it was open",
    ] {
        let flat = said.out.replace("\n    ", " ").replace("\n  ", " ");
        assert!(flat.contains(line), "{line}: {}", said.out);
    }
    // Whoever was added to the policy approves nothing.
    history.replace(RECORD_PATH, "expires: 2027-12-31", "expires: 2028-12-31");
    history.merge("carol", "mallory", "2026-11-20");
    assert_eq!(verdicts(&history, &[])[3], "EXC-2026-K7QD lapsed");
}
