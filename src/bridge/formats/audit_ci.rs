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

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    const ONE: &str = "GHSA-aaaa-bbbb-cccc";

    /// All but what follows from the level.
    fn all(text: &str) -> Vec<Suppression> {
        let found = testing::all(&FORMAT, "audit-ci.jsonc", text);
        found.into_iter().filter(|it| !it.name.starts_with("level ")).collect()
    }

    fn fault(bytes: &[u8]) -> (usize, String) {
        testing::fault(&FORMAT, "audit-ci.json", bytes)
    }

    fn with_expiry(expiry: &str) -> Suppression {
        all(&format!("{{allowlist: [{{a: {{active: true, expiry: {expiry}}}}}]}}")).remove(0)
    }

    #[test]
    fn ids_modules_and_paths_are_read_in_all_three_syntaxes() {
        let found = all("{
                // audit-ci
                low: true,
                'allowlist': [
                    \"GHSA-aaaa-bbbb-cccc\",
                    {\"lodash\": {active: true, notes: 'EXC-2026-AAAA', expiry: '2027-02-01'}},
                    'GHSA-aaaa-bbbb-cccc|a>*',
                ],
            }");
        let names: Vec<&str> = found.iter().map(|it| &*it.name).collect();
        assert_eq!(names, [ONE, "lodash", "GHSA-aaaa-bbbb-cccc|a>*"]);
        assert_eq!((&found[0].end, &*found[1].said[0]), (&End::Never, "EXC-2026-AAAA"));
        assert_eq!(found[1].end, End::midnight("2027-02-01".parse().expect("a day")));
        assert_eq!(found[1].notes, ["all advisories of the module `lodash`"]);
        let reach = Reach::of(Tool::AuditCi)
            .limited(Dimension::Id, [ONE.to_owned()])
            .limited(Dimension::Path, ["a>*".to_owned()]);
        assert_eq!(found[2].reach, Ok(vec![reach]));
    }

    #[test]
    fn what_is_less_severe_than_the_level_is_left_alone_and_without_one_everything() {
        let of = |text: &str| {
            let found = testing::all(&FORMAT, "audit-ci.jsonc", text);
            assert!(found.iter().all(|it| it.reach.is_err() && it.end == End::Never), "{text}");
            found.into_iter().map(|it| it.name).collect::<Vec<_>>()
        };
        assert_eq!(of("{low: true}"), [""; 0]);
        assert_eq!(of("{l: true, critical: true}"), [""; 0]);
        assert_eq!(of("{moderate: true}"), ["level moderate"]);
        assert_eq!(of("{critical: true, 'skip-dev': true}"), ["level critical", "skip-dev"]);
        assert_eq!(of("{c: true, h: 'true', low: false}"), ["level high"]);
        for text in ["{allowlist: []}", "{}", "{low: false}", "{high: 1}"] {
            assert_eq!(of(text), ["level none"], "{text}");
        }
    }

    #[test]
    fn an_entry_without_active_allows_nothing_and_the_first_of_two_counts() {
        let found = all("{allowlist: [{a: {}}, 'a', {b: {active: true}, c: {active: true}}]}");
        let ends: Vec<&End> = found.iter().map(|it| &it.end).collect();
        assert_eq!(ends, [&End::Dropped, &End::Dropped, &End::Never]);
        assert!(found[2].reach.as_ref().is_err_and(|why| why.contains("several ids")));
    }

    #[test]
    fn what_the_tool_orders_or_matches_in_a_way_of_its_own_is_never_taken_for_ended() {
        assert!(all("{allowlist: ['G*>qs']}")[0].reach.is_err());
        let small = "{allowlist: [{'GHSA-a': {active: true, expiry: '02/01/0032'}}]}";
        assert!(all(small)[0].reach.is_err());
        for text in ["{a: ['x'], allowlist: ['y']}", "{// x\u{2028} 'allowlist': ['y']\n}"] {
            let (input, read) = match Input::new("a.json5", text.as_bytes()) {
                Ok(input) => (text, read(&input).map(|found| found.len())),
                Err((_, fault)) => (text, Err(fault)),
            };
            assert!(read.is_err(), "{input}: {read:?}");
        }
    }

    #[test]
    fn a_bare_date_is_midnight_in_utc_and_a_bad_one_allows_nothing() {
        let at = |text: &str| End::At(text.parse().expect("a moment"));
        for (expiry, end) in [
            ("'2027-02-01'", at("2027-02-01T00:00:00Z")),
            ("'2027-02-01T00:00:01Z'", at("2027-02-01T00:00:01Z")),
            ("1801440000000", at("2027-02-01T00:00:00Z")),
            ("'2027-02-01T10:00'", End::LocalMidnight("2027-02-02".parse().expect("a day"))),
            ("''", End::Never),
            ("'31/12/2030'", End::Dropped),
            ("'soon'", End::Dropped),
            ("-1", End::Dropped),
        ] {
            assert_eq!(with_expiry(expiry).end, end, "{expiry}");
        }
        assert!(with_expiry("'31 Dec 2030'").reach.is_err());
    }

    #[test]
    fn whatever_widens_a_path_is_no_longer_within_it() {
        let reach = |id: &str| reach(id, &mut Vec::new()).expect("a reach");
        let covers = |outer: &str, inner: &str| testing::covers(&reach(outer), &reach(inner));
        for (outer, inner) in [
            ("GHSA-1|a>b", "GHSA-1|a>b"),
            ("GHSA-1|a>*", "GHSA-1|a>@s/b>c"),
            ("GHSA-1", "GHSA-1|a>b"),
            ("*|a>b", "GHSA-1|a>b"),
            ("*>b", "GHSA-1|a>b"),
        ] {
            assert!(covers(outer, inner), "{outer} {inner}");
        }
        for (outer, inner) in [
            ("GHSA-1|a>b", "GHSA-1"),
            ("GHSA-1|a>b", "GHSA-1|*"),
            ("GHSA-1|a>b", "GHSA-2|a>b"),
            ("GHSA-1|a>b", "*|a>b"),
            ("GHSA-1|a>b", "GHSA-*|a>b"),
            ("GHSA-1|a>*", "GHSA-1|*>b"),
            ("GHSA-1|a>b", "*>b"),
            ("GHSA-1", "lodash"),
        ] {
            assert!(!covers(outer, inner), "{outer} {inner}");
        }
    }

    #[test]
    fn an_id_alone_has_its_reason_in_a_comment() {
        let text = "{allowlist: [\n  'x',\n  // EXC-2026-AAAA:\n  // pinned\n  'a', // EXC-2026-BBBB\n  'b', /* c */\n]}";
        let said: Vec<Vec<String>> = all(text).into_iter().map(|it| it.said).collect();
        let expected: [&[&str]; 3] =
            [&[], &["// EXC-2026-BBBB", "// EXC-2026-AAAA:", "// pinned"], &["/* c */"]];
        assert_eq!(said, expected);
    }

    #[test]
    fn a_path_without_an_advisory_matches_nothing() {
        assert_eq!(all("{allowlist: ['a>b']}")[0].end, End::Dropped);
    }

    #[test]
    fn what_every_object_has_is_a_module_as_a_text_and_no_id_of_a_mapping() {
        let found = all("{allowlist: ['constructor', '__proto__', 'toString']}");
        let names: Vec<&str> = found.iter().map(|it| &*it.name).collect();
        assert_eq!(names, ["constructor", "__proto__", "toString"]);
        assert!(found.iter().all(|it| it.end == End::Never && it.reach.is_ok()));
        for name in RESERVED {
            let one = format!("{{allowlist: [\n{{'{name}': {{active: true}}}}]}}");
            let (line, message) = fault(one.as_bytes());
            assert_eq!((line, message.contains(&format!("`{name}`"))), (2, true), "{message}");
            let two = one.replace("}}", "}, lodash: {active: true}}");
            assert!(all(&two)[0].reach.is_err(), "{two}");
            // Of what it says the tool takes nothing for `active`.
            let within = format!("{{allowlist: [{{lodash: {{'{name}': {{active: true}}}}}}]}}");
            assert_eq!(all(&within)[0].end, End::Dropped, "{within}");
        }
    }

    #[test]
    fn a_key_with_dots_that_the_tool_takes_for_an_entry_is_unknown() {
        for key in ["allowlist.lodash.active", "a.lodash.active", "allowlist.0"] {
            let found = all(&format!("{{allowlist: ['a'], '{key}': true}}"));
            assert_eq!((found.len(), &*found[1].name), (2, key));
            assert!(found[1].reach.is_err() && found[1].end == End::Never, "{key}");
        }
        assert_eq!(all("{allowlist: ['a'], 'report.type': 'full'}").len(), 1);
    }

    #[test]
    fn a_moment_later_than_is_counted_here_has_not_come_to_pass() {
        assert!(with_expiry("8640000000000000").reach.is_err());
        assert_eq!(with_expiry("8640000000000001").end, End::Dropped);
    }

    #[test]
    fn lists_of_old_versions_are_unknown() {
        let found = all("{whitelist: ['lodash'], advisories: [1]}");
        assert!(found.iter().all(|it| it.reach.is_err() && it.end == End::Never));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn what_makes_the_tool_stop_is_a_fault_with_its_place() {
        assert_eq!(fault(b"{\"allowlist\": [\n1337]}").0, 2);
        assert_eq!(fault(b"{\"allowlist\": [\n{}]}").0, 2);
        assert_eq!(fault(b"{\"allowlist\": 'a'}").1, "`allowlist` is a text, not a list");
        assert_eq!(
            fault(b"{\"allowlist\": [true]}").1,
            "`allowlist` is a truth value, not a list of ids"
        );
        assert_eq!(fault(b"{\"allowlist\": [").0, 1);
        assert!(fault(&[0xFF, 0xFE, 0x61, 0]).1.contains("UTF-16"));
        assert!(read(&Input::new("audit-ci.json", b"\xEF\xBB\xBF{}").expect("UTF-8")).is_ok());
    }
}
