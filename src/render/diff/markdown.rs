//! Differences as Markdown, for a comment on a pull request.

use std::io::{self, Write};

use super::words::sentences;
use super::{Diff, described, paths};
use crate::render::markdown::{escaped, prose};

pub(super) fn write(diff: &Diff<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### exc diff\n\n{}", prose(&diff.summary()))?;
    for change in diff.changes {
        let Some(record) = change.record() else { continue };
        let (id, title) = (escaped(&record.exception.id), escaped(&record.exception.title));
        let (path, before) = paths(change);
        let moved = before.map_or(String::new(), |path| format!(", moved from {}", escaped(path)));
        writeln!(out, "\n#### {id}: {title}\n")?;
        writeln!(out, "**{}**: {}{moved}\n", described(change.kind), escaped(path))?;
        for sentence in change.fields.iter().flat_map(sentences) {
            write!(out, "- {}", escaped(&sentence.text))?;
            for (sign, text) in &sentence.below {
                let element = if *sign == '+' { "ins" } else { "del" };
                write!(out, "<br><{element}>{}</{element}>", escaped(text))?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}
