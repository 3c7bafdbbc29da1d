//! Differences as Markdown, for a comment on a pull request.

use std::io::{self, Write};

use super::words::{Sentence, sentences};
use super::{Diff, described, paths};
use crate::history::POLICY_ID;
use crate::render::markdown::{escaped, prose};
use crate::render::policies;

pub(super) fn write(diff: &Diff<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### exc diff\n\n{}", prose(&diff.summary()))?;
    if let Some(policy) = &diff.policy {
        writeln!(out, "\n#### {}: {}\n", POLICY_ID, policies::headline(policy))?;
        list(&policies::differences(policy), out)?;
        writeln!(out, "\n{}", prose(&policies::approval(policy, None)))?;
    }
    for change in diff.changes {
        let Some(record) = change.record() else { continue };
        let (id, title) = (escaped(&record.exception.id), escaped(&record.exception.title));
        let (path, before) = paths(change);
        let moved = before.map_or(String::new(), |path| format!(", moved from {}", escaped(path)));
        writeln!(out, "\n#### {id}: {title}\n")?;
        writeln!(out, "**{}**: {}{moved}\n", described(change.kind), escaped(path))?;
        list(&change.fields.iter().flat_map(sentences).collect::<Vec<_>>(), out)?;
    }
    Ok(())
}

fn list(sentences: &[Sentence], out: &mut dyn Write) -> io::Result<()> {
    for sentence in sentences {
        write!(out, "- {}", escaped(&sentence.text))?;
        for (sign, text) in &sentence.below {
            let element = if *sign == '+' { "ins" } else { "del" };
            write!(out, "<br><{element}>{}</{element}>", escaped(text))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
