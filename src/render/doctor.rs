//! What a doctor says of a clone and its register, as text and as JSON.

use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::json::{self, SCHEMA_VERSION, TOOL_VERSION};
use super::page::wrapped;
use super::{Safe, Style, count};

/// Columns of a status and the space behind it.
const STATUS: usize = 10;
/// The narrowest text that is worth wrapping.
const MIN_TEXT: usize = 24;

/// One thing that was looked at.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) status: Status,
    pub(crate) message: String,
    /// What mends it; perhaps several lines.
    pub(crate) help: Option<String>,
}

/// What came of it, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Ok,
    /// Good to know.
    Note,
    /// It misleads somebody.
    Problem,
    /// It cannot be known.
    Unjudged,
}

#[derive(Serialize)]
struct DoctorView<'a> {
    schema_version: u32,
    tool_version: &'static str,
    today: String,
    checks: Vec<CheckView<'a>>,
}

#[derive(Serialize)]
struct CheckView<'a> {
    name: &'static str,
    status: &'static str,
    message: &'a str,
    help: Option<&'a str>,
}

impl Check {
    pub(crate) fn ok(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, status: Status::Ok, message: message.into(), help: None }
    }

    pub(crate) fn note(
        name: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { status: Status::Note, help: Some(help.into()), ..Self::ok(name, message) }
    }

    pub(crate) fn problem(
        name: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { status: Status::Problem, help: Some(help.into()), ..Self::ok(name, message) }
    }

    pub(crate) fn unjudged(
        name: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { status: Status::Unjudged, help: Some(help.into()), ..Self::ok(name, message) }
    }
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Problem => "problem",
            Self::Unjudged => "unjudged",
        }
    }

    fn color(self) -> &'static str {
        match self {
            Self::Ok => "32",
            Self::Note => "1;36",
            Self::Problem | Self::Unjudged => "1;31",
        }
    }
}

/// Writes what was found, one line each with what mends it below, and how much there is of each.
pub(crate) fn text(
    checks: &[Check],
    today: NaiveDate,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let width = checks.iter().map(|check| check.name.width()).max().unwrap_or_default();
    let indent = STATUS + width + 2;
    for check in checks {
        let status = check.status.as_str();
        let (on, off) = match style.color {
            true => (format!("\u{1b}[{}m", check.status.color()), "\u{1b}[0m"),
            false => (String::new(), ""),
        };
        let padding = " ".repeat(STATUS - status.len());
        write!(out, "{on}{status}{off}{padding}{:<width$}  ", check.name)?;
        let room = style.width.map(|width| width.saturating_sub(indent).max(MIN_TEXT));
        let message = Safe(&check.message).to_string();
        for (at, line) in wrapped(&message, room).iter().enumerate() {
            let before = if at == 0 { 0 } else { indent };
            writeln!(out, "{:before$}{line}", "")?;
        }
        // Commands are not broken into lines: they are there to be copied.
        for (at, line) in check.help.iter().flat_map(|help| help.lines()).enumerate() {
            let label = if at == 0 { "help: " } else { "      " };
            writeln!(out, "{:indent$}{label}{}", "", Safe(line))?;
        }
    }
    let counts = [Status::Unjudged, Status::Problem, Status::Note, Status::Ok].map(|status| {
        let n = checks.iter().filter(|check| check.status == status).count();
        match status {
            Status::Problem | Status::Note => (n, count(n, status.as_str())),
            Status::Ok | Status::Unjudged => (n, format!("{n} {}", status.as_str())),
        }
    });
    let counts = counts.into_iter().filter(|(n, _)| *n > 0).map(|(_, text)| text);
    writeln!(out, "\n{} on {today} (UTC)", counts.collect::<Vec<_>>().join(", "))
}

pub(crate) fn json(checks: &[Check], today: NaiveDate, out: &mut dyn Write) -> io::Result<()> {
    let checks = checks.iter().map(|check| CheckView {
        name: check.name,
        status: check.status.as_str(),
        message: &check.message,
        help: check.help.as_deref(),
    });
    let view = DoctorView {
        schema_version: SCHEMA_VERSION,
        tool_version: TOOL_VERSION,
        today: today.to_string(),
        checks: checks.collect(),
    };
    json::write(&view, out)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn written(style: Style) -> String {
        let checks = [
            Check::problem("history", "this clone is shallow \u{1b}[2J", "git fetch --unshallow"),
            Check::note("code-owners", "nobody is asked", "add:\n/exceptions/ @you"),
            Check::ok("mainline", "`main`"),
        ];
        let mut out = Vec::new();
        text(&checks, NaiveDate::default(), style, &mut out).expect("written");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn what_mends_it_stands_below() {
        assert_snapshot!(written(Style { color: false, width: Some(40) }), @r"
        problem   history      this clone is shallow
                               \u{1b}[2J
                               help: git fetch --unshallow
        note      code-owners  nobody is asked
                               help: add:
                                     /exceptions/ @you
        ok        mainline     `main`

        1 problem, 1 note, 1 ok on 1970-01-01 (UTC)
        ");
    }

    #[test]
    fn only_the_status_has_a_color() {
        let plain = written(Style { color: false, width: None });
        let colored = written(Style { color: true, width: None });
        let colors = ["\u{1b}[1;31m", "\u{1b}[1;36m", "\u{1b}[32m", "\u{1b}[0m"];
        let bare = colors.iter().fold(colored.clone(), |text, color| text.replace(color, ""));
        assert_eq!(bare, plain);
        assert!(colored.contains("\u{1b}[1;31mproblem\u{1b}[0m   history"), "{colored:?}");
    }
}
