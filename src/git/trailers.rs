//! The lines at the end of a landing commit's message that name people, by a rule of our own.
//!
//! Git's rule takes a paragraph of which a quarter has the form, and depends on configuration; this
//! one takes a last paragraph of which every line has it, or nothing.

use std::fmt;

use super::commit::Address;

/// A line such as `Approved-by: Kim <kim@example.com>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trailer {
    pub(crate) key: String,
    pub(crate) who: Address,
}

/// Why a message has no trailers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoTrailers {
    NotUtf8,
    ControlCharacter,
    BidiControl,
    /// A line starts with `---`, behind which git sees a patch in one command and text in another.
    Divider,
    /// There is but a subject.
    NoParagraph,
    /// A line of the last paragraph has another form.
    OtherLine,
    /// Every line has the form, but none names a person with an address.
    NobodyNamed,
}

impl Trailer {
    /// Keys are the same however their letters are written.
    pub(crate) fn is(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }
}

/// The trailers of a message that name people, each once.
pub(crate) fn trailers(message: &[u8]) -> Result<Vec<Trailer>, NoTrailers> {
    let message = std::str::from_utf8(message).map_err(|_| NoTrailers::NotUtf8)?;
    if message.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(NoTrailers::ControlCharacter);
    }
    if message.chars().any(is_bidi_control) {
        return Err(NoTrailers::BidiControl);
    }
    let lines: Vec<&str> = message.split('\n').collect();
    if lines.iter().any(|line| line.starts_with("---")) {
        return Err(NoTrailers::Divider);
    }
    let mut taken: Vec<Trailer> = Vec::new();
    for line in last_paragraph(&lines).ok_or(NoTrailers::NoParagraph)? {
        let (key, value) = parse_line(line).ok_or(NoTrailers::OtherLine)?;
        let Some(who) = Address::parse(value) else { continue };
        let trailer = Trailer { key: key.to_owned(), who };
        let is_same = |other: &Trailer| {
            other.is(key) && other.who.email.eq_ignore_ascii_case(&trailer.who.email)
        };
        if !taken.iter().any(is_same) {
            taken.push(trailer);
        }
    }
    if taken.is_empty() { Err(NoTrailers::NobodyNamed) } else { Ok(taken) }
}

/// The lines of the last paragraph, unless it is the subject.
fn last_paragraph<'a>(lines: &'a [&'a str]) -> Option<&'a [&'a str]> {
    let is_blank = |line: &&str| line.trim().is_empty();
    let end = lines.iter().rposition(|line| !is_blank(line))? + 1;
    let start = lines[..end].iter().rposition(is_blank)? + 1;
    // Empty lines at the start make no paragraph.
    let has_subject = !lines[..start].iter().all(is_blank);
    has_subject.then(|| &lines[start..end])
}

/// Key and value of a line of the form `Key-word: value`.
fn parse_line(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(": ")?;
    let has_form = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let starts = value.starts_with(|c: char| !c.is_whitespace());
    (has_form && starts).then_some((key, value))
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for NoTrailers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotUtf8 => "the message is not UTF-8",
            Self::ControlCharacter => "the message contains a control character",
            Self::BidiControl => "the message contains a character that reorders text",
            Self::Divider => "a line of the message starts with `---`",
            Self::NoParagraph => "the message is but a subject",
            Self::OtherLine => "a line of the last paragraph has not the form `Key: value`",
            Self::NobodyNamed => "no line names a person as `Name <address>`",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> Result<Vec<String>, NoTrailers> {
        let found = trailers(message.as_bytes())?;
        let text = |it: &Trailer| format!("{}={}={}", it.key, it.who.name, it.who.email);
        Ok(found.iter().map(text).collect())
    }

    #[track_caller]
    fn none(message: &str, why: NoTrailers) {
        assert_eq!(read(message), Err(why), "{message:?}");
    }

    const KIM: &str = "Approved-by: Kim <kim@example.com>";

    #[test]
    fn the_last_paragraph_counts_if_every_line_of_it_is_a_trailer() {
        let message = format!(
            "Title\n\nText: more\n\nChange-Id: I201\nReviewed-on: https://example.com/1\n{KIM}\n\
             Approved-by: Ann\nREVIEWED-BY: Bo Li <bo@example.com>\n\n  \n"
        );
        let expected = ["Approved-by=Kim=kim@example.com", "REVIEWED-BY=Bo Li=bo@example.com"];
        assert_eq!(read(&message).unwrap(), expected);
        assert!(trailers(message.as_bytes()).unwrap()[1].is("Reviewed-by"));
        assert_eq!(read(&format!("Title\n\n{KIM}")).unwrap().len(), 1);
    }

    #[test]
    fn prose_beside_or_behind_a_trailer_leaves_none() {
        none(&format!("Title\n\n{KIM}\n\nprose"), NoTrailers::OtherLine);
        none(&format!("Title\n\nprose\n{KIM}\nSigned-off-by: A <a@x>"), NoTrailers::OtherLine);
        none(&format!("Title\n\n{KIM}\n folded"), NoTrailers::OtherLine);
        none(&format!("Title\n\n{KIM}\n# comment"), NoTrailers::OtherLine);
        none(&format!("Title\n\n{KIM}\n(cherry picked from commit 1)"), NoTrailers::OtherLine);
    }

    #[test]
    fn a_line_of_another_form_is_no_trailer() {
        for line in [
            "Approved-by : Kim <kim@example.com>",
            "Approved-by:Kim <kim@example.com>",
            "Approved-by:  Kim <kim@example.com>",
            "Approved-by= Kim <kim@example.com>",
            "Approved by: Kim <kim@example.com>",
            "1-by: Kim <kim@example.com>",
            "-by: Kim <kim@example.com>",
            " Approved-by: Kim <kim@example.com>",
            "Approved-by: ",
            ": Kim <kim@example.com>",
        ] {
            none(&format!("Title\n\n{line}"), NoTrailers::OtherLine);
        }
    }

    #[test]
    fn a_value_without_a_name_and_an_address_names_nobody() {
        for value in [
            "Kim",
            "kim@example.com",
            "<kim@example.com>",
            "Kim <kim>",
            "Kim <@example.com>",
            "Kim <kim@>",
            "Kim <k im@example.com>",
            "Kim <kim@example.com> (lead)",
            "Kim <a@example.com> <b@example.com>",
            "Kim <>",
        ] {
            none(&format!("Title\n\nApproved-by: {value}"), NoTrailers::NobodyNamed);
        }
    }

    #[test]
    fn the_subject_is_no_trailer() {
        none(KIM, NoTrailers::NoParagraph);
        none(&format!("\n\n{KIM}\n"), NoTrailers::NoParagraph);
        none("", NoTrailers::NoParagraph);
    }

    #[test]
    fn text_that_readers_see_differently_leaves_no_trailers() {
        none(&format!("Title\n---\n\n{KIM}"), NoTrailers::Divider);
        none(&format!("Title\n\n---------\n\n{KIM}"), NoTrailers::Divider);
        none(&format!("Title\r\n\r\n{KIM}\r\n"), NoTrailers::ControlCharacter);
        none(&format!("Title\0\n\n{KIM}"), NoTrailers::ControlCharacter);
        none(&format!("Title\u{1b}[2K\n\n{KIM}"), NoTrailers::ControlCharacter);
        none(&format!("Title \u{202e}\n\n{KIM}"), NoTrailers::BidiControl);
        let bytes = [b"Title \xff\n\n".as_slice(), KIM.as_bytes()].concat();
        assert_eq!(trailers(&bytes), Err(NoTrailers::NotUtf8));
    }

    #[test]
    fn the_same_person_with_the_same_key_counts_once() {
        let again = "approved-by: K. <KIM@example.com>";
        assert_eq!(read(&format!("Title\n\n{KIM}\n{again}")).unwrap().len(), 1);
        let reviewed = KIM.replace("Approved", "Reviewed");
        assert_eq!(read(&format!("Title\n\n{KIM}\n{reviewed}")).unwrap().len(), 2);
    }
}
