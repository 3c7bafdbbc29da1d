//! Workflow commands of GitHub Actions, which appear as annotations of the changed lines.
//!
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>; how a runner
//! reads them is in `ActionCommand.cs` of actions/runner.

use std::io::{self, Write};

use super::{Judgement, Safe, count, short, who_acts};
use crate::finding::{Finding, Level};

/// Annotations of one level that GitHub shows for one step.
const PER_LEVEL: usize = 10;

/// Writes the findings as annotations; where there is a step summary, only as many as are shown,
/// and how many more there are as plain text.
pub(super) fn write(judgement: &Judgement<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut rest = Vec::new();
    // Without a summary the log is where the rest is found.
    let shown = if judgement.has_summary { PER_LEVEL } else { usize::MAX };
    for level in [Level::Error, Level::Warning] {
        let of_level = || judgement.findings.iter().filter(move |finding| finding.level == level);
        for finding in of_level().take(shown) {
            writeln!(out, "{}", annotation(finding))?;
        }
        let n_more = of_level().skip(shown).count();
        if n_more > 0 {
            rest.push(count(n_more, &format!("more {}", level.as_str())));
        }
    }
    if !rest.is_empty() {
        writeln!(out, "{} in the step summary", rest.join(" and "))?;
    }
    for note in judgement.gate.iter().flat_map(|gate| &gate.notes) {
        writeln!(out, "note: {}", Safe(note))?;
    }
    writeln!(out, "{}", judgement.summary())
}

fn annotation(finding: &Finding) -> String {
    let (start, end) = (finding.place.start(), finding.place.end());
    let file = property(finding.place.file.path());
    let mut place = format!("file={file},line={},endLine={}", start.line, end.line);
    // A column belongs to one line; GitHub refuses it for several.
    if start.line == end.line {
        place.push_str(&format!(",col={},endColumn={}", start.column, end.column));
    }
    let title = property(&format!("{} {}", finding.code.id, finding.code.name));
    let mut message = short(&finding.message);
    if let Some(who) = who_acts(finding) {
        message.push_str(&format!("\n{who}"));
    }
    if let Some(help) = &finding.help {
        message.push_str(&format!("\nhelp: {}", short(help)));
    }
    format!("::{} {place},title={title}::{}", finding.level.as_str(), escaped(&message))
}

/// A value before the second `::`, in which the signs that end it are escaped.
fn property(text: &str) -> String {
    escaped(&Safe(text).to_string()).replace(':', "%3A").replace(',', "%2C")
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
