//! `exc digest`: what each owner and each team has to do.

use serde_json::Value;

use crate::support::history::{History, PEOPLE};
use crate::support::portfolio::{TODAY, two_years};
use crate::support::{RECORD_PATH, good_record};

fn digest(it: &History, arguments: &[&str]) -> String {
    let said = it.w.run(&[&["--today", TODAY, "digest"], arguments].concat());
    assert_eq!(said.code(), 0, "{said:?}");
    said.out
}

#[test]
fn each_owner_is_told_what_to_do_most_urgent_first() {
    insta::assert_snapshot!(
        "owners",
        digest(&two_years(), &["--by", "owner", "--format", "markdown"])
    );
}

#[test]
fn each_team_is_told_with_the_owners() {
    insta::assert_snapshot!("teams", digest(&two_years(), &["--by", "team", "--within", "7d"]));
}

#[test]
fn slack_gets_a_message_of_its_own() {
    let message = digest(&two_years(), &["--format", "slack"]);
    let message: Value = serde_json::from_str(&message).expect("JSON");
    assert_eq!(message["blocks"][0]["type"], "header");
    insta::assert_snapshot!("slack", serde_json::to_string_pretty(&message).expect("JSON"));
}

#[test]
fn nobody_is_named_who_has_nothing_to_do() {
    let it = two_years();
    let all = digest(&it, &["--within", "90d"]);
    assert!(all.contains("Ines Vandermolen") && all.contains("EXC-2026-EEEE"), "{all}");
    let told = digest(&it, &["--within", "1d", "--risk", "medium"]);
    assert!(told.contains("Sanna Quirola"), "{told}");
    // Hers of that risk ends later, and nothing of it is due within a day.
    assert!(!told.contains("Ines Vandermolen") && !told.contains("EXC-2026-EEEE"), "{told}");
    let said = it.w.run(&["--today", TODAY, "digest", "--tag", "none", "--within", "1d"]);
    assert_eq!((said.out.as_str(), said.code()), ("", 0));
    assert!(said.err.contains("nobody has anything to do"), "{}", said.err);
}

#[test]
fn each_of_them_gets_a_page_under_a_name_that_stays() {
    let it = two_years();
    let paths = digest(&it, &["--by", "owner", "--each", "pages"]);
    let paths: Vec<&str> = paths.lines().collect();
    assert!(paths.len() > 1 && paths.iter().all(|path| path.starts_with("pages/")), "{paths:?}");
    for path in &paths {
        let name = path.trim_start_matches("pages/").trim_end_matches(".md");
        let page = it.w.read(path);
        assert!(page.starts_with(&format!("<!-- exc-digest: {name} -->\n### ")), "{page}");
    }
    let later = ["--today", "2026-12-01", "digest", "--each", "later"];
    let later = it.w.run(&later).out.replace("later/", "pages/");
    assert!(paths.iter().any(|path| later.contains(path)), "{later}");

    let said = it.w.run(&["--today", TODAY, "digest", "--each", "pages"]);
    assert_eq!(said.code(), 2);
    assert!(said.err.contains("pages` is there already, and not empty"), "{}", said.err);
}

/// Bob and Alice may approve, and it takes three.
#[test]
fn where_too_few_may_approve_it_another_one_has_to_get_a_role() {
    let policy = PEOPLE.replace("quorum: {high: 1}", "quorum: {high: 3}");
    let mut history = History::with_policy(&policy, "2026-11-01");
    history.w.write(RECORD_PATH, good_record());
    history.push("carol", "2026-11-05", "file it");
    let more = "give somebody else a role in `people` of the policy that may approve it";
    let digest = history.w.run(&["digest"]).out;
    assert!(digest.contains(&format!("have it approved by alice and bob, and {more}")), "{digest}");
    for words in [["history", "K7QD"], ["audit", "--today=2026-11-20"]] {
        let said = history.w.run(&words).out;
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&format!("; and {more}")), "{said}");
    }
}
