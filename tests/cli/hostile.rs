//! Strings that break programs, in every text of a record, through the whole check.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

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

/// The same record as one that reports are about: open, with a day and a level that can be read.
fn open_record(text: &str) -> String {
    let closed = record(text);
    let lines = closed.lines().filter(|line| !line.starts_with("closed:"));
    let lines = lines.map(|line| match line.split(':').next() {
        Some("expires") => "expires: 2026-12-01".to_owned(),
        Some("opened") => "opened: 2026-10-01".to_owned(),
        Some("risk") => "risk: {level: low, statement: s}".to_owned(),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The characters of a line that mean something to Markdown, as the lines of a page have them: how
/// many lines there are depends on what is found in a record.
fn marks(markdown: &str) -> BTreeSet<String> {
    let is_mark = |c: &char| "|*<>`[]@!_\\~$".contains(*c);
    markdown.lines().map(|line| line.chars().filter(is_mark).collect()).collect()
}

/// The same of the record whose texts are a letter: the page's own.
fn plain_marks(arguments: &[&str]) -> BTreeSet<String> {
    static KNOWN: Mutex<BTreeMap<String, BTreeSet<String>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().expect("no test has failed in here");
    known.entry(arguments.join(" ")).or_insert_with(|| find_plain_marks(arguments)).clone()
}

fn find_plain_marks(arguments: &[&str]) -> BTreeSet<String> {
    let workspace = Workspace::new();
    let mut own = BTreeSet::new();
    workspace.write(RECORD_PATH, open_record("x"));
    // Of a file that cannot be read the page says so.
    for broken in ["", "id: [\n"] {
        if !broken.is_empty() {
            workspace.write("exceptions/EXC-2026-0000.yaml", broken);
        }
        own.extend(marks(&workspace.run(&[&["--today", "2026-11-20"], arguments].concat()).out));
    }
    own
}

/// Writes every report in every format, and looks at each as its viewers do.
#[track_caller]
fn report_everywhere(workspace: &Workspace, text: &str) {
    workspace.write(RECORD_PATH, open_record(text));
    let out = |arguments: &[&str]| {
        let run = workspace.run(&[&["--today", "2026-11-20"], arguments].concat());
        assert!(matches!(run.code(), 0 | 2), "{text}: {arguments:?}: {run:?}");
        assert_eq!(acting_characters(&run.err), [], "{text}: standard error");
        // A calendar has lines of its own.
        assert_eq!(acting_characters(&run.out.replace('\r', "")), [], "{text}: {arguments:?}");
        assert_eq!(commands(&run.out), [], "{text}: {arguments:?}");
        run.out
    };
    for kind in ["expiry", "portfolio"] {
        for format in ["text", "csv"] {
            out(&["report", kind, "--format", format]);
        }
        let json = out(&["report", kind, "--format", "json"]);
        assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{text}");
        let markdown = out(&["report", kind, "--format", "markdown"]);
        let plain = plain_marks(&["report", kind, "--format", "markdown"]);
        let found = marks(&markdown);
        let foreign: Vec<&String> = found.difference(&plain).collect();
        assert!(foreign.is_empty(), "{text}: {foreign:?}: {markdown}");
        let page = out(&["report", kind, "--format", "html"]);
        for element in ["<script", "<img", "<iframe", "<a href=\"http", "<a href=\"javascript"] {
            let n_own = usize::from(element == "<script");
            assert_eq!(page.matches(element).count(), n_own, "{text}: {element}");
        }
    }
    let calendar = out(&["report", "expiry", "--format", "ics"]).replace("\r\n ", "");
    let names = [
        "BEGIN",
        "VERSION",
        "PRODID",
        "CALSCALE",
        "METHOD",
        "X-WR-CALNAME",
        "UID",
        "DTSTAMP",
        "SEQUENCE",
        "DTSTART;VALUE=DATE",
        "SUMMARY",
        "DESCRIPTION",
        "TRANSP",
        "END",
    ];
    for line in calendar.split("\r\n").filter(|line| !line.is_empty()) {
        assert!(names.iter().any(|name| line.starts_with(&format!("{name}:"))), "{text}: {line}");
    }
    let markdown = out(&["digest", "--within", "60d", "--format", "markdown"]);
    let plain = plain_marks(&["digest", "--within", "60d", "--format", "markdown"]);
    let found = marks(&markdown);
    let foreign: Vec<&String> = found.difference(&plain).collect();
    assert!(foreign.is_empty(), "{text}: {foreign:?}: {markdown}");
    let slack = out(&["digest", "--within", "60d", "--format", "slack"]);
    let slack: serde_json::Value = serde_json::from_str(&slack).expect("JSON");
    for block in slack["blocks"].as_array().expect("blocks") {
        let text = block["text"]["text"].as_str().unwrap_or_default();
        assert!(!text.contains(['<', '>']), "{text}");
    }
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
        report_everywhere(&Workspace::new(), text);
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
    for text in &strings {
        report_everywhere(&Workspace::new(), text);
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
