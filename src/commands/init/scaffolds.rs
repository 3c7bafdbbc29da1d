//! The files that make a register, and what each is for.
//!
//! Invariant: what stands in a template is text of this program; of what a repository says, only
//! the names of the register and of its mainline go into one, each quoted for the place, and what
//! goes into one is never read as a part of it ([`filled`]).

use std::path::PathBuf;

use anyhow::Context as _;
use chrono::{Datelike as _, Days, NaiveDate};
use unicode_width::UnicodeWidthStr as _;

use super::Ci;
use super::site::Site;
use crate::commands::doctor::{attributes, owners as code_owners};
use crate::register::POLICY_FILE;
use crate::source::schema::POLICY_SCHEMA;

const POLICY: &str = include_str!("templates/policy.yaml");
const EXAMPLE: &str = include_str!("templates/example.yaml");
const OWNERS: &str = include_str!("templates/codeowners");
const CHECKLIST: &str = include_str!("templates/checklist.md");
const GITHUB_GATE: &str = include_str!("templates/github/exc.yml");
const GITHUB_DIGEST: &str = include_str!("templates/github/exceptions-digest.yml");
const GITLAB_GATE: &str = include_str!("templates/gitlab/exc.yml");
const GITLAB_DIGEST: &str = include_str!("templates/gitlab/exc-digest.yml");

/// The schemas, by which editors go.
pub(super) const RECORD_SCHEMA: &str = "exception.schema.json";
pub(super) const POLICY_SCHEMA_FILE: &str = "policy.schema.json";
/// The example of a record, beside the schemas: in the register it would be judged as one.
pub(super) const EXAMPLE_FILE: &str = "exception.example.yaml";
const GATE: &str = "CI: the gate, and the review as a comment";
const DIGEST: &str = "CI: an issue for each owner, by a schedule";
const TEMPLATE: &str = "the questions of a review";
const REVIEWERS: &str = "who reviews: fill in";
/// Where each forge looks for the file.
const GITHUB_OWNERS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];
const GITLAB_OWNERS: [&str; 3] = [".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// A file to write, and what it is for.
pub(super) struct Scaffold {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) what: &'static str,
}

/// The files of a register. The policy comes last: it is what makes it one.
pub(super) fn scaffolds(site: &Site, today: NaiveDate) -> anyhow::Result<Vec<Scaffold>> {
    let schemas = site.schemas();
    let mut files = Vec::new();
    let mut add = |path: PathBuf, text: String, what| files.push(Scaffold { path, text, what });
    add(schemas.join(RECORD_SCHEMA), site.record_schema()?, "schema of a record");
    add(schemas.join(POLICY_SCHEMA_FILE), POLICY_SCHEMA.to_owned(), "schema of the policy");
    add(schemas.join(EXAMPLE_FILE), example(today), "a record to copy from");
    let root = |name: &str| site.root.join(name);
    let (command, branches) = (site.command(), quoted(&branch_pattern(&site.mainline)));
    let job = |template| filled(template, &[("EXC", &command), ("MAINLINE", &branches)]);
    match site.ci {
        Ci::Github => {
            add(root(".github/workflows/exc.yml"), job(GITHUB_GATE), GATE);
            add(root(".github/workflows/exceptions-digest.yml"), job(GITHUB_DIGEST), DIGEST);
            add(root(".github/PULL_REQUEST_TEMPLATE/exception.md"), CHECKLIST.into(), TEMPLATE);
        }
        Ci::Gitlab => {
            add(root(".gitlab/exc.yml"), job(GITLAB_GATE), GATE);
            add(root(".gitlab/exc-digest.yml"), job(GITLAB_DIGEST), DIGEST);
            let checklist = CHECKLIST.replace("pull request", "merge request");
            add(root(".gitlab/merge_request_templates/Exception.md"), checklist, TEMPLATE);
        }
        Ci::None => {}
    }
    if let Some(place) = owners_place(site) {
        add(place, owners(site), REVIEWERS);
    }
    let line = attributes::approvals_line(&site.name) + "\n";
    add(root(attributes::FILE), line, "keeps signed approvals byte for byte");
    let text = filled(
        POLICY,
        &[
            ("SCHEMA", "../schemas/policy.schema.json"),
            ("REGISTER", &uuid()?),
            ("MAINLINE", &quoted(&site.mainline)),
        ],
    );
    add(site.register.join(POLICY_FILE), text, "the policy: add your controls");
    Ok(files)
}

/// The file that says who reviews: the one that the forge reads, or where it would be.
pub(super) fn owners_place(site: &Site) -> Option<PathBuf> {
    let places = match site.ci {
        Ci::None => return None,
        Ci::Github => GITHUB_OWNERS,
        Ci::Gitlab => GITLAB_OWNERS,
    };
    let known = places.iter().find(|place| site.root.join(place).exists());
    Some(site.root.join(known.unwrap_or(&places[0])))
}

/// Lines that ask for reviewers, to be filled in.
pub(super) fn owners(site: &Site) -> String {
    let ci = match site.ci {
        Ci::Gitlab => ".gitlab/",
        // With the code owners themselves.
        Ci::Github | Ci::None => ".github/",
    };
    let register = code_owners::pattern(&site.name);
    let text = filled(OWNERS, &[("REGISTER", &register), ("CI", ci)]);
    let parts = |line: &str| {
        line.rsplit_once("  ").map(|(path, who)| (path.to_owned(), who.trim().to_owned()))
    };
    let width = text.lines().filter_map(parts).map(|(path, _)| path.width()).max();
    let aligned = text.lines().map(|line| match parts(line) {
        Some((path, who)) => {
            let gap = " ".repeat(width.unwrap_or_default().saturating_sub(path.width()));
            format!("{path}{gap}  {who}\n")
        }
        None => format!("{line}\n"),
    });
    aligned.collect()
}

/// A record that is in order on the day on which it is written.
fn example(today: NaiveDate) -> String {
    let after = |days| today.checked_add_days(Days::new(days)).unwrap_or(today).to_string();
    let (year, today) = (today.year().to_string(), today.to_string());
    filled(
        EXAMPLE,
        &[("YEAR", &year), ("TODAY", &today), ("MILESTONE", &after(30)), ("EXPIRES", &after(60))],
    )
}

/// A template with a value for each `@NAME@`, in one pass: what a value says is no template.
fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('@') {
        text.push_str(before);
        let value = values
            .iter()
            .find_map(|(name, value)| Some((behind.strip_prefix(name)?.strip_prefix('@')?, value)));
        rest = match value {
            Some((behind, value)) => {
                text.push_str(value);
                behind
            }
            None => {
                text.push('@');
                behind
            }
        };
    }
    text + rest
}

/// A branch as a pattern of GitHub's, in which nothing stands for anything else.
fn branch_pattern(name: &str) -> String {
    let is_special = |c: char| "*?+[]!\\".contains(c);
    let letters = name.chars().flat_map(|c| is_special(c).then_some('\\').into_iter().chain([c]));
    letters.collect()
}

/// A branch name as YAML.
fn quoted(name: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_word);
    match is_plain && crate::source::reads_as(name).is_none() {
        true => name.to_owned(),
        false => serde_json::Value::from(name).to_string(),
    }
}

/// A random UUID (RFC 9562, version 4).
fn uuid() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).context("the system gives no random numbers")?;
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let groups = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    Ok(groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_id_is_a_random_uuid() {
        let id = uuid().unwrap();
        assert_eq!((id.len(), &id[14..15]), (36, "4"));
        assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
        assert_ne!(id, uuid().unwrap());
    }

    #[test]
    fn what_goes_into_a_template_is_no_template() {
        let values = [("A", "@B@"), ("B", "b"), ("AB", "ab")];
        assert_eq!(
            filled("@A@ @B@ @AB@ x@C@ @your-org/@B@ @", &values),
            "@B@ b ab x@C@ @your-org/b @"
        );
    }

    #[test]
    fn a_branch_name_that_could_be_a_pattern_is_none() {
        assert_eq!(branch_pattern("release/2.x"), "release/2.x");
        assert_eq!(quoted(&branch_pattern("!c++")), r#""\\!c\\+\\+""#);
        assert_eq!(quoted(&branch_pattern("it's*")), r#""it's\\*""#);
    }

    #[test]
    fn a_branch_name_that_yaml_takes_for_something_else_is_quoted() {
        assert_eq!(quoted("release/2.x"), "release/2.x");
        assert_eq!(quoted("on"), "\"on\"");
        assert_eq!(quoted("2.0"), "\"2.0\"");
        assert_eq!(quoted("a#b: c"), "\"a#b: c\"");
    }
}
