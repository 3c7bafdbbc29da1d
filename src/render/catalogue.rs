//! All rules with their levels, as a table and as JSON.

use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;

use super::json::{self, SCHEMA_VERSION, TOOL_VERSION};
use crate::finding::Code;

/// A rule, and the level that it has here.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) code: &'static Code,
    /// `error`, `warning` or `off`.
    pub(crate) level: &'static str,
    pub(crate) is_set_by_policy: bool,
}

#[derive(Serialize)]
struct CatalogueView {
    schema_version: u32,
    tool_version: &'static str,
    today: String,
    rules: Vec<RuleView>,
}

#[derive(Serialize)]
struct RuleView {
    code: &'static str,
    rule: &'static str,
    level: &'static str,
    default_level: &'static str,
    set_by: &'static str,
    kind: &'static str,
    adjustable: bool,
}

impl Line {
    fn set_by(&self) -> &'static str {
        if self.is_set_by_policy { "policy" } else { "default" }
    }
}

pub(crate) fn table(lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
    let header = ["code", "rule", "level", "set by", "kind", "by policy"];
    let rows = lines.iter().map(|line| {
        let code = line.code;
        let freedom = if code.adjustable { "adjustable" } else { "fixed" };
        [code.id, code.name, line.level, line.set_by(), code.kind.as_str(), freedom]
    });
    for [code, name, level, set_by, kind, freedom] in std::iter::once(header).chain(rows) {
        writeln!(out, "{code:<6}  {name:<32}  {level:<7}  {set_by:<7}  {kind:<10}  {freedom}")?;
    }
    Ok(())
}

pub(crate) fn json(lines: &[Line], today: NaiveDate, out: &mut dyn Write) -> io::Result<()> {
    let rules = lines.iter().map(|line| RuleView {
        code: line.code.id,
        rule: line.code.name,
        level: line.level,
        default_level: line.code.level.as_str(),
        set_by: line.set_by(),
        kind: line.code.kind.as_str(),
        adjustable: line.code.adjustable,
    });
    let view = CatalogueView {
        schema_version: SCHEMA_VERSION,
        tool_version: TOOL_VERSION,
        today: today.to_string(),
        rules: rules.collect(),
    };
    json::write(&view, out)
}
