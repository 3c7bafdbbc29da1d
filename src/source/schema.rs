//! JSON Schema on the value tree: what the schema says is wrong, as findings at their places.
//!
//! The tree is validated as it is, through [`jsonschema::json::Json`], without a copy. Patterns
//! run on the linear-time engine, and a `$ref` to another document is refused, never fetched.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object, unique};
use jsonschema::types::JsonType;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::Value;

use super::dates;
use super::explanation::{Explanation, expected_form};
use super::flood::Flood;
use super::quoting::quoted;
use super::tree::{Entries, Items, NodeRef, Shape, Tree, push_key};
use super::yaml::AMBIGUOUS;
use crate::finding::{Code, Finding, Place};

pub(crate) const UNKNOWN_KEY: Code = Code::error("EXC101", "unknown-key");
pub(crate) const MISSING_FIELD: Code = Code::error("EXC102", "missing-field");
pub(crate) const WRONG_TYPE: Code = Code::error("EXC103", "wrong-type");
pub(crate) const INVALID_VALUE: Code = Code::error("EXC104", "invalid-value");
pub(crate) const INCOMPLETE_COMPENSATING_CONTROL: Code =
    Code::error("EXC113", "incomplete-compensating-control");
pub(crate) const CLOSED_WITHOUT_OUTCOME: Code = Code::error("EXC212", "closed-without-outcome");

/// The schema of a record, as published in `schemas/exception.schema.json`.
pub(crate) const EXCEPTION_SCHEMA: &str = include_str!("../../schemas/exception.schema.json");
/// The schema of the policy, as published in `schemas/policy.schema.json`.
pub(crate) const POLICY_SCHEMA: &str = include_str!("../../schemas/policy.schema.json");

/// The largest whole number that is not also another one to a reader that keeps numbers as doubles,
/// as JavaScript and `jq` do.
pub(super) const MAX_EXACT: i64 = (1 << 53) - 1;

/// A compiled schema.
#[derive(Debug)]
pub(crate) struct Schema {
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

    /// The same, for a schema that another command describes.
    pub(crate) fn described_by(self, command: &'static str) -> Self {
        Self { command, ..self }
    }

    /// Adds what the schema finds wrong with a tree to the findings of its file.
    pub(super) fn check(&self, tree: &Tree, findings: &mut Flood) {
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
                let help = match nearest(key, missing.iter().copied()) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => otherwise.clone(),
                };
                UNKNOWN_KEY.finding(place, format!("unknown key `{key}`")).help(help)
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

/// A text field whose plain scalar is another type to some reader.
pub(crate) fn ambiguous(place: Place, text: &str) -> Finding {
    let what = super::ambiguous::reads_as(text).unwrap_or("another type");
    AMBIGUOUS
        .finding(
            place,
            format!("`{text}` without quotes reads as {what} in some tools, not as text"),
        )
        .help(format!("quote it: `{}`", quoted(text)))
}

/// The candidate closest to a word, if it is close enough to be what was meant.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .filter_map(|name| likeness(word, name).map(|score| (score, name)))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// Whether a word is close enough to a name to be meant for it.
pub(super) fn is_near(word: &str, name: &str) -> bool {
    likeness(word, name).is_some()
}

/// How close a word is to a name, from 0 to 1, where that is close enough.
fn likeness(word: &str, name: &str) -> Option<f64> {
    let (word, name) = (word.to_lowercase(), name.to_lowercase());
    let is_prefix = word.len() >= 4 && (name.starts_with(&word) || word.starts_with(&name));
    // Letters that changed places weigh too much in short words.
    let allowed = if name.len() >= 6 { 2 } else { 1 };
    let is_typo = word.len() >= 3
        && word.len().abs_diff(name.len()) <= allowed
        && strsim::osa_distance(&name, &word) <= allowed;
    let score = strsim::jaro_winkler(&name, &word);
    let score = if is_prefix || is_typo { score.max(0.9) } else { score };
    (score >= 0.8).then_some(score)
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

/// The value tree as the validator's representation.
#[derive(Debug)]
enum YamlTree {}

/// What the validator looks at: a node, or the name of a key.
#[derive(Clone)]
enum Instance<'a> {
    Node(NodeRef<'a>),
    Name(&'a str),
}

impl Json for YamlTree {
    type Node<'a> = Instance<'a>;
    type PreparedKey = String;
    // A lookup compares one key after the other, so one pass over all of them is soon cheaper.
    const KEYS_PER_LOOKUP: usize = 8;
    type StringBuffer = String;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(
        buffer: &mut String,
        string: &str,
        f: impl FnOnce(Instance<'_>) -> T,
    ) -> T {
        buffer.clear();
        buffer.push_str(string);
        f(Instance::Name(buffer))
    }
}

/// A number that is whole only if it is written so: `1.0` is none to every reader.
#[derive(Debug)]
struct Written(serde_json::Number);

impl JsonNumber for Written {
    fn as_u64(&self) -> Option<u64> {
        self.0.as_u64()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.as_i64()
    }

    fn as_f64(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }

    fn to_number(&self) -> Cow<'_, serde_json::Number> {
        Cow::Borrowed(&self.0)
    }

    fn is_integer(&self) -> bool {
        self.is_written_as_integer()
    }

    fn is_written_as_integer(&self) -> bool {
        !self.0.is_f64()
    }
}

impl<'a> Instance<'a> {
    fn shape(&self) -> Shape<'a> {
        match self {
            Self::Node(node) => node.shape(),
            Self::Name(name) => Shape::String(name),
        }
    }
}

impl<'a> Node<'a, YamlTree> for Instance<'a> {
    type Object = NodeRef<'a>;
    type Array = NodeRef<'a>;
    type Number = Written;

    fn as_object(&self) -> Option<NodeRef<'a>> {
        match self {
            Self::Node(node) if node.is_map() => Some(*node),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<NodeRef<'a>> {
        match self {
            Self::Node(node) if node.is_list() => Some(*node),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self.shape() {
            Shape::String(text) => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<Written> {
        match self.shape() {
            Shape::Number(number) => Some(Written(number)),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.shape() {
            Shape::Bool(boolean) => Some(boolean),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self.shape(), Shape::Null | Shape::Unknown)
    }

    fn json_type(&self) -> JsonType {
        match self.shape() {
            Shape::Null | Shape::Unknown => JsonType::Null,
            Shape::Bool(_) => JsonType::Boolean,
            Shape::Number(_) => JsonType::Number,
            Shape::String(_) => JsonType::String,
            Shape::List => JsonType::Array,
            Shape::Map => JsonType::Object,
        }
    }

    /// What an error keeps of the instance. No message shows a collection, and a copy of one for
    /// each error in it would fill the memory.
    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match (self.shape(), self) {
            (Shape::List | Shape::Map, _) => Value::Null,
            (_, Self::Node(node)) => to_json(*node),
            (_, Self::Name(name)) => Value::from(*name),
        })
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self.shape(), expected) {
            (Shape::String(text), Value::String(expected)) => text == expected,
            (Shape::String(_), _) => false,
            _ => match self {
                Self::Node(node) => jsonschema::json::cmp::equal(&to_json(*node), expected),
                Self::Name(_) => false,
            },
        }
    }

    fn identity(&self) -> Option<NodeIdentity> {
        match self {
            Self::Node(node) => Some(NodeIdentity::new(node.address())),
            Self::Name(_) => None,
        }
    }
}

impl<'a> Object<'a, YamlTree> for NodeRef<'a> {
    type Node = Instance<'a>;
    type MemberName = &'a str;
    type MembersIter = std::iter::Map<Entries<'a>, fn((&'a str, Self)) -> (&'a str, Instance<'a>)>;

    fn len(&self) -> usize {
        self.entries().len()
    }

    fn get(&self, key: &String) -> Option<Instance<'a>> {
        NodeRef::get(*self, key).map(Instance::Node)
    }

    fn members(&self) -> Self::MembersIter {
        self.entries().map(|(key, node)| (key, Instance::Node(node)))
    }
}

impl<'a> Array<'a, YamlTree> for NodeRef<'a> {
    type Node = Instance<'a>;
    type ElementsIter = std::iter::Map<Items<'a>, fn(Self) -> Instance<'a>>;

    fn len(&self) -> usize {
        self.items().len()
    }

    fn elements(&self) -> Self::ElementsIter {
        self.items().map(Instance::Node)
    }

    fn is_unique(&self) -> bool {
        let items: Vec<Cow<'_, Value>> =
            self.items().map(|item| Cow::Owned(to_json(item))).collect();
        unique::is_unique(&items)
    }
}

/// A node as JSON; dates stay text.
pub(crate) fn to_json(node: NodeRef<'_>) -> Value {
    match node.shape() {
        Shape::Null | Shape::Unknown => Value::Null,
        Shape::Bool(boolean) => boolean.into(),
        Shape::Number(number) => Value::Number(number),
        Shape::String(text) => text.into(),
        Shape::List => node.items().map(to_json).collect(),
        Shape::Map => node.entries().map(|(key, value)| (key.to_owned(), to_json(value))).collect(),
    }
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
