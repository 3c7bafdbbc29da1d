//! What a schema expects at a place of the tree, and how that is written.

use serde_json::Value;

use super::{is_entry, last_key, list};
use crate::source::quoting::in_flow;

/// What stands for a value that the author has to find.
pub(super) const BLANK: &str = "…";
/// Keys that the shape of a mapping shows where none of them is required.
const SHOWN: usize = 3;

/// What a schema says about the value at a pointer.
#[derive(Debug)]
pub(super) struct Expected<'a> {
    document: &'a Value,
    schemas: Vec<&'a Value>,
}

impl<'a> Expected<'a> {
    pub(super) fn at(document: &'a Value, pointer: &str) -> Self {
        let root = Self::from(document, [document]);
        pointer
            .split('/')
            .skip(1)
            .fold(root, |at, token| at.below(&token.replace("~1", "/").replace("~0", "~")))
    }

    fn from(document: &'a Value, schemas: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut expected = Self { document, schemas: Vec::new() };
        schemas.into_iter().for_each(|schema| expected.add(schema));
        expected
    }

    fn add(&mut self, schema: &'a Value) {
        self.schemas.push(schema);
        if let Some(definition) = schema["$ref"].as_str().and_then(|name| name.strip_prefix('#'))
            && let Some(schema) = self.document.pointer(definition)
        {
            self.add(schema);
        }
        schema["allOf"].as_array().into_iter().flatten().for_each(|part| self.add(part));
    }

    pub(super) fn below(&self, token: &str) -> Self {
        let is_index = token.bytes().all(|byte| byte.is_ascii_digit());
        let parts = self.schemas.iter().filter_map(|schema| {
            let named = schema["properties"].get(token);
            let any = || schema["patternProperties"].as_object()?.values().next();
            let item = || schema.get("items").filter(|_| is_index);
            named.or_else(item).or_else(any)
        });
        Self::from(self.document, parts)
    }

    pub(super) fn keyword(&self, name: &str) -> Option<&'a Value> {
        self.schemas.iter().find_map(|schema| schema.get(name))
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        let properties = self.schemas.iter().filter_map(|schema| schema["properties"].as_object());
        properties.flat_map(|keys| keys.keys().map(String::as_str))
    }

    pub(super) fn required(&self) -> impl Iterator<Item = &'a str> {
        let required = self.schemas.iter().filter_map(|schema| schema["required"].as_array());
        required.flatten().filter_map(Value::as_str)
    }

    pub(super) fn options(&self) -> impl Iterator<Item = &'a str> {
        self.keyword("enum")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    }

    /// The pattern, where a text does not match it.
    pub(super) fn form_missed_by(&self, text: &str) -> Option<&'a str> {
        let pattern = self.keyword("pattern")?.as_str()?;
        let compiled = regex::Regex::new(pattern).ok()?;
        (!compiled.is_match(text)).then_some(pattern)
    }

    fn is(&self, kind: &str) -> bool {
        self.keyword("type").is_some_and(|known| known == kind)
    }

    pub(super) fn is_date(&self) -> bool {
        self.keyword("format").is_some_and(|format| format == "date")
    }

    /// How a value is written, on one line. `given` is what the author wrote instead.
    pub(super) fn sample(&self, key: &str, given: Option<&str>) -> String {
        let given = given.filter(|text| !text.is_empty());
        let is_given = |option: &&str| given.is_some_and(|text| option.eq_ignore_ascii_case(text));
        if let Some(option) = self.options().find(is_given) {
            return option.to_owned();
        }
        if self.is_date() {
            return "YYYY-MM-DD".to_owned();
        }
        if self.keyword("pattern").and_then(Value::as_str).is_some_and(is_instant) {
            return "YYYY-MM-DDThh:mm:ssZ".to_owned();
        }
        if self.is("object") {
            return self.shape(given);
        }
        if self.is("array") {
            return format!("[{}]", self.below("0").sample("", given));
        }
        match given {
            Some(text) if key.is_empty() => in_flow(text),
            Some(text) if key == "email" && text.contains('@') => in_flow(text),
            Some(text) if key == "name" && !text.contains('@') => in_flow(text),
            _ => BLANK.to_owned(),
        }
    }

    /// `{level: …, statement: …}`: the required keys, or some of those that there are.
    fn shape(&self, given: Option<&str>) -> String {
        let mut keys: Vec<&str> = self.required().collect();
        let mut more = "";
        if keys.is_empty() {
            keys = self.keys().take(SHOWN).collect();
            more = if self.keys().nth(SHOWN).is_some() { ", …" } else { "" };
        }
        let parts: Vec<String> = keys
            .iter()
            .map(|key| format!("{key}: {}", self.below(key).sample(key, given)))
            .collect();
        if parts.is_empty() {
            format!("{{{BLANK}}}")
        } else {
            format!("{{{}{more}}}", parts.join(", "))
        }
    }

    /// How to fill a value that is empty. `owner` is the mapping or list that holds it.
    pub(super) fn filled(&self, owner: &Self, pointer: &str) -> String {
        let key = last_key(pointer);
        let write = if self.is_date() {
            "write a day as `YYYY-MM-DD`".to_owned()
        } else if self.is("object") || self.is("array") {
            match is_entry(pointer) {
                true => format!("write `- {}`", self.sample(key, None)),
                false => format!("write `{key}: {}`", self.sample(key, None)),
            }
        } else if self.options().next().is_some() {
            let options: Vec<String> = self.options().map(str::to_owned).collect();
            format!("write {}", list(&options))
        } else if is_entry(pointer) {
            "write the entry".to_owned()
        } else if self.is("string") {
            let name = key.replace('_', " ");
            match self.keyword("description").and_then(Value::as_str).map(first_sentence) {
                Some(about) => format!("write the {name}: {about}"),
                None => format!("write the {name}"),
            }
        } else {
            format!("write {}", self.kind())
        };
        if is_entry(pointer) {
            return format!("{write}, or remove the `-`");
        }
        if owner.required().any(|required| required == key) {
            return write;
        }
        format!("{write}, or remove the key")
    }

    /// What the value has to be, with the default as an example.
    pub(super) fn kind(&self) -> String {
        let kind = match self.keyword("type").and_then(Value::as_str) {
            Some("array") => "a list",
            Some("boolean") => "`true` or `false`",
            Some("integer") => "a whole number",
            Some("number") => "a number",
            Some("object") => "a mapping",
            _ => "text",
        };
        match self.keyword("default").filter(|value| value.is_number()) {
            Some(default) => format!("{kind}, such as `{default}`"),
            None => kind.to_owned(),
        }
    }
}

/// What a text that misses a pattern should look like.
pub(super) fn expected_form(pattern: &str) -> String {
    match pattern {
        pattern if pattern.contains("[dwmy]") => {
            "write a length of time: `30d`, `4w`, `3m` or `1y`".to_owned()
        }
        pattern if pattern.contains("A-Za-z0-9+/") => {
            "copy the line of the public key, as in `~/.ssh/id_ed25519.pub`".to_owned()
        }
        pattern if pattern.contains('@') => {
            "write one e-mail address: `name@example.com`".to_owned()
        }
        pattern if is_instant(pattern) => {
            "write a moment in UTC: `2026-11-05T22:10:00Z`".to_owned()
        }
        pattern => format!("it must match `{pattern}`"),
    }
}

fn is_instant(pattern: &str) -> bool {
    pattern.contains('T') && pattern.contains('Z')
}

/// The first sentence of a description, to follow a colon.
fn first_sentence(description: &str) -> String {
    let end = description.find(". ").unwrap_or(description.len());
    let sentence = description[..end].trim_end_matches('.');
    let mut rest = sentence.chars();
    rest.next().map_or_else(String::new, |first| first.to_lowercase().chain(rest).collect())
}
