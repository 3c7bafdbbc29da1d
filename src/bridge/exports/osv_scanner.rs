//! `osv-scanner.toml`.
//!
//! Sources: <https://google.github.io/osv-scanner/configuration/>, and `config.go` and `manager.go` in
//! <https://github.com/google/osv-scanner/tree/main/internal/config>:
//!
//! - An id is ignored with its aliases, wherever it is found. It cannot be limited to packages. The first
//!   entry of an id counts, so that there is one, of the record that lasts longest.
//! - A package is ignored with all that is found in it. Of the overrides that match one, the first
//!   counts: those that last longest come first, so that none ends what another one still allows.
//! - One key that the tool does not know, and it ignores nothing: an entry has no others.
//! - An end has an offset, since a date alone is that of the machine.
//!
//! The file holds for its own folder, or everywhere with `--config`.

use std::cmp::Reverse;
use std::str::FromStr as _;

use chrono::NaiveDate;
use packageurl::PackageUrl;
use toml_edit::{ArrayOfTables, Datetime, DocumentMut, Item, Table, value};

use super::{Export, Keyed, header, is_exact, lasting};
use crate::bridge::formats::osv_scanner::{TYPES, package_url};
use crate::bridge::grant::{Grant, Granted, Left};
use crate::model::{Binding, Tool};

pub(crate) const EXPORT: Export = Export {
    name: "osv-scanner",
    about: "what OSV-Scanner ignores, `osv-scanner.toml`",
    tool: Some(Tool::OsvScanner),
    endings: &[],
    write,
};

/// What a binding comes to.
enum Entries {
    Ids(Vec<Keyed<Table>>),
    Packages(NaiveDate, Vec<Table>),
}

fn write(granted: &Granted<'_>, left: &mut Vec<Left>) -> String {
    let (mut ids, mut packages) = (Vec::new(), Vec::new());
    for entries in granted.each(Tool::OsvScanner, left, entries) {
        match entries {
            Entries::Ids(all) => ids.extend(all),
            Entries::Packages(last, all) => {
                packages.extend(all.into_iter().map(|table| (last, table)));
            }
        }
    }
    packages.sort_by_key(|(last, _)| Reverse(*last));
    let ids = lasting(ids).into_values().map(|keyed| keyed.entry).collect();
    let packages = packages.into_iter().map(|(_, table)| table).collect();
    let mut document = DocumentMut::new();
    for (key, tables) in [("IgnoredVulns", ids), ("PackageOverrides", packages)] {
        let tables: Vec<Table> = tables;
        if !tables.is_empty() {
            document.insert(key, Item::ArrayOfTables(ArrayOfTables::from_iter(tables)));
        }
    }
    format!("{}\n{}", header(&EXPORT), document.to_string().trim_start())
}

fn entries(grant: &Grant<'_>, binding: &Binding) -> Result<Entries, String> {
    if !binding.ids.iter().any(|id| id == "*") {
        if !binding.packages.is_empty() {
            return Err("OSV-Scanner ignores an id in every package, or all of a package: leave \
                        out `packages`, or write `ids: [\"*\"]`"
                .to_owned());
        }
        if binding.ids.iter().any(String::is_empty) {
            return Err("an id is empty".to_owned());
        }
        let keyed = |id: &String| {
            let mut entry = Table::from_iter([("id", id.as_str())]);
            finish(&mut entry, grant, "ignoreUntil");
            Keyed { key: id.clone(), last: grant.last, entry }
        };
        return Ok(Entries::Ids(binding.ids.iter().map(keyed).collect()));
    }
    let mut tables = Vec::new();
    for url in &binding.packages {
        let mut table = Table::from_iter(filters(url)?);
        table.insert("ignore", value(true));
        finish(&mut table, grant, "effectiveUntil");
        tables.push(table);
    }
    match tables.is_empty() {
        true => Err("it would ignore every package: name the ids, or the `packages`".to_owned()),
        false => Ok(Entries::Packages(grant.last, tables)),
    }
}

fn finish(entry: &mut Table, grant: &Grant<'_>, until: &str) {
    let end = grant.end().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    entry.insert(until, value(end.parse::<Datetime>().expect("an instant of TOML")));
    entry.insert("reason", value(grant.reason()));
}

/// The filters that only the package of a URL passes.
fn filters(url: &str) -> Result<Vec<(&'static str, String)>, String> {
    let refused = || format!("the package `{url}` cannot be told to OSV-Scanner exactly");
    let parsed = PackageUrl::from_str(url).map_err(|_| refused())?;
    if !is_exact(url, &parsed) {
        return Err(refused());
    }
    let (ecosystem, _, separator) =
        TYPES.into_iter().find(|(_, kind, _)| *kind == parsed.ty()).ok_or_else(refused)?;
    let name = match (parsed.namespace(), separator) {
        (None, _) => parsed.name().to_owned(),
        (Some(namespace), Some(separator)) => format!("{namespace}{separator}{}", parsed.name()),
        (Some(_), None) => return Err(refused()),
    };
    let version = parsed.version().unwrap_or_default();
    // What a filter does not say, qualifiers and parts of a package, it takes in.
    if package_url(ecosystem, &name, version) != Some(parsed.to_string()) {
        return Err(refused());
    }
    let all =
        [("name", name), ("version", version.to_owned()), ("ecosystem", ecosystem.to_owned())];
    Ok(all.into_iter().filter(|(_, value)| !value.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{exported, of_two, refused};
    use super::*;

    #[test]
    fn an_id_is_ignored_until_the_last_valid_day_is_over_in_utc() {
        let text = exported(&EXPORT, "tool: osv-scanner, ids: [GO-2022-0968, CVE-2026-1]");
        insta::assert_snapshot!(text, @r#"
        # Written by `exc export osv-scanner` from the exceptions in force: change the records, and write it again

        [[IgnoredVulns]]
        id = "CVE-2026-1"
        ignoreUntil = 2027-02-01T00:00:00Z
        reason = "EXC-2026-K7QD: The vendor's region offers no private link: ticket 48213 # yes"

        [[IgnoredVulns]]
        id = "GO-2022-0968"
        ignoreUntil = 2027-02-01T00:00:00Z
        reason = "EXC-2026-K7QD: The vendor's region offers no private link: ticket 48213 # yes"
        "#);
    }

    #[test]
    fn a_package_is_ignored_in_its_ecosystem() {
        let text = exported(
            &EXPORT,
            "tool: osv-scanner, ids: ['*'], packages: ['pkg:golang/golang.org/x/net@0.17.0', 'pkg:npm/%40s/a']",
        );
        insta::assert_snapshot!(text, @r#"
        # Written by `exc export osv-scanner` from the exceptions in force: change the records, and write it again

        [[PackageOverrides]]
        name = "golang.org/x/net"
        version = "0.17.0"
        ecosystem = "Go"
        ignore = true
        effectiveUntil = 2027-02-01T00:00:00Z
        reason = "EXC-2026-K7QD: The vendor's region offers no private link: ticket 48213 # yes"

        [[PackageOverrides]]
        name = "@s/a"
        ecosystem = "npm"
        ignore = true
        effectiveUntil = 2027-02-01T00:00:00Z
        reason = "EXC-2026-K7QD: The vendor's region offers no private link: ticket 48213 # yes"
        "#);
    }

    #[test]
    fn an_id_of_two_records_has_one_entry_of_the_later_one() {
        let (text, verdicts) = of_two(&EXPORT, "tool: osv-scanner, ids: [GO-2022-0968]");
        assert_eq!(verdicts, ["EXC-2026-BBBB: covered"], "{text}");
        assert!(text.contains("2027-03-02T00:00:00Z") && !text.contains("EXC-2026-AAAA"), "{text}");
    }

    #[test]
    fn the_override_that_lasts_longest_comes_first() {
        let (text, verdicts) =
            of_two(&EXPORT, "tool: osv-scanner, ids: ['*'], packages: ['pkg:npm/a']");
        assert_eq!(verdicts, ["EXC-2026-BBBB: covered", "EXC-2026-AAAA: covered"], "{text}");
    }

    #[test]
    fn what_cannot_be_said_exactly_is_refused() {
        for (binding, part) in [
            ("ids: [CVE-1], packages: ['pkg:npm/a']", "in every package"),
            ("ids: ['*']", "every package"),
            ("ids: ['']", "empty"),
            ("ids: ['*'], packages: ['pkg:deb/debian/a']", "exactly"),
            ("ids: ['*'], packages: ['pkg:npm/a?os=linux']", "exactly"),
            ("ids: ['*'], packages: ['pkg:cargo/x/a']", "exactly"),
            ("ids: ['*'], packages: ['pkg:golang/a.b/c#d']", "exactly"),
        ] {
            let why = refused(&EXPORT, &format!("tool: osv-scanner, {binding}"));
            assert!(why.contains(part), "{binding}: {why}");
        }
    }
}
