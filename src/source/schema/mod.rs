//! JSON Schema on the value tree: what the schema says is wrong, as findings at their places.
//!
//! The tree is validated as it is, through [`jsonschema::json::Json`], without a copy. Patterns
//! run on the linear-time engine, and a `$ref` to another document is refused, never fetched.
//!
//! [`view`] is the tree as the validator looks at it; [`explanation`] says what to write instead of
//! what the schema refuses, from what it expects there ([`expected`]).

mod expected;
mod explanation;
mod likeness;
mod view;

use std::collections::HashSet;
use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::Value;

use self::expected::expected_form;
use self::explanation::Explanation;
pub(crate) use self::likeness::{likeness, nearest};
pub(crate) use self::view::to_json;
use self::view::{Instance, YamlTree};
use super::dates;
use super::flood::Flood;
use super::tree::{NodeRef, Shape, Tree, push_key};
use crate::finding::{Code, Finding, Fix, Place};

pub(crate) const UNKNOWN_KEY: Code = Code::error("EXC101", "unknown-key");
pub(crate) const MISSING_FIELD: Code = Code::error("EXC102", "missing-field");
pub(crate) const WRONG_TYPE: Code = Code::error("EXC103", "wrong-type");
pub(crate) const INVALID_VALUE: Code = Code::error("EXC104", "invalid-value");
pub(crate) const INCOMPLETE_COMPENSATING_CONTROL: Code =
    Code::error("EXC113", "incomplete-compensating-control");
pub(crate) const CLOSED_WITHOUT_OUTCOME: Code = Code::error("EXC212", "closed-without-outcome");

/// The schema of a record, as published in `schemas/exception.schema.json`.
pub(crate) const EXCEPTION_SCHEMA: &str = include_str!("../../../schemas/exception.schema.json");
/// The schema of the policy, as published in `schemas/policy.schema.json`.
pub(crate) const POLICY_SCHEMA: &str = include_str!("../../../schemas/policy.schema.json");

/// The largest whole number that is not also another one to a reader that keeps numbers as doubles,
/// as JavaScript and `jq` do.
pub(super) const MAX_EXACT: i64 = (1 << 53) - 1;

/// A compiled schema.
#[derive(Debug)]
pub(crate) struct Schema {
    /// What is expected at each place.
    document: Value,
    /// The command that describes the schema.
    command: &'static str,
    validator: Validator<YamlTree>,
}

impl Schema {
    /// Compiles a schema; the error says what is wrong with it.
    pub(crate) fn compile(document: Value) -> Result<Self, String> {
        let options = jsonschema::options_for::<YamlTree>();
        let validator = options
            .with_draft(jsonschema::Draft::Draft7)
            .should_validate_formats(true)
            .with_pattern_options(PatternOptions::regex())
            .build(&document)
            .map_err(|error| error.to_string())?;
        Ok(Self { document, command: "exc schema", validator })
    }

    /// The same, for a schema that says in another document what is expected at each place.
    pub(in crate::source) fn explained_by(self, document: Value) -> Self {
        Self { document, ..self }
    }

    /// The same, for a schema that another command describes.
    pub(crate) fn described_by(self, command: &'static str) -> Self {
        Self { command, ..self }
    }

    /// Adds what the schema finds wrong with a tree to the findings of its file.
    pub(in crate::source) fn check(&self, tree: &Tree, findings: &mut Flood) {
        let root = tree.root();
        if self.validator.is_valid(Instance::Node(root)) {
            return;
        }
        let mut seen = HashSet::new();
        for error in self.validator.iter_errors(Instance::Node(root)) {
            let pointer = error.instance_path().as_str();
            let Some(node) = tree.find(pointer) else { continue };
            // An alias has its finding already.
            if matches!(node.shape(), Shape::Unknown) {
                continue;
            }
            if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
                self.unknown_keys(node, pointer, unexpected, &error, findings);
                continue;
            }
            let Some(finding) = self.explain(node, pointer, &error) else { continue };
            // A bad date fails its pattern and its format: one finding is enough.
            let subject = match finding.code.id {
                "EXC102" | "EXC113" | "EXC212" => finding.message.clone(),
                _ => String::new(),
            };
            if seen.insert((node.address(), finding.place.span, finding.code.id, subject)) {
                findings.push(finding);
            }
        }
    }

    /// What an error of the schema means, unless something else has said so already.
    fn explain(
        &self,
        node: NodeRef<'_>,
        pointer: &str,
        error: &ValidationError<'_>,
    ) -> Option<Finding> {
        let here = || place(node, pointer);
        let key = last_key(pointer);
        let wants_a_date = error.evaluation_path().as_str().contains("/definitions/date")
            || error.schema_path().as_str().contains("/definitions/date");
        let explanation = Explanation { document: &self.document, command: self.command };
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                explanation.missing(here(), node, property.as_str().unwrap_or_default())
            }
            ValidationErrorKind::Type { kind } => explanation.wrong_type(here(), node, kind),
            _ if wants_a_date => Some(dates::not_a_date(here(), node.text().unwrap_or_default())),
            ValidationErrorKind::Enum { options } => explanation.not_in_enum(here(), node, options),
            ValidationErrorKind::MinLength { .. } => Some(explanation.empty(here())),
            ValidationErrorKind::MinItems { .. } => Some(
                MISSING_FIELD
                    .finding(here(), format!("`{key}` is an empty list"))
                    .help("name at least one"),
            ),
            ValidationErrorKind::MaxItems { limit } => Some(
                INVALID_VALUE
                    .finding(here(), format!("`{key}` has more than {limit} entries"))
                    .help("split the record: what does not need one reason needs one of its own"),
            ),
            ValidationErrorKind::UniqueItems => Some(
                INVALID_VALUE
                    .finding(here(), format!("`{key}` holds the same entry twice"))
                    .help("keep one of them"),
            ),
            // What has no value, or is no text, has its finding already.
            ValidationErrorKind::Pattern { .. } if node.text() == Some("") => {
                Some(explanation.empty(here()))
            }
            ValidationErrorKind::Pattern { pattern } => {
                let text = node.text().unwrap_or_default();
                let message = format!("`{text}` is not in the form that `{key}` takes");
                Some(INVALID_VALUE.finding(here(), message).help(expected_form(pattern)))
            }
            ValidationErrorKind::Constant { .. }
            | ValidationErrorKind::Minimum { .. }
            | ValidationErrorKind::Maximum { .. } => {
                // A value of another type has its finding already.
                let is_number = matches!(node.shape(), Shape::Number(_));
                is_number.then(|| explanation.out_of_range(here(), node))
            }
            // Another form than that of a moment fails the pattern, which says so.
            ValidationErrorKind::Format { .. } => {
                dates::no_day_of_a_moment(here(), node.text().unwrap_or_default())
            }
            _ => Some(explanation.other(here(), error)),
        }
    }

    /// Adds a finding for each unknown key of a mapping.
    fn unknown_keys(
        &self,
        parent: NodeRef<'_>,
        pointer: &str,
        unexpected: &[String],
        error: &ValidationError<'_>,
        findings: &mut Flood,
    ) {
        let known = self.known_keys(error);
        let missing: Vec<&str> =
            known.iter().map(String::as_str).filter(|name| parent.get(name).is_none()).collect();
        let otherwise = match known.is_empty() {
            true => {
                let explanation = Explanation { document: &self.document, command: self.command };
                explanation.key_form(pointer).unwrap_or_else(|| "remove the key".to_owned())
            }
            false => format!("the keys here are {}", list(&known)),
        };
        for key in unexpected {
            let span = parent.get(key).and_then(NodeRef::key_span).unwrap_or_default();
            findings.push_with(&UNKNOWN_KEY, span, || {
                let mut at = pointer.to_owned();
                push_key(&mut at, key);
                let place = Place { pointer: at, ..Place::span(parent.file(), span) };
                let meant = nearest(key, missing.iter().copied());
                let help = match meant {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => otherwise.clone(),
                };
                // A key that may be two, and two that may be one, are for their author to tell apart.
                let may_be = |key: &str, name: &str| likeness::is_typo(key, name);
                let typo = meant.filter(|name| {
                    may_be(key, name)
                        && missing.iter().filter(|name| may_be(key, name)).count() == 1
                        && unexpected.iter().filter(|key| may_be(key, name)).count() == 1
                });
                let fix = typo.map(|name| Fix::Rename(name.to_owned()));
                UNKNOWN_KEY.finding(place, format!("unknown key `{key}`")).help(help).fix(fix)
            });
        }
    }

    /// The keys that the object of an `additionalProperties` error may have.
    fn known_keys(&self, error: &ValidationError<'_>) -> Vec<String> {
        let location = error.schema_path().as_str();
        let (parent, _) = location.rsplit_once('/').unwrap_or(("", ""));
        let properties = self.document.pointer(parent).and_then(|schema| schema.get("properties"));
        let keys = properties.and_then(Value::as_object).into_iter().flat_map(|keys| keys.keys());
        keys.cloned().collect()
    }
}

/// `` `a`, `b` or `c` ``.
pub(crate) fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// The last key of a pointer; for an entry of a list, the list's.
pub(crate) fn last_key(pointer: &str) -> &str {
    let is_index = |token: &&str| token.bytes().all(|byte| byte.is_ascii_digit());
    pointer.rsplit('/').find(|token| !is_index(token)).unwrap_or("")
}

/// Whether a pointer leads to an entry of a list.
fn is_entry(pointer: &str) -> bool {
    let last = pointer.rsplit('/').next().unwrap_or_default();
    !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())
}

/// The same for output: a number that a reader with doubles would change is the text of it.
pub(crate) fn to_exact_json(node: NodeRef<'_>) -> Value {
    match node.shape() {
        Shape::Number(number) if !is_exact(&number) => node.text().into(),
        Shape::List => node.items().map(to_exact_json).collect(),
        Shape::Map => {
            node.entries().map(|(key, value)| (key.to_owned(), to_exact_json(value))).collect()
        }
        _ => to_json(node),
    }
}

fn is_exact(number: &serde_json::Number) -> bool {
    number.as_f64().is_some_and(|number| number.abs() <= MAX_EXACT as f64)
}

/// Keeps a file alive in places that outlive its tree.
pub(crate) fn place(node: NodeRef<'_>, pointer: &str) -> Place {
    Place { file: Arc::clone(node.file()), span: node.place_span(), pointer: pointer.to_owned() }
}
