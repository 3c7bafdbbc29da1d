//! The policy file of Snyk, `.snyk`: what `ignore` and `exclude` leave alone.
//!
//! Sources: <https://docs.snyk.io/manage-risk/policies/the-.snyk-file>, and `lib/parser/v1.ts`,
//! `lib/filter/ignore.ts` and `lib/match.ts` in <https://github.com/snyk/policy>.
//!
//! - `ignore` has a list of rules for each id, a rule is a path of dependencies with its reason and
//!   end, and each rule that holds is enough. Of ids that differ in case only the first counts.
//! - The path is `a@1.x > b > c`, `*` any number of packages. Which paths lie within another one takes
//!   the tree of dependencies; only the same path and `*` are compared.
//! - `expires` is a date of YAML or a text. The library before 4.1.1 compares it as text with the time
//!   in UTC, where other forms than that of ISO 8601 never come to pass, as the documentation says;
//!   later ones drop such a rule (<https://github.com/snyk/policy/pull/203>).
//!
//! `failThreshold`, and the names that it has besides, lets all pass that is less severe, which no binding
//! says. `patch` takes nothing out that is not mended, and is passed over.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::bridge::input::{Entry, Fault, Input, Node, Value};
use crate::bridge::javascript::{self, Moment};
use crate::bridge::{End, Format, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach};

pub(crate) const FORMAT: Format =
    Format { name: "snyk", about: "the policy file of Snyk, .snyk", tool: Tool::Snyk, read };

/// The names of the severity from which on Snyk fails.
const THRESHOLDS: [&str; 5] =
    ["failThreshold", "fail_threshold", "failthreshold", "threshold", "fail_threshhold"];

fn read(input: &Input) -> Result<Vec<Suppression>, Fault> {
    let documents = input.yaml()?;
    let [root] = documents.as_slice() else {
        let span = documents.get(1).map_or_else(Default::default, |second| second.span);
        let message = match documents.len() {
            0 => "the file is empty",
            _ => "the file has more than one document, and Snyk reads one",
        };
        return Err(Fault::at(span, message));
    };
    root.expect("document", "a mapping", |it| it.value.is_map().then_some(()))?;
    if let Some(version) = root.get("version").filter(|it| !it.is_null()) {
        let text = version.expect("version", "a text", Node::text)?;
        if text != "v1" && !text.starts_with("v1.") {
            return Err(Fault::at(version.span, format!("`{text}` is no version that Snyk reads")));
        }
    }
    let mut found = Vec::new();
    let ids = section(root, "ignore")?;
    let mut known = HashSet::new();
    for id in ids {
        let is_second = !known.insert(id.key.to_ascii_lowercase());
        for rule in rules(id)? {
            let mut suppression = ignore(&id.key, rule)?;
            if is_second {
                suppression.end = End::Dropped;
                let note =
                    format!("`{}` stands above in another case: this one is dropped", id.key);
                suppression.notes.push(note);
            }
            found.push(suppression);
        }
    }
    for area in section(root, "exclude")? {
        excluded(area, &mut found)?;
    }
    for entry in root.entries().iter().filter(|it| THRESHOLDS.contains(&&*it.key)) {
        found.extend(threshold(entry)?);
    }
    Ok(found)
}

/// What is less severe than a threshold; nothing is less severe than `low`.
fn threshold(entry: &Entry) -> Result<Option<Suppression>, Fault> {
    if entry.value.is_null() {
        return Ok(None);
    }
    let severity = entry.value.expect(&entry.key, "a text", Node::written)?;
    if severity.eq_ignore_ascii_case("low") {
        return Ok(None);
    }
    Ok(Some(Suppression {
        span: entry.span,
        name: format!("{} {severity}", entry.key),
        said: Vec::new(),
        reach: Err(format!("it leaves alone all that is less severe than `{severity}`")),
        end: End::Never,
        made: None,
        known: Known::default(),
        notes: Vec::new(),
    }))
}

fn section<'a>(root: &'a Node, key: &str) -> Result<&'a [Entry], Fault> {
    let node = root.get(key).filter(|node| !node.is_null());
    let map = |node: &'a Node| {
        node.expect(key, "a mapping", |node: &'a Node| node.value.is_map().then(|| node.entries()))
    };
    Ok(node.map(map).transpose()?.unwrap_or_default())
}

/// The rules of an id: paths with what is said about them.
fn rules(id: &Entry) -> Result<Vec<&Entry>, Fault> {
    if id.value.is_null() {
        return Ok(Vec::new());
    }
    let items = id.value.expect(&id.key, "a list", Node::items)?;
    let mut rules = Vec::new();
    for item in items {
        item.expect(&id.key, "a list of mappings", |it| it.value.is_map().then_some(()))?;
        rules.extend(item.entries());
    }
    Ok(rules)
}

fn ignore(id: &str, rule: &Entry) -> Result<Suppression, Fault> {
    let (path, said) = (&rule.key, &rule.value);
    if !said.is_null() {
        said.expect(path, "a mapping", |it| it.value.is_map().then_some(()))?;
    }
    let mut notes = Vec::new();
    let (end, unread) = end(said.get("expires"), &mut notes);
    if said.get("disregardIfFixable").is_some_and(javascript::is_truthy) {
        notes.push("`disregardIfFixable`: it holds only while there is no fix".to_owned());
    }
    let reach = Reach::of(Tool::Snyk)
        .limited(Dimension::Id, [id.to_owned()])
        .limited(Dimension::Path, [path.clone()]);
    Ok(Suppression {
        span: rule.span,
        name: if path == "*" { id.to_owned() } else { format!("{id} {path}") },
        said: reason(said)?,
        reach: unread.map_or(Ok(vec![reach]), Err),
        end,
        made: made(said)?,
        known: Known::default(),
        notes,
    })
}

fn reason(said: &Node) -> Result<Vec<String>, Fault> {
    Ok(said.text_at("reason")?.map(str::to_owned).into_iter().collect())
}

fn made(said: &Node) -> Result<Option<String>, Fault> {
    let by = said.get("ignoredBy").filter(|it| it.value.is_map());
    let by = by.and_then(|it| it.get("email").or_else(|| it.get("name"))).and_then(Node::text);
    let at = said.text_at("created")?;
    Ok(match (by, at) {
        (None, None) => None,
        (by, at) => Some(format!(
            "created by {} at {}",
            by.unwrap_or("somebody"),
            at.unwrap_or("an unknown time")
        )),
    })
}

/// The end, and why the rule cannot be compared where the end cannot be read.
fn end(expires: Option<&Node>, notes: &mut Vec<String>) -> (End, Option<String>) {
    let Some(node) = expires.filter(|node| javascript::is_truthy(node)) else {
        return (End::Never, None);
    };
    let Some(text) = node.text() else {
        return (End::Never, Some(format!("its `expires` is {}, not a date", node.kind())));
    };
    // YAML knows a date where it has seconds, and takes one without a zone as one in UTC.
    let is_known = matches!(node.value, Value::Date(_)) && text.matches(':').count() != 1;
    let is_date = matches!(node.value, Value::Date(_));
    let read = match text.contains('t') && !is_date {
        // Compared as text, a small letter comes after all that the clock says.
        true => Moment::Invalid,
        false => javascript::of_text(&text.replace('t', "T")),
    };
    match read {
        Moment::At(end) => (End::At(end.max(as_text(text).unwrap_or(end))), None),
        Moment::Day(day) => (End::midnight(day), None),
        Moment::Local(local) if is_known => (End::At(local.and_utc()), None),
        Moment::Local(local) if text.contains('T') => (javascript::local_end(local), None),
        _ => {
            notes.push(format!(
                "`expires` is `{text}`, which Snyk compares as text before 4.1.1 of its policy \
                 library: it never ends there; write it as `2027-02-01T00:00:00.000Z`"
            ));
            (End::Never, None)
        }
    }
}

/// The time of day and date without their zone, which is what is compared as text.
fn as_text(text: &str) -> Option<DateTime<Utc>> {
    match javascript::of_text(text.get(..19)?) {
        Moment::Local(local) => Some(local.and_utc()),
        _ => None,
    }
}

/// Files that are not looked at, by area: `global`, `code`, `iac-drift`, `secrets`.
fn excluded(area: &Entry, found: &mut Vec<Suppression>) -> Result<(), Fault> {
    if area.value.is_null() {
        return Ok(());
    }
    for item in area.value.expect(&area.key, "a list", Node::items)? {
        let globs: Vec<(&str, Option<&Node>)> = match item.text() {
            Some(glob) => vec![(glob, None)],
            None => {
                item.expect(&area.key, "a list of texts", |it| it.value.is_map().then_some(()))?;
                item.entries().iter().map(|it| (&*it.key, Some(&it.value))).collect()
            }
        };
        for (glob, said) in globs {
            let mut notes = Vec::new();
            let (end, unread) = end(said.and_then(|it| it.get("expires")), &mut notes);
            let reason_of = "`exclude` takes files out of all that Snyk finds in them, which no \
                             binding says";
            found.push(Suppression {
                span: item.span,
                name: format!("exclude {} {glob}", area.key),
                said: said.map(reason).transpose()?.unwrap_or_default(),
                reach: Err(unread.unwrap_or_else(|| reason_of.to_owned())),
                end,
                made: said.map(made).transpose()?.flatten(),
                known: Known::default(),
                notes,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    const ALL: &str = "
# Snyk (https://snyk.io) policy file
version: v1.25.0
ignore:
  SNYK-JS-LODASH-1:
    - '*':
        reason: EXC-2026-AAAA the vendor pins it
        expires: 2027-02-01T00:00:00.000Z
        created: 2026-11-05T10:00:00.000Z
        ignoredBy: {name: Lee Park, email: lee.park@example.com}
    - express@4.x > qs:
patch: {}
";

    fn all(text: &str) -> Vec<Suppression> {
        testing::all(&FORMAT, ".snyk", text)
    }

    fn fault(bytes: &[u8]) -> (usize, String) {
        testing::fault(&FORMAT, ".snyk", bytes)
    }

    fn end_of(expires: &str) -> Suppression {
        all(&format!("ignore: {{a: [{{'*': {{expires: {expires}}}}}]}}")).remove(0)
    }

    #[test]
    fn each_rule_of_an_id_is_a_suppression() {
        let found = all(ALL);
        assert_eq!(found[0].name, "SNYK-JS-LODASH-1");
        assert_eq!(found[0].said, ["EXC-2026-AAAA the vendor pins it"]);
        assert_eq!(found[0].end, End::At("2027-02-01T00:00:00Z".parse().expect("a moment")));
        let made = "created by lee.park@example.com at 2026-11-05T10:00:00.000Z";
        assert_eq!(found[0].made.as_deref(), Some(made));
        assert_eq!(found[1].name, "SNYK-JS-LODASH-1 express@4.x > qs");
        assert_eq!(found[1].end, End::Never);
        let reach = Reach::of(Tool::Snyk)
            .limited(Dimension::Id, ["SNYK-JS-LODASH-1".to_owned()])
            .limited(Dimension::Path, ["express@4.x > qs".to_owned()]);
        assert_eq!(found[1].reach, Ok(vec![reach]));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn dates_of_iso_8601_end_where_they_say_in_utc() {
        for (text, end) in [
            ("2027-02-01", "2027-02-01T00:00:00Z"),
            ("'2027-02-01'", "2027-02-01T00:00:00Z"),
            ("2027-02-01T10:00:00", "2027-02-01T10:00:00Z"),
            ("2027-02-01T00:00:01Z", "2027-02-01T00:00:01Z"),
            // The instant lies before it, but as a text it is compared as what it says.
            ("'2027-02-01T12:00:00+02:00'", "2027-02-01T12:00:00Z"),
            ("'2027-02-01T12:00:00-02:00'", "2027-02-01T14:00:00Z"),
        ] {
            assert_eq!(end_of(text).end, End::At(end.parse().expect("a moment")), "{text}");
        }
        let local = end_of("'2027-02-01T10:00'").end;
        assert_eq!(local, End::LocalMidnight("2027-02-02".parse().expect("a day")));
    }

    #[test]
    fn other_dates_never_end_and_the_bug_is_named() {
        for text in ["31/12/2020", "'Fri, 01 Jan 2021'", "01/02/2030", "2027/02/01", "soon"] {
            let found = end_of(text);
            assert_eq!(found.end, End::Never, "{text}");
            assert!(found.notes[0].contains("compares as text"), "{:?}", found.notes);
        }
        assert!(end_of("[a]").reach.is_err());
    }

    #[test]
    fn a_threshold_is_unknown_by_each_of_its_names() {
        for key in THRESHOLDS {
            let found = all(&format!("{key}: high"));
            assert_eq!((found.len(), &*found[0].name), (1, &*format!("{key} high")));
            assert!(found[0].reach.is_err() && found[0].end == End::Never, "{key}");
        }
        assert_eq!(all("failThreshold: low"), []);
    }

    #[test]
    fn the_second_of_two_ids_that_differ_in_case_is_dropped() {
        let found = all("ignore: {a: [{'*': }], A: [{'b': }], c: }");
        let ends: Vec<&End> = found.iter().map(|it| &it.end).collect();
        assert_eq!(ends, [&End::Never, &End::Dropped]);
    }

    #[test]
    fn files_that_are_excluded_are_unknown_by_name() {
        let found = all("exclude: {code: [src/**, {'a.js': {reason: x, expires: 2027-02-01}}]}");
        let names: Vec<&str> = found.iter().map(|it| &*it.name).collect();
        assert_eq!(names, ["exclude code src/**", "exclude code a.js"]);
        assert!(found.iter().all(|it| it.reach.is_err()));
        assert_eq!(found[1].end, End::midnight("2027-02-01".parse().expect("a day")));
    }

    #[test]
    fn only_the_same_path_lies_within_a_path_and_all_within_the_star() {
        let reach = |id: &str, path: &str| {
            let text = format!("ignore: {{{id}: [{{'{path}': }}]}}");
            all(&text).remove(0).reach.expect("a reach").remove(0)
        };
        let covers = testing::covers;
        let narrow = reach("a", "b@1 > c");
        assert!(covers(&narrow, &reach("A", "b@1 > c")));
        assert!(covers(&reach("a", "*"), &narrow));
        let any = Reach::of(Tool::Snyk).limited(Dimension::Id, ["a".to_owned()]);
        assert!(covers(&any, &reach("a", "*")));
        for wider in ["*", "b > c", "b@1", "* > c", "b@1 > *", "b@1 > c@2", "b@* > c"] {
            assert!(!covers(&narrow, &reach("a", wider)), "{wider}");
        }
        assert!(!covers(&narrow, &reach("b", "b@1 > c")));
    }

    #[test]
    fn what_snyk_does_not_read_is_a_fault_with_its_place() {
        assert_eq!(fault(b"version: v2.0.0\n").1, "`v2.0.0` is no version that Snyk reads");
        assert_eq!(fault(b"ignore:\n  a:\n    '*': {}\n").0, 3);
        assert_eq!(fault(b"ignore:\n  a: ['*']\n").1, "`a` is a text, not a list of mappings");
        assert_eq!(fault(b"ignore:\n  a: [\n").0, 2);
        assert_eq!(fault(b"").1, "the file is empty");
        assert!(fault(&[0xFF, 0xFE, 0x61, 0]).1.contains("UTF-16"));
        let marked = [b"\xEF\xBB\xBF", ALL.trim_start().as_bytes()].concat();
        assert!(read(&Input::new(".snyk", &marked).expect("UTF-8")).is_ok());
    }

    #[test]
    fn a_small_t_in_a_text_is_later_than_all_that_the_clock_says() {
        let end = |expires: &str| {
            let text =
                format!("version: v1.25.0\nignore:\n  S:\n    - '*': {{expires: {expires}}}\n");
            let input = Input::new(".snyk", text.as_bytes()).expect("UTF-8");
            super::read(&input).expect("suppressions").remove(0).end
        };
        assert_eq!(end("'2027-01-03t00:00:00Z'"), End::Never);
        assert_eq!(end("2027-01-03t00:00:00Z"), end("'2027-01-03T00:00:00Z'"), "a date of YAML");
    }
}
