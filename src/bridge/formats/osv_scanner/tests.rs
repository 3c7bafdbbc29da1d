//! What OSV-Scanner makes of its configuration.

use super::super::claims::{fault, read, rows, widened};
use super::*;

const FILE: &str = "osv-scanner.toml";

#[test]
fn every_entry_is_read_with_its_place_and_its_end() {
    let text = "
# EXC-2026-AAAA
[[IgnoredVulns]]
id = \"GO-2022-0968\"
ignoreuntil = 2027-02-01 # EXC-2026-BBBB
reason = \"EXC-2026-CCCC: vendor\"

[[IgnoredVulns]]
id = \"GO-2022-1059\"
ignoreUntil = 2027-02-01T00:00:00+01:00

[[PackageOverrides]]
name = \"golang.org/x/net\"
version = \"1.0.0\"
ecosystem = \"Go\"
ignore = true
effectiveUntil = 2027-02-01T12:00:00

[[PackageOverrides]]
name = \"lib\"
license.override = [\"MIT\"]

[[PackageOverrides]]
name = \"inert\"
";
    let found = rows(&FORMAT, FILE, text);
    assert_eq!(
        found,
        [
            "3:1 GO-2022-0968: ids GO-2022-0968; 2027-02-01 00:00 local time",
            "8:1 GO-2022-1059: ids GO-2022-1059; 2027-01-31T23:00:00Z",
            "12:1 golang.org/x/net@1.0.0: packages pkg:golang/golang.org/x/net@1.0.0; \
             2027-02-02 00:00 local time",
            "19:1 lib: where name = lib; never",
        ]
    );
    let said = &read(&FORMAT, FILE, text)[0].said;
    for text in ["# EXC-2026-AAAA", "# EXC-2026-BBBB", "EXC-2026-CCCC: vendor"] {
        assert!(said.iter().any(|it| it == text), "{said:?}");
    }
}

#[test]
fn a_version_of_go_that_is_claimed_is_unknown() {
    let found = read(&FORMAT, FILE, "goversionoverride = \"99.0.0\" # EXC-2026-AAAA\n");
    assert_eq!((found.len(), &*found[0].name), (1, "GoVersionOverride 99.0.0"));
    assert!(found[0].reach.is_err() && found[0].end == End::Never);
    assert_eq!(found[0].said, ["# EXC-2026-AAAA"]);
    assert_eq!(read(&FORMAT, FILE, "GoVersionOverride = \"\"\n"), []);
}

#[test]
fn only_the_first_entry_of_an_id_counts() {
    let text =
        "[[IgnoredVulns]]\nid = \"A\"\nignoreUntil = 2020-01-01\n[[IgnoredVulns]]\nid = \"A\"\n";
    let found = read(&FORMAT, FILE, text);
    assert_eq!(found[1].end, End::Dropped);
    assert!(found[1].notes[0].contains("only that counts"), "{:?}", found[1].notes);
}

#[test]
fn a_file_in_a_folder_may_be_used_for_everything() {
    let text = "[[IgnoredVulns]]\nid = \"A\"\n";
    for path in ["services/proxy/osv-scanner.toml", "osv-scanner.toml", "ci/osv.toml"] {
        assert_eq!(rows(&FORMAT, path, text), ["1:1 A: ids A; never"], "{path}");
    }
}

#[test]
fn a_date_is_read_as_the_tool_reads_it() {
    let end = |date: &str| {
        let text = format!("[[IgnoredVulns]]\nid = \"A\"\nignoreUntil = {date}\n");
        read(&FORMAT, FILE, &text).remove(0).end
    };
    assert_eq!(end("0001-01-01T00:00:00Z"), End::Never);
    assert_eq!(end("07:32:00"), End::Dropped);
    assert_eq!(end("\"2027-02-01T00:00:00Z\"").to_string(), "2027-02-01T00:00:00Z");
}

#[test]
fn what_makes_the_tool_reject_the_file_is_a_fault_with_its_place() {
    let of = |text: &str| fault(&FORMAT, FILE, text.as_bytes());
    let entry = |line: &str| of(&format!("[[IgnoredVulns]]\nid = \"A\"\n{line}\n"));
    assert_eq!(
        entry("record = \"EXC-2026-AAAA\""),
        "3:1: OSV-Scanner knows no `record` and rejects the file"
    );
    assert_eq!(
        entry("ignoreUntil = \"2027-02-01\""),
        "3:15: `ignoreUntil` is `2027-02-01`, no date: OSV-Scanner rejects the file"
    );
    assert_eq!(entry("ignoreUntil = 1"), "3:15: `ignoreUntil` is a number, not a date");
    assert_eq!(of("Other = 1\n"), "1:1: OSV-Scanner knows no `Other` and rejects the file");
    assert_eq!(
        of("[IgnoredVulns]\nid = \"A\"\n"),
        "1:1: `IgnoredVulns` is a mapping, not a list of tables"
    );
    assert_eq!(
        of("[[PackageOverrides]]\nignore = \"yes\"\n"),
        "2:10: `ignore` is a text, not a truth value"
    );
    assert!(of("[[IgnoredVulns]]\nid = \"A").starts_with("2:"), "truncated");
    assert!(fault(&FORMAT, FILE, b"\xFE\xFF\0[").contains("UTF-16"));
}

#[test]
fn whatever_widens_an_entry_is_seen() {
    let of = |filters: &str| format!("[[PackageOverrides]]\nignore = true\n{filters}\n");
    let entry = of("name = \"a\"\nversion = \"1\"\necosystem = \"npm\"\ngroup = \"dev\"");
    widened(
        &FORMAT,
        FILE,
        &entry,
        &[
            &of("name = \"a\"\nversion = \"1\"\necosystem = \"npm\""),
            &of("name = \"a\"\necosystem = \"npm\"\ngroup = \"dev\""),
            &of("name = \"a\"\nversion = \"1\"\ngroup = \"dev\""),
            &of(
                "name = \"a\"\nnameIsRegex = true\nversion = \"1\"\necosystem = \"npm\"\ngroup = \"dev\"",
            ),
            &of("ecosystem = \"npm\"\ngroup = \"dev\""),
            &of(""),
        ],
    );
    let vulnerability = |id: &str| format!("[[IgnoredVulns]]\nid = \"{id}\"\n");
    let all = of("");
    widened(&FORMAT, FILE, &vulnerability("A"), &[&vulnerability("B"), &vulnerability(""), &all]);
}

#[test]
fn two_keys_that_differ_in_case_alone_are_refused() {
    let input =
        Input::new("osv-scanner.toml", "[[IgnoredVulns]]\nid = \"A\"\nID = \"B\"".as_bytes())
            .expect("UTF-8");
    let fault = super::read(&input).expect_err("a fault");
    assert!(fault.message.contains("stands here twice, in another case"), "{fault:?}");
}

#[test]
fn the_letters_of_a_name_stay_where_its_registry_tells_them_apart() {
    for (ecosystem, name, url) in [
        ("npm", "JSONStream", "pkg:npm/JSONStream@1"),
        ("npm", "@Scope/a", "pkg:npm/%40Scope/a@1"),
        ("Go", "github.com/Azure/x", "pkg:golang/github.com/Azure/x@1"),
        ("PyPI", "Foo_Bar", "pkg:pypi/foo-bar@1"),
    ] {
        assert_eq!(package_url(ecosystem, name, "1").as_deref(), Some(url));
    }
}

#[test]
fn the_ends_of_the_calendar_are_read_as_they_are_or_not_at_all() {
    let of = |until: &str| {
        let text = format!("[[IgnoredVulns]]\nid = \"A\"\nignoreUntil = {until}\n");
        let input = Input::new("osv-scanner.toml", text.as_bytes()).expect("UTF-8");
        super::read(&input).map(|found| found[0].end.clone())
    };
    let at = |text: &str| Ok(End::At(text.parse().expect("a moment")));
    for zero in [
        "0000-12-31T19:00:00-05:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01",
        "0000-12-31T12:00:00",
        "\"0000-12-31T19:00:00-05:00\"",
    ] {
        assert_eq!(of(zero), Ok(End::Never), "{zero}");
    }
    assert_eq!(of("0001-01-01T00:00:01Z"), at("0001-01-01T00:00:01Z"));
    assert_eq!(of("9999-12-31T23:59:59-05:00"), at("+10000-01-01T04:59:59Z"));
    assert_eq!(of("07:32:00"), Ok(End::Dropped));
    for odd in
        ["2027-02-30", "2027-02-31T00:00:00Z", "2027-13-01", "2027-01-01T24:00:00Z", "0000-00-00"]
    {
        assert!(of(odd).is_err(), "{odd}: {:?}", of(odd));
    }
}
