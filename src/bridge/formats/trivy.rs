//! What Trivy is told to ignore: `.trivyignore`, and `.trivyignore.yaml` by the file's ending.
//!
//! Sources: <https://trivy.dev/latest/docs/configuration/filtering/> and
//! <https://github.com/aquasecurity/trivy/blob/main/pkg/result/ignore.go>, from which every rule here
//! is taken:
//!
//! - A line of `.trivyignore` is an id for all scanners. The first field `exp:` ends it at the
//!   beginning of that day in UTC; with a date that cannot be read, the line is dropped. Further
//!   fields say nothing.
//! - In YAML, an empty list of `paths` or `purls` is all of them, and `purls` only count for
//!   vulnerabilities. A timestamp without a zone is in UTC. A text that is no instant, and a package
//!   URL that is none, make Trivy refuse the file. Keys that it does not know say nothing.
//! - The first moment of the year 1 is no date, so that such an entry never ends.
//! - Newer versions take an entry without an `id` for every finding, so that it is read as that.

use std::str::FromStr as _;

use packageurl::PackageUrl;

use crate::bridge::input::{Fault, Input, Node, Timestamp, comments};
use crate::bridge::{End, Format, Known, Suppression};
use crate::model::Tool;
use crate::model::reach::{Dimension, Reach};
use crate::text::Span;

pub(crate) const FORMAT: Format = Format {
    name: "trivy",
    about: "what Trivy ignores: `.trivyignore`, `.trivyignore.yaml`",
    tool: Tool::Trivy,
    read,
};

const SECTIONS: [&str; 4] = ["vulnerabilities", "misconfigurations", "secrets", "licenses"];

fn read(input: &Input) -> Result<Vec<Suppression>, Fault> {
    match input.name().ends_with(".yaml") || input.name().ends_with(".yml") {
        true => sections(input),
        false => lines(input),
    }
}

fn lines(input: &Input) -> Result<Vec<Suppression>, Fault> {
    let mut found = Vec::new();
    // Comments right above a line are about it.
    let mut above: Vec<String> = Vec::new();
    let mut start = 0;
    for whole in input.text().split_inclusive('\n') {
        let line = whole.trim();
        let at = start + (whole.len() - whole.trim_start().len());
        start += whole.len();
        if line.starts_with('#') {
            above.push(line.to_owned());
            continue;
        }
        let said = std::mem::take(&mut above).into_iter().chain([line.to_owned()]);
        let Some(id) = line.split_whitespace().next() else { continue };
        if found.is_empty() && id.starts_with(['{', '[']) {
            let span = Span::new(at, at + line.len());
            return Err(Fault::at(span, "this is JSON, and no list of ids"));
        }
        let mut notes = Vec::new();
        found.push(Suppression {
            span: Span::new(at, at + line.len()),
            name: id.to_owned(),
            said: said.collect(),
            reach: Ok(vec![Reach::of(Tool::Trivy).limited(Dimension::Id, [id.to_owned()])]),
            end: end_of(line, &mut notes),
            made: None,
            known: Known::default(),
            notes,
        });
    }
    Ok(found)
}

fn end_of(line: &str, notes: &mut Vec<String>) -> End {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let date = fields.iter().find_map(|field| field.strip_prefix("exp:"));
    let Some(date) = date.filter(|_| fields.len() > 1) else { return End::Never };
    match Timestamp::parse(date) {
        Some(end @ Timestamp::Day(_)) if date.len() == "2027-01-31".len() => of_go(end, notes),
        _ => {
            notes.push(format!("Trivy cannot read `exp:{date}` and drops the line"));
            End::Dropped
        }
    }
}

fn of_go(end: Timestamp, notes: &mut Vec<String>) -> End {
    if end.is_zero_of_go() {
        notes.push("Trivy takes the first moment of the year 1 for no date at all".to_owned());
        return End::Never;
    }
    end.in_utc()
}

fn sections(input: &Input) -> Result<Vec<Suppression>, Fault> {
    let Some(root) = input.first_yaml()? else { return Ok(Vec::new()) };
    root.expect("the file", "a mapping", |it| it.value.is_map().then_some(()))?;
    let mut found = Vec::new();
    for section in SECTIONS {
        let Some(list) = root.get(section).filter(|list| !list.is_null()) else { continue };
        for entry in list.expect(section, "a list", Node::items)? {
            entry.expect(section, "a list of mappings", |it| it.value.is_map().then_some(()))?;
            found.push(finding(input, entry, section)?);
        }
    }
    Ok(found)
}

fn finding(input: &Input, entry: &Node, section: &str) -> Result<Suppression, Fault> {
    let id = entry.written_at("id")?.unwrap_or_default();
    let paths = entry.texts_at("paths")?;
    let purls = purls(entry)?;
    let mut notes = Vec::new();
    let mut reach = Reach::of(Tool::Trivy)
        .limited(Dimension::Id, Some(id.clone()).filter(|id| !id.is_empty()))
        .limited(Dimension::Path, paths.clone());
    if section == "vulnerabilities" {
        reach.limit(Dimension::Package, purls.clone());
    } else if !purls.is_empty() {
        notes.push("Trivy heeds `purls` for vulnerabilities only".to_owned());
    }
    let mut name = vec![id.clone()];
    if id.is_empty() {
        name = vec![section.to_owned()];
        notes.push("without an `id` it is every finding, in the versions that take it".to_owned());
    }
    name.extend(paths.into_iter().chain(purls));
    let mut said = vec![id];
    said.extend(entry.written_at("statement")?);
    said.extend(comments::beside(input, entry));
    let end = expired_at(input, entry, &mut notes)?;
    let (span, name) = (entry.span, name.join(" "));
    Ok(Suppression {
        span,
        name,
        said,
        reach: Ok(vec![reach]),
        end,
        made: None,
        known: Known::default(),
        notes,
    })
}

fn purls(entry: &Node) -> Result<Vec<String>, Fault> {
    let purls = entry.texts_at("purls")?;
    if let Some(at) = purls.iter().position(|purl| PackageUrl::from_str(purl).is_err()) {
        let list = entry.get("purls").and_then(Node::items).unwrap_or_default();
        let span = list.get(at).map_or(entry.span, |node| node.span);
        return Err(Fault::at(span, format!("`{}` is no package URL", purls[at])));
    }
    Ok(purls)
}

fn expired_at(input: &Input, entry: &Node, notes: &mut Vec<String>) -> Result<End, Fault> {
    let Some(node) = entry.get("expired_at").filter(|node| !node.is_null()) else {
        return Ok(End::Never);
    };
    let text = node.expect("expired_at", "a date", Node::text)?;
    let is_quoted = input.file.slice(node.span).starts_with(['"', '\'']);
    let end = if is_quoted { Timestamp::instant(text) } else { Timestamp::parse(text) };
    match end {
        Some(end) => Ok(of_go(end, notes)),
        None => Err(Fault::at(
            node.span,
            format!("`expired_at` is `{text}`, no date: Trivy refuses the file"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::claims::{fault, read, rows, widened};
    use super::*;

    const YAML: &str = ".trivyignore.yaml";

    #[test]
    fn a_line_is_an_id_and_ends_before_the_day_it_names() {
        let text = "# EXC-2026-AAAA\r\nCVE-1 exp:2027-02-01 why:x # later\r\n\r\n  AVD-1\n\ngeneric\u{a0}x";
        assert_eq!(
            rows(&FORMAT, ".trivyignore", text),
            [
                "2:1 CVE-1: ids CVE-1; 2027-02-01T00:00:00Z",
                "4:3 AVD-1: ids AVD-1; never",
                "6:1 generic: ids generic; never",
            ]
        );
        let said = &read(&FORMAT, ".trivyignore", text)[0].said;
        assert_eq!(said, &["# EXC-2026-AAAA", "CVE-1 exp:2027-02-01 why:x # later"]);
    }

    #[test]
    fn a_line_whose_date_cannot_be_read_is_dropped() {
        for date in ["31/12/2027", "2027-1-1", "2027-02-30", "2027-01-01T00:00:00Z", ""] {
            let found = read(&FORMAT, "a.trivyignore", &format!("CVE-1 exp:{date} exp:2027-01-01"));
            assert_eq!(found[0].end, End::Dropped, "{date}");
            assert!(found[0].notes[0].contains("drops the line"), "{:?}", found[0].notes);
        }
        // One field is an id, whatever it looks like.
        assert_eq!(read(&FORMAT, ".trivyignore", "exp:2027-01-01")[0].end, End::Never);
    }

    #[test]
    fn a_date_that_trivy_takes_for_none_never_ends() {
        assert_eq!(read(&FORMAT, ".trivyignore", "CVE-1 exp:0001-01-01")[0].end, End::Never);
        let text = "secrets: [{id: a, expired_at: 0001-01-01}]";
        let found = read(&FORMAT, YAML, text);
        assert_eq!((&found[0].end, found[0].notes.len()), (&End::Never, 1));
    }

    #[test]
    fn all_sections_of_yaml_are_read_with_what_narrows_them() {
        let text = "
unknown: 1
vulnerabilities:
  # EXC-2026-AAAA
  - id: CVE-1
    paths: [\"a/go.sum\", b/*.lock]
    purls: [pkg:npm/x@1.0]
    expired_at: 2027-02-01
    statement: 'EXC-2026-BBBB: vendor'
  - purls: [pkg:deb/debian/libssl1.1]
misconfigurations:
  - {id: AVD-1, purls: [pkg:npm/x], paths: [], expired_at: 2027-1-31 23:00:00 -1}
secrets:
licenses:
  - id: GPL-3.0
    expired_at: \"2027-02-01T00:00:00+01:00\"
";
        assert_eq!(
            rows(&FORMAT, YAML, text),
            [
                "5:5 CVE-1 a/go.sum b/*.lock pkg:npm/x@1.0: ids CVE-1, paths a/go.sum, b/*.lock, \
                 packages pkg:npm/x@1.0; 2027-02-01T00:00:00Z",
                "10:5 vulnerabilities pkg:deb/debian/libssl1.1: packages \
                 pkg:deb/debian/libssl1.1; never",
                "12:5 AVD-1 pkg:npm/x: ids AVD-1; 2027-02-01T00:00:00Z",
                "15:5 GPL-3.0: ids GPL-3.0; 2027-01-31T23:00:00Z",
            ]
        );
        let said = &read(&FORMAT, YAML, text)[0].said;
        assert_eq!(said, &["CVE-1", "EXC-2026-BBBB: vendor", "# EXC-2026-AAAA"]);
    }

    #[test]
    fn what_trivy_refuses_is_a_fault_with_its_place() {
        let of = |text: &str| fault(&FORMAT, YAML, text.as_bytes());
        assert_eq!(of("- a"), "1:1: `the file` is a list, not a mapping");
        assert_eq!(of("secrets:\n  a: b"), "2:3: `secrets` is a mapping, not a list");
        assert_eq!(of("secrets: [a]"), "1:11: `secrets` is a text, not a list of mappings");
        assert_eq!(of("secrets: [{id: a, paths: b}]"), "1:26: `paths` is a text, not a list");
        let quoted = of("secrets: [{id: a, expired_at: \"2027-01-01\"}]");
        assert_eq!(quoted, "1:31: `expired_at` is `2027-01-01`, no date: Trivy refuses the file");
        assert_eq!(of("secrets: [{id: a, purls: [pkg:npm/x, x]}]"), "1:38: `x` is no package URL");
        assert!(of("secrets: [{id: a").starts_with("1:11: unclosed"), "{}", of("secrets: [{id: a"));
        assert!(fault(&FORMAT, ".trivyignore", b"\xFF\xFEC\0").contains("UTF-16"));
        assert_eq!(rows(&FORMAT, YAML, ""), [""; 0]);
        assert_eq!(rows(&FORMAT, ".trivyignore", "\u{feff}CVE-1").len(), 1);
    }

    #[test]
    fn whatever_widens_an_entry_is_seen() {
        let entry = "vulnerabilities: [{id: CVE-1, paths: [a/x], purls: [pkg:npm/x@1]}]";
        widened(
            &FORMAT,
            YAML,
            entry,
            &[
                "vulnerabilities: [{id: CVE-2, paths: [a/x], purls: [pkg:npm/x@1]}]",
                "vulnerabilities: [{paths: [a/x], purls: [pkg:npm/x@1]}]",
                "vulnerabilities: [{id: CVE-1, purls: [pkg:npm/x@1]}]",
                "vulnerabilities: [{id: CVE-1, paths: [], purls: [pkg:npm/x@1]}]",
                "vulnerabilities: [{id: CVE-1, paths: [a/x, a/y], purls: [pkg:npm/x@1]}]",
                "vulnerabilities: [{id: CVE-1, paths: [a/*], purls: [pkg:npm/x@1]}]",
                "vulnerabilities: [{id: CVE-1, paths: [a/x], purls: [pkg:npm/x]}]",
                "vulnerabilities: [{id: CVE-1, paths: [a/x]}]",
                "secrets: [{id: CVE-1, paths: [a/x], purls: [pkg:npm/x@1]}]",
            ],
        );
    }
}
