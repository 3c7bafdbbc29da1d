//! A record in the making, and its text.

use std::sync::Arc;

use chrono::NaiveDate;

use super::origin::Origin;
use super::{flags, page};
use crate::commands::Failure;
use crate::finding::Finding;
use crate::model::{
    Binding, CompensatingControl, Exception, Justification, Person, Remediation, Resources, Risk,
    RiskLevel, Selector,
};
use crate::policy::Policy;
use crate::source::splice::Value;
use crate::source::tree::NodeRef;
use crate::source::{Record, schema};
use crate::text::SourceFile;

pub(in crate::commands) use crate::model::PLACEHOLDER;

/// What is known of a record so far.
#[derive(Clone, Debug, Default)]
pub(in crate::commands) struct Draft {
    pub(in crate::commands) exception: Exception,
    /// Whether the compensating controls are settled, even if there are none.
    pub(super) has_compensating: bool,
    /// Whether git was asked who the requester is, which people may want to correct.
    pub(super) is_requester_from_git: bool,
    /// Fields that the register adds, in the order of their names.
    pub(super) fields: Vec<(String, Value)>,
    /// Comments above the record, each line with its mark.
    pub(in crate::commands) head: String,
    /// The text that it was read from, if there is one to go on with.
    pub(super) origin: Option<Origin>,
}

impl Draft {
    /// A draft of which nothing else is known.
    pub(in crate::commands) fn about(exception: Exception) -> Self {
        Self { exception, ..Self::default() }
    }

    /// What a record says, but for what only time adds to it; what it leaves open is open.
    pub(super) fn of(record: &Record, policy: &Policy) -> Result<Self, Failure> {
        let mut exception = Exception {
            renewals: Vec::new(),
            reviews: Vec::new(),
            closed: None,
            ..(*record.exception).clone()
        };
        clear_placeholders(&mut exception);
        let mut draft = Self { exception, ..Self::default() };
        for (name, _) in &policy.fields {
            let node = record.tree().root().get(name);
            if let Some(text) = node.and_then(NodeRef::text).filter(|text| *text != PLACEHOLDER) {
                flags::set_field(&mut draft, policy, name, text)?;
            }
        }
        draft.settle_compensating();
        Ok(draft)
    }

    /// The same to go on with in its own text.
    pub(super) fn resumed(record: &Record, policy: &Policy) -> Result<Self, Failure> {
        let draft = Self::of(record, policy)?;
        let origin = Some(Origin::of(record, &draft.fields)?);
        Ok(Self { origin, ..draft })
    }

    /// A text of which nothing is known.
    pub(super) fn unread(file: Arc<SourceFile>) -> Self {
        Self { origin: Some(Origin::unread(file)), ..Self::default() }
    }

    /// Whether it is a text of which nothing is known.
    pub(super) fn is_unread(&self) -> bool {
        self.origin.as_ref().is_some_and(Origin::is_unread)
    }

    /// Compensating controls that are there are all of them, and at low risk none are needed.
    pub(super) fn settle_compensating(&mut self) {
        let is_low = self.exception.risk.level == Some(RiskLevel::Low);
        self.has_compensating = is_low || !self.exception.compensating_controls.is_empty();
    }

    /// The record as a file: keys in the order in which people read them, dates plain, and quotes
    /// around every text that some reader of YAML takes for another type.
    pub(in crate::commands) fn file(&self, name: &str, modeline: Option<&str>) -> Arc<SourceFile> {
        let modeline = modeline.map(|schema| format!("# yaml-language-server: $schema={schema}\n"));
        let entries = self.entries();
        let text = match &self.origin {
            Some(origin) => origin.with(&entries, modeline.as_deref()),
            None => modeline.unwrap_or_default() + &self.head + &page::lines(&entries, 0),
        };
        Arc::new(SourceFile::new(name, text))
    }

    /// Gives each field that the policy demands a line to fill in.
    pub(in crate::commands) fn leave_fields_open(&mut self, policy: &Policy) {
        let names = flags::required_fields(self, policy).into_iter().map(|(name, _)| name.clone());
        let open: Vec<_> = names.map(|name| (name, Value::plain(PLACEHOLDER))).collect();
        self.fields.extend(open);
        self.fields.sort_by(|a, b| a.0.cmp(&b.0));
    }

    /// The keys that nobody has filled in yet, as `owner.name`.
    pub(in crate::commands) fn open(&self, policy: &Policy) -> Vec<String> {
        let mut open = Vec::new();
        for (key, value) in self.entries() {
            match key.as_str() {
                // Nobody has to think of one.
                "id" => {}
                "compensating_controls" if !self.has_compensating => {
                    open.push(format!("{key} (unless the risk is low)"));
                }
                _ => placeholders(&value, key, &mut open),
            }
        }
        open.extend(flags::required_fields(self, policy).iter().map(|(name, _)| name.clone()));
        open
    }

    /// The keys of the record that say something, in the order in which people read them.
    pub(in crate::commands) fn entries(&self) -> Vec<(String, Value)> {
        let exception = &self.exception;
        let mut entries = vec![
            entry("id", required(&exception.id)),
            entry("title", required(&exception.title)),
            entry("controls", required_list(&exception.controls)),
            entry("scope", required_list(&exception.scope)),
        ];
        let bindings: Vec<Value> = exception.bindings.iter().map(binding).collect();
        if !bindings.is_empty() {
            entries.push(entry("bindings", Value::List(bindings)));
        }
        entries.extend([
            entry("risk", risk(&exception.risk)),
            entry("owner", person(&exception.owner, true)),
            entry("requester", person(&exception.requester, false)),
            entry("justification", justification(&exception.justification)),
        ]);
        let compensating = exception.compensating_controls.iter().map(compensating).collect();
        entries.push(entry("compensating_controls", Value::List(compensating)));
        entries.push(entry("remediation", remediation(&exception.remediation)));
        entries.push(entry("opened", date(exception.opened)));
        entries.push(entry("expires", date(exception.expires)));
        entries.push(entry("renewals", Value::List(Vec::new())));
        entries.push(entry("reviews", Value::List(Vec::new())));
        let emergency = exception.emergency.as_ref().map(|it| {
            Value::map([
                ("declared", Some(required_word(&it.declared))),
                ("reason", Some(required(&it.reason))),
            ])
        });
        let others = [
            ("emergency", emergency),
            ("data_classification", optional(&exception.data_classification)),
            ("tags", list(&exception.tags)),
            ("links", list(&exception.links)),
        ];
        let others = others.into_iter().filter_map(|(key, value)| Some(entry(key, value?)));
        entries.extend(others);
        entries.extend(self.fields.iter().cloned());
        entries
    }
}

fn clear_placeholders(exception: &mut Exception) {
    let clear = |text: &mut String| {
        if text == PLACEHOLDER {
            text.clear();
        }
    };
    let lists = [&mut exception.controls, &mut exception.scope];
    lists.into_iter().for_each(|list| list.retain(|text| text != PLACEHOLDER));
    let Person { name, email, team } = &mut exception.owner;
    [name, email, team].into_iter().for_each(clear);
    let Person { name, email, .. } = &mut exception.requester;
    [name, email].into_iter().for_each(clear);
    let Justification { blocker, end_state } = &mut exception.justification;
    [blocker, end_state].into_iter().for_each(clear);
    let texts = [
        &mut exception.title,
        &mut exception.risk.statement,
        &mut exception.remediation.plan,
        &mut exception.data_classification,
    ];
    texts.into_iter().for_each(clear);
    for control in &mut exception.compensating_controls {
        let CompensatingControl { description, owner, evidence, .. } = control;
        [description, owner, evidence].into_iter().for_each(clear);
    }
    exception.compensating_controls.retain(|it| *it != CompensatingControl::default());
}

/// Where a placeholder stands in a value.
fn placeholders(value: &Value, key: String, found: &mut Vec<String>) {
    match value {
        Value::Plain(word) if word == PLACEHOLDER => found.push(key),
        Value::List(items) => items.iter().for_each(|it| placeholders(it, key.clone(), found)),
        Value::Map(entries) => {
            entries.iter().for_each(|(name, it)| placeholders(it, format!("{key}.{name}"), found))
        }
        _ => {}
    }
}

fn entry(key: &str, value: Value) -> (String, Value) {
    (key.to_owned(), value)
}

fn required(text: &str) -> Value {
    if text.is_empty() { Value::plain(PLACEHOLDER) } else { Value::text(text) }
}

/// A moment, or another word that needs no quotes in the form that it must have.
fn required_word(word: &str) -> Value {
    match word.contains(|c: char| !c.is_ascii_alphanumeric() && !"-:.".contains(c)) {
        true => required(word),
        false => Value::plain(if word.is_empty() { PLACEHOLDER } else { word }),
    }
}

fn optional(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| Value::text(text))
}

fn list(items: &[String]) -> Option<Value> {
    let items: Vec<Value> = items.iter().map(Value::text).collect();
    (!items.is_empty()).then_some(Value::List(items))
}

fn required_list(items: &[String]) -> Value {
    list(items).unwrap_or_else(|| Value::List(vec![Value::plain(PLACEHOLDER)]))
}

fn binding(binding: &Binding) -> Value {
    // Without `..`, so that a key that is added is not forgotten here.
    let Binding {
        tool,
        assignment,
        definition_references,
        selectors,
        policy,
        policy_kind,
        rules,
        resources,
        producer,
        ids,
        paths,
        packages,
    } = binding;
    let Resources { kinds, namespaces, names } = resources;
    let resources = Value::map([
        ("kinds", list(kinds)),
        ("namespaces", list(namespaces)),
        ("names", list(names)),
    ]);
    let selectors: Vec<Value> = selectors.iter().map(selector).collect();
    Value::map([
        ("tool", tool.map(|tool| Value::plain(tool.as_str()))),
        ("assignment", optional(assignment)),
        ("definition_references", list(definition_references)),
        ("selectors", (!selectors.is_empty()).then_some(Value::List(selectors))),
        ("policy", optional(policy)),
        ("policy_kind", optional(policy_kind)),
        ("rules", list(rules)),
        ("resources", Some(resources).filter(|it| *it != Value::Map(Vec::new()))),
        ("producer", optional(producer)),
        ("ids", list(ids)),
        ("paths", list(paths)),
        ("packages", list(packages)),
    ])
}

fn selector(Selector { kind, within, not_in }: &Selector) -> Value {
    Value::map([("kind", Some(Value::text(kind))), ("in", list(within)), ("not_in", list(not_in))])
}

fn date(date: Option<NaiveDate>) -> Value {
    date.map_or_else(|| Value::plain(PLACEHOLDER), Value::plain)
}

fn risk(risk: &Risk) -> Value {
    let level = risk.level.map_or(PLACEHOLDER, RiskLevel::as_str);
    Value::map([
        ("level", Some(Value::plain(level))),
        ("statement", Some(required(&risk.statement))),
    ])
}

fn person(person: &Person, needs_team: bool) -> Value {
    let team = if needs_team { Some(required(&person.team)) } else { optional(&person.team) };
    Value::map([
        ("name", Some(required(&person.name))),
        ("email", Some(required(&person.email))),
        ("team", team),
    ])
}

fn justification(justification: &Justification) -> Value {
    Value::map([
        ("blocker", Some(required(&justification.blocker))),
        ("end_state", Some(required(&justification.end_state))),
    ])
}

fn compensating(control: &CompensatingControl) -> Value {
    Value::map([
        ("description", Some(required(&control.description))),
        ("reduces", optional(&control.reduces)),
        ("owner", Some(required(&control.owner))),
        ("evidence", Some(required(&control.evidence))),
        ("verified", control.verified.map(Value::plain)),
        ("verify_every", optional(&control.verify_every)),
    ])
}

fn remediation(remediation: &Remediation) -> Value {
    let milestones = remediation.milestones.iter().map(|milestone| {
        Value::map([("due", Some(date(milestone.due))), ("what", Some(required(&milestone.what)))])
    });
    let milestones: Vec<Value> = milestones.collect();
    Value::map([
        ("plan", Some(required(&remediation.plan))),
        ("ticket", optional(&remediation.ticket)),
        ("milestones", (!milestones.is_empty()).then_some(Value::List(milestones))),
    ])
}

/// Whether a finding is about something that was given, and not about what is missing.
pub(super) fn is_given(finding: &Finding) -> bool {
    let place = &finding.place;
    let text = place.file.slice(place.span);
    finding.code != &schema::MISSING_FIELD && !text.contains(PLACEHOLDER) && text.trim() != "[]"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rules::testing;
    use crate::source;

    fn titled(title: &str) -> (String, Option<String>, Vec<&'static str>) {
        let policy = testing::policy(testing::POLICY);
        let exception = Exception { title: title.to_owned(), ..Exception::default() };
        let draft = Draft { exception, ..Draft::default() };
        let file = draft.file("exceptions/x.yaml", None);
        let (record, findings) = source::load(&file, &policy.record_schema);
        let codes = findings.iter().filter(|finding| finding.place.pointer == "/title");
        let codes = codes.map(|finding| finding.code.id).collect();
        (file.text().to_owned(), record.map(|record| record.exception.title.clone()), codes)
    }

    #[test]
    fn a_text_that_some_reader_takes_for_another_type_is_quoted() {
        for title in ["no", "0123", "12:30:45", "1_000", "1.10", "~", "2026-11-20", "0o17", "1e3"] {
            let (text, read, codes) = titled(title);
            assert_eq!((read.as_deref(), codes.as_slice()), (Some(title), &[][..]), "{text}");
        }
    }

    #[test]
    fn keys_stand_in_the_order_in_which_people_read_them_and_dates_are_plain() {
        let mut draft = Draft::default();
        draft.exception.opened = "2026-11-20".parse().ok();
        draft.exception.expires = "2027-01-31".parse().ok();
        let modeline = Some("../schemas/exception.schema.json");
        let file = draft.file("exceptions/x.yaml", modeline);
        let keys: Vec<&str> = file
            .text()
            .lines()
            .filter(|line| line.starts_with(char::is_alphabetic))
            .filter_map(|line| line.split(':').next())
            .collect();
        assert_eq!(
            keys.join(" "),
            "id title controls scope risk owner requester justification compensating_controls \
             remediation opened expires renewals reviews"
        );
        let first = "# yaml-language-server: $schema=../schemas/exception.schema.json\n";
        assert!(file.text().starts_with(first), "{}", file.text());
        assert!(file.text().contains("\nexpires: 2027-01-31\n"), "{}", file.text());
    }

    proptest! {
        // Line separators of Unicode are left out: no record may hold them (EXC602).
        #[test]
        fn every_text_is_read_back_as_it_was(title in "[^\\p{C}\u{2028}\u{2029}]{1,40}|[-+.:_0-9a-fxo]{1,8}|[ '\"#:\n-]{1,9}x") {
            let (text, read, codes) = titled(&title);
            prop_assert_eq!(read, Some(title), "{}", text);
            prop_assert!(!codes.contains(&"EXC016"), "{}", text);
        }
    }
}
