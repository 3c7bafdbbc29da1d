//! The JSON that programs read: frozen views, separate from the types inside.
//!
//! A promise: keys are only ever added; anything else is a new `schema_version`.

use std::io::{self, Write};

use serde::Serialize;

use super::Judgement;
use crate::finding::Finding;
use crate::model::Person;

/// The version of every JSON document that `exc` writes.
pub(crate) const SCHEMA_VERSION: u32 = 1;
pub(crate) const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

#[derive(Serialize)]
struct CheckView<'a> {
    schema_version: u32,
    tool_version: &'static str,
    today: String,
    base: Option<BaseView<'a>>,
    head: Option<RevisionView<'a>>,
    /// Where the change may pass although errors remain: those that it removes.
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_errors: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<&'a [String]>,
    summary: SummaryView,
    findings: Views<'a>,
}

#[derive(Serialize)]
struct BaseView<'a> {
    name: &'a str,
    commit: &'a str,
    merge_base: &'a str,
}

#[derive(Serialize)]
struct RevisionView<'a> {
    name: &'a str,
    commit: &'a str,
}

#[derive(Serialize)]
struct SummaryView {
    records: usize,
    errors: usize,
    warnings: usize,
    unreadable: usize,
}

#[derive(Serialize)]
struct FindingView<'a> {
    code: &'static str,
    rule: &'static str,
    level: &'static str,
    kind: &'static str,
    record: Option<&'a str>,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<&'a [u8]>,
    pointer: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    message: &'a str,
    help: Option<&'a str>,
    owner: Option<PersonView<'a>>,
    /// Only where a change is judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    elsewhere: Option<bool>,
}

#[derive(Serialize)]
pub(crate) struct PersonView<'a> {
    name: &'a str,
    email: &'a str,
    team: Option<&'a str>,
}

/// Findings, turned into views one at a time.
struct Views<'a> {
    findings: &'a [Finding],
    has_gate: bool,
}

impl Serialize for Views<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.findings.iter().map(|finding| {
            let elsewhere = self.has_gate.then_some(finding.is_elsewhere);
            FindingView { elsewhere, ..FindingView::from(finding) }
        }))
    }
}

impl<'a> From<&'a Person> for PersonView<'a> {
    fn from(person: &'a Person) -> Self {
        let team = Some(person.team.as_str()).filter(|team| !team.is_empty());
        Self { name: &person.name, email: &person.email, team }
    }
}

impl<'a> From<&'a Finding> for FindingView<'a> {
    fn from(finding: &'a Finding) -> Self {
        let (start, end) = (finding.place.start(), finding.place.end());
        Self {
            code: finding.code.id,
            rule: finding.code.name,
            level: finding.level.as_str(),
            kind: finding.code.kind.as_str(),
            record: finding.record.as_deref(),
            path: finding.place.file.path(),
            path_bytes: finding.place.file.path_bytes(),
            pointer: &finding.place.pointer,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            message: &finding.message,
            help: finding.help.as_deref(),
            owner: finding.owner.as_ref().map(PersonView::from),
            elsewhere: None,
        }
    }
}

/// Writes what a check found.
pub(crate) fn findings(judgement: &Judgement<'_>, out: &mut dyn Write) -> io::Result<()> {
    let gate = judgement.gate;
    let view = CheckView {
        schema_version: SCHEMA_VERSION,
        tool_version: TOOL_VERSION,
        today: judgement.today.to_string(),
        base: gate.map(|gate| BaseView {
            name: &gate.base.name,
            commit: &gate.base.commit,
            merge_base: &gate.merge_base,
        }),
        head: gate.map(|gate| RevisionView { name: &gate.head.name, commit: &gate.head.commit }),
        removed_errors: gate.and_then(|gate| gate.n_removed),
        notes: gate.map(|gate| gate.notes.as_slice()),
        summary: SummaryView {
            records: judgement.n_records,
            errors: judgement.n_errors(),
            warnings: judgement.n_warnings(),
            unreadable: judgement.unreadable.len(),
        },
        findings: Views { findings: judgement.findings, has_gate: gate.is_some() },
    };
    write(&view, out)
}

/// Writes a value as JSON in which no text of a record can speak to a terminal or a CI runner.
pub(crate) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Harmless::default());
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// The same on one line.
pub(crate) fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, HarmlessLine);
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// The compact formatter, spelling out the same.
struct HarmlessLine;

impl serde_json::ser::Formatter for HarmlessLine {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        write_harmless(writer, fragment)
    }
}

fn write_harmless<W: ?Sized + Write>(writer: &mut W, fragment: &str) -> io::Result<()> {
    let mut rest = fragment;
    while let Some(at) = rest.find(|c: char| c == '#' || !super::safe::is_shown(c)) {
        let c = rest[at..].chars().next().unwrap_or_default();
        writer.write_all(&rest.as_bytes()[..at])?;
        for unit in c.encode_utf16(&mut [0; 2]) {
            match c {
                '#' if !super::safe::starts_command(&rest[at..]) => write!(writer, "#")?,
                _ => write!(writer, "\\u{unit:04x}")?,
            }
        }
        rest = &rest[at + c.len_utf8()..];
    }
    writer.write_all(rest.as_bytes())
}

/// The pretty formatter, spelling out everything in strings that is not plain to see.
#[derive(Default)]
struct Harmless {
    pretty: serde_json::ser::PrettyFormatter<'static>,
}

impl serde_json::ser::Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        write_harmless(writer, fragment)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.pretty.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.pretty.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(writer)
    }
}
