//! What OSV-Scanner is told to ignore: `osv-scanner.toml`.
//!
//! Sources: <https://google.github.io/osv-scanner/configuration/>, and
//! <https://github.com/google/osv-scanner/tree/main/internal/config> (`config.go`, `manager.go`), from
//! which every rule here is taken:
//!
//! - Keys are found whatever their case. One that is not known makes the tool reject the file.
//! - `ignoreUntil` and `effectiveUntil` exclude the moment they name; without a zone it is that of the
//!   machine. A text has to be an instant. The first moment of the year 1 is no date.
//! - Of several entries for one id only the first counts.
//! - A filter of `PackageOverrides` that is left out takes in all. `name` with `nameIsRegex` is a
//!   regular expression, which is not computed.
//! - `GoVersionOverride` is taken for the version of Go, and with it of the standard library: which
//!   findings that takes out is not in the file.
//! - The file holds for what lies in its own folder, and no deeper; `--config` makes any file hold
//!   everywhere. Which of the two, the file does not say, so that it counts as holding everywhere.

#[cfg(test)]
mod tests;

use crate::bridge::input::{Fault, Input, Node, Timestamp, Value, comments};
use crate::bridge::{End, Format, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::{self, Dimension, Reach};

pub(crate) const FORMAT: Format = Format {
    name: "osv-scanner",
    about: "what OSV-Scanner ignores: `osv-scanner.toml`",
    tool: Tool::OsvScanner,
    read,
};

const ROOT: [&str; 4] =
    ["IgnoredVulns", "PackageOverrides", "GoVersionOverride", "ScanGoModVersion"];
const IGNORED: [&str; 3] = ["id", "ignoreUntil", "reason"];
const OVERRIDE: [&str; 10] = [
    "name",
    "nameIsRegex",
    "version",
    "ecosystem",
    "group",
    "ignore",
    "vulnerability",
    "license",
    "effectiveUntil",
    "reason",
];
/// Ecosystems of OSV whose packages have a type of package URL, what stands between the parts of a
/// name, and whether the name has parts.
pub(in crate::bridge) const TYPES: [(&str, &str, Option<char>); 9] = [
    ("crates.io", "cargo", None),
    ("Go", "golang", Some('/')),
    ("Hex", "hex", None),
    ("Maven", "maven", Some(':')),
    ("npm", "npm", Some('/')),
    ("NuGet", "nuget", None),
    ("Packagist", "composer", Some('/')),
    ("PyPI", "pypi", None),
    ("RubyGems", "gem", None),
];

fn read(input: &Input) -> Result<Vec<Suppression>, Fault> {
    let root = input.toml()?;
    root.refuse_clashes()?;
    known(&root, &ROOT)?;
    let base = Reach::of(Tool::OsvScanner);
    let mut found: Vec<Suppression> = Vec::new();
    let mut ids = std::collections::HashSet::new();
    for entry in entries(&root, "IgnoredVulns")? {
        known(entry, &IGNORED)?;
        let id = text(entry, "id")?.unwrap_or_default();
        let mut ignored = ignored(input, entry, &id, base.clone())?;
        if !ids.insert(id) {
            ignored.end = End::Dropped;
            ignored.notes.push("an earlier entry has the same id, and only that counts".to_owned());
        }
        found.push(ignored);
    }
    for entry in entries(&root, "PackageOverrides")? {
        known(entry, &OVERRIDE)?;
        found.extend(package(input, entry, base.clone())?);
    }
    found.extend(go_version(input, &root)?);
    Ok(found)
}

/// The value under a key, whatever its case.
fn field<'a>(entry: &'a Node, key: &str) -> Option<&'a Node> {
    entry.get(key).or_else(|| entry.get_folded(key))
}

fn text(entry: &Node, key: &str) -> Result<Option<String>, Fault> {
    let read = |node: &Node| node.expect(key, "a text", Node::text).map(str::to_owned);
    field(entry, key).map(read).transpose()
}

fn flag(entry: &Node, key: &str) -> Result<bool, Fault> {
    match field(entry, key) {
        None => Ok(false),
        Some(node) => node.expect(key, "a truth value", |it| match it.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }),
    }
}

fn entries<'a>(root: &'a Node, key: &str) -> Result<&'a [Node], Fault> {
    match field(root, key) {
        None => Ok(&[]),
        Some(list) => list.expect(key, "a list of tables", |list| {
            list.items().filter(|items| items.iter().all(|item| item.value.is_map()))
        }),
    }
}

fn known(table: &Node, keys: &[&str]) -> Result<(), Fault> {
    let is_known = |key: &str| keys.iter().any(|known| known.eq_ignore_ascii_case(key));
    match table.entries().iter().find(|entry| !is_known(&entry.key)) {
        None => Ok(()),
        Some(entry) => {
            let message = format!("OSV-Scanner knows no `{}` and rejects the file", entry.key);
            Err(Fault::at(entry.span, message))
        }
    }
}

fn ignored(input: &Input, entry: &Node, id: &str, base: Reach) -> Result<Suppression, Fault> {
    let mut notes = Vec::new();
    let mut said = vec![id.to_owned()];
    said.extend(text(entry, "reason")?);
    said.extend(comments::beside(input, entry));
    Ok(Suppression {
        span: entry.span,
        name: id.to_owned(),
        said,
        reach: match id {
            "" => Err("it has no `id`".to_owned()),
            id => Ok(vec![base.limited(Dimension::Id, [id.to_owned()])]),
        },
        end: end(entry, "ignoreUntil", &mut notes)?,
        made: None,
        known: Known::default(),
        notes,
    })
}

/// What the version of Go, as it is claimed to be, takes out.
fn go_version(input: &Input, root: &Node) -> Result<Option<Suppression>, Fault> {
    let key = "GoVersionOverride";
    let Some(node) = field(root, key) else { return Ok(None) };
    let version = node.expect(key, "a text", Node::text)?;
    if version.is_empty() {
        return Ok(None);
    }
    let reason = format!(
        "it takes the version of Go for `{version}`, and which findings of the standard library that \
         takes out is not in the file"
    );
    Ok(Some(Suppression {
        span: node.span,
        name: format!("{key} {version}"),
        said: comments::beside(input, node),
        reach: Err(reason),
        end: End::Never,
        made: None,
        known: Known::default(),
        notes: Vec::new(),
    }))
}

/// An override, where it leaves anything alone.
fn package(input: &Input, entry: &Node, base: Reach) -> Result<Option<Suppression>, Fault> {
    let (mut is_ignored, mut is_licensed) = (flag(entry, "ignore")?, false);
    if let Some(vulnerability) = field(entry, "vulnerability") {
        known(vulnerability, &["ignore"])?;
        is_ignored |= flag(vulnerability, "ignore")?;
    }
    if let Some(license) = field(entry, "license") {
        known(license, &["ignore", "override"])?;
        let licenses = field(license, "override").and_then(Node::items).unwrap_or_default();
        is_licensed = flag(license, "ignore")? || !licenses.is_empty();
    }
    if !is_ignored && !is_licensed {
        return Ok(None);
    }
    let mut notes = Vec::new();
    if !is_ignored {
        notes.push("it is about licenses alone".to_owned());
    }
    let name = text(entry, "name")?.unwrap_or_default();
    let version = text(entry, "version")?.unwrap_or_default();
    let mut said = vec![name.clone()];
    said.extend(text(entry, "reason")?);
    said.extend(comments::beside(input, entry));
    let shown = match (name.as_str(), version.as_str()) {
        ("", "") => "PackageOverrides".to_owned(),
        ("", version) => format!("PackageOverrides {version}"),
        (name, "") => name.to_owned(),
        (name, version) => format!("{name}@{version}"),
    };
    Ok(Some(Suppression {
        span: entry.span,
        name: shown,
        said,
        reach: Ok(vec![filtered(entry, base, &name, &version)?]),
        end: end(entry, "effectiveUntil", &mut notes)?,
        made: None,
        known: Known::default(),
        notes,
    }))
}

/// The reach within the filters of an override, all of which have to hold.
fn filtered(entry: &Node, mut reach: Reach, name: &str, version: &str) -> Result<Reach, Fault> {
    let ecosystem = text(entry, "ecosystem")?.unwrap_or_default();
    let is_pattern = flag(entry, "nameIsRegex")?;
    let url = if is_pattern { None } else { package_url(&ecosystem, name, version) };
    if let Some(url) = url {
        reach.limit(Dimension::Package, [url]);
    } else {
        let name_key = if is_pattern { "name =~" } else { "name =" };
        let filters =
            [(name_key, name), ("version =", version), ("ecosystem =", ecosystem.as_str())];
        for (key, value) in filters.into_iter().filter(|(_, value)| !value.is_empty()) {
            reach.condition(format!("{key} {value}"));
        }
    }
    if let Some(group) = text(entry, "group")?.filter(|group| !group.is_empty()) {
        reach.condition(format!("group = {group}"));
    }
    Ok(reach)
}

pub(in crate::bridge) fn package_url(ecosystem: &str, name: &str, version: &str) -> Option<String> {
    let (_, kind, separator) = TYPES.into_iter().find(|(known, ..)| *known == ecosystem)?;
    let parts = separator.and_then(|separator| name.rsplit_once(separator));
    let (namespace, name) = parts.map_or((None, name), |(namespace, name)| (Some(namespace), name));
    reach::package_url(kind, namespace, name, version)
}

fn end(entry: &Node, key: &str, notes: &mut Vec<String>) -> Result<End, Fault> {
    let Some(node) = field(entry, key) else { return Ok(End::Never) };
    let written = node.expect(key, "a date", Node::text)?;
    let is_date = matches!(node.value, Value::Date(_));
    let read = if is_date { Timestamp::parse(written) } else { Timestamp::instant(written) };
    match read {
        Some(end) if end.may_be_zero_of_go() => {
            notes.push(format!("OSV-Scanner takes `{key} = {written}` for no date at all"));
            Ok(End::Never)
        }
        Some(end) => Ok(end.where_it_runs()),
        // A time of the day has no other signs than colons.
        None if is_date && !written.contains('-') => {
            notes.push(format!("`{key} = {written}` is a time without a day, long ago"));
            Ok(End::Dropped)
        }
        None => {
            let message = format!("`{key}` is `{written}`, no date: OSV-Scanner rejects the file");
            Err(Fault::at(node.span, message))
        }
    }
}
