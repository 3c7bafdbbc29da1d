//! Reports of registers in which names are written in several ways, histories cannot tell, filters
//! leave something out, or there are several of them: no number says more than is known.

use serde_json::Value;

use crate::support::history::History;
use crate::support::portfolio::{TODAY, two_years};

fn json(it: &History, arguments: &[&str]) -> Value {
    let said = it.w.run(&[&["--today", TODAY], arguments, &["--format", "json"]].concat());
    serde_json::from_str(&said.out).expect("JSON")
}

fn rows<'a>(told: &'a Value, table: &str) -> &'a [Value] {
    told["tables"][table].as_array().expect("rows")
}

fn row<'a>(told: &'a Value, table: &str, key: &str, value: &str) -> &'a Value {
    let found = rows(told, table).iter().find(|row| row[key] == value);
    found.unwrap_or_else(|| panic!("no {key} {value} in {:?}", rows(told, table)))
}

#[test]
fn a_team_and_a_control_are_one_however_their_letters_are_written() {
    let it = two_years();
    it.replace("exceptions/EXC-2026-CCCC.yaml", "team: ai-platform", "team: AI-Platform");
    it.replace("exceptions/EXC-2026-CCCC.yaml", "NET-004", "net-004");
    let told = json(&it, &["report", "portfolio"]);
    assert_eq!(row(&told, "teams", "name", "ai-platform")["open"], 2);
    assert_eq!(row(&told, "friction", "control", "NET-004")["open"], 4);
    assert!(!rows(&told, "friction").iter().any(|row| row["control"] == "net-004"));
}

#[test]
fn a_person_is_an_address_by_whatever_name() {
    let it = two_years();
    it.replace("exceptions/EXC-2026-CCCC.yaml", "name: Dana Ruiz", "name: D. Ruiz");
    it.replace("exceptions/EXC-2026-EEEE.yaml", "name: Ines Vandermolen", "name: Sanna Quirola");
    let told = json(&it, &["report", "portfolio"]);
    assert_eq!(rows(&told, "owners").len(), 4, "{:?}", rows(&told, "owners"));
    assert_eq!(row(&told, "owners", "name", "Dana Ruiz")["open"], 2);
}

#[test]
fn of_what_git_cannot_tell_nobody_is_told_that_all_is_well() {
    let mut it = two_years();
    let text = it.w.read("exceptions/EXC-2026-DDDD.yaml");
    it.w.write("exceptions/twice.yaml", text);
    it.push("carol", "2026-11-15", "twice");
    let said = it.w.run(&["--today", TODAY, "digest", "--within", "7d"]);
    assert_eq!(said.code(), 2, "{}", said.err);
    assert!(said.out.contains("whether it is approved cannot be told"), "{}", said.out);
    assert!(said.err.contains("`exc audit` says which and why"), "{}", said.err);
    assert_eq!(json(&it, &["digest"])["approvals_known"], false);
    let told = json(&it, &["report", "portfolio"]);
    // What is known of the others stays known.
    assert_eq!(told["figures"]["in_force"]["unit"], "count");
    assert_eq!(told["figures"]["unclear"]["value"], 2);
}

#[test]
fn a_record_that_was_changed_here_is_not_said_to_be_approved() {
    let it = two_years();
    it.replace("exceptions/EXC-2026-CCCC.yaml", "expires: 2026-12-15", "expires: 2027-03-15");
    let told = json(&it, &["report", "portfolio"]);
    assert_eq!(row(&told, "records", "id", "EXC-2026-CCCC")["state"], "changed");
    let said = it.w.exc(&["--today", TODAY, "digest", "--within", "7d"]);
    assert!(said.contains("it says more here than what was approved"), "{said}");
}

#[test]
fn a_filter_tells_nothing_of_what_it_cannot_see() {
    let mut it = two_years();
    std::fs::remove_file(it.w.path("exceptions/EXC-2026-DDDD.yaml")).expect("removed");
    it.push("carol", "2026-11-18", "clean up");
    let told = json(&it, &["report", "portfolio", "--team", "support"]);
    assert_eq!(told["figures"]["deleted"], Value::Null);
    assert!(rows(&told, "teams").iter().all(|row| row["budget"] == Value::Null));
    let told = json(&it, &["report", "expiry", "--team", "claims"]);
    assert!(!told.to_string().contains("no day is a cliff."), "{told}");
}

#[test]
fn a_team_keeps_to_the_budget_of_each_register() {
    let (a, b) = (two_years(), two_years());
    b.replace("exceptions/policy.yaml", "per_team: 4", "per_team: 2");
    let path = |it: &History| it.w.path("exceptions").to_string_lossy().into_owned();
    let (first, second) = (path(&a), path(&b));
    let told = json(&a, &["report", "portfolio", "--register", &first, "--register", &second]);
    let team = row(&told, "teams", "name", "evaluation");
    assert_eq!(team["open"], 6);
    assert!(team["budget"].as_str().is_some_and(|it| it.starts_with("over 2 in ")), "{team}");
}

#[test]
fn what_to_do_names_the_register_where_there_are_several() {
    let (a, b) = (two_years(), two_years());
    let path = |it: &History| it.w.path("exceptions").to_string_lossy().into_owned();
    let (first, second) = (path(&a), path(&b));
    let said = a.w.run(&["--today", TODAY, "digest", "--register", &first, "--register", &second]);
    assert!(said.out.contains(&format!("exc renew EXC-2026-HHHH --register {second}")), "{said:?}");
    let again = format!("{first}/../exceptions");
    let said = a.w.run(&["--today", TODAY, "digest", "--register", &first, "--register", &again]);
    assert_eq!(said.code(), 2);
    assert!(said.err.contains("is named twice"), "{}", said.err);
}

#[test]
fn the_command_on_a_page_makes_that_page_again() {
    let it = two_years();
    let asked = ["report", "expiry", "--as-of", "2026-10-15", "--by", "team", "--within", "60d"];
    let page = it.w.exc(&[&asked[..], &["--team", "claims", "--format", "html"]].concat());
    let (_, command) = page.split_once("with <code>exc ").expect("a command");
    let (command, _) = command.split_once("</code>").expect("its end");
    let words: Vec<&str> = command.split(' ').collect();
    assert_eq!(it.w.exc(&words), page, "{command}");
}

#[test]
fn the_policy_says_which_text_it_is() {
    let it = two_years();
    let told = it.w.exc(&["--today", TODAY, "report", "policy"]);
    assert!(told.contains("as it stands on main at"), "{told}");
    it.replace("exceptions/policy.yaml", "per_team: 4", "per_team: 9");
    let told = it.w.exc(&["--today", TODAY, "report", "policy"]);
    assert!(told.contains("which is not what main holds"), "{told}");
    let told = json(&it, &["report", "policy"]);
    // A program gets the sentences too.
    let items = told["sections"].as_array().expect("sections").iter();
    assert!(items.flat_map(|it| it["items"].as_array()).flatten().count() > 10, "{told}");
}

#[test]
fn days_without_cover_include_those_since_it_expired() {
    let it = two_years();
    let lines = it.w.run(&["--today", TODAY, "audit", "--format", "jsonl"]).out;
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let expired =
        lines.into_iter().find(|line| line["row"] == "record" && line["id"] == "EXC-2026-HHHH");
    assert_eq!(expired.expect("a line")["uncovered_days"], 21);
}

#[test]
fn of_what_has_expired_it_is_told_who_may_lean_on_it() {
    let it = two_years();
    let leaning = |told: &Value| row(told, "records", "id", "EXC-2026-HHHH")["named_by"].clone();
    assert_eq!(leaning(&json(&it, &["report", "expiry"])), "nothing");
    it.replace(
        "exceptions/EXC-2026-FFFF.yaml",
        "\nopened:",
        "\nlinks: ['https://example.com/EXC-2026-HHHH.yaml']\nopened:",
    );
    let told = json(&it, &["report", "expiry"]);
    assert_eq!(leaning(&told), serde_json::json!(["EXC-2026-FFFF"]));
    // What still holds may be named by anybody.
    assert!(row(&told, "records", "id", "EXC-2026-FFFF")["named_by"].is_null());
}

#[test]
fn whose_risk_is_not_known_yet_has_to_be_completed_before_anybody_approves_it() {
    let it = two_years();
    it.replace("exceptions/EXC-2026-KKKK.yaml", "level: low", "level: TODO");
    let told = json(&it, &["digest"]).to_string();
    assert!(told.contains("complete it first, since its risk says who may approve it"), "{told}");
    assert!(!told.contains("nobody who may approve it is left"), "{told}");
}
