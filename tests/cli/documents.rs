//! What the documents say is true: the README's tour, and the tests that the page on hostile input
//! names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::support::history::History;
use super::support::{RECORD_PATH, Workspace};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn document(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect("the document is there")
}

/// The text of every Rust file below a directory.
fn code(directory: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            text.push_str(&code(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(&path).expect("code is text"));
        }
    }
    text
}

/// The names of all test functions.
fn functions() -> BTreeSet<String> {
    let code = code(&root().join("src")) + &code(&root().join("tests"));
    let names = code.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
    names.map(str::to_owned).collect()
}

/// The first block of a language that follows a text.
fn block<'a>(text: &'a str, after: &str, language: &str) -> &'a str {
    let (_, rest) = text.split_once(after).expect("the text is there");
    let (_, rest) = rest.split_once(&format!("```{language}\n")).expect("a block follows");
    rest.split_once("\n```").map_or("", |(block, _)| block)
}

/// A workspace with the README's record under this repository's own policy.
fn tour() -> (Workspace, String) {
    let record = block(&document("README.md"), "This is a record:", "yaml").to_owned() + "\n";
    let workspace = Workspace::new();
    workspace.write("exceptions/policy.yaml", document("exceptions/policy.yaml"));
    workspace.write(RECORD_PATH, &record);
    (workspace, record)
}

#[test]
fn the_record_of_the_readme_is_in_order() {
    let (workspace, _) = tour();
    let run = workspace.run(&["check"]);
    assert_eq!(run.code(), 0, "{}", run.out);
}

/// The words of a line as a shell reads them, without what no example needs.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    let marked = parts.map(|(at, part)| match at % 2 {
        0 => part.replace(' ', "\n"),
        _ => part.to_owned(),
    });
    marked.collect::<String>().split('\n').map(str::to_owned).collect()
}

#[test]
fn the_changes_of_the_readme_are_in_order_and_mean_what_it_says() {
    let readme = document("README.md");
    let lines = block(&readme, "### Renew, change and close it", "sh");
    let kinds = [
        ("renew", "extension"),
        ("amend", "other"),
        ("verify-control", "upkeep"),
        ("record-review", "upkeep"),
        ("close", "closed"),
    ];
    assert_eq!(lines.lines().count(), kinds.len());
    let (workspace, record) = tour();
    let repo = workspace.git();
    workspace.commit(&repo, "main");
    for (line, (verb, kind)) in lines.lines().zip(kinds) {
        let words = words(line);
        assert_eq!(words[..2], ["exc", verb]);
        workspace.write(RECORD_PATH, &record);
        let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        workspace.exc(&words);
        let check = workspace.run(&["check"]);
        assert_eq!(check.code(), 0, "{verb}: {}", check.out);
        let diff = workspace.run(&["diff", "--format", "json"]).out;
        let diff: serde_json::Value = serde_json::from_str(&diff).expect("JSON");
        assert_eq!(diff["records"][0]["kind"], kind, "{verb}: {diff}");
    }
}

#[test]
fn the_findings_of_the_readme_are_those_of_the_check() {
    let (workspace, record) = tour();
    let blocker =
        "The vendor's region offers no private link before 2027-02 (vendor ticket 48213).";
    let broken = record
        .replace(blocker, "We needed this to work.")
        .replace("expires: 2027-01-31", "expires: 2027-02-30");
    assert_eq!(broken.lines().filter(|line| !record.contains(line)).count(), 2);
    workspace.write(RECORD_PATH, &broken);
    let run = workspace.run(&["check"]);
    let expected = document("README.md");
    let expected = block(&expected, "<!-- tour: check -->", "text");
    assert!(run.out.trim_end() == expected, "the README should say:\n{}", run.out);
}

#[test]
fn the_trail_of_the_readme_is_that_of_its_history() {
    let mut history = History::approved();
    history.edit("expires: 2027-01-31", "expires: 2027-03-31");
    history.push("carol", "2026-11-12", "typo");
    let run = history.w.run(&["history", "EXC-2026-K7QD"]);
    let readme = document("README.md");
    let expected = block(&readme, "<!-- tour: history -->", "text");
    assert!(run.out.trim_end() == expected, "the README should say:\n{}", run.out);
}

/// The commands that the test of the guide runs, with what goes on in further lines.
fn guide() -> Vec<String> {
    let pages = ["requester", "reviewer", "platform", "auditor", "enforcement"];
    let pages: String = pages.map(|name| document(&format!("docs/{name}.md"))).concat();
    let readme = document("README.md");
    let (_, story) = readme.split_once("## From nothing to a closed").expect("the section");
    let (story, _) = story.split_once("\n## ").expect("another section");
    let lines = [&pages, story].concat().replace("\\\n", " ");
    lines.lines().filter(|line| line.starts_with("exc ")).map(str::to_owned).collect()
}

/// Whether a command is of the same verb, and has all the options.
fn says(run: &str, words: &[&str]) -> bool {
    let run: Vec<&str> = run.split_whitespace().skip(1).collect();
    let mut options = words.iter().filter(|word| word.starts_with("--"));
    run[0] == words[0] && options.all(|option| run.contains(option))
}

#[test]
fn every_option_that_the_documents_name_exists() {
    let documents = [document("README.md"), document("docs/reports.md")].concat();
    let (workspace, _) = tour();
    let history = History::approved();
    let guide = guide();
    let commands = documents.lines().filter(|line| line.starts_with("exc "));
    for line in commands {
        let words = line.split_whitespace().skip(1).take_while(|word| *word != "#");
        let words: Vec<&str> = words.collect();
        let n_names = if words[0] == "report" { 2 } else { 1 };
        let help = workspace.run(&[&words[..n_names], &["--help"]].concat());
        for option in words.iter().filter(|word| word.starts_with("--")) {
            assert!(help.out.contains(option), "`{line}`: `{option}` is not in the help");
        }
        let is_of_history = words.contains(&"--as-of") || words.contains(&"--base");
        let of_history = ["history", "audit", "doctor", "diff", "verify"];
        if is_of_history || of_history.contains(&words[0]) {
            // The history has no remote.
            let words: Vec<&str> =
                words.iter().map(|it| it.trim_start_matches("origin/")).collect();
            let run = history.w.run(&words);
            assert!(run.code() < 2, "`{line}`: {}", run.err);
        } else if words.contains(&"--register") {
            // The guide runs it, among other repositories.
            assert!(document("docs/reports.md").contains(line), "`{line}`");
        } else if words[0] == "init" {
            assert_eq!(Workspace::empty().run(&words).code(), 0, "`{line}`");
        } else if ["check", "list", "show", "rules", "explain", "schema", "report", "digest", "fmt"]
            .contains(&words[0])
        {
            assert_eq!(workspace.run(&words).code(), 0, "`{line}`");
        } else {
            // The test of the changes above runs these, or a page of the guide does with other words.
            let changes = ["renew", "amend", "verify-control", "record-review", "close"];
            let is_run = changes.contains(&words[0]) || guide.iter().any(|run| says(run, &words));
            assert!(is_run, "`{line}` is run by no test");
        }
    }
}

/// The names that a command takes for its first argument.
fn names(verb: &str) -> BTreeSet<String> {
    let help = Workspace::empty().exc(&[verb, "--help"]);
    let (_, listed) = help.split_once("Possible values:\n").expect("a list");
    let lines = listed.lines().take_while(|line| !line.trim().is_empty());
    let names = lines.filter_map(|line| line.trim_start().strip_prefix("- "));
    names.filter_map(|line| line.split(':').next()).map(str::to_owned).collect()
}

#[test]
fn the_readme_says_of_every_format_what_reads_it_besides() {
    let readme = document("README.md");
    let (_, table) = readme.split_once("<!-- formats -->\n").expect("the table");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let column = |nth: usize| -> BTreeSet<String> {
        let cells = rows.iter().flat_map(|row| row[nth].split(", "));
        cells.filter(|cell| !cell.is_empty()).map(|it| it.trim_matches('`').to_owned()).collect()
    };
    assert_eq!(column(1), names("reconcile"));
    assert_eq!(column(2), names("export"));
    assert!(rows.iter().all(|row| row.len() == 4 && !row[3].is_empty()));
}

/// The tests that a page names, all of which are there.
#[track_caller]
fn named_by(page: &str) -> BTreeSet<String> {
    let page = document(page);
    let words = page.split('`').skip(1).step_by(2);
    let is_test = |word: &&str| word.contains('_') && !word.contains(['.', '/', ' ']);
    let named: BTreeSet<String> = words.filter(is_test).map(str::to_owned).collect();
    let functions = functions();
    let missing: Vec<_> = named.difference(&functions).collect();
    assert!(missing.is_empty(), "named and not there: {missing:?}");
    named
}

#[test]
fn the_page_on_histories_names_the_tests_that_there_are() {
    let named = named_by("docs/histories.md");
    let is_row = |name: &&String| {
        let digits = name.strip_prefix('s').and_then(|rest| rest.split('_').next());
        digits.is_some_and(|digits| digits.len() == 2 && digits.parse::<u32>().is_ok())
    };
    let functions = functions();
    let unnamed: Vec<_> = functions.iter().filter(is_row).filter(|n| !named.contains(*n)).collect();
    assert!(unnamed.is_empty(), "there and not named: {unnamed:?}");
}

#[test]
fn the_page_on_hostile_input_names_the_tests_that_there_are() {
    let named = named_by("docs/hostile-input.md");
    let functions = functions();
    let is_row = |name: &&String| {
        let digits = name.trim_start_matches(['y', 't', 'o', 'f', 'd']);
        digits.len() + 1 == name.len()
            && digits.split_once('_').is_some_and(|(n, _)| n.parse::<u32>().is_ok())
    };
    let unnamed: Vec<_> = functions.iter().filter(is_row).filter(|n| !named.contains(*n)).collect();
    assert!(unnamed.is_empty(), "there and not named: {unnamed:?}");
}

#[test]
fn every_rule_stands_in_the_changelog() {
    let changelog = document("CHANGELOG.md");
    let rules = Workspace::new().exc(&["rules"]);
    let codes =
        rules.lines().filter_map(|line| line.split_whitespace().find(|w| w.starts_with("EXC")));
    let missing: Vec<&str> = codes.filter(|code| !changelog.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
