//! Hostile text in every part of a finding, in every format: rows T1 to T7 and O2, O4, O5 and O8
//! of the table of hostile input.

use std::sync::Arc;

use super::testing::{
    EXPIRED, FORMATS, TOO_LONG, file, place, rendered, rendered_in, summary, terminal,
};
use super::viewers::{RunnerCommand, acting_characters, commands, live_markdown, xml_elements};
use super::{Format, Style, markdown};
use crate::finding::{Finding, Place};
use crate::model::Person;
use crate::text::{SourceFile, Span};

/// Texts that try to be something else than text somewhere.
const TEXTS: &[&str] = &[
    "::error::x",
    "  ::add-mask::secret",
    "\u{3000}::set-output name=a::b",
    "a\n::error file=x::y",
    "a\r::warning::y",
    "a%0A::error::y",
    "a %25 b, c: d",
    "##[add-mask]secret",
    "x ##[error]y ##vso[task.complete]z",
    "###[group]x",
    "::stop-commands::token",
    "\u{1b}]0;title\u{7}\u{1b}[31m\u{1b}[2J\u{1b}[?1049h",
    "\u{9b}31m\u{90}q\u{9c}\u{85}x",
    "\u{1b}]8;;https://example.com\u{1b}\\click\u{1b}]8;;\u{1b}\\",
    "\u{1b}]52;c;cHduZWQ=\u{7}",
    "a\u{202e}b\u{2066}c\u{61c}\u{200e}\u{200f}d",
    "a\u{200b}b\u{200d}c\u{2060}\u{feff}\u{ad}\u{e0041}",
    "Z\u{351}\u{36b}\u{343}\u{36a}\u{302}\u{36b}\u{33d}a\u{334}\u{319}\u{324}",
    "<script>alert(1)</script> <img src=x onerror=alert(1)>",
    "]]> <!-- x --> &amp; &lt; &#64;",
    "| a | b |\n|---|---|",
    "@example/security #1 !1 GH-1 example/a#2 $1 ~\"label\" %1 &1",
    "http://example.com www.example.com a@example.com ftp://example.com",
    "![p](https://example.com/p.png) [a](javascript:alert(1)) [a]: b",
    "`code` ``` $x$ **b** _i_ ~~s~~ \\ \\| ^ {{ x }}",
    "- item",
    "1. item",
    "# title",
    "\u{0}\u{8}\u{b}\u{c}\u{fffe}\u{ffff}\u{10ffff}\u{fdd0}",
    "$(touch x); `id` '\" --flag",
    "مرحبا שלום 🏳\u{fe0f}\u{200d}🌈 e\u{301}",
];

/// A finding that says `text` wherever it can.
fn finding(text: &str) -> Finding {
    let source = format!("x: 1\nkey: {}\n# {text}\nend: 1", text.replace(['\n', '\r'], " "));
    let record = file(&format!("exceptions/{text}.yaml"), &source);
    let policy = file(text, &source);
    let person = Person { name: text.to_owned(), email: text.to_owned(), team: text.to_owned() };
    EXPIRED
        .finding(place(&record, "key", &format!("/{text}")), text)
        .label(place(&record, "end", ""), text)
        .label(place(&policy, "x", ""), text)
        .help(text)
        .record(text)
        .owner(&person)
}

/// Every format of a finding that says `text` wherever it can, with the name of the format.
fn everywhere(text: &str) -> Vec<(String, String)> {
    let found = [finding(text)];
    let mut outputs: Vec<(String, String)> =
        FORMATS.iter().map(|&format| (format!("{format:?}"), rendered(format, &found))).collect();
    outputs.push(("summary".to_owned(), summary(&found, markdown::MAX_SUMMARY)));
    outputs
}

#[test]
fn t1_no_escape_sequence_reaches_the_terminal() {
    for text in TEXTS {
        for (format, output) in everywhere(text) {
            let mut parser = terminal(100, 300);
            let before = parser.screen().clone();
            parser.process(output.replace('\n', "\r\n").as_bytes());
            parser.process(b"\x1b[H\x1b[J");
            let after = parser.screen();
            assert_eq!(
                after.state_diff(&before),
                before.state_diff(&before),
                "{format} of {text:?} leaves the terminal in another state"
            );
            assert_eq!(acting_characters(&output), [], "{format} of {text:?}");
        }
    }
}

#[test]
fn t1_colors_end_where_they_should() {
    for text in TEXTS {
        let colored = Style { color: true, width: Some(100) };
        let output = rendered_in(Format::Text, &[finding(text)], colored);
        let mut parser = terminal(100, 300);
        parser.process(output.replace('\n', "\r\n").as_bytes());
        let screen = parser.screen();
        let colors = (screen.fgcolor(), screen.bgcolor(), screen.bold(), screen.inverse());
        assert_eq!(colors, (vt100::Color::Default, vt100::Color::Default, false, false));
        assert!(!screen.alternate_screen() && !screen.hide_cursor());
        assert_eq!(screen.cursor_position().1, 0, "the last line is ended");
        // Nothing but colors is sent.
        let is_color = |part: &str| {
            part.strip_prefix('[').and_then(|rest| rest.split_once('m')).is_some_and(|(code, _)| {
                code.bytes().all(|byte| byte.is_ascii_digit() || byte == b';')
            })
        };
        assert!(output.split('\u{1b}').skip(1).all(is_color), "{text:?}: {output:?}");
    }
}

/// How often a finding's text is shown: message, two paths, two lines, labels, owner and help.
const N_SHOWN: usize = 10;

#[test]
fn t2_characters_that_reorder_text_are_spelled_out() {
    let output = rendered(Format::Text, &[finding("a\u{202e}b\u{2066}c\u{61c}\u{200f}d")]);
    assert_eq!(output.matches("a\\u{202e}b\\u{2066}c\\u{61c}\\u{200f}d").count(), N_SHOWN);
}

#[test]
fn t3_characters_that_do_not_appear_are_spelled_out() {
    let output = rendered(Format::Text, &[finding("a\u{200b}b\u{2060}c\u{e0041}d\u{3164}e")]);
    let shown = "a\\u{200b}b\\u{2060}c\\u{e0041}d\\u{3164}e";
    assert_eq!(output.matches(shown).count(), N_SHOWN, "{output}");
}

#[test]
fn t4_look_alike_letters_are_shown_as_they_are_written() {
    // Which of them deceive is for the rules to say; hiding them would hide the evidence.
    let output = rendered(Format::Text, &[finding("аlice")]);
    assert!(output.contains("error[EXC204]: аlice\n"), "{output}");
}

#[test]
fn t5_a_title_of_any_width_leaves_the_excerpt_in_line() {
    for text in ["模型".repeat(900), "e\u{301}".repeat(3_000), "مرحبا ".repeat(500)] {
        let style = Style { color: false, width: Some(60) };
        let output = rendered_in(Format::Text, &[finding(&text)], style);
        let bars: Vec<usize> = output
            .lines()
            .filter(|line| line.contains(" |"))
            .filter_map(|line| line.find('|'))
            .collect();
        assert!(bars.len() > 4 && bars.iter().all(|bar| *bar == bars[0]), "{output}");
        let marked = output.lines().find(|line| line.contains("| key: "));
        let width = unicode_width::UnicodeWidthStr::width(marked.expect("the line is shown"));
        assert!(width <= 64, "{width} columns\n{output}");
        let is_path = |line: &str| line.contains("--> ") || line.contains("::: ");
        let longest = output.lines().filter(|line| !is_path(line)).map(|line| line.chars().count());
        assert!(longest.max() < Some(1_300), "{output}");
    }
}

#[test]
fn t6_no_title_speaks_to_the_runner() {
    for text in TEXTS {
        for (format, output) in everywhere(text) {
            let intended = usize::from(format == "Github");
            let found = commands(&output);
            assert_eq!(found.len(), intended, "{format} of {text:?}: {found:?}\n{output}");
            assert!(!output.contains("##["), "{format} of {text:?}");
        }
    }
}

#[test]
fn t6_an_annotation_arrives_as_it_was_meant() {
    let text = "50% of a, b: c%0A::error::x";
    let record = file("exceptions/a,b: 100%25.yaml", "key: x\n");
    let found = TOO_LONG.finding(place(&record, "x", "/key"), text).help("write: a, b");
    let expected = RunnerCommand {
        name: "error".to_owned(),
        properties: [
            ("file", "exceptions/a,b: 100%25.yaml"),
            ("line", "1"),
            ("endLine", "1"),
            ("col", "6"),
            ("endColumn", "7"),
            ("title", "EXC203 duration-too-long"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into(),
        message: format!("{text}\nhelp: write: a, b"),
    };
    assert_eq!(commands(&rendered(Format::Github, &[found])), [expected]);
}

#[test]
fn t7_no_link_is_made_of_a_text() {
    for (format, output) in everywhere("\u{1b}]8;;https://example.com\u{7}click") {
        assert!(!output.contains('\u{1b}') && !output.contains('\u{7}'), "{format}");
    }
    let found = [finding("[click](https://example.com)")];
    let log: serde_json::Value =
        serde_json::from_str(&rendered(Format::Sarif, &found)).expect("JSON");
    let message = &log["runs"][0]["results"][0]["message"]["text"];
    assert!(message.as_str().is_some_and(|text| !text.contains("](")), "{message}");
}

#[test]
fn o2_markdown_holds_nothing_but_text() {
    for text in TEXTS {
        let page = summary(&[finding(text)], markdown::MAX_SUMMARY);
        assert_eq!(live_markdown(&page), [""; 0], "{text:?}");
        let escaped = markdown::escaped(text);
        assert!(!escaped.starts_with(['-', '+', '#', '=']), "{escaped}");
        assert!(!escaped.contains("1."), "{escaped}");
    }
}

#[test]
fn o4_json_is_valid_and_loses_nothing() {
    for text in TEXTS {
        let output = rendered(Format::Json, &[finding(text)]);
        let report: serde_json::Value = serde_json::from_str(&output).expect("JSON");
        let found = &report["findings"][0];
        for key in ["message", "help", "record"] {
            assert_eq!(found[key], *text, "{key}");
        }
        assert_eq!(found["path"], format!("exceptions/{text}.yaml"));
        assert_eq!(found["owner"]["name"], *text);
        assert!(!output.contains("##["), "{output}");
    }
}

#[test]
fn o4_uris_of_sarif_are_relative_and_encoded() {
    let uri = |file: SourceFile| {
        let found = TOO_LONG.finding(Place::file(&Arc::new(file)), "x");
        let output = rendered(Format::Sarif, &[found]);
        let log: serde_json::Value = serde_json::from_str(&output).expect("JSON");
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        place["artifactLocation"]["uri"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(uri(SourceFile::new("e/a b#c?d%e:f.yaml", "")), "e/a%20b%23c%3Fd%25e%3Af.yaml");
    assert_eq!(uri(SourceFile::new("e/é\n.yaml", "")), "e/%C3%A9%0A.yaml");
    let bytes = Some(b"e/\xff.yaml".to_vec());
    assert_eq!(uri(SourceFile::new("e/\\xff.yaml", "").with_path_bytes(bytes)), "e/%FF.yaml");
}

#[test]
fn o5_xml_is_well_formed_whatever_the_text() {
    for text in TEXTS {
        let names = xml_elements(&rendered(Format::Junit, &[finding(text)]));
        assert_eq!(
            names,
            [
                "testsuites",
                "testsuite",
                "properties",
                "property",
                "property",
                "property",
                "testcase",
                "failure",
                "system-out",
                "system-err"
            ],
            "{text:?}"
        );
    }
}

#[test]
fn o8_a_printed_command_cannot_be_more_than_it_says() {
    let word = crate::text::shell_word("a b'; touch x #");
    assert_eq!(word, "'a b'\\''; touch x #'");
    let output = rendered(Format::Text, &[finding("x").help(format!("run `chmod -x {word}`"))]);
    assert!(output.contains("= help: run `chmod -x 'a b'\\''; touch x #'`\n"), "{output}");
}

#[test]
fn an_excerpt_costs_what_it_shows_and_not_what_the_file_holds() {
    let source = file("exceptions/a.yaml", &format!("k: {}\n", "é{".repeat(200_000)));
    let found: Vec<Finding> = (0..2_000_usize)
        .map(|n| {
            let at = 3 + n * 300;
            let place = Place::span(&source, Span::new(at, at + 2));
            TOO_LONG.finding(place.clone(), "x").label(Place::span(&source, Span::new(1, 2)), "y")
        })
        .collect();
    let output = rendered(Format::Text, &found);
    assert!(output.len() < found.len() * 2_500, "{} bytes", output.len());
    assert_eq!(output.matches("error[EXC203]").count(), found.len());
}
