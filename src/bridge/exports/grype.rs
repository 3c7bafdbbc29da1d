//! What Grype ignores: `ignore` of `.grype.yaml`.
//!
//! Sources: <https://github.com/anchore/grype#specifying-matches-to-ignore>, and
//! <https://github.com/anchore/grype/blob/main/grype/match/ignore.go>: all criteria of a rule have to
//! hold, and one rule is enough. A rule has one id, one package and one path, so that a binding makes a
//! rule of each combination. `package.name` is a regular expression, `package.location` a pattern of
//! doublestar on a path that begins at the root of what is scanned. Nothing has an end.

use std::str::FromStr as _;

use packageurl::PackageUrl;
use serde::Serialize;

use super::{Export, are_for_doublestar, are_texts, header, is_exact, untimed};
use crate::bridge::formats::grype::TYPES;
use crate::bridge::grant::{Grant, Granted, Left};
use crate::model::{Binding, Tool};

pub(crate) const EXPORT: Export = Export {
    name: "grype",
    about: "ignored matches of Grype, `.grype.yaml`",
    tool: Some(Tool::Grype),
    endings: &[],
    write,
};

#[derive(Clone, Debug, Serialize)]
struct Rule {
    #[serde(skip_serializing_if = "Option::is_none")]
    vulnerability: Option<String>,
    reason: String,
    #[serde(skip_serializing_if = "Package::is_any")]
    package: Package,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Package {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
}

impl Package {
    fn is_any(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Debug, Serialize)]
struct File {
    ignore: Vec<Rule>,
}

fn write(granted: &Granted<'_>, left: &mut Vec<Left>) -> String {
    let all =
        granted.each(Tool::Grype, left, |grant, binding| Ok((grant.last, rules(grant, binding)?)));
    let lasts: Vec<_> = all.iter().map(|(last, _)| *last).collect();
    let file = File { ignore: all.into_iter().flat_map(|(_, rules)| rules).collect() };
    let body = serde_yaml::to_string(&file).expect("plain values are YAML");
    header(&EXPORT) + &untimed(lasts) + &body
}

fn rules(grant: &Grant<'_>, binding: &Binding) -> Result<Vec<Rule>, String> {
    are_texts(binding.ids.iter().chain(&binding.paths))?;
    are_for_doublestar(&binding.paths)?;
    let is_any = binding.ids.iter().any(|id| id == "*");
    if is_any && binding.paths.is_empty() && binding.packages.is_empty() {
        return Err("Grype ignores nothing by a rule without criteria: name the ids".to_owned());
    }
    if binding.ids.iter().any(String::is_empty) {
        return Err("an id is empty, which Grype takes for every id".to_owned());
    }
    let ids = if is_any { vec![None] } else { binding.ids.iter().cloned().map(Some).collect() };
    let packages = binding.packages.iter().map(|url| package(url));
    let mut packages = packages.collect::<Result<Vec<Package>, String>>()?;
    if packages.is_empty() {
        packages.push(Package::default());
    }
    let rooted =
        |path: &String| Some(format!("/{}", path.trim_start_matches("./").trim_start_matches('/')));
    let mut locations: Vec<Option<String>> = binding.paths.iter().map(rooted).collect();
    if locations.is_empty() {
        locations.push(None);
    }
    let mut rules = Vec::new();
    for id in &ids {
        for package in &packages {
            for location in &locations {
                rules.push(Rule {
                    vulnerability: id.clone(),
                    reason: grant.dated_reason(),
                    package: Package { location: location.clone(), ..package.clone() },
                });
            }
        }
    }
    Ok(rules)
}

/// The package of a URL, if Grype can be told it and nothing else.
fn package(url: &str) -> Result<Package, String> {
    let refused = |why: &str| Err(format!("the package `{url}` cannot be told to Grype: {why}"));
    let Ok(parsed) = PackageUrl::from_str(url) else { return refused("it is no package URL") };
    if !is_exact(url, &parsed) {
        return refused("its letters are not those that the tool compares");
    }
    let Some((kind, _)) = TYPES.into_iter().find(|(_, of_url)| *of_url == parsed.ty()) else {
        return refused("what it calls packages of this type is not known here");
    };
    if parsed.namespace().is_some() || parsed.subpath().is_some() || !parsed.qualifiers().is_empty()
    {
        return refused("only its name and version can");
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !parsed.name().chars().all(is_plain) {
        return refused("its name has a sign of regular expressions");
    }
    let version = parsed.version().map(str::to_owned);
    are_texts(&version)?;
    are_texts(&Some(parsed.name().to_owned()))?;
    Ok(Package {
        name: Some(parsed.name().replace('.', r"\.")),
        version,
        kind: Some(kind.to_owned()),
        location: None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{exported, of_two, refused};
    use super::*;

    #[test]
    fn each_combination_is_a_rule_whose_names_are_escaped() {
        let text = exported(
            &EXPORT,
            "tool: grype, ids: [CVE-2026-1], packages: ['pkg:pypi/zope.interface@5.0rc1', 'pkg:npm/a'], paths: [a/**]",
        );
        insta::assert_snapshot!(text, @r"
        # Written by `exc export grype` from the exceptions in force: change the records, and write it again
        # Nothing here ends by itself. The first entry is valid through 2027-01-31 (UTC): write it again each day
        ignore:
        - vulnerability: CVE-2026-1
          reason: 'EXC-2026-K7QD: The vendor''s region offers no private link: ticket 48213 # yes; valid through 2027-01-31 (UTC)'
          package:
            name: zope\.interface
            version: 5.0rc1
            type: python
            location: /a/**
        - vulnerability: CVE-2026-1
          reason: 'EXC-2026-K7QD: The vendor''s region offers no private link: ticket 48213 # yes; valid through 2027-01-31 (UTC)'
          package:
            name: a
            type: npm
            location: /a/**
        ");
    }

    #[test]
    fn every_vulnerability_of_a_package_has_no_id() {
        let text = exported(&EXPORT, "tool: grype, ids: ['*'], packages: ['pkg:npm/a@1.0']");
        assert!(!text.contains("vulnerability"), "{text}");
        assert!(text.contains("version: '1.0'"), "{text}");
    }

    #[test]
    fn one_rule_is_enough_so_that_each_record_has_its_own() {
        let (text, verdicts) = of_two(&EXPORT, "tool: grype, ids: [CVE-2026-1]");
        assert_eq!(verdicts, ["EXC-2026-AAAA: covered", "EXC-2026-BBBB: covered"], "{text}");
        assert!(text.contains("The first entry is valid through 2027-01-31"), "{text}");
    }

    #[test]
    fn what_a_rule_cannot_say_exactly_is_refused() {
        for (binding, part) in [
            ("ids: ['*']", "without criteria"),
            ("ids: ['']", "every id"),
            ("ids: [CVE-1], paths: ['a/{b}']", "reads more into the path"),
            ("ids: [CVE-1], paths: ['a**/b']", "reads more into the path"),
            ("ids: [CVE-1], packages: ['pkg:golang/golang.org/x/net']", "of this type"),
            ("ids: [CVE-1], packages: ['pkg:npm/%40s/a']", "only its name"),
            ("ids: [CVE-1], packages: ['pkg:npm/JSONStream@1']", "letters"),
            ("ids: [CVE-1], packages: ['pkg:npm/a+b']", "regular expressions"),
            ("ids: [CVE-1], packages: ['pkg:npm/a@1:20']", "some readers of YAML"),
        ] {
            let why = refused(&EXPORT, &format!("tool: grype, {binding}"));
            assert!(why.contains(part), "{binding}: {why}");
        }
    }
}
