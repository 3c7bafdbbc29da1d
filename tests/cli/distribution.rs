//! How `exc` gets into the CI of others: the action of this repository, and its components.

use std::fs;

use serde_yaml::Value;

use crate::support::forge::{Forge, steps_are_safe};
use crate::support::{RECORD_PATH, Workspace, good_record};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn action() -> Value {
    let text = fs::read_to_string(format!("{ROOT}/action.yml")).expect("an action");
    serde_yaml::from_str(&text).expect("YAML")
}

/// The script of a step of the action.
#[track_caller]
fn step(name: &str) -> String {
    let action = action();
    let steps = action["runs"]["steps"].as_sequence().expect("steps").clone();
    let step = steps.iter().find(|step| step["name"] == name).expect("a step of this name");
    step["run"].as_str().expect("a script").to_owned()
}

#[test]
fn the_action_puts_no_input_into_a_script_and_pins_what_it_uses() {
    steps_are_safe("action.yml", &action()["runs"]);
}

#[test]
fn the_action_runs_its_arguments_as_words_and_never_as_a_script() {
    let Some(it) = Forge::new("none") else { return };
    let run = step("Run exc");
    it.run(&run, "", &[("ARGUMENTS", "check --format json -o found.json")]);
    assert!(it.w.read("found.json").contains("\"findings\""));
    let hostile = "schema -o $(touch${IFS}pwned)`touch${IFS}pwned`;touch${IFS}pwned";
    it.run(&run, "", &[("ARGUMENTS", hostile)]);
}

#[test]
fn the_action_keeps_one_comment_below_a_change_of_the_register() {
    let Some(it) = Forge::new("none") else { return };
    let (write, post) = (step("Write the review"), step("Write or renew the comment"));
    let review = |head: &str, base: &str| {
        let vars = [("ACTION", ROOT), ("GITHUB_BASE_REF", "main"), ("HEAD_SHA", head)];
        it.run(&write, "", &[&vars[..], &[("BASE", base)]].concat());
        let output = it.w.read("temp/output");
        let value = |name: &str| -> String {
            let line = output.lines().find_map(|line| line.strip_prefix(name));
            line.expect("an output").to_owned()
        };
        let (path, differs) = (value("path="), value("differs="));
        let vars = [("ACTION", ROOT), ("GITHUB_REPOSITORY", "o/r"), ("PULL_REQUEST", "5")];
        it.run(&post, "", &[&vars[..], &[("REVIEW", &path), ("DIFFERS", &differs)]].concat());
        it.comments()
    };
    assert_eq!(review(&it.propose(), ""), serde_json::json!([]), "nothing changes");
    it.w.write(RECORD_PATH, good_record());
    let head = it.propose();
    review(&head, "");
    let comments = review(&head, "main");
    assert_eq!(comments.as_array().map(Vec::len), Some(1), "{comments}");
    let body = comments[0]["body"].as_str().expect("a text");
    assert!(body.starts_with("<!-- exc-review -->\n### exc review\n"), "{body}");
}

#[test]
fn the_components_have_the_jobs_that_init_writes() {
    let w = Workspace::empty();
    w.exc(&["init", "--ci", "gitlab"]);
    for file in ["exc.yml", "exc-digest.yml"] {
        let text = fs::read_to_string(format!("{ROOT}/templates/{file}")).expect("a component");
        let (header, body) = text.split_once("\n---\n").expect("two documents");
        let header: Value = serde_yaml::from_str(header).expect("YAML");
        let mut body = body.replace("exc --register \"$[[ inputs.register ]]\"", "exc");
        for (name, input) in header["spec"]["inputs"].as_mapping().expect("inputs") {
            let name = name.as_str().expect("a name");
            let default = input["default"].as_str().expect("a default");
            body = body.replace(&format!("$[[ inputs.{name} ]]"), default);
        }
        let written: Value = serde_yaml::from_str(&w.read(format!(".gitlab/{file}"))).expect(file);
        let component: Value = serde_yaml::from_str(&body).expect(file);
        assert!(
            component == written,
            "{file} should have the jobs\n{}",
            w.read(format!(".gitlab/{file}"))
        );
    }
}

#[test]
fn every_workflow_of_this_repository_is_pinned_and_has_few_permissions() {
    for entry in fs::read_dir(format!("{ROOT}/.github/workflows")).expect("workflows") {
        let path = entry.expect("an entry").path();
        let name = path.display().to_string();
        let workflow: Value =
            serde_yaml::from_str(&fs::read_to_string(&path).expect("a text")).expect("YAML");
        let read: Value = serde_yaml::from_str("contents: read").expect("YAML");
        let none: Value = serde_yaml::from_str("{}").expect("YAML");
        assert!([&read, &none].contains(&&workflow["permissions"]), "{name}");
        for job in workflow["jobs"].as_mapping().expect("jobs").values() {
            steps_are_safe(&name, job);
        }
    }
}
