//! A draft with comments that say what each key is for and what the policy allows.
//!
//! Invariant: each of its own lines begins with a mark ([`MARK`]), so that none of it gets into a
//! record, whatever somebody has made of it, and no comment of anybody's is taken for one.

use unicode_width::UnicodeWidthStr as _;

use super::end::Allowed;
use super::offers;
use crate::policy::Policy;
use crate::register::Register;
use crate::source::schema::EXCEPTION_SCHEMA;
use crate::text::SourceFile;

/// Columns of a comment.
const WIDTH: usize = 96;

/// How each line of a template begins.
const MARK: &str = "#:";

const HEAD: &str = "\
#: A new exception: replace each TODO, save the file, and close the editor. It is judged then, and
#: written if no rule refuses it. Lines that begin with `#:` are left out; comments of your own stay.
#: An empty file gives up.
";

const FOOT: &str = "\
#: More keys, if they are of use: data_classification, tags, links, and in remediation `ticket` and
#: `milestones: [{due: 2027-01-15, what: …}]`. `exc schema` describes them all.
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

/// A text without the lines of a template.
pub(super) fn without_its_lines(edited: &str) -> String {
    let mut text = String::new();
    // The empty lines around such a line go with it.
    let (mut empty, mut was_ours) = (String::new(), true);
    for line in edited.split_inclusive('\n') {
        if line.trim_end_matches(['\n', '\r']).is_empty() {
            empty.push_str(line);
            continue;
        }
        let is_ours = line.starts_with(MARK);
        if !is_ours {
            if !was_ours {
                text.push_str(&empty);
            }
            text.push_str(line);
        }
        empty.clear();
        was_ours = is_ours;
    }
    text.truncate(text.trim_end().len());
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// Adds a sentence as lines of a comment. What stands in a register is no line of its own.
fn comment(text: &mut String, indentation: &str, sentence: &str) {
    let mut line = format!("{MARK}{indentation}");
    for word in sentence.split(|c: char| c.is_whitespace() || c.is_control()) {
        if line.width() + word.width() > WIDTH {
            text.push_str(line.trim_end());
            line = format!("\n{MARK}{indentation}");
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
    fn lines_of_the_template_go_however_they_were_changed_and_those_of_the_user_stay() {
        let edited = "#: A new exception, which I have changed.\n\n#:\n# What it is called.\ntitle: |\n  #: Mine\n\n  a\n# My own.\nid: x\n\n#: Keys.\n";
        assert_eq!(
            without_its_lines(edited),
            "# What it is called.\ntitle: |\n  #: Mine\n\n  a\n# My own.\nid: x\n"
        );
        assert_eq!(without_its_lines("#: A new exception.\n\n\n"), "");
    }

    #[test]
    fn a_long_sentence_is_wrapped_and_stays_a_comment() {
        let mut text = String::new();
        comment(&mut text, "  ", &"word ".repeat(40).replace("word word", "word\nid: x"));
        assert!(text.lines().all(|line| line.starts_with("#:   ") && line.len() <= 100), "{text}");
        assert_eq!(text.lines().count(), 3);
    }
}
