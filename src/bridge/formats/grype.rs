//! What Grype is told to ignore: `.grype.yaml`, the lists of its profiles included.
//!
//! Sources: <https://github.com/anchore/grype#specifying-matches-to-ignore>, and
//! <https://github.com/anchore/grype/blob/main/grype/match/ignore.go>, from which every rule here is
//! taken:
//!
//! - All criteria of a rule have to hold. A rule without any ignores nothing. None of them ends.
//! - `vulnerability` and `package.version` are compared as they are written, `package.location` is a
//!   pattern of paths, `package.name` and `package.upstream-name` are regular expressions. A name
//!   that holds nothing a regular expression would read is a package; any other is not computed.
//! - `include-aliases` takes in other names of the same vulnerability.
//! - `only-fixed`, `only-notfixed` and `ignore-wontfix` ignore by the state of the fix, `exclude` leaves
//!   out paths. `ignore-wontfix` is what the option `--ignore-states` is called in the file
//!   (`cmd/grype/cli/options/grype.go`), and has a list of states.
//! - Keys are found whatever their case.

use crate::bridge::input::{Fault, Input, Node, comments};
use crate::bridge::{End, Format, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::{self, Dimension, Reach};

pub(crate) const FORMAT: Format =
    Format { name: "grype", about: "what Grype ignores: `.grype.yaml`", tool: Tool::Grype, read };

/// Types of packages and what package URLs call them, where a name has no parts.
pub(in crate::bridge) const TYPES: [(&str, &str); 6] = [
    ("npm", "npm"),
    ("python", "pypi"),
    ("gem", "gem"),
    ("rust-crate", "cargo"),
    ("dotnet", "nuget"),
    ("hex", "hex"),
];

fn read(input: &Input) -> Result<Vec<Suppression>, Fault> {
    let Some(root) = input.first_yaml()? else { return Ok(Vec::new()) };
    root.expect("the file", "a mapping", |it| it.value.is_map().then_some(()))?;
    root.refuse_clashes()?;
    let mut found = whole(input, &root, None)?;
    let Some(profiles) = field(&root, "profiles") else { return Ok(found) };
    profiles.expect("profiles", "a mapping", |it| it.value.is_map().then_some(()))?;
    for profile in profiles.entries() {
        found.extend(whole(input, &profile.value, Some(&profile.key))?);
    }
    Ok(found)
}

/// The value under a key, whatever its case; none where it is null.
fn field<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).or_else(|| node.get_folded(key)).filter(|node| !node.is_null())
}

fn text(node: &Node, key: &str) -> Result<Option<String>, Fault> {
    let Some(node) = field(node, key) else { return Ok(None) };
    let text = node.expect(key, "a text", Node::written)?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// All that a configuration, or one profile of it, ignores.
fn whole(input: &Input, node: &Node, profile: Option<&str>) -> Result<Vec<Suppression>, Fault> {
    let mut found = Vec::new();
    if let Some(list) = field(node, "ignore") {
        for item in list.expect("ignore", "a list", Node::items)? {
            item.expect("ignore", "a list of mappings", |it| it.value.is_map().then_some(()))?;
            found.extend(rule(input, item)?);
        }
    }
    for key in ["only-fixed", "only-notfixed"] {
        if let Some(node) = field(node, key).filter(|node| !is_off(node)) {
            let state = if key == "only-fixed" { "not fixed" } else { "fixed" };
            let beside = comments::beside(input, node);
            found.push(general(node, key.to_owned(), beside, |reach| {
                reach.condition(format!("fix-state: {state}"));
            }));
        }
    }
    for key in ["ignore-wontfix", "ignore-states"] {
        let Some(list) = field(node, key) else { continue };
        for (node, states) in listed(list, key)? {
            let beside = comments::beside(input, node);
            let states = states.split(',').map(str::trim).filter(|state| !state.is_empty());
            for state in states {
                found.push(general(node, format!("{key} {state}"), beside.clone(), |reach| {
                    reach.condition(format!("fix-state: {state}"));
                }));
            }
        }
    }
    if let Some(list) = field(node, "exclude") {
        for (node, path) in listed(list, "exclude")? {
            // A folder is left out with all that lies in it.
            let below = Some(format!("{path}/**")).filter(|_| !path.ends_with("**"));
            let beside = comments::beside(input, node);
            found.push(general(node, format!("exclude {path}"), beside, |reach| {
                reach.limit(Dimension::Path, [path.clone()].into_iter().chain(below));
            }));
        }
    }
    if let Some(profile) = profile {
        for suppression in &mut found {
            suppression.notes.push(format!("only with the profile `{profile}`"));
        }
    }
    Ok(found)
}

/// Whether a switch is off: what is no word for that is not taken for it.
fn is_off(node: &Node) -> bool {
    let written = node.written().unwrap_or_default().to_ascii_lowercase();
    node.is_null() || ["false", "f", "0"].contains(&written.as_str())
}

/// The texts of a list, or a single one.
fn listed<'a>(node: &'a Node, key: &str) -> Result<Vec<(&'a Node, String)>, Fault> {
    let nodes = node.items().unwrap_or(std::slice::from_ref(node));
    let text = |node: &'a Node| Ok((node, node.expect(key, "a list of texts", Node::written)?));
    nodes.iter().map(text).collect()
}

/// What is ignored whatever the vulnerability.
fn general(
    node: &Node,
    name: String,
    said: Vec<String>,
    narrow: impl FnOnce(&mut Reach),
) -> Suppression {
    let mut reach = Reach::of(Tool::Grype);
    narrow(&mut reach);
    Suppression {
        span: node.span,
        said,
        name,
        reach: Ok(vec![reach]),
        end: End::Untimed,
        made: None,
        known: Known::default(),
        notes: Vec::new(),
    }
}

/// A rule, where it has any criteria.
fn rule(input: &Input, item: &Node) -> Result<Option<Suppression>, Fault> {
    let all = Reach::of(Tool::Grype);
    let mut reach = all.clone();
    let id = text(item, "vulnerability")?;
    // Which other names a vulnerability has is not in the file.
    let has_aliases = field(item, "include-aliases").is_some_and(|it| !is_off(it));
    reach.limit(Dimension::Id, id.clone().filter(|_| !has_aliases));
    for key in ["namespace", "fix-state", "match-type", "vex-status", "vex-justification"] {
        if let Some(value) = text(item, key)? {
            reach.condition(format!("{key}: {value}"));
        }
    }
    let mut name: Vec<String> = Vec::new();
    if let Some(package) = field(item, "package") {
        package.expect("package", "a mapping", |it| it.value.is_map().then_some(()))?;
        let location = text(package, "location")?;
        reach.limit(Dimension::Path, location.clone());
        narrow(package, &mut reach)?;
        let version = text(package, "version")?.map(|version| format!("@{version}"));
        let named = text(package, "name")?.map(|it| it + version.as_deref().unwrap_or_default());
        name.extend(named.into_iter().chain(location));
    }
    if reach == all && id.is_none() {
        return Ok(None);
    }
    let mut name: Vec<String> = id.into_iter().chain(name).collect();
    if name.is_empty() {
        name = reach.conditions().map(str::to_owned).collect();
    }
    let mut said = name.clone();
    said.extend(text(item, "reason")?);
    said.extend(comments::beside(input, item));
    let mut notes = Vec::new();
    if has_aliases {
        notes.push("it takes in the aliases of the vulnerability".to_owned());
    }
    Ok(Some(Suppression {
        span: item.span,
        name: name.join(" "),
        said,
        reach: Ok(vec![reach]),
        end: End::Untimed,
        made: None,
        known: Known::default(),
        notes,
    }))
}

/// Narrows a reach to a package.
fn narrow(package: &Node, reach: &mut Reach) -> Result<(), Fault> {
    let name = text(package, "name")?;
    let version = text(package, "version")?;
    let kind = text(package, "type")?;
    let url = package_url(kind.as_deref(), name.as_deref(), version.as_deref());
    if let Some(url) = &url {
        reach.limit(Dimension::Package, [url.clone()]);
    }
    let mut criteria = vec![
        ("language", text(package, "language")?),
        ("upstream-name", text(package, "upstream-name")?),
    ];
    if url.is_none() {
        criteria.extend([("name", name), ("version", version), ("type", kind)]);
    }
    for (key, value) in criteria {
        if let Some(value) = value {
            reach.condition(format!("package.{key}: {value}"));
        }
    }
    Ok(())
}

fn package_url(kind: Option<&str>, name: Option<&str>, version: Option<&str>) -> Option<String> {
    let (_, kind) = TYPES.into_iter().find(|(known, _)| Some(*known) == kind)?;
    let name = name?.replace("\\.", "\u{1}");
    let is_literal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '\u{1}');
    if !name.chars().all(is_literal) {
        return None;
    }
    let name = name.replace('\u{1}', ".");
    reach::package_url(kind, None, &name, version.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::claims::{fault, read, rows, widened};
    use super::*;

    const FILE: &str = ".grype.yaml";

    #[test]
    fn every_rule_with_criteria_is_read_in_every_profile() {
        let text = "
ignore:
  # EXC-2026-AAAA
  - vulnerability: CVE-1
    reason: 'EXC-2026-BBBB: vendor'
  - vulnerability: CVE-2
    include-aliases: true
    package: {name: zope\\.interface, type: python, version: 1.0, location: /app/**}
  - package: {name: lib.*, Type: deb}
  - fix-state: unknown
  - reason: nothing at all
  - {}
profiles:
  ci:
    ignore: [{vulnerability: CVE-3}]
";
        assert_eq!(
            rows(&FORMAT, FILE, text),
            [
                "4:5 CVE-1: ids CVE-1; untimed",
                "6:5 CVE-2 zope\\.interface@1.0 /app/**: paths /app/**, packages \
                 pkg:pypi/zope.interface@1.0; untimed",
                "9:5 lib.*: where package.name: lib.*, where package.type: deb; untimed",
                "10:5 fix-state: unknown: where fix-state: unknown; untimed",
                "15:14 CVE-3: ids CVE-3; untimed",
            ]
        );
        let found = read(&FORMAT, FILE, text);
        assert_eq!(found[0].said, ["CVE-1", "EXC-2026-BBBB: vendor", "# EXC-2026-AAAA"]);
        assert_eq!(found[4].notes, ["only with the profile `ci`"]);
    }

    #[test]
    fn what_ignores_in_general_is_read_too() {
        let text = "only-fixed: true\nonly-notfixed: false\nignore-states: wont-fix, unknown\nexclude: ['./vendor/**'] # EXC-2026-AAAA\n";
        assert_eq!(
            rows(&FORMAT, FILE, text),
            [
                "1:13 only-fixed: where fix-state: not fixed; untimed",
                "3:16 ignore-states wont-fix: where fix-state: wont-fix; untimed",
                "3:16 ignore-states unknown: where fix-state: unknown; untimed",
                "4:11 exclude ./vendor/**: paths ./vendor/**; untimed",
            ]
        );
        assert_eq!(read(&FORMAT, FILE, text)[3].said, ["# EXC-2026-AAAA"]);
    }

    #[test]
    fn states_of_the_fix_are_read_by_the_name_that_they_have_in_the_file() {
        let text = "ignore-wontfix: fixed,wont-fix\nprofiles: {ci: {ignore-wontfix: ''}}\n";
        assert_eq!(
            rows(&FORMAT, FILE, text),
            [
                "1:17 ignore-wontfix fixed: where fix-state: fixed; untimed",
                "1:17 ignore-wontfix wont-fix: where fix-state: wont-fix; untimed",
            ]
        );
    }

    #[test]
    fn what_is_no_such_file_is_a_fault_with_its_place() {
        let of = |text: &str| fault(&FORMAT, FILE, text.as_bytes());
        assert_eq!(of("- a"), "1:1: `the file` is a list, not a mapping");
        assert_eq!(of("ignore: a"), "1:9: `ignore` is a text, not a list");
        assert_eq!(of("ignore: [CVE-1]"), "1:10: `ignore` is a text, not a list of mappings");
        assert_eq!(of("ignore: [{package: a}]"), "1:20: `package` is a text, not a mapping");
        assert_eq!(
            of("ignore: [{vulnerability: [a]}]"),
            "1:26: `vulnerability` is a list, not a text"
        );
        assert!(of("ignore: [{").starts_with("1:"), "{}", of("ignore: [{"));
        assert!(fault(&FORMAT, FILE, b"\xFF\xFEi\0").contains("UTF-16"));
        assert_eq!(rows(&FORMAT, FILE, "\u{feff}"), [""; 0]);
    }

    #[test]
    fn whatever_widens_an_entry_is_seen() {
        let of = |rule: &str| format!("ignore: [{{{rule}}}]");
        let entry = of(
            "vulnerability: A, fix-state: unknown, package: {name: a, type: npm, version: 1, location: x/y}",
        );
        widened(
            &FORMAT,
            FILE,
            &entry,
            &[
                &of("fix-state: unknown, package: {name: a, type: npm, version: 1, location: x/y}"),
                &of("vulnerability: A, package: {name: a, type: npm, version: 1, location: x/y}"),
                &of("vulnerability: A, fix-state: unknown"),
                &of(
                    "vulnerability: A, fix-state: unknown, package: {name: a, type: npm, version: 1}",
                ),
                &of(
                    "vulnerability: A, fix-state: unknown, package: {name: a, type: npm, location: x/y}",
                ),
                &of(
                    "vulnerability: A, fix-state: unknown, package: {name: a, version: 1, location: x/y}",
                ),
                &of(
                    "vulnerability: A, fix-state: unknown, package: {name: a.*, type: npm, version: 1, location: x/y}",
                ),
                &of(
                    "vulnerability: A, fix-state: unknown, package: {name: a, type: npm, version: 1, location: x/*}",
                ),
            ],
        );
    }

    #[test]
    fn two_keys_that_differ_in_case_alone_are_refused() {
        let input =
            Input::new(".grype.yaml", "ignore: []\nIgnore: [{vulnerability: CVE-6}]".as_bytes())
                .expect("UTF-8");
        let fault = super::read(&input).expect_err("a fault");
        assert!(fault.message.contains("stands here twice, in another case"), "{fault:?}");
    }

    #[test]
    fn the_letters_of_a_name_stay_where_its_registry_tells_them_apart() {
        let url = |kind: &str, name: &str| package_url(Some(kind), Some(name), None);
        assert_eq!(url("npm", "JSONStream").as_deref(), Some("pkg:npm/JSONStream"));
        assert_eq!(url("python", "Foo_Bar").as_deref(), Some("pkg:pypi/foo-bar"));
    }
}
