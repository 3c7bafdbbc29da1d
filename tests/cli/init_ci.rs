//! The CI jobs that `exc init` writes, with their scripts run as a forge would run them.

use serde_yaml::Value;

use crate::support::forge::{Forge, HOSTILE, step, steps_are_safe};
use crate::support::{RECORD_PATH, Workspace, good_record};

/// Records of three owners that expired long ago, two of them hostile.
fn expired(w: &Workspace) {
    let records = [
        ("EXC-2026-0001", "Dana Ruiz", "dana.ruiz@example.com"),
        ("EXC-2026-0002", HOSTILE, "eve@example.com"),
        ("EXC-2026-0003", "Lou Hale", HOSTILE),
    ];
    for (id, name, email) in records {
        let quote = |text: &str| serde_json::Value::from(text).to_string();
        let text = good_record()
            .replace("EXC-2026-K7QD", id)
            .replace("Model proxy keeps", "A proxy $(touch pwned) @everyone keeps")
            .replace("opened: 2026-11-05", "opened: 2020-01-01")
            .replace("expires: 2027-01-31", "expires: 2020-02-01")
            .replace("{name: Dana Ruiz", &format!("{{name: {}", quote(name)))
            .replace("email: dana.ruiz@example.com", &format!("email: {}", quote(email)));
        w.write(format!("exceptions/{id}.yaml"), text);
    }
}

#[test]
fn github_keeps_one_issue_for_each_owner_and_closes_it_when_nothing_is_left() {
    let Some(it) = Forge::new("github") else { return };
    let workflow = it.yaml(".github/workflows/exceptions-digest.yml");
    let write = step(&workflow, "digest", "Write a page for each owner");
    let post = step(&workflow, "issues", "Open, update and close issues");
    let digest = || {
        let _ = std::fs::remove_dir_all(it.w.path("temp/digest"));
        it.run(&write, "", &[]);
        it.run(&post, "", &[]);
    };
    expired(&it.w);
    it.land();
    digest();
    let first = it.texts("issues");
    assert_eq!(first.len(), 3);
    assert!(first.iter().any(|text| text.contains("EXC-2026-0001") && text.contains("Dana Ruiz")));
    for text in &first {
        assert!(text.starts_with("<!-- exc-digest: "), "{text}");
        assert!(!text.contains("@everyone") && text.matches("-->").count() == 1, "{text}");
    }
    let calls = it.forge_file("calls");
    assert!(calls.contains("--title Exceptions: dana-ruiz-example-com --body-file"), "{calls}");

    digest();
    assert_eq!(it.texts("issues"), first, "a second run has changed something");
    assert_eq!(it.forge_file("calls").matches("issue create").count(), 3);

    std::fs::remove_file(it.w.path("exceptions/EXC-2026-0002.yaml")).expect("removed");
    digest();
    assert_eq!((it.texts("issues").len(), it.texts("closed").len()), (2, 1));
    assert!(it.texts("closed")[0].contains("EXC-2026-0002"));
}

#[test]
fn github_comments_once_below_a_change_of_the_register_and_not_below_others() {
    let Some(it) = Forge::new("github") else { return };
    let workflow = it.yaml(".github/workflows/exc.yml");
    let write = step(&workflow, "exceptions", "Write the review");
    let post = step(&workflow, "comment", "Write or renew the comment");
    let review = |head: &str, is_fork: &str| {
        let _ = std::fs::remove_dir_all(it.w.path("temp/exc-review"));
        let vars = [("GITHUB_BASE_REF", "main"), ("HEAD_SHA", head), ("IS_FORK", is_fork)];
        it.run(&write, "", &vars);
        let output = it.w.read("temp/output");
        let Some(review) = output.trim().strip_prefix("review=") else {
            assert_eq!(output, "");
            return;
        };
        let vars = [("GITHUB_REPOSITORY", "o/r"), ("PULL_REQUEST", "5"), ("REVIEW", review)];
        it.run(&post, "temp/exc-review", &vars);
    };
    let nothing = it.propose();
    review(&nothing, "false");
    assert_eq!(it.comments(), serde_json::json!([]), "nothing of the register changes");

    let title = "Model proxy keeps a public endpoint until vendor private link ships";
    let title_in_yaml = serde_json::Value::from(HOSTILE).to_string();
    it.w.write(RECORD_PATH, good_record().replace(title, &title_in_yaml));
    let head = it.propose();
    review(&head, "true");
    assert_eq!(it.comments(), serde_json::json!([]), "a fork may not comment");
    assert!(it.w.read("temp/summary").contains("EXC-2026-K7QD"));

    let foreign = serde_json::json!([
        {"id": 1, "user": {"login": "eve"}, "body": "<!-- exc-review -->\nall fine"}
    ]);
    it.w.write("temp/forge/comments.json", foreign.to_string());
    review(&head, "false");
    review(&head, "false");
    let comments = it.comments();
    assert_eq!(comments.as_array().map(Vec::len), Some(2), "{comments}");
    assert_eq!(comments[0], foreign[0]);
    let body = comments[1]["body"].as_str().expect("a text");
    assert!(body.starts_with("<!-- exc-review -->\n### exc review\n"), "{body}");
    assert!(body.contains("EXC-2026-K7QD") && !body.contains("@everyone"), "{body}");
}

#[test]
fn gitlab_keeps_one_issue_for_each_owner_and_closes_it_when_nothing_is_left() {
    let Some(it) = Forge::new("gitlab") else { return };
    let jobs = it.yaml(".gitlab/exc-digest.yml");
    // The runner keeps its folder: what earlier pipelines wrote is still there.
    let pipeline = std::cell::Cell::new(100);
    let digest = || {
        pipeline.set(pipeline.get() + 1);
        let number = pipeline.get().to_string();
        let vars = [&gitlab()[..], &[("CI_PIPELINE_ID", number.as_str())]].concat();
        it.run_job(&jobs, "exceptions-digest", &vars);
        it.run_job(&jobs, "exceptions-issues", &vars);
    };
    it.built();
    expired(&it.w);
    it.land();
    digest();
    let first = it.texts("issues");
    assert_eq!(first.len(), 3);
    assert!(first.iter().all(|text| text.starts_with("<!-- exc-digest: ")));
    assert!(first.iter().all(|text| !text.lines().any(|line| line.starts_with('/'))));
    assert!(it.forge_file("titles").contains("Exceptions: dana-ruiz-example-com [exc-digest]"));

    digest();
    assert_eq!(it.texts("issues"), first, "a second run has changed something");
    assert_eq!(it.forge_file("calls").matches("POST").count(), 3);

    std::fs::remove_file(it.w.path("exceptions/EXC-2026-0001.yaml")).expect("removed");
    digest();
    assert_eq!((it.texts("issues").len(), it.texts("issues-closed").len()), (2, 1));
    assert!(it.texts("issues-closed")[0].contains("EXC-2026-0001"));
}

#[test]
fn gitlab_writes_one_note_below_a_change_of_the_register_and_none_below_others() {
    let Some(it) = Forge::new("gitlab") else { return };
    let jobs = it.yaml(".gitlab/exc.yml");
    let review = |head: &str| {
        let merge = [("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"), ("CI_COMMIT_SHA", head)];
        it.run_job(&jobs, "exceptions", &[&gitlab()[..], &merge].concat());
        it.run_job(&jobs, "exceptions-note", &gitlab());
    };
    it.built();
    review(&it.propose());
    assert_eq!(it.texts("notes"), [""; 0], "nothing of the register changes");
    it.w.write(RECORD_PATH, good_record().replace("AZ-NET-004", "NET-004"));
    let head = it.propose();
    it.repo.set_head("refs/heads/change").expect("a checkout");
    review(&head);
    review(&head);
    let notes = it.texts("notes");
    assert_eq!(notes.len(), 1);
    assert!(notes[0].starts_with("<!-- exc-review -->\n### exc review\n"), "{}", notes[0]);
    assert!(it.w.path("gl-code-quality-report.json").exists());
}

fn gitlab() -> [(&'static str, &'static str); 5] {
    [
        ("CI_PIPELINE_ID", "7"),
        ("CI_API_V4_URL", "https://gitlab.example.com/api/v4"),
        ("CI_PROJECT_ID", "12"),
        ("CI_MERGE_REQUEST_IID", "5"),
        ("EXC_GITLAB_TOKEN", "secret"),
    ]
}

#[test]
fn a_job_of_github_has_the_permissions_that_it_needs_and_no_more() {
    let w = Workspace::empty();
    w.exc(&["init", "--ci", "github"]);
    let allowed = [
        (".github/workflows/exc.yml", "exceptions", "{contents: read}"),
        (".github/workflows/exc.yml", "comment", "{pull-requests: write}"),
        (".github/workflows/exceptions-digest.yml", "digest", "{contents: read}"),
        (".github/workflows/exceptions-digest.yml", "issues", "{issues: write}"),
    ];
    let mut n_jobs = 0;
    for file in [allowed[0].0, allowed[2].0] {
        let text = w.read(file);
        let workflow: Value = serde_yaml::from_str(&text).expect("YAML");
        assert_eq!(workflow["permissions"], serde_yaml::from_str::<Value>("{}").expect("YAML"));
        assert!(!text.contains("pull_request_target"), "{file}");
        assert!(text.contains("fetch-depth: 0"), "{file}: without history nothing is judged");
        let triggers = workflow["on"].as_mapping().expect("triggers").keys();
        let triggers: Vec<&str> = triggers.filter_map(Value::as_str).collect();
        let expected: &[&str] = match file.ends_with("digest.yml") {
            true => &["schedule", "workflow_dispatch"],
            false => &["pull_request", "merge_group", "push"],
        };
        assert_eq!(triggers, expected, "{file}");
        for (name, job) in workflow["jobs"].as_mapping().expect("jobs") {
            n_jobs += 1;
            let (.., expected) = *allowed
                .iter()
                .find(|(known, job, _)| *known == file && name == *job)
                .expect("a known job");
            let expected: Value = serde_yaml::from_str(expected).expect("YAML");
            assert_eq!(job["permissions"], expected, "{file}: {name:?}");
            steps_are_safe(file, job);
            let text = serde_yaml::to_string(job).expect("YAML");
            let may_write = text.contains(": write");
            assert!(
                !may_write || !(text.contains("exc check") || text.contains("checkout")),
                "{text}"
            );
        }
    }
    assert_eq!(n_jobs, allowed.len());
}
