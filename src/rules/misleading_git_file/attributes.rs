//! What lines of `.gitattributes` do to the register's files.
//!
//! An attribute that is not known to be harmless counts: it may be a word that stands for others,
//! or mean something to a forge.

use std::collections::HashSet;

use super::{CODE, GitFile, whole_line};
use crate::finding::Finding;
use crate::git::attributes::{Attribute, Line, Value, lines};
use crate::text::SourceFile;

/// What the files of a register end with.
const ENDINGS: [&str; 3] = [".yaml", ".yml", ".approval"];

/// Attributes that change neither what a reviewer sees nor what a merge makes.
const HARMLESS: [&str; 9] = [
    "text",
    "eol",
    "crlf",
    "whitespace",
    "delta",
    "conflict-marker-size",
    "linguist-language",
    "linguist-detectable",
    "gitlab-language",
];

pub(super) fn check(file: &GitFile, register: &str, findings: &mut Vec<Finding>) {
    let folder = file.after.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    let touches = |line: &&Line| line.may_match(folder, register, &ENDINGS);
    for line in only_in(&file.after, &file.before).iter().filter(touches) {
        let hiding = names(line, hides);
        if !hiding.is_empty() {
            let place = whole_line(&file.after, line.number);
            let message = format!("`{hiding}` applies to files of the register now");
            let help = "leave the register out of the pattern, or remove the line";
            findings.push(CODE.finding(place, message).help(help));
        }
    }
    for line in only_in(&file.before, &file.after).iter().filter(touches) {
        let shields = names(line, shields);
        if !shields.is_empty() {
            let place = whole_line(&file.before, line.number);
            let message = format!("`{shields}` applies to the register no longer");
            findings.push(CODE.finding(place, message).help("restore the line"));
        }
    }
}

/// The lines of a file that another does not have.
fn only_in(file: &SourceFile, other: &SourceFile) -> Vec<Line> {
    let known: HashSet<&str> = other.text().lines().map(str::trim).collect();
    let mut lines = lines(file.text());
    lines.retain(|line| !known.contains(file.line(line.number).trim()));
    lines
}

/// Some of a line's attributes, as they are written.
fn names(line: &Line, is_meant: fn(&Attribute) -> bool) -> String {
    let meant = line.attributes.iter().filter(|attribute| is_meant(attribute));
    let written = meant.map(|Attribute { name, value }| match value {
        Value::Set => name.clone(),
        Value::Unset => format!("-{name}"),
        Value::Unspecified => format!("!{name}"),
        Value::Text(text) => format!("{name}={text}"),
    });
    written.collect::<Vec<_>>().join(" ")
}

/// Whether an attribute may make a file look other than it is.
fn hides(attribute: &Attribute) -> bool {
    !HARMLESS.contains(&attribute.name.as_str()) && !shields(attribute)
}

/// Whether an attribute switches off what may make a file look other than it is.
fn shields(attribute: &Attribute) -> bool {
    let is_off = match &attribute.value {
        Value::Unset | Value::Unspecified => true,
        Value::Text(text) => text == "false",
        Value::Set => false,
    };
    match attribute.name.as_str() {
        "diff" | "merge" => matches!(attribute.value, Value::Set | Value::Unspecified),
        "filter" | "ident" | "working-tree-encoding" | "encoding" => is_off,
        "linguist-generated" | "linguist-vendored" | "gitlab-generated" => is_off,
        "export-ignore" | "export-subst" => is_off,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::git_file_report;

    fn attributes(text: &str) -> Vec<Attribute> {
        lines(&format!("* {text}")).remove(0).attributes
    }

    #[test]
    fn what_hides_a_text_counts_and_what_is_about_lines_does_not() {
        let all = "-diff binary filter=lfs working-tree-encoding=UTF-16 ident merge=ours -merge \
                   linguist-generated linguist-generated=true export-ignore mine diff=x";
        assert!(attributes(all).iter().all(hides));
        let all = "text=auto -text eol=lf -filter !diff diff -ident linguist-generated=false";
        assert!(!attributes(all).iter().any(hides));
    }

    #[test]
    fn lines_that_were_there_or_are_about_other_files_are_nothing_new() {
        let check = |before: &str, after: &str| git_file_report(".gitattributes", before, after);
        assert_eq!(check("*.yaml -diff\n", "# c\n*.yaml -diff\n*.png filter=lfs\n"), "");
        assert_eq!(check("*.yaml -diff\n", ""), "");
        assert_eq!(check("", "docs/** -diff\n[attr]x -diff\n"), "");
        insta::assert_snapshot!(check("", "*.png -diff\n*.yaml -diff text\n"), @"
        .gitattributes:2:1 error[EXC407]: `-diff` applies to files of the register now
          help: leave the register out of the pattern, or remove the line
        ");
        insta::assert_snapshot!(check("* -diff\nexceptions/** diff\n", "* -diff\n"), @"
        .gitattributes:2:1 error[EXC407]: `diff` applies to the register no longer
          help: restore the line
        ");
    }

    #[test]
    fn one_record_is_hidden_as_well_as_all() {
        for pattern in ["exceptions/EXC-2026-K7QD.yaml", "EXC-*", "/exceptions/**", "**/2026/*"] {
            let report = git_file_report(".gitattributes", "", &format!("{pattern} -diff\n"));
            assert!(report.contains("EXC407"), "{pattern}");
        }
    }
}
