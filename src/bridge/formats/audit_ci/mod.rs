//! The allowlist of audit-ci, in `audit-ci.json`, `.jsonc` or `.json5`.
//!
//! Sources: <https://github.com/IBM/audit-ci#allowlisting>, and `lib/config.ts`, `lib/allowlist.ts`,
//! `lib/nsp-record.ts` and `lib/model.ts` there.
//!
//! - An entry is an id, or a mapping of one id to `active`, `notes` and `expiry`. Without `active: true`
//!   the mapping allows nothing. Of entries with the same id the first counts.
//! - An id with `>` or `|` is a path, `GHSA-…|module>module`, in which `*` is any text; another that is
//!   no GHSA is a module, all of whose advisories are allowed.
//! - `expiry` is read by `new Date`, for which a bare date is midnight in UTC; one that it cannot read
//!   allows nothing. A number as an id makes the tool stop.
//! - Advisories that are less severe than the level of the file pass; without a level all do but `info`,
//!   unless the command line has one (`lib/map-vulnerability.ts`). `skip-dev` leaves out dependencies for
//!   development.
//! - Of a mapping, its reader drops each key that every object of JavaScript has (`toString`), and its
//!   parser of arguments takes a key with dots, `allowlist.NAME.active`, for what stands below.

#[cfg(test)]
mod tests;

use crate::bridge::input::{Fault, Input, Node, Value, comments};
use crate::bridge::javascript;
use crate::bridge::{End, Format, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach};
use crate::text::Span;

pub(crate) const FORMAT: Format = Format {
    name: "audit-ci",
    about: "the allowlist of audit-ci: audit-ci.json, .jsonc, .json5",
    tool: Tool::AuditCi,
    read,
};

/// Lists that later versions do not read.
const OLD: [&str; 4] = ["advisories", "path-whitelist", "path-allowlist", "whitelist"];

/// The levels, with their short names, in the order in which the first counts.
const LEVELS: [(&str, &str); 4] =
    [("low", "l"), ("moderate", "m"), ("high", "h"), ("critical", "c")];

/// What every object of JavaScript has: the tool's reader drops such keys.
const RESERVED: [&str; 12] = [
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

fn read(input: &Input) -> Result<Vec<Suppression>, Fault> {
    // The tool reads all three with one reader, whatever the name.
    let root = input.json5()?;
    root.expect("file", "a mapping", |it| it.value.is_map().then_some(()))?;
    let mut found: Vec<Suppression> = Vec::new();
    let mut names = std::collections::HashSet::new();
    let both = ["a", "allowlist"].map(|key| root.entries().iter().find(|entry| entry.key == key));
    if let [Some(short), Some(_)] = both {
        let message =
            "`a` and `allowlist` are one list to audit-ci, in an order of its own: write one";
        return Err(Fault::at(short.span, message));
    }
    for key in ["allowlist", "a"] {
        let Some(list) = root.get(key).filter(|node| !node.is_null()) else { continue };
        for item in list.expect(key, "a list", Node::items)? {
            let mut entry = entry(item, key)?;
            entry.said.extend(comments::beside_slashes(input, entry.span));
            if !names.insert(entry.name.clone()) {
                entry.end = End::Dropped;
                entry
                    .notes
                    .push("an entry above has the same id: only the first counts".to_owned());
            }
            found.push(entry);
        }
    }
    for entry in root.entries() {
        let reason = match entry.key.split_once('.') {
            Some(("a" | "allowlist", _)) => {
                "audit-ci takes it for an entry of its list: write it there"
            }
            _ if OLD.contains(&&*entry.key) => "only older versions of audit-ci read it",
            _ => continue,
        };
        found.push(unknown(entry.span, entry.key.clone(), reason.to_owned()));
    }
    found.extend(level(&root));
    if let Some(node) = root.get("skip-dev").filter(|node| is_on(node)) {
        let reason = "it leaves out all dependencies for development";
        found.push(unknown(node.span, "skip-dev".to_owned(), reason.to_owned()));
    }
    Ok(found)
}

fn unknown(span: Span, name: String, reason: String) -> Suppression {
    Suppression {
        span,
        name,
        said: Vec::new(),
        reach: Err(reason),
        end: End::Never,
        made: None,
        known: Known::default(),
        notes: Vec::new(),
    }
}

/// What passes since it is less severe than the level of the file, or since that has none.
fn level(root: &Node) -> Option<Suppression> {
    let on = |key: &str| root.get(key).filter(|node| is_on(node));
    let level = LEVELS.into_iter().find_map(|(key, short)| Some((key, on(key).or(on(short))?)));
    match level {
        Some(("low", _)) => None,
        Some((key, node)) => {
            let reason = format!("it leaves alone all that is less severe than `{key}`");
            Some(unknown(node.span, format!("level {key}"), reason))
        }
        None => {
            let reason = "the file has no level, and without one nothing fails: write `low: true`, or say \
                          that the command line has a level";
            Some(unknown(root.span, "level none".to_owned(), reason.to_owned()))
        }
    }
}

fn is_on(node: &Node) -> bool {
    node.written().is_some_and(|text| text == "true")
}

fn entry(item: &Node, key: &str) -> Result<Suppression, Fault> {
    match &item.value {
        Value::Text(id) => Ok(suppression(id, None, item.span)),
        Value::Map(entries) => match entries.first() {
            None => Err(Fault::at(item.span, "an entry without an id makes audit-ci stop")),
            Some(first) if entries.iter().all(|it| RESERVED.contains(&&*it.key)) => {
                let message = format!(
                    "audit-ci drops the key `{}`, which every object of JavaScript has, and stops: write \
                     it as a text",
                    first.key
                );
                Err(Fault::at(first.span, message))
            }
            Some(first) => {
                let mut found = suppression(&first.key, Some(&first.value), first.span);
                if entries.len() > 1 {
                    let reason = "it has several ids, of which audit-ci takes one: write each in \
                                  an entry of its own";
                    (found.reach, found.end) = (Err(reason.to_owned()), End::Never);
                }
                Ok(found)
            }
        },
        Value::Number(_) => {
            Err(Fault::at(item.span, "a number as an id makes audit-ci stop: name the GHSA"))
        }
        _ => Err(Fault::at(item.span, format!("`{key}` is {}, not a list of ids", item.kind()))),
    }
}

fn suppression(id: &str, content: Option<&Node>, span: Span) -> Suppression {
    let mut notes = Vec::new();
    let (mut end, unread) = match content {
        None => (End::Never, None),
        Some(content) if !content.get("active").is_some_and(javascript::is_truthy) => {
            notes.push("it is not active, since it has no `active: true`".to_owned());
            (End::Dropped, None)
        }
        Some(content) => self::end(content.get("expiry"), &mut notes),
    };
    let reach = match reach(id, &mut notes) {
        Some(reach) => unread.map_or(Ok(vec![reach]), Err),
        None if id.contains('*') => Err(format!("which paths `{id}` matches is not known here")),
        None => {
            end = End::Dropped;
            notes.push("no path looks like it: it lacks the advisory before a `|`".to_owned());
            Ok(vec![Reach::of(Tool::AuditCi).limited(Dimension::Id, [id.to_owned()])])
        }
    };
    let said = content.and_then(|content| content.get("notes")).and_then(Node::text);
    let said = said.map(str::to_owned).into_iter().collect();
    Suppression {
        span,
        name: id.to_owned(),
        said,
        reach,
        end,
        made: None,
        known: Known::default(),
        notes,
    }
}

/// The end, and why the entry cannot be compared where the end cannot be read.
fn end(expiry: Option<&Node>, notes: &mut Vec<String>) -> (End, Option<String>) {
    let end = match javascript::end("expiry", expiry, End::midnight) {
        Ok(end) => end,
        Err(reason) => return (End::Never, Some(reason)),
    };
    let end = end.unwrap_or_else(|| {
        notes
            .push("`expiry` is no date that audit-ci reads, and makes it allow nothing".to_owned());
        End::Dropped
    });
    (end, None)
}

/// What an id allows; none where it can match nothing.
fn reach(id: &str, notes: &mut Vec<String>) -> Option<Reach> {
    let all = Reach::of(Tool::AuditCi);
    let (advisory, path) = match id.split_once('|') {
        Some((advisory, path)) => (advisory, path),
        None if !id.contains('>') => {
            if !id.to_ascii_uppercase().starts_with("GHSA-") {
                notes.push(format!("all advisories of the module `{id}`"));
            }
            return Some(all.limited(Dimension::Id, [id.to_owned()]));
        }
        // The star in front stands for the advisory, too.
        None if id.starts_with('*') => ("*", id),
        None => return None,
    };
    let reach = all.limited(Dimension::Path, [path.to_owned()]);
    Some(match advisory.chars().all(|c| c == '*') && !advisory.is_empty() {
        true => reach,
        false => reach.limited(Dimension::Id, [advisory.to_owned()]),
    })
}
