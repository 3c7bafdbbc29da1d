//! Hostile YAML, row by row of `docs/hostile-input.md`: what each input gets.

use std::sync::Arc;

use super::{RecordSchema, load};
use crate::finding::Finding;
use crate::model::{Field, FieldKind};
use crate::text::SourceFile;

const RECORD: &str = include_str!("../../exceptions/EXC-2026-K7QD.yaml");

fn findings(text: &str) -> Vec<Finding> {
    let schema = RecordSchema::new(&[]).expect("the built-in schema");
    load(&Arc::new(SourceFile::new("exceptions/EXC-2026-K7QD.yaml", text)), &schema).1
}

/// The codes that a text gets, each once.
fn codes(text: &str) -> Vec<&'static str> {
    let mut codes: Vec<&str> = findings(text).iter().map(|finding| finding.code.id).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The codes that the good record gets with fields of a policy's own in it.
fn custom_codes(fields: &[(&str, FieldKind)], lines: &str) -> Vec<&'static str> {
    let field = |kind| Field {
        kind,
        values: Vec::new(),
        required: false,
        pattern: None,
        description: None,
    };
    let fields: Vec<(String, Field)> =
        fields.iter().map(|&(name, kind)| (name.to_owned(), field(kind))).collect();
    let schema = RecordSchema::new(&fields).expect("a schema");
    let file = Arc::new(SourceFile::new("exceptions/a.yaml", format!("{RECORD}{lines}")));
    load(&file, &schema).1.iter().map(|finding| finding.code.id).collect()
}

/// The good record with its title replaced by other lines.
fn titled(lines: &str) -> String {
    let title = RECORD.lines().find(|line| line.starts_with("title:")).expect("a title");
    assert_eq!(codes(RECORD), [""; 0], "the record itself is fine");
    RECORD.replace(title, lines)
}

#[track_caller]
fn check(lines: &str, expected: &[&str]) {
    let text = titled(lines);
    assert_eq!(codes(&text), expected, "{lines:?}");
}

/// Whether everything found makes the file one that cannot be judged (exit code 2).
#[track_caller]
fn check_unjudged(lines: &str, code: &str) {
    let findings = findings(&titled(lines));
    let found = findings.iter().find(|finding| finding.code.id == code);
    assert!(found.is_some_and(|finding| finding.code.unjudged), "{lines:?}");
}

#[test]
fn y1_any_anchor_or_alias_is_refused_and_an_alias_bomb_is_not_expanded() {
    check_unjudged("title: &a x", "EXC011");
    check_unjudged("title: *nowhere", "EXC011");
    let mut bomb = String::from("title: x\na: &a [x, x, x, x, x, x, x, x, x]\n");
    for (name, before) in "bcdefghi".chars().zip("abcdefgh".chars()) {
        let items = vec![format!("*{before}"); 9].join(", ");
        bomb.push_str(&format!("{name}: &{name} [{items}]\n"));
    }
    check_unjudged(&bomb, "EXC011");
}

#[test]
fn y2_deep_nesting_is_refused_without_a_stack_overflow() {
    for depth in [20, 200, 10_000, 100_000] {
        check_unjudged(&format!("title: {}", "[".repeat(depth)), "EXC012");
        check_unjudged(&format!("title: {}", "{a: ".repeat(depth)), "EXC012");
    }
    let block: String = (0..300).map(|depth| format!("{}a:\n", "  ".repeat(depth))).collect();
    check_unjudged(&format!("title: x\n{block}"), "EXC012");
    check_unjudged(&format!("title: [{}]", "x,".repeat(20_000)), "EXC012");
}

#[test]
fn y3_a_duplicate_key_shows_both_places() {
    let text = titled("title: a\n\"title\": b");
    let findings = findings(&text);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].code.id, "EXC013");
    let first = findings[0].labels[0].place.start();
    let second = findings[0].place.start();
    assert_eq!((second.line, second.column), (first.line + 1, 1));
}

#[test]
fn y4_keys_that_look_alike_are_unknown_keys() {
    check("title: x\ntïtle: a\nti\u{308}tle: b", &["EXC101"]);
}

#[test]
fn y5_explicit_tags_are_refused_and_construct_nothing() {
    check("title: !!python/object/apply:os.system [id]", &["EXC014", "EXC103"]);
    check("title: !include /etc/passwd", &["EXC014"]);
    check("title: !!binary aGVsbG8=", &["EXC014"]);
    check("title: !!str x", &["EXC014"]);
}

#[test]
fn y6_merge_keys_are_refused_and_merge_nothing() {
    check("title: x\n<<: {tags: [a]}", &["EXC015"]);
}

#[test]
fn y7_plain_scalars_that_are_no_text_to_some_reader_ask_for_quotes() {
    for text in [
        "no",
        "Yes",
        "on",
        "0123",
        "12:30:45",
        "1_000",
        "1.10",
        "0x1F",
        "1e3",
        "2026-01-01",
        ".inf",
    ] {
        check(&format!("title: {text}"), &["EXC016"]);
        check(&format!("title: \"{text}\""), &[]);
    }
    for text in ["~", "null", ""] {
        check(&format!("title: {text}"), &["EXC102"]);
    }
}

#[test]
fn y7_a_custom_field_named_like_a_date_asks_for_quotes_too() {
    for name in ["date", "until", "from", "due", "verified", "opened_by"] {
        let custom = [(name, FieldKind::String)];
        assert_eq!(custom_codes(&custom, &format!("{name}: no\n")), ["EXC016"], "{name}");
        assert_eq!(custom_codes(&custom, &format!("{name}: 2026-01-01\n")), ["EXC016"], "{name}");
        assert_eq!(custom_codes(&custom, &format!("{name}: \"no\"\n")), [""; 0], "{name}");
        let custom = [(name, FieldKind::Date)];
        assert_eq!(custom_codes(&custom, &format!("{name}: 2026-01-01\n")), [""; 0], "{name}");
        assert_eq!(custom_codes(&custom, &format!("{name}: no\n")), ["EXC201"], "{name}");
    }
}

#[test]
fn y7_a_whole_number_is_one_to_every_reader() {
    let custom = [("count", FieldKind::Integer)];
    for number in ["0", "7", "-7", "1234567890", "9007199254740991", "-9007199254740991"] {
        assert_eq!(custom_codes(&custom, &format!("count: {number}\n")), [""; 0], "{number}");
    }
    for number in ["9007199254740992", "18446744073709551615", "-9223372036854775808"] {
        assert_eq!(custom_codes(&custom, &format!("count: {number}\n")), ["EXC104"], "{number}");
    }
    let digits = "1".repeat(40);
    for number in [
        "1.0",
        "1e3",
        "1.0e3",
        "0o17",
        "0x1F",
        "017",
        "+1",
        "-0",
        ".inf",
        "-.inf",
        ".nan",
        "1_000",
        "1:30",
        "18446744073709551616",
        &digits,
        "\"1\"",
        "yes",
        "1.",
        ".5",
    ] {
        assert_eq!(custom_codes(&custom, &format!("count: {number}\n")), ["EXC103"], "{number}");
    }
    let custom = [("note", FieldKind::String)];
    for number in ["1e3", "0o17", "0x1F", "+1", "-0", ".inf", "1.0", &digits] {
        assert_eq!(custom_codes(&custom, &format!("note: {number}\n")), ["EXC016"], "{number}");
    }
}

#[test]
fn y8_dates_are_one_form_quoted_or_not() {
    let expires = "expires: 2027-01-31";
    assert!(RECORD.contains(expires));
    assert_eq!(codes(&RECORD.replace(expires, "expires: \"2027-01-31\"")), [""; 0]);
    for date in ["2027-02-30", "2027-1-31", "20270131", "2027-01-31T00:00:00Z"] {
        assert_eq!(
            codes(&RECORD.replace(expires, &format!("expires: {date}"))),
            ["EXC201"],
            "{date}"
        );
    }
}

#[test]
fn y9_a_second_document_is_refused_and_both_are_read() {
    assert_eq!(codes(&format!("{RECORD}---\na: &x b\n")), ["EXC011", "EXC017"]);
    assert_eq!(codes(&format!("---\n{RECORD}")), [""; 0]);
}

#[test]
fn y10_a_tab_that_indents_is_named() {
    check_unjudged("title: x\nnested:\n\ta: b", "EXC023");
    check_unjudged("title: x\n\tnested: b", "EXC023");
}

/// What stands under the findings of readers that disagree, and nothing else may be found.
#[track_caller]
fn check_disputed(lines: &str, expected: &[&str]) {
    let text = titled(lines).replace("\ntags: [ai, vendor, network]\n", "\n");
    let text = text.replace("\nlinks:\n  - https://example.com/vendor/status/48213\n", "\n");
    let found = findings(&text);
    let codes: Vec<&str> = found.iter().map(|it| it.code.id).collect();
    assert_eq!(codes, vec!["EXC016"; expected.len()], "{lines:?}");
    assert!(found.iter().all(|it| it.help.is_some()), "{lines:?}");
    let texts: Vec<&str> = found.iter().map(|it| it.place.file.slice(it.place.span)).collect();
    assert_eq!(texts, expected, "{lines:?}");
}

#[test]
fn y10_a_tab_outside_of_comments_and_quotes_is_found() {
    check_disputed("title:\tModel", &["\t"]);
    check_disputed("title: \tModel", &["\t"]);
    check_disputed("title: Model\t\tx", &["\t\t"]);
    check_disputed("title: x\ntags:\t[\ta,\tb ]\t# c\td", &["\t", "\t", "\t", "\t"]);
    check_disputed("title: |-\n  a\n  \t\n  b", &["\t"]);
    check_disputed("title: |\n  # a\tb", &["\t"]);
    check_disputed("title: one\n  two\t", &["\t"]);
    check_disputed("title: \"a\tb\" # c\td\n#\te", &[]);
    check_disputed("title: 'a\t# b'\t# c\td", &["\t"]);
    check_disputed("title: a#b\tc", &["\t"]);
    check_disputed("title: \"a # b\"\t", &["\t"]);
}

#[test]
fn y24_text_in_brackets_that_readers_cut_differently_asks_for_quotes() {
    check_disputed("title: x\ntags: [Private? endpoint]", &["Private? endpoint"]);
    check_disputed("title: x\ntags: [a?b, c]", &["a?b"]);
    check_disputed("title: x\ntags: [ :ai]", &[":ai"]);
    check_disputed("title: x\ntags: [ ::ai, \"a?\", ':b', c:d]", &["::ai"]);
    check_disputed("title: Private? endpoint\nlinks:\n  - a?b", &[]);
    check_disputed(
        "title: x\nclosed: {date: 2026-11-19, outcome: withdrawn, note\n : x}",
        &["note"],
    );
    check_disputed(
        "title: x\nclosed: {date: 2026-11-19, outcome: withdrawn, note # c\n  : x}",
        &["note"],
    );
    check_disputed(
        "title: x\nclosed: {date: 2026-11-19, outcome: withdrawn, \"note\"\n  :\n x}",
        &["\"note\""],
    );
    check_disputed(
        "title: x\nclosed: {date: 2026-11-19,\n outcome:\n  withdrawn\n , note: x\n }",
        &[],
    );
}

#[test]
fn y24_spaces_before_the_text_of_a_block_are_found() {
    check_disputed("title: >-\n  \n  a", &["  "]);
    check_disputed("title: |\n\n \n  \n\n  a", &["  "]);
    check("title: >+\n\n   \n\nnote: x", &["EXC016", "EXC101"]);
    assert_eq!(codes(&format!("{RECORD}title: |+\n  \n    \n")), ["EXC013", "EXC016"]);
    check_disputed("title: | # c\r\n  \r\n  a", &["  "]);
    check_disputed("title: |2 \n\n  a\n   \n  b\n  \n\n", &[]);
    check_disputed("title: x\ntags: [a]\nlinks:\n  - >-\n\n    a\n    \n", &[]);
}

#[test]
fn y24_a_pair_in_a_list_asks_for_braces() {
    for pair in ["a: b", "'a':b", "? a : b", "x, a: b", "\"a\": b"] {
        let found = findings(&RECORD.replace("renewals: []", &format!("renewals: [{pair}]")));
        let disputed: Vec<_> = found.iter().filter(|it| it.code.id == "EXC016").collect();
        assert_eq!(disputed.len(), 1, "{pair}");
        let at = disputed[0].place.span.start as usize;
        let text = &disputed[0].place.file.text()[at..];
        assert!(text.starts_with(pair.trim_start_matches("x, ")), "{pair}: {text}");
    }
    assert!(!codes(&RECORD.replace("renewals: []", "renewals: [{a: b}]")).contains(&"EXC016"));
}

#[test]
fn y24_half_a_character_is_found_where_it_is_escaped() {
    check_disputed(r#"title: "a \ud83d\ude00""#, &[r"\ud83d"]);
    check_disputed(r#"title: "a \\ud83d \ud7ff \U0001F600 \"""#, &[]);
    check_disputed(r"title: 'a \ud83d\ude00'", &[]);
    check_disputed(r"title: a \ud83d\ude00", &[]);
}

#[test]
fn y18_a_key_is_no_longer_than_any_reader_takes() {
    check(&format!("title: x\n? {}\n: {{a: no}}", "k".repeat(1_024)), &["EXC016", "EXC101"]);
    check(&format!("title: x\n? {}\n: {{a: no}}", "k".repeat(1_025)), &["EXC018"]);
    for key in ["1e3", "0x1F", "017", ".inf"] {
        check(&format!("title: x\n{key}: a"), &["EXC018"]);
    }
}

#[test]
fn y25_a_flood_of_faults_is_counted() {
    let text = RECORD.replace("renewals: []", &format!("renewals: [{}]", "{}, ".repeat(4_000)));
    let found = findings(&text);
    assert_eq!(found.len(), 100);
    let last = &found.last().expect("a finding").message;
    assert!(last.ends_with(", and 15900 more places in this file"), "{last}");
    let keys: String = (0..300).map(|n| format!("k{n}: no\n")).collect();
    let found = findings(&format!("{RECORD}{keys}"));
    assert_eq!(found.len(), 100);
    assert!(found[99].message.ends_with("unknown key `k99`, and 200 more places in this file"));
}

#[test]
fn y11_a_byte_order_mark_warns_and_places_stay_exact() {
    assert_eq!(codes(&format!("\u{feff}{RECORD}")), ["EXC021"]);
    let text = format!("\u{feff}{}", titled("titel: x"));
    let unknown = findings(&text).into_iter().find(|finding| finding.code.id == "EXC101");
    let place = unknown.expect("an unknown key").place;
    assert_eq!(place.file.slice(place.span), "titel");
}

#[test]
fn y13_raw_control_characters_are_refused_and_the_rest_is_still_judged() {
    for c in ['\0', '\u{1b}', '\u{7f}', '\u{9b}'] {
        check_unjudged(&format!("title: a{c}b"), "EXC003");
        check(&format!("titel: a{c}b"), &["EXC003", "EXC101"]);
    }
}

#[test]
fn y14_escaped_control_characters_are_found_after_parsing() {
    for escape in ["\\e[31m", "\\x9b", "\\0", "\\x7f"] {
        check(&format!("title: \"a{escape}b\""), &["EXC601"]);
    }
}

#[test]
fn y15_line_separators_are_found_anywhere_also_in_comments() {
    for c in ['\u{85}', '\u{2028}', '\u{2029}'] {
        check(&format!("title: x # a{c}b"), &["EXC602"]);
    }
    check("title: \"a\\Lb\"", &["EXC602"]);
}

#[test]
fn y16_a_lone_carriage_return_is_refused_and_crlf_is_fine() {
    assert_eq!(codes(&RECORD.replace('\n', "\r\n")), [""; 0]);
    check("title: x # a\rb: c", &["EXC004", "EXC101"]);
}

#[test]
fn y18_keys_that_are_no_strings_are_refused() {
    check("title: x\n1: a", &["EXC018"]);
    check("title: x\n? [a]\n: b", &["EXC018"]);
    check("title: x\n~: b", &["EXC018"]);
    check("title: x\ntrue: b", &["EXC018"]);
}

#[test]
fn y19_an_unknown_key_names_the_nearest_known_one() {
    let text = RECORD.replace("expires:", "expiry:");
    let unknown = findings(&text).into_iter().find(|finding| finding.code.id == "EXC101");
    assert_eq!(
        unknown.and_then(|finding| finding.help).as_deref(),
        Some("did you mean `expires`?")
    );
}

#[test]
fn y20_a_file_without_a_mapping_is_refused() {
    for text in ["", "\n", "# only a comment\n", "---\n", "---\n...\n", "- a\n", "text\n", "~\n"] {
        assert_eq!(codes(text), ["EXC019"], "{text:?}");
    }
}
