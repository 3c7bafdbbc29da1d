//! Text → record with positions.
//!
//! One pass of YAML events makes a value tree in which everything has its span ([`yaml`]); the
//! JSON Schema is checked on that tree ([`schema`]), then the types are read from it ([`typed`]).
//! Invariant: what is wrong with a file is a finding, never an error.

mod ambiguous;
pub(crate) mod characters;
#[cfg(test)]
mod corpus;
pub(crate) mod dates;
mod escapes;
mod explanation;
#[cfg(test)]
mod hostile;
mod quoting;
pub(crate) mod schema;
mod syntax;
mod typed;
pub(crate) mod yaml;

use std::sync::{Arc, OnceLock};

use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) use self::ambiguous::reads_as;
use self::schema::Schema;
use self::yaml::{Limits, Tree};
use crate::finding::{Finding, Place};
use crate::model::{Exception, Field, FieldKind};
use crate::text::SourceFile;

/// What a record may hold at most.
const RECORD_LIMITS: Limits = Limits { nodes: 5_000 };
/// What a policy may hold at most.
const POLICY_LIMITS: Limits = Limits { nodes: 200_000 };

/// An exception and where each part of it stands.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) exception: Exception,
    file: Arc<SourceFile>,
    tree: OnceLock<Tree>,
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
        let schema = Schema::compile(record_schema(fields))?;
        let is_typed = |field: &&(String, Field)| field.1.kind != FieldKind::String;
        let typed_fields = fields.iter().filter(is_typed).map(|(name, _)| name.clone()).collect();
        Ok(Self { schema, typed_fields })
    }
}

/// The JSON Schema of a record in a register with these custom fields.
pub(crate) fn record_schema(fields: &[(String, Field)]) -> Value {
    let mut document: Value =
        serde_json::from_str(schema::EXCEPTION_SCHEMA).expect("the schema is JSON");
    for (name, field) in fields {
        document["properties"][name] = property(field);
        if let (true, Some(required)) = (field.required, document["required"].as_array_mut()) {
            required.push(name.as_str().into());
        }
    }
    document
}

fn property(field: &Field) -> Value {
    let mut property = match field.kind {
        FieldKind::Date => return json!({ "$ref": "#/definitions/date" }),
        FieldKind::String => json!({ "type": "string", "minLength": 1 }),
        FieldKind::Integer => json!({ "type": "integer" }),
        FieldKind::Boolean => json!({ "type": "boolean" }),
    };
    if !field.values.is_empty() {
        property["enum"] = field.values.clone().into();
    }
    if let Some(pattern) = &field.pattern {
        property["pattern"] = format!("^(?:{pattern})$").into();
    }
    if let Some(description) = &field.description {
        property["description"] = description.as_str().into();
    }
    property
}

/// Reads a record. Without a record, the findings say why it cannot be judged.
pub(crate) fn load(
    file: &Arc<SourceFile>,
    schema: &RecordSchema,
) -> (Option<Record>, Vec<Finding>) {
    let (tree, mut findings) = read(file, RECORD_LIMITS, &schema.schema);
    let Some(tree) = tree else { return (None, findings) };
    ambiguous_scalars(&tree, &schema.typed_fields, &mut findings);
    let exception = Exception::deserialize(tree.root()).unwrap_or_default();
    for finding in &mut findings {
        finding.record = (!exception.id.is_empty()).then(|| exception.id.clone());
    }
    (Some(Record { exception, file: Arc::clone(file), tree: tree.into() }), findings)
}

/// Whether a record's text parses, with spans and without anything else.
pub(crate) fn parses(file: &Arc<SourceFile>) -> bool {
    yaml::parse(file, RECORD_LIMITS).0.is_some()
}

/// Reads a policy's tree and checks it against a schema.
pub(crate) fn read_policy(file: &Arc<SourceFile>, schema: &Schema) -> (Option<Tree>, Vec<Finding>) {
    read(file, POLICY_LIMITS, schema)
}

fn read(file: &Arc<SourceFile>, limits: Limits, schema: &Schema) -> (Option<Tree>, Vec<Finding>) {
    let mut findings = characters::scan(file);
    let (tree, syntax) = yaml::parse(file, limits);
    findings.extend(syntax);
    if let Some(tree) = &tree {
        findings.extend(escapes::scan(tree));
        findings.extend(schema.check(tree));
    }
    (tree, findings)
}

/// Plain scalars that are text here and something else to another reader of YAML.
fn ambiguous_scalars(tree: &Tree, typed_fields: &[String], findings: &mut Vec<Finding>) {
    let mut found = Vec::new();
    tree.root().walk(&mut |path, node| {
        let is_typed = path.is_top_level() && typed_fields.iter().any(|name| name == path.key());
        if is_typed || dates::DATE_KEYS.contains(&path.key()) {
            return false;
        }
        if let Some(text) =
            node.text().filter(|text| node.is_plain() && ambiguous::reads_as(text).is_some())
        {
            found.push(schema::ambiguous(schema::place(node, &path.pointer()), text));
        }
        true
    });
    // The schema has said so already where the core schema of YAML 1.2 reads no text either, and
    // what lies in a value of a wrong type has to be written anew.
    found.retain(|finding| {
        let pointer = finding.place.pointer.as_str();
        !findings.iter().any(|other| {
            let below = pointer.strip_prefix(other.place.pointer.as_str());
            below == Some("")
                || (*other.code == schema::WRONG_TYPE && below.is_some_and(|b| b.starts_with('/')))
        })
    });
    findings.extend(found);
}

impl Record {
    pub(crate) fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    pub(crate) fn tree(&self) -> &Tree {
        let parsed = || yaml::parse(&self.file, RECORD_LIMITS).0;
        self.tree.get_or_init(|| parsed().expect("the text has made a tree before"))
    }

    /// Lets go of the tree, which is most of what a record weighs; it is made again when a place
    /// is asked for, and that is rare once a record has been judged.
    pub(crate) fn shed_tree(&mut self) {
        self.tree = OnceLock::new();
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
