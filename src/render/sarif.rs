//! SARIF 2.1.0, in the form that GitHub code scanning reads.
//!
//! <https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning>.
//! All results are written; GitHub takes 25,000 of a run and shows 5,000. The list of rules is
//! always complete, since GitHub wants it to be the same in every analysis.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::fingerprint::Fingerprints;
use super::json::{self, TOOL_VERSION};
use super::{Judgement, Page, Safe, elsewhere};
use crate::finding::{Finding, Place};

pub(super) const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Where the tool is at home, once `Cargo.toml` says so.
pub(super) const HOME: &str = env!("CARGO_PKG_REPOSITORY");
/// What relative URIs are relative to.
pub(super) const ROOT: &str = "SRCROOT";
/// Bytes that GitHub takes of a description.
const MAX_DESCRIPTION: usize = 1024;

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    automation_details: Value,
    column_kind: &'static str,
    original_uri_base_ids: Value,
    invocations: Value,
    properties: Value,
    results: Results<'a>,
}

struct Results<'a> {
    findings: &'a [Finding],
    rule_indices: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Value,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// Writes one run with all rules and all findings.
pub(super) fn write(judgement: &Judgement<'_>, out: &mut dyn Write) -> io::Result<()> {
    let codes = judgement.pages.iter().map(|page| page.code.id);
    let rules: Vec<Value> = judgement.pages.iter().map(rule).collect();
    let is_unjudged = |finding: &Finding| finding.code.unjudged;
    let is_complete =
        judgement.unreadable.is_empty() && !judgement.findings.iter().any(is_unjudged);
    let mut driver = json!({
        "name": "exc",
        "version": TOOL_VERSION,
        "semanticVersion": TOOL_VERSION,
        "rules": rules,
    });
    if !HOME.is_empty() {
        driver["informationUri"] = HOME.into();
    }
    let mut properties = json!({ "today": judgement.today.to_string() });
    if let Some(gate) = judgement.gate {
        properties["base"] = gate.base.commit.as_str().into();
        properties["head"] = gate.head.commit.as_str().into();
        properties["notes"] = gate.notes.clone().into();
    }
    let run = Run {
        tool: json!({ "driver": driver }),
        automation_details: json!({ "id": "exc/" }),
        column_kind: "unicodeCodePoints",
        original_uri_base_ids: json!({ ROOT: {
            "description": { "text": "The root of the repository." },
        }}),
        invocations: json!([{ "executionSuccessful": is_complete }]),
        properties,
        results: Results {
            findings: judgement.findings,
            rule_indices: codes.enumerate().map(|(index, code)| (code, index)).collect(),
        },
    };
    json::write(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] }, out)
}

fn rule(page: &Page) -> Value {
    let code = page.code;
    let full = full_description(page.docs).unwrap_or_else(|| code.name.to_owned());
    json!({
        "id": code.id,
        "name": pascal_case(code.name),
        "shortDescription": { "text": first_sentence(&full) },
        "fullDescription": { "text": full },
        "help": { "text": page.docs.trim_end(), "markdown": page.docs.trim_end() },
        "defaultConfiguration": { "level": code.level.as_str() },
        "properties": { "tags": ["exception-register", code.kind.as_str()], "precision": "very-high" },
    })
}

pub(super) fn pascal_case(name: &str) -> String {
    name.split('-').map(capitalized).collect()
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// The text up to the first full stop behind which a new sentence starts.
fn first_sentence(text: &str) -> &str {
    let starts = |rest: &str| rest.starts_with(|c: char| c.is_uppercase() || c == '`');
    let ends = text.match_indices(". ").map(|(at, stop)| (at, &text[at + stop.len()..]));
    ends.into_iter().find(|(_, rest)| starts(rest)).map_or(text, |(at, _)| &text[..=at])
}

/// The first paragraph below the first heading, on one line.
fn full_description(docs: &str) -> Option<String> {
    let paragraph = docs.split("\n\n").map(str::trim).find(|part| !part.starts_with('#'))?;
    let mut text = paragraph.replace('\n', " ");
    while text.len() > MAX_DESCRIPTION {
        text.pop();
    }
    (!text.is_empty()).then_some(text)
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fingerprints = Fingerprints::default();
        let mut results = serializer.serialize_seq(Some(self.findings.len()))?;
        for finding in self.findings {
            let rule_index = self.rule_indices.get(finding.code.id).copied();
            results.serialize_element(&result(finding, rule_index, &mut fingerprints))?;
        }
        results.end()
    }
}

fn result(
    finding: &Finding,
    rule_index: Option<usize>,
    fingerprints: &mut Fingerprints,
) -> SarifResult {
    let labels = finding.labels.iter().enumerate().map(|(index, label)| {
        let message = message(&label.text, None);
        Location { id: Some(index + 1), ..location(&label.place, Some(message)) }
    });
    let what = match elsewhere(finding) {
        Some(who) => format!("{}; {who}", finding.message),
        None => finding.message.clone(),
    };
    SarifResult {
        rule_id: finding.code.id,
        rule_index,
        level: finding.level.as_str(),
        message: message(&what, finding.help.as_deref()),
        locations: [location(&finding.place, None)],
        related_locations: labels.collect(),
        partial_fingerprints: json!({ "primaryLocationLineHash": fingerprints.of(finding) }),
    }
}

/// Text that ends in a full stop and holds no link: viewers take `[text](target)` for one
/// (SARIF 2.1.0, section 3.11.6).
pub(super) fn message_text(text: &str, help: Option<&str>) -> String {
    let mut message = Safe(text).to_string();
    if let Some(help) = help {
        message.push_str(&format!(" ({})", Safe(help)));
    }
    format!("{}.", message.replace("](", "]\\u{28}"))
}

fn message(text: &str, help: Option<&str>) -> Message {
    Message { text: message_text(text, help) }
}

fn location(place: &Place, message: Option<Message>) -> Location {
    let (start, end) = (place.start(), place.end());
    Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(place), uri_base_id: ROOT },
            region: Region {
                start_line: start.line,
                start_column: start.column,
                end_line: end.line,
                end_column: end.column,
            },
        },
        message,
    }
}

fn uri(place: &Place) -> String {
    relative_uri(place.file.path_bytes().unwrap_or(place.file.path().as_bytes()))
}

/// A path as a relative reference (RFC 3986); what is not unreserved is percent-encoded, so that
/// nothing in a name is taken for a scheme, a query or a fragment.
pub(super) fn relative_uri(bytes: &[u8]) -> String {
    let mut uri = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            byte => write!(uri, "%{byte:02X}").expect("a string takes everything"),
        }
    }
    uri
}
