//! What lines of `.gitattributes` do to the register's files.
//!
//! An attribute that is not known to be harmless counts: it may be a word that stands for others,
//! or mean something to a forge.
//!
//! In git the last line about a file decides. So what counts is what is in effect: a word hides
//! more than it did where it is new, or where a line that took it back stands after it no longer.

use std::collections::HashMap;

use super::{CODE, GitFile, whole_line};
use crate::finding::Finding;
use crate::git::attributes::{Attribute, Macros, Subject, Value, lines};
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
    let (before, after) = (Words::of(&file.before, register), Words::of(&file.after, register));
    let undone = Undone::between(&before, &after);
    let is_news = |at: usize, word: &Word| match before.last.get(&word.key()) {
        Some(&was_at) => !undone.is_as_before(&word.attribute.name, was_at, at),
        None => true,
    };
    for (number, said) in after.by_line(|at, word| hides(&word.attribute) && is_news(at, word)) {
        let place = whole_line(&file.after, number);
        let message = format!("`{said}` applies to files of the register now");
        let help = "leave the register out of the pattern, or remove the line";
        findings.push(CODE.finding(place, message).help(help));
    }
    let is_gone = |word: &Word| !after.last.contains_key(&word.key());
    for (number, said) in before.by_line(|_, word| shields(&word.attribute) && is_gone(word)) {
        let place = whole_line(&file.before, number);
        let message = format!("`{said}` applies to the register no longer");
        findings.push(CODE.finding(place, message).help("restore the line"));
    }
}

/// An attribute that a line gives to files of the register.
struct Word {
    line: usize,
    pattern: String,
    attribute: Attribute,
}

/// Those of a file, in the order in which they take effect.
struct Words {
    all: Vec<Word>,
    /// Where each stands last.
    last: HashMap<(String, Attribute), usize>,
}

impl Word {
    fn key(&self) -> (String, Attribute) {
        (self.pattern.clone(), self.attribute.clone())
    }
}

impl Words {
    fn of(file: &SourceFile, register: &str) -> Self {
        let folder = file.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        let lines = lines(file.text());
        let mut macros = Macros::default();
        macros.learn(&lines);
        let mut all = Vec::new();
        for line in lines.iter().filter(|line| line.may_match(folder, register, &ENDINGS)) {
            let Subject::Paths(pattern) = &line.subject else { continue };
            all.extend(macros.expand(line).into_iter().map(|attribute| Word {
                line: line.number,
                pattern: pattern.clone(),
                attribute,
            }));
        }
        let last = all.iter().enumerate().map(|(at, word)| (word.key(), at)).collect();
        Self { all, last }
    }

    /// Some of the words as they are written, with the number of their line.
    fn by_line(&self, is_meant: impl Fn(usize, &Word) -> bool) -> Vec<(usize, String)> {
        let mut found: Vec<(usize, String)> = Vec::new();
        for (_, word) in self.all.iter().enumerate().filter(|(at, word)| is_meant(*at, word)) {
            let said = written(&word.attribute);
            match found.last_mut() {
                Some((line, words)) if *line == word.line => *words = format!("{words} {said}"),
                _ => found.push((word.line, said)),
            }
        }
        found
    }
}

/// For each attribute, where two files take it back last: in the one, and at the earliest in the
/// other, of all that stand there or later in the one. Ordered by the first.
struct Undone<'a>(HashMap<&'a str, Vec<(usize, usize)>>);

impl<'a> Undone<'a> {
    fn between(before: &'a Words, after: &Words) -> Self {
        let mut places: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
        for (at, word) in before.all.iter().enumerate() {
            let key = word.key();
            // What is gone altogether is said of its own line.
            if shields(&word.attribute)
                && before.last.get(&key) == Some(&at)
                && let Some(&now) = after.last.get(&key)
            {
                places.entry(&word.attribute.name).or_default().push((at, now));
            }
        }
        for places in places.values_mut() {
            let mut earliest = usize::MAX;
            for (_, now) in places.iter_mut().rev() {
                earliest = earliest.min(*now);
                *now = earliest;
            }
        }
        Self(places)
    }

    /// Whether all that took an attribute back after one place still does after another.
    fn is_as_before(&self, attribute: &str, was_at: usize, is_at: usize) -> bool {
        let Some(places) = self.0.get(attribute) else { return true };
        let later = places.partition_point(|(at, _)| *at <= was_at);
        places.get(later).is_none_or(|(_, earliest)| *earliest > is_at)
    }
}

/// An attribute as it is written.
fn written(Attribute { name, value }: &Attribute) -> String {
    match value {
        Value::Set => name.clone(),
        Value::Unset => format!("-{name}"),
        Value::Unspecified => format!("!{name}"),
        Value::Text(text) => format!("{name}={text}"),
    }
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
    fn the_last_line_decides_so_their_order_counts_and_so_does_one_that_is_repeated() {
        let check = |before: &str, after: &str| git_file_report(".gitattributes", before, after);
        let in_order = "* -diff\nexceptions/*.yaml diff\n";
        insta::assert_snapshot!(check(in_order, "exceptions/*.yaml diff\n* -diff\n"), @"
        .gitattributes:2:1 error[EXC407]: `-diff` applies to files of the register now
          help: leave the register out of the pattern, or remove the line
        ");
        insta::assert_snapshot!(check(in_order, &format!("{in_order}* -diff\n")), @"
        .gitattributes:3:1 error[EXC407]: `-diff` applies to files of the register now
          help: leave the register out of the pattern, or remove the line
        ");
        insta::assert_snapshot!(check("* -diff diff\n", "* diff -diff\n"), @"
        .gitattributes:1:1 error[EXC407]: `-diff` applies to files of the register now
          help: leave the register out of the pattern, or remove the line
        ");
        // What hides no more than before is nothing new.
        assert_eq!(check(in_order, &format!("* -diff\n{in_order}")), "");
        assert_eq!(check(in_order, "*.png -diff\n*   -diff\nexceptions/*.yaml  diff\n"), "");
        assert_eq!(check("exceptions/*.yaml diff\n* -diff\n", in_order), "");
        assert_eq!(check("* -diff\n*.yaml ident\n", "*.yaml ident\n* -diff\n"), "");
    }

    #[test]
    fn a_word_counts_as_what_it_stands_for() {
        let check = |before: &str, after: &str| git_file_report(".gitattributes", before, after);
        let report = check("[attr]text eol=lf\n*.yaml text\n", "[attr]text -diff\n*.yaml text\n");
        insta::assert_snapshot!(report, @"
        .gitattributes:2:1 error[EXC407]: `-diff` applies to files of the register now
          help: leave the register out of the pattern, or remove the line
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
