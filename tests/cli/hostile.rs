//! Strings that break programs, in every text of a record, through the whole check.

use super::support::viewers::{
    RunnerCommand, acting_characters, commands, live_markdown, xml_elements,
};
use super::support::{RECORD_PATH, Workspace};

/// A record that says `text` wherever a record has text, and in a key of its own.
fn record(text: &str) -> String {
    // JSON's strings are YAML's, too.
    let q = serde_json::to_string(text).expect("text is JSON");
    format!(
        "id: {q}
title: {q}
controls: [{q}]
scope: [{q}]
risk: {{level: {q}, statement: {q}}}
owner: {{name: {q}, email: {q}, team: {q}}}
requester: {{name: {q}, email: {q}, team: {q}}}
justification: {{blocker: {q}, end_state: {q}}}
compensating_controls:
  - {{description: {q}, reduces: {q}, owner: {q}, evidence: {q}, verified: {q}, verify_every: {q}}}
remediation: {{plan: {q}, ticket: {q}, milestones: [{{due: {q}, what: {q}}}]}}
opened: {q}
expires: {q}
renewals: [{{date: {q}, until: {q}, reason: {q}, evidence: {q}}}]
reviews: [{{date: {q}, by: {q}, note: {q}}}]
closed: {{date: {q}, outcome: {q}, note: {q}}}
emergency: {{declared: {q}, reason: {q}}}
data_classification: {q}
tags: [{q}]
links: [{q}]
? {q}
: {q}
"
    )
}

/// Runs the check in every format and looks at each output as its viewers do.
#[track_caller]
fn check_everywhere(workspace: &Workspace, what: &str) {
    let out = |format: &str| {
        let run = workspace.run(&["check", "--format", format]);
        assert!(matches!(run.code(), 1 | 2), "{what}: exit code {}", run.code());
        assert_eq!(acting_characters(&run.err), [], "{what}: standard error");
        run.out
    };
    let json: serde_json::Value = serde_json::from_str(&out("json")).expect("JSON");
    let findings = json["findings"].as_array().expect("a list");
    let n = |level: &str| findings.iter().filter(|it| it["level"] == level).count();
    assert!(!findings.is_empty(), "{what}");

    for format in ["text", "json", "github", "gitlab", "sarif", "junit"] {
        let output = out(format);
        assert_eq!(acting_characters(&output), [], "{what}: {format}");
        let found = commands(&output);
        let intended = match format {
            "github" => n("error").min(10) + n("warning").min(10),
            _ => 0,
        };
        assert_eq!(found.len(), intended, "{what}: {format}: {found:?}");
        assert!(found.iter().all(|it| matches!(it.name.as_str(), "error" | "warning")), "{what}");
        match format {
            "gitlab" | "sarif" => {
                let value: serde_json::Value = serde_json::from_str(&output).expect("JSON");
                assert!(!value.is_null());
            }
            "junit" => {
                let names = xml_elements(&output);
                let n_failures = names.iter().filter(|name| *name == "failure").count();
                assert_eq!(n_failures, findings.len(), "{what}");
            }
            _ => {}
        }
    }
    let page = workspace.read("summary.md");
    assert_eq!(live_markdown(page.rsplit("### exc check").next().unwrap_or("")), [""; 0], "{what}");
}

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    let summary = workspace.path("summary.md").display().to_string();
    workspace.var("GITHUB_ACTIONS", "true").var("GITHUB_STEP_SUMMARY", summary)
}

#[test]
fn no_sink_carries_a_hostile_text_alive() {
    for text in [
        "::error::x",
        "##[add-mask]x",
        "a\n::stop-commands::x",
        "\u{1b}]0;x\u{7}",
        "\u{202e}\u{200b}",
        "]]><x>",
        "@a #1 | http://example.com ![x](y)",
    ] {
        let workspace = workspace();
        workspace.write(RECORD_PATH, record(text));
        check_everywhere(&workspace, text);
    }
}

#[test]
fn no_naughty_string_is_alive_in_any_sink() {
    #[expect(clippy::disallowed_methods, reason = "a corpus is given to tests by the environment")]
    let corpora = std::env::var_os("EXC_CORPORA");
    let Some(corpora) = corpora else {
        #[expect(clippy::print_stderr, reason = "a test says that it did not run")]
        {
            eprintln!("not run: EXC_CORPORA names no folder of corpora");
        }
        return;
    };
    let path = std::path::Path::new(&corpora).join("naughty-strings/blns.json");
    let text = std::fs::read_to_string(&path).expect("the corpus holds the naughty strings");
    let strings: Vec<String> = serde_json::from_str(&text).expect("a list of strings");
    assert!(strings.len() > 400, "{}", strings.len());
    for several in strings.chunks(16) {
        let workspace = workspace();
        for (n, text) in several.iter().enumerate() {
            workspace.write(format!("exceptions/EXC-2026-{n:04}.yaml"), record(text));
        }
        check_everywhere(&workspace, &several.join("\n"));
    }
    // Of several records only the first are annotated.
    for text in strings {
        let workspace = Workspace::new();
        workspace.write(RECORD_PATH, record(&text));
        let found = commands(&workspace.run(&["check", "--format", "github"]).out);
        let is_annotation = |it: &RunnerCommand| {
            matches!(it.name.as_str(), "error" | "warning")
                && it.properties.first() == Some(&("file".to_owned(), RECORD_PATH.to_owned()))
        };
        assert!(!found.is_empty() && found.iter().all(is_annotation), "{text}: {found:?}");
    }
}
