//! Text → record with positions.
//!
//! One pass of YAML events makes a value tree ([`yaml`], [`tree`]); the
//! JSON Schema is checked on that tree ([`schema`]), then the types are read from it ([`typed`]).
//! Invariant: what is wrong with a file is a finding, never an error.

mod ambiguous;
pub(crate) mod characters;
#[cfg(test)]
mod corpus;
pub(crate) mod dates;
mod escapes;
pub(crate) mod flood;
#[cfg(test)]
mod hostile;
pub(crate) mod layout;
mod portable;
mod quoting;
pub(crate) mod schema;
pub(crate) mod splice;
mod syntax;
pub(crate) mod tree;
mod typed;
pub(crate) mod yaml;

use std::sync::{Arc, OnceLock};

use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) use self::ambiguous::reads_as;
use self::flood::{Flood, MAX_PER_CODE};
use self::schema::{MAX_EXACT, Schema};
use self::tree::{Path, Tree};
use self::yaml::Limits;
use crate::finding::{self, Finding, Place};
use crate::model::{Exception, Field, FieldKind};
use crate::text::SourceFile;

/// What a record may hold at most.
const RECORD_LIMITS: Limits = Limits { nodes: 5_000 };
/// What a policy may hold at most.
const POLICY_LIMITS: Limits = Limits { nodes: 50_000 };

/// What stands in a text and is not in the tree that is made of it.
const LOSSY: [finding::Code; 7] = [
    yaml::ANCHOR,
    yaml::DUPLICATE_KEY,
    yaml::EXPLICIT_TAG,
    yaml::MERGE_KEY,
    yaml::SEVERAL_DOCUMENTS,
    yaml::KEY_NOT_A_STRING,
    yaml::NOT_A_MAPPING,
];

/// Whether a value in a YAML text may be a word: what is written with escapes may, whatever its
/// bytes. Only for what need not be parsed where this says no.
pub(crate) fn may_hold(text: &[u8], word: &str) -> bool {
    // A word of these is written as it is, or with backslashes.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !word.bytes().all(is_plain)
        || memchr::memchr(b'\\', text).is_some()
        || memchr::memmem::find(text, word.as_bytes()).is_some()
}

/// An exception and where each part of it stands.
#[derive(Debug)]
pub(crate) struct Record {
    /// Shared by the registers in which the same text stands at the same path.
    pub(crate) exception: Arc<Exception>,
    file: Arc<SourceFile>,
    tree: OnceLock<Tree>,
    is_whole: bool,
}

/// The form of a register's records: the built-in schema with the policy's custom fields.
#[derive(Debug)]
pub(crate) struct RecordSchema {
    schema: Schema,
    /// Custom fields that are not text, whose plain values are not ambiguous.
    typed_fields: Vec<String>,
}

impl RecordSchema {
    /// The schema of records with `fields` added; the error names the field that cannot be used.
    pub(crate) fn new(fields: &[(String, Field)]) -> Result<Self, String> {
        let schema = Schema::compile(record_schema(fields))?.explained_by(of_open_records(fields));
        let is_typed = |field: &&(String, Field)| field.1.kind != FieldKind::String;
        let typed_fields = fields.iter().filter(is_typed).map(|(name, _)| name.clone()).collect();
        Ok(Self { schema, typed_fields })
    }
}

/// The JSON Schema of a record in a register with these custom fields, which a closed record need
/// not meet: nobody fills in what was asked for later, or in another form.
pub(crate) fn record_schema(fields: &[(String, Field)]) -> Value {
    let mut document = built_in();
    if fields.is_empty() {
        return document;
    }
    let mut demanded = json!({ "properties": {}, "required": [] });
    add(fields, &mut demanded);
    for (name, field) in fields {
        document["properties"][name] = match &field.description {
            Some(description) => json!({ "description": description }),
            None => json!({}),
        };
    }
    document["if"] = json!({
        "properties": { "closed": { "type": "object" } },
        "required": ["closed"],
    });
    document["else"] = demanded;
    document
}

/// The same of an open record alone, with each key at its place.
fn of_open_records(fields: &[(String, Field)]) -> Value {
    let mut document = built_in();
    add(fields, &mut document);
    document
}

fn built_in() -> Value {
    serde_json::from_str(schema::EXCEPTION_SCHEMA).expect("the schema is JSON")
}

fn add(fields: &[(String, Field)], schema: &mut Value) {
    for (name, field) in fields {
        schema["properties"][name] = property(field);
        if let (true, Some(required)) = (field.required, schema["required"].as_array_mut()) {
            required.push(name.as_str().into());
        }
    }
}

fn property(field: &Field) -> Value {
    let mut property = match field.kind {
        FieldKind::Date => return json!({ "$ref": "#/definitions/date" }),
        FieldKind::String => json!({ "type": "string", "minLength": 1 }),
        FieldKind::Integer => {
            json!({ "type": "integer", "minimum": -MAX_EXACT, "maximum": MAX_EXACT })
        }
        FieldKind::Boolean => json!({ "type": "boolean" }),
    };
    if !field.values.is_empty() {
        property["enum"] = field.values.clone().into();
    }
    if let Some(pattern) = &field.pattern {
        property["pattern"] = whole(pattern).into();
    }
    if let Some(description) = &field.description {
        property["description"] = description.as_str().into();
    }
    property
}

/// A pattern that matches whole texts only.
pub(crate) fn whole(pattern: &str) -> String {
    format!("^(?:{pattern})$")
}

/// Reads a record. Without a record, the findings say why it cannot be judged.
pub(crate) fn load(
    file: &Arc<SourceFile>,
    schema: &RecordSchema,
) -> (Option<Record>, Vec<Finding>) {
    let is_ambiguous = |path: &Path<'_>, text: &str| {
        let is_typed = path.is_top_level() && schema.typed_fields.iter().any(|it| it == path.key());
        !is_typed
            && !dates::is_date(path.top_key(), path.key())
            && ambiguous::reads_as(text).is_some()
    };
    let (tree, mut findings) = read(file, RECORD_LIMITS, &schema.schema, is_ambiguous);
    let Some(tree) = tree else { return (None, findings) };
    let record = Record::new(tree, &findings);
    for finding in &mut findings {
        let id = &record.exception.id;
        finding.record = (!id.is_empty()).then(|| id.clone());
    }
    (Some(record), findings)
}

/// The tree of a text in which nothing stands twice and nothing is left out, or what is wrong.
fn whole_tree(file: &Arc<SourceFile>) -> Result<Tree, Vec<Finding>> {
    let (tree, findings) = yaml::parse(file, RECORD_LIMITS);
    tree.filter(|_| findings.is_empty()).ok_or(findings)
}

/// Whether a record's text is read whole, so that single values of it can be changed.
pub(crate) fn reads_whole(file: &Arc<SourceFile>) -> bool {
    whole_tree(file).is_ok()
}

/// Reads a record as far as it goes, and judges nothing; none where it is no YAML of a record.
pub(crate) fn load_unchecked(file: &Arc<SourceFile>) -> Option<Record> {
    let (tree, findings) = yaml::parse(file, RECORD_LIMITS);
    Some(Record::new(tree?, &findings))
}

/// Whether a record's text parses, with spans and without anything else.
pub(crate) fn parses(file: &Arc<SourceFile>) -> bool {
    yaml::parse(file, RECORD_LIMITS).0.is_some()
}

/// Reads a policy's tree and checks it against a schema.
pub(crate) fn read_policy(file: &Arc<SourceFile>, schema: &Schema) -> (Option<Tree>, Vec<Finding>) {
    read(file, POLICY_LIMITS, schema, |_, text| is_disputed_number(text))
}

/// Whether a plain scalar is text here and a number to another reader of YAML.
fn is_disputed_number(text: &str) -> bool {
    ambiguous::is_number(text) && matches!(tree::core_schema(text), tree::Shape::String(_))
}

fn read(
    file: &Arc<SourceFile>,
    limits: Limits,
    schema: &Schema,
    is_ambiguous: impl Fn(&Path<'_>, &str) -> bool,
) -> (Option<Tree>, Vec<Finding>) {
    let mut found = characters::scan(file);
    let mut findings = Flood::new(MAX_PER_CODE);
    let tree = yaml::read(file, limits, &mut findings);
    if let Some(tree) = &tree {
        found.extend(escapes::scan(tree));
        schema.check(tree, &mut findings);
        ambiguous_scalars(tree, is_ambiguous, &mut findings);
    }
    found.extend(findings.finish());
    (tree, found)
}

/// Plain scalars that are text here and something else to another reader of YAML. What has a
/// finding already, since the core schema of YAML 1.2 reads no text either, gets no second one.
fn ambiguous_scalars(
    tree: &Tree,
    is_ambiguous: impl Fn(&Path<'_>, &str) -> bool,
    findings: &mut Flood,
) {
    tree.root().walk(&mut |path, node| {
        let Some(text) = node.text() else {
            // What lies in a value of a wrong type has to be written anew.
            return findings.is_empty() || !findings.has(&schema::WRONG_TYPE, node.place_span());
        };
        if !node.is_plain() || !is_ambiguous(path, text) {
            return true;
        }
        let span = node.place_span();
        if !findings.knows(span) && !node.key_span().is_some_and(|key| findings.knows(key)) {
            findings.push_with(&yaml::AMBIGUOUS, span, || {
                ambiguous::finding(schema::place(node, &path.pointer()), text)
            });
        }
        true
    });
}

impl Record {
    /// `findings` are those of the text from which the tree was made.
    fn new(tree: Tree, findings: &[Finding]) -> Self {
        let exception = Arc::new(Exception::deserialize(tree.root()).unwrap_or_default());
        let is_whole = tree.root().is_map()
            && !findings.iter().any(|finding| LOSSY.iter().any(|code| *finding.code == *code));
        Self { exception, file: Arc::clone(&tree.file), tree: tree.into(), is_whole }
    }

    pub(crate) fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    /// The same record, as another register holds it.
    pub(crate) fn share(&self) -> Self {
        let (exception, file) = (Arc::clone(&self.exception), Arc::clone(&self.file));
        Self { exception, file, tree: OnceLock::new(), is_whole: self.is_whole }
    }

    /// The same text with a tree of its own, for a look after which nothing of it has to stay.
    pub(crate) fn reread(&self) -> Self {
        load_unchecked(&self.file).expect("the text has made a record before")
    }

    /// Whether the file is ASCII and has no escapes, so that no value holds anything else.
    pub(crate) fn is_ascii(&self) -> bool {
        self.file.text().is_ascii() && !self.file.has_byte(b'\\')
    }

    pub(crate) fn tree(&self) -> &Tree {
        let parsed = || yaml::parse(&self.file, RECORD_LIMITS).0;
        self.tree.get_or_init(|| parsed().expect("the text has made a tree before"))
    }

    /// Whether the tree holds all that the text says: it leaves out a key that stands twice, a
    /// second document, and whatever else another reader of YAML may understand.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Lets go of the tree, which is most of what a record weighs; it is made again when a place
    /// is asked for, and that is rare once a record has been judged.
    pub(crate) fn shed_tree(&mut self) {
        self.tree = OnceLock::new();
    }

    /// Lets go of the texts that only rules about a single record look at.
    pub(crate) fn shed_texts(&mut self) {
        let exception = Arc::make_mut(&mut self.exception);
        *exception = std::mem::take(exception).without_texts();
    }

    /// Lets go of what a history does not ask of a text.
    pub(crate) fn shed_for_history(&mut self) {
        let exception = Arc::make_mut(&mut self.exception);
        *exception = std::mem::take(exception).outline();
    }

    /// The place of the value at a JSON pointer; where there is none, of the nearest parent.
    pub(crate) fn at(&self, pointer: &str) -> Place {
        let mut known = pointer;
        loop {
            if let Some(node) = self.tree().find(known) {
                return Place { pointer: pointer.to_owned(), ..schema::place(node, known) };
            }
            known = known.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
    }

    /// Whether something is written at a JSON pointer.
    pub(crate) fn has(&self, pointer: &str) -> bool {
        self.tree().find(pointer).is_some()
    }
}
