//! The findings that the tests of every format show, and what each format makes of them.

use std::sync::{Arc, LazyLock};

use super::{Format, Judgement, Page, Style, findings, markdown};
use crate::finding::{Code, Finding, Place};
use crate::model::Person;
use crate::text::{SourceFile, Span};

pub(super) static TOO_LONG: Code = Code::error("EXC203", "duration-too-long");
pub(super) static EXPIRED: Code = Code::error("EXC204", "expired").calendar();
static SYNTAX: Code = Code::unjudged("EXC001", "yaml-syntax");
static STRAY: Code = Code::error("EXC006", "stray-file").adjustable();
static EXPIRING: Code = Code::warning("EXC205", "expiring").calendar();

pub(super) const FORMATS: [Format; 6] =
    [Format::Text, Format::Json, Format::Github, Format::Gitlab, Format::Sarif, Format::Junit];

/// Two of the rules; the other codes have no page here.
pub(super) static PAGES: LazyLock<[Page; 2]> = LazyLock::new(|| {
    let docs = "## What it checks\n\nThat a grant is not longer\nthan `max_days`.\n\nMore.\n";
    [
        Page { code: &TOO_LONG, docs },
        Page { code: &EXPIRED, docs: "## What it checks\n\nThe day.\n" },
    ]
});

pub(super) fn file(path: &str, text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile::new(path, text))
}

/// The first place of `marked` in a file.
pub(super) fn place(file: &Arc<SourceFile>, marked: &str, pointer: &str) -> Place {
    let start = file.text().find(marked).expect("the marked text is in the file");
    let span = Span::new(start, start + marked.len());
    Place { file: Arc::clone(file), span, pointer: pointer.to_owned() }
}

/// Findings of every kind, worst first.
pub(super) fn sample() -> Vec<Finding> {
    let policy = file("exceptions/policy.yaml", "version: 1\ndurations:\n  max_days: {high: 90}\n");
    let record = file(
        "exceptions/EXC-2026-K7QD.yaml",
        "id: EXC-2026-K7QD\r\ntitle: 模型代理 🦀 stays\topen\r\nopened: 2026-11-05\r\nexpires: 2027-12-31\r\n",
    );
    let broken = file("exceptions/a,b: 100%.yaml", "title: \"no end\nowner: x\n");
    let dana = Person {
        name: "Dana Ruiz".to_owned(),
        email: "dana.ruiz@example.com".to_owned(),
        team: String::new(),
    };
    let end = Span::new(broken.text().len(), broken.text().len());
    vec![
        SYNTAX.finding(Place::span(&broken, end), "this is not YAML: unexpected end"),
        TOO_LONG
            .finding(place(&record, "2027-12-31", "/expires"), "421 days are more than `90`")
            .label(place(&record, "2026-11-05", "/opened"), "counted from here")
            .label(place(&policy, "90", "/durations/max_days/high"), "the policy allows `90`")
            .help("write `2027-02-03` or earlier")
            .record("EXC-2026-K7QD"),
        EXPIRED
            .finding(place(&record, "2027-12-31", "/expires"), "valid through `2027-12-31` (UTC)")
            .help("run `exc renew EXC-2026-K7QD`")
            .record("EXC-2026-K7QD")
            .owner(&dana),
        STRAY.finding(Place::file(&file("exceptions/notes.txt", "")), "this file is no record"),
        EXPIRING
            .finding(place(&record, "🦀 stays\topen\r\nopened", "/title"), "several lines")
            .record("EXC-2026-K7QD"),
    ]
}

/// What a format makes of findings, judged on a fixed day.
pub(super) fn rendered(format: Format, found: &[Finding]) -> String {
    rendered_in(format, found, Style { color: false, width: None })
}

pub(super) fn rendered_in(format: Format, found: &[Finding], style: Style) -> String {
    let mut out = Vec::new();
    with_judgement(found, |judgement| findings(format, judgement, style, &mut out))
        .expect("memory takes everything");
    String::from_utf8(out).expect("every format is UTF-8")
}

pub(super) fn summary(found: &[Finding], limit: usize) -> String {
    let mut out = Vec::new();
    with_judgement(found, |judgement| markdown::summary(judgement, limit, &mut out))
        .expect("memory takes everything");
    String::from_utf8(out).expect("every format is UTF-8")
}

fn with_judgement<T>(found: &[Finding], show: impl FnOnce(&Judgement<'_>) -> T) -> T {
    let is_unjudged = |finding: &&Finding| finding.code.unjudged;
    let unreadable: Vec<String> = found
        .iter()
        .filter(is_unjudged)
        .map(|finding| finding.place.file.path().to_owned())
        .collect();
    show(&Judgement {
        register: "exceptions",
        today: "2026-11-20".parse().expect("a date"),
        n_records: 1,
        unreadable: &unreadable,
        findings: found,
        pages: PAGES.as_slice(),
        has_summary: true,
        gate: None,
    })
}

/// A terminal with a screen of this size.
pub(super) fn terminal(rows: u16, columns: u16) -> vt100::Parser {
    let size = |n: u16| n.try_into().expect("a screen has a size");
    vt100::Parser::new(size(rows), size(columns), 0)
}
