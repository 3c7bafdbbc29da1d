//! JUnit XML: every finding a failed test.
//!
//! The format has no standard. What is written here satisfies the schemas of Apache Ant and of
//! Jenkins at once, which is why empty elements and attributes without use are kept.

use std::collections::HashMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::json::TOOL_VERSION;
use super::{Judgement, Safe, count, elsewhere};
use crate::finding::Finding;

/// Writes one suite; a register without findings is one test that passes.
pub(super) fn write(judgement: &Judgement<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = Writer::new_with_indent(out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let element = writer.create_element("testsuites");
    element.write_inner_content(|writer| suite(judgement, writer))?;
    writeln!(writer.get_mut())
}

type Xml<'a> = Writer<&'a mut dyn Write>;

fn suite(judgement: &Judgement<'_>, writer: &mut Xml<'_>) -> io::Result<()> {
    let n_failures = judgement.findings.len();
    let attributes = [
        ("id", "0".to_owned()),
        ("package", "exc".to_owned()),
        ("name", "exc check".to_owned()),
        ("tests", n_failures.max(1).to_string()),
        ("failures", n_failures.to_string()),
        ("errors", "0".to_owned()),
        ("time", "0".to_owned()),
        ("timestamp", format!("{}T00:00:00", judgement.today)),
        ("hostname", "localhost".to_owned()),
    ];
    let attributes = attributes.iter().map(|(key, value)| (*key, value.as_str()));
    let element = writer.create_element("testsuite").with_attributes(attributes);
    element.write_inner_content(|writer| {
        properties(judgement, writer)?;
        let mut names = HashMap::new();
        for finding in judgement.findings {
            failure(finding, &mut names, writer)?;
        }
        if judgement.findings.is_empty() {
            let records = count(judgement.n_records, "record");
            let name = format!("{records} in {}", Safe(judgement.register));
            let case = [("name", name.as_str()), ("classname", "exc.check"), ("time", "0")];
            writer.create_element("testcase").with_attributes(case).write_empty()?;
        }
        writer.create_element("system-out").write_empty()?;
        writer.create_element("system-err").write_empty()?;
        Ok(())
    })?;
    Ok(())
}

fn properties(judgement: &Judgement<'_>, writer: &mut Xml<'_>) -> io::Result<()> {
    let mut properties = vec![
        ("tool_version", TOOL_VERSION.to_owned()),
        ("today", judgement.today.to_string()),
        ("register", Safe(judgement.register).to_string()),
    ];
    if let Some(gate) = judgement.gate {
        for (side, revision) in [("base", &gate.base), ("head", &gate.head)] {
            properties.push((side, format!("{} {}", Safe(&revision.name), revision.commit)));
        }
        properties.extend(gate.notes.iter().map(|note| ("note", Safe(note).to_string())));
    }
    writer.create_element("properties").write_inner_content(|writer| {
        for (name, value) in &properties {
            let attributes = [("name", *name), ("value", value.as_str())];
            writer.create_element("property").with_attributes(attributes).write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

fn failure(
    finding: &Finding,
    names: &mut HashMap<String, usize>,
    writer: &mut Xml<'_>,
) -> io::Result<()> {
    let place = &finding.place;
    let path = Safe(place.file.path()).to_string();
    let subject = finding.record.as_ref().map_or(path.clone(), |id| Safe(id).to_string());
    let name = format!("{subject} {}", Safe(&place.pointer)).trim_end().to_owned();
    let class = format!("exc.{}", finding.code.id);
    let n = names.entry(format!("{class} {name}")).or_default();
    *n += 1;
    let name = if *n == 1 { name } else { format!("{name} ({n})") };

    let start = place.start();
    let message = Safe(&finding.message).to_string();
    let mut body = format!("{path}:{}:{}: {message}", start.line, start.column);
    if let Some(who) = elsewhere(finding) {
        body.push_str(&format!("\n{who}"));
    }
    if let Some(help) = &finding.help {
        body.push_str(&format!("\nhelp: {}", Safe(help)));
    }
    let case = [("name", name.as_str()), ("classname", class.as_str()), ("time", "0")];
    let element = writer.create_element("testcase").with_attributes(case);
    element.write_inner_content(|writer| {
        let why = [("type", finding.level.as_str()), ("message", message.as_str())];
        let element = writer.create_element("failure").with_attributes(why);
        element.write_text_content(BytesText::new(&body))?;
        Ok(())
    })?;
    Ok(())
}
