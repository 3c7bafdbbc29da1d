//! `exc list`.

use exc::{Outcome, Terminal};
use serde_json::Value;

use crate::support::{RECORD_PATH, Workspace, record};

fn three() -> Workspace {
    let w = Workspace::new();
    let records = [
        ("EXC-2026-AAAA", "high", "2027-01-31"),
        ("EXC-2026-BBBB", "low", "2026-11-20"),
        ("EXC-2026-CCCC", "medium", "2026-11-19"),
    ];
    for (id, risk, expires) in records {
        w.write(format!("exceptions/{id}.yaml"), record(id, risk, expires));
    }
    let closed = format!(
        "{}closed: {{date: 2026-11-10, outcome: remediated, note: Private link is in place}}\n",
        record("EXC-2026-DDDD", "critical", "2026-12-01")
    );
    w.write("exceptions/EXC-2026-DDDD.yaml", closed);
    w
}

#[test]
fn what_is_open_comes_soonest_first() {
    let w = three();
    assert_eq!(
        w.exc(&["list"]),
        "\
id             status   risk    expires     days  controls    owner      title
EXC-2026-CCCC  expired  medium  2026-11-19    -1  AZ-NET-004  Dana Ruiz  Model proxy keeps a public endpoint until vendor private link ships
EXC-2026-BBBB  active   low     2026-11-20     0  AZ-NET-004  Dana Ruiz  Model proxy keeps a public endpoint until vendor private link ships
EXC-2026-AAAA  active   high    2027-01-31    72  AZ-NET-004  Dana Ruiz  Model proxy keeps a public endpoint until vendor private link ships

3 exceptions on 2026-11-20 (UTC): 2 active, 1 expired
"
    );
}

#[test]
fn every_filter_takes_its_own() {
    let w = three();
    #[track_caller]
    fn ids(w: &Workspace, arguments: &[&str], expected: &str) {
        let out = w.exc(&[&["list", "--format", "ids", "--sort", "id"], arguments].concat());
        let letters: String = out.lines().filter_map(|id| id.chars().last()).collect();
        assert_eq!(letters, expected, "{arguments:?}");
    }
    ids(&w, &[], "ABC");
    ids(&w, &["--all"], "ABCD");
    ids(&w, &["--status", "closed", "--status", "expired"], "CD");
    ids(&w, &["--risk", "low", "--risk", "high"], "AB");
    ids(&w, &["--expires-before", "2026-11-20"], "C");
    ids(&w, &["--expires-after", "2026-11-20"], "A");
    ids(&w, &["--within", "72d"], "AB");
    ids(&w, &["--within", "71d"], "B");
    ids(&w, &["--owner", "RUIZ"], "ABC");
    ids(&w, &["--owner", "nobody"], "");
    ids(&w, &["--team", "ai-platform", "--control", "az-net-004"], "ABC");
    ids(&w, &["--control", "LOG-002"], "");
    ids(&w, &["--tag", "vendor"], "");
    ids(&w, &["--covers", "service:/model-proxy/api/v2"], "ABC");
    ids(&w, &["--covers", "service:/model-proxy"], "");
    ids(&w, &["--today", "2027-02-01", "--status", "active"], "");
}

#[test]
fn the_highest_risk_can_come_first() {
    let w = three();
    let out = w.exc(&["list", "--all", "--sort", "risk", "--format", "ids"]);
    assert_eq!(out, "EXC-2026-DDDD\nEXC-2026-AAAA\nEXC-2026-CCCC\nEXC-2026-BBBB\n");
}

#[test]
fn an_empty_result_is_no_error_and_says_so() {
    let w = three();
    let said = w.run(&["list", "--tag", "vendor"]);
    assert_eq!((said.outcome, said.out.as_str()), (Outcome::Success, ""));
    assert_eq!(said.err, "no exception matches (4 records in `exceptions`)\n");
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_are_listed() {
    let w = three();
    w.write("exceptions/EXC-2026-EEEE.yaml", b"\xff");
    let said = w.run(&["list", "--format", "ids"]);
    assert_eq!(said.outcome, Outcome::Error);
    assert_eq!(said.out.lines().count(), 3);
    assert!(said.err.contains("`exceptions/EXC-2026-EEEE.yaml` could not be read"), "{}", said.err);
}

#[test]
fn what_is_not_on_the_mainline_is_proposed() {
    let w = Workspace::new();
    let repo = w.git();
    w.write("exceptions/EXC-2026-AAAA.yaml", record("EXC-2026-AAAA", "high", "2027-01-31"));
    let said = w.run(&["list"]);
    assert!(said.out.contains("1 active"), "{said:?}");
    assert!(said.err.contains("there is no branch `main` yet"), "{said:?}");

    w.commit(&repo, "main");
    // Moved and edited, it is still the record that has landed.
    std::fs::remove_file(w.path("exceptions/EXC-2026-AAAA.yaml")).unwrap();
    w.write("exceptions/2026/moved.yaml", record("EXC-2026-AAAA", "low", "2027-01-31"));
    w.write("exceptions/EXC-2026-BBBB.yaml", record("EXC-2026-BBBB", "high", "2027-01-31"));
    assert_eq!(w.exc(&["list", "--status", "proposed", "--format", "ids"]), "EXC-2026-BBBB\n");
    assert_eq!(w.exc(&["list", "--status", "active", "--format", "ids"]), "EXC-2026-AAAA\n");
}

#[test]
fn a_table_fits_the_screen() {
    let w = Workspace::new();
    let wide = record("EXC-2026-AAAA", "high", "2027-01-31")
        .replace("Model proxy keeps", "模型代理在供应商提供专用链路之前保留公共端点 keeps");
    w.write("exceptions/EXC-2026-AAAA.yaml", wide);
    for width in [60, 80, 100, 200] {
        let terminal = Terminal { input: true, output: true, error: true, width: Some(width) };
        let said = w.run_with(&["list"], "", terminal);
        assert_eq!(said.outcome, Outcome::Success);
        for line in said.out.lines() {
            let columns = unicode_width::UnicodeWidthStr::width(line);
            assert!(columns <= width, "{columns} of {width}: {line}");
        }
        assert_eq!(said.out.lines().count(), 5, "{}", said.out);
    }
}

#[test]
fn hostile_text_reaches_neither_the_screen_nor_a_spreadsheet() {
    let w = Workspace::new();
    let text = record("EXC-2026-AAAA", "high", "2027-01-31");
    let text = text.replace("title: Model proxy", "title: \"=1+1 \\e[31m, \\u202Eproxy\" # ");
    w.write("exceptions/EXC-2026-AAAA.yaml", text);
    for format in ["table", "json", "jsonl", "csv", "ids"] {
        let out = w.exc(&["list", "--format", format]);
        assert!(!out.contains(['\u{1b}', '\u{202e}']), "{format}: {out}");
    }
    let csv = w.exc(&["list", "--format", "csv"]);
    assert!(csv.contains(",\"'=1+1 \\u{1b}[31m, \\u{202e}proxy\","), "{csv}");
    assert!(csv.lines().all(|line| !line.is_empty()) && csv.ends_with("\r\n"));
    let raw = w.exc(&["list", "--format", "csv", "--csv-raw"]);
    assert!(raw.contains(",\"=1+1 \\u{1b}[31m, \\u{202e}proxy\","), "{raw}");
}

#[test]
fn json_is_one_document_and_jsonl_one_a_line() {
    let w = three();
    let document: serde_json::Value =
        serde_json::from_str(&w.exc(&["list", "--format", "json"])).unwrap();
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["today"], "2026-11-20");
    assert_eq!(document["summary"], serde_json::json!({"records": 3, "unreadable": 0}));
    let lines = w.exc(&["list", "--format", "jsonl"]);
    for (at, line) in lines.lines().enumerate() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["id"], document["records"][at]["id"]);
        assert_eq!(line["schema_version"], 1);
    }
    assert_eq!(lines.lines().count(), 3);
}

#[test]
fn a_register_without_records_says_how_to_file_one() {
    let w = Workspace::new();
    w.git();
    let said = w.run(&["list"]);
    assert_eq!((said.outcome, said.out.as_str()), (Outcome::Success, ""));
    assert_eq!(said.err, "`exceptions` has no records yet: file one with `exc new`\n");
}

#[test]
fn colors_repeat_what_the_words_say() {
    let plain = three().exc(&["list", "--all"]);
    let colored = three().exc(&["list", "--all", "--color", "always"]);
    assert!(colored.contains("  \u{1b}[1;31mexpired\u{1b}[0m  \u{1b}[33mmedium\u{1b}[0m    2026-"));
    assert!(
        colored.contains("\u{1b}[2mclosed\u{1b}[0m   \u{1b}[1;31mcritical\u{1b}[0m  "),
        "{colored}"
    );
    let mut stripped = colored;
    for code in ["0", "2", "31", "32", "33", "1;31"] {
        stripped = stripped.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(stripped, plain);
}

/// Every number in a document.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Number(number) => number.as_f64().into_iter().collect(),
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        Value::Object(entries) => entries.values().flat_map(numbers).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn d8_no_number_is_one_that_a_reader_with_doubles_would_change() {
    const EXACT: f64 = 9_007_199_254_740_991.0;
    let w = Workspace::new();
    let policy = w.read("exceptions/policy.yaml");
    w.write("exceptions/policy.yaml", format!("{policy}fields: {{ledger: {{type: integer}}}}\n"));
    let written = |ledger: &str| {
        let record = record("EXC-2026-K7QD", "high", "2027-01-31");
        w.write(RECORD_PATH, format!("{record}ledger: {ledger}\n"));
    };
    let edges = [
        ("0", true),
        ("-9007199254740991", true),
        ("9007199254740991", true),
        ("9007199254740992", false),
        ("9007199254740993", false),
        ("-9007199254740993", false),
        ("9223372036854775807", false),
        ("-9223372036854775808", false),
        ("18446744073709551615", false),
    ];
    for (edge, is_exact) in edges {
        written(edge);
        let codes = w.codes();
        assert_eq!(codes, if is_exact { [].as_slice() } else { &["EXC104"] }, "{edge}");
        for arguments in
            [["list", "--format", "jsonl"].as_slice(), &["show", "--format=json", "K7QD"]]
        {
            let out: Value = serde_json::from_str(&w.exc(arguments)).expect("JSON");
            let shown = out.pointer("/record/fields/ledger").unwrap_or(&out["fields"]["ledger"]);
            assert_eq!(shown.is_number(), is_exact, "{shown}");
            assert_eq!(shown.as_str().map_or_else(|| shown.to_string(), str::to_owned), edge);
        }
    }
    // Nor where the value is of another type than the field.
    written("[18446744073709551615, {a: -9007199254740993, b: 9007199254740993.5}]");
    let out: Value = serde_json::from_str(&w.exc(&["list", "--format", "json"])).expect("JSON");
    let numbers = numbers(&out);
    assert!(numbers.len() > 2 && numbers.iter().all(|n| n.abs() <= EXACT), "{numbers:?}");
}

#[test]
fn d8_counts_are_exact() {
    let w = Workspace::new();
    for n in 0..1_500 {
        let expires = if n < 1_100 { "2027-01-31" } else { "2026-11-19" };
        let record = record(&format!("EXC-2026-{n:04}"), "high", expires);
        w.write(format!("exceptions/EXC-2026-{n:04}.yaml"), record);
    }
    w.write("exceptions/EXC-2026-AAAA.yaml", "x: [\n");
    let summary = |arguments: &[&str]| {
        let out: Value = serde_json::from_str(&w.run(arguments).out).expect("JSON");
        out["summary"].clone()
    };
    assert_eq!(
        summary(&["list", "--format", "json"]),
        serde_json::json!({"records": 1_500, "unreadable": 1})
    );
    let checked = summary(&["check", "--format", "json"]);
    assert_eq!((&checked["records"], &checked["unreadable"]), (&1_500.into(), &1.into()));
    let expired = w.findings().iter().filter(|it| it["code"] == "EXC207").count();
    assert_eq!(expired, 400);
}
