//! What a violation of the schema means to the author of a record: what to write instead.

use jsonschema::error::TypeKind;
use jsonschema::types::JsonType;
use serde_json::Value;

use super::expected::{BLANK, Expected, expected_form};
use super::likeness::{is_near, nearest};
use super::{
    CLOSED_WITHOUT_OUTCOME, INCOMPLETE_COMPENSATING_CONTROL, INVALID_VALUE, MISSING_FIELD,
    WRONG_TYPE, is_entry, last_key, list,
};
use crate::finding::{Finding, Place};
use crate::source::quoting::{in_flow, quoted};
use crate::source::tree::{NodeRef, Shape};
use crate::source::{ambiguous, dates};
use crate::text::dotted;

/// The explanations of one schema.
#[derive(Clone, Copy, Debug)]
pub(super) struct Explanation<'a> {
    pub(super) document: &'a Value,
    /// The command that describes the schema.
    pub(super) command: &'a str,
}

impl<'a> Explanation<'a> {
    fn expected(self, pointer: &str) -> Expected<'a> {
        Expected::at(self.document, pointer)
    }

    fn parent(self, pointer: &str) -> Expected<'a> {
        self.expected(pointer.rsplit_once('/').map_or("", |(parent, _)| parent))
    }

    /// A required key that is not there; none where a key beside it is that key with a typo, which
    /// has its finding as an unknown key.
    pub(super) fn missing(self, place: Place, node: NodeRef<'_>, key: &str) -> Option<Finding> {
        let expected = self.expected(&place.pointer);
        let is_known = |name: &str| expected.keys().any(|known| known == name);
        let absent = || expected.keys().filter(|known| node.get(known).is_none());
        let is_typo = |name: &str| {
            is_near(name, key) && !is_known(name) && nearest(name, absent()) == Some(key)
        };
        if node.entries().any(|(name, _)| is_typo(name)) {
            return None;
        }
        let sample = expected.below(key).sample(key, None);
        let help = match sample.as_str() {
            BLANK => format!("add `{key}`; `{}` describes it", self.command),
            sample => format!("add `{key}: {sample}`; `{}` describes it", self.command),
        };
        let parent = place.pointer.as_str();
        if parent == "/closed" {
            let message = format!("the record is closed without `{key}`");
            let outcomes = "remediated, policy-changed, superseded, withdrawn, rejected or revoked";
            let help =
                if key == "outcome" { format!("add `outcome: ` with {outcomes}") } else { help };
            return Some(CLOSED_WITHOUT_OUTCOME.finding(place, message).help(help));
        }
        if parent.starts_with("/compensating_controls/") {
            let message = format!("this compensating control has no `{key}`");
            return Some(INCOMPLETE_COMPENSATING_CONTROL.finding(place, message).help(help));
        }
        let message = match parent {
            "" => format!("the required key `{key}` is missing"),
            parent => format!("`{}` lacks the required key `{key}`", dotted(parent)),
        };
        Some(MISSING_FIELD.finding(place, message).help(help))
    }

    pub(super) fn empty(self, place: Place) -> Finding {
        let message = format!("{} is empty", subject(&place.pointer));
        let help =
            self.expected(&place.pointer).filled(&self.parent(&place.pointer), &place.pointer);
        MISSING_FIELD.finding(place, message).help(help)
    }

    /// A value of another type than the schema's; none where another finding says it better.
    pub(super) fn wrong_type(
        self,
        place: Place,
        node: NodeRef<'_>,
        kind: &TypeKind,
    ) -> Option<Finding> {
        let expected = self.expected(&place.pointer);
        let wanted = match kind {
            TypeKind::Single(kind) => article(*kind).to_owned(),
            TypeKind::Multiple(kinds) => kinds.iter().map(article).collect::<Vec<_>>().join(" or "),
        };
        if node.is_null() {
            let help = expected.filled(&self.parent(&place.pointer), &place.pointer);
            let message = format!("{} has no value", subject(&place.pointer));
            return Some(MISSING_FIELD.finding(place, message).help(help));
        }
        match node.text() {
            Some(text) if expected.is_date() => return Some(dates::not_a_date(place, text)),
            Some(text) if wanted == article(JsonType::String) => {
                // Quotes alone would not make it right.
                if let Some(form) = expected.form_missed_by(text) {
                    let key = last_key(&place.pointer);
                    let message = format!("`{text}` is not in the form that `{key}` takes");
                    return Some(INVALID_VALUE.finding(place, message).help(expected_form(form)));
                }
                let mut options = expected.options().peekable();
                let is_no_option =
                    options.peek().is_some() && !options.any(|option| option == text);
                return (!is_no_option).then(|| ambiguous::finding(place, text));
            }
            _ => {}
        }
        let found = match node.shape() {
            Shape::List => "a list",
            Shape::Map => "a mapping",
            Shape::Number(_) => "a number",
            Shape::Bool(_) => "a boolean",
            _ => "text",
        };
        let help = self.retyped(&place, node, &expected, &wanted);
        let message = format!("{} is {found}, not {wanted}", subject(&place.pointer));
        Some(WRONG_TYPE.finding(place, message).help(help))
    }

    /// The edit that gives a value the type that it has to have.
    fn retyped(
        self,
        place: &Place,
        node: NodeRef<'_>,
        expected: &Expected<'_>,
        wanted: &str,
    ) -> String {
        let pointer = place.pointer.as_str();
        let key = last_key(pointer);
        let before = if is_entry(pointer) { "- ".to_owned() } else { format!("{key}: ") };
        // A quotation as long as a page helps nobody.
        let given = node.text().filter(|text| text.len() <= 120 && !text.contains('\n'));
        if wanted == article(JsonType::Array) || wanted == article(JsonType::Object) {
            let target = split_target(node);
            let sample = expected.sample(key, given.or(target.as_deref()));
            return match sample.as_str() {
                "{…}" => format!("write {wanted}; see `{}`", self.command),
                sample => format!("write `{before}{sample}`"),
            };
        }
        let options: Vec<String> = expected.options().map(str::to_owned).collect();
        if !options.is_empty() {
            return format!("use {}", list(&options));
        }
        if wanted != article(JsonType::String) {
            return format!("write {}; see `{}`", expected.kind(), self.command);
        }
        if let Some(target) = split_target(node) {
            return format!("remove the space: `{target}`");
        }
        match node.entries().next() {
            // `- name: value` was meant as one text; a mapping in braces was not.
            Some((name, value))
                if is_entry(pointer) && node.entries().len() == 1 && value.text().is_some() =>
            {
                let text = format!("{name}: {}", value.text().unwrap_or_default());
                format!("quote it: `{before}{}`", quoted(&text))
            }
            _ if node.is_list() && node.items().len() == 1 => {
                let text = node.items().next().and_then(NodeRef::text);
                text.map_or_else(
                    || format!("write text; see `{}`", self.command),
                    |text| format!("write `{before}{}`", in_flow(text)),
                )
            }
            _ => format!("write text; see `{}`", self.command),
        }
    }

    /// A text that is none of those that the schema names; none where the value is no text at all,
    /// which is a finding of its own.
    pub(super) fn not_in_enum(
        self,
        place: Place,
        node: NodeRef<'_>,
        options: &Value,
    ) -> Option<Finding> {
        let names: Vec<String> = options
            .as_array()
            .into_iter()
            .flatten()
            .map(|option| option.as_str().map_or_else(|| option.to_string(), str::to_owned))
            .collect();
        let text = node.text().filter(|_| !node.is_null())?;
        if text.is_empty() || names.iter().any(|name| name == text) {
            return (text.is_empty()).then(|| self.empty(place));
        }
        let message = format!("`{text}` is not a value of `{}`", last_key(&place.pointer));
        let finding = INVALID_VALUE.finding(place, message);
        Some(match nearest(text, names.iter().map(String::as_str)) {
            Some(name) => finding.help(format!("did you mean `{name}`?")),
            None => finding.help(format!("use {}", list(&names))),
        })
    }

    /// A number out of its range, or a value that is not the only one there is.
    pub(super) fn out_of_range(self, place: Place, node: NodeRef<'_>) -> Finding {
        let expected = self.expected(&place.pointer);
        let key = last_key(&place.pointer);
        let help = match (
            expected.keyword("const"),
            expected.keyword("minimum"),
            expected.keyword("maximum"),
        ) {
            (Some(only), ..) => format!("write `{key}: {only}`"),
            (_, Some(least), Some(most)) => format!("write a number from {least} to {most}"),
            (_, Some(least), None) => format!("write {least} or more"),
            (_, None, Some(most)) => format!("write {most} or less"),
            _ => format!("see `{}`", self.command),
        };
        let text = node.text().unwrap_or_default();
        let message = match expected.keyword("const") {
            Some(_) => format!("`{text}` is not a value of `{key}`"),
            None => format!("`{text}` is out of the range of `{key}`"),
        };
        INVALID_VALUE.finding(place, message).help(help)
    }

    /// Why a key is unknown where the keys are not listed but have a form.
    pub(super) fn key_form(self, pointer: &str) -> Option<String> {
        if pointer == "/rules" {
            return Some("rules are named by their code; `exc rules` lists them".to_owned());
        }
        let forms = self.expected(pointer).keyword("patternProperties")?.as_object()?;
        let form = forms.keys().next()?;
        Some(format!("names here match `{form}`"))
    }

    /// Any other violation, in the validator's words.
    pub(super) fn other(self, place: Place, error: &impl std::fmt::Display) -> Finding {
        let message = format!("`{}`: {error}", last_key(&place.pointer));
        INVALID_VALUE.finding(place, message).help(format!("see `{}`", self.command))
    }
}

/// `service: /mirror`, which a stray space made a mapping, as the target that was meant.
fn split_target(node: NodeRef<'_>) -> Option<String> {
    let mut entries = node.entries();
    let ((kind, path), None) = (entries.next()?, entries.next()) else { return None };
    let path = path.text().filter(|path| path.starts_with('/') && !path.contains(' '))?;
    Some(format!("{kind}:{path}"))
}

/// How a message names a value: a key, or an entry of a list.
fn subject(pointer: &str) -> String {
    let key = last_key(pointer);
    if is_entry(pointer) { format!("an entry of `{key}`") } else { format!("`{key}`") }
}

fn article(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "`true` or `false`",
        JsonType::Integer => "a whole number",
        JsonType::Null => "nothing",
        JsonType::Number => "a number",
        JsonType::Object => "a mapping",
        JsonType::String => "text",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::source::{self, RecordSchema};
    use crate::text::SourceFile;

    /// What is said about a record, without the keys that it does not have.
    fn said(text: &str) -> Vec<String> {
        let schema = RecordSchema::new(&[]).expect("the schema is a schema");
        let file = Arc::new(SourceFile::new("exceptions/a.yaml", text));
        let (_, findings) = source::load(&file, &schema);
        let mut said: Vec<String> = findings
            .into_iter()
            .filter(|finding| !finding.place.pointer.is_empty())
            .map(|f| format!("{}: {} | {}", f.code.id, f.message, f.help.unwrap_or_default()))
            .collect();
        said.sort();
        said
    }

    #[test]
    fn a_single_value_becomes_a_list_by_the_edit_that_is_shown() {
        for (written, edit) in [
            ("scope: service:/mirror", "scope: [service:/mirror]"),
            ("scope: {service: /mirror}", "scope: [service:/mirror]"),
            ("tags: a, b", "tags: [\"a, b\"]"),
            ("controls: 5", "controls: [\"5\"]"),
        ] {
            let all = said(written);
            assert!(all[0].ends_with(&format!("not a list | write `{edit}`")), "{all:?}");
            assert_eq!((all.len(), said(edit).len()), (1, 0), "{written}");
        }
    }

    #[test]
    fn the_shape_of_a_mapping_keeps_what_was_given() {
        for (written, edit) in [
            ("risk: High", "risk: {level: high, statement: …}"),
            ("owner: Ana", "owner: {name: Ana, email: …, team: …}"),
            ("requester: ana@example.com", "requester: {name: …, email: ana@example.com}"),
            ("justification: it is", "justification: {blocker: …, end_state: …}"),
            ("remediation: [x]", "remediation: {plan: …}"),
            ("closed: remediated", "closed: {date: YYYY-MM-DD, outcome: remediated, note: …}"),
            ("emergency: now", "emergency: {declared: YYYY-MM-DDThh:mm:ssZ, reason: …}"),
            ("compensating_controls: [x]", "- {description: …, owner: …, evidence: …}"),
            ("reviews: [x]", "- {date: YYYY-MM-DD, by: …, note: …}"),
            (
                "renewals: x",
                "renewals: [{date: YYYY-MM-DD, until: YYYY-MM-DD, reason: …, evidence: …}]",
            ),
        ] {
            let all = said(written);
            assert_eq!(all.len(), 1, "{all:?}");
            assert!(all[0].ends_with(&format!(" | write `{edit}`")), "{all:?}");
        }
    }

    #[test]
    fn an_entry_is_called_an_entry() {
        assert_eq!(
            said("scope:\n  - service: /mirror\n"),
            [
                "EXC103: an entry of `scope` is a mapping, not text | remove the space: `service:/mirror`"
            ]
        );
        assert_eq!(
            said("links:\n  - see: this\n"),
            ["EXC103: an entry of `links` is a mapping, not text | quote it: `- \"see: this\"`"]
        );
    }

    #[test]
    fn a_wrong_type_has_one_finding() {
        for text in [
            "risk: [x, y]",
            "risk: {level: [x, y], statement: x}",
            "risk: {level: 5, statement: x}",
            "compensating_controls: [{description: a, owner: a@b.co, evidence: e, verify_every: 3, verified: 2026-01-01}]",
        ] {
            assert_eq!(said(text).len(), 1, "{:?}", said(text));
        }
    }

    #[test]
    fn an_empty_key_is_told_what_goes_there_and_whether_it_may_go() {
        for (text, help) in [
            (
                "justification: {blocker: , end_state: x}",
                "write the blocker: what stands in the way of meeting the control today: a concrete, checkable fact, such as a missing vendor feature with its ticket",
            ),
            (
                "title: ''",
                "write the title: one line that tells a reader of a list what is excepted and until which event",
            ),
            ("opened:", "write a day as `YYYY-MM-DD`"),
            (
                "remediation: {plan: x, milestones: [{due: 2026-01-01, what: x, done: }]}",
                "write a day as `YYYY-MM-DD`, or remove the key",
            ),
            (
                "data_classification:",
                "write the data classification: classification of the most sensitive data within the scope, in the words of the organisation, for example `internal`, or remove the key",
            ),
            ("owner:", "write `owner: {name: …, email: …, team: …}`"),
            ("risk: {level: , statement: x}", "write `low`, `medium`, `high` or `critical`"),
        ] {
            let all = said(text);
            assert_eq!(all.len(), 1, "{all:?}");
            assert_eq!(all[0].rsplit(" | ").next(), Some(help), "{text}");
        }
    }

    #[test]
    fn a_required_key_with_a_typo_is_one_finding() {
        for (text, meant) in [
            ("remediation: {plan: x, milestones: [{deu: 2026-01-01, what: x}]}", "due"),
            ("owner: {name: x, emial: a@b.co, team: x}", "email"),
            ("owner: {name: x, email: a@b.co, taem: x}", "team"),
        ] {
            let all = said(text);
            assert_eq!(all.len(), 1, "{all:?}");
            assert!(all[0].ends_with(&format!("did you mean `{meant}`?")), "{all:?}");
        }
        // A key that is far from every other takes no finding away.
        assert_eq!(said("owner: {name: x, email: a@b.co, zzz: x}").len(), 2);
    }
}
