//! A record in the making, and its text.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_yaml::{Mapping, Value};

use crate::finding::Finding;
use crate::model::{CompensatingControl, Exception, Person};
use crate::policy::Policy;
use crate::source::{self, schema, yaml};
use crate::text::SourceFile;

/// What stands where an answer is missing; rules take it for missing.
const PLACEHOLDER: &str = "TODO";

/// What is known of a record so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) exception: Exception,
    /// Whether the compensating controls are settled, even if there are none.
    pub(super) has_compensating: bool,
    /// Whether git was asked who the requester is, which people may want to correct.
    pub(super) is_requester_from_git: bool,
    /// Fields that the register adds, in the order of their names.
    pub(super) fields: Vec<(String, Value)>,
}

impl Draft {
    /// The record as a file: keys in the order in which people read them, dates plain, and quotes
    /// around every text that some reader of YAML takes for another type.
    pub(super) fn file(
        &self,
        name: &str,
        modeline: Option<&str>,
        policy: &Policy,
    ) -> Arc<SourceFile> {
        let yaml = serde_yaml::to_string(&self.mapping()).expect("texts and lists are YAML");
        let yaml = match modeline {
            Some(schema) => format!("# yaml-language-server: $schema={schema}\n{yaml}"),
            None => yaml,
        };
        let file = Arc::new(SourceFile::new(name, yaml));
        let (_, findings) = source::load(&file, &policy.record_schema);
        let text = quote_ambiguous(&file, &findings);
        Arc::new(SourceFile::new(name, text))
    }

    fn mapping(&self) -> Mapping {
        let exception = &self.exception;
        let mut map = Mapping::new();
        put(&mut map, "id", required(&exception.id));
        put(&mut map, "title", required(&exception.title));
        put(&mut map, "controls", required_list(&exception.controls));
        put(&mut map, "scope", required_list(&exception.scope));
        let level = exception.risk.level.map_or(PLACEHOLDER, |level| level.as_str());
        let risk = [("level", level.into()), ("statement", required(&exception.risk.statement))];
        put(&mut map, "risk", mapping(risk));
        put(&mut map, "owner", person(&exception.owner, true));
        put(&mut map, "requester", person(&exception.requester, false));
        let justification = [
            ("blocker", required(&exception.justification.blocker)),
            ("end_state", required(&exception.justification.end_state)),
        ];
        put(&mut map, "justification", mapping(justification));
        let compensating = exception.compensating_controls.iter().map(compensating).collect();
        put(&mut map, "compensating_controls", Value::Sequence(compensating));
        put(&mut map, "remediation", self.remediation());
        put(&mut map, "opened", date(exception.opened));
        put(&mut map, "expires", date(exception.expires));
        put(&mut map, "renewals", Value::Sequence(Vec::new()));
        put(&mut map, "reviews", Value::Sequence(Vec::new()));
        if let Some(emergency) = &exception.emergency {
            let emergency = [
                ("declared", required(&emergency.declared)),
                ("reason", required(&emergency.reason)),
            ];
            put(&mut map, "emergency", mapping(emergency));
        }
        if !exception.data_classification.is_empty() {
            put(&mut map, "data_classification", exception.data_classification.as_str().into());
        }
        if !exception.tags.is_empty() {
            put(&mut map, "tags", list(&exception.tags));
        }
        if !exception.links.is_empty() {
            put(&mut map, "links", list(&exception.links));
        }
        for (name, value) in &self.fields {
            put(&mut map, name, value.clone());
        }
        map
    }

    fn remediation(&self) -> Value {
        let remediation = &self.exception.remediation;
        let mut map = Mapping::new();
        put(&mut map, "plan", required(&remediation.plan));
        if !remediation.ticket.is_empty() {
            put(&mut map, "ticket", remediation.ticket.as_str().into());
        }
        if !remediation.milestones.is_empty() {
            let milestones = remediation.milestones.iter().map(|milestone| {
                mapping([("due", date(milestone.due)), ("what", required(&milestone.what))])
            });
            put(&mut map, "milestones", Value::Sequence(milestones.collect()));
        }
        Value::Mapping(map)
    }
}

fn put(map: &mut Mapping, key: &str, value: Value) {
    map.insert(key.into(), value);
}

fn mapping<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let mut map = Mapping::new();
    entries.into_iter().for_each(|(key, value)| put(&mut map, key, value));
    Value::Mapping(map)
}

fn required(text: &str) -> Value {
    if text.is_empty() { PLACEHOLDER.into() } else { text.into() }
}

fn list(items: &[String]) -> Value {
    Value::Sequence(items.iter().map(|item| item.as_str().into()).collect())
}

fn required_list(items: &[String]) -> Value {
    if items.is_empty() { list(&[PLACEHOLDER.to_owned()]) } else { list(items) }
}

fn date(date: Option<NaiveDate>) -> Value {
    date.map_or_else(|| PLACEHOLDER.into(), |date| date.to_string().into())
}

fn person(person: &Person, needs_team: bool) -> Value {
    let mut map = Mapping::new();
    put(&mut map, "name", required(&person.name));
    put(&mut map, "email", required(&person.email));
    if needs_team || !person.team.is_empty() {
        put(&mut map, "team", required(&person.team));
    }
    Value::Mapping(map)
}

fn compensating(control: &CompensatingControl) -> Value {
    let mut map = Mapping::new();
    put(&mut map, "description", required(&control.description));
    if !control.reduces.is_empty() {
        put(&mut map, "reduces", control.reduces.as_str().into());
    }
    put(&mut map, "owner", required(&control.owner));
    put(&mut map, "evidence", required(&control.evidence));
    if let Some(verified) = control.verified {
        put(&mut map, "verified", verified.to_string().into());
    }
    if !control.verify_every.is_empty() {
        put(&mut map, "verify_every", control.verify_every.as_str().into());
    }
    Value::Mapping(map)
}

/// Whether a finding is about something that was given, and not about what is missing.
pub(super) fn is_given(finding: &Finding) -> bool {
    let place = &finding.place;
    let text = place.file.slice(place.span);
    finding.code != &schema::MISSING_FIELD && !text.contains(PLACEHOLDER) && text.trim() != "[]"
}

/// The text with quotes around the plain scalars that findings call ambiguous.
fn quote_ambiguous(file: &SourceFile, findings: &[Finding]) -> String {
    let ambiguous = findings.iter().filter(|finding| finding.code == &yaml::AMBIGUOUS);
    let mut spans: Vec<_> = ambiguous.map(|finding| finding.place.span).collect();
    spans.sort_unstable();
    let mut text = file.text().to_owned();
    for span in spans.into_iter().rev() {
        // The ambiguous ones are words and numbers, which JSON and YAML quote alike.
        let quoted = serde_json::Value::from(file.slice(span)).to_string();
        text.replace_range(span.range(), &quoted);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rules::testing;

    fn titled(title: &str) -> (String, Option<String>, Vec<&'static str>) {
        let policy = testing::policy(testing::POLICY);
        let exception = Exception { title: title.to_owned(), ..Exception::default() };
        let draft = Draft { exception, ..Draft::default() };
        let file = draft.file("exceptions/x.yaml", None, &policy);
        let (record, findings) = source::load(&file, &policy.record_schema);
        let codes = findings.iter().filter(|finding| finding.place.pointer == "/title");
        let codes = codes.map(|finding| finding.code.id).collect();
        (file.text().to_owned(), record.map(|record| record.exception.title), codes)
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
        let policy = testing::policy(testing::POLICY);
        let mut draft = Draft::default();
        draft.exception.opened = "2026-11-20".parse().ok();
        draft.exception.expires = "2027-01-31".parse().ok();
        let modeline = Some("../schemas/exception.schema.json");
        let file = draft.file("exceptions/x.yaml", modeline, &policy);
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
