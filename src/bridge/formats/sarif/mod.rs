//! Suppressed results in a report in SARIF 2.1.0.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>: section 3.27.23 for
//! `result.suppressions`, 3.35 for a suppression, 3.27.5 to 3.27.7 for the rule of a result.
//!
//! - A suppression counts if its `status` is `accepted` or left out; those that are under review or
//!   rejected take nothing out. Whether one with another word counts is not known.
//! - A result has its rule by an id, by its place among those of the tool or of the component that it
//!   names, or both; where these contradict each other, it is not known which one it is.
//! - Results of one rule in the same files are one suppression here: a report has one for each line.
//! - A suppression has no end. `expiryUtc`, which some tools write among its properties, is honoured
//!   only by those that look for it.
//! - A file is named from the root of the repository; where it is not, it is only known that it is some
//!   file. A report may say itself what `SRCROOT` stands for ([`bases`]).

mod bases;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use self::bases::Bases;
use crate::bridge::input::{Fault, Input, Node, Value};
use crate::bridge::{End, Format, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach};

pub(crate) const FORMAT: Format = Format {
    name: "sarif",
    about: "suppressed results in reports in SARIF 2.1.0, of any tool that writes them",
    tool: Tool::Sarif,
    read,
};

fn read(input: &Input) -> Result<Vec<Suppression>, Fault> {
    let root = input.json()?;
    match root.get("version").and_then(Node::text) {
        Some("2.1.0") => {}
        Some(version) => {
            let message = format!("the report is in SARIF {version}, not 2.1.0");
            return Err(Fault::at(root.span, message));
        }
        None => return Err(Fault::at(root.span, "the file has no `version`: it is no SARIF")),
    }
    let Some(runs) = root.get("runs") else {
        return Err(Fault::at(root.span, "the file has no `runs`: it is no SARIF"));
    };
    if let Some(elsewhere) = root.get("inlineExternalProperties").filter(|it| !it.is_null()) {
        let message = "results that stand in `inlineExternalProperties` are not read";
        return Err(Fault::at(elsewhere.span, message));
    }
    let mut found = Vec::new();
    for run in runs.expect("runs", "a list", Node::items)? {
        of_run(run, &mut found)?;
    }
    Ok(found)
}

fn of_run(run: &Node, found: &mut Vec<Suppression>) -> Result<(), Fault> {
    let driver = run.get("tool").and_then(|tool| tool.get("driver"));
    let Some(producer) = driver.map(|it| it.text_at("name")).transpose()?.flatten() else {
        return Err(Fault::at(run.span, "the run has no `tool.driver.name`"));
    };
    let elsewhere = run.get("externalPropertyFileReferences").and_then(|it| it.get("results"));
    if let Some(results) = elsewhere {
        return Err(Fault::at(results.span, "the results of the run stand in other files"));
    }
    let mut known: HashMap<(Rule, Vec<String>), usize> = HashMap::new();
    let mut n_results: HashMap<usize, usize> = HashMap::new();
    let mut told = HashSet::new();
    let rules = Rules::of(run.get("tool"))?;
    let bases = Bases::of(run)?;
    for result in list(run, "results")? {
        let (counted, doubt) = counted(result)?;
        if counted.is_empty() {
            continue;
        }
        let mut rule = rule(result, &rules)?;
        rule.doubt = doubt.or(rule.doubt);
        let (files, doubt) = files(result, &bases)?;
        let at = *known.entry((rule.clone(), files.clone())).or_insert_with(|| {
            let notes = doubt.into_iter().collect();
            found.push(Suppression { notes, ..suppression(result, producer, &rule, &files) });
            found.len() - 1
        });
        *n_results.entry(at).or_default() += 1;
        for suppression in counted {
            tell(suppression, &mut found[at], |text| told.insert((at, text)))?;
        }
    }
    for (at, n) in n_results.into_iter().filter(|(_, n)| *n > 1) {
        found[at].notes.insert(0, format!("{n} results of the report"));
    }
    Ok(())
}

fn list<'a>(object: &'a Node, key: &str) -> Result<&'a [Node], Fault> {
    let node = object.get(key).filter(|node| !node.is_null());
    Ok(node.map(|node| node.expect(key, "a list", Node::items)).transpose()?.unwrap_or_default())
}

/// The suppressions of a result that count, or may: those with a word for their status that is none of the
/// three, with the reason why that is not known.
fn counted(result: &Node) -> Result<(Vec<&Node>, Option<String>), Fault> {
    let (mut accepted, mut odd) = (Vec::new(), Vec::new());
    let mut reason = None;
    for suppression in list(result, "suppressions")? {
        match suppression.text_at("status")? {
            None | Some("accepted") => accepted.push(suppression),
            Some("underReview" | "rejected") => {}
            Some(status) => {
                odd.push(suppression);
                reason = Some(format!(
                    "its `status` is `{status}`, none of `accepted`, `underReview` and `rejected`"
                ));
            }
        }
    }
    match accepted.is_empty() {
        true => Ok((odd, reason)),
        false => Ok((accepted, None)),
    }
}

/// The rules of the parts of the tool that made a run.
struct Rules<'a> {
    driver: &'a [Node],
    extensions: Vec<&'a [Node]>,
}

impl<'a> Rules<'a> {
    fn of(tool: Option<&'a Node>) -> Result<Self, Fault> {
        let Some(tool) = tool else { return Ok(Self { driver: &[], extensions: Vec::new() }) };
        let driver = tool.get("driver").map(|it| list(it, "rules")).transpose()?;
        let extensions = list(tool, "extensions")?.iter().map(|it| list(it, "rules"));
        Ok(Self {
            driver: driver.unwrap_or_default(),
            extensions: extensions.collect::<Result<_, _>>()?,
        })
    }

    /// The rules among which a result counts its own: those of the component that its `rule` names. None
    /// where that is not told by its place.
    fn around(&self, object: Option<&Node>) -> Option<&'a [Node]> {
        let Some(component) =
            object.and_then(|it| it.get("toolComponent")).filter(|it| !it.is_null())
        else {
            return Some(self.driver);
        };
        let at = component.get("index").and_then(index)?;
        self.extensions.get(at).copied()
    }
}

/// A place in a list.
fn index(node: &Node) -> Option<usize> {
    match &node.value {
        Value::Number(text) => text.parse().ok(),
        _ => None,
    }
}

/// The rule of a result.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Rule {
    id: Option<String>,
    /// Why it is not known which one it is.
    doubt: Option<String>,
}

/// The rule of a result, by its ids and its places in the list, which may not contradict each other.
fn rule(result: &Node, rules: &Rules<'_>) -> Result<Rule, Fault> {
    let object = result.get("rule").filter(|it| !it.is_null());
    let own = result.text_at("ruleId")?;
    let of_object = object.map(|it| it.text_at("id")).transpose()?.flatten();
    let mut id = own.or(of_object);
    let mut doubt = None;
    if let (Some(own), Some(other)) = (own, of_object)
        && own != other
    {
        doubt = Some(format!("its `ruleId` is `{own}`, and the `id` of its `rule` is `{other}`"));
    }
    let list = rules.around(object);
    let places = [result.get("ruleIndex"), object.and_then(|it| it.get("index"))];
    for node in places.into_iter().flatten() {
        // What is left out is `-1`.
        if node.is_null() || matches!(&node.value, Value::Number(text) if text == "-1") {
            continue;
        }
        let Some(list) = list else { continue };
        let listed = index(node).and_then(|at| list.get(at));
        match (listed.map(|it| it.text_at("id")).transpose()?.flatten(), id) {
            (None, _) => {
                doubt =
                    Some("its place in the list of rules, `ruleIndex`, is none of them".to_owned());
            }
            (Some(listed), None) => id = Some(listed),
            (Some(listed), Some(known)) if is_of(known, listed) => {}
            (Some(listed), Some(known)) => {
                doubt =
                    Some(format!("its rule is `{known}`, and by its `ruleIndex` it is `{listed}`"));
            }
        }
    }
    if id.is_none() && doubt.is_none() {
        doubt = Some("the result does not say its rule".to_owned());
    }
    Ok(Rule { id: id.map(str::to_owned), doubt })
}

/// Whether an id is that of a rule of the list, or of a part of one: `CA1000/1` of `CA1000`.
fn is_of(id: &str, listed: &str) -> bool {
    id.strip_prefix(listed).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The files of a result, as they are named, and what is to be said of a base of them.
fn files(result: &Node, bases: &Bases) -> Result<(Vec<String>, Option<String>), Fault> {
    let (mut files, mut doubt) = (Vec::new(), None);
    for location in list(result, "locations")? {
        let artifact = location.get("physicalLocation").and_then(|it| it.get("artifactLocation"));
        let artifact = artifact.unwrap_or(location);
        let base = artifact.text_at("uriBaseId")?.map(|base| base.trim_matches('%'));
        let is_of_root = base.is_none_or(|base| bases.is_root(base));
        doubt = doubt.or_else(|| base.and_then(|base| bases.doubt(base)));
        files.push(match artifact.text_at("uri")? {
            Some(uri) if is_of_root => uri.to_owned(),
            Some(uri) => format!("{}?{uri}", base.unwrap_or_default()),
            None => "?".to_owned(),
        });
    }
    files.sort();
    files.dedup();
    Ok((files, doubt))
}

fn suppression(result: &Node, producer: &str, rule: &Rule, files: &[String]) -> Suppression {
    let id = rule.id.as_deref().unwrap_or("?");
    let reach = rule.doubt.clone().map_or(Ok(id.to_owned()), Err).map(|rule| {
        let mut reach = Reach::of(Tool::Sarif)
            .limited(Dimension::Policy, [producer.to_owned()])
            .limited(Dimension::Id, [rule]);
        match files.iter().map(|uri| path(uri)).collect::<Option<Vec<String>>>() {
            Some(paths) => reach.limit(Dimension::Path, paths),
            None => reach.condition(files.join(", ")),
        }
        vec![reach]
    });
    let name = match files {
        [] => id.to_owned(),
        files => format!("{id} {}", files.join(", ")),
    };
    let (said, notes) = (Vec::new(), Vec::new());
    Suppression {
        span: result.span,
        name,
        said,
        reach,
        end: End::Untimed,
        made: None,
        known: Known::default(),
        notes,
    }
}

/// The path that a URI names from the root of the repository; none where it is another one, or a
/// pattern could be taken for it.
fn path(uri: &str) -> Option<String> {
    let is_plain = !uri.contains([':', '*', '?', '[', '{', '\\', '#'])
        && !uri.starts_with('/')
        && !uri.split('/').any(|part| part == "..");
    is_plain.then(|| unescaped(uri)).flatten()
}

/// The text without its percent-encoding; none where what is encoded is no part of a plain path.
fn unescaped(uri: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend(before.bytes());
        let byte = u8::from_str_radix(after.get(..2)?, 16).ok()?;
        if b"*?[{\\/%".contains(&byte) {
            return None;
        }
        bytes.push(byte);
        rest = &after[2..];
    }
    bytes.extend(rest.bytes());
    String::from_utf8(bytes).ok()
}

/// What was said of a suppression already.
#[derive(PartialEq, Eq, Hash)]
enum Told {
    Reason(String),
    Note(String),
}

/// Adds what one suppression of a result says, where that is new.
fn tell(
    suppression: &Node,
    found: &mut Suppression,
    mut is_new: impl FnMut(Told) -> bool,
) -> Result<(), Fault> {
    if let Some(text) = suppression.text_at("justification")?
        && is_new(Told::Reason(text.to_owned()))
    {
        found.said.push(text.to_owned());
    }
    let properties = suppression.get("properties").map(Node::entries).unwrap_or_default();
    if let Some(end) = properties.iter().find(|entry| entry.key == "expiryUtc") {
        let note =
            format!("`expiryUtc` {} ends it only for tools that look for it", shown(&end.value));
        if is_new(Told::Note(note.clone())) {
            found.notes.push(note);
        }
    }
    Ok(())
}

fn shown(node: &Node) -> String {
    node.text().map_or_else(|| node.kind().to_owned(), |text| format!("`{text}`"))
}
