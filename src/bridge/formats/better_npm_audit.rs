//! The exceptions of better-npm-audit, `.nsprc`.
//!
//! Sources: <https://github.com/jeemok/better-npm-audit#using-nsprc-file-to-manage-exceptions>, and
//! `src/utils/vulnerability.ts`, `src/utils/date.ts` and `src/utils/file.ts` there.
//!
//! - Strict JSON, which else counts as no file. A key is compared with what npm calls a finding: its
//!   number, and where npm is older than 7 its CVEs and its CWE, which is every finding of that class.
//! - A key is also searched for in the URL of a finding, `https://github.com/advisories/GHSA-…`, so that
//!   a part of one takes out every finding that has it: `https` all of them, `577` those with these
//!   digits in their GHSA, or in the number at the end of an old URL.
//! - The value is a note, or a mapping; without `active` it is active.
//! - `expiry` is a text or milliseconds, read by `new Date` and compared by `dayjs`, for which a bare
//!   date is a local midnight. What `new Date` cannot read leaves the exception active for ever.

use std::sync::LazyLock;

use regex::Regex;

use crate::bridge::input::{Entry, Fault, Input, Node};
use crate::bridge::javascript;
use crate::bridge::{End, Format, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach};

pub(crate) const FORMAT: Format = Format {
    name: "better-npm-audit",
    about: "the exceptions of better-npm-audit, .nsprc",
    tool: Tool::BetterNpmAudit,
    read,
};

/// How the URL of every finding begins.
const URL: &str = "https://github.com/advisories/GHSA-";

/// What stands for one finding or for one class of them and for no others: a whole GHSA, which ends the
/// URL; a CVE and a CWE, which no URL has; and a number of today's length, which none has either.
static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:GHSA(?:-[0-9a-z]{4}){3}|CVE-\d{4}-\d+|CWE-\d+|[1-9]\d{6,})$")
        .expect("a pattern")
});

fn read(input: &Input) -> Result<Vec<Suppression>, Fault> {
    let root = input.json()?;
    root.expect("file", "a mapping", |it| it.value.is_map().then_some(()))?;
    root.entries().iter().map(exception).collect()
}

fn exception(entry: &Entry) -> Result<Suppression, Fault> {
    let (id, value) = (&entry.key, &entry.value);
    let mut notes = Vec::new();
    if id.to_ascii_uppercase().starts_with("CWE-") {
        notes.push(format!("`{id}` takes out every finding of that class"));
    }
    let is_inactive = value.get("active").is_some_and(|active| !javascript::is_truthy(active));
    let (end, unread) = match is_inactive {
        true => {
            notes.push("it is not active".to_owned());
            (End::Dropped, None)
        }
        false => end(value.get("expiry"), &mut notes),
    };
    let said = value.text().or(value.get("notes").and_then(Node::text));
    let reach = reach(id);
    if let Ok(all) = &reach
        && *all == Reach::of(Tool::BetterNpmAudit)
    {
        notes.push(format!("the URL of every finding holds `{id}`: it takes out all of them"));
    }
    Ok(Suppression {
        span: entry.span,
        name: id.clone(),
        said: said.map(str::to_owned).into_iter().collect(),
        reach: unread.map_or(reach.map(|reach| vec![reach]), Err),
        end,
        made: None,
        known: Known::default(),
        notes,
    })
}

/// What a key takes out, or why that is not known here.
fn reach(key: &str) -> Result<Reach, String> {
    let all = Reach::of(Tool::BetterNpmAudit);
    if URL.contains(key) {
        return Ok(all);
    }
    // As much of the URL as one likes may stand before the whole GHSA.
    let id = key.rfind("GHSA-").filter(|&at| URL.trim_end_matches("GHSA-").ends_with(&key[..at]));
    let id = id.map_or(key, |at| &key[at..]);
    match WHOLE.is_match(id) {
        true => Ok(all.limited(Dimension::Id, [id.to_owned()])),
        false => Err(format!(
            "better-npm-audit takes out every finding whose URL holds `{key}`, and which these are is \
             not known here: write a whole GHSA, `GHSA-xxxx-xxxx-xxxx`"
        )),
    }
}

/// The end, and why the entry cannot be compared where the end cannot be read.
fn end(expiry: Option<&Node>, notes: &mut Vec<String>) -> (End, Option<String>) {
    let end = match javascript::end("expiry", expiry, End::LocalMidnight) {
        Ok(end) => end,
        Err(reason) => return (End::Never, Some(reason)),
    };
    let end = end.unwrap_or_else(|| {
        notes.push(
            "`expiry` is no date that better-npm-audit reads, and leaves it active for ever: write \
             it as `2027-02-01`"
                .to_owned(),
        );
        End::Never
    });
    (end, None)
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::model::reach::{Cover, Hierarchy};

    fn all(text: &str) -> Vec<Suppression> {
        testing::all(&FORMAT, ".nsprc", text)
    }

    fn fault(bytes: &[u8]) -> (usize, String) {
        testing::fault(&FORMAT, ".nsprc", bytes)
    }

    fn with_expiry(expiry: &str) -> Suppression {
        all(&format!("{{\"CVE-2026-1\": {{\"expiry\": {expiry}}}}}")).remove(0)
    }

    #[test]
    fn each_key_is_an_exception_with_its_note_and_its_end() {
        let found = all(r#"{
                "GHSA-aaaa-bbbb-cccc": {"active": true, "notes": "EXC-2026-AAAA", "expiry": "2027-02-01"},
                "1337": "EXC-2026-BBBB",
                "CWE-79": {"active": false},
                "CVE-2026-1": {"notes": "no date"}
            }"#);
        let names: Vec<&str> = found.iter().map(|it| &*it.name).collect();
        assert_eq!(names, ["GHSA-aaaa-bbbb-cccc", "1337", "CWE-79", "CVE-2026-1"]);
        assert_eq!((&*found[0].said[0], &*found[1].said[0]), ("EXC-2026-AAAA", "EXC-2026-BBBB"));
        assert_eq!(found[0].end, End::LocalMidnight("2027-02-01".parse().expect("a day")));
        assert_eq!((&found[1].end, &found[3].end), (&End::Never, &End::Never));
        assert_eq!(found[2].end, End::Dropped);
        assert_eq!(found[2].notes.len(), 2);
    }

    #[test]
    fn an_exception_without_active_is_active_and_one_that_says_less_is_not() {
        for (value, is_active) in
            [("{}", true), ("null", true), ("false", true), ("{\"active\": 0}", false)]
        {
            let found = all(&format!("{{\"1\": {value}}}")).remove(0);
            assert_eq!(found.end == End::Never, is_active, "{value}");
        }
    }

    #[test]
    fn a_bare_date_is_a_local_midnight_and_a_zone_makes_an_instant() {
        let at = |text: &str| End::At(text.parse().expect("a moment"));
        let midnight = |text: &str| End::LocalMidnight(text.parse().expect("a day"));
        for (expiry, end) in [
            ("\"2027-02-01\"", midnight("2027-02-01")),
            ("\"2027/02/01\"", midnight("2027-02-01")),
            ("\"2027-02-01T00:00:00.000Z\"", at("2027-02-01T00:00:00Z")),
            ("\"2027-02-01T09:00:00\"", midnight("2027-02-02")),
            ("1801440000000", at("2027-02-01T00:00:00Z")),
            ("\"\"", End::Never),
        ] {
            assert_eq!(with_expiry(expiry).end, end, "{expiry}");
        }
    }

    #[test]
    fn a_date_that_cannot_be_read_never_ends_and_the_bug_is_named() {
        for expiry in [
            "\"31/12/2020\"",
            "\"soon\"",
            "\"1969-12-31T00:00:00Z\"",
            "\"1970-01-01\"",
            "\"1969/12/31\"",
            "-1",
        ] {
            let found = with_expiry(expiry);
            assert_eq!((&found.end, found.notes.len()), (&End::Never, 1), "{expiry}");
            assert!(found.reach.is_ok(), "{expiry}");
        }
        for expiry in ["\"31 Dec 2020\"", "[1]", "true"] {
            assert!(with_expiry(expiry).reach.is_err(), "{expiry}");
        }
    }

    /// What the tool does with a key, `url.includes(KEY)`, is asked of it in `ci/npm_lists.mjs`.
    #[test]
    fn a_part_of_a_url_is_every_finding_that_has_it() {
        let reach = |key: &str| all(&format!("{{\"{key}\": \"\"}}")).remove(0).reach;
        let any = Reach::of(Tool::BetterNpmAudit);
        for key in ["", "https", "/", "-", "GHSA", "github.com/advisories/GHSA-"] {
            assert_eq!(reach(key), Ok(vec![any.clone()]), "{key}");
        }
        for key in [
            "577",
            "1337",
            "123456",
            "GHSA-aaaa",
            "GHSA-aaaa-bbbb-ccc",
            "aaaa-bbbb-cccc",
            "ghsa-aaaa-bbbb-cccc",
            "GHSA-aaaa-bbbb-cccc ",
            "xGHSA-aaaa-bbbb-cccc",
            "CVE-",
            "CWE-",
            "lodash",
            "__proto__",
            "constructor",
        ] {
            assert!(reach(key).is_err_and(|why| why.contains("whose URL holds")), "{key}");
        }
        let one = Ok(vec![any.limited(Dimension::Id, ["GHSA-aaaa-bbbb-cccc".to_owned()])]);
        for key in ["", "advisories/", "https://github.com/advisories/"] {
            assert_eq!(reach(&format!("{key}GHSA-aaaa-bbbb-cccc")), one, "{key}");
        }
        for key in ["CVE-2026-1", "CWE-79", "1096366"] {
            let written = |it: &Vec<Reach>| it[0].written(Dimension::Id).collect::<String>();
            assert_eq!(reach(key).as_ref().map(written), Ok(key.to_owned()));
        }
    }

    #[test]
    fn another_id_lies_outside() {
        let reach =
            |id: &str| all(&format!("{{\"{id}\": \"\"}}")).remove(0).reach.expect("a reach");
        let covers = |outer: &str, inner: &str| {
            reach(outer)[0].covers(&reach(inner)[0], &Hierarchy::default())
        };
        assert_eq!(covers("CVE-2026-1", "CVE-2026-1"), Cover::Same);
        for wider in ["CVE-2026-10", "CWE-79", ""] {
            assert!(matches!(covers("CVE-2026-1", wider), Cover::Beyond(_)), "{wider}");
        }
    }

    #[test]
    fn what_is_not_strict_json_is_a_fault_with_its_place() {
        assert_eq!(fault(b"{\"1\": \"a\",\n}").0, 1);
        assert_eq!(fault(b"{\n// why\n}").0, 2);
        assert_eq!(fault(b"[]").1, "`file` is a list, not a mapping");
        assert_eq!(fault(b"{\"1\": {\n").0, 1);
        assert!(fault(&[0xFF, 0xFE, 0x61, 0]).1.contains("UTF-16"));
        assert!(read(&Input::new(".nsprc", b"\xEF\xBB\xBF{}").expect("UTF-8")).is_ok());
    }
}
