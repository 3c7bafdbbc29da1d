//! A reconciliation as SARIF 2.1.0: one result for each suppression that is not covered, and a note for
//! each of which there is something to know all the same.

use std::collections::HashMap;
use std::io::{self, Write};

use chrono::NaiveDate;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{help, is_shown, meaning};
use crate::bridge::matching::Verdict;
use crate::bridge::{Allowed, Located, Reconciliation, Row};
use crate::render::json::{self, TOOL_VERSION};
use crate::render::sarif::{HOME, ROOT, SCHEMA, message_text, pascal_case, relative_uri};

/// Writes one run with all verdicts as its rules.
pub(crate) fn write(
    result: &Reconciliation,
    today: NaiveDate,
    out: &mut dyn Write,
) -> io::Result<()> {
    let verdicts: Vec<Verdict> =
        Verdict::ALL.into_iter().filter(|verdict| *verdict != Verdict::Ended).collect();
    let rules: Vec<Value> = verdicts.iter().map(|verdict| rule(*verdict)).collect();
    let mut driver = json!({
        "name": "exc",
        "version": TOOL_VERSION,
        "semanticVersion": TOOL_VERSION,
        "rules": rules,
    });
    if !HOME.is_empty() {
        driver["informationUri"] = HOME.into();
    }
    let mut n_seen: HashMap<String, usize> = HashMap::new();
    let rows = result.rows.iter().filter(|row| is_shown(row, false));
    let results: Vec<Value> = rows
        .map(|row| {
            let index = verdicts.iter().position(|verdict| *verdict == row.judged.verdict);
            self::result(row, result.format, index, &mut n_seen)
        })
        .collect();
    let notices: Vec<Value> = result
        .unread
        .iter()
        .map(|unread| {
            json!({
                "level": "error",
                "message": { "text": message_text(&unread.message, None) },
                "locations": [location(&unread.place)],
            })
        })
        .collect();
    let n_allowed = |it: &Allowed| json!({ "name": it.name, "suppressions": it.places.len() });
    let n_allowed: Vec<Value> = result.allowed.iter().map(n_allowed).collect();
    let run = json!({
        "tool": { "driver": driver },
        "automationDetails": { "id": format!("exc/reconcile/{}/", result.format) },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": { ROOT: { "description": { "text": "The root of the repository." } } },
        "invocations": [{
            "executionSuccessful": result.unread.is_empty(),
            "toolExecutionNotifications": notices,
        }],
        "properties": { "today": today.to_string(), "allowed": n_allowed },
        "results": results,
    });
    json::write(&json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] }), out)
}

fn id(verdict: Verdict) -> String {
    format!("suppression-{}", verdict.as_str())
}

fn level(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ended | Verdict::Covered | Verdict::Narrower => "note",
        Verdict::Unknown => "warning",
        _ => "error",
    }
}

fn rule(verdict: Verdict) -> Value {
    let id = id(verdict);
    let text = format!("Of suppressions in an enforcement tool: {}.", meaning(verdict));
    let help = help(verdict).unwrap_or("read what is noted of them");
    json!({
        "id": id,
        "name": pascal_case(&id),
        "shortDescription": { "text": text },
        "fullDescription": { "text": text },
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": { "level": level(verdict) },
        "properties": { "tags": ["exception-register"], "precision": "very-high" },
    })
}

fn result(
    row: &Row,
    format: &str,
    index: Option<usize>,
    n_seen: &mut HashMap<String, usize>,
) -> Value {
    let verdict = row.judged.verdict;
    let why = row.judged.why.iter().chain(&row.notes).chain(&row.made);
    let why: Vec<&str> = why.map(String::as_str).collect();
    let record = row.judged.record.as_ref().map(|id| format!(", {id}")).unwrap_or_default();
    let text = format!("`{}` is {}{record}: {}", row.name, verdict.as_str(), why.join("; "));
    // Neither an edit further up nor a new day makes a known one new.
    let mut hash = Sha256::new();
    for part in [format, "\0", verdict.as_str(), "\0", &row.place.path, "\0", &row.name] {
        hash.update(part);
    }
    let hash: String = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let n = n_seen.entry(hash.clone()).or_default();
    *n += 1;
    let mut result = json!({
        "ruleId": id(verdict),
        "ruleIndex": index,
        "level": level(verdict),
        "message": { "text": message_text(&text, help(verdict)) },
        "locations": [location(&row.place)],
        "partialFingerprints": { "primaryLocationLineHash": format!("{hash}:{n}") },
    });
    if row.is_allowed {
        result["suppressions"] = json!([{ "kind": "external" }]);
    }
    result
}

fn location(place: &Located) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": {
                "uri": relative_uri(place.path.as_bytes()),
                "uriBaseId": ROOT,
            },
            "region": {
                "startLine": place.position.line,
                "startColumn": place.position.column,
            },
        },
    })
}
