//! A draft with comments that say what each key is for and what the policy allows.

use std::collections::HashSet;

use super::end::Allowed;
use super::offers;
use crate::policy::Policy;
use crate::register::Register;
use crate::source::schema::EXCEPTION_SCHEMA;
use crate::text::SourceFile;

/// Columns of a comment.
const WIDTH: usize = 96;

const HEAD: &str = "\
# A new exception: replace each TODO, save the file, and close the editor. It is judged then, and
# written if no rule refuses it. Lines like these are left out; comments of your own stay.
# An empty file gives up.
";

const FOOT: &str = "\
# More keys, if they are of use: data_classification, tags, links, and in remediation `ticket` and
# `milestones: [{due: 2027-01-15, what: …}]`. `exc schema` describes them all.
";

/// The text of a draft with comments above its keys.
pub(super) fn text(
    draft: &SourceFile,
    policy: &Policy,
    register: &Register,
    allowed: &Allowed,
) -> String {
    let schema: serde_json::Value =
        serde_json::from_str(EXCEPTION_SCHEMA).expect("the schema is JSON");
    let mut text = HEAD.to_owned();
    for line in draft.text().split_inclusive('\n') {
        let key = line.split(':').next().unwrap_or_default();
        let description = &schema["properties"][key]["description"];
        if let Some(description) = description.as_str() {
            text.push('\n');
            comment(&mut text, "", description);
        }
        match key {
            "controls" => offers::controls(policy, register)
                .iter()
                .take(offers::MAX_LISTED)
                .for_each(|it| comment(&mut text, "  ", &format!("{}  {}", it.answer, it.about))),
            "scope" => policy.scope.iter().for_each(|(kind, levels)| {
                comment(&mut text, "  ", &format!("{kind}:/…  {}", levels.levels.join(" > ")));
            }),
            "expires" => {
                text.push('\n');
                allowed.lines().iter().for_each(|line| comment(&mut text, "", line));
            }
            _ => {}
        }
        text.push_str(line);
    }
    text.push('\n');
    text + FOOT
}

/// What was edited, without the comments of the template.
pub(super) fn without_comments(edited: &str, template: &str) -> String {
    let is_comment = |line: &&str| line.starts_with('#') && !line.starts_with("# yaml-language");
    let comments: HashSet<&str> = template.lines().filter(is_comment).collect();
    let mut text = String::new();
    // The empty lines around a comment go with it.
    let (mut empty, mut was_comment) = (String::new(), true);
    for line in edited.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let is_comment = comments.contains(content);
        if content.is_empty() {
            empty.push_str(line);
            continue;
        }
        if !is_comment && !was_comment {
            text.push_str(&empty);
        }
        if !is_comment {
            text.push_str(line);
        }
        empty.clear();
        was_comment = is_comment;
    }
    text.truncate(text.trim_end().len());
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// Adds a sentence as lines of a comment. What stands in a register is no line of its own.
fn comment(text: &mut String, indentation: &str, sentence: &str) {
    let mut line = format!("#{indentation}");
    for word in sentence.split(|c: char| c.is_whitespace() || c.is_control()) {
        if line.chars().count() + word.chars().count() > WIDTH {
            text.push_str(line.trim_end());
            line = format!("\n#{indentation}");
        }
        line.push(' ');
        line.push_str(word);
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_of_the_template_go_and_those_of_the_user_stay() {
        let template = "# A new exception.\n\n# What it is called.\ntitle: TODO\n\n# Keys.\n";
        let edited = "# A new exception.\n\n# What it is called.\ntitle: |\n  # Mine\n\n  a\n# My own.\nid: x\n\n# Keys.\n";
        assert_eq!(
            without_comments(edited, template),
            "title: |\n  # Mine\n\n  a\n# My own.\nid: x\n"
        );
        assert_eq!(without_comments("# A new exception.\n\n\n", template), "");
    }

    #[test]
    fn a_long_sentence_is_wrapped_and_stays_a_comment() {
        let mut text = String::new();
        comment(&mut text, "  ", &"word ".repeat(40).replace("word word", "word\nid: x"));
        assert!(text.lines().all(|line| line.starts_with("#   ") && line.len() <= 100), "{text}");
        assert_eq!(text.lines().count(), 3);
    }
}
